"""The stages of a live session, each a small state machine of time and observations; no clock, no disk, no screen."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from marchcam.analysis.flags import MOVEMENT
from marchcam.analysis.ground import Ground
from marchcam.analysis.repetitions import START_DEG
from marchcam.analysis.standing import MIN_CALIBRATION_S
from marchcam.live.framing import Framing, look_at_picture
from marchcam.live.lifts import LiftGuide, Tempo
from marchcam.live.observation import Observation, raised_hand
from marchcam.live.screen import Gauge
from marchcam.live.thighs import LiveThighs, calibrate, no_lift, still_since_s
from marchcam.track import SIDES, Setup

FRAMED_S = 1.0
"""The picture must be right for so long."""
STAND_S, STAND_AGAIN_S = 3.0, 2.0
"""Quiet standing before and after the lifts."""
GIVE_UP_STANDING_AGAIN_S = 8.0
"""Nobody is kept waiting at the end."""
HAND_S, OTHER_HAND_S = 0.7, 2.0
"""A hand up for so long is meant; the other hand for so long is taken for it, and the analysis says what that means."""
WITHOUT_HAND_S = 15.0
LOOK_EVERY_S = 0.25
LOOK_BACK_S = 4.5
"""A standing and the second in which it was found."""
REMEMBER_S = 12.0
"""Observations kept: a slow lift, and where the foot stood before it."""


@dataclass
class Room:
    """What the stages share."""

    image_size_wh: tuple[int, int]
    setup: Setup
    repetitions: int = 10
    tempo: Tempo = Tempo()
    now_s: float = 0.0
    recent: deque[Observation] = field(default_factory=deque)
    ground: Ground | None = None
    thighs: LiveThighs | None = None
    elevation: dict[str, float] = field(default_factory=lambda: dict.fromkeys(SIDES, np.nan))
    rise: dict[str, float] = field(default_factory=lambda: dict.fromkeys(SIDES, np.nan))
    guide: LiftGuide | None = None
    """Counts the lifts, once they are asked for."""
    use_from_s: float | None = None
    """Where the part begins that the analysis is to see."""
    _next_look_s: float = -np.inf

    def see(self, observation: Observation) -> None:
        self.recent.append(observation)
        while observation.time_s - self.recent[0].time_s > REMEMBER_S:
            self.recent.popleft()
        if self.thighs is not None:
            self.elevation, self.rise = self.thighs.update(observation)

    def last(self, seconds: float = LOOK_BACK_S) -> list[Observation]:
        """The observations of the last seconds."""
        return [o for o in self.recent if self.recent[-1].time_s - o.time_s <= seconds]

    def no_lift(self, side: str, lowered_s: float) -> str | None:
        """What a movement was instead of a lift; None for a lift."""
        return no_lift(list(self.recent), self.image_size_wh, self.ground, side, lowered_s) if self.ground else None

    def stand_again(self) -> None:
        """Calibrate anew on the standing of a person who turned, once it is long enough."""
        if self.guide is None or self.guide.refused != "turned" or self.now_s < self._next_look_s:
            return
        self._next_look_s = self.now_s + LOOK_EVERY_S
        since_s = still_since_s(self.last(), self.image_size_wh)
        if since_s is not None and self.now_s - since_s >= MIN_CALIBRATION_S and self.stand_on(since_s):
            self.guide.refused = None

    @property
    def lifting(self) -> bool:
        """Whether a thigh is up."""
        return any(v > START_DEG for v in self.rise.values())

    def stand_on(self, since_s: float) -> bool:
        """Calibrate on the standing since then; whether that worked."""
        part = [o for o in self.recent if o.time_s >= since_s]
        self.ground = calibrate(part, self.image_size_wh, self.setup) if len(part) >= 5 else None
        self.thighs = LiveThighs(self.ground) if self.ground else None
        return self.ground is not None


class Stage:
    """One step; `done` says when the next may come."""

    step = 0
    done = False
    layout = "march"

    def __init__(self, room: Room) -> None:
        self.room = room
        self.started_s = room.now_s

    def see(self, observation: Observation) -> None:
        """The next observation; the room has it already."""

    def tick(self) -> None:
        """The room's clock moved on."""

    def act(self, action: str) -> None:
        """A key or click that only this stage knows."""

    def show(self) -> dict[str, Any]:
        """Its part of the screen."""
        raise NotImplementedError


