"""What a terminal sees besides results: a progress bar, and one sentence when something fails."""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NoReturn

import click

from marchcam.errors import LIBRARY_HINT, MarchCamError

if TYPE_CHECKING:
    from marchcam.pipeline import Progress

INTERRUPTED = 130  # what a shell expects of a program that Ctrl-C ended


@contextmanager
def progress_bar(label: str, quiet: bool) -> Iterator[Progress | None]:
    """A progress bar with the time left on stderr, for people: only on a terminal."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    bar = None

    def advance(done: int, expected: int | None) -> None:
        nonlocal bar
        if bar is None:
            # Without a length the bar takes an endless thing to count and shows how far it is.
            what = {"iterable": itertools.count(), "show_pos": True} if expected is None else {"length": expected}
            bar = click.progressbar(**what, label=label, file=sys.stderr, update_min_steps=5)
            bar.__enter__()
        bar.update(1)

    try:
        yield advance
    finally:
        if bar is not None:
            bar.render_finish()


def run(cli: click.Group, arguments: list[str] | None) -> NoReturn:
    """Run a click group and end the process; every way to fail ends in one sentence and an exit code."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, OSError):
            stream.reconfigure(errors="replace")  # a terminal without the degree sign must not end the analysis
    sys.exit(exit_code(cli, arguments))


def exit_code(cli: click.Group, arguments: list[str] | None) -> int:
    """Run a click group; 0, or why not: 1 after a failure, 2 after a wrong option, 130 after Ctrl-C."""
    try:
        code = cli.main(arguments, standalone_mode=False) or 0
        if sys.stdout is not None:  # closed by "marchcam … >&-"
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
    if isinstance(error, ImportError):
        hint = LIBRARY_HINT if ".so" in str(error) else "Install MarchCam again."
        return f"A part of MarchCam cannot be loaded: {error}. {hint}"
    if isinstance(error, OSError):
        return f"{error.filename or 'A file'} cannot be read or written: {error.strerror or error}."
    if isinstance(error, MemoryError):
        return "The memory of this computer is full. Close other programs, or analyze a part with --start and --end."
    kind = type(error).__name__
    return f"Something went wrong inside MarchCam ({kind}: {error}). Set MARCHCAM_DEBUG=1 and try again to see where."


def _fail(text: str, code: int) -> int:
    with suppress(OSError):
        click.echo(" ".join(text.split()), err=True)
    return code
