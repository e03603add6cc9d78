"""The tables of the history, and how an older file becomes one of today."""

from __future__ import annotations

import sqlite3

from marchcam.errors import HistoryError

APPLICATION_ID = 0x4D434831  # "MCH1": what tells this file from other programs' databases
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """
        CREATE TABLE sessions (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            alias TEXT NOT NULL,
            recorded_at TEXT NOT NULL,
            stored_at TEXT NOT NULL,
            folder TEXT NOT NULL,
            source_name TEXT NOT NULL,
            start_s REAL NOT NULL,
            end_s REAL NOT NULL,
            trust TEXT NOT NULL,
            verdict TEXT NOT NULL,
            left_height_deg REAL,
            right_height_deg REAL,
            difference_deg REAL,
            left_hold_s REAL,
            right_hold_s REAL,
            left_drop_off_deg REAL,
            right_drop_off_deg REAL,
            assessment BLOB NOT NULL
        )
        """,
        "CREATE INDEX sessions_of_alias ON sessions (alias, recorded_at)",
    ),
)
"""Entry i takes a file of version i to i + 1. A released entry is never changed; what comes later is added."""


def bring_up_to_date(connection: sqlite3.Connection) -> None:
    """Make the tables of a new file, or bring an older one to the present version, wholly or not at all.

    Parameters
    ----------
    connection : sqlite3.Connection
        Without a transaction of its own (isolation_level None).

    Raises
    ------
    HistoryError
        When the file is another program's, or of a newer version.
    """
    if _version(connection) == len(MIGRATIONS):
        _check_tables(connection)
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have done it in the meantime.
        version = _version(connection)
        for steps in MIGRATIONS[version:]:
            for statement in steps:
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _check_tables(connection: sqlite3.Connection) -> None:
    """See that the file holds the tables that it should and nothing else: a view or a trigger is a program, and may
    never end."""
    fresh = sqlite3.connect(":memory:", isolation_level=None)
    try:
        for steps in MIGRATIONS:
            for statement in steps:
                fresh.execute(statement)
        if _tables(connection) != _tables(fresh):
            raise HistoryError(
                "its tables are damaged or were changed. Put a copy in its place, or choose another --store."
            )
    finally:
        fresh.close()


def _tables(connection: sqlite3.Connection) -> list[tuple[str, ...]]:
    things = connection.execute("SELECT type, name FROM sqlite_master ORDER BY type, name").fetchall()
    return things + connection.execute("SELECT name, type, hidden FROM pragma_table_xinfo('sessions')").fetchall()


def _version(connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (owner,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if owner != APPLICATION_ID and (owner or version or tables):
        raise HistoryError("it is a database of another program. Choose another --store.")
    if version > len(MIGRATIONS):
        raise HistoryError("it was written by a newer version of MarchCam. Update MarchCam, or choose another --store.")
    return int(version)
