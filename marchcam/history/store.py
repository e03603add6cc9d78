"""The history: sessions of people in one SQLite file that its owner alone can read."""

from __future__ import annotations

import json
import math
import os
import re
import sqlite3
import unicodedata
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from marchcam.analysis.sessions import Session, read_session
from marchcam.errors import HistoryError
from marchcam.files import private_folder
from marchcam.history.schema import bring_up_to_date

WAIT_S = 30.0  # for another process that is writing; a write takes some milliseconds
MOST_ALIAS = 200
MOST_ASSESSMENT_BYTES = 5_000_000  # 30 lifts take 30,000; an hour of lifts a million
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?")
COLUMNS = (
    *("alias", "recorded_at", "stored_at", "folder", "source_name", "start_s", "end_s", "trust", "verdict"),
    *("left_height_deg", "right_height_deg", "difference_deg", "left_hold_s", "right_hold_s"),
    *("left_drop_off_deg", "right_drop_off_deg", "assessment"),
)
SAME_RECORDING = "alias = ? AND source_name = ? AND recorded_at = ? AND start_s <= ? AND end_s >= ?"


@dataclass(frozen=True)
class Recorded:
    """What is to be kept of one session."""

    alias: str
    recorded_at: str
    """Local time, ISO 8601."""
    stored_at: str
    folder: str
    """Of the results, absolute."""
    source_name: str
    """The video's own name without its folders, or the camera's name."""
    start_s: float
    end_s: float
    """The part of the recording that was analyzed."""
    assessment: dict[str, Any]
    """As assessment.json holds it."""


