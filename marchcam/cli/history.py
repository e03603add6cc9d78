"""`marchcam history`: the sessions that were kept, what changed between them, and how to take them out again."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from marchcam.cli.console import say
from marchcam.cli.keep import alias_of, store_option

if TYPE_CHECKING:
    from marchcam.analysis.sessions import Comparison, Session
    from marchcam.history.store import Store

WIDTH = 88
BASELINE = click.IntRange(3, 100)


def _alias_argument(*, required: bool) -> Callable[..., Any]:
    return click.argument("alias", required=required, callback=alias_of)


def _open(store: Path | None) -> Store:
    from marchcam.history.place import store_path
    from marchcam.history.store import Store

    return Store(store_path(store), create=False)


@click.group()
def history() -> None:
    """Sessions kept with --person: list, compare, follow, export, delete.

    \b
    Example:
        marchcam history trend S17

    They lie in one file on this computer, readable by you alone.
    """


@history.command("list")
@_alias_argument(required=False)
@store_option
def list_(alias: str | None, store: Path | None) -> None:
    """List the sessions, a line each; of one person with ALIAS.

    \b
    Example:
        marchcam history list S17
    """
    from marchcam.history.words import list_lines

    with _open(store) as opened:
        _say(list_lines(opened.sessions(alias)) or [_nothing(alias)])


@history.command()
@click.argument("number", type=int)
@store_option
def show(number: int, store: Path | None) -> None:
    """Show everything that was kept of session NUMBER in short.

    \b
    Example:
        marchcam history show 3
    """
    from marchcam.history.words import session_lines

    with _open(store) as opened:
        _say(session_lines(opened.session(number)[0]))


@history.command()
@click.argument("first", type=int)
@click.argument("second", type=int)
@store_option
def compare(first: int, second: int, store: Path | None) -> None:
    """Say what changed between two sessions by more than can be told apart.

    \b
    Example:
        marchcam history compare 3 5
    """
    from marchcam.analysis.progress import compare_two

    with _open(store) as opened:
        one, other = (opened.session(number)[0] for number in (first, second))
        found = compare_two(one, other, opened.sessions(one.alias))
    _say_comparison(found)


@history.command()
@_alias_argument(required=True)
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Where the figure goes: --out sam.png")
@click.option(
    "--baseline",
    type=BASELINE,
    default=3,
    show_default=True,
    metavar="N",
    help="How many of the first sessions are the baseline, at most: --baseline 5",
)
@store_option
def trend(alias: str, out: Path | None, baseline: int, store: Path | None) -> None:
    """Follow a person over time: a figure, and what changed in words.

    \b
    Example:
        marchcam history trend S17 --out sam.png

    Sessions with other support, band or view, of poor trust or with a rise of pain are drawn apart, never compared.
    """
    from marchcam.analysis.progress import follow
    from marchcam.report.figure import save_report
    from marchcam.report.trend import draw_trend

    sessions = _sessions_of(alias, store)
    found = follow(sessions, baseline=baseline)
    path = out or Path(f"trend-{_file_name(alias)}.png")
    save_report(draw_trend(found), path)
    _say(found.sentences)
    _say([*found.cautions, *found.advice])
    for apart in found.apart:
        _say([f"Drawn apart ({apart.letter}), {len(apart.ids)}: {apart.reason}."])
    say(f"{'Figure':<10}{path}")


@history.command()
@_alias_argument(required=False)
@click.option(
    "--format", "kind", type=click.Choice(["csv", "json"]), default="csv", show_default=True, help="--format json"
)
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Not printed but written: --out sam.csv")
@store_option
def export(alias: str | None, kind: str, out: Path | None, store: Path | None) -> None:
    """Export the sessions, of one person with ALIAS: a table of numbers, or everything as JSON.

    \b
    Example:
        marchcam history export S17 --format json --out sam.json
    """
    from marchcam.errors import OutputError
    from marchcam.files import atomic_write
    from marchcam.history.export import csv_bytes, json_bytes

    with _open(store) as opened:
        found = opened.assessments(alias)
    content = (csv_bytes if kind == "csv" else json_bytes)(found)
    if out is None:
        click.echo(content, nl=False)
        return
    try:
        with atomic_write(out) as file:
            file.write(content)
    except OSError as error:
        raise OutputError(f"Cannot write {out}: {error.strerror or error}. Choose another --out.") from None
    say(f"{len(found)} session{'' if len(found) == 1 else 's'} in {out}")


@history.command()
@click.argument("number", type=int, required=False)
@click.option("--person", callback=alias_of, metavar="ALIAS", help="All sessions of this person: --person S17")
@click.option("--yes", is_flag=True, help="Do not ask: --yes")
@store_option
def delete(number: int | None, person: str | None, yes: bool, store: Path | None) -> None:
    """Remove session NUMBER, or all of a person, from the history for good; the folders of results stay.

    \b
    Example:
        marchcam history delete --person S17
    """
    from marchcam.errors import HistoryError

    if (number is None) == (person is None):
        raise click.UsageError("Say which: the number of a session, or --person ALIAS.")
    with _open(store) as opened:
        count = opened.count(alias=person, id=number)
        if not count:
            raise HistoryError(f"There is no session {number}." if person is None else _nothing(person))
        what = f"session {number}" if person is None else f"all {count} sessions of {person}"
        if not yes:
            click.confirm(f"Remove {what} for good?", abort=True)
        removed = opened.delete(alias=person, id=number)
    click.echo(f"Removed: {removed} session{'' if removed == 1 else 's'}. Folders of results are still where they are.")


def _sessions_of(alias: str, store: Path | None) -> list[Session]:
    from marchcam.errors import HistoryError

    with _open(store) as opened:
        sessions = opened.sessions(alias)
    if not sessions:
        raise HistoryError(_nothing(alias))
    return sessions


def _nothing(alias: str | None) -> str:
    return (
        "No session is kept." if alias is None else f"No session of {alias} is kept. `marchcam history list` shows all."
    )


def _file_name(alias: str) -> str:
    """As much of the alias as is safe in a file name anywhere."""
    return re.sub(r"[^\w-]+", "-", alias).strip("-_")[:60] or "person"


def _say_comparison(found: Comparison) -> None:
    from marchcam.history.words import change_lines

    _say(found.sentences)
    _say(change_lines(found))
    _say(found.cautions)


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        say(line if line.startswith(" ") or len(line) <= WIDTH else textwrap.fill(line, WIDTH))
