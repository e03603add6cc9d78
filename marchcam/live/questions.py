"""What is asked on the screen before and after the march."""

from __future__ import annotations

from typing import Any

from marchcam.live.screen import Button
from marchcam.live.stages import Room, Stage

ANSWER_WITHIN_S = 30.0
"""A question that nobody answers is left open."""
SAFETY_QUESTIONS = (
    "A hip replacement, or hip or spine surgery with movement limits",
    "A recent fracture",
    "New numbness or weakness",
    "A change of bladder or bowel",
    "Chest pain or dizziness",
    "A swollen, painful calf",
    "A recent fall, or unable to stand on one leg with support",
    "Night pain",
    "Pregnancy with pelvic pain",
)


class SafetyStage(Stage):
    """The page of reasons not to test; any yes ends the session."""

    layout = "page"
    refused = False

    def act(self, action: str) -> None:
        if self.refused or action in ("yes", "no"):
            self.done = self.refused or action == "no"
            self.refused = True if action == "yes" else self.refused

    def show(self) -> dict[str, Any]:
        if self.refused:
            lines = ("Please ask a doctor or physiotherapist before this test.", "Nothing was recorded.")
            return {"cue": "Not today", "lines": lines, "buttons": (Button("q", "Close", "stop", strong=True),)}
        return {
            "cue": "Before you start: does any of these apply?",
            "lines": tuple(f"• {question}" for question in SAFETY_QUESTIONS),
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
