"""Lifts: the state machine that finds them, what makes one count, and what is measured on each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from marchcam import track as lm
from marchcam.analysis import nan_safe, signals
from marchcam.analysis.motion import Motion
from marchcam.analysis.results import Repetition
from marchcam.analysis.statistics import normal_cdf
from marchcam.analysis.uncertainty import ToolError
from marchcam.arrays import Floats

START_DEG, END_DEG, PROMINENCE_DEG = 25.0, 12.0, 20.0
"""A lift of the thigh above standing [seen: exact on all slow clips]."""
WEAK_START_DEG, WEAK_END_DEG, WEAK_PROMINENCE_DEG = 12.0, 6.0, 8.0
"""Second look at a side with less than half of the other's lifts."""
MIN_ABOVE_S, WEAK_MIN_ABOVE_S = 0.25, 0.35
"""A shorter lift is too fast to count; a weak one is rather the other leg's movement [seen: real lifts 0.33 and
more]."""
SHORTEST_S = 0.12
"""Of anything that could be a lift, a too fast one of a run included; shorter ones are landmarks that slip."""
MAX_GAP_S = 1.0
"""A lift does not survive a longer stretch without a person."""
PARTIAL_SHARE = 0.60
"""Of the other side's median lift height (from hanging)."""
OVERLAP_S = 0.2
"""Both thighs above START_DEG for longer: a jump, a squat or a label swap."""
HOLD_BAND_DEG, HOLD_SPEED_DEG_S, HOLD_MERGE_S, HOLD_MIN_S = 5.0, 15.0, 0.1, 0.2
PEAK_WINDOW_S = 0.3
MIN_RESTING_DEG = 7.0
"""A standing thigh seems to move by this much: the 10 % of a weak lift would be less [seen]."""
HELD_S = 1.0
SURE = 0.9
"""Probability from which a lift is said to have reached the horizontal, or not."""


@dataclass(frozen=True)
class Lift:
    """One thigh going up and down, as indices into the motion's grid."""

    side: str
    start: int
    """First sample above the start threshold."""
    stop: int
    """First sample below the end threshold (or one past the last sample)."""
    peak: int
    above_s: float = np.inf
    """How long it is above the start threshold."""
    cut: bool = False
    """The recording starts or ends, or the person is lost, before the thigh was seen to rise or to fall."""


class LiftMachine:
    """Counts lifts of one thigh sample by sample: up above `start_deg`, down below `end_deg`. The same for live and
    recorded signals."""

    def __init__(self, start_deg: float = START_DEG, end_deg: float = END_DEG) -> None:
        self.start_deg, self.end_deg = start_deg, end_deg
        self.up = False

    def update(self, rise_deg: float) -> str | None:
        """Feed the elevation above standing (NaN is ignored); "up" or "down" when that happens, else None."""
        if not self.up and rise_deg > self.start_deg:
            self.up = True
            return "up"
        if self.up and rise_deg < self.end_deg:
            self.up = False
            return "down"
        return None


def find_lifts(time_s: Floats, rise_deg: Floats, side: str, *, weak: bool = False) -> list[Lift]:
    """Lifts of one side.

    Parameters
    ----------
    time_s : ndarray of shape (m,)
    rise_deg : ndarray of shape (m,)
        Elevation above standing; NaN = unknown.
    side : str
    weak : bool
        Use the low thresholds of the second look.

    Returns
    -------
    list of Lift
        In time order; too little prominent ones are left out, and those too short for a run, or for a weak lift.
    """
    start_deg, end_deg, prominence = (
        (WEAK_START_DEG, WEAK_END_DEG, WEAK_PROMINENCE_DEG) if weak else (START_DEG, END_DEG, PROMINENCE_DEG)
    )
    machine = LiftMachine(start_deg, end_deg)
    spans: list[tuple[int, int, bool]] = []
    known = np.flatnonzero(np.isfinite(rise_deg))
    first, last = 0, None
    for i in known:
        if last is not None and time_s[i] - time_s[last] > MAX_GAP_S:
            if machine.up:
                spans.append((first, int(last) + 1, True))
            machine = LiftMachine(start_deg, end_deg)
        last = i
        event = machine.update(rise_deg[i])
        if event == "up":
            first = int(i)
        elif event == "down":
            spans.append((first, int(i), False))
    if machine.up and last is not None:
        spans.append((first, int(last) + 1, True))
    found = (_checked(time_s, rise_deg, side, spans, k, start_deg, prominence) for k in range(len(spans)))
    return [lift for lift in found if lift and lift.above_s >= (WEAK_MIN_ABOVE_S if weak else SHORTEST_S)]


