"""A live session from the first question to the pose track: camera, worker, protocol and screen put together."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import methodcaller
from pathlib import Path
from typing import Any
from typing import Protocol as Interface

import numpy as np

from marchcam.capture import Frame
from marchcam.errors import SessionError
from marchcam.live.album import Album
from marchcam.live.feed import CameraFeed
from marchcam.live.journal import JOURNAL, JournalWriter, read_journal
from marchcam.live.observation import Observation
from marchcam.live.plan import Plan
from marchcam.live.protocol import Protocol
from marchcam.live.recorder import Recorder
from marchcam.live.screen import Screen
from marchcam.live.used import used_part
from marchcam.live.worker import DISK_TROUBLE, PoseWorker
from marchcam.track import ARRAYS, PoseTrack, Setup, Source

RECORDING = "recording.mkv"
RECORDING_FPS = 30.0
SLOW_ADVICE = {"full": "Slow computer: try --model lite"}
WAIT_S = 0.03
"""A turn of the loop lasts no longer: keys are answered and the screen moves also without a picture."""


class Front(Interface):
    """Where a session shows itself: the window, the terminal, or both."""

    def show(self, screen: Screen, frame: Frame | None, observation: Observation | None, now_s: float) -> None:
        """Show a screen."""

    def actions(self) -> list[str]:
        """What was pressed or clicked since the last call."""

    @property
    def closed(self) -> bool:
        """Whether the person closed it."""

    def last_questions(self, setup: Setup) -> Setup:
        """Ask what is to be told after the march and could not be asked on the screen."""


@dataclass(frozen=True)
class Options:
    """What a session is started with."""

    camera: str
    folder: Path
    """Made already, writable."""
    setup: Setup = Setup()
    plan: Plan = Plan()
    model: str = "full"
    loop: bool = False
    record: bool = False


@dataclass
class Outcome:
    """What a session leaves."""

    ending: str
    """complete, stopped, new_pain, source_over, camera_gone, not_screened, help_now or interrupted."""
    track: PoseTrack | None
    """The part to be analyzed; None when nothing was recorded."""
    album: Album = field(default_factory=Album)
    warnings: list[str] = field(default_factory=list)
    disk_full: bool = False
    """Whether something that was to be kept could not be written while it happened."""


def run_session(options: Options, front: Front) -> Outcome:
    """Run a session to its end.

    Parameters
    ----------
    options : Options
    front : Front

    Returns
    -------
    Outcome

    Raises
    ------
    SourceError, ModelError
        When the camera or the model cannot start.
    SessionError
        When the folder holds another session.
    """
    if (options.folder / JOURNAL).exists():
        raise SessionError(f"{options.folder} holds another session already. Choose another --out.")
    with CameraFeed(options.camera, loop=options.loop) as feed, PoseWorker(feed, options.model) as worker:
        return _Session(options, front, feed, worker).run()


class _Session:
    """One run: its parts, and the loop that keeps them going."""

    def __init__(self, options: Options, front: Front, feed: CameraFeed, worker: PoseWorker) -> None:
        self.options, self.front, self.feed, self.worker = options, front, feed, worker
        self.protocol = Protocol(options.plan, options.setup, feed.image_size_wh)
        self.album = Album()
        self.warnings: list[str] = []
        self.disk_full = False
        self.journal: JournalWriter | None = None
        self.recorder: Recorder | None = None
        self.events: list[dict[str, Any]] = []
        self._told = options.setup
        self._started_s = time.monotonic()
        self._newest: Observation | None = None
        self._frame: Frame | None = None

    def run(self) -> Outcome:
        try:
            while not self.protocol.done:
                self._turn()
            if self.journal is not None:
                self.protocol.tell(self.front.last_questions(self.protocol.setup))
        except KeyboardInterrupt:
            self.protocol.interrupted()
        try:
            self._write_events()
        finally:
            self._close()
        return Outcome(self.protocol.ending, self._track(), self.album, self.warnings, self.disk_full)

    def _turn(self) -> None:
        protocol = self.protocol
        for action in self.front.actions():
            protocol.act(action)
        if self.front.closed:
            protocol.window_closed()
        if protocol.camera_wanted and self.journal is None and not protocol.done:
            self._start_camera()
        if self.journal is None:
            protocol.tick(time.monotonic() - self._started_s)
            time.sleep(WAIT_S)
        else:
            self._take_pictures()
        if not protocol.done:
            self._write_events()
            self.front.show(protocol.screen(), self._frame, self._newest, protocol.now_s)

    def _start_camera(self) -> None:
        options = self.options
        source = self._source()
        self.journal = JournalWriter(
            options.folder / JOURNAL, image_size_wh=self.feed.image_size_wh, source=source, setup=self.protocol.setup
        )
        if options.record:
            self.recorder = Recorder(
                options.folder / RECORDING, self.feed.image_size_wh, RECORDING_FPS, zero_s=0.0
            ).__enter__()
        self.feed.play()
        self.protocol.camera_started()
        self.worker.start(self.journal, self.recorder)

    def _source(self) -> Source:
        path = str((self.options.folder / RECORDING).absolute()) if self.options.record else self.feed.name
        now = datetime.now().isoformat(timespec="seconds")
        return Source(path=path, model=self.worker.model_name, recorded_at=now)

    def _take_pictures(self) -> None:
        protocol, worker = self.protocol, self.worker
        seen, frame = worker.take(WAIT_S)
        for observation in seen:
            protocol.see(observation)
            self._newest = observation
        if seen:
            self._frame = frame
            if protocol.recording and frame is not None:
                self.album.show(frame, lifting=protocol.lifting)
        protocol.tick(self.feed.now_s(), lost_s=self.feed.lost_s, rate_hz=worker.rate_hz, trouble=self._trouble())
        if worker.finished and not seen and protocol.camera_wanted:
            if worker.error is not None:
                self.warnings.append(f"The session ended early: {worker.error}.")
            protocol.camera_ended(gone=self.feed.gone or worker.error is not None)

    def _trouble(self) -> str | None:
        if self.worker.trouble:
            return self.worker.trouble
        if self.recorder is not None and self.recorder.disk_full:
            return "The disk is full: no video"
        if self.worker.slow:
            advice = SLOW_ADVICE.get(self.options.model, "Slow computer: close other programs")
            if f"{advice}." not in self.warnings:
                self.warnings.append(f"{advice}.")
            return advice
        return None

    def _write_events(self) -> None:
        for time_s, kind, details in self.protocol.take_events():
            self.events.append({"time_s": time_s, "kind": kind, **details})
            self._note(methodcaller("event", time_s, kind, **details))
        if self.protocol.setup != self._told:
            told = self._told = self.protocol.setup
            self._note(lambda journal: journal.setup(told))

    def _note(self, write: Callable[[JournalWriter], object]) -> None:
        """Write to the journal; a full disk is said, and what matters is in memory too."""
        if self.journal is not None:
            try:
                write(self.journal)
            except OSError:
                self.worker.trouble = self.worker.trouble or DISK_TROUBLE

    def _close(self) -> None:
        self.worker.stop()
        if self.recorder is not None:
            self.recorder.close()
            if self.recorder.disk_full:
                self._disk_was_full("the recorded video is not complete")
            if self.recorder.dropped_count:
                self.warnings.append(f"{self.recorder.dropped_count} pictures are missing in the recorded video.")
        if self.journal is not None:
            try:
                self.journal.close()
                complete = not len(self.worker.unwritten)
            except OSError:
                complete = False
            if not complete:
                self._disk_was_full(f"{JOURNAL} is not complete")

    def _disk_was_full(self, what: str) -> None:
        self.disk_full = True
        self.warnings.append(f"The disk was full: {what}.")

    def _track(self) -> PoseTrack | None:
        if self.journal is None:
            return None
        stored = read_journal(self.journal.path).track
        spare = self.worker.unwritten
        if len(spare):
            late = spare.track(self.feed.image_size_wh, self._source(), self.protocol.setup)
            stored = late if stored is None else joined(stored, late)
        if stored is None:
            return None
        # A journal says "cut off" until its end is written; this session knows better.
        source = replace(stored.source, truncated=self.protocol.ending == "camera_gone")
        return used_part(replace(stored, setup=self.protocol.setup, source=source), self.events)


def joined(stored: PoseTrack, spare: PoseTrack) -> PoseTrack:
    """Two parts of one recording, in the order of time: the spare rows are those that the disk did not take."""
    spare_rows = ~np.isin(spare.times_s, stored.times_s)
    order = np.argsort(np.concatenate([stored.times_s, spare.times_s[spare_rows]]))
    parts = {name: (getattr(stored, name), getattr(spare, name)[spare_rows]) for name in ARRAYS}
    arrays: dict[str, Any] = {name: np.concatenate(both)[order] for name, both in parts.items()}
    return replace(stored, **arrays)
