"""A track made ready for measuring: uniform time, short gaps bridged, smoothed; and the quiet standing found in it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import ClassVar

import numpy as np

from marchcam import track as lm
from marchcam.analysis import signals
from marchcam.arrays import Bools, Floats, Ints
from marchcam.track import PoseTrack

ANGLE_CUTOFF_HZ = 4.0
"""Slow lifts have nothing above 2 Hz; landmark jitter lies above 4 [default]."""
FOOT_CUTOFF_HZ = 6.0
"""A landing is quicker than a lift [default]."""
STILL_WINDOW_S = 1.0
STILL_SD = 0.01
"""Of stature: mid-hip movement that still is quiet standing [default]."""
STILL_LIMB_SD = 0.012
"""Of stature: the same for knees and feet, whose landmarks jitter more [seen]."""
STRAIGHT = 0.55
"""How far a straight leg's thigh drops in the picture, over its shank [default]."""
LEGS_ALIKE, FEET_LEVEL = 0.6, 0.25
"""One leg's thigh or shank over the mean of both, and the ankles' difference in height over leg length, in the picture
of who stands on both feet: seen from the side the far foot stands up to 0.15 higher [seen]."""
VISIBLE = 0.6
"""Visibility that a landmark needs for calibration [default]."""


def _both(*pairs: dict[str, int]) -> Ints:
    return np.array([pair[side] for pair in pairs for side in lm.SIDES])


FEET = _both(lm.ANKLE, lm.HEEL, lm.TOE)
TRUNK_AND_LEGS = _both(lm.SHOULDER, lm.HIP, lm.KNEE, lm.ANKLE)
USED = _both(lm.SHOULDER, lm.WRIST, lm.HIP, lm.KNEE, lm.ANKLE, lm.HEEL, lm.TOE)
"""Landmarks that something is measured by; the others stay NaN: to smooth them would take half the time."""


@dataclass(frozen=True)
class Motion:
    """Landmarks on a uniform grid of m instants; NaN where nobody was seen for longer than a bridged gap."""

    time_s: Floats
    """(m,)"""
    rate_hz: float
    position_px: Floats
    """(m, 33, 2) smoothed at ANGLE_CUTOFF_HZ (USED only; the rest NaN)."""
    foot_px: Floats
    """(m, 33, 2) smoothed at FOOT_CUTOFF_HZ (FEET only)."""
    world_m: Floats
    """(m, 33, 3) smoothed at ANGLE_CUTOFF_HZ (TRUNK_AND_LEGS only)."""
    visibility: Floats
    """(m, 33) float32 (USED only)."""
    presence: Floats
    """(m, 33) float32 (USED only)."""
    image_size_wh: tuple[int, int]
    PER_INSTANT: ClassVar = ("time_s", "position_px", "foot_px", "world_m", "visibility", "presence")
    _middles_px: dict[tuple[int, int], Floats] = field(default_factory=dict, init=False, repr=False, compare=False)

    def middle_px(self, pair: dict[str, int]) -> Floats:
        """(m, 2) midpoint of a left–right landmark pair, pixels; read-only, as every lift asks for it."""
        key = pair["left"], pair["right"]
        if key not in self._middles_px:
            middle = 0.5 * (self.position_px[:, key[0]] + self.position_px[:, key[1]])
            middle.flags.writeable = False
            self._middles_px[key] = middle
        return self._middles_px[key]

    def at(self, instants: slice | Bools | Ints) -> Motion:
        """The same of some instants only, by index or mask."""
        return replace(self, **{name: getattr(self, name)[instants] for name in self.PER_INSTANT})

    @cached_property
    def seen(self) -> Bools:
        """(m,) bool: both hips and knees known."""
        legs = [*lm.HIP.values(), *lm.KNEE.values()]
        return np.asarray(np.isfinite(self.position_px[:, legs, 0]).all(axis=1))


def build_motion(track: PoseTrack) -> Motion:
    """Resample and smooth a track.

    Parameters
    ----------
    track : PoseTrack

    Returns
    -------
    Motion
        Empty tracks give an empty motion.
    """
    grid = signals.uniform_times(track.times_s)
    rate = 1.0 / (grid[1] - grid[0]) if len(grid) > 1 else 0.0

    def fit(values: Floats, landmarks: Ints, cutoff_hz: float | None = None) -> Floats:
        out = np.full((len(grid),) + values.shape[1:], np.nan, np.float32 if cutoff_hz is None else np.float64)
        part = signals.resample(track.times_s, values[:, landmarks], grid)
        out[:, landmarks] = part if cutoff_hz is None else signals.filter_zero_phase(part, rate, cutoff_hz)
        return out

    return Motion(
        time_s=grid,
        rate_hz=rate,
        position_px=fit(track.position_px, USED, ANGLE_CUTOFF_HZ),
        foot_px=fit(track.position_px, FEET, FOOT_CUTOFF_HZ),
        world_m=fit(track.world_m, TRUNK_AND_LEGS, ANGLE_CUTOFF_HZ),
        visibility=fit(track.visibility, USED),
        presence=fit(track.presence, USED),
        image_size_wh=track.image_size_wh,
    )


