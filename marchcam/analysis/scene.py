"""Whether a recording shows an upright person with hips, knees and ankles in the picture, before any lift is looked
at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from marchcam import track as lm
from marchcam.analysis import nan_safe
from marchcam.analysis.flags import make_flag
from marchcam.analysis.motion import Motion
from marchcam.analysis.results import Flag
from marchcam.track import PoseTrack

SHORTEST_S = 2.0
"""No lift fits into less, with the standing before it."""
PRESENT, ANKLES_PRESENT, ANKLES_OUT, ANKLES_SURE = 0.5, 0.3, 1.10, 0.9
"""Median presence of hips and knees, of ankles, and ankle row over picture height: beyond, the legs are invented [seen:
0.99 with whole legs, ankles 0.75 at 1.02 with the feet cut, 0.12 at 1.18 cut at the knees]."""


@dataclass(frozen=True)
class Scene:
    """What can be said of a recording before any lift is looked at."""

    seen_share: float
    flag: Flag | None
    """Why nothing can be assessed, or None."""


def look_at_scene(track: PoseTrack, motion: Motion) -> Scene:
    """Whether there is an upright person with hips and knees in the picture.

    Parameters
    ----------
    track : PoseTrack
    motion : Motion

    Returns
    -------
    Scene
    """
    seen = motion.seen
    share = float(np.isfinite(track.position_px[:, lm.LEFT_HIP, 0]).mean()) if len(track.times_s) else 0.0
    if share >= 0.5 and track.times_s[-1] - track.times_s[0] < SHORTEST_S:
        return Scene(
            share, make_flag("no_lifts", text="No lift of a slow march was found: the recording is too short.")
        )
    # A tracker invents people in an empty room for a moment: a second of them is not a person.
    if len(seen) == 0 or seen.sum() < max(3, 0.5 * motion.rate_hz) or share < 0.05:
        return Scene(share, make_flag("no_person"))
    shoulder, hip, knee, ankle = (motion.middle_px(p)[seen] for p in (lm.SHOULDER, lm.HIP, lm.KNEE, lm.ANKLE))
    present = {
        p: nan_safe.median(motion.presence[seen][:, list(pair.values())])
        for p, pair in (("hip", lm.HIP), ("knee", lm.KNEE), ("ankle", lm.ANKLE))
    }
    body = nan_safe.median(hip - shoulder, axis=0)
    # The trunk points sideways or up; a person of whom only thighs are seen is invented anyhow.
    if body[1] < 0.5 * abs(body[0]):
        return Scene(share, make_flag("upside_down" if present["ankle"] > ANKLES_SURE else "cut_off"))
    height = motion.image_size_wh[1]
    out = nan_safe.median(knee[:, 1]) > height - 2 or nan_safe.median(ankle[:, 1]) > ANKLES_OUT * height
    # Whole legs are invented below the picture's edge; only their presence gives them away.
    if out or min(present["hip"], present["knee"]) < PRESENT or present["ankle"] < ANKLES_PRESENT:
        return Scene(share, make_flag("cut_off"))
    return Scene(share, None)
