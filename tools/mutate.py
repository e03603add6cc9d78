"""Give MarchCam broken files, thousands of them, and see that each ends in a sentence: no traceback, no crash, no hang,
no memory past 2 GB.

usage: mutate.py {videos,analyses,tracks,journals,histories} [--count N] [--seed S] [--keep FOLDER] [--special]

The files are read by workers, processes that are started anew when one dies or takes too long. Exit code 1 when any
file did harm.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import re
import selectors
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mutants import Mutant, special_videos, video
from stored_mutants import history, journal, special_histories, special_tracks, track

KINDS = {"videos": video, "analyses": video, "tracks": track, "journals": journal, "histories": history}
SPECIAL = {
    "videos": special_videos,
    "analyses": special_videos,
    "tracks": special_tracks,
    "histories": special_histories,
}
LIMIT_S, LIMIT_MB = 60.0, 2000.0
MOST_BYTES = 8_000_000_000  # of addresses, which are more than memory
MAX_FRAMES = 3000  # of a broken clip of 20: enough to see that it does not end
UNEXPECTED = ("Traceback", "Something went wrong inside")


@dataclass(frozen=True)
class Outcome:
    """What became of one file."""

    mutant: Mutant
    code: int | None
    """Exit code, or None where the process died or was stopped."""
    says: str
    peak_mb: float = 0.0
    seconds: float = 0.0

    @property
    def fault(self) -> str | None:
        """Why this must not happen, or None."""
        if self.code is None:
            return self.says
        if any(word in self.says for word in UNEXPECTED):
            return "traceback"
        if self.code == 0 and self.says != "read" and not self.says.endswith(" frames"):
            return "a warning of a library"
        if self.code and (not re.search(r"[.!?]$", self.says.strip()) or len(self.says.strip().splitlines()) > 1):
            return "no sentence"
        return "memory" if self.peak_mb > LIMIT_MB else None


def run(kind: str, mutants: Iterator[Mutant]) -> Iterator[Outcome]:
    """Give each file to a worker; the outcomes as they come."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        worker = None
        try:
            for mutant in mutants:
                path = Path(folder) / mutant.name
                path.write_bytes(mutant.content)
                worker = worker or _Worker(kind, folder)
                outcome = worker.look_at(mutant, path)
                if outcome.code is None:
                    worker.stop()
                    worker = None
                with contextlib.suppress(OSError):
                    path.unlink()
                yield outcome
        finally:
            if worker:
                worker.stop()


class _Worker:
    """A process that reads one file after the other."""

    def __init__(self, kind: str, folder: str) -> None:
        command = [sys.executable, __file__, kind, "--worker"]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        own = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}  # the same marchcam as here
        self._process = subprocess.Popen(command, cwd=folder, text=True, env=own, **pipes)
        self._ready = selectors.DefaultSelector()
        self._ready.register(self._process.stdout, selectors.EVENT_READ)

    def look_at(self, mutant: Mutant, path: Path) -> Outcome:
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(f"{path}\n")
            self._process.stdin.flush()
        if not self._ready.select(LIMIT_S):
            return Outcome(mutant, None, f"hang: {LIMIT_S:.0f} s and no end", seconds=LIMIT_S)
        line = self._process.stdout.readline()
        if not line:
            return Outcome(mutant, None, f"crash: the process ended with {self._process.wait()}")
        return Outcome(mutant, **json.loads(line))

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()


def work(kind: str) -> None:
    """Read paths from stdin, say on stdout what became of each."""
    with contextlib.suppress(ImportError):  # Windows
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))  # the computer is to outlive it
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a library prints must not be taken for an answer
    for line in sys.stdin:
        path = Path(line.rstrip("\n"))
        _forget_peak()
        begin_s = time.perf_counter()
        code, says = _look_at_video(path) if kind == "videos" else _run_commands(kind, path)
        taken_s = time.perf_counter() - begin_s
        result = {"code": code, "says": says[-2000:], "peak_mb": _peak_mb(), "seconds": taken_s}
        answer.write(json.dumps(result) + "\n")
        answer.flush()


