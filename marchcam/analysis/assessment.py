"""The one entrance: a pose track in, an assessment out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from marchcam import __version__
from marchcam import track as lm
from marchcam.analysis import asymmetry, compensation, dropoff, findings, quality, signals
from marchcam.analysis import repetitions as reps
from marchcam.analysis.flags import make_flag, worst_first
from marchcam.analysis.ground import Ground, elevation_of, lay_grounds
from marchcam.analysis.identity import LegLabels, exchange_legs, leg_doubts, undo_leg_swaps
from marchcam.analysis.measure import March, find_march, measure_lifts, misnamed_frames
from marchcam.analysis.motion import Motion, build_motion
from marchcam.analysis.results import (
    Assessment,
    Asymmetry,
    Balance,
    Calibration,
    Flag,
    LandingCounts,
    Quality,
    ReachedHorizontal,
    Repetition,
    Series,
    SideLengths,
    SideResult,
    Sides,
    SourceInfo,
    Spread,
    Uncertainty,
    View,
)
from marchcam.analysis.scene import Scene, look_at_scene
from marchcam.analysis.uncertainty import ERROR, tool_error, view_of_error
from marchcam.arrays import Floats
from marchcam.track import PoseTrack, Setup

SCHEMA = 1


def assess(track: PoseTrack, setup: Setup | None = None) -> Assessment:
    """Measure a slow march.

    Parameters
    ----------
    track : PoseTrack
        The landmarks of a recording.
    setup : Setup, optional
        What the person told us; the track's own if not given.

    Returns
    -------
    Assessment
        Where nothing can be judged, trust is not_assessable and the first flag says why; never an exception for what a
        person does.
    """
    setup = track.setup if setup is None else setup
    labels = undo_leg_swaps(track)
    motion = build_motion(labels.track)
    scene = look_at_scene(labels.track, motion)
    if scene.flag:
        return _empty(labels.track, setup, motion, scene, scene.flag)
    march = _find(labels, motion, setup)
    if march is None:
        return _empty(labels.track, setup, motion, scene, make_flag("seated"))
    wrong = misnamed_frames(march, labels.track.times_s)
    if wrong.any():
        labels = labels._replace(track=exchange_legs(labels.track, wrong), swapped=labels.swapped ^ wrong)
        march = _find(labels, build_motion(labels.track), setup) or march
    return _measured(labels.track, setup, scene, march)


def _find(labels: LegLabels, motion: Motion, setup: Setup) -> March | None:
    """The lifts of a motion; None where nobody stands upright in it."""
    grounds = lay_grounds(motion, setup)
    return find_march(motion, grounds, leg_doubts(labels)) if grounds else None


def _measured(track: PoseTrack, setup: Setup, scene: Scene, march: March) -> Assessment:
    """Lifts, sides, comparison, quality and words of a calibrated march."""
    base = _frame(track, setup, _series(track, march.motion, elevation_of(march.motion, march.grounds)))
    fps = base.source.mean_fps or 0.0
    repetitions, postures = measure_lifts(march.found, fps)
    counted = [r for r in repetitions if r.excluded is None]
    ground = march.main
    camera = ground.camera
    # Of several views the worst error holds for all.
    errors = [tool_error(g.camera) for g in march.used]
    elevation_error_deg, difference_error_deg = (max(error[k] for error in errors) for k in (0, 1))
    flags = quality.all_flags(track, march, setup, repetitions)
    judged = quality.trust(flags, {s: len(reps.counted(repetitions, s)) for s in lm.SIDES}, scene.seen_share)
    may_call = judged.trust in ("good", "fair")
    sides = Sides(**{s: _side(repetitions, s, may_call, ground) for s in lm.SIDES})
    withheld = judged.reason if judged.trust in ("poor", "not_assessable") else None
    compared = asymmetry.compare_sides(
        counted,
        difference_uncertainty_deg=difference_error_deg,
        withheld_reason=withheld,
        falling=[s for s in lm.SIDES if getattr(sides, s).drop_off.called],
    )
    movement, not_seen = compensation.compensations(postures) if postures else (), compensation.not_seen(postures)
    steadiness, sway = compensation.balance(postures)
    if sway is not None:
        movement = tuple(sorted((*movement, sway), key=lambda c: c.level == "none"))
    view = max((view_of_error(g.camera) for g in march.used), key=lambda name: ERROR[name].difference_deg)
    words = findings.headline(sides, compared, judged, base.pain)
    if counted and judged.trust != "not_assessable":
        words += findings.all_findings(sides, repetitions, judged, compared, movement, base.pain, view, not_seen)
    return replace(
        base,
        view=View(camera.azimuth_deg, camera.pitch_deg, camera.roll_deg, camera.kind),
        calibration=_calibration(ground),
        uncertainty=Uncertainty(elevation_error_deg, difference_error_deg),
        sides=sides,
        asymmetry=compared,
        compensations=tuple(c for c in movement if c.level != "none"),
        balance=steadiness,
        quality=judged,
        findings=tuple(words),
        next_steps=findings.next_steps(sides, judged, compared, base.pain, view),
        repetitions=tuple(repetitions),
        movement=movement,
    )


def _calibration(ground: Ground) -> Calibration:
    lengths = SideLengths(**quality.thigh_lengths_px(ground.at_rest))
    if not ground.stood:
        return Calibration(None, None, lengths)
    at = np.flatnonzero(ground.standing.any)
    return Calibration(float(ground.motion.time_s[at[0]]), float(ground.motion.time_s[at[-1]]), lengths)


def _spread(values: list[float | None]) -> Spread:
    known = np.array([v for v in values if v is not None], float)
    if len(known) == 0:
        return Spread()
    sd = float(np.std(known, ddof=1)) if len(known) > 1 else None
    return Spread(float(np.median(known)), float(np.mean(known)), sd, float(known.min()), float(known.max()))


def _side(repetitions: list[Repetition], side: str, may_call: bool, main: Ground) -> SideResult:
    own = reps.counted(repetitions, side)
    # Between two views heights may step by the tool's own error: a fall is looked for within one.
    first_s, last_s = main.motion.time_s[[0, -1]]
    in_main_view = [r for r in own if first_s <= r.reach_s <= last_s]
    reached = [r.reached_horizontal for r in own]
    landings = [r.landing for r in own]
    return SideResult(
        repetition_count=len(own),
        partial_count=sum(r.partial for r in own),
        excluded_count=sum(r.side == side and r.excluded is not None for r in repetitions),
        peak_elevation_deg=_spread([r.peak_elevation_deg for r in own]),
        hold_duration_s=_spread([r.hold_duration_s for r in own]),
        lift_duration_s=_spread([r.lift_duration_s for r in own]),
        lower_duration_s=_spread([r.lower_duration_s for r in own]),
        reached_horizontal=ReachedHorizontal(*(reached.count(k) for k in ("yes", "no", "too_close"))),
        held_one_second=sum((r.hold_duration_s or 0) >= reps.HELD_S for r in own),
        landing=LandingCounts(*(landings.count(k) for k in ("toe_first", "heel_first", "flat", "unclear"))),
        drop_off=dropoff.drop_off(in_main_view, may_call=may_call),
    )


def _series(track: PoseTrack, motion: Motion, elevation: dict[str, Floats] | None) -> Series:
    """Elevations back on the frames of the track, with what was seen of hips and knees."""
    nothing = np.full(len(track.times_s), np.nan)
    out = dict.fromkeys(lm.SIDES, nothing)
    if elevation is not None and len(motion.time_s) > 1:
        step = 1.5 / motion.rate_hz
        out = {s: signals.resample(motion.time_s, elevation[s], track.times_s, max_gap_s=step) for s in lm.SIDES}
    out = {s: np.where(np.isfinite(track.position_px[:, lm.KNEE[s], 0]), v, np.nan) for s, v in out.items()}
    seen = {s: track.visibility[:, [lm.HIP[s], lm.KNEE[s]]].min(axis=1).astype(np.float64) for s in lm.SIDES}
    legs = [*lm.HIP.values(), *lm.KNEE.values()]
    presence = track.presence[:, legs].min(axis=1).astype(np.float64)
    return Series(track.times_s, out["left"], out["right"], seen["left"], seen["right"], presence)


def _frame(track: PoseTrack, setup: Setup, series: Series) -> Assessment:
    """An assessment with the recording's own facts and nothing measured."""
    t = track.times_s
    span = float(t[-1] - t[0]) if len(t) > 1 else 0.0
    steps = np.diff(t)[np.diff(t) < quality.PAUSE_S]
    fps = float(1 / np.mean(steps)) if len(steps) else None
    # The last picture lasts as long as the others.
    duration = span * len(t) / (len(t) - 1) if len(t) > 1 else 0.0
    source = SourceInfo(track.source.path, duration, len(t), fps, track.image_size_wh, track.source.recorded_at)
    return Assessment(
        schema=SCHEMA,
        marchcam_version=__version__,
        source=source,
        model=track.source.model,
        setup=setup,
        view=View(None, None, None, None),
        calibration=Calibration(None, None, SideLengths(None, None)),
        uncertainty=Uncertainty(None, None),
        sides=Sides(),
        asymmetry=Asymmetry(),
        compensations=(),
        balance=Balance(),
        pain=findings.pain_of(setup),
        quality=Quality(),
        findings=(),
        next_steps=(),
        repetitions=(),
        series=series,
    )


def _empty(track: PoseTrack, setup: Setup, motion: Motion, scene: Scene, flag: Flag) -> Assessment:
    """An assessment of a recording in which nothing can be measured."""
    flags = worst_first([flag, *quality.told_flags(track, setup)])
    judged = quality.trust(flags, dict.fromkeys(lm.SIDES, 0), scene.seen_share)
    base = _frame(track, setup, _series(track, motion, None))
    compared = Asymmetry(withheld_reason=judged.reason)
    return replace(
        base,
        asymmetry=compared,
        quality=judged,
        findings=tuple(findings.headline(Sides(), compared, judged, base.pain)),
        next_steps=findings.next_steps(Sides(), judged, compared, base.pain, "front"),
    )
