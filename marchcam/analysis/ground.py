"""What every measurement stands on: the quiet standing, the camera it shows, and both thighs' elevation against it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from marchcam import track as lm
from marchcam.analysis import nan_safe, signals
from marchcam.analysis.camera import Camera, estimate_camera, level_rows
from marchcam.analysis.motion import USED, Motion, still, upright
from marchcam.analysis.thigh import (
    StandingRows,
    both_elevations,
    lift_lead,
    same_distance,
    standing_rows,
    steady_knees,
)
from marchcam.arrays import Bools, Floats
from marchcam.track import Setup

MIN_CALIBRATION_S = 1.5
MIN_UPRIGHT_SHARE = 0.2
"""Of the seen pictures: a person who is upright less than that sits or crouches."""
SURELY_PRESENT, EDGE = 0.9, 0.97
"""A foot is believed in only with this presence, and above this part of the picture's height, while standing: beyond,
it is invented."""
LEVEL_WINDOW_S, LEVEL_PITCH_DEG = 0.5, 12.0
"""A level thigh is read over this time about the one given; a camera tilted by so much more or less than the feet tell
is not believed: four times their error [seen]."""
RESTING_RISE_DEG = 10.0
"""A thigh higher than this over standing is lifted, however still it is held."""


@dataclass(frozen=True)
class Ground:
    """A motion with its calibration; arrays of (m,) on the motion's grid."""

    motion: Motion
    standing: Bools
    """bool: the standing measured from."""
    stood: bool
    """Whether that is real quiet standing, not a makeshift."""
    all_standing: Bools
    """bool: every quiet standing of the recording."""
    camera: Camera
    rows: StandingRows
    seen_rows: Floats
    """(m, 33) level rows as seen, focal lengths below the lens."""
    elevation: dict[str, Floats]
    """Degrees above horizontal, a side; NaN = unknown."""
    rise: dict[str, Floats]
    """Degrees above standing, a side."""
    lead: dict[str, Floats]
    """How far a side's leg leads the other upwards, thighs."""
    standing_px: Floats
    """(33, 2) landmark medians of the standing; NaN for the face."""
    leg_px: float
    """Standing hip–ankle length, pixels."""
    level_s: float | None = None
    """When a thigh was level, if that was told and could be."""

    @cached_property
    def feet_seen(self) -> dict[str, bool]:
        """Of each side, whether its foot stands well inside the picture."""
        return {side: self._sees_foot(side) for side in lm.SIDES}

    def _sees_foot(self, side: str) -> bool:
        feet = [lm.ANKLE[side], lm.HEEL[side], lm.TOE[side]]
        rows, presence = self.motion.foot_px[self.standing][:, feet, 1], self.motion.presence[self.standing][:, feet]
        if not np.isfinite(rows).any():
            return False
        return bool(
            nan_safe.largest(rows) < EDGE * self.motion.image_size_wh[1] and nan_safe.median(presence) >= SURELY_PRESENT
        )


def lay_ground(motion: Motion, setup: Setup) -> Ground | None:
    """Calibrate a motion.

    Parameters
    ----------
    motion : Motion
    setup : Setup

    Returns
    -------
    Ground or None
        None where nobody stands upright in it.
    """
    resting = still(motion)
    standing, stood = _calibration_part(motion, resting)
    if not standing.any():
        return None
    level_s = setup.level_thigh_s
    camera = estimate_camera(motion, standing, setup)
    if level_s is not None:
        pitch_deg = _pitch_of_level_thigh(motion, standing, camera, level_s)
        if pitch_deg is None:
            level_s = None
        else:
            camera = replace(camera, pitch_deg=pitch_deg, pitch_known=True)
    seen_rows, rows, lead, steady_rows = _rows(motion, standing, camera)
    elevation = both_elevations(steady_rows, rows, lead, camera.azimuth_deg)
    rise = {s: elevation[s] - nan_safe.median(elevation[s][standing]) for s in lm.SIDES}
    standing_px = np.full((lm.LANDMARK_COUNT, 2), np.nan)
    standing_px[USED] = nan_safe.median(motion.position_px[standing][:, USED], axis=0)
    leg_px = float(nan_safe.median((motion.middle_px(lm.ANKLE) - motion.middle_px(lm.HIP))[standing, 1]))
    with np.errstate(invalid="ignore"):
        all_standing = resting & (np.maximum(rise["left"], rise["right"]) < RESTING_RISE_DEG)
    return Ground(
        motion,
        standing,
        stood,
        all_standing,
        camera,
        rows,
        seen_rows,
        elevation,
        rise,
        lead,
        standing_px,
        leg_px,
        level_s,
    )


