"""The look of every drawing: colours, sizes, and how the two sides are told."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass

import matplotlib.style
from matplotlib.axes import Axes
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


def clean_style() -> AbstractContextManager[None]:
    """A context with matplotlib's own defaults, so that a user's settings neither reach the report nor are changed."""
    return matplotlib.style.context("default")


def style_axes(ax: Axes) -> None:
    """An axes without frame, ticks or ground: only what is drawn on purpose."""
    ax.set_facecolor("none")
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.tick_params(length=0, pad=4)
    ax.set_axisbelow(True)


def size_pt(ax: Axes) -> tuple[float, float]:
    """Width and height of the axes on the page, points."""
    box = ax.get_position()
    figure = ax.get_figure(root=True)
    assert figure is not None  # nothing is drawn on loose axes
    width, height = figure.get_size_inches() * 72
    return box.width * width, box.height * height


def is_text(artist: object) -> bool:
    """Whether an artist is a text that will be seen."""
    return isinstance(artist, Text) and artist.get_visible() and bool(artist.get_text().strip())
