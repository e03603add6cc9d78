"""The questions over the panels, and what is always said beside or under them: the same on the PNG and on the page."""

from __future__ import annotations

from marchcam.analysis.results import Assessment
from marchcam.report.words import clock

QUESTIONS = {
    "pictures": "What does it look like?",
    "glance": "At a glance",
    "difference": "How different are the sides?",
    "elevation": "How high does each thigh go?",
    "peaks": "Does the height last?",
    "times": "How slow, and how long?",
    "movement": "How do the feet land, and what else moves?",
    "seen": "What was seen?",
}
PICTURES_ANSWER = "Best and lowest lift of each side. Dashed: hip height."
NO_PICTURE = "no picture"
GLANCE_ANSWER = "Height against horizontal."
TIMES_NOTES = ["Numbers: middle values.", "Dashed: the tempo asked for."]


def movement_answer(assessment: Assessment) -> str:
    """The grey answer beside "How do the feet land, and what else moves?", with what the view cannot show."""
    hidden = [finding.text.partition(";")[0] for finding in assessment.findings if finding.code == "not_seen"]
    return f"Against quiet standing. {hidden[0]}." if hidden else "Change from quiet standing, while the thigh is up."


def no_lift_of(side: str) -> str:
    """What stands in place of a side's pictures."""
    return f"No lift of the {side} leg found"


def seen_answer(moment_s: float) -> str:
    """The grey answer beside "What was seen?"."""
    return f"One moment, at {clock(moment_s)}."
