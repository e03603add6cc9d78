"""Many marches in one figure: a row each, both sides' heights, their difference, drop-off and trust."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from marchcam.analysis.results import Assessment
from marchcam.report import words
from marchcam.report.bars import BAND_STARTS_DEG
from marchcam.report.cohort_rows import CohortRow, anonymous, cohort_row, sort_rows
from marchcam.report.head import DISCLAIMER
from marchcam.report.lettering import printable, put, rule, shorten, style_tick_labels, text_width, type_of
from marchcam.report.marks import mark
from marchcam.report.style import (
    AXIS,
    BANDS,
    BODY,
    BOLD,
    DPI,
    INK,
    NAME,
    NOTE,
    REGULAR,
    RULE,
    SECOND,
    SEMIBOLD,
    SIDE,
    THIRD,
    TRUST,
    clean_style,
    style_axes,
)
from marchcam.track import SIDES

__all__ = ["CohortRow", "anonymous", "cohort_row", "draw_cohort", "sort_rows"]

# Points: the paper and its columns, each (left, right).
PAPER = 760.0
NAMES, HEIGHTS, DIFFERENCE, DROP_OFF, TRUST_WORD = (34, 152), (166, 390), (420, 590), (604, 668), (676, 740)
TOP, FOOT = 92.0, 62.0
# By the number of rows up to which it holds: height of a row, size of the letters, size of the marks.
ROWS = ((12, 26.0, BODY, 5.6), (30, 19.0, BODY, 5.0), (math.inf, 14.0, NOTE, 4.2))
LEAST_REACH_DEG, REACH_STEP_DEG = 15.0, 5.0
LEAST_HEIGHTS_DEG = (-30.0, 15.0)
HEIGHT_STEP_DEG = 15.0


def draw_cohort(
    marches: Sequence[Assessment | CohortRow],
    *,
    title: str = "Slow marches",
    sort: str = "difference",
    note: str = "",
) -> Figure:
    """Draw one row a march: heights of both sides, their difference, drop-off and trust.

    Parameters
    ----------
    marches : sequence of Assessment or CohortRow
        At least one; made for up to 60, more make a longer figure.
    title : str, optional
        Stands at the top.
    sort : {"difference", "name", "given"}, optional
        Order of the rows, see `sort_rows`.
    note : str, optional
        Stands behind the line that counts them.

    Returns
    -------
    Figure
        760 points wide, as high as the rows need. Its axes have the gids page, heights and difference; row i, counted
        from the top, lies at y = i + 0.5 in the last two.

    Raises
    ------
    ValueError
        Without a march, or for another order.
    """
    rows = sort_rows((cohort_row(m) if isinstance(m, Assessment) else m for m in marches), sort)
    if not rows:
        raise ValueError("A cohort needs at least one march.")
    row_pt, letters, mark_pt = next(look[1:] for look in ROWS if len(rows) <= look[0])
    height = TOP + row_pt * len(rows) + FOOT
    with clean_style():
        figure = Figure(figsize=(PAPER / 72, height / 72), dpi=DPI, facecolor="white")
        FigureCanvasAgg(figure)
        page = figure.add_axes((0, 0, 1, 1), zorder=-1, gid="page")
        style_axes(page)
        page.set(xlim=(0, PAPER), ylim=(height, 0), xticks=[], yticks=[], autoscale_on=False)
        _write_head(page, title, rows, note)
        for i, row in enumerate(rows):
            _write_row(page, row, TOP + row_pt * (i + 0.5) + letters * 0.36, letters)
            if i:
                rule(page, TOP + row_pt * i, NAMES[0], TRUST_WORD[1])
        place = (len(rows), row_pt, height)
        _draw_heights(_rows_axes(figure, "heights", HEIGHTS, *place), rows, mark_pt, letters)
        _draw_differences(_rows_axes(figure, "difference", DIFFERENCE, *place), rows, mark_pt, letters)
        _write_foot(page, height)
    return figure


def _rows_axes(figure: Figure, gid: str, column: tuple[float, float], count: int, row_pt: float, height: float) -> Axes:
    left, right = column
    deep = row_pt * count
    ax = figure.add_axes((left / PAPER, 1 - (TOP + deep) / height, (right - left) / PAPER, deep / height), gid=gid)
    style_axes(ax)
    ax.set(ylim=(count, 0), yticks=[])
    return ax


def _write_head(page: Axes, title: str, rows: list[CohortRow], note: str) -> None:
    put(page, NAMES[0], 36, shorten(printable(title), PAPER - 2 * NAMES[0], NAME, BOLD), NAME, BOLD)
    compared = [row for row in rows if row.difference_deg is not None]
    apart = sum(row.verdict in ("clear", "large") for row in compared)
    said = f"{len(rows)} {'march' if len(rows) == 1 else 'marches'}, {len(compared)} with both sides compared"
    said = f"{said}; a clear or large difference in {apart}. {printable(note)}"
    put(page, NAMES[0], 53, shorten(said, PAPER - 2 * NAMES[0], BODY), BODY, REGULAR, SECOND)
    columns = ((HEIGHTS, "Height of the lifts"), (DIFFERENCE, "Difference, right − left"), (DROP_OFF, "Drop-off"))
    for (left, _), text in columns:
        put(page, left, TOP - 12, text, AXIS, SEMIBOLD)
    put(page, TRUST_WORD[0], TOP - 12, "Trust", AXIS, SEMIBOLD)
    x = HEIGHTS[0] + text_width("Height of the lifts", AXIS, SEMIBOLD) + 16
    for side in SIDES:
        mark(page, [x], [TOP - 14.8], side, 5.0)
        x = put(page, x + 6, TOP - 12, SIDE[side].word.lower(), AXIS, SEMIBOLD, SIDE[side].text) + 13
    rule(page, TOP - 4, NAMES[0], TRUST_WORD[1], color=INK, width=0.8)


def _write_row(page: Axes, row: CohortRow, y: float, letters: float) -> None:
    name = printable(row.name) or words.DASH
    put(page, NAMES[0], y, shorten(name, NAMES[1] - NAMES[0], letters, SEMIBOLD, middle=True), letters, SEMIBOLD)
    color, _, word = TRUST[row.trust]
    said = shorten(row.drop_off, DROP_OFF[1] - DROP_OFF[0], letters)
    put(page, DROP_OFF[0], y, said, letters, REGULAR, INK if "°" in said else SECOND)
    put(page, TRUST_WORD[0], y, word.removesuffix(" trust"), letters, SEMIBOLD, color)


def _draw_heights(ax: Axes, rows: list[CohortRow], mark_pt: float, letters: float) -> None:
    """A mark at the middle height of each side, a line from the lowest lift to the highest."""
    known = [value for row in rows for side in SIDES for value in getattr(row, f"{side}_range_deg") or ()]
    low = HEIGHT_STEP_DEG * math.floor((min(known, default=0.0) - 2) / HEIGHT_STEP_DEG)
    high = HEIGHT_STEP_DEG * math.ceil((max(known, default=0.0) + 2) / HEIGHT_STEP_DEG)
    ax.set_xlim(min(low, LEAST_HEIGHTS_DEG[0]), max(high, LEAST_HEIGHTS_DEG[1]))
    start, end = ax.get_xlim()
    step = HEIGHT_STEP_DEG * (1 if end - start <= 90 else 2)
    ticks = [step * i for i in range(math.ceil(start / step), math.floor(end / step) + 1)]
    ax.set_xticks(ticks, [words.tick(tick) if tick else "level 0°" for tick in ticks])
    style_tick_labels(ax)
    ax.vlines(ticks, 0, len(rows), color=RULE, linewidth=0.5, zorder=0.5)
    ax.vlines(0, 0, len(rows), color=SECOND, linewidth=0.8, zorder=0.6)
    for i, row in enumerate(rows):
        for side, y in zip(SIDES, (i + 0.33, i + 0.67), strict=True):
            reach, middle = getattr(row, f"{side}_range_deg"), getattr(row, f"{side}_height_deg")
            if reach is None or middle is None:
                continue
            ax.hlines(y, *reach, color=SIDE[side].fill, linewidth=1.5, zorder=3)
            mark(ax, [middle], [y], side, mark_pt)
        if row.left_range_deg is None and row.right_range_deg is None:
            width = HEIGHTS[1] - HEIGHTS[0] - 8
            _say(ax, start + 0.5 * (end - start), i, shorten(printable(row.reason), width, letters), letters, "white")


def _draw_differences(ax: Axes, rows: list[CohortRow], mark_pt: float, letters: float) -> None:
    """Right minus left with both intervals, before the bands of the verdicts."""
    ends = [
        abs(end)
        for row in rows
        if row.difference_deg is not None
        for end in (row.difference_deg, *(row.ci_total_deg or ()), *(row.ci_rep_deg or ()))
    ]
    reach = max(LEAST_REACH_DEG, REACH_STEP_DEG * math.ceil((max(ends, default=0.0) + 1) / REACH_STEP_DEG))
    ax.set_xlim(-reach, reach)
    _, clear, large = BAND_STARTS_DEG
    # A step lighter than on the report: here the ground is a wall, there a strip.
    spans = (("similar", 0.0, clear), ("possible", clear, large), ("clear", large, reach))
    for name, inner, outer in spans:
        for low, high in ((inner, outer), (-outer, -inner)):
            ax.axvspan(low, high, color=BANDS[name], linewidth=0, zorder=0.4)
    ax.vlines(0, 0, len(rows), color=INK, linewidth=0.8, zorder=0.6)
    step = 10 if reach <= 30 else 20
    ticks = [step * i for i in range(-int(reach // step), int(reach // step) + 1)]
    ax.set_xticks(ticks, [f"{abs(tick)}°" if tick else "0" for tick in ticks])
    style_tick_labels(ax)
    for i, row in enumerate(rows):
        if row.difference_deg is None:
            if row.trust != "not_assessable":
                _say(ax, 0, i, "withheld", letters, BANDS["similar"])
            continue
        if row.ci_total_deg:
            ax.hlines(i + 0.5, *row.ci_total_deg, color=INK, linewidth=1.0, zorder=3)
        if row.ci_rep_deg:
            ax.hlines(i + 0.5, *row.ci_rep_deg, color=INK, linewidth=mark_pt * 0.75, zorder=3)
        look: dict[str, Any] = {
            "markersize": mark_pt,
            "markerfacecolor": "white",
            "markeredgecolor": INK,
            "markeredgewidth": 1.0,
        }
        ax.plot([row.difference_deg], [i + 0.5], marker="D", zorder=5, gid="difference", **look)


def _say(ax: Axes, x: float, row: int, text: str, letters: float, ground: str) -> None:
    label = ax.text(x, row + 0.5, text, ha="center", va="center", **type_of(letters, REGULAR, THIRD))
    label.set(gid="said", bbox={"facecolor": ground, "linewidth": 0, "pad": 1.2})


def _write_foot(page: Axes, height: float) -> None:
    y = height - 36
    put(page, DIFFERENCE[0], y, "← right lower", AXIS, SEMIBOLD)
    put(page, DIFFERENCE[1], y, "left lower →", AXIS, SEMIBOLD, align="right")
    put(page, HEIGHTS[0], y, "Mark: middle height. Line: lowest to highest lift.", NOTE, REGULAR, THIRD)
    note = "Thick: lift to lift. Thin: allowing for camera error. Ground: similar, clear from 9°, large from 13°."
    put(page, TRUST_WORD[1], height - 14, note, NOTE, REGULAR, THIRD, align="right")
    room = TRUST_WORD[1] - NAMES[0] - text_width(note, NOTE) - 12
    put(page, NAMES[0], height - 14, shorten(DISCLAIMER, room, NOTE, SEMIBOLD), NOTE, SEMIBOLD)
