"""Every lift of a march measured, and what keeps one from counting."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from marchcam import track as lm
from marchcam.analysis import repetitions as reps
from marchcam.analysis import signals
from marchcam.analysis.compensation import LiftPosture, PostureReader
from marchcam.analysis.exclusion import FoundLift, hurried, misnamed, outvoted, slipped, torn, why_excluded
from marchcam.analysis.ground import Ground
from marchcam.analysis.identity import LegDoubts
from marchcam.analysis.landing import landing
from marchcam.analysis.motion import Motion
from marchcam.analysis.results import Repetition
from marchcam.analysis.uncertainty import tool_error
from marchcam.arrays import Bools, Floats

ABOUT_S = 0.1
"""About a lift of the wrong name its first and last degrees have it too."""


@dataclass(frozen=True)
class March:
    """A whole motion with its views and every lift found in them."""

    motion: Motion
    grounds: list[Ground]
    """One a view, in order; one at least."""
    found: list[FoundLift]
    """In time order."""

    @property
    def used(self) -> list[Ground]:
        """The views with lifts that count; without any, the main one."""
        with_lifts = [g for g in self.grounds if self._counted_in(g)]
        return with_lifts or [self.main]

    @property
    def main(self) -> Ground:
        """The view with most of the lifts that count, else one with quiet standing, else the longest."""
        return max(self.grounds, key=lambda g: (self._counted_in(g), g.stood, len(g.motion.time_s)))

    def _counted_in(self, ground: Ground) -> int:
        return sum(x.ground is ground and x.excluded is None for x in self.found)


def find_march(motion: Motion, grounds: list[Ground], doubts: LegDoubts) -> March:
    """Every lift of a motion, with what keeps it from counting.

    Parameters
    ----------
    motion : Motion
    grounds : list of Ground
        One a view of it, in order.
    doubts : LegDoubts
        When the legs may bear each other's names.

    Returns
    -------
    March
    """
    return March(motion, grounds, outvoted(movements(grounds, doubts)))


def misnamed_frames(march: March, times_s: Floats) -> Bools:
    """Frames of the lifts that are rather the other leg's.

    Parameters
    ----------
    march : March
    times_s : ndarray of shape (n,)
        Of the track's frames.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    out = np.zeros(len(times_s), bool)
    for x in march.found:
        if misnamed(x):
            time = x.ground.motion.time_s
            out |= (times_s >= time[x.lift.start] - ABOUT_S) & (times_s <= time[x.lift.stop - 1] + ABOUT_S)
    return out


def movements(grounds: list[Ground], doubts: LegDoubts) -> list[FoundLift]:
    """Every movement that could be a lift in time order, each judged by itself and by the pace about it."""
    found = []
    for k, ground in enumerate(grounds):
        last = len(ground.motion.time_s)
        for lift, events in lifts_with_events(ground):
            reason = why_excluded(ground, lift, events, doubts)
            # Cut where another view begins or ends, not the recording.
            at_turn = (events.whole.start == 0 and k > 0) or (events.whole.stop >= last and k < len(grounds) - 1)
            found.append(FoundLift(ground, lift, events, "turned" if reason == "incomplete" and at_turn else reason))
    return torn(hurried(sorted(found, key=lambda x: x.middle_s)))


def lifts_with_events(ground: Ground) -> list[tuple[reps.Lift, reps.LiftEvents]]:
    """Every movement of a thigh in one view that could be a lift, with its turning points."""
    lifts = [x for x in reps.find_all_lifts(ground.motion.time_s, ground.rise) if not slipped(ground, x)]
    out = []
    for lift in lifts:
        own = [x for x in lifts if x.side == lift.side]
        k = own.index(lift)
        bounds = (own[k - 1].stop if k else 0, own[k + 1].start if k + 1 < len(own) else len(ground.motion.time_s))
        elevation, rise = ground.elevation[lift.side], ground.rise[lift.side]
        out.append((lift, reps.lift_events(lift, elevation, rise, ground.motion.rate_hz, bounds)))
    return out


class LiftMeasurer:
    """Measures the lifts of one view.

    Parameters
    ----------
    ground : Ground
    fps : float
        True mean frame rate of the recording.
    """

    def __init__(self, ground: Ground, fps: float) -> None:
        self.ground, self.motion, self.fps, self.error = ground, ground.motion, fps, tool_error(ground.camera)
        self.posture = PostureReader(ground)
        self.speed_deg_s = {s: signals.rate_of_change(rise, self.motion.rate_hz) for s, rise in ground.rise.items()}

    def repetition(self, found: FoundLift, index: int | None, partial: bool) -> Repetition:
        """All that is measured of one lift; index and partial as in results.Repetition."""
        lift, events = found.lift, found.events
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
            reached_horizontal=reps.reached_horizontal(events.height_deg, self.error),
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
            excluded=found.excluded,
            snapshot_s=float(time[middle]),
        )


def measure_lifts(found: list[FoundLift], fps: float) -> tuple[list[Repetition], list[LiftPosture]]:
    """Every lift measured with the view that it belongs to, excluded ones marked; and the postures of those that count.

    Parameters
    ----------
    found : list of FoundLift
        In time order.
    fps : float
        True mean frame rate of the recording.
    """
    measurers: dict[int, LiftMeasurer] = {}
    heights = {s: [x.events.height_deg for x in found if x.lift.side == s and x.excluded is None] for s in lm.SIDES}
    partial = {s: iter(p) for s, p in reps.partial_lifts(heights).items()}
    number = dict.fromkeys(lm.SIDES, 0)
    repetitions, postures = [], []
    for x in found:
        key, side = id(x.ground), x.lift.side
        if key not in measurers:
            measurers[key] = LiftMeasurer(x.ground, fps)
        if x.excluded is not None:
            repetitions.append(measurers[key].repetition(x, None, False))
            continue
        number[side] += 1
        postures.append(measurers[key].posture.read(side, x.events, x.events.height_deg))
        repetitions.append(measurers[key].repetition(x, number[side], next(partial[side])))
    return repetitions, postures
