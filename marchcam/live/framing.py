"""Whether the camera sees what the analysis needs, and the one thing to do about it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from marchcam import track as lm
from marchcam.analysis.camera import Camera, estimate_camera
from marchcam.analysis.ground import EDGE
from marchcam.analysis.motion import build_motion, upright
from marchcam.analysis.quality import PITCH_DEG, ROLL_DEG
from marchcam.live.observation import FOOT_PRESENT, PRESENT, Observation, to_track
from marchcam.live.screen import Check
from marchcam.track import Setup

DARK = 70.0
"""Mean grey value: pictures at 46 and 56 lose the knees, well-lit rooms have 105 to 190 [seen]."""
TOO_NEAR, TOO_FAR = 0.92, 0.40
"""Body height over picture height: beyond, a step sideways or a raised hand leaves the picture; below, few pixels."""
CROWN = 0.10
"""From ears to crown, over the shoulder–ankle span."""
STATURE = 0.77
"""Shoulder–ankle span over stature."""
SIDE_MARGIN = 0.04
"""Of the picture's width, left and right of the body."""
HEAD_ROOM = 0.25
"""Share of the picture free above a head: the camera then looks too high, rather than the person being too near."""
LOOK_S = 1.0
"""A tilt is judged from the last second."""
SECOND_PERSON_S = 4.0
"""How long a second person stays said after the last look that saw one: looks come every two seconds."""

IN_PICTURE, OUT = "in the picture", "out of the picture"


@dataclass(frozen=True)
class Framing:
    """What is right and wrong with the picture now."""

    checks: tuple[Check, ...]
    missing: tuple[tuple[str, str], ...]
    """Edges of the unmirrored picture where something is cut, and a word for it."""
    cue: str
    """The one thing to do first; empty when all is well."""
    hint: str = ""
    """More about it."""

    @property
    def good(self) -> bool:
        return all(check.good for check in self.checks)


def look_at_picture(
    recent: list[Observation], image_size_wh: tuple[int, int], setup: Setup, *, standing: bool = True
) -> Framing:
    """Check the picture of the last moment.

    Parameters
    ----------
    recent : list of Observation
        The last seconds, the newest last; at least one.
    image_size_wh : (int, int)
    setup : Setup
        A lens height told makes a tilted camera harmless.
    standing : bool
        Whether the person stands: only then can a tilted camera be told.

    Returns
    -------
    Framing
    """
    now = recent[-1]
    people = _people(recent)
    light = next((o.brightness for o in reversed(recent) if np.isfinite(o.brightness)), np.inf)
    dark = light < DARK
    checks = [Check("Light", "too dark" if dark else "good", not dark)]
    if not now.seen:
        absent = [Check(name, "nobody seen", False) for name in ("Head", "Hips and knees", "Feet", "Distance")]
        checks = [*absent, *checks, Check("Camera", "not seen yet", False), Check("People", "none", False)]
        cue = "More light, please" if dark else "Step into the picture"
        return Framing(tuple(checks), (), cue, "" if dark else "2.5 to 3 m from the camera")
    if turned := _turned(now):
        checks = [*checks, Check("Camera", turned, False), Check("People", "one", True)]
        return Framing(tuple(checks), (), "Turn the camera upright", f"the picture is {turned}")
    body = _Body.of(now, image_size_wh)
    camera = _camera(recent, image_size_wh, setup) if standing and body.whole else None
    tilt = _tilt(camera, setup)
    checks = [
        Check("Head", IN_PICTURE if body.head else OUT, body.head),
        Check("Hips and knees", IN_PICTURE if body.legs else OUT, body.legs),
        Check("Feet", IN_PICTURE if body.feet else OUT, body.feet),
        Check("Distance", body.distance, body.distance == "good"),
        *checks,
        Check("Camera", tilt or "level", not tilt),
        Check("People", "one" if people < 2 else "somebody else", people < 2),
    ]
    return Framing(tuple(checks), body.missing, *_advice(body, people, dark, tilt))


def _turned(now: Observation) -> str | None:
    """How the picture is turned where a trunk does not stand upright in it, or None."""
    right, down = (now.position_px[list(lm.HIP.values())] - now.position_px[list(lm.SHOULDER.values())]).mean(axis=0)
    if down > 0.5 * abs(right):
        return None
    return "upside down" if -down > 0.5 * abs(right) else "on its side"


