"""`marchcam live` as a user runs it: real video, real model, real kills."""

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from conftest import DATA, ENVIRONMENT, run_marchcam
from mjpeg import Server

from marchcam.analysis.assessment import assess
from marchcam.capture import VideoFile
from marchcam.history.store import Store
from marchcam.live.album import Album
from marchcam.live.journal import JOURNAL, read_journal
from marchcam.track import PoseTrack

MARCH = DATA / "march.mp4"
QUIET = ("--no-window", "--no-sound", "--screened")
pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals of another kind")


def without_display():
    environment = dict(ENVIRONMENT)
    environment.pop("DISPLAY", None)
    return environment


def start(*arguments, cwd, **options):
    command = [sys.executable, "-m", "marchcam", "live", *map(str, arguments)]
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, cwd=cwd, env=without_display(), text=True, **pipes, **options)


def wait_for(check, seconds=120):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := check():
            return value
        time.sleep(0.02)
    raise AssertionError("nothing came")


def frames_in(journal):
    return len(read_journal(journal).track.times_s) if journal.exists() and read_journal(journal).track else 0


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    """A file as camera, to its end, looked at by several tests."""
    cwd = tmp_path_factory.mktemp("live")
    options = ("--out", "é t", "--name", "Zoë", "--person", "S 17", "--store", cwd / "h.sqlite")
    result = run_marchcam("live", "--camera", MARCH, *QUIET, *options, cwd=cwd)
    assert result.returncode == 0, result.stderr
    return cwd / "é t", result


def test_a_file_as_camera_plays_once_and_leaves_everything(session):
    folder, result = session
    names = {"report.png", "report.html", "assessment.json", "repetitions.csv", "series.csv", "track.npz", JOURNAL}
    assert {path.name for path in folder.iterdir()} == names
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in folder.iterdir())
    assert folder.stat().st_mode & 0o777 == 0o700
    assert "Lift left" in result.stdout.decode() and "Results" in result.stdout.decode()


def test_a_session_with_a_person_is_kept_in_the_history(session, tmp_path):
    folder, result = session
    assert "History   session 1, 1 of this person so far" in result.stdout.decode()
    again = ("report", folder, "--out", tmp_path, "--person", "S 17", "--store", folder.parent / "h.sqlite", "--quiet")
    assert run_marchcam(*again, cwd=tmp_path).returncode == 0
    with Store(folder.parent / "h.sqlite") as store:
        ((kept, found),) = store.assessments()
    assert (kept.alias, kept.folder, kept.setup.name) == ("S 17", str(tmp_path), "Zoë")
    assert found == json.loads((folder / "assessment.json").read_text(encoding="utf-8"))


def test_times_are_those_of_the_video(session):
    track = PoseTrack.load(session[0] / "track.npz")
    with VideoFile(MARCH) as video:
        true_s = np.array([frame.time_s for frame in video])
    assert np.abs(true_s[:, None] - track.times_s).min(axis=0).max() < 1e-6
    assert len(track.times_s) > 0.3 * len(true_s)  # a busy computer leaves pictures out


