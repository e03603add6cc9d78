"""The person lock: of several people one is followed."""

import numpy as np

from marchcam.capture import Frame, VideoFile
from marchcam.lock import MOVED_S, PersonLock
from marchcam.pose import NOBODY, Landmarks, PoseEstimator
from marchcam.track import LEFT_ANKLE, LEFT_HIP, SHOULDER

# A picture of these tests shows a person as a column of that person's number.
TORSOS_PX = {1: 60.0, 2: 70.0, 3: 30.0}


def picture(**columns):
    image = np.zeros((240, 640, 3), np.uint8)
    for number, x in zip((1, 2, 3), (columns.get(n) for n in ("first", "second", "third")), strict=True):
        if x is not None:
            image[:, x] = number
    return image


def body_at(x, torso):
    points = np.full((33, 2), [float(x), 120.0])
    points[list(SHOULDER.values()), 1] = 120 - torso
    points[LEFT_ANKLE, 1] = 120 + 1.5 * torso
    return points


class ColumnModel:
    """Tracks as the real model does: the same person while in the picture, else whoever is largest in it."""

    def __init__(self, following=None):
        self.following, self.looks = following, 0

    def landmarks(self, frame):
        seen = self._columns(frame.image)
        if self.following not in seen:
            self.following = max(seen, key=TORSOS_PX.get, default=None)
        if self.following is None:
            return NOBODY
        points = body_at(seen[self.following], TORSOS_PX[self.following])
        return Landmarks(points, np.zeros((33, 3)), np.ones(33), np.ones(33))

    def find_bodies(self, image):
        self.looks += 1
        return [body_at(x, TORSOS_PX[number]) for number, x in self._columns(image).items()]

    find_people = find_bodies

    def _columns(self, image):
        shown = {n: np.flatnonzero(np.any(image[..., 0] == n, axis=0)) for n in TORSOS_PX}
        return {n: int(columns[0]) for n, columns in shown.items() if len(columns)}


def follow_all(lock, pictures, fps=10):
    """Hip columns as a recording keeps them, NaN for nobody; and the people counted."""
    columns, people = [], []
    for index, image in enumerate(pictures):
        followed = lock.follow(Frame(index, index / fps, image))
        for i in range(index - followed.forget_count, index):
            columns[i] = np.nan
        columns.append(followed.landmarks.position_px[LEFT_HIP, 0])
        people.append(followed.people)
    return np.array(columns), np.array(people)


def test_nobody_is_looked_for_while_one_person_keeps_the_place():
    model = ColumnModel()
    sway = (320 + 8 * np.sin(np.arange(50) / 3)).astype(int)
    columns, people = follow_all(PersonLock(model), [picture(first=x) for x in sway])
    np.testing.assert_array_equal(columns, sway)
    np.testing.assert_array_equal(np.flatnonzero(people == 1), [0, 20, 40])
    assert model.looks == 1


def test_people_are_counted_again_when_something_beside_the_person_has_changed():
    model = ColumnModel()
    pictures = [picture(first=320) for _ in range(50)]
    for image in pictures[15:]:
        image[60:200, 560:590] = 40
    follow_all(PersonLock(model), pictures)
    assert model.looks == 2


def test_one_person_who_walks_keeps_every_row():
    walk = np.linspace(20, 620, 60).astype(int)
    pictures = [picture()] * 5 + [picture(first=x) for x in walk] + [picture()] * 5
    columns, _ = follow_all(PersonLock(ColumnModel()), pictures)
    np.testing.assert_array_equal(columns, [np.nan] * 5 + [*walk] + [np.nan] * 5)


def test_the_larger_and_more_central_person_is_taken_at_the_start():
    small_at_the_edge_first = ColumnModel(following=3)
    columns, people = follow_all(PersonLock(small_at_the_edge_first), [picture(first=330, third=60)] * 5)
    np.testing.assert_array_equal(columns, 330)
    assert people[0] == 2


def test_two_people_much_alike_are_left_to_the_model():
    columns, _ = follow_all(PersonLock(ColumnModel(following=1)), [picture(first=200, second=430)] * 5)
    np.testing.assert_array_equal(columns, 200)


def test_after_somebody_in_front_the_first_person_is_followed_again():
    before, hidden = [picture(first=320, second=500)] * 20, [picture(second=500)] * 10
    pictures = before + hidden + before
    columns, people = follow_all(PersonLock(ColumnModel(following=1)), pictures)
    np.testing.assert_array_equal(columns[:20], 320)
    assert not np.any(columns == 500)
    assert np.all(np.isnan(columns[20:30]))
    np.testing.assert_array_equal(columns[-15:], 320)
    assert np.nanmax(people) == 2


def test_the_frames_since_somebody_stepped_in_front_are_forgotten():
    # The other comes from the side, stands in the very place, hides the first, and goes on.
    passing = [320] * 10 + list(range(320, 500, 15))
    pictures = [picture(first=320)] * 20 + [picture(second=x) for x in (302, *passing[:10])]
    pictures += [picture(first=320, second=x) if x > 330 else picture(second=x) for x in passing[10:]]
    columns, _ = follow_all(PersonLock(ColumnModel()), pictures + [picture(first=320)] * 10)
    assert np.all(np.isnan(columns[20:32]))
    assert set(columns[np.isfinite(columns)]) == {320}
    np.testing.assert_array_equal(columns[-15:], 320)


def test_a_person_who_is_gone_for_good_gives_way():
    gone_s = MOVED_S + 2
    pictures = [picture(first=320)] * 10 + [picture(second=500)] * int(10 * gone_s) + [picture(first=320, second=500)]
    columns, _ = follow_all(PersonLock(ColumnModel()), pictures)
    np.testing.assert_array_equal(columns[10:], 500)


def test_the_model_comes_back_to_the_first_of_two_people(data):
    with VideoFile(data / "plain.mp4") as video:
        still = [frame.image for frame in video][0]
    size = still.shape[1]
    both = np.hstack([still, still[:, ::-1]])[:, size // 4 : -size // 4 - 40]  # the right one nearer to the edge
    bare = still[:, :40].mean(axis=1, keepdims=True).astype(np.uint8)
    right_only = both.copy()
    right_only[:, : both.shape[1] // 2] = bare
    pictures = [both] * 5 + [right_only] * 6 + [both] * 12
    middle = both.shape[1] / 2
    with PoseEstimator("lite") as estimator:
        columns, people = follow_all(PersonLock(estimator), pictures, fps=15)
    assert np.nanmax(people) == 2
    assert not np.any(columns > middle)
    assert np.all(columns[:5] < middle) and np.all(columns[-5:] < middle)