class Store:
    """The history in a file. Use it in a `with` block.

    Parameters
    ----------
    path : str or Path
        Made, readable by its owner alone, if it is not there.
    create : bool
        False: without a file there is nothing to read, and none is made.

    Raises
    ------
    HistoryError
        When the file is damaged, of another program or newer than this one, or cannot be opened.
    """

    def __init__(self, path: str | Path, *, create: bool = True) -> None:
        self.path = Path(path)
        if not create and not self.path.exists():
            raise HistoryError(f"There is no history at {self.path} yet. Keep a session with --person ALIAS.")
        with self._explained():
            make_private(self.path)
            # A rollback journal is gone after each write and has the mode of the file itself; nothing else lies about.
            self._connection = sqlite3.connect(self.path, timeout=WAIT_S, isolation_level=None)
            try:
                for setting in ("journal_mode = DELETE", "secure_delete = ON", "temp_store = MEMORY"):
                    self._connection.execute(f"PRAGMA {setting}").fetchall()
                bring_up_to_date(self._connection)
            except BaseException:
                self._connection.close()
                raise

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that no other process can come between: all of it is kept, or nothing."""
        with self._explained():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def keep(self, recorded: Recorded) -> tuple[int, bool]:
        """Keep a session; the same recording of the same person takes the place of what was kept of it before.

        The same is: alias, name of the video, time of recording, and a part of it in common.

        Returns
        -------
        id : int
        replaced : bool

        Raises
        ------
        HistoryError
        """
        row = _row(recorded)
        same = (recorded.alias, recorded.source_name, recorded.recorded_at, recorded.end_s, recorded.start_s)
        with self.writing() as connection:
            found = connection.execute(f"SELECT id FROM sessions WHERE {SAME_RECORDING} ORDER BY id", same).fetchone()
            if found is None:
                marks = ", ".join("?" * len(COLUMNS))
                cursor = connection.execute(f"INSERT INTO sessions ({', '.join(COLUMNS)}) VALUES ({marks})", row)
                return int(cursor.lastrowid or 0), False
            values = ", ".join(f"{name} = ?" for name in COLUMNS)
            connection.execute(f"UPDATE sessions SET {values} WHERE id = ?", (*row, found[0]))
            return found[0], True

    def assessments(self, alias: str | None = None, id: int | None = None) -> list[tuple[Session, dict[str, Any]]]:
        """Sessions with the whole of their assessment.json, by person and time."""
        wanted = [(name, value) for name, value in (("alias", alias), ("id", id)) if value is not None]
        where = " AND ".join(f"{name} = ?" for name, _ in wanted) or "1"
        columns, order = "id, alias, recorded_at, folder, assessment", "alias, recorded_at, id"
        query = f"SELECT {columns} FROM sessions WHERE {where} ORDER BY {order}"
        with self._explained():
            rows = self._connection.execute(query, [value for _, value in wanted]).fetchall()
            return [self._session(*row) for row in rows]

    def sessions(self, alias: str | None = None) -> list[Session]:
        """All sessions, or those of one person, by person and time."""
        return [session for session, _ in self.assessments(alias)]

    def session(self, id: int) -> tuple[Session, dict[str, Any]]:
        """One session and its assessment.

        Raises
        ------
        HistoryError
            When there is none of that number.
        """
        found = self.assessments(id=id)
        if not found:
            raise HistoryError(f"There is no session {id}. `marchcam history list` shows the numbers.")
        return found[0]

    def count(self, *, alias: str | None = None, id: int | None = None) -> int:
        """How many sessions there are of a person, or of a number."""
        name, value = _one_of(alias, id)
        with self._explained():
            found = self._connection.execute(f"SELECT count(*) FROM sessions WHERE {name} = ?", (value,))
            return int(found.fetchone()[0])

    def delete(self, *, alias: str | None = None, id: int | None = None) -> int:
        """Remove a session, or all of a person, and write the file anew so that no byte of it is left in free pages.

        Returns
        -------
        int
            How many were removed.
        """
        name, value = _one_of(alias, id)
        with self.writing() as connection:
            count = connection.execute(f"DELETE FROM sessions WHERE {name} = ?", (value,)).rowcount
        if count:
            try:
                self._connection.execute("VACUUM")
            except sqlite3.Error as error:
                raise HistoryError(
                    f"Removed and overwritten, but the history {self.path} could not be written anew: it "
                    f"{_what_failed(error)}"
                ) from None
        return count

    def _session(
        self, id: int, alias: str, recorded_at: str, folder: str, packed: bytes
    ) -> tuple[Session, dict[str, Any]]:
        try:
            found = json.loads(_unpacked(packed), parse_constant=_no_number, parse_float=_finite)
            if not _MOMENT.fullmatch(recorded_at) or not isinstance(alias, str) or not isinstance(folder, str):
                raise ValueError("not what was kept")
            datetime.fromisoformat(recorded_at)
            return read_session(found, id=id, alias=alias, recorded_at=recorded_at, folder=folder), found
        except (
            *(zlib.error, KeyError, TypeError, ValueError, IndexError, AttributeError),
            *(ArithmeticError, RecursionError, MemoryError),
        ):
            raise HistoryError(
                f"session {id} is damaged. Remove it (marchcam history delete {id}); report it again from its folder."
            ) from None

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """What goes wrong with the file as a sentence."""
        try:
            yield
        except HistoryError as error:
            raise HistoryError(f"The history {self.path} cannot be used: {error}") from None
        except sqlite3.Error as error:
            raise HistoryError(f"The history {self.path} {_what_failed(error)}") from None
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise HistoryError(f"The history {self.path} cannot be used: {reason}. Choose another --store.") from None


def _unpacked(packed: bytes) -> bytes:
    """The text of an assessment, or a ValueError for one that is longer than any is."""
    unpacker = zlib.decompressobj()
    text = unpacker.decompress(packed, MOST_ASSESSMENT_BYTES)
    if not unpacker.eof:
        raise ValueError("cut off, or a bomb")
    return text


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _finite(digits: str) -> float:
    value = float(digits)
    return value if math.isfinite(value) else _no_number(digits)


def _one_of(alias: str | None, id: int | None) -> tuple[str, str | int]:
    if alias is not None and id is None:
        return "alias", alias
    if id is not None and alias is None:
        return "id", id
    raise ValueError("either alias or id")


def _what_failed(error: sqlite3.Error) -> str:
    text = str(error).lower()
    if "locked" in text or "busy" in text:
        return f"was in use by another program for {WAIT_S:.0f} s. Try again."
    if "full" in text:
        return "cannot be written: the disk is full. What was in it before is still there."
    if "readonly" in text or "read-only" in text:
        return "cannot be written: the file or its folder is read-only. Choose another --store."
    if isinstance(error, sqlite3.OperationalError) and "unable to open" in text:
        return "cannot be opened. Choose another --store."
    return "is damaged, or not a history of MarchCam. Put a copy in its place, or choose another --store."


def make_private(path: Path) -> None:
    """The file and, where they are not there yet, its folders, for the owner alone."""
    private_folder(path.parent)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    os.close(handle)
    if os.name == "posix" and path.stat().st_mode & 0o077:
        path.chmod(0o600)


def checked_alias(text: str) -> str:
    """An alias as it is kept: any text of 1 to 200 characters, composed, without spaces around it.

    Raises
    ------
    ValueError
        With a sentence.
    """
    alias = unicodedata.normalize("NFC", text).strip()
    if not 1 <= len(alias) <= MOST_ALIAS:
        raise ValueError(f"A person's alias has 1 to {MOST_ALIAS} characters.")
    if any(unicodedata.category(c) in ("Cc", "Cs") for c in alias):
        raise ValueError("A person's alias cannot hold control characters.")
    return alias


def _row(recorded: Recorded) -> tuple[Any, ...]:
    found = recorded.assessment
    left, right = found["sides"]["left"], found["sides"]["right"]
    text = json.dumps(found, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")
    return (
        *(recorded.alias, recorded.recorded_at, recorded.stored_at, recorded.folder, recorded.source_name),
        *(recorded.start_s, recorded.end_s, found["quality"]["trust"], found["asymmetry"]["verdict"]),
        *(side["peak_elevation_deg"]["median"] for side in (left, right)),
        found["asymmetry"]["difference_deg"],
        *(side["hold_duration_s"]["median"] for side in (left, right)),
        *(side["drop_off"]["total_deg"] for side in (left, right)),
        zlib.compress(text, 9),
    )
