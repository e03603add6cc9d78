"""A page of the live window: a question or a notice, and what can be answered."""

from __future__ import annotations

from marchcam.live.paint import BOLD, REGULAR, SECOND, WHITE, Canvas
from marchcam.live.parts import SPACE, Hits, draw_buttons, needed
from marchcam.live.screen import Button, Screen

LEFT, RIGHT = 80.0, 1200.0
TOP, BOTTOM = 92.0, 684.0
TITLES = (60, 52, 46, 40)
BODIES = (30, 28, 26, 24, 22, 20, 18)
ROW, SCALE_ROW = 48, 72  # heights of a row of buttons, and of the numbers of a scale
HIGHER = 0.4  # share of the space left over that lies above the words: a little above the middle
MOST_ROWS = 3
BULLET = "• "


def draw_page(canvas: Canvas, screen: Screen) -> Hits:
    """Draw title, lines and buttons; where the buttons are, units of the layout.

    The numbers of a scale ("answer 0" to "answer 10") stand in one row above the other buttons.
    """
    hits, bottom = _buttons(canvas, screen.buttons)
    size, title = _title(canvas, screen.cue)
    hints = [screen.next_cue] if screen.next_cue else []
    room = bottom - 24 - TOP - 1.1 * size * len(title) - 26
    body_size, rows = _body(canvas, [*screen.lines, *hints], room)
    y = TOP + HIGHER * (room - 1.36 * body_size * len(rows))
    for line in title:
        y += 1.1 * size
        canvas.text(LEFT, y, line, size, BOLD)
    y, size = y + 26, body_size
    for indent, line, last in rows:
        y += 1.36 * size
        if indent and line.startswith(BULLET):
            canvas.disc(LEFT + 6, y - 0.25 * size, 0.11 * size, SECOND)
            line = line[len(BULLET) :]
        canvas.text(LEFT + indent, y, line, size, REGULAR, SECOND if hints and last else WHITE)
    return hits


def _title(canvas: Canvas, words: str) -> tuple[int, list[str]]:
    """The largest size that needs one line, else the smallest on two."""
    for size in TITLES:
        lines = canvas.wrap(words, RIGHT - LEFT, size, BOLD)
        if len(lines) <= (2 if size == TITLES[-1] else 1):
            return size, lines
    return size, [lines[0], canvas.shorten(" ".join(lines[1:]), RIGHT - LEFT, size, BOLD)]


def _body(canvas: Canvas, lines: list[str], height: float) -> tuple[int, list[tuple[float, str, bool]]]:
    """The largest size at which all lines have room: indent, words and whether they belong to the last line."""
    for size in BODIES:
        rows = []
        for number, line in enumerate(lines):
            indent = 0.8 * size if line.startswith(BULLET) else 0.0
            for part, words in enumerate(canvas.wrap(line.removeprefix(BULLET), RIGHT - LEFT - indent, size) or [""]):
                rows.append((indent, BULLET * bool(indent and not part) + words, number == len(lines) - 1))
        if len(rows) * 1.36 * size <= height:
            return size, rows
    kept = max(1, int(height / (1.36 * size)))
    rows = rows[:kept]
    indent, words, last = rows[-1]
    rows[-1] = indent, canvas.shorten(f"{words} …", RIGHT - LEFT - indent, size), last
    return size, rows


def _buttons(canvas: Canvas, buttons: tuple[Button, ...]) -> tuple[Hits, float]:
    """Rows from the bottom up; their hits, and where the lowest free line is."""
    scale = [button for button in buttons if button.action.startswith("answer ")]
    others = [button for button in buttons if button not in scale]
    hits: Hits = []
    bottom: float = BOTTOM
    for group, size in ((others, 21), (scale, 26)):
        height = SCALE_ROW if group is scale else ROW
        rows = _rows(canvas, group, size)
        columns = max([len(row) for row in rows] + [0 if group is scale else 4])
        for row in reversed(rows):
            box = (LEFT, bottom - height, RIGHT, bottom)
            hits = draw_buttons(canvas, row, box, columns=columns, size=size) + hits
            bottom -= height + SPACE
    return hits, bottom


def _rows(canvas: Canvas, buttons: list[Button], size: float) -> list[list[Button]]:
    """As few rows as hold every button's words at one size of button; beyond the most, words are shortened."""
    for count in range(1, MOST_ROWS + 1):
        columns = max(1, -(-len(buttons) // count))
        width = (RIGHT - LEFT + SPACE) / columns - SPACE - 16
        if all(needed(canvas, button, size) <= width for button in buttons):
            break
    return [buttons[start : start + columns] for start in range(0, len(buttons), columns)]
