"""Which part of a session the analysis is to see: not the way into the picture, pauses, or a set that was repeated."""

from __future__ import annotations

from typing import Any

import numpy as np

from marchcam.track import PoseTrack


def used_part(track: PoseTrack, events: list[dict[str, Any]]) -> PoseTrack:
    """Leave out what does not belong to the march.

    Parameters
    ----------
    track : PoseTrack
        Of the whole session.
    events : list of dict
        What happened, in order, as the journal has it: `time_s`, `kind`, and for "use_from" the time to begin with.

    Returns
    -------
    PoseTrack
        The whole track where nothing of it would be left.
    """
    keep = np.ones(len(track.times_s), bool)
    paused_s = None
    for event in events:
        if event["kind"] == "use_from":
            keep &= track.times_s >= event["from_s"]
        elif event["kind"] == "pause" and paused_s is None:
            paused_s = event["time_s"]
        elif event["kind"] == "resume" and paused_s is not None:
            keep &= (track.times_s < paused_s) | (track.times_s >= event["time_s"])
            paused_s = None
    if paused_s is not None:
        keep &= track.times_s < paused_s
    return track.select(keep) if keep.any() else track
