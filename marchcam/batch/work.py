"""One video of many: from the file to its results and its row, the same on this computer and on any other."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from marchcam import __version__
from marchcam.batch.fetch import local_copy
from marchcam.batch.plan import is_url
from marchcam.errors import ModelError, sentence_of
from marchcam.track import PoseTrack, Setup

Progress = Callable[[int, "int | None"], None]
DONE, FAILED, STOPPED = "done", "failed", "stopped"
CHUNK_BYTES = 1 << 20
_drawing = threading.Lock()  # matplotlib is not for several threads at a time; a worker of a cluster may have some


@dataclass(frozen=True)
class Options:
    """What results depend on besides the video and the version."""

    model: str
    model_sha256: str
    setup: Setup = Setup()
    rotate: int | None = None
    start_s: float | None = None
    end_s: float | None = None
    faces: bool = False
    annotated: bool = False

    def key(self, video_sha256: str) -> str:
        """One text for a video with these options and this version: equal keys, equal results."""
        told = {**asdict(self), "video_sha256": video_sha256, "marchcam_version": __version__}
        # A model is what is in it: by another name it is the same, and under the same name it may be another.
        del told["model"]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode("ascii")).hexdigest()


@dataclass(frozen=True)
class Job:
    """A video to be worked on."""

    place: str
    label: str
    options: Options
    jobs: int = 1
    """Parts of the video at a time; changes no result."""
    known_key: str | None = None
    """Of the results that are there; where they would be the same nothing is done."""
    version: str = __version__
    """Of the MarchCam that asks."""


@dataclass(frozen=True)
class Outcome:
    """What became of a video."""

    status: str
    """done, failed or stopped."""
    reason: str = ""
    """Why it failed."""
    key: str | None = None
    facts: dict[str, Any] | None = None
    """Its part of the summary, see `marchcam.batch.facts.facts_of`; None also where the known results stand."""
    files: tuple[str, ...] = field(default=())
    """Names of the results; none where the known ones stand."""


def work(job: Job, folder: Path, *, progress: Progress | None = None) -> Outcome:
    """Analyze a video, fetched where its place is an address, and write its results.

    Parameters
    ----------
    job : Job
    folder : Path
        An empty folder for the results.
    progress : callable, optional
        As for `track_video`.

    Returns
    -------
    Outcome
        Nothing is raised by a video that cannot be analyzed.
    """
    try:
        with local_copy(job.place) as video:
            return _work(job, folder, video, progress)
    except Exception as error:
        return Outcome(FAILED, " ".join(sentence_of(error).split()))


def _work(job: Job, folder: Path, video: Path, progress: Progress | None) -> Outcome:
    from marchcam.analysis.assessment import assess
    from marchcam.batch.facts import facts_of
    from marchcam.capture import VideoFile
    from marchcam.pipeline import track_video
    from marchcam.report.folder import ANNOTATED, TRACK, fetch_images, write_results
    from marchcam.report.snapshots import snapshot_times

    options = job.options
    part: dict[str, Any] = {"rotate": options.rotate, "start_s": options.start_s, "end_s": options.end_s}
    with VideoFile(video, **part):
        pass  # what is no video is named better than by its checksum
    if model_sha256(options.model) != options.model_sha256:
        raise ModelError(f"The pose model {options.model} is another one on the computer that worked on this video.")
    sha256 = file_sha256(video)
    key = options.key(sha256)
    if key == job.known_key:
        return Outcome(DONE, key=key)
    track = track_video(video, model=options.model, setup=options.setup, jobs=job.jobs, progress=progress, **part)
    named = _named(track, job.place)
    named.save(folder / TRACK)
    assessment = assess(named)
    with _drawing:
        images = fetch_images(track, snapshot_times(assessment))
        write_results(assessment, named, folder, faces=options.faces, images=images)
    if options.annotated:
        from marchcam.report.annotated import write_annotated

        write_annotated(assessment, track, folder / ANNOTATED, faces=options.faces)
    files = tuple(sorted(path.name for path in folder.iterdir()))
    return Outcome(DONE, key=key, facts={**facts_of(assessment), "video_sha256": sha256}, files=files)


def _named(track: PoseTrack, place: str) -> PoseTrack:
    """The track of a copy under the address that it came from; when that was recorded is not known."""
    if not is_url(place):
        return track
    return replace(track, source=replace(track.source, path=place, recorded_at=None))


def model_sha256(model: str) -> str:
    """Checksum of a pose model.

    Raises
    ------
    ModelError
        When there is no such model.
    """
    from marchcam.models import read_bundle

    return hashlib.sha256(read_bundle(model)).hexdigest()


def file_sha256(path: Path) -> str:
    """Checksum of a file's content."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
