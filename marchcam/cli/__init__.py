"""The marchcam command: parse, one call, print. What it needs is imported inside the commands, so help is quick."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any, NoReturn

import click

from marchcam import __version__
from marchcam.cli.analyze import analyze
from marchcam.cli.cameras import cameras
from marchcam.cli.console import run
from marchcam.cli.export import export
from marchcam.cli.history import history
from marchcam.cli.keep import Keeper, history_options
from marchcam.cli.live import live
from marchcam.cli.loading import load_track
from marchcam.cli.options import jobs_option, output_options, person_options, setup_from
from marchcam.cli.single import analyze_one, finish


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
@click.argument("track", type=click.Path(path_type=Path), metavar="TRACK_JOURNAL_OR_FOLDER")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Folder for the results: --out again/")
@person_options
@history_options
@output_options
def report(
    track: Path,
    out: Path | None,
    faces: bool,
    quiet: bool,
    as_json: bool,
    person: str | None,
    store: Path | None,
    **told: Any,
) -> None:
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
    finish(loaded, folder, track_path=path, keeper=keeper, **shown)


@cli.command()
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Folder for the results: --out demo/")
@click.option("--model", default="full", metavar="NAME", help="lite, full, heavy, or a .task file: --model lite")
@jobs_option
@click.option("--annotated", is_flag=True, help="Also write the video with the legs drawn on: --annotated")
@output_options
def demo(
    out: Path | None, model: str, jobs: int | None, annotated: bool, faces: bool, quiet: bool, as_json: bool
) -> int:
    """Analyze the sample march that comes with MarchCam.

    \b
    Example:
        marchcam demo
    """
    setup = setup_from({"name": "Sample"})
    shown = {"annotated": annotated, "faces": faces, "quiet": quiet, "as_json": as_json}
    options: dict[str, Any] = {"model": model, "jobs": jobs}
    return analyze_one(_sample(), out or Path("demo-marchcam"), setup, options, keeper=Keeper(None, None), **shown)


@cli.command()
def doctor() -> int:
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


cli.add_command(analyze)
cli.add_command(live)
cli.add_command(cameras)
cli.add_command(history)
cli.add_command(export)


def _sample() -> Path:
    """The sample march: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).parents[1]
    places = [folder / "samples" / "demo.mp4" for folder in (package, package.parent)]
    return next((place for place in places if place.exists()), places[0])


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command; every way to fail ends in one sentence and an exit code."""
    run(cli, arguments)
