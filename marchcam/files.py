"""Writing a file as a whole or not at all, for the owner's eyes alone."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

PART = ".part-"
STALE_S = 3600.0  # since the last byte; a file under way gets one every second or so


def private_folder(folder: str | Path) -> None:
    """Make a folder, and those above it that are not there yet, for the owner alone; one that is there stays as it is.

    Raises
    ------
    OSError
        When it cannot be made.
    """
    folder = Path(folder)
    if not folder.is_dir():
        private_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def sweep(folder: str | Path) -> None:
    """Remove what a killed program left half written; nothing that may still be worked on."""
    for part in Path(folder).glob(f"{PART}*"):
        with suppress(OSError):
            if time.time() - part.stat().st_mtime > STALE_S:
                part.unlink()


def part_folder(folder: str | Path) -> tempfile.TemporaryDirectory[str]:
    """A private folder in another one, for files that are moved out of it when they are whole; then it is removed."""
    return tempfile.TemporaryDirectory(prefix=PART, dir=folder)


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Give a file to write that takes the place of `path` once the block ends well.

    A recording of a body is private, so the file is readable by its owner only. A link in the way is replaced, not
    followed.

    Parameters
    ----------
    path : str or Path

    Yields
    ------
    Path
        Of an empty file with the same suffix in the same folder, because a move within one disk is atomic.

    Raises
    ------
    OSError
        When the file cannot be written; what stood there before then stays.
    """
    path = Path(path)
    handle, name = tempfile.mkstemp(prefix=PART, suffix=path.suffix, dir=path.parent)  # mode 0600
    os.close(handle)
    part = Path(name)
    try:
        yield part
        os.replace(part, path)
    except BaseException as error:
        part.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno and error.filename in (None, name):
            raise OSError(error.errno, error.strerror, str(path)) from None  # a full disk names no file
        raise


@contextmanager
def atomic_write(path: str | Path) -> Iterator[BinaryIO]:
    """Open a binary file that takes the place of `path` once the block ends well; see `replacing`."""
    with replacing(path) as part, part.open("wb") as file:
        yield file
        # Closed before it is moved, or a full disk would show only afterwards.
        file.close()
