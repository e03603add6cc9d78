"""The archives that are given to people: the same from every build, and whole."""

import hashlib
import importlib.util
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NEEDED = [importlib.util.find_spec(name) for name in ("build", "twine")]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (ROOT / ".git").exists() or not shutil.which("git"), reason="no git checkout"),
    pytest.mark.skipif(None in NEEDED, reason="needs build and twine: pip install '.[dev]'"),
]


def build(out):
    command = [sys.executable, str(ROOT / "tools/build.py"), str(out)]
    result = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=600)
    assert result.returncode == 0, result.stderr[-2000:]
    return sorted(out.iterdir())


@pytest.fixture(scope="module")
def archives(tmp_path_factory):
    sdist, wheel = sorted(build(tmp_path_factory.mktemp("one")), key=lambda path: path.suffix)
    return sdist, wheel


@pytest.fixture(scope="module")
def in_wheel(archives):
    with zipfile.ZipFile(archives[1]) as wheel:
        return set(wheel.namelist())


@pytest.fixture(scope="module")
def in_sdist(archives):
    with tarfile.open(archives[0]) as sdist:
        return {name.partition("/")[2] for name in sdist.getnames()}


def test_two_builds_give_the_same_bytes(archives, tmp_path):
    again = build(tmp_path / "two")
    assert [path.name for path in again] == sorted(path.name for path in archives)
    digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in archives}
    assert {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in again} == digests


def test_the_wheel_holds_all_that_an_analysis_needs(in_wheel):
    tracked = subprocess.run(["git", "ls-files", "marchcam"], cwd=ROOT, capture_output=True, text=True).stdout.split()
    assert set(tracked) <= in_wheel
    assert {"marchcam/samples/demo.mp4", "marchcam/models/NOTICE", "marchcam/report/page.css"} <= in_wheel
    assert any(name.endswith(("/licenses/LICENSE", "dist-info/LICENSE")) for name in in_wheel)


def test_the_wheel_holds_nothing_else(in_wheel):
    outside = {name for name in in_wheel if not name.startswith(("marchcam/", "marchcam-"))}
    assert not outside
    assert not {name for name in in_wheel if "__pycache__" in name or name.endswith(".pyc") or "/data/" in name}


def test_the_source_archive_can_be_built_from_and_holds_no_caches(in_sdist):
    assert {"setup.cfg", "pyproject.toml", "README.md", "LICENSE", "samples/demo.mp4", "marchcam/cli/__init__.py"} <= (
        in_sdist
    )
    assert not {name for name in in_sdist if "__pycache__" in name or name.startswith((".git/", "tests/data"))}


def test_the_package_index_would_take_them(archives):
    command = [sys.executable, "-m", "twine", "check", "--strict", *map(str, archives)]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0 and result.stdout.count("PASSED") == 2, result.stdout + result.stderr
