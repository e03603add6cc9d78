"""Shapes and type for the live window: a canvas of 1280 x 720 units that scales to any window."""

from __future__ import annotations

import copy
import functools
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from marchcam.arrays import Floats, Image
from marchcam.capture import cv2

WIDTH, HEIGHT = 1280, 720  # units of the layout; one unit is one pixel in a window of 1280 x 720
REGULAR, SEMIBOLD, BOLD = "Regular", "Semibold", "Bold"
FONT_DIR = Path(__file__).parents[1] / "report" / "fonts"
GROWTH_PX = 0.5  # by which OpenCV's smoothed discs and lines come out larger on every side than asked for
FIXED = 4  # binary places OpenCV's fixed-point coordinates carry, so that shapes lie between pixels too

Color = tuple[int, ...]
Box = tuple[float, float, float, float]


def bgr(code: str) -> Color:
    """The colour of "#RRGGBB" as OpenCV takes it."""
    return int(code[5:7], 16), int(code[3:5], 16), int(code[1:3], 16)


GROUND, PANEL, ACTIVE = bgr("#0D141D"), bgr("#16202C"), bgr("#1F2C3B")
WHITE, SECOND, RULE = bgr("#FFFFFF"), bgr("#A0ADBB"), bgr("#4A5663")
WELL = bgr("#080D13")  # the empty part of a gauge
DONE = bgr("#66D6B0")
SIDE = {"left": bgr("#56B4E9"), "right": bgr("#E69F00")}


def mix(color: Color, ground: Color, share: float) -> Color:
    """A colour dimmed toward its ground; 1 is the colour itself."""
    return tuple(round(share * c + (1 - share) * g) for c, g in zip(color, ground, strict=True))


@functools.cache
def font(weight: str) -> cv2.FontFace:
    """The shipped Source Sans of that weight."""
    return cv2.FontFace(str(FONT_DIR / f"SourceSansPro-{weight}.ttf"))


@functools.lru_cache(maxsize=2048)
def _width_px(words: str, weight: str, em_px: int) -> int:
    return cv2.getTextSize((0, 0), words, (0, 0), font(weight), em_px)[2]


@functools.lru_cache(maxsize=64)
def _quarter(radius: int) -> Floats:
    """How far each pixel of the upper left corner lies within a round one, (radius, radius, 1), 0 to 1."""
    fine = (np.arange(8 * radius) + 0.5) / 8 - radius
    inside = np.hypot(fine, fine[:, None]) <= radius
    return np.asarray(inside.reshape(radius, 8, radius, 8).mean(axis=(1, 3), dtype=np.float32)[..., None])


@functools.lru_cache(maxsize=4)
def _ground(size_wh: tuple[int, int]) -> Image:
    return np.full((size_wh[1], size_wh[0], 3), GROUND, np.uint8)


