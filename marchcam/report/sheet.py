"""The written parts of the page: head, headline, table, line of movements, columns and footer.

Each function writes on a page axes: x to the right and y down, in points, 0, 0 the upper left corner of the paper.
"""

from __future__ import annotations

import re

from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyBboxPatch, Polygon, Wedge

from marchcam.analysis.results import Assessment
from marchcam.report import words
from marchcam.report.icons import BOX, draw_icon
from marchcam.report.style import (
    ANSWER,
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
    RULE,
    SECOND,
    SEMIBOLD,
    SIDE,
    THIRD,
    TRUST,
    largest_size,
    printable,
    shorten,
    text_width,
    type_of,
    wrap,
)
from marchcam.track import SIDES

LEFT, RIGHT = 38.0, 557.0
WIDTH = RIGHT - LEFT
BADGE_LEFT, BADGE_TOP, BADGE_HEIGHT = 403.0, 24.0, 33.0
DISCLAIMER = (
    "Screening aid for movement, not a diagnosis. A camera cannot measure the strength of one muscle. Stop if it hurts."
)
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
MOST_MOVEMENTS = 5
LEVELS = ("marked", "flagged", "none")
COLUMN_LINES = 6
COLUMN_SIZES = ((BODY, 10.6), (8.0, 10.3), (NOTE, 10.0), (NOTE_MIN, 9.8))
SEEN_CODES = ("height", "partial", "hold", "drop_off", "landing", "compensation", "balance", "tempo", "pain")
NOTHING_TO_TELL = (
    "This recording does not tell why a side is lower or higher. Record again as said beside, then compare."
)
NOTHING_TO_FIX = "Nothing. Keep the camera in the same place next time."


def put(
    page: Axes, x: float, y: float, text: str, size: float, weight: int = REGULAR, color: str = INK, align: str = "left"
) -> float:
    """Write one line with its baseline at y; the x where it ends."""
    if not text:
        return x
    page.text(x, y, text, ha=align, va="baseline", **type_of(size, weight, color))
    return x + text_width(text, size, weight) if align == "left" else x


def rule(page: Axes, y: float, left: float = LEFT, right: float = RIGHT, color: str = RULE, width: float = 0.6) -> None:
    """A horizontal line."""
    page.plot([left, right], [y, y], color=color, linewidth=width, solid_capstyle="butt")


def question(page: Axes, x: float, y: float, text: str, answer: str = "", *, right: float = RIGHT) -> float:
    """A panel's question in semibold with its answer in grey; the x where they end."""
    end = put(page, x, y, text, QUESTION, SEMIBOLD)
    room = right - end - 9
    size = largest_size(answer, room, (ANSWER, 8.4, AXIS, NOTE))
    return put(page, end + 9, y, shorten(answer, room, size), size, REGULAR, SECOND) if answer else end


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
    dot = "  ·  "
    for with_rate, size in ((True, AXIS), (False, AXIS)):
        line = dot.join(words.setup_parts(assessment, size, with_rate=with_rate))
        if text_width(line, size) <= WIDTH:
            return [line]
    parts = words.setup_parts(assessment, NOTE, with_rate=False)
    lines = [parts[0]]
    for part in parts[1:]:
        longer = f"{lines[-1]}{dot}{part}"
        if text_width(longer, NOTE) <= WIDTH:
            lines[-1] = longer
        else:
            lines.append(part)
    return [shorten(line, WIDTH, NOTE) for line in lines[:2]]


def _write_badge(page: Axes, assessment: Assessment) -> None:
    color, ground, word = TRUST[assessment.quality.trust]
    page.add_patch(
        FancyBboxPatch(
            (BADGE_LEFT + 4, BADGE_TOP + 4),
            RIGHT - BADGE_LEFT - 8,
            BADGE_HEIGHT - 8,
            boxstyle="round,pad=4,rounding_size=4",
            facecolor=ground,
            edgecolor="none",
        )
    )
    _draw_trust_mark(page, assessment.quality.trust, BADGE_LEFT + 17, BADGE_TOP + BADGE_HEIGHT / 2, color)
    x = BADGE_LEFT + 31
    room = RIGHT - x - 7
    size = largest_size(printable(assessment.quality.reason), room, (8.0, NOTE))
    lines = wrap(assessment.quality.reason, room, size)
    if len(lines) > 1:
        size = NOTE_MIN
        lines = wrap(assessment.quality.reason, room, size)
        lines = lines[:1] + ([shorten(" ".join(lines[1:]), room, size)] if len(lines) > 1 else [])
    first = 38.0 if len(lines) < 2 else 35.0
    put(page, x, first if lines else 44.0, word, QUESTION if len(lines) < 2 else 9.8, BOLD, color)
    for i, line in enumerate(lines):
        put(page, x, first + (11.2 if len(lines) < 2 else 9.4) + 9.0 * i, line, size, REGULAR, color)


