"""A video in segments that several threads track side by side; how many threads there are changes no number.

Each segment begins with a fresh model that settles on the last frames of the segment before, and with what the first
frames of the video told: whom to follow, and what the background looks like.
"""

from __future__ import annotations

import ctypes
import itertools
import math
import queue
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from marchcam.background import BackgroundShift
from marchcam.capture import Frame, VideoFile
from marchcam.lock import PersonLock
from marchcam.pose import PoseEstimator
from marchcam.reader import FrameReader, Row

WARM_UP_FRAMES = 6  # a longer one brings at most the next 5 frames nearer to those of an uncut pass
SEGMENT_FRAMES = 480
"""About. Each segment costs its warm-up and a new model, as much as some 10 frames; few keep few cores busy."""
SHORTEST_FRAMES = 32
M_ARENA_MAX = -8  # malloc.h
LOOK_UP_S = 0.2  # a wait without end cannot be interrupted on Windows


@dataclass
class Segment:
    """A stretch of a video on its way to a thread, and what became of it."""

    number: int
    before: tuple[Frame, ...]
    """The frames just before."""
    rows: list[Row] = field(default_factory=list)
    """Those that `SegmentTracker.progress` has passed on."""
    lock: PersonLock | None = None
    """Which person was followed; at its end when the segment is."""
    done: bool = False
    """Whether all rows are there."""


class Beginning:
    """What the first frames tell to all segments."""

    def __init__(self) -> None:
        self.known = threading.Event()
        self.chosen: PersonLock | None = None
        """As it was when it chose whom to follow; None when the first segment shows nobody."""
        self.background = BackgroundShift()

    def settle(self, chosen: PersonLock | None, background: BackgroundShift) -> None:
        """Let the other segments begin."""
        self.chosen, self.background = chosen, background
        self.known.set()


class Way:
    """One thread's way through a video, from segment to segment.

    Parameters
    ----------
    video : VideoFile
        Entered; nobody else may read it.
    length : int
        Frames of a segment.
    """

    def __init__(self, video: VideoFile, length: int) -> None:
        self._video, self._length = video, length
        self._frames = iter(video)
        self._latest: deque[Frame] = deque(maxlen=WARM_UP_FRAMES)
        self._next: Frame | None = None

    def go_to(self, number: int) -> Segment | None:
        """The segment of a number higher than any before; None when the video ends before it."""
        first = number * self._length
        self._video.pass_over(first - WARM_UP_FRAMES)
        while self._next is None or self._video.place(self._next) < first:
            self._step()
            if self._next is None:
                return None
        before = (frame for frame in self._latest if self._video.place(frame) >= first - WARM_UP_FRAMES)
        return Segment(number, tuple(before) or (self._next,))

    def frames(self, segment: Segment) -> Iterator[Frame]:
        """The frames of the segment that this way has just come to."""
        end = (segment.number + 1) * self._length
        while self._next is not None and self._video.place(self._next) < end:
            yield self._next
            self._step()

    def _step(self) -> None:
        if self._next is not None:
            self._latest.append(self._next)
        self._next = next(self._frames, None)


class SegmentTracker:
    """Threads that track the segments of a video, each with a decoder and a model of its own.

    A decoder passes over the segments of the others, which costs a fraction of finding the person, and no picture has
    to wait. A context manager; leaving ends the threads.

    Parameters
    ----------
    open_video : callable
        Gives the same `VideoFile` each time, not entered.
    model : str or Path
    jobs : int
        Segments tracked side by side.
    expected_frames : int or None
        Frames to come; None when unknown.
    """

    def __init__(
        self, open_video: Callable[[], VideoFile], model: str | Path, jobs: int, expected_frames: int | None
    ) -> None:
        self._open_video, self._model = open_video, model
        self.beginning = Beginning()
        self.truncated = False
        """At the end: whether the video ended well before its header said."""
        self._length = segment_length(expected_frames)
        self._videos: list[VideoFile] = []
        self._numbers = itertools.count()
        self._news: queue.SimpleQueue[tuple[Segment, Row | None] | BaseException | None] = queue.SimpleQueue()
        self._stop = threading.Event()
        if expected_frames is not None:
            jobs = min(jobs, math.ceil(expected_frames / self._length))
        self._threads = [threading.Thread(target=self._guarded, daemon=True) for _ in range(jobs)]

    def __enter__(self) -> SegmentTracker:
        _share_one_heap()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self.beginning.known.set()
        for video in self._videos:
            video.break_off()
        for thread in self._threads:
            while thread.is_alive():
                with suppress(KeyboardInterrupt):  # the video must not be closed while it is read
                    thread.join()
        _give_back()

    def way(self, video: VideoFile) -> Way:
        """Through the segments of a video that nobody else reads."""
        return Way(video, self._length)

    def progress(self) -> Iterator[Segment]:
        """The segment of each row as it comes, and each segment once more when it is done; at last, all are.

        Raises
        ------
        Exception
            What went wrong in a thread.
        """
        ended = 0
        while ended < len(self._threads):
            try:
                news = self._news.get(timeout=LOOK_UP_S)
            except queue.Empty:
                continue
            if isinstance(news, BaseException):
                raise news
            if news is None:
                ended += 1
                continue
            segment, row = news
            if row is None:
                segment.done = True
            else:
                segment.rows.append(row)
            yield segment

    def _guarded(self) -> None:
        try:
            self._work()
        except BaseException as error:  # raised again by whoever waits for the rows
            self._news.put(error)
        self._news.put(None)

    def _work(self) -> None:
        """Track one segment after the other, whichever nobody has begun."""
        with self._open_video() as video, PoseEstimator(self._model) as estimator:
            self._videos.append(video)
            way, used = self.way(video), False
            for number in self._numbers:  # shared: each number goes to one thread
                segment = None if self._stop.is_set() else way.go_to(number)
                if segment is None:
                    break
                if number:
                    self.beginning.known.wait()
                if self._stop.is_set():
                    break
                if used:
                    _give_back()
                    estimator.start_anew()
                self._track(segment, way.frames(segment), estimator)
                used = True
            self.truncated |= video.truncated

    def _track(self, segment: Segment, frames: Iterator[Frame], estimator: PoseEstimator) -> None:
        start = self.beginning
        lock = PersonLock(estimator)
        reader = FrameReader(estimator, lock=lock)
        if segment.number:
            lock.take_up(segment.before, start.chosen)
            reader.begin(segment.before, start.background)
        segment.before, segment.lock = (), lock
        for frame in frames:
            if self._stop.is_set():
                return
            self._news.put((segment, reader.read(frame)))
            if not start.known.is_set() and lock.chosen is not None:
                start.settle(lock.chosen, reader.background)
        if not start.known.is_set():
            start.settle(None, reader.background)
        self._news.put((segment, None))


def _share_one_heap() -> None:
    """Linux gives each thread a heap, and each grows with the holes that pictures leave."""
    if sys.platform == "linux":
        with suppress(AttributeError):  # another C library than glibc
            ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)


def _give_back() -> None:
    """Let the system have the room of the pictures again; glibc would keep it, beside what the assessment needs."""
    if sys.platform == "linux":
        with suppress(AttributeError):
            ctypes.CDLL(None).malloc_trim(0)


def segment_length(expected_frames: int | None) -> int:
    """Frames of a segment: about 480, and an even number of them, so that two threads end at the same time."""
    if expected_frames is None:
        return SEGMENT_FRAMES
    count = 2 * max(1, round(expected_frames / (2 * SEGMENT_FRAMES)))
    return max(SHORTEST_FRAMES, math.ceil(expected_frames / count))
