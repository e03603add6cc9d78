"""`marchcam live`: a guided session before a camera, and its report at the end."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from marchcam.cli.console import INTERRUPTED, say
from marchcam.cli.keep import Keeper, history_options
from marchcam.cli.options import setup_from
from marchcam.safety import HOLD_ON, NOTHING_RECORDED, REASONS, REFUSALS

if TYPE_CHECKING:
    from marchcam.live.lifts import Tempo
    from marchcam.live.session import Front, Options, Outcome
    from marchcam.track import Setup

PAIN = click.IntRange(0, 10)
ROOM_BYTES = 50_000_000  # ten minutes of journal and the report take half of it


def _tempo(_context: click.Context, _option: click.Parameter, text: str) -> Tempo:
    from marchcam.live.lifts import Tempo

    try:
        return Tempo.parse(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@click.command()
@click.option(
    "--camera",
    default="0",
    metavar="WHICH",
    help="Number of a camera, address of a stream, or a video file that plays as one: --camera 1",
)
@click.option("--reps", type=click.IntRange(1, 100), default=10, show_default=True, help="Lifts a side: --reps 6")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Folder for the results: --out sam/")
@click.option("--name", metavar="TEXT", help='Whose march it is, for the report: --name "Sam P."')
@click.option(
    "--model", type=click.Choice(["lite", "full"]), default="full", show_default=True, help="Pose model: --model lite"
)
@click.option("--stature", type=click.FloatRange(80, 250), metavar="CM", help="Body height in shoes: --stature 175")
@click.option(
    "--lens-height", type=click.FloatRange(0, 300), metavar="CM", help="Camera lens above the floor: --lens-height 95"
)
@click.option(
    "--fov",
    type=click.FloatRange(20, 150),
    metavar="DEG",
    help="The camera's field of view along the long side of the picture: --fov 66",
)
@click.option(
    "--support",
    type=click.Choice(["none", "one_hand", "two_hands"]),
    help="Hands on a chair or wall: --support one_hand",
)
@click.option("--band", is_flag=True, default=None, help="An elastic band is worn around the thighs: --band")
@click.option("--pain-back-before", type=PAIN, metavar="0-10", help="Low-back pain now: --pain-back-before 2")
@click.option("--pain-hip-before", type=PAIN, metavar="0-10", help="Hip pain now: --pain-hip-before 0")
@click.option("--footwear", metavar="TEXT", help="What is worn on the feet: --footwear barefoot")
@click.option(
    "--note", "notes", multiple=True, metavar="TEXT", help='Anything to remember; may be repeated: --note "morning"'
)
@click.option(
    "--tempo",
    default="2-1-2",
    callback=_tempo,
    metavar="L-H-L",
    show_default=True,
    help="Seconds to lift, hold and lower: --tempo 3-1-3",
)
@click.option("--free", is_flag=True, help="Record without cues, until stopped: --free")
@click.option("--screened", is_flag=True, help="The reasons not to test were gone through already: --screened")
@click.option("--no-window", is_flag=True, help="Cues as lines in the terminal: --no-window")
@click.option("--no-sound", is_flag=True, help="No tones: --no-sound")
@click.option("--speech", is_flag=True, help="Cues also spoken by the computer's own voice: --speech")
@click.option("--record", is_flag=True, help="Also keep the video, recording.mkv: --record")
@click.option("--fullscreen", is_flag=True, help="Fill the screen: --fullscreen")
@click.option("--loop", is_flag=True, help="Play a video file again and again: --camera march.mp4 --loop")
@click.option("--faces", is_flag=True, help="Leave faces in the report's pictures: --faces")
@history_options
def live(
    camera: str, out: Path | None, model: str, reps: int, tempo: Tempo, loop: bool, record: bool, **told: Any
) -> int:
    """Guide a march before a camera and report on it.

    \b
    Example:
        marchcam live --reps 6 --stature 175

    Keys: Space pauses, R repeats a step, P says new pain, Q stops. Both hands over the head say new pain, too. Ctrl-C
    stops; what was recorded is analyzed. Results go to marchcam-DATE-TIME where you are.
    """
    from marchcam.live.journal import JOURNAL
    from marchcam.live.plan import Plan
    from marchcam.live.session import Options, run_session
    from marchcam.models import read_bundle
    from marchcam.report.folder import prepare_folder

    shown = {key: told.pop(key) for key in ("no_window", "no_sound", "speech", "fullscreen", "faces")}
    keeper = Keeper(told.pop("person"), told.pop("store"))
    guided, screened = not told.pop("free"), told.pop("screened")
    setup = setup_from(told)
    read_bundle(model)
    keeper.check()
    window_wanted = not shown["no_window"] and _window_possible()
    terminal = not window_wanted and sys.stdin is not None and sys.stdin.isatty()
    if not window_wanted and guided and not screened:
        refused = _refused_in_terminal(ask=terminal)
        if refused:
            click.echo(f"{REFUSALS[refused]} {NOTHING_RECORDED}")
            return 0
    click.echo(HOLD_ON)
    if terminal:
        setup = _ask_pain(setup, "before")
    fresh = out is None
    folder = prepare_folder(out or Path(f"marchcam-{datetime.now():%Y-%m-%d-%H%M%S}"), room_bytes=ROOM_BYTES)
    plan = Plan(repetitions=reps, tempo=tempo, guided=guided, screened=screened, ask=window_wanted)
    options = Options(camera, folder, setup, plan, model, loop, record)
    try:
        with ExitStack() as stack:
            outcome = run_session(options, _front(stack, shown, window_wanted, ask=terminal))
        return _finish(outcome, options, keeper, faces=shown["faces"], show=window_wanted)
    except KeyboardInterrupt:  # a second one: the first ends the march and makes the report
        if not (folder / JOURNAL).exists():
            raise
        say(f"Stopped. What was recorded is in {folder / JOURNAL}; then: marchcam report {folder}", err=True)
        return INTERRUPTED
    finally:
        _remove_if_empty(folder, fresh)


def _window_possible() -> bool:
    from marchcam.live.window import display_available

    reason = display_available()
    if reason:
        click.echo(f"{reason} The cues are printed here instead.", err=True)
    return reason is None


def _front(stack: ExitStack, shown: dict[str, Any], window_wanted: bool, *, ask: bool) -> Front:
    from marchcam.live.front import TerminalFront, WindowFront
    from marchcam.live.sound import Sound
    from marchcam.live.terminal import Printer

    sound = stack.enter_context(Sound(not shown["no_sound"], speech=shown["speech"]))
    if sound.problem:
        click.echo(sound.problem, err=True)
    if not window_wanted:
        last = (lambda known: _ask_pain(known, "after")) if ask else None
        return TerminalFront(Printer(click.echo), sound, last)
    from marchcam.live.window import Window

    return WindowFront(stack.enter_context(Window(fullscreen=shown["fullscreen"])), sound)


def _refused_in_terminal(*, ask: bool) -> str | None:
    """Show the reasons not to test, the urgent ones first; the session's ending where one was said to apply."""
    headings = {
        "help_now": "Seek medical help now, and do not do this test, with any of these:",
        "not_screened": "Ask a professional first, and do not do this test before, with any of these:",
    }
    for ending, reasons in REASONS.items():
        click.echo("\n  - ".join((headings[ending], *reasons)))
        if ask and click.confirm("Does any of them apply, or are you not sure?", default=None):
            return ending
    return None


