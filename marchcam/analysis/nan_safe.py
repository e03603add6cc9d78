"""Statistics of what is known among values: NaN is left out, and NaN without a warning is the answer where nothing is.

numpy's own (nanmedian and the like) warn on the terminal of whoever runs the program.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from marchcam.arrays import Floats


def median(values: ArrayLike, axis: int | None = None) -> Any:
    """Median over an axis, or of all.

    Parameters
    ----------
    values : array_like
    axis : int, optional

    Returns
    -------
    float or ndarray
        NaN where nothing is known.
    """
    return _over(np.median, values, axis)


def mean(values: ArrayLike, axis: int | None = None) -> Any:
    """Mean over an axis, or of all; as `median`."""
    return _over(np.mean, values, axis)


def deviation(values: ArrayLike, axis: int | None = None) -> Any:
    """Standard deviation (of n) over an axis, or of all; as `median`."""
    return _over(np.std, values, axis)


def largest(values: ArrayLike) -> float:
    """The largest value; NaN where none is known."""
    return float(_over(np.max, values, None))


def smallest(values: ArrayLike) -> float:
    """The smallest value; NaN where none is known."""
    return float(_over(np.min, values, None))


def percentile(values: ArrayLike, share_pct: float | list[float]) -> Any:
    """Percentile, or a list of them; NaN where nothing is known."""
    flat = np.asarray(values, float).ravel()
    flat = flat[~np.isnan(flat)]
    return np.percentile(flat, share_pct) if len(flat) else np.full(np.shape(share_pct), np.nan)


def _over(statistic: Callable[..., Any], values: ArrayLike, axis: int | None) -> Any:
    array: Floats = np.asarray(values, float)
    if axis is None:
        flat = array[~np.isnan(array)]
        return float(statistic(flat)) if len(flat) else np.nan
    columns = np.moveaxis(array, axis, 0).reshape(array.shape[axis], -1)
    missing = np.isnan(columns)
    out = np.full(columns.shape[1], np.nan)
    whole = ~missing.any(axis=0)
    if len(columns) and whole.any():
        out[whole] = statistic(columns[:, whole], axis=0)
    for j in np.flatnonzero(~whole & ~missing.all(axis=0)):
        out[j] = statistic(columns[~missing[:, j], j])
    return out.reshape(np.moveaxis(array, axis, 0).shape[1:])
