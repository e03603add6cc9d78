import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from click.testing import CliRunner
from conftest import ENVIRONMENT, run_marchcam

from marchcam.cli import cli
from marchcam.cli.console import exit_code, progress_bar
from marchcam.cli.options import setup_from
from marchcam.report.summary import summary_text
from marchcam.track import PoseTrack, Setup

FILES = ["annotated.mp4", "assessment.json", "repetitions.csv", "report.html", "report.png", "series.csv", "track.npz"]
SAME = ["assessment.json", "repetitions.csv", "series.csv", "report.png", "report.html"]


def test_analyze_writes_everything_and_prints_a_summary(analyzed):
    output = analyzed.result.stdout.decode()
    assert analyzed.result.returncode == 0, analyzed.result.stderr
    assert analyzed.result.stderr == b""
    assert sorted(path.name for path in analyzed.folder.iterdir()) == FILES
    assert re.search(r"^Left +1 lift", output, re.M)
    assert re.search(r"^Right +1 lift", output, re.M)
    assert "report.png" in output
    assert cv2.imread(str(analyzed.folder / "report.png")).shape == (2338, 1652, 3)


def test_what_was_told_is_kept(analyzed):
    setup = Setup(stature_m=1.75, name="Zoë", pain_hip_before=1)
    assert PoseTrack.load(analyzed.folder / "track.npz").setup == setup
    assert json.loads((analyzed.folder / "assessment.json").read_text(encoding="utf-8"))["setup"]["name"] == "Zoë"


@pytest.mark.skipif(os.name != "posix", reason="modes")
def test_results_are_for_the_owner_alone(analyzed):
    assert analyzed.folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in analyzed.folder.iterdir()} == {0o600}


def test_the_annotated_video_shows_the_same_time_with_the_face_hidden(analyzed, data):
    drawn, plain = (cv2.VideoCapture(str(path)) for path in (analyzed.folder / "annotated.mp4", data / "march.mp4"))
    assert drawn.get(cv2.CAP_PROP_FRAME_COUNT) == 173 - 15  # the analysis began at 1 s
    assert drawn.get(cv2.CAP_PROP_FPS) == pytest.approx(15)
    for _ in range(15):
        plain.grab()
    change = np.abs(drawn.read()[1].astype(int) - plain.read()[1]).mean(axis=2)
    track = PoseTrack.load(analyzed.folder / "track.npz")
    x, y = np.rint(track.position_px[0, 0]).astype(int)  # the nose
    assert change[y - 4 : y + 5, x - 4 : x + 5].mean() > 10
    assert change[200:, :60].mean() < 5  # the floor: the codec alone


