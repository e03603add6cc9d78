"""A few of the many blows of benchmarks/: what they did in their hundreds stands in docs/reliability.md."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ENVIRONMENT

ROOT = Path(__file__).parents[1]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc"),
]


def run(script, *options):
    command = [sys.executable, str(ROOT / "benchmarks" / script), *options]
    done = subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="Xvfb is missing")
def test_killed_at_random_moments_no_file_is_broken_and_no_report_fails():
    said = run("kills.py", "--live", "4", "--analyze", "2", "--seed", "3")
    assert "journals with pictures" in said and "BROKEN" not in said


def test_a_camera_that_is_hurt_twenty_times_comes_back_twenty_times():
    assert "20 times hurt, every time back" in run("stalls.py", "--count", "20")
