"""The one entrance: a pose track in, an assessment out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from marchcam import __version__
from marchcam import track as lm
from marchcam.analysis import asymmetry, compensation, dropoff, findings, quality, signals
from marchcam.analysis import repetitions as reps
from marchcam.analysis.camera import Camera, estimate_camera
from marchcam.analysis.landing import landing
from marchcam.analysis.motion import Motion, build_motion, still, upright
from marchcam.analysis.results import (
    Assessment,
    Asymmetry,
    Balance,
    Calibration,
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
from marchcam.analysis.thigh import StandingRows, both_elevations
from marchcam.track import PoseTrack, Setup

SCHEMA = 1
TILTED_DEG = 6.0
"""From this pitch on a view counts as tilted."""
ELEVATION_ERROR_DEG = {"plain": 2.5, "front": 6.0}
DIFFERENCE_ERROR_DEG = {"plain": 2.5, "front": 3.5}
"""The tool's own 1-SD errors: front, back and tilted views against oblique and side [default, until the validation table]."""
MIN_CALIBRATION_S = 1.5
SINK = 0.10
"""Of leg length: a body lower than this is in a squat or a lunge [default]."""
FOOT_PLACE = 0.15
"""Of leg length: how far the standing foot may seem to move. A half-hidden foot jitters by up to 8 % [seen]."""
TRAVEL, RESCALE = 0.25, 0.10
"""Of leg length, and of the torso's length: a body that moves on or comes nearer within one lift walks."""


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
        Where nothing can be judged, trust is not_assessable and the first flag says why; never an exception for what a person does.
    """
    setup = track.setup if setup is None else setup
    motion = build_motion(track)
    scene = quality.look_at_scene(track, motion)
    if scene.not_assessable:
        return _empty(track, setup, motion, scene, [quality.make_flag(scene.not_assessable)])
    resting = still(motion)
    standing, stood = _calibration_part(motion, resting)
    if not standing.any():
        return _empty(track, setup, motion, scene, [quality.make_flag("seated")])
    camera = estimate_camera(motion, standing, setup)
    elevation, rows = both_elevations(motion, camera, standing)
    return _Measurement(track, setup, motion, scene, resting, standing, stood, camera, elevation, rows).assessment()


def _calibration_part(motion: Motion, resting: np.ndarray) -> tuple[np.ndarray, bool]:
    """Mask of the standing to measure from, and whether it is real quiet standing.

    The first rest of MIN_CALIBRATION_S or more, else the longest; without any, the tenth of the upright pictures with the lowest knees.
    """
    spans = signals.runs(resting)
    mask = np.zeros(len(resting), bool)
    if spans:
        long = [s for s in spans if (s[1] - s[0]) / motion.rate_hz >= MIN_CALIBRATION_S]
        start, stop = long[0] if long else max(spans, key=lambda s: s[1] - s[0])
        mask[start:stop] = True
        return mask, True
    good = upright(motion) & motion.seen
    if good.sum() < max(5, 0.2 * motion.seen.sum()):
        return mask, False
    y = motion.position_px[:, :, 1]
    higher_knee = np.minimum(y[:, lm.LEFT_KNEE], y[:, lm.RIGHT_KNEE]) - motion.middle_px(lm.SHOULDER)[:, 1]
    limit = np.percentile(higher_knee[good], 90)
    with np.errstate(invalid="ignore"):
        return good & (higher_knee >= limit), False


class _Measurement:
    """One assessment under way: what the steps share."""

    def __init__(
        self,
        track: PoseTrack,
        setup: Setup,
        motion: Motion,
        scene: quality.Scene,
        resting: np.ndarray,
        standing: np.ndarray,
        stood: bool,
        camera: Camera,
        elevation: dict[str, np.ndarray],
        rows: StandingRows,
    ) -> None:
        self.track, self.setup, self.motion, self.scene = track, setup, motion, scene
        self.standing, self.stood, self.camera, self.elevation, self.rows = standing, stood, camera, elevation, rows
        self.rise = {s: elevation[s] - np.nanmedian(elevation[s][standing]) for s in lm.SIDES}
        with np.errstate(invalid="ignore"):
            self.all_standing = resting & (np.maximum(self.rise["left"], self.rise["right"]) < 10.0)
        self.standing_px = np.full((lm.LANDMARK_COUNT, 2), np.nan)
        body = slice(lm.LEFT_SHOULDER, lm.RIGHT_TOE + 1)
        self.standing_px[body] = np.nanmedian(motion.position_px[standing][:, body], axis=0)
        self.leg_px = float(np.nanmedian((motion.middle_px(lm.ANKLE) - motion.middle_px(lm.HIP))[standing, 1]))
        self.posture = compensation.PostureReader(motion, camera, standing, rows, self.leg_px)
        kind = "plain" if camera.kind in ("oblique", "side") and abs(camera.pitch_deg) < TILTED_DEG else "front"
        self.uncertainty = Uncertainty(ELEVATION_ERROR_DEG[kind], DIFFERENCE_ERROR_DEG[kind])
        steps = np.diff(track.times_s)
        self.fps = float(1 / np.mean(steps)) if len(steps) else 0.0

    def assessment(self) -> Assessment:
        """Lifts, sides, comparison, quality and words."""
        repetitions, postures = self._repetitions()
        counted = [r for r in repetitions if r.excluded is None]
        pain = findings.pain_of(
            (self.setup.pain_back_before, self.setup.pain_back_after, self.setup.pain_hip_before, self.setup.pain_hip_after)
        )
        flags = quality.all_flags(
            self.track,
            self.motion,
            self.setup,
            repetitions,
            camera=self.camera,
            still=self.rows,
            standing=self.standing,
            all_standing=self.all_standing,
            stood=self.stood,
            pain_rose=bool(pain.rose),
        )
        counts = {s: len(reps.counted(repetitions, s)) for s in lm.SIDES}
        judged = quality.trust(flags, counts, self.scene.seen_share)
        may_call = judged.trust in ("good", "fair") and not quality.drifted(self.motion, self.standing, self.all_standing, self.elevation)
        sides = Sides(**{s: _side(repetitions, s, may_call) for s in lm.SIDES})
        compared = asymmetry.compare_sides(
            counted, difference_uncertainty_deg=self.uncertainty.difference_deg, withheld_reason=_withheld(judged)
        )
        movement = compensation.compensations(postures, self.camera.kind) if postures else ()
        steadiness, sway = compensation.balance(postures)
        if sway is not None:
            movement = tuple(sorted((*movement, sway), key=lambda c: c.level == "none"))
        words = findings.headline(sides, compared, judged)
        if counted:
            words += findings.side_findings(sides, repetitions, judged, compared)
            if "too_fast" in {f.code for f in judged.flags}:
                words.append(findings.Finding("tempo", "This is a march, not a slow march: heights at this speed are less sure."))
            words += findings.compensation_findings(movement)
            words += findings.meaning_findings(sides, compared, judged, pain)
            words += findings.fix_findings(sides, repetitions, movement)
        return replace(
            _frame(self.track, self.setup),
            view=View(self.camera.azimuth_deg, self.camera.pitch_deg, self.camera.roll_deg, self.camera.kind),
            calibration=self._calibration(),
            uncertainty=self.uncertainty,
            sides=sides,
            asymmetry=compared,
            compensations=tuple(c for c in movement if c.level != "none"),
            balance=steadiness,
            pain=pain,
            quality=judged,
            findings=tuple(words),
            next_steps=findings.next_steps(judged, compared, pain),
            repetitions=tuple(repetitions),
            series=_series(self.track, self.motion, self.elevation),
            movement=movement,
        )

    def _calibration(self) -> Calibration:
        lengths = SideLengths(**quality.thigh_lengths_px(self.motion, self.standing))
        if not self.stood:
            return Calibration(None, None, lengths)
        at = np.flatnonzero(self.standing)
        return Calibration(float(self.motion.time_s[at[0]]), float(self.motion.time_s[at[-1]]), lengths)

    def _repetitions(self) -> tuple[list[Repetition], list[compensation.LiftPosture]]:
        """Every lift measured, excluded ones marked; and the postures of those that count."""
        lifts = reps.find_all_lifts(self.motion.time_s, self.rise)
        measured = []
        for lift in lifts:
            own = [x for x in lifts if x.side == lift.side]
            k = own.index(lift)
            bounds = (own[k - 1].stop if k else 0, own[k + 1].start if k + 1 < len(own) else len(self.motion.time_s))
            events = reps.lift_events(lift, self.elevation[lift.side], self.rise[lift.side], self.motion.rate_hz, bounds)
            measured.append((lift, events, self._excluded(lift, events)))
        heights = {s: [e.height_deg for x, e, out in measured if x.side == s and out is None] for s in lm.SIDES}
        partial = {s: iter(p) for s, p in reps.partial_lifts(heights).items()}
        number = dict.fromkeys(lm.SIDES, 0)
        repetitions, postures = [], []
        for lift, events, out in measured:
            if out is None:
                number[lift.side] += 1
                postures.append(self.posture.read(lift.side, events, events.height_deg))
            low = next(partial[lift.side]) if out is None else False
            repetitions.append(self._repetition(lift, events, number[lift.side] if out is None else None, low, out))
        return repetitions, postures

    def _excluded(self, lift: reps.Lift, events: reps.LiftEvents) -> str | None:
        """None, or why a lift does not count."""
        motion, other = self.motion, lm.OTHER[lift.side]
        hold = slice(*(events.hold or (events.reach, events.lowering + 1)))
        whole = slice(events.onset, (events.lowered if events.lowered is not None else events.lowering) + 1)
        hip = motion.middle_px(lm.HIP)
        torso = hip[:, 1] - motion.middle_px(lm.SHOULDER)[:, 1]
        # Both hip landmarks ride up with a lifted thigh and a half-hidden foot jitters; the shoulders stay within 2 % of a leg [seen].
        shoulder = motion.middle_px(lm.SHOULDER)[:, 1]
        before = slice(max(0, events.onset - max(1, int(0.2 * motion.rate_hz))), events.onset + 1)
        sunk = np.nanmedian(shoulder[hold]) - np.nanmedian(shoulder[before])
        top = slice(events.reach, events.lowering + 1)
        with np.errstate(invalid="ignore"):
            both_up = (self.rise["left"][top] > reps.START_DEG) & (self.rise["right"][top] > reps.START_DEG)
        known = np.flatnonzero(np.isfinite(hip[whole, 0]))
        if len(known) == 0:
            return "lost_frames"
        first, last = whole.start + known[0], whole.start + known[-1]
        if abs(hip[last, 0] - hip[first, 0]) > TRAVEL * self.leg_px or abs(torso[last] / torso[first] - 1) > RESCALE:
            return "walking"
        if sunk > SINK * self.leg_px or self._stance_foot_shift(other, whole, hold) > FOOT_PLACE * self.leg_px:
            return "squat_or_lunge"
        if both_up.sum() / motion.rate_hz > reps.OVERLAP_S:
            return "overlap"
        return "incomplete" if lift.cut else None

    def _stance_foot_shift(self, side: str, whole: slice, hold: slice) -> float:
        """How far the standing foot is from where it was before the lift, pixels; 0 where unknown."""
        foot = np.mean(self.motion.foot_px[:, [lm.ANKLE[side], lm.HEEL[side]]], axis=1)
        before = foot[max(0, whole.start - max(1, int(0.2 * self.motion.rate_hz))) : whole.start + 1]
        if not (np.isfinite(before).any() and np.isfinite(foot[hold]).any()):
            return 0.0
        return float(np.hypot(*(np.nanmedian(foot[hold], axis=0) - np.nanmedian(before, axis=0))))

    def _repetition(self, lift: reps.Lift, events: reps.LiftEvents, index: int | None, partial: bool, out: str | None) -> Repetition:
        time, rate = self.motion.time_s, self.motion.rate_hz
        kind, speed = landing(self.motion, lift.side, events, self.standing_px, self.leg_px, self.fps)
        hold = events.hold
        middle = (hold[0] + hold[1] - 1) // 2 if hold else (events.reach + events.lowering) // 2
        lowered = None if events.lowered is None else float(time[events.lowered])
        return Repetition(
            side=lift.side,
            index=index,
            onset_s=float(time[events.onset]),
            reach_s=float(time[events.reach]),
            hold_start_s=float(time[hold[0]]) if hold else None,
            hold_end_s=float(time[hold[1] - 1]) if hold else None,
            lowered_s=lowered,
            peak_elevation_deg=events.height_deg,
            reached_horizontal=reps.reached_horizontal(events.height_deg, self.uncertainty.elevation_deg),
            hold_duration_s=(hold[1] - hold[0]) / rate if hold else 0.0,
            lift_duration_s=float(time[events.reach] - time[events.onset]),
            lower_duration_s=None if lowered is None else lowered - float(time[events.lowering]),
            sag_deg=reps.sag_deg(self.elevation[lift.side], time, hold),
            smoothness=reps.smoothness(self.rise[lift.side], events, rate),
            landing=kind,
            landing_speed=speed,
            knee_rise_pct=reps.knee_rise_pct(self.motion, lift.side, events, self.standing_px, self.leg_px),
            partial=partial,
            excluded=out,
            snapshot_s=float(time[middle]),
        )


def _withheld(judged: Quality) -> str | None:
    if judged.trust not in ("poor", "not_assessable"):
        return None
    return judged.reason


def _spread(values: list[float | None]) -> Spread:
    known = np.array([v for v in values if v is not None], float)
    if len(known) == 0:
        return Spread()
    sd = float(np.std(known, ddof=1)) if len(known) > 1 else None
    return Spread(float(np.median(known)), float(np.mean(known)), sd, float(known.min()), float(known.max()))


def _side(repetitions: list[Repetition], side: str, may_call: bool) -> SideResult:
    own = reps.counted(repetitions, side)
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
        drop_off=dropoff.drop_off(own, may_call=may_call),
    )


def _series(track: PoseTrack, motion: Motion, elevation: dict[str, np.ndarray] | None) -> Series:
    """Elevations back on the frames of the track, with what was seen of hips and knees."""
    nothing = np.full(len(track.times_s), np.nan)
    out = dict.fromkeys(lm.SIDES, nothing)
    if elevation is not None and len(motion.time_s) > 1:
        step = 1.5 / motion.rate_hz
        out = {s: signals.resample(motion.time_s, elevation[s], track.times_s, max_gap_s=step) for s in lm.SIDES}
    out = {s: np.where(np.isfinite(track.position_px[:, lm.KNEE[s], 0]), v, np.nan) for s, v in out.items()}
    seen = {s: track.visibility[:, [lm.HIP[s], lm.KNEE[s]]].min(axis=1) for s in lm.SIDES}
    legs = [*lm.HIP.values(), *lm.KNEE.values()]
    presence = track.presence[:, legs].min(axis=1)
    return Series(track.times_s, out["left"], out["right"], seen["left"], seen["right"], presence)


def _frame(track: PoseTrack, setup: Setup) -> Assessment:
    """An assessment with the recording's own facts and nothing measured."""
    t = track.times_s
    span = float(t[-1] - t[0]) if len(t) > 1 else 0.0
    fps = (len(t) - 1) / span if span > 0 else None
    # The last picture lasts as long as the others.
    duration = span * len(t) / (len(t) - 1) if len(t) > 1 else 0.0
    source = SourceInfo(track.source.path, duration, len(t), fps, tuple(track.image_size_wh), track.source.recorded_at)
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
        pain=findings.pain_of((setup.pain_back_before, setup.pain_back_after, setup.pain_hip_before, setup.pain_hip_after)),
        quality=Quality(),
        findings=(),
        next_steps=(),
        repetitions=(),
        series=None,
    )


def _empty(track: PoseTrack, setup: Setup, motion: Motion, scene: quality.Scene, flags: list) -> Assessment:
    """An assessment of a recording in which nothing can be measured."""
    judged = quality.trust(flags, dict.fromkeys(lm.SIDES, 0), scene.seen_share)
    base = _frame(track, setup)
    compared = Asymmetry(withheld_reason=judged.reason)
    return replace(
        base,
        asymmetry=compared,
        quality=judged,
        findings=tuple(findings.headline(Sides(), compared, judged)),
        next_steps=findings.next_steps(judged, compared, base.pain),
        series=_series(track, motion, None),
    )
