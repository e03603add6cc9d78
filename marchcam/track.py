"""The pose track: every landmark of a whole recording, and what the person told us about it."""

from __future__ import annotations

import dataclasses
import json
import math
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marchcam.arrays import Bools, Floats
from marchcam.errors import TrackError
from marchcam.files import atomic_write

LANDMARK_COUNT = 33
# MediaPipe's landmark numbers; left and right are the person's own.
NOSE, LEFT_EAR, RIGHT_EAR = 0, 7, 8
LEFT_SHOULDER, RIGHT_SHOULDER = 11, 12
LEFT_ELBOW, RIGHT_ELBOW = 13, 14
LEFT_WRIST, RIGHT_WRIST = 15, 16
LEFT_HIP, RIGHT_HIP = 23, 24
LEFT_KNEE, RIGHT_KNEE = 25, 26
LEFT_ANKLE, RIGHT_ANKLE = 27, 28
LEFT_HEEL, RIGHT_HEEL = 29, 30
LEFT_TOE, RIGHT_TOE = 31, 32
SIDES = ("left", "right")
SHOULDER = {"left": LEFT_SHOULDER, "right": RIGHT_SHOULDER}
WRIST = {"left": LEFT_WRIST, "right": RIGHT_WRIST}
HIP = {"left": LEFT_HIP, "right": RIGHT_HIP}
KNEE = {"left": LEFT_KNEE, "right": RIGHT_KNEE}
ANKLE = {"left": LEFT_ANKLE, "right": RIGHT_ANKLE}
HEEL = {"left": LEFT_HEEL, "right": RIGHT_HEEL}
TOE = {"left": LEFT_TOE, "right": RIGHT_TOE}
OTHER = {"left": "right", "right": "left"}

FORMAT = 1  # of the saved file; a reader refuses a higher one
MAX_UNPACKED_BYTES, MAX_RATIO = 150_000_000, 20
"""Of a saved track: more, and more times the file itself, is a bomb. Landmarks pack to a half; only a march of over an
hour is larger, whose file is then too."""
MAX_HEADER_BYTES = 10_000_000
MAX_NUMBER = 1e9
"""Of pixels, metres and seconds: what is larger is damaged, and its square might have no number."""
MAX_NOTES, MAX_TEXT = 100, 10_000
SUPPORTS = ("none", "one_hand", "two_hands")


@dataclass(frozen=True)
class Setup:
    """What the person told us. Everything is optional; None is "not said"."""

    stature_m: float | None = None
    """Body height in shoes, metres (0.8 to 2.5)."""
    lens_height_m: float | None = None
    """Height of the camera lens above the floor, metres (0 to 3)."""
    horizontal_fov_deg: float | None = None
    """Field of view along the long side of the picture, degrees (20 to 150)."""
    level_thigh_s: float | None = None
    """A time of the recording at which a thigh is known to be level, the knee as high as the hip joint, seconds."""
    name: str | None = None
    """Whose march it is, as it shall stand in the report."""
    support: str | None = None
    """Hands on a support: "none", "one_hand" or "two_hands"."""
    band: bool = False
    """Whether an elastic band was worn around the thighs."""
    pain_back_before: int | None = None
    """Low-back pain before the test, 0 to 10."""
    pain_back_after: int | None = None
    """Low-back pain after the test, 0 to 10."""
    pain_hip_before: int | None = None
    """Hip pain before the test, 0 to 10."""
    pain_hip_after: int | None = None
    """Hip pain after the test, 0 to 10."""
    new_pain: bool = False
    """Whether new pain came up during the test and ended it."""
    effort: int | None = None
    """How hard it was, 0 (nothing at all) to 10 (the hardest there is)."""
    footwear: str | None = None
    """What was worn on the feet."""
    notes: tuple[str, ...] = ()
    """What the therapist saw, or anything else, a sentence or so each."""

    def __post_init__(self) -> None:
        _check_range(self, ("stature_m", 0.8, 2.5), ("lens_height_m", 0, 3), ("horizontal_fov_deg", 20, 150))
        _check_range(self, ("level_thigh_s", 0, 86400))
        for scale in ("pain_back_before", "pain_back_after", "pain_hip_before", "pain_hip_after", "effort"):
            _check_range(self, (scale, 0, 10))
            if not isinstance(getattr(self, scale), int | None):
                raise ValueError(f"{scale} must be a whole number from 0 to 10, not {getattr(self, scale)!r}.")
        if self.support not in (None, *SUPPORTS):
            raise ValueError(f"support must be one of {', '.join(SUPPORTS)}, not {self.support!r}.")
        if not all(isinstance(value, bool) for value in (self.band, self.new_pain)):
            raise ValueError("band and new_pain must be True or False.")
        if not isinstance(self.notes, list | tuple) or len(self.notes) > MAX_NOTES:
            raise ValueError(f"notes must be a list of at most {MAX_NOTES} texts.")
        object.__setattr__(self, "notes", tuple(self.notes))
        texts = [text for text in (self.name, self.footwear) if text is not None]
        for text in (*texts, *self.notes):
            if not isinstance(text, str) or len(text) > MAX_TEXT:
                raise ValueError(f"name, footwear and notes must be texts of at most {MAX_TEXT} characters.")


