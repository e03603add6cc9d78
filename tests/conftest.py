import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

DATA = Path(__file__).parent / "data"
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # as the background job of a shell; programs would inherit it
    signal.signal(signal.SIGINT, signal.default_int_handler)
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


@contextlib.contextmanager
def x_server(*options):
    """The name of an X server that was started for this."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1600x1200x24", "-nolisten", "tcp", *options]
    with subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL) as server:
        os.close(write)
        with open(read) as number:
            name = f":{number.readline().strip()}"
        try:
            yield name
        finally:
            server.terminate()


@pytest.fixture(scope="module")
def screen_name():
    """An X server with a window manager."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with x_server("-noreset") as name:
        if not shutil.which("openbox"):
            yield name
            return
        environment = {**os.environ, "DISPLAY": name}
        with subprocess.Popen(["openbox"], env=environment, **quiet) as manager:
            try:
                # A window that opens while the manager starts may stay hidden.
                while subprocess.run(["xdotool", "get_num_desktops"], env=environment, **quiet).returncode:
                    assert manager.poll() is None, "openbox does not start"
                    time.sleep(0.05)
                yield name
            finally:
                manager.terminate()
