"""Where the history lies."""

from __future__ import annotations

import os
import sys
from pathlib import Path

FILE = "history.sqlite"
VARIABLE = "MARCHCAM_STORE"


def data_folder() -> Path:
    """The platform's folder for a program's own data."""
    home = Path.home()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "MarchCam"
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / "MarchCam"
    given = os.environ.get("XDG_DATA_HOME", "")
    # A relative path there is to be ignored (XDG base directory specification).
    return (Path(given) if os.path.isabs(given) else home / ".local" / "share") / "marchcam"


def store_path(chosen: str | Path | None = None) -> Path:
    """The history's file: the one that was chosen, else MARCHCAM_STORE, else in the platform's folder."""
    return Path(chosen or os.environ.get(VARIABLE) or data_folder() / FILE).absolute()
