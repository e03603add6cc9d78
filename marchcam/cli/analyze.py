"""`marchcam analyze`: one video, or many."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from marchcam.cli.console import INTERRUPTED, say, share_bar
from marchcam.cli.keep import Keeper, history_options
from marchcam.cli.options import jobs_option, output_options, person_options, setup_from
from marchcam.cli.single import analyze_one

if TYPE_CHECKING:
    from marchcam.batch.local import Advance, Done
    from marchcam.batch.plan import Plan
    from marchcam.batch.run import Run
    from marchcam.batch.work import Job

    Work = Callable[[list[Job], Path, Advance], Generator[Done, None, None]]

RESULTS = "marchcam-results"


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(), metavar="PATH...")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Folder for the results: --out results/")
@click.option("--model", default="full", metavar="NAME", help="lite, full, heavy, or a .task file: --model lite")
@person_options
@click.option(
    "--rotate",
    type=click.Choice(["auto", "0", "90", "180", "270"]),
    default="auto",
    help="Turn the picture clockwise; auto follows the video's own tag: --rotate 90",
)
@click.option("--start", type=float, metavar="S", help="Begin at this second: --start 3.5")
@click.option("--end", type=float, metavar="S", help="Stop at this second: --end 60")
@jobs_option
@click.option("--annotated", is_flag=True, help="Also write the video with the legs drawn on: --annotated")
@click.option(
    "--resume",
    is_flag=True,
    help="Of many videos, leave out those whose results are there already: same content, options and version: --resume",
)
@click.option(
    "--cluster",
    metavar="ADDRESS",
    help="Work on the workers of this dask scheduler; needs marchcam[cluster]: --cluster tcp://10.0.0.5:8786",
)
@history_options
@output_options
def analyze(
    paths: tuple[str, ...],
    out: Path | None,
    model: str,
    rotate: str,
    start: float | None,
    end: float | None,
    jobs: int | None,
    resume: bool,
    cluster: str | None,
    **told: Any,
) -> int:
    """Assess the march in a video and write a report; of many videos, also a table and a figure of all.

    \b
    Example:
        marchcam analyze march.mp4 --stature 175 --lens-height 95

    The results of one video go to the folder VIDEO-marchcam where you are: report.html, report.png, assessment.json,
    repetitions.csv, series.csv and track.npz.

    With several videos, a folder or a pattern such as "study/**/*.mp4" each video gets a folder in marchcam-results,
    beside summary.csv and cohort.png. A folder is searched with all folders in it. What is told by an option holds for
    every video. --jobs then says how many videos at a time, --json prints the rows of the summary. Those that fail are
    listed at the end.
    """
    from marchcam.batch.plan import means_many

    keeper = Keeper(told.pop("person"), told.pop("store"))
    shown = {name: told.pop(name) for name in ("annotated", "faces", "quiet", "as_json")}
    turn = None if rotate == "auto" else int(rotate)
    part: dict[str, Any] = {"rotate": turn, "start_s": start, "end_s": end}
    setup = setup_from(told)
    if not (resume or cluster or means_many(list(paths))):
        video = Path(paths[0])
        options = {"model": model, "jobs": jobs, **part}
        return analyze_one(video, out or Path(f"{video.stem}-marchcam"), setup, options, keeper=keeper, **shown)
    if keeper.person is not None:
        raise click.UsageError("--person keeps one march of one person: analyze that video alone.")
    options = {"model": model, "setup": setup, "annotated": shown["annotated"], "faces": shown["faces"], **part}
    shown = {"quiet": shown["quiet"], "as_json": shown["as_json"]}
    many: dict[str, Any] = {"jobs": jobs, "resume": resume, "cluster": cluster, **shown}
    return _analyze_many(list(paths), out or Path(RESULTS), options, **many)


def _analyze_many(
    paths: list[str],
    out: Path,
    options: dict[str, Any],
    *,
    jobs: int | None,
    resume: bool,
    cluster: str | None,
    quiet: bool,
    as_json: bool,
) -> int:
    from marchcam.batch.fetch import match_urls
    from marchcam.batch.plan import make_plan
    from marchcam.batch.run import run_plan
    from marchcam.batch.work import Options, model_sha256
    from marchcam.errors import SourceError
    from marchcam.report.folder import prepare_folder

    if os.path.exists(options["model"]):
        options["model"] = os.path.abspath(options["model"])
    told = Options(model_sha256=model_sha256(options["model"]), **options)
    plan = make_plan(paths, out, match_urls)
    if not plan.videos:
        raise SourceError(" ".join(plan.troubles))
    with _workers(cluster, jobs, len(plan.videos)) as (execute, parts):
        prepare_folder(out)
        with share_bar("Looking at the videos", len(plan.videos), quiet) as advance:
            run = run_plan(plan, told, out, lambda todo: execute(todo, out, advance), resume=resume, jobs=parts)
    _show(run, out, quiet=quiet, as_json=as_json)
    return _show_troubles(run, plan)


@contextmanager
def _workers(address: str | None, jobs: int | None, count: int) -> Iterator[tuple[Work, int]]:
    """What works on videos here or on a cluster, and on how many parts of each at a time."""
    if address is not None:
        from marchcam.batch.cluster import Cluster

        with Cluster(address) as cluster:
            yield cluster.run, jobs or 1
        return
    from marchcam.batch.local import processes_for, run_local
    from marchcam.pipeline import default_jobs

    cores = jobs or default_jobs()
    processes = processes_for(count, cores)
    yield lambda todo, out, advance: run_local(todo, out, processes, advance), max(1, cores // processes)


def _show(run: Run, out: Path, *, quiet: bool, as_json: bool) -> None:
    from marchcam.batch import summary
    from marchcam.batch.plan import COHORT, SUMMARY

    if as_json:
        click.echo(summary.json_bytes(run.rows), nl=False)
    elif not quiet:
        for line in (*summary.lines(run.rows), summary.count_line(run.rows, run.kept), *summary.twins(run.rows)):
            say(line)
        done = any(row["folder"] for row in run.rows)
        say(f"Results in {out}: " + (f"a folder for each video, {SUMMARY} and {COHORT}" if done else SUMMARY))


def _show_troubles(run: Run, plan: Plan) -> int:
    """Say what went wrong, last; the exit code."""
    from marchcam.batch.summary import failures

    troubles = [*plan.troubles, *failures(run.rows)]
    if run.broken:
        troubles.append(f"{run.broken} What is done stays; the same command with --resume does the rest.")
    for line in troubles:
        say(line, err=True)
    if run.interrupted:
        click.echo("Stopped: what is done stays; the same command with --resume does the rest.", err=True)
        return INTERRUPTED
    return 1 if troubles else 0
