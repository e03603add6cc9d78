"""Small pieces of SVG: places in percent of a chart, so that it fits every width while its text keeps its size."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from marchcam.arrays import Floats
from marchcam.report.page_text import esc
from marchcam.track import SIDES

# Curves are drawn in a box of this size, which the page stretches over the chart.
BOX_X, BOX_Y = 10_000, 1_000
# About the width of a figure or letter of 14 px type, and of a chart on a phone with and without room for a
# scale beside it, px.
LETTER_PX, PHONE_PX, WHOLE_PHONE_PX = 7.0, 270, 350


class Scale:
    """From values to percent of a chart's width or height."""

    def __init__(self, start: float, end: float) -> None:
        self.start, self.span = start, (end - start) or 1.0

    def share(self, value: float) -> float:
        """0 at the start, 1 at the end."""
        return (float(value) - self.start) / self.span

    def pct(self, value: float) -> str:
        """As an attribute: "37.2%"."""
        return f"{100 * self.share(value):.2f}%"


def line(x1: str, y1: str, x2: str, y2: str, name: str) -> str:
    """A straight line of a class."""
    return f'<line class="{name}" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>'


def mark(x: str, y: str, side: str, size: float, *, open_: bool = False, title: str = "") -> str:
    """A lift as a mark in the shape and colours of its side."""
    name = f"mark {side}{' open' if open_ else ''}{' small' if size < 4 else ''}"
    said = f"<title>{esc(title)}</title>" if title else ""
    if side == SIDES[0]:
        return f'<circle class="{name}" cx="{x}" cy="{y}" r="{size:.1f}">{said}</circle>'
    half = size * 0.92
    place = f'x="{x}" y="{y}" width="{2 * half:.1f}" height="{2 * half:.1f}"'
    return f'<rect class="{name}" {place} transform="translate({-half:.1f} {-half:.1f})">{said}</rect>'


def stretched(content: str) -> str:
    """Curves in the box of `path`, over the whole chart."""
    return (
        f'<svg viewBox="0 0 {BOX_X} {BOX_Y}" preserveAspectRatio="none" width="100%" height="100%" '
        f'aria-hidden="true">{content}</svg>'
    )


def path(x: Scale, y: Scale, xs: Sequence[float] | Floats, ys: Sequence[float] | Floats) -> str:
    """The commands of a curve; a gap stays a gap."""
    at_x = np.rint(BOX_X * (np.asarray(xs, float) - x.start) / x.span)
    at_y = np.rint(BOX_Y * (np.asarray(ys, float) - y.start) / y.span)
    parts, pen_down = [], False
    for px, py in zip(at_x.tolist(), at_y.tolist(), strict=True):
        if px != px or py != py:
            pen_down = False
            continue
        parts.append(f"{'L' if pen_down else 'M'}{px:.0f} {py:.0f}")
        pen_down = True
    return "".join(parts)


def labels(name: str, items: Iterable[tuple[str, str, str]], axis: str) -> str:
    """The scale of a chart: (place in percent, text, further classes) along "left" or "top"."""
    spans = "".join(
        f'<span{f" class={chr(34)}{more}{chr(34)}" if more else ""} style="{axis}:{place}">{esc(text)}</span>'
        for place, text, more in items
    )
    return f'<div class="{name}" aria-hidden="true">{spans}</div>'


def roomy_only(
    places: Sequence[float], texts: Sequence[str], *, order: Sequence[int], width: float = PHONE_PX
) -> list[bool]:
    """Which labels, at shares of the width, do not fit on a phone; the ones first in ``order`` are kept first."""
    taken: list[tuple[float, float]] = []
    dropped = [False] * len(places)
    for i in order:
        half = len(texts[i]) * LETTER_PX / 2 + 3
        low, high = places[i] * width - half, places[i] * width + half
        if any(low < end and start < high for start, end in taken):
            dropped[i] = True
        else:
            taken.append((low, high))
    return dropped
