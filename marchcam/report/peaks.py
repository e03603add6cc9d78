"""The height of each lift by its number, and how it changes over the set."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from marchcam.analysis.results import Assessment, Repetition
from marchcam.report import words
from marchcam.report.lettering import style_tick_labels, type_of
from marchcam.report.marks import MANY_LIFTS, MARK_PT, SMALL_MARK_PT, height_name, mark, write_partial
from marchcam.report.style import INK, NOTE, REGULAR, RULE, SECOND, SEMIBOLD, SIDE, size_pt, style_axes
from marchcam.track import SIDES

# Height of a side's name with its drop-off under it.
NAME_GAP_PT = 22.0


def draw_peaks(ax: Axes, assessment: Assessment) -> Axes:
    """The height of each lift by its number, with the line of each side where one was fitted.

    Parameters
    ----------
    ax : Axes
        Empty axes; the scale stands to its left (58 points), the names of the sides to its right (48 points).
    assessment : Assessment
        What was found.

    Returns
    -------
    Axes
        The same axes.
    """
    style_axes(ax)
    lifts = {side: words.counted(assessment, side) for side in SIDES}
    most = max([lift.index or 1 for side in SIDES for lift in lifts[side]], default=1)
    ax.set(xlim=(0.5 if most > 2 else 0.0, most + (0.5 if most > 2 else 1.0)), ylim=peak_limits(assessment))
    _peak_ticks(ax, most)
    size = SMALL_MARK_PT if most > MANY_LIFTS / 2 else MARK_PT
    for side in SIDES:
        has_line = _draw_line(ax, assessment, side)
        for open_ in (False, True):
            own = [lift for lift in lifts[side] if bool(lift.partial or (has_line and lift.index == 1)) is open_]
            mark(
                ax,
                [lift.index or 0 for lift in own],
                [lift.peak_elevation_deg for lift in own],
                side,
                size,
                open_=open_,
            )
    partial = sorted(
        (lift.index or 0.0, lift.peak_elevation_deg) for side in SIDES for lift in lifts[side] if lift.partial
    )
    write_partial(ax, partial, size)
    _name_sides(ax, assessment, lifts)
    return ax


def peak_limits(assessment: Assessment) -> tuple[float, float]:
    """From the lowest to the highest of what is drawn, the horizontal always among it, degrees."""
    lifts = [lift.peak_elevation_deg for side in SIDES for lift in words.counted(assessment, side)]
    values = [0.0, *(value for value in lifts if value is not None)]
    for side in SIDES:
        band = getattr(assessment.sides, side).drop_off.band_deg
        if band and words.drop_off_judged(assessment, side):
            values += [edge for ends in band for edge in ends]
    low, high = min(values), max(values)
    pad = max(2.5, 0.06 * (high - low), (14 - (high - low)) / 2)
    return low - pad, high + pad


def peak_ticks(low: float, high: float) -> list[int]:
    """The heights that are named on the scale, degrees; five at most."""
    step = next(step for step in (5, 10, 20, 30, 60, 90) if (high - low) / step <= 5 or step == 90)
    return [value for value in range(-180, 181, step) if low < value < high]


def _peak_ticks(ax: Axes, most: int) -> None:
    low, high = ax.get_ylim()
    ticks = peak_ticks(low, high)
    ax.set_yticks(ticks, [height_name(value) if value == 0 else words.tick(value) for value in ticks])
    ax.hlines([value for value in ticks if value], *ax.get_xlim(), color=RULE, linewidth=0.5, zorder=0.5)
    ax.hlines(0, *ax.get_xlim(), color=INK, linewidth=1.1, zorder=1.5)
    spacing = size_pt(ax)[0] / (ax.get_xlim()[1] - ax.get_xlim()[0])
    every = next(
        (every for every in (1, 2, 5, 10, 20, 50, 100) if spacing * every >= (15.5 if every == 1 else 13.5)), 200
    )
    following = range(3, most + 1, 2) if every == 2 else range(every, most + 1, every)
    numbers = [1, *(number for number in following if number > 1)]
    ax.set_xticks(numbers, ["lift 1", *(str(number) for number in numbers[1:])])
    style_tick_labels(ax)


def _draw_line(ax: Axes, assessment: Assessment, side: str) -> bool:
    drop = getattr(assessment.sides, side).drop_off
    if drop.line is None or not words.drop_off_judged(assessment, side):
        return False
    first, first_deg, last, last_deg = drop.line
    if drop.band_deg is not None:
        (low0, high0), (low1, high1) = drop.band_deg
        at = np.linspace(first, last, 33)
        share = (at - first) / max(last - first, 1e-9)
        ax.fill_between(
            at,
            low0 + share * (low1 - low0),
            high0 + share * (high1 - high0),
            color=SIDE[side].tint,
            linewidth=0,
            zorder=1,
        )
    ax.plot([first, last], [first_deg, last_deg], color=SIDE[side].fill, linewidth=1.7, zorder=2, gid=f"line-{side}")
    return True


def _name_sides(ax: Axes, assessment: Assessment, lifts: dict[str, list[Repetition]]) -> None:
    """Each side's name at the end of its marks, with its drop-off under it, never one over the other."""
    ends = {side: lifts[side][-1].peak_elevation_deg for side in SIDES if lifts[side]}
    low, high = ax.get_ylim()
    height = size_pt(ax)[1]
    wanted = sorted(
        (min(max((value - low) / (high - low) * height, 11.0), height - 6.0), side) for side, value in ends.items()
    )
    places = [place for place, _ in wanted]
    if len(places) == 2 and places[1] - places[0] < NAME_GAP_PT:
        middle = min(max(sum(places) / 2, 11 + NAME_GAP_PT / 2), height - 6 - NAME_GAP_PT / 2)
        places = [middle - NAME_GAP_PT / 2, middle + NAME_GAP_PT / 2]
    for place, (_, side) in zip(places, wanted, strict=True):
        at: dict[str, Any] = {
            "xy": (1, 0),
            "xycoords": "axes fraction",
            "textcoords": "offset points",
            "ha": "left",
            "va": "baseline",
        }
        under = words.drop_off_under_name(assessment, side)
        ax.annotate(
            words.side_short(assessment, side),
            xytext=(6, place if under else place - 3),
            **at,
            **type_of(9.2, SEMIBOLD, SIDE[side].text),
        )
        if under:
            ax.annotate(under, xytext=(6, place - 9.6), **at, **type_of(NOTE, REGULAR, SECOND))
