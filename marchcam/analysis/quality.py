"""How far a recording can be trusted: flags, each with its reason and the one thing to fix, and the trust that
follows."""

from __future__ import annotations

import numpy as np

from marchcam import track as lm
from marchcam.analysis import nan_safe, signals
from marchcam.analysis.asymmetry import MIN_PER_SIDE, in_turn
from marchcam.analysis.camera import Camera
from marchcam.analysis.exclusion import TECHNICAL
from marchcam.analysis.findings import EASE, LITTLE_PAIN, pain_of, surely_rose
from marchcam.analysis.flags import MOVEMENT, SECOND_PERSON_TEXT, SEVERAL_VIEWS_TEXT, make_flag, worst_first
from marchcam.analysis.ground import Ground
from marchcam.analysis.identity import person_changed
from marchcam.analysis.landmarks import knee_jumps
from marchcam.analysis.measure import March
from marchcam.analysis.motion import Motion, stature_px
from marchcam.analysis.results import Flag, Quality, Repetition
from marchcam.analysis.thigh import StandingRows
from marchcam.analysis.uncertainty import HOPELESS_DEG, tool_error
from marchcam.arrays import Bools, Floats
from marchcam.track import PoseTrack, Setup

MIN_FPS = 20.0
LOST_SHARE, LOST_GAP_S, MAX_LOST_S = 0.10, 0.3, 1.0
PAUSE_S = 1.0
"""A longer step between two pictures is a pause of the session or a lost camera, not a slow one."""
TOO_FAST_S = 0.30
"""A lift of 0.35 s in truth reads 0.30 here: its first degrees do not show in the picture [seen]."""
TOO_FAST_SHARE = 0.3
"""Of the movements without a counted lift, that are too quick for a slow march: the word for all."""
PITCH_DEG, LENS_OFF_THIGHS, ROLL_DEG = 15.0, 0.72, 5.0
"""0.72 of a thigh is 0.3 m [lit: thigh 0.245 of stature]."""
CAMERA_MOVED = 0.02
"""Of the picture's long side."""
NEAR, FAR_PX = 0.97, 120.0
"""Body height over picture height; body height in pixels."""
WALKED_SCALE, SQUAT, STEPS_UP, STEPS_ASIDE, CURLED = 1.2, 0.17, 0.1, 0.3, 0.3
"""Of a whole recording without a lift: change of the torso's length in the picture of who walks to or from the camera;
and, leg lengths, hips sunk in squats, over standing on a step, to and fro in steps, and a foot up in curls [seen]."""
OTHER_CAPS, OTHER_SPOILS = 0.2, 1 / 3
"""Share of the movements that are no lifts, from which a recording is less of a slow march, or none [default]."""
JUMPS_SPOIL = 1 / 3
"""Share of a side's lifts with a knee that jumps, from which the sides are not compared [default]."""
CUT_AT_S, LONG_HOLD_S = 0.3, 2.0
"""A lift that begins or ends so near to the recording's start or end is cut off by it; a hold worth a word."""
THIGH_SIDES, THIGH_VARIES = 0.12, 0.10
ONE_LEG = {
    "text": "No lift of the other leg was found.",
    "fix": "If both legs were lifted: film again, both in view. If one could not be: have it checked.",
}
"""Words of few_repetitions where one leg was never lifted."""


def _tracking_flags(track: PoseTrack, motion: Motion, counted: list[Repetition]) -> list[str]:
    flags = []
    steps = np.diff(track.times_s)
    steps = steps[steps < PAUSE_S]
    if len(steps) and (1 / np.mean(steps) < MIN_FPS or np.percentile(steps, 98) > max(0.1, 3 * np.median(steps))):
        flags.append("low_fps")
    lost = ~np.isfinite(track.position_px[:, lm.LEFT_HIP, 0])
    if counted:
        inside = (track.times_s >= counted[0].onset_s) & (
            track.times_s <= (counted[-1].lowered_s or counted[-1].reach_s)
        )
        if inside.any() and (
            lost[inside].mean() > LOST_SHARE
            or _longest_loss_s(track.times_s[inside], lost[inside]) > MAX_LOST_S
            or any(_gap_in(motion, r) for r in counted)
        ):
            flags.append("lost_frames")
    return flags


