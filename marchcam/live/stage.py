"""The camera picture of the live window: mirrored, with the legs, the hip line and the marks of where to stand."""

from __future__ import annotations

import numpy as np

from marchcam.arrays import Floats, Image
from marchcam.capture import cv2
from marchcam.live.paint import BOLD, GROUND, SIDE, WELL, WHITE, Box, Canvas
from marchcam.live.screen import Screen
from marchcam.track import ANKLE, HIP, KNEE, OTHER, SIDES, TOE

CORNER = 10
HIP_LINE = 210  # half its length
DASH, GAP = 15, 9
STAND = (146, 0.04, 0.94)  # half the width, top and bottom as shares of the picture: where to stand
PILL = 40
BAR = 8
FAR = (-4000.0, 5000.0)  # a landmark made up far outside must not overflow OpenCV's coordinates


class Stage:
    """A box of the canvas that shows the camera picture as in a mirror, as large as its shape allows.

    Parameters
    ----------
    canvas : Canvas
    box : (x0, y0, x1, y1)
        Where there is room, units of the layout.
    image : ndarray of shape (h, w, 3), uint8, or None
        The camera's picture, not mirrored.
    position_px : ndarray of shape (33, 2), optional
        Landmarks in that picture, pixels; NaN where not known.
    """

    def __init__(self, canvas: Canvas, box: Box, image: Image | None, position_px: Floats | None):
        canvas.rounded(box, CORNER, WELL)
        self.box: Box = box
        self.points: Floats | None = None
        self.shows_picture = image is not None and image.size > 0
        if image is None or not self.shows_picture:
            return
        height, width = image.shape[:2]
        left, top, right, bottom = self._fit(canvas, width / height)
        shown = cv2.resize(image, (right - left, bottom - top), interpolation=cv2.INTER_LINEAR)
        cv2.flip(shown, 1, canvas.image[top:bottom, left:right])
        self.canvas = canvas.part(left, top, right, bottom)
        self.behind = GROUND if np.allclose(self.box, box, atol=2) else WELL
        if position_px is not None:
            x0, y0, x1, y1 = self.box
            unit = np.array([x0 - x1, y1 - y0]) / (width, height)
            self.points = np.clip((x1, y0) + (np.asarray(position_px, float) + 0.5) * unit, *FAR)

    def _fit(self, canvas: Canvas, shape: float) -> tuple[int, int, int, int]:
        """Make the box as narrow or as low as the picture; its place in whole pixels."""
        x0, y0, x1, y1 = self.box
        width = min(x1 - x0, (y1 - y0) * shape)
        half = np.array([width, width / shape]) / 2
        middle = np.array([x0 + x1, y0 + y1]) / 2
        low, high = (np.rint(canvas.pixels(middle + sign * half)) for sign in (-1, 1))
        high = np.maximum(high, low + 1)
        ends = np.concatenate([low, high])
        x0, y0, x1, y1 = ((ends - np.tile(canvas.origin, 2)) / canvas.scale).tolist()
        self.box = (x0, y0, x1, y1)
        left, top, right, bottom = ends.astype(int).tolist()
        return left, top, right, bottom

    def draw(self, screen: Screen) -> None:
        """Paint the skeleton and the marks, then round the corners."""
        if not self.shows_picture:
            return
        if self.points is not None and screen.show_skeleton:
            asked = next((gauge.side for gauge in screen.gauges if gauge.asked), None)
            self._skeleton(self.points, asked, screen.layout == "march")
        if screen.layout == "frame":
            self._where_to_stand()
            for edge, words in screen.missing:
                self._missing(edge, words)
        self.canvas.cut_corners(CORNER, self.behind)

    def _skeleton(self, points: Floats, asked: str | None, level: bool) -> None:
        sides = SIDES if asked is None else (OTHER[asked], asked)
        for side in sides:
            self._leg(points, side, 1.0 if side == asked else 0.75)
        hips = points[[HIP[side] for side in SIDES]]
        if np.all(np.isfinite(hips)):
            self.canvas.line(hips, GROUND, 6)
            self.canvas.line(hips, WHITE, 3)
        if level:
            self._hip_line(hips if asked is None else hips[[SIDES.index(asked)]])
        for side in sides:
            for joint in (HIP, KNEE, ANKLE):
                self._joint(points[joint[side]], 6.8 if side == asked else 5.2)

    def _leg(self, points: Floats, side: str, size: float) -> None:
        way = points[[HIP[side], KNEE[side], ANKLE[side], TOE[side]]]
        pairs = [pair for pair in zip(way[:-1], way[1:], strict=True) if np.all(np.isfinite(pair))]
        for color, width in ((GROUND, 13 * size), (SIDE[side], 9 * size)):
            for pair in pairs:
                self.canvas.line(pair, color, width)

    def _joint(self, point: Floats, radius: float) -> None:
        if np.all(np.isfinite(point)):
            x, y = point
            self.canvas.disc(x, y, radius + 1.8, GROUND)
            self.canvas.disc(x, y, radius, WHITE)

    def _hip_line(self, hips: Floats) -> None:
        """Dashes at the mean height of the hips: where the knee is to reach."""
        x, y = hips.mean(axis=0)
        if not np.isfinite(x + y):
            return
        for start in np.arange(x - HIP_LINE, x + HIP_LINE - DASH / 2, DASH + GAP):
            dash = [(start, y), (start + DASH, y)]
            self.canvas.line(dash, WHITE, 5)
            self.canvas.line(dash, GROUND, 2.4)

    def _where_to_stand(self) -> None:
        x0, y0, x1, y1 = self.box
        widest, top, bottom = STAND
        half_width = min(widest, 0.42 * (x1 - x0))
        low, high = y0 + top * (y1 - y0), y0 + bottom * (y1 - y0)
        middle, length = (x0 + x1) / 2, min(38, 0.3 * (high - low))
        for color, width in ((GROUND, 8), (WHITE, 4.5)):
            for x, inward in ((middle - half_width, length), (middle + half_width, -length)):
                for y, down in ((low, length), (high, -length)):
                    self.canvas.line([(x + inward, y), (x, y), (x, y + down)], color, width)

    def _missing(self, edge: str, words: str) -> None:
        """Mark an edge of the picture, named as the camera sees it, and say what is cut there."""
        canvas, (x0, y0, x1, y1) = self.canvas, self.box
        shown = {"left": "right", "right": "left"}.get(edge, edge)
        bars = {"top": (x0, y0, x1, y0 + BAR), "bottom": (x0, y1 - BAR, x1, y1)}
        bars |= {"left": (x0, y0, x0 + BAR, y1), "right": (x1 - BAR, y0, x1, y1)}
        canvas.rounded(bars[shown], 0, WHITE)
        words = canvas.shorten(words, x1 - x0 - 80, 23, BOLD)
        width = canvas.width(words, 23, BOLD) + 54
        if shown in ("left", "right"):  # at different heights, so that both fit side by side in a narrow picture
            x = x0 + BAR + 2 if shown == "left" else x1 - BAR - 2 - width
            y = y0 + (0.42 if shown == "left" else 0.56) * (y1 - y0) - PILL / 2
        else:
            x = self._beside_person(width)
            y = y0 + BAR + 2 if shown == "top" else y1 - BAR - 2 - PILL
        canvas.rounded((x, y, x + width, y + PILL), 8, WHITE)
        canvas.text(x + 42, y + 29, words, 23, BOLD, GROUND)
        self._arrow(x + 22, y + PILL / 2, shown)

    def _beside_person(self, width: float) -> float:
        """Where a label at the top or bottom edge starts: on the side of the picture with more room."""
        x0, _, x1, _ = self.box
        known = self.points[np.isfinite(self.points).all(axis=1), 0] if self.points is not None else np.empty(0)
        person = float(np.median(known)) if known.size else (x0 + x1) / 2
        away = STAND[0] + 16  # clear of the person and of where to stand
        start = person + away if person <= (x0 + x1) / 2 else person - away - width
        return float(np.clip(start, x0 + 10, x1 - 10 - width))

    def _arrow(self, x: float, y: float, towards: str) -> None:
        down = np.array([(0.0, -10.0), (0.0, 10.0), (-7.0, 3.0), (7.0, 3.0)])
        turned = {
            "bottom": down,
            "top": down * (1, -1),
            "right": down[:, ::-1],
            "left": down[:, ::-1] * (-1, 1),
        }[towards] + (x, y)
        for tail in (0, 2, 3):
            self.canvas.line([turned[tail], turned[1]], GROUND, 2.6)
