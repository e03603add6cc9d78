"""Time series on a uniform grid: resampling, zero-phase smoothing, runs, smoothness."""

from __future__ import annotations

import numpy as np

from marchcam.arrays import Bools, Floats

MAX_FILLED_GAP_S = 0.15
"""Longer gaps stay NaN: a lift's turning point can hide in them [default]."""
MAX_GRID_HZ = 60.0
"""Slow marches hold nothing above 10 Hz; a 240 Hz recording is read at 60."""


def samples(seconds: float, rate_hz: float) -> int:
    """The nearest number of samples in a time, a half downwards, whatever the last bit of the rate: it depends on when
    the recording's clock began."""
    return int(np.floor(seconds * rate_hz + 0.5 - 1e-6))


def uniform_times(times_s: Floats) -> Floats:
    """Uniform time grid at the recording's median frame interval.

    Parameters
    ----------
    times_s : ndarray of shape (n,)
        True frame times, seconds, strictly increasing.

    Returns
    -------
    ndarray of shape (m,)
        From the first to the last frame time. Fewer than two frames are returned as they are.
    """
    if len(times_s) < 2:
        return np.array(times_s, float)
    # Capped by number too: a broken time stamp must not blow the grid up.
    step = max(
        float(np.median(np.diff(times_s))),
        1.0 / MAX_GRID_HZ,
        (times_s[-1] - times_s[0]) / (20.0 * len(times_s) + 100.0),
    )
    count = int(round((times_s[-1] - times_s[0]) / step)) + 1
    grid: Floats = times_s[0] + step * np.arange(count)
    return grid


def resample(times_s: Floats, values: Floats, grid_s: Floats, *, max_gap_s: float = MAX_FILLED_GAP_S) -> Floats:
    """Linear interpolation onto a grid, bridging short gaps only.

    Parameters
    ----------
    times_s : ndarray of shape (n,)
        Frame times, strictly increasing, seconds.
    values : ndarray of shape (n, ...)
        Anything; NaN = missing (per component).
    grid_s : ndarray of shape (m,)
        Where values are wanted, seconds.
    max_gap_s : float
        Longest stretch without a value that is bridged; the two frames beside it may be a frame interval further apart.

    Returns
    -------
    ndarray of shape (m, ...)
        NaN inside longer gaps and beyond the first and last value.
    """
    values = np.asarray(values)
    flat = values.reshape(len(values), -1)
    out = np.full((len(grid_s), flat.shape[1]), np.nan)
    step = float(np.median(np.diff(times_s))) if len(times_s) > 1 else 0.0
    limit_s = max_gap_s + step + 1e-9
    # Landmarks come and go together: columns with the same gaps share one search.
    alike: dict[bytes, list[int]] = {}
    for column, seen in enumerate(np.isfinite(flat).T):
        alike.setdefault(seen.tobytes(), []).append(column)
    for pattern, columns in alike.items():
        at = np.flatnonzero(np.frombuffer(pattern, bool))
        if len(at) == 0:
            continue
        t = times_s[at]
        right = np.clip(np.searchsorted(t, grid_s, side="left"), 0, len(t) - 1)
        left = np.where((t[right] > grid_s + 1e-9) & (right > 0), right - 1, right)
        inside = (grid_s >= t[0] - 1e-6) & (grid_s <= t[-1] + 0.51 * step + 1e-6) & (t[right] - t[left] <= limit_s)
        span = np.where(right > left, t[right] - t[left], 1.0)
        share = np.clip((grid_s - t[left]) / span, 0.0, 1.0)
        before, after = at[left], at[right]
        for column in columns:  # one at a time: an hour of all of them takes as much memory as its track
            known = flat[:, column].astype(float)
            out[:, column] = np.where(inside, (1 - share) * known[before] + share * known[after], np.nan)
    return out.reshape((len(grid_s),) + values.shape[1:])


