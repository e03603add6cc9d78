"""What several sessions of one person are made of: a session with its errors, a change, a trend. Frozen records."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

from marchcam.analysis.results import Interval, Pain
from marchcam.track import Setup

MEASURES = (
    *(("height", "left"), ("height", "right"), ("difference", None)),
    *(("hold", "left"), ("hold", "right"), ("drop_off", "left"), ("drop_off", "right")),
)
"""What is followed over time: (kind, side). Height, hold and drop-off by side; the difference has none."""
HOLD_ERROR_S = 0.1
SLOPE_ERROR_DEG_PER_REP = 0.2
"""1 SD of the tool's own error: root mean square over the clips of validation/results.json (0.10 s and 0.15 degrees a
lift), rounded up to 0.05."""
MEDIAN_FACTOR = 1.2533
"""Standard error of a median over that of a mean, normal scatter (root of pi / 2)."""
MOST = 1e6
"""More degrees, seconds or lifts than any march has."""
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@dataclass(frozen=True)
class Measure:
    """One number of one session, with both reasons why it is not exact."""

    value: float | None = None
    """Degrees; seconds for the hold."""
    tool_error: float | None = None
    """1 SD of the tool's own error. Part of it repeats for one person and camera: an upper bound for a change."""
    scatter: float | None = None
    """1 SD of the number from the spread of its lifts."""
    interval: Interval | None = None
    """95 %, of both together."""


@dataclass(frozen=True)
class Conditions:
    """What must be alike for two sessions to be compared."""

    support: str | None
    band: bool
    view: str | None
    """front, back, oblique left, oblique right, side left, side right; left and right are where the camera stood."""
    model: str


@dataclass(frozen=True)
class Session:
    """One stored march."""

    id: int
    alias: str
    recorded_at: str
    """Local time, ISO 8601."""
    folder: str
    """Where the results were written."""
    source: str
    trust: str
    verdict: str
    conditions: Conditions
    setup: Setup
    pain: Pain
    lift_counts: tuple[int, int]
    """Counted lifts, left and right."""
    headline: str
    measures: dict[tuple[str, str | None], Measure] = field(default_factory=dict)
    """By (kind, side), all of MEASURES."""

    @property
    def day(self) -> str:
        """YYYY-MM-DD."""
        return self.recorded_at[:10]


@dataclass(frozen=True)
class Change:
    """How one number changed, and from which change on it can be told."""

    kind: str
    side: str | None
    before: float
    after: float
    detectable: float
    """Minimal detectable change, 95 %; degrees or seconds."""
    basis: str
    """tool: the tool's error and the scatter of the lifts; person: the person's own spread over the baseline."""

    @property
    def amount(self) -> float:
        """After minus before."""
        return self.after - self.before

    @property
    def told(self) -> bool:
        """Whether it is larger than what cannot be told apart."""
        return abs(self.amount) > self.detectable


@dataclass(frozen=True)
class Comparison:
    """Two sessions, or a baseline and a session."""

    before: tuple[Session, ...]
    after: Session
    why_not: str | None
    """Why they are not compared, or None."""
    changes: tuple[Change, ...] = ()
    sentences: tuple[str, ...] = ()
    """What changed, or that nothing can be told, in words."""
    cautions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Apart:
    """Sessions that are drawn but not compared, all for one reason."""

    letter: str
    reason: str
    ids: tuple[int, ...]


@dataclass(frozen=True)
class Trend:
    """The sessions of one person over time."""

    alias: str
    sessions: tuple[Session, ...]
    """In time order."""
    compared: tuple[int, ...]
    """Ids of the sessions that may be compared, in time order."""
    apart: tuple[Apart, ...]
    comparison: Comparison | None
    """The newest of the compared against the first, or against the baseline; None with fewer than two."""
    sentences: tuple[str, ...]
    """The headline first."""
    cautions: tuple[str, ...]
    advice: tuple[str, ...]


