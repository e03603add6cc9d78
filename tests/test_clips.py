"""Stored tracks of rendered clips with exactly known angles through the whole analysis: what the product promises for
them."""

import json
from functools import cache

import numpy as np
import pytest
from conftest import DATA

from marchcam import PoseTrack, assess
from marchcam.analysis.assessment import assess as analysis_assess
from marchcam.track import SIDES

TRACKS = DATA / "tracks"
TRUTH = json.loads((TRACKS / "truth.json").read_text())
MARCHES = sorted(set(TRUTH) - {"standing", "fast_march"})


@cache
def assessed(name):
    return assess(PoseTrack.load(TRACKS / f"{name}.npz"))


def flags(name):
    return {f.code for f in assessed(name).quality.flags}


def named(name):
    return {c.code for c in assessed(name).compensations}


def true_lifts(name, side):
    return [lift for lift in TRUTH[name]["lifts"] if lift["side"] == side]


@pytest.mark.parametrize("name", sorted(set(TRUTH) - {"standing"}))
def test_every_lift_is_found_on_its_side_and_none_invented(name):
    counted = [(r.side, r.onset_s) for r in assessed(name).repetitions if r.excluded is None]
    expected = [(lift["side"], lift["start_s"]) for lift in TRUTH[name]["lifts"]]
    assert [side for side, _ in counted] == [side for side, _ in expected]
    # The 10 % point of a smooth lift comes 0.3 s after its start; 25 frames a second and the filter add some.
    assert all(-0.2 < found[1] - true[1] < 1.0 for found, true in zip(counted, expected, strict=True))


@pytest.mark.parametrize("name", MARCHES)
@pytest.mark.parametrize("side", SIDES)
def test_median_height_of_a_side_is_within_six_degrees_of_the_truth(name, side):
    truth = np.median([lift["elevation_deg"] for lift in true_lifts(name, side)])
    assert getattr(assessed(name).sides, side).peak_elevation_deg.median == pytest.approx(truth, abs=6.0)


def test_demo_is_a_difference_on_the_right_with_a_drop_off_there_only():
    a = assessed("demo")
    assert a.asymmetry.verdict in ("clear", "large") and a.asymmetry.lower_side == "right"
    assert a.asymmetry.ci_total_deg[0] < -16.9 < a.asymmetry.ci_total_deg[1]
    assert a.sides.right.drop_off.called and not a.sides.left.drop_off.called
    assert a.sides.right.drop_off.slope_deg_per_rep == pytest.approx(-1.1, abs=0.25)
    assert a.quality.trust == "good" and a.view.kind == "oblique"


def test_a_symmetric_person_is_never_clearly_different():
    a = assessed("symmetric_front")
    assert a.asymmetry.verdict not in ("clear", "large")
    assert not a.compensations


def test_weak_lifts_are_all_found_partial_and_named():
    a = assessed("weak_right_partial")
    assert (a.sides.right.repetition_count, a.sides.right.partial_count, a.sides.left.partial_count) == (6, 6, 0)
    assert any("Right" in f.text and "partial" in f.text for f in a.findings)


def test_landing_on_toes_and_on_heels_is_told_apart():
    a = assessed("heel_first")
    assert a.sides.right.landing.heel_first == 6 and a.sides.left.landing.toe_first == 6
    for name in ("demo", "session", "symmetric_front"):
        for side in (assessed(name).sides.left, assessed(name).sides.right):
            assert side.landing.heel_first == 0 and side.landing.toe_first >= 0.8 * side.repetition_count


def test_lean_and_hike_are_named_where_they_are_and_not_where_they_are_not():
    assert {"backward_lean", "sideways_lean", "hip_hike"} <= named("compensating")
    words = " ".join(f.text for f in assessed("compensating").findings)
    assert "leans back" in words and "leans sideways" in words and "hike" in words
    for name in ("symmetric_front", "demo", "session", "heel_first", "front_symmetric0"):
        assert not {"backward_lean", "sideways_lean", "hip_hike"} & named(name)


def test_standing_is_not_assessable_and_says_so():
    a = assessed("standing")
    assert a.quality.trust == "not_assessable" and a.repetitions == () and flags("standing") >= {"no_lifts"}
    assert a.findings[0].text == "No lift was found in this recording."


def test_a_fast_march_is_called_one():
    assert "too_fast" in flags("fast_march")
    assert "a march, not a slow march" in " ".join(f.text for f in assessed("fast_march").quality.flags)


def test_few_lifts_show_heights_and_compare_nothing():
    a = assessed("asym_front")
    assert a.quality.trust == "poor" and a.asymmetry.verdict == "withheld" and a.asymmetry.difference_deg is None
    assert a.sides.left.peak_elevation_deg.median is not None


def test_no_steady_clip_has_a_moved_camera_or_a_second_person():
    for name in TRUTH:
        assert not flags(name) & {"camera_moved", "second_person", "side_swap", "thigh_length", "mirrored"}


def test_the_public_name_is_the_analysis():
    assert assess is analysis_assess
