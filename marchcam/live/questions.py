"""What is asked on the screen before and after the march."""

from __future__ import annotations

from typing import Any

from marchcam.live.screen import Button
from marchcam.live.stages import Room, Stage
from marchcam.safety import ASK_FIRST, HOLD_ON, NOTHING_RECORDED, REASONS, REFUSALS

ANSWER_WITHIN_S = 30.0
"""A question that nobody answers is left open."""


class SafetyStage(Stage):
    """A page of reasons not to test; any yes ends the session."""

    layout = "page"
    refused = False

    def __init__(self, room: Room, ending: str) -> None:
        super().__init__(room)
        self.ending, self.reasons = ending, REASONS[ending]

    def act(self, action: str) -> None:
        if self.refused or action in ("yes", "no"):
            self.done = self.refused or action == "no"
            self.refused = True if action == "yes" else self.refused

    def show(self) -> dict[str, Any]:
        if self.refused:
            lines = (REFUSALS[self.ending], NOTHING_RECORDED)
            return {"cue": "Not today", "lines": lines, "buttons": (Button("q", "Close", "stop", strong=True),)}
        return {
            "cue": "Before you start: does any of these apply?",
            "lines": (*(f"• {reason}" for reason in self.reasons), *((HOLD_ON,) if self.reasons == ASK_FIRST else ())),
            "buttons": (
                Button("y", "Yes, or not sure", "yes"),
                Button("n", "No, none", "no", strong=True),
                Button("q", "Stop", "stop"),
            ),
        }


class PainQuestion(Stage):
    """Pain from 0 to 10 at one place; open after a while without an answer."""

    layout = "page"

    def __init__(self, room: Room, place: str, when: str, *, step: int) -> None:
        super().__init__(room)
        self.place, self.when, self.step = place, when, step
        self.answer: int | None = None

    def act(self, action: str) -> None:
        if action.startswith("answer "):
            self.answer = int(action.split()[1])
        self.done = self.done or self.answer is not None or action == "skip"

    def tick(self) -> None:
        self.done = self.done or self.room.now_s - self.started_s > ANSWER_WITHIN_S

    def show(self) -> dict[str, Any]:
        left_s = max(0, round(ANSWER_WITHIN_S - (self.room.now_s - self.started_s)))
        where = "low back" if self.place == "back" else "hip"
        numbers = tuple(Button(str(n) if n < 10 else "t", str(n), f"answer {n}") for n in range(11))
        return {
            "cue": f"Pain in the {where} {self.when}?",
            "lines": ("0 is no pain, 10 the worst you can think of.", f"Goes on without an answer in {left_s} s."),
            "buttons": (*numbers, Button("s", "Do not say", "skip"), Button("q", "Stop", "stop")),
        }
