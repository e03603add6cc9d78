"""One march as a row of a cohort: what an assessment says, in plain values."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from marchcam.analysis.results import Assessment, Interval
from marchcam.report import words
from marchcam.track import SIDES

ORDERS = ("difference", "name", "given")


@dataclass(frozen=True)
class CohortRow:
    """One march as a row; None is unknown. Angles in degrees, left and right the person's own."""

    name: str
    trust: str
    """good, fair, poor or not_assessable."""
    reason: str
    """Why it is trusted no more than that."""
    left_count: int
    right_count: int
    left_height_deg: float | None
    """Median height of the counted lifts: thigh above the horizontal."""
    left_range_deg: Interval | None
    """Lowest and highest of them."""
    right_height_deg: float | None
    right_range_deg: Interval | None
    difference_deg: float | None
    """Right minus left; None where it is withheld."""
    ci_rep_deg: Interval | None
    """Its interval from lift to lift."""
    ci_total_deg: Interval | None
    """Its interval with the camera's own error."""
    verdict: str
    drop_off: str
    """In words, as the report prints it."""


def cohort_row(assessment: Assessment, name: str | None = None) -> CohortRow:
    """What a cohort shows of one march.

    Parameters
    ----------
    assessment : Assessment
    name : str, optional
        How the row is called; else the name that was told, else the file's.

    Returns
    -------
    CohortRow
        Values as the assessment has them; where it compares nothing, the difference and its intervals are None.
    """
    told = assessment.setup.name or PurePosixPath(re.split(r"[\\/]", assessment.source.path)[-1]).stem
    asymmetry = assessment.asymmetry
    heights = {}
    for side in SIDES:
        result = getattr(assessment.sides, side)
        spread = result.peak_elevation_deg
        known = spread.min is not None and spread.max is not None
        heights[f"{side}_count"] = result.repetition_count
        heights[f"{side}_height_deg"] = spread.median
        heights[f"{side}_range_deg"] = (spread.min, spread.max) if known else None
    return CohortRow(
        name=name if name is not None else told,
        trust=assessment.quality.trust,
        reason=assessment.quality.reason,
        difference_deg=asymmetry.difference_deg,
        ci_rep_deg=asymmetry.ci_rep_deg,
        ci_total_deg=asymmetry.ci_total_deg,
        verdict=asymmetry.verdict,
        drop_off=_drop_off_words(assessment),
        **heights,
    )


def _drop_off_words(assessment: Assessment) -> str:
    if not words.has_lifts(assessment):
        return words.DASH
    said = {side: words.drop_off_short(assessment, side) for side in SIDES}
    called = [f"{side} {said[side]}" for side in SIDES if getattr(assessment.sides, side).drop_off.called]
    if called and words.is_compared(assessment):
        return ", ".join(called)
    return said["left"] if said["left"] == said["right"] else "none detected"


def sort_rows(rows: Iterable[CohortRow], by: str = "difference") -> list[CohortRow]:
    """Rows in the order of the figure.

    Parameters
    ----------
    rows : iterable of CohortRow
    by : {"difference", "name", "given"}
        difference: the largest first, whichever side is lower; then those that are not compared, then those that could
        not be assessed.

    Returns
    -------
    list of CohortRow

    Raises
    ------
    ValueError
        For another order.
    """
    if by not in ORDERS:
        raise ValueError(f"sort must be one of {', '.join(ORDERS)}, not {by!r}.")
    if by == "given":
        return list(rows)
    if by == "name":
        return sorted(rows, key=lambda row: row.name.casefold())
    return sorted(
        rows,
        key=lambda row: (
            row.trust == "not_assessable",
            row.difference_deg is None,
            -abs(row.difference_deg or 0.0),
            row.name.casefold(),
        ),
    )


def anonymous(rows: Iterable[CohortRow], prefix: str = "P") -> list[CohortRow]:
    """The same rows under numbers in place of names, for showing to others: P01, P02, … in the order given."""
    rows = list(rows)
    digits = max(2, len(str(len(rows))))
    return [replace(row, name=f"{prefix}{i:0{digits}d}") for i, row in enumerate(rows, start=1)]
