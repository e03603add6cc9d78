"""Both thighs' elevation over the test."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from marchcam.analysis.results import Assessment, Repetition
from marchcam.arrays import Floats
from marchcam.report import words
from marchcam.report.lettering import style_tick_labels, text_width
from marchcam.report.marks import MANY_LIFTS, MARK_PT, SMALL_MARK_PT, height_name, lift_moment, mark, write_partial
from marchcam.report.style import AXIS, INK, RULE, SIDE, THIRD, size_pt, style_axes
from marchcam.track import SIDES

# Where the lifts fill less of a recording than this, only their part of it is shown.
SHOWN_SHARE = 0.6
MARGIN_S = 3.0
TICK_STEPS_S = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 3600)
# Samples a point of width beyond which the curve is drawn by its lowest and highest values.
COLUMNS_PER_PT = 2.5


def shown_span(assessment: Assessment) -> tuple[float, float]:
    """The part of the recording that is charted, seconds: all of it, or the lifts where they fill little of it."""
    times = assessment.series.time_s
    start, end = (float(times[0]), float(times[-1])) if len(times) else (0.0, assessment.source.duration_s)
    if not assessment.repetitions:
        return start, max(end, start + 1.0)
    first = min(lift.onset_s for lift in assessment.repetitions)
    last = max(lift.lowered_s or lift.reach_s for lift in assessment.repetitions)
    if last - first + 2 * MARGIN_S < SHOWN_SHARE * (end - start):
        return max(start, first - MARGIN_S), min(end, last + MARGIN_S)
    return start, max(end, start + 1.0)


def elevation_answer(assessment: Assessment) -> str:
    """The grey answer beside "How high does each thigh go?": what part is shown, and what the signs mean."""
    start, end = shown_span(assessment)
    times = assessment.series.time_s
    whole = not len(times) or (start <= times[0] and end >= times[-1])
    said = [
        "The whole test." if whole else f"{words.clock(start)} to {words.clock(end)} of the recording.",
        "Shaded: held. Mark: height of the lift.",
    ]
    lifts = assessment.repetitions
    if any(lift.partial and lift.excluded is None for lift in lifts):
        said.append("Open: partial.")
    if any(lift.excluded is not None for lift in lifts):
        said.append("Cross: not counted.")
    return " ".join(said)


def draw_elevation(ax: Axes, assessment: Assessment) -> Axes:
    """Both thighs' elevation over the test, the holds shaded, the height of each lift marked.

    Parameters
    ----------
    ax : Axes
        Empty axes; the names of the heights stand to its left, about 58 points wide.
    assessment : Assessment
        What was found.

    Returns
    -------
    Axes
        The same axes.
    """
    style_axes(ax)
    start, end = shown_span(assessment)
    low, top = height_limits(assessment)
    ax.set(xlim=(start, end), ylim=(low, top))
    ax.set_yticks(height_ticks(top))
    ax.set_yticklabels([height_name(value) for value in ax.get_yticks()])
    ax.hlines(
        [value for value in ax.get_yticks() if value not in (0, -90)], start, end, color=RULE, linewidth=0.5, zorder=0.5
    )
    ax.hlines(0, start, end, color=INK, linewidth=1.1, zorder=1.5)
    _time_ticks(ax, start, end)
    style_tick_labels(ax)
    series = assessment.series
    columns = round(size_pt(ax)[0] * COLUMNS_PER_PT)
    for side in SIDES:
        values = getattr(series, f"{side}_elevation_deg")
        _shade_holds(ax, series.time_s, values, words.counted(assessment, side), SIDE[side].tint)
        inside = (series.time_s >= start) & (series.time_s <= end)
        times, values = envelope(series.time_s[inside], values[inside], columns)
        ax.plot(times, values, color=SIDE[side].fill, linewidth=1.15, zorder=2, solid_joinstyle="round")
    _mark_lifts(ax, assessment)
    return ax


def height_limits(assessment: Assessment) -> tuple[float, float]:
    """From hanging to above the highest lift, degrees."""
    peaks = [lift.peak_elevation_deg for lift in assessment.repetitions]
    return -91.0, max([8.0, *(peak + 6 for peak in peaks)])


def height_ticks(top: float) -> list[int]:
    """The heights that are named on the scale, degrees."""
    return [-90, -60, -30, 0, *(height for height in (30, 60) if top > height + 4)]


def time_ticks(start: float, end: float) -> tuple[list[float], list[str], str]:
    """About ten ticks with their labels, and the unit for the last. From three minutes on they read as minutes."""
    step = next((step for step in TICK_STEPS_S if (end - start) / step <= 11), TICK_STEPS_S[-1])
    ticks = [float(tick) for tick in np.arange(math.ceil(start / step - 1e-6) * step, end + 1e-6, step)]
    if end > 180:
        labels = [words.clock(tick) for tick in ticks]
        unit = " min" if end < 3600 else " h"
    else:
        labels, unit = [f"{tick:.0f}" for tick in ticks], " s"
    return ticks, labels, unit


def _time_ticks(ax: Axes, start: float, end: float) -> None:
    """The ticks under the chart; the last carries the unit where there is room."""
    ticks, labels, unit = time_ticks(start, end)
    if labels:
        labels[-1] += unit
    ax.set_xticks(ticks, labels)
    if labels:
        room = (end - ticks[-1]) / (end - start) * size_pt(ax)[0]
        if room < text_width(labels[-1], AXIS) / 2:
            ax.get_xticklabels()[-1].set_horizontalalignment("right" if room < 4 else "center")
            if room >= 4:
                ax.get_xticklabels()[-1].set_text(labels[-1][: -len(unit)])


def envelope(times: Floats, values: Floats, columns: int) -> tuple[Floats, Floats]:
    """The curve with the lowest and highest value of each column where it has more samples than the page can show."""
    per_column = len(times) // columns
    if per_column < 4:
        return times, values
    used = len(times) // per_column * per_column
    blocks = values[:used].reshape(-1, per_column)
    empty = np.all(np.isnan(blocks), axis=1)
    filled = np.where(empty[:, None], 0.0, blocks)
    at = np.sort(np.column_stack([np.nanargmin(filled, axis=1), np.nanargmax(filled, axis=1)]), axis=1)
    rows = np.arange(len(blocks))[:, None]
    picked = np.where(empty[:, None], np.nan, blocks[rows, at])
    return times[:used].reshape(-1, per_column)[rows, at].ravel(), picked.ravel()


def _shade_holds(ax: Axes, times: Floats, values: Floats, lifts: list[Repetition], tint: str) -> None:
    """From the curve down to the floor, where a thigh was held up."""
    held = np.zeros(len(times), bool)
    for lift in lifts:
        if lift.hold_start_s is not None and lift.hold_end_s is not None:
            held[np.searchsorted(times, lift.hold_start_s) : np.searchsorted(times, lift.hold_end_s, "right")] = True
    ax.fill_between(times, values, ax.get_ylim()[0], where=held, color=tint, linewidth=0, zorder=1)


def _mark_lifts(ax: Axes, assessment: Assessment) -> None:
    """A mark a lift; partial ones open, with the word where there is room; a grey cross for what does not count."""
    lifts = [lift for side in SIDES for lift in words.counted(assessment, side)]
    size = SMALL_MARK_PT if len(lifts) > MANY_LIFTS else MARK_PT
    for side, open_ in itertools.product(SIDES, (False, True)):
        own = [lift for lift in lifts if lift.side == side and bool(lift.partial) is open_]
        mark(
            ax, [lift_moment(lift) for lift in own], [lift.peak_elevation_deg for lift in own], side, size, open_=open_
        )
    write_partial(ax, sorted((lift_moment(lift), lift.peak_elevation_deg) for lift in lifts if lift.partial), size)
    crosses = [lift_moment(lift) for lift in assessment.repetitions if lift.excluded is not None]
    look: dict[str, Any] = {
        "marker": "x",
        "markersize": 4.6,
        "markeredgewidth": 1.4,
        "color": THIRD,
        "linestyle": "none",
    }
    ax.plot(
        crosses,
        [1.0] * len(crosses),
        transform=ax.get_xaxis_transform(),
        clip_on=False,
        zorder=4,
        gid="excluded",
        **look,
    )