def stature_px(motion: Motion) -> float:
    """Body height in pixels, from the upright part of the recording: shoulder–ankle span over 0.77 (landmark heights
    over stature)."""
    span = motion.middle_px(lm.ANKLE)[:, 1] - motion.middle_px(lm.SHOULDER)[:, 1]
    span = span[np.isfinite(span)]
    return float(np.percentile(span, 90)) / 0.77 if len(span) else np.nan


def _moving_sd(values: Floats, width: int) -> Floats:
    mean = signals.moving_mean(values, width)
    return np.sqrt(np.maximum(signals.moving_mean(values * values, width) - mean * mean, 0.0))


def leg_straight(motion: Motion, side: str) -> Bools:
    """(m,) bool: one leg about straight under an upright trunk, whatever the other one does.

    Of a seated or squatting person, seen from anywhere but straight above, the thigh drops by under half of the shank.
    """
    y = motion.position_px[:, :, 1]
    return _straight(*(y[:, pair[side]] for pair in (lm.SHOULDER, lm.HIP, lm.KNEE, lm.ANKLE)))


def _straight(shoulder: Floats, hip: Floats, knee: Floats, ankle: Floats) -> Bools:
    with np.errstate(invalid="ignore"):
        straight: Bools = (knee - hip > STRAIGHT * (ankle - knee)) & (ankle > knee) & (hip > shoulder)
        return straight


def upright(motion: Motion) -> Bools:
    """(m,) bool: a standing posture, hips over knees over ankles with both legs about straight.

    A seated or squatting person fails: seen from anywhere but straight above, the hip–knee drop then is under half of
    the knee–ankle drop. So does who stands on one leg: both thighs and both shanks hang alike.
    """
    hip, knee, ankle, shoulder = (motion.middle_px(p)[:, 1] for p in (lm.HIP, lm.KNEE, lm.ANKLE, lm.SHOULDER))
    with np.errstate(invalid="ignore"):
        y = motion.position_px[:, :, 1]
        alike = np.ones(len(hip), bool)
        for s in lm.SIDES:
            alike &= y[:, lm.KNEE[s]] - y[:, lm.HIP[s]] > LEGS_ALIKE * (knee - hip)
            alike &= y[:, lm.ANKLE[s]] - y[:, lm.KNEE[s]] > LEGS_ALIKE * (ankle - knee)
        apart = np.abs(y[:, lm.LEFT_ANKLE] - y[:, lm.RIGHT_ANKLE])
        return _straight(shoulder, hip, knee, ankle) & alike & (apart < FEET_LEVEL * (ankle - hip))


def still(motion: Motion) -> Bools:
    """(m,) bool: hips, knees and feet rest within a window of STILL_WINDOW_S, in an upright posture.

    Every instant of a window that rests as a whole is still, so a run is at least STILL_WINDOW_S long.
    """
    scale = stature_px(motion)
    m = len(motion.time_s)
    width = signals.samples(STILL_WINDOW_S, motion.rate_hz) | 1
    if not np.isfinite(scale) or scale <= 0 or m < width:
        return np.zeros(m, bool)
    parts = [(motion.middle_px(lm.HIP), STILL_SD)]
    parts += [(motion.position_px[:, i], STILL_LIMB_SD) for pair in (lm.KNEE, lm.ANKLE) for i in pair.values()]
    resting = np.ones(m, bool)
    for position, limit in parts:
        # Relative to the first value: variances of big numbers cancel badly.
        centred = (
            position - position[np.flatnonzero(np.isfinite(position[:, 0]))[:1]].sum(axis=0)
            if len(position)
            else position
        )
        with np.errstate(invalid="ignore"):
            sd = np.hypot(_moving_sd(centred[:, 0], width), _moving_sd(centred[:, 1], width))
            resting &= sd < limit * scale
    out = np.zeros(m, bool)
    for i in np.flatnonzero(resting):
        out[i - width // 2 : i + width // 2 + 1] = True
    with np.errstate(invalid="ignore"):
        out &= upright(motion)
        for pair in (lm.SHOULDER, lm.HIP, lm.KNEE):  # side-on the far one of a pair is hidden
            out &= motion.visibility[:, list(pair.values())].max(axis=1) >= VISIBLE
    for start, stop in signals.runs(out):
        if stop - start < width:
            out[start:stop] = False
    return out
