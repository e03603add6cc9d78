"""Nothing leaves this computer: seen by the operating system, not promised by a setting."""

import os
import re
import shutil
import subprocess
import sys

import pytest
from conftest import ENVIRONMENT

ALLOWED = re.compile(r'sa_family=(AF_UNIX|AF_UNSPEC|AF_NETLINK)|inet_addr\("127\.0\.0\.1"\)|inet_pton\(AF_INET6, "::1"')
NAME_SERVER = re.compile(r"sin6?_port=htons\(53\)")
CALL = re.compile(r"\b(connect|sendto|sendmsg|sendmmsg)\(")
TO_SOMEBODY = re.compile(r"sa_family=")  # a call on a connected socket names nobody; its connect was seen
NAME_LOOKUP = "/etc/resolv.conf"


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


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="strace is for Linux")
def test_a_real_analysis_reaches_nothing_but_this_computer(data, tmp_path):
    if shutil.which("strace") is None:
        if os.environ.get("CI"):
            pytest.fail("strace is missing: this test must run in CI")
        pytest.skip("strace is missing")
    environment = {name: value for name, value in ENVIRONMENT.items() if "proxy" not in name.lower()}
    watch = ["strace", "-f", "-e", "trace=connect,sendto,sendmsg,sendmmsg,openat", "-o", str(tmp_path / "trace.txt")]
    command = [sys.executable, "-m", "marchcam", "analyze", str(data / "plain.mp4"), "--out", str(tmp_path / "out")]
    result = subprocess.run([*watch, *command], env=environment, capture_output=True, text=True, timeout=120)
    trace = (tmp_path / "trace.txt").read_text(errors="replace")
    assert result.returncode == 0, result.stderr
    assert leaks(trace) == []
    # The library did try, so the test would have seen it: without the shut door a name is looked up here.
    assert 'sin_port=htons(9), sin_addr=inet_addr("127.0.0.1")' in trace
