"""What many videos come to: a table with a row each, a figure, and a few lines for the terminal."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from marchcam.batch.plan import Video
from marchcam.batch.work import DONE, FAILED, STOPPED, Outcome

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Row = dict[str, Any]
"""Of summary.csv, by column."""
MAX_DRAWN = 200  # rows of the figure; some 8000 pixels
NOT_REACHED = "The run was stopped before this video was done."


def columns() -> tuple[str, ...]:
    """Of summary.csv, in their order."""
    from marchcam.history.export import MEASURE_COLUMNS

    return (
        *("video", "folder", "status", "reason", "headline", "trust", "verdict", "view", "left_lifts", "right_lifts"),
        *MEASURE_COLUMNS,
        *("elevation_error_deg", "difference_error_deg", "duration_s", "frame_count", "model"),
        *("video_sha256", "marchcam_version"),
    )


def row_of(video: Video, outcome: Outcome | None) -> Row:
    """The row of one video; None is unknown. Without an outcome it was not reached."""
    row = dict.fromkeys(columns())
    row["video"] = video.place.encode("utf-8", "replace").decode("utf-8")
    if outcome is None:
        return {**row, "status": STOPPED, "reason": NOT_REACHED}
    if outcome.facts is None:
        return {**row, "status": outcome.status, "reason": outcome.reason}
    known = {name: value for name, value in outcome.facts.items() if name in row}
    return {**row, **known, "folder": video.label, "status": outcome.status}


def csv_bytes(rows: Iterable[Row]) -> bytes:
    """The content of summary.csv; no cell is a formula."""
    from marchcam.report import tables

    names = list(columns())
    return tables.csv_bytes(names, ([tables.spreadsheet_cell(row[name]) for name in names] for row in rows))


def json_bytes(rows: Iterable[Row]) -> bytes:
    """The same rows as a JSON list; unknown is null."""
    return (json.dumps(list(rows), indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode("utf-8", "replace")


def draw_figure(videos: Iterable[Video], outcomes: Iterable[Outcome | None]) -> Figure | None:
    """The marches that were analyzed, a row each, the largest difference first; None where there is none.

    Of more than 200 the first in that order.
    """
    from marchcam.report.cohort import CohortRow, draw_cohort, sort_rows

    pairs = list(zip(videos, outcomes, strict=True))
    rows = [
        CohortRow(**{**_with_intervals(outcome.facts["cohort"]), "name": video.label})
        for video, outcome in pairs
        if outcome is not None and outcome.facts is not None
    ]
    if not rows:
        return None
    missing = len(pairs) - len(rows)
    notes = (
        [f"{missing} more {'video' if missing == 1 else 'videos'} without a result: {_SUMMARY_HINT}"] if missing else []
    )
    if len(rows) > MAX_DRAWN:
        notes.append(f"{len(rows) - MAX_DRAWN} with smaller differences or none are not drawn: {_SUMMARY_HINT}")
    return draw_cohort(sort_rows(rows)[:MAX_DRAWN], sort="given", note=" ".join(notes))


_SUMMARY_HINT = "see summary.csv."


def _with_intervals(row: Row) -> Row:
    """A row of the figure out of JSON, which knows lists only."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}


def lines(rows: list[Row]) -> list[str]:
    """What is printed of the videos that are done: folder and headline."""
    width = min(max((len(row["folder"]) for row in rows if row["folder"]), default=0), 30)
    return [f"{row['folder']:<{width}}  {row['headline']}" for row in rows if row["folder"]]


def count_line(rows: list[Row], kept: int) -> str:
    """How many videos are done, kept from before, failed and not reached."""
    by = Counter(row["status"] for row in rows)
    parts = [f"{by[DONE]} done" + (f" ({kept} of them before)" if kept else "")]
    parts += [f"{by[status]} {word}" for status, word in ((FAILED, "failed"), (STOPPED, "not reached")) if by[status]]
    return f"{_count(len(rows), 'video')}: {', '.join(parts)}."


def twins(rows: list[Row]) -> list[str]:
    """A sentence for each video that is there more than once."""
    places: dict[str, list[str]] = {}
    for row in rows:
        if row["video_sha256"]:
            places.setdefault(row["video_sha256"], []).append(row["video"])
    return [f"The same video, byte for byte: {', '.join(same)}." for same in places.values() if len(same) > 1]


def failures(rows: list[Row]) -> list[str]:
    """A line for each video that failed, with its reason."""
    failed = [(row["video"], row["reason"]) for row in rows if row["status"] == FAILED]
    return [f"Failed: {reason if video in reason else f'{video}: {reason}'}" for video, reason in failed]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
