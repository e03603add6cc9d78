"""Which videos are meant, and what their folders are called."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ENVIRONMENT

from marchcam.batch.plan import clean_label, is_url, make_labels, make_plan, means_many


@pytest.fixture
def study(tmp_path, monkeypatch):
    """Files as they lie about in a study."""
    for name in (
        *("S1/march.mp4", "S2/march.MOV", "S2/deep/er/x.webm", "S2/notes.txt", "S2/._march.mp4", ".trash/old.mp4"),
        *("S3/march.mp4", "S3/annotated.mp4", "S3/recording.mkv", "S3/assessment.json"),
        *("out/S1-march/annotated.mp4", "out/other.mp4"),
    ):
        path = tmp_path / "study" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "study"


def found(*paths, out="study/out"):
    plan = make_plan([str(path) for path in paths], out)
    return [os.path.relpath(video.place, "study") for video in plan.videos], list(plan.troubles)


def test_a_folder_means_every_video_below_it_but_nothing_hidden_and_nothing_that_marchcam_wrote(study):
    wanted = ["S1/march.mp4", "S2/deep/er/x.webm", "S2/march.MOV", "S3/march.mp4"]
    assert found(study) == (wanted, [])
    assert found("study") == (wanted, [])


def test_patterns_mean_what_a_shell_would_make_of_them(study):
    assert found("study/*/march.*")[0] == ["S1/march.mp4", "S2/march.MOV", "S3/march.mp4"]
    assert found("study/**/*.mp4")[0] == ["S1/march.mp4", "S3/march.mp4"]
    assert found("study/**")[0] == ["S1/march.mp4", "S2/deep/er/x.webm", "S2/march.MOV", "S3/march.mp4"]
    assert found("study/S[12]")[0] == ["S1/march.mp4", "S2/deep/er/x.webm", "S2/march.MOV"]
    assert found("study/*/*.txt")[0] == ["S2/notes.txt"]
    assert found("study/*/recording.mkv")[0] == ["S3/recording.mkv"]


def test_a_file_that_is_named_is_taken_whatever_it_is_called(study):
    (study / "odd[1].mp4").write_text("")
    assert found(study / "S2/notes.txt", study / "odd[1].mp4", study / "gone.mp4") == (
        ["S2/notes.txt", "odd[1].mp4", "gone.mp4"],
        [],
    )


def test_a_video_named_twice_is_one_video(study):
    (study / "link.mp4").symlink_to(study / "S1/march.mp4")
    assert found("study/S1/march.mp4", study / "S1", "study/S1/*", "study/link.mp4")[0] == ["S1/march.mp4"]


def test_what_leads_to_no_video_is_said(study):
    (study / "empty").mkdir()
    assert found("study/empty", "study/*.avi", "study/S1") == (
        ["S1/march.mp4"],
        ["No video was found in the folder study/empty.", "No video was found in the pattern study/*.avi."],
    )


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="modes")
def test_a_folder_that_may_not_be_read_is_said_and_the_others_are_searched(study):
    (study / "S1").chmod(0)
    code = "p = marchcam.batch.plan.make_plan(['study'], 'study/out'); print(len(p.videos), p.troubles)"
    if os.geteuid() == 0:  # who may read everything reads as somebody else
        for folder in (study, *study.parents):
            if not folder.stat().st_mode & 0o005 and folder.is_relative_to(study.parents[2]):
                folder.chmod(0o755)
        code = f"import os; os.setuid(65534); {code}"
    command = [sys.executable, "-c", f"import marchcam.batch.plan; {code}"]
    result = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True)
    (study / "S1").chmod(0o700)
    assert "Permission denied" in result.stdout, result.stderr
    assert result.stdout.startswith("3 ('The folder study/S1 cannot be read: ")


def test_folders_of_one_search_keep_apart_videos_of_one_name(study):
    assert [video.label for video in make_plan(["study"], "study/out").videos] == [
        *("S1-march", "S2-deep-er-x", "S2-march", "S3-march")
    ]
    files = ["study/S1/march.mp4", "study/S3/march.mp4", "study/out/other.mp4"]
    assert [video.label for video in make_plan(files, "x").videos] == ["S1-march", "S3-march", "other"]


def test_no_two_labels_are_alike_even_where_case_or_accents_do_not_count():
    places = ["/a/b/m.mp4", "/a/b/m.mov", "/c/b/M.mp4", "/d/e\u0301.mp4", "/d/\u00e9.mp4", "s3://x/m.mp4", "/a-b.mp4"]
    labels = make_labels([(place, place.rsplit("/", 1)[-1]) for place in places])
    assert len({label.casefold() for label in labels}) == len(places)
    assert labels == make_labels([(place, place.rsplit("/", 1)[-1]) for place in places])
    assert labels[-1] == "a-b"


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("Zoë Ü 2.mp4", "Zoë Ü 2"),
        ("../../up.mp4", "_-..-up"),
        ("a\\..\\b.mp4", "a_.._b"),
        ("..a.mp4", "_a"),
        (".mp4", "_mp4"),
        ("a .mp4", "a"),
        ("end. .mp4", "end"),
        ("NUL.mp4", "_NUL"),
        ("summary.csv.mp4", "_summary.csv"),
        ("tab\there\n.mp4", "tab_here_"),
        ("half\udce9.mp4", "half_"),
        ("=1+1.mp4", "=1+1"),
    ],
)
def test_a_label_is_one_folder_name_that_stays_inside(name, label):
    assert clean_label(name) == label
    inside = Path("out", clean_label(name))
    assert inside.parent == Path("out") and inside.name not in ("", "..")


def test_a_long_name_is_cut_and_stays_its_own():
    long = [clean_label("ä" * 200 + end + ".mp4") for end in "ab"]
    assert long[0] != long[1] and all(len(label.encode()) <= 120 for label in long)


def test_one_plain_file_is_not_many(study):
    assert not means_many(["study/S1/march.mp4"]) and not means_many(["nowhere.mp4"])
    for paths in (["study"], ["a.mp4", "b.mp4"], ["study/*.mp4"], ["s3://bucket/a.mp4"]):
        assert means_many(paths)
    (study / "odd[1].mp4").write_text("")
    assert not means_many(["study/odd[1].mp4"])
    assert not is_url("C://videos/a.mp4") and not is_url("a/b.mp4")


def test_an_address_with_a_password_is_refused_and_not_repeated(tmp_path):
    plan = make_plan(["https://me:s3cret@host/a.mp4", "https://host:80/b@c.mp4", "abfs://box@host/d.mp4"], tmp_path)
    assert [video.place for video in plan.videos] == ["https://host:80/b@c.mp4", "abfs://box@host/d.mp4"]
    assert len(plan.troubles) == 1 and "password" in plan.troubles[0] and "s3cret" not in plan.troubles[0]
