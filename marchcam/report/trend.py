"""A person's sessions over time on one page: a Trend in, a figure out."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from marchcam.analysis.sessions import MEASURES, MONTHS, Trend
from marchcam.report.head import DISCLAIMER
from marchcam.report.lettering import (
    LEFT,
    RIGHT,
    WIDTH,
    at_most,
    largest_size,
    printable,
    put,
    question,
    rule,
    shorten,
    wrap,
)
from marchcam.report.pictures import PAGE_HEIGHT, PAGE_WIDTH, page_axes
from marchcam.report.style import (
    AXIS,
    BODY,
    BOLD,
    DETAIL,
    DPI,
    INK,
    NAME,
    NOTE,
    NOTE_MIN,
    QUESTION,
    REGULAR,
    SECOND,
    SEMIBOLD,
    THIRD,
    clean_style,
    style_axes,
)
from marchcam.report.trend_axes import Days, draw_apart_lanes, draw_dates, draw_row

GUTTER, NAMES = 58.0, 36.0
# Top of the first row; height of each row's chart; from a chart to the next one's question.
ROWS_TOP = 212.0
ROW_HEIGHTS = {"height": 130.0, "difference": 98.0, "hold": 78.0, "drop_off": 78.0}
ROW_GAP, UNDER_QUESTION = 33.0, 9.0
LANE, REASON = 9.0, 9.4
ADVICE_TOP = 764.0
QUESTIONS = {
    "height": "How high does each thigh go?",
    "difference": "How different are the sides?",
    "hold": "How long is it held?",
    "drop_off": "Does the height last?",
}
ANSWERS = {
    "height": "Typical height. Thin bars: 95 %, with camera error.",
    "difference": "Right minus left. Bands: similar, possible, clear, large.",
    "hold": "Typical time near the top.",
    "drop_off": "Fall of the height over one set.",
}
TINTED = "Tinted: changes that cannot be told apart."


def draw_trend(trend: Trend) -> Figure:
    """Draw what a person's sessions say over time.

    Parameters
    ----------
    trend : Trend
        Everything that is printed comes from it.

    Returns
    -------
    Figure
        A4, 595 x 842 points.
    """
    with clean_style():
        figure = Figure(figsize=(PAGE_WIDTH / 72, PAGE_HEIGHT / 72), dpi=DPI, facecolor="white")
        FigureCanvasAgg(figure)
        page = figure.add_axes((0, 0, 1, 1), zorder=-1, gid="page")
        style_axes(page)
        page.set(xlim=(0, PAGE_WIDTH), ylim=(PAGE_HEIGHT, 0), xticks=[], yticks=[], autoscale_on=False)
        _write_head(page, trend)
        _write_sentences(page, trend)
        end = _draw_rows(figure, page, trend)
        _write_foot(page, trend, end)
    return figure


def _write_head(page: Axes, trend: Trend) -> None:
    end = put(page, LEFT, 33, "MarchCam", 9.4, BOLD)
    put(page, end + 6, 33, "sessions over time", 9.0, REGULAR, SECOND)
    name = printable(trend.alias) or "Name in another script"
    size = largest_size(name, WIDTH, (NAME, 15.0, 14.0, 13.0, 12.0, 11.0), BOLD)
    put(page, LEFT, 54, shorten(name, WIDTH, size, BOLD), size, BOLD)
    first, last = (_date(trend.sessions[i].day) for i in (0, -1))
    count = len(trend.sessions)
    apart = count - len(trend.compared)
    parts = [
        f"{count} session{'' if count == 1 else 's'}, {first if first == last else f'{first} to {last}'}",
        f"{apart} drawn apart" if apart else "",
    ]
    put(page, LEFT, 69, "  ·  ".join(part for part in parts if part), AXIS, REGULAR, SECOND)
    rule(page, 78, color=INK, width=1.1)


def _date(day: str) -> str:
    return f"{int(day[8:10])} {MONTHS[int(day[5:7]) - 1]} {day[:4]}"


def _write_sentences(page: Axes, trend: Trend) -> None:
    """The first sentence large, the others under it, as many as there is room for."""
    sentences = [printable(text) for text in trend.sentences]
    for size, most in ((17.0, 2), (15.0, 2), (13.0, 3), (12.0, 3)):
        lines = wrap(sentences[0], WIDTH, size, BOLD)
        if len(lines) <= most:
            break
    y = 100.0
    for line in at_most(lines, most, WIDTH, size, BOLD):
        put(page, LEFT, y, line, size, BOLD)
        y += size * 1.17
    y += 2
    rest = sentences[1:]
    for size, leading in ((DETAIL, 12.0), (BODY, 10.6), (NOTE, 9.6), (NOTE_MIN, 9.0)):
        lines = [line for text in rest for line in wrap(text, WIDTH, size)]
        room = int((ROWS_TOP - ROW_GAP - 4 - y) // leading) + 1
        if len(lines) <= room:
            break
    for line in at_most(lines, room, WIDTH, size):
        put(page, LEFT, y, line, size, REGULAR, SECOND)
        y += leading


def _draw_rows(figure: Figure, page: Axes, trend: Trend) -> float:
    """The four charts, the lanes of what stands apart, and the dates; the y where they end."""
    width = RIGHT - LEFT - GUTTER - NAMES
    days = Days(trend, width)
    top = ROWS_TOP
    # Reasons to stand apart take their room from the charts.
    smaller = (LANE + REASON) * len(trend.apart) / sum(ROW_HEIGHTS.values())
    tinted = trend.comparison is not None and bool(trend.comparison.changes)
    for kind, full in ROW_HEIGHTS.items():
        height = full * (1 - smaller)
        answer = f"{ANSWERS[kind]} {TINTED}" if tinted and kind == "height" else ANSWERS[kind]
        question(page, LEFT, top - UNDER_QUESTION, QUESTIONS[kind], answer)
        ax = page_axes(figure, LEFT + GUTTER, top, width, height, kind)
        draw_row(ax, trend, kind, [key for key in MEASURES if key[0] == kind], days)
        top += height + ROW_GAP
    top -= ROW_GAP - 5
    if trend.apart:
        height = LANE * len(trend.apart)
        put(page, LEFT, top + 6.8, "drawn apart", NOTE, REGULAR, SECOND)
        draw_apart_lanes(page_axes(figure, LEFT + GUTTER, top, width, height, "apart"), trend, days)
        top += height
    draw_dates(page, days, LEFT + GUTTER, top + 11)
    return top + 11


def _write_foot(page: Axes, trend: Trend, top: float) -> None:
    """Why sessions stand apart, the careful next step, and the disclaimer."""
    y = top + 14
    for apart in trend.apart:
        number = len(apart.ids)
        said = f"{number} session{'' if number == 1 else 's'} not compared: {apart.reason}."
        put(page, LEFT, y, apart.letter, NOTE, SEMIBOLD, SECOND)
        put(page, LEFT + 10, y, shorten(printable(said), WIDTH - 10, NOTE), NOTE, REGULAR, SECOND)
        y += REASON
    put(page, LEFT, ADVICE_TOP, "Next step", QUESTION, SEMIBOLD)
    y = ADVICE_TOP + 13
    for text, color, most in ((" ".join(trend.advice), INK, 2), (" ".join(trend.cautions), SECOND, 2)):
        for line in at_most(wrap(text, WIDTH, BODY), min(most, int((808 - y) // 10.6) + 1), WIDTH, BODY):
            put(page, LEFT, y, line, BODY, REGULAR, color)
            y += 10.6
    rule(page, 812)
    end = put(page, LEFT, 823, DISCLAIMER, AXIS, SEMIBOLD)
    put(page, RIGHT, 823, shorten("MarchCam history", RIGHT - end - 14, NOTE), NOTE, REGULAR, THIRD, "right")
