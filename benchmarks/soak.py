"""A long live session: does memory, or the number of threads or open files, grow?

    python benchmarks/soak.py [--seconds 7200] [--model full] [--no-window] [--csv FILE] [--most-growth MB]

A real `marchcam live --free` runs over a video that plays as a camera, again and again; beside it, its process is read
from /proc (Linux only). At the end Ctrl-C stops it, and what it makes of the recording is looked at.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

SAMPLE = Path(__file__).parents[1] / "samples" / "demo.mp4"
INTERRUPTED = 130
MOST_MORE = 4  # threads, and files; a pool of a library comes late, a leak goes on
SETTLE_S = 60.0  # models, windows and caches come in


def sample(pid: int) -> tuple[float, int, int]:
    """Resident MB, threads and open files of a process."""
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    files = len(os.listdir(f"/proc/{pid}/fd"))
    return int(status["VmRSS"].split()[0]) / 1024, int(status["Threads"]), files


def watch(process: subprocess.Popen, seconds: float, every_s: float, path: Path) -> np.ndarray:
    """(n, 4) seconds since the start, MB, threads, open files; also written to a file as it goes."""
    begun, rows = time.monotonic(), []
    with path.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["time_s", "resident_mb", "threads", "open_files"])
        while process.poll() is None and time.monotonic() - begun < seconds:
            row = (round(time.monotonic() - begun, 1), *sample(process.pid))
            rows.append(row)
            table.writerow(row)
            file.flush()
            time.sleep(every_s)
    return np.array(rows, dtype=float)


@contextlib.contextmanager
def display(wanted: bool):
    """The environment with a screen; a virtual one where there is none."""
    if not wanted or "DISPLAY" in os.environ:
        yield dict(os.environ)
        return
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1600x1200x24", "-nolisten", "tcp", "-noreset"]
    with subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL) as server:
        os.close(write)
        with open(read) as number:
            name = f":{number.readline().strip()}"
        try:
            yield {**os.environ, "DISPLAY": name}
        finally:
            server.terminate()


def main() -> int:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job would hand down that it is ignored
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=7200.0)
    parser.add_argument("--every", type=float, default=10.0, help="seconds between two looks")
    parser.add_argument("--camera", type=Path, default=SAMPLE)
    parser.add_argument("--model", default="full")
    parser.add_argument("--no-window", action="store_true")
    parser.add_argument(
        "--most-growth", type=float, metavar="MB", help="fail where it grows by more, or threads or files"
    )
    parser.add_argument("--csv", type=Path, default=Path("soak.csv"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, display(not options.no_window) as environment:
        out = Path(scratch) / "out"
        command = [sys.executable, "-m", "marchcam", "live", "--camera", str(options.camera.resolve()), "--loop"]
        command += ["--free", "--screened", "--no-sound", "--model", options.model, "--out", str(out)]
        command += ["--pain-back-before", "0", "--pain-hip-before", "0"]  # nobody is there to be asked
        command += ["--no-window"] * options.no_window
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(Path.cwd()), environment.get("PYTHONPATH")]))
        log = options.csv.with_suffix(".log")
        with (
            log.open("w") as printed,
            subprocess.Popen(
                command,
                cwd=scratch,
                env=environment,
                stdout=printed,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
            ) as process,
        ):
            rows = watch(process, options.seconds, options.every, options.csv)
            ended_early = process.poll() is not None
            process.send_signal(signal.SIGINT)
            asked = time.monotonic()
            code = process.wait()
        left_s = time.monotonic() - asked
        settled = rows[rows[:, 0] >= min(SETTLE_S, rows[-1, 0] / 3)]
        hours = settled[:, 0] / 3600
        for name, column in zip(("resident MB", "threads", "open files"), settled[:, 1:].T, strict=True):
            slope = np.polyfit(hours, column, 1)[0] if len(column) > 1 else np.nan
            first, last, highest = column[0], column[-1], column.max()
            print(f"{name:12} from {first:7.0f} to {last:7.0f}, highest {highest:7.0f}, {slope:+8.1f} an hour")
        made = (
            sorted(f"{path.name} {path.stat().st_size / 1e6:.1f} MB" for path in out.iterdir()) if out.exists() else []
        )
        print(f"ended {'by itself ' * ended_early}with exit code {code}, {left_s:.0f} s after Ctrl-C")
        print("made: " + ", ".join(made))
    grown_mb, *more = settled[-1, 1:] - settled[0, 1:]
    grew = options.most_growth is not None and (grown_mb > options.most_growth or max(more) > MOST_MORE)
    if grew:
        print(f"TOO MUCH: {grown_mb:.0f} MB, {more[0]:.0f} threads and {more[1]:.0f} files more than after settling")
    return int(ended_early or grew or code != INTERRUPTED)


if __name__ == "__main__":
    sys.exit(main())
