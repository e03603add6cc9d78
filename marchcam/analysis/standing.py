"""The standing that a view is measured from: quiet standing, or what comes nearest to it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from marchcam import track as lm
from marchcam.analysis import signals
from marchcam.analysis.motion import Motion, leg_straight
from marchcam.arrays import Bools

MIN_CALIBRATION_S = 1.5
MIN_STRAIGHT_SHARE = 0.2
"""Of the seen pictures: a person whose legs are straight for less than that sits or crouches."""
FOOT_DOWN_PCT, KNEE_DOWN_PCT = 60.0, 50.0
"""Of the pictures in which a leg is straight: those with its foot lower than this share of them, and of these again
those with its thigh longest in the picture, show it standing [default]."""


@dataclass(frozen=True)
class Standing:
    """When each leg stands, on the grid of a motion."""

    down: dict[str, Bools]
    """(m,) bool, a side. Both alike in quiet standing; in a march without it each leg stands while the other is up."""
    quiet: bool
    """Whether that is real quiet standing, not a makeshift."""

    @property
    def any(self) -> Bools:
        """(m,) bool: one leg or both."""
        return self.down["left"] | self.down["right"]

    def samples(self, motion: Motion) -> Motion:
        """Standing instants of the motion; in a makeshift each side's landmarks come from instants of its own."""
        at = {s: np.flatnonzero(self.down[s]) for s in lm.SIDES}
        if self.quiet:
            at["right"] = at["left"]
        count = min(len(v) for v in at.values())
        at = {s: v[np.linspace(0, len(v) - 1, count).astype(int)] for s, v in at.items()}
        parts = {name: getattr(motion, name)[at["left"]].copy() for name in motion.PER_INSTANT}
        for name, values in parts.items():
            if values.ndim > 1:
                values[:, RIGHT] = getattr(motion, name)[at["right"]][:, RIGHT]
        return replace(motion, **parts)


RIGHT = np.arange(12, lm.LANDMARK_COUNT, 2)
"""Landmarks of the right side below the head: left and right alternate."""


def find_standing(motion: Motion, resting: Bools) -> Standing | None:
    """The standing to measure a view from.

    Parameters
    ----------
    motion : Motion
        In which the person faces one way.
    resting : ndarray of bool, shape (m,)
        Where the person stands still; see `motion.still`.

    Returns
    -------
    Standing or None
        The first rest of MIN_CALIBRATION_S or more, else the longest; without any, the instants at which each leg is
        straight with its foot on the floor. None where nobody stands upright.
    """
    spans = signals.runs(resting)
    if spans:
        long = [s for s in spans if (s[1] - s[0]) / motion.rate_hz >= MIN_CALIBRATION_S]
        start, stop = long[0] if long else max(spans, key=lambda s: s[1] - s[0])
        mask = np.zeros(len(resting), bool)
        mask[start:stop] = True
        return Standing(dict.fromkeys(lm.SIDES, mask), True)
    down = {}
    for side in lm.SIDES:
        straight = leg_straight(motion, side) & motion.seen
        if straight.sum() < max(5, MIN_STRAIGHT_SHARE * motion.seen.sum()):
            return None
        ankle, knee, hip = (motion.position_px[:, pair[side], 1] for pair in (lm.ANKLE, lm.KNEE, lm.HIP))
        with np.errstate(invalid="ignore"):
            on_floor = straight & (ankle >= np.percentile(ankle[straight], FOOT_DOWN_PCT))
            thigh = knee - hip
            down[side] = on_floor & (thigh >= np.percentile(thigh[on_floor], KNEE_DOWN_PCT))
    return Standing(down, False)
