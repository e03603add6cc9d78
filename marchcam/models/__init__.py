"""The pose models that came with MarchCam."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from marchcam.errors import ModelError

MODELS = ("lite", "full", "heavy")
FOLDER = Path(__file__).parent


def read_bundle(model: str | Path) -> bytes:
    """The bytes of a model bundle; those that came with MarchCam are checked against their checksums.

    Raises
    ------
    ModelError
        When the file is missing or damaged.
    """
    path = FOLDER / f"pose_landmarker_{model}.task" if model in MODELS else Path(model)
    try:
        now = path.stat()
        bundle, checksum = _read(path, now.st_mtime_ns, now.st_size)
    except FileNotFoundError:
        if model in MODELS:
            raise ModelError(f"The pose model {model} is missing ({path}). Install MarchCam again.") from None
        choices = f"{', '.join(MODELS)} or the path of a .task file"
        raise ModelError(f"There is no pose model {model}. Use {choices}.") from None
    except OSError as error:
        raise ModelError(f"The pose model {path} cannot be read: {error.strerror}.") from None
    if model in MODELS and checksum != _checksums().get(path.name):
        raise ModelError(f"The pose model {model} is damaged ({path}). Install MarchCam again.")
    if not bundle.startswith(b"PK"):  # anything else makes the library end the process
        raise ModelError(f"{path} is not a pose model; a .task bundle is a zip file.")
    return bundle


@lru_cache(maxsize=2)  # the model that follows the person and the one that counts people, once in a process
def _read(path: Path, _mtime_ns: int, _size: int) -> tuple[bytes, str]:
    bundle = path.read_bytes()
    return bundle, hashlib.sha256(bundle).hexdigest()


def _checksums() -> dict[str, str]:
    try:
        lines = (FOLDER / "SHA256SUMS").read_text(encoding="ascii").splitlines()
    except OSError:
        return {}
    return {name: digest for digest, name in (line.split() for line in lines)}
