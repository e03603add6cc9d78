"""Files for OpenSim: markers (.trc) and motions (.mot).

What OpenSim 4.6 reads was tried: its table reader and its older MarkerData both take the text nan for a marker that
nobody saw, and write it themselves; empty cells they take too, but readers that split at blanks then put later markers
in the place of the missing one. Its older Storage reads a nan in a .mot as 0, silently, so a .mot has none.
"""

from __future__ import annotations

import numpy as np

from marchcam.analysis import signals
from marchcam.analysis.identity import undo_leg_swaps
from marchcam.analysis.results import Assessment
from marchcam.arrays import Floats
from marchcam.errors import OutputError
from marchcam.export.records import LANDMARK_NAMES
from marchcam.track import SIDES, PoseTrack

# MediaPipe: x right, y down, z away. OpenSim wants y up; turning by half a turn about x keeps it right-handed.
TO_Y_UP = np.array([1.0, -1.0, -1.0])
HANGING_DEG = 90.0
ALONE_HZ = 30.0  # a rate must be said even of a single frame


def trc_bytes(track: PoseTrack, name: str) -> bytes:
    """World landmarks as a TRC file, metres, uniform rate.

    Parameters
    ----------
    track : PoseTrack
        Legs whose labels changed places are put back first, as the analysis does.
    name : str
        The file's own name, for its first line.

    Returns
    -------
    bytes
        ASCII, tab separated. X to the right of the picture, Y up in it, Z towards the camera; origin between the hips.
        Resampled on the analysis's grid, gaps up to 0.15 s bridged, not smoothed; a landmark that is not known is nan.

    References
    ----------
    OpenSim documentation, "Marker (.trc) Files",
    https://opensimconfluence.atlassian.net/wiki/spaces/OpenSim/pages/53089972
    """
    track = undo_leg_swaps(track).track
    grid = signals.uniform_times(track.times_s)
    markers = signals.resample(track.times_s, track.world_m, grid) * TO_Y_UP
    rate_hz = _rate_hz(grid)
    facts = {
        "DataRate": f"{rate_hz:.6f}",
        "CameraRate": f"{rate_hz:.6f}",
        "NumFrames": len(grid),
        "NumMarkers": len(LANDMARK_NAMES),
        "Units": "m",
        "OrigDataRate": f"{_rate_hz(track.times_s):.6f}",
        "OrigDataStartFrame": 1,
        "OrigNumFrames": len(track.times_s),
    }
    axes = [f"{axis}{i}" for i in range(1, len(LANDMARK_NAMES) + 1) for axis in "XYZ"]
    lines = [
        ["PathFileType", "4", "(X/Y/Z)", _one_word(name)],
        list(facts),
        [str(value) for value in facts.values()],
        ["Frame#", "Time", *(cell for marker in LANDMARK_NAMES for cell in (marker, "", ""))],
        ["", "", *axes],
        [],
    ]
    for i, (time_s, row) in enumerate(zip(grid, markers.reshape(len(grid), -1), strict=True), start=1):
        lines.append([str(i), f"{time_s:.6f}", *(f"{value:.5f}" for value in row)])
    return _tabbed(lines)


def mot_bytes(assessment: Assessment, name: str) -> bytes:
    """Thigh elevations as an OpenSim motion file, degrees.

    Parameters
    ----------
    assessment : Assessment
    name : str
        The file's own name, for its first line.

    Returns
    -------
    bytes
        ASCII, tab separated: time and, for each side, thigh_elevation (0 horizontal, -90 hanging) and
        thigh_from_hanging (0 hanging, 90 horizontal). On the analysis's grid; an instant at which a side is unknown
        is left out, because OpenSim's Storage would read 0 there.

    Raises
    ------
    OutputError
        When no instant has both sides.
    """
    series = assessment.series
    grid = signals.uniform_times(series.time_s)
    elevation = np.stack([getattr(series, f"{side}_elevation_deg") for side in SIDES], axis=1)
    elevation = signals.resample(series.time_s, elevation, grid)
    known = np.isfinite(elevation).all(axis=1)
    if not known.any():
        raise OutputError("No thigh elevation was measured in this recording, so there is no motion to write.")
    labels = [f"{what}_{side[0]}" for what in ("thigh_elevation", "thigh_from_hanging") for side in SIDES]
    values = np.concatenate([elevation, elevation + HANGING_DEG], axis=1)[known]
    head = [
        _one_word(name),
        "version=1",
        f"nRows={len(values)}",
        f"nColumns={len(labels) + 1}",
        "inDegrees=yes",
        "",
        "Thigh segment against the horizontal (elevation) and against hanging; not hip flexion: the pelvis moves too.",
        f"{int(np.sum(~known))} of {len(grid)} instants are left out: a side was not known there.",
        "endheader",
    ]
    rows = [
        [f"{time_s:.6f}", *(f"{value:.4f}" for value in row)] for time_s, row in zip(grid[known], values, strict=True)
    ]
    return _tabbed([*([line] for line in head), ["time", *labels], *rows])


def _rate_hz(times_s: Floats) -> float:
    return (len(times_s) - 1) / float(times_s[-1] - times_s[0]) if len(times_s) > 1 else ALONE_HZ


def _one_word(name: str) -> str:
    """A name without blanks, which some readers take for the end of it, and in ASCII, which all of them read."""
    return "_".join(name.encode("ascii", "replace").decode("ascii").split()) or "marchcam"


def _tabbed(lines: list[list[str]]) -> bytes:
    return ("\n".join("\t".join(cells) for cells in lines) + "\n").encode("ascii")
