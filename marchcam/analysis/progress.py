"""A person's sessions over time: which may be compared, what changed, and what a careful next step is."""

from __future__ import annotations

from collections.abc import Sequence

from marchcam.analysis.change import BASELINE_SESSIONS, DAYS_UNKNOWN, compare, conditions_words, day_words, why_apart
from marchcam.analysis.sessions import Apart, Comparison, Session, Trend

LETTERS = "abcd"
"""More reasons than these share the last letter."""
STEP = (
    "The last two sessions were without pain: one step up is possible, and one thing at a time – a few more lifts, or "
    "slower, or less support."
)
STAY = "Stay as it is for now: a step up only after two sessions on two days in a row without pain."
ASK_PAIN = "Ask for pain before and after each time: without it no step up is advised."
CAREFUL = "With pain: less speed, fewer lifts or less height until a hands-on check by a professional."
STOP = "Stop: pain rose in the session of {day}. Do not repeat the test for now; a hands-on check by a professional."
AGAIN = "The last session cannot be relied on: record again as described before anything is concluded."
LARGE = "With a large difference: less speed, fewer lifts or less height until a hands-on check by a professional."


def follow(sessions: Sequence[Session], *, baseline: int = BASELINE_SESSIONS) -> Trend:
    """What the sessions of one person say together.

    Parameters
    ----------
    sessions : sequence of Session
        At least one, all of one alias, in any order.
    baseline : int
        How many of the first comparable sessions are the baseline at most, 3 or more.

    Returns
    -------
    Trend
        Compared are the sessions of the conditions that most of them share (the latest such if several), with fair
        or good trust and without a rise of pain; the others stand apart with the reason. The newest is set against the
        mean of the baseline (the first session of each of the first days); without one, against the first session.
    """
    ordered = _in_order(sessions)
    compared = _largest_group(ordered)
    comparison, sentences = None, _alone(ordered, compared)
    cautions: tuple[str, ...] = ()
    if len(compared) > 1:
        comparison = _against_baseline(compared, baseline)
        sentences, cautions = comparison.sentences, comparison.cautions
    elif compared:
        cautions = (DAYS_UNKNOWN,)
    newest = ordered[-1]
    if newest.pain.rose:
        sentences = (STOP.format(day=day_words(newest.recorded_at)), *sentences)
    return Trend(
        alias=newest.alias,
        sessions=ordered,
        compared=tuple(s.id for s in compared),
        apart=_apart(ordered, compared),
        comparison=comparison,
        sentences=sentences,
        cautions=cautions,
        advice=advice(ordered),
    )


def compare_two(one: Session, other: Session, sessions: Sequence[Session]) -> Comparison:
    """Two sessions of a person, whichever is the earlier; the person's own spread counts where it is known.

    Parameters
    ----------
    one, other : Session
    sessions : sequence of Session
        All of the person's.

    Returns
    -------
    Comparison
    """
    before, after = sorted((one, other), key=lambda s: (s.recorded_at, s.id))
    alike = [s for s in _in_order(sessions) if why_apart(s) is None and s.conditions == before.conditions]
    # The later of the two is no baseline for itself.
    return compare([before], after, _baseline([s for s in alike if s.day < after.day], BASELINE_SESSIONS))


def _in_order(sessions: Sequence[Session]) -> tuple[Session, ...]:
    return tuple(sorted(sessions, key=lambda s: (s.recorded_at, s.id)))


def _against_baseline(compared: tuple[Session, ...], baseline: int) -> Comparison:
    newest = compared[-1]
    first = _baseline([s for s in compared if s.day < newest.day], baseline)
    return compare(first, newest, first) if first else compare(compared[:1], newest)


def _baseline(sessions: Sequence[Session], count: int) -> tuple[Session, ...]:
    """The first session of each of the first days, `count` at most; none of fewer than three days."""
    by_day = {s.day: s for s in reversed(sessions)}
    days = tuple(by_day[day] for day in sorted(by_day))
    return days[:count] if len(days) >= BASELINE_SESSIONS else ()


def _largest_group(ordered: tuple[Session, ...]) -> tuple[Session, ...]:
    usable = [s for s in ordered if why_apart(s) is None]
    if not usable:
        return ()
    counts = {s.conditions: sum(other.conditions == s.conditions for other in usable) for s in usable}
    most = max(counts.values())
    chosen = next(s.conditions for s in reversed(usable) if counts[s.conditions] == most)
    return tuple(s for s in usable if s.conditions == chosen)


def _alone(ordered: tuple[Session, ...], compared: tuple[Session, ...]) -> tuple[str, ...]:
    if not compared:
        what = "This session" if len(ordered) == 1 else "None of these sessions"
        return (f"{what} can{'not' if len(ordered) == 1 else ''} be compared.",)
    if len(ordered) == 1:
        return ("One session so far: there is nothing to compare yet.",)
    return ("No two of these sessions were recorded alike: there is nothing to compare yet.",)


def _apart(ordered: tuple[Session, ...], compared: tuple[Session, ...]) -> tuple[Apart, ...]:
    ids = {s.id for s in compared}
    reasons: dict[str, list[int]] = {}
    for session in ordered:
        if session.id not in ids:
            reason = why_apart(session) or conditions_words(session, compared[-1])
            reasons.setdefault(reason, []).append(session.id)
    if len(reasons) > len(LETTERS):
        kept = list(reasons)[: len(LETTERS) - 1]
        rest = [reason for reason in reasons if reason not in kept]
        merged = sorted((i for reason in rest for i in reasons[reason]), key=[s.id for s in ordered].index)
        reasons = {**{reason: reasons[reason] for reason in kept}, "; ".join(rest): merged}
    return tuple(Apart(letter, *item) for letter, item in zip(LETTERS, _tuples(reasons), strict=False))


def _tuples(reasons: dict[str, list[int]]) -> list[tuple[str, tuple[int, ...]]]:
    return [(reason, tuple(ids)) for reason, ids in reasons.items()]


def is_pain_free(session: Session) -> bool | None:
    """Whether pain was asked before and after and was none; None where it was not asked both times."""
    pain = session.pain
    levels = [v for v in (pain.back_before, pain.back_after, pain.hip_before, pain.hip_after) if v is not None]
    if pain.rose or any(levels):
        return False
    return None if pain.rose is None else True


def advice(sessions: Sequence[Session]) -> tuple[str, ...]:
    """A careful next step, general, never a prescription.

    Parameters
    ----------
    sessions : sequence of Session
        In time order, at least one.

    Returns
    -------
    tuple of str
        A step up only after two sessions in a row, on two days, without pain; caution or nothing else.
    """
    newest = sessions[-1]
    if newest.pain.rose:
        return ("No step up. Less speed, fewer lifts, less height, once it is calm again and has been looked at.",)
    free = is_pain_free(newest)
    if free is False:
        return (CAREFUL,)
    if why_apart(newest) is not None:
        return (AGAIN,)
    if newest.verdict == "large":
        return (LARGE,)
    if free is None:
        return (ASK_PAIN,)
    before = [s for s in sessions if s.day < newest.day]
    same_day = [s for s in sessions if s.day == newest.day]
    if not before or is_pain_free(before[-1]) is not True or not all(is_pain_free(s) for s in same_day):
        return (STAY,)
    return (STEP,)
