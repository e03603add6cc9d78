"""From an assessment to what the history keeps of it."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

from marchcam.analysis.results import Assessment
from marchcam.history.store import Recorded
from marchcam.report.tables import assessment_to_dict


def record_of(assessment: Assessment, *, alias: str, folder: Path, track_path: Path) -> Recorded:
    """What is kept of a session: numbers and words, no picture and no landmark.

    Parameters
    ----------
    assessment : Assessment
    alias : str
        As `checked_alias` gives it.
    folder : Path
        Of the results.
    track_path : Path
        The saved track. Where nobody noted the time of recording, the time of this file stands for it.

    Returns
    -------
    Recorded
    """
    times = assessment.series.time_s
    return Recorded(
        alias=alias,
        recorded_at=_moment(assessment.source.recorded_at, track_path),
        stored_at=datetime.now().isoformat(timespec="seconds"),
        folder=_text(folder.absolute()),
        source_name=_text(re.split(r"[\\/]", assessment.source.path)[-1] or assessment.source.path),
        start_s=float(times[0]),
        end_s=float(times[-1]),
        assessment=assessment_to_dict(assessment),
    )


def _moment(recorded_at: str | None, track_path: Path) -> str:
    try:
        moment = datetime.fromisoformat(recorded_at or "")
    except (TypeError, ValueError):
        moment = datetime.fromtimestamp(track_path.stat().st_mtime)
    # Local time without a zone, so that the order of the texts is the order of the moments.
    moment = moment.astimezone().replace(tzinfo=None) if moment.tzinfo else moment
    return moment.isoformat(timespec="seconds" if moment.second else "minutes")


def _text(path: Path | str) -> str:
    """A path without the half characters that no text file holds."""
    return str(path).encode("utf-8", "replace").decode("utf-8")
