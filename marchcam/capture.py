"""Video files as a stream of frames with their true times."""

from __future__ import annotations

import math
import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

# OpenCV and the FFmpeg inside it look at these before they start. They print warnings of their own, even for a camera
# that is merely not there.
os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
# FFmpeg would follow the proxy that keeps the pose library silent, and no stream would open; "none" is no proxy. And it
# takes no play lists (hls, dash, concat, sdp …): they would make it open whatever they name.
os.environ.setdefault(
    "OPENCV_FFMPEG_CAPTURE_OPTIONS",
    "http_proxy;none|rtsp_flags;prefer_tcp|format_whitelist;"
    "mov,matroska,avi,mpeg,mpegts,mpegvideo,m4v,h264,hevc,av1,obu,ivf,vc1,mjpeg,mjpeg_2000,mpjpeg,flv,asf,ogg,rtsp,mxf,dv,"
    "gif,nut,wtv,rm,yuv4mpegpipe",
)
os.environ.setdefault("OPENCV_VIDEOIO_MSMF_ENABLE_HW_TRANSFORMS", "0")  # Windows: opening a camera takes 20 s otherwise
os.environ.setdefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", "2")  # Linux: seconds until a silent camera counts as lost

import cv2 as cv2  # the others take it from here, so that what is set above is set first
import numpy as np

from marchcam.arrays import Image
from marchcam.errors import OPENCV_REPAIR, MarchCamError, SourceError
from marchcam.filekind import check_file, why_unreadable

if not hasattr(cv2, "VideoCapture"):
    raise MarchCamError(f"OpenCV is broken: its folder cv2 is empty. Repair it: {OPENCV_REPAIR}")

FPS_RANGE = (1.0, 1000.0)  # a header outside of it does not tell the frame rate (an MP3 with a cover says 90000)
MAX_HEADER_FRAMES = 10_000_000  # 46 h at 60/s; a header without a length reads as a huge or negative number
MAX_PIXELS = 40_000_000  # 8K and a little; one of 16,000 x 16,000 would take 800 MB, three times over
MAX_SIDE_PX = 4096  # larger ones are read smaller: the model sees no more in them, and eight fill a gigabyte
MAX_SHAPE = 8  # long over short side; the pose library ends the process over a picture of 65500 x 1
NEAR_S = 0.1  # a picture fetched again may be off by that much: a live recording has a frame rate of its own
WALK_S = 5.0  # a picture no farther ahead is walked to
LEAD_S = 1.0  # another is sought from that much before it: seeking goes by frame numbers, which are guessed
FALLBACK_FPS = 30.0  # for a file that knows neither times nor rate
# Missing more than both of the promised length is "cut short"; less is rounding.
TRUNCATED_S, TRUNCATED_SHARE = 0.5, 0.02
TURN = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}


@dataclass(frozen=True)
class Frame:
    """One picture of a recording."""

    index: int
    """0-based number in the file, counted from its first frame."""
    time_s: float
    """True time from the first frame of the file, seconds."""
    image: Image
    """(h, w, 3) uint8, BGR, upright."""


