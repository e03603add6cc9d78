"""What keeps a lift from counting: a squat, a lunge, a walk, both thighs up, a cut recording, slipping landmarks."""

from __future__ import annotations

import numpy as np

from marchcam import track as lm
from marchcam.analysis import nan_safe, signals
from marchcam.analysis.ground import Ground
from marchcam.analysis.repetitions import OVERLAP_S, START_DEG, Lift, LiftEvents
from marchcam.arrays import Floats

SINK, NEAR_S = 0.10, 0.7
"""Of leg length: shoulders that sink more than this during a lift, or just before or after it, belong to a squat or a
lunge [default]."""
FOOT_PLACE = 0.30
"""Of leg length: how far the standing foot may seem to move. A half-hidden foot
jitters by up to 10 %, and by 20 % with another person behind it [seen]."""
TRAVEL, RESCALE, WALK_WINDOW_S = 0.25, 0.10, 1.5
"""Of leg length, and of body height: a body that is elsewhere or of another size after a lift than before it walks."""
MIN_LEAD, SURE_LEAD, REPEATED, STEADY = 0.12, 0.35, 3, 0.03
"""Of a thigh. Landmarks that slip give a lead of up to 0.10, once 0.21; lifts 0.4 to 2.5, weak ones (-50 degrees) seen
from the front 0.15 to 0.25: those are believed if they come three times or more, or if the hips stay within STEADY leg
lengths meanwhile, as they do in a lift (0.005 to 0.034) and not when the body sways (0.035 to 0.13) [seen]."""


def why_excluded(ground: Ground, lift: Lift, events: LiftEvents, doubtful_s: Floats) -> str | None:
    """Why a lift does not count, or None.

    Parameters
    ----------
    ground : Ground
    lift : Lift
    events : LiftEvents
    doubtful_s : ndarray of shape (k,)
        Times at which the legs may bear each other's names.

    Returns
    -------
    str or None
        lost_frames, level_check, side_swap, incomplete, walking, squat_or_lunge or overlap.
    """
    hold, whole = events.top, events.whole
    if not ground.motion.seen[whole].any():
        return "lost_frames"
    during = ground.motion.time_s[[whole.start, whole.stop - 1]]
    if ground.level_s is not None and during[0] <= ground.level_s <= during[1]:
        return "level_check"
    if np.any((doubtful_s >= during[0]) & (doubtful_s <= during[1])):
        return "side_swap"
    if lift.cut:
        return "incomplete"
    if _walks(ground, whole):
        return "walking"
    shift = _stance_foot_shift_px(ground, lm.OTHER[lift.side], whole, hold)
    if _sunk_px(ground, whole) > SINK * ground.leg_px or shift > FOOT_PLACE * ground.leg_px:
        return "squat_or_lunge"
    top = slice(events.reach, events.lowering + 1)
    with np.errstate(invalid="ignore"):
        both = np.minimum(ground.rise["left"][top], ground.rise["right"][top]) > START_DEG
    return "overlap" if both.sum() / ground.motion.rate_hz > OVERLAP_S else None


def _sunk_px(ground: Ground, whole: slice) -> float:
    """How far the shoulders go down about a lift, pixels.

    Not the hips: both landmarks ride up with a lifted thigh, while the shoulders stay within 2 % of a leg [seen]. Lower
    than beside the lift and than in standing: who came nearer, or whose shoulders leave the picture, has not sunk.
    """
    beside = signals.samples(NEAR_S, ground.motion.rate_hz)
    shoulder = ground.motion.middle_px(lm.SHOULDER)[max(0, whole.start - beside) : whole.stop + beside, 1]
    if not np.isfinite(shoulder).any():
        return 0.0
    low, high = nan_safe.percentile(shoulder, [97, 3])
    return float(min(low - high, low - nan_safe.mean(ground.standing_px[list(lm.SHOULDER.values()), 1])))


def _walks(ground: Ground, whole: slice) -> bool:
    """Whether the body is elsewhere, or of another size, after a lift than before it."""
    motion = ground.motion
    beside = signals.samples(WALK_WINDOW_S, motion.rate_hz) + 1
    first = max(0, whole.start - beside)
    about = slice(first, whole.stop + beside)
    hip, shoulder = motion.middle_px(lm.HIP)[about, 0], motion.middle_px(lm.SHOULDER)[about, 1]
    # To the lower foot, over a while: a lifted or half-hidden foot is higher, never lower.
    height = np.max(motion.position_px[about][:, list(lm.ANKLE.values()), 1], axis=1) - shoulder
    before, after = slice(0, whole.start + 1 - first), slice(whole.stop - 1 - first, whole.stop + beside - first)
    if not all(np.isfinite(v[w]).any() for v in (hip, height) for w in (before, after)):
        return False
    moved = abs(nan_safe.median(hip[after]) - nan_safe.median(hip[before]))
    size_before, size_after = (nan_safe.percentile(height[part], 75) for part in (before, after))
    if not min(size_before, size_after) > 0:
        return bool(moved > TRAVEL * ground.leg_px)
    grown = max(size_after / size_before, size_before / size_after)
    return bool(moved > TRAVEL * ground.leg_px or grown > 1 + RESCALE)


def _stance_foot_shift_px(ground: Ground, side: str, whole: slice, hold: slice) -> float:
    """How far the standing foot is from where it was before the lift, pixels; 0 where unknown."""

    def foot_px(part: slice) -> Floats:
        px: Floats = np.mean(ground.motion.foot_px[part][:, [lm.ANKLE[side], lm.HEEL[side]]], axis=1)
        return px

    if not ground.feet_seen[side]:
        return 0.0
    before = foot_px(slice(max(0, whole.start - max(1, signals.samples(0.2, ground.motion.rate_hz))), whole.start + 1))
    held = foot_px(hold)
    if not (np.isfinite(before).any() and np.isfinite(held).any()):
        return 0.0
    return float(np.hypot(*(nan_safe.median(held, axis=0) - nan_safe.median(before, axis=0))))


def _sways(ground: Ground, lift: Lift) -> bool:
    """Whether the hips go sideways while the thigh is up."""
    hip = ground.motion.middle_px(lm.HIP)[lift.start : lift.stop, 0]
    return bool(np.subtract(*nan_safe.percentile(hip, [97, 3])) > STEADY * ground.leg_px)


def unsure(ground: Ground, lifts: list[Lift]) -> list[Lift]:
    """Lifts in which the leg hardly leads the other: not believed under MIN_LEAD; under SURE_LEAD only repeated or
    steady.

    Parameters
    ----------
    ground : Ground
    lifts : list of Lift
        Those that nothing else excludes, of both sides.

    Returns
    -------
    list of Lift
    """
    doubted = []
    for side in lm.SIDES:
        own = [(x, float(nan_safe.largest(ground.lead[side][x.start : x.stop]))) for x in lifts if x.side == side]
        few = sum(lead < SURE_LEAD for _, lead in own) < REPEATED
        doubted += [x for x, lead in own if lead < MIN_LEAD or (few and lead < SURE_LEAD and _sways(ground, x))]
    return doubted
