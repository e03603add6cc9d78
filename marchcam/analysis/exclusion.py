"""What keeps a movement from counting as a lift.

A lift of the slow march: one thigh goes up in front, its shank hangs, the other foot stays planted, the body neither
sinks nor jumps, and the lifted foot comes back to its place. Each of these is measured once, in `read_movement`, and
tested once, in `_failing`; the code of the first one that fails is the reason. What the movements around it say is
added in `hurried`, `torn` and `outvoted`: a knee raised among kicks is a dance.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from marchcam import track as lm
from marchcam.analysis import nan_safe, signals
from marchcam.analysis.facing import body_lines, turn_deg
from marchcam.analysis.ground import Ground
from marchcam.analysis.identity import LegDoubts
from marchcam.analysis.repetitions import MIN_ABOVE_S, OVERLAP_S, START_DEG, Lift, LiftEvents
from marchcam.arrays import Bools, Floats

SINK, NEAR_S, TALL_S = 0.17, 0.7, 2.0
"""Leg lengths that the hips sink over the lower foot during a lift, or just before or after it: at most 0.13 in real
marches, 0.16 and more where somebody steps over or up something, 0.24 and more in squats and lunges [seen]."""
HOP, HOP_FOOT = 0.18, 0.05
"""Leg lengths that the hips, and the standing foot, are higher at the top of a lift than beside it: skips 0.21 and more
with 0.07 and more, marches up to 0.16 [seen]."""
RETURN, PLANTED = 0.28, 0.35
"""Leg lengths between a lifted foot's places before and after, and that a standing foot moves: real marches up to 0.20
and, where it has only just come down, 0.30; steps 0.3 to 1.6 [seen]."""
STEP_UP, GROWN, GROWN_WINDOW_S = 0.25, 0.12, 1.5
"""Leg lengths that hips and foot end higher or lower in a step onto something; and how much larger or smaller, of its
height, a body that walks to or from the camera becomes from before a lift to after it [default]."""
SHANK_HANGS = 0.55
"""How far the shank hangs down, of its length, mean of the world landmarks and the picture: real lifts 0.59 and more,
leg curls and kicks below 0.45 [seen]."""
KICK_BENT_DEG, CURL_DEG = 60.0, -30.0
"""A knee bent by less kicks; by more, under a thigh lower than this, it curls: a raised one may have its foot drawn in
[seen: leg curls -44 and less]."""
POSE_S, POSE_HANGS = 3.4, 0.84
"""Who stays up for longer with a foot drawn in stands on one leg: slow lifts take up to 3.1 s from half height to half
height, and the shank of a longer hold hangs down by 0.85 and more [seen]."""
LOW_DEG, FORWARD_DEG, KICK_DEG = -25.0, 12.0, 35.0
"""How far a shank swings forward of hanging: high lifts up to 17, behind a graphic 28, kicks 50 and more. A low
thigh puts the foot in front with less: low lifts up to 9, heels kicked forward 15 and more [seen]."""
TURNED_DEG = 25.0
"""Away from the direction that a view has, over a lift: turning."""
HANDED_S, NAMES_MIX_S, UP_DEG, DOWN_DEG = 0.25, 0.08, 40.0, 20.0
"""Shortly before a change of names one thigh is up and the other down, shortly after it the other way round, as high:
that is the same thigh [seen]."""
OTHERS_PLACE, BESIDE, FEET_APART, PLACES_S = 0.8, 0.08, 0.04, 3.0
"""How far a standing foot is on the way to the other's place, 0 = its own: right names up to 0.3, wrong ones 0.9 and
more; how far beside that way, and how far apart the places are at least, leg lengths; and the time about a lift in
which the feet stand in those places [seen]."""
HURRIED_S, HURRIED_LIFT_S = 0.46, 0.7
"""From one lift's middle to the next one's, either leg: real marches 0.55 and more, running in place 0.40 and less
[seen]; and how long a thigh is up in a run at most."""
TORN_DEG_S, TORN_S = 350.0, 4.0
"""A thigh that drops faster than this and soon rises as fast again did not move: its leg was lost and found again, and
the two lifts are one. Two lifts of one leg in turn 300 and less, torn ones 410 and more [seen]."""
BESIDE_S, PLANTED_S = 0.15, 0.5
"""Before and after a lift: where the body is beside it; and in which its foot stands, if only for a moment."""
BOUT_S = 2.0
"""A longer rest parts what was done before from what is done after it."""
MOST = 0.5
"""Share of a bout's movements that must be lifts for any of them to be one."""
MIN_LEAD, SURE_LEAD = 0.12, 0.70
"""Of a thigh. Landmarks that slip give a lead of up to 0.10, once 0.39, a leg left behind in a side step 0.6; lifts 0.8
to 5, weak ones seen from the front 0.15 to 0.7 [seen]."""
WEAK_S, STEADY, SAME_SIZE, WEAK_PLANTED = 0.8, 0.05, 0.09, 0.15
"""What lets a weak lead be believed: it lasts (lifts 1.3 s and more; the other leg's movement shows up to 0.7 s on a
leg); the hips stay within this part of a leg length (lifts 0.04, a body that moves over its leg up to 0.9); the body
looks as large as in standing (lifts within 0.07, who came nearer 0.10 and more); and the standing foot moves by no more
than the last of these (lifts 0.10, steps 0.2 and more) [seen]."""
CLEAR_SHARE = 0.5
"""Of the height over standing that a quarter of the movements reach."""
SILENT = ("lost_frames", "level_check", "side_swap", "incomplete", "unsure")
TECHNICAL = (*SILENT, "turned")
"""Reasons that say nothing of what was done; and with the one that at least says that something else was."""


