"""The charts of the page over the test and by lift: the same as on the PNG, as SVG that can be pointed at."""

from __future__ import annotations

import numpy as np

from marchcam.analysis.results import Assessment, Repetition
from marchcam.report import words
from marchcam.report.elevation import envelope, height_limits, height_ticks, shown_span, time_ticks
from marchcam.report.lift_words import LiftWords, lift_id, lift_words
from marchcam.report.marks import MANY_LIFTS, PARTIAL_WORD, height_name, lift_moment
from marchcam.report.page_svg import PHONE_PX, Scale, labels, line, mark, path, roomy_only, stretched
from marchcam.report.page_text import esc
from marchcam.report.peaks import peak_limits, peak_ticks
from marchcam.track import SIDES

MARK_PX, SMALL_MARK_PX = 5.0, 3.2
# Beyond so many samples a pixel column the curve is drawn by its lowest and highest values.
CURVE_COLUMNS = 1000
# Of the charts on a laptop, and of the word beside a mark.
CHART_PX, WIDE_PX, TAG_PX = 900, 480, 44
HORIZONTAL = 0


def elevation_chart(assessment: Assessment) -> str:
    """Both thighs' elevation over the test; every lift can be pointed at, tabbed to and jumped between.

    Parameters
    ----------
    assessment : Assessment
        What was found.

    Returns
    -------
    str
        Markup: the scale, the plot, and an empty card for the numbers of one lift.
    """
    start, end = shown_span(assessment)
    low, top = height_limits(assessment)
    x, y = Scale(start, end), Scale(top, low)
    ticks = height_ticks(top)
    drawn = [line("0", y.pct(v), "100%", y.pct(v), "grid") for v in ticks if v not in (HORIZONTAL, -90)]
    drawn += [_curves(assessment, x, y), line("0", y.pct(0), "100%", y.pct(0), "level")]
    size = SMALL_MARK_PX if len(assessment.repetitions) > MANY_LIFTS else MARK_PX
    drawn += [_lift(assessment, lift, x, y, size) for lift in assessment.repetitions]
    counted = [lift for lift in assessment.repetitions if lift.excluded is None]
    drawn += _partial_tags([(x.share(lift_moment(lift)), lift) for lift in counted], y, size, CHART_PX)
    said = "Elevation of both thighs over the test, each lift with its numbers. The same numbers are in the table."
    times, texts, unit = time_ticks(start, end)
    texts = [*texts[:-1], texts[-1] + unit] if texts else []
    wide = roomy_only([x.share(t) for t in times], texts, order=range(len(times))[::-1])
    scale = [(x.pct(t), text, "wide" if w else "") for t, text, w in zip(times, texts, wide, strict=True)]
    names = [(y.pct(v), height_name(v), "named" if v in (0, -90) else "") for v in ticks]
    return (
        f'<div class="chart elevation">{labels("ys", names, "top")}<div class="plot" id="marches">'
        f'<svg class="draw" role="group" aria-label="{esc(said)}">{"".join(drawn)}</svg>'
        f'{labels("xs", scale, "left")}</div><div class="card" aria-hidden="true" hidden></div></div>'
    )


def _curves(assessment: Assessment, x: Scale, y: Scale) -> str:
    """Both curves, and under them what was held, down to the floor."""
    series, start, end = assessment.series, x.start, x.start + x.span
    holds, curves = [], []
    for side in SIDES:
        values = getattr(series, f"{side}_elevation_deg")
        for lift in words.counted(assessment, side):
            if lift.hold_start_s is None or lift.hold_end_s is None:
                continue
            held = (series.time_s >= lift.hold_start_s) & (series.time_s <= lift.hold_end_s) & np.isfinite(values)
            if held.any():
                times, heights = envelope(series.time_s[held], values[held], 20)
                outline = path(x, y, [times[0], *times, times[-1]], [y.start + y.span, *heights, y.start + y.span])
                holds.append(f'<path class="hold {side}" d="{outline}Z"/>')
        inside = (series.time_s >= start) & (series.time_s <= end)
        times, heights = envelope(series.time_s[inside], values[inside], CURVE_COLUMNS)
        curves.append(f'<path class="curve {side}" d="{path(x, y, times, heights)}"/>')
    return stretched("".join([*holds, *curves]))


def _lift(assessment: Assessment, lift: Repetition, x: Scale, y: Scale, size: float) -> str:
    """One lift: the place that can be pointed at, its mark, and its numbers for the card."""
    said = lift_words(assessment, lift)
    first, last = lift.onset_s, lift.lowered_s or max(lift.reach_s, lift_moment(lift))
    at = x.pct(lift_moment(lift))
    if lift.excluded is not None:
        shape = f'<svg x="{at}" y="0" class="cross"><path d="M-4-4L4 4M-4 4L4-4"/></svg>'
    else:
        shape = mark(at, y.pct(lift.peak_elevation_deg), lift.side, size, open_=bool(lift.partial))
    wide = f"{100 * max(last - first, 0.2) / x.span:.2f}%"
    data = "".join(f' data-{key}="{esc(text)}"' for key, text in _card(said, lift).items())
    return (
        f'<g class="lift" id="{lift_id(assessment, lift)}" tabindex="0" role="img" aria-label="{esc(said.sentence)}"'
        f'{data}><title>{esc(said.sentence)}</title><rect class="hit" x="{x.pct(first)}" y="-8" width="{wide}" '
        f'height="100%"/>{shape}</g>'
    )


