"""Frames into rows of numbers, and rows into a pose track."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from marchcam.arrays import Floats
from marchcam.background import BackgroundShift
from marchcam.capture import Frame
from marchcam.lock import PersonLock, next_time_s
from marchcam.pose import NOBODY, Landmarks, PoseEstimator
from marchcam.track import LANDMARK_ARRAYS, LANDMARK_COUNT, PoseTrack, Setup, Source

BACKGROUND_EVERY_S = 0.5  # a knocked camera stays knocked
ROOM_FRAMES = 4096  # room made at a time
MOST_ROOM_FRAMES = 500_000  # room made at once, whatever a header says; what is not filled takes no memory
COLUMNS = {
    "times_s": ((), np.float64),
    "position_px": ((LANDMARK_COUNT, 2), np.float32),
    "world_m": ((LANDMARK_COUNT, 3), np.float32),
    "visibility": ((LANDMARK_COUNT,), np.float32),
    "presence": ((LANDMARK_COUNT,), np.float32),
    "person_count": ((), np.float64),
    "camera_shift_px": ((2,), np.float64),
}
"""Shape of a frame's values, and their type: the arrays of a `PoseTrack`."""


@dataclass(frozen=True)
class Row:
    """What was made of one frame."""

    time_s: float
    landmarks: Landmarks
    people: float
    """People in the picture; NaN where nobody counted."""
    shift_px: tuple[float, float]
    """Of the background, to the right and downwards; NaN where it was not measured."""
    forget_count: int = 0
    """How many rows before this one turned out to show somebody else."""


class FrameReader:
    """Frames in the order of their times, one after the other into rows of numbers.

    Parameters
    ----------
    estimator : PoseEstimator
        Entered.
    live : bool
        Whether they come from a camera that does not wait.
    lock : PersonLock, optional
        One that has been taken up or resumed.
    """

    def __init__(self, estimator: PoseEstimator, *, live: bool = False, lock: PersonLock | None = None) -> None:
        self.lock = lock or PersonLock(estimator, live=live)
        self.background = BackgroundShift()
        self._next_background_s = -np.inf

    def begin(self, before: Sequence[Frame], background: BackgroundShift) -> None:
        """Begin in the midst of a recording: what is left to do after the lock has been set.

        Parameters
        ----------
        before : sequence of Frame
            The frames just before.
        background : BackgroundShift
            Of the beginning.
        """
        self.background = background
        self._next_background_s = next_time_s(before[-1].time_s, BACKGROUND_EVERY_S)

    def read(self, frame: Frame) -> Row:
        """Find the followed person in the next frame."""
        followed = self.lock.follow(frame)
        shift = (np.nan, np.nan)
        if frame.time_s >= self._next_background_s:
            self._next_background_s = next_time_s(frame.time_s, BACKGROUND_EVERY_S)
            shift = self.background.measure(frame.image, followed.landmarks.position_px)
        return Row(frame.time_s, followed.landmarks, followed.people, shift, followed.forget_count)


class TrackRows:
    """The rows of a recording so far: numbers only, never a picture.

    Parameters
    ----------
    expected : int, optional
        Rows to come. Room that grows leaves holes behind.
    """

    def __init__(self, expected: int | None = None) -> None:
        self._count, room = 0, min(expected or 0, MOST_ROOM_FRAMES)
        # Landmarks in the model's own precision: half the memory of an hour, and not a bit less.
        self._columns = {name: np.empty((room, *shape), dtype) for name, (shape, dtype) in COLUMNS.items()}

    def __len__(self) -> int:
        return self._count

    def keep(self, row: Row) -> None:
        """Add the next row."""
        at = self._count
        values = (row.time_s, *_parts(row.landmarks), row.people, row.shift_px)
        for column, value in zip(self._columns.values(), values, strict=True):
            if at == len(column):
                column.resize((at + ROOM_FRAMES, *column.shape[1:]), refcheck=False)
            column[at] = value
        for name, value in zip(LANDMARK_ARRAYS, _parts(NOBODY), strict=True):
            self._columns[name][max(0, at - row.forget_count) : at] = value
        self._count = at + 1  # last: an interruption leaves whole rows

    def track(self, image_size_wh: tuple[int, int], source: Source, setup: Setup) -> PoseTrack:
        """All rows kept, as a track; at least one. No row may be added any more: they share their memory."""
        columns = {name: column[: self._count] for name, column in self._columns.items()}
        return PoseTrack(image_size_wh=image_size_wh, source=source, setup=setup, **columns)


def _parts(found: Landmarks) -> tuple[Floats, ...]:
    return found.position_px, found.world_m, found.visibility, found.presence
