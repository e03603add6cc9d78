"""How the foot comes down: toes or heel first, and how fast."""

from __future__ import annotations

import numpy as np

from marchcam import track as lm
from marchcam.analysis import nan_safe, signals
from marchcam.analysis.motion import Motion
from marchcam.analysis.repetitions import LiftEvents
from marchcam.arrays import Floats

MIN_FPS = 24.0
"""Below, a contact falls between two pictures."""
WINDOW = (0.02, 0.09)
"""Ankle height above standing, leg lengths, in which the foot's tilt is read [seen]."""
TOE_FIRST, HEEL_FIRST = 0.012, -0.008
"""Heel minus toe height change over leg length: +0.02..+0.06 lands toe-first, -0.03 heel-first [seen]; between is
flat."""
CONTACT_HEIGHT = 0.02
SPEED_WINDOW_S = 0.15
FOOT_VISIBLE, FOOT_PRESENT = 0.5, 0.5


def landing(
    motion: Motion, side: str, events: LiftEvents, standing_px: Floats, leg_px: float, fps: float
) -> tuple[str, float | None]:
    """Class of the landing and its speed.

    Parameters
    ----------
    motion : Motion
    side : str
    events : LiftEvents
    standing_px : ndarray of shape (33, 2)
        Landmark medians of quiet standing, pixels.
    leg_px : float
        Standing hip–ankle length, pixels.
    fps : float
        True mean frame rate of the recording.

    Returns
    -------
    kind : str
        toe_first, heel_first, flat or unclear.
    speed : float or None
        95th percentile of the downward ankle speed in the last 0.15 s before contact, leg lengths per second.
    """
    ankle, heel, toe = lm.ANKLE[side], lm.HEEL[side], lm.TOE[side]
    end = min(len(motion.time_s), (events.lowered or events.lowering) + signals.samples(0.6, motion.rate_hz) + 1)
    part = slice(events.lowering, end)
    height = {i: (standing_px[i, 1] - motion.foot_px[part, i, 1]) / leg_px for i in (ankle, heel, toe)}
    falling = height[ankle]
    if len(falling) < 3 or not np.isfinite(falling).all():
        return "unclear", None
    contact = int(np.argmax(falling < CONTACT_HEIGHT)) if (falling < CONTACT_HEIGHT).any() else None
    speed = None
    if contact is not None and contact > 0:
        before = (
            -np.gradient(falling)[max(0, contact - signals.samples(SPEED_WINDOW_S, motion.rate_hz)) : contact + 1]
            * motion.rate_hz
        )
        speed = float(np.percentile(before, 95))
    if fps < MIN_FPS or not _feet_visible(motion, side, part):
        return "unclear", speed
    last = contact if contact is not None else len(falling)
    inside = np.flatnonzero((falling[: last + 1] > WINDOW[0]) & (falling[: last + 1] < WINDOW[1]))
    if len(inside) == 0:
        return "unclear", speed
    tilt = float(np.median((height[heel] - height[toe])[inside]))
    return ("toe_first" if tilt >= TOE_FIRST else "heel_first" if tilt <= HEEL_FIRST else "flat"), speed


def _feet_visible(motion: Motion, side: str, part: slice) -> bool:
    feet = [lm.HEEL[side], lm.TOE[side]]
    inside = (motion.foot_px[part][:, feet, 1] < motion.image_size_wh[1]).all()
    return bool(
        inside
        and nan_safe.median(motion.visibility[part][:, feet]) >= FOOT_VISIBLE
        and nan_safe.median(motion.presence[part][:, feet]) >= FOOT_PRESENT
    )
