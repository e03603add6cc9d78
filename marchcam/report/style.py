"""The look of every drawing: colours, the two sides, type, and text that is measured before it is set."""

from __future__ import annotations

import functools
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontEntry, FontProperties, fontManager, get_font
from matplotlib.text import Text

INK, SECOND, THIRD = "#16202B", "#4A5663", "#6B7681"
RULE, WASH, GROUND = "#D5DBE1", "#F1F4F6", "#A3AEB9"
BANDS = {"similar": "#F1F4F6", "possible": "#E4E9ED", "clear": "#D5DCE2", "large": "#C2CBD4"}
TRUST = {
    "good": ("#00674B", "#DDF0EA", "Good trust"),
    "fair": ("#4A5663", "#E9EDF1", "Fair trust"),
    "poor": ("#7A2E5B", "#F5E3ED", "Poor trust"),
    "not_assessable": ("#7A2E5B", "#F5E3ED", "Not assessable"),
}
REGULAR, SEMIBOLD, BOLD = 400, 600, 700
# Point sizes of the page; nothing is set smaller than NOTE_MIN.
RESULT, NAME, QUESTION, DETAIL, ANSWER, BODY, AXIS, NOTE, NOTE_MIN = 20.5, 16.5, 10.5, 9.4, 8.8, 8.4, 8.0, 7.6, 7.4
DPI = 200
NO_BREAK = "\u00a0\u202f"
FONT_DIR = Path(__file__).parent / "fonts"
# Names of our own for the shipped files and for DejaVu Sans behind them (scripts that Source Sans lacks), so that another
# copy installed on the computer is never picked instead.
FAMILY = "MarchCam Sans"
FALLBACK = "MarchCam Fallback"
FONT_FILES = {
    REGULAR: FONT_DIR / "SourceSansPro-Regular.ttf",
    SEMIBOLD: FONT_DIR / "SourceSansPro-Semibold.ttf",
    BOLD: FONT_DIR / "SourceSansPro-Bold.ttf",
}


@dataclass(frozen=True)
class SideStyle:
    """How one side is told: word, colour and shape."""

    word: str
    fill: str
    tint: str
    text: str
    edge: str
    marker: str


SIDE = {
    "left": SideStyle("Left", "#0072B2", "#D3E6F2", "#005A8E", "#00466E", "o"),
    "right": SideStyle("Right", "#E69F00", "#FAE7C0", "#8A5A00", "#6B4600", "s"),
}


def clean_style():
    """A context with matplotlib's own defaults, so that a user's settings neither reach the report nor are changed."""
    return matplotlib.style.context("default")


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


@functools.cache
def _renderer() -> RendererAgg:
    return RendererAgg(8, 8, DPI)


@functools.lru_cache(maxsize=8192)
def text_width(text: str, size: float, weight: int = REGULAR) -> float:
    """The width of one line as it will be drawn, points."""
    if not text:
        return 0.0
    width, _, _ = _renderer().get_text_width_height_descent(text, _font(size, weight), ismath=False)
    return width * 72 / DPI


def shorten(text: str, width: float, size: float, weight: int = REGULAR, *, middle: bool = False) -> str:
    """The text, or as much of it as fits ``width`` points with an ellipsis at the end or in the middle."""
    if text_width(text, size, weight) <= width:
        return text
    for kept in range(len(text) - 1, 0, -1):
        head = kept if not middle else (kept + 1) // 2
        tail = "" if not middle else text[len(text) - (kept - head) :]
        tried = f"{text[:head].rstrip()}…{tail.lstrip()}"
        if text_width(tried, size, weight) <= width:
            return tried
    return "…"


def wrap(text: str, width: float, size: float, weight: int = REGULAR) -> list[str]:
    """Lines of at most ``width`` points, broken at spaces; a word that is longer is shortened in its middle."""
    lines: list[str] = []
    for word in printable(text).split(" "):
        tried = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(tried, size, weight) <= width:
            lines[-1] = tried
        elif word:
            lines.append(shorten(word, width, size, weight, middle=True))
    return lines


def largest_size(text: str, width: float, sizes: tuple[float, ...], weight: int = REGULAR) -> float:
    """The first of the sizes at which the line fits, else the last."""
    return next((size for size in sizes if text_width(text, size, weight) <= width), sizes[-1])


def type_of(size: float, weight: int = REGULAR, color: str = INK) -> dict:
    """Keywords for any matplotlib text: our type, and a dollar sign that is a dollar sign."""
    return {"fontproperties": font(size, weight), "color": color, "parse_math": False}


def style_axes(ax: Axes) -> None:
    """An axes without frame, ticks or ground: only what is drawn on purpose."""
    ax.set_facecolor("none")
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.tick_params(length=0, pad=4)
    ax.set_axisbelow(True)


def style_tick_labels(ax: Axes, size: float = AXIS, color: str = SECOND) -> None:
    """Our type on the numbers of both axes."""
    for label in (*ax.get_xticklabels(), *ax.get_yticklabels()):
        label.set(**type_of(size, REGULAR, color))


def size_pt(ax: Axes) -> tuple[float, float]:
    """Width and height of the axes on the page, points."""
    box = ax.get_position()
    width, height = ax.get_figure().get_size_inches() * 72
    return box.width * width, box.height * height


def is_text(artist: object) -> bool:
    """Whether an artist is a text that will be seen."""
    return isinstance(artist, Text) and artist.get_visible() and bool(artist.get_text().strip())
