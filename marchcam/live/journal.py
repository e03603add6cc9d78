"""The journal of a live session: every picture's landmarks on the disk at once, so that nothing is lost but an instant.

The layout is described in docs/outputs.md.
"""

from __future__ import annotations

import dataclasses
import json
import os
import struct
import threading
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from marchcam.errors import TrackError
from marchcam.track import LANDMARK_COUNT, PoseTrack, Setup, Source

if TYPE_CHECKING:
    from marchcam.pose import Landmarks

JOURNAL = "journal.mcj"
MAGIC = b"\x89MARCHCAM\r\n\x1a\n"  # a copy that changes line ends or the eighth bit spoils it, and is found out
FORMAT = 1  # a reader refuses another one
VERSION = struct.Struct("<H")
HEAD = struct.Struct("<cII")  # kind, length of the content, CRC-32 of kind, length and content
START, FRAME, FORGET, EVENT, SETUP, SOURCE, END = b"H", b"F", b"X", b"E", b"P", b"S", b"Z"
NOTHING, TORN = b"", b"torn"  # no kinds of a record: the file ends, or what comes is damaged
# A picture: its time, people seen, shift of the background, and 33 landmarks of 2 + 3 + 1 + 1 numbers.
TIMES = struct.Struct("<dddd")
WIDTHS = (2, 3, 1, 1)
LANDMARK_BYTES = 4 * LANDMARK_COUNT * sum(WIDTHS)
COUNT = struct.Struct("<I")
USE_FROM = "use_from"  # the kind of event that says from when on the march counts, as from_s
MAX_CONTENT_BYTES = 1_000_000  # the longest real content is an event of some hundred
MAX_FRAMES = 10_000_000


