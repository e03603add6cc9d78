"""Where a cluster stops growing: a real scheduler and client, workers that sleep in place of analyzing.

usage: cluster.py [--threads 8 32 128 512] [--seconds 4] [--megabytes 3] [--rounds 4]

Each task sleeps as a video would take (give or take a quarter, for no two are alike) and gives back as many bytes as
its results have; the client writes them as it does in `marchcam analyze --cluster`. With N threads and S seconds the
best rate is N / S videos a second. Everything runs on this computer.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from marchcam.batch.cluster import Cluster
from marchcam.batch.work import Job, Options, Outcome

PROCESSES = 4


def pretend(job: Job, *, seconds: float, megabytes: float) -> tuple[Outcome, dict[str, bytes]]:
    """A video as the scheduler and the client see it."""
    time.sleep(seconds * random.uniform(0.75, 1.25))  # noqa: S311 - no secret
    return Outcome("done", files=("report.html",)), {"report.html": os.urandom(int(megabytes * 1e6))}


def dask(*arguments: object) -> subprocess.Popen:
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    command = [sys.executable, "-m", "dask", *map(str, arguments), "--host", "127.0.0.1", "--no-dashboard"]
    return subprocess.Popen(command, **quiet)


def measure(threads: int, options: argparse.Namespace) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    processes = min(PROCESSES, threads)
    scheduler = dask("scheduler", "--port", port)
    worker = ("--no-nanny", "--nthreads", threads // processes, "--memory-limit", 0)
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            break
        time.sleep(0.1)
    workers = [dask("worker", address, *worker) for _ in range(processes)]
    count = threads * options.rounds
    remote = functools.partial(pretend, seconds=options.seconds, megabytes=options.megabytes)
    try:
        with tempfile.TemporaryDirectory() as out, Cluster(address) as cluster:
            while cluster._threads() < threads:
                time.sleep(0.1)
            jobs = [Job(f"/{number}", str(number), Options("lite", "")) for number in range(count)]
            parts = (psutil.Process(scheduler.pid), psutil.Process())
            before_s = [sum(part.cpu_times()[:2]) for part in parts]
            started_s = time.monotonic()
            for _ in cluster.run(jobs, Path(out), lambda done: None, remote):
                pass
            took_s = time.monotonic() - started_s
            busy = [sum(part.cpu_times()[:2]) - was for part, was in zip(parts, before_s, strict=True)]
    finally:
        for process in (*workers, scheduler):
            process.terminate()
            process.wait()
    rate, best = count / took_s, threads / options.seconds
    print(
        f"{threads:4d} threads {count:5d} videos {took_s:5.1f} s {rate:.1f} videos/s of {best:5.1f} {rate / best:5.0%} "
        f"a video: scheduler {1000 * busy[0] / count:5.1f} ms, client {1000 * busy[1] / count:5.1f} ms",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, nargs="+", default=[8, 32, 128, 512])
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--megabytes", type=float, default=3.0)
    parser.add_argument("--rounds", type=int, default=4)
    options = parser.parse_args()
    for threads in options.threads:
        measure(threads, options)


if __name__ == "__main__":
    main()
