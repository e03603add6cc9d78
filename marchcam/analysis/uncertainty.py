"""The tool's own error by view and calibration: what validation/ measured on bodies that set no constant."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from marchcam.analysis.camera import Camera


class ToolError(NamedTuple):
    """One standard deviation of the tool's own error, degrees."""

    elevation_deg: float
    """Of one side's height."""
    difference_deg: float
    """Of the difference between the sides."""
    reads_low_deg: float
    """How much of the height's error is reading too low on average: a truth this much above the number is as likely."""


TILTED_DEG = 6.0
"""From this pitch on a view counts as tilted."""
ERROR = {
    "front": ToolError(4.5, 2.5, 2.5),
    "oblique": ToolError(3.0, 2.5, 1.0),
    "side": ToolError(3.0, 2.0, 1.0),
    "tilted": ToolError(5.0, 4.0, 2.0),
    "back": ToolError(6.0, 4.0, 2.5),
}
"""Nothing told about the camera: the table of docs/accuracy.md, from bodies that set no constant, rounded up to half a
degree; back was not measured [default]."""
KNOWN_ERROR = {
    "front": ToolError(3.5, 2.5, 2.0),
    "oblique": ToolError(3.0, 2.5, 0.0),
    "side": ToolError(2.5, 2.0, 0.5),
    "tilted": ToolError(3.5, 3.5, 0.5),
    "back": ToolError(6.0, 4.0, 2.5),
}
"""Stature and lens height told; a thigh known to be level is at least as good."""

HEIGHT_PER_PITCH = 1.2
"""Degrees of height that a degree of pitch costs from the front; nothing from the side [seen]."""
HOPELESS_DEG = 8.0
"""With a larger error a height says nothing: a level thigh could be one that hangs half-way [default]."""


def view_of_error(camera: Camera) -> str:
    """front, oblique, side, back, or tilted whatever the side."""
    tilted = abs(camera.pitch_deg) >= TILTED_DEG and camera.kind != "back"
    return "tilted" if tilted else camera.kind


def tool_error(camera: Camera) -> ToolError:
    """The tool's own error in the view of a camera.

    Parameters
    ----------
    camera : Camera
        As seen; `pitch_known` when what was told fixed it.

    Returns
    -------
    ToolError
    """
    view = view_of_error(camera)
    if camera.pitch_known:
        return KNOWN_ERROR[view]
    # Both sides share the camera's tilt: their difference hardly suffers.
    tilt_deg = HEIGHT_PER_PITCH * abs(np.cos(np.radians(camera.azimuth_deg))) * camera.pitch_excess_deg
    error = ERROR[view]
    return error._replace(elevation_deg=float(np.hypot(error.elevation_deg, tilt_deg)))


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
    best = min(ADVISED_VIEWS, key=lambda name: ERROR[name].difference_deg)
    return ADVISED_VIEWS[best] if ERROR[best].difference_deg < ERROR[view].difference_deg else None
