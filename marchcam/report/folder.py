"""The folder that an analysis leaves behind: which files, where, and never half of one."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import numpy as np

from marchcam.analysis.results import Assessment
from marchcam.arrays import Floats, Image
from marchcam.capture import read_frames
from marchcam.errors import OutputError, SourceError
from marchcam.files import private_folder, sweep
from marchcam.report.figure import draw_report, save_report, snapshot_times
from marchcam.report.page import page_html, save_page
from marchcam.report.tables import write_json, write_repetitions_csv, write_series_csv
from marchcam.track import PoseTrack

TRACK = "track.npz"
ANNOTATED = "annotated.mp4"
PICTURE = "report.png"
PAGE = "report.html"
ROOM_BYTES = 5_000_000  # the report and the numbers of a minute or two
NAMES = (PICTURE, PAGE, "assessment.json", "repetitions.csv", "series.csv", TRACK, ANNOTATED)


def prepare_folder(folder: str | Path, *, source: str | Path | None = None, room_bytes: int = ROOM_BYTES) -> Path:
    """Make the folder, for its owner alone, and see that the results can be written: before hours of work, not after.

    Parameters
    ----------
    folder : str or Path
    source : str or Path, optional
        The video; it must not be one of the files that will be replaced.
    room_bytes : int
        What must be free on its disk.

    Returns
    -------
    Path

    Raises
    ------
    OutputError
        When something is in the way.
    """
    folder = Path(folder)
    try:
        there = next(place for place in (folder, *folder.absolute().parents) if place.is_dir())
        if (free := shutil.disk_usage(there).free) < room_bytes:
            raise OutputError(f"Only {free / 1e6:.0f} MB are free for {folder}. Make room, or choose another --out.")
        private_folder(folder)
        sweep(folder)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except (FileExistsError, NotADirectoryError):
        raise OutputError(f"The folder {folder} cannot be made: a file is in the way. Choose another --out.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise OutputError(f"Nothing can be written to the folder {folder}: {reason}. Choose another --out.") from None
    for name in NAMES:
        place = folder / name
        if place.is_dir():
            raise OutputError(f"{place} is a folder and in the way. Choose another --out.")
        if source is not None and place.exists() and os.path.samefile(place, source):
            raise OutputError(f"The result would replace the video {place}. Choose another --out.")
    return folder


def write_results(
    assessment: Assessment,
    track: PoseTrack,
    folder: Path,
    *,
    faces: bool = False,
    images: dict[float, Image] | None = None,
) -> None:
    """Write the report as picture and page, the assessment and the tables.

    The pictures come from the video if it is still there.

    Parameters
    ----------
    assessment : Assessment
    track : PoseTrack
    folder : Path
        As `prepare_folder` made it.
    faces : bool
        Whether the pictures may show the face.
    images : dict of float to ndarray of shape (h, w, 3), uint8, optional
        Pictures by time, BGR, of a recording whose video was not kept.

    Raises
    ------
    OSError, OutputError
        When a file cannot be written.
    """
    write_json(assessment, folder / "assessment.json")
    write_repetitions_csv(assessment, folder / "repetitions.csv")
    write_series_csv(assessment, folder / "series.csv")
    wanted = [time_s for time_s in snapshot_times(assessment) if time_s not in (images or {})]
    images = {**(images or {}), **fetch_images(track, wanted)}
    save_report(draw_report(assessment, track, images, faces=faces), folder / PICTURE)
    save_page(page_html(assessment, track, images, faces=faces), folder / PAGE)


def fetch_images(track: PoseTrack, times_s: list[float]) -> dict[float, Floats]:
    """The pictures of a track's video at the given times; none where the video is gone or is another one.

    Parameters
    ----------
    track : PoseTrack
    times_s : list of float

    Returns
    -------
    dict of float to ndarray of shape (h, w, 3), uint8
        BGR, by the time asked for.
    """
    if not times_s:
        return {}
    nearest = {time_s: float(track.times_s[np.argmin(np.abs(track.times_s - time_s))]) for time_s in times_s}
    try:
        images, size_wh = read_frames(track.source.path, nearest.values(), rotate=track.source.rotate_deg)
    except SourceError:
        return {}
    if size_wh != track.image_size_wh:
        return {}
    return {time_s: images[frame_s] for time_s, frame_s in nearest.items() if frame_s in images}
