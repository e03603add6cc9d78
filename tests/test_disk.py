"""Disks that are full, become full, or cannot be written to: a sentence, and whatever can be kept is kept."""

import csv
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time

import cv2
import pytest
from conftest import DATA, ENVIRONMENT, run_marchcam
from test_live import MARCH, QUIET, frames_in, start, wait_for

from marchcam.live.journal import JOURNAL, read_journal
from marchcam.report.folder import prepare_folder
from marchcam.track import PoseTrack

DEMO = DATA / "tracks" / "demo.npz"
LIVE = ("--camera", MARCH, "--loop", "--free", "--model", "lite", *QUIET)
pytestmark = pytest.mark.skipif(os.name != "posix", reason="limits and mounts of another kind")


def largest_file(size):
    """A disk that is full everywhere, without one: no file may grow beyond this."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.fixture
def disk(tmp_path):
    """Mounts a small disk in memory."""
    place = tmp_path / "disk"
    place.mkdir()

    def mount(options):
        made = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", place], capture_output=True, text=True)
        if made.returncode:
            pytest.skip(f"no disk can be mounted here: {made.stderr.strip()}")
        return place

    yield mount
    subprocess.run(["umount", "-l", place], capture_output=True)


def fill(place):
    """Leave no byte free."""
    with (place / "filler").open("wb", buffering=0) as file:
        try:
            while file.write(bytes(100_000)):
                pass
        except OSError:
            pass
    return place / "filler"


def sentence(result):
    """The one sentence of a failure."""
    error = result.stderr.decode()
    assert result.returncode == 1 and "Traceback" not in error, error
    assert error.startswith("Error: ") and error.count("\n") == 1, error
    return error


def whole(folder):
    """The names of the files in a folder; each can be read to its end."""
    for path in folder.iterdir():
        if path.suffix == ".json":
            json.loads(path.read_text(encoding="utf-8"))
        elif path.suffix == ".csv":
            assert len({len(row) for row in csv.reader(path.read_text(encoding="utf-8").splitlines())}) == 1
        elif path.suffix == ".png":
            assert cv2.imread(str(path)).shape == (2338, 1652, 3)
        elif path.suffix == ".html":
            assert path.read_text(encoding="utf-8").rstrip().endswith("</html>")
        elif path.suffix == ".npz":
            PoseTrack.load(path)
        else:
            assert path.name == JOURNAL, path
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize(("size", "kept"), [(2_000, set()), (300_000, {"assessment.json", "repetitions.csv"})])
def test_a_report_that_finds_no_room_leaves_whole_files_and_prints_what_was_measured(tmp_path, size, kept):
    options = {"cwd": tmp_path, "preexec_fn": largest_file(size)}
    (tmp_path / "o").mkdir()
    shutil.copy(DEMO, tmp_path / "o" / "track.npz")
    result = run_marchcam("report", "o", **options)
    assert " o/" in sentence(result)
    assert "Your right knee rises" in result.stdout.decode()
    assert kept <= whole(tmp_path / "o") and "report.html" not in whole(tmp_path / "o")


def test_an_analysis_that_finds_no_room_prints_what_was_measured(tmp_path):
    options = {"cwd": tmp_path, "preexec_fn": largest_file(10_000)}
    result = run_marchcam("analyze", MARCH, "--model", "lite", "--end", 3, "--out", "o", **options)
    assert "The disk is full: o/track.npz was not written." in sentence(result)
    assert "Trust" in result.stdout.decode()
    assert whole(tmp_path / "o") == set()


@pytest.mark.slow
def test_a_session_goes_on_when_the_disk_becomes_full(disk, tmp_path):
    place = disk("size=60m")
    live = start(*LIVE, "--record", "--out", place / "o", cwd=tmp_path)
    wait_for(lambda: frames_in(place / "o" / JOURNAL) > 20)
    fill(place)
    time.sleep(2)  # of the march that find no place
    live.send_signal(signal.SIGINT)
    out, error = live.communicate(timeout=150)
    assert live.returncode == 1 and "Traceback" not in error, error
    assert "The disk was full: the recorded video is not complete." in error
    assert f"The disk was full: {JOURNAL} is not complete." in error
    assert "The disk is full" in error.splitlines()[-1] and "marchcam report" in error.splitlines()[-1]
    assert "Trust" in out
    again = run_marchcam("report", place / "o", "--out", tmp_path / "again", "--quiet", cwd=tmp_path)
    assert again.returncode == 0, again.stderr


@pytest.mark.slow
def test_what_was_seen_while_the_disk_was_full_is_in_the_results_once_there_is_room(disk, tmp_path):
    place = disk("size=60m")
    live = start(*LIVE, "--out", place / "o", cwd=tmp_path)
    journal = place / "o" / JOURNAL
    wait_for(lambda: frames_in(journal) > 20)
    filler = fill(place)
    time.sleep(2)  # of the march that find no place
    filler.unlink()
    before = frames_in(journal)
    wait_for(lambda: frames_in(journal) > before + 20)
    live.send_signal(signal.SIGINT)
    _, error = live.communicate(timeout=150)
    assert live.returncode == 130, error
    assert f"The disk was full: {JOURNAL} is not complete." in error
    stored, kept = read_journal(journal).track, PoseTrack.load(place / "o" / "track.npz")
    assert len(kept.times_s) > len(stored.times_s)
    assert set(stored.times_s) <= set(kept.times_s)


def test_a_session_does_not_begin_where_there_is_no_room_for_it(disk, tmp_path):
    place = disk("size=10m")
    result = run_marchcam("live", *LIVE, "--out", place / "o", cwd=tmp_path)
    assert "Only 10 MB are free" in sentence(result)
    assert list(place.iterdir()) == []


@pytest.mark.slow
def test_a_full_disk_of_the_history_or_an_export_costs_neither_report_nor_history(disk, tmp_path):
    place = disk("size=1m")
    keep = ("--person", "S1", "--store", place / "h.sqlite", "--out", "o")
    assert run_marchcam("report", DEMO, *keep, "--quiet", cwd=tmp_path).returncode == 0
    fill(place)
    result = run_marchcam("report", DATA / "tracks" / "weak_right_partial.npz", *keep, cwd=tmp_path)
    assert "the disk is full. What was in it before is still there." in sentence(result)
    assert {"report.png", "report.html", "track.npz"} <= whole(tmp_path / "o")
    assert "no. " in run_marchcam("history", "list", *keep[2:4], cwd=tmp_path).stdout.decode()
    assert "Cannot write" in sentence(run_marchcam("export", DEMO, "--out", place / "t.csv", cwd=tmp_path))
    assert {path.name for path in place.iterdir()} == {"h.sqlite", "filler"}


@pytest.mark.slow
def test_a_read_only_disk_is_said_before_the_work(disk, tmp_path):
    place = disk("size=60m")
    shutil.copy(DATA / "plain.mp4", place)
    subprocess.run(["mount", "-o", "remount,ro", place], check=True)
    for command in (
        ("analyze", "plain.mp4"),
        ("report", DEMO, "--out", "o"),
        ("live", *LIVE),
        ("export", DEMO, "--out", "t.csv"),
        ("report", DEMO, "--out", tmp_path / "o", "--person", "S1", "--store", "h.sqlite"),
    ):
        result = run_marchcam(*command, cwd=place)
        assert "ead-only" in sentence(result) and ". Choose another --" in sentence(result), result.stderr
    assert not (tmp_path / "o").exists()
    options = ("--out", tmp_path / "o", "--model", "lite", "--end", 0.3, "--quiet")
    command = [sys.executable, "-m", "marchcam", "analyze", "plain.mp4", *map(str, options)]
    home = {**ENVIRONMENT, "HOME": str(place)}
    result = subprocess.run(command, cwd=place, env=home, capture_output=True, timeout=120)
    assert (result.returncode, result.stdout, result.stderr) == (0, b"", b"")


def test_what_a_killed_program_left_half_written_goes_with_the_next_results(tmp_path):
    (tmp_path / "o").mkdir()
    for name, age_s in ((".part-old.mp4", 7200), (".part-new.mp4", 5), ("mine.txt", 7200)):
        (tmp_path / "o" / name).write_bytes(b"x")
        os.utime(tmp_path / "o" / name, (time.time() - age_s,) * 2)
    prepare_folder(tmp_path / "o")
    assert {path.name for path in (tmp_path / "o").iterdir()} == {".part-new.mp4", "mine.txt"}


def test_a_second_ctrl_c_says_where_the_session_is(tmp_path):
    live = start(*LIVE, "--out", "o", cwd=tmp_path)
    wait_for(lambda: frames_in(tmp_path / "o" / JOURNAL) > 20)
    live.send_signal(signal.SIGINT)
    wait_for(lambda: read_journal(tmp_path / "o" / JOURNAL).track.source.truncated is False)
    live.send_signal(signal.SIGINT)
    _, error = live.communicate(timeout=60)
    assert live.returncode in (130, -signal.SIGINT) and "Traceback" not in error  # the latter at the very end
    assert error.splitlines()[-1] == f"Stopped. What was recorded is in o/{JOURNAL}; then: marchcam report o"
    assert run_marchcam("report", "o", "--quiet", cwd=tmp_path).returncode == 0


@pytest.mark.slow
def test_two_sessions_at_once_with_one_camera_file_and_one_history_disturb_neither(tmp_path):
    keep = ("--store", "h.sqlite")
    both = [start(*LIVE, *keep, "--person", f"person {out}", "--out", out, cwd=tmp_path) for out in ("a", "b")]
    for out in ("a", "b"):
        wait_for(lambda out=out: frames_in(tmp_path / out / JOURNAL) > 20)
    third = run_marchcam("live", *LIVE, "--out", "a", cwd=tmp_path)
    assert "another session" in sentence(third)
    for live in both:
        live.send_signal(signal.SIGINT)
    for live in both:
        _, error = live.communicate(timeout=150)
        assert live.returncode == 130, error
    assert {"report.png", "report.html", "track.npz"} <= whole(tmp_path / "a") & whole(tmp_path / "b")
    listed = run_marchcam("history", "list", *keep, cwd=tmp_path).stdout.decode()
    assert "person a" in listed and "person b" in listed
