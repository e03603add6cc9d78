"""The charts of the trend page: one number of every session over its true date."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from marchcam.analysis.sessions import MONTHS, Session, Trend
from marchcam.report import words
from marchcam.report.bars import BAND_STARTS_DEG
from marchcam.report.lettering import put, style_tick_labels, text_width, type_of
from marchcam.report.marks import height_name
from marchcam.report.style import (
    AXIS,
    BANDS,
    BODY,
    INK,
    NOTE,
    REGULAR,
    RULE,
    SECOND,
    SEMIBOLD,
    SIDE,
    THIRD,
    WASH,
    size_pt,
    style_axes,
)

APART = THIRD
MARK_PT, SMALL_MARK_PT, MANY_SESSIONS = 5.6, 3.6, 30
# Left and right of one session stand this far from its place, sessions of one day this far from each other.
SIDE_STEP_PT, DAY_STEP_PT = 2.2, 6.4
EDGE_PT, LEAST_TICK_PT = 12.0, 9.5
DATE_GAP_PT = 9.0
LEAST_SPAN = {"height": 20.0, "difference": 30.0, "hold": 1.0, "drop_off": 16.0}
STEPS = {"hold": (0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0), None: (5.0, 10.0, 20.0, 30.0, 60.0, 90.0)}


class Days:
    """Where each session stands: points from the left of the charts, by its date; sessions of one day side by side."""

    def __init__(self, trend: Trend, width: float) -> None:
        moments = [datetime.fromisoformat(s.recorded_at) for s in trend.sessions]
        self.width, self.sessions = width, trend.sessions
        self.hours = (moments[-1].date() - moments[0].date()).days == 0 and len(moments) > 1
        times = np.array([m.timestamp() if self.hours else float(m.toordinal()) for m in moments])
        span = times[-1] - times[0]
        extra = DAY_STEP_PT * (max(np.unique(times, return_counts=True)[1]) - 1)
        room = max(width - 2 * EDGE_PT - extra, 1.0)
        places = EDGE_PT + (room * (times - times[0]) / span if span else np.full(len(times), (width - extra) / 2))
        counts: dict[float, int] = {}
        self.x: dict[int, float] = {}
        for session, time, place in zip(trend.sessions, times, places, strict=True):
            self.x[session.id] = float(place + DAY_STEP_PT * counts.get(time, 0))
            counts[time] = counts.get(time, 0) + 1
        if not span:
            middle = (min(self.x.values()) + max(self.x.values())) / 2
            self.x = {id: x - middle + width / 2 for id, x in self.x.items()}
        crowded = len(trend.sessions) > MANY_SESSIONS
        self.mark_pt = SMALL_MARK_PT if crowded else MARK_PT

    def labels(self) -> list[tuple[float, str]]:
        """Dates that fit side by side: the first, the last, and between them whatever has room."""
        found: dict[str, tuple[float, str]] = {}
        for session in self.sessions:
            moment = datetime.fromisoformat(session.recorded_at)
            said = f"{moment:%H:%M}" if self.hours else f"{moment.day} {MONTHS[moment.month - 1][:3]}"
            if len(self.sessions) > 1 and not self.hours and moment.year != self._year(0):
                said += f" {moment.year}"
            found.setdefault(said, (self.x[session.id], said))
        wanted = list(found.values())
        chosen: list[tuple[float, str]] = []
        for x, said in [wanted[0], wanted[-1], *wanted[1:-1]] if len(wanted) > 1 else wanted:
            half = text_width(said, AXIS) / 2
            if all(abs(x - other) > half + text_width(text, AXIS) / 2 + DATE_GAP_PT for other, text in chosen):
                chosen.append((x, said))
        return sorted(chosen)

    def _year(self, index: int) -> int:
        return int(self.sessions[index].recorded_at[:4])


def draw_row(ax: Axes, trend: Trend, kind: str, keys: list[tuple[str, str | None]], days: Days) -> None:
    """One number over the dates: marks with their intervals, a line through those that are compared."""
    style_axes(ax)
    if not any(s.measures[key].value is not None for s in trend.sessions for key in keys):
        _draw_nothing(ax)
        return
    ax.set(xlim=(0, days.width), ylim=_limits(trend, kind, keys))
    _draw_scale(ax, kind)
    for key in keys:
        _draw_tint(ax, trend, key, days)
        shift = {"left": -SIDE_STEP_PT, "right": SIDE_STEP_PT}.get(key[1] or "", 0.0)
        compared = [s for s in trend.sessions if s.id in trend.compared]
        _draw_marks(ax, compared, key, days, shift, compared=True)
        _draw_marks(ax, [s for s in trend.sessions if s.id not in trend.compared], key, days, shift, compared=False)
    if kind == "difference":
        _name_difference(ax)
    else:
        _name_sides(ax, trend, keys)


def _draw_nothing(ax: Axes) -> None:
    """A dashed empty place that says why."""
    ax.set(xlim=(0, 1), ylim=(0, 1), xticks=[], yticks=[])
    look: dict[str, Any] = {
        "facecolor": WASH,
        "edgecolor": "#C2CBD4",
        "linewidth": 1.0,
        "linestyle": (0, (4, 3)),
        "clip_on": False,
    }
    ax.add_patch(Rectangle((0, 0), 1, 1, **look))
    ax.text(0.5, 0.5, "Not known in any session.", ha="center", va="center", **type_of(BODY, REGULAR, SECOND))


def _limits(trend: Trend, kind: str, keys: list[tuple[str, str | None]]) -> tuple[float, float]:
    values = [0.0]
    for session in trend.sessions:
        for key in keys:
            measure = session.measures[key]
            if measure.value is not None:
                values += [measure.value, *(measure.interval or ())]
    for change in trend.comparison.changes if trend.comparison else ():
        if change.kind == kind:
            values += [change.before - change.detectable, change.before + change.detectable]
    low, high = min(values), max(values)
    if kind == "hold":
        return 0.0, max(high, LEAST_SPAN[kind]) * 1.08
    if kind == "difference":
        reach = max(abs(low), abs(high), LEAST_SPAN[kind] / 2) * 1.06
        return -reach, reach
    pad = max(0.05 * (high - low), (LEAST_SPAN[kind] - (high - low)) / 2, 1.0)
    low, high = low - pad, high + pad
    # A larger fall stands lower.
    return (high, low) if kind == "drop_off" else (low, high)


def _draw_scale(ax: Axes, kind: str) -> None:
    low, high = sorted(ax.get_ylim())
    if kind == "difference":
        _draw_bands(ax, high)
        near = () if 5 * size_pt(ax)[1] / (high - low) < LEAST_TICK_PT else (-5.0, 5.0)
        ticks = [v for v in (-13.0, *near, 0.0, 13.0) if low < v < high]
        names = [f"{abs(v):.0f}°" if v else "0" for v in ticks]
    else:
        steps = STEPS.get(kind, STEPS[None])
        step = next((s for s in steps if (high - low) / s <= (5 if kind == "height" else 3.6)), steps[-1])
        ticks = [i * step for i in range(math.ceil(low / step), math.floor(high / step) + 1)]
        name = height_name if kind == "height" else words.tick
        names = [f"{v:g} s" if kind == "hold" else name(v) for v in ticks]
        ax.hlines([v for v in ticks if v], 0, ax.get_xlim()[1], color=RULE, linewidth=0.5, zorder=0.5)
    ax.hlines(0, 0, ax.get_xlim()[1], color=INK, linewidth=1.1 if kind != "hold" else 0.8, zorder=1.5)
    ax.set_yticks(ticks, names)
    ax.set_xticks([])
    style_tick_labels(ax)


def _draw_bands(ax: Axes, reach: float) -> None:
    edges = [edge for edge in (0.0, *BAND_STARTS_DEG) if edge < reach] + [reach]
    for name, near, far in zip(BANDS, edges, edges[1:], strict=False):
        for low in (near, -far):
            size: dict[str, Any] = {"facecolor": BANDS[name], "linewidth": 0, "zorder": 0.4, "gid": "band"}
            ax.add_patch(Rectangle((0, low), ax.get_xlim()[1], far - near, **size))


def _draw_tint(ax: Axes, trend: Trend, key: tuple[str, str | None], days: Days) -> None:
    """What cannot be told apart from the sessions that the newest is set against."""
    found = trend.comparison
    change = next((c for c in found.changes if (c.kind, c.side) == key), None) if found else None
    if found is None or change is None:
        return
    start, end = days.x[found.before[0].id], days.x[found.after.id]
    low, high = change.before - change.detectable, change.before + change.detectable
    side = key[1]
    fill, edge = (SIDE[side].tint, SIDE[side].fill) if side else ("none", INK)
    ax.fill_between([start - 6, end + 6], low, high, color=fill, alpha=0.4, linewidth=0, zorder=0.8, gid=f"tint-{side}")
    ax.hlines([low, high], start - 6, end + 6, color=edge, linewidth=0.6, linestyles=(0, (3, 2.4)), zorder=0.9)


def _draw_marks(
    ax: Axes, sessions: list[Session], key: tuple[str, str | None], days: Days, shift: float, *, compared: bool
) -> None:
    known = [(days.x[s.id] + shift, s.measures[key]) for s in sessions if s.measures[key].value is not None]
    if not known:
        return
    side = key[1]
    shape = SIDE[side].marker if side else "D"
    fill, edge = (SIDE[side].fill, SIDE[side].edge) if side else (INK, INK)
    xs, ys = [x for x, _ in known], [measure.value or 0.0 for _, measure in known]
    ends = [(x, *measure.interval) for x, measure in known if measure.interval]
    if ends:
        ax.vlines(*zip(*ends, strict=True), color=edge if compared else APART, linewidth=0.8, alpha=0.6, zorder=3)
    if compared:
        ax.plot(xs, ys, color=fill if side else SECOND, linewidth=1.2, zorder=2, gid=f"line-{side}")
    look: dict[str, Any] = {
        "marker": shape,
        "markersize": days.mark_pt * (0.92 if shape == "s" else 0.85 if shape == "D" else 1.0),
        "markerfacecolor": fill if compared else "white",
        "markeredgecolor": edge if compared else APART,
        "markeredgewidth": 0.8,
        "linestyle": "none",
    }
    ax.plot(xs, ys, zorder=5 if compared else 4, gid=f"{'compared' if compared else 'apart'}-{side}", **look)


def _name_sides(ax: Axes, trend: Trend, keys: list[tuple[str, str | None]]) -> None:
    """The sides' names at the right, near the last compared value, never one over the other."""
    low, high = ax.get_ylim()
    height = size_pt(ax)[1]
    wanted = []
    for key in keys:
        shown = [s for s in trend.sessions if s.id in trend.compared] or list(trend.sessions)
        known = [v for s in shown if (v := s.measures[key].value) is not None]
        if known:
            wanted.append((min(max((known[-1] - low) / (high - low) * height, 6.0), height - 6.0), key[1] or ""))
    wanted.sort()
    places = [place for place, _ in wanted]
    if len(places) == 2 and places[1] - places[0] < 11.5:
        middle = min(max(sum(places) / 2, 11.0), height - 11.0)
        places = [middle - 5.75, middle + 5.75]
    for place, (_, side) in zip(places, wanted, strict=True):
        at: dict[str, Any] = {
            "xycoords": "axes fraction",
            "textcoords": "offset points",
            "ha": "left",
            "va": "baseline",
        }
        ax.annotate(SIDE[side].word, (1, 0), (6, place - 3), **at, **type_of(9.2, SEMIBOLD, SIDE[side].text))


