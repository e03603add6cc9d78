"""Lifts while they happen: the counter of each leg, and the guide that asks for the next one."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from marchcam.analysis.repetitions import (
    HOLD_BAND_DEG,
    HOLD_SPEED_DEG_S,
    MIN_ABOVE_S,
    START_DEG,
    WEAK_END_DEG,
    WEAK_MIN_ABOVE_S,
    WEAK_START_DEG,
    LiftMachine,
)
from marchcam.track import OTHER, SIDES

TELLS_NOTHING = ("incomplete", "lost_frames", "side_swap", "level_check", "turned")
"""Reasons of the recorded analysis for which nobody marches again: the report may know better."""
SPEED_WINDOW_S = 0.25
"""A thigh's speed is its change over this time: shorter windows see jitter."""
LET_DOWN_DEG = 8.0
"""Under the highest of a lift: on its way down, held or not."""
MAX_GAP_S = 1.0
"""A lift does not survive a longer stretch without a person; as in the recorded analysis."""
MIN_UNSURE_S = 0.8
"""A low lift, or one that begins while the other leg is up, must last longer: the other leg shows on it for up to 0.5 s
[seen]."""
REMIND_S = 8.0
"""A cue that nobody follows is given again after this."""
JUDGE_AFTER_S, READ_S = 0.35, 2.0
"""After a thigh came down: until its foot stands; and to read why a movement does not count."""
REST_S = 0.7
"""Both feet on the floor between lifts [default: 0.5 to 1]."""


@dataclass(frozen=True)
class Tempo:
    """Seconds asked for to lift, hold and lower."""

    lift_s: float = 2.0
    hold_s: float = 1.0
    lower_s: float = 2.0

    @classmethod
    def parse(cls, text: str) -> Tempo:
        """From "2-1-2".

        Raises
        ------
        ValueError
            When it is not three numbers from 0.5 to 10.
        """
        match = re.fullmatch(r"(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)", text.strip())
        parts = [float(part) for part in match.groups()] if match else []
        if not parts or not all(0.5 <= part <= 10 for part in parts):
            raise ValueError("A tempo is three numbers of seconds from 0.5 to 10: lift, hold and lower, such as 2-1-2.")
        return cls(*parts)


class LiftCounter:
    """One leg's lifts, sample by sample.

    Attributes
    ----------
    up : bool
        Whether the thigh is up now.
    finished : int
        Lifts that came down again.
    held_s : float
        How long the present lift has stayed near its top.
    falling : bool
        Whether the present lift is on its way down.
    clear : bool
        Whether the present lift was seen well above standing.
    beside_other : bool
        Whether it began while the other leg was up.
    doubtful : bool
        Whether it is rather the other leg's movement.
    sure : bool
        Whether the last finished one was long enough to be a lift whatever else is found.
    """

    def __init__(self) -> None:
        self.finished = 0
        self.sure = False
        self._machine = LiftMachine()
        self._recent: deque[tuple[float, float]] = deque()
        self._last_s = -np.inf
        self._begin(0.0)

    def _begin(self, time_s: float) -> None:
        self._up_since_s, self._top_deg = time_s, -np.inf
        self._held_from_s: float | None = None
        self.held_s, self.falling = 0.0, False
        self.clear, self.beside_other, self.doubtful = False, False, False

    @property
    def up(self) -> bool:
        return self._machine.up

    @property
    def count(self) -> int:
        """Lifts so far, the one in progress included once it has lasted long enough to be one."""
        return self.finished + int(self.up and self._counts(self._last_s))

    def _counts(self, time_s: float) -> bool:
        """Whether the present lift, if it ends now, is one."""
        sure = self.clear and not self.beside_other
        return time_s - self._up_since_s >= (WEAK_MIN_ABOVE_S if sure else MIN_UNSURE_S) and not self.doubtful

    def take_back(self) -> None:
        """The last finished one was no lift."""
        self.finished -= 1

    def drop(self) -> None:
        """Forget the lift in progress: it was interrupted."""
        self._machine = LiftMachine()
        self._recent.clear()
        self._begin(self._last_s)

    def look_closer(self, weak: bool) -> None:
        """Use the low thresholds of the second look: only for a leg that is asked for while the other stands."""
        if not self.up:
            low = (WEAK_START_DEG, WEAK_END_DEG)
            self._machine = LiftMachine(*low) if weak else LiftMachine()

    def update(self, time_s: float, elevation_deg: float, rise_deg: float) -> str | None:
        """Feed the next sample (NaN is ignored).

        Returns
        -------
        str or None
            "up" when a lift begins, "down" when one ends that may count, else None.
        """
        if not np.isfinite(rise_deg):
            return None
        if self.up and time_s - self._last_s > MAX_GAP_S:
            self.drop()
        self._last_s = time_s
        self._recent.append((time_s, elevation_deg))
        while time_s - self._recent[0][0] > SPEED_WINDOW_S:
            self._recent.popleft()
        event = self._machine.update(rise_deg)
        if event == "up":
            self._begin(time_s)
        elif event == "down":
            # Whoever guides judges it again, with what comes after it.
            if time_s - self._up_since_s < MIN_ABOVE_S or self.doubtful:
                return None
            self.sure = self._counts(time_s)
            self.finished += 1
        if self.up:
            self._follow(time_s, elevation_deg)
        return event

    def _follow(self, time_s: float, elevation_deg: float) -> None:
        self._top_deg = max(self._top_deg, elevation_deg)
        below_deg = self._top_deg - elevation_deg
        self.falling = self.falling or below_deg > LET_DOWN_DEG
        first_s, first_deg = self._recent[0]
        speed = abs(elevation_deg - first_deg) / max(time_s - first_s, 1e-3)
        settled = time_s - first_s > 0.5 * SPEED_WINDOW_S and speed < HOLD_SPEED_DEG_S
        if self._held_from_s is None and settled and below_deg < HOLD_BAND_DEG:
            self._held_from_s = first_s
        if self._held_from_s is not None and not self.falling:
            self.held_s = time_s - self._held_from_s


