"""One lift in words, as the page says it."""

from __future__ import annotations

from dataclasses import dataclass

from marchcam.analysis.results import Assessment, Repetition
from marchcam.report import words

LANDING = {"toe_first": "toes first", "heel_first": "heel first", "flat": "flat", "unclear": "not seen"}
REACHED = {"yes": "surely", "no": "no", "too_close": "as far as seen"}
EXCLUDED = {
    "squat_or_lunge": "it looks like a squat or a lunge",
    "walking": "the person walks or steps instead of marching on the spot",
    "side_step": "it is a step to the side",
    "step_up": "it is a step onto or off something",
    "kick": "it is a kick: the knee stays straight",
    "leg_curl": "the heel goes back instead of the knee up",
    "standing_on_one_leg": "the person stands on one leg",
    "hop": "the standing foot leaves the floor",
    "too_fast": "it is too quick for a slow march",
    "turned": "the person turned during it",
    "overlap": "both thighs were up at once",
    "incomplete": "it was not seen whole",
    "unsure": "it is not certain that the thigh was lifted",
    "lost_frames": "the person was not seen during it",
    "side_swap": "the tracker mixed up the two legs",
    "level_check": "the thigh that was told to be level, a check of the camera",
}


@dataclass(frozen=True)
class LiftWords:
    """A lift in a heading and up to three short lines."""

    title: str
    height: str
    """The line in semibold: the height, or why the lift does not count."""
    details: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """All of it in one sentence."""
        return f"{self.title}: {', '.join([self.height, *self.details])}"


def lift_id(assessment: Assessment, lift: Repetition) -> str:
    """A name of the lift within the page."""
    if lift.index is not None:
        return f"lift-{lift.side}-{lift.index}"
    excluded = [other for other in assessment.repetitions if other.index is None]
    return f"lift-excluded-{next(i for i, other in enumerate(excluded, 1) if other is lift)}"


def height_words(degrees: float | None) -> str:
    """ "16° below horizontal", "level with horizontal"."""
    if degrees is None:
        return "height not known"
    said = words.against_horizontal(degrees)
    return f"{said} with horizontal" if said == "level" else f"{said} horizontal"


def excluded_words(lift: Repetition) -> str:
    """Why a lift is not counted, as the end of a sentence."""
    return EXCLUDED.get(lift.excluded or "", (lift.excluded or "").replace("_", " "))


def lift_words(assessment: Assessment, lift: Repetition) -> LiftWords:
    """What is said when one points at a lift.

    Parameters
    ----------
    assessment : Assessment
        What was found.
    lift : Repetition
        One of its lifts.

    Returns
    -------
    LiftWords
    """
    word, start = words.side_title(assessment, lift.side), f"starts at {words.clock(lift.onset_s)}"
    if lift.excluded is not None:
        return LiftWords(f"{word}, not counted", excluded_words(lift), (start,))
    total = getattr(assessment.sides, lift.side).repetition_count
    held = f"near the top {words.seconds(lift.hold_duration_s)}" if lift.hold_duration_s else "no hold"
    landing = LANDING[lift.landing] if lift.landing in LANDING and lift.landing != "unclear" else "landing not seen"
    partial = ", partial" if lift.partial else ""
    return LiftWords(
        f"{word}, lift {lift.index} of {total}{partial}",
        height_words(lift.peak_elevation_deg),
        (f"{held}, {landing}", start),
    )
