"""A video behind an address: a private copy for as long as it is worked on.

The copy is made by a process of its own. The pose library's own reports are kept in by proxies that lead nowhere, which
stay in the environment for as long as this process lives; a storage client would follow them.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from marchcam.batch.plan import is_url
from marchcam.errors import MarchCamError, SourceError

LIMIT_S = 3600  # a storage that stands still must not hold a run for ever
EXTRA = "Install it with pip install 'marchcam[cluster]'."


@contextmanager
def local_copy(place: str) -> Iterator[Path]:
    """The video as a file of this computer; a copy is gone afterwards.

    Parameters
    ----------
    place : str
        A path, which is given back, or an address that fsspec knows.

    Raises
    ------
    SourceError
        When it cannot be fetched.
    """
    if not is_url(place):
        yield Path(place)
        return
    from marchcam.pose import environment_with_network

    with tempfile.TemporaryDirectory(prefix="marchcam-") as folder:  # for its owner alone
        path = Path(folder) / "video"
        command = [sys.executable, "-m", "marchcam.batch.fetch", place, str(path)]
        # It shall load the same MarchCam as this one.
        environment = environment_with_network(PYTHONPATH=sys.path)
        # Python takes modules from where it is started: nothing lies there.
        options: dict[str, Any] = {"cwd": folder, "env": environment, "capture_output": True, "text": True}
        try:
            done = subprocess.run(command, timeout=LIMIT_S, **options)  # noqa: S603 - this Python, this module
        except subprocess.TimeoutExpired:
            raise SourceError(f"{place} was not fetched within {LIMIT_S // 60} minutes.") from None
        if done.returncode:
            raise SourceError((done.stderr.strip().splitlines() or [f"{place} cannot be fetched."])[-1])
        yield path


def fetch(place: str, path: Path) -> None:
    """Copy what an address leads to into a file.

    Raises
    ------
    SourceError
        When it cannot be.
    """
    fsspec = _fsspec()
    try:
        with fsspec.open(place, "rb") as source, path.open("wb") as copy:
            shutil.copyfileobj(source, copy)
    except ImportError as error:
        raise SourceError(f"{place} needs one more package: {error}") from None
    except FileNotFoundError:
        raise SourceError(f"There is no file {place}.") from None
    except Exception as error:  # each storage has errors of its own
        raise SourceError(f"{place} cannot be fetched: {_words(error)}.") from None


def match_urls(url: str) -> list[str]:
    """The addresses that an address with a * stands for, by name; one without stands for itself.

    Raises
    ------
    SourceError
        When the storage cannot be asked.
    """
    fsspec = _fsspec()
    if "*" not in url:
        return [url]
    try:
        storage, path = fsspec.core.url_to_fs(url)
        return [storage.unstrip_protocol(found) for found in sorted(storage.glob(path))]
    except ImportError as error:
        raise SourceError(f"{url} needs one more package: {error}") from None
    except Exception as error:
        raise SourceError(f"{url} cannot be listed: {_words(error)}.") from None


def _fsspec() -> Any:
    try:
        import fsspec
    except ImportError:
        raise SourceError(f"A video behind an address needs the package fsspec. {EXTRA}") from None
    return fsspec


def _words(error: Exception) -> str:
    said = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join(said.split())[:300].rstrip(".")


if __name__ == "__main__":
    try:
        fetch(sys.argv[1], Path(sys.argv[2]))
    except MarchCamError as error:
        sys.exit(str(error))
