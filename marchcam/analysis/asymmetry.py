"""Left against right: the difference in degrees, its two intervals, the verdict and the indices of the literature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from marchcam.analysis.naming import whole
from marchcam.analysis.results import Asymmetry, Interval, Repetition
from marchcam.analysis.statistics import t_quantile
from marchcam.arrays import Bools, Floats

LARGE_DEG, CLEAR_DEG, POSSIBLE_DEG, LARGE_BOUND_DEG = 13.0, 9.0, 5.0, 5.0
"""Verdict limits [default]."""
CLEAR_SURENESS = 2.576 / 1.960
"""A clear difference is 99 % sure: it keeps from 0 by so many half widths of the 95 % interval. This decides where the
camera's error is above 3°: at 4° a symmetric person would else be called clear in 3 to 4 of 100 sets [reckoned]."""
MIN_PER_SIDE = 6
SHORT_HOLD_S = 0.3
SOONER_DEG = 5.0
"""Over the set, as for a drop-off itself."""
ORDER_INFLATION = 1.5
"""How much wider the order of the sides may make the interval of their difference, in variance: sides in turn, two and
two or five and five 1.0 to 1.3, one side after the other 4 [reckoned]."""
ORDER = "one side was lifted after the other, not in turn"


@dataclass(frozen=True)
class SideDifference:
    """Right minus left of one quantity over the set."""

    middle: float
    """At mid-session."""
    half_width: float | None
    """Of its 95 % interval; None where there is none."""
    slope_per_s: float
    """How it changes, a second."""
    slope_half_width_per_s: float | None


def regression_difference(time_s: Floats, right: Bools, value: Floats) -> SideDifference:
    """Right minus left at mid-session and its change over the set, by least squares.

    Parameters
    ----------
    time_s : ndarray of shape (n,)
        When each lift was, seconds, in time order.
    right : ndarray of bool, shape (n,)
        Whether it was the right side.
    value : ndarray of shape (n,)

    Returns
    -------
    SideDifference
        beta and d of value = a + beta s + c t + d s t, s = -1/2 left, +1/2 right, t from mid-session. Half widths:
        standard error x sqrt((1 + r) / (1 - r)), t distribution with n - 4 degrees of freedom, r the pooled lag-1
        residual autocorrelation + 3 (1 + r) / n, clipped to 0..0.7; None for n < 6.
    """
    design, scale = _design(time_s, right)
    coefficients, _, rank, _ = np.linalg.lstsq(design, value, rcond=None)
    n = len(value)
    half: list[float | None] = [None, None]
    if n >= 6 and rank == 4:
        residual = value - design @ coefficients
        variance = float(residual @ residual) / (n - 4)
        errors = np.sqrt(variance * np.diag(np.linalg.inv(design.T @ design)))
        r = _lag1([residual[~right], residual[right]])
        r = float(np.clip(r + 3 * (1 + r) / n, 0.0, 0.7))
        wider = float(np.sqrt((1 + r) / (1 - r)) * t_quantile(0.975, n - 4))
        half = [float(errors[1]) * wider, float(errors[3]) * wider / scale]
    return SideDifference(float(coefficients[1]), half[0], float(coefficients[3] / scale), half[1])


def _design(time_s: Floats, right: Bools) -> tuple[Floats, float]:
    """Columns 1, s, t / scale, s t / scale of the regression, and the scale of the time, seconds."""
    s = np.where(right, 0.5, -0.5)
    t = time_s - 0.5 * (time_s.min() + time_s.max())
    scale = max(float(np.abs(t).max()), 1e-9)
    return np.column_stack([np.ones_like(t), s, t / scale, s * t / scale]), scale