def test_report_gives_the_same_bytes_without_a_model(analyzed, tmp_path):
    result = run_marchcam("report", analyzed.folder, "--out", tmp_path / "again", "--json", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    for name in SAME:
        assert (tmp_path / "again" / name).read_bytes() == (analyzed.folder / name).read_bytes(), name
    assert result.stdout == (analyzed.folder / "assessment.json").read_bytes()
    assert PoseTrack.load(tmp_path / "again" / "track.npz").setup.name == "Zoë"


def test_report_takes_new_answers_over_the_saved_ones_and_needs_no_video(analyzed, tmp_path):
    track = tmp_path / "track.npz"
    loaded = PoseTrack.load(analyzed.folder / "track.npz")
    replace(loaded, source=replace(loaded.source, path=str(tmp_path / "gone.mp4"))).save(track)
    before = track.read_bytes()
    result = invoke("report", track, "--name", "Sam", "--pain-hip-after", 2, "--quiet")
    assert (result.exit_code, result.output) == (0, "")
    setup = json.loads((tmp_path / "assessment.json").read_text(encoding="utf-8"))["setup"]
    assert (setup["name"], setup["stature_m"], setup["pain_hip_before"], setup["pain_hip_after"]) == ("Sam", 1.75, 1, 2)
    assert (tmp_path / "report.png").exists()
    assert track.read_bytes() == before


def invoke(*arguments):
    """The command in this process, through the same way out as the real one."""
    with CliRunner().isolation() as (out, err, _):
        code = exit_code(cli, [str(argument) for argument in arguments])
        return SimpleNamespace(exit_code=code, output=out.getvalue().decode(), error=err.getvalue().decode())


def failure(*arguments):
    result = invoke(*arguments)
    assert result.exit_code == 1
    assert result.output == ""
    assert result.error.startswith("Error: ")
    assert result.error.count("\n") == 1
    return result.error


def test_a_broken_video_is_one_sentence_and_leaves_no_folder(tmp_path):
    video = tmp_path / "text.mp4"
    video.write_text("hello")
    assert "not a video" in failure("analyze", video, "--out", tmp_path / "out")
    assert "no file" in failure("analyze", tmp_path / "none.mp4", "--out", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_made_is_said_before_the_work(data, tmp_path):
    (tmp_path / "file").write_text("keep")
    assert "a file is in the way" in failure("analyze", data / "plain.mp4", "--out", tmp_path / "file" / "out")
    assert "a file is in the way" in failure("analyze", data / "plain.mp4", "--out", tmp_path / "file")
    (tmp_path / "out" / "report.png").mkdir(parents=True)
    assert "in the way" in failure("analyze", data / "plain.mp4", "--out", tmp_path / "out")
    assert (tmp_path / "file").read_text() == "keep"


def test_a_video_is_never_replaced_by_its_result(data, tmp_path):
    video = tmp_path / "annotated.mp4"
    shutil.copy(data / "plain.mp4", video)
    assert "would replace the video" in failure("analyze", video, "--out", tmp_path)
    assert video.read_bytes() == (data / "plain.mp4").read_bytes()


def test_other_mistakes_are_one_sentence(data, tmp_path):
    assert "Nothing to read from 99" in failure("analyze", data / "plain.mp4", "--start", 99, "--out", tmp_path / "out")
    assert "no pose model" in failure("analyze", data / "plain.mp4", "--model", "huge", "--out", tmp_path / "out")
    assert "no saved track" in failure("report", tmp_path / "none")
    assert "not a saved pose track" in failure("report", data / "plain.mp4")


def test_a_mistake_of_our_own_is_a_sentence_too(data, tmp_path, monkeypatch):
    from marchcam.report import folder

    def broken(*_, **__):
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(folder, "prepare_folder", broken)
    monkeypatch.delenv("MARCHCAM_DEBUG", raising=False)
    text = failure("analyze", data / "plain.mp4", "--out", tmp_path / "out")
    assert "ZeroDivisionError: by zero" in text
    assert "MARCHCAM_DEBUG=1" in text


def test_a_full_disk_is_a_sentence(data, tmp_path, monkeypatch):
    from marchcam.report import folder

    def full(*_, **__):
        raise OSError(28, "No space left on device", "/somewhere/report.png")

    monkeypatch.setattr(folder, "prepare_folder", full)
    assert "/somewhere/report.png" in failure("analyze", data / "plain.mp4", "--out", tmp_path / "out")


@pytest.mark.parametrize("bad", [("--stature", 1.75), ("--stature", "nan"), ("--pain-hip-after", 11), ("--rotate", 45)])
def test_options_out_of_range_are_a_usage_error(data, bad):
    result = invoke("analyze", data / "plain.mp4", *bad)
    assert result.exit_code == 2
    assert "Error" in result.error


def test_centimetres_become_metres():
    told = {"stature": 175.0, "lens_height": 95.0, "fov": 66.0, "level_at": 4.5, "name": None, "band": None}
    wanted = Setup(stature_m=1.75, lens_height_m=0.95, horizontal_fov_deg=66.0, level_thigh_s=4.5)
    assert setup_from(told) == wanted
    assert setup_from({"stature": None, "band": False}, Setup(stature_m=1.6, band=True)) == Setup(stature_m=1.6)


def test_every_command_explains_itself_with_an_example():
    for name in cli.commands:
        text = CliRunner().invoke(cli, [name, "--help"]).output
        assert f"marchcam {name}" in text
        for option in cli.commands[name].params:
            if option.param_type_name == "option" and option.name != "help":
                assert option.opts[0] in option.help, f"{name} {option.opts[0]} has no example"


def test_help_loads_nothing_heavy():
    code = (
        "import sys\nfrom marchcam.cli import cli\ncli.main(['analyze', '--help'], standalone_mode=False)\n"
        "print([name for name in ('cv2', 'mediapipe', 'matplotlib', 'numpy', 'sqlite3') if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], env=ENVIRONMENT, capture_output=True, text=True)
    assert result.stdout.splitlines()[-1] == "[]"


def test_the_sample_is_found_and_is_a_video():
    from marchcam.capture import VideoFile
    from marchcam.cli import _sample

    with VideoFile(_sample()) as video:
        assert video.duration_hint_s == pytest.approx(85, abs=1)


def test_version(tmp_path):
    assert run_marchcam("--version", cwd=tmp_path).stdout.decode().split()[-1] == "0.1.0"


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize("expected", [60, None])
def test_progress_is_shown_on_a_terminal_and_nowhere_else(monkeypatch, expected):
    monkeypatch.setattr(sys, "stderr", Terminal())
    with progress_bar("Looking", quiet=False) as progress:
        for done in range(1, 61):
            progress(done, expected)
    assert "Looking" in sys.stderr.getvalue()
    assert ("100%" if expected else "60") in sys.stderr.getvalue()
    with progress_bar("Looking", quiet=True) as progress:
        assert progress is None
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with progress_bar("Looking", quiet=False) as progress:
        assert progress is None


@pytest.mark.skipif(os.name != "posix", reason="a pseudo-terminal")
def test_ctrl_c_half_way_saves_what_was_tracked(data, tmp_path):
    import pty

    # A terminal, so that the progress bar shows when to press Ctrl-C.
    terminal, far_end = pty.openpty()
    command = [sys.executable, "-m", "marchcam", "analyze", str(data / "march.mp4"), "--out", "out"]
    process = subprocess.Popen(command, cwd=tmp_path, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=far_end)
    os.close(far_end)
    seen = b""
    while not re.search(rb"[1-9]\d?%", seen):
        seen += os.read(terminal, 1000)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    with pytest.raises(OSError, match="5"):  # a closed pseudo-terminal reads as an I/O error once it is empty
        while True:
            seen += os.read(terminal, 1000)
    os.close(terminal)
    assert process.returncode == 130
    assert b"Stopped: the first" in seen
    assert b"report.png" in output
    assert 0 < len(PoseTrack.load(tmp_path / "out" / "track.npz").times_s) < 173
    assert (tmp_path / "out" / "report.png").exists()
    assert (tmp_path / "out" / "assessment.json").exists()


def test_a_reader_that_leaves_early_is_no_drama(analyzed, tmp_path):
    command = [sys.executable, "-m", "marchcam", "report", str(analyzed.folder), "--out", str(tmp_path), "--json"]
    process = subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(timeout=60) == 1
    process.stderr.close()


def test_the_summary_is_short_lines(analyzed):
    from marchcam import assess

    text = summary_text(assess(PoseTrack.load(analyzed.folder / "track.npz")))
    assert max(map(len, text.splitlines())) <= 88
    assert "None" not in text
    assert "nan" not in text
