"""A run over many videos: what is to be done, results to their places, the summary at the end."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from marchcam.batch.plan import COHORT, SUMMARY, Plan, Video
from marchcam.batch.results import read_mark, settle
from marchcam.batch.summary import Row, csv_bytes, draw_figure, row_of
from marchcam.batch.work import DONE, FAILED, Job, Options, Outcome
from marchcam.errors import ClusterError, MarchCamError, sentence_of
from marchcam.files import atomic_write
from marchcam.report.figure import save_report
from marchcam.report.folder import prepare_folder

Execute = Callable[[list[Job]], Generator[tuple[int, Outcome, Path], None, None]]


@dataclass(frozen=True)
class Run:
    """What a run came to."""

    rows: list[Row]
    """Of summary.csv."""
    kept: int
    """Videos whose results were there before."""
    interrupted: bool
    """Whether it was stopped by hand."""
    broken: str | None = None
    """Why it ended before its end, other than by hand."""


def run_plan(plan: Plan, options: Options, out: Path, execute: Execute, *, resume: bool, jobs: int = 1) -> Run:
    """Analyze the videos of a plan, each into a folder of its own, and write the summary.

    Parameters
    ----------
    plan : Plan
        With at least one video.
    options : Options
    out : Path
        Folder for everything, as `prepare_folder` made it.
    execute : callable
        Takes the jobs; yields number, outcome and folder of files of each as it ends. Closed on Ctrl-C.
    resume : bool
        Whether results that are there and would be the same stand.
    jobs : int
        Parts of each video at a time.

    Returns
    -------
    Run
        Also after Ctrl-C, which ends the work but not the summary.

    Raises
    ------
    OSError, OutputError
        When the summary cannot be written.
    """
    marks = [read_mark(out / video.label) if resume else None for video in plan.videos]
    todo = [
        Job(video.place, video.label, options, jobs, (mark or {}).get("key"))
        for video, mark in zip(plan.videos, marks, strict=True)
    ]
    outcomes: list[Outcome | None] = [None] * len(todo)
    kept, interrupted, broken = 0, False, None
    try:
        with closing(execute(todo)) as ended:
            for number, outcome, made in ended:
                if outcome.status == DONE and outcome.facts is None:
                    outcomes[number] = replace(outcome, facts=(marks[number] or {}).get("facts"))
                    kept += 1
                else:
                    outcomes[number] = _settled(outcome, made, plan.videos[number], out)
    except KeyboardInterrupt:
        interrupted = True
    except ClusterError as error:
        broken = str(error)
    return Run(_write_summary(plan, outcomes, out), kept, interrupted, broken)


def _settled(outcome: Outcome, made: Path, video: Video, out: Path) -> Outcome:
    """The outcome once its files are in their place."""
    if outcome.status == DONE:
        try:
            source = video.place if os.path.exists(video.place) else None
            settle(outcome, made, prepare_folder(out / video.label, source=source))
        except (OSError, MarchCamError) as error:
            return Outcome(FAILED, sentence_of(error))
    return outcome


def _write_summary(plan: Plan, outcomes: list[Outcome | None], out: Path) -> list[Row]:
    rows = [row_of(video, outcome) for video, outcome in zip(plan.videos, outcomes, strict=True)]
    with atomic_write(out / SUMMARY) as file:
        file.write(csv_bytes(rows))
    figure = draw_figure(plan.videos, outcomes)
    if figure is None:
        (out / COHORT).unlink(missing_ok=True)  # of an earlier run
    else:
        save_report(figure, out / COHORT)
    return rows