def _longest_loss_s(times_s: Floats, lost: Bools) -> float:
    return max((float(times_s[b - 1] - times_s[a]) for a, b in signals.runs(lost)), default=0.0)


def _gap_in(motion: Motion, repetition: Repetition) -> bool:
    part = (motion.time_s >= repetition.onset_s) & (motion.time_s <= (repetition.lowered_s or repetition.reach_s))
    # The grid has bridged 0.15 s of the gap.
    return any(
        (b - a) / motion.rate_hz > LOST_GAP_S - signals.MAX_FILLED_GAP_S for a, b in signals.runs(part & ~motion.seen)
    )


def _visibility_flag(motion: Motion, camera: Camera, repetitions: list[Repetition]) -> bool:
    """Median visibility of the lifted knee and hip under 0.6 on a side that faces the camera."""
    for side in lm.SIDES:
        far = camera.kind == "side" and (camera.azimuth_deg > 0) != (side == "left")
        own = [r for r in repetitions if r.side == side]
        if far or not own:
            continue
        inside = np.zeros(len(motion.time_s), bool)
        for r in own:
            inside |= (motion.time_s >= r.reach_s) & (motion.time_s <= (r.hold_end_s or r.reach_s + 0.3))
        values = motion.visibility[inside][:, [lm.HIP[side], lm.KNEE[side]]]
        if values.size and nan_safe.median(values.min(axis=1)) < 0.6:
            return True
    return False


def _camera_flags(motion: Motion, camera: Camera, still: StandingRows, setup: Setup) -> list[str]:
    flags = []
    lens_off = abs(still.middle(lm.HIP)) / still.thigh_length  # hip row = (lens height - hip height) / distance
    told = setup.lens_height_m is not None or camera.pitch_known
    if not told and (abs(camera.pitch_deg) > PITCH_DEG or lens_off > LENS_OFF_THIGHS):
        flags.append("pitch")
    if abs(camera.roll_deg) > ROLL_DEG:
        flags.append("roll")
    height = stature_px(motion)
    if height > NEAR * motion.image_size_wh[1]:
        flags.append("near")
    elif height < FAR_PX:
        flags.append("far")
    return flags


def _moved(track: PoseTrack) -> float | None:
    """When the background had moved, seconds, or None."""
    if track.camera_shift_px is None:
        return None
    shift = np.hypot(*np.asarray(track.camera_shift_px, float).T)
    known = np.flatnonzero(np.isfinite(shift))
    over = shift[known] > CAMERA_MOVED * max(track.image_size_wh)
    # Three looks in a row: one may be a shadow or a passer-by.
    for start, stop in signals.runs(over):
        if stop - start >= 3:
            return float(track.times_s[known[start]])
    return None


def thigh_lengths_px(at_rest: Motion) -> dict[str, float | None]:
    """Hip–knee landmark distance of each side while standing, pixels, as seen."""
    out: dict[str, float | None] = {}
    for s in lm.SIDES:
        span = np.hypot(*(at_rest.position_px[:, lm.KNEE[s]] - at_rest.position_px[:, lm.HIP[s]]).T)
        out[s] = float(nan_safe.median(span)) if np.isfinite(span).any() else None
    return out


def _thigh_flag(ground: Ground) -> bool:
    """Sides that differ after scaling to their own depth, or a length that varies from one standing to the next."""

    def share(side: str, at_rest: Motion) -> float:
        y = at_rest.position_px[:, :, 1]
        # Each side's own leg tells its depth.
        return float(
            nan_safe.median(
                (y[:, lm.KNEE[side]] - y[:, lm.HIP[side]]) / (y[:, lm.ANKLE[side]] - y[:, lm.SHOULDER[side]])
            )
        )

    own = {s: share(s, ground.at_rest) for s in lm.SIDES}
    if abs(own["left"] / own["right"] - 1) > THIGH_SIDES:
        return True
    later: list[float] = []
    for start, stop in signals.runs(ground.all_standing):
        if (stop - start) / ground.motion.rate_hz >= 1.5:
            rest = ground.motion.at(slice(start, stop))
            later += [abs(share(s, rest) / own[s] - 1) for s in lm.SIDES]
    return bool(later and max(later) > THIGH_VARIES)


