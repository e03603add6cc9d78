"""Segments tracked side by side: however many threads, one result."""

import time

import numpy as np
import pytest
from test_lock import ColumnModel, picture

from marchcam import seams, segments
from marchcam.analysis.assessment import assess
from marchcam.background import Surroundings
from marchcam.capture import Frame, VideoFile
from marchcam.errors import ModelError
from marchcam.lock import PersonLock
from marchcam.pipeline import Interrupted, track_video
from marchcam.pose import PoseEstimator
from marchcam.segments import SegmentTracker, segment_length
from marchcam.track import LEFT_HIP


@pytest.fixture
def short_segments(monkeypatch):
    monkeypatch.setattr(segments, "segment_length", lambda _: 8)


@pytest.mark.usefixtures("short_segments")
def test_the_number_of_jobs_changes_not_one_byte(data, tmp_path):
    saved, seen = [], []
    for jobs in (1, 2, 3):
        options = {"model": "lite", "start_s": 3.0, "end_s": 5.0, "jobs": jobs}
        track = track_video(data / "march.mp4", progress=lambda *at: seen.append(at), **options)
        track.save(tmp_path / "track.npz")
        saved.append((tmp_path / "track.npz").read_bytes())
    assert saved[0] == saved[1] == saved[2]
    assert seen == [(count, 30) for count in range(1, 31)] * 3
    np.testing.assert_allclose(track.times_s, np.arange(45, 75) / 15, atol=1e-6)
    assert np.all(np.isfinite(track.position_px))
    # Segments of 8, 8, 8 and 6 frames: people and background are looked at when they are in an uncut video.
    np.testing.assert_array_equal(np.flatnonzero(np.isfinite(track.person_count)), [0, 15])
    np.testing.assert_array_equal(np.flatnonzero(np.isfinite(track.camera_shift_px[:, 0])), [0, 8, 15, 23])


@pytest.mark.usefixtures("short_segments")
def test_the_number_of_jobs_changes_nothing_of_a_damaged_video(data, tmp_path):
    video = tmp_path / "damaged.mp4"
    content = bytearray((data / "march.mp4").read_bytes())
    content[15_000:15_200] = bytes(200)  # the reading ends there
    video.write_bytes(content)
    tracks = [track_video(video, model="lite", start_s=1.0, jobs=jobs) for jobs in (1, 2, 3)]
    for track in tracks:
        assert track.source.truncated
        for name in ("times_s", "position_px", "visibility", "person_count", "camera_shift_px"):
            np.testing.assert_array_equal(getattr(track, name), getattr(tracks[0], name))


@pytest.mark.usefixtures("short_segments")
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_segment_without_a_picture_that_can_be_read_is_a_gap(data, monkeypatch, jobs):
    def pictures(self):
        for frame in whole(self):
            if not 5 <= self.place(frame) < 17:  # the second segment and the end of the first
                yield frame

    whole = VideoFile.__iter__
    monkeypatch.setattr(VideoFile, "__iter__", pictures)
    track = track_video(data / "march.mp4", model="lite", end_s=2.0, jobs=jobs)
    np.testing.assert_allclose(track.times_s * 15, [*range(5), *range(17, 30)], atol=1e-6)
    assert np.all(np.isfinite(track.position_px))


@pytest.mark.usefixtures("short_segments")
def test_ctrl_c_keeps_all_up_to_the_first_hole(data):
    def stop(done, expected):
        if done == 20:
            raise KeyboardInterrupt

    with pytest.raises(Interrupted) as caught:
        track_video(data / "march.mp4", model="lite", end_s=2.0, jobs=2, progress=stop)
    times_s = caught.value.track.times_s
    np.testing.assert_allclose(times_s, np.arange(len(times_s)) / 15, atol=1e-6)
    assert 10 <= len(times_s) <= 20


def test_an_analysis_that_is_stopped_does_not_first_pass_over_all_before_its_start(data):
    class Slow(VideoFile):
        def _grab(self):
            time.sleep(0.05)
            return super()._grab()

    with SegmentTracker(lambda: Slow(data / "march.mp4", start_s=11.0), "lite", 2, 8):
        time.sleep(1.0)
        stopped = time.monotonic()
    assert time.monotonic() - stopped < 4.0  # passing over takes 8 s more


def test_what_goes_wrong_in_a_thread_is_said(data, tmp_path):
    broken = tmp_path / "broken.task"
    broken.write_bytes(b"PK\x03\x04" + bytes(400))
    with pytest.raises(ModelError, match="broken.task"):
        track_video(data / "plain.mp4", model=broken, jobs=2)
    with pytest.raises(ValueError, match="jobs"):
        track_video(data / "plain.mp4", jobs=0)


