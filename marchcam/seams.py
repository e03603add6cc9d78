"""The segments of a video put together again, each checked against the end of the one before."""

from __future__ import annotations

from pathlib import Path

from marchcam.background import BackgroundShift
from marchcam.lock import PersonLock
from marchcam.pose import PoseEstimator
from marchcam.reader import FrameReader, Row, TrackRows
from marchcam.segments import Beginning, Segment, Way


class Seams:
    """Joins segments in their order.

    A segment that may show somebody else than the one before is tracked again from the end of that one. What is needed
    to tell is in the segments, so the same video always gives the same rows.

    Parameters
    ----------
    rows : TrackRows
        Where they go.
    second_look : SecondLook
    """

    def __init__(self, rows: TrackRows, second_look: SecondLook) -> None:
        self._rows, self._second_look = rows, second_look
        self._waiting: dict[int, Segment] = {}
        self._next = 0
        self._lock: PersonLock | None = None

    def take(self, segment: Segment, beginning: Beginning) -> None:
        """Note a segment under way, and join whatever is done."""
        self._waiting[segment.number] = segment
        while self._next in self._waiting and self._waiting[self._next].done:
            done = self._waiting[self._next]
            rows, lock = done.rows, done.lock
            if rows and self._lock is not None and not self._fits(done):
                rows, lock = self._second_look.track(done, self._lock, beginning.background)
            del self._waiting[self._next]  # before a row is kept: none is kept twice, whenever Ctrl-C comes
            self._lock, self._next = (lock if rows else self._lock), self._next + 1  # no picture of it could be read
            for row in rows:
                self._rows.keep(row)

    def break_off(self) -> None:
        """Join what there is of the next segment; call it once, last."""
        begun = self._waiting.get(self._next)
        if begun is not None and self._fits(begun):
            for row in begun.rows:
                self._rows.keep(row)

    def _fits(self, segment: Segment) -> bool:
        return self._lock is None or (segment.lock is not None and self._lock.leads_to(segment.lock))


class SecondLook:
    """Tracks a segment again from where the one before it ended.

    Parameters
    ----------
    way : Way
        Through the same part of the same file.
    model : str or Path
    """

    def __init__(self, way: Way, model: str | Path) -> None:
        self._way, self._model = way, model

    def track(self, segment: Segment, lock: PersonLock, background: BackgroundShift) -> tuple[list[Row], PersonLock]:
        """The rows of a segment, later than any asked for before, and the lock at its end.

        Parameters
        ----------
        segment : Segment
        lock : PersonLock
            At the end of the segment before.
        background : BackgroundShift

        Returns
        -------
        list of Row
        PersonLock
        """
        again = self._way.go_to(segment.number)
        assert again is not None  # there were rows of it
        with PoseEstimator(self._model) as estimator:
            reader = FrameReader(estimator, lock=lock.resumed(estimator, again.before))
            reader.begin(again.before, background)
            return [reader.read(frame) for frame in self._way.frames(again)], reader.lock