class Canvas:
    """A picture to paint on in units of the layout; what lies outside of 16:9 stays empty.

    Parameters
    ----------
    size_wh : (int, int)
        Width and height in pixels.
    """

    def __init__(self, size_wh: tuple[int, int]):
        width, height = size_wh
        self.scale = min(width / WIDTH, height / HEIGHT)
        """Pixels a unit."""
        self.origin = np.array([width - WIDTH * self.scale, height - HEIGHT * self.scale]) / 2
        self.image = _ground((width, height)).copy()

    def part(self, left: int, top: int, right: int, bottom: int) -> Canvas:
        """The same canvas, of which only that box of pixels can be painted on."""
        part = copy.copy(self)
        part.image, part.origin = self.image[top:bottom, left:right], self.origin - (left, top)
        return part

    def pixels(self, points: object) -> Floats:
        """Pixels of one or more points (…, 2) of the layout, as floats."""
        return self.origin + self.scale * np.asarray(points, float)

    def _fixed(self, points: object) -> NDArray[np.int32]:
        # A pixel's own coordinates are its middle, half a pixel from its edge.
        return np.rint((self.pixels(points) - 0.5) * (1 << FIXED)).astype(np.int32)

    def _thickness(self, units: float) -> int:
        return max(1, round(units * self.scale - GROWTH_PX))

    def rounded(self, box: Box, radius: float, color: Color) -> None:
        """Fill the box (x0, y0, x1, y1), at whole pixels so that its edges are sharp, with round corners."""
        self._fill(self.whole_pixels(box), round(radius * self.scale), color)

    def framed(self, box: Box, radius: float, edge: float, color: Color, inside: Color) -> None:
        """A round-cornered box with an edge of at least a pixel that lies within it."""
        self.rounded(box, radius, color)
        x0, y0, x1, y1 = self.whole_pixels(box)
        edge_px = max(1, round(edge * self.scale))
        self._fill(
            (x0 + edge_px, y0 + edge_px, x1 - edge_px, y1 - edge_px), round(radius * self.scale) - edge_px, inside
        )

    def whole_pixels(self, box: Box) -> tuple[int, int, int, int]:
        """A box of the layout in pixels."""
        x0, y0, x1, y1 = np.rint(self.pixels(np.reshape(box, (2, 2)))).astype(int).ravel().tolist()
        return x0, y0, x1, y1

    def _fill(self, box_px: tuple[int, int, int, int], radius_px: int, color: Color) -> None:
        x0, y0, x1, y1 = box_px
        curve = max(0, min(radius_px, (x1 - x0) // 2, (y1 - y0) // 2))
        if x1 <= x0 or y1 <= y0:
            return
        cv2.rectangle(self.image, (x0 + curve, y0), (x1 - curve - 1, y1 - 1), color, cv2.FILLED)
        if curve:
            cv2.rectangle(self.image, (x0, y0 + curve), (x1 - 1, y1 - curve - 1), color, cv2.FILLED)
            self._corners(box_px, _quarter(curve), color)

    def cut_corners(self, radius: float, color: Color) -> None:
        """Cover the corners of the whole canvas so that they look round."""
        height, width = self.image.shape[:2]
        curve = min(round(radius * self.scale), width // 2, height // 2)
        self._corners((0, 0, width, height), 1 - _quarter(curve), color)

    def _corners(self, box_px: tuple[int, int, int, int], cover: Floats, color: Color) -> None:
        x0, y0, x1, y1 = box_px
        size = len(cover)
        for x, across in ((x0, 1), (x1 - size, -1)):
            for y, down in ((y0, 1), (y1 - size, -1)):
                self._blend(x, y, cover[::down, ::across], color)

    def _blend(self, x: int, y: int, cover: Floats, color: object) -> None:
        """Lay a colour, or a patch of colours, over the pixels from (x, y) as far as it covers each, 0 to 1."""
        below = self.image[max(y, 0) : y + cover.shape[0], max(x, 0) : x + cover.shape[1]]
        if x < 0 or y < 0 or below.shape[:2] != cover.shape[:2]:
            return  # partly outside of a window too small to read
        below[:] = np.rint(below + cover * (np.asarray(color, np.float32) - below))

    def line(self, points: object, color: Color, width: float) -> None:
        """A line through the points, with round ends."""
        corners = self._fixed(points).tolist()
        for start, end in zip(corners[:-1], corners[1:], strict=True):
            cv2.line(self.image, start, end, color, self._thickness(width), cv2.LINE_AA, FIXED)

    def disc(self, x: float, y: float, radius: float, color: Color) -> None:
        length = round(max(0.5, radius * self.scale - GROWTH_PX) * (1 << FIXED))
        cv2.circle(self.image, self._fixed((x, y)).tolist(), length, color, cv2.FILLED, cv2.LINE_AA, FIXED)

    def ring(self, x: float, y: float, radius: float, width: float, color: Color, share: float, rest: Color) -> None:
        """A ring of which that share is filled, clockwise from the top, and the rest in another colour."""
        middle, outer, inner = self.pixels((x, y)) - 0.5, radius * self.scale, (radius - width) * self.scale
        low, high = np.floor(middle - outer).astype(int), np.ceil(middle + outer).astype(int) + 1
        across, down = np.arange(low[0], high[0]) - middle[0], np.arange(low[1], high[1])[:, None] - middle[1]
        distance = np.hypot(across, down)
        turned = np.arctan2(-across, down) / (2 * np.pi) + 0.5  # from the top, clockwise, 0 to 1
        filled = np.clip((share - turned) * 2 * np.pi * distance + 0.5, 0, 1)[..., None]
        colors = filled * np.array(color) + (1 - filled) * np.array(rest)
        cover = np.clip(outer - distance + 0.5, 0, 1) * np.clip(distance - inner + 0.5, 0, 1)
        self._blend(int(low[0]), int(low[1]), cover[..., None], colors)

    def tick(self, x: float, y: float, color: Color, size: float = 1.0) -> None:
        points = np.array([(-6.0, 0.5), (-2.0, 5.0), (6.5, -5.0)]) * size + (x, y)
        self.line(points, color, 2.4 * size)

    def warning(self, x: float, y: float, color: Color, inside: Color, size: float = 1.0) -> None:
        """A disc with an exclamation mark."""
        self.disc(x, y, 10 * size, color)
        self.line([(x, y - 5 * size), (x, y + 0.5 * size)], inside, 2.6 * size)
        self.disc(x, y + 5 * size, 1.7 * size, inside)

    def mark(self, side: str, x: float, y: float, radius: float, color: Color) -> None:
        """The shape that means a side: round is left, square is right."""
        if side == "left":
            self.disc(x, y, radius, color)
        else:
            self.rounded((x - radius, y - radius, x + radius, y + radius), 2, color)

    def text(
        self,
        x: float,
        y: float,
        words: str,
        size: float,
        weight: str = REGULAR,
        color: Color = WHITE,
        *,
        align: float = 0.0,
    ) -> None:
        """Write one line; y is its baseline, x its left end (align 0), its middle (0.5) or its right end (1)."""
        start = self.pixels((x - align * self.width(words, size, weight), y))
        cv2.putText(self.image, words, np.rint(start).astype(int).tolist(), color, font(weight), self._em(size))

    def _em(self, size: float) -> int:
        return max(1, int(size * self.scale))  # rounded down: what fits in units fits in pixels

    def width(self, words: str, size: float, weight: str = REGULAR) -> float:
        """The width of a line as it will be written, units."""
        if not words:
            return 0.0
        return _width_px(words, weight, self._em(size)) / self.scale

    def shorten(self, words: str, room: float, size: float, weight: str = REGULAR) -> str:
        """The words, or as many letters as fit with an ellipsis behind them."""
        if self.width(words, size, weight) <= room:
            return words
        for kept in range(len(words) - 1, 0, -1):
            tried = f"{words[:kept].rstrip()}…"
            if self.width(tried, size, weight) <= room:
                return tried
        return "…"

    def wrap(self, words: str, room: float, size: float, weight: str = REGULAR) -> list[str]:
        """Lines that fit, broken at spaces; a longer word is shortened."""
        lines: list[str] = []
        for word in words.split():
            tried = f"{lines[-1]} {word}" if lines else word
            if lines and self.width(tried, size, weight) <= room:
                lines[-1] = tried
            else:
                lines.append(self.shorten(word, room, size, weight))
        return lines
