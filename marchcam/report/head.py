"""The top and the foot of the page: whose march, how far to trust it, the one sentence, the disclaimer.

Each function writes on a page axes: x to the right and y down, in points, 0, 0 the upper left corner of the paper.
"""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyBboxPatch, Polygon, Wedge

from marchcam.analysis.results import Assessment
from marchcam.report import words
from marchcam.report.lettering import (
    LEFT,
    RIGHT,
    WIDTH,
    at_most,
    largest_size,
    printable,
    put,
    rule,
    shorten,
    text_width,
    wrap,
)
from marchcam.report.style import (
    AXIS,
    BODY,
    BOLD,
    DETAIL,
    INK,
    NAME,
    NOTE,
    NOTE_MIN,
    QUESTION,
    REGULAR,
    RESULT,
    SECOND,
    SEMIBOLD,
    THIRD,
    TRUST,
)

BADGE_LEFT = 403.0
# By the number of lines of the reason: top and height of the badge, baseline of its word, from there to the reason.
BADGE_PLACES = {0: (24, 33, 44.0, 0), 1: (24, 33, 38.0, 11.2), 2: (23, 35, 34.6, 9.6), 3: (19, 41, 30.2, 8.9)}
# The lowest baseline of the line under the result.
DETAIL_LAST = 151.5
SMALLER_DETAILS = ((8.8, 11.4, DETAIL_LAST), (BODY, 10.6, DETAIL_LAST), (NOTE, 9.8, DETAIL_LAST))
DISCLAIMER = (
    "Screening aid for movement, not a diagnosis. A camera cannot measure the strength of one muscle. Stop if it hurts."
)
DOT = "  ·  "


def write_head(page: Axes, assessment: Assessment) -> None:
    """Whose march, when, how it was recorded, and how far to trust it."""
    end = put(page, LEFT, 33, "MarchCam", 9.4, BOLD)
    put(page, end + 6, 33, "slow march report", 9.0, REGULAR, SECOND)
    given = assessment.setup.name or ""
    name = printable(given) or ("Name in another script" if given.strip() else "No name")
    date = words.date_line(assessment.source.recorded_at)
    room = BADGE_LEFT - LEFT - 14 - (text_width(date, DETAIL) + 9 if date else 0)
    size = largest_size(name, room, (NAME, 15.0, 14.0, 13.0, 12.0, 11.0), BOLD)
    end = put(page, LEFT, 54, shorten(name, room, size, BOLD), size, BOLD)
    put(page, end + 9, 54, date, DETAIL, REGULAR, SECOND)
    lines = _setup_lines(assessment)
    for i, line in enumerate(lines):
        put(page, LEFT, 69 - 2.5 * (len(lines) - 1) + 9.8 * i, line, AXIS if len(lines) == 1 else NOTE, REGULAR, SECOND)
    rule(page, 78 + 4 * (len(lines) - 1), color=INK, width=1.1)
    _write_badge(page, assessment)


def _setup_lines(assessment: Assessment) -> list[str]:
    """The line under the name; without the frame rate, then in two lines, where it is too long."""
    for with_rate in (True, False):
        line = DOT.join(words.setup_parts(assessment, AXIS, with_rate=with_rate))
        if text_width(line, AXIS) <= WIDTH:
            return [line]
    parts = words.setup_parts(assessment, NOTE, with_rate=False)
    lines = [parts[0]]
    for part in parts[1:]:
        longer = f"{lines[-1]}{DOT}{part}"
        if text_width(longer, NOTE) <= WIDTH:
            lines[-1] = longer
        else:
            lines.append(part)
    return [shorten(line, WIDTH, NOTE) for line in lines[:2]]


