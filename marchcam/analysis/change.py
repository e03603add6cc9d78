"""Whether two sessions of a person differ by more than can be told apart, and in which words that is said.

The tool's own error partly repeats for one person before one camera in one place, and then drops out of a change. How
much of it does is not known, so all of it counts: an upper bound. What it does not hold is how a person changes from
day to day; that shows in three baseline sessions or more. The larger of the two is used: baseline sessions cannot show
what a moved camera or other clothes do, and rendered bodies cannot show a person's days.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from marchcam.analysis.sessions import MEASURES, MONTHS, Change, Comparison, Measure, Session
from marchcam.analysis.statistics import t_quantile

BASELINE_SESSIONS = 3
"""From so many on the person's own spread counts."""
COUNT_RATIO = 1.25
"""A drop-off over more lifts by this factor is another one."""
TRUSTED = ("good", "fair")
SUPPORT_WORDS = {
    None: "support not said",
    "none": "no support",
    "one_hand": "one hand on a support",
    "two_hands": "both hands on a support",
}
DAYS_UNKNOWN = (
    "How much this person changes from day to day is not known yet: it shows once three earlier sessions, on three "
    "days, were recorded alike."
)
NOT_STRENGTH = "A change of height is not a change of strength."


def smallest_change(before: Sequence[Measure], after: Measure, own: Sequence[float] = ()) -> tuple[float, str] | None:
    """The minimal detectable change, 95 %, from the mean of some sessions to another one.

    Parameters
    ----------
    before : sequence of Measure
        One session, or the baseline.
    after : Measure
    own : sequence of float
        The values of the person's baseline sessions; fewer than three count for nothing.

    Returns
    -------
    (float, str) or None
        The larger of `tool`: 1.96 sqrt(u_before^2 + u_after^2 + e_before^2 + e_after^2), u the tool's error (of the
        baseline the largest: an error that repeats does not average out), e the scatter; and `person`:
        t(0.975, n - 1) s sqrt(1 + 1 / k), s the SD of the n values in `own`, k the sessions in `before`: SEM and MDC95
        with the factor for small samples. None where an error is unknown.

    References
    ----------
    Weir 2005, doi:10.1519/15184.1 (SEM, minimal difference).
    """
    known = [(m.tool_error, m.scatter) for m in (*before, after)]
    errors = [(u, e) for u, e in known if u is not None and e is not None]
    if not before or len(errors) < len(known):
        return None
    count = len(before)
    tool = max(u for u, _ in errors[:-1]) ** 2 + errors[-1][0] ** 2
    scatter = sum(e**2 for _, e in errors[:-1]) / count**2 + errors[-1][1] ** 2
    by_tool = 1.96 * float(np.sqrt(tool + scatter))
    if len(own) < BASELINE_SESSIONS:
        return by_tool, "tool"
    spread = float(np.std(own, ddof=1))
    by_person = t_quantile(0.975, len(own) - 1) * spread * float(np.sqrt(1 + 1 / count))
    return (by_person, "person") if by_person > by_tool else (by_tool, "tool")


def why_apart(session: Session) -> str | None:
    """Why a session is compared with none, or None."""
    if session.pain.rose:
        return "pain rose"
    if session.trust not in TRUSTED:
        return "not assessable" if session.trust == "not_assessable" else f"{session.trust} trust"
    return "view unknown" if session.conditions.view is None else None


def conditions_words(session: Session, other: Session) -> str:
    """What is other in a session than in another one: "camera oblique left, with a band"."""
    own, theirs = session.conditions, other.conditions
    parts = [
        (own.view != theirs.view, f"camera {own.view}"),
        (own.support != theirs.support, SUPPORT_WORDS.get(own.support, str(own.support))),
        (own.band != theirs.band, "with a band" if own.band else "no band"),
        (own.model != theirs.model, f"model {own.model}"),
    ]
    return ", ".join(words for differs, words in parts if differs)


def _values(sessions: Sequence[Session], key: tuple[str, str | None]) -> list[float]:
    return [value for s in sessions if (value := s.measures[key].value) is not None]


def compare(before: Sequence[Session], after: Session, own: Sequence[Session] = ()) -> Comparison:
    """What changed from a session, or from the baseline, to a later session.

    Parameters
    ----------
    before : sequence of Session
        In time order, all of the same conditions.
    after : Session
    own : sequence of Session
        The person's baseline sessions in the same conditions, on different days.

    Returns
    -------
    Comparison
        Without changes where they must not be compared; then `why_not` says why.
    """
    before = tuple(before)
    why_not = _why_not(before, after)
    if why_not:
        return Comparison(before, after, why_not, sentences=(f"Not compared: {why_not}.",))
    changes = []
    for key in MEASURES:
        kind, side = key
        old, new = [s.measures[key] for s in before if s.measures[key].value is not None], after.measures[key]
        if not old or new.value is None or (kind == "drop_off" and _other_counts(before, after)):
            continue
        smallest = smallest_change(old, new, _values(own, key))
        if smallest is not None:
            changes.append(Change(kind, side, float(np.mean(_values(before, key))), new.value, *smallest))
    cautions = [NOT_STRENGTH] if any(c.told for c in changes) else []
    if len(own) < BASELINE_SESSIONS:
        cautions.insert(0, DAYS_UNKNOWN)
    worn = {s.setup.footwear for s in (*before, after)} - {None}
    if len(worn) > 1:
        cautions.append("Footwear was not the same.")
    return Comparison(before, after, None, tuple(changes), change_words(before, after, changes), tuple(cautions))


