import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import DATA, ENVIRONMENT

from marchcam import doctor, models
from marchcam.cli import cli
from marchcam.errors import LIBRARY_HINT, OPENCV_REPAIR

ROOT = Path(__file__).parents[1]


def test_a_working_computer_has_no_fault(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", ENVIRONMENT["PYTHONPATH"])
    checks = list(doctor.examine())
    assert [check.line() for check in checks if check.state == doctor.FAULT] == []
    names = [check.name for check in checks]
    for name in (
        "Python",
        "mediapipe",
        "OpenCV",
        "model full",
        "pose model",
        "this folder",
        "screen",
        "camera",
        "sound",
    ):
        assert name in names


def test_a_missing_screen_is_a_note(monkeypatch):
    monkeypatch.setattr(doctor.platform, "system", lambda: "Linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    assert doctor.check_display().state == doctor.NOTE
    monkeypatch.setenv("DISPLAY", ":987")
    assert doctor.check_display().state == doctor.NOTE


@pytest.mark.parametrize("other", doctor.OTHER_OPENCV)
def test_a_second_opencv_package_is_a_note_with_the_lines_that_repair_it(other, tmp_path, monkeypatch):
    record = tmp_path / f"{other.replace('-', '_')}-5.0.0.93.dist-info"
    record.mkdir()
    (record / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {other}\nVersion: 5.0.0.93\n")
    monkeypatch.syspath_prepend(tmp_path)
    check = doctor.check_opencv()
    assert check.state == doctor.NOTE
    assert f"pip uninstall -y {other}, then {OPENCV_REPAIR}" in check.text


@pytest.mark.skipif(os.name != "posix", reason="links need rights on Windows")
@pytest.mark.parametrize(
    ("arguments", "code"), [(("analyze", "march.mp4"), 1), (("live", "--screened", "--camera", "march.mp4"), 1)]
)
def test_what_the_removal_of_a_second_opencv_package_leaves_is_said_with_the_repair(tmp_path, arguments, code):
    """As pip leaves it: all packages in their place, and a folder cv2 without a module in it."""
    site = Path(np.__file__).parents[1]
    for path in site.iterdir():
        if path.name != "cv2":
            (tmp_path / path.name).symlink_to(path)
    (tmp_path / "cv2").mkdir()
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(tmp_path)])}
    command = [sys.executable, "-S", "-m", "marchcam", *arguments]
    result = subprocess.run(command, cwd=DATA, env=environment, capture_output=True, text=True, timeout=120)
    assert result.returncode == code
    assert OPENCV_REPAIR in result.stderr and "Traceback" not in result.stderr
    look = "from marchcam.doctor import check_opencv; print(check_opencv().line())"
    seen = subprocess.run([sys.executable, "-S", "-c", look], env=environment, capture_output=True, text=True)
    assert seen.stdout.startswith("FAULT OpenCV") and OPENCV_REPAIR in seen.stdout


def test_a_damaged_full_model_is_a_fault(tmp_path, monkeypatch):
    monkeypatch.setattr(models, "FOLDER", tmp_path)
    states = {check.name: check.state for check in doctor.check_models()}
    assert states == {"model lite": doctor.NOTE, "model full": doctor.FAULT, "model heavy": doctor.NOTE}


@pytest.mark.parametrize(
    ("breakage", "expected"),
    [
        ("import os; os.abort()", "ended by signal 6"),
        ("import sys; sys.exit('MediaPipe cannot start: libEGL.so.1: cannot open shared object file.')", "libEGL.so.1"),
    ],
)
@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_a_model_that_ends_the_process_is_a_fault_with_the_line_to_type(monkeypatch, breakage, expected):
    monkeypatch.setattr(doctor, "INFERENCE", breakage)
    check = doctor.check_inference()
    assert check.state == doctor.FAULT
    assert expected in check.text
    assert LIBRARY_HINT in check.text


def test_a_model_that_never_answers_is_a_fault(monkeypatch):
    monkeypatch.setattr(doctor, "INFERENCE", "import time; time.sleep(60)")
    monkeypatch.setattr(doctor, "INFERENCE_TIMEOUT_S", 0.5)
    assert doctor.check_inference().state == doctor.FAULT


def test_a_folder_that_cannot_be_written_is_a_note(tmp_path):
    assert doctor.check_folder(tmp_path / "gone").state == doctor.NOTE


def test_the_command_prints_a_line_a_thing_and_fails_on_a_fault_alone(monkeypatch, capsys):
    checks = [doctor.Check("sound", doctor.NOTE, "none"), doctor.Check("Python", doctor.FINE, "3.12")]
    monkeypatch.setattr(doctor, "examine", lambda: iter(checks))
    assert cli.main(["doctor"], standalone_mode=False) == 0
    assert capsys.readouterr().out.splitlines() == ["note  sound: none", "fine  Python: 3.12"]
    checks.append(doctor.Check("model full", doctor.FAULT, "missing"))
    assert cli.main(["doctor"], standalone_mode=False) == 1


def test_nothing_heavy_is_needed_to_ask_the_doctor():
    """It must still answer where OpenCV or MediaPipe cannot be loaded."""
    code = "import sys, marchcam.doctor; print([name for name in ('cv2', 'mediapipe', 'numpy') if name in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], env=ENVIRONMENT, capture_output=True, text=True)
    assert result.stdout.strip() == "[]"