@dataclass(frozen=True)
class LiftMovement:
    """What body and feet do about one lift. Lengths in leg lengths of standing; NaN = unknown, and then not judged."""

    above_s: float
    """How long the thigh is above the start of a lift."""
    turned_deg: float
    """Between the direction over the lift and that of its view."""
    sunk: float
    """Of the hips over the lower foot, about the lift."""
    hips_jumped: float
    """Hips at the top over where they are beside the lift."""
    foot_jumped: float
    """Standing foot at the top over the floor."""
    foot_moved: tuple[float, float]
    """Lifted foot from before to after, right and down in the picture."""
    hips_rose: float
    """Hips from before to after, upwards."""
    stance_moved: float
    """Standing foot while the thigh is up."""
    grown: float
    """Body size after over before, 1 or more."""
    shank_hangs: float
    """1 = straight down, 0 = level."""
    knee_bent_deg: float
    swung_forward_deg: float
    """Shank beyond hanging at its most forward while the thigh is up."""
    thigh_deg: float
    """Elevation of the thigh at the top by the world landmarks alone, degrees."""
    core_s: float
    """From half of its height to half of it."""
    both_up_s: float
    """How long the other thigh is up as well at the top."""


@dataclass(frozen=True, eq=False)
class FoundLift:
    """A movement that could be a lift, with the view that it belongs to."""

    ground: Ground
    lift: Lift
    events: LiftEvents
    excluded: str | None
    """Why it does not count, or None."""

    @property
    def middle_s(self) -> float:
        """The middle of its top."""
        time = self.ground.motion.time_s
        return 0.5 * float(time[self.events.reach] + time[self.events.lowering])

    @property
    def lead(self) -> float:
        """How far the leg leads the other upwards at most, thighs."""
        return _lead(self.ground, self.lift)

    @property
    def peak_rise_deg(self) -> float:
        """How high the thigh comes over standing."""
        return float(self.ground.rise[self.lift.side][self.lift.peak])


