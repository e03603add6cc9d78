"""The history for other programs: a table of numbers, or everything as JSON."""

from __future__ import annotations

import json
from typing import Any

from marchcam.analysis.sessions import MEASURES, Session
from marchcam.report import tables

PAIN = ("back_before", "back_after", "hip_before", "hip_after", "rose", "new")


def json_bytes(found: list[tuple[Session, dict[str, Any]]]) -> bytes:
    """Every session with the whole of its assessment, UTF-8."""
    rows = [
        {"id": s.id, "alias": s.alias, "recorded_at": s.recorded_at, "folder": s.folder, "assessment": assessment}
        for s, assessment in found
    ]
    return (json.dumps(rows, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode("utf-8", "replace")


def csv_bytes(found: list[tuple[Session, dict[str, Any]]]) -> bytes:
    """A row a session, UTF-8; an empty cell is unknown."""
    rows = [_row(session) for session, _ in found]
    return tables.csv_bytes(list(COLUMNS), ([tables.spreadsheet_cell(row[name]) for name in COLUMNS] for row in rows))


def _names(kind: str, side: str | None) -> tuple[str, str, str]:
    unit = "s" if kind == "hold" else "deg"
    name = f"{side}_{kind}" if side else kind
    return f"{name}_{unit}", f"{name}_low_{unit}", f"{name}_high_{unit}"


MEASURE_COLUMNS = tuple(name for key in MEASURES for name in _names(*key))
"""Each number of a march, followed by its 95 % interval."""
COLUMNS = (
    *("id", "alias", "recorded_at", "folder", "source", "trust", "verdict", "view", "support", "band", "model"),
    *("left_lifts", "right_lifts"),
    *MEASURE_COLUMNS,
    *(f"pain_{name}" for name in PAIN),
    *("effort", "footwear", "notes", "headline"),
)


def measure_cells(session: Session) -> dict[str, float | None]:
    """The numbers of a march by MEASURE_COLUMNS; None is unknown."""
    cells: dict[str, float | None] = {}
    for key in MEASURES:
        measure = session.measures[key]
        cells.update(zip(_names(*key), (measure.value, *(measure.interval or (None, None))), strict=True))
    return cells


def _row(session: Session) -> dict[str, Any]:
    row = {name: getattr(session, name, None) for name in COLUMNS}
    row.update(vars(session.conditions))
    row.update({f"pain_{name}": getattr(session.pain, name) for name in PAIN})
    row.update(left_lifts=session.lift_counts[0], right_lifts=session.lift_counts[1])
    row.update(effort=session.setup.effort, footwear=session.setup.footwear, notes="\n".join(session.setup.notes))
    return {**row, **measure_cells(session)}