def order_inflation(time_s: Floats, right: Bools) -> float:
    """How much the order of the sides widens the variance of their difference at mid-session.

    Parameters
    ----------
    time_s : ndarray of shape (n,)
        When each lift was, seconds.
    right : ndarray of bool, shape (n,)

    Returns
    -------
    float
        1 where the sides alternate; 1 / (1 - R2), R2 of the side explained by time and by time within the right side.
        Where it is large the difference rests on lines drawn on beyond the lifts. Infinite for fewer than 4 lifts.
    """
    if len(time_s) < 4:
        return np.inf
    design, _ = _design(time_s, right)
    s, others = design[:, 1], design[:, [0, 2, 3]]
    rest = s - others @ np.linalg.lstsq(others, s, rcond=None)[0]
    left_over = float(rest @ rest)
    return float(np.sum((s - s.mean()) ** 2)) / left_over if left_over > 1e-9 else np.inf


def _lag1(parts: list[Floats]) -> float:
    """Pooled lag-1 autocorrelation of residuals, side by side."""
    above = sum(float(p[1:] @ p[:-1]) for p in parts)
    below = sum(float(p @ p) for p in parts)
    return above / below if below > 1e-18 else 0.0


def limb_symmetry_index_pct(left: float, right: float) -> float | None:
    """100 min / max of two heights from hanging (degrees, > 0).

    >>> limb_symmetry_index_pct(90, 72)
    80.0
    """
    return 100 * min(left, right) / max(left, right) if min(left, right) > 0 else None


def robinson_index_pct(left: float, right: float) -> float | None:
    """Robinson's symmetry index 100 (right - left) / mean (1987); 0 = alike, negative = right lower."""
    return 200 * (right - left) / (right + left) if left + right > 0 else None


def symmetry_angle_pct(left: float, right: float) -> float | None:
    """Symmetry angle of Zifchock 2008, doi:10.1016/j.gaitpost.2007.08.006: 100 (45 - atan(left / right)) / 90; negative
    = right lower."""
    return float(100 * (45 - np.degrees(np.arctan2(left, right))) / 90) if min(left, right) > 0 else None


def verdict(difference_deg: float, ci_rep_deg: Interval, ci_total_deg: Interval) -> str:
    """The first that holds: large, clear, possible, similar, else inconclusive.

    Decided from whole degrees, as they are printed, so that word and number cannot disagree.
    """
    size, nearest = abs(whole(difference_deg)), nearest_to_zero_deg(ci_total_deg)
    sure = abs(difference_deg) > CLEAR_SURENESS * max(
        difference_deg - ci_total_deg[0], ci_total_deg[1] - difference_deg
    )
    if sure and size >= LARGE_DEG and nearest >= LARGE_BOUND_DEG:
        return "large"
    if sure and size >= CLEAR_DEG and nearest > 0:
        return "clear"
    if size >= POSSIBLE_DEG and nearest_to_zero_deg(ci_rep_deg) > 0:
        return "possible"
    if size < POSSIBLE_DEG and max(abs(whole(end)) for end in ci_total_deg) < CLEAR_DEG:
        return "similar"
    return "inconclusive"


def nearest_to_zero_deg(interval: Interval) -> int:
    """The smallest difference in an interval as it is printed, whole degrees; 0 where it includes none."""
    low, high = (whole(end) for end in interval)
    return 0 if low <= 0 <= high else min(abs(low), abs(high))


def camera_part_is_larger(asymmetry: Asymmetry) -> bool:
    """Whether the camera's error makes the difference less sure than the scatter of the lifts does."""
    assert asymmetry.ci_rep_deg is not None and asymmetry.ci_total_deg is not None  # known unless withheld
    lifts, total = (0.5 * (high - low) for low, high in (asymmetry.ci_rep_deg, asymmetry.ci_total_deg))
    return total**2 > 2 * lifts**2