def _feet_seen(motion: Motion) -> bool:
    """Whether heels and toes are in the picture for most of the time."""
    feet = [*lm.HEEL.values(), *lm.TOE.values()]
    inside = (motion.foot_px[:, feet, 1] < motion.image_size_wh[1]).all(axis=1) & (
        motion.presence[:, feet].max(axis=1) > 0.5
    )
    return bool(inside[motion.seen].mean() > 0.7)


def _raised_hand(motion: Motion, before_s: float) -> str | None:
    """Whose hand was over the head for half a second before the first lift: left, right or None."""
    early = motion.time_s < before_s
    torso = (motion.middle_px(lm.HIP) - motion.middle_px(lm.SHOULDER))[:, 1]
    up = {}
    for side in lm.SIDES:
        with np.errstate(invalid="ignore"):
            high = early & (
                motion.position_px[:, lm.WRIST[side], 1] < motion.position_px[:, lm.SHOULDER[side], 1] - 0.4 * torso
            )
        up[side] = any((b - a) / motion.rate_hz >= 0.5 for a, b in signals.runs(high))
    return "left" if up["left"] and not up["right"] else "right" if up["right"] and not up["left"] else None


def _count_flags(repetitions: list[Repetition]) -> list[str]:
    flags = []
    counted = [r for r in repetitions if r.excluded is None]
    n = {s: sum(r.side == s for r in counted) for s in lm.SIDES}
    if min(n.values()) < MIN_PER_SIDE:
        flags.append("few_repetitions")
    one_leg = len({r.side for r in repetitions}) == 1  # then "alternate the sides" would be no help
    if max(n.values()) and not one_leg and (max(n.values()) - min(n.values())) / max(n.values()) > 0.25:
        flags.append("unequal_counts")
    if min(n.values()) >= MIN_PER_SIDE and not in_turn(counted):
        flags.append("order")
    lifts = [r.lift_duration_s for r in counted if r.lift_duration_s is not None]
    if lifts and np.median(lifts) < TOO_FAST_S:
        flags.append("too_fast")
    excluded = {r.excluded for r in repetitions}
    flags += [code for code in ("overlap", "side_swap") if code in excluded]
    return flags


def told_flags(track: PoseTrack, setup: Setup) -> list[Flag]:
    """Flags that hold whatever is seen: pain that rose, a recording cut short."""
    flags = []
    pain = pain_of(setup)
    if pain.new:
        flags.append(make_flag("pain", text="New pain came up during the test."))
    elif pain.rose:
        flags.append(make_flag("pain") if surely_rose(pain) else make_flag("pain", text=LITTLE_PAIN, fix=EASE))
    return flags + ([make_flag("truncated")] if track.source.truncated else [])


