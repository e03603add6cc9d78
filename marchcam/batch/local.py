"""Videos side by side on this computer, each in a process of its own: one that dies takes its own video along only."""

from __future__ import annotations

import itertools
import multiprocessing
import signal
import tempfile
import time
from collections import deque
from collections.abc import Callable, Generator
from contextlib import suppress
from multiprocessing import connection
from multiprocessing.context import SpawnProcess
from pathlib import Path

from marchcam.batch.work import FAILED, Job, Outcome, work
from marchcam.files import part_folder

PROCESS_BYTES = 1e9  # room for one video: twice what a part of 1080p at a time takes (docs/performance.md)
NEWS_EVERY_S = 0.2
MEMORY = Path("/proc/meminfo")

Done = tuple[int, Outcome, Path]
"""Number of the job, what became of it, and the folder with its files."""
Advance = Callable[[float], None]
Line = connection.Connection


def processes_for(count: int, cores: int) -> int:
    """How many videos are worked on at a time: so many as there are cores, and as the free memory takes."""
    return max(1, min(count, cores, int(_free_bytes() // PROCESS_BYTES)))


def run_local(jobs: list[Job], out: Path, processes: int, advance: Advance) -> Generator[Done, None, None]:
    """Work on videos side by side.

    Parameters
    ----------
    jobs : list of Job
    out : Path
        In which each has a folder for its files until it is taken up again.
    processes : int
    advance : callable
        Called with how many videos are done, with parts of those under way.

    Yields
    ------
    (int, Outcome, Path)
        As they end. The folder is removed when the next one is asked for.
    """
    waiting, shares = deque(enumerate(jobs)), dict.fromkeys(range(len(jobs)), 0.0)
    workers = [_Worker(out) for _ in range(min(processes, len(jobs)))]
    try:
        while waiting or any(worker.number is not None for worker in workers):
            for worker in workers:
                if worker.number is None and waiting:
                    worker.begin(*waiting.popleft())
            busy = {worker.number: worker for worker in workers if worker.number is not None}
            # With a time limit: a wait without end cannot be interrupted on Windows.
            told = connection.wait([worker.line for worker in busy.values()], timeout=NEWS_EVERY_S)
            for number, worker in busy.items():
                if worker.line not in told:
                    continue
                news = worker.news()
                shares[number] = news if isinstance(news, float) else 1.0
                advance(sum(shares.values()))
                if isinstance(news, Outcome):
                    with worker.end() as name:
                        yield number, news, Path(name)
    finally:
        for worker in workers:
            worker.close()


class _Worker:
    """A process that works on one video after the other, and what it works on."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self.number: int | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._process: SpawnProcess | None = None

    def begin(self, number: int, job: Job) -> None:
        if self._process is None:
            self._start()
        self._folder = part_folder(self._out)
        self.number = number
        with suppress(OSError):  # it has died; that is noticed where its news are read
            self.line.send((job, self._folder.name))

    def news(self) -> float | Outcome:
        """The share that is done, or the outcome; call it when there is something to read."""
        try:
            news: float | Outcome = self.line.recv()
            return news
        except (EOFError, OSError):
            return Outcome(FAILED, death_reason(self._exit_code()))

    def end(self) -> tempfile.TemporaryDirectory[str]:
        """The folder of the video just ended; the process is free."""
        folder, self._folder, self.number = self._folder, None, None
        assert folder is not None  # made where it began
        return folder

    def close(self) -> None:
        """End the process and remove what it was making."""
        self._stop()
        if self._folder is not None:
            self._folder.cleanup()

    def _start(self) -> None:
        # Not forked: the pose library has threads, and a fork of them stands still.
        context = multiprocessing.get_context("spawn")
        self.line, far_end = context.Pipe()
        process = context.Process(target=_serve, args=(far_end,), daemon=True)
        # Ctrl-C reaches all processes of a terminal; this one decides. A process inherits what is ignored.
        heeded = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            process.start()
        finally:
            signal.signal(signal.SIGINT, heeded)
        self._process = process
        far_end.close()  # or the death of the process could not be noticed

    def _exit_code(self) -> int | None:
        """Of the process, once it has died."""
        if self._process is None:
            return None
        self._process.join()
        code = self._process.exitcode
        self._stop()
        return code

    def _stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process.close()
            self.line.close()
            self._process = None


def death_reason(code: int | None) -> str:
    """Why a process is gone, in words."""
    if code is not None and code < 0 and -code == getattr(signal, "SIGKILL", None):
        return (
            "The process that worked on it was killed, most often because memory ran out. "
            "Close other programs, or work on fewer at a time with --jobs 1."
        )
    how = f"signal {-code}" if code is not None and code < 0 else f"code {code}"
    return f"The process that worked on it ended at once ({how}): the video may be damaged. Try it alone."


def _serve(line: Line) -> None:
    """The life of a process: take a video, work, tell; until nobody is there."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Windows inherits nothing
    with suppress(EOFError, OSError):
        while True:
            job, folder = line.recv()
            line.send(work(job, Path(folder), progress=_teller(line)))


def _teller(line: Line) -> Callable[[int, int | None], None]:
    """A progress callback that sends the share done, now and then."""
    said_s = 0.0
    endless = itertools.count(1)

    def tell(done: int, expected: int | None) -> None:
        nonlocal said_s
        now_s = time.monotonic()
        if now_s - said_s >= NEWS_EVERY_S:
            said_s = now_s
            # Of a video that does not tell its length: ever nearer to the end.
            share = min(done / expected, 1.0) if expected else 1 - 1 / (1 + 0.01 * next(endless))
            line.send(0.99 * share)

    return tell


def _free_bytes() -> float:
    """Memory that is free; without end where the system does not tell."""
    try:
        found = dict(line.split(":") for line in MEMORY.read_text(encoding="ascii").splitlines())
        return 1024.0 * int(found["MemAvailable"].split()[0])
    except (OSError, ValueError, KeyError):
        return float("inf")
