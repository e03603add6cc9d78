"""Type: the shipped fonts, text that is measured before it is set, and lines of it on the page."""

from __future__ import annotations

import functools
import unicodedata
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontEntry, FontProperties, fontManager, get_font

from marchcam.report.style import ANSWER, AXIS, BODY, BOLD, DPI, INK, NOTE, QUESTION, REGULAR, RULE, SECOND, SEMIBOLD

# The text area of the paper, points.
LEFT, RIGHT = 38.0, 557.0
WIDTH = RIGHT - LEFT
NO_BREAK = "\u00a0\u202f"
FONT_DIR = Path(__file__).parent / "fonts"
# Names of our own for the shipped files and for DejaVu Sans behind them (scripts that Source Sans lacks), so that
# another copy installed on the computer is never picked instead.
FAMILY = "MarchCam Sans"
FALLBACK = "MarchCam Fallback"
FONT_FILES = {
    REGULAR: FONT_DIR / "SourceSansPro-Regular.ttf",
    SEMIBOLD: FONT_DIR / "SourceSansPro-Semibold.ttf",
    BOLD: FONT_DIR / "SourceSansPro-Bold.ttf",
}


@functools.cache
def _register_fonts() -> None:
    """Make the shipped fonts known in this process; nothing on disk changes."""
    fallback = {
        weight: fontManager.findfont(FontProperties(family="DejaVu Sans", weight=heavy))
        for weight, heavy in ((REGULAR, REGULAR), (SEMIBOLD, BOLD), (BOLD, BOLD))
    }
    for name, files in ((FAMILY, FONT_FILES), (FALLBACK, fallback)):
        for weight, path in files.items():
            fontManager.ttflist.append(
                FontEntry(
                    fname=str(path),
                    name=name,
                    style="normal",
                    variant="normal",
                    weight=weight,
                    stretch="normal",
                    size="scalable",
                )
            )


@functools.lru_cache(maxsize=64)
def _font(size: float, weight: int) -> FontProperties:
    _register_fonts()
    return FontProperties(family=[FAMILY, FALLBACK], weight=weight, size=size)


def font(size: float, weight: int = REGULAR) -> FontProperties:
    """The report's type in points; a fresh copy, because artists change theirs."""
    return _font(size, weight).copy()


@functools.cache
def _glyphs() -> frozenset[int]:
    _register_fonts()
    files = [fontManager.findfont(FontProperties(family=family)) for family in (FAMILY, FALLBACK)]
    return frozenset(code for file in files for code in get_font(file).get_charmap())


def printable(text: str) -> str:
    """The text on one line, without the characters that no font here can draw.

    Parameters
    ----------
    text : str
        Any text, from outside too: a name, a file name.

    Returns
    -------
    str
        Composed accents, single spaces, no control characters; empty when nothing can be drawn.
    """
    composed = unicodedata.normalize("NFC", text)
    spaced = "".join(
        " " if (c.isspace() and c not in NO_BREAK) or unicodedata.category(c) == "Cc" else c for c in composed
    )
    kept = "".join(c for c in spaced if ord(c) in _glyphs() and unicodedata.category(c) not in ("Cf", "Co", "Cs"))
    return " ".join(word for word in kept.split(" ") if word)


NARROWEST = 0.1
"""Of the size of the letters: no letter is narrower."""


@functools.cache
def _renderer() -> RendererAgg:
    return RendererAgg(8, 8, DPI)  # type: ignore[no-untyped-call]  # matplotlib annotates no backend


@functools.lru_cache(maxsize=8192)
def text_width(text: str, size: float, weight: int = REGULAR) -> float:
    """The width of one line as it will be drawn, points."""
    if not text:
        return 0.0
    font = _font(size, weight)
    width, _, _ = _renderer().get_text_width_height_descent(text, font, ismath=False)  # type: ignore[no-untyped-call]
    return float(width * 72 / DPI)


def shorten(text: str, width: float, size: float, weight: int = REGULAR, *, middle: bool = False) -> str:
    """The text, or as much of it as fits ``width`` points with an ellipsis at the end or in the middle."""
    if text_width(text, size, weight) <= width:
        return text
    most = int(width / (NARROWEST * size)) + 1  # or a name of pages is measured letter by letter
    for kept in range(min(len(text) - 1, most), 0, -1):
        head = kept if not middle else (kept + 1) // 2
        tail = "" if not middle else text[len(text) - (kept - head) :]
        tried = f"{text[:head].rstrip()}…{tail.lstrip()}"
        if text_width(tried, size, weight) <= width:
            return tried
    return "…"


def wrap(text: str, width: float, size: float, weight: int = REGULAR) -> list[str]:
    """Lines of at most ``width`` points, broken at spaces; a word that is longer is shortened in its middle."""
    lines: list[str] = []
    for word in printable(text).replace(" %", "\u00a0%").split(" "):
        tried = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(tried, size, weight) <= width:
            lines[-1] = tried
        elif word:
            lines.append(shorten(word, width, size, weight, middle=True))
    return lines


def largest_size(text: str, width: float, sizes: tuple[float, ...], weight: int = REGULAR) -> float:
    """The first of the sizes at which the line fits, else the last."""
    return next((size for size in sizes if text_width(text, size, weight) <= width), sizes[-1])


def type_of(size: float, weight: int = REGULAR, color: str = INK) -> dict[str, Any]:
    """Keywords for any matplotlib text: our type, and a dollar sign that is a dollar sign."""
    return {"fontproperties": font(size, weight), "color": color, "parse_math": False}


def style_tick_labels(ax: Axes, size: float = AXIS, color: str = SECOND) -> None:
    """Our type on the numbers of both axes."""
    for label in (*ax.get_xticklabels(), *ax.get_yticklabels()):
        label.set(**type_of(size, REGULAR, color))


def at_most(lines: list[str], most: int, width: float, size: float, weight: int = REGULAR) -> list[str]:
    """The lines, the last of them with an ellipsis where there are more than fit."""
    if len(lines) <= most:
        return lines
    return lines[: most - 1] + [shorten(" ".join(lines[most - 1 :]), width, size, weight)]


def put(
    page: Axes,
    x: float,
    y: float,
    text: str,
    size: float,
    weight: int = REGULAR,
    color: str = INK,
    align: str = "left",
) -> float:
    """Write one line with its baseline at y on a page axes (points, y down); the x where it ends."""
    if not text:
        return x
    page.text(x, y, text, ha=align, va="baseline", **type_of(size, weight, color))
    return x + text_width(text, size, weight) if align == "left" else x


def rule(
    page: Axes, y: float, left: float = LEFT, right: float = RIGHT, *, color: str = RULE, width: float = 0.6
) -> None:
    """A horizontal line."""
    page.plot([left, right], [y, y], color=color, linewidth=width, solid_capstyle="butt")


def question(page: Axes, x: float, y: float, text: str, answer: str = "", *, right: float = RIGHT) -> float:
    """A panel's question in semibold with its answer in grey; the x where they end."""
    end = put(page, x, y, text, QUESTION, SEMIBOLD)
    if not answer:
        return end
    room = right - end - 9
    size = largest_size(answer, room, (ANSWER, BODY, AXIS, NOTE))
    return put(page, end + 9, y, shorten(answer, room, size), size, REGULAR, SECOND)
