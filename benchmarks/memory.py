"""How much memory a recording takes by its length (Linux only: peaks are read from /proc).

    python benchmarks/memory.py [--minutes 1 10 60]                    # after the track: save, assess, report
    python benchmarks/memory.py --video FILE [--model lite] [--jobs 2]  # tracking, the peak after every 900 frames

After the track: a stored track is repeated forwards and backwards until it is as long as asked for, and goes the way of
`marchcam analyze` from there, a process for each length. Peaks are of one step each, MB of the whole process.
"""

from __future__ import annotations

import argparse
import dataclasses
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from marchcam.analysis.assessment import assess
from marchcam.pipeline import track_video
from marchcam.report.folder import write_results
from marchcam.track import ARRAYS, PoseTrack

STORED = Path(__file__).parents[1] / "tests" / "data" / "tracks" / "session.npz"
FPS = 30.0
EVERY_FRAMES = 900


def peak_and_now_mb() -> tuple[float, float]:
    """Highest and present resident memory of this process."""
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    peak, now = (int(lines[name].split()[0]) / 1024 for name in ("VmHWM", "VmRSS"))
    return peak, now


def begin_peak() -> None:
    """Let the peak begin anew."""
    Path("/proc/self/clear_refs").write_text("5")


def repeated(track: PoseTrack, minutes: float) -> PoseTrack:
    """A track of that length; back and forth, so that nobody leaps."""
    count = round(60 * minutes * FPS)
    there = np.arange(len(track.times_s))
    rows = np.resize(np.concatenate([there, there[::-1]]), count)
    parts = {name: getattr(track, name)[rows] for name in ARRAYS if getattr(track, name) is not None}
    return dataclasses.replace(track, **{**parts, "times_s": np.arange(count) / FPS})


def after_the_track(path: Path) -> None:
    """Print what each step of a saved track takes."""
    with tempfile.TemporaryDirectory() as name:
        folder, kept = Path(name), {}
        steps = {
            "load": lambda: kept.update(track=PoseTrack.load(path)),
            "save": lambda: kept["track"].save(folder / "track.npz"),
            "assess": lambda: kept.update(assessment=assess(kept["track"])),
            "report": lambda: write_results(kept["assessment"], kept["track"], folder),
        }
        for step, work in steps.items():
            before_mb = peak_and_now_mb()[1]
            begin_peak()
            begun, cpu = time.perf_counter(), time.process_time()
            work()
            wall_s, cpu_s = time.perf_counter() - begun, time.process_time() - cpu
            peak_mb, now_mb = peak_and_now_mb()
            print(f"{step:8} {before_mb:8.0f} {peak_mb:8.0f} {now_mb:8.0f} {wall_s:8.2f} {cpu_s:8.2f}", flush=True)


def tracking(video: Path, model: str, jobs: int | None) -> None:
    """Print how the peak grows while a video is tracked."""

    def look(count: int, expected: int | None) -> None:
        if count % EVERY_FRAMES == 0:
            print(f"{count:8} frames: peak {peak_and_now_mb()[0]:.0f} MB", flush=True)

    track = track_video(video, model=model, jobs=jobs, progress=look)
    peak_mb, now_mb = peak_and_now_mb()
    print(f"{len(track.times_s):8} frames: peak {peak_mb:.0f} MB, {now_mb:.0f} MB when done")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, nargs="+", default=[1.0, 10.0, 60.0])
    parser.add_argument("--video", type=Path)
    parser.add_argument("--model", default="lite")
    parser.add_argument("--jobs", type=int)
    parser.add_argument("--saved", type=Path, help=argparse.SUPPRESS)
    told = parser.parse_args()
    if told.saved:
        after_the_track(told.saved)
    elif told.video:
        tracking(told.video, told.model, told.jobs)
    else:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "track.npz"
            for minutes in told.minutes:
                repeated(PoseTrack.load(STORED), minutes).save(path)
                print(f"\n{minutes:g} minutes")
                print(f"{'':8} {'before':>8} {'peak MB':>8} {'after':>8} {'wall s':>8} {'cpu s':>8}", flush=True)
                subprocess.run([sys.executable, __file__, "--saved", str(path)], check=True)


if __name__ == "__main__":
    main()