def _checked(
    time_s: Floats,
    rise_deg: Floats,
    side: str,
    spans: list[tuple[int, int, bool]],
    k: int,
    start_deg: float,
    prominence: float,
) -> Lift | None:
    start, stop, cut = spans[k]
    inside = rise_deg[start:stop]
    above = np.flatnonzero(inside > start_deg)
    above_s = float(time_s[start + above[-1]] - time_s[start + above[0]])
    peak = start + int(np.nanargmax(inside))
    before = rise_deg[spans[k - 1][1] if k else 0 : start]
    after = rise_deg[stop - 1 : spans[k + 1][0] if k + 1 < len(spans) else len(rise_deg)]
    lows = [nan_safe.smallest(part) for part in (before, after) if np.isfinite(part).any()]
    valley = max(lows) if lows else np.nan
    if lows and rise_deg[peak] - valley < prominence and not cut:
        return None
    began = np.isfinite(before).any() and nan_safe.smallest(before) < 0.5 * rise_deg[peak]
    # A lift that came down is whole, whatever short gap lies in its way down.
    lowering = not cut or inside[np.isfinite(inside)][-1] < 0.9 * rise_deg[peak]
    return Lift(side, start, stop, peak, above_s, cut=not (began and lowering))


def find_all_lifts(time_s: Floats, rise_deg: dict[str, Floats]) -> list[Lift]:
    """Lifts of both sides in time order; a side with less than half of the other's is searched again with low
    thresholds."""
    found = {side: find_lifts(time_s, rise_deg[side], side) for side in lm.SIDES}
    slow = {side: sum(lift.above_s >= MIN_ABOVE_S for lift in found[side]) for side in lm.SIDES}
    for side in lm.SIDES:
        other = found[lm.OTHER[side]]
        if max(slow[side], 0.5 * len(found[side])) < 0.5 * slow[lm.OTHER[side]]:
            weak = find_lifts(time_s, rise_deg[side], side, weak=True)
            found[side] = [lift for lift in weak if not any(_coincide(lift, o) for o in other)]
    return sorted(found["left"] + found["right"], key=lambda lift: lift.start)


def _coincide(a: Lift, b: Lift) -> bool:
    shared = min(a.stop, b.stop) - max(a.start, b.start)
    return shared > 0.5 * min(a.stop - a.start, b.stop - b.start)


@dataclass(frozen=True)
class LiftEvents:
    """Indices of a lift's turning points; None = not seen."""

    onset: int
    reach: int
    lowering: int
    lowered: int | None
    hold: tuple[int, int] | None
    """Half-open."""
    height_deg: float
    """Median elevation over the hold, or the highest 0.3 s mean."""

    @property
    def top(self) -> slice:
        """The hold, or what stands for it: from reach to lowering."""
        return slice(*(self.hold or (self.reach, self.lowering + 1)))

    @property
    def whole(self) -> slice:
        """From the onset to the end, as far as it was seen."""
        return slice(self.onset, (self.lowering if self.lowered is None else self.lowered) + 1)


def lift_events(
    lift: Lift, elevation_deg: Floats, rise_deg: Floats, rate_hz: float, bounds: tuple[int, int]
) -> LiftEvents:
    """Onset, reach, hold, lowering and end of one lift.

    Parameters
    ----------
    lift : Lift
    elevation_deg, rise_deg : ndarray of shape (m,)
        Elevation above horizontal and above standing.
    rate_hz : float
    bounds : (int, int)
        Where the neighbouring lifts of this side end and begin: events stay between.

    Returns
    -------
    LiftEvents
        Onset = last rise < 10 % of the peak before the lift; reach = first >= 90 %; lowering = last >= 90 %;
        lowered = first < 10 % after.
    """
    low, high = bounds
    width = signals.samples(PEAK_WINDOW_S, rate_hz)
    first = max(0, lift.start - width)
    window = signals.moving_mean(elevation_deg[first : lift.stop + width], width)[lift.start - first :]
    window = window[: lift.stop - lift.start]
    top = float(nan_safe.largest(window)) if np.isfinite(window).any() else float(elevation_deg[lift.peak])
    hold = _hold(elevation_deg, lift, top, rate_hz)
    height = float(nan_safe.median(elevation_deg[hold[0] : hold[1]])) if hold else top
    # Fractions of the lift's own height, so that one noisy sample does not move the events.
    peak_rise = height - elevation_deg[lift.peak] + rise_deg[lift.peak]
    resting_deg = max(0.1 * peak_rise, MIN_RESTING_DEG)
    with np.errstate(invalid="ignore"):
        resting = np.flatnonzero(rise_deg[low : lift.peak] < resting_deg)
        high_up = lift.start + np.flatnonzero(rise_deg[lift.start : lift.stop] >= 0.9 * peak_rise)
        onset = low + int(resting[-1]) if len(resting) else lift.start
        reach = int(high_up[0]) if len(high_up) else lift.peak
        lowering = int(high_up[-1]) if len(high_up) else lift.peak
        down = np.flatnonzero(rise_deg[lowering:high] < resting_deg)
    return LiftEvents(onset, reach, lowering, lowering + int(down[0]) if len(down) else None, hold, height)