class JournalWriter:
    """Writes a journal; a context manager that closes it.

    Every record goes to the operating system at once, so that a killed program loses nothing but the record being
    written. For a power cut the disk is made to keep what it has, once a second, by a thread: a slow disk takes as long
    as several pictures.

    Parameters
    ----------
    path : str or Path
        Must not exist: a journal is somebody's session. Readable by its owner only.
    image_size_wh : (int, int)
        Of the upright picture, pixels.
    source : Source
    setup : Setup
    fsync_every_s : float
        Time between two orders to the disk.

    Raises
    ------
    OSError
        When it cannot be written. What was written before stays readable, and so does what is written after.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        image_size_wh: tuple[int, int],
        source: Source,
        setup: Setup,
        fsync_every_s: float = 1.0,
    ):
        self.path = Path(path)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
        self._fd, self._closed = os.open(self.path, flags, 0o600), False
        self._good_bytes = 0
        self._torn = False
        self._last_time_s = -np.inf
        start: dict[str, Any] = {"image_size_wh": list(map(int, image_size_wh))}
        start |= {"source": dataclasses.asdict(source), "setup": dataclasses.asdict(setup)}
        try:
            self._write(MAGIC + VERSION.pack(FORMAT) + _record(START, _json(start)))
        except BaseException:
            os.close(self._fd)
            self.path.unlink(missing_ok=True)
            raise
        self._closing = threading.Event()
        self._syncing = threading.Thread(target=self._sync, args=(fsync_every_s,), name="journal", daemon=True)
        self._syncing.start()

    def __enter__(self) -> JournalWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def frame(self, time_s: float, landmarks: Landmarks, people: float, shift: tuple[float, float]) -> None:
        """Add a picture.

        Parameters
        ----------
        time_s : float
            Greater than that of the picture before.
        landmarks : Landmarks
            NaN for nobody. Kept as 32-bit numbers, which is what the model gives.
        people : float
            How many people were seen; NaN where nobody counted.
        shift : (float, float)
            Of the background, pixels; NaN where it was not measured.
        """
        if not time_s > self._last_time_s:
            raise ValueError(f"times must increase: {time_s} after {self._last_time_s}")
        parts = (landmarks.position_px, landmarks.world_m, landmarks.visibility, landmarks.presence)
        content = TIMES.pack(time_s, people, *shift) + b"".join(np.asarray(p, "<f4").tobytes() for p in parts)
        self._append(FRAME, content)
        self._last_time_s = time_s

    def forget(self, count: int) -> None:
        """Say that the last `count` pictures written so far show somebody else: they become rows of nobody."""
        self._append(FORGET, COUNT.pack(count))

    def event(self, time_s: float, kind: str, **data: object) -> None:
        """Note that something happened, with whatever JSON can hold."""
        self._append(EVENT, _json({"time_s": time_s, "kind": kind, **data}))

    def setup(self, setup: Setup) -> None:
        """Replace what the person told."""
        self._append(SETUP, _json(dataclasses.asdict(setup)))

    def source(self, source: Source) -> None:
        """Replace where the pictures come from."""
        self._append(SOURCE, _json(dataclasses.asdict(source)))

    def close(self) -> None:
        """Say that the session ended as it should, and close the file; a second time does nothing."""
        if self._closed:
            return
        self._closing.set()
        self._syncing.join()  # it must not touch the number of a file that is closed
        try:
            self._append(END, b"")
            os.fsync(self._fd)
        finally:
            self._closed = True
            os.close(self._fd)

    def _append(self, kind: bytes, content: bytes) -> None:
        if self._closed:
            raise ValueError("the journal is closed")
        self._write(_record(kind, content))

    def _sync(self, every_s: float) -> None:
        while not self._closing.wait(every_s):
            with suppress(OSError):  # closing tries once more, and says so
                os.fsync(self._fd)

    def _write(self, record: bytes) -> None:
        """Write a record as a whole, or leave the file as it was."""
        if self._torn:
            self._cut()
        try:
            left = memoryview(record)
            while left:
                left = left[os.write(self._fd, left) :]
        except OSError:
            self._torn = True
            with suppress(OSError):
                self._cut()
            raise
        self._good_bytes += len(record)

    def _cut(self) -> None:
        os.ftruncate(self._fd, self._good_bytes)
        os.lseek(self._fd, self._good_bytes, os.SEEK_SET)
        self._torn = False


@dataclass(frozen=True)
class Journal:
    """What a journal holds."""

    track: PoseTrack | None
    """None when not one picture was written. Its source is truncated when the session did not end as it should."""
    events: list[dict[str, Any]]
    """In the order written, each with `time_s`, `kind` and whatever else was noted."""
    torn: bool
    """Whether it ends in the middle of a record, or is damaged from some place on; what stands before is used."""


def is_journal(path: str | Path) -> bool:
    """Whether a file begins as a journal does; False for one that cannot be read."""
    try:
        with Path(path).open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except (OSError, ValueError):
        return False


def read_journal(path: str | Path) -> Journal:
    """Read a journal, up to the first damaged record.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    Journal

    Raises
    ------
    TrackError
        When the file is missing, no journal, or of another version.
    """
    try:
        with Path(path).open("rb") as file:
            return _read(file)
    except FileNotFoundError:
        raise TrackError(f"There is no journal {path}.") from None
    except TrackError as error:
        raise TrackError(f"{path} cannot be used: {error}") from None
    except (OSError, ValueError, TypeError, KeyError, struct.error, RecursionError, MemoryError, OverflowError):
        raise TrackError(f"{path} is not the journal of a session, or it is damaged.") from None


def _read(file: BinaryIO) -> Journal:
    if file.read(len(MAGIC)) != MAGIC:
        raise TrackError("it is not the journal of a session.")
    if file.read(VERSION.size) != VERSION.pack(FORMAT):
        raise TrackError("it was written by another version of MarchCam.")
    kind, content = _next_record(file)
    if kind != START:
        raise TrackError("its beginning is damaged.")
    start = json.loads(content)
    setup, source, size_wh = Setup(**start["setup"]), Source(**start["source"]), tuple(start["image_size_wh"])
    rows, events = bytearray(), []
    while True:
        kind, content = _next_record(file)
        if kind in (END, NOTHING, TORN):
            break
        if kind == FRAME:
            if len(content) != TIMES.size + LANDMARK_BYTES or len(rows) >= MAX_FRAMES * len(content):
                raise TrackError("a picture in it has a wrong length.")
            rows += content
        elif kind == FORGET:
            _forget(rows, COUNT.unpack(content)[0])
        elif kind == EVENT:
            events.append(_event(json.loads(content)))
        elif kind == SETUP:
            setup = Setup(**json.loads(content))
        elif kind == SOURCE:
            source = Source(**json.loads(content))
        else:
            raise TrackError("it holds records that this version of MarchCam does not know.")
    torn = kind == TORN
    source = dataclasses.replace(source, truncated=source.truncated or kind != END)
    return Journal(_track(rows, size_wh, source, setup) if rows else None, events, torn)


def _next_record(file: BinaryIO) -> tuple[bytes, bytes]:
    """Kind and content; NOTHING at the end of the file, TORN where a record is torn or damaged."""
    head = file.read(HEAD.size)
    if not head:
        return NOTHING, b""
    if len(head) < HEAD.size:
        return TORN, b""
    kind, length, checksum = HEAD.unpack(head)
    content = file.read(length) if length <= MAX_CONTENT_BYTES else b""
    whole = len(content) == length and _checksum(kind, content) == checksum
    return (kind, content) if whole else (TORN, b"")


def _event(event: dict[str, Any]) -> dict[str, Any]:
    """An event as it was written, or a ValueError: what reads them relies on their times and kinds."""
    times = [event["time_s"], *([event["from_s"]] if event["kind"] == USE_FROM else [])]
    if not isinstance(event["kind"], str) or not all(isinstance(time_s, float | int) for time_s in times):
        raise ValueError("not an event")
    return event


def _forget(rows: bytearray, count: int) -> None:
    """Make the last rows ones of nobody; their times and what the background did stay."""
    size = TIMES.size + LANDMARK_BYTES
    nobody = np.full(LANDMARK_BYTES // 4, np.nan, "<f4").tobytes()
    for end in range(len(rows), max(0, len(rows) - count * size), -size):
        rows[end - LANDMARK_BYTES : end] = nobody


def _track(rows: bytearray, size_wh: tuple[int, int], source: Source, setup: Setup) -> PoseTrack:
    shapes = [(LANDMARK_COUNT, width) if width > 1 else (LANDMARK_COUNT,) for width in WIDTHS]
    layout = np.dtype(
        [("time_s", "<f8"), ("people", "<f8"), ("shift", "<f8", 2)]
        + [(name, "<f4", shape) for name, shape in zip(("px", "m", "visibility", "presence"), shapes, strict=True)]
    )
    table = np.frombuffer(rows, layout)
    return PoseTrack(
        times_s=table["time_s"],
        position_px=table["px"],
        world_m=table["m"],
        visibility=table["visibility"],
        presence=table["presence"],
        image_size_wh=size_wh,
        source=source,
        setup=setup,
        person_count=table["people"],
        camera_shift_px=table["shift"],
    )


def _record(kind: bytes, content: bytes) -> bytes:
    return HEAD.pack(kind, len(content), _checksum(kind, content)) + content


def _checksum(kind: bytes, content: bytes) -> int:
    return zlib.crc32(content, zlib.crc32(kind + COUNT.pack(len(content))))


def _json(value: object) -> bytes:
    return json.dumps(value, default=_plain).encode("ascii")


def _plain(value: object) -> object:
    """A numpy number as one of Python's, anything else as text."""
    return value.item() if isinstance(value, np.generic) else str(value)
