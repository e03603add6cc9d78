"""What a live session shows, as plain data: the protocol makes it, the window or the terminal draws it."""

from __future__ import annotations

from dataclasses import dataclass

STEPS = ("In frame", "Stand still", "Right hand", "Lifts", "Stand still", "Report")
"""The steps of a guided session, as the top line names them."""


@dataclass(frozen=True)
class Button:
    """Something the person at the keyboard can do now: by a key, or by a click."""

    key: str
    """What triggers it: one lower-case character, or "space", "enter", "escape"."""
    word: str
    """What it does, one or two words."""
    action: str
    """What the session is told: "pause", "repeat", "pain", "stop", "yes", "no", "skip", or "answer 0" … "answer 10"."""
    strong: bool = False
    """Whether it stands out by an outline."""


@dataclass(frozen=True)
class Check:
    """One thing that must be right before the march."""

    name: str
    """One of Head, Hips and knees, Feet, Distance, Light, Camera, People."""
    word: str
    """How it is now: "in the picture", "too close", …"""
    good: bool


@dataclass(frozen=True)
class Gauge:
    """One leg."""

    side: str
    elevation_deg: float | None = None
    """Thigh above the horizontal now; None before the calibration and where it cannot be seen."""
    count: int = 0
    """Lifts so far, the one in progress included."""
    of: int | None = None
    """Lifts asked for; None without guidance."""
    asked: bool = False
    """Whether this leg is the one to move now."""


@dataclass(frozen=True)
class Screen:
    """Everything that is to be seen at one moment."""

    layout: str
    """"page" (a question or notice, no picture), "frame" (get into the picture) or "march" (picture between gauges)."""
    cue: str
    """What to do now: a few words, read at 3 m. The title of a page."""
    next_cue: str = ""
    """What comes next, or how to do it; small, at most two short lines."""
    lines: tuple[str, ...] = ()
    """The body of a page."""
    steps: tuple[str, ...] = STEPS
    step: int = 0
    """Which of them is now; those before are done."""
    state: str = "Picture good"
    """The one thing to fix, or that all is well."""
    state_good: bool = True
    rate_hz: float | None = None
    """Pictures analyzed a second."""
    ring: float | None = None
    """How full the ring beside the cue is, 0 to 1; None: empty, its place kept."""
    ring_text: str = ""
    """Seconds inside the ring."""
    gauges: tuple[Gauge, ...] = (Gauge("left"), Gauge("right"))
    checks: tuple[Check, ...] = ()
    missing: tuple[tuple[str, str], ...] = ()
    """Edges of the picture, as the camera sees it, where something is cut, with a word: ("bottom", "feet missing
    here")."""
    buttons: tuple[Button, ...] = ()
    tone: str | None = None
    """The tone that belongs to the cue: "lift", "hold", "lower", "done" or "attention"."""
    cue_number: int = 0
    """Grows with every new cue, so that its tone and printed line come once."""
    show_skeleton: bool = True


FREE_STEPS = ("March", "Report")
BUTTONS = (
    Button("space", "Pause", "pause"),
    Button("r", "Repeat step", "repeat"),
    Button("p", "New pain", "pain", strong=True),
    Button("q", "Stop", "stop"),
)
PAUSED_BUTTONS = (Button("space", "Go on", "resume", strong=True), *BUTTONS[1:])
PAIN_BUTTONS = (
    Button("y", "Yes, stop", "yes", strong=True),
    Button("n", "No, go on", "no"),
)
CUES = (
    *(
        "Step into the picture",
        "More light, please",
        "Only one person, please",
        "Set the camera level",
        "Turn the camera upright",
    ),
    *("Take one big step back", "Point the camera lower", "Come one step closer", "Step to the middle"),
    *("Good, stay there", "Stand still", "Raise your right hand", "The other hand", "Hand down", "Lift right"),
    *("Hold", "Lower", "Both feet down", "March", "Paused", "New pain?", "Camera lost"),
    *("Does not count", "You turned"),
)
"""Every cue over a picture: each must fit the window."""