def _hold(elevation_deg: Floats, lift: Lift, top_deg: float, rate_hz: float) -> tuple[int, int] | None:
    part = elevation_deg[lift.start : lift.stop]
    if len(part) < 3:
        return None
    with np.errstate(invalid="ignore"):
        calm = (part >= top_deg - HOLD_BAND_DEG) & (np.abs(np.gradient(part) * rate_hz) < HOLD_SPEED_DEG_S)
    merged: list[tuple[int, int]] = []
    for start, stop in signals.runs(calm):
        if merged and (start - merged[-1][1]) / rate_hz <= HOLD_MERGE_S + 1e-9:
            merged[-1] = (merged[-1][0], stop)
        else:
            merged.append((start, stop))
    if not merged:
        return None
    start, stop = max(merged, key=lambda r: r[1] - r[0])
    return (lift.start + start, lift.start + stop) if (stop - start - 1) / rate_hz >= HOLD_MIN_S - 1e-9 else None


def reached_horizontal(height_deg: float, error: ToolError) -> str:
    """Yes or no where it is 90 % sure that the true height is above, or below, 0; else too_close.

    A no also allows for heights that read low: else who does exactly as told would be told no.
    """
    above, below = (normal_cdf(h / error.elevation_deg) for h in (height_deg, -height_deg - error.reads_low_deg))
    return "yes" if above >= SURE else "no" if below >= SURE else "too_close"


def sag_deg(elevation_deg: Floats, time_s: Floats, hold: tuple[int, int] | None) -> float | None:
    """Fall of the elevation over the hold by a straight line through it (+ = falling); None without a hold."""
    if hold is None:
        return None
    t, e = time_s[hold[0] : hold[1]], elevation_deg[hold[0] : hold[1]]
    good = np.isfinite(e)
    if good.sum() < 3:
        return None
    return float(-np.polyfit(t[good] - t[good].mean(), e[good], 1)[0] * (t[-1] - t[0]))


def smoothness(speed_deg_s: Floats, events: LiftEvents, rate_hz: float) -> float | None:
    """Mean SPARC of the lifting and the lowering part of a side's speed (m,); None where neither can be told."""
    parts = [
        signals.spectral_arc_length(speed_deg_s[a:b], rate_hz)
        for a, b in ((events.onset, events.reach + 1), (events.lowering, events.whole.stop))
    ]
    known = [p for p in parts if p is not None]
    return float(np.mean(known)) if known else None


def knee_rise_pct(motion: Motion, side: str, events: LiftEvents, standing_px: Floats, leg_px: float) -> float | None:
    """Knee height gained over the hold, % of leg length, in the picture: a cross-check that needs no geometry."""
    row = motion.position_px[events.top, lm.KNEE[side], 1]
    if not np.isfinite(row).any() or not leg_px > 0:
        return None
    return float(100 * (standing_px[lm.KNEE[side], 1] - nan_safe.median(row)) / leg_px)


def partial_lifts(heights_deg: dict[str, list[float]]) -> dict[str, list[bool]]:
    """Which lifts stay under PARTIAL_SHARE of the other side's median height from hanging (elevation + 90)."""
    out = {}
    for side in lm.SIDES:
        other = heights_deg[lm.OTHER[side]]
        limit = PARTIAL_SHARE * (np.median(other) + 90) if other else -np.inf
        out[side] = [bool(h + 90 < limit) for h in heights_deg[side]]
    return out


def counted(repetitions: tuple[Repetition, ...] | list[Repetition], side: str) -> list[Repetition]:
    """The lifts of a side that count, in time order."""
    return [r for r in repetitions if r.side == side and r.excluded is None]
