"""What the camera and the pose model say of one instant, and small readings of a posture that need no calibration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from marchcam import track as lm
from marchcam.arrays import Floats
from marchcam.track import PoseTrack, Source

RAISED = 0.4
"""Wrist over the shoulder, torsos: a raised hand. As in the analysis."""
OVERHEAD = 0.55
"""Both wrists so far over the shoulders, torsos, are above the crown: nobody stands so by chance."""
PRESENT, FOOT_PRESENT = 0.5, 0.9
"""Presence of a landmark that is in the picture; the model makes feet up more easily [seen]."""


@dataclass(frozen=True)
class Observation:
    """One frame's landmarks; NaN where nobody was seen."""

    time_s: float
    position_px: Floats
    """(33, 2) pixels of the unmirrored picture, x right, y down."""
    world_m: Floats
    """(33, 3)"""
    visibility: Floats
    """(33,) 0 to 1."""
    presence: Floats
    """(33,) 0 to 1."""
    people: float = np.nan
    """People in the picture; NaN where nobody counted."""
    brightness: float = np.nan
    """Mean grey value of the picture, 0 to 255; NaN where it was not measured."""

    @property
    def seen(self) -> bool:
        """Whether there is somebody with hips and knees."""
        return bool(np.isfinite(self.position_px[[*lm.HIP.values(), *lm.KNEE.values()], 0]).all())

    def row(self, pair: dict[str, int]) -> float:
        """Mean row of a left–right pair, pixels."""
        return float(self.position_px[list(pair.values()), 1].mean())

    @property
    def torso_px(self) -> float:
        """Shoulders to hips, pixels along the picture's rows."""
        return self.row(lm.HIP) - self.row(lm.SHOULDER)


def hand_height(observation: Observation, side: str) -> float:
    """Height of a wrist over the shoulder of its side, torsos; NaN where it is not in the picture."""
    wrist, shoulder = lm.WRIST[side], lm.SHOULDER[side]
    if not observation.seen or observation.presence[wrist] < PRESENT or not observation.torso_px > 0:
        return np.nan
    rise = observation.position_px[shoulder, 1] - observation.position_px[wrist, 1]
    return float(rise / observation.torso_px)


def raised_hand(observation: Observation) -> str | None:
    """Whose hand alone is up: "left", "right", or None."""
    up = {s: hand_height(observation, s) > RAISED for s in lm.SIDES}
    return None if up["left"] == up["right"] else "left" if up["left"] else "right"


def both_hands_overhead(observation: Observation) -> bool:
    """Whether both hands are above the head: new pain, for who marches alone."""
    return all(hand_height(observation, s) > OVERHEAD for s in lm.SIDES)


def to_track(observations: list[Observation], image_size_wh: tuple[int, int]) -> PoseTrack:
    """Observations as a pose track, to be looked at by the analysis."""
    return PoseTrack(
        times_s=np.array([o.time_s for o in observations]),
        position_px=np.array([o.position_px for o in observations]),
        world_m=np.array([o.world_m for o in observations]),
        visibility=np.array([o.visibility for o in observations]),
        presence=np.array([o.presence for o in observations]),
        image_size_wh=image_size_wh,
        source=Source("live"),
    )
