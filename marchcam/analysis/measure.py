"""Every lift of a march measured, and what keeps one from counting."""

from __future__ import annotations

import numpy as np

from marchcam import track as lm
from marchcam.analysis import compensation
from marchcam.analysis import repetitions as reps
from marchcam.analysis.ground import Ground
from marchcam.analysis.landing import landing
from marchcam.analysis.results import Repetition

SINK, NEAR_S = 0.10, 0.7
"""Of leg length: shoulders that sink more than this during a lift or just before or after it belong to a squat or a
lunge [default]."""
FOOT_PLACE = 0.15
"""Of leg length: how far the standing foot may seem to move. A half-hidden foot jitters by up to 8 % [seen]."""
TWITCH = 0.5
TRAVEL, RESCALE = 0.25, 0.10
"""Of leg length, and of the torso's length: a body that moves on or comes nearer within one lift walks."""


class LiftMeasurer:
    """Measures the lifts of a calibrated march.

    Parameters
    ----------
    ground : Ground
    fps : float
        True mean frame rate of the recording.
    elevation_error_deg : float
        The tool's own 1-SD error in this view.
    """

    def __init__(self, ground: Ground, fps: float, elevation_error_deg: float) -> None:
        self.ground, self.motion, self.fps, self.elevation_error_deg = ground, ground.motion, fps, elevation_error_deg
        self.posture = compensation.PostureReader(ground)

    def repetitions(self) -> tuple[list[Repetition], list[compensation.LiftPosture]]:
        """Every lift measured, excluded ones marked; and the postures of those that count."""
        lifts = reps.find_all_lifts(self.motion.time_s, self.ground.rise)
        measured = []
        for lift in lifts:
            own = [x for x in lifts if x.side == lift.side]
            k = own.index(lift)
            bounds = (own[k - 1].stop if k else 0, own[k + 1].start if k + 1 < len(own) else len(self.motion.time_s))
            events = reps.lift_events(
                lift, self.ground.elevation[lift.side], self.ground.rise[lift.side], self.motion.rate_hz, bounds
            )
            measured.append((lift, events, self._excluded(lift, events)))
        measured = [(x, e, out or ("too_short" if _is_twitch(x, measured) else None)) for x, e, out in measured]
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
        # Both hip landmarks ride up with a lifted thigh and a half-hidden foot jitters; the shoulders stay within 2 %
        # of a leg [seen].
        beside = int(NEAR_S * motion.rate_hz)
        shoulder = motion.middle_px(lm.SHOULDER)[max(0, whole.start - beside) : whole.stop + beside, 1]
        low, high = np.nanpercentile(shoulder, [97, 3]) if np.isfinite(shoulder).any() else (0.0, 0.0)
        # Lower than before and than in standing: who came nearer, or whose shoulders leave the picture, has not sunk.
        standing = np.nanmean(self.ground.standing_px[list(lm.SHOULDER.values()), 1])
        sunk = min(low - high, low - standing)
        top = slice(events.reach, events.lowering + 1)
        with np.errstate(invalid="ignore"):
            both_up = (self.ground.rise["left"][top] > reps.START_DEG) & (
                self.ground.rise["right"][top] > reps.START_DEG
            )
        known = np.flatnonzero(np.isfinite(hip[whole, 0]))
        if len(known) == 0:
            return "lost_frames"
        if lift.cut:
            return "incomplete"
        first, last = whole.start + known[0], whole.start + known[-1]
        if (
            abs(hip[last, 0] - hip[first, 0]) > TRAVEL * self.ground.leg_px
            or abs(torso[last] / torso[first] - 1) > RESCALE
        ):
            return "walking"
        if (
            sunk > SINK * self.ground.leg_px
            or self._stance_foot_shift(other, whole, hold) > FOOT_PLACE * self.ground.leg_px
        ):
            return "squat_or_lunge"
        if both_up.sum() / motion.rate_hz > reps.OVERLAP_S:
            return "overlap"
        return None

    def _stance_foot_shift(self, side: str, whole: slice, hold: slice) -> float:
        """How far the standing foot is from where it was before the lift, pixels; 0 where unknown."""
        foot = np.mean(self.motion.foot_px[:, [lm.ANKLE[side], lm.HEEL[side]]], axis=1)
        before = foot[max(0, whole.start - max(1, int(0.2 * self.motion.rate_hz))) : whole.start + 1]
        if not (self.ground.sees_foot(side) and np.isfinite(before).any() and np.isfinite(foot[hold]).any()):
            return 0.0
        return float(np.hypot(*(np.nanmedian(foot[hold], axis=0) - np.nanmedian(before, axis=0))))

    def _repetition(
        self, lift: reps.Lift, events: reps.LiftEvents, index: int | None, partial: bool, out: str | None
    ) -> Repetition:
        time, rate = self.motion.time_s, self.motion.rate_hz
        kind, speed = landing(self.motion, lift.side, events, self.ground.standing_px, self.ground.leg_px, self.fps)
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
            reached_horizontal=reps.reached_horizontal(events.height_deg, self.elevation_error_deg),
            hold_duration_s=float(time[hold[1] - 1] - time[hold[0]]) if hold else 0.0,
            lift_duration_s=float(time[events.reach] - time[events.onset]),
            lower_duration_s=None if lowered is None else lowered - float(time[events.lowering]),
            sag_deg=reps.sag_deg(self.ground.elevation[lift.side], time, hold),
            smoothness=reps.smoothness(self.ground.rise[lift.side], events, rate),
            landing=kind,
            landing_speed=speed,
            knee_rise_pct=reps.knee_rise_pct(
                self.motion, lift.side, events, self.ground.standing_px, self.ground.leg_px
            ),
            partial=partial,
            excluded=out,
            snapshot_s=float(time[middle]),
        )


def _is_twitch(lift: reps.Lift, measured: list[tuple[reps.Lift, reps.LiftEvents, str | None]]) -> bool:
    """Whether a lift is under half as high and half as long as its side's others and never held: the landmarks slipped
    for a moment."""
    own = [(x, e) for x, e, out in measured if x.side == lift.side and out is None]
    events = next((e for x, e in own if x is lift), None)
    if events is None or events.hold is not None or len(own) < 3:
        return False
    height = np.median([e.height_deg for _, e in own]) + 90.0
    length = np.median([x.stop - x.start for x, _ in own])
    return bool(events.height_deg + 90.0 < TWITCH * height and lift.stop - lift.start < TWITCH * length)