def read_movement(ground: Ground, lift: Lift, events: LiftEvents) -> LiftMovement:
    """Measure what a lift must fulfil.

    Parameters
    ----------
    ground : Ground
    lift : Lift
    events : LiftEvents

    Returns
    -------
    LiftMovement
    """
    motion, leg, own, other = ground.motion, ground.leg_px, lift.side, lm.OTHER[lift.side]
    whole, rise = events.whole, ground.rise[lift.side]
    top = slice(events.reach, events.lowering + 1)
    core = _core(lift, rise)
    before, after = _beside(whole, motion.rate_hz, BESIDE_S)
    hip = motion.middle_px(lm.HIP)
    stands = ground.feet_seen[other]

    def middle(values: Floats) -> Floats:
        return np.asarray(nan_safe.median(values, axis=0)) / leg

    moved = np.subtract(*(_place_px(ground, own, part) for part in _beside(whole, motion.rate_hz, PLANTED_S))) / -leg
    hips_before, hips_after, hips_top = (float(middle(hip[part])[1]) for part in (before, after, top))
    stance = _foot_px(ground, other, core)
    about = slice(max(0, whole.start - 2 * len(motion.time_s[before])), whole.stop + 2 * len(motion.time_s[after]))
    floor = nan_safe.percentile(_foot_px(ground, other, about)[:, 1], 90) / leg
    with np.errstate(invalid="ignore"):
        both = np.minimum(ground.rise["left"][top], ground.rise["right"][top]) > START_DEG
    bent, hangs, thigh = _shank(ground, own, top)
    return LiftMovement(
        above_s=lift.above_s,
        turned_deg=_turned_deg(ground, whole),
        sunk=_sunk(ground, whole),
        hips_jumped=0.5 * (hips_before + hips_after) - hips_top,
        foot_jumped=floor - float(middle(_foot_px(ground, other, top))[1]) if stands else np.nan,
        foot_moved=(float(moved[0]), float(moved[1])),
        hips_rose=hips_before - hips_after,
        stance_moved=_spread(stance) / leg if stands else np.nan,
        grown=_grown(ground, whole),
        shank_hangs=hangs,
        knee_bent_deg=bent,
        swung_forward_deg=_swung_forward_deg(ground, own, core),
        thigh_deg=thigh,
        core_s=(core.stop - core.start) / motion.rate_hz,
        both_up_s=float(both.sum()) / motion.rate_hz,
    )


def _lead(ground: Ground, lift: Lift) -> float:
    return float(nan_safe.largest(ground.lead[lift.side][lift.start : lift.stop]))


def _core(lift: Lift, rise_deg: Floats) -> slice:
    """From where the thigh has half of its height to where it has lost it."""
    inside = rise_deg[lift.start : lift.stop]
    high = lift.start + np.flatnonzero(inside >= 0.5 * nan_safe.largest(inside))
    return slice(int(high[0]), int(high[-1]) + 1) if len(high) else slice(lift.start, lift.stop)


def _beside(whole: slice, rate_hz: float, within_s: float) -> tuple[slice, slice]:
    """Just before a lift and just after it, both with a bit of it: in a march without a pause there is nothing else."""
    out, into = (max(1, signals.samples(s, rate_hz)) for s in (within_s, 0.05))
    return (
        slice(max(0, whole.start - out), whole.start + into + 1),
        slice(max(0, whole.stop - 1 - into), whole.stop + out),
    )


def _place_px(ground: Ground, side: str, part: slice) -> Floats:
    """Where a foot stands, (2,) pixels: at the lowest third of its places in a time; the hips where it is not seen."""
    if not ground.feet_seen[side]:
        return np.asarray(nan_safe.median(ground.motion.middle_px(lm.HIP)[part], axis=0))
    return _lowest_px(_foot_px(ground, side, part))


def _foot_px(ground: Ground, side: str, part: slice) -> Floats:
    px: Floats = np.mean(ground.motion.foot_px[part][:, [lm.ANKLE[side], lm.HEEL[side]]], axis=1)
    return px


def _spread(px: Floats) -> float:
    """90 % of positions (k, 2) are this near to their middle; NaN where none is known."""
    if not np.isfinite(px).any():
        return np.nan
    return float(nan_safe.percentile(np.hypot(*(px - nan_safe.median(px, axis=0)).T), 90))


def _turned_deg(ground: Ground, whole: slice) -> float:
    now = nan_safe.median(body_lines(ground.motion.world_m[whole]), axis=0)
    return turn_deg(np.asarray(now), ground.direction)


