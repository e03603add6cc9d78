"""What every measurement stands on: the quiet standing, the camera it shows, and both thighs' elevation against it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from marchcam import track as lm
from marchcam.analysis import nan_safe
from marchcam.analysis.camera import Camera, estimate_camera, level_rows
from marchcam.analysis.facing import body_lines, views
from marchcam.analysis.motion import USED, Motion, still
from marchcam.analysis.standing import Standing, find_standing
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
    standing: Standing
    """What is measured from."""
    at_rest: Motion
    """Its instants."""
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
    standing_deg: dict[str, float]
    """Elevation of the standing thigh, a side."""
    direction: Floats
    """(2,) from the person's right to the left, across the picture and away from the camera, as usual in this view."""
    lead: dict[str, Floats]
    """How far a side's leg leads the other upwards, thighs."""
    standing_px: Floats
    """(33, 2) landmark medians of the standing; NaN for the face."""
    leg_px: float
    """Standing hip–ankle length, pixels."""
    level_s: float | None = None
    """When a thigh was level, if that was told and could be."""
    tilt_borrowed: bool = False
    """Whether the camera's tilt comes from another view: the person turned after standing still."""

    @property
    def stood(self) -> bool:
        """Whether there is real quiet standing."""
        return self.standing.quiet

    @property
    def standing_hip_px(self) -> float:
        """Row of the hips' middle in standing."""
        return float(nan_safe.mean(self.standing_px[list(lm.HIP.values()), 1]))

    @cached_property
    def hip_height(self) -> Floats:
        """(m,) how far the hips are over the lower foot, leg lengths: 1 in standing."""
        hip = self.motion.middle_px(lm.HIP)[:, 1]
        height: Floats = self.motion.position_px[:, list(lm.ANKLE.values()), 1].max(axis=1) - hip
        return height / self.leg_px

    @cached_property
    def feet_seen(self) -> dict[str, bool]:
        """Of each side, whether its foot stands well inside the picture."""
        return {side: self._sees_foot(side) for side in lm.SIDES}

    def _sees_foot(self, side: str) -> bool:
        feet = [lm.ANKLE[side], lm.HEEL[side], lm.TOE[side]]
        rows, presence = self.at_rest.foot_px[:, feet, 1], self.at_rest.presence[:, feet]
        if not np.isfinite(rows).any():
            return False
        return bool(
            nan_safe.largest(rows) < EDGE * self.motion.image_size_wh[1] and nan_safe.median(presence) >= SURELY_PRESENT
        )


def lay_grounds(motion: Motion, setup: Setup) -> list[Ground]:
    """Calibrate a motion, every view of it for itself.

    Parameters
    ----------
    motion : Motion
    setup : Setup

    Returns
    -------
    list of Ground
        In order, over parts of the motion; without the views in which nobody stands upright.

    Notes
    -----
    The camera stays where it is when the person turns: a view without quiet standing of its own has the tilt that the
    best standing shows, and with a level thigh told, the view of that moment gives it to all.
    """
    parts = [motion.at(slice(start, stop)) for start, stop in views(motion)]
    first = [ground for part in parts if (ground := lay_ground(part, setup))]
    told = [g for g in first if g.level_s is not None]
    best = told or sorted((g for g in first if g.stood), key=lambda g: -g.standing.any.sum())
    if len(first) < 2 or not best:
        return first
    own = [g is best[0] or (g.stood and not told) for g in first]
    again = (g if keeps else lay_ground(g.motion, setup, best[0].camera) for g, keeps in zip(first, own, strict=True))
    return [g for g in again if g]


def elevation_of(motion: Motion, grounds: list[Ground]) -> dict[str, Floats]:
    """Elevation of both thighs over a whole motion (m,), each part by the view that it belongs to; NaN between."""
    out = {s: np.full(len(motion.time_s), np.nan) for s in lm.SIDES}
    for ground in grounds:
        start = int(np.searchsorted(motion.time_s, ground.motion.time_s[0]))
        for s in lm.SIDES:
            out[s][start : start + len(ground.motion.time_s)] = ground.elevation[s]
    return out


