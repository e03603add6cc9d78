"""Every lift of a march measured, and what keeps one from counting."""

from __future__ import annotations

import numpy as np

from marchcam import track as lm
from marchcam.analysis import compensation, signals
from marchcam.analysis import repetitions as reps
from marchcam.analysis.exclusion import unsure, why_excluded
from marchcam.analysis.ground import Ground
from marchcam.analysis.landing import landing
from marchcam.analysis.results import Repetition
from marchcam.arrays import Floats


class LiftMeasurer:
    """Measures the lifts of a calibrated march.

    Parameters
    ----------
    ground : Ground
    fps : float
        True mean frame rate of the recording.
    elevation_error_deg : float
        The tool's own 1-SD error in this view.
    doubtful_s : ndarray of shape (k,), optional
        Times at which the legs may bear each other's names: a lift then does not count.
    """

    def __init__(
        self, ground: Ground, fps: float, elevation_error_deg: float, *, doubtful_s: Floats | None = None
    ) -> None:
        self.doubtful_s = np.empty(0) if doubtful_s is None else doubtful_s
        self.ground, self.motion, self.fps, self.elevation_error_deg = ground, ground.motion, fps, elevation_error_deg
        self.posture = compensation.PostureReader(ground)
        self.speed_deg_s = {s: signals.rate_of_change(rise, self.motion.rate_hz) for s, rise in ground.rise.items()}

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
            measured.append((lift, events, why_excluded(self.ground, lift, events, self.doubtful_s)))
        doubted = unsure(self.ground, [x for x, _, out in measured if out is None])
        measured = [(x, e, "unsure" if x in doubted else out) for x, e, out in measured]
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
            smoothness=reps.smoothness(self.speed_deg_s[lift.side], events, rate),
            landing=kind,
            landing_speed=speed,
            knee_rise_pct=reps.knee_rise_pct(
                self.motion, lift.side, events, self.ground.standing_px, self.ground.leg_px
            ),
            partial=partial,
            excluded=out,
            snapshot_s=float(time[middle]),
        )