def runs(mask: Bools) -> list[tuple[int, int]]:
    """Maximal runs of True as half-open index pairs (start, stop), in order."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], np.asarray(mask, bool), [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def butterworth_lowpass(cutoff_hz: float, rate_hz: float) -> tuple[Floats, Floats]:
    """Second-order Butterworth low-pass by the bilinear transform: (b, a), each of shape (3,)."""
    k = np.tan(np.pi * min(cutoff_hz / rate_hz, 0.49))
    norm = 1.0 / (1.0 + np.sqrt(2.0) * k + k * k)
    b = np.array([1.0, 2.0, 1.0]) * k * k * norm
    return b, np.array([1.0, 2.0 * (k * k - 1.0) * norm, (1.0 - np.sqrt(2.0) * k + k * k) * norm])


def _impulse_kernel(cutoff_hz: float, rate_hz: float) -> Floats:
    """Symmetric kernel of the filter run forward and back (its squared magnitude response)."""
    b, a = butterworth_lowpass(cutoff_hz, rate_hz)
    length = int(np.clip(np.ceil(3.0 * rate_hz / cutoff_hz - 1e-6), 6, 2000))
    h = np.zeros(length)
    x = np.zeros(length)
    x[0] = 1.0
    for i in range(length):
        h[i] = b[0] * x[i] + (b[1] * x[i - 1] if i > 0 else 0.0) + (b[2] * x[i - 2] if i > 1 else 0.0)
        h[i] -= (a[1] * h[i - 1] if i > 0 else 0.0) + (a[2] * h[i - 2] if i > 1 else 0.0)
    kernel: Floats = np.correlate(h, h, mode="full")
    kernel /= kernel.sum()
    return kernel


def filter_zero_phase(values: Floats, rate_hz: float, cutoff_hz: float) -> Floats:
    """Second-order Butterworth low-pass, forward and back, over each run without NaN.

    Parameters
    ----------
    values : ndarray of shape (n, ...)
        Uniformly sampled; NaN stays NaN and separates the runs.
    rate_hz, cutoff_hz : float
        Sampling rate and cut-off. Above 45 % of the rate nothing is filtered.

    Returns
    -------
    ndarray of shape (n, ...)

    Notes
    -----
    The two passes are one convolution with the autocorrelation of the impulse response; ends are continued by odd
    reflection, as scipy.signal.filtfilt does.
    """
    values = np.asarray(values, float)
    if cutoff_hz >= 0.45 * rate_hz or len(values) < 3:
        return values.copy()
    kernel = _impulse_kernel(cutoff_hz, rate_hz)
    flat = values.reshape(len(values), -1)
    out = np.full_like(flat, np.nan)
    for j in range(flat.shape[1]):
        for start, stop in runs(np.isfinite(flat[:, j])):
            out[start:stop, j] = _smooth_run(flat[start:stop, j], kernel)
    return out.reshape(values.shape)


def _smooth_run(x: Floats, kernel: Floats) -> Floats:
    half = len(kernel) // 2
    pad = min(half, len(x) - 1)
    if pad < 1:
        return x.copy()
    padded = np.concatenate([2 * x[0] - x[pad:0:-1], x, 2 * x[-1] - x[-2 : -pad - 2 : -1]])
    if half > pad:
        padded = np.pad(padded, half - pad, mode="edge")
    return np.convolve(padded, kernel, mode="valid")


def rate_of_change(values: Floats, rate_hz: float) -> Floats:
    """Central differences per second, one-sided at the ends; 0 for fewer than three samples, NaN beside a NaN."""
    return np.gradient(values) * rate_hz if len(values) > 2 else np.zeros(len(values))


def moving_mean(values: Floats, width: int) -> Floats:
    """Centred moving mean over an odd number of samples; NaN where the window holds a NaN or leaves the data."""
    width = max(1, int(width) | 1)
    out = np.full(len(values), np.nan)
    if len(values) >= width:
        out[width // 2 : len(values) - width // 2] = np.convolve(values, np.full(width, 1.0 / width), mode="valid")
    return out


def moving_median(values: Floats, width: int) -> Floats:
    """Centred moving median over an odd number of samples, the ends repeated beyond themselves; NaN where the window
    holds a NaN."""
    half = max(1, int(width) | 1) // 2
    if len(values) == 0 or half == 0:
        return np.array(values, float)
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(values, half, mode="edge"), 2 * half + 1)
    out = np.partition(windows, half, axis=1)[:, half]
    for start, stop in runs(~np.isfinite(values)):  # sorted last, a NaN would not show
        out[max(0, start - half) : stop + half] = np.nan
    return out


def spectral_arc_length(speed: Floats, rate_hz: float) -> float | None:
    """Smoothness of one movement (SPARC): 0 is perfectly smooth, more negative is jerkier.

    Parameters
    ----------
    speed : ndarray of shape (n,)
        Speed profile of the movement from rest to rest.
    rate_hz : float

    Returns
    -------
    float or None
        None for fewer than 5 samples, a NaN inside, or no movement.

    References
    ----------
    Balasubramanian et al. 2015, doi:10.1186/s12984-015-0090-9 (frequency limit 10 Hz, amplitude threshold 0.05, padding
    level 4).
    """
    speed = np.abs(np.asarray(speed, float))
    if len(speed) < 5 or not np.all(np.isfinite(speed)) or speed.max() <= 0:
        return None
    n_fft = int(2 ** (np.ceil(np.log2(len(speed))) + 4))
    frequency = np.arange(n_fft // 2) * rate_hz / n_fft
    magnitude = np.abs(np.fft.fft(speed, n_fft))[: n_fft // 2]
    magnitude /= magnitude.max()
    inside = frequency <= min(10.0, rate_hz / 2)
    frequency, magnitude = frequency[inside], magnitude[inside]
    strong = np.flatnonzero(magnitude >= 0.05)
    frequency, magnitude = frequency[strong[0] : strong[-1] + 1], magnitude[strong[0] : strong[-1] + 1]
    if len(frequency) < 2:
        return None
    steps = np.diff(frequency) / (frequency[-1] - frequency[0])
    return float(-np.sum(np.hypot(steps, np.diff(magnitude))))
