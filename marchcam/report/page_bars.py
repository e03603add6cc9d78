"""The difference against the verdict bands, the times of the lifts, and the icons of the page."""

from __future__ import annotations

from marchcam.analysis.naming import whole
from marchcam.analysis.results import Assessment
from marchcam.report import words
from marchcam.report.bars import (
    ASKED_S,
    BAND_STARTS_DEG,
    FEWEST_FOR_A_MEDIAN,
    TIME_ROWS,
    band_spans,
    band_ticks,
    difference_reach,
    interval_entries,
    is_own_band,
    time_reach,
)
from marchcam.report.icons import STROKE, Pen, Point, trace_icon
from marchcam.report.marks import MANY_LIFTS
from marchcam.report.page_svg import LETTER_PX, WHOLE_PHONE_PX, Scale, labels, line, mark, roomy_only
from marchcam.report.page_text import esc
from marchcam.report.style import INK
from marchcam.track import SIDES

# Widths of the page: on a laptop, and the least before it is laid out for a phone.
LAPTOP_PX, NARROW_PX = 1120, 720
DOT_PX, SMALL_DOT_PX = 4.0, 3.0
LANE = {"left": 0.29, "right": 0.71}


def is_withheld(assessment: Assessment) -> bool:
    """Whether no difference is shown."""
    return assessment.asymmetry.verdict == "withheld" or assessment.asymmetry.difference_deg is None


def difference_key(assessment: Assessment) -> str:
    """What the two bars mean; nothing where there are none."""
    if is_withheld(assessment):
        return ""
    entries = "".join(
        f'<span><i class="{"thick" if thick else "thin"}"></i>{esc(f"{name} {said}".strip())}</span>'
        for name, said, thick in reversed(interval_entries(assessment))
    )
    return f'<p class="legend">{entries}</p>'


def difference_chart(assessment: Assessment) -> str:
    """The left-right difference and its intervals against the verdict bands; a dashed empty band where withheld.

    Parameters
    ----------
    assessment : Assessment
        What was found.

    Returns
    -------
    str
        Markup.
    """
    if is_withheld(assessment):
        return f'<p class="withheld">{esc(words.withheld_words(assessment))}</p>'
    asymmetry, reach = assessment.asymmetry, difference_reach(assessment)
    x = Scale(-reach, reach)
    drawn = []
    for span in band_spans(reach):
        name, low, high = span
        own = is_own_band(span, asymmetry.verdict, asymmetry.difference_deg or 0.0)
        share = (high - low) / (2 * reach)
        drawn.append(f'<rect class="{name}" x="{x.pct(low)}" width="{100 * share:.2f}%" height="100%"/>')
        needed = len(name) * LETTER_PX
        if own or share * LAPTOP_PX > needed:
            look = "own" if own else _shown_from(share, needed)
            drawn.append(f'<text class="{look}" x="{x.pct((low + high) / 2)}" y="32%">{name}</text>')
    drawn += [line(x.pct(edge), "0", x.pct(edge), "100%", "edge") for e in BAND_STARTS_DEG for edge in (-e, e)]
    drawn += [line("50%", "44%", "50%", "92%", "level"), *_intervals(assessment, x)]
    edges, texts = band_ticks()
    wide = roomy_only([x.share(edge) for edge in edges], texts, order=[3, 0, 6, 2, 4, 1, 5], width=WHOLE_PHONE_PX)
    scale = [(x.pct(edge), text, "wide" if w else "") for edge, text, w in zip(edges, texts, wide, strict=True)]
    answer = words.answer_difference(assessment)
    right, left = (words.side_word(assessment, side) for side in ("right", "left"))
    return (
        f'<div class="chart difference"><div class="plot"><svg class="draw" role="img" aria-label="{esc(answer)}">'
        f"{''.join(drawn)}</svg>{labels('xs', scale, 'left')}"
        f'<p class="ways"><span>← {right} lower</span><span>{left} lower →</span></p></div></div>'
    )


def _shown_from(share: float, needed: float) -> str:
    """The class of a word in a band of a share of the width: from which width on it is shown."""
    if share * WHOLE_PHONE_PX > needed:
        return "other"
    return "other wide" if share * NARROW_PX > needed else "other wide laptop"


def _intervals(assessment: Assessment, x: Scale) -> list[str]:
    """Thick: from lift to lift. Thin: with the camera's own error. White diamond: the difference."""
    asymmetry, drawn = assessment.asymmetry, []
    if asymmetry.ci_total_deg:
        low, high = (x.pct(end) for end in asymmetry.ci_total_deg)
        drawn += [line(low, "68%", high, "68%", "thin")]
        drawn += [line(end, "54%", end, "82%", "thin") for end in (low, high)]
    if asymmetry.ci_rep_deg:
        low, high = (x.pct(end) for end in asymmetry.ci_rep_deg)
        drawn += [line(low, "68%", high, "68%", "thick")]
    at = x.pct(whole(asymmetry.difference_deg or 0.0))
    return [*drawn, f'<svg class="diamond" x="{at}" y="68%"><path d="M0-7L7 0L0 7L-7 0Z"/></svg>']