def _name_difference(ax: Axes) -> None:
    at: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points", "ha": "left"}
    for y, said, align in ((1, ("left", "lower"), "top"), (0, ("right", "lower"), "bottom")):
        ax.annotate("\n".join(said), (1, y), (6, 0), va=align, **at, **type_of(AXIS, SEMIBOLD))


def draw_apart_lanes(ax: Axes, trend: Trend, days: Days) -> None:
    """A lane a reason: its letter under each session, left out where it would touch the one before."""
    style_axes(ax)
    ax.set(xlim=(0, days.width), ylim=(len(trend.apart), 0), xticks=[], yticks=[])
    for lane, apart in enumerate(trend.apart):
        free_from = -math.inf
        for x in sorted(days.x[id] for id in apart.ids):
            half = text_width(apart.letter, NOTE) / 2
            if x - half > free_from:
                look: dict[str, Any] = {
                    "ha": "center",
                    "va": "baseline",
                    "gid": "letter",
                    **type_of(NOTE, SEMIBOLD, SECOND),
                }
                ax.text(x, lane + 0.75, apart.letter, **look)
                free_from = x + half + 3


def draw_dates(page: Axes, days: Days, left: float, y: float) -> None:
    """The dates under the charts, each with a short stroke at its session."""
    for x, said in days.labels():
        page.plot([left + x, left + x], [y - 10, y - 7.5], color=SECOND, linewidth=0.7, solid_capstyle="butt")
        put(page, left + x, y, said, AXIS, REGULAR, SECOND, "center")