def all_flags(track: PoseTrack, march: March, setup: Setup, repetitions: list[Repetition]) -> list[Flag]:
    """Every flag of a recording with a person in it, worst first.

    Parameters
    ----------
    track, setup
        As elsewhere.
    march : March
    repetitions : list of Repetition
        Measured of it, with the excluded ones.

    Returns
    -------
    list of Flag
    """
    motion, ground, camera = march.motion, march.main, march.main.camera
    counted, told = [r for r in repetitions if r.excluded is None], told_flags(track, setup)
    if not counted:
        return worst_first(_no_lifts(march, repetitions) + told)
    codes = (
        _tracking_flags(track, motion, counted)
        + _camera_flags(motion, camera, ground.rows, setup)
        + _count_flags(repetitions)
    )
    flags = [make_flag(c) for c in codes]
    if len({r.side for r in repetitions}) == 1:
        flags = [make_flag(f.code, **ONE_LEG) if f.code == "few_repetitions" else f for f in flags]
    moved_s = _moved(track)
    if moved_s is not None:
        flags.append(
            make_flag("camera_moved", text=f"The camera moved at {int(moved_s) // 60}:{int(moved_s) % 60:02d}.")
        )
    if person_changed(track):
        flags.append(make_flag("second_person"))
    elif track.person_count is not None and nan_safe.largest(np.append(track.person_count, 0)) > 1:
        flags.append(make_flag("second_person", text=SECOND_PERSON_TEXT, effect="word"))
    flags += _other_movement(repetitions)
    if any(not g.stood and g.tilt_borrowed for g in march.used) or any(r.excluded == "turned" for r in repetitions):
        flags.append(make_flag("turned"))
    elif len(march.used) > 1:
        flags.append(make_flag("turned", text=SEVERAL_VIEWS_TEXT))
    flags += _knee_jumps(march)
    cut = _cut_lifts(motion, repetitions)
    if cut:
        flags.append(make_flag("cut_lift", text=f"{cut[0].upper()}{cut[1:]}; it does not count."))
    conditions = {
        "tilt_unknown": max(tool_error(g.camera).elevation_deg for g in march.used) > HOPELESS_DEG,
        "level_thigh": setup.level_thigh_s is not None and all(g.level_s is None for g in march.grounds),
        "thigh_length": _thigh_flag(ground),
        "no_standing": not any(g.stood or g.tilt_borrowed for g in march.used),
        "low_visibility": _visibility_flag(motion, camera, counted),
        "mirrored": _raised_hand(motion, counted[0].onset_s) == "left",
        "view": camera.kind == "side",
        "feet_out": not _feet_seen(motion),
    }
    return worst_first(flags + told + [make_flag(code) for code, holds in conditions.items() if holds])


def _knee_jumps(march: March) -> list[Flag]:
    """A flag for lifts whose knee cannot be where it is seen: a word for a few, trust poor for more of a side."""
    counted = [x for x in march.found if x.excluded is None]
    jumping = [x.lift.side for x in counted if knee_jumps(x)]
    if not jumping:
        return []
    share = max(jumping.count(s) / max(1, sum(x.lift.side == s for x in counted)) for s in lm.SIDES)
    lifts = "1 lift" if len(jumping) == 1 else f"{len(jumping)} lifts"
    text = f"In {lifts} the knee is seen where it cannot be; the height may be wrong."
    return [make_flag("knee_jumps", text=text, effect="spoils" if share > JUMPS_SPOIL else "word")]


def _other_movement(repetitions: list[Repetition]) -> list[Flag]:
    """A flag for movements that were no lifts: the more of them, the less this is a slow march."""
    judged = [r.excluded for r in repetitions if r.excluded not in TECHNICAL]
    failed = [reason for reason in judged if reason is not None]
    if not failed:
        return []
    share = len(failed) / len(judged)
    effect = "spoils" if share > OTHER_SPOILS else "caps" if share > OTHER_CAPS else "word"
    names = sorted(set(failed), key=lambda reason: (-failed.count(reason), reason))[:2]
    many = f"{len(failed)} of {len(judged)} movements were"
    text = f"{many} no lifts of a slow march and do not count: {' and '.join(MOVEMENT[n] for n in names)}."
    return [make_flag("other_movement", text=text, effect=effect)]


def _cut_lifts(motion: Motion, repetitions: list[Repetition]) -> str | None:
    """The lifts that the recording's start or end, or a gap, cuts off, in words; None without any."""
    first, last = motion.time_s[0] + CUT_AT_S, motion.time_s[-1] - CUT_AT_S
    said = []
    for r in repetitions:
        if r.excluded == "incomplete":
            ends = r.lowered_s or r.hold_end_s or r.reach_s
            at = "the end" if ends >= last or r.lowered_s is None else "the start" if r.onset_s <= first else "a gap"
            held = f", held for at least {r.hold_duration_s:.0f} s" if r.hold_duration_s >= LONG_HOLD_S else ""
            said.append(f"one {r.side} lift is cut off by {at}{held}")
    return " and ".join(said[:2]) or None


