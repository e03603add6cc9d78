"""Which part of a picture is shown, and how a face is kept out of it. Arrays only, nothing is drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from marchcam.arrays import Floats, Image
from marchcam.track import ANKLE, HEEL, HIP, KNEE, SHOULDER, TOE

FACE = slice(0, 11)
EYES, MOUTH = (2, 5), (9, 10)
# The chin lies about three quarters as far below the mouth as the mouth below the eyes; rounded up to be safe.
CHIN_BELOW_MOUTH = 0.9
# How much is shown above the shoulders, below the feet and beside, as a share of the height from shoulder to foot.
ABOVE_SHOULDERS, BELOW_FEET, BESIDE = 0.05, 0.055, 0.05
# Of the face's width from ear to ear, round its middle: reaches over chin and forehead.
FACE_RADIUS = 0.8
FACE_BLOCKS = 6


@dataclass(frozen=True)
class Crop:
    """The part of a frame that is shown, in pixels of the track's picture."""

    left: float
    top: float
    width: float
    height: float

    def widened(self, width: float, frame_width: float) -> Crop:
        """The same heights with another width about the same middle, pushed into the frame where it fits."""
        left = self.left + self.width / 2 - width / 2
        if width <= frame_width:
            left = min(max(left, 0.0), frame_width - width)
        return Crop(left, self.top, width, self.height)


def head_line(points: Floats, *, faces: bool) -> float:
    """The row where a crop starts: above the shoulders but below the chin (with ``faces``: above the head)."""
    shoulders = points[list(SHOULDER.values()), 1]
    feet = np.nanmax(points[[*TOE.values(), *HEEL.values(), *ANKLE.values()], 1])
    body = feet - np.nanmin(shoulders)
    if faces:
        return float(np.nanmin(points[:, 1]) - 0.12 * body)
    top = np.nanmin(shoulders) - ABOVE_SHOULDERS * body
    mouth, eyes = points[list(MOUTH), 1], points[list(EYES), 1]
    mouth, eyes = mouth[np.isfinite(mouth)], eyes[np.isfinite(eyes)]
    if not len(mouth) or not len(eyes):
        return float(top)
    chin = mouth.max() + CHIN_BELOW_MOUTH * max(mouth.max() - eyes.mean(), 0.0)
    return float(np.nanmax([top, chin]))


def crop_of(
    points: Floats, frame_wh: tuple[int, int], aspect: float, *, faces: bool = False, least_height: float = 0.0
) -> Crop:
    """The part from the shoulders to the floor that holds the whole body.

    Parameters
    ----------
    points : np.ndarray
        (33, 2) landmarks of somebody, pixels, y down.
    frame_wh : tuple of int
        Size of the picture, pixels.
    aspect : float
        Width over height of the place on the page.
    faces : bool, optional
        Whether the head is shown.
    least_height : float, optional
        A height that is kept at least, so that several pictures have one scale.

    Returns
    -------
    Crop
        It starts below the chin; below the floor and beside a narrow frame it may reach out of the picture.
    """
    top = head_line(points, faces=faces)
    body = points[[i for part in (SHOULDER, HIP, KNEE, ANKLE, HEEL, TOE) for i in part.values()]]
    floor = float(np.nanmax(body[:, 1]))
    height = max((floor - top) * (1 + BELOW_FEET), least_height)
    left, right = float(np.nanmin(body[:, 0])), float(np.nanmax(body[:, 0]))
    height = max(height, (right - left) * (1 + 2 * BESIDE) / aspect)
    middle = Crop((left + right) / 2, top, 0.0, height)
    return middle.widened(height * aspect, frame_wh[0])


def hide_face(image: Image, points: Floats) -> Floats:
    """The picture with coarse blocks over the face, wherever it lies. Landmarks in pixels of this picture."""
    face = points[FACE]
    face = face[np.isfinite(face).all(axis=1)]
    if not len(face):
        return image
    centre, radius = face.mean(axis=0), FACE_RADIUS * np.ptp(face, axis=0).max() + 4
    (x0, y0), (x1, y1) = np.maximum(np.floor(centre - radius).astype(int), 0), np.ceil(centre + radius).astype(int)
    hidden = image.copy()
    hidden[y0:y1, x0:x1] = blurred(image[y0:y1, x0:x1], FACE_BLOCKS)
    return hidden


def blurred(image: Image, columns: int) -> Floats:
    """The picture in about ``columns`` square blocks of one colour each."""
    height, width = image.shape[:2]
    if not height or not width:
        return image
    block = max(1, -(-width // columns))
    rows, cols = np.arange(0, height, block), np.arange(0, width, block)
    total = np.add.reduceat(np.add.reduceat(image.astype(np.float64), rows, axis=0), cols, axis=1)
    area = np.outer(np.diff([*rows, height]), np.diff([*cols, width]))[..., None]
    return np.repeat(np.repeat(total / area, block, axis=0), block, axis=1)[:height, :width].astype(image.dtype)
