"""Stroke icons, drawn as lines in a box of 26 by 26 points (y down), for what the body does besides lifting."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.patches import Circle

from marchcam.report.style import INK, SECOND

BOX = 26.0
STROKE = 1.9
Point = tuple[float, float]


class Pen:
    """Draws in the icon's own box of 26 by 26, y down."""

    def line(self, *points: Point, width: float = STROKE, color: str = INK, dashed: bool = False) -> None:
        """A line through points with round ends."""
        raise NotImplementedError

    def dot(self, x: float, y: float, radius: float = 2.4, *, open_: bool = False) -> None:
        """A filled circle, or with ``open_`` a ring."""
        raise NotImplementedError

    def arrow(self, start: Point, end: Point, head: float = 2.4) -> None:
        """A line with an open head, along x or y."""
        self.line(start, end, width=1.4)
        (x0, y0), (x1, y1) = start, end
        if y0 == y1:
            back = x1 - head if x1 > x0 else x1 + head
            self.line((back, y1 - head), (x1, y1), (back, y1 + head), width=1.4)
        else:
            back = y1 - head if y1 > y0 else y1 + head
            self.line((x1 - head, back), (x1, y1), (x1 + head, back), width=1.4)


class _PagePen(Pen):
    """Draws on a page in points; the upper left corner of the box stands at (x, y)."""

    def __init__(self, ax: Axes, x: float, y: float) -> None:
        self.ax, self.x, self.y = ax, x, y

    def line(self, *points: Point, width: float = STROKE, color: str = INK, dashed: bool = False) -> None:
        xs, ys = zip(*points, strict=True)
        (drawn,) = self.ax.plot(
            [self.x + x for x in xs],
            [self.y + y for y in ys],
            color=color,
            linewidth=width,
            clip_on=False,
            zorder=3,
            solid_capstyle="round",
            solid_joinstyle="round",
        )
        if dashed:
            drawn.set_linestyle((0, (2.2, 1.8)))

    def dot(self, x: float, y: float, radius: float = 2.4, *, open_: bool = False) -> None:
        face = "white" if open_ else INK
        width = 1.6 if open_ else 0
        self.ax.add_patch(
            Circle(
                (self.x + x, self.y + y),
                radius,
                facecolor=face,
                edgecolor=INK,
                linewidth=width,
                clip_on=False,
                zorder=4,
            )
        )


def _toe_first(pen: Pen) -> None:
    pen.line((16, 1), (14, 11))
    pen.line((14, 11), (4.5, 22.5), (18, 17.5), (14, 11))
    pen.line((0.5, 25), (24, 25), width=1.0, color=SECOND)


def _figure(pen: Pen, head: Point, hip: Point, *, feet: tuple[Point, ...] = ((9.5, 25), (16.5, 25))) -> None:
    pen.dot(*head)
    shoulder = (head[0] + (hip[0] - head[0]) * 0.27, head[1] + (hip[1] - head[1]) * 0.27)
    pen.line(shoulder, hip)
    for foot in feet:
        pen.line(hip, foot)


def _backward_lean(pen: Pen) -> None:
    pen.line((14, 1), (14, 24), width=0.9, color=SECOND, dashed=True)
    pen.dot(6.5, 4)
    pen.line((8, 7), (14, 16), (14, 25))
    pen.line((14, 16), (21.5, 15), (21.5, 21))


def _sideways_lean(pen: Pen) -> None:
    pen.line((10.5, 1), (10.5, 24), width=0.9, color=SECOND, dashed=True)
    _figure(pen, (18, 3.6), (11, 15.5), feet=((7, 25), (14, 25)))


def _pelvis(pen: Pen, left: float, right: float) -> None:
    middle = (left + right) / 2
    pen.line((13, 1), (13, middle))
    pen.line((5, left), (21, right))
    pen.line((5, left), (5, 25))
    pen.line((21, right), (21, 25))
    pen.dot(5, left, 3.0, open_=True)
    pen.dot(21, right, 3.0, open_=True)


def _hip_hike(pen: Pen) -> None:
    _pelvis(pen, 15.5, 10.5)


def _hip_drop(pen: Pen) -> None:
    _pelvis(pen, 10.5, 15.5)


def _stance_knee(pen: Pen) -> None:
    pen.line((10, 9), (10, 25), width=0.9, color=SECOND, dashed=True)
    pen.dot(10, 3.2)
    pen.line((10, 6.6), (10, 12), (15.5, 18.5), (10.5, 25), (14.5, 25))


def _knee_out(pen: Pen) -> None:
    pen.line((8, 1), (8, 25))
    pen.line((8, 9), (15, 13), (13, 22))
    pen.arrow((18.5, 13), (25, 13))


def _knee_across(pen: Pen) -> None:
    pen.line((19, 1), (19, 25))
    pen.line((12.5, 1), (12.5, 9), (16, 15), (13, 23))
    pen.arrow((1, 15), (8, 15))


def _foot_moved(pen: Pen) -> None:
    pen.line((7, 3), (7, 17), (14, 19.5), (3.5, 19.5), (7, 17))
    pen.arrow((16.5, 14), (24.5, 14))
    pen.line((1, 25), (25, 25), width=1.0, color=SECOND)


def _hands(pen: Pen) -> None:
    pen.dot(9, 3.2)
    pen.line((9, 6.6), (9, 15.5), (6, 25))
    pen.line((9, 15.5), (12, 25))
    pen.line((9, 9), (17, 12.5))
    pen.line((19, 25), (19, 12.5), (24, 12.5), (24, 25), width=1.4)


def _sway(pen: Pen) -> None:
    pen.dot(13, 3)
    pen.line((13, 6.5), (13, 25))
    pen.line((10, 10), (16, 10), width=1.4)
    pen.arrow((8, 14), (1.5, 14))
    pen.arrow((18, 14), (24.5, 14))


ICONS = {
    "toe_first": _toe_first,
    "backward_lean": _backward_lean,
    "sideways_lean": _sideways_lean,
    "hip_hike": _hip_hike,
    "hip_drop": _hip_drop,
    "stance_knee_bent": _stance_knee,
    "knee_out": _knee_out,
    "knee_across": _knee_across,
    "foot_moved": _foot_moved,
    "hands_on_support": _hands,
    "sway": _sway,
}


def trace_icon(pen: Pen, code: str) -> None:
    """Draw one icon with any pen; an unknown code draws the standing figure of "sway"."""
    ICONS.get(code, _sway)(pen)


def draw_icon(ax: Axes, code: str, x: float, y: float) -> None:
    """Draw one icon on a page axes in points (y down).

    Parameters
    ----------
    ax : Axes
        The page: x to the right and y down, both in points.
    code : str
        "toe_first" or the code of a compensation; an unknown code draws the standing figure of "sway".
    x, y : float
        Upper left corner of the 26 by 26 point box.
    """
    trace_icon(_PagePen(ax, x, y), code)
