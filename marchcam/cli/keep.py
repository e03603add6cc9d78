"""Keeping a session in the history: the options that ask for it, and the step after the report."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from marchcam.analysis.results import Assessment
    from marchcam.history.store import Store


def store_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """--store; the same for every command."""
    return click.option(
        "--store",
        type=click.Path(path_type=Path),
        metavar="PATH",
        help="File of the history, in place of MARCHCAM_STORE or your data folder: --store practice.sqlite",
    )(command)


def history_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """--person and --store; the same for every command that makes a report."""
    person = click.option(
        "--person",
        callback=alias_of,
        metavar="ALIAS",
        help="Keep the session in the history under this alias; without it nothing is kept: --person S17",
    )
    return person(store_option(command))


def alias_of(_context: click.Context, _option: click.Parameter, text: str | None) -> str | None:
    """The alias as it is kept."""
    if text is None:
        return None
    from marchcam.history.store import checked_alias

    try:
        return checked_alias(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


class Keeper:
    """Whom to keep a session for, and where; nothing without a person."""

    def __init__(self, person: str | None, store: Path | None) -> None:
        if store is not None and person is None:
            raise click.UsageError("--store needs --person: without it nothing is kept.")
        self.person, self.store = person, store

    def check(self) -> None:
        """See that the history can be written: before hours of work, not after."""
        if self.person is not None:
            with self._open():
                pass

    def keep(self, assessment: Assessment, folder: Path, track_path: Path) -> str | None:
        """Keep it; a line that says so."""
        if self.person is None:
            return None
        from marchcam.history.record import record_of

        recorded = record_of(assessment, alias=self.person, folder=folder, track_path=track_path)
        with self._open() as store:
            number, replaced = store.keep(recorded)
            count = store.count(alias=self.person)
        said = "in place of what was kept of it before" if replaced else f"{count} of this person so far"
        return f"{'History':<10}session {number}, {said}"

    def _open(self) -> Store:
        from marchcam.history.place import store_path
        from marchcam.history.store import Store

        return Store(store_path(self.store))