class FramingStage(Stage):
    """Get into the picture."""

    layout = "frame"

    def __init__(self, room: Room) -> None:
        super().__init__(room)
        self.framing: Framing | None = None
        self._good_since_s: float | None = None
        self._next_look_s = -np.inf

    def see(self, observation: Observation) -> None:
        if observation.time_s < self._next_look_s:
            return
        self._next_look_s = observation.time_s + LOOK_EVERY_S
        self.framing = look_at_picture(self.room.last(), self.room.image_size_wh, self.room.setup)
        if not self.framing.good:
            self._good_since_s = None
        elif self._good_since_s is None:
            self._good_since_s = observation.time_s
        elif observation.time_s - self._good_since_s >= FRAMED_S:
            self.room.use_from_s = self._good_since_s
            self.done = True

    def show(self) -> dict[str, Any]:
        if self.framing is None:
            return {"cue": "Step into the picture", "state": "Looking", "state_good": False}
        good = self.framing.good
        return {
            "cue": self.framing.cue or "Good, stay there",
            "next_cue": self.framing.hint,
            "checks": self.framing.checks,
            "missing": self.framing.missing,
            "state": "Picture good" if good else "Not ready yet",
            "state_good": good,
        }


class StandingStage(Stage):
    """Stand still: before the lifts to calibrate, after them to see what drifted."""

    def __init__(self, room: Room, seconds: float, *, step: int, last: bool = False) -> None:
        super().__init__(room)
        self.seconds, self.step, self.last = seconds, step, last
        self.stood_s = 0.0
        self._next_look_s = -np.inf

    def see(self, observation: Observation) -> None:
        if observation.time_s < self._next_look_s:
            return
        self._next_look_s = observation.time_s + LOOK_EVERY_S
        since_s = still_since_s(self.room.last(), self.room.image_size_wh)
        self.stood_s = 0.0 if since_s is None else observation.time_s - since_s
        if self.last:
            self.done = self.stood_s >= self.seconds
        elif self.stood_s >= self.seconds or (self.stood_s >= MIN_CALIBRATION_S and not self.room.ground):
            stands = since_s is not None and self.room.stand_on(since_s)
            self.done = stands and self.stood_s >= self.seconds

    def tick(self) -> None:
        waited_s = self.room.now_s - self.started_s
        # Whoever marches off after half a standing is followed, not held back.
        self.done = self.done or (waited_s > GIVE_UP_STANDING_AGAIN_S if self.last else self.room.lifting)

    def show(self) -> dict[str, Any]:
        left_s = max(0.0, self.seconds - self.stood_s)
        return {
            "cue": "Stand still",
            "next_cue": "both feet on the floor, arms hanging",
            "ring": min(1.0, self.stood_s / self.seconds),
            "ring_text": f"{left_s:.0f}" if self.stood_s else "",
            "tone": "done" if self.last else "attention",
        }


class HandStage(Stage):
    """Raise the right hand: it proves which side is which."""

    step = 2

    def __init__(self, room: Room) -> None:
        super().__init__(room)
        self.seen: str | None = None
        """Which hand, as the model names it."""
        self._up: tuple[str, float] | None = None
        self._up_s = 0.0

    def see(self, observation: Observation) -> None:
        hand = raised_hand(observation)
        if hand is None:
            self._up, self._up_s = None, 0.0
            self.done = self.done or self.seen is not None
            return
        if self._up is None or self._up[0] != hand:
            self._up = (hand, observation.time_s)
        self._up_s = observation.time_s - self._up[1]
        if self._up_s >= (HAND_S if hand == "right" else OTHER_HAND_S):
            self.seen = hand

    def tick(self) -> None:
        waited_s = self.room.now_s - self.started_s
        self.done = self.done or (self.seen is None and waited_s > WITHOUT_HAND_S) or self.room.lifting

    def show(self) -> dict[str, Any]:
        if self.seen is not None:
            return {"cue": "Hand down", "next_cue": "the lifts come next", "tone": "done"}
        if self._up is not None and self._up[0] == "left" and self._up_s > HAND_S:
            return {"cue": "The other hand", "next_cue": "that looks like the left one", "tone": "attention"}
        ring = min(1.0, self._up_s / HAND_S) if self._up else None
        return {"cue": "Raise your right hand", "next_cue": "over your head", "ring": ring, "tone": "attention"}


