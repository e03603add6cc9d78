"""The tool's own error by view and calibration: what validation/ measured on bodies that are not to set constants."""

from __future__ import annotations

import numpy as np

from marchcam.analysis.camera import Camera

TILTED_DEG = 6.0
"""From this pitch on a view counts as tilted."""
ELEVATION_ERROR_DEG = {"front": 4.5, "oblique": 3.0, "side": 2.5, "tilted": 4.5, "back": 6.0}
DIFFERENCE_ERROR_DEG = {"front": 2.5, "oblique": 3.0, "side": 2.0, "tilted": 3.5, "back": 3.5}
"""1 SD, nothing told about the camera: the table of docs/accuracy.md rounded up to half a degree; back was not measured
[default]."""
KNOWN_ELEVATION_ERROR_DEG = {"front": 3.5, "oblique": 3.0, "side": 2.0, "tilted": 3.5, "back": 6.0}
KNOWN_DIFFERENCE_ERROR_DEG = {"front": 2.5, "oblique": 3.0, "side": 2.0, "tilted": 3.5, "back": 3.5}
"""1 SD with stature and lens height told; a thigh known to be level is at least as good."""

HEIGHT_PER_PITCH = 1.2
"""Degrees of height that a degree of pitch costs from the front; nothing from the side [seen]."""
HOPELESS_DEG = 8.0
"""With a larger error a height says nothing: a level thigh could be one that hangs half-way [default]."""


def view_of_error(camera: Camera) -> str:
    """front, oblique, side, back, or tilted whatever the side."""
    tilted = abs(camera.pitch_deg) >= TILTED_DEG and camera.kind != "back"
    return "tilted" if tilted else camera.kind


def tool_error(camera: Camera) -> tuple[float, float]:
    """One standard deviation of the tool's own error.

    Parameters
    ----------
    camera : Camera
        As seen; `pitch_known` when what was told fixed it.

    Returns
    -------
    (float, float)
        Of one side's height and of the difference between the sides, degrees.
    """
    view = view_of_error(camera)
    if camera.pitch_known:
        return KNOWN_ELEVATION_ERROR_DEG[view], KNOWN_DIFFERENCE_ERROR_DEG[view]
    # Both sides share the camera's tilt: their difference hardly suffers.
    tilt_deg = HEIGHT_PER_PITCH * abs(np.cos(np.radians(camera.azimuth_deg))) * camera.pitch_excess_deg
    return float(np.hypot(ELEVATION_ERROR_DEG[view], tilt_deg)), DIFFERENCE_ERROR_DEG[view]


ADVISED_VIEWS = {
    "front": "from the front, level at hip height",
    "oblique": "from 30–45° to the side, level at hip height",
}


def surer_view(view: str) -> str | None:
    """Where to film from for a surer difference, in words; None where it is no surer from any advised view.

    Parameters
    ----------
    view : str
        As `view_of_error` says it.
    """
    best = min(ADVISED_VIEWS, key=lambda name: DIFFERENCE_ERROR_DEG[name])
    return ADVISED_VIEWS[best] if DIFFERENCE_ERROR_DEG[best] < DIFFERENCE_ERROR_DEG[view] else None
