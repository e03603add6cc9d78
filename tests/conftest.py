import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

DATA = Path(__file__).parent / "data"
# A process of its own shall load the same marchcam as this one.
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


def run_marchcam(*arguments, cwd, **options):
    """The command as a user runs it, in a process of its own."""
    command = [sys.executable, "-m", "marchcam", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, env=ENVIRONMENT, capture_output=True, timeout=120, **options)


@pytest.fixture(scope="session")
def data():
    return DATA


@pytest.fixture(scope="session")
def analyzed(tmp_path_factory):
    """One real analysis that several tests look at."""
    cwd = tmp_path_factory.mktemp("analyzed")
    options = ("--name", "Zoë", "--stature", 175, "--pain-hip-before", 1, "--annotated", "--start", 1)
    result = run_marchcam("analyze", DATA / "march.mp4", *options, cwd=cwd)
    return SimpleNamespace(folder=cwd / "march-marchcam", result=result)