class LiftStage(Stage):
    """Lift, hold, lower, one side after the other."""

    step = 3

    def __init__(self, room: Room) -> None:
        super().__init__(room)
        self.guide = room.guide = LiftGuide(room.repetitions, room.tempo, room.now_s)
        self.happened: list[tuple[float, str, str]] = []

    def see(self, observation: Observation) -> None:
        for side, event in self.guide.update(
            observation.time_s, self.room.elevation, self.room.rise, self.room.no_lift
        ):
            self.happened.append((observation.time_s, side, event))
        self.room.stand_again()
        self.done = self.guide.done

    def act(self, action: str) -> None:
        if action == "resume":
            self.guide.ask_again(self.room.now_s)

    def gauges(self) -> tuple[Gauge, ...]:
        return tuple(
            Gauge(s, _known(self.room.elevation[s]), c.count, self.guide.repetitions, asked=s == self.guide.side)
            for s, c in self.guide.counters.items()
        )

    def show(self) -> dict[str, Any]:
        guide, tempo = self.guide, self.guide.tempo
        own = guide.counters[guide.side]
        shown = {"gauges": self.gauges()}
        if guide.phase == "hold":
            left_s = max(0.0, tempo.hold_s - own.held_s)
            ring = min(1.0, own.held_s / tempo.hold_s)
            words = {"cue": "Hold", "next_cue": "then lower slowly, toes first", "ring": ring, "tone": "hold"}
            return {**shown, **words, "ring_text": f"{left_s:.1f}"}
        if guide.phase == "lower":
            return {
                **shown,
                "cue": "Lower",
                "next_cue": f"slowly, {tempo.lower_s:g} seconds, toes first",
                "tone": "lower",
            }
        if guide.refused and (guide.phase == "rest" or guide.refused == "turned"):
            return {**shown, **refused(guide.refused)}
        if guide.phase == "rest":
            then = "that was the last one" if guide.enough else f"then lift {guide.next_side()}"
            return {**shown, "cue": "Both feet down", "next_cue": then}
        how = f"slowly, {tempo.lift_s:g} seconds, until the thigh is level"
        return {**shown, "cue": f"Lift {guide.side}", "next_cue": how, "tone": "lift", "reminder": guide.reminders}


class FreeStage(Stage):
    """March without cues; the counters start once the person has stood still."""

    step = 0

    def __init__(self, room: Room) -> None:
        super().__init__(room)
        self.guide = room.guide = LiftGuide(10**6, room.tempo, room.now_s)
        self.happened: list[tuple[float, str, str]] = []
        self._next_look_s = -np.inf

    def see(self, observation: Observation) -> None:
        if self.room.thighs is not None:
            for side, event in self.guide.update(
                observation.time_s, self.room.elevation, self.room.rise, self.room.no_lift
            ):
                self.happened.append((observation.time_s, side, event))
            self.room.stand_again()
        elif observation.time_s >= self._next_look_s:
            self._next_look_s = observation.time_s + LOOK_EVERY_S
            since_s = still_since_s(self.room.last(), self.room.image_size_wh)
            if since_s is not None and observation.time_s - since_s >= MIN_CALIBRATION_S:
                self.room.stand_on(since_s)

    def show(self) -> dict[str, Any]:
        counters = self.guide.counters
        gauges = tuple(Gauge(s, _known(self.room.elevation[s]), counters[s].count, None, asked=True) for s in SIDES)
        ready = self.room.thighs is not None
        if self.guide.refused:
            return {"gauges": gauges, **refused(self.guide.refused)}
        return {
            "cue": "March" if ready else "Stand still",
            "next_cue": "at your own pace" if ready else "then march at your own pace",
            "gauges": gauges,
            "tone": "done" if ready else "attention",
        }


def refused(reason: str) -> dict[str, Any]:
    """Why a movement does not count, or that the person turned, as a part of the screen."""
    if reason == "turned":
        return {"cue": "You turned", "next_cue": "stand still for 2 seconds, then march on", "tone": "attention"}
    why = {"too_fast": "too quick: lift slowly", "walking": "stay on the spot"}
    return {
        "cue": "Does not count",
        "next_cue": why.get(reason, f"that looks like {MOVEMENT.get(reason, 'no lift')}"),
        "tone": "attention",
    }


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