def _draw_trust_mark(page: Axes, trust: str, x: float, y: float, color: str) -> None:
    """A tick, a half disc or a triangle with an exclamation mark: told apart without colour."""
    if trust == "good":
        page.add_patch(Circle((x, y), 8.3, color=color, linewidth=0))
        page.plot(
            [x - 3.8, x - 1.2, x + 4.0],
            [y + 0.2, y + 3.0, y - 3.2],
            color="white",
            linewidth=1.9,
            solid_capstyle="round",
        )
    elif trust == "fair":
        page.add_patch(Circle((x, y), 7.6, facecolor="white", edgecolor=color, linewidth=1.5))
        page.add_patch(Wedge((x, y), 7.6, 90, 270, color=color, linewidth=0))
    else:
        page.add_patch(
            Polygon([(x, y - 8), (x + 8.6, y + 7), (x - 8.6, y + 7)], color=color, linewidth=1.6, joinstyle="round")
        )
        page.plot([x, x], [y - 3.4, y + 1.4], color="white", linewidth=1.9, solid_capstyle="round")
        page.add_patch(Circle((x, y + 4.6), 1.1, color="white", linewidth=0))


def write_result(page: Axes, assessment: Assessment) -> None:
    """The one sentence, as large as it fits, and the line under it."""
    findings = assessment.findings
    result = printable(findings[0].text) if findings else "Nothing was found in this recording."
    detail = next((finding.text for finding in findings if finding.code == "detail"), "")
    for size, most in ((RESULT, 2), (19.0, 2), (18.0, 2), (17.0, 2), (15.0, 3), (13.0, 3)):
        lines = wrap(result, WIDTH, size, BOLD)
        if len(lines) <= most:
            break
    else:
        lines = lines[: most - 1] + [shorten(" ".join(lines[most - 1 :]), WIDTH, size, BOLD)]
    leading = size * 1.17
    y = 103.0 if len(lines) < 3 else 99.0
    for i, line in enumerate(lines):
        put(page, LEFT, y + leading * i, line, size, BOLD)
    y += leading * (len(lines) - 1) + 17.5
    for size, leading in ((DETAIL, 12.4), (8.8, 11.4), (BODY, 10.6), (NOTE, 9.8)):
        detail_lines = wrap(detail, WIDTH, size)
        if y + leading * (len(detail_lines) - 1) <= 151.5:
            break
    most = max(1, int((151.5 - y) // leading) + 1)
    if len(detail_lines) > most:
        detail_lines = detail_lines[: most - 1] + [shorten(" ".join(detail_lines[most - 1 :]), WIDTH, size)]
    for i, line in enumerate(detail_lines):
        put(page, LEFT, y + leading * i, line, size, REGULAR, SECOND)


def write_table(page: Axes, assessment: Assessment, x: float, y: float) -> None:
    """At a glance: six rows of numbers, a column a side."""
    question(page, x, y, "At a glance", "Height against horizontal.")
    columns = {"left": RIGHT - 58, "right": RIGHT}
    top = y + 19
    for side, right in columns.items():
        style = SIDE[side]
        put(page, right, top, style.word, 9.2, SEMIBOLD, style.text, "right")
        draw_side_mark(page, right - text_width(style.word, 9.2, SEMIBOLD) - 8, top - 3.1, side)
    rule(page, top + 5.5, x, color=INK, width=0.9)
    rows = {side: _table_column(assessment, side) for side in SIDES}
    for i, name in enumerate(rows["left"]):
        base = top + 18.2 + 18 * i
        put(page, x, base, name, ANSWER, REGULAR, SECOND)
        for side, right in columns.items():
            put(
                page,
                right,
                base,
                rows[side][name],
                9.2,
                SEMIBOLD,
                INK if words.counted(assessment, side) else THIRD,
                "right",
            )
        rule(page, base + 5.6, x)


def draw_side_mark(page: Axes, x: float, y: float, side: str) -> None:
    """The circle or square that stands for a side."""
    style = SIDE[side]
    page.plot(
        [x],
        [y],
        marker=style.marker,
        markersize=5.6 if style.marker == "s" else 6.0,
        markerfacecolor=style.fill,
        markeredgecolor=style.edge,
        markeredgewidth=0.8,
    )


def _table_column(assessment: Assessment, side: str) -> dict[str, str]:
    result = getattr(assessment.sides, side)
    total = result.repetition_count
    landing = result.landing
    seen = landing.toe_first + landing.heel_first + landing.flat
    column = {
        "Typical height": words.against_horizontal(result.peak_elevation_deg.median),
        "Reached horizontal": f"{result.reached_horizontal.yes} of {total}",
        "Too close to call": f"{result.reached_horizontal.too_close}",
        "Hold": words.seconds(result.hold_duration_s.median),
        "Drop-off": words.drop_off_short(assessment, side),
        "Toe-first landing": f"{landing.toe_first} of {seen}" if seen else "not seen",
    }
    if total:
        return column
    return {name: "no lift found" if name == "Typical height" else words.DASH for name in column}


def movement_items(assessment: Assessment) -> list[tuple[str, str, str, bool]]:
    """What the line of icons shows: (code, name, words with the number, flagged), the flagged ones first, five at most."""
    landing = any(finding.code.startswith("fix_landing") for finding in assessment.findings)
    found = [("toe_first", words.landing_words(assessment), landing)]
    measured = sorted(assessment.movement or assessment.compensations, key=lambda item: LEVELS.index(item.level))
    found += [(item.code, printable(item.text), item.level != "none") for item in measured]
    items: list[tuple[str, str, str, bool]] = []
    for code, text, flagged in sorted(found, key=lambda item: not item[2]):
        over, within = MOVEMENT_NAMES.get(code, (code.replace("_", " ").capitalize(),) * 2)
        # Within its limits a name stands once: hike and drop are both "Pelvis".
        if flagged or within not in [name for _, name, _, _ in items]:
            items.append((code, f"{over} !" if flagged else within, text, flagged))
    return items[:MOST_MOVEMENTS]


def write_movements(page: Axes, assessment: Assessment, y: float) -> None:
    """Five icons with a word and a number each, spread over the width of the page."""
    items = movement_items(assessment)
    icon = BOX + 6
    for size in (BODY, AXIS, NOTE, NOTE_MIN):
        widths = [max(text_width(name, size, SEMIBOLD), text_width(text, size)) for _, name, text, _ in items]
        if sum(widths) + len(items) * icon + 9 * (len(items) - 1) <= WIDTH:
            break
    else:
        most = (WIDTH - 9 * (len(items) - 1)) / len(items) - icon
        widths = [min(width, most) for width in widths]
    spare = WIDTH - sum(widths) - len(items) * icon
    gap = min(spare / max(len(items) - 1, 1), 60.0)
    x = LEFT
    for (code, name, text, _), width in zip(items, widths, strict=True):
        draw_icon(page, code, x, y)
        put(page, x + icon, y + 10.2, shorten(name, width + 0.5, size, SEMIBOLD), size, SEMIBOLD)
        put(page, x + icon, y + 21.0, shorten(text, width + 0.5, size), size, REGULAR, SECOND)
        x += icon + width + gap


def meaning(assessment: Assessment) -> tuple[str, list[str]]:
    """The first column: what it can mean, else what was seen, else that nothing can be told."""
    meant = [finding.text for finding in assessment.findings if finding.code == "meaning"]
    if meant:
        return "What this can mean", [part for text in meant for part in _sentences(text)]
    seen = [finding.text for code in SEEN_CODES for finding in assessment.findings if finding.code == code]
    return ("What was seen", seen) if seen else ("What this can mean", [NOTHING_TO_TELL])


def _sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.;!?]) +", printable(text))


