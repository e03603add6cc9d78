"""MarchCam against a phone strapped to the thigh: agreement of the heights of lifts, by view.

usage: inclinometer.py FOLDER [--lifts FILE.csv] [--draws N]

FOLDER holds sessions.csv, a row a recording and phone, and for every recording NAME

- NAME-marchcam/ or NAME/, as `marchcam analyze` writes it (series.csv and repetitions.csv are read), or NAME.csv, a
  series.csv alone: its lifts are then found here, by MarchCam's definitions, and none is excluded;
- NAME.phone.csv: time_s (of the phone's own clock) and elevation_deg of the thigh (0 level, -90 hanging), or time_s and
  the accelerations ax, ay, az with gravity, m/s2, signed so that an axis that points up reads +9.8 at rest.

Columns of sessions.csv: recording (NAME), person, side (left or right, the leg with the phone), view (any word);
optional, empty = not known: axis (x, y, z, -x, -y or -z: the phone's axis that points to the knee; needed for
accelerations), level_from_s and level_to_s (of the phone's clock: a helper held the thigh level; the phone's median
there becomes 0, and that lift is not compared), shift_s (the phone's clock minus the video's, where it is known better
than by correlation), phone (the file's name, for a second phone on the other leg).

The protocol of such a study stands in docs/filming.md. --lifts writes a row a lift for other programs.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from marchcam import track as lm
from marchcam.analysis import nan_safe, signals
from marchcam.analysis import repetitions as reps
from marchcam.analysis.motion import ANGLE_CUTOFF_HZ
from marchcam.analysis.statistics import t_quantile

GRID_HZ = 50.0
AXES = ("x", "y", "z")
HANGING_PERCENTILE = 20.0
"""A thigh hangs for more than half of a march; the middle of that is its standing [default]."""
MIN_OVERLAP = 0.8
"""Of the video's known elevations, that a shift must lay on the phone's: a march repeats itself, and a shift by one
lift fits nearly as well where less is asked for [default]."""
MIN_CORRELATION, MIN_LEAD = 0.9, 0.02
"""Below, a shift is called doubtful: of the correlation itself, and of its lead over the next best [default]."""
AWAY_S = 1.0
"""The next best shift is sought farther away than this."""
MIN_SEEN = 0.5
"""Share of a hold for which the phone must have readings."""
LIMIT_SDS = 1.96
DRAWS = 2000
INTERVAL_PCT = (2.5, 97.5)


@dataclass(frozen=True)
class Signal:
    """An elevation on a uniform grid of GRID_HZ, smoothed as MarchCam smooths."""

    time_s: np.ndarray
    """(m,) of its own clock."""
    elevation_deg: np.ndarray
    """(m,) above the horizontal; NaN = unknown, gaps of over 0.15 s stay so."""


@dataclass(frozen=True)
class Shift:
    """The phone's clock minus the video's."""

    shift_s: float
    correlation: float
    next_best: float
    """Largest correlation farther than AWAY_S from it; NaN where nothing overlaps enough."""

    @property
    def doubtful(self) -> bool:
        """Whether to look by eye, or to tell shift_s."""
        return self.correlation < MIN_CORRELATION or self.correlation - self.next_best < MIN_LEAD


@dataclass(frozen=True)
class Lift:
    """One lift of the leg with the phone, seconds of the clock of who saw it."""

    onset_s: float
    end_s: float
    hold_s: tuple[float, float] | None
    """First and last instant of the hold; None without one."""
    height_deg: float
    rise_deg: float = np.nan
    """Of its highest sample above hanging; NaN = not known."""
    excluded: str | None = None


@dataclass(frozen=True)
class Pair:
    """A lift that both measured."""

    marchcam_deg: float
    phone_deg: float
    at_s: float
    """Onset, seconds of the video."""


@dataclass(frozen=True)
class Comparison:
    """One recording against one phone."""

    shift: Shift
    pairs: tuple[Pair, ...]
    hanging_deg: float
    """The phone's reading of the hanging thigh: far from -90, the strap or the axis is wrong."""
    zeroed: bool
    phone_only: int
    """Lifts that MarchCam missed or excluded."""
    marchcam_only: int
    """Counted lifts that the phone shows none of, or was silent in."""


