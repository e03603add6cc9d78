"""A video file through the pose model into a pose track, and on to an assessment."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from marchcam.capture import VideoFile
from marchcam.pose import PoseEstimator
from marchcam.reader import TrackRows
from marchcam.seams import Seams, SecondLook
from marchcam.segments import SegmentTracker
from marchcam.track import PoseTrack, Setup, Source

if TYPE_CHECKING:
    from marchcam.analysis.results import Assessment

DECODER_THREADS = 2  # of each of several decoders, each of which keeps pictures for each thread
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
    jobs: int | None = None,
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
    jobs : int, optional
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
    >>> assessment = analyze_video("march.mp4", Setup(stature_m=1.75))
    >>> headline = assessment.findings[0].text
    """
    from marchcam.analysis.assessment import assess

    options: dict[str, Any] = {"model": model, "rotate": rotate, "start_s": start_s, "end_s": end_s, "jobs": jobs}
    return assess(track_video(path, setup=setup or Setup(), progress=progress, **options))


def track_video(
    path: str | Path,
    *,
    model: str | Path = "full",
    rotate: int | None = None,
    start_s: float | None = None,
    end_s: float | None = None,
    setup: Setup = Setup(),  # noqa: B008 - frozen
    jobs: int | None = None,
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
    jobs : int, optional
        Stretches of the video to work on at a time; the cores when left out. The result is the same, to the last bit.
    progress : callable, optional
        Called in this thread after each frame with the frames read and the frames expected (None where the file does
        not say).

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
    if jobs is not None and jobs < 1:
        raise ValueError(f"jobs must be 1 or more, not {jobs}")
    threads = min(DECODER_THREADS, default_jobs())
    part: dict[str, Any] = {"rotate": rotate, "start_s": start_s, "end_s": end_s, "threads": threads}
    with VideoFile(path, **part) as video:
        expected, count = _expected_frames(video), 0
        rows = TrackRows(expected)

        def track() -> PoseTrack:
            source = Source(
                # A name that is no proper text could not be written to a report.
                path=os.fsencode(Path(path).absolute()).decode("utf-8", "replace"),
                model=PoseEstimator(model).name,
                recorded_at=_modified_at(Path(path)),
                truncated=tracker.truncated,
                rotate_deg=rotate,
            )
            return rows.track(video.image_size_wh, source, setup)

        tracker = SegmentTracker(lambda: VideoFile(path, **part), model, jobs or default_jobs(), expected)
        seams = Seams(rows, SecondLook(tracker.way(video), model))
        try:
            with tracker:
                for segment in tracker.progress():
                    count += not segment.done
                    if progress is not None and not segment.done:
                        progress(count, expected)
                    seams.take(segment, tracker.beginning)
        except KeyboardInterrupt:
            seams.break_off()
            raise Interrupted(track() if len(rows) else None) from None
        return track()


def default_jobs() -> int:
    """Segments to track side by side: the cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS, Windows
        return os.cpu_count() or 1


def _expected_frames(video: VideoFile) -> int | None:
    """Frames in the part to be read, as far as the file's header says."""
    whole_s = video.duration_hint_s
    if video.expected_frame_count is None or whole_s is None:
        return None
    part_s = min(video.end_s, whole_s) - max(video.start_s, 0.0)
    return max(1, round(video.expected_frame_count * part_s / whole_s))


def _modified_at(path: Path) -> str:
    return datetime.fromtimestamp(path.stat().st_mtime).isoformat(timespec="minutes")
