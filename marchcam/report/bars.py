"""The difference against the verdict bands, and the times of the lifts: a function a panel, which returns its axes."""

from __future__ import annotations

import math
from collections.abc import Iterable

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from marchcam.analysis.asymmetry import CLEAR_DEG, LARGE_DEG, POSSIBLE_DEG
from marchcam.analysis.naming import whole
from marchcam.analysis.results import Assessment, Spread
from marchcam.report import words
from marchcam.report.lettering import largest_size, shorten, style_tick_labels, text_width, type_of
from marchcam.report.marks import MANY_LIFTS, SMALL_MARK_PT, mark
from marchcam.report.style import (
    AXIS,
    BANDS,
    INK,
    NOTE,
    REGULAR,
    RULE,
    SECOND,
    SEMIBOLD,
    SIDE,
    WASH,
    size_pt,
    style_axes,
)
from marchcam.track import SIDES

BAND_EDGES_DEG = (POSSIBLE_DEG, CLEAR_DEG, LARGE_DEG)
# The verdict goes by whole degrees: what rounds to 5 belongs to the band that starts at 5.
BAND_STARTS_DEG = tuple(edge - 0.5 for edge in BAND_EDGES_DEG)
DEFAULT_REACH_DEG, REACH_STEP_DEG = 25.0, 5.0
TIME_ROWS = (("Lift", "lift_duration_s"), ("Top", "hold_duration_s"), ("Lower", "lower_duration_s"))
# What the asked tempo reads as: a smooth 2 s lift takes about 1.0 s from 10 to 90 %, and a hold is asked for 1 s.
ASKED_S = 1.0
FEWEST_FOR_A_MEDIAN = 3
DOT_PT = 4.2


def draw_difference(ax: Axes, assessment: Assessment) -> Axes:
    """The left-right difference and its intervals against the verdict bands; a dashed empty band where it is withheld.

    Parameters
    ----------
    ax : Axes
        Empty axes; the scale stands under it, about 14 points high.
    assessment : Assessment
        What was found.

    Returns
    -------
    Axes
        The same axes. x is right minus left in degrees: where the right is lower, the mark stands left of zero.
    """
    style_axes(ax)
    ax.set_ylim(0, 1)
    ax.set_yticks([])
    asymmetry = assessment.asymmetry
    if asymmetry.verdict == "withheld" or asymmetry.difference_deg is None:
        return _draw_withheld(ax, assessment)
    reach = difference_reach(assessment)
    ax.set_xlim(-reach, reach)
    _draw_bands(ax, asymmetry.verdict, asymmetry.difference_deg, reach)
    ax.vlines(0, 0.08, 0.56, color=INK, linewidth=1.1, zorder=2)
    _draw_intervals(ax, assessment)
    ax.set_xticks(*band_ticks())
    style_tick_labels(ax)
    right, left = (words.side_word(assessment, side) for side in ("right", "left"))
    for x, text, align in ((0, f"← {right} lower", "left"), (1, f"{left} lower →", "right")):
        ax.annotate(
            text,
            (x, 0),
            (0, -10.5),
            xycoords="axes fraction",
            textcoords="offset points",
            ha=align,
            va="baseline",
            **type_of(AXIS, SEMIBOLD),
        )
    return ax


def difference_reach(assessment: Assessment) -> float:
    """How far the scale goes to each side of zero, degrees, so that both intervals are on it."""
    asymmetry = assessment.asymmetry
    intervals = (*(asymmetry.ci_total_deg or ()), *(asymmetry.ci_rep_deg or ()))
    farthest: float = max(map(abs, (asymmetry.difference_deg or 0.0, *intervals)))
    return max(DEFAULT_REACH_DEG, REACH_STEP_DEG * math.ceil((farthest + 1) / REACH_STEP_DEG))


def band_spans(reach: float) -> list[tuple[str, float, float]]:
    """The verdict bands as (word, from, to), degrees."""
    edges = (0.0, *BAND_STARTS_DEG, reach)
    spans = [("similar", -edges[1], edges[1])]
    for name, near, far in zip(("possible", "clear", "large"), edges[1:], edges[2:], strict=False):
        spans += [(name, near, far), (name, -far, -near)]
    return spans


