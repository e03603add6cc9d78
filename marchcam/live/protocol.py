"""The live session as a pure state machine of time, observations and what the person does: no clock, disk or screen.

Whoever runs it feeds `see` with every observation, `act` with every key or click, and `tick` with the time; reads
`screen()` to know what to show, `recording` to know whether landmarks are to be kept, and `events` for the journal.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from marchcam.live.framing import Framing, look_at_picture
from marchcam.live.observation import Observation
from marchcam.live.plan import Plan, questions_after, set_of, stages_of
from marchcam.live.questions import PainQuestion, SafetyStage
from marchcam.live.screen import BUTTONS, FREE_STEPS, PAIN_BUTTONS, PAUSED_BUTTONS, STEPS, Gauge, Screen
from marchcam.live.signs import HandSigns
from marchcam.live.stages import FramingStage, HandStage, LiftStage, Room, Stage, StandingStage
from marchcam.track import SIDES, Setup

PAIN_ANSWER_S = 30.0
"""Nobody answers whether it is new pain: it is taken for it."""
LOST_S = 1.0
"""A camera without a picture for longer is said to be lost."""
WATCH_EVERY_S = 0.5


class Protocol:
    """One session.

    Parameters
    ----------
    plan : Plan
    setup : Setup
        What was told beforehand.
    image_size_wh : (int, int)

    Attributes
    ----------
    setup : Setup
        With what was told under way.
    recording : bool
        Whether landmarks are wanted now.
    camera_wanted : bool
        Whether the questions before are over and the camera may run.
    done : bool
    events : list of (float, str, dict)
        Session time, kind and details of what happened; the runner takes them away for the journal.
    """

    def __init__(self, plan: Plan, setup: Setup, image_size_wh: tuple[int, int]) -> None:
        self.plan, self.room = plan, Room(image_size_wh, setup, plan.repetitions, plan.tempo)
        self.done, self.ending = False, "complete"
        self._early: str | None = None
        self.events: list[tuple[float, str, dict[str, Any]]] = []
        self._paused: str | None = None
        self._lost_s = 0.0
        self._rate_hz: float | None = None
        self._trouble: str | None = None
        self._signs = HandSigns()
        self._watched: Framing | None = None
        self._next_watch_s = -np.inf
        self._cue_key: tuple[Any, ...] | None = None
        self._cue_number = 0
        self._waiting = stages_of(plan, self.room)
        self._next_stage()

    @property
    def setup(self) -> Setup:
        return self.room.setup

    @property
    def camera_wanted(self) -> bool:
        return self.stage.layout != "page"

    @property
    def recording(self) -> bool:
        return self.camera_wanted and self._paused is None and not self.done

    @property
    def lifting(self) -> bool:
        """Whether a thigh is up: the pictures of this moment may be wanted in the report."""
        return self.recording and self.room.lifting

    # --- the order of things

    def _next_stage(self) -> None:
        if not self._waiting:
            self._end(self._early or "complete")
            return
        self.stage = self._waiting.pop(0)()
        if isinstance(self.stage, PainQuestion) and self.stage.when != "now" and not self._has_marched:
            self._next_stage()  # there is no "after"
            return
        self._say("stage", name=type(self.stage).__name__.removesuffix("Stage").lower())

    @property
    def _has_marched(self) -> bool:
        return self.room.ground is not None or self.setup.new_pain

    def _end(self, ending: str) -> None:
        if not self.done:
            if isinstance(self.stage, SafetyStage) and self.stage.refused:
                ending = self.stage.ending
            self.done, self.ending = True, ending
            self._say("end", ending=ending)

    def _say(self, kind: str, **details: object) -> None:
        self.events.append((self.room.now_s, kind, details))

    # --- what comes in

    def see(self, observation: Observation) -> None:
        """The next observation of the camera."""
        if self.done or not self.camera_wanted:
            return
        self.room.now_s = max(self.room.now_s, observation.time_s)
        self._look_for_sign(observation)
        if self._paused is None:
            self.room.see(observation)
            self._watch(observation)
            self.stage.see(observation)
            self._take_lifts()
            self._go_on()

    def camera_started(self) -> None:
        """Session time begins at 0."""
        self.room.now_s = self.stage.started_s = 0.0

    def tick(
        self, now_s: float, *, lost_s: float = 0.0, rate_hz: float | None = None, trouble: str | None = None
    ) -> None:
        """Time has passed.

        Parameters
        ----------
        now_s : float
            Session time.
        lost_s : float
            How long the camera has given no picture.
        rate_hz : float, optional
            Pictures analyzed a second.
        trouble : str, optional
            What is wrong with the computer, in a few words.
        """
        self.room.now_s = max(self.room.now_s, now_s)
        self._lost_s, self._rate_hz, self._trouble = lost_s, rate_hz, trouble
        if self._paused == "pain" and now_s - self._paused_since_s > PAIN_ANSWER_S:
            self.act("yes")
        elif self._paused is None and not self.done and lost_s <= LOST_S:
            self.stage.tick()
            self._go_on()

    def act(self, action: str) -> None:
        """A key, a click, or a gesture."""
        if self.done:
            return
        if action == "stop":
            self._stop()
        elif self._paused == "pain":
            self._answer_pain(action)
        elif action == "resume" or (action == "pause" and self._paused):
            self._resume()
        elif action in ("pause", "pain") and self.camera_wanted:
            self._pause(action)
        elif action == "repeat" and self.camera_wanted:
            self._repeat()
        else:
            self.stage.act(action)
            if isinstance(self.stage, SafetyStage) and self.stage.refused and self.stage.done:
                self._end("stopped")
            self._go_on()

    def camera_ended(self, *, gone: bool) -> None:
        """The file is over, or the camera is gone for good."""
        self._end("camera_gone" if gone else "source_over")

    def window_closed(self) -> None:
        """Nobody watches any more."""
        self._end("stopped")

    def interrupted(self) -> None:
        """Ctrl-C."""
        self._end("interrupted")

    def tell(self, setup: Setup) -> None:
        """What the person told besides."""
        self.room.setup = setup

    def take_events(self) -> list[tuple[float, str, dict[str, Any]]]:
        """What happened since the last call."""
        taken, self.events = self.events, []
        return taken

    @property
    def now_s(self) -> float:
        return self.room.now_s

    # --- pausing, repeating, stopping

    def _pause(self, why: str) -> None:
        if self._paused is None:
            self._say("pause", why=why)
        self._paused, self._paused_since_s = why, self.room.now_s

    def _resume(self) -> None:
        if self._paused is None:
            return
        self._paused = None
        self._say("resume")
        self.room.recent.clear()
        self.room.rise = dict.fromkeys(SIDES, np.nan)
        self.stage.act("resume")
        if not isinstance(self.stage, LiftStage):
            self.stage.started_s = self.room.now_s

    def _answer_pain(self, answer: str) -> None:
        if answer in ("no", "resume", "pause"):
            self._resume()
        elif answer in ("yes", "pain"):
            self.room.setup = dataclasses.replace(self.room.setup, new_pain=True)
            self._say("new_pain")
            self._finish_early()

    def _repeat(self) -> None:
        self._paused = None
        self._say("repeat")
        if isinstance(self.stage, LiftStage | StandingStage) and self.plan.guided and self.stage.step >= 3:
            # The set anew, from a standing of its own; what came before is kept in the journal and not assessed.
            self.room.thighs = self.room.ground = self.room.guide = None
            self.room.use_from_s = self.room.now_s
            self._say("use_from", from_s=self.room.now_s)
            self._waiting = set_of(self.room, hand=False) + questions_after(self.plan, self.room)
            self._next_stage()
            return
        self.room.recent.clear()
        self.stage = type(self.stage)(self.room) if not isinstance(self.stage, StandingStage) else self.stage
        self.stage.started_s = self.room.now_s

    def _stop(self) -> None:
        if self._has_marched and self.camera_wanted and self.plan.ask:
            self._finish_early()
        else:
            self._end("stopped")

    def _finish_early(self) -> None:
        """To the last questions, or to the end where nobody can answer them."""
        if self._paused is None:
            self._say("pause", why="stop")
        self._paused = None
        self._waiting = questions_after(self.plan, self.room)
        self._early = "new_pain" if self.setup.new_pain else "stopped"
        self._next_stage()

    # --- under way

    def _go_on(self) -> None:
        while not self.done and self.stage.done:
            self._leave(self.stage)
            self._next_stage()

    def _leave(self, stage: Stage) -> None:
        if isinstance(stage, PainQuestion) and stage.answer is not None:
            key = f"pain_{stage.place}_{'before' if stage.when == 'now' else 'after'}"
            answer: dict[str, Any] = {key: stage.answer}
            self.room.setup = dataclasses.replace(self.room.setup, **answer)
            self._say("setup", **answer)
        elif isinstance(stage, FramingStage):
            self._say("use_from", from_s=self.room.use_from_s)
        elif isinstance(stage, HandStage):
            self._say("hand", seen=stage.seen)
        elif isinstance(stage, StandingStage) and stage.last:
            self._say("pause", why="over")  # who walks to the keyboard to answer does not march

    def _take_lifts(self) -> None:
        happened = getattr(self.stage, "happened", None)
        while happened:
            time_s, side, what = happened.pop(0)
            self._say("lift", side=side, what=what, at_s=time_s)

    def _watch(self, observation: Observation) -> None:
        """Once in a while: is the picture still right?"""
        if observation.time_s >= self._next_watch_s and not isinstance(self.stage, FramingStage):
            self._next_watch_s = observation.time_s + WATCH_EVERY_S
            room = self.room
            self._watched = look_at_picture(room.last(), room.image_size_wh, room.setup, standing=False)

    def _look_for_sign(self, observation: Observation) -> None:
        """Both hands over the head: new pain. While that is asked: again for yes, the right hand alone for no."""
        sign = self._signs.see(observation)
        if self._paused == "pain" and sign:
            self._answer_pain("yes" if sign == "both" else "no")
        elif sign == "both" and self.room.ground is not None:
            self._pause("pain")

    # --- what is shown

    def screen(self) -> Screen:
        """What is to be seen now."""
        shown = self._stage_screen()
        key = (shown.layout, shown.cue, type(self.stage), self._reminder)
        if key != self._cue_key:
            self._cue_key, self._cue_number = key, self._cue_number + 1
        return dataclasses.replace(shown, cue_number=self._cue_number)

    def _stage_screen(self) -> Screen:
        words = self.stage.show()
        self._reminder = words.pop("reminder", 0)
        base = {
            "layout": self.stage.layout,
            "steps": STEPS if self.plan.guided else FREE_STEPS,
            "step": self.stage.step,
            "rate_hz": self._rate_hz,
            "gauges": self._gauges(),
            "buttons": BUTTONS,
        }
        if self.stage.layout != "page" and not isinstance(self.stage, FramingStage) and self._watched:
            base |= {"state": self._watched.cue or "Picture good", "state_good": not self._watched.cue}
        if self._paused == "pain":
            left_s = max(0, round(PAIN_ANSWER_S - (self.room.now_s - self._paused_since_s)))
            words = {"cue": "New pain?", "next_cue": "both hands up: yes, right hand up: no", "buttons": PAIN_BUTTONS}
            words |= {"state": f"No answer means yes, in {left_s} s", "state_good": False, "tone": "attention"}
            base["layout"] = "march"
        elif self._paused:
            words = {"cue": "Paused", "next_cue": "nothing counts now", "buttons": PAUSED_BUTTONS}
        elif self._lost_s > LOST_S and self.camera_wanted:
            words = {
                "cue": "Camera lost",
                "next_cue": "is the cable in? trying again",
                "state": f"No picture for {self._lost_s:.0f} s",
                "state_good": False,
                "tone": "attention",
            }
            base["layout"] = "march"
        if self._trouble:
            words |= {"state": self._trouble, "state_good": False}
        return Screen(**{**base, **words})

    def _gauges(self) -> tuple[Gauge, ...]:
        known = {s: None if np.isnan(v) else float(v) for s, v in self.room.elevation.items()}
        of = self.plan.repetitions if self.plan.guided else None
        counts = {s: self.room.guide.counters[s].count if self.room.guide else 0 for s in SIDES}
        return tuple(Gauge(s, known[s], counts[s], of) for s in SIDES)
