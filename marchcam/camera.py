"""Cameras: by number, by the address of a stream, or a video file that stands in for one."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from marchcam.address import EXAMPLE, checked_url, public_name, why_no_stream
from marchcam.arrays import Image
from marchcam.capture import VideoFile, check_size, cv2, has_length
from marchcam.errors import SourceError

WANTED_SIZE_WH = (1280, 720)  # more costs time and gains nothing: the model looks at 256 pixels of a body
WANTED_FPS = 30
OPEN_TIMEOUT_MS, READ_TIMEOUT_MS = 2000, 1500  # FFmpeg's own 30 s would freeze the session
FIRST_PICTURE_S = 3.0  # a camera that wakes up gives nothing at first
MAX_INDEX = 99
FFMPEG_INPUT = "input_format;"  # whoever sets this names a source that only FFmpeg knows, as a camera for tests
OTHER_INDICES = range(5)  # where the system does not tell which cameras there are
MEASURE_S = 1.0  # of reading, for the frame rate
LIST_S = 12.0  # for all cameras together; one in use can hang


class Camera:
    """A camera or an endless stream: pictures come when they come, and may stop coming.

    A context manager; only the thread that entered it may use it or leave it.

    Parameters
    ----------
    capture : cv2.VideoCapture
        Opened.
    refusal : callable
        Makes the SourceError for a camera that gives no picture.
    """

    def __init__(self, capture: cv2.VideoCapture, refusal: Callable[[], SourceError]):
        self._capture, self._refusal = capture, refusal

    def __enter__(self) -> Camera:
        until_s = time.monotonic() + FIRST_PICTURE_S
        first = None
        while first is None and self._capture.isOpened():
            first = self.retrieve() if self.grab() else None
            if time.monotonic() > until_s:
                break
        if first is None:
            self._capture.release()
            raise self._refusal()
        try:
            check_size(first.shape[1::-1], "the camera")
        except SourceError:
            self._capture.release()
            raise
        self.image_size_wh: tuple[int, int] = first.shape[1::-1]
        """Width and height of the first picture, pixels."""
        return self

    def __exit__(self, *_: object) -> None:
        self._capture.release()

    def grab(self) -> bool:
        """Wait for the next picture; False when none came in time, and then none will come any more."""
        try:
            return self._capture.grab()
        except cv2.error:
            return False

    def retrieve(self) -> Image | None:
        """The picture just grabbed, (h, w, 3) uint8 BGR; None when it is damaged."""
        try:
            read, image = self._capture.retrieve()
        except cv2.error:
            return None
        return image if read and image is not None and image.ndim == 3 else None


class RemoteFile(VideoFile):
    """A video file behind an address."""

    def __init__(self, capture: cv2.VideoCapture, name: str):
        super().__init__(name)
        self.path = name  # a Path would make one slash of two
        self._opened = capture

    def _open(self) -> cv2.VideoCapture:
        return self._opened


def _numbered(index: int) -> Camera:
    return Camera(_open_index(index), lambda: SourceError(_why_no_camera(index)))


def open_source(text: str, *, explain: bool = True) -> VideoFile | Camera:
    """Open what the user gave as a camera.

    Parameters
    ----------
    text : str
        A number, an http, https or rtsp address, or the path of a video file.
    explain : bool
        Whether to find out why an address does not work; takes up to 2 s more.

    Returns
    -------
    VideoFile or Camera
        To be entered at once, in the same thread. A file, also one behind an address, is a `VideoFile`.

    Raises
    ------
    SourceError
        Here or on entering, in one sentence with what to try.
    """
    if is_index(text):
        return _numbered(int(text))
    if FFMPEG_INPUT in os.environ.get("OPENCV_FFMPEG_CAPTURE_OPTIONS", ""):
        refusal = SourceError(f"{text} gives no picture as an input of FFmpeg's own kind.")
        return Camera(cv2.VideoCapture(text, cv2.CAP_FFMPEG), lambda: refusal)
    if "://" not in text:
        return VideoFile(text)
    url = checked_url(text)
    options = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, OPEN_TIMEOUT_MS, cv2.CAP_PROP_READ_TIMEOUT_MSEC, READ_TIMEOUT_MS]
    capture = cv2.VideoCapture(url, cv2.CAP_FFMPEG, options)
    if has_length(capture):
        return RemoteFile(capture, public_name(url))
    return Camera(capture, lambda: SourceError(why_no_stream(url) if explain else f"{public_name(url)} is lost."))


def is_index(text: str) -> bool:
    """Whether a text is the number of a camera."""
    return text.isascii() and text.isdigit()


def source_name(text: str) -> str:
    """How results name what the user gave as a camera; never with a password.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        "camera 0", an address without user, password and query, or the absolute path of a file.
    """
    if is_index(text):
        return f"camera {int(text)}"
    if "://" in text:
        return public_name(text)
    # A name that is no proper text could not be written to a report.
    return os.fsencode(Path(text).absolute()).decode("utf-8", "replace")


def camera_answers(index: int) -> bool:
    """Whether the camera of that number gives a picture. May wait long: a camera in use can hang."""
    try:
        with open_source(str(index)):
            return True
    except SourceError:
        return False


def camera_indices() -> list[int]:
    """The numbers that may be cameras: those of the system on Linux, the first few elsewhere."""
    if sys.platform != "linux":
        return list(OTHER_INDICES)
    numbers = (path.name.removeprefix("video") for path in Path("/dev").glob("video*"))
    return sorted(int(number) for number in numbers if is_index(number))


@dataclass(frozen=True)
class FoundCamera:
    """A camera that gives pictures."""

    index: int
    image_size_wh: tuple[int, int]
    fps: float
    """Pictures a second as measured, not as promised."""

    def line(self) -> str:
        width, height = self.image_size_wh
        return f"camera {self.index}: {width} × {height}, {self.fps:.0f} pictures a second"


def list_cameras() -> list[FoundCamera]:
    """Look at every camera of this computer at once, for 12 s at most.

    Returns
    -------
    list of FoundCamera
        In the order of their numbers.
    """
    found: list[FoundCamera] = []

    def look(index: int) -> None:
        try:
            with _numbered(index) as camera:
                begin_s, count = time.perf_counter(), 0
                while time.perf_counter() - begin_s < MEASURE_S and camera.grab():
                    count += 1
                fps = count / (time.perf_counter() - begin_s)
                found.append(FoundCamera(index, camera.image_size_wh, fps))
        except SourceError:
            pass

    threads = [threading.Thread(target=look, args=(index,), daemon=True) for index in camera_indices()]
    for thread in threads:
        thread.start()
    until_s = time.monotonic() + LIST_S
    for thread in threads:
        thread.join(max(0.0, until_s - time.monotonic()))
    return sorted(found, key=lambda camera: camera.index)


def ask_permission(text: str) -> None:
    """Let macOS ask the person whether the camera may be used; it does so on the main thread only."""
    if sys.platform == "darwin" and is_index(text):
        cv2.VideoCapture(int(text)).release()


def _open_index(index: int) -> cv2.VideoCapture:
    capture = cv2.VideoCapture(index) if index <= MAX_INDEX else cv2.VideoCapture()
    if capture.isOpened():
        # Two, not one: with one the driver has none to fill while a picture is read, and every second picture is lost.
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 2)
        _ask_for_size(capture)
        if 0 < capture.get(cv2.CAP_PROP_FPS) < WANTED_FPS - 5:
            # Bare pictures of that size do not fit through USB 2 at full rate; JPEGs do.
            capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
            _ask_for_size(capture)
    return capture


def _ask_for_size(capture: cv2.VideoCapture) -> None:
    capture.set(cv2.CAP_PROP_FRAME_WIDTH, WANTED_SIZE_WH[0])
    capture.set(cv2.CAP_PROP_FRAME_HEIGHT, WANTED_SIZE_WH[1])
    capture.set(cv2.CAP_PROP_FPS, WANTED_FPS)


def _why_no_camera(index: int) -> str:
    phone = f"a phone's camera by its address, like --camera {EXAMPLE}"
    if sys.platform == "linux":
        there = camera_indices()
        if not there:
            return f"There is no camera on this computer. Plug one in, or use {phone}."
        if index not in there:
            return f"There is no camera {index}. Try --camera {there[0]}, or see: marchcam cameras"
        if not os.access(f"/dev/video{index}", os.R_OK | os.W_OK):
            return f"You may not use camera {index}. Run: sudo usermod -aG video $USER, then log in again."
    other = 1 if index == 0 else 0
    return (
        f"Camera {index} did not open. Close other programs that use it, allow its use in the system's privacy "
        f"settings, or try --camera {other}."
    )
