"""A video file through the pose model into a pose track, and on to an assessment."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from marchcam.background import BackgroundShift
from marchcam.capture import Frame, VideoFile
from marchcam.lock import PersonLock
from marchcam.pose import NOBODY, Landmarks, PoseEstimator
from marchcam.track import PoseTrack, Setup, Source

if TYPE_CHECKING:
    from marchcam.analysis.results import Assessment

BACKGROUND_EVERY_S = 0.5  # a knocked camera stays knocked
Progress = Callable[[int, "int | None"], None]


class Interrupted(Exception):
    """The person stopped the analysis under way."""

    def __init__(self, track: PoseTrack | None):
        super().__init__("stopped")
        self.track = track
        """What was tracked until then; None when not one frame was."""


def analyze_video(
    path: str | Path,
    setup: Setup | None = None,
    *,
    model: str | Path = "full",
    rotate: int | None = None,
    start_s: float | None = None,
    end_s: float | None = None,
    progress: Progress | None = None,
) -> Assessment:
    """Assess the slow march in a video file.

    Parameters
    ----------
    path : str or Path
    setup : Setup, optional
        What is known about the person and the camera.
    model : str or Path
        As for `track_video`; so are the following.
    rotate : int, optional
    start_s : float, optional
    end_s : float, optional
    progress : callable, optional

    Returns
    -------
    Assessment

    Raises
    ------
    SourceError, ModelError
        When the file cannot be read, or the model cannot run.

    Examples
    --------
    >>> assessment = analyze_video("march.mp4", Setup(stature_m=1.75))  # doctest: +SKIP
    >>> assessment.findings[0].text  # doctest: +SKIP
    """
    from marchcam.analysis.assessment import assess

    options = {"model": model, "rotate": rotate, "start_s": start_s, "end_s": end_s, "progress": progress}
    return assess(track_video(path, setup=setup or Setup(), **options))


def track_video(
    path: str | Path,
    *,
    model: str | Path = "full",
    rotate: int | None = None,
    start_s: float | None = None,
    end_s: float | None = None,
    setup: Setup = Setup(),  # noqa: B008 - frozen
    progress: Progress | None = None,
) -> PoseTrack:
    """Find the landmarks of the person in every frame of a video file.

    Parameters
    ----------
    path : str or Path
    model : str or Path
        "lite", "full", "heavy", or the path of another `.task` bundle.
    rotate : {0, 90, 180, 270}, optional
        Clockwise turn of the stored picture, instead of the file's rotation tag.
    start_s, end_s : float, optional
        Part of the recording to read, seconds; the track keeps the video's own times.
    setup : Setup
        Kept with the track.
    progress : callable, optional
        Called after each frame with the frames read and the frames expected (None where the file does not say).

    Returns
    -------
    PoseTrack
        One row a frame read, NaN where nobody was seen.

    Raises
    ------
    SourceError, ModelError
        When the file cannot be read, or the model cannot run.
    Interrupted
        On Ctrl-C, with what was tracked until then.
    """
    with VideoFile(path, rotate=rotate, start_s=start_s, end_s=end_s) as video, PoseEstimator(model) as estimator:
        reader, rows = FrameReader(estimator), TrackRows()

        def track() -> PoseTrack:
            source = Source(
                # A name that is no proper text could not be written to a report.
                path=os.fsencode(Path(path).absolute()).decode("utf-8", "replace"),
                model=estimator.name,
                recorded_at=_modified_at(video.path),
                truncated=video.truncated,
                rotate_deg=rotate,
            )
            return rows.track(video.image_size_wh, source, setup)

        expected = _expected_frames(video)
        try:
            for frame in video:
                rows.keep(reader.read(frame))
                if progress is not None:
                    progress(len(rows), expected)
        except KeyboardInterrupt:
            raise Interrupted(track() if len(rows) else None) from None
        return track()


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
    """

    def __init__(self, estimator: PoseEstimator, *, live: bool = False) -> None:
        self._lock = PersonLock(estimator, live=live)
        self._background = BackgroundShift()
        self._next_background_s = -np.inf

    def read(self, frame: Frame) -> Row:
        """Find the followed person in the next frame."""
        followed = self._lock.follow(frame)
        shift = (np.nan, np.nan)
        if frame.time_s >= self._next_background_s:
            self._next_background_s = frame.time_s + BACKGROUND_EVERY_S
            shift = self._background.measure(frame.image, followed.landmarks.position_px)
        return Row(frame.time_s, followed.landmarks, followed.people, shift, followed.forget_count)


class TrackRows:
    """The rows of a recording so far: numbers only, never a picture."""

    def __init__(self) -> None:
        self._rows: list[Row] = []

    def __len__(self) -> int:
        return len(self._rows)

    def keep(self, row: Row) -> None:
        """Add the next row."""
        for i in range(max(0, len(self._rows) - row.forget_count), len(self._rows)):
            self._rows[i] = replace(self._rows[i], landmarks=NOBODY)
        # One append a frame: an interruption leaves whole rows.
        self._rows.append(row)

    def track(self, image_size_wh: tuple[int, int], source: Source, setup: Setup) -> PoseTrack:
        """All rows kept, as a track; at least one."""
        landmarks = [row.landmarks for row in self._rows]
        return PoseTrack(
            times_s=np.array([row.time_s for row in self._rows]),
            position_px=np.array([row.position_px for row in landmarks]),
            world_m=np.array([row.world_m for row in landmarks]),
            visibility=np.array([row.visibility for row in landmarks]),
            presence=np.array([row.presence for row in landmarks]),
            image_size_wh=image_size_wh,
            source=source,
            setup=setup,
            person_count=np.array([row.people for row in self._rows]),
            camera_shift_px=np.array([row.shift_px for row in self._rows]),
        )


def _expected_frames(video: VideoFile) -> int | None:
    """Frames in the part to be read, as far as the file's header says."""
    if video.expected_frame_count is None:
        return None
    part_s = min(video.end_s, video.duration_hint_s) - max(video.start_s, 0.0)
    return max(1, round(video.expected_frame_count * part_s / video.duration_hint_s))


def _modified_at(path: Path) -> str:
    return datetime.fromtimestamp(path.stat().st_mtime).isoformat(timespec="minutes")
