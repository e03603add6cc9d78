"""Kill marchcam at random moments, again and again: what is lost, and is any file broken?

    python benchmarks/kills.py [--live 50] [--analyze 50] [--seed 0]

Real `marchcam live` (a looping video as camera, by turns with a window, on a virtual screen, and without) and real
`marchcam analyze` get SIGKILL at a moment drawn between their start and their end. Half of the live sessions are ended
with Ctrl-C some seconds before, so that the writing of their results is hit, too. Then every file is read to its end,
and a journal goes through `marchcam report`. The loss is the time from the last record of the journal to the kill, and
holds the picture that was being looked at, too.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import io
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import cv2
from soak import display

from marchcam.capture import VideoFile
from marchcam.cli import cli
from marchcam.cli.console import exit_code
from marchcam.live.journal import END, HEAD, JOURNAL, read_journal
from marchcam.track import PoseTrack

CLIP = Path(__file__).parents[1] / "tests" / "data" / "march.mp4"
LIVE_S, STOPPED_AFTER_S, ANALYZE_S = 16.0, 8.0, 16.0
MAX_LOSS_S = 1.0


def whole(path: Path) -> bool:
    """Whether a file can be read to its end; a recording only to where it was cut off."""
    try:
        if path.suffix == ".json":
            json.loads(path.read_text(encoding="utf-8"))
        elif path.suffix == ".csv":
            return len({len(row) for row in csv.reader(io.StringIO(path.read_text(encoding="utf-8")))}) == 1
        elif path.suffix == ".png":
            return cv2.imread(str(path)) is not None and path.read_bytes().endswith(b"IEND\xaeB`\x82")
        elif path.suffix == ".html":
            return path.read_text(encoding="utf-8").rstrip().endswith("</html>")
        elif path.suffix == ".npz":
            PoseTrack.load(path)
        elif path.suffix == ".mp4":
            with VideoFile(path) as video:
                return sum(1 for _ in video) > 0
        return True
    except Exception as error:
        print(f"  {path.name}: {type(error).__name__}: {error}")
        return False


def sound_store(path: Path) -> bool:
    """Whether a history is well, after whatever was under way has been rolled back."""
    if not path.exists() or not path.stat().st_size:
        return True
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def look(out: Path, store: Path, killed_s: float) -> Counter:
    """What a kill left behind."""
    found: Counter = Counter()
    files = [path for path in out.iterdir() if path.is_file()] if out.exists() else []
    for path in files:
        if path.name.startswith(".part-"):
            found["files half written, under no name of a result"] += 1
        elif not whole(path):
            found["BROKEN FILES"] += 1
        else:
            found["whole files"] += 1
    found["BROKEN HISTORIES"] += not sound_store(store)
    journal = out / JOURNAL
    if journal.exists() and (track := read_journal(journal).track) is not None:
        ended = journal.read_bytes().endswith(HEAD.pack(END, 0, 0)[:5] + journal.read_bytes()[-4:])
        lost_s = 0.0 if ended else killed_s - journal.stat().st_mtime
        found["journals with pictures"] += 1
        found["JOURNALS THAT LOST OVER A SECOND"] += lost_s > MAX_LOSS_S
        found["longest loss, ms"] = round(1000 * max(lost_s, 0.0))
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()) as said:
            code = exit_code(cli, ["report", str(journal), "--out", str(out.with_name("again")), "--quiet"])
        if code:
            print(f"  report: {said.getvalue()}")
        again = PoseTrack.load(out.with_name("again") / "track.npz")
        found["REPORTS THAT FAILED"] += code != 0 or len(again.times_s) > len(track.times_s)
    return found


def kill_once(kind: str, number: int, moment_s: float, folder: Path, environment: dict[str, str]) -> Counter:
    """Start a command, kill it, look."""
    out, store = folder / "out", folder / "history.sqlite"
    common = ["--model", "lite", "--person", "S1", "--store", str(store), "--out", str(out)]
    command = [sys.executable, "-m", "marchcam", kind, *common]
    if kind == "live":
        command += ["--camera", str(CLIP), "--loop", "--free", "--screened", "--no-sound"]
        command += ["--pain-back-before", "0", "--pain-hip-before", "0", "--record"]
        command += ["--no-window"] * (number % 2)
    else:
        command += [str(CLIP), "--annotated", "--jobs", "1"]
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, cwd=folder, env=environment, **quiet) as process:
        begun_s = time.monotonic()
        stop_s = STOPPED_AFTER_S if kind == "live" and number % 4 >= 2 else moment_s
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(min(stop_s, moment_s))
            return Counter({"ended before": 1}) + look(out, store, time.time())
        if stop_s < moment_s:
            process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, moment_s - (time.monotonic() - begun_s)))
        ended = process.poll() is not None
        process.kill()
        killed_s = time.time()
    return Counter({"ended before" if ended else "killed": 1}) + look(out, store, killed_s)


def main() -> int:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job would hand down that it is ignored
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--live", type=int, default=50)
    parser.add_argument("--analyze", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    drawn = random.Random(options.seed)
    plan = [("live", n, drawn.uniform(0, LIVE_S)) for n in range(options.live)]
    plan += [("analyze", n, drawn.uniform(0, ANALYZE_S)) for n in range(options.analyze)]
    sums = {"live": Counter(), "analyze": Counter()}
    with display(True) as environment:
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(Path.cwd()), environment.get("PYTHONPATH")]))
        for kind, number, moment_s in plan:
            with tempfile.TemporaryDirectory() as scratch:
                environment["TMPDIR"] = str(Path(scratch) / "tmp")
                Path(environment["TMPDIR"]).mkdir()
                found = kill_once(kind, number, moment_s, Path(scratch), environment)
                found["left in the system's folder for temporary files"] += len(os.listdir(environment["TMPDIR"]))
            longest = max(sums[kind]["longest loss, ms"], found["longest loss, ms"])
            sums[kind] += found
            sums[kind]["longest loss, ms"] = longest
            print(f"{kind} {number}, {moment_s:.1f} s: {dict(+found)}", flush=True)
    for kind, counts in sums.items():
        print(f"\n{kind}")
        for what, count in sorted(counts.items()):
            print(f"  {count:6}  {what}")
    return int(any(what.isupper() and count for counts in sums.values() for what, count in counts.items()))


if __name__ == "__main__":
    sys.exit(main())
