"""The history in lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterable

from marchcam.analysis.change import SUPPORT_WORDS, lower_words
from marchcam.analysis.sessions import Comparison, Measure, Session
from marchcam.report.words import date_line, seconds, signed

LABEL = 12
NAMES = {"height": "Height", "difference": "Difference", "hold": "Hold", "drop_off": "Drop-off"}


def list_lines(sessions: Iterable[Session]) -> list[str]:
    """A table of sessions; empty without any."""
    rows = [
        (
            str(s.id),
            s.recorded_at.replace("T", " ")[:16],
            f"{_value('height', s.measures['height', 'left'])} / {_value('height', s.measures['height', 'right'])}",
            s.verdict,
            s.trust.replace("_", " "),
            s.conditions.view or "view unknown",
            s.alias,
        )
        for s in sessions
    ]
    if not rows:
        return []
    table = [("no.", "recorded", "left / right", "difference", "trust", "camera", "person"), *rows]
    widths = [max(len(row[i]) for row in table) for i in range(len(table[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table]


def session_lines(session: Session) -> list[str]:
    """One session: conditions, numbers with their intervals, pain, and what was noted."""
    told, conditions = session.setup, session.conditions
    worn = "with a band" if conditions.band else "no band"
    lines = [
        session.headline,
        "",
        _line("Person", session.alias),
        _line("Recorded", date_line(session.recorded_at)),
        _line("Camera", f"{conditions.view or 'view unknown'}, model {conditions.model}"),
        _line("Done with", f"{SUPPORT_WORDS.get(conditions.support, conditions.support)}, {worn}"),
        _line("Lifts", f"{session.lift_counts[0]} left, {session.lift_counts[1]} right"),
        _line("Trust", session.trust.replace("_", " ")),
    ]
    for kind, side in session.measures:
        measure = session.measures[kind, side]
        name = f"{NAMES[kind]} {side[0].upper()}" if side else NAMES[kind]
        lines.append(_line(name, _value(kind, measure) + _range(kind, measure)))
    lines.append(_line("Pain", pain_line(session)))
    if told.effort is not None:
        lines.append(_line("Effort", f"{told.effort} of 10"))
    if told.footwear:
        lines.append(_line("Footwear", _one_line(told.footwear)))
    lines += [_line("Note", _one_line(note)) for note in told.notes]
    return [*lines, _line("Results", session.folder), _line("Recording", session.source)]


def change_lines(found: Comparison) -> list[str]:
    """Each number before and after, with what cannot be told apart."""
    lines = []
    for c in found.changes:
        name = f"{NAMES[c.kind]} {c.side[0].upper()}" if c.side else NAMES[c.kind]
        before, after = (_value(c.kind, Measure(value)) for value in (c.before, c.after))
        under = f"{c.detectable:.1f} s" if c.kind == "hold" else f"{c.detectable:.0f}°"
        by = "the person’s own spread" if c.basis == "person" else "the tool’s error"
        lines.append(f"  {name.ljust(LABEL)}{before} -> {after}; not told apart under {under} ({by})")
    return lines


def pain_line(session: Session) -> str:
    """Pain before and after in both places, as far as it was said."""
    pain = session.pain
    pairs = (("low back", pain.back_before, pain.back_after), ("hip", pain.hip_before, pain.hip_after))
    said = [
        f"{place} {_or_dash(before)} before, {_or_dash(after)} after"
        for place, before, after in pairs
        if (before, after) != (None, None)
    ]
    said += ["new pain ended the test"] if pain.new else ["it rose"] if pain.rose else []
    return "; ".join(said) or "not asked"


def _or_dash(value: int | None) -> str:
    return "–" if value is None else str(value)


def _line(label: str, text: str) -> str:
    return f"{label.ljust(LABEL)}{text}"


def _one_line(text: str) -> str:
    """A text from outside without line breaks and codes that a terminal would obey."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _value(kind: str, measure: Measure) -> str:
    if measure.value is None:
        return "–"
    if kind == "hold":
        return seconds(measure.value)
    return lower_words(measure.value) if kind == "difference" else signed(measure.value)


def _range(kind: str, measure: Measure) -> str:
    if measure.interval is None:
        return ""
    low, high = measure.interval
    ends = [seconds(max(v, 0)) if kind == "hold" else signed(v) for v in (low, high)]
    said = " (right minus left)" if kind == "difference" else ""
    return f", from {ends[0]} to {ends[1]}{said}"
