"""The video of a live session, written beside the analysis without ever holding it up."""

from __future__ import annotations

import os
import queue
import shutil
import threading
from pathlib import Path

from marchcam.arrays import Image
from marchcam.capture import Frame, cv2
from marchcam.errors import OutputError

WAITING = 8  # pictures that may wait for a slow disk, 22 MB of 720p; what comes then is dropped
MIN_FREE_BYTES = 200_000_000  # the last of the disk is for the journal and the results
LOOK_EVERY = 30  # pictures between two looks at the disk
CLOSE_S = 10.0


class Recorder:
    """Writes the pictures of a session to a video file; a context manager that closes it.

    Parameters
    ----------
    path : str or Path
        An `.mkv` file that must not exist; readable by its owner only.
    image_size_wh : (int, int)
        Of every picture, pixels.
    fps_hint : float
        Pictures a second of the file. A picture stands where its true time falls, the last one where several fall
        into one place, and is repeated over a pause.
    zero_s : float, optional
        The session time at which the file begins; None: that of the first picture.

    Raises
    ------
    OutputError
        When the file cannot be made.

    Notes
    -----
    MPEG-4 in Matroska: its pictures need no table of contents, so of a killed program only the last 256 kB are lost,
    which is a second or two. H.264 is not in OpenCV's wheel. A full disk shows in no error of OpenCV's, so the
    recording stops by itself while 200 MB are still free.
    """

    def __init__(
        self, path: str | Path, image_size_wh: tuple[int, int], fps_hint: float, *, zero_s: float | None = None
    ):
        self.path, self._size_wh, self._fps, self._zero_s = Path(path), image_size_wh, fps_hint, zero_s
        self.dropped_count = 0
        """Pictures not recorded because the disk was too slow."""
        self.disk_full = False
        """Whether the recording stopped because the disk is nearly full."""
        self._queue: queue.Queue[Frame | None] = queue.Queue(WAITING)
        self._image: Image | None = None  # the newest picture, not written yet
        self._written = 0
        try:
            os.close(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        except OSError as error:
            raise OutputError(f"{path} cannot be written: {error.strerror}. Choose another place.") from None
        # An absolute path cannot be taken for a protocol ("rec:1.mkv").
        name = str(self.path.absolute())
        self._writer = cv2.VideoWriter(name, cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"mp4v"), fps_hint, image_size_wh)
        if not self._writer.isOpened():
            self.path.unlink(missing_ok=True)
            raise OutputError(f"{path} cannot be written as a video. Its name must end in .mkv.")
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def add(self, frame: Frame) -> None:
        """Record a picture; returns at once. The picture must not be drawn on afterwards."""
        try:
            self._queue.put_nowait(frame)
        except queue.Full:
            self.dropped_count += 1

    def close(self) -> None:
        """Write what waits and end the file; a second time does nothing."""
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join(CLOSE_S)

    def _run(self) -> None:
        count = 0
        try:
            while (frame := self._queue.get()) is not None:
                if count % LOOK_EVERY == 0 and not self.disk_full:
                    self.disk_full = shutil.disk_usage(self.path.parent).free < MIN_FREE_BYTES
                count += 1
                if not self.disk_full:
                    self._place(frame)
            if self._image is not None:
                self._writer.write(self._image)
        finally:
            self._writer.release()

    def _place(self, frame: Frame) -> None:
        if self._zero_s is None:
            self._zero_s = frame.time_s
        slot = round((frame.time_s - self._zero_s) * self._fps)
        image = frame.image if frame.image.shape[1::-1] == self._size_wh else cv2.resize(frame.image, self._size_wh)
        before = image if self._image is None else self._image
        for _ in range(self._written, slot):
            self._writer.write(before)
        self._written = max(self._written, slot)
        self._image = image