def _check_range(setup: Setup, *limits: tuple[str, float, float]) -> None:
    for name, low, high in limits:
        value = getattr(setup, name)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if value is not None and not (number and low <= value <= high):
            raise ValueError(f"{name} must be from {low:g} to {high:g}, not {value!r}.")


@dataclass(frozen=True)
class Source:
    """Where a track comes from."""

    path: str
    """Absolute path of the video, or the camera's name."""
    model: str = "full"
    """Pose model: lite, full, heavy, or the file name of another bundle."""
    recorded_at: str | None = None
    """When it was recorded, local time, ISO 8601 to the minute (a file: when it was modified) or second (live)."""
    truncated: bool = False
    """Whether the video ended before its header said, or could be read up to a point only."""
    rotate_deg: int | None = None
    """Clockwise turn given by hand (0, 90, 180, 270); None: the file's own rotation tag was followed."""

    def __post_init__(self) -> None:
        texts = (self.path, self.model, "" if self.recorded_at is None else self.recorded_at)
        if not all(isinstance(text, str) and len(text) <= MAX_TEXT for text in texts):
            raise ValueError(f"path, model and recorded_at must be texts of at most {MAX_TEXT} characters.")
        if not isinstance(self.truncated, bool):
            raise ValueError("truncated must be True or False.")
        if self.rotate_deg not in (None, 0, 90, 180, 270) or isinstance(self.rotate_deg, bool | float):
            raise ValueError(f"rotate_deg must be 0, 90, 180 or 270, not {self.rotate_deg!r}.")


@dataclass(frozen=True)
class PoseTrack:
    """The landmarks of a whole recording, one row a frame read, NaN rows where nobody was seen.

    Landmarks may be float32, which is all that the model gives, and then stay so: an hour takes 100 MB. Calculate with
    them in float64.
    """

    times_s: Floats
    """(n,) true time of each frame, seconds, strictly increasing."""
    position_px: Floats
    """(n, 33, 2) landmark positions in pixels of the upright picture, x right, y down."""
    world_m: Floats
    """(n, 33, 3) MediaPipe's world landmarks, metres, origin between the hips, x right, y down, z away."""
    visibility: Floats
    """(n, 33) 0 to 1."""
    presence: Floats
    """(n, 33) 0 to 1: whether the landmark lies in the picture."""
    image_size_wh: tuple[int, int]
    """Width and height of the upright picture, pixels."""
    source: Source
    """Where it comes from."""
    setup: Setup = Setup()
    """What the person told us when it was recorded."""
    person_count: Floats | None = None
    """(n,) people seen in the frame; NaN where nobody counted (every other second; the last number where nothing beside
    the followed person has changed)."""
    camera_shift_px: Floats | None = None
    """(n, 2) shift of the background against the first frame; NaN where it was not or could not be measured."""

    def __post_init__(self) -> None:
        count = np.shape(self.times_s)[:1]
        if not count or not count[0]:
            raise TrackError("A pose track needs at least one frame.")
        shapes = {
            "times_s": count,
            "position_px": (*count, LANDMARK_COUNT, 2),
            "world_m": (*count, LANDMARK_COUNT, 3),
            "visibility": (*count, LANDMARK_COUNT),
            "presence": (*count, LANDMARK_COUNT),
            "person_count": count,
            "camera_shift_px": (*count, 2),
        }
        for name, shape in shapes.items():
            if name in OPTIONAL_ARRAYS and getattr(self, name) is None:
                continue
            object.__setattr__(self, name, _float_array(name, getattr(self, name), shape))
        if not np.all(np.isfinite(self.times_s)) or np.any(np.diff(self.times_s) <= 0):
            raise TrackError("The times of a pose track must increase from frame to frame.")
        size = tuple(self.image_size_wh)
        if len(size) != 2 or not all(isinstance(side, int | np.integer) and 0 < side < 100_000 for side in size):
            raise TrackError(f"The picture size of a pose track must be two whole numbers, not {size}.")
        object.__setattr__(self, "image_size_wh", (int(size[0]), int(size[1])))

    def select(self, keep: Bools) -> PoseTrack:
        """The frames where `keep` (bool, shape (n,)) holds, with their times; at least one.

        Raises
        ------
        TrackError
            When none is left.
        """
        parts = {name: getattr(self, name)[keep] for name in ARRAYS if getattr(self, name) is not None}
        return dataclasses.replace(self, **parts)

    def save(self, path: str | Path) -> None:
        """Write the track to a file; the same track gives the same bytes.

        Parameters
        ----------
        path : str or Path
            An `.npz` file (zipped arrays, no pickle); replaced as a whole or not at all.

        Raises
        ------
        OSError
            When the file cannot be written.
        """
        header = {
            "format": FORMAT,
            "image_size_wh": self.image_size_wh,
            "source": dataclasses.asdict(self.source),
            "setup": dataclasses.asdict(self.setup),
        }
        text = json.dumps(header, sort_keys=True).encode("ascii")
        arrays: dict[str, Any] = {
            name: _narrowed(getattr(self, name)) for name in ARRAYS if getattr(self, name) is not None
        }
        with atomic_write(path) as file:
            np.savez_compressed(file, header=np.frombuffer(text, np.uint8), **arrays)

    @classmethod
    def load(cls, path: str | Path) -> PoseTrack:
        """Read a saved track.

        Parameters
        ----------
        path : str or Path

        Returns
        -------
        PoseTrack
            Equal to the one that was saved, to the last bit; landmarks are float32 where that holds every bit of them.

        Raises
        ------
        TrackError
            When the file is missing, damaged, or not a pose track.
        """
        path = Path(path)
        try:
            with zipfile.ZipFile(path) as archive:
                _refuse_bomb(archive, path.stat().st_size)
                header = json.loads(_read_array(archive, "header").astype(np.uint8).tobytes().decode("utf-8"))
                names = {info.filename for info in archive.infolist()}
                arrays = {
                    name: _read_array(archive, name)
                    for name in ARRAYS
                    if name not in OPTIONAL_ARRAYS or f"{name}.npy" in names
                }
            if header["format"] != FORMAT:
                raise TrackError("it was saved by another version of MarchCam. Analyze the video again.")
            source, setup = Source(**header["source"]), Setup(**header["setup"])
            return cls(image_size_wh=tuple(header["image_size_wh"]), source=source, setup=setup, **arrays)
        except FileNotFoundError:
            raise TrackError(f"There is no saved track {path}.") from None
        except TrackError as error:
            raise TrackError(f"{path} cannot be used: {error}") from None
        except (
            *(OSError, ValueError, TypeError, KeyError, EOFError, RuntimeError, MemoryError, OverflowError),
            *(zipfile.BadZipFile, zlib.error),
        ):
            raise TrackError(f"{path} is not a saved pose track, or it is damaged. Analyze the video again.") from None


