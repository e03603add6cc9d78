import importlib.metadata
import os
import subprocess
import sys

import pytest
from conftest import ENVIRONMENT

from marchcam import doctor, models
from marchcam.cli import cli
from marchcam.errors import LIBRARY_HINT


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


def test_two_opencv_packages_are_a_note_that_says_what_to_do(monkeypatch):
    real = importlib.metadata.version
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "5.0" if name == "opencv-python" else real(name))
    check = doctor.check_opencv()
    assert check.state == doctor.NOTE
    assert "pip uninstall opencv-python" in check.text


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