def read_session(found: dict[str, Any], *, id: int, alias: str, recorded_at: str, folder: str) -> Session:
    """A session out of its assessment.json.

    Parameters
    ----------
    found : dict
        As assessment.json holds it.
    id, alias, recorded_at, folder
        What the history knows besides.

    Returns
    -------
    Session

    Raises
    ------
    KeyError, TypeError, ValueError
        When it is no assessment.
    """
    setup, pain = _known(Setup, found["setup"]), _pain(found["pain"])
    view = found["view"]
    kind = view_class(_maybe(_text, view["kind"]), _maybe(_number, view["azimuth_deg"]))
    return Session(
        id=id,
        alias=alias,
        recorded_at=recorded_at,
        folder=folder,
        source=_text(found["source"]["path"]),
        trust=_text(found["quality"]["trust"]),
        verdict=_text(found["asymmetry"]["verdict"]),
        conditions=Conditions(setup.support, setup.band, kind, _text(found["model"])),
        setup=setup,
        pain=pain,
        lift_counts=(_count(found["sides"]["left"]), _count(found["sides"]["right"])),
        headline=_text(found["findings"][0]["text"]) if found["findings"] else "",
        measures={(kind, side): _measure(found, kind, side) for kind, side in MEASURES},
    )


def _pain(found: dict[str, Any]) -> Pain:
    pain = _known(Pain, found)
    for value in (pain.back_before, pain.back_after, pain.hip_before, pain.hip_after):
        _maybe(_number, value)
    if pain.rose not in (None, True, False) or not isinstance(pain.new, bool):
        raise TypeError("not yes or no")
    return pain


def _number(value: object) -> float:
    """A number as a march may have one; the file may have been changed by whatever came by."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < MOST:
        raise TypeError("not a number of a march")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _count(side: dict[str, Any]) -> int:
    if not isinstance(side["repetition_count"], int):
        raise TypeError("not a whole number")
    return int(_number(side["repetition_count"]))


Known = TypeVar("Known")


def _maybe(check: Callable[[object], Known], value: object) -> Known | None:
    return None if value is None else check(value)


def _pair(value: Any) -> Interval | None:
    if value is None:
        return None
    low, high = value
    return _number(low), _number(high)


Record = TypeVar("Record", Setup, Pain)


def _known(record: type[Record], found: dict[str, Any]) -> Record:
    """A record out of what is known of it today; a later version may have written more."""
    return record(**{field.name: found[field.name] for field in fields(record) if field.name in found})


def view_class(kind: str | None, azimuth_deg: float | None) -> str | None:
    """front, back, or oblique and side with the side on which the camera stood."""
    if kind in (None, "front", "back") or azimuth_deg is None:
        return kind
    return f"{kind} {'left' if azimuth_deg > 0 else 'right'}"


def _measure(found: dict[str, Any], kind: str, side: str | None) -> Measure:
    def value(part: dict[str, Any], name: str) -> float | None:
        return _maybe(_number, part[name])

    uncertainty = found["uncertainty"]
    if kind == "difference":
        compared = found["asymmetry"]
        total, rep = _pair(compared["ci_total_deg"]), _pair(compared["ci_rep_deg"])
        scatter = (rep[1] - rep[0]) / 2 / 1.96 if rep else None
        return Measure(value(compared, "difference_deg"), value(uncertainty, "difference_deg"), scatter, total)
    own = found["sides"][side]
    count = _count(own)
    if kind == "drop_off":
        fall, interval = value(own["drop_off"], "total_deg"), _pair(own["drop_off"]["slope_ci_deg_per_rep"])
        if fall is None or interval is None:
            return Measure(fall)
        span = max(count - 2, 1)
        return _with_interval(fall, SLOPE_ERROR_DEG_PER_REP * span, 0.5 * (interval[1] - interval[0]) * span / 1.96)
    spread = own["peak_elevation_deg" if kind == "height" else "hold_duration_s"]
    tool = value(uncertainty, "elevation_deg") if kind == "height" else HOLD_ERROR_S
    sd = value(spread, "sd")
    scatter = None if sd is None else MEDIAN_FACTOR * sd / count**0.5
    return _with_interval(value(spread, "median"), tool, scatter)


def _with_interval(value: float | None, tool: float | None, scatter: float | None) -> Measure:
    if value is None or tool is None or scatter is None:
        return Measure(value, tool, scatter)
    half = 1.96 * (tool**2 + scatter**2) ** 0.5
    return Measure(value, tool, scatter, (value - half, value + half))