def test_cutting_moves_a_lift_no_more_than_beginning_a_little_later_does(data, monkeypatch):
    # Cut far more often than any real video is. One lift tells the side here; in real cuts a lift changes by up to
    # 0.4, and by 0.7 where an uncut pass begins later (docs/performance.md).
    def left_deg(length):
        monkeypatch.setattr(segments, "segment_length", lambda _: length)
        found = assess(track_video(data / "march.mp4", start_s=1.0, end_s=7.5))
        return found.sides.left.peak_elevation_deg.median

    assert left_deg(24) == pytest.approx(left_deg(10_000), abs=0.7)


def test_two_threads_end_at_the_same_time():
    for frames in (100, 481, 600, 1000, 1800, 5000):
        length, ends, left = segment_length(frames), [0, 0], frames
        while left > 0:
            ends[ends[1] < ends[0]] += min(left, length)  # whoever is free takes the next
            left -= length
        assert abs(ends[0] - ends[1]) <= 16, frames  # a third of a second of work


def test_a_video_is_cut_into_an_even_number_of_parts_and_one_of_unknown_length_into_the_usual_ones():
    assert segment_length(1800) == 450
    assert segment_length(450) == 225
    assert segment_length(15) == 32
    assert segment_length(None) == 480


def lock_after(pictures, model, *, lock=None, first=0):
    lock = lock or PersonLock(model)
    columns = []
    for index, image in enumerate(pictures, first):
        followed = lock.follow(Frame(index, index / 10, image))
        columns.append(followed.landmarks.position_px[LEFT_HIP, 0])
    return lock, columns


def frames_of(pictures, first=0):
    return [Frame(index, index / 10, image) for index, image in enumerate(pictures, first)]


def test_a_fresh_model_that_takes_up_somebody_else_is_led_back_to_the_first_person():
    both = [picture(first=320, second=500)] * 10
    early, _ = lock_after(both, ColumnModel(following=1))
    late = PersonLock(ColumnModel())  # takes the larger second
    late.take_up(frames_of(both[:6], 4), early.chosen)
    assert early.leads_to(late)
    _, columns = lock_after(both, None, lock=late, first=10)
    assert set(columns) == {320}


def test_a_person_who_has_moved_is_found_where_the_segment_before_left_them():
    early, _ = lock_after([picture(first=320)] * 10, ColumnModel())
    chosen = early.chosen
    lock_after([picture(first=500)] * 50, None, lock=early, first=10)
    late = PersonLock(ColumnModel())
    late.take_up(frames_of([picture(first=500)] * 6, 54), chosen)
    assert early.leads_to(late)


def test_another_person_at_the_seam_is_noticed_and_put_right():
    both = [picture(first=320, second=500)] * 10
    early, _ = lock_after(both, ColumnModel(following=1))
    late = PersonLock(ColumnModel())
    late.take_up(frames_of(both[:6], 4), None)  # nothing known of the beginning
    assert not early.leads_to(late)
    again = early.resumed(ColumnModel(), frames_of(both[:6], 4))
    _, columns = lock_after(both, None, lock=again, first=10)
    assert set(columns) == {320}


def test_a_segment_with_a_mistaken_person_is_looked_at_again():
    early, _ = lock_after([picture(first=320)] * 10, ColumnModel())
    late = PersonLock(ColumnModel())
    late.take_up(frames_of([picture(first=320)] * 6, 4), early.chosen)
    assert early.leads_to(late)
    hidden = [picture(first=320, second=500)] * 5 + [picture(second=500)] * 5 + [picture(first=320, second=500)] * 15
    lock_after(hidden, None, lock=late, first=10)
    assert not early.leads_to(late)


@pytest.mark.usefixtures("short_segments")
def test_a_segment_tracked_again_has_the_rows_of_its_frames(data, monkeypatch):
    monkeypatch.setattr(seams.Seams, "_fits", lambda self, segment: self._lock is None)
    track = track_video(data / "march.mp4", model="lite", start_s=3.0, end_s=4.4, jobs=2)
    np.testing.assert_allclose(track.times_s, np.arange(45, 66) / 15, atol=1e-6)
    assert np.all(np.isfinite(track.position_px))


def test_a_model_that_starts_anew_is_as_good_as_a_new_one(data):
    with VideoFile(data / "plain.mp4") as video:
        frames = list(video)[:4]
    with PoseEstimator("lite") as estimator:
        first = [estimator.landmarks(frame) for frame in frames]
        estimator.start_anew()
        again = [estimator.landmarks(frame) for frame in frames]
    for name in ("position_px", "world_m", "visibility", "presence"):
        np.testing.assert_array_equal([getattr(a, name) for a in again], [getattr(a, name) for a in first])


def test_nobody_is_counted_anew_before_the_same_wall_and_whoever_comes_is():
    wall = np.full((240, 640, 3), 200, np.uint8)
    person_px = np.full((33, 2), [320.0, 120.0]) + np.linspace(-40, 40, 66).reshape(33, 2)
    seen = Surroundings(wall, person_px, 1.0)
    moved, visitor = wall.copy(), wall.copy()
    moved[100:140, 300:340] = 0
    visitor[100:140, 520:536] = 150
    assert seen.still_there(moved, person_px)
    assert not seen.still_there(visitor, person_px)
