"""The folder of one video's results: put there as a whole, and marked when it is complete."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from marchcam.batch.work import Outcome
from marchcam.files import atomic_write

MARK = "done.json"
FORMAT = 1


def read_mark(folder: Path) -> dict[str, Any] | None:
    """What stands in a folder of complete results: key, facts, files; None where they are not complete.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    dict or None
    """
    try:
        mark = json.loads((folder / MARK).read_text(encoding="utf-8"))
        whole = all((folder / name).is_file() for name in mark["files"])
        known = mark["format"] == FORMAT and isinstance(mark["key"], str) and isinstance(mark["facts"], dict)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return mark if whole and known else None


def settle(outcome: Outcome, made: Path, folder: Path) -> None:
    """Move new results to their place and mark them complete, last.

    Parameters
    ----------
    outcome : Outcome
        Of a video that is done.
    made : Path
        Where its files lie, on the same disk.
    folder : Path
        Where they go; what an earlier run left there is replaced.

    Raises
    ------
    OSError
        When it cannot be written; the folder is then not marked.
    """
    from marchcam.report.folder import NAMES

    (folder / MARK).unlink(missing_ok=True)
    for name in set(NAMES) - set(outcome.files):
        (folder / name).unlink(missing_ok=True)  # of an earlier run with other options
    for name in outcome.files:
        os.replace(made / name, folder / name)
    mark = {"format": FORMAT, "key": outcome.key, "files": outcome.files, "facts": outcome.facts}
    with atomic_write(folder / MARK) as file:
        file.write((json.dumps(mark, indent=2) + "\n").encode("ascii"))
