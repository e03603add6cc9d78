"""The marchcam command: parse, one call, print. What it needs is imported inside the commands, so that help is quick."""

from __future__ import annotations

import dataclasses
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from marchcam import __version__
from marchcam.errors import MarchCamError

if TYPE_CHECKING:
    from marchcam.pipeline import Progress
    from marchcam.track import PoseTrack, Setup

INTERRUPTED = 130  # what a shell expects of a program that Ctrl-C ended
LIBRARY_HINT = "On Debian or Ubuntu: sudo apt-get install libgl1 libglib2.0-0 libxcb1 libegl1 libgles2"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="marchcam")
def cli() -> None:
    """Measure a slow march in place from a video: how high each thigh goes, how long it stays, and how the sides differ.

    \b
    Example:
        marchcam analyze march.mp4 --stature 175

    A screening aid for movement, not a diagnosis. Nothing leaves this computer.
    """


def person_options(command: Callable) -> Callable:
    """What the person tells; the same for every command."""
    pain = click.IntRange(0, 10)
    options = (
        click.option(
            "--stature", type=click.FloatRange(80, 250), metavar="CM", help="Body height in shoes: --stature 175"
        ),
        click.option(
            "--lens-height",
            type=click.FloatRange(0, 300),
            metavar="CM",
            help="Camera lens above the floor: --lens-height 95",
        ),
        click.option(
            "--fov",
            type=click.FloatRange(20, 150),
            metavar="DEG",
            help="The camera's field of view along the long side of the picture: --fov 66",
        ),
        click.option("--name", metavar="TEXT", help='Whose march it is, for the report: --name "Sam P."'),
        click.option(
            "--support",
            type=click.Choice(["none", "one_hand", "two_hands"]),
            help="Hands on a chair or wall: --support one_hand",
        ),
        click.option("--band/--no-band", default=None, help="An elastic band around the thighs was worn: --band"),
        click.option(
            "--pain-back-before", type=pain, metavar="0-10", help="Low-back pain before: --pain-back-before 2"
        ),
        click.option("--pain-back-after", type=pain, metavar="0-10", help="Low-back pain after: --pain-back-after 2"),
        click.option("--pain-hip-before", type=pain, metavar="0-10", help="Hip pain before: --pain-hip-before 0"),
        click.option("--pain-hip-after", type=pain, metavar="0-10", help="Hip pain after: --pain-hip-after 0"),
    )
    for option in reversed(options):
        command = option(command)
    return command


