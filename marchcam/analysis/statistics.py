"""The few distributions and robust estimates that the analysis needs, without scipy."""

from __future__ import annotations

from functools import lru_cache
from math import erf, lgamma, sqrt

import numpy as np

from marchcam.arrays import Floats


def normal_cdf(z: float) -> float:
    """Probability of a standard normal variable being at most z."""
    return 0.5 * (1.0 + erf(z / sqrt(2.0)))


def t_cdf(t: float, degrees: float) -> float:
    """Probability of Student's t with `degrees` > 0 degrees of freedom being at most t (regularised incomplete
    beta)."""
    tail = 0.5 * _incomplete_beta(degrees / (degrees + t * t), degrees / 2.0, 0.5)
    return 1.0 - tail if t > 0 else tail


@lru_cache(maxsize=256)
def t_quantile(probability: float, degrees: float) -> float:
    """Quantile of Student's t by bisection; 0.5 < probability < 1."""
    low, high = 0.0, 1.0
    while t_cdf(high, degrees) < probability and high < 1e8:
        high *= 2.0
    for _ in range(80):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if t_cdf(middle, degrees) < probability else (low, middle)
    return 0.5 * (low + high)


def _incomplete_beta(x: float, a: float, b: float) -> float:
    """Regularised incomplete beta function by its continued fraction (modified Lentz; Numerical Recipes 6.4)."""
    if x <= 0.0 or x >= 1.0:
        return float(x >= 1.0)
    front = float(np.exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * np.log(x) + b * np.log1p(-x)))
    if x > (a + 1.0) / (a + b + 2.0):
        return 1.0 - front * _beta_fraction(1.0 - x, b, a) / b
    return front * _beta_fraction(x, a, b) / a


def _beta_fraction(x: float, a: float, b: float) -> float:
    tiny = 1e-300
    c, d = 1.0, 1.0 - (a + b) * x / (a + 1.0)
    d = 1.0 / (d if abs(d) > tiny else tiny)
    h = d
    for m in range(1, 500):
        for numerator in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1.0 + numerator * d
            d = 1.0 / (d if abs(d) > tiny else tiny)
            c = 1.0 + numerator / c
            c = c if abs(c) > tiny else tiny
            h *= c * d
        if abs(c * d - 1.0) < 1e-14:
            break
    return float(h)


@lru_cache(maxsize=128)
def kendall_critical(n: int) -> int | None:
    """Smallest k with P(S >= k) <= 0.025 for Kendall's S of n untied values; None where there is none (n <= 4).

    Exact by the Mahonian recursion to n = 60, from there the normal approximation with continuity correction.
    """
    if n <= 4:
        return None
    pairs = n * (n - 1) // 2
    if n > 60:
        return int(np.ceil(1.959964 * sqrt(n * (n - 1) * (2 * n + 5) / 18.0) + 1.0))
    share = np.array([1.0])  # distribution of the number of inversions
    for size in range(2, n + 1):
        share = np.convolve(share, np.full(size, 1.0 / size))
    upper = np.cumsum(share)  # P(inversions <= i) = P(S >= pairs - 2 i)
    i = int(np.searchsorted(upper, 0.025, side="right")) - 1
    return pairs - 2 * i if i >= 0 else None


def theil_sen(x: Floats, y: Floats) -> tuple[float, tuple[float, float] | None]:
    """Median of pairwise slopes, with the 95 % interval by Kendall's distribution.

    Parameters
    ----------
    x, y : ndarray of shape (n,)
        Finite, n >= 2, x distinct.

    Returns
    -------
    slope : float
    interval : (low, high) or None
        None for n <= 4. The bounds are the M-th slopes from each end, M = (N - k + 2) / 2, N pairs.

    References
    ----------
    Theil 1950; Sen 1968, doi:10.1080/01621459.1968.10480934.
    """
    i, j = np.triu_indices(len(x), 1)
    slopes = np.sort((y[j] - y[i]) / (x[j] - x[i]))
    k = kendall_critical(len(x))
    if k is None:
        return float(np.median(slopes)), None
    m = max((len(slopes) - k + 2) // 2, 1)
    return float(np.median(slopes)), (float(slopes[m - 1]), float(slopes[-m]))