def is_own_band(span: tuple[str, float, float], verdict: str, difference: float) -> bool:
    """Whether a band is the one the verdict names, and the difference, as printed, lies in it."""
    name, low, high = span
    return name == verdict and low <= whole(difference) <= high


def band_ticks() -> tuple[list[float], list[str]]:
    """Where the bands start, and the whole degrees from which they hold."""
    starts = [*(-start for start in reversed(BAND_STARTS_DEG)), 0.0, *BAND_STARTS_DEG]
    edges = [*reversed(BAND_EDGES_DEG), 0.0, *BAND_EDGES_DEG]
    return starts, [f"{whole(edge)}°" if edge else "0" for edge in edges]


def interval_entries(assessment: Assessment) -> list[tuple[str, str, bool]]:
    """The two bars as (name, numbers, thick), the thin one first; those that there are."""
    asymmetry = assessment.asymmetry
    bars = (
        ("allowing for camera error", asymmetry.ci_total_deg, False),
        ("lift to lift", asymmetry.ci_rep_deg, True),
    )
    return [(name, words.interval(value), thick) for name, value, thick in bars if value]


def time_reach(values: Iterable[float]) -> tuple[float, list[float]]:
    """The end of the scale of times and its ticks, seconds."""
    reach = max([1.5, *values]) * 1.03
    step = next(step for step in (0.5, 1, 2, 5, 10, 20, 60, 600) if reach / step <= 5 or step == 600)
    return reach, [i * step for i in range(int(reach / step) + 1)]


def _draw_bands(ax: Axes, verdict: str, difference: float, reach: float) -> None:
    """The bands from similar to large with their words; the verdict's own word in bold."""
    per_degree = size_pt(ax)[0] / (2 * reach)
    for span in band_spans(reach):
        name, low, high = span
        ax.add_patch(Rectangle((low, 0), high - low, 1, facecolor=BANDS[name], linewidth=0, zorder=0.5))
        if abs(high) < reach:
            ax.vlines(high, 0, 1, color="white", linewidth=1.0, zorder=0.6)
        own = is_own_band(span, verdict, difference)
        look = type_of(AXIS, SEMIBOLD if own else REGULAR, INK if own else SECOND)
        if own or text_width(name, AXIS) + 5 <= (high - low) * per_degree:
            label = ax.text((low + high) / 2, 0.72, name, ha="center", va="baseline", **look)
            label.set_gid("verdict" if own else "band")


def _draw_intervals(ax: Axes, assessment: Assessment) -> None:
    """Thick: from lift to lift. Thin: with the camera's own error. White diamond: the difference."""
    asymmetry, y = assessment.asymmetry, 0.32
    if asymmetry.ci_total_deg:
        ax.hlines(y, *asymmetry.ci_total_deg, color=INK, linewidth=1.3, zorder=3)
        ax.vlines(asymmetry.ci_total_deg, y - 0.16, y + 0.16, color=INK, linewidth=1.3, zorder=3)
    if asymmetry.ci_rep_deg:
        ax.hlines(y, *asymmetry.ci_rep_deg, color=INK, linewidth=6.2, zorder=3)
    ax.plot(
        [whole(asymmetry.difference_deg or 0.0)],
        [y],
        marker="D",
        markersize=6.4,
        markerfacecolor="white",
        markeredgecolor=INK,
        markeredgewidth=1.1,
        zorder=5,
        gid="difference",
    )


def _draw_withheld(ax: Axes, assessment: Assessment) -> Axes:
    ax.set_xlim(0, 1)
    ax.set_xticks([])
    ax.add_patch(
        Rectangle(
            (0, 0), 1, 1, facecolor=WASH, edgecolor="#C2CBD4", linewidth=1.0, linestyle=(0, (4, 3)), clip_on=False
        )
    )
    width = size_pt(ax)[0] - 24
    said = words.withheld_words(assessment)
    size = largest_size(said, width, (9.0, 8.4, 8.0, NOTE))
    ax.text(
        0.5, 0.5, shorten(said, width, size), ha="center", va="center", gid="withheld", **type_of(size, REGULAR, SECOND)
    )
    return ax


