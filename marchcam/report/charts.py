"""The charts over time and by lift. Each function draws one panel into the axes it is given and returns the axes."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

from marchcam.analysis.results import Assessment, Repetition
from marchcam.report import words
from marchcam.report.style import (
    AXIS,
    INK,
    NOTE,
    REGULAR,
    RULE,
    SECOND,
    SEMIBOLD,
    SIDE,
    THIRD,
    size_pt,
    style_axes,
    style_tick_labels,
    text_width,
    type_of,
)
from marchcam.track import SIDES

# Above this many lifts in a chart the marks shrink, so that neighbours stay apart.
MANY_LIFTS = 40
MARK_PT, SMALL_MARK_PT = 5.6, 3.4
# Where the lifts fill less of a recording than this, only their part of it is shown.
SHOWN_SHARE = 0.6
MARGIN_S = 3.0
TICK_STEPS_S = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 3600)
NAME_GAP_PT = 22.0
PARTIAL_WORD = "partial"


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
    peaks = [lift.peak_elevation_deg for lift in assessment.repetitions if lift.peak_elevation_deg is not None]
    top = max([8.0, *(peak + 6 for peak in peaks)])
    ax.set(xlim=(start, end), ylim=(-91, top))
    ax.set_yticks([-90, -60, -30, 0, *([30] if top > 34 else [])])
    ax.set_yticklabels([_height_name(value) for value in ax.get_yticks()])
    ax.hlines(
        [value for value in ax.get_yticks() if value not in (0, -90)], start, end, color=RULE, linewidth=0.5, zorder=0.5
    )
    ax.hlines(0, start, end, color=INK, linewidth=1.1, zorder=1.5)
    _time_ticks(ax, start, end)
    style_tick_labels(ax)
    series = assessment.series
    columns = round(size_pt(ax)[0] * 2.5)
    for side in SIDES:
        values = getattr(series, f"{side}_elevation_deg")
        for lift in words.counted(assessment, side):
            _shade_hold(ax, series.time_s, values, lift)
        inside = (series.time_s >= start) & (series.time_s <= end)
        times, values = _envelope(series.time_s[inside], values[inside], columns)
        ax.plot(times, values, color=SIDE[side].fill, linewidth=1.15, zorder=2, solid_joinstyle="round")
    _mark_lifts(ax, assessment)
    return ax


def _height_name(value: float) -> str:
    return {0: "horizontal 0°", -90: f"hanging {words.tick(-90)}"}.get(round(value), words.tick(value))


def _time_ticks(ax: Axes, start: float, end: float) -> None:
    """About ten ticks; the last carries the unit. From three minutes on they read as minutes."""
    step = next((step for step in TICK_STEPS_S if (end - start) / step <= 11), TICK_STEPS_S[-1])
    ticks = [float(tick) for tick in np.arange(math.ceil(start / step - 1e-6) * step, end + 1e-6, step)]
    if end > 180:
        labels = [words.clock(tick) for tick in ticks]
        unit = " min" if end < 3600 else " h"
    else:
        labels, unit = [f"{tick:.0f}" for tick in ticks], " s"
    if labels:
        labels[-1] += unit
    ax.set_xticks(ticks, labels)
    if labels:
        room = (end - ticks[-1]) / (end - start) * size_pt(ax)[0]
        if room < text_width(labels[-1], AXIS) / 2:
            ax.get_xticklabels()[-1].set_horizontalalignment("right" if room < 4 else "center")
            if room >= 4:
                ax.get_xticklabels()[-1].set_text(labels[-1][: -len(unit)])


def _envelope(times: np.ndarray, values: np.ndarray, columns: int) -> tuple[np.ndarray, np.ndarray]:
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


def _shade_hold(ax: Axes, times: np.ndarray, values: np.ndarray, lift: Repetition) -> None:
    if lift.hold_start_s is None or lift.hold_end_s is None:
        return
    held = (times >= lift.hold_start_s) & (times <= lift.hold_end_s)
    ax.fill_between(times[held], values[held], ax.get_ylim()[0], color=SIDE[lift.side].tint, linewidth=0, zorder=1)


def lift_moment(lift: Repetition) -> float:
    """Where a lift stands on the time axis: the middle of its hold, else the moment that shows its height."""
    if lift.hold_start_s is not None and lift.hold_end_s is not None:
        return (lift.hold_start_s + lift.hold_end_s) / 2
    return lift.snapshot_s if lift.snapshot_s is not None else lift.reach_s


def _mark_lifts(ax: Axes, assessment: Assessment) -> None:
    """A mark a lift; partial ones open, with the word where there is room; a grey cross for what does not count."""
    lifts = [lift for lift in assessment.repetitions if lift.peak_elevation_deg is not None and lift.excluded is None]
    size = SMALL_MARK_PT if len(lifts) > MANY_LIFTS else MARK_PT
    start, end = ax.get_xlim()
    per_point = (end - start) / size_pt(ax)[0]
    word_s = text_width(PARTIAL_WORD, NOTE) * per_point
    free_from = -math.inf
    for lift in sorted(lifts, key=lift_moment):
        x, y = lift_moment(lift), lift.peak_elevation_deg
        mark(ax, x, y, lift.side, size, open_=lift.partial)
        if lift.partial and x - word_s / 2 > free_from and start < x - word_s / 2 and x + word_s / 2 < end:
            _partial_word(ax, x, y, size)
            free_from = x + word_s / 2 + 2 * per_point
    for lift in assessment.repetitions:
        if lift.excluded is not None:
            ax.plot(
                [lift_moment(lift)],
                [1.0],
                marker="x",
                markersize=4.6,
                markeredgewidth=1.4,
                color=THIRD,
                clip_on=False,
                zorder=4,
                transform=ax.get_xaxis_transform(),
                gid="excluded",
            )


def _partial_word(ax: Axes, x: float, y: float, size: float) -> None:
    label = ax.annotate(
        PARTIAL_WORD,
        (x, y),
        (0, size / 2 + 2.5),
        textcoords="offset points",
        ha="center",
        va="bottom",
        zorder=5,
        **type_of(NOTE, REGULAR, SECOND),
    )
    label.set_path_effects([withStroke(linewidth=2.2, foreground="white")])


def mark(ax: Axes, x: float, y: float, side: str, size: float, *, open_: bool = False) -> None:
    """One lift in the shape and colours of its side."""
    style = SIDE[side]
    grown = size * (0.92 if style.marker == "s" else 1.0)
    edge = 0.0 if size < 3.5 and not open_ else 0.8
    ax.plot(
        [x],
        [y],
        marker=style.marker,
        markersize=grown,
        markerfacecolor="white" if open_ else style.fill,
        markeredgecolor=style.edge,
        markeredgewidth=max(edge, 0.5),
        linestyle="none",
        clip_on=False,
        zorder=4,
        gid=f"lift-{side}",
    )


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
    lifts = {
        side: [lift for lift in words.counted(assessment, side) if lift.peak_elevation_deg is not None]
        for side in SIDES
    }
    most = max([lift.index or 1 for side in SIDES for lift in lifts[side]], default=1)
    ax.set(xlim=(0.5 if most > 2 else 0.0, most + (0.5 if most > 2 else 1.0)), ylim=_peak_limits(assessment, lifts))
    _peak_ticks(ax, most)
    size = SMALL_MARK_PT if most > MANY_LIFTS / 2 else MARK_PT
    for side in SIDES:
        has_line = _draw_line(ax, assessment, side)
        for lift in lifts[side]:
            mark(
                ax,
                lift.index or 1,
                lift.peak_elevation_deg,
                side,
                size,
                open_=lift.partial or (has_line and lift.index == 1),
            )
    _name_sides(ax, assessment, lifts)
    return ax


def _peak_limits(assessment: Assessment, lifts: dict[str, list[Repetition]]) -> tuple[float, float]:
    """From the lowest to the highest of what is drawn, the horizontal always among it."""
    values = [0.0, *(lift.peak_elevation_deg for side in SIDES for lift in lifts[side])]
    for side in SIDES:
        band = getattr(assessment.sides, side).drop_off.band_deg
        if band and words.is_compared(assessment):
            values += [edge for ends in band for edge in ends]
    low, high = min(values), max(values)
    pad = max(2.5, 0.06 * (high - low), (14 - (high - low)) / 2)
    return low - pad, high + pad


def _peak_ticks(ax: Axes, most: int) -> None:
    low, high = ax.get_ylim()
    step = next(step for step in (5, 10, 20, 30, 60, 90) if (high - low) / step <= 5 or step == 90)
    ticks = [value for value in range(-180, 181, step) if low < value < high]
    ax.set_yticks(ticks, [_height_name(value) if value == 0 else words.tick(value) for value in ticks])
    ax.hlines([value for value in ticks if value], *ax.get_xlim(), color=RULE, linewidth=0.5, zorder=0.5)
    ax.hlines(0, *ax.get_xlim(), color=INK, linewidth=1.1, zorder=1.5)
    spacing = size_pt(ax)[0] / (ax.get_xlim()[1] - ax.get_xlim()[0])
    every = next((every for every in (1, 2, 5, 10, 20, 50, 100) if spacing * every >= 13.5), 200)
    numbers = [
        1,
        *(number for number in range(every, most + 1, every) if number > 1 and (number - 1) * spacing >= 15.5),
    ]
    ax.set_xticks(numbers, ["lift 1", *(str(number) for number in numbers[1:])])
    style_tick_labels(ax)


def _draw_line(ax: Axes, assessment: Assessment, side: str) -> bool:
    drop = getattr(assessment.sides, side).drop_off
    if drop.line is None or not words.is_compared(assessment):
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
        drop = getattr(assessment.sides, side).drop_off
        at = {"xy": (1, 0), "xycoords": "axes fraction", "textcoords": "offset points", "ha": "left", "va": "baseline"}
        under = ""
        if drop.line is not None and words.is_compared(assessment):
            short = words.drop_off_short(assessment, side)
            under = f"{words.MINUS}{short} in all" if drop.called else short
        ax.annotate(
            SIDE[side].word, xytext=(6, place if under else place - 3), **at, **type_of(9.2, SEMIBOLD, SIDE[side].text)
        )
        if under:
            ax.annotate(under, xytext=(6, place - 9.6), **at, **type_of(NOTE, REGULAR, SECOND))