def _sunk(ground: Ground, whole: slice) -> float:
    """How far the hips sink about a lift.

    Over the lower foot, whose place they hang on: not the shoulders, which go up and down with the arms. Against
    standing and against the tallest about the lift: who is further away than in standing has not sunk. Without feet in
    the picture, against the hips' own height in standing.
    """
    motion = ground.motion
    near, tall = (
        slice(max(0, whole.start - beside), whole.stop + beside)
        for beside in (signals.samples(s, motion.rate_hz) for s in (NEAR_S, TALL_S))
    )
    if all(ground.feet_seen.values()):
        height = ground.hip_height
        tallest = min(1.0, float(nan_safe.percentile(height[tall], 97)))
        return float(1 - nan_safe.percentile(height[near], 3) / tallest)
    hip = motion.middle_px(lm.HIP)[near, 1]
    return float((nan_safe.percentile(hip, 97) - ground.standing_hip_px) / ground.leg_px)


def _grown(ground: Ground, whole: slice) -> float:
    """Body size after a lift over that before it, or the other way round; NaN where one is unknown."""
    motion = ground.motion
    beside = signals.samples(GROWN_WINDOW_S, motion.rate_hz) + 1
    # To the lower foot, over a while: a lifted or half-hidden foot is higher, never lower.
    height = np.max(motion.position_px[:, list(lm.ANKLE.values()), 1], axis=1) - motion.middle_px(lm.SHOULDER)[:, 1]
    sizes = [
        float(nan_safe.percentile(height[part], 75))
        for part in (slice(max(0, whole.start - beside), whole.start + 1), slice(whole.stop - 1, whole.stop + beside))
    ]
    return max(sizes[0] / sizes[1], sizes[1] / sizes[0]) if min(sizes) > 0 else np.nan