def _partial_tags(lifts: list[tuple[float, Repetition]], y: Scale, size: float, width: float) -> list[str]:
    """The word above partial lifts at shares of the width, wherever it does not touch the one before."""
    tags, free_from = [], 0.0
    for share, lift in lifts:
        if lift.partial and share * width - TAG_PX / 2 >= free_from:
            free_from = share * width + TAG_PX / 2 + 4
            at = f'x="{100 * share:.2f}%" y="{y.pct(lift.peak_elevation_deg)}" dy="{-size - 5:.1f}"'
            tags.append(f'<text class="tag wide" {at}>{PARTIAL_WORD}</text>')
    return tags


def _card(said: LiftWords, lift: Repetition) -> dict[str, str]:
    return {"side": lift.side, "title": said.title, "height": said.height, "more": "\n".join(said.details)}


def peaks_chart(assessment: Assessment) -> str:
    """The height of each lift by its number, with the line of each side where one was fitted.

    Parameters
    ----------
    assessment : Assessment
        What was found.

    Returns
    -------
    str
        Markup.
    """
    lifts = {side: words.counted(assessment, side) for side in SIDES}
    most = max([lift.index or 1 for side in SIDES for lift in lifts[side]], default=1)
    low, high = peak_limits(assessment)
    margin = 0.5 if most > 2 else 1.0
    x, y = Scale(1 - margin, most + margin), Scale(high, low)
    ticks = peak_ticks(low, high)
    drawn = [line("0", y.pct(v), "100%", y.pct(v), "grid") for v in ticks if v]
    drawn += [line("0", y.pct(0), "100%", y.pct(0), "level")]
    drawn += [stretched("".join(_fitted(assessment, side, x, y) for side in SIDES))]
    drawn += [mark_ for side in SIDES for mark_ in _peak_marks(assessment, side, lifts[side], x, y, most)]
    both = sorted((x.share(lift.index or 0), lift.side, lift) for side in SIDES for lift in lifts[side])
    drawn += _partial_tags([(share, lift) for share, _, lift in both], y, MARK_PX, WIDE_PX)
    answer = words.answer_drop_off(assessment)
    names = [(y.pct(v), height_name(v) if v == 0 else words.tick(v), "named" if v == 0 else "") for v in ticks]
    return (
        f'<div class="chart peaks">{labels("ys", names, "top")}<div class="plot">'
        f'<svg class="draw" role="img" aria-label="{esc(f"Height of each lift. {answer}")}">{"".join(drawn)}</svg>'
        f"{labels('xs', _numbers(x, most), 'left')}</div>{_names(assessment, lifts, y)}</div>"
    )


def _numbers(x: Scale, most: int) -> list[tuple[str, str, str]]:
    """Every lift's number, or every second, fifth ... so that they stay apart; on a phone fewer."""

    def step(width: float) -> int:
        apart = width / x.span
        return next((s for s in (1, 2, 5, 10, 20, 50, 100) if apart * s >= 27), 200)

    def shown(step: int) -> list[int]:
        return [1, *(n for n in (range(3, most + 1, 2) if step == 2 else range(step, most + 1, step)) if n > 1)]

    everywhere = shown(step(PHONE_PX * 0.7))
    return [(x.pct(n), "lift 1" if n == 1 else str(n), "" if n in everywhere else "wide") for n in shown(step(WIDE_PX))]


def _fitted(assessment: Assessment, side: str, x: Scale, y: Scale) -> str:
    """The line of a side and its band; nothing where no drop-off is judged."""
    drop = getattr(assessment.sides, side).drop_off
    if drop.line is None or not words.drop_off_judged(assessment, side):
        return ""
    first, first_deg, last, last_deg = drop.line
    band = ""
    if drop.band_deg is not None:
        (low0, high0), (low1, high1) = drop.band_deg
        outline = path(x, y, [first, last, last, first], [low0, low1, high1, high0])
        band = f'<path class="band {side}" d="{outline}Z"/>'
    return f'{band}<path class="fit {side}" d="{path(x, y, [first, last], [first_deg, last_deg])}"/>'


def _peak_marks(assessment: Assessment, side: str, lifts: list[Repetition], x: Scale, y: Scale, most: int) -> list[str]:
    """A mark a lift; open where it is partial, or left out of the line."""
    size = SMALL_MARK_PX if most > MANY_LIFTS / 2 else MARK_PX
    has_line = bool(words.drop_off_under_name(assessment, side))
    marks = []
    for lift in lifts:
        title = f"{words.side_title(assessment, side)}, lift {lift.index}: {words.signed(lift.peak_elevation_deg)}"
        title += f", {PARTIAL_WORD}" if lift.partial else ""
        open_ = bool(lift.partial or (has_line and lift.index == 1))
        marks.append(mark(x.pct(lift.index or 0), y.pct(lift.peak_elevation_deg), side, size, open_=open_, title=title))
    return marks


def _names(assessment: Assessment, lifts: dict[str, list[Repetition]], y: Scale) -> str:
    """Each side's name at the height of its last lift, the higher one above the other."""
    ends = {side: lifts[side][-1].peak_elevation_deg for side in SIDES if lifts[side]}
    order = sorted(ends, key=lambda side: -ends[side])
    # The names are two lines high: kept apart, and within the chart.
    places = [min(max(y.share(ends[side]), 0.06), 0.86) for side in order]
    if len(places) == 2:
        places[0] = min(places[0], 0.59)
        places[1] = max(places[1], places[0] + 0.27)
    spans = []
    for side, share in zip(order, places, strict=True):
        under = words.drop_off_under_name(assessment, side)
        spans.append(
            f'<div style="top:{100 * share:.1f}%"><b class="{side}">{esc(words.side_short(assessment, side))}</b>'
            f"{f'<span>{esc(under)}</span>' if under else ''}</div>"
        )
    return f'<div class="ends">{"".join(spans)}</div>'
