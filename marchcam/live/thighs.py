"""The height of both thighs while the person marches: the analysis's own estimator on a signal smoothed causally."""

from __future__ import annotations

import numpy as np

from marchcam import track as lm
from marchcam.analysis.camera import level_rows
from marchcam.analysis.ground import Ground, continued, lay_ground
from marchcam.analysis.identity import leg_doubts, undo_leg_swaps
from marchcam.analysis.measure import movements
from marchcam.analysis.motion import build_motion, still
from marchcam.analysis.signals import runs
from marchcam.analysis.thigh import both_elevations, lift_lead
from marchcam.arrays import Floats
from marchcam.live.observation import Observation, to_track
from marchcam.track import Setup

MIN_CUTOFF_HZ, SPEED_GAIN = 1.2, 1.5
"""Of the One-Euro filter on landmarks in leg lengths: at rest, and more per leg length a second [seen: 0.04 to 0.06 s
behind the recorded analysis, holds within 0.7 degrees of it]."""
DERIVATIVE_CUTOFF_HZ = 1.0
SAME_LIFT_S = 0.6
"""The causal signal comes down a little later than the recorded one."""
GAP_S = 0.5
"""After a longer gap the filter starts anew."""


class OneEuro:
    """A causal low-pass whose cut-off grows with speed.

    Parameters
    ----------
    min_cutoff_hz : float
        Cut-off of a value at rest.
    speed_gain : float
        Hertz more for each unit a second.

    References
    ----------
    Casiez, Roussel & Vogel 2012, doi:10.1145/2207676.2208639.
    """

    def __init__(self, min_cutoff_hz: float = MIN_CUTOFF_HZ, speed_gain: float = SPEED_GAIN) -> None:
        self.min_cutoff_hz, self.speed_gain = min_cutoff_hz, speed_gain
        self._time_s: float | None = None

    def update(self, time_s: float, values: Floats) -> Floats:
        """Feed the next values (...); NaN gives NaN and starts that component anew."""
        if self._time_s is None or not 0 < time_s - self._time_s <= GAP_S:
            self._time_s, self._value, self._speed = time_s, values, np.zeros_like(values)
            return values
        step_s, self._time_s = time_s - self._time_s, time_s
        fresh = ~np.isfinite(self._value)
        before = np.where(fresh, values, self._value)
        raw_speed = np.nan_to_num((values - before) / step_s)
        self._speed += _share(DERIVATIVE_CUTOFF_HZ, step_s) * (raw_speed - self._speed)
        cutoff_hz = self.min_cutoff_hz + self.speed_gain * np.abs(self._speed)
        self._value = before + _share(cutoff_hz, step_s) * (values - before)
        return self._value


def _share(cutoff_hz: float | Floats, step_s: float) -> float | Floats:
    """How much of a new value a first-order low-pass takes over in one step."""
    ratio = 2 * np.pi * cutoff_hz * step_s
    return ratio / (1 + ratio)


class LiveThighs:
    """Elevation of both thighs, frame by frame, against one quiet standing.

    Parameters
    ----------
    ground : Ground
        Of the quiet standing.
    """

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._filter = OneEuro()

    def update(self, observation: Observation) -> tuple[dict[str, float], dict[str, float]]:
        """Elevation above the horizontal and above standing, degrees, a side; NaN = unknown."""
        leg = self._ground.leg_px
        smooth = leg * self._filter.update(observation.time_s, observation.position_px / leg)
        rows = level_rows(smooth[None], self._ground.camera)
        lead = {s: lift_lead(rows, self._ground.rows, s) for s in lm.SIDES}
        found = both_elevations(rows, self._ground.rows, lead, self._ground.camera.azimuth_deg)
        elevation = {s: float(found[s][0]) for s in lm.SIDES}
        return elevation, {s: elevation[s] - self._ground.standing_deg[s] for s in lm.SIDES}


def still_since_s(observations: list[Observation], image_size_wh: tuple[int, int]) -> float | None:
    """Since when the person stands still and upright, up to the last observation; None if not now.

    Parameters
    ----------
    observations : list of Observation
        The last seconds.
    image_size_wh : (int, int)

    Returns
    -------
    float or None
        Session time, seconds.
    """
    if len(observations) < 5:
        return None
    motion = build_motion(to_track(observations, image_size_wh))
    spans = runs(still(motion))
    if not spans or spans[-1][1] < len(motion.time_s):
        return None
    return float(motion.time_s[spans[-1][0]])


def calibrate(observations: list[Observation], image_size_wh: tuple[int, int], setup: Setup) -> Ground | None:
    """The ground that a quiet standing gives, or None where nobody stands."""
    return lay_ground(build_motion(to_track(observations, image_size_wh)), setup)


def no_lift(
    observations: list[Observation], image_size_wh: tuple[int, int], ground: Ground, side: str, lowered_s: float
) -> str | None:
    """What a movement was that looked like a lift, judged as the recorded analysis does.

    Parameters
    ----------
    observations : list of Observation
        The last seconds, from before the movement to a little after it.
    image_size_wh : (int, int)
    ground : Ground
        Of the quiet standing.
    side : str
    lowered_s : float
        When the thigh came down.

    Returns
    -------
    str or None
        A code of results.Repetition.excluded, not_found where there is no such movement; None for a lift.
    """
    labels = undo_leg_swaps(to_track(observations, image_size_wh))
    here = continued(ground, build_motion(labels.track))
    time = here.motion.time_s
    near = {
        abs(time[x.lift.stop - 1] - lowered_s): x.excluded
        for x in movements([here], leg_doubts(labels))
        if x.lift.side == side and x.excluded != "incomplete"  # that is the one under way
    }
    nearest_s = min(near, default=np.inf)
    return near[nearest_s] if nearest_s < SAME_LIFT_S else "not_found"
