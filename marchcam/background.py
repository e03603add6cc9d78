"""What is behind the person: whether the camera stood still, and whether anything new is to be seen there."""

from __future__ import annotations

from typing import Any

import numpy as np

from marchcam.arrays import Floats, Image
from marchcam.capture import cv2

WIDTH_PX = 240  # of the small picture: a shift of 1 % of the width is still 2.4 pixels, and a look costs about 1 ms
MARGIN_SHARE = 0.15  # of the person's box on every side: hair, hands and the shadow reach beyond the landmarks
MIN_POINTS = 8  # fewer marks on a wall give a chance result
MIN_AGREEING = 0.6  # share of the marks that move alike; less is light, or a second person
AGREE_PX = 1.0  # in the small picture
RETURN_PX = 0.5  # a mark followed there and back must come home
SEEN_WIDTH_PX, SEEN_BLUR_PX = 160, 4  # somebody a third as tall as the person is still 4 wide
SEEN_MARGIN_SHARE = 0.3  # of the person's box: a raised foot and its shadow on the floor
SEEN_CHANGE = 8.0  # grey levels of such a spot; shadow and noise change it by 1 to 5


class BackgroundShift:
    """Follows marks of the background from the first picture into later ones.

    The first picture given is the one that all later ones are measured against.
    """

    def __init__(self) -> None:
        self._first: Image | None = None
        self._points: Any = np.empty((0, 1, 2), np.float32)

    def measure(self, image: Image, person_px: Floats) -> tuple[float, float]:
        """Shift of the background since the first picture.

        Parameters
        ----------
        image : ndarray of shape (h, w, 3), uint8
            BGR.
        person_px : ndarray of shape (33, 2)
            Landmarks of the person in it, pixels; NaN where nobody is seen.

        Returns
        -------
        (float, float)
            Pixels to the right and downwards; NaN where the background has too little to hold on to.
        """
        small, scale = _small(image, WIDTH_PX)
        free = _without_person(small.shape, person_px * scale)
        if self._first is None:
            self._first = small
            points = cv2.goodFeaturesToTrack(small, maxCorners=80, qualityLevel=0.02, minDistance=6, mask=free)
            self._points = self._points if points is None else points
            return (0.0, 0.0) if len(self._points) >= MIN_POINTS else (np.nan, np.nan)
        if len(self._points) < MIN_POINTS:
            return np.nan, np.nan
        shift = self._follow(self._first, small, free)
        return float(shift[0] / scale), float(shift[1] / scale)

    def _follow(self, first: Image, small: Image, free: Image) -> Floats:
        flow: Any = cv2.calcOpticalFlowPyrLK  # its annotations do not know that the third array may be None
        options: dict[str, Any] = {"winSize": (15, 15), "maxLevel": 3}
        there, found, _ = flow(first, small, self._points, None, **options)
        back, returned, _ = flow(small, first, there, None, **options)
        column, row = np.clip(np.rint(there[:, 0]).astype(int), 0, np.array(small.shape[::-1]) - 1).T
        good = (found & returned).ravel().astype(bool) & (free[row, column] > 0)
        good &= np.linalg.norm((back - self._points)[:, 0], axis=1) < RETURN_PX
        moves = (there - self._points)[good, 0]
        if len(moves) < MIN_POINTS:
            return np.full(2, np.nan)
        shift = np.median(moves, axis=0)
        agreeing = np.mean(np.linalg.norm(moves - shift, axis=1) < AGREE_PX)
        return shift if agreeing >= MIN_AGREEING else np.full(2, np.nan)


class Surroundings:
    """What was to be seen beside the person when somebody last looked closely.

    Parameters
    ----------
    image : ndarray of shape (h, w, 3), uint8
        BGR.
    person_px : ndarray of shape (33, 2)
        Landmarks of the person in it, pixels; NaN where nobody is seen.
    people : float
        How many people that look found.
    """

    def __init__(self, image: Image, person_px: Floats, people: float) -> None:
        self.people = people
        self._small, self._free = _seen(image, person_px)

    def still_there(self, image: Image, person_px: Floats) -> bool:
        """Whether another picture shows the same beside the person."""
        small, free = _seen(image, person_px)
        change = cv2.blur(cv2.absdiff(small, self._small), (SEEN_BLUR_PX, SEEN_BLUR_PX))
        return not np.any(change[(free & self._free) > 0] > SEEN_CHANGE)


def _small(image: Image, width_px: int) -> tuple[Image, float]:
    """A picture in grey at a smaller width, and the scale of it."""
    height, width = image.shape[:2]
    scale = width_px / width
    if width >= 2 * width_px:  # a half is made fast, any other share slowly
        image = cv2.resize(image, (width // 2, max(1, height // 2)), interpolation=cv2.INTER_AREA)
    size = (width_px, max(1, round(height * scale)))
    return cv2.resize(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), size, interpolation=cv2.INTER_AREA), scale


def _seen(image: Image, person_px: Floats) -> tuple[Image, Image]:
    small, scale = _small(image, SEEN_WIDTH_PX)
    return small.astype(np.float32), _without_person(small.shape, person_px * scale, SEEN_MARGIN_SHARE)


def _without_person(shape: tuple[int, ...], person_px: Floats, margin_share: float = MARGIN_SHARE) -> Image:
    """255 where the background is, 0 in the person's box."""
    free = np.full(shape, 255, np.uint8)
    if np.any(np.isfinite(person_px)):
        low, high = np.nanmin(person_px, axis=0), np.nanmax(person_px, axis=0)
        margin = margin_share * np.max(high - low)
        (left, top), (right, bottom) = np.clip([low - margin, high + margin], 0, shape[::-1]).astype(int)
        free[top:bottom, left:right] = 0
    return free
