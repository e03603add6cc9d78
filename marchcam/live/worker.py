"""The pose worker: a thread that takes the newest picture, finds the person and writes the journal."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Any

import numpy as np

from marchcam.capture import Frame, cv2
from marchcam.live.feed import CameraFeed
from marchcam.live.journal import JournalWriter
from marchcam.live.observation import Observation
from marchcam.live.recorder import Recorder
from marchcam.pose import PoseEstimator
from marchcam.reader import FrameReader, Row, TrackRows

RATE_WINDOW_S = 2.0
SLOW_HZ, SLOW_SHARE = 20.0, 0.8
"""Below this rate the report's trust is capped; with fewer of the captured pictures analyzed it is the computer that is
slow, not the camera."""
WAIT_S = 0.1
BRIGHTNESS_EVERY_S = 0.5
SMALL_WH = (64, 36)  # enough for a mean
DISK_TROUBLE = "The disk is full or gone"


class PoseWorker:
    """Landmarks of the newest pictures, as fast as they can be had.

    A context manager: entering loads the model, leaving ends the thread.

    Parameters
    ----------
    feed : CameraFeed
        Entered.
    model : str
    """

    def __init__(self, feed: CameraFeed, model: str = "full") -> None:
        self._feed, self._estimator = feed, PoseEstimator(model)
        self.model_name = self._estimator.name
        self.trouble: str | None = None
        """What keeps the landmarks from being stored, in a few words; they are then kept in memory."""
        self.error: Exception | None = None
        """Why the thread ended before its time."""
        self.unwritten = TrackRows()
        """Rows that did not reach the journal."""
        self.finished = False
        """Whether no more observations will come."""
        self._observations: deque[Observation] = deque()
        self._frame: Frame | None = None
        self._times: deque[float] = deque()
        self._count = self._first_index = 0
        self._news, self._stop = threading.Condition(), threading.Event()
        self._next_brightness_s, self._brightness = -np.inf, np.nan
        self._thread: threading.Thread | None = None

    def __enter__(self) -> PoseWorker:
        self._estimator.__enter__()
        try:
            # The first look of either kind takes a third of a second: not while somebody marches.
            nothing = np.zeros((64, 64, 3), np.uint8)
            self._estimator.landmarks(Frame(0, 0.0, nothing))
            self._estimator.find_bodies(nothing)
        except BaseException as error:
            self._estimator.__exit__(type(error), error, None)
            raise
        return self

    def __exit__(self, *exception: Any) -> None:
        self.stop()
        self._estimator.__exit__(*exception)

    def start(self, journal: JournalWriter, recorder: Recorder | None = None) -> None:
        """Begin to take pictures."""
        self._journal, self._recorder = journal, recorder
        self._thread = threading.Thread(target=self._run, name="pose", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread after the picture at hand."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def take(self, wait_s: float) -> tuple[list[Observation], Frame | None]:
        """The observations since the last call, and the picture of the newest; waits for one at most so long."""
        with self._news:
            self._news.wait_for(lambda: self._observations or self.finished, wait_s)
            taken = list(self._observations)
            self._observations.clear()
            return taken, self._frame

    @property
    def slow(self) -> bool:
        """Whether the computer cannot keep up with the camera."""
        rate_hz, captured = self.rate_hz, self._frame.index - self._first_index if self._frame else 0
        return rate_hz is not None and rate_hz < SLOW_HZ and self._count < SLOW_SHARE * captured

    @property
    def rate_hz(self) -> float | None:
        """Pictures analyzed a second of late; None before there are enough."""
        times = list(self._times)
        if len(times) < 3:
            return None
        return (len(times) - 1) / (times[-1] - times[0])

    def _run(self) -> None:
        try:
            reader = FrameReader(self._estimator, live=True)
            while not self._stop.is_set() and not self._feed.ended:
                frame = self._feed.latest(WAIT_S)
                if frame is not None:
                    self._take_in(frame, reader.read(frame))
        except Exception as error:  # said by whoever runs the session
            self.error = error
        with self._news:
            self.finished = True
            self._news.notify_all()

    def _take_in(self, frame: Frame, row: Row) -> None:
        self._store(row)
        if self._recorder is not None:
            self._recorder.add(frame)
        if frame.time_s >= self._next_brightness_s:
            self._next_brightness_s = frame.time_s + BRIGHTNESS_EVERY_S
            small = cv2.resize(frame.image, SMALL_WH, interpolation=cv2.INTER_AREA)
            self._brightness = float(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY).mean())
        if self._count == 0:
            self._first_index = frame.index
        self._count += 1
        self._times.append(time.monotonic())
        while self._times[-1] - self._times[0] > RATE_WINDOW_S:
            self._times.popleft()
        found = row.landmarks
        parts = (found.position_px, found.world_m, found.visibility, found.presence)
        with self._news:
            self._observations.append(Observation(row.time_s, *parts, row.people, self._brightness))
            self._frame = frame
            self._news.notify_all()

    def _store(self, row: Row) -> None:
        """To the journal; where that fails, into memory."""
        try:
            if row.forget_count:
                self._journal.forget(row.forget_count)
            self._journal.frame(row.time_s, row.landmarks, row.people, row.shift_px)
            self.trouble = None
        except OSError:
            self.trouble = DISK_TROUBLE
            self.unwritten.keep(row)