def _ask_pain(setup: Setup, when: str) -> Setup:
    """Ask for the pain that is not known yet; an empty answer leaves it open."""
    import dataclasses

    for place, words in (("back", "low back"), ("hip", "hip")):
        key = f"pain_{place}_{when}"
        if getattr(setup, key) is None:
            now = "now" if when == "before" else "after the march"
            answer = click.prompt(
                f"Pain in the {words} {now}, 0-10 (Enter: do not say)", default="", show_default=False
            )
            if answer.strip().isdigit() and int(answer) <= 10:
                known: dict[str, Any] = {key: int(answer)}
                setup = dataclasses.replace(setup, **known)
    return setup


def _finish(outcome: Outcome, options: Options, keeper: Keeper, *, faces: bool, show: bool) -> int:
    from marchcam.analysis.assessment import assess
    from marchcam.errors import OutputError, sentence_of
    from marchcam.live.journal import JOURNAL
    from marchcam.report.figure import snapshot_times
    from marchcam.report.folder import TRACK, write_results
    from marchcam.report.summary import summary_text

    for warning in outcome.warnings:
        say(warning, err=True)
    code = {"interrupted": INTERRUPTED, "camera_gone": 1}.get(outcome.ending, int(outcome.disk_full))
    if outcome.ending in REFUSALS:
        click.echo(f"{REFUSALS[outcome.ending]} {NOTHING_RECORDED}")
    elif outcome.track is None:
        click.echo("Nothing was recorded.", err=True)
    if outcome.track is None:
        return code
    track, folder = outcome.track, options.folder
    if outcome.ending == "camera_gone":
        click.echo("The camera is gone; the report shows what it saw until then.", err=True)
    assessment = assess(track)
    say(summary_text(assessment))  # before the files: a full disk does not take it away
    try:
        track.save(folder / TRACK)
        write_results(assessment, track, folder, faces=faces, images=outcome.album.pictures(snapshot_times(assessment)))
    except (OSError, OutputError) as error:
        there = f"What was recorded is in {folder / JOURNAL}; then: marchcam report {folder}"
        raise OutputError(f"{sentence_of(error)} {there}") from None
    report = folder / "report.png"
    say(f"{'Results':<10}{report} and, beside it, report.html and the numbers")
    if show:
        click.launch(str(report))
    kept = keeper.keep(assessment, folder, folder / TRACK)
    if kept:
        say(kept)
    return code


def _remove_if_empty(folder: Path, fresh: bool) -> None:
    if fresh and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
