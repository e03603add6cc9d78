"""What a terminal sees besides results: a progress bar, and one sentence when something fails."""

from __future__ import annotations

import io
import itertools
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NoReturn, TextIO

import click

from marchcam.errors import sentence_of

if TYPE_CHECKING:
    from marchcam.pipeline import Progress

INTERRUPTED = 130  # what a shell expects of a program that Ctrl-C ended
STEPS = 100  # of a bar for one of many things


@contextmanager
def progress_bar(label: str, quiet: bool) -> Iterator[Progress | None]:
    """A progress bar with the time left on stderr, for people: only on a terminal."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    bar, terminal = None, _own_stderr()

    def advance(done: int, expected: int | None) -> None:
        nonlocal bar
        if bar is None:
            # Without a length the bar takes an endless thing to count and shows how far it is.
            what = {"iterable": itertools.count(), "show_pos": True} if expected is None else {"length": expected}
            bar = click.progressbar(**what, label=label, file=terminal, update_min_steps=5)
            bar.__enter__()
        bar.update(1)

    try:
        yield advance
    finally:
        if bar is not None:
            bar.render_finish()
        if terminal is not sys.stderr:
            terminal.close()


@contextmanager
def share_bar(label: str, count: int, quiet: bool) -> Iterator[Callable[[float], None]]:
    """A progress bar over `count` things, told how many are done with parts of those under way."""
    with progress_bar(label, quiet) as progress:
        shown = 0

        def advance(done: float) -> None:
            nonlocal shown
            while progress is not None and shown < int(STEPS * done):
                shown += 1
                progress(shown, STEPS * count)

        yield advance


def _own_stderr() -> TextIO:
    """Stderr for a bar alone: the process's own leads nowhere while a thread keeps a library quiet."""
    try:
        return open(os.dup(sys.stderr.fileno()), "w", encoding=sys.stderr.encoding, errors="replace")
    except (OSError, ValueError):  # no file, in a test or a notebook
        return sys.stderr


def say(text: str, *, err: bool = False) -> None:
    """Print lines that hold what others wrote, as names of files and people: a terminal would obey codes in them."""
    click.echo("".join(c if c.isprintable() or c == "\n" else "?" for c in text), err=err)


def run(cli: click.Group, arguments: list[str] | None) -> NoReturn:
    """Run a click group and end the process; every way to fail ends in one sentence and an exit code."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="replace")  # a terminal without the degree sign must not end the analysis
    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # it warns of a home folder that cannot be written to
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
        return _fail(f"Error: {sentence_of(error)}", 1)


def _fail(text: str, code: int) -> int:
    with suppress(OSError):
        say(" ".join(text.split()), err=True)
    return code