class VideoFile:
    """A video file, read once from front to end.

    A context manager; iterating it yields a `Frame` each. The file's rotation tag is followed unless `rotate` says
    otherwise. Times are the file's own, so a variable frame rate is no matter.

    Parameters
    ----------
    path : str or Path
    rotate : {0, 90, 180, 270}, optional
        Clockwise turn of the stored picture, instead of the file's rotation tag.
    start_s, end_s : float, optional
        Part of the recording to yield, seconds of the video: start_s <= time < end_s.
    threads : int, optional
        That decode; the cores when left out.

    Raises
    ------
    SourceError
        On entering, when the file cannot be read as a video; while iterating, when nothing lies in start_s..end_s.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        rotate: int | None = None,
        start_s: float | None = None,
        end_s: float | None = None,
        threads: int | None = None,
    ):
        if rotate not in (None, 0, *TURN):
            raise ValueError(f"rotate must be 0, 90, 180 or 270, not {rotate}")
        self.path: str | Path = Path(path)
        self.rotate = rotate
        self._threads = threads
        self.start_s = 0.0 if start_s is None else start_s
        self.end_s = np.inf if end_s is None else end_s
        if not self.end_s > self.start_s:  # so written that NaN fails too
            raise SourceError(
                f"Nothing lies between {self.start_s:g} s and {self.end_s:g} s: the end must follow the start."
            )
        self._wanted_from = 0
        self._start_index: int | None = None
        self.truncated = False
        """After reading: whether the video ended well before its header said."""

    def __enter__(self) -> VideoFile:
        self._capture = self._open()
        try:
            self._read_header()
        except BaseException:
            self._capture.release()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._capture.release()

    def _open(self) -> cv2.VideoCapture:
        return _open(Path(self.path), self.rotate, self._threads)

    def _read_header(self) -> None:
        fps = self._capture.get(cv2.CAP_PROP_FPS)
        count = self._capture.get(cv2.CAP_PROP_FRAME_COUNT)
        fps_known = FPS_RANGE[0] <= fps <= FPS_RANGE[1]
        count_known = has_length(self._capture)
        self._frame_interval_s = 1 / fps if fps_known else 1 / FALLBACK_FPS
        self.expected_frame_count: int | None = int(count) if count_known else None
        """Frames in the whole file as its header says; None where it does not say."""
        self.duration_hint_s: float | None = count / fps if count_known else None
        """Length of the whole file as its header says, seconds; None where it does not say."""
        if self.duration_hint_s is not None and self.start_s >= self.duration_hint_s + TRUNCATED_S:
            raise self._nothing_after_start(self.duration_hint_s)
        said_wh = [self._capture.get(key) for key in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT)]
        if min(said_wh) >= 1:  # before one is decoded
            check_size(said_wh, self.path)
        # The first picture is read here: its shape is the only trustworthy size of an upright picture.
        self._first = self._upright() if self._grab() else None
        if self._first is None:
            raise SourceError(f"No picture of {self.path} can be read; the file is damaged or uses an unknown format.")
        self._first_s = self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
        check_size(self._first.shape[1::-1], self.path)
        shrink = min(1.0, MAX_SIDE_PX / max(self._first.shape[:2]))
        height, width = self._first.shape[:2]
        self.image_size_wh: tuple[int, int] = (round(width * shrink), round(height * shrink))
        """Width and height of the upright picture as it is given out, pixels."""
        self._first = self._fitted(self._first)

    def __iter__(self) -> Iterator[Frame]:
        yielded, time_s = 0, 0.0
        for index, time_s in self._walk():
            if time_s < self.start_s:
                continue
            if self._start_index is None:
                self._start_index = index
            wanted = index - self._start_index >= self._wanted_from
            image = self._retrieve() if wanted else None
            if image is not None:
                yield Frame(index, time_s, image)
                yielded += 1
        if not (yielded or self._wanted_from):
            raise self._nothing_after_start(time_s)

    def pass_over(self, count: int) -> None:
        """Make no pictures of the first frames of the part to yield, from now on: it takes less time."""
        self._wanted_from = max(0, count)

    def break_off(self) -> None:
        """End the reading at the next frame, also one that is passed over; from any thread."""
        self.end_s = -np.inf

    def place(self, frame: Frame) -> int:
        """Number of a yielded frame in the part to yield, 0-based."""
        assert self._start_index is not None
        return frame.index - self._start_index

    def _walk(self) -> Iterator[tuple[int, float]]:
        """Step from frame to frame without making pictures: number and time of each, up to the end asked for."""
        index, time_s, raw_s = 0, 0.0, self._first_s
        while time_s < self.end_s:
            yield index, time_s
            self._first = None
            if not self._grab():
                self.truncated = self._ended_early(index + 1, time_s)
                return
            before_s, raw_s = raw_s, self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
            index += 1
            time_s = self._next_time(time_s, raw_s - self._first_s, stuck=raw_s == before_s)

    def _enter(self, near_s: float) -> Iterator[float]:
        """Step on from somewhere about a time: the file's own time of each frame, for as long as it moves on."""
        self._first, last_s = None, -np.inf
        self._capture.set(cv2.CAP_PROP_POS_MSEC, 1000 * (self._first_s + near_s))
        while self._grab():
            time_s = self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000 - self._first_s
            if not time_s > last_s:  # made up, it would not tell where the frame is
                return
            yield time_s
            last_s = time_s

    def _next_time(self, last_s: float, time_s: float, *, stuck: bool) -> float:
        """The file's time where it moves on; else a step that keeps the times strictly increasing."""
        if np.isfinite(time_s) and time_s > last_s:
            return time_s
        # A raw stream without times stands still: its frame rate is all there is. A step back is a slip: wait it out.
        return last_s + (self._frame_interval_s if stuck else 0.001)

    def _ended_early(self, count: int, time_s: float) -> bool:
        """Whether both frames and seconds are missing. One alone is a long last frame or a guessed frame count."""
        if self.duration_hint_s is None or self.expected_frame_count is None:
            return False
        missing_s = self.duration_hint_s - time_s - self._frame_interval_s
        missing = self.expected_frame_count - count
        return (
            missing_s > max(TRUNCATED_S, TRUNCATED_SHARE * self.duration_hint_s)
            and missing > TRUNCATED_SHARE * self.expected_frame_count
        )

    def _nothing_after_start(self, length_s: float) -> SourceError:
        return SourceError(
            f"Nothing to read from {self.start_s:g} s on: {self.path} is {length_s:.1f} s long. Start earlier."
        )

    def _grab(self) -> bool:
        try:
            return bool(self._capture.grab())
        except cv2.error:  # a damaged stream: what was read before it stays good
            return False

    def _retrieve(self) -> Image | None:
        """The picture at the present step, upright; None when it cannot be decoded."""
        if self._first is not None:
            return self._first
        image = self._upright()
        return None if image is None else self._fitted(image)

    def _upright(self) -> Image | None:
        try:
            read, image = self._capture.retrieve()
        except cv2.error:
            return None
        if not read:
            return None
        return cv2.rotate(image, TURN[self.rotate]) if self.rotate else image

    def _fitted(self, image: Image) -> Image:
        """A picture of the one size that all have: a call recorded in a browser may change it under way."""
        if image.shape[1::-1] == self.image_size_wh:
            return image
        way = cv2.INTER_AREA if image.shape[1] > self.image_size_wh[0] else cv2.INTER_LINEAR
        return cv2.resize(image, self.image_size_wh, interpolation=way)


