"""The live window's picture: one screen of the session, drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from marchcam.arrays import Floats, Image
from marchcam.live.page import draw_page
from marchcam.live.paint import (
    ACTIVE,
    BOLD,
    DONE,
    GROUND,
    HEIGHT,
    PANEL,
    REGULAR,
    RULE,
    SECOND,
    SEMIBOLD,
    SIDE,
    WELL,
    WHITE,
    WIDTH,
    Canvas,
    Color,
    mix,
)
from marchcam.live.parts import BUTTONS, draw_buttons
from marchcam.live.screen import Button, Check, Gauge, Screen
from marchcam.live.stage import Stage

MARCH_STAGE = (188, 60, 1092, 568)
FRAME_STAGE = (28, 60, 864, 529)
LIST = (888, 60, 1252, 529)
GAUGE_X = (8, 1104)  # the person's right is at the right, as in a mirror
GAUGE_WIDTH, GAUGE_TOP, GAUGE_BOTTOM = 168, 60, 708
BAR_TOP, BAR_BOTTOM = 122, 420
LOWEST_DEG, HIGHEST_DEG = -90.0, 15.0
DIM = 0.62
MARCH_CUE = (328, 1092, 645)  # left end, right end, baseline
FRAME_CUE = (28, 1252, 620)
RING = (258, 614)
CUE, FRAME_CUE_SIZE, SMALLEST_CUE = 100, 84, 64
NEXT, SMALLEST_NEXT = 31, 24
STEP = 20
MINUS, DASH = "−", "–"


@dataclass(frozen=True)
class Drawing:
    """A picture for the window, and where it can be clicked."""

    image: Image
    """(h, w, 3) uint8, BGR."""
    hits: tuple[tuple[tuple[int, int, int, int], Button], ...]
    """x0, y0, x1, y1 in pixels of the picture, and what a click there means."""


def draw(
    screen: Screen,
    image: Image | None,
    position_px: Floats | None,
    size_wh: tuple[int, int] = (WIDTH, HEIGHT),
    *,
    angles: tuple[str, ...] | None = None,
) -> Drawing:
    """Draw a screen.

    Parameters
    ----------
    screen : Screen
    image : ndarray of shape (h, w, 3), uint8, or None
        The camera's picture, BGR, not mirrored; it is shown mirrored.
    position_px : ndarray of shape (33, 2), or None
        Landmarks in that picture, pixels; NaN where not known.
    size_wh : (int, int)
        Width and height of the window, pixels. The layout of 16:9 keeps its shape.
    angles : (str, str), optional
        What stands below the gauges instead of their elevations, rounded; see `ScreenPainter`.

    Returns
    -------
    Drawing
    """
    canvas = Canvas((max(1, size_wh[0]), max(1, size_wh[1])))
    _header(canvas, screen)
    if screen.layout == "page":
        hits = draw_page(canvas, screen)
    else:
        frame = screen.layout == "frame"
        Stage(canvas, FRAME_STAGE if frame else MARCH_STAGE, image, position_px).draw(screen)
        (_frame if frame else _march)(canvas, screen, angles or tuple(whole(g.elevation_deg) for g in screen.gauges))
        hits = draw_buttons(canvas, screen.buttons, BUTTONS)
    return Drawing(canvas.image, tuple((canvas.whole_pixels(box), button) for box, button in hits))


def whole(degrees: float | None) -> str:
    """Whole degrees with a sign: "+3°", "−14°", "0°"; a dash where not known."""
    if degrees is None or not np.isfinite(degrees):
        return DASH
    value = round(degrees)
    return f"{'+' if value > 0 else MINUS if value < 0 else ''}{abs(value)}°"


def fits(cue: str, next_cue: str = "", *, layout: str = "march") -> bool:
    """Whether a cue can be read from afar: on one line, not smaller than it may be, nothing cut off."""
    left, right, _ = FRAME_CUE if layout == "frame" else MARCH_CUE
    size, next_size, lines = _cue_sizes(Canvas((WIDTH, HEIGHT)), cue, next_cue, right - left, layout)
    return size is not None and (not next_cue or lines is not None)


def _header(canvas: Canvas, screen: Screen) -> None:
    """The steps at the left; how good the picture is at the right."""
    x, limit = 28.0, 1252.0
    for number, step in enumerate(screen.steps):
        if number == screen.step:
            width = canvas.width(step, STEP, BOLD)
            canvas.rounded((x - 6, 9, x + width + 22, 45), 18, WHITE)
            canvas.text(x + 8, 34, step, STEP, BOLD, GROUND)
            x += width + 46
            continue
        if number < screen.step:
            canvas.tick(x + 5, 28, DONE)
        else:
            canvas.ring(x + 5, 28, 5, 1.8, SECOND, 1, SECOND)
        canvas.text(x + 19, 34, step, STEP, REGULAR, SECOND)
        x += 19 + canvas.width(step, STEP) + 26
    if screen.layout == "page":
        return
    if screen.rate_hz is not None and np.isfinite(screen.rate_hz):
        canvas.text(limit, 34, f"{round(screen.rate_hz)} pictures/s", STEP, REGULAR, SECOND, align=1)
        limit -= canvas.width("00 pictures/s", STEP) + 28
    state = canvas.shorten(screen.state, limit - x - 24, STEP, REGULAR if screen.state_good else SEMIBOLD)
    start = limit - canvas.width(state, STEP, REGULAR if screen.state_good else SEMIBOLD)
    canvas.text(start, 34, state, STEP, REGULAR if screen.state_good else SEMIBOLD)
    if screen.state_good:
        canvas.tick(start - 17, 28, DONE)
    else:
        canvas.warning(start - 17, 28, WHITE, GROUND)


def _march(canvas: Canvas, screen: Screen, angles: tuple[str, ...]) -> None:
    someone_asked = any(gauge.asked for gauge in screen.gauges)
    for x, gauge, angle in zip(GAUGE_X, screen.gauges, angles, strict=True):
        _gauge(canvas, x, gauge, angle, dimmed=someone_asked and not gauge.asked)
    _ring(canvas, *RING, screen)
    _cue(canvas, screen, MARCH_CUE)


def _gauge(canvas: Canvas, x: float, gauge: Gauge, angle: str, *, dimmed: bool) -> None:
    """Name, bar, angle and count of a leg."""
    color, ground, share = SIDE[gauge.side], ACTIVE if gauge.asked else PANEL, DIM if dimmed else 1.0
    box, middle = (x, GAUGE_TOP, x + GAUGE_WIDTH, GAUGE_BOTTOM), x + GAUGE_WIDTH / 2
    if gauge.asked:
        canvas.framed(box, 12, 3, color, ground)
    else:
        canvas.rounded(box, 12, ground)
    name = gauge.side.capitalize()
    start = middle - (26 + canvas.width(name, 33, BOLD)) / 2
    canvas.mark(gauge.side, start + 9, 91, 9, color)
    canvas.text(start + 26, 102, name, 33, BOLD)
    _bar(canvas, middle, gauge.elevation_deg, mix(color, ground, share))
    near, far = mix(WHITE, ground, share), mix(SECOND, ground, share if dimmed else 1.0)
    canvas.text(middle, 485, angle, 62, SEMIBOLD, near, align=0.5)
    canvas.line([(middle - 62, 508), (middle + 62, 508)], RULE, 1)
    size = next((s for s in range(112, 30, -4) if canvas.width(str(gauge.count), s, BOLD) <= 148), 30)
    canvas.text(middle, 613, str(gauge.count), size, BOLD, near, align=0.5)
    if gauge.of is not None:
        canvas.text(middle, 652, f"of {gauge.of}", 31, REGULAR, mix(WHITE, ground, share), align=0.5)
    one = (gauge.count if gauge.of is None else gauge.of) == 1
    canvas.text(middle, 684, "lift" if one else "lifts", 20, REGULAR, far, align=0.5)


def _bar(canvas: Canvas, middle: float, elevation_deg: float | None, color: Color) -> None:
    canvas.rounded((middle - 29, BAR_TOP, middle + 29, BAR_BOTTOM), 10, WELL)
    per_degree = (BAR_BOTTOM - BAR_TOP) / (HIGHEST_DEG - LOWEST_DEG)
    if elevation_deg is not None and np.isfinite(elevation_deg):
        height = max(4.0, (np.clip(elevation_deg, LOWEST_DEG, HIGHEST_DEG) - LOWEST_DEG) * per_degree)
        canvas.rounded((middle - 29, BAR_BOTTOM - height, middle + 29, BAR_BOTTOM), 10, color)
    level = BAR_TOP + HIGHEST_DEG * per_degree
    canvas.rounded((middle - 62, level - 2.5, middle + 62, level + 2.5), 0, WHITE)
    canvas.text(middle - 37, level - 8, "level", 17, REGULAR, SECOND, align=1)


def _ring(canvas: Canvas, x: float, y: float, screen: Screen) -> None:
    """Its place stays empty where there is nothing to wait for."""
    if screen.ring is None:
        return
    canvas.ring(x, y, 40, 10, WHITE, min(1.0, max(0.0, screen.ring)), RULE)
    canvas.text(x, y + 8, canvas.shorten(screen.ring_text, 54, 25, BOLD), 25, BOLD, align=0.5)


def _cue(canvas: Canvas, screen: Screen, place: tuple[float, float, float]) -> None:
    """What to do now, large; what comes next behind it in grey, on one or two lines."""
    left, right, baseline = place
    room = right - left
    size, next_size, lines = _cue_sizes(canvas, screen.cue, screen.next_cue, room, screen.layout)
    size = size or SMALLEST_CUE
    cue = canvas.shorten(screen.cue, room, size, BOLD)
    middle = baseline - 0.33 * CUE  # of the capitals
    canvas.text(left, middle + 0.33 * size, cue, size, BOLD)
    x = left + canvas.width(cue, size, BOLD) + 36
    if screen.next_cue and lines is None:
        next_size, lines = SMALLEST_NEXT, _cut(canvas, screen.next_cue, right - x)
    lines = lines or []
    for number, line in enumerate(lines):
        below = (number - (len(lines) - 1) / 2) * 1.16 * next_size
        canvas.text(x, middle + 0.32 * next_size + below, line, next_size, REGULAR, SECOND)


def _cut(canvas: Canvas, words: str, room: float) -> list[str]:
    """Two lines of what does not fit on two; nothing where there is no room for a word."""
    if room < 60:
        return []
    lines = canvas.wrap(words, room, SMALLEST_NEXT)
    return [lines[0], canvas.shorten(" ".join(lines[1:]), room, SMALLEST_NEXT)] if lines[1:] else lines


def _cue_sizes(
    canvas: Canvas, cue: str, next_cue: str, room: float, layout: str
) -> tuple[int | None, int, list[str] | None]:
    """The largest type with which the cue, and what comes next on two lines, have room; None where none has."""
    largest = FRAME_CUE_SIZE if layout == "frame" else CUE
    sizes = [s for s in range(largest, SMALLEST_CUE - 1, -2) if canvas.width(cue, s, BOLD) <= room]
    if not sizes or not next_cue:
        return (sizes[0] if sizes else None), NEXT, None
    lines_at_best = 1 if next_cue.count(" ") < 2 else 2  # two words are not torn apart without need
    for most, next_size in ((most, size) for most in (lines_at_best, 2) for size in (NEXT, 27, SMALLEST_NEXT)):
        for size in sizes:
            left = room - canvas.width(cue, size, BOLD) - 36
            lines = canvas.wrap(next_cue, left, next_size) if left > 60 else [""] * 3
            if len(lines) <= most and " ".join(lines) == " ".join(next_cue.split()):
                return size, next_size, lines
    return sizes[0], NEXT, None


def _frame(canvas: Canvas, screen: Screen, _angles: tuple[str, ...]) -> None:
    canvas.rounded(LIST, 12, PANEL)
    pitch = min(62.6, (LIST[3] - LIST[1] - 30) / max(1, len(screen.checks)))
    for number, check in enumerate(screen.checks):
        _check(canvas, LIST[1] + 20 + number * pitch, check)
    left, right, baseline = FRAME_CUE
    if screen.ring is not None:
        _ring(canvas, right - 40, baseline - 28, screen)
        right -= 110
    _cue(canvas, screen, (left, right, baseline))


def _check(canvas: Canvas, y: float, check: Check) -> None:
    """One line of the list; what is not right yet stands out, dark on white."""
    x0, _, x1, _ = LIST
    if check.good:
        canvas.tick(x0 + 33, y + 27, DONE, 1.25)
    else:
        canvas.rounded((x0 + 10, y, x1 - 10, y + 55), 8, WHITE)
        canvas.warning(x0 + 33, y + 27, GROUND, WHITE, 1.2)
    room = x1 - x0 - 86
    name, word = canvas.shorten(check.name, room, 26, SEMIBOLD), canvas.shorten(check.word, room, 19)
    canvas.text(x0 + 58, y + 25, name, 26, SEMIBOLD, WHITE if check.good else GROUND)
    canvas.text(x0 + 58, y + 46, word, 19, REGULAR, SECOND if check.good else GROUND)
