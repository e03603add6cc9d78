"""The pose model: a picture in, the landmarks of a body out, in pixels and metres. Only this module uses MediaPipe."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from marchcam.arrays import Floats, Image
from marchcam.capture import Frame, cv2
from marchcam.errors import LIBRARY_HINT, ModelError
from marchcam.interrupt import undisturbed
from marchcam.models import MODELS, read_bundle
from marchcam.track import LANDMARK_COUNT, LEFT_HIP, LEFT_SHOULDER, RIGHT_HIP, RIGHT_SHOULDER

CLOSED_PROXY = "http://127.0.0.1:9"  # the discard port: nothing listens there, a connection is refused at once
PROXY_VARIABLES = ("http_proxy", "https_proxy", "all_proxy")
_PROXIES = (*PROXY_VARIABLES, *(name.upper() for name in PROXY_VARIABLES))
_NO_PROXIES = ("no_proxy", "NO_PROXY")
_replaced: dict[str, str | None] = {}
MAX_PEOPLE = 3
COUNTING_MODEL = "lite"  # it counts as "full" does, and is made and run in less time
SECOND_PERSON_TORSO = 0.35  # of the largest torso; smaller ones stand far behind, or are pictures on a wall
WIDE = 1.5  # width over height from which the detector's square view loses one of two people
SAME_PERSON_TORSOS = 0.6  # two hits nearer than this, hip to hip, are one body found twice


def shut_network() -> None:
    """Send whatever MediaPipe tries to report to a closed port of this computer.

    The library reports its use to its makers, and no option turns that off. It reaches the network through libcurl,
    which asks these variables each time it connects; they must therefore stay for as long as the process lives.
    """
    shut = {**dict.fromkeys(_PROXIES, CLOSED_PROXY), **dict.fromkeys(_NO_PROXIES)}
    for name, value in shut.items():
        if os.environ.get(name) != value:
            _replaced[name] = os.environ.pop(name, None)
    os.environ.update(dict.fromkeys(_PROXIES, CLOSED_PROXY))


def environment_with_network(**paths: list[str]) -> dict[str, str]:
    """The environment as it was before `shut_network`, for a process that shall reach what the user named.

    Parameters
    ----------
    **paths : list of str
        Variables to set besides, each a list of folders.
    """
    environment = {name: value for name, value in os.environ.items() if name not in _replaced}
    environment.update({name: value for name, value in _replaced.items() if value is not None})
    return {**environment, **{name: os.pathsep.join(filter(None, folders)) for name, folders in paths.items()}}


@dataclass(frozen=True)
class Landmarks:
    """The landmarks of one frame; NaN where nobody was seen."""

    position_px: Floats
    """(33, 2) x right, y down, pixels."""
    world_m: Floats
    """(33, 3) metres, origin between the hips."""
    visibility: Floats
    """(33,) 0 to 1."""
    presence: Floats
    """(33,) 0 to 1."""


NOBODY = Landmarks(
    *(
        np.full(shape, np.nan)
        for shape in ((LANDMARK_COUNT, 2), (LANDMARK_COUNT, 3), (LANDMARK_COUNT,), (LANDMARK_COUNT,))
    )
)


class PoseEstimator:
    """MediaPipe's pose landmarker over the frames of one recording.

    A context manager. Frames must come in the order of their times: the model smooths from one to the next. The same
    frames give the same landmarks, to the last bit.

    Parameters
    ----------
    model : str or Path
        "lite", "full" or "heavy", or the path of another `.task` bundle.

    Raises
    ------
    ModelError
        On entering, when the model is missing, damaged, or cannot run here.
    """

    def __init__(self, model: str | Path = "full"):
        self.model = model
        self.name = str(model) if model in MODELS else Path(model).name
        """How results name the model."""

    def __enter__(self) -> PoseEstimator:
        self._bundle = read_bundle(self.model)
        self._counter: Any = None
        self._tracker: Any = None
        self.start_anew()
        return self

    def start_anew(self) -> None:
        """Forget the frames seen: the next one is the first, and may be of any time.

        Notes
        -----
        The model itself cannot forget: after a black picture it looks for a person again, but its filters of visibility
        and world landmarks go on. So it is made again, at the price of some 4 frames.
        """
        if self._tracker is not None:
            with undisturbed(), _quiet_stderr():
                self._tracker.close()
        self._last_ms, self._met = -1, False
        self._tracker = self._create(self._bundle, running_mode="VIDEO", num_poses=1)

    def __exit__(self, *_: object) -> None:
        # At its end the library tries to report: the way out must still be shut, whatever the process did since.
        shut_network()
        with undisturbed(), _quiet_stderr():  # closed half and then again, it would end the process
            self._tracker.close()
            if self._counter is not None:
                self._counter.close()

    def landmarks(self, frame: Frame) -> Landmarks:
        """The landmarks of the next frame.

        Parameters
        ----------
        frame : Frame

        Returns
        -------
        Landmarks
        """
        self._last_ms = max(int(frame.time_s * 1000), self._last_ms + 1)
        with _quiet_stderr(not self._met):  # the library talks once more at the first person
            result = self._tracker.detect_for_video(_picture(frame.image), self._last_ms)
        if not result.pose_landmarks:
            return NOBODY
        self._met = True
        points, world = result.pose_landmarks[0], result.pose_world_landmarks[0]
        return Landmarks(
            position_px=_pixels(points, frame.image),
            world_m=np.array([(point.x, point.y, point.z) for point in world], dtype=np.float64),
            visibility=np.array([point.visibility for point in points], dtype=np.float64),
            presence=np.array([point.presence for point in points], dtype=np.float64),
        )

    def find_people(self, image: Image) -> list[Floats]:
        """The different people of a comparable size in a picture, at most 3 in each look.

        Parameters
        ----------
        image : ndarray of shape (h, w, 3), uint8
            BGR.

        Returns
        -------
        list of ndarray of shape (33, 2)
            Their landmarks, pixels; the largest first.
        """
        people_px = []
        for left, right in tiles(*image.shape[:2]):
            people_px += [points + np.array([left, 0.0]) for points in self.find_bodies(image[:, left:right])]
        return distinct_people(people_px)

    def find_bodies(self, image: Image) -> list[Floats]:
        """Every body that one look at a picture finds; one person may be found twice.

        Parameters
        ----------
        image : ndarray of shape (h, w, 3), uint8
            BGR.

        Returns
        -------
        list of ndarray of shape (33, 2)
            Landmarks, pixels.
        """
        first = self._counter is None
        if first:
            self._counter = self._create(read_bundle(COUNTING_MODEL), running_mode="IMAGE", num_poses=MAX_PEOPLE)
        with _quiet_stderr(first):
            result = self._counter.detect(_picture(np.ascontiguousarray(image)))
        return [_pixels(points, image) for points in result.pose_landmarks]

    def _create(self, bundle: bytes, *, running_mode: str, num_poses: int) -> Any:
        vision, base_options = _load_mediapipe()
        try:
            with undisturbed(), _quiet_stderr():
                options = vision.PoseLandmarkerOptions(
                    base_options=base_options(model_asset_buffer=bundle),
                    running_mode=vision.RunningMode[running_mode],
                    num_poses=num_poses,
                )
                return vision.PoseLandmarker.create_from_options(options)
        except (RuntimeError, ValueError, FileNotFoundError) as error:  # the last: a network is not in the bundle
            reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:200].rstrip(".")
            raise ModelError(f"The pose model {self.model} cannot be used: {reason}.") from None
        except OSError as error:  # a system library that MediaPipe expects
            raise ModelError(f"MediaPipe cannot start: {error}. {LIBRARY_HINT}") from None


def distinct_people(people_px: list[Floats]) -> list[Floats]:
    """The bodies found in one picture that are different people of a comparable size.

    Parameters
    ----------
    people_px : list of ndarray of shape (33, 2)
        Landmarks of each hit, pixels.

    Returns
    -------
    list of ndarray of shape (33, 2)
        The largest first.
    """
    hips = [(points[LEFT_HIP] + points[RIGHT_HIP]) / 2 for points in people_px]
    shoulders = [(points[LEFT_SHOULDER] + points[RIGHT_SHOULDER]) / 2 for points in people_px]
    torsos = [float(np.linalg.norm(shoulder - hip)) for shoulder, hip in zip(shoulders, hips, strict=True)]
    largest = max(torsos, default=0.0)
    distinct: list[int] = []
    for i in sorted(range(len(people_px)), key=lambda i: -torsos[i]):
        apart = all(np.linalg.norm(hips[i] - hips[other]) > SAME_PERSON_TORSOS * largest for other in distinct)
        if torsos[i] >= SECOND_PERSON_TORSO * largest and apart:
            distinct.append(i)
    return [people_px[i] for i in distinct]


def tiles(height: int, width: int) -> list[tuple[int, int]]:
    """Columns to look at for people: all, and of a wide picture both ends, where the whole makes a person too small."""
    return [(0, width)] + ([(0, height), (width - height, width)] if width >= WIDE * height else [])


def _load_mediapipe() -> tuple[Any, Any]:
    shut_network()
    try:
        with _quiet_stderr():
            from mediapipe.tasks.python import BaseOptions, vision
    except (ImportError, OSError) as error:
        raise ModelError(f"MediaPipe cannot start: {error}. {LIBRARY_HINT}") from None
    return vision, BaseOptions


def _picture(image: Image) -> Any:
    # An array of another shape would be taken silently and read wrong.
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
        raise ValueError(f"a picture must be (height, width, 3) of uint8, not {image.shape} of {image.dtype}")
    from mediapipe import Image as Picture
    from mediapipe import ImageFormat

    return Picture(image_format=ImageFormat.SRGB, data=cv2.cvtColor(image, cv2.COLOR_BGR2RGB))


def _pixels(points: Any, image: Image) -> Floats:
    """Landmarks in pixels. The model gives shares of width and height, which bend every angle unless undone."""
    height, width = image.shape[:2]
    shares = np.array([(point.x, point.y) for point in points], dtype=np.float32)
    # In the model's own precision, so that a saved track needs no more than that to be exact.
    return (shares * np.array([width, height], dtype=np.float32)).astype(np.float64)


@contextmanager
def _quiet_stderr(quiet: bool = True) -> Iterator[None]:
    """Keep native code from writing to the terminal; Python's own errors are raised, so they are not lost."""
    if not quiet or os.environ.get("MARCHCAM_DEBUG"):
        yield
        return
    _silence.enter()
    try:
        yield
    finally:
        _silence.leave()


class _Silence:
    """Stderr leads nowhere from the first of several threads that asks for it until the last has left."""

    def __init__(self) -> None:
        self._lock, self._threads = threading.Lock(), 0
        self._terminal: int | None = None

    def enter(self) -> None:
        with self._lock:
            self._threads += 1
            if self._threads > 1:
                return
            try:
                sys.stderr.flush()
                self._terminal = os.dup(2)
            except (OSError, ValueError, AttributeError):  # a process without a terminal has nothing to keep quiet
                return
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 2)
            os.close(nowhere)

    def leave(self) -> None:
        with self._lock:
            self._threads -= 1
            if self._threads == 0 and self._terminal is not None:
                os.dup2(self._terminal, 2)
                os.close(self._terminal)
                self._terminal = None


_silence = _Silence()
