"""The video again, with the legs, their angles and the counts drawn on."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType

import numpy as np

from marchcam.analysis.results import Assessment
from marchcam.arrays import Bools, Floats, Image
from marchcam.capture import VideoFile, cv2
from marchcam.errors import OutputError, SourceError
from marchcam.files import replacing
from marchcam.report.words import DASH, signed
from marchcam.track import ANKLE, HEEL, HIP, KNEE, LEFT_EAR, NOSE, RIGHT_EAR, SHOULDER, SIDES, TOE, PoseTrack

COLOR_BGR = {"left": (178, 114, 0), "right": (0, 159, 230)}  # the report's #0072B2 and #E69F00
WHITE, DARK = (255, 255, 255), (43, 32, 22)
MIN_PRESENCE = 0.3  # below it the model makes the joint up, mostly outside of the picture
FACE_RADIUS_TORSOS = 0.42  # from between the ears past the crown and the chin
FACE_TILES = 6  # across the hidden face: too few to know anybody
MAX_FPS = 120.0
WAITING = 4  # pictures on their way to the file
FONT = Path(__file__).parent / "fonts" / "SourceSansPro-Semibold.ttf"


def write_annotated(
    assessment: Assessment,
    track: PoseTrack,
    path: str | Path,
    *,
    faces: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Write annotated.mp4 from the video that the track was made of.

    Parameters
    ----------
    assessment : Assessment
    track : PoseTrack
        Its `source` says where the video lies.
    path : str or Path
        The `.mp4` to write.
    faces : bool
        Whether the face stays visible.
    progress : callable, optional
        Called after each frame with the frames drawn and the frames there are.

    Raises
    ------
    SourceError
        When the video cannot be read again.
    OutputError
        When the file cannot be written.

    Notes
    -----
    The written file has one frame rate, the recording's usual one; a frame stands where its true time falls, so that
    a pause in the recording stays a pause.
    """
    times_s = track.times_s
    fps = min(MAX_FPS, 1 / float(np.median(np.diff(times_s)))) if len(times_s) > 1 else 25.0
    video = VideoFile(
        track.source.path, rotate=track.source.rotate_deg, start_s=times_s[0], end_s=np.nextafter(times_s[-1], np.inf)
    )
    with video, replacing(path) as part:
        with _Encoder(part, fps, track.image_size_wh) as encoder:
            if not encoder.works:
                raise OutputError(f"{path} cannot be written as a video.")
            written, image, face = 0, None, None
            for row, frame in enumerate(video):
                slot = round((frame.time_s - times_s[0]) * fps)
                while image is not None and written < slot:
                    encoder.write(image)
                    written += 1
                image = frame.image.copy()
                face = (
                    _face(track.position_px[row].astype(np.float64)) or face
                )  # where nobody was found it stays hidden where it was
                if face is not None and not faces:
                    _hide(image, *face)
                _draw(image, assessment, track, row)
                if progress is not None:
                    progress(row + 1, len(times_s))
            if image is not None:
                encoder.write(image)
        _check_readable(part, path)


class _Encoder:
    """A video under way, encoded in a thread of its own while the next pictures are read and drawn.

    A context manager; leaving ends the file.

    Parameters
    ----------
    path : Path
    fps : float
    size_wh : (int, int)
    """

    def __init__(self, path: Path, fps: float, size_wh: tuple[int, int]) -> None:
        self._writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), fps, size_wh)
        self._thread = ThreadPoolExecutor(1)
        self._pending: deque[Future[None]] = deque()
        self.works = self._writer.isOpened()

    def __enter__(self) -> _Encoder:
        return self

    def write(self, image: Image) -> None:
        """Take the next picture, which nobody may change any more."""
        if len(self._pending) == WAITING:
            self._pending.popleft().result()
        self._pending.append(self._thread.submit(self._encode, image))

    def _encode(self, image: Image) -> None:
        self._writer.write(image)

    def __exit__(self, kind: type[BaseException] | None, *_: BaseException | TracebackType | None) -> None:
        self._thread.shutdown(cancel_futures=kind is not None)
        self._writer.release()
        if kind is None:
            for written in self._pending:
                written.result()


def _check_readable(part: Path, path: str | Path) -> None:
    """A writer on a full disk says nothing: its file merely lacks the table of contents, which comes last."""
    try:
        with VideoFile(part):
            pass
    except SourceError:
        raise OutputError(f"{path} cannot be written; is the disk full?") from None


