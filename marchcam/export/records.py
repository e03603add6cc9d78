"""What can be exported as tables: named columns of equal length, from a track or an assessment."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marchcam.analysis.results import Assessment, Repetition
from marchcam.track import LANDMARK_COUNT, PoseTrack

LANDMARK_NAMES = (
    *("nose", "left_eye_inner", "left_eye", "left_eye_outer", "right_eye_inner", "right_eye", "right_eye_outer"),
    *("left_ear", "right_ear", "mouth_left", "mouth_right", "left_shoulder", "right_shoulder", "left_elbow"),
    *("right_elbow", "left_wrist", "right_wrist", "left_pinky", "right_pinky", "left_index", "right_index"),
    *("left_thumb", "right_thumb", "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle"),
    *("left_heel", "right_heel", "left_foot_index", "right_foot_index"),
)
"""MediaPipe's own names, in its order; left and right are the person's."""

# A thousandth of a pixel and a hundredth of a millimetre lie far under what the model tells; the exact bits of the
# model's numbers would make a text three times as long.
PX_DECIMALS, M_DECIMALS, SHARE_DECIMALS = 3, 5, 4
LANDMARK_DECIMALS = {
    **dict.fromkeys(("x_px", "y_px"), PX_DECIMALS),
    **dict.fromkeys(("world_x_m", "world_y_m", "world_z_m"), M_DECIMALS),
    **dict.fromkeys(("visibility", "presence"), SHARE_DECIMALS),
}

Table = dict[str, NDArray[Any]]
"""Columns by name: float (unknown is NaN), or object for texts, whole numbers and true or false (unknown is None)."""


def landmark_table(track: PoseTrack) -> Table:
    """A row a frame and landmark, frames in time order, landmarks in MediaPipe's order.

    Parameters
    ----------
    track : PoseTrack
        n frames.

    Returns
    -------
    dict of str to ndarray of shape (n * 33,)
        time_s, landmark (name), x_px, y_px, world_x_m, world_y_m, world_z_m, visibility, presence. NaN where nobody was
        seen.
    """
    count = len(track.times_s)
    flat = {
        **{f"{axis}_px": track.position_px[:, :, i] for i, axis in enumerate("xy")},
        **{f"world_{axis}_m": track.world_m[:, :, i] for i, axis in enumerate("xyz")},
        "visibility": track.visibility,
        "presence": track.presence,
    }
    return {
        "time_s": np.repeat(track.times_s, LANDMARK_COUNT),
        "landmark": np.tile(np.array(LANDMARK_NAMES, dtype=object), count),
        **{name: values.astype(np.float64).reshape(-1) for name, values in flat.items()},
    }


def series_table(assessment: Assessment) -> Table:
    """A row a frame: the columns of series.csv.

    Parameters
    ----------
    assessment : Assessment
        n frames.

    Returns
    -------
    dict of str to ndarray of shape (n,)
        NaN where nothing is known.
    """
    series = assessment.series
    return {field.name: np.asarray(getattr(series, field.name), float) for field in dataclasses.fields(series)}


def repetition_table(assessment: Assessment) -> Table:
    """A row a lift, in time order, excluded lifts too: the columns of repetitions.csv.

    Parameters
    ----------
    assessment : Assessment
        m lifts.

    Returns
    -------
    dict of str to ndarray of shape (m,)
        Measures are float with NaN for unknown; side, index, reached_horizontal, landing, partial and excluded are
        objects with None for unknown.
    """
    table = {}
    for field in dataclasses.fields(Repetition):
        if field.metadata.get("json", True):
            values = [getattr(lift, field.name) for lift in assessment.repetitions]
            table[field.name] = np.array(values, dtype=float if "float" in str(field.type) else object)
    return table
