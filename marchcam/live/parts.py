"""What every layout of the live window has: its buttons."""

from __future__ import annotations

from collections.abc import Sequence

from marchcam.live.paint import ACTIVE, REGULAR, SECOND, SEMIBOLD, WHITE, Box, Canvas
from marchcam.live.screen import Button

BUTTONS = (188, 668, 1092, 708)
"""Where the buttons of a march stand, and while getting into the picture too: nothing to look for anew."""
SPACE = 10
Hits = list[tuple[Box, Button]]
KEY_NAMES = {"space": "Space", "enter": "Enter", "escape": "Esc"}


def draw_buttons(
    canvas: Canvas, buttons: Sequence[Button], box: Box, *, columns: int | None = None, size: float = 20
) -> Hits:
    """Draw buttons of one size side by side across the box; their boxes, to be clicked on."""
    x0, y0, x1, y1 = box
    width = (x1 - x0 + SPACE) / max(1, columns or len(buttons)) - SPACE
    hits = []
    for number, button in enumerate(buttons):
        left = x0 + number * (width + SPACE)
        cell = (left, y0, left + width, y1)
        _button(canvas, button, cell, size)
        hits.append((cell, button))
    return hits


def key_name(button: Button) -> str:
    return KEY_NAMES.get(button.key, button.key.upper())


def needed(canvas: Canvas, button: Button, size: float) -> float:
    """The width of what a button says."""
    word = canvas.width(button.word, size, SEMIBOLD if button.strong else REGULAR)
    return word + (_cap_width(canvas, button, size) + 9 if _has_cap(button) else 0)


def _has_cap(button: Button) -> bool:
    return bool(button.key) and button.key != button.word.lower()


def _cap_width(canvas: Canvas, button: Button, size: float) -> float:
    return max(26.0, canvas.width(key_name(button), size - 3, SEMIBOLD) + 14)


def _button(canvas: Canvas, button: Button, cell: Box, size: float) -> None:
    x0, y0, x1, y1 = cell
    if button.strong:
        canvas.framed(cell, 8, 2, WHITE, ACTIVE)
    else:
        canvas.rounded(cell, 8, ACTIVE)
    middle, weight, room = (y0 + y1) / 2, SEMIBOLD if button.strong else REGULAR, x1 - x0 - 16
    cap = _cap_width(canvas, button, size) if _has_cap(button) else 0.0
    word = canvas.shorten(button.word, room - (cap + 9 if cap else 0), size, weight)
    x = (x0 + x1 - (canvas.width(word, size, weight) + (cap + 9 if cap else 0))) / 2
    if cap:
        edge = WHITE if button.strong else SECOND
        canvas.framed((x, middle - 12, x + cap, middle + 12), 5, 1.2, edge, ACTIVE)
        canvas.text(x + cap / 2, middle + 0.33 * (size - 3), key_name(button), size - 3, SEMIBOLD, align=0.5)
        x += cap + 9
    canvas.text(x, middle + 0.335 * size, word, size, weight)
