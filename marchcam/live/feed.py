"""The camera of a live session: a thread that reads it without pause and hands over only the newest picture."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import numpy as np

from marchcam.arrays import Image
from marchcam.camera import Camera, ask_permission, open_source, source_name
from marchcam.capture import FALLBACK_FPS, Frame, VideoFile, cv2
from marchcam.errors import SourceError

FIRST_PICTURE_S = 25.0  # some drivers take that long to open a camera
LOST_S = 1.0  # without a picture for so long the camera counts as lost
DAMAGED_S = 2.0  # nothing but damaged pictures for so long: open it again
BACKOFF_S = (0.2, 3.0)  # first and longest wait before a lost camera is opened again
BLOCKED_S = 5.0  # past the time to give up: then the thread itself is stuck in a read that never comes back
LEAVE_S = 2.5  # longer than a read of a dead stream can block


class CameraFeed:
    """Pictures of a camera as they come, or of a video file at its own pace.

    A context manager. One thread of its own opens, reads and releases the camera; leaving the context ends it within
    2.5 s, even while a read blocks. A camera that is lost is opened again, with a wait that doubles from 0.2 s to 3 s.

    Parameters
    ----------
    text : str
        What the user gave: the number of a camera, an http, https or rtsp address, or the path of a video file.
    loop : bool
        Whether a file is played again and again, its times going on.
    clock : callable
        Monotonic seconds.
    give_up_s : float
        Without a picture for so long a camera is gone for good.

    Raises
    ------
    SourceError
        On entering, when no first picture comes, in one sentence with what to try.
    """

    # Not time.monotonic: that is the same clock but on Windows, where it moves in steps of 16 ms.
    def __init__(
        self,
        text: str,
        *,
        loop: bool = False,
        clock: Callable[[], float] = time.perf_counter,
        give_up_s: float = 30.0,
    ):
        self.name = source_name(text)
        """The absolute path of a file, "camera 0", or the address without user, password and query."""
        self.image_size_wh: tuple[int, int] = (0, 0)
        """Width and height of the upright picture, pixels; later pictures of another size are brought to it."""
        self.is_file = False
        """Whether it has an end: a file, also one behind an address."""
        self._text, self._loop, self._clock, self._give_up_s = text, loop, clock, give_up_s
        self._condition = threading.Condition()  # guards the slot
        self._slot: Frame | None = None
        self._opened, self._played, self._stopped = (threading.Event() for _ in range(3))
        self._error: Exception | None = None
        self._zero_s = self._last_picture_s = 0.0
        self._last_time_s = -np.inf
        self._count = 0
        self._over = self._gone = False

    def __enter__(self) -> CameraFeed:
        ask_permission(self._text)
        self._thread = threading.Thread(target=self._run, name="camera", daemon=True)
        self._thread.start()
        try:
            if not self._opened.wait(FIRST_PICTURE_S):
                raise SourceError(
                    f"No picture came from {self.name} within {FIRST_PICTURE_S:.0f} s. Unplug it and plug it in again."
                )
            if self._error is not None:
                raise self._error
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._played.set()  # a file may still wait for its start
        with self._condition:
            self._condition.notify_all()
        self._thread.join(LEAVE_S)

    def play(self) -> None:
        """Begin: sets the zero of time, and a file starts to run. Earlier pictures of a camera are dropped."""
        with self._condition:
            self._zero_s = self._last_picture_s = self._clock()
            self._played.set()

    def now_s(self) -> float:
        """Session time, seconds since `play`; 0 before."""
        return self._clock() - self._zero_s if self._played.is_set() else 0.0

    def latest(self, timeout_s: float) -> Frame | None:
        """The newest picture not yet handed out.

        Parameters
        ----------
        timeout_s : float
            How long to wait for one.

        Returns
        -------
        Frame or None
            `time_s` is the moment it was captured, seconds since `play`, strictly increasing; `index` counts the
            captured pictures, so a slow reader sees gaps in it. None when none came in time, or no more will come.
        """
        with self._condition:
            self._condition.wait_for(lambda: self._slot or self._over or self._stopped.is_set(), timeout_s)
            frame, self._slot = self._slot, None
            return frame

    @property
    def lost_s(self) -> float:
        """Seconds since the last picture of a camera that is lost; 0 while it runs."""
        if self.is_file or not self._played.is_set():
            return 0.0
        silent_s = self._clock() - self._last_picture_s
        return silent_s if silent_s > LOST_S else 0.0

    @property
    def ended(self) -> bool:
        """Whether no picture will come any more: the file is over and handed out, or the camera is gone for good."""
        return (self._over or self.gone) and self._slot is None

    @property
    def gone(self) -> bool:
        """Whether a camera is gone for good."""
        return self._gone or self.lost_s > self._give_up_s + BLOCKED_S

    # All below runs in the thread, which alone touches the capture: a release during a read of another thread crashes.

    def _run(self) -> None:
        try:
            self._read_until_over()
        except Exception as error:  # shown to the user by __enter__; afterwards the camera counts as gone
            self._error, self._gone = error, not self.is_file
        with self._condition:
            self._over = True
            self._opened.set()
            self._condition.notify_all()

    def _read_until_over(self) -> None:
        wait_s, offset_s = BACKOFF_S[0], 0.0
        while not self._stopped.is_set():
            count = self._count
            try:
                with open_source(self._text, explain=not self._opened.is_set()) as source:
                    self._first_opened(source)
                    if isinstance(source, VideoFile):
                        offset_s = self._play_file(source, offset_s)
                    else:
                        self._drain(source)
            except SourceError:
                if not self._opened.is_set() or self.is_file:
                    raise
            if self.is_file:
                if not self._loop:
                    return
                continue
            if self._count > count:
                wait_s = BACKOFF_S[0]
            left_s = self._last_picture_s + self._give_up_s - self._clock()
            if left_s <= 0:
                self._gone = True
                return
            self._stopped.wait(min(wait_s, left_s))
            wait_s = min(2 * wait_s, BACKOFF_S[1])

    def _first_opened(self, source: VideoFile | Camera) -> None:
        if not self._opened.is_set():
            self.image_size_wh = source.image_size_wh
            self.is_file = isinstance(source, VideoFile)
            self._last_picture_s = self._clock()
            self._opened.set()

    def _play_file(self, video: VideoFile, offset_s: float) -> float:
        """Hand out the pictures of a file when their time has come; the time at which it would start again."""
        self._played.wait()
        time_s, interval_s = 0.0, 1 / FALLBACK_FPS
        for frame in video:
            if frame.time_s > time_s:
                interval_s = frame.time_s - time_s
            time_s = frame.time_s
            if self._stopped.wait(max(0.0, self._zero_s + offset_s + time_s - self._clock())):
                break
            self._hand_over(offset_s + time_s, frame.image)
        return offset_s + time_s + interval_s

    def _drain(self, camera: Camera) -> None:
        """Read a camera until it is lost; what is not read at once would come later and later."""
        good_s = self._clock()
        while not self._stopped.is_set() and camera.grab():
            captured_s = self._clock()
            image = camera.retrieve()
            if image is not None:
                good_s = captured_s
                self._hand_over(captured_s - self._zero_s, image, captured_s)
            elif captured_s - good_s > DAMAGED_S:
                return

    def _hand_over(self, time_s: float, image: Image, captured_s: float | None = None) -> None:
        if image.shape[1::-1] != self.image_size_wh:
            image = cv2.resize(image, self.image_size_wh)
        with self._condition:
            if captured_s is not None:
                self._last_picture_s = captured_s
                if captured_s < self._zero_s or not self._played.is_set():
                    return
            time_s = max(time_s, self._last_time_s + 1e-6)  # two reads of a coarse clock may give the same time
            self._slot, self._last_time_s = Frame(self._count, time_s, image), time_s
            self._count += 1
            self._condition.notify_all()
