"""Drawing over time: numbers that do not flicker, changes that fade. It is told the time and has no clock."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from marchcam.arrays import Floats, Image
from marchcam.capture import cv2
from marchcam.live.overlay import Drawing, draw, whole
from marchcam.live.paint import HEIGHT, WIDTH
from marchcam.live.screen import Screen

HYSTERESIS_DEG = 0.7  # [default] how far an angle goes before another whole degree is shown
ANGLE_INTERVAL_S = 0.1  # [default] ten numbers a second is as fast as one can be read
FADE_S = 0.15  # [default]


class Smoother:
    """The whole degrees to be read below a gauge."""

    def __init__(self) -> None:
        self.text = whole(None)
        self._shown_deg: int | None = None
        self._changed_s = -np.inf

    def update(self, elevation_deg: float | None, time_s: float) -> str:
        """What to show at that time, seconds; times may not go back."""
        if time_s - self._changed_s < ANGLE_INTERVAL_S - 1e-9:
            return self.text
        known_deg = elevation_deg if elevation_deg is not None and np.isfinite(elevation_deg) else None
        shown_deg = self._shown_deg
        if known_deg is not None and shown_deg is not None and abs(known_deg - shown_deg) < HYSTERESIS_DEG:
            return self.text
        text = whole(elevation_deg)
        if text != self.text:
            self.text, self._changed_s = text, time_s
            self._shown_deg = None if known_deg is None else round(known_deg)
        return self.text


class ScreenPainter:
    """Draws one screen after the other: new words fade in, numbers and pictures are shown at once."""

    def __init__(self) -> None:
        self._smoothers = Smoother(), Smoother()
        self._screen: Screen | None = None
        self._before: Screen | None = None
        self._since_s = -np.inf

    def paint(
        self,
        screen: Screen,
        image: Image | None,
        position_px: Floats | None,
        *,
        time_s: float,
        size_wh: tuple[int, int] = (WIDTH, HEIGHT),
    ) -> Drawing:
        """Draw the screen as it is to be seen at that time, seconds; the rest as for `overlay.draw`."""
        angles = tuple(
            smoother.update(gauge.elevation_deg, time_s)
            for smoother, gauge in zip(self._smoothers, screen.gauges, strict=True)
        )
        if self._screen is not None and _words(self._screen) != _words(screen):
            self._before, self._since_s = self._screen, time_s
        self._screen = screen
        drawing = draw(screen, image, position_px, size_wh, angles=angles)
        share = (time_s - self._since_s) / FADE_S
        if self._before is None or not 0 <= share < 1:
            return drawing
        old = draw(_with_numbers_of(self._before, screen), image, position_px, size_wh, angles=angles)
        return replace(drawing, image=cv2.addWeighted(drawing.image, share, old.image, 1 - share, 0))


def _words(screen: Screen) -> Screen:
    """The screen without what changes all the time."""
    gauges = tuple(replace(gauge, elevation_deg=None) for gauge in screen.gauges)
    return replace(screen, gauges=gauges, ring=None, ring_text="", rate_hz=None, cue_number=0, tone=None)


def _with_numbers_of(before: Screen, screen: Screen) -> Screen:
    """The screen before with today's numbers, so that a fade shows no angle twice."""
    gauges = tuple(
        replace(old, elevation_deg=new.elevation_deg) for old, new in zip(before.gauges, screen.gauges, strict=True)
    )
    return replace(before, gauges=gauges, rate_hz=screen.rate_hz)
