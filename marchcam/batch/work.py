"""One video of many: from the file to its results and its row, the same on this computer and on any other."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from marchcam import __version__
from marchcam.errors import ModelError, sentence_of
from marchcam.track import Setup

Progress = Callable[[int, "int | None"], None]
DONE, FAILED, STOPPED = "done", "failed", "stopped"
CHUNK_BYTES = 1 << 20


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


def work(job: Job, folder: Path, *, video: Path | None = None, progress: Progress | None = None) -> Outcome:
    """Analyze a video and write its results.

    Parameters
    ----------
    job : Job
    folder : Path
        An empty folder for the results.
    video : Path, optional
        A copy of the video, where its place is not a path of this computer.
    progress : callable, optional
        As for `track_video`.

    Returns
    -------
    Outcome
        Nothing is raised by a video that cannot be analyzed.
    """
    try:
        return _work(job, folder, video or Path(job.place), progress)
    except Exception as error:
        return Outcome(FAILED, " ".join(sentence_of(error).split()))


def _work(job: Job, folder: Path, video: Path, progress: Progress | None) -> Outcome:
    from marchcam.analysis.assessment import assess
    from marchcam.batch.facts import facts_of
    from marchcam.capture import VideoFile
    from marchcam.pipeline import track_video
    from marchcam.report.folder import ANNOTATED, TRACK, write_results

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
    track.save(folder / TRACK)
    assessment = assess(track)
    write_results(assessment, track, folder, faces=options.faces)
    if options.annotated:
        from marchcam.report.annotated import write_annotated

        write_annotated(assessment, track, folder / ANNOTATED, faces=options.faces)
    files = tuple(sorted(path.name for path in folder.iterdir()))
    return Outcome(DONE, key=key, facts={**facts_of(assessment), "video_sha256": sha256}, files=files)


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
