"""Build the wheel and the source archive so that the same commit gives the same bytes: python tools/build.py DIR

Needs git and the package `build`. What git does not track is left out; every file bears the time of the last commit.
"""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(ROOT), *arguments]
    return subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout


def build(out: Path) -> list[Path]:
    """Write both archives to a folder and return their paths, the source archive first."""
    epoch_s = int(_git("log", "-1", "--format=%ct"))
    with tempfile.TemporaryDirectory() as name:
        tree = Path(name) / "tree"
        for path in filter(None, _git("ls-files", "-z").split("\0")):
            place = tree / path
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / path, place)
            place.chmod(0o755 if os.access(ROOT / path, os.X_OK) and os.name == "posix" else 0o644)
        environment = {**os.environ, "SOURCE_DATE_EPOCH": str(epoch_s)}
        command = [sys.executable, "-m", "build", "--outdir", str(out), str(tree)]
        subprocess.run(command, check=True, env=environment, umask=0o022 if os.name == "posix" else -1)
    (sdist,), (wheel,) = out.glob("*.tar.gz"), out.glob("*.whl")
    _settle(sdist, epoch_s)
    return [sdist, wheel]


def _settle(sdist: Path, epoch_s: int) -> None:
    """Write a source archive again without what differs from build to build: order, times, owners."""
    part = sdist.with_suffix(".part")
    with (
        tarfile.open(sdist) as old,
        part.open("wb") as file,
        gzip.GzipFile("", "wb", fileobj=file, mtime=epoch_s) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as new,
    ):
        for member in sorted(old.getmembers(), key=lambda member: member.name):
            member.mtime, member.uid, member.gid, member.uname, member.gname = epoch_s, 0, 0, "", ""
            member.pax_headers = {}
            new.addfile(member, old.extractfile(member) if member.isfile() else None)
    os.replace(part, sdist)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    for made in build(Path(sys.argv[1])):
        print(made)