@dataclass(frozen=True)
class Agreement:
    """MarchCam minus phone, degrees. A number, or (draws,) of one kind."""

    bias: np.ndarray
    """Mean of the persons' means: every person weighs the same."""
    sd_within: np.ndarray
    """Of the lifts of one person, of both legs where both were measured; NaN where nobody has two."""
    sd_between: np.ndarray
    """Of the persons' own biases, what the lifts' scatter adds taken off; 0 where nothing is left."""
    low: np.ndarray
    high: np.ndarray
    """95 % limits of agreement of a single lift."""


# --- signals


def thigh_elevation(acceleration: np.ndarray, axis: str) -> np.ndarray:
    """Elevation of a phone's axis above the horizontal, from gravity.

    Parameters
    ----------
    acceleration : ndarray of shape (n, 3)
        m/s2, gravity included, x y z of the phone, + where the axis points up at rest.
    axis : str
        The axis that points to the knee: x, y, z, -x, -y or -z.

    Returns
    -------
    ndarray of shape (n,)
        Degrees, -90 to 90; NaN where a component is, or all are 0. True while the thigh is slow.
    """
    sign, name = (-1.0, axis[1:]) if axis.startswith("-") else (1.0, axis)
    if name not in AXES:
        raise ValueError(f"axis {axis!r} is none of x, y, z, -x, -y, -z")
    size = np.linalg.norm(acceleration, axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.degrees(np.arcsin(np.clip(sign * acceleration[:, AXES.index(name)] / size, -1.0, 1.0)))


def on_grid(time_s: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A recording on a uniform grid, smoothed.

    Parameters
    ----------
    time_s : ndarray of shape (n,)
        Seconds, n >= 2; put into order, of equal times the first is kept.
    values : ndarray of shape (n, ...)
        NaN = unknown.

    Returns
    -------
    grid_s : ndarray of shape (m,)
        GRID_HZ.
    values : ndarray of shape (m, ...)
        Below ANGLE_CUTOFF_HZ; NaN in gaps of over 0.15 s.
    """
    time_s, first = np.unique(time_s, return_index=True)
    if len(time_s) < 2:
        raise ValueError("fewer than two times")
    grid = time_s[0] + np.arange(int((time_s[-1] - time_s[0]) * GRID_HZ + 1e-6) + 1) / GRID_HZ
    return grid, signals.filter_zero_phase(signals.resample(time_s, values[first], grid), GRID_HZ, ANGLE_CUTOFF_HZ)


def time_shift(video: Signal, phone: Signal) -> Shift:
    """The shift at which two elevations of one thigh correlate best; neither offset nor scale matters.

    Parameters
    ----------
    video, phone : Signal

    Returns
    -------
    Shift
        To a fraction of a grid step. The phone must cover MIN_OVERLAP of what the video knows.
    """
    x, y = (s.elevation_deg - np.nanmean(s.elevation_deg) for s in (video, phone))
    r, lag = masked_correlation(x, y)
    if not np.isfinite(r).any():
        raise ValueError("the phone's recording does not cover the video")
    best = int(np.nanargmax(r))
    far = np.abs(lag - lag[best]) > AWAY_S * GRID_HZ
    next_best = float(nan_safe.largest(r[far])) if np.isfinite(r[far]).any() else np.nan
    between = 0.0
    if 0 < best < len(r) - 1 and np.isfinite(r[best - 1 : best + 2]).all():
        before, top, after = r[best - 1 : best + 2]
        bend = before - 2 * top + after
        between = 0.5 * (before - after) / bend if bend < 0 else 0.0
    shift_s = phone.time_s[0] - video.time_s[0] + (lag[best] + between) / GRID_HZ
    return Shift(float(shift_s), float(r[best]), next_best)


def masked_correlation(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pearson's correlation of x[i] and y[i + lag] over the samples that both know.

    Parameters
    ----------
    x, y : ndarray of shape (n,), (m,)
        NaN = unknown. Means near 0 keep it exact.

    Returns
    -------
    r : ndarray of shape (n + m - 1,)
        NaN where less than MIN_OVERLAP of the known x overlaps, or one of them does not vary.
    lag : ndarray of shape (n + m - 1,)
        Samples.
    """
    known_x, known_y = np.isfinite(x).astype(float), np.isfinite(y).astype(float)
    x, y = np.where(known_x > 0, x, 0.0), np.where(known_y > 0, y, 0.0)

    def summed(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return np.correlate(b, a, mode="full")

    n = np.round(summed(known_x, known_y))
    with np.errstate(divide="ignore", invalid="ignore"):
        mean_x, mean_y = summed(x, known_y) / n, summed(known_x, y) / n
        var_x, var_y = summed(x * x, known_y) / n - mean_x**2, summed(known_x, y * y) / n - mean_y**2
        enough = (n >= MIN_OVERLAP * known_x.sum()) & (n > 1) & (var_x > 1e-9) & (var_y > 1e-9)
        r = np.where(enough, (summed(x, y) / n - mean_x * mean_y) / np.sqrt(var_x * var_y), np.nan)
    return r, np.arange(len(r)) - (len(x) - 1)


# --- lifts


def lifts_in(signal: Signal) -> list[Lift]:
    """Lifts of one thigh by MarchCam's definitions, down to its low thresholds (12 degrees above hanging)."""
    elevation = signal.elevation_deg
    if not np.isfinite(elevation).any():
        return []
    rise = elevation - np.nanpercentile(elevation, HANGING_PERCENTILE)
    found = reps.find_lifts(signal.time_s, rise, "", weak=True)
    out = []
    for k, lift in enumerate(found):
        bounds = (found[k - 1].stop if k else 0, found[k + 1].start if k + 1 < len(found) else len(rise))
        events = reps.lift_events(lift, elevation, rise, GRID_HZ, bounds)
        hold = None if events.hold is None else (signal.time_s[events.hold[0]], signal.time_s[events.hold[1] - 1])
        whole = signal.time_s[[events.whole.start, min(events.whole.stop, len(rise)) - 1]]
        out.append(Lift(*map(float, whole), hold, events.height_deg, float(rise[lift.peak])))
    return out


def height_of(lift: Lift, phone: Signal, shift_s: float) -> float:
    """The phone's height of a lift that MarchCam saw: its median over MarchCam's own hold, or without one the highest
    0.3 s mean of the lift; degrees, NaN where the phone has less than MIN_SEEN of it."""
    start, end = (t + shift_s for t in (lift.hold_s or (lift.onset_s, lift.end_s)))
    inside = (phone.time_s >= start - 1e-6) & (phone.time_s <= end + 1e-6)
    part = phone.elevation_deg[inside]
    if np.isfinite(part).sum() < max(1.0, MIN_SEEN * (end - start) * GRID_HZ):
        return np.nan
    if lift.hold_s is not None:
        return float(np.nanmedian(part))
    window = signals.moving_mean(part, signals.samples(reps.PEAK_WINDOW_S, GRID_HZ))
    return float(np.nanmax(window)) if np.isfinite(window).any() else np.nan


def compare(
    video: Signal,
    lifts: Iterable[Lift],
    phone: Signal,
    *,
    level_s: tuple[float, float] | None = None,
    shift_s: float | None = None,
) -> Comparison:
    """One recording against one phone.

    Parameters
    ----------
    video : Signal
        MarchCam's elevation of the leg with the phone.
    lifts : iterable of Lift
        MarchCam's, of that leg, excluded ones too.
    phone : Signal
    level_s : (float, float), optional
        From when to when of the phone's clock the thigh was known to be level. The phone is set to 0 by it; a lift at
        that time is left out.
    shift_s : float, optional
        Taken instead of the best one.

    Returns
    -------
    Comparison
    """
    shift = time_shift(video, phone) if shift_s is None else Shift(shift_s, np.nan, np.nan)
    if level_s is not None:
        inside = (phone.time_s >= level_s[0]) & (phone.time_s <= level_s[1])
        if not np.isfinite(phone.elevation_deg[inside]).any():
            raise ValueError(f"the phone has no reading from {level_s[0]:g} to {level_s[1]:g} s")
        phone = Signal(phone.time_s, phone.elevation_deg - np.nanmedian(phone.elevation_deg[inside]))

    def of_level(lift: Lift, ahead_s: float) -> bool:
        return level_s is not None and lift.onset_s + ahead_s <= level_s[1] and lift.end_s + ahead_s >= level_s[0]

    lifts = [x for x in lifts if not of_level(x, shift.shift_s)]
    counted = [x for x in lifts if x.excluded is None]
    own = [x for x in lifts_in(phone) if not of_level(x, 0.0)]
    # The phone goes on while nobody is filmed.
    first_s, last_s = video.time_s[0] + shift.shift_s, video.time_s[-1] + shift.shift_s
    own = [x for x in own if first_s <= 0.5 * (x.onset_s + x.end_s) <= last_s]
    pairs, silent = [], 0
    for lift in counted:
        height = height_of(lift, phone, shift.shift_s)
        if np.isfinite(height) and any(_overlap(lift, x, shift.shift_s) for x in own):
            pairs.append(Pair(lift.height_deg, height, lift.onset_s))
        else:
            silent += 1
    missed = [
        x for x in own if x.rise_deg >= reps.START_DEG and not any(_overlap(y, x, shift.shift_s) for y in counted)
    ]
    hanging = float(np.nanpercentile(phone.elevation_deg, HANGING_PERCENTILE))
    return Comparison(shift, tuple(pairs), hanging, level_s is not None, len(missed), silent)


def _overlap(lift: Lift, phones: Lift, shift_s: float) -> bool:
    """Whether a lift of the video and one of the phone are at one time for half of the shorter."""
    shared = min(lift.end_s + shift_s, phones.end_s) - max(lift.onset_s + shift_s, phones.onset_s)
    return shared > 0.5 * min(lift.end_s - lift.onset_s, phones.end_s - phones.onset_s)


# --- agreement


def agreement(error_deg: np.ndarray, person: np.ndarray) -> Agreement:
    """Bias, SD and limits of agreement of repeated lifts (Bland and Altman 2007, 10.1080/10543400701329422, the true
    value varying): one-way analysis of variance by person. With unequal numbers of lifts every person still weighs the
    same.

    Parameters
    ----------
    error_deg : ndarray of shape (n,)
        MarchCam minus phone; no NaN.
    person : ndarray of shape (n,)
        Whose lift it is.

    Returns
    -------
    Agreement
        Scalars; NaN for fewer than two persons, but the bias.
    """
    return _agreement(*_by_person(error_deg, person))


def intervals(error_deg: np.ndarray, person: np.ndarray, *, draws: int = DRAWS, seed: int = 1) -> dict:
    """95 % intervals of an agreement: bootstrap over persons, all lifts of a drawn person with them.

    Parameters
    ----------
    error_deg, person : ndarray of shape (n,)
        As for `agreement`.
    draws, seed : int

    Returns
    -------
    dict
        (low, high) for every field of Agreement; NaN for fewer than two persons.

    Notes
    -----
    Drawing k of k persons shows too little spread. The drawn variance between them is multiplied by k / (k - 1), and
    deviations from the figure by sqrt(k / (k - 1)) and by Student's t with k - 1 degrees of freedom over the normal
    one. In 1000 simulated studies a row (SD 3 between and 2 within persons, 10 lifts each) the interval of a limit
    then held the truth in 90 to 94 % with 20 to 50 persons, in 86 to 89 % with 10.
    """
    count, mean, squares = _by_person(error_deg, person)
    names = Agreement.__dataclass_fields__
    k = len(count)
    if k < 2:
        return dict.fromkeys(names, (np.nan, np.nan))
    drawn = np.random.default_rng(seed).integers(0, k, (draws, k))
    many = _agreement(count[drawn], mean[drawn], squares[drawn], stretch=k / (k - 1))
    found = _agreement(count, mean, squares)
    wider = np.sqrt(k / (k - 1)) * t_quantile(0.975, k - 1) / LIMIT_SDS
    out = {}
    for name in names:
        value = getattr(found, name)
        spread = wider * (nan_quantiles(getattr(many, name)) - value)
        low, high = (float(x) for x in value + spread)
        out[name] = (max(0.0, low) if name.startswith("sd") else low, high)
    return out


def nan_quantiles(values: np.ndarray) -> np.ndarray:
    """INTERVAL_PCT of those (draws,) that are known; NaN without any."""
    known = values[np.isfinite(values)]
    return np.percentile(known, INTERVAL_PCT) if len(known) else np.full(2, np.nan)


def _by_person(error_deg: np.ndarray, person: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Number, mean and sum of squared deviations (k,) of every person's errors."""
    own = [error_deg[person == p] for p in np.unique(person)]
    return (
        np.array([len(x) for x in own], float),
        np.array([x.mean() for x in own]),
        np.array([np.sum((x - x.mean()) ** 2) for x in own]),
    )


def _agreement(count: np.ndarray, mean: np.ndarray, squares: np.ndarray, *, stretch: float = 1.0) -> Agreement:
    """From number, mean and sum of squares (..., k) of k persons; the variance of their means times stretch."""
    k = count.shape[-1]
    free = count.sum(axis=-1) - k
    with np.errstate(divide="ignore", invalid="ignore"):
        within = np.where(free > 0, squares.sum(axis=-1) / np.where(free > 0, free, 1.0), np.nan)
        of_means = stretch * ((mean - mean.mean(axis=-1, keepdims=True)) ** 2).sum(axis=-1) / np.float64(k - 1)
    between = np.maximum(0.0, of_means - np.nan_to_num(within) * (1.0 / count).mean(axis=-1))
    bias = mean.mean(axis=-1)
    half = LIMIT_SDS * np.sqrt(np.nan_to_num(within) + between)
    return Agreement(bias, np.sqrt(within), np.sqrt(between), bias - half, bias + half)


def side_errors(error_deg: np.ndarray, person: np.ndarray, side: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Error of the left-right difference of every person with both legs measured.

    Parameters
    ----------
    error_deg, person, side : ndarray of shape (n,)
        Lifts of one view.

    Returns
    -------
    error_deg : ndarray of shape (k,)
        Mean error of the right lifts minus that of the left ones.
    person : ndarray of shape (k,)
    """
    whose, out = [], []
    for p in np.unique(person):
        left, right = (error_deg[(person == p) & (side == s)] for s in ("left", "right"))
        if len(left) and len(right):
            whose.append(p)
            out.append(right.mean() - left.mean())
    return np.array(out, float), np.array(whose)


# --- files and table


def read_columns(path: Path) -> dict[str, list[str]]:
    """The columns of a CSV file with a header, as text without blanks around."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = csv.DictReader(file)
        names = [name.strip() for name in rows.fieldnames or ()]
        table = [[(row[old] or "").strip() for old in rows.fieldnames] for row in rows]
    return {name: [row[k] for row in table] for k, name in enumerate(names)}


def _numbers(path: Path, columns: dict[str, list[str]], *names: str) -> np.ndarray:
    """Columns (n, names) as numbers, empty = NaN."""
    missing = [name for name in names if name not in columns]
    if missing:
        raise ValueError(f"{path.name} has no column {', '.join(missing)}")
    try:
        return np.array([[float(cell or "nan") for cell in columns[name]] for name in names]).T
    except ValueError as error:
        raise ValueError(f"{path.name}: {error}") from None


def read_phone(path: Path, axis: str) -> Signal:
    """NAME.phone.csv; see above. Accelerations are smoothed before they become an angle."""
    columns = read_columns(path)
    if "elevation_deg" in columns:
        values = _numbers(path, columns, "time_s", "elevation_deg")
        values = values[np.isfinite(values[:, 0])]
        return Signal(*on_grid(values[:, 0], values[:, 1]))
    if not axis:
        raise ValueError(f"{path.name} has accelerations: sessions.csv must tell the axis that points to the knee")
    values = _numbers(path, columns, "time_s", "ax", "ay", "az")
    values = values[np.isfinite(values[:, 0])]
    grid, acceleration = on_grid(values[:, 0], values[:, 1:])
    return Signal(grid, thigh_elevation(acceleration, axis))


def read_recording(folder: Path, name: str, side: str) -> tuple[Signal, list[Lift]]:
    """MarchCam's elevation and lifts of one leg."""
    results = next((p for p in (folder / f"{name}-marchcam", folder / name) if p.is_dir()), None)
    path = results / "series.csv" if results else folder / f"{name}.csv"
    values = _numbers(path, read_columns(path), "time_s", f"{side}_elevation_deg")
    signal = Signal(*on_grid(values[:, 0], values[:, 1]))
    if results is None:
        return signal, [x for x in lifts_in(signal) if x.rise_deg >= reps.START_DEG]
    path = results / "repetitions.csv"
    columns = read_columns(path)
    names = ("onset_s", "lowered_s", "reach_s", "hold_start_s", "hold_end_s", "peak_elevation_deg")
    numbers = _numbers(path, columns, *names)
    lifts = []
    for k, (onset, lowered, reach, start, end, height) in enumerate(numbers):
        if columns["side"][k] == side:
            hold = None if np.isnan(start) else (start, end)
            over = lowered if np.isfinite(lowered) else end if hold else reach
            lifts.append(Lift(onset, over, hold, height, excluded=columns["excluded"][k] or None))
    return signal, lifts


def read_sessions(path: Path) -> list[dict[str, str]]:
    """The rows of sessions.csv; the optional columns are empty where there are none."""
    columns = read_columns(path)
    for name in ("recording", "person", "side", "view"):
        if name not in columns or not all(columns[name]):
            raise ValueError(f"{path.name}: every row needs a {name}")
    if set(columns["side"]) - set(lm.SIDES):
        raise ValueError(f"{path.name}: side is left or right")
    optional = dict.fromkeys(("axis", "level_from_s", "level_to_s", "shift_s", "phone"), "")
    rows = zip(*columns.values(), strict=True)
    return [optional | dict(zip(columns, row, strict=True)) for row in rows]


def compare_session(folder: Path, session: dict[str, str]) -> Comparison:
    """A row of sessions.csv."""
    name = session["recording"]
    video, lifts = read_recording(folder, name, session["side"])
    phone = read_phone(folder / (session["phone"] or f"{name}.phone.csv"), session["axis"])
    level = (session["level_from_s"], session["level_to_s"])
    return compare(
        video,
        lifts,
        phone,
        level_s=(float(level[0]), float(level[1])) if all(level) else None,
        shift_s=float(session["shift_s"]) if session["shift_s"] else None,
    )


def table(sessions: list[dict[str, str]], compared: list[Comparison], *, draws: int = DRAWS) -> str:
    """Markdown: the agreement by view, of a lift's height and of the left-right difference, with 95 % intervals; the
    lifts that one of both did not find; then every recording."""
    rows = [(s["view"], s["person"], s["side"], p) for s, c in zip(sessions, compared, strict=True) for p in c.pairs]
    view, person, side = (np.array([row[k] for row in rows]) for k in range(3))
    error = np.array([row[3].marchcam_deg - row[3].phone_deg for row in rows])
    heads = ("view", "persons", "lifts", "bias", "SD within", "SD between", "lower limit", "upper limit")
    heights, differences = [heads], [("view", "persons", *heads[3:4], "SD", *heads[6:])]
    for name in dict.fromkeys(view.tolist()):
        own = view == name
        heights.append((name, len(set(person[own])), own.sum(), *_cells(error[own], person[own], draws)))
        of_sides, whose = side_errors(error[own], person[own], side[own])
        if len(whose):
            cells = _cells(of_sides, whose, draws)
            differences.append((name, len(whose), cells[0], *cells[2:]))
    each = [("recording", "person", "side", "view", "shift s", "r", "hanging", "lifts", "phone only", "MarchCam only")]
    for s, c in zip(sessions, compared, strict=True):
        hanging = _number(c.hanging_deg, 0) + ("" if c.zeroed else ", not zeroed")
        fit = "told" if np.isnan(c.shift.correlation) else _number(c.shift.correlation, 3)
        fit += ", doubtful" if c.shift.doubtful else ""
        shift = _number(c.shift.shift_s, 2)
        found = (len(c.pairs), c.phone_only, c.marchcam_only)
        each.append((s["recording"], s["person"], s["side"], s["view"], shift, fit, hanging, *found))
    parts = ["Height of a lift, MarchCam minus phone, degrees:", _markdown(heights)]
    if len(differences) > 1:
        parts += ["Left–right difference, MarchCam minus phone, degrees:", _markdown(differences)]
    missed, alone = (sum(getattr(c, name) for c in compared) for name in ("phone_only", "marchcam_only"))
    parts.append(
        f"{len(rows)} lifts compared; {missed} on the phone only (missed or excluded by MarchCam), "
        f"{alone} counted by MarchCam only."
    )
    return "\n\n".join([*parts, _markdown(each)])


def _cells(error_deg: np.ndarray, person: np.ndarray, draws: int) -> list[str]:
    """Every field of an agreement, with its interval."""
    found, spread = agreement(error_deg, person), intervals(error_deg, person, draws=draws)
    out = []
    for name, (low, high) in spread.items():
        cell = _number(float(getattr(found, name)))
        out.append(cell if np.isnan(low) else f"{cell} ({_number(low)} to {_number(high)})")
    return out


def _number(value: float, digits: int = 1) -> str:
    return "–" if np.isnan(value) else f"{value:.{digits}f}".replace("-", "−")


def _markdown(rows: list[tuple]) -> str:
    lines = ["| " + " | ".join(map(str, row)) + " |" for row in rows]
    return "\n".join([lines[0], "|---" * len(rows[0]) + "|", *lines[1:]])


def write_lifts(path: Path, sessions: list[dict[str, str]], compared: list[Comparison]) -> None:
    """A row a lift: for a plot, or a mixed model elsewhere."""
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["recording", "person", "side", "view", "onset_s", "marchcam_deg", "phone_deg"])
        for s, c in zip(sessions, compared, strict=True):
            for p in c.pairs:
                numbers = (f"{x:.3f}" for x in (p.at_s, p.marchcam_deg, p.phone_deg))
                out.writerow([s["recording"], s["person"], s["side"], s["view"], *numbers])


def main(arguments: list[str] | None = None) -> None:
    """Print the agreement, and write the lifts where asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--lifts", type=Path)
    parser.add_argument("--draws", type=int, default=DRAWS)
    options = parser.parse_args(arguments)
    compared, name = [], "sessions.csv"
    try:
        sessions = read_sessions(options.folder / name)
        for session in sessions:
            name = session["recording"]
            compared.append(compare_session(options.folder, session))
    except (OSError, ValueError) as error:
        sys.exit(f"{name}: {error}")
    print(table(sessions, compared, draws=options.draws))
    if options.lifts:
        write_lifts(options.lifts, sessions, compared)


if __name__ == "__main__":
    main()
