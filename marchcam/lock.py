"""The person lock: with several people in view, one is followed from the first picture to the last."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from marchcam.arrays import Floats, Image
from marchcam.background import Surroundings
from marchcam.capture import Frame
from marchcam.pose import NOBODY, Landmarks, PoseEstimator, distinct_people, tiles
from marchcam.track import LEFT_HIP, LEFT_SHOULDER, RIGHT_HIP, RIGHT_SHOULDER

COUNT_PEOPLE_EVERY_S = 2.0  # costs as much as 2 to 5 frames where something is new; a passer-by is there for longer
COUNT_AFTER_S = 0.7  # who stepped in front is seen beside the followed person by then
CLEARLY = 1.25  # so much more prominent must somebody be than the one whom the model took up by itself
PART_EVERY = 4  # frames of a camera between two parts of a count: each costs one
AWAY_TORSOS = 0.5  # hips farther from their place than this: a step aside, or somebody else. A lift moves them by 0.15
SETTLED_TORSOS = 0.2  # nearer than this the place is surely held
OTHER_SIZE = 1.5  # a torso so much longer or shorter than before likewise; a lift changes it by 1.25
LOOK_EVERY_S = 0.4  # a look at the place costs as much as one frame
HANDOVER_S = 5.0  # somebody who steps in front takes the landmarks over with a jerk, and stands in the same place then
MOVED_S = 3.0  # away for so long with nobody in the old place: the person has moved
PLACE_GAIN = 0.05  # share of a new place in the remembered one: the place follows within a second
MARGIN = 0.25  # of the body's longer side, about its landmarks: the head, hands and a lifted knee lie inside
TRIES = 3  # pictures until the model has let go of one person and found another


@dataclass(frozen=True)
class Place:
    """Where somebody is in the picture."""

    hip_px: Floats
    """(2,) middle of the hips."""
    torso_px: float
    """Hips to shoulders."""
    box_px: Floats
    """(4,) left, top, right, bottom of the landmarks with MARGIN about them."""

    def torsos_to(self, other: Place) -> float:
        """Distance to another place, torsos of this one; infinite for a body of another size."""
        ratio = other.torso_px / self.torso_px
        if max(ratio, 1 / ratio) > OTHER_SIZE:
            return np.inf
        return float(np.hypot(*(other.hip_px - self.hip_px))) / self.torso_px

    def towards(self, other: Place) -> Place:
        """This place, moved a little to another one."""
        parts = ((getattr(self, k), getattr(other, k)) for k in ("hip_px", "torso_px", "box_px"))
        return Place(*(mine + PLACE_GAIN * (new - mine) for mine, new in parts))


def place_of(position_px: Floats) -> Place | None:
    """Where a body is, or None for nobody.

    Parameters
    ----------
    position_px : ndarray of shape (33, 2)

    Returns
    -------
    Place or None
    """
    hip = position_px[[LEFT_HIP, RIGHT_HIP]].mean(axis=0)
    torso = float(np.hypot(*(position_px[[LEFT_SHOULDER, RIGHT_SHOULDER]].mean(axis=0) - hip)))
    if not torso > 0:
        return None
    low, high = position_px.min(axis=0), position_px.max(axis=0)
    margin = MARGIN * np.max(high - low)
    return Place(hip, torso, np.concatenate([low - margin, high + margin]))


def prominence(place: Place, width_px: int) -> float:
    """How large and central somebody is: the torso in pixels, nothing of which counts at the edge of the picture.

    Parameters
    ----------
    place : Place
    width_px : int
        Of the picture.

    Returns
    -------
    float
    """
    return float(place.torso_px * (1 - 2 * abs(place.hip_px[0] / width_px - 0.5)))


@dataclass(frozen=True)
class Followed:
    """What a frame shows of the person who is followed."""

    landmarks: Landmarks
    """NaN where that person is not found."""
    people: float
    """How many people are in the picture; NaN where nobody counted."""
    forget_count: int = 0
    """How many frames before this one turn out to show somebody else."""


class PersonLock:
    """Follows the person who is largest and most central when somebody is first seen.

    While that person keeps the place nothing is done but to compare numbers. When the tracked body leaves the place or
    changes its size, the place is looked at: whoever stands there is the one to follow, and the model is shown nothing
    else until it has found that person again. With nobody there the person has moved.

    Parameters
    ----------
    estimator : PoseEstimator
        Entered.
    live : bool
        Whether frames come from a camera that does not wait: people are then counted in parts, one a frame, so that no
        stretch of the march is missed.
    """

    def __init__(self, estimator: PoseEstimator, *, live: bool = False) -> None:
        self._estimator, self._live = estimator, live
        self._parts: list[tuple[int, int]] = []
        self._hits: list[Floats] = []
        self._home: Place | None = None
        self._began_at: Place | None = None
        self._mistaken = False
        self._frames = 0
        self._jerks: list[tuple[int, float]] = []  # frames and times at which the place was not surely held
        self._away_since_s: float | None = None
        self._next_count_s = self._next_look_s = -np.inf
        self._surroundings: Surroundings | None = None

    def take_up(self, frames: Sequence[Frame], beginning: PersonLock | None) -> None:
        """Begin in the midst of a recording, before anything else.

        Parameters
        ----------
        frames : sequence of Frame
            The last ones before the first to follow, for the model to settle.
        beginning : PersonLock or None
            As it was when it chose whom to follow; None when nobody had been seen.
        """
        home = None
        if beginning is not None:
            home, self._surroundings = beginning._home, beginning._surroundings
        self._home = home
        self._began_at = self._settle(frames)
        if not _near(home, self._began_at):
            self._home = self._began_at
        self._next_count_s = next_time_s(frames[-1].time_s, COUNT_PEOPLE_EVERY_S)

    def resumed(self, estimator: PoseEstimator, frames: Sequence[Frame]) -> PersonLock:
        """A lock that goes on where this one ended, with another estimator.

        Parameters
        ----------
        estimator : PoseEstimator
            Entered, and fresh.
        frames : sequence of Frame
            The last ones that this lock followed, for the model to settle.

        Returns
        -------
        PersonLock
        """
        lock = copy.copy(self)
        lock._estimator = estimator
        lock._settle(frames)
        return lock

    @property
    def chosen(self) -> PersonLock | None:
        """This lock as it is now; None while nobody has been seen."""
        return None if self._home is None else copy.copy(self)

    def leads_to(self, later: PersonLock) -> bool:
        """Whether another lock, taken up at the end of this one's frames, surely follows the same person."""
        if self._home is None or later._began_at is None:
            return self._home is None and later._began_at is None
        here = self._away_since_s is None and _near(self._home, later._began_at)
        return here and not later._mistaken

    def _settle(self, frames: Sequence[Frame]) -> Place | None:
        """Let a fresh model find the person at home; the place of whom it tracks in the end."""
        place = None
        for frame in frames:
            place = place_of(self._estimator.landmarks(frame).position_px)
            if frame is frames[0] and self._home is not None and not _near(self._home, place):
                place = place_of(self._find_again(frame, self._home).position_px)
        return place

    def follow(self, frame: Frame) -> Followed:
        """The landmarks of the followed person in the next frame.

        Parameters
        ----------
        frame : Frame

        Returns
        -------
        Followed
        """
        self._frames += 1
        landmarks = self._estimator.landmarks(frame)
        place = place_of(landmarks.position_px)
        people, found = float("nan"), list[Floats]()
        if frame.time_s >= self._next_count_s or (self._home is None and place is not None):
            self._next_count_s = next_time_s(frame.time_s, COUNT_PEOPLE_EVERY_S)
            if self._live and self._home is not None:
                self._parts, self._hits = tiles(*frame.image.shape[:2]), []
            elif self._home is not None and (known := self._people_as_before(frame.image, landmarks)) is not None:
                people = known
            else:
                found = self._estimator.find_people(frame.image)
                people = float(len(found))
                self._surroundings = Surroundings(frame.image, landmarks.position_px, people)
        elif self._parts and self._frames % PART_EVERY == 0:
            people = self._look_at_part(frame.image)
        if self._home is None:
            return Followed(self._choose(frame, landmarks, place, found), people)
        return self._keep(frame, landmarks, self._home, place, people)

    def _people_as_before(self, image: Image, landmarks: Landmarks) -> float | None:
        """What the last count found, if all beside the followed person is as it was: a new one would find the same."""
        seen = self._surroundings
        if seen is None or place_of(landmarks.position_px) is None:
            return None
        return seen.people if seen.still_there(image, landmarks.position_px) else None

    def _look_at_part(self, image: Image) -> float:
        """Look for people in the next part of the picture; their number once all parts are seen, else NaN."""
        left, right = self._parts.pop()
        self._hits += [points + np.array([left, 0.0]) for points in self._estimator.find_bodies(image[:, left:right])]
        return np.nan if self._parts else float(len(distinct_people(self._hits)))

    def _choose(self, frame: Frame, landmarks: Landmarks, place: Place | None, found: list[Floats]) -> Landmarks:
        self._home = place
        if len(found) < 2:
            return landmarks
        width = frame.image.shape[1]
        places = [body for points in found if (body := place_of(points)) is not None]
        chosen = max(places, key=lambda body: prominence(body, width))
        if place is not None and prominence(chosen, width) < CLEARLY * prominence(place, width):
            return landmarks
        self._home = chosen
        return self._find_again(frame, chosen)

    def _keep(self, frame: Frame, landmarks: Landmarks, home: Place, place: Place | None, people: float) -> Followed:
        off = np.inf if place is None else home.torsos_to(place)
        if off >= SETTLED_TORSOS:
            self._jerks = [jerk for jerk in self._jerks if frame.time_s - jerk[1] < HANDOVER_S]
            self._jerks.append((self._frames, frame.time_s))
        if place is not None and off < AWAY_TORSOS:
            self._home = home.towards(place)
            self._away_since_s = None
            return Followed(landmarks, people)
        if self._away_since_s is None:
            self._away_since_s = frame.time_s
            self._next_count_s = min(self._next_count_s, frame.time_s + COUNT_AFTER_S)
        if place is not None and frame.time_s >= self._next_look_s:
            self._next_look_s = frame.time_s + LOOK_EVERY_S
            if self._somebody_at(home, frame.image, other_than=place):
                return self._come_back(frame, home, place, people, away_since_s=self._away_since_s)
        if place is not None and frame.time_s - self._away_since_s > MOVED_S:
            self._home, self._away_since_s = place, None
        return Followed(landmarks, people)

    def _come_back(self, frame: Frame, home: Place, place: Place, people: float, *, away_since_s: float) -> Followed:
        """Leave whoever is tracked at a place and return to the person at home."""
        since = next(number for number, time_s in self._jerks if time_s >= away_since_s)
        if self._somebody_at(place, frame.image, other_than=home):
            since, people = self._jerks[0][0], float(np.fmax(people, 2.0))
        self._jerks, self._away_since_s, self._mistaken = [], None, True
        return Followed(self._find_again(frame, home), people, self._frames - since)

    def _somebody_at(self, place: Place, image: Image, *, other_than: Place) -> bool:
        left, top, right, bottom = _whole_pixels(place.box_px, image)
        if right - left < 2 or bottom - top < 2:
            return False
        corner = np.array([left, top], float)
        bodies = (place_of(points + corner) for points in self._estimator.find_bodies(image[top:bottom, left:right]))
        return any(place.torsos_to(body) < AWAY_TORSOS < other_than.torsos_to(body) for body in bodies if body)

    def _find_again(self, frame: Frame, home: Place) -> Landmarks:
        """Make the model let go of whom it tracks and find the person at home; NaN where it does not."""
        left, top, right, bottom = _whole_pixels(home.box_px, frame.image)
        only = np.zeros_like(frame.image)
        only[top:bottom, left:right] = frame.image[top:bottom, left:right]
        for _ in range(TRIES):
            landmarks = self._estimator.landmarks(Frame(frame.index, frame.time_s, only))
            place = place_of(landmarks.position_px)
            if place is not None and home.torsos_to(place) < AWAY_TORSOS:
                return landmarks
        return NOBODY


def next_time_s(time_s: float, every_s: float) -> float:
    """The next whole multiple of a number of seconds: such looks fall on the same frames wherever one begins."""
    return (time_s // every_s + 1) * every_s


def _near(place: Place | None, other: Place | None) -> bool:
    return place is not None and other is not None and place.torsos_to(other) < AWAY_TORSOS


def _whole_pixels(box_px: Floats, image: Image) -> tuple[int, int, int, int]:
    height, width = image.shape[:2]
    left, top, right, bottom = np.clip(np.rint(box_px), 0, [width, height, width, height]).astype(int)
    return int(left), int(top), int(right), int(bottom)
