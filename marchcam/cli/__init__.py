"""The marchcam command: parse, one call, print. What it needs is imported inside the commands, so help is quick."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from marchcam import __version__
from marchcam.cli.cameras import cameras
from marchcam.cli.console import INTERRUPTED, progress_bar, run
from marchcam.cli.export import export
from marchcam.cli.history import history
from marchcam.cli.keep import Keeper, history_options
from marchcam.cli.live import live
from marchcam.cli.loading import load_track
from marchcam.cli.options import jobs_option, output_options, person_options, setup_from

if TYPE_CHECKING:
    from marchcam.track import PoseTrack, Setup


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="marchcam")
def cli() -> None:
    """Measure a slow march in place from a video: how high each thigh goes, for how long, and how the sides differ.

    \b
    Example:
        marchcam analyze march.mp4 --stature 175

    A screening aid for movement, not a diagnosis. Nothing leaves this computer.
    """


@cli.command()
@click.argument("video", type=click.Path(path_type=Path))
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
@history_options
@output_options
def analyze(
    video: Path, out: Path | None, model: str, rotate, start, end, jobs, annotated, faces, quiet, as_json, **told
):
    """Assess the march in VIDEO and write a report.

    \b
    Example:
        marchcam analyze march.mp4 --stature 175 --lens-height 95

    The results go to the folder VIDEO-marchcam where you are: report.html, report.png, assessment.json,
    repetitions.csv, series.csv and track.npz.
    """
    keeper = Keeper(told.pop("person"), told.pop("store"))
    turn = None if rotate == "auto" else int(rotate)
    options = {"model": model, "rotate": turn, "start_s": start, "end_s": end, "jobs": jobs}
    shown = {"annotated": annotated, "faces": faces, "quiet": quiet, "as_json": as_json}
    return _analyze(video, out or Path(f"{video.stem}-marchcam"), setup_from(told), options, keeper=keeper, **shown)


@cli.command()
@click.argument("track", type=click.Path(path_type=Path), metavar="TRACK_JOURNAL_OR_FOLDER")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Folder for the results: --out again/")
@person_options
@history_options
@output_options
def report(track: Path, out: Path | None, faces, quiet, as_json, person, store, **told):
    """Make the report again from a saved track, or from the journal of a session that was cut off: no video, no model.

    \b
    Example:
        marchcam report march-marchcam/ --name "Sam P."

    What was told when the video was analyzed still holds unless it is given anew.
    """
    from marchcam.live.journal import is_journal
    from marchcam.report.folder import TRACK, prepare_folder

    keeper = Keeper(person, store)
    path, loaded = load_track(track)
    loaded = dataclasses.replace(loaded, setup=setup_from(told, loaded.setup))
    keeper.check()
    folder = prepare_folder(out or path.parent)
    if is_journal(path) or folder.resolve() != path.parent.resolve():
        loaded.save(folder / TRACK)
    shown = {"annotated": False, "faces": faces, "quiet": quiet, "as_json": as_json}
    _finish(loaded, folder, track_path=path, keeper=keeper, **shown)


@cli.command()
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Folder for the results: --out demo/")
@click.option("--model", default="full", metavar="NAME", help="lite, full, heavy, or a .task file: --model lite")
@jobs_option
@click.option("--annotated", is_flag=True, help="Also write the video with the legs drawn on: --annotated")
@output_options
def demo(out: Path | None, model: str, jobs: int | None, annotated, faces, quiet, as_json):
    """Analyze the sample march that comes with MarchCam.

    \b
    Example:
        marchcam demo
    """
    setup = setup_from({"name": "Sample"})
    shown = {"annotated": annotated, "faces": faces, "quiet": quiet, "as_json": as_json}
    options = {"model": model, "jobs": jobs}
    return _analyze(_sample(), out or Path("demo-marchcam"), setup, options, keeper=Keeper(None, None), **shown)


@cli.command()
def doctor():
    """Check what MarchCam needs on this computer, a line each.

    \b
    Example:
        marchcam doctor
    """
    from marchcam.doctor import FAULT, examine

    faults = 0
    for check in examine():
        click.echo(check.line())
        faults += check.state == FAULT
    return 1 if faults else 0


cli.add_command(live)
cli.add_command(cameras)
cli.add_command(history)
cli.add_command(export)


def _analyze(
    video: Path, out: Path, setup: Setup, options: dict, *, keeper: Keeper, quiet: bool, as_json: bool, **shown
) -> int:
    from marchcam.capture import VideoFile
    from marchcam.models import read_bundle
    from marchcam.pipeline import Interrupted, track_video
    from marchcam.report.folder import TRACK, prepare_folder

    # What cannot work is said before anything is made or waited for.
    with VideoFile(video, rotate=options.get("rotate"), start_s=options.get("start_s"), end_s=options.get("end_s")):
        read_bundle(options["model"])
    keeper.check()
    folder = prepare_folder(out, source=video)
    track: PoseTrack | None
    try:
        with progress_bar("Looking at the video", quiet) as progress:
            track = track_video(video, setup=setup, progress=progress, **options)
        code = 0
    except Interrupted as stopped:
        track, code = stopped.track, INTERRUPTED
        if track is None:
            click.echo("Stopped before anything was tracked; nothing is saved.", err=True)
            return code
    track.save(folder / TRACK)
    if code:
        shown["annotated"], keeper = False, Keeper(None, None)  # half a march is no session to compare
    _finish(track, folder, track_path=folder / TRACK, keeper=keeper, quiet=quiet, as_json=as_json, **shown)
    if code:
        tracked_s = track.times_s[-1] - track.times_s[0]
        click.echo(f"Stopped: the first {tracked_s:.1f} s were tracked; what they show is in {folder}.", err=True)
    return code


def _finish(
    track: PoseTrack,
    folder: Path,
    *,
    track_path: Path,
    keeper: Keeper,
    annotated: bool,
    faces: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """From a track to the files and the summary."""
    from marchcam.analysis.assessment import assess
    from marchcam.report.folder import ANNOTATED, write_results
    from marchcam.report.summary import summary_text
    from marchcam.report.tables import json_bytes

    assessment = assess(track)
    write_results(assessment, track, folder, faces=faces)
    if annotated:
        from marchcam.report.annotated import write_annotated

        with progress_bar("Drawing the video", quiet) as progress:
            write_annotated(assessment, track, folder / ANNOTATED, faces=faces, progress=progress)
    kept = keeper.keep(assessment, folder, track_path)
    if as_json:
        click.get_binary_stream("stdout").write(json_bytes(assessment))
    elif not quiet:
        click.echo(summary_text(assessment))
        click.echo(f"{'Results':<10}{folder / 'report.png'} and, beside it, report.html and the numbers")
        if kept:
            click.echo(kept)


def _sample() -> Path:
    """The sample march: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).parents[1]
    places = [folder / "samples" / "demo.mp4" for folder in (package, package.parent)]
    return next((place for place in places if place.exists()), places[0])


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command; every way to fail ends in one sentence and an exit code."""
    run(cli, arguments)
