"""Marches for the laws of the analysis: made and stored ones, and ways to spoil them."""

from __future__ import annotations

import functools
from dataclasses import replace
from pathlib import Path

import numpy as np
from hypothesis import strategies as st
from synthetic import March

from marchcam import track as lm
from marchcam.track import PoseTrack

TRACKS = Path(__file__).parent / "data" / "tracks"
STORED = ("asym_oblique", "asym_side", "compensating", "front_symmetric0", "standing", "weak_right_partial")
ODD = (0.0, -1.0, 1e-300, 1e-9, 1e5, -1e9, 1e9)
BODY = range(lm.LEFT_SHOULDER, lm.LANDMARK_COUNT)


@functools.cache
def stored(name: str) -> PoseTrack:
    """A stored track of the model's own landmarks; its first 24 s, in numbers that a mirror does not round."""
    track = PoseTrack.load(TRACKS / f"{name}.npz")
    arrays = {key: np.asarray(value, np.float64) for key in lm.ARRAYS if (value := getattr(track, key)) is not None}
    return replace(track, **arrays).select(track.times_s < 24.0)


@functools.cache
def made(lifts: int, azimuth_deg: float, fps: float) -> PoseTrack:
    """A constructed march, left first, with a right side 10 degrees lower."""
    march = March([0.0] * lifts, [-10.0] * lifts, azimuth_deg=azimuth_deg, fps=fps, lift_s=1.0, lower_s=1.0, rest_s=0.5)
    return march.track()


marches = st.one_of(
    st.sampled_from(STORED).map(stored),
    st.builds(
        made, st.sampled_from([1, 4, 7]), st.sampled_from([-40.0, 0.0, 35.0, 88.0]), st.sampled_from([15.0, 30.0])
    ),
)


@st.composite
def spoiled(draw) -> PoseTrack:
    """A march in which landmarks, pictures, stretches or single numbers are unknown or absurd."""
    track = draw(marches)
    n = len(track.times_s)
    arrays = {name: getattr(track, name).copy() for name in lm.ARRAYS if getattr(track, name) is not None}
    for _ in range(draw(st.integers(1, 4))):
        which = draw(st.sampled_from(["all", "position_px", "world_m", "visibility", "presence"]))
        names = [which] if which != "all" else ["position_px", "world_m", "visibility", "presence"]
        value = draw(st.sampled_from([np.nan, np.nan, np.nan, *ODD]))
        kind = draw(st.sampled_from(["landmark", "pair", "pictures", "stretch", "scattered", "coordinate", "most"]))
        rng = np.random.default_rng(draw(st.integers(0, 999)))
        landmark = draw(st.sampled_from(list(BODY)))
        start, length = draw(st.integers(0, n - 1)), draw(st.sampled_from([1, 3, 10, 60, n]))
        for name in names:
            array = arrays[name]
            if kind == "landmark":
                array[:, landmark] = value
            elif kind == "pair":
                array[start : start + length, [landmark, landmark - 1 + 2 * (landmark % 2)]] = value
            elif kind == "pictures":
                array[rng.random(n) < 0.3] = value
            elif kind == "stretch":
                array[start : start + length] = value
            elif kind == "scattered":
                array[rng.random(array.shape) < 0.2] = value
            elif kind == "coordinate" and array.ndim == 3:
                array[start : start + length, landmark, 0] = value
            elif kind == "most":
                array[rng.random(n) < 0.97] = value
    return replace(track, **arrays)
