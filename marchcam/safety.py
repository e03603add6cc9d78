"""Reasons not to do the slow march, by urgency. General advice, as for any movement test; no diagnosis."""

from __future__ import annotations

URGENT = (
    "A change of bladder or bowel",
    "Numbness between the legs",
    "New weakness of a leg",
    "Chest pain",
    "A swollen, painful calf",
)
"""Seek medical help now."""
ASK_FIRST = (
    "A hip replacement, or hip or spine surgery with movement limits",
    "A recent fracture or fall",
    "Cannot put weight on a leg, or stand on one leg with support",
    "New numbness, or dizziness",
    "Fever, or feeling ill",
    "Known cancer, or weight loss that nobody can explain",
    "Night pain",
    "Pregnancy with pelvic pain",
)
"""Ask a professional before this test."""
_URGENT_WORDS = [f"{reason[:1].lower()}{reason[1:]}" for reason in URGENT]
HELP_NOW = f"Seek medical help now for {', '.join(_URGENT_WORDS[:-1])}, or {_URGENT_WORDS[-1]}."
HOLD_ON = "Have two chair backs or a wall in reach, and somebody near if unsteady."
NOTHING_RECORDED = "Nothing was recorded."
REASONS = {"help_now": URGENT, "not_screened": ASK_FIRST}
"""By the ending of a session in which one of them applies, the urgent ones first."""
REFUSALS = {
    "help_now": "Please seek medical help now.",
    "not_screened": "Please ask a doctor or physiotherapist before this test.",
}
"""What is said then."""
