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
from marchcam.track import PoseTrack, Setup, Source

BACKGROUND_EVERY_S = 0.5  # a knocked camera stays knocked


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
    """The rows of a recording so far: numbers only, never a picture."""

    def __init__(self) -> None:
        self._rows: list[tuple[float, float, tuple[float, float], Floats]] = []

    def __len__(self) -> int:
        return len(self._rows)

    def keep(self, row: Row) -> None:
        """Add the next row."""
        for i in range(max(0, len(self._rows) - row.forget_count), len(self._rows)):
            self._rows[i] = (*self._rows[i][:-1], _numbers(NOBODY))
        # One append a frame: an interruption leaves whole rows.
        self._rows.append((row.time_s, row.people, row.shift_px, _numbers(row.landmarks)))

    def track(self, image_size_wh: tuple[int, int], source: Source, setup: Setup) -> PoseTrack:
        """All rows kept, as a track; at least one."""
        times_s, people, shift_px, found = zip(*self._rows, strict=True)
        numbers = np.array(found)
        return PoseTrack(
            times_s=np.array(times_s),
            position_px=numbers[..., 0:2],
            world_m=numbers[..., 2:5],
            visibility=numbers[..., 5],
            presence=numbers[..., 6],
            image_size_wh=image_size_wh,
            source=source,
            setup=setup,
            person_count=np.array(people),
            camera_shift_px=np.array(shift_px),
        )


def _numbers(found: Landmarks) -> Floats:
    """(33, 7) the landmarks in the model's own precision: half the memory of an hour, and not a bit less."""
    parts = (found.position_px, found.world_m, found.visibility[:, None], found.presence[:, None])
    return np.concatenate(parts, axis=1, dtype=np.float32, casting="same_kind")
