"""Which way the person faces over time: a recording cut into spans of one view, each calibrated for itself.

The direction comes from the shoulder and hip lines of the world landmarks, which need no calibration. A person who
turns is seen from elsewhere, by another camera as it were: what was measured in the standing before holds no longer.
"""

from __future__ import annotations

import numpy as np

from marchcam import track as lm
from marchcam.analysis import nan_safe, signals
from marchcam.analysis.motion import Motion
from marchcam.arrays import Floats

TURN_DEG = 20.0
"""Two spans that differ by less are one view: the lines themselves swing by up to 12 degrees in a march [seen: 36 real
recordings, 66 rendered]."""
SHORTEST_VIEW_S = 1.5
"""Of a span: shorter is turning on the way [default]."""
BIN_S = 0.25
"""Directions are compared in steps of this; one step holds the median of its pictures."""


def body_lines(world_m: Floats) -> Floats:
    """Shoulder and hip line together, from the right to the left, (m, 2) = across the picture and away from the camera,
    metres; NaN where a landmark is unknown."""
    line = (
        world_m[:, lm.LEFT_SHOULDER]
        - world_m[:, lm.RIGHT_SHOULDER]
        + world_m[:, lm.LEFT_HIP]
        - world_m[:, lm.RIGHT_HIP]
    )
    return line[:, [0, 2]]


def turn_deg(a: Floats, b: Floats) -> float:
    """Angle between two directions (2,), 0 to 180 degrees; NaN where one is unknown."""
    return float(abs(np.degrees(np.arctan2(a[0] * b[1] - a[1] * b[0], a @ b))))


def views(motion: Motion) -> list[tuple[int, int]]:
    """Spans of the motion in which the person faces one way.

    Parameters
    ----------
    motion : Motion

    Returns
    -------
    list of (int, int)
        Half-open index pairs that cover the motion without gaps, in order; one for who does not turn. Neighbours differ
        by TURN_DEG and more, and each lasts SHORTEST_VIEW_S.

    Notes
    -----
    Binary segmentation: a span is cut where the two parts' mean directions explain it best, as long as they differ by
    enough. Means of unit vectors know no jump at 180 degrees.
    """
    m = len(motion.time_s)
    width = max(1, signals.samples(BIN_S, motion.rate_hz))
    lines = body_lines(motion.world_m)
    starts = np.arange(0, m, width)
    direction = np.array([nan_safe.median(lines[a : a + width], axis=0) for a in starts]).reshape(-1, 2)
    length = np.hypot(*direction.T)[:, None]
    with np.errstate(invalid="ignore"):
        unit = np.where(length > 0, direction / length, 0.0)  # unknown says nothing
    shortest = int(np.ceil(SHORTEST_VIEW_S * motion.rate_hz / width)) if m > 1 else 1
    cuts = [int(starts[k]) for k in _cuts(np.nan_to_num(unit), shortest)]
    return list(zip([0, *cuts], [*cuts, m], strict=True))


def _cuts(unit: Floats, shortest: int) -> list[int]:
    """Where a row of unit vectors (k, 2) changes its direction, in order."""
    out: list[int] = []
    todo = [(0, len(unit))]
    while todo:
        start, stop = todo.pop()
        if stop - start < 2 * shortest:
            continue
        total = np.cumsum(unit[start:stop], axis=0)
        before, after = total[:-1], total[-1] - total[:-1]
        gain = np.hypot(*before.T) + np.hypot(*after.T)
        at = shortest - 1 + int(np.argmax(gain[shortest - 1 : len(gain) - shortest + 1]))
        if turn_deg(before[at], after[at]) >= TURN_DEG:
            cut = start + at + 1
            out.append(cut)
            todo += [(start, cut), (cut, stop)]
    return sorted(out)
