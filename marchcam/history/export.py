"""The history for other programs: a table of numbers, or everything as JSON."""

from __future__ import annotations

import csv
import io
import json

from marchcam.analysis.sessions import MEASURES, Session

PAIN = ("back_before", "back_after", "hip_before", "hip_after", "rose", "new")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for a formula at the beginning of a cell."""


def json_bytes(found: list[tuple[Session, dict]]) -> bytes:
    """Every session with the whole of its assessment, UTF-8."""
    rows = [
        {"id": s.id, "alias": s.alias, "recorded_at": s.recorded_at, "folder": s.folder, "assessment": assessment}
        for s, assessment in found
    ]
    return (json.dumps(rows, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode("utf-8", "replace")


def csv_bytes(found: list[tuple[Session, dict]]) -> bytes:
    """A row a session, UTF-8; an empty cell is unknown."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    rows = [_row(session) for session, _ in found]
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([_cell(row[name]) for name in COLUMNS])
    return text.getvalue().encode("utf-8", "replace")


def _names(kind: str, side: str | None) -> tuple[str, str, str]:
    unit = "s" if kind == "hold" else "deg"
    name = f"{side}_{kind}" if side else kind
    return f"{name}_{unit}", f"{name}_low_{unit}", f"{name}_high_{unit}"


COLUMNS = (
    *("id", "alias", "recorded_at", "folder", "source", "trust", "verdict", "view", "support", "band", "model"),
    *("left_lifts", "right_lifts"),
    *(name for key in MEASURES for name in _names(*key)),
    *(f"pain_{name}" for name in PAIN),
    *("effort", "footwear", "notes", "headline"),
)


def _row(session: Session) -> dict:
    row = {name: getattr(session, name, None) for name in COLUMNS}
    row.update(vars(session.conditions))
    row.update({f"pain_{name}": getattr(session.pain, name) for name in PAIN})
    row.update(left_lifts=session.lift_counts[0], right_lifts=session.lift_counts[1])
    row.update(effort=session.setup.effort, footwear=session.setup.footwear, notes="\n".join(session.setup.notes))
    for key in MEASURES:
        measure = session.measures[key]
        low, high = measure.interval or (None, None)
        row.update(zip(_names(*key), (measure.value, low, high), strict=True))
    return row


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return value