def _draw(image: Image, assessment: Assessment, track: PoseTrack, row: int) -> None:
    unit = max(1, round(min(image.shape[:2]) / 240))  # line width that reads alike in every size
    for side in SIDES:
        joints = [HIP[side], KNEE[side], ANKLE[side], HEEL[side], TOE[side]]
        seen = track.presence[row, joints] >= MIN_PRESENCE
        joints_px = track.position_px[row, joints].astype(np.float64)
        if np.all(np.isfinite(joints_px)):
            _draw_leg(image, joints_px, seen, side, unit)
    _darken_panel(image)
    for line, side in enumerate(SIDES):
        elevation_deg = float(getattr(assessment.series, f"{side}_elevation_deg")[row])
        counted = (lift for lift in assessment.repetitions if lift.side == side and not lift.excluded)
        lifts = sum(lift.reach_s <= track.times_s[row] for lift in counted)
        angle = signed(elevation_deg) if np.isfinite(elevation_deg) else DASH
        _write(image, (side.capitalize(), f"{lifts} {'lift' if lifts == 1 else 'lifts'}", angle), line, side)


def _draw_leg(image: Image, points_px: Floats, seen: Bools, side: str, unit: int) -> None:
    """Hip, knee, ankle, heel and toe; the left leg's joints are round, the right leg's square."""
    corners = np.rint(points_px).astype(int).tolist()
    for start, end in ((0, 1), (1, 2), (2, 3), (2, 4), (3, 4)):
        if seen[start] and seen[end]:
            cv2.line(image, corners[start], corners[end], WHITE, 3 * unit, cv2.LINE_AA)
            cv2.line(image, corners[start], corners[end], COLOR_BGR[side], 2 * unit, cv2.LINE_AA)
    for (x, y), visible in zip(corners, seen, strict=True):
        for radius, color in ((3 * unit, WHITE), (2 * unit, COLOR_BGR[side])):
            if visible and side == "left":
                cv2.circle(image, (x, y), radius, color, cv2.FILLED, cv2.LINE_AA)
            elif visible:
                cv2.rectangle(image, (x - radius, y - radius), (x + radius, y + radius), color, cv2.FILLED)


def _text_px(image: Image) -> int:
    """Text height that reads alike in every size."""
    return max(12, round(int(min(image.shape[:2])) / 16))


def _darken_panel(image: Image) -> None:
    """The ground of the two lines at the top left; without it white text is lost on a white wall."""
    size = _text_px(image)
    panel = image[: round(3.1 * size), : round(9.7 * size)]
    panel[:] = panel // 4 + np.array(DARK, np.uint8) // 2


def _write(image: Image, words: tuple[str, str, str], line: int, side: str) -> None:
    """Name, count and angle of a side, with the side's mark before them."""
    size = _text_px(image)
    baseline = round((1.2 + 1.3 * line) * size)
    x, y, radius = round(0.8 * size), baseline - round(0.32 * size), round(0.28 * size)
    if side == "left":
        cv2.circle(image, (x, y), radius, COLOR_BGR[side], cv2.FILLED, cv2.LINE_AA)
    else:
        cv2.rectangle(image, (x - radius, y - radius), (x + radius, y + radius), COLOR_BGR[side], cv2.FILLED)
    font = cv2.FontFace(str(FONT))
    for column, word in zip((1.5, 4.3, 7.5), words, strict=True):
        cv2.putText(image, word, (round(column * size), baseline), WHITE, font, size)


def _face(points_px: Floats) -> tuple[Floats, float] | None:
    """Middle and radius of the head, pixels; None where nobody is."""
    head = points_px[[NOSE, LEFT_EAR, RIGHT_EAR]].mean(axis=0)
    shoulder = np.mean([points_px[SHOULDER[side]] for side in SIDES], axis=0)
    hip = np.mean([points_px[HIP[side]] for side in SIDES], axis=0)
    radius = FACE_RADIUS_TORSOS * float(np.linalg.norm(shoulder - hip))
    return (head, radius) if np.isfinite(radius + head.sum()) else None


def _hide(image: Image, center_px: Floats, radius_px: float) -> None:
    """Make coarse tiles of the head."""
    (left, top), (right, bottom) = (
        np.clip(np.rint(center_px + sign * radius_px), 0, image.shape[1::-1]).astype(int) for sign in (-1, 1)
    )
    if right - left < 2 or bottom - top < 2:
        return
    part = image[top:bottom, left:right]
    tiles = cv2.resize(part, (FACE_TILES, FACE_TILES), interpolation=cv2.INTER_AREA)
    image[top:bottom, left:right] = cv2.resize(tiles, part.shape[1::-1], interpolation=cv2.INTER_NEAREST)
