"""A whole track as JSON."""

from __future__ import annotations

import dataclasses
import json
import math
from typing import Any

import numpy as np

from marchcam.arrays import Floats
from marchcam.export.records import LANDMARK_NAMES, M_DECIMALS, PX_DECIMALS, SHARE_DECIMALS
from marchcam.track import PoseTrack

SCHEMA = 1
"""Of this layout; a change of a key is a new number."""


def json_bytes(track: PoseTrack) -> bytes:
    """Everything of a track as JSON: UTF-8, no NaN.

    Parameters
    ----------
    track : PoseTrack

    Returns
    -------
    bytes
        Keys as in docs/outputs.md; arrays as lists, rounded as in the CSV; unknown is null. A point of which one
        coordinate is not known is null as a whole.
    """
    content = {
        "schema": SCHEMA,
        "source": dataclasses.asdict(track.source),
        "setup": dataclasses.asdict(track.setup),
        "image_size_px": list(track.image_size_wh),
        "landmarks": list(LANDMARK_NAMES),
        "times_s": track.times_s.tolist(),
        "position_px": _points(track.position_px, PX_DECIMALS),
        "world_m": _points(track.world_m, M_DECIMALS),
        "visibility": _numbers(track.visibility, SHARE_DECIMALS),
        "presence": _numbers(track.presence, SHARE_DECIMALS),
        "person_count": None if track.person_count is None else _numbers(track.person_count, 0),
        "camera_shift_px": None if track.camera_shift_px is None else _points(track.camera_shift_px, PX_DECIMALS),
    }
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return (text + "\n").encode("utf-8", "replace")


def _numbers(values: Floats, decimals: int) -> Any:
    """Nested lists; NaN is None."""
    return _known(np.round(values.astype(np.float64), decimals).tolist())


def _points(values: Floats, decimals: int) -> Any:
    """Nested lists of points, coordinates in the last dimension; an unknown point is None."""
    unknown = ~np.isfinite(values).all(axis=-1)
    points = np.round(values.astype(np.float64), decimals).tolist()
    for place in zip(*np.nonzero(unknown), strict=True):
        row = points
        for i in place[:-1]:
            row = row[i]
        row[place[-1]] = None
    return points


def _known(value: Any) -> Any:
    if isinstance(value, list):
        return [_known(item) for item in value]
    return value if math.isfinite(value) else None
