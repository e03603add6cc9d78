"""Lifts whose landmarks disagree with themselves: a knee that is seen at two places in turn, or a shank that shrinks.

A hand, a graphic or dark cloth over a knee leads the model astray, without a word in its visibility or presence: the
height of such a lift may be off by 30 degrees."""

from __future__ import annotations

import numpy as np

from marchcam import track as lm
from marchcam.analysis import nan_safe
from marchcam.analysis.exclusion import FoundLift

SHRUNK, SHORT, WANDERS = 0.70, 0.92, 0.08
"""Length of the shank at the top over standing, by the world landmarks, that alone says that the knee is wrong; that
says so if the knee also wanders; and how far, leg lengths, it then wanders between hip and ankle [seen: 5 of 6 lifts of
a dark march off by 28 to 39 degrees and the lifts behind a moving dot; 2 of 900 others]."""


def knee_jumps(found: FoundLift) -> bool:
    """Whether the knee of a lift cannot be where it is seen.

    Parameters
    ----------
    found : FoundLift

    Returns
    -------
    bool
        False where landmarks are unknown.
    """
    ground, side = found.ground, found.lift.side
    top = slice(found.events.reach, found.events.lowering + 1)
    hip, knee, ankle = (pair[side] for pair in (lm.HIP, lm.KNEE, lm.ANKLE))
    shank, at_rest = (
        nan_safe.median(np.linalg.norm(world[:, knee] - world[:, ankle], axis=1))
        for world in (ground.motion.world_m[top], ground.at_rest.world_m)
    )
    row = ground.motion.position_px[top, :, 1]
    between = row[:, knee] - 0.5 * (row[:, hip] + row[:, ankle])
    wanders = np.subtract(*nan_safe.percentile(between, [95, 5])) / ground.leg_px
    return bool(shank < SHRUNK * at_rest or (shank < SHORT * at_rest and wanders > WANDERS))