def draw_difference_key(ax: Axes, assessment: Assessment, right: float, y: float, left: float) -> None:
    """What the two bars mean, flush right on a page axes in points; without the numbers where they do not fit."""
    asymmetry = assessment.asymmetry
    if asymmetry.verdict == "withheld" or asymmetry.difference_deg is None:
        return
    entries = interval_entries(assessment)
    for with_numbers, size in ((True, AXIS), (True, NOTE), (False, NOTE)):
        labels = [f"{name} {said}".strip() if with_numbers else name for name, said, _ in entries]
        if right - left >= sum(text_width(label, size) + 24 for label in labels) + 12 * (len(labels) - 1):
            break
    for label, (_, _, thick) in zip(labels, entries, strict=True):
        ax.text(right, y, label, ha="right", va="baseline", **type_of(size, REGULAR, SECOND))
        end = right - text_width(label, size) - 5
        ax.plot([end - 19, end], [y - 2.8] * 2, color=INK, linewidth=5.0 if thick else 1.2, solid_capstyle="butt")
        if not thick:
            ax.vlines([end - 19, end], y - 5.6, y, color=INK, linewidth=1.2)
        right = end - 19 - 14


def draw_times(ax: Axes, assessment: Assessment) -> Axes:
    """Lift, hold and lower: a dot a lift in two lanes a row, the middle value as a bar and a number.

    Parameters
    ----------
    ax : Axes
        Empty axes; the names of the rows stand to its left, about 32 points wide.
    assessment : Assessment
        What was found.

    Returns
    -------
    Axes
        The same axes. y counts rows downwards: 0 to 1 lift, 1 to 2 hold, 2 to 3 lower.
    """
    style_axes(ax)
    lifts = {side: words.counted(assessment, side) for side in SIDES}
    values = {
        (side, key): [v for lift in lifts[side] if (v := getattr(lift, key)) is not None]
        for side in SIDES
        for _, key in TIME_ROWS
    }
    width = size_pt(ax)[0]
    room = 1 - 34 / width
    reach, ticks = time_reach(value for group in values.values() for value in group)
    ax.set(xlim=(0, reach / room), ylim=(3, 0))
    ax.set_xticks(ticks, [f"{tick:g}" + (" s" if tick == ticks[-1] else "") for tick in ticks])
    ax.set_yticks([0.5, 1.5, 2.5], [name for name, _ in TIME_ROWS])
    style_tick_labels(ax)
    ax.tick_params(axis="y", pad=31)
    for label in ax.get_yticklabels():
        label.set(ha="left", **type_of(9.2, SEMIBOLD, INK))
    ax.hlines([1, 2], 0, ax.get_xlim()[1], color=RULE, linewidth=0.6, zorder=0.5)
    ax.vlines(ASKED_S, 0.04, 2.96, color=SECOND, linewidth=0.8, linestyles=(0, (2.4, 2)), zorder=1)
    for row, (_, key) in enumerate(TIME_ROWS):
        for side in SIDES:
            _draw_lane(
                ax, side, row + (0.29 if side == "left" else 0.71), values[side, key], _middle(assessment, side, key)
            )
    return ax


def _middle(assessment: Assessment, side: str, key: str) -> float | None:
    spread: Spread = getattr(getattr(assessment.sides, side), key)
    return spread.median


def _draw_lane(ax: Axes, side: str, y: float, values: list[float], middle: float | None) -> None:
    size = SMALL_MARK_PT if len(values) > MANY_LIFTS / 2 else DOT_PT
    lanes = (-0.1, 0.1) if len(values) <= MANY_LIFTS / 2 else (-0.12, 0.0, 0.12)
    places = [y + (lanes[i % len(lanes)] if len(values) > 2 else 0) for i in range(len(values))]
    mark(ax, sorted(values), places, side, size)
    if len(values) < FEWEST_FOR_A_MEDIAN or middle is None:
        return
    ax.vlines(middle, y - 0.21, y + 0.21, color=INK, linewidth=1.6, zorder=6, gid=f"median-{side}")
    ax.annotate(
        words.seconds(middle),
        (1, y),
        (0, -2.9),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        ha="right",
        va="baseline",
        **type_of(8.6, SEMIBOLD, SIDE[side].text),
    )