def _write_badge(page: Axes, assessment: Assessment) -> None:
    """How far to trust the recording, and why, in up to three lines."""
    color, ground, word = TRUST[assessment.quality.trust]
    x = BADGE_LEFT + 31
    room = RIGHT - x - 6
    reason = assessment.quality.reason
    size = next((size for size in (8.0, NOTE) if len(wrap(reason, room, size)) < 2), NOTE_MIN)
    lines = at_most(wrap(reason, room, size), 3, room, size)
    top, height, first, step = BADGE_PLACES[len(lines)]
    page.add_patch(
        FancyBboxPatch(
            (BADGE_LEFT + 4, top + 4),
            RIGHT - BADGE_LEFT - 8,
            height - 8,
            boxstyle="round,pad=4,rounding_size=4",
            facecolor=ground,
            edgecolor="none",
        )
    )
    _draw_trust_mark(page, assessment.quality.trust, BADGE_LEFT + 17, top + height / 2, color)
    put(page, x, first, word, QUESTION if len(lines) < 2 else 9.8, BOLD, color)
    for i, line in enumerate(lines):
        put(page, x, first + step + 8.9 * i, line, size, REGULAR, color)


def _draw_trust_mark(page: Axes, trust: str, x: float, y: float, color: str) -> None:
    """A tick, a half disc or a triangle with an exclamation mark: told apart without colour."""
    stroke: dict[str, Any] = {"color": "white", "linewidth": 1.9, "solid_capstyle": "round", "solid_joinstyle": "round"}
    if trust == "good":
        page.add_patch(Circle((x, y), 8.3, color=color, linewidth=0))
        page.plot([x - 3.8, x - 1.2, x + 4.0], [y + 0.2, y + 3.0, y - 3.2], **stroke)
    elif trust == "fair":
        page.add_patch(Circle((x, y), 7.6, facecolor="white", edgecolor=color, linewidth=1.5))
        page.add_patch(Wedge((x, y), 7.6, 90, 270, color=color, linewidth=0))
    else:
        corners = [(x, y - 8), (x + 8.6, y + 7), (x - 8.6, y + 7)]
        page.add_patch(Polygon(corners, color=color, linewidth=1.6, joinstyle="round"))
        page.plot([x, x], [y - 3.4, y + 1.4], **stroke)
        page.add_patch(Circle((x, y + 4.6), 1.1, color="white", linewidth=0))


def write_result(page: Axes, assessment: Assessment) -> float:
    """The one sentence, as large as it fits, and the line under it; the y where they end."""
    findings = assessment.findings
    result = printable(findings[0].text) if findings else "Nothing was found in this recording."
    detail = next((finding.text for finding in findings if finding.code == "detail"), "")
    for size, most in ((RESULT, 2), (19.0, 2), (18.0, 2), (17.0, 2), (15.0, 3), (13.0, 3)):
        lines = wrap(result, WIDTH, size, BOLD)
        if len(lines) <= most:
            break
    lines = at_most(lines, most, WIDTH, size, BOLD)
    # A single line stands a little lower, so that the white round it is even.
    y = {1: 107.0, 2: 103.0, 3: 99.0}[len(lines)]
    for i, line in enumerate(lines):
        put(page, LEFT, y + size * 1.17 * i, line, size, BOLD)
    y += size * 1.17 * (len(lines) - 1) + 17.5
    # A little smaller on one line rather than a last word alone on a second.
    for size, leading, last in ((DETAIL, 12.4, y), (8.8, 11.4, y), (DETAIL, 12.4, DETAIL_LAST), *SMALLER_DETAILS):
        lines = wrap(detail, WIDTH, size)
        if y + leading * (len(lines) - 1) <= last:
            break
    lines = at_most(lines, max(1, int((DETAIL_LAST - y) // leading) + 1), WIDTH, size)
    for i, line in enumerate(lines):
        put(page, LEFT, y + leading * i, line, size, REGULAR, SECOND)
    return y + leading * max(len(lines) - 1, 0)


def write_footer(page: Axes, assessment: Assessment) -> None:
    """The disclaimer, always, and what made the report."""
    rule(page, 812)
    end = put(page, LEFT, 823, DISCLAIMER, AXIS, SEMIBOLD)
    made = printable(f"MarchCam {assessment.marchcam_version}, model {assessment.model}")
    put(page, RIGHT, 823, shorten(made, RIGHT - end - 14, NOTE, middle=True), NOTE, REGULAR, THIRD, "right")
