"""Where a session shows itself and hears from the person: a window or a terminal, with sound or without."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from marchcam.capture import Frame
from marchcam.live.observation import Observation
from marchcam.live.painter import ScreenPainter
from marchcam.live.screen import Screen
from marchcam.live.sound import Sound
from marchcam.live.terminal import Printer
from marchcam.live.window import Window
from marchcam.track import Setup

DRAWN_PRESENCE = 0.3
"""Below it the model makes the joint up, mostly outside of the picture."""
DRAW_EVERY_S = 0.015
"""A new picture is drawn at once; a screen without one no more often than this."""


class WindowFront:
    """A window."""

    def __init__(self, window: Window, sound: Sound) -> None:
        self._window, self._cues = window, CueSound(sound)
        self._painter = ScreenPainter()
        self._zero_s = time.monotonic()
        self._drawn_s = -np.inf

    def show(self, screen: Screen, frame: Frame | None, observation: Observation | None, now_s: float) -> None:
        self._cues.hear(screen)
        clock_s = time.monotonic() - self._zero_s
        if clock_s - self._drawn_s < DRAW_EVERY_S:
            return
        self._drawn_s = clock_s
        joints = None
        if observation is not None and frame is not None:
            joints = np.where(observation.presence[:, None] >= DRAWN_PRESENCE, observation.position_px, np.nan)
        image = None if frame is None else frame.image
        drawing = self._painter.paint(screen, image, joints, time_s=clock_s, size_wh=self._window.size_wh)
        self._window.show(drawing)

    def actions(self) -> list[str]:
        return self._window.poll(1)

    @property
    def closed(self) -> bool:
        return self._window.closed

    def last_questions(self, setup: Setup) -> Setup:
        return setup


class TerminalFront:
    """Lines in a terminal."""

    closed = False

    def __init__(self, printer: Printer, sound: Sound, ask: Callable[[Setup], Setup] | None = None) -> None:
        self._printer, self._cues, self._ask = printer, CueSound(sound), ask

    def show(self, screen: Screen, frame: Frame | None, observation: Observation | None, now_s: float) -> None:
        self._cues.hear(screen)
        self._printer.show(screen, time_s=now_s)

    def actions(self) -> list[str]:
        return []

    def last_questions(self, setup: Setup) -> Setup:
        return self._ask(setup) if self._ask else setup


class CueSound:
    """The tone and the words of every new cue, once."""

    def __init__(self, sound: Sound) -> None:
        self._sound = sound
        self._number: int | None = None

    def hear(self, screen: Screen) -> None:
        """Play what belongs to a screen, if its cue is new."""
        if screen.cue_number != self._number:
            self._number = screen.cue_number
            if screen.tone:
                self._sound.play(screen.tone)
            if screen.layout != "page":
                self._sound.say(screen.cue)
