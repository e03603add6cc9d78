"""The written sections of the page: the table, the line of movements, and the columns at the bottom.

Each function writes on a page axes: x to the right and y down, in points, 0, 0 the upper left corner of the paper.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes

from marchcam.analysis.naming import may_be_mirrored
from marchcam.analysis.results import Assessment
from marchcam.report import questions, words
from marchcam.report.icons import BOX, draw_icon
from marchcam.report.lettering import (
    LEFT,
    RIGHT,
    WIDTH,
    at_most,
    largest_size,
    printable,
    put,
    question,
    rule,
    shorten,
    text_width,
    wrap,
)
from marchcam.report.style import (
    ANSWER,
    AXIS,
    BODY,
    INK,
    NOTE,
    NOTE_MIN,
    QUESTION,
    REGULAR,
    SECOND,
    SEMIBOLD,
    SIDE,
    THIRD,
)
from marchcam.track import SIDES

TABLE_COLUMN = 61.0
# Each movement's name where it goes over its limit, and where it keeps within.
MOVEMENT_NAMES = {
    "toe_first": ("Toe-first", "Toe-first"),
    "backward_lean": ("Trunk leans back", "Trunk, backward"),
    "sideways_lean": ("Trunk leans sideways", "Trunk, sideways"),
    "hip_hike": ("Hip hikes", "Pelvis"),
    "hip_drop": ("Hip drops", "Pelvis"),
    "stance_knee_bent": ("Standing knee bends", "Standing knee"),
    "knee_out": ("Knee goes out", "Knee, sideways"),
    "knee_across": ("Knee goes across", "Knee, sideways"),
    "foot_moved": ("Standing foot moves", "Standing foot"),
    "hands_on_support": ("Hands on support", "Hands"),
    "sway": ("Sway", "Sway"),
}
LEVELS = ("marked", "flagged", "none")
MOST_MOVEMENTS = 5
ICON, LEAST_GAP, MOST_GAP = BOX + 6, 9.0, 60.0
COLUMN_LINES = 6
COLUMN_GAP, INDENT = 22.0, 9.0
# Size and leading, the preferred first.
COLUMN_SIZES = ((BODY, 10.6), (AXIS, 10.4))
SEEN_CODES = (
    *("height", "partial", "hold", "drop_off", "landing", "compensation", "not_seen"),
    *("balance", "tempo", "pain"),
)
NOTHING_TO_TELL = "This recording cannot tell why a thigh goes higher or lower."
NOTHING_TO_FIX = "Nothing. Keep the camera in the same place next time."


@dataclass(frozen=True)
class Column:
    """A heading and what stands under it: sentences in one paragraph, or each behind a dash."""

    heading: str
    items: list[str]
    dashed: bool = True


def write_table(page: Axes, assessment: Assessment, x: float, y: float) -> None:
    """At a glance: six rows of numbers, a column a side."""
    question(page, x, y, questions.QUESTIONS["glance"], questions.GLANCE_ANSWER)
    columns = {"left": RIGHT - TABLE_COLUMN, "right": RIGHT}
    doubtful = may_be_mirrored(assessment.quality.flags)
    top = y + (13 if doubtful else 19)
    for side, right in columns.items():
        style = SIDE[side]
        put(page, right, top, style.word, 9.2, SEMIBOLD, style.text, "right")
        if doubtful:
            put(page, right, top + 8.4, "as recorded", NOTE, REGULAR, SECOND, "right")
        draw_side_mark(page, right - text_width(style.word, 9.2, SEMIBOLD) - 8, top - 3.1, side)
    top = y + (22 if doubtful else 19)
    rule(page, top + 5.5, x, color=INK, width=0.9)
    rows = {side: table_column(assessment, side) for side in SIDES}
    for i, name in enumerate(rows["left"]):
        base = top + 18.2 + 18 * i
        put(page, x, base, name, ANSWER, REGULAR, SECOND)
        for side, right in columns.items():
            said, ink = rows[side][name], INK if words.counted(assessment, side) else THIRD
            size = largest_size(said, TABLE_COLUMN - 6, (9.2, 8.8, BODY), SEMIBOLD)
            put(page, right, base, said, size, SEMIBOLD, ink, "right")
        rule(page, base + 5.6, x)


def draw_side_mark(page: Axes, x: float, y: float, side: str) -> None:
    """The circle or square that stands for a side."""
    style = SIDE[side]
    size = 5.6 if style.marker == "s" else 6.0
    look: dict[str, Any] = {"markerfacecolor": style.fill, "markeredgecolor": style.edge, "markeredgewidth": 0.8}
    page.plot([x], [y], marker=style.marker, markersize=size, **look)


def table_column(assessment: Assessment, side: str) -> dict[str, str]:
    """The numbers of one side at a glance, by their name."""
    result = getattr(assessment.sides, side)
    total = result.repetition_count
    landing, reached = result.landing, result.reached_horizontal
    seen = landing.toe_first + landing.heel_first + landing.flat
    column = {
        "Median height": words.against_horizontal(result.peak_elevation_deg.median),
        "Level, as far as seen": f"{reached.yes + reached.too_close} of {total}",
        "Surely level": f"{reached.yes} of {total}",
        "Near the top": words.seconds(result.hold_duration_s.median),
        "Drop-off": words.drop_off_short(assessment, side),
        "Toe-first landing": f"{landing.toe_first} of {seen}" if seen else "not seen",
    }
    if total:
        return column
    return {name: "no lift found" if name == "Median height" else words.DASH for name in column}


def movement_items(assessment: Assessment) -> list[tuple[str, str, str]]:
    """What the line of icons shows: (code, name, words with the number); flagged ones first with "!", five at most."""
    landing = any(finding.code == "fix_landing" for finding in assessment.findings)
    found = [("toe_first", words.landing_words(assessment), landing)]
    measured = sorted(assessment.movement or assessment.compensations, key=lambda item: LEVELS.index(item.level))
    found += [(item.code, printable(item.text), item.level != "none") for item in measured]
    items: list[tuple[str, str, str]] = []
    for code, text, flagged in sorted(found, key=lambda item: not item[2]):
        over, within = MOVEMENT_NAMES.get(code, (code.replace("_", " ").capitalize(),) * 2)
        # Within its limits a name stands once: hike and drop are both "Pelvis".
        if flagged or within not in [name for _, name, _ in items]:
            items.append((code, f"{over} !" if flagged else within, text))
    return items[:MOST_MOVEMENTS]


def write_movements(page: Axes, assessment: Assessment, y: float) -> None:
    """Five icons with a word and a number each, spread over the width of the page."""
    items = movement_items(assessment)
    gaps = max(len(items) - 1, 1)
    room = WIDTH - len(items) * ICON
    for size in (BODY, AXIS, NOTE, NOTE_MIN):
        widths = [max(text_width(name, size, SEMIBOLD), text_width(text, size)) for _, name, text in items]
        if sum(widths) + LEAST_GAP * gaps <= room:
            break
    else:
        widths = _shares(widths, room - LEAST_GAP * gaps)
    gap = min((room - sum(widths)) / gaps, MOST_GAP)
    x = LEFT
    for (code, name, text), width in zip(items, widths, strict=True):
        draw_icon(page, code, x, y)
        put(page, x + ICON, y + 10.2, shorten(name, width + 0.5, size, SEMIBOLD), size, SEMIBOLD)
        put(page, x + ICON, y + 21.0, shorten(text, width + 0.5, size), size, REGULAR, SECOND)
        x += ICON + width + gap


def _shares(widths: list[float], room: float) -> list[float]:
    """Widths that fit the room together: the narrow ones whole, the others alike."""
    most = room / len(widths)
    for _ in widths:
        narrow = [width for width in widths if width <= most]
        if len(narrow) == len(widths):
            break
        most = (room - sum(narrow)) / (len(widths) - len(narrow))
    return [min(width, most) for width in widths]


def meaning(assessment: Assessment) -> Column:
    """The first column: what it can mean, else what was seen, else that nothing can be told."""
    meant = [finding.text for finding in assessment.findings if finding.code == "meaning"]
    if meant:
        sentences = [part for text in meant for part in re.split(r"(?<=[.;!?]) +", printable(text))]
        return Column("What this can mean", sentences, dashed=False)
    return seen_column(assessment) or Column("What this can mean", [NOTHING_TO_TELL], dashed=False)


def seen_column(assessment: Assessment) -> Column | None:
    """Everything that was found, in sentences; None where there is nothing."""
    seen = [finding.text for code in SEEN_CODES for finding in assessment.findings if finding.code == code]
    return Column("What was seen", seen) if seen else None


def what_to_fix(assessment: Assessment) -> list[str]:
    """What to do about the movement and about the recording, nothing twice."""
    movement = [finding.text for finding in assessment.findings if finding.code.startswith("fix_")]
    recording = [flag.fix for flag in assessment.quality.to_fix]
    # In turn, so that neither crowds the other out of the six lines.
    fixes = [fix for pair in itertools.zip_longest(movement, recording) for fix in pair if fix]
    return list(dict.fromkeys(printable(fix) for fix in fixes)) or [NOTHING_TO_FIX]


def advice(assessment: Assessment) -> list[Column]:
    """What to fix, and the next steps if there are any."""
    columns = [Column("What to fix", what_to_fix(assessment)), Column("Next steps", list(assessment.next_steps))]
    return [column for column in columns if column.items]


def write_columns(
    page: Axes, columns: list[Column], y: float, sizes: tuple[tuple[float, float], ...] = COLUMN_SIZES
) -> None:
    """Columns of at most six lines, all of one size: the largest at which most of what there is to say fits."""
    width = (WIDTH - COLUMN_GAP * (len(columns) - 1)) / len(columns)

    def said(size: float) -> int:
        return sum(_fit(column, width, size)[1] for column in columns)

    size, leading = max(sizes, key=lambda pair: (said(pair[0]), pair[0]))
    for i, column in enumerate(columns):
        x = LEFT + i * (width + COLUMN_GAP)
        put(page, x, y, column.heading, QUESTION, SEMIBOLD)
        base = y + leading + 3
        for block in _fit(column, width, size)[0]:
            if column.dashed:
                put(page, x, base, words.DASH, size, REGULAR, SECOND)
            for line in block:
                put(page, x + (INDENT if column.dashed else 0), base, line, size, REGULAR, SECOND)
                base += leading


def _fit(column: Column, width: float, size: float) -> tuple[list[list[str]], int]:
    """The items that fit six lines, as blocks of lines, and how many items those are."""
    if not column.dashed:
        for kept in range(len(column.items), 0, -1):
            lines = wrap(" ".join(column.items[:kept]), width, size)
            if len(lines) <= COLUMN_LINES:
                return [lines], kept
    room = width - (INDENT if column.dashed else 0)
    blocks: list[list[str]] = []
    for item in column.items if column.dashed else ():
        block = wrap(item, room, size)
        if sum(len(other) for other in blocks) + len(block) <= COLUMN_LINES:
            blocks.append(block)
    return (
        (blocks, len(blocks)) if blocks else ([at_most(wrap(column.items[0], room, size), COLUMN_LINES, room, size)], 0)
    )