ARRAYS = ("times_s", "position_px", "world_m", "visibility", "presence", "person_count", "camera_shift_px")
LANDMARK_ARRAYS = ("position_px", "world_m", "visibility", "presence")
OPTIONAL_ARRAYS = ("person_count", "camera_shift_px")


def _float_array(name: str, values: object, shape: tuple[int, ...]) -> Floats:
    try:
        narrow = name in LANDMARK_ARRAYS and getattr(values, "dtype", None) == np.float32
        array: Floats = np.asarray(values, dtype="float32" if narrow else "float64")
    except (TypeError, ValueError):
        raise TrackError(f"{name} must hold numbers.") from None
    if array.shape != shape:
        raise TrackError(f"{name} must have the shape {shape}, not {array.shape}.")
    if np.any(np.abs(array) > MAX_NUMBER):
        raise TrackError(f"{name} must not be infinite, nor over {MAX_NUMBER:g}; unknown is NaN.")
    return array


def _refuse_bomb(archive: zipfile.ZipFile, packed_bytes: int) -> None:
    unpacked_bytes = sum(info.file_size for info in archive.infolist())
    most = max(MAX_UNPACKED_BYTES, MAX_RATIO * packed_bytes)
    if unpacked_bytes > most or archive.getinfo("header.npy").file_size > MAX_HEADER_BYTES:
        raise ValueError("more than a pose track can hold")


def _narrowed(array: Floats) -> Floats | NDArray[np.float32]:
    """The same numbers in half the bytes where none of them loses a bit, as the model's own numbers do not."""
    if array.dtype == np.float32:
        return array
    narrow = array.astype(np.float32)
    return narrow if np.array_equal(narrow.astype(np.float64), array, equal_nan=True) else array


def _read_array(archive: zipfile.ZipFile, name: str) -> Floats:
    """One array of the file, after a look at what its header promises: numpy would first make room for it."""
    info = archive.getinfo(f"{name}.npy")
    with archive.open(info) as member:
        version = np.lib.format.read_magic(member)
        if version != (1, 0):
            raise ValueError("an unknown array format")
        shape, fortran, dtype = np.lib.format.read_array_header_1_0(member)
        size = math.prod(shape) * dtype.itemsize
        if dtype.kind not in "fu" or fortran or min(shape, default=0) < 0 or size > info.file_size:
            raise ValueError("not an array of a pose track")
        return np.frombuffer(member.read(size), dtype).reshape(shape)