def _shank(ground: Ground, side: str, top: slice) -> tuple[float, float, float]:
    """At the top of a lift: how far the knee is bent, degrees, how far the shank hangs, 1 = straight down, and the
    thigh's elevation by the world landmarks, degrees."""
    world, px = ground.motion.world_m[top], ground.motion.position_px[top]
    hip, knee, ankle = (pair[side] for pair in (lm.HIP, lm.KNEE, lm.ANKLE))
    shank, thigh = world[:, ankle] - world[:, knee], world[:, knee] - world[:, hip]
    lengths = np.linalg.norm(shank, axis=1), np.linalg.norm(thigh, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        bent = np.degrees(np.arccos(np.clip(np.sum(shank * thigh, axis=1) / (lengths[0] * lengths[1]), -1, 1)))
        in_world = shank[:, 1] / lengths[0]
        elevation = np.degrees(np.arcsin(np.clip(-thigh[:, 1] / lengths[1], -1, 1)))
    standing = ground.standing_px[ankle, 1] - ground.standing_px[knee, 1]
    in_picture = (px[:, ankle, 1] - px[:, knee, 1]) / standing
    hangs = 0.5 * (nan_safe.median(in_world) + min(1.0, nan_safe.median(in_picture)))
    return float(nan_safe.median(bent)), float(hangs), float(nan_safe.median(elevation))


def _swung_forward_deg(ground: Ground, side: str, core: slice) -> float:
    """How far the shank swings forward of hanging while the thigh is up, degrees, by the world landmarks."""
    world = ground.motion.world_m[core]
    across = body_lines(world)
    forward = np.stack([across[:, 1], -across[:, 0]], axis=1)
    shank = world[:, lm.ANKLE[side]] - world[:, lm.KNEE[side]]
    with np.errstate(invalid="ignore", divide="ignore"):
        ahead = np.sum(shank[:, [0, 2]] * forward, axis=1) / np.hypot(*forward.T)
        return float(nan_safe.percentile(np.degrees(np.arctan2(ahead, shank[:, 1])), 95))


def why_excluded(ground: Ground, lift: Lift, events: LiftEvents, doubts: LegDoubts) -> str | None:
    """Why a lift does not count by itself, or None.

    Parameters
    ----------
    ground : Ground
    lift : Lift
    events : LiftEvents
    doubts : LegDoubts

    Returns
    -------
    str or None
        A code of results.Repetition.excluded.
    """
    whole = events.whole
    if not ground.motion.seen[whole].any():
        return "lost_frames"
    during = ground.motion.time_s[[whole.start, whole.stop - 1]]
    if ground.level_s is not None and during[0] <= ground.level_s <= during[1]:
        return "level_check"
    doubtful = bool(np.any((doubts.doubtful_s >= during[0]) & (doubts.doubtful_s <= during[1])))
    if doubtful or _handed_over(ground, lift, doubts.exchanged_s):
        return "side_swap"
    movement = read_movement(ground, lift, events)
    if lift.cut:
        # What is seen of it may say enough.
        return "squat_or_lunge" if movement.sunk > SINK else "incomplete"
    reason = _failing(movement, ground.camera.kind)
    # Of the other leg's movement showing on this one nothing more can be said.
    return "unsure" if reason in (None, "overlap", "too_fast") and unsure(ground, lift) else reason


def misnamed(found: FoundLift) -> bool:
    """Whether a lift is rather the other leg's: the foot that stands in it stands in the place of the foot that is up.

    Side-on the model at times gives the legs each other's names for a whole lift; the feet's places on the floor, by
    which they differ even then, it does not exchange.

    Parameters
    ----------
    found : FoundLift

    Returns
    -------
    bool
        False where a foot is not seen, or the feet stand in one place.
    """
    ground, up, stands = found.ground, found.lift.side, lm.OTHER[found.lift.side]
    if not all(ground.feet_seen.values()):
        return False
    motion, lift = ground.motion, found.lift
    beside = np.zeros(len(motion.time_s), bool)
    near = signals.samples(PLACES_S, motion.rate_hz)
    beside[max(0, lift.start - near) : lift.stop + near] = True
    beside[lift.start : lift.stop] = False
    here = np.asarray(nan_safe.median(_sole_px(ground, stands, _core(lift, ground.rise[up])), axis=0))
    own, other = (_lowest_px(_sole_px(ground, s, beside)) for s in (stands, up))
    way = other - own
    apart = float(np.hypot(*way))
    if not apart > FEET_APART * ground.leg_px:
        return False
    along = float((here - own) @ way) / apart**2
    across = abs(float(way[0] * (here - own)[1] - way[1] * (here - own)[0])) / apart
    return along > OTHERS_PLACE and across < BESIDE * ground.leg_px


def _sole_px(ground: Ground, side: str, part: slice | Bools) -> Floats:
    """Where a foot is, (k, 2) pixels: the middle of ankle, heel and toes."""
    px: Floats = ground.motion.position_px[part][:, [lm.ANKLE[side], lm.HEEL[side], lm.TOE[side]]].mean(axis=1)
    return px


def _lowest_px(foot_px: Floats) -> Floats:
    """Where a foot stands, (2,) pixels: the median of the lowest third of its places (k, 2)."""
    with np.errstate(invalid="ignore"):
        low = foot_px[:, 1] >= nan_safe.percentile(foot_px[:, 1], 67)
    return np.asarray(nan_safe.median(foot_px[low] if low.any() else foot_px, axis=0))


def _handed_over(ground: Ground, lift: Lift, exchanged_s: Floats) -> bool:
    """Whether a lift goes on as one of the other leg, or comes from it, at a moment at which the names changed."""
    time = ground.motion.time_s
    for at_s in exchanged_s[
        (exchanged_s > time[lift.start] - HANDED_S) & (exchanged_s < time[lift.stop - 1] + HANDED_S)
    ]:
        since_s = time - at_s
        sides = ((since_s > -HANDED_S) & (since_s < -NAMES_MIX_S), (since_s > NAMES_MIX_S) & (since_s < HANDED_S))
        own, other = (
            [float(nan_safe.median(ground.rise[s][part])) for part in sides] for s in (lift.side, lm.OTHER[lift.side])
        )
        for up, down in ((0, 1), (1, 0)):
            alike = abs(own[up] - other[down]) < DOWN_DEG
            if alike and min(own[up], other[down]) > UP_DEG and max(own[down], other[up]) < DOWN_DEG:
                return True
    return False


def _failing(movement: LiftMovement, view: str) -> str | None:
    """The first condition of a lift that a movement fails, or None."""
    m = movement
    away = float(np.hypot(*m.foot_moved))
    if m.turned_deg > TURNED_DEG:
        return "turned"
    if min(abs(m.hips_rose), abs(m.foot_moved[1])) > STEP_UP:
        return "step_up"
    if m.sunk > SINK:
        return "squat_or_lunge"
    if m.core_s > POSE_S and m.shank_hangs < POSE_HANGS:
        return "standing_on_one_leg"
    if m.shank_hangs < SHANK_HANGS and m.knee_bent_deg < KICK_BENT_DEG:
        return "kick"
    if m.shank_hangs < SHANK_HANGS and m.thigh_deg < CURL_DEG:
        return "leg_curl"
    if m.thigh_deg < LOW_DEG and m.swung_forward_deg > FORWARD_DEG:
        return "kick"
    if m.knee_bent_deg < KICK_BENT_DEG and m.swung_forward_deg > KICK_DEG:
        return "kick"
    if away > RETURN or m.stance_moved > PLANTED or m.grown > 1 + GROWN:
        sideways = view in ("front", "back") and abs(m.foot_moved[0]) > abs(m.foot_moved[1])
        return "side_step" if sideways and away > RETURN else "walking"
    if m.hips_jumped > HOP and not m.foot_jumped <= HOP_FOOT:
        return "hop"
    if m.both_up_s > OVERLAP_S:
        return "overlap"
    return "too_fast" if m.above_s < MIN_ABOVE_S else None


def hurried(found: list[FoundLift]) -> list[FoundLift]:
    """Movements that follow each other within HURRIED_S marked as too fast, the rest as they were.

    Parameters
    ----------
    found : list of FoundLift
        In time order, with what each fails by itself.

    Returns
    -------
    list of FoundLift
    """
    # Slips of the landmarks between the lifts do not make them quicker.
    high_deg = nan_safe.percentile([x.peak_rise_deg for x in found], 75)
    clear = [x for x in found if x.peak_rise_deg >= CLEAR_SHARE * high_deg]
    out = []
    for x in found:
        # In a run the legs change places as quickly as names do.
        may = x in clear and (x.excluded == "side_swap" or x.excluded not in TECHNICAL)
        quick = may and x.lift.above_s < HURRIED_LIFT_S and _pace_s(x, clear) < HURRIED_S
        out.append(replace(x, excluded="too_fast") if quick else x)
    return out


def torn(found: list[FoundLift]) -> list[FoundLift]:
    """Halves of one lift, whose leg was lost in between behind the other one, marked as side_swap.

    Parameters
    ----------
    found : list of FoundLift
        In time order.

    Returns
    -------
    list of FoundLift
    """
    halves = set()
    for k, (one, next_one) in enumerate(pairwise(found)):
        same = one.lift.side == next_one.lift.side and one.ground is next_one.ground
        count = one.excluded is None and next_one.excluded is None
        if same and count and next_one.middle_s - one.middle_s < TORN_S:
            rate_hz = one.ground.motion.rate_hz
            speed = signals.rate_of_change(one.ground.rise[one.lift.side], rate_hz)
            drop, rise = speed[one.events.lowering : one.lift.stop], speed[next_one.lift.start : next_one.events.reach]
            if nan_safe.largest(-drop) > TORN_DEG_S and nan_safe.largest(rise) > TORN_DEG_S:
                halves |= {k, k + 1}
    return [replace(x, excluded="side_swap") if k in halves else x for k, x in enumerate(found)]


def outvoted(found: list[FoundLift]) -> list[FoundLift]:
    """Lifts among other movements marked as those are.

    In a bout, movements with no rest between them, of which no more than MOST are lifts nothing is one: the commonest
    of its reasons holds for all. So it is in a whole recording, walking and turning left aside. One lift alone among
    other movements is none either, and a weak one that is its side's only one is not believed there.

    Parameters
    ----------
    found : list of FoundLift
        Of a whole recording, in time order.

    Returns
    -------
    list of FoundLift
    """
    out = [x.excluded for x in found]
    rests = np.flatnonzero(np.diff([x.middle_s for x in found]) > BOUT_S) + 1
    ends = [0, *rests, len(out)]
    for start, stop in zip(ends[:-1], ends[1:], strict=True):
        out[start:stop] = _majority(out[start:stop], SILENT, lambda lifts, failed: lifts <= MOST * (lifts + failed))
    # Whoever walks or turns into place may march there.
    out = _majority(out, (*TECHNICAL, "walking"), lambda lifts, failed: lifts <= MOST * (lifts + failed))
    out = _majority(out, SILENT, lambda lifts, failed: lifts == 1)
    doubts = sum(reason not in (None, "incomplete", "level_check") for reason in out)
    for side in lm.SIDES:
        own = [k for k, x in enumerate(found) if x.lift.side == side and out[k] is None]
        if len(own) == 1 and found[own[0]].lead < SURE_LEAD and doubts > 1:
            out[own[0]] = "unsure"  # other movement would show like this
    return [replace(x, excluded=reason) for x, reason in zip(found, out, strict=True)]


def _pace_s(lift: FoundLift, clear: list[FoundLift]) -> float:
    """Seconds from one lift to the next about this one, from either leg to either, or half of them from a leg to
    itself: the other one may not have been found. Infinite where it stands alone."""
    paces = [np.inf]
    for among, share in ((clear, 1.0), ([x for x in clear if x.lift.side == lift.lift.side], 0.5)):
        at = among.index(lift)
        steps = np.diff([x.middle_s for x in among[max(0, at - 2) : at + 3]])
        steps = steps[steps < BOUT_S]
        if len(steps) >= 2:
            paces.append(share * float(np.median(steps)))
    return min(paces)


def _majority(reasons: list[str | None], silent: tuple[str, ...], lose: Callable[[int, int], bool]) -> list[str | None]:
    """The reasons, or the commonest for all lifts where they lose against what failed, by the numbers of both; silent
    reasons are no votes."""
    failed = [r for r in reasons if r is not None and r not in silent]
    if not failed or not lose(reasons.count(None), len(failed)):
        return reasons
    usual = max(sorted(set(failed)), key=failed.count)
    return [usual if r is None else r for r in reasons]


def slipped(ground: Ground, lift: Lift) -> bool:
    """Whether a short one is nothing but landmarks that slip: the leg hardly leads the other."""
    return lift.above_s < MIN_ABOVE_S and _lead(ground, lift) < SURE_LEAD


def unsure(ground: Ground, lift: Lift) -> bool:
    """Whether the leg hardly leads the other in a lift: not believed under MIN_LEAD; under SURE_LEAD only where it
    lasts, with steady hips, of a body that looks as large as in standing."""
    lead = _lead(ground, lift)
    stance = _foot_px(ground, lm.OTHER[lift.side], _core(lift, ground.rise[lift.side]))
    moved = ground.feet_seen[lm.OTHER[lift.side]] and _spread(stance) > WEAK_PLANTED * ground.leg_px
    weak = lift.above_s < WEAK_S or moved or _sways(ground, lift) or _other_size(ground, lift)
    return lead < MIN_LEAD or (lead < SURE_LEAD and weak)


def _sways(ground: Ground, lift: Lift) -> bool:
    """Whether the hips go sideways while the thigh is up."""
    hip = ground.motion.middle_px(lm.HIP)[lift.start : lift.stop, 0]
    return bool(np.subtract(*nan_safe.percentile(hip, [97, 3])) > STEADY * ground.leg_px)


def _other_size(ground: Ground, lift: Lift) -> bool:
    """Whether the body looks larger or smaller than in standing, from the hips to the lower foot."""
    return bool(abs(nan_safe.median(ground.hip_height[lift.start : lift.stop]) - 1) > SAME_SIZE)