def _rows(motion: Motion, standing: Bools, camera: Camera) -> tuple[Floats, StandingRows, dict[str, Floats], Floats]:
    """Level rows as seen, of standing, each leg's lead, and the rows at the standing's distance with steady knees."""
    seen = np.full(motion.position_px.shape[:2], np.nan)
    for landmark in USED:  # one by one, for the memory
        seen[:, landmark] = level_rows(motion.position_px[:, landmark], camera)
    still_rows = standing_rows(seen, standing)
    lead = {s: lift_lead(seen, still_rows, s) for s in lm.SIDES}
    return seen, still_rows, lead, steady_knees(same_distance(seen, lead, still_rows), motion.rate_hz)


def _pitch_of_level_thigh(motion: Motion, standing: Bools, camera: Camera, time_s: float) -> float | None:
    """Pitch that makes the higher thigh level at a time, by bisection about the camera's own.

    None where no thigh is up then, where no likely pitch makes it level, and from the side, where the pitch does not
    matter.
    """
    near = np.flatnonzero(np.abs(motion.time_s - time_s) <= 0.5 * LEVEL_WINDOW_S)

    def height_deg(pitch_deg: float) -> float:
        _, still_rows, lead, rows = _rows(motion, standing, replace(camera, pitch_deg=pitch_deg))
        lead = {s: v[near] for s, v in lead.items()}
        both = both_elevations(rows[near], still_rows, lead, camera.azimuth_deg)
        return max(float(np.median(e)) for e in both.values())

    if camera.kind == "side" or not (len(near) and motion.seen[near].all()):
        return None
    low, high = camera.pitch_deg - LEVEL_PITCH_DEG, camera.pitch_deg + LEVEL_PITCH_DEG
    if not height_deg(low) < 0 < height_deg(high):
        return None
    for _ in range(12):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if height_deg(middle) < 0 else (low, middle)
    return 0.5 * (low + high)


def _calibration_part(motion: Motion, resting: Bools) -> tuple[Bools, bool]:
    """Mask of the standing to measure from, and whether it is real quiet standing.

    The first rest of MIN_CALIBRATION_S or more, else the longest; without any, the tenth of the upright pictures with
    the lowest knees.
    """
    spans = signals.runs(resting)
    mask = np.zeros(len(resting), bool)
    if spans:
        long = [s for s in spans if (s[1] - s[0]) / motion.rate_hz >= MIN_CALIBRATION_S]
        start, stop = long[0] if long else max(spans, key=lambda s: s[1] - s[0])
        mask[start:stop] = True
        return mask, True
    good = upright(motion) & motion.seen
    if good.sum() < max(5, MIN_UPRIGHT_SHARE * motion.seen.sum()):
        return mask, False
    y = motion.position_px[:, :, 1]
    higher_knee = np.minimum(y[:, lm.LEFT_KNEE], y[:, lm.RIGHT_KNEE]) - motion.middle_px(lm.SHOULDER)[:, 1]
    limit = np.percentile(higher_knee[good], 90)
    with np.errstate(invalid="ignore"):
        return good & (higher_knee >= limit), False