def _look_at_video(path: Path) -> tuple[int, str]:
    from marchcam.capture import VideoFile
    from marchcam.errors import MarchCamError

    try:
        with VideoFile(path) as file:
            count = 0
            for count, _ in enumerate(file, start=1):
                if count > MAX_FRAMES:
                    return 1, f"Traceback: more than {MAX_FRAMES} frames"
        return 0, f"{count} frames"
    except MarchCamError as error:
        return 1, str(error)
    except Exception as error:
        return 1, f"Traceback: {error!r}"


def _run_commands(kind: str, path: Path) -> tuple[int, str]:
    """The commands that read such a file, up to the first that fails."""
    for arguments in _commands(kind, path):
        said = io.StringIO()
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.TextIOWrapper(io.BytesIO(), "utf-8")):
            from marchcam.cli import cli
            from marchcam.cli.console import exit_code

            code = exit_code(cli, arguments)
        if code or said.getvalue():
            return code, said.getvalue()
    return 0, "read"


def _commands(kind: str, path: Path) -> list[list[str]]:
    out = str(path.parent / "out")
    if kind == "analyses":
        return [["analyze", str(path), "--model", "lite", "--jobs", "1", "--out", out, "--quiet"]]
    if kind == "histories":
        store = ["--store", str(path)]
        commands = [["list"], ["show", "1"], ["show", "2"], ["compare", "1", "2"], ["export", "--format", "json"]]
        commands += [["trend", "S17", "--out", f"{out}.png"], ["export"], ["delete", "--person", "S17", "--yes"]]
        return [["history", *command, *store] for command in commands]
    number = int(re.sub(r"\D", "", path.stem) or 0)
    formats = ("csv", "trc", "mot", "json", "parquet")
    export = ["export", str(path), "--format", formats[number % 5], "--out", f"{out}.export"]
    if number % 5 == 0:
        export += ["--what", "repetitions"]
    return [export, *([["report", str(path), "--out", out, "--quiet"]] if number % 4 == 0 else [])]


def _forget_peak() -> None:
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _peak_mb() -> float:
    """The most memory held since `_forget_peak`; 0 where the system does not tell."""
    with contextlib.suppress(OSError):
        return int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) / 1024
    return 0.0


def mutants_of(kind: str, count: int, seed: int) -> Iterator[Mutant]:
    """As many different broken files of a kind."""
    seen, number = set(), 0
    while len(seen) < count:
        mutant = KINDS[kind](number, seed)
        number += 1
        if mutant.content not in seen:
            seen.add(mutant.content)
            yield mutant


def main() -> int:
    """Run, and print what became of the files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="folder for the files that did harm")
    parser.add_argument("--special", action="store_true", help="the files made by hand, not those by chance")
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.worker:
        work(given.kind)
        return 0
    files = iter(SPECIAL[given.kind]()) if given.special else mutants_of(given.kind, given.count, given.seed)
    ends, most_mb, longest_s, faults = Counter(), 0.0, 0.0, 0
    for outcome in run(given.kind, files):
        ends[outcome.fault or ("refused with a sentence" if outcome.code else "read")] += 1
        most_mb, longest_s = max(most_mb, outcome.peak_mb), max(longest_s, outcome.seconds)
        if outcome.fault:
            faults += 1
            print(f"{outcome.mutant.name} ({outcome.mutant.how}): {outcome.fault}: {outcome.says}", flush=True)
            if given.keep:
                given.keep.mkdir(parents=True, exist_ok=True)
                (given.keep / outcome.mutant.name).write_bytes(outcome.mutant.content)
    for end, number in ends.most_common():
        print(f"{number:6} {end}")
    print(f"most memory {most_mb:.0f} MB, longest {longest_s:.1f} s")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