def _why_not(before: tuple[Session, ...], after: Session) -> str | None:
    if len({s.alias for s in (*before, after)}) > 1:
        return "they are sessions of two people"
    for session in (*before, after):
        reason = why_apart(session)
        if reason:
            return f"{reason} on {day_words(session.recorded_at)}"
    for session in before:
        other = conditions_words(after, session)
        if other:
            was = conditions_words(session, after)
            return f"{was} on {day_words(session.recorded_at)}, {other} on {day_words(after.recorded_at)}"
    return None


def _other_counts(before: tuple[Session, ...], after: Session) -> bool:
    counts = [max(s.lift_counts) for s in (*before, after)]
    return max(counts) > COUNT_RATIO * min(counts)


def day_words(recorded_at: str, *, year: bool = False, time: bool = False) -> str:
    """ "3 March", with the year or the time of day where it is asked for."""
    said = f"{int(recorded_at[8:10])} {MONTHS[int(recorded_at[5:7]) - 1]}"
    said += f" {recorded_at[:4]}" if year else ""
    return f"{said}, {recorded_at[11:16]}" if time and len(recorded_at) > 10 else said


def span_words(before: Sequence[Session], after: Session) -> str:
    """ "Between 3 March and 20 March", or "From the baseline of three sessions (3 March to 12 March) to 20 March"."""
    year = len({s.recorded_at[:4] for s in (*before, after)}) > 1
    if len(before) == 1:
        time = before[0].day == after.day
        first, last = (day_words(s.recorded_at, year=year, time=time) for s in (before[0], after))
        return f"Between {first} and {last}"
    first, last, end = (day_words(s.recorded_at, year=year) for s in (before[0], before[-1], after))
    number = {3: "three", 4: "four", 5: "five", 6: "six"}.get(len(before), str(len(before)))
    return f"From the baseline of {number} sessions ({first} to {last}) to {end}"


def change_words(before: Sequence[Session], after: Session, changes: Sequence[Change]) -> tuple[str, ...]:
    """A sentence for each change that can be told, or that none can and how large it would have to be."""
    span = span_words(before, after)
    told = [c for c in changes if c.told]
    if told:
        said = [
            f"{_one_change(c)}; changes under about {_amount(c.kind, c.detectable)} cannot be told apart." for c in told
        ]
        return (f"{span} {said[0]}", *(f"{text[0].upper()}{text[1:]}" for text in said[1:]))
    if not changes:
        return (f"{span} nothing could be compared: a number is missing.",)
    names = {"height": "of height", "difference": "of the difference", "hold": "of the hold", "drop_off": "of drop-off"}
    kinds = dict.fromkeys(c.kind for c in changes)
    limits = {kind: max(c.detectable for c in changes if c.kind == kind) for kind in kinds}
    under = ", ".join(f"{names[kind]} under about {_amount(kind, limit)}" for kind, limit in limits.items())
    return (f"{span} no change is large enough to be told.", f"Changes {under} cannot be told apart.")


def _amount(kind: str, value: float) -> str:
    """ "9°", "0.4 s"."""
    return f"{max(abs(value), 0.1):.1f} s" if kind == "hold" else f"{max(int(abs(value) + 0.5), 1)}°"


def _one_change(change: Change) -> str:
    by = f"about {_amount(change.kind, change.amount)}"
    grew = change.amount > 0
    if change.kind == "height":
        return f"the {change.side} thigh’s typical height {'rose' if grew else 'fell'} by {by}"
    if change.kind == "hold":
        return f"the time the {change.side} thigh stays near the top became {by} {'longer' if grew else 'shorter'}"
    if change.kind == "drop_off":
        return f"the {change.side} thigh’s drop-off over the set became {by} {'larger' if grew else 'smaller'}"
    before, after = lower_words(change.before), lower_words(change.after)
    return f"the difference between the sides changed by {by} ({before}, then {after})"


def lower_words(difference_deg: float) -> str:
    """A difference in words: "right 12° lower", "level"."""
    n = int(abs(difference_deg) + 0.5)
    return f"{'right' if difference_deg < 0 else 'left'} {n}° lower" if n else "alike"