def test_the_assessment_is_that_of_the_journal_and_of_the_track(session, tmp_path):
    folder, _ = session
    result = run_marchcam("report", folder / JOURNAL, "--out", tmp_path, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    live, again = (json.loads((f / "assessment.json").read_text()) for f in (folder, tmp_path))
    assert live == again
    assert live["setup"]["name"] == "Zoë"
    assert live["pain"]["rose"] is None  # nobody was there to ask


def test_nothing_of_the_picture_is_kept(session):
    assert not [path for path in session[0].iterdir() if path.suffix in (".mp4", ".mkv", ".jpg")]


def test_killed_at_once_it_loses_less_than_a_second(tmp_path):
    live = start("--camera", MARCH, "--loop", "--free", *QUIET, "--out", "killed", cwd=tmp_path)
    journal = tmp_path / "killed" / JOURNAL
    wait_for(lambda: frames_in(journal) > 40)
    before_s = read_journal(journal).track.times_s[-1]
    time.sleep(1.5)
    live.kill()
    live.communicate()
    last_s = read_journal(journal).track.times_s[-1]
    assert last_s - before_s > 0.5  # of the 1.5 s that followed, no more than one is gone
    result = run_marchcam("report", "killed", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "killed" / "report.png").stat().st_size > 10_000


def test_ctrl_c_makes_the_report_of_what_there_is(tmp_path):
    live = start("--camera", MARCH, "--loop", *QUIET, "--out", "stopped", "--record", cwd=tmp_path)
    wait_for(lambda: frames_in(tmp_path / "stopped" / JOURNAL) > 30)
    live.send_signal(signal.SIGINT)
    out, error = live.communicate(timeout=150)
    assert live.returncode == 130, error
    assert "Traceback" not in error and "Results" in out
    assert {"report.png", "track.npz", "recording.mkv"} <= {path.name for path in (tmp_path / "stopped").iterdir()}
    with VideoFile(tmp_path / "stopped" / "recording.mkv") as video:
        assert video.image_size_wh == read_journal(tmp_path / "stopped" / JOURNAL).track.image_size_wh


def test_no_camera_is_one_sentence_and_leaves_no_folder(tmp_path):
    for camera in ("no such file.mp4", "7", "http://127.0.0.1:9/video", "gopher://x"):
        result = run_marchcam("live", "--camera", camera, *QUIET, cwd=tmp_path)
        error = result.stderr.decode()
        assert result.returncode == 1 and error.startswith("Error: ") and error.count("\n") == 1, error
    assert not list(tmp_path.iterdir())


def test_a_second_session_does_not_write_into_the_first(session):
    result = run_marchcam("live", "--camera", MARCH, *QUIET, "--out", session[0], cwd=session[0].parent)
    assert result.returncode == 1
    assert "another session" in result.stderr.decode()


def test_without_a_display_the_cues_are_printed(tmp_path):
    live = start("--camera", MARCH, "--screened", "--no-sound", "--out", "o", cwd=tmp_path)
    wait_for(lambda: frames_in(tmp_path / "o" / JOURNAL) > 5)
    live.send_signal(signal.SIGINT)
    out, error = live.communicate(timeout=150)
    assert "No window" in error and "0:0" in out


@pytest.mark.slow
def test_a_stalled_stream_is_said_and_taken_up_again(tmp_path):
    with VideoFile(MARCH, end_s=1.0) as video:
        person = next(iter(video)).image
    with Server(picture=lambda: person) as server:
        live = start("--camera", server.url, *QUIET, "--out", "stream", cwd=tmp_path)
        journal = tmp_path / "stream" / JOURNAL
        wait_for(lambda: frames_in(journal) > 10)
        server.stalled.set()
        time.sleep(3.5)
        server.stalled.clear()
        before = frames_in(journal)
        wait_for(lambda: frames_in(journal) > before + 10)
        live.send_signal(signal.SIGINT)
        out, error = live.communicate(timeout=150)
    assert "Camera lost" in out, (out, error)
    gaps_s = np.diff(read_journal(journal).track.times_s)
    assert gaps_s.max() > 2.0  # a gap is a gap


def test_the_looping_camera_of_opencvs_own_ffmpeg_is_a_camera(tmp_path):
    source = f"movie={DATA / 'march.mp4'}:loop=0,realtime"
    environment = {**without_display(), "OPENCV_FFMPEG_CAPTURE_OPTIONS": "input_format;lavfi"}
    command = [sys.executable, "-m", "marchcam", "live", "--camera", source, *QUIET, "--out", "o", "--model", "lite"]
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    live = subprocess.Popen(command, cwd=tmp_path, env=environment, text=True, **pipes)
    wait_for(lambda: frames_in(tmp_path / "o" / JOURNAL) > 30)
    live.send_signal(signal.SIGINT)
    out, error = live.communicate(timeout=150)
    assert live.returncode == 130 and "Results" in out, (out, error)
    steps_s = np.diff(read_journal(tmp_path / "o" / JOURNAL).track.times_s)
    assert 0.05 < np.median(steps_s) < 0.1  # 15 pictures a second, as they came


@pytest.mark.slow
def test_a_full_disk_ends_in_a_sentence_and_a_journal_that_can_be_read(tmp_path):
    def little_space():
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))

    live = start("--camera", MARCH, *QUIET, "--out", "full", cwd=tmp_path, preexec_fn=little_space)
    out, error = live.communicate(timeout=150)
    assert live.returncode == 1 and "Traceback" not in error, error
    assert error.strip().splitlines()[-1].startswith("Error: ")
    assert frames_in(tmp_path / "full" / JOURNAL) > 40