def _people(recent: list[Observation]) -> float:
    counted = [o for o in recent if np.isfinite(o.people) and recent[-1].time_s - o.time_s < SECOND_PERSON_S]
    return counted[-1].people if counted else 1.0


@dataclass(frozen=True)
class _Body:
    """Where a body lies in the picture, as shares of it."""

    head: bool
    legs: bool
    feet: bool
    distance: str
    """good, too close or too far."""
    missing: tuple[tuple[str, str], ...]
    room_above: float
    cut_side: str | None
    """left or right edge of the unmirrored picture that the body touches."""

    @property
    def whole(self) -> bool:
        return self.head and self.legs and self.feet

    @classmethod
    def of(cls, now: Observation, image_size_wh: tuple[int, int]) -> _Body:
        width, height = image_size_wh
        row = now.position_px[:, 1]
        ankles, feet = list(lm.ANKLE.values()), [*lm.HEEL.values(), *lm.TOE.values()]
        hips_knees = [*lm.HIP.values(), *lm.KNEE.values()]
        span = now.row(lm.ANKLE) - now.row(lm.SHOULDER)
        crown = 0.5 * (row[lm.LEFT_EAR] + row[lm.RIGHT_EAR]) - CROWN * span
        head = bool(now.presence[[lm.NOSE, lm.LEFT_EAR, lm.RIGHT_EAR]].max() > PRESENT and crown > 0)
        legs = bool(np.median(now.presence[hips_knees]) > PRESENT and row[hips_knees].max() < height)
        feet_in = bool(np.median(now.presence[feet]) >= FOOT_PRESENT and row[feet + ankles].max() < EDGE * height)
        share = span / STATURE / height
        body = now.position_px[lm.LEFT_SHOULDER :, 0]
        left, right = body.min() < SIDE_MARGIN * width, body.max() > (1 - SIDE_MARGIN) * width
        missing = [] if head else [("top", "head missing here")]
        missing += [] if feet_in else [("bottom", "feet missing here")]
        missing += [("left", "too near the edge")] if left else []
        missing += [("right", "too near the edge")] if right else []
        distance = "too close" if share > TOO_NEAR or (not feet_in and not head) else "good"
        distance = "too far" if share < TOO_FAR else distance
        side = None if left == right else "left" if left else "right"
        if (left or right) and distance == "good":
            distance = "too close" if left and right else "too far to the side"
        return cls(head, legs, feet_in, distance, tuple(missing), crown / height, side)


def _camera(recent: list[Observation], image_size_wh: tuple[int, int], setup: Setup) -> Camera | None:
    last = [o for o in recent if recent[-1].time_s - o.time_s <= LOOK_S]
    if len(last) < 5:
        return None
    motion = build_motion(to_track(last, image_size_wh))
    standing = upright(motion) & motion.seen
    return estimate_camera(motion.at(standing), setup) if standing.sum() >= 5 else None


def _tilt(camera: Camera | None, setup: Setup) -> str | None:
    """How the camera is tilted, as the flags of the analysis count it, or None."""
    if camera is None:
        return None
    if abs(camera.roll_deg) > ROLL_DEG:
        return f"tilted sideways by {abs(camera.roll_deg):.0f}°"
    if setup.lens_height_m is None and abs(camera.pitch_deg) > PITCH_DEG:
        return f"tilted {'down' if camera.pitch_deg > 0 else 'up'} by {abs(camera.pitch_deg):.0f}°"
    return None


def _advice(body: _Body, people: float, dark: bool, tilt: str | None) -> tuple[str, str]:
    """The first thing to do, in the order in which they spoil a recording."""
    if people >= 2:
        return "Only one person, please", "somebody else is in the picture"
    if dark:
        return "More light, please", "or a wall behind that is not so bright"
    if tilt:
        return "Set the camera level", f"it is {tilt}"
    if not body.feet and not (body.head and body.room_above > HEAD_ROOM):
        return "Take one big step back", "the feet must be in the picture"
    if not body.feet:
        return "Point the camera lower", "the feet must be in the picture"
    if not body.head:
        return "Take one big step back", "or point the camera a little higher"
    if body.distance == "too close" or not body.legs:
        return "Take one big step back", ""
    if body.distance == "too far":
        return "Come one step closer", ""
    if body.cut_side:
        # The left edge of the camera's picture lies at the right hand of who faces it: away from it is to the left.
        return "Step to the middle", f"one step to your {body.cut_side}"
    return "", ""