def read_frames(
    path: str | Path, times_s: Collection[float], *, rotate: int | None = None
) -> tuple[dict[float, Image], tuple[int, int]]:
    """Fetch single pictures of a video file again.

    Parameters
    ----------
    path : str or Path
    times_s : collection of float
        `Frame.time_s` of each picture wanted.
    rotate : {0, 90, 180, 270}, optional
        As for `VideoFile`.

    Returns
    -------
    dict of float to ndarray of shape (h, w, 3), uint8
        BGR pictures by the time asked for: the picture of that very time, else the nearest one within 0.1 s or half a
        frame interval. One that cannot be read is missing.
    (int, int)
        Width and height of the video's upright pictures.

    Raises
    ------
    SourceError
        When the file cannot be read as a video.

    Notes
    -----
    Seeks, which lands beside the frame asked for in many files; only a frame with exactly the time asked for is taken.
    Whatever is not found so is looked for by reading on from the start.
    """
    images, wanted = dict[float, Image](), sorted(set(times_s))
    with VideoFile(path, rotate=rotate) as video:
        steps: Iterator[float] = (time_s for _, time_s in video._walk())
        here_s = 0.0
        for time_s in wanted:
            if time_s - here_s > WALK_S:
                steps = video._enter(time_s - LEAD_S)
            here_s = next((step_s for step_s in steps if step_s >= time_s), np.inf)
            image = video._retrieve() if here_s == time_s else None
            if image is None:
                break
            images[time_s] = image
        size_wh = video.image_size_wh
    left = [time_s for time_s in wanted if time_s not in images]
    if left:
        with VideoFile(path, rotate=rotate) as video:
            images.update(_nearest_images(video, left))
    return images, size_wh


def _nearest_images(video: VideoFile, times_s: list[float]) -> dict[float, Image]:
    """The picture nearest to each time, where one is near enough; times ascending, the video at its start."""
    off_s, images = dict.fromkeys(times_s, np.inf), {}
    reach_s = max(NEAR_S, video._frame_interval_s / 2)
    for _, time_s in video._walk():
        nearer = [t for t, off in off_s.items() if abs(t - time_s) <= reach_s and abs(t - time_s) < off]
        image = video._retrieve() if nearer else None
        if image is not None:
            for wanted_s in nearer:
                off_s[wanted_s], images[wanted_s] = abs(wanted_s - time_s), image
        if time_s >= times_s[-1] and (not any(off_s.values()) or time_s > times_s[-1] + reach_s):
            break
    return images


def check_size(size_wh: Sequence[float], name: str | Path) -> None:
    """Raise a SourceError for pictures of a size that no camera has: more than 8K, or a strip."""
    if math.prod(size_wh) > MAX_PIXELS:
        raise SourceError(f"The pictures of {name} are too large; 8K is the most. Export it in a smaller size.")
    if max(size_wh) > MAX_SHAPE * min(size_wh):
        raise SourceError(f"The pictures of {name} are {size_wh[0]:.0f} x {size_wh[1]:.0f}: no person fits in.")


def has_length(capture: cv2.VideoCapture) -> bool:
    """Whether the header tells how many frames there are and how fast they go: a file does, a stream does not."""
    fps, count = capture.get(cv2.CAP_PROP_FPS), capture.get(cv2.CAP_PROP_FRAME_COUNT)
    return FPS_RANGE[0] <= fps <= FPS_RANGE[1] and 1 <= count <= MAX_HEADER_FRAMES


def _open(path: Path, rotate: int | None, threads: int | None) -> cv2.VideoCapture:
    """A capture at the start of the file, or a SourceError that says what the file is instead."""
    check_file(path)
    # An absolute path cannot be taken for a protocol ("rec:1.mp4").
    options = [] if threads is None else [cv2.CAP_PROP_N_THREADS, threads]
    capture = cv2.VideoCapture(str(path.absolute()), cv2.CAP_FFMPEG, options)
    if not capture.isOpened():
        raise SourceError(why_unreadable(path))
    if rotate is not None:
        capture.set(cv2.CAP_PROP_ORIENTATION_AUTO, 0)
    return capture