def lay_ground(motion: Motion, setup: Setup, tilt_of: Camera | None = None) -> Ground | None:
    """Calibrate one view.

    Parameters
    ----------
    motion : Motion
        In which the person faces one way.
    setup : Setup
    tilt_of : Camera, optional
        The same camera as other standing shows it; its tilt is used then.

    Returns
    -------
    Ground or None
        None where nobody stands upright in it.
    """
    resting = still(motion)
    standing = find_standing(motion, resting)
    if standing is None:
        return None
    at_rest = standing.samples(motion)
    level_s = setup.level_thigh_s
    camera = estimate_camera(at_rest, setup, tilt_of, together=standing.quiet)
    if tilt_of is not None:
        level_s = None
    if level_s is not None:
        pitch_deg = _pitch_of_level_thigh(motion, at_rest, camera, level_s)
        if pitch_deg is None:
            level_s = None
        else:
            camera = replace(camera, pitch_deg=pitch_deg, pitch_known=True)
    seen_rows, rows, lead, steady_rows = _rows(motion, at_rest, camera)
    elevation = both_elevations(steady_rows, rows, lead, camera.azimuth_deg)
    standing_deg = {s: float(nan_safe.median(elevation[s][standing.down[s]])) for s in lm.SIDES}
    rise = {s: elevation[s] - standing_deg[s] for s in lm.SIDES}
    standing_px = np.full((lm.LANDMARK_COUNT, 2), np.nan)
    standing_px[USED] = nan_safe.median(at_rest.position_px[:, USED], axis=0)
    with np.errstate(invalid="ignore"):
        all_standing = resting & (np.maximum(rise["left"], rise["right"]) < RESTING_RISE_DEG)
    return Ground(
        motion=motion,
        standing=standing,
        at_rest=at_rest,
        all_standing=all_standing,
        camera=camera,
        rows=rows,
        seen_rows=seen_rows,
        elevation=elevation,
        rise=rise,
        standing_deg=standing_deg,
        direction=np.asarray(nan_safe.median(body_lines(motion.world_m), axis=0)),
        lead=lead,
        standing_px=standing_px,
        leg_px=float(nan_safe.median((at_rest.middle_px(lm.ANKLE) - at_rest.middle_px(lm.HIP))[:, 1])),
        level_s=level_s,
        tilt_borrowed=tilt_of is not None,
    )


def continued(ground: Ground, motion: Motion) -> Ground:
    """The calibration of one motion under another of the same person before the same camera, in which nobody needs to
    stand."""
    seen_rows, _, lead, steady_rows = _rows(motion, ground.at_rest, ground.camera)
    elevation = both_elevations(steady_rows, ground.rows, lead, ground.camera.azimuth_deg)
    nobody = np.zeros(len(motion.time_s), bool)
    return replace(
        ground,
        motion=motion,
        standing=Standing(dict.fromkeys(lm.SIDES, nobody), ground.standing.quiet),
        all_standing=nobody,
        seen_rows=seen_rows,
        elevation=elevation,
        rise={s: elevation[s] - ground.standing_deg[s] for s in lm.SIDES},
        direction=np.asarray(nan_safe.median(body_lines(ground.at_rest.world_m), axis=0)),
        lead=lead,
    )


def _rows(motion: Motion, at_rest: Motion, camera: Camera) -> tuple[Floats, StandingRows, dict[str, Floats], Floats]:
    """Level rows as seen, of standing, each leg's lead, and the rows at the standing's distance with steady knees."""
    seen = _level(motion, camera)
    still_rows = standing_rows(_level(at_rest, camera))
    lead = {s: lift_lead(seen, still_rows, s) for s in lm.SIDES}
    return seen, still_rows, lead, steady_knees(same_distance(seen, lead, still_rows), motion.rate_hz)


def _level(motion: Motion, camera: Camera) -> Floats:
    out = np.full(motion.position_px.shape[:2], np.nan)
    for landmark in USED:  # one by one, for the memory
        out[:, landmark] = level_rows(motion.position_px[:, landmark], camera)
    return out


def _pitch_of_level_thigh(motion: Motion, at_rest: Motion, camera: Camera, time_s: float) -> float | None:
    """Pitch that makes the higher thigh level at a time, by bisection about the camera's own.

    None where no thigh is up then, where no likely pitch makes it level, and from the side, where the pitch does not
    matter.
    """
    near = np.flatnonzero(np.abs(motion.time_s - time_s) <= 0.5 * LEVEL_WINDOW_S)

    def height_deg(pitch_deg: float) -> float:
        _, still_rows, lead, rows = _rows(motion, at_rest, replace(camera, pitch_deg=pitch_deg))
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
