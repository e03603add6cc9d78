import cv2
import numpy as np
import pytest

from marchcam.background import BackgroundShift
from marchcam.capture import VideoFile
from marchcam.pipeline import Interrupted, track_video
from marchcam.track import LEFT_KNEE, Setup

NOBODY = np.full((33, 2), np.nan)


@pytest.fixture(scope="module")
def track(data):
    seen = []
    track = track_video(
        data / "plain.mp4",
        model="lite",
        setup=Setup(name="Zoë"),
        progress=lambda done, expected: seen.append((done, expected)),
    )
    return track, seen


def test_a_track_has_a_row_for_every_frame_of_the_video(track):
    track, seen = track
    np.testing.assert_allclose(track.times_s, np.arange(15) / 15, atol=1e-6)
    assert np.all(np.isfinite(track.position_px))
    assert track.image_size_wh == (320, 240)
    assert seen == [(count, 15) for count in range(1, 16)]


def test_a_track_says_where_it_comes_from(data, track):
    source = track[0].source
    assert source.path == str(data / "plain.mp4")
    assert source.model == "lite"
    assert not source.truncated
    assert source.rotate_deg is None
    assert len(source.recorded_at) == len("2026-05-04T10:20")
    assert track[0].setup.name == "Zoë"


def test_people_and_background_are_looked_at_now_and_then(track):
    track = track[0]
    assert track.person_count[0] == 1
    assert np.count_nonzero(np.isfinite(track.person_count)) == 1
    looked_at = np.flatnonzero(np.isfinite(track.camera_shift_px[:, 0]))
    np.testing.assert_array_equal(looked_at, [0, 8])


def test_a_video_on_its_side_gives_the_same_landmarks(data, track):
    turned = track_video(data / "rotated.mp4", model="lite")
    assert turned.image_size_wh == (320, 240)
    # Another pass through a lossy codec moves a landmark by a pixel or so of 320, in a blurred frame by more.
    assert np.median(np.abs(turned.position_px - track[0].position_px)[:, LEFT_KNEE], axis=0) == pytest.approx(0, abs=2)


def test_a_part_keeps_the_videos_times(data):
    part = track_video(data / "plain.mp4", model="lite", start_s=0.4, end_s=0.6)
    np.testing.assert_allclose(part.times_s, np.array([6, 7, 8]) / 15, atol=1e-6)


def test_stopping_half_way_keeps_what_was_tracked(data):
    def stop(done, expected):
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(Interrupted) as caught:
        track_video(data / "plain.mp4", model="lite", progress=stop)
    assert len(caught.value.track.times_s) == 4


def moved(image, right_px, down_px):
    shift = np.float32([[1, 0, right_px], [0, 1, down_px]])
    return cv2.warpAffine(image, shift, image.shape[1::-1], borderMode=cv2.BORDER_REPLICATE)


@pytest.fixture(scope="module")
def pictures(data):
    with VideoFile(data / "march.mp4", start_s=4.0, end_s=6.0) as video:
        return [frame.image for frame in video]


def test_a_moving_person_does_not_move_the_background(track, pictures):
    person_px = track[0].position_px[0]
    background = BackgroundShift()
    shifts = [background.measure(image, person_px) for image in pictures[::5]]
    assert np.nanmax(np.abs(shifts)) < 0.005 * 320


@pytest.mark.parametrize(("right_px", "down_px"), [(16, 0), (0, -12), (-5, 4)])
def test_a_knocked_camera_is_measured(pictures, right_px, down_px):
    background = BackgroundShift()
    assert background.measure(pictures[0], NOBODY) == (0.0, 0.0)
    shift = background.measure(moved(pictures[0], right_px, down_px), NOBODY)
    assert shift == pytest.approx((right_px, down_px), abs=0.7)


def test_a_bare_wall_is_unknown_not_still():
    bare = np.full((240, 320, 3), 200, np.uint8)
    background = BackgroundShift()
    for _ in range(2):
        assert np.all(np.isnan(background.measure(bare, NOBODY)))
