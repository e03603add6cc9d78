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

WARM_UP_FRAMES = 4  # a longer one brings just the next 5 frames nearer to an uncut pass
MIN_FRAMES, MAX_FRAMES = 64, 480
"""Of a segment. Each costs its warm-up and a new model, as much as some 9 frames."""
SEGMENT_BYTES = 650e6  # pictures of a segment: while one is tracked, half of the next one waits, or all of it if two do
WAITING_BYTES = 1e9  # all pictures that wait
READ_AHEAD_FRAMES = 2  # more would drive each other out of the processor's cache
M_ARENA_MAX, M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -8, -1, -3  # malloc.h
KEPT_BYTES, MMAP_BYTES = 128 << 20, 32 << 20  # the second is the most that glibc takes
LOOK_UP_S = 0.2  # a wait without end cannot be interrupted on Windows


@dataclass
class Segment:
    """A stretch of a video on its way to a thread, and what became of it."""

    number: int
    first_index: int
    """`Frame.index` of its first frame."""
    before: tuple[Frame, ...]
    """The frames just before."""
    frames: queue.SimpleQueue[Frame | None]
    """A `Frame` each, None at the end."""
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


class SegmentTracker:
    """Threads that track the segments of a video: one decodes, `jobs` find the person.

    A context manager; leaving ends the threads.

    Parameters
    ----------
    video : VideoFile
        Entered; nobody else may read it until the tracker is left.
    model : str or Path
    jobs : int
        Segments tracked side by side.
    expected_frames : int or None
        Frames to come; None when unknown.
    """

    def __init__(self, video: VideoFile, model: str | Path, jobs: int, expected_frames: int | None) -> None:
        self._video, self._model = video, model
        self.beginning = Beginning()
        frame_bytes = 3 * math.prod(video.image_size_wh)
        longest = int(min(MAX_FRAMES, max(MIN_FRAMES, SEGMENT_BYTES // frame_bytes)))
        self._lengths = segment_lengths(longest, expected_frames)
        # Threads at work are about a first segment apart; what lies between them waits.
        waiting = min((jobs - 1) * self._lengths[0], WAITING_BYTES // frame_bytes)
        self._room = threading.Semaphore(READ_AHEAD_FRAMES + int(waiting))
        self._segments: queue.SimpleQueue[Segment | None] = queue.SimpleQueue()
        self._news: queue.SimpleQueue[tuple[Segment, Row | None] | BaseException | None] = queue.SimpleQueue()
        self._stop = threading.Event()
        self._jobs = jobs
        works = [self._decode] + [self._track] * jobs
        self._threads = [threading.Thread(target=self._guarded, args=(work,), daemon=True) for work in works]

    def __enter__(self) -> SegmentTracker:
        _share_one_heap()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self.beginning.known.set()
        self._room.release()
        for thread in self._threads:
            while thread.is_alive():
                with suppress(KeyboardInterrupt):  # the video must not be closed while it is read
                    thread.join()
        _give_back()

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

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:  # raised again by whoever waits for the rows
            self._news.put(error)
        self._news.put(None)

    def _decode(self) -> None:
        """Hand the frames out, each to its segment."""
        lengths = itertools.chain(self._lengths[:1], itertools.repeat(self._lengths[1]))
        latest: deque[Frame] = deque(maxlen=WARM_UP_FRAMES)
        frames: queue.SimpleQueue[Frame | None] = queue.SimpleQueue()
        left = 0
        numbers = itertools.count()
        try:
            for frame in self._video:
                self._room.acquire()
                if self._stop.is_set():
                    break
                if not left:
                    frames.put(None)
                    frames, left = queue.SimpleQueue(), next(lengths)
                    self._segments.put(Segment(next(numbers), frame.index, tuple(latest), frames))
                frames.put(frame)
                latest.append(frame)
                left -= 1
        finally:
            frames.put(None)
            for _ in range(self._jobs):
                self._segments.put(None)

    def _track(self) -> None:
        """Track one segment after the other."""
        with PoseEstimator(self._model) as estimator:
            used = False
            while (segment := self._segments.get()) is not None:
                if segment.number:
                    self.beginning.known.wait()
                if self._stop.is_set():
                    return
                if used:
                    _give_back()
                    estimator.start_anew()
                self._track_segment(segment, estimator)
                used = True

    def _track_segment(self, segment: Segment, estimator: PoseEstimator) -> None:
        start = self.beginning
        lock = PersonLock(estimator)
        reader = FrameReader(estimator, lock=lock)
        if segment.number:
            lock.take_up(segment.before, start.chosen)
            reader.begin(segment.before, start.background)
        segment.before, segment.lock = (), lock
        while (frame := segment.frames.get()) is not None and not self._stop.is_set():
            row = reader.read(frame)
            del frame
            self._room.release()
            self._news.put((segment, row))
            if not start.known.is_set() and lock.chosen is not None:
                start.settle(lock.chosen, reader.background)
        if not start.known.is_set():
            start.settle(None, reader.background)
        if not self._stop.is_set():
            self._news.put((segment, None))


def _share_one_heap() -> None:
    """Linux gives each thread a heap; pictures made in one thread and freed in another leave holes in all of them.

    A picture's room is kept for the next one: asked for anew each time, it would be filled with zeros each time.
    """
    if sys.platform == "linux":
        with suppress(AttributeError):  # another C library than glibc
            mallopt = ctypes.CDLL(None).mallopt
            for option, value in ((M_ARENA_MAX, 1), (M_TRIM_THRESHOLD, KEPT_BYTES), (M_MMAP_THRESHOLD, MMAP_BYTES)):
                mallopt(option, value)


def _give_back() -> None:
    """Let the system have the room of the pictures again; glibc would keep it, beside what the assessment needs."""
    if sys.platform == "linux":
        with suppress(AttributeError):
            ctypes.CDLL(None).malloc_trim(0)


def segment_lengths(longest: int, expected_frames: int | None) -> tuple[int, int]:
    """Frames of the first segment, and of each that follows.

    Two equal ones where they suffice: each cut costs. Else the first is half as long as the others, and so is what is
    left for the last: two threads then end at the same time.
    """
    if expected_frames is None:
        return math.ceil(longest / 2), longest
    if expected_frames <= 2 * longest:
        return max(min(MIN_FRAMES, longest), expected_frames + 1) // 2, longest
    whole = math.ceil(expected_frames / math.ceil(expected_frames / longest))
    return math.ceil(whole / 2), whole