class LiftGuide:
    """Asks for one lift after the other, LEFT first, and follows whichever leg really moves.

    Attributes
    ----------
    phase : str
        "ask", "hold", "lower" or "rest".
    side : str
        The leg that is asked for, or that moves.
    reminders : int
        How often the present request was repeated.
    refused : str or None
        What the last movement was instead of a lift: a code of results.Repetition.excluded; or that the person turned.
    """

    def __init__(self, repetitions: int, tempo: Tempo, now_s: float) -> None:
        self.repetitions, self.tempo = repetitions, tempo
        self.counters = {s: LiftCounter() for s in SIDES}
        self.side = "left"
        self.refused: str | None = None
        self._judged_at_s: dict[str, float] = {}
        self._enter("ask", now_s)

    def _enter(self, phase: str, now_s: float) -> None:
        self.phase, self._since_s, self.reminders = phase, now_s, 0

    @property
    def done(self) -> bool:
        """Whether both sides have all their lifts, each judged, and stand."""
        return self.enough and not self._judged_at_s and not any(c.up for c in self.counters.values())

    @property
    def enough(self) -> bool:
        """Whether both sides have all their lifts, as far as they are judged."""
        return all(c.finished >= self.repetitions for c in self.counters.values())

    def ask_again(self, now_s: float) -> None:
        """Forget what is under way and ask for the same leg."""
        self._judged_at_s.clear()
        self.refused = None
        for counter in self.counters.values():
            counter.drop()
        self._enter("ask", now_s)

    def update(
        self,
        time_s: float,
        elevation: dict[str, float],
        rise: dict[str, float],
        no_lift: Callable[[str, float], str | None] = lambda side, lowered_s: None,
    ) -> list[tuple[str, str]]:
        """Feed the next sample of both thighs.

        Parameters
        ----------
        time_s : float
        elevation, rise : dict of float
            Degrees above the horizontal and above standing, a side; NaN = unknown.
        no_lift : callable
            Says of a side and the time at which its thigh came down what the movement was, None for a lift. Asked
            JUDGE_AFTER_S later, when the foot stands again.

        Returns
        -------
        list of (str, str)
            Side and "up", "down" or "refused" of what happened.
        """
        other = OTHER[self.side]
        self.counters[self.side].look_closer(self.phase == "ask" and not rise[other] > WEAK_START_DEG)
        self.counters[other].look_closer(False)
        happened = []
        for side in SIDES:
            event = self.counters[side].update(time_s, elevation[side], rise[side])
            if event:
                happened.append((side, event))
            if event == "up":
                self.counters[side].beside_other = self.counters[OTHER[side]].up
            self._doubt(side, rise)
        for side, event in happened:
            if event == "down":
                self._judged_at_s[side] = time_s + JUDGE_AFTER_S
                self.refused = None
            if event == "up" and not self.counters[OTHER[side]].up:
                self.side = side
        self._step(time_s, happened)
        for side in [s for s, at_s in self._judged_at_s.items() if time_s >= at_s]:
            reason = no_lift(side, self._judged_at_s.pop(side) - JUDGE_AFTER_S)
            if reason == "turned":
                self.refused = reason  # the recorded analysis measures it from where the person stands now
            if reason in TELLS_NOTHING or (reason == "not_found" and self.counters[side].sure):
                reason = None
            if reason:
                # Of the other leg's movement showing on this one nobody needs to be told.
                self.refused = None if reason in ("unsure", "not_found") else reason
                self.counters[side].take_back()
                happened.append((side, "refused"))
        return happened

    def _doubt(self, side: str, rise: dict[str, float]) -> None:
        """A low lift while the other leg is up is the other's movement showing on this one."""
        counter = self.counters[side]
        if rise[side] > START_DEG:
            counter.clear, counter.doubtful = True, False
        elif counter.up and self.counters[OTHER[side]].up and not counter.clear:
            counter.doubtful = True

    def _step(self, now_s: float, happened: list[tuple[str, str]]) -> None:
        own = self.counters[self.side]
        if (self.side, "down") in happened:
            self._enter("rest", now_s)
        elif own.up and own.falling:
            if self.phase != "lower":
                self._enter("lower", now_s)
        elif own.up and self.phase in ("ask", "rest") and own.held_s > 0:
            self._enter("hold", now_s)
        elif self.phase == "hold" and own.held_s >= self.tempo.hold_s:
            self._enter("lower", now_s)
        elif self.phase in ("hold", "lower") and not own.up:
            self._enter("ask", now_s)  # lost on the way: the same leg again
        elif self.phase == "rest" and now_s - self._since_s >= (READ_S if self.refused else REST_S) and not own.up:
            self.side = self.next_side()
            self._enter("ask", now_s)
        elif self.phase == "ask" and not own.up and now_s - self._since_s >= REMIND_S * (self.reminders + 1):
            self.reminders += 1

    def next_side(self) -> str:
        """Which leg comes after the present one: the other, unless it is ahead."""
        other = OTHER[self.side]
        behind = self.counters[other].finished - self.counters[self.side].finished
        return other if behind <= 0 else self.side