def output_options(command: Callable) -> Callable:
    """How results are shown; the same for every command."""
    options = (
        click.option("--faces", is_flag=True, help="Leave faces in the pictures: --faces"),
        click.option("--quiet", is_flag=True, help="Print nothing but errors: --quiet"),
        click.option(
            "--json", "as_json", is_flag=True, help="Print assessment.json and nothing else: --json | jq .asymmetry"
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


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
@click.option("--annotated", is_flag=True, help="Also write the video with the legs drawn on: --annotated")
@output_options
def analyze(
    video: Path, out: Path | None, model: str, rotate: str, start, end, annotated, faces, quiet, as_json, **person
):
    """Assess the march in VIDEO and write a report.

    \b
    Example:
        marchcam analyze march.mp4 --stature 175 --lens-height 95

    The results go to a folder beside you named after the video: report.png, assessment.json, repetitions.csv,
    series.csv and track.npz.
    """
    turn = None if rotate == "auto" else int(rotate)
    options = {"model": model, "rotate": turn, "start_s": start, "end_s": end}
    shown = {"annotated": annotated, "faces": faces, "quiet": quiet, "as_json": as_json}
    return _analyze(video, out or Path(f"{video.stem}-marchcam"), _setup(person), options, **shown)


@cli.command()
@click.argument("track", type=click.Path(path_type=Path), metavar="TRACK_OR_FOLDER")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Folder for the results: --out again/")
@person_options
@output_options
def report(track: Path, out: Path | None, faces, quiet, as_json, **person):
    """Make the report again from a saved track: no video, no model.

    \b
    Example:
        marchcam report march-marchcam/ --name "Sam P."

    What was told when the video was analyzed still holds unless it is given anew.
    """
    from marchcam.report.folder import TRACK, prepare_folder
    from marchcam.track import PoseTrack

    path = track / TRACK if track.is_dir() else track
    loaded = PoseTrack.load(path)
    loaded = dataclasses.replace(loaded, setup=_setup(person, loaded.setup))
    folder = prepare_folder(out or path.parent)
    if folder.resolve() != path.parent.resolve():
        loaded.save(folder / TRACK)
    _finish(loaded, folder, annotated=False, faces=faces, quiet=quiet, as_json=as_json)


@cli.command()
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Folder for the results: --out demo/")
@click.option("--model", default="full", metavar="NAME", help="lite, full, heavy, or a .task file: --model lite")
@click.option("--annotated", is_flag=True, help="Also write the video with the legs drawn on: --annotated")
@output_options
def demo(out: Path | None, model: str, annotated, faces, quiet, as_json):
    """Analyze the sample march that comes with MarchCam.

    \b
    Example:
        marchcam demo
    """
    setup = _setup({"name": "Sample"})
    shown = {"annotated": annotated, "faces": faces, "quiet": quiet, "as_json": as_json}
    return _analyze(_sample(), out or Path("demo-marchcam"), setup, {"model": model}, **shown)


@cli.command()
def doctor():
    """Check what MarchCam needs on this computer, a line each.

    \b
    Example:
        marchcam doctor
    """
    from marchcam.doctor import examine

    can_analyze = True
    for finding in examine():
        click.echo(finding.line())
        can_analyze &= not finding.stops_analysis
    return 0 if can_analyze else 1


def _analyze(video: Path, out: Path, setup: Setup, options: dict, *, quiet: bool, as_json: bool, **shown) -> int:
    from marchcam.capture import VideoFile
    from marchcam.pipeline import Interrupted, track_video
    from marchcam.pose import read_bundle
    from marchcam.report.folder import TRACK, prepare_folder

    # What cannot work is said before anything is made or waited for.
    with VideoFile(video, rotate=options.get("rotate"), start_s=options.get("start_s"), end_s=options.get("end_s")):
        read_bundle(options["model"])
    folder = prepare_folder(out, source=video)
    track: PoseTrack | None
    try:
        with _progress("Looking at the video", quiet) as progress:
            track = track_video(video, setup=setup, progress=progress, **options)
        code = 0
    except Interrupted as stopped:
        track, code = stopped.track, INTERRUPTED
        if track is None:
            click.echo("Stopped before anything was tracked; nothing is saved.", err=True)
            return code
    track.save(folder / TRACK)
    _finish(track, folder, quiet=quiet, as_json=as_json, **(shown if not code else {**shown, "annotated": False}))
    if code:
        tracked_s = track.times_s[-1] - track.times_s[0]
        click.echo(f"Stopped: the first {tracked_s:.1f} s were tracked; what they show is in {folder}.", err=True)
    return code


def _finish(track: PoseTrack, folder: Path, *, annotated: bool, faces: bool, quiet: bool, as_json: bool) -> None:
    """From a track to the files and the summary."""
    from marchcam.analysis.assessment import assess
    from marchcam.report.folder import ANNOTATED, write_results
    from marchcam.report.summary import summary_text
    from marchcam.report.tables import json_bytes

    assessment = assess(track)
    write_results(assessment, track, folder, faces=faces)
    if annotated:
        from marchcam.report.annotated import write_annotated

        with _progress("Drawing the video", quiet) as progress:
            write_annotated(assessment, track, folder / ANNOTATED, faces=faces, progress=progress)
    if as_json:
        click.get_binary_stream("stdout").write(json_bytes(assessment))
    elif not quiet:
        click.echo(summary_text(assessment))
        click.echo(f"{'Results':<10}{folder / 'report.png'} and, beside it, the numbers")


def _setup(person: dict, saved: Setup | None = None) -> Setup:
    """What was told on the command line over what was saved."""
    from marchcam.track import Setup

    told = {name: value for name, value in person.items() if value is not None}
    for option, field, factor in (("stature", "stature_m", 0.01), ("lens_height", "lens_height_m", 0.01)):
        if option in told:
            told[field] = told.pop(option) * factor
    if "fov" in told:
        told["horizontal_fov_deg"] = told.pop("fov")
    try:
        return dataclasses.replace(saved or Setup(), **told)
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def _sample() -> Path:
    """The sample march: inside the installed package, or beside it in a checkout."""
    here = Path(__file__).parent
    places = [folder / "samples" / "demo.mp4" for folder in (here, here.parent)]
    return next((place for place in places if place.exists()), places[0])


@contextmanager
def _progress(label: str, quiet: bool) -> Iterator[Progress | None]:
    """A progress bar with the time left on stderr, for people: only on a terminal."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    bar = None

    def advance(done: int, expected: int | None) -> None:
        nonlocal bar
        if bar is None:
            bar = click.progressbar(length=expected, label=label, file=sys.stderr, update_min_steps=5)
            bar.__enter__()
        bar.update(1)

    try:
        yield advance
    finally:
        if bar is not None:
            bar.render_finish()


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command; every way to fail ends in one sentence and an exit code."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, OSError):
            stream.reconfigure(errors="replace")  # a terminal without the degree sign must not end the analysis
    sys.exit(_run(arguments))


def _run(arguments: list[str] | None) -> int:
    try:
        code = cli.main(arguments, standalone_mode=False) or 0
        sys.stdout.flush()
        return code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        return _fail("Stopped.", INTERRUPTED)
    except BrokenPipeError:
        # The reader has gone (marchcam … | head). Python would complain once more when it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        if os.environ.get("MARCHCAM_DEBUG"):
            raise
        return _fail(f"Error: {_sentence(error)}", 1)


def _sentence(error: Exception) -> str:
    """What happened, in words for the person at the keyboard."""
    if isinstance(error, MarchCamError):
        return str(error)
    if isinstance(error, OSError) and not isinstance(error, ImportError):
        return f"{error.filename or 'A file'} cannot be read or written: {error.strerror or error}."
    if isinstance(error, ImportError):
        return f"A part of MarchCam cannot be loaded: {error}. {LIBRARY_HINT}"
    if isinstance(error, MemoryError):
        return "The memory of this computer is full. Close other programs, or analyze a part with --start and --end."
    kind = type(error).__name__
    return f"Something went wrong inside MarchCam ({kind}: {error}). Set MARCHCAM_DEBUG=1 and try again to see where."


def _fail(text: str, code: int) -> int:
    with suppress(OSError):
        click.echo(" ".join(text.split()), err=True)
    return code
