"""An assessment as JSON and CSV files: the contract that other programs read."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from marchcam.analysis.results import Assessment, Compensation, Repetition
from marchcam.files import atomic_write


def assessment_to_dict(assessment: Assessment) -> dict[str, Any]:
    """The assessment as plain dicts, lists, numbers and texts.

    Parameters
    ----------
    assessment : Assessment

    Returns
    -------
    dict
        In the order of the contract; unknown is None, never NaN; nothing that is for drawing alone.
    """
    return _record(assessment)


def json_bytes(assessment: Assessment) -> bytes:
    """The content of assessment.json, UTF-8: the same assessment gives the same bytes."""
    return _encoded(json.dumps(assessment_to_dict(assessment), indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def write_json(assessment: Assessment, path: str | Path) -> None:
    """Write assessment.json."""
    _write(path, json_bytes(assessment))


def repetitions_csv_bytes(assessment: Assessment) -> bytes:
    """The content of repetitions.csv: a row a lift, in time order, excluded lifts too; an empty cell is unknown."""
    names = [field.name for field in _fields(Repetition)]
    rows = (_record(repetition) for repetition in assessment.repetitions)
    return csv_bytes(names, ([row[name] for name in names] for row in rows))


def write_repetitions_csv(assessment: Assessment, path: str | Path) -> None:
    """Write repetitions.csv."""
    _write(path, repetitions_csv_bytes(assessment))


def write_series_csv(assessment: Assessment, path: str | Path) -> None:
    """Write a row a frame; an empty cell is unknown."""
    series = assessment.series
    names = [field.name for field in _fields(series)]
    columns = [np.asarray(getattr(series, name), dtype=np.float64).tolist() for name in names]
    _write(path, csv_bytes(names, ([_plain(cell) for cell in row] for row in zip(*columns, strict=True))))


def _fields(record: Any) -> list[dataclasses.Field[Any]]:
    return [field for field in dataclasses.fields(record) if field.metadata.get("json", True)]


def _record(record: Any) -> dict[str, Any]:
    return {field.name: _plain(getattr(record, field.name)) for field in _fields(record)}


def _plain(value: object) -> object:
    """Any part of an assessment as JSON has it."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if dataclasses.is_dataclass(value):
        return _one_value(_record(value)) if isinstance(value, Compensation) else _record(value)
    if isinstance(value, tuple | list | np.ndarray):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


def _one_value(compensation: dict[str, Any]) -> dict[str, Any]:
    """A compensation is measured in degrees or in percent; the other one is not a thing that could be known."""
    spare = "value_deg" if compensation["value_pct"] is not None else "value_pct"
    return {name: value for name, value in compensation.items() if name != spare}


FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for a formula at the beginning of a cell."""


def spreadsheet_cell(value: object) -> object:
    """A text that no spreadsheet takes for a formula; anything else as it is."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def csv_bytes(names: list[str], rows: Iterable[Iterable[object]]) -> bytes:
    """A table as UTF-8 with commas; None is an empty cell."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        writer.writerow([str(cell).lower() if isinstance(cell, bool) else cell for cell in row])
    return _encoded(text.getvalue())


def _encoded(text: str) -> bytes:
    # A lone surrogate (a name typed on a terminal of another encoding) has no UTF-8.
    return text.encode("utf-8", "replace")


def _write(path: str | Path, content: bytes) -> None:
    with atomic_write(path) as file:
        file.write(content)