def compare_sides(
    repetitions: list[Repetition],
    *,
    difference_uncertainty_deg: float,
    withheld_reason: str | None,
    falling: Sequence[str] = (),
) -> Asymmetry:
    """The comparison of the counted lifts.

    Parameters
    ----------
    repetitions : list of Repetition
        Counted lifts of both sides in time order.
    difference_uncertainty_deg : float
        The tool's own one-standard-deviation error of a difference.
    withheld_reason : str or None
        Why nothing may be compared, or None.
    falling : sequence of str
        Sides whose drop-off is stated.

    Returns
    -------
    Asymmetry
        Withheld: difference, intervals, indices and lower side are None.
    """
    left = np.array([r.peak_elevation_deg + 90 for r in repetitions if r.side == "left"])
    right = np.array([r.peak_elevation_deg + 90 for r in repetitions if r.side == "right"])
    if withheld_reason is None and min(len(left), len(right)) < MIN_PER_SIDE:
        withheld_reason = f"fewer than {MIN_PER_SIDE} lifts a side"
    if withheld_reason is None and not in_turn(repetitions):
        withheld_reason = ORDER
    if withheld_reason is not None:
        return Asymmetry(withheld_reason=withheld_reason)
    height = _compare(repetitions, "peak_elevation_deg")
    hold, lift = _compare(repetitions, "hold_duration_s"), _compare(repetitions, "lift_duration_s")
    if height is None or height.half_width is None:
        return Asymmetry(withheld_reason="too few lifts to compare")
    difference, half = height.middle, height.half_width
    total = float(np.hypot(half, 1.96 * difference_uncertainty_deg))
    ci_rep, ci_total = (difference - half, difference + half), (difference - total, difference + total)
    short = None
    if hold is not None and hold.half_width is not None and abs(hold.middle) >= max(SHORT_HOLD_S, hold.half_width):
        short = "right" if hold.middle < 0 else "left"
    means = float(left.mean()), float(right.mean())
    return Asymmetry(
        difference_deg=difference,
        ci_rep_deg=ci_rep,
        ci_total_deg=ci_total,
        slope_difference_deg_per_min=height.slope_per_s * 60,
        slope_difference_ci_deg_per_min=_per_min(height),
        tires_sooner_side=_tires_sooner(height, repetitions, falling),
        hold_difference_s=hold.middle if hold else None,
        lift_difference_s=lift.middle if lift else None,
        limb_symmetry_index_pct=limb_symmetry_index_pct(*means),
        robinson_index_pct=robinson_index_pct(*means),
        symmetry_angle_pct=symmetry_angle_pct(*means),
        lower_side="right" if difference < 0 else "left" if difference > 0 else None,
        verdict=verdict(difference, ci_rep, ci_total),
        short_hold_side=short,
    )


def in_turn(repetitions: list[Repetition]) -> bool:
    """Whether the sides were lifted in turn, or near enough to it that trends do not become differences."""
    time_s = np.array([r.reach_s for r in repetitions])
    return order_inflation(time_s, np.array([r.side == "right" for r in repetitions])) <= ORDER_INFLATION


def _per_min(height: SideDifference) -> Interval | None:
    """Interval of the difference of the slopes, degrees a minute."""
    if height.slope_half_width_per_s is None:
        return None
    return (
        60 * (height.slope_per_s - height.slope_half_width_per_s),
        60 * (height.slope_per_s + height.slope_half_width_per_s),
    )


def _tires_sooner(height: SideDifference, repetitions: list[Repetition], falling: Sequence[str]) -> str | None:
    """The side that falls, and by SOONER_DEG more over the set than the other, beyond doubt."""
    half = height.slope_half_width_per_s
    side = "right" if height.slope_per_s < 0 else "left"
    span_s = repetitions[-1].reach_s - repetitions[0].reach_s
    sure = half is not None and abs(height.slope_per_s) > half
    return side if sure and abs(height.slope_per_s) * span_s >= SOONER_DEG and side in falling else None


def _compare(repetitions: list[Repetition], name: str) -> SideDifference | None:
    known = [r for r in repetitions if getattr(r, name) is not None]
    sides = [r.side for r in known]
    if min(sides.count("left"), sides.count("right")) < 2:
        return None
    time = np.array([r.snapshot_s if r.snapshot_s is not None else r.reach_s for r in known])
    return regression_difference(
        time, np.array([s == "right" for s in sides]), np.array([getattr(r, name) for r in known])
    )
