"""Where commands that need no video get their track from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from marchcam.track import PoseTrack


def load_track(path: Path) -> tuple[Path, PoseTrack]:
    """The track in a file, a journal, or a folder that holds one of them; and which file it was."""
    from marchcam.errors import TrackError
    from marchcam.live.journal import JOURNAL, is_journal, read_journal
    from marchcam.live.used import used_part
    from marchcam.report.folder import TRACK
    from marchcam.track import PoseTrack

    if path.is_dir():
        path = path / (JOURNAL if (path / JOURNAL).exists() and not (path / TRACK).exists() else TRACK)
    if not is_journal(path):
        return path, PoseTrack.load(path)
    journal = read_journal(path)
    if journal.track is None:
        raise TrackError(f"{path} holds not one picture: the session ended before it began. Run it again.")
    return path, used_part(journal.track, journal.events)