def test_the_tempo_and_other_options_are_checked(tmp_path):
    for wrong in (("--tempo", "fast"), ("--reps", "0"), ("--pain-hip-before", "11"), ("--model", "heavy")):
        result = run_marchcam("live", *wrong, cwd=tmp_path)
        assert result.returncode == 2 and not list(tmp_path.iterdir())


def test_the_reasons_not_to_test_are_shown_where_nobody_can_be_asked(tmp_path):
    result = run_marchcam("live", "--camera", "none.mp4", "--no-window", cwd=tmp_path, stdin=subprocess.DEVNULL)
    said = result.stdout.decode()
    assert said.index("Seek medical help now") < said.index("A swollen, painful calf")
    assert said.index("Ask a professional first") < said.index("Night pain") < said.index("Have two chair backs")


def test_the_album_gives_the_nearest_picture_and_none_from_afar():
    album = Album()
    with VideoFile(MARCH, end_s=3.0) as video:
        frames = list(video)
    for frame in frames:
        album.show(frame, lifting=1.0 < frame.time_s < 2.0)
    found = album.pictures([1.5, 2.6])
    assert set(found) == {1.5}
    nearest = min(frames, key=lambda frame: abs(frame.time_s - 1.5))
    assert np.abs(found[1.5].astype(int) - nearest.image).mean() < 8


@pytest.mark.skipif(
    not all(map(shutil.which, ("Xvfb", "xdotool", "openbox"))), reason="Xvfb, xdotool or openbox is missing"
)
@pytest.mark.parametrize("how", ["key", "close"])
def test_a_real_window_ends_by_its_key_and_by_its_button(screen_name, tmp_path, how):
    environment = {**ENVIRONMENT, "DISPLAY": screen_name, "BROWSER": "true", "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    (tmp_path / "xdg-open").write_text('#!/bin/sh\necho "$1" > opened\n')
    (tmp_path / "xdg-open").chmod(0o755)

    def press(*what):
        subprocess.run(["xdotool", *what], env=environment, check=True, timeout=20)

    options = ("--camera", MARCH, "--loop", "--no-sound", "--out", "o", "--pain-back-before", 0)
    command = [sys.executable, "-m", "marchcam", "live", *map(str, options)]
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    live = subprocess.Popen(command, cwd=tmp_path, env=environment, text=True, **pipes)
    press("search", "--sync", "--onlyvisible", "--name", "^MarchCam$")
    journal = tmp_path / "o" / JOURNAL
    time.sleep(1.0)
    assert not journal.exists()  # the two pages of reasons not to test come first
    press("search", "--name", "^MarchCam$", "windowfocus", "key", "n")
    time.sleep(0.5)
    assert not journal.exists()
    press("key", "n")
    time.sleep(0.5)
    press("key", "s")  # the pain in the hip is not said
    wait_for(lambda: frames_in(journal) > 20)
    press(*(("key", "q") if how == "key" else ("search", "--name", "^MarchCam$", "windowfocus", "key", "alt+F4")))
    out, error = live.communicate(timeout=150)
    assert live.returncode == 0 and "Results" in out, (out, error)
    assert "Traceback" not in error
    assert (tmp_path / "opened").read_text().strip().endswith("report.png")  # the report opens at the end


@pytest.mark.slow
def test_a_whole_guided_session_equals_the_recorded_analysis(tmp_path):
    options = ("--reps", 6, *QUIET, "--out", "whole")
    command = [sys.executable, "-m", "marchcam", "live", "--camera", str(DATA / "session.mp4"), *map(str, options)]
    done = subprocess.run(command, cwd=tmp_path, env=without_display(), capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    live = assess(PoseTrack.load(tmp_path / "whole" / "track.npz"))
    recorded = assess(PoseTrack.load(Path(__file__).parent / "data" / "tracks" / "session.npz"))
    assert [r.side for r in live.repetitions] == [r.side for r in recorded.repetitions]
    assert all(r.excluded is None for r in live.repetitions)
    for a, b in zip(live.repetitions, recorded.repetitions, strict=True):
        assert a.peak_elevation_deg == pytest.approx(b.peak_elevation_deg, abs=1.5)
    assert live.asymmetry.difference_deg == pytest.approx(recorded.asymmetry.difference_deg, abs=1.0)
    assert live.asymmetry.verdict == recorded.asymmetry.verdict
