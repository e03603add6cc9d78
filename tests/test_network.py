"""Nothing leaves this computer: seen by the operating system, not promised by a setting."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time

import pytest
from conftest import ENVIRONMENT
from mjpeg import Server

from marchcam.capture import VideoFile
from marchcam.cli import cli

ALLOWED = re.compile(r'sa_family=(AF_UNIX|AF_UNSPEC|AF_NETLINK)|inet_addr\("127\.0\.0\.1"\)|inet_pton\(AF_INET6, "::1"')
NAME_SERVER = re.compile(r"sin6?_port=htons\(53\)")
CALL = re.compile(r"\b(connect|sendto|sendmsg|sendmmsg)\(")
TO_SOMEBODY = re.compile(r"sa_family=")  # a call on a connected socket names nobody; its connect was seen
NAME_LOOKUP = "/etc/resolv.conf"
TRIED = 'sin_port=htons(9), sin_addr=inet_addr("127.0.0.1")'
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="strace is for Linux")


def leaks(trace: str) -> list[str]:
    """The lines of a trace in which the process reached out, or set about looking a name up."""
    found = []
    for line in trace.splitlines():
        reaches_out = CALL.search(line) and TO_SOMEBODY.search(line)
        if (reaches_out and (NAME_SERVER.search(line) or not ALLOWED.search(line))) or NAME_LOOKUP in line:
            found.append(line)
    return found


def test_a_look_up_and_a_connection_are_recognised():
    outside = (
        'connect(6, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("93.184.216.34")}, 16) = 0',
        'connect(6, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("127.0.0.1")}, 16) = 0',
        'connect(6, {sa_family=AF_INET6, sin6_port=htons(443), inet_pton(AF_INET6, "2001:db8::1", &sin6_addr)}, 28)',
        'sendto(6, "x", 1, 0, {sa_family=AF_INET, sin_port=htons(9), sin_addr=inet_addr("10.0.0.1")}, 16) = 1',
        'openat(AT_FDCWD, "/etc/resolv.conf", O_RDONLY|O_CLOEXEC) = 6',
    )
    inside = (
        'connect(6, {sa_family=AF_INET, sin_port=htons(9), sin_addr=inet_addr("127.0.0.1")}, 16) = -1 ECONNREFUSED',
        'connect(6, {sa_family=AF_UNIX, sun_path="/tmp/.X11-unix/X0"}, 110) = 0',
    )
    assert leaks("\n".join(inside + outside)) == list(outside)


def watched(command, trace, **options):
    """A command under the eyes of strace."""
    if shutil.which("strace") is None:
        if os.environ.get("CI"):
            pytest.fail("strace is missing: this test must run in CI")
        pytest.skip("strace is missing")
    watch = ["strace", "-f", "-e", "trace=connect,sendto,sendmsg,sendmmsg,openat", "-o", str(trace)]
    return subprocess.Popen(
        [*watch, sys.executable, "-m", "marchcam", *map(str, command)],
        **{"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **options},
    )


def environment(**more):
    return {name: value for name, value in ENVIRONMENT.items() if "proxy" not in name.lower()} | more


@LINUX
def test_a_real_analysis_reaches_nothing_but_this_computer(data, tmp_path):
    command = ["analyze", data / "plain.mp4", "--out", tmp_path / "out"]
    with watched(command, tmp_path / "trace.txt", env=environment()) as process:
        _, error = process.communicate(timeout=120)
    trace = (tmp_path / "trace.txt").read_text(errors="replace")
    assert process.returncode == 0, error
    assert leaks(trace) == []
    # The library did try, so the test would have seen it: without the shut door a name is looked up here.
    assert TRIED in trace


# Every command in every form, in an order in which each finds what it needs; those with a model are stopped early or
# have little to look at. {data} are the clips of the tests, {url} is a camera of this computer.
HISTORY = "--store kept/here/h.sqlite"
COMMANDS = f"""
--help
--version
analyze {{data}}/plain.mp4 --model lite --annotated --person S1 {HISTORY} --out made/here/analyzed
analyze {{data}}/plain.mp4 {{data}}/rotated.mp4 --model lite --out many
demo --model lite --out demo
live --screened --no-sound --no-window --model lite --camera {{data}}/plain.mp4 --record --person S2 {HISTORY} --out sat
live --screened --no-sound --model lite --camera {{data}}/plain.mp4 --pain-back-before 0 --pain-hip-before 0 --out w
live --screened --no-window --model lite --camera {{url}} --free --out stream
live --screened --no-window --camera gopher://127.0.0.1/x
report made/here/analyzed
report sat/journal.mcj --out again --person S1 {HISTORY}
cameras
doctor
history list {HISTORY}
history show 1 {HISTORY}
history compare 1 2 {HISTORY}
history trend S1 {HISTORY} --out trend.png
history export {HISTORY} --out history.csv
history export {HISTORY} --format json --out history.json
history delete 1 --yes {HISTORY}
export made/here/analyzed --out landmarks.csv
export made/here/analyzed --format parquet --out landmarks.parquet
export made/here/analyzed --format trc --out march.trc
export {{data}}/tracks/demo.npz --format mot --out march.mot
export made/here/analyzed --format json --out march.json
""".split("\n")[1:-1]
ENDLESS = ("demo", "live --screened --no-window --model lite --camera {url}")  # until Ctrl-C
REFUSES = ("cameras", "live --screened --no-window --camera gopher:")  # here is no camera
MODEL = "pose_landmarker_lite.task"
NOT_PERSONAL = {"matplotlib", "mesa_shader_cache", "mesa_shader_cache_db", "dconf"}


def test_every_command_is_walked():
    walked = {" ".join(line.split()[:2]) if line.startswith("history") else line.split()[0] for line in COMMANDS}
    known = {name for name in cli.commands if name != "history"}
    assert known | {f"history {name}" for name in cli.commands["history"].commands} <= walked


@pytest.fixture
def own_place(tmp_path, screen_name):
    """Folders of its own for all that a program may leave, and the environment that points there."""
    for name in ("home", "tmp", "work", "traces"):
        (tmp_path / name).mkdir(mode=0o700)
    (tmp_path / "xdg-open").write_text("#!/bin/sh\n")  # not the viewer of this machine, which would stay
    (tmp_path / "xdg-open").chmod(0o755)
    own = {"HOME": tmp_path / "home", "TMPDIR": tmp_path / "tmp", "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    own = environment(DISPLAY=screen_name, **{name: str(value) for name, value in own.items()})
    return {name: value for name, value in own.items() if not name.startswith(("XDG_", "MPLCONFIG"))}


def trace_of(line, command, trace, **options):
    """What a command did until it ended, or until Ctrl-C where it would not."""
    with watched(command, trace, preexec_fn=lambda: os.umask(0), start_new_session=True, **options) as process:
        if line.startswith(ENDLESS):
            while process.poll() is None and not (trace.exists() and MODEL in trace.read_text(errors="replace")):
                time.sleep(0.2)
            time.sleep(6)
            os.killpg(process.pid, signal.SIGINT)
        _, error = process.communicate(timeout=120)
    expected = 130 if line.startswith(ENDLESS) else 1 if line.startswith(REFUSES) else 0
    assert process.returncode == expected, (line, error)
    return trace.read_text(errors="replace")


@LINUX
@pytest.mark.slow
def test_no_command_reaches_out_or_leaves_anything_for_others_to_read(data, own_place, tmp_path):
    with VideoFile(data / "march.mp4", end_s=1.0) as video:
        person = next(iter(video)).image
    tried = 0
    with Server(picture=lambda: person) as server:
        for number, line in enumerate(COMMANDS):
            command = line.format(data=data, url=server.url).split()
            seen = trace_of(line, command, tmp_path / "traces" / str(number), env=own_place, cwd=tmp_path / "work")
            assert leaks(seen) == [], line
            tried += TRIED in seen
    assert tried >= 5  # by each command with a model: the door was tried, and shut
    assert list((tmp_path / "tmp").iterdir()) == []
    caches = [path for path in (tmp_path / "home").rglob("*") if path.is_file()]  # of libraries, of no person
    assert all(NOT_PERSONAL & set(path.parts) for path in caches), caches
    made = list((tmp_path / "work").rglob("*"))
    assert len(made) > 40
    assert [str(path) for path in made if path.lstat().st_mode & 0o077] == []
