"""Lifts as marks, the same in every chart."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

from marchcam.analysis.results import Repetition
from marchcam.report import words
from marchcam.report.lettering import text_width, type_of
from marchcam.report.style import NOTE, REGULAR, SECOND, SIDE, size_pt

# Above this many lifts in a chart the marks shrink, so that neighbours stay apart.
MANY_LIFTS = 40
MARK_PT, SMALL_MARK_PT = 5.6, 3.4
PARTIAL_WORD = "partial"


def lift_moment(lift: Repetition) -> float:
    """Where a lift stands on the time axis: the middle of its hold, else the moment that shows its height."""
    if lift.hold_start_s is not None and lift.hold_end_s is not None:
        return (lift.hold_start_s + lift.hold_end_s) / 2
    return lift.snapshot_s if lift.snapshot_s is not None else lift.reach_s


def height_name(value: float) -> str:
    """A height on a scale, the two that everybody knows by name."""
    return {0: "horizontal 0°", -90: f"hanging {words.tick(-90)}"}.get(round(value), words.tick(value))


def mark(ax: Axes, xs: Sequence[float], ys: Sequence[float], side: str, size: float, *, open_: bool = False) -> None:
    """Lifts as marks in the shape and colours of their side."""
    if not len(xs):
        return
    style = SIDE[side]
    ax.plot(
        xs,
        ys,
        marker=style.marker,
        markersize=size * (0.92 if style.marker == "s" else 1.0),
        markerfacecolor="white" if open_ else style.fill,
        markeredgecolor=style.edge,
        markeredgewidth=0.5 if size <= SMALL_MARK_PT and not open_ else 0.8,
        linestyle="none",
        clip_on=False,
        zorder=4,
        gid=f"{'open' if open_ else 'lift'}-{side}",
    )


def write_partial(ax: Axes, places: list[tuple[float, float]], size: float) -> None:
    """The word above partial lifts, wherever it does not touch the one before or the end of the chart."""
    start, end = ax.get_xlim()
    per_point = (end - start) / size_pt(ax)[0]
    half = text_width(PARTIAL_WORD, NOTE) / 2 * per_point
    look = {
        "textcoords": "offset points",
        "ha": "center",
        "va": "bottom",
        "zorder": 5,
        **type_of(NOTE, REGULAR, SECOND),
    }
    free_from = start
    for x, y in places:
        if free_from <= x - half and x + half <= end:
            label = ax.annotate(PARTIAL_WORD, (x, y), (0, size / 2 + 2.5), **look)
            label.set_path_effects([withStroke(linewidth=2.2, foreground="white")])
            free_from = x + half + 3 * per_point
