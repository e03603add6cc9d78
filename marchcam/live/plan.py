"""What a session is to be, and the order of its stages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from marchcam.live.lifts import Tempo
from marchcam.live.questions import PainQuestion, SafetyStage
from marchcam.live.stages import (
    STAND_AGAIN_S,
    STAND_S,
    FramingStage,
    FreeStage,
    HandStage,
    LiftStage,
    Room,
    Stage,
    StandingStage,
)
from marchcam.safety import REASONS

Stages = list[Callable[[], Stage]]
"""Each is made when its turn comes: it looks at the clock then."""


@dataclass(frozen=True)
class Plan:
    """What the session is to be."""

    repetitions: int = 10
    """Lifts a side."""
    tempo: Tempo = Tempo()
    guided: bool = True
    screened: bool = False
    """Whether the reasons not to test were gone through already."""
    ask: bool = True
    """Whether somebody can answer questions on the screen."""


def stages_of(plan: Plan, room: Room) -> Stages:
    """All stages of a session, first to last."""
    stages: Stages = []
    if plan.guided and plan.ask and not plan.screened:
        stages += [partial(SafetyStage, room, ending) for ending in REASONS]
    for place in ("back", "hip"):
        if plan.ask and getattr(room.setup, f"pain_{place}_before") is None:
            stages.append(partial(PainQuestion, room, place, "now", step=0))
    if plan.guided:
        stages += [lambda: FramingStage(room), *set_of(room, hand=True)]
    else:
        stages.append(lambda: FreeStage(room))
    return stages + questions_after(plan, room)


def set_of(room: Room, *, hand: bool) -> Stages:
    """The stages of one set: standing, the right hand if wanted, the lifts, standing."""
    middle = [lambda: HandStage(room)] if hand else []
    return [
        lambda: StandingStage(room, STAND_S, step=1),
        *middle,
        lambda: LiftStage(room),
        lambda: StandingStage(room, STAND_AGAIN_S, step=4, last=True),
    ]


def questions_after(plan: Plan, room: Room) -> Stages:
    """What is asked once the march is over; nothing where nobody can answer."""
    if not plan.ask:
        return []
    step = 5 if plan.guided else 1
    return [partial(PainQuestion, room, place, "after the march", step=step) for place in ("back", "hip")]