def times_chart(assessment: Assessment) -> str:
    """Lift, hold and lower: a dot a lift in two lanes a row, the middle value as a bar and a number.

    Parameters
    ----------
    assessment : Assessment
        What was found.

    Returns
    -------
    str
        Markup.
    """
    values = {
        (side, key): sorted(
            value for lift in words.counted(assessment, side) if (value := getattr(lift, key)) is not None
        )
        for side in SIDES
        for _, key in TIME_ROWS
    }
    reach, ticks = time_reach(value for group in values.values() for value in group)
    x, y = Scale(0, reach), Scale(0, len(TIME_ROWS))
    drawn = [line("0", y.pct(row), "100%", y.pct(row), "grid") for row in range(1, len(TIME_ROWS))]
    drawn.append(line(x.pct(ASKED_S), "1%", x.pct(ASKED_S), "99%", "asked"))
    numbers, said = [], []
    for row, (name, key) in enumerate(TIME_ROWS):
        middles = []
        for side in SIDES:
            group, at = values[side, key], row + LANE[side]
            middle = getattr(getattr(assessment.sides, side), key).median
            drawn += _lane(side, at, group, x, y)
            if len(group) >= FEWEST_FOR_A_MEDIAN and middle is not None:
                drawn.append(line(x.pct(middle), y.pct(at - 0.21), x.pct(middle), y.pct(at + 0.21), "middle"))
                numbers.append(f'<b class="{side}" style="top:{y.pct(at)}">{words.seconds(middle)}</b>')
                middles.append(f"{side} {words.seconds(middle)}")
        said.append(f"{name}: {', '.join(middles)}." if middles else "")
    texts = [f"{tick:g}" + (" s" if tick == ticks[-1] else "") for tick in ticks]
    scale = [(x.pct(tick), text, "") for tick, text in zip(ticks, texts, strict=True)]
    names = [(y.pct(row + 0.5), name, "named") for row, (name, _) in enumerate(TIME_ROWS)]
    told = " ".join(["Middle values.", *filter(None, said)]) if any(said) else "Too few lifts for middle values."
    return (
        f'<div class="chart times">{labels("ys", names, "top")}<div class="plot"><svg class="draw" role="img" '
        f'aria-label="{esc(told)}">{"".join(drawn)}</svg>{labels("xs", scale, "left")}</div>'
        f'<div class="ends" aria-hidden="true">{"".join(numbers)}</div></div>'
    )


def _lane(side: str, at: float, values: list[float], x: Scale, y: Scale) -> list[str]:
    """The dots of one lane in two or three staggered lines."""
    many = len(values) > MANY_LIFTS / 2
    lines = (-0.12, 0.0, 0.12) if many else (-0.1, 0.1)
    size = SMALL_DOT_PX if many else DOT_PX
    places = [at + (lines[i % len(lines)] if len(values) > 2 else 0) for i in range(len(values))]
    return [
        mark(
            x.pct(value),
            y.pct(place),
            side,
            size,
            title=f"{side.capitalize()}: {words.seconds(value)}",
        )
        for value, place in zip(values, places, strict=True)
    ]


class _SvgPen(Pen):
    """Writes an icon as SVG."""

    def __init__(self) -> None:
        self.drawn: list[str] = []

    def line(self, *points: Point, width: float = STROKE, color: str = INK, dashed: bool = False) -> None:
        at = " ".join(f"{px:g},{py:g}" for px, py in points)
        name = " ".join(filter(None, ("quiet" if color != INK else "", "dashed" if dashed else "")))
        look = f' class="{name}"' if name else ""
        self.drawn.append(f'<polyline{look} points="{at}" stroke-width="{width:g}"/>')

    def dot(self, x: float, y: float, radius: float = 2.4, *, open_: bool = False) -> None:
        look = 'class="ring" stroke-width="1.6"' if open_ else 'class="dot"'
        self.drawn.append(f'<circle {look} cx="{x:g}" cy="{y:g}" r="{radius:g}"/>')


def icon(code: str) -> str:
    """The icon of a movement, as `icons.draw_icon` draws it."""
    pen = _SvgPen()
    trace_icon(pen, code)
    return f'<svg class="icon" viewBox="-1 -1 28 28" aria-hidden="true">{"".join(pen.drawn)}</svg>'