def _movement_seen(march: March, repetitions: list[Repetition]) -> str | None:
    """What a person without a counted lift did instead: the commonest reason of the excluded lifts, else what the whole
    body did."""
    reasons = [r.excluded for r in repetitions if r.excluded]
    named = [r for r in reasons if r in MOVEMENT] or reasons
    if named.count("too_fast") > TOO_FAST_SHARE * len(named):
        return "too_fast"  # a hurried body sinks and hops, too
    if named:
        return max(sorted(set(named)), key=named.count)
    return _whole_movement(march.main)


def _whole_movement(ground: Ground) -> str | None:
    """What the whole body does where no thigh rises like a lift's; None where it does nothing of the kind."""
    motion, leg = ground.motion, ground.leg_px
    hip, foot = motion.middle_px(lm.HIP), motion.position_px[:, list(lm.ANKLE.values()), 1]
    torso = hip[:, 1] - motion.middle_px(lm.SHOULDER)[:, 1]
    across, up_down = (np.subtract(*nan_safe.percentile(hip[:, axis], [97, 3])) / leg for axis in (0, 1))
    if 1 - nan_safe.percentile(ground.hip_height, 5) > SQUAT:
        return "squat_or_lunge"
    if up_down > SQUAT + STEPS_UP:
        return (
            "step_up"
            if (ground.standing_hip_px - nan_safe.percentile(hip[:, 1], 3)) / leg > STEPS_UP
            else "squat_or_lunge"
        )
    if across > STEPS_ASIDE or np.divide(*nan_safe.percentile(torso, [97, 3])) > WALKED_SCALE:
        return "side_step" if across > STEPS_ASIDE and ground.camera.kind in ("front", "back") else "walking"
    lifted = max(np.subtract(*nan_safe.percentile(foot[:, k], [90, 2])) for k in (0, 1)) / leg
    return "leg_curl" if lifted > CURLED else None


def _no_lifts(march: March, repetitions: list[Repetition]) -> list[Flag]:
    """Why nothing counts, in a word that names what was seen."""
    seen = _movement_seen(march, repetitions)
    cut = _cut_lifts(march.motion, repetitions)
    said = {
        **{code: f"the movements look like {words}" for code, words in MOVEMENT.items()},
        "overlap": "both thighs moved at once",
        "side_swap": "the tracker mixed up the two legs",
        "turned": "the person turned during the lifts",
        "unsure": "it is not certain that a thigh was lifted",
    }.get(seen or "")
    text = f"No lift of a slow march was found: {said}." if said else None
    if seen == "incomplete":
        text = f"No lift of a slow march was seen whole: {cut}."
    also = {"overlap": "overlap", "too_fast": "too_fast", "side_swap": "side_swap", "turned": "turned"}.get(seen or "")
    flags = [make_flag("no_lifts", text=text)] + ([make_flag(also)] if also else [])
    return flags + ([make_flag("other_movement")] if seen in MOVEMENT and not also else [])


def trust(flags: list[Flag], counts: dict[str, int], seen_share: float) -> Quality:
    """Trust and its reason in a few words.

    Parameters
    ----------
    flags : list of Flag
        Worst first.
    counts : dict
        Counted lifts of each side.
    seen_share : float

    Returns
    -------
    Quality
    """
    effects = {f.effect for f in flags}
    fewest = min(counts.values())
    lifts = (
        f"{counts['left']} lifts a side"
        if counts["left"] == counts["right"]
        else f"{counts['left']} lifts left, {counts['right']} right"
    )
    reason = f"{lifts}, {100 * seen_share:.0f} % of pictures used"
    if "not_assessable" in effects:
        level = "not_assessable"
    elif "spoils" in effects:
        level = "poor"
    elif "caps" in effects or fewest < 8 or seen_share < 0.9:
        level = "fair"
    else:
        return Quality("good", tuple(flags), seen_share, reason)
    strong = [f for f in flags if f.effect in ("not_assessable", "spoils", "caps")]
    if strong:
        text = strong[0].text.rstrip(".")
        reason = text[0].lower() + text[1:]
    return Quality(level, tuple(flags), seen_share, reason)
