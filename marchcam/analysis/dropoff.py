"""Whether a side's height drops off over the set."""

from __future__ import annotations

from typing import Any

import numpy as np

from marchcam.analysis.results import DropOff, Repetition
from marchcam.analysis.statistics import theil_sen
from marchcam.arrays import Floats

MIN_LIFTS = 10
"""A drop-off is called from here on; from 8 with a wider warning."""
MIN_LIFTS_WARNED = 8
MIN_TOTAL_DEG = 5.0
NINE_OF_TEN = 1.40 / 1.96
"""Of a 95 % interval's half width. At its edge half of the falls are found; so much further 9 of 10: 1.28 standard
errors for many lifts, 1.4 for 8 to 20 [seen: validation/claims.py]."""
ENDURANCE_FALL_DEG, ENDURANCE_SHARE = 10.0, 0.60


def drop_off(repetitions: list[Repetition], *, may_call: bool) -> DropOff:
    """Theil–Sen slope of the peak over the lifts of one side, the first left out.

    Parameters
    ----------
    repetitions : list of Repetition
        Counted lifts of one side in time order.
    may_call : bool
        False when pain rose or trust is poor: the numbers stay, nothing is called.

    Returns
    -------
    DropOff
        Called only if the whole interval is below 0, the total is 5 degrees or more, and there are 8 lifts or more.
        `detectable_deg`: as large a fall is found in 9 of 10 such sets: the one that is just called, and 1.4 standard
        errors of the slope over the span more.
    """
    known = [r for r in repetitions if r.index is not None]
    if len(known) < 3:
        return DropOff()
    index = np.array([r.index for r in known[1:]], float)
    peak = np.array([r.peak_elevation_deg for r in known[1:]])
    time = np.array([r.reach_s for r in known[1:]])
    slope, interval = theil_sen(index, peak)
    per_min = theil_sen(time, peak)[0] * 60
    span = float(index[-1] - index[0])
    half = 0.5 * (interval[1] - interval[0]) * span if interval else None
    detectable = max(half, MIN_TOTAL_DEG) + NINE_OF_TEN * half if half is not None else None
    called = bool(
        may_call
        and len(known) >= MIN_LIFTS_WARNED
        and interval is not None
        and interval[1] < 0
        and -slope * span >= MIN_TOTAL_DEG
    )
    return DropOff(
        slope_deg_per_rep=slope,
        slope_ci_deg_per_rep=interval,
        slope_deg_per_min=per_min,
        total_deg=-slope * span,
        detectable_deg=detectable,
        endurance_s=_endurance_s(known),
        called=called,
        **_drawing(index, peak, slope, interval),
    )


def _endurance_s(known: list[Repetition]) -> float | None:
    """Time of the first of two lifts in a row below max(baseline - 10, 60 % of the baseline's height from hanging);
    lifts 2–4 are the baseline."""
    if len(known) < 6:
        return None
    baseline = float(np.mean([r.peak_elevation_deg for r in known[1:4]]))
    limit = max(baseline - ENDURANCE_FALL_DEG, ENDURANCE_SHARE * (baseline + 90) - 90)
    for one, two in zip(known[4:], known[5:], strict=False):
        if one.peak_elevation_deg < limit and two.peak_elevation_deg < limit:
            return one.reach_s
    return None


def _drawing(index: Floats, peak: Floats, slope: float, interval: tuple[float, float] | None) -> dict[str, Any]:
    """Line through the median of the intercepts, and the fan of the slope's interval about the middle lift."""
    level = float(np.median(peak - slope * index))
    first, last = float(index[0]), float(index[-1])
    line = (first, level + slope * first, last, level + slope * last)
    if interval is None:
        return {"line": line}
    middle = 0.5 * (first + last)
    centre = level + slope * middle
    ends = [sorted(centre + s * (x - middle) for s in interval) for x in (first, last)]
    return {"line": line, "band_deg": tuple((float(low), float(high)) for low, high in ends)}