def what_to_fix(assessment: Assessment) -> list[str]:
    """What to do about the movement, then about the recording, nothing twice."""
    fixes = [finding.text for finding in assessment.findings if finding.code.startswith("fix_")]
    fixes += [flag.fix for flag in assessment.quality.flags if flag.fix]
    return list(dict.fromkeys(printable(fix) for fix in fixes)) or [NOTHING_TO_FIX]


def write_columns(page: Axes, columns: list[tuple[str, list[str], bool]], y: float) -> None:
    """Columns of at most six lines in one size: (heading, sentences, whether each stands behind a dash)."""
    gap = 22.0
    width = (WIDTH - gap * (len(columns) - 1)) / len(columns)
    for size, leading in COLUMN_SIZES:  # noqa: B007
        fitted = [_fit(items, width - (9 if dashed else 0), size, flowing=not dashed) for _, items, dashed in columns]
        if all(complete for _, complete in fitted):
            break
    for i, ((heading, _, dashed), (blocks, _)) in enumerate(zip(columns, fitted, strict=True)):
        x = LEFT + i * (width + gap)
        put(page, x, y, heading, QUESTION, SEMIBOLD)
        base = y + 13.6
        for block in blocks:
            if dashed:
                put(page, x, base, words.DASH, size, REGULAR, SECOND)
            for line in block:
                put(page, x + (9 if dashed else 0), base, line, size, REGULAR, SECOND)
                base += leading


def _fit(items: list[str], width: float, size: float, *, flowing: bool) -> tuple[list[list[str]], bool]:
    """The items that fit six lines, as lines, and whether that is all; flowing items run on in one paragraph."""
    for kept in range(len(items), 0, -1):
        blocks = (
            [wrap(" ".join(items[:kept]), width, size)]
            if flowing
            else [wrap(item, width, size) for item in items[:kept]]
        )
        if sum(len(block) for block in blocks) <= COLUMN_LINES:
            return blocks, kept == len(items)
    lines = wrap(items[0], width, size) if items else []
    return [
        lines[: COLUMN_LINES - 1] + [shorten(" ".join(lines[COLUMN_LINES - 1 :]), width, size)]
    ] if lines else [], not lines


def write_footer(page: Axes, assessment: Assessment) -> None:
    """The disclaimer, always, and what made the report."""
    rule(page, 812)
    end = put(page, LEFT, 823, DISCLAIMER, AXIS, SEMIBOLD)
    made = printable(f"MarchCam {assessment.marchcam_version}, model {assessment.model}")
    put(page, RIGHT, 823, shorten(made, RIGHT - end - 14, NOTE, middle=True), NOTE, REGULAR, THIRD, "right")
