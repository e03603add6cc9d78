"""What MarchCam needs on this computer, looked at one by one."""

from __future__ import annotations

import ctypes
import ctypes.util
import importlib.metadata
import importlib.util
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from marchcam.errors import LIBRARY_HINT, OPENCV_REPAIR, ModelError
from marchcam.models import MODELS, read_bundle

FINE, NOTE, FAULT = "fine", "note", "FAULT"
DEPENDENCIES = ("click", "matplotlib", "mediapipe", "numpy", "opencv-contrib-python")
OTHER_OPENCV = ("opencv-python", "opencv-python-headless", "opencv-contrib-python-headless")
INFERENCE_TIMEOUT_S = 120
CAMERA_TIMEOUT_S = 15

# Run in processes of their own: a missing system library can end the process, and a camera can hang it.
INFERENCE = """
import sys
import numpy as np
from marchcam.errors import MarchCamError
try:
    from marchcam.capture import Frame
    from marchcam.pose import PoseEstimator
    with PoseEstimator("full") as estimator:
        estimator.landmarks(Frame(0, 0.0, np.zeros((480, 640, 3), np.uint8)))
except MarchCamError as error:
    sys.exit(str(error))
"""
CAMERA = """
import sys
from marchcam.camera import camera_answers
sys.exit(0 if camera_answers(0) else 1)
"""


@dataclass(frozen=True)
class Check:
    """One thing looked at."""

    name: str
    state: str
    """fine; note: something else than analyzing a file will not work; FAULT: analysis cannot run."""
    text: str
    """What was found and, unless fine, what to do."""

    def line(self) -> str:
        return f"{self.state:<6}{self.name}: {self.text}"


def examine() -> Iterator[Check]:
    """Look at everything, the quick things first.

    Yields
    ------
    Check
        As each is done.
    """
    yield Check("Python", FINE, platform.python_version())
    yield from check_dependencies()
    yield check_opencv()
    yield from check_models()
    yield check_inference()
    yield check_folder(Path.cwd())
    yield check_display()
    yield check_camera()
    yield check_sound()


def check_dependencies() -> Iterator[Check]:
    for name in DEPENDENCIES:
        version = _version(name)
        if version is None:
            yield Check(name, FAULT, f'is missing; run: python -m pip install "{name}"')
        else:
            yield Check(name, FINE, version)


def check_opencv() -> Check:
    """Several OpenCV packages share one folder; removing or upgrading one breaks the other."""
    others = [name for name in OTHER_OPENCV if _version(name) is not None]
    spec = importlib.util.find_spec("cv2")
    broken = spec is None or spec.origin is None  # what is left of a package is a folder without a beginning
    if not others:
        if broken:
            return Check("OpenCV", FAULT, f"its folder cv2 is empty; run: {OPENCV_REPAIR}")
        return Check("OpenCV", FINE, "one package of it")
    text = f"{', '.join(others)} lies in the same folder as opencv-contrib-python, and removing either breaks both"
    repair = f"python -m pip uninstall -y {' '.join(others)}, then {OPENCV_REPAIR}"
    return Check("OpenCV", FAULT if broken else NOTE, f"{text}; run: {repair}")


def check_models() -> Iterator[Check]:
    for model in MODELS:
        try:
            read_bundle(model)
            yield Check(f"model {model}", FINE, "present, checksum right")
        except ModelError as error:
            # The other models are there for who asks for them; an analysis uses the full one.
            yield Check(f"model {model}", FAULT if model == "full" else NOTE, str(error))


def check_inference() -> Check:
    """One picture through the model, in a process that may break."""
    environment = {**os.environ, "MARCHCAM_DEBUG": "1"}  # lets the native libraries say why
    try:
        result = _run(INFERENCE, INFERENCE_TIMEOUT_S, environment)
    except subprocess.TimeoutExpired:
        return Check("pose model", FAULT, f"gave no answer within {INFERENCE_TIMEOUT_S} s.")
    if result.returncode == 0:
        return Check("pose model", FINE, "runs")
    reason = (result.stderr.strip().splitlines() or ["no reason given"])[-1]
    if result.returncode < 0:  # the system ended it, as for a library that is missing or of another machine
        reason += f" (ended by signal {-result.returncode})"
    if (result.returncode < 0 or ".so" in reason) and LIBRARY_HINT not in reason:
        reason += f". {LIBRARY_HINT}"
    return Check("pose model", FAULT, f"cannot run: {reason}")


def check_folder(folder: Path) -> Check:
    try:
        with tempfile.TemporaryFile(dir=folder):
            return Check("this folder", FINE, "results can be written here")
    except OSError as error:
        return Check("this folder", NOTE, f"{folder} cannot be written to ({error.strerror}); use --out.")


def check_display() -> Check:
    """Whether a window could open. Only looked at: opening one without a screen ends the process."""
    without = "analyzing videos needs none, a live march does."
    if platform.system() != "Linux":
        return Check("screen", FINE, platform.system())
    if not os.environ.get("DISPLAY"):
        return Check("screen", NOTE, f"none (DISPLAY is not set); {without}")
    name = ctypes.util.find_library("X11")
    if name is None:
        return Check("screen", NOTE, "libX11 is missing. On Debian or Ubuntu: sudo apt-get install libx11-6 libsm6")
    x11 = ctypes.CDLL(name)
    x11.XOpenDisplay.argtypes, x11.XOpenDisplay.restype = [ctypes.c_char_p], ctypes.c_void_p
    x11.XCloseDisplay.argtypes = [ctypes.c_void_p]
    display = x11.XOpenDisplay(None)
    if not display:
        return Check("screen", NOTE, f"{os.environ['DISPLAY']} does not answer; {without}")
    x11.XCloseDisplay(display)
    return Check("screen", FINE, os.environ["DISPLAY"])


def check_camera() -> Check:
    without = "analyzing videos needs none, a live march does."
    if platform.system() == "Linux" and not any(Path("/dev").glob("video*")):
        return Check("camera", NOTE, f"none found; {without}")
    try:
        answers = _run(CAMERA, CAMERA_TIMEOUT_S).returncode == 0
    except subprocess.TimeoutExpired:
        answers = False
    if answers:
        return Check("camera", FINE, "camera 0 gives pictures")
    return Check("camera", NOTE, f"camera 0 gives no picture. Close other programs that use it; {without}")


def check_sound() -> Check:
    without = "without it a live march shows its cues only."
    try:
        import sounddevice
    except (ImportError, OSError):
        return Check(
            "sound", NOTE, f"PortAudio is missing; {without} On Debian or Ubuntu: sudo apt-get install libportaudio2"
        )
    try:
        device = sounddevice.query_devices(kind="output")
    except (sounddevice.PortAudioError, ValueError):
        return Check("sound", NOTE, f"no loudspeaker found; {without}")
    return Check("sound", FINE, str(device["name"]))


def _version(distribution: str) -> str | None:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def _run(code: str, timeout_s: float, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - this Python, and code of this module
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        errors="replace",
        timeout=timeout_s,
        env=environment,
    )
