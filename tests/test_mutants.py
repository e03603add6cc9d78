"""Broken files of every kind that MarchCam reads: a sample of tools/mutate.py, the same in every run."""

import itertools
import sys
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[1] / "tools"
COUNTS = {"videos": 150, "tracks": 24, "journals": 24, "histories": 24}
MORE = {"videos": 1000, "analyses": 20, "tracks": 100, "journals": 100, "histories": 100}


@pytest.fixture(scope="module")
def mutate():
    sys.path.insert(0, str(TOOLS))
    try:
        import mutate

        yield mutate
    finally:
        sys.path.remove(str(TOOLS))


def harm(mutate, kind, files):
    """What happened that must not, and how many files there were."""
    outcomes = list(mutate.run(kind, iter(files)))
    return [(o.mutant.name, o.mutant.how, o.fault, o.says) for o in outcomes if o.fault], len(outcomes)


@pytest.mark.parametrize("kind", COUNTS)
def test_a_broken_file_ends_in_a_sentence(mutate, kind):
    assert harm(mutate, kind, mutate.mutants_of(kind, COUNTS[kind], seed=0)) == ([], COUNTS[kind])


@pytest.mark.parametrize("kind", ["videos", "histories", "tracks"])
def test_bombs_strips_and_lists_of_other_files_are_refused(mutate, kind):
    found, count = harm(mutate, kind, mutate.SPECIAL[kind]())
    assert found == [] and count > 5


@pytest.mark.slow
@pytest.mark.parametrize("kind", MORE)
def test_many_broken_files_end_in_a_sentence(mutate, kind):
    assert harm(mutate, kind, mutate.mutants_of(kind, MORE[kind], seed=1)) == ([], MORE[kind])


@pytest.mark.slow
def test_a_picture_of_any_size_is_analyzed_or_refused(mutate):
    small = itertools.islice((m for m in mutate.special_videos() if "x" in m.how), 40)
    assert harm(mutate, "analyses", small)[0] == []


def test_the_same_number_gives_the_same_file(mutate):
    for make in mutate.KINDS.values():
        assert make(3, 0).content == make(3, 0).content != make(3, 1).content


def test_harm_is_seen(mutate):
    outcome, whole = mutate.Outcome, mutate.Mutant("x.mp4", "", b"")
    assert outcome(whole, None, "crash").fault == "crash"
    assert outcome(whole, 1, "Error: Something went wrong inside MarchCam (KeyError: 'x').").fault == "traceback"
    assert outcome(whole, 1, "Segmentation fault").fault == "no sentence"
    assert outcome(whole, 1, "It is damaged.\nIt is.").fault == "no sentence"
    assert outcome(whole, 0, "RuntimeWarning: overflow").fault == "a warning of a library"
    assert outcome(whole, 0, "read", peak_mb=2500).fault == "memory"
    assert outcome(whole, 0, "read").fault is None and outcome(whole, 1, "It is damaged.").fault is None
