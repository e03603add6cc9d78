"""The result in a few plain lines for the terminal."""

from __future__ import annotations

import textwrap

from marchcam.analysis.naming import may_be_mirrored, whole
from marchcam.analysis.results import Assessment, SideResult
from marchcam.report.words import against_horizontal, seconds
from marchcam.safety import HELP_NOW
from marchcam.track import SIDES

WIDTH = 88
LABEL = 10
TRUST = {"good": "good", "fair": "fair", "poor": "poor", "not_assessable": "not assessable"}


def summary_text(assessment: Assessment) -> str:
    """What was found, whether to believe it, and what to do better.

    Parameters
    ----------
    assessment : Assessment

    Returns
    -------
    str
        Lines of at most 88 characters, without a line break at the end.
    """
    said = [finding.text for finding in assessment.findings if finding.code in ("result", "detail")]
    lines = [line for text in said for line in textwrap.wrap(text, WIDTH)]
    lines.append("")
    if any(getattr(assessment.sides, side).repetition_count for side in SIDES):
        as_recorded = "as recorded: " if may_be_mirrored(assessment.quality.flags) else ""
        for side in SIDES:
            lines += _labelled(side.capitalize(), as_recorded + _side_text(getattr(assessment.sides, side)))
    lines += _labelled("Trust", _trust_text(assessment))
    for flag in assessment.quality.to_fix:
        if not any(flag.fix in text for text in said):
            lines += _labelled("To fix", f"{flag.text} {flag.fix}")
    lines += _labelled("Safety", HELP_NOW)
    return "\n".join(lines)


def _side_text(side: SideResult) -> str:
    if not side.repetition_count:
        return "no lift found"
    parts = [_count(side.repetition_count, "lift")]
    if side.partial_count:
        parts[0] += f" ({side.partial_count} partial)"
    parts.append(f"height {against_horizontal(side.peak_elevation_deg.median)}")
    if side.hold_duration_s.median is not None:
        parts.append(f"stayed near the top for {seconds(side.hold_duration_s.median)}")
    if side.drop_off.called and side.drop_off.total_deg is not None:
        parts.append(f"drop-off {whole(side.drop_off.total_deg)}° over the set")
    if side.excluded_count:
        parts.append(f"{side.excluded_count} not counted")
    return ", ".join(parts)


def _trust_text(assessment: Assessment) -> str:
    trust = TRUST.get(assessment.quality.trust, assessment.quality.trust)
    return f"{trust}: {assessment.quality.reason}" if assessment.quality.reason else trust


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _labelled(label: str, text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=label.ljust(LABEL), subsequent_indent=" " * LABEL)
