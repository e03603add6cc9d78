import threading
import time

import numpy as np
import pytest
from mjpeg import Server, stamp_s

from marchcam.capture import VideoFile
from marchcam.errors import SourceError
from marchcam.live.feed import LEAVE_S, LOST_S, CameraFeed

# On a loaded computer a thread may wait for its turn; a backlog would be seconds.
FRESH_S = 0.2


def age_s(frame):
    return time.monotonic() - stamp_s(frame.image)


def wait_until(condition, limit_s):
    """Seconds until a condition holds; fails after the limit."""
    begin_s = time.monotonic()
    while not condition():
        assert time.monotonic() - begin_s < limit_s, "it took too long"
        time.sleep(0.01)
    return time.monotonic() - begin_s


def take_all(feed, limit_s=20.0):
    """Every picture of a feed until it ends, with the session time at which it came."""
    taken, until_s = [], time.monotonic() + limit_s
    while not feed.ended:
        assert time.monotonic() < until_s, "it does not end"
        frame = feed.latest(0.5)
        if frame is not None:
            taken.append((frame, feed.now_s()))
    return taken


@pytest.fixture
def server(data):
    with Server(data) as running:
        yield running


def test_a_slow_reader_gets_the_newest_picture_and_never_a_backlog(server):
    with CameraFeed(server.url) as feed:
        feed.play()
        feed.latest(1.0)
        ages_s, frames = [], []
        for _ in range(5):
            time.sleep(0.3)
            frames.append(feed.latest(1.0))
            ages_s.append(age_s(frames[-1]))
        # The median: the test itself may be held up between two pictures.
        assert np.median(ages_s) < FRESH_S, ages_s
        steps = np.diff([frame.index for frame in frames])
        assert np.all(steps > 1), "a slow reader skips pictures"
        assert feed.lost_s == 0.0 and not feed.ended


def test_true_capture_times_increase_strictly_from_the_start(server):
    with CameraFeed(server.url) as feed:
        assert feed.now_s() == 0.0
        assert feed.latest(0.1) is None, "before the start pictures are dropped"
        time.sleep(0.5)
        begin_s = time.monotonic()
        feed.play()
        frames = [feed.latest(1.0) for _ in range(45)]
        assert abs(feed.now_s() - (time.monotonic() - begin_s)) < 0.05
    times_s = np.array([frame.time_s for frame in frames])
    assert np.all(np.diff(times_s) > 0) and 0 <= times_s[0] < 0.5
    sent_s = np.array([stamp_s(frame.image) for frame in frames]) - begin_s
    assert np.median(np.abs(times_s - sent_s)) < 0.05


def test_a_stall_is_noticed_within_2_s_and_leaves_a_gap_in_the_times(server):
    with CameraFeed(server.url) as feed:
        feed.play()
        assert feed.latest(1.0) is not None
        server.stalled.set()
        assert wait_until(lambda: feed.lost_s > LOST_S, 5.0) < 2.0
        before = feed.latest(0) or feed.latest(0.1)  # the last one sent may still lie there
        assert feed.latest(0.1) is None
        time.sleep(2.0)  # past the time after which the read gives up: the stream is opened again
        assert feed.lost_s > 2.5 and not feed.ended
        server.stalled.clear()
        after = feed.latest(10.0)
        assert after.time_s > 3.0 + (before.time_s if before else 0.0)
        assert age_s(after) < 1.0
        assert feed.lost_s == 0.0
        assert server.connections > 1


def test_a_camera_that_dies_is_opened_again_when_it_comes_back(server):
    with CameraFeed(server.url) as feed:
        feed.play()
        first = feed.latest(1.0)
        server.stop()
        wait_until(lambda: feed.lost_s > 0, 5.0)
        server.size_wh = (640, 480)  # a phone that was turned, or another app
        server.start()
        feed.latest(0)
        again = feed.latest(10.0)
        assert again.time_s > first.time_s + LOST_S
        assert again.image.shape == first.image.shape
        assert not feed.gone


def test_a_camera_that_does_not_come_back_is_gone_for_good(server):
    with CameraFeed(server.url, give_up_s=1.5) as feed:
        feed.play()
        assert feed.latest(1.0) is not None
        server.stop()
        assert 1.0 < wait_until(lambda: feed.latest(0.05) is None and feed.ended, 10.0)
        assert feed.gone and feed.lost_s > LOST_S
        assert feed.latest(5.0) is None  # at once: nothing to wait for


def test_a_camera_whose_read_never_comes_back_is_gone_too(server, monkeypatch):
    monkeypatch.setattr("marchcam.camera.READ_TIMEOUT_MS", 30_000)  # as drivers do whose camera is pulled out
    monkeypatch.setattr("marchcam.live.feed.BLOCKED_S", 0.5)
    with CameraFeed(server.url, give_up_s=1.5) as feed:
        feed.play()
        server.stalled.set()
        wait_until(lambda: feed.latest(0.05) is None and feed.ended, 10.0)
        assert feed.gone and feed.lost_s > 2.0
        server.stop()  # lets the read end


def test_half_a_jpeg_ends_nothing(server):
    with CameraFeed(server.url) as feed:
        feed.play()
        server.half.set()
        wait_until(lambda: server.connections > 1, 10.0)
        server.half.clear()
        time.sleep(0.3)
        feed.latest(0)
        frame = feed.latest(10.0)
        assert frame.image.shape == (240, 320, 3) and age_s(frame) < 1.0


def test_leaving_ends_the_thread_although_a_read_blocks(server):
    with CameraFeed(server.url) as feed:
        server.stalled.set()
        feed.play()
        time.sleep(0.2)
        begin_s = time.monotonic()
    assert time.monotonic() - begin_s < LEAVE_S + 0.5
    wait_until(lambda: not feed._thread.is_alive(), 3.0)


@pytest.mark.parametrize("name", ["file", "address"])
def test_a_file_plays_once_at_its_own_pace_with_its_own_times(data, server, name):
    path = data / "variable_rate.mp4"
    with VideoFile(path) as video:
        expected_s = [frame.time_s for frame in video]
    with CameraFeed(str(path) if name == "file" else server.url.replace("video", path.name)) as feed:
        assert feed.is_file and feed.image_size_wh == (320, 240)
        assert feed.latest(0.2) is None and not feed.ended, "a file waits for its start"
        feed.play()
        taken = take_all(feed)
        assert not feed.gone and feed.lost_s == 0.0
    times_s = [frame.time_s for frame, _ in taken]
    # A reader that was held up may have skipped one.
    assert len(times_s) >= len(expected_s) - 2 and set(times_s) <= set(expected_s)
    late_s = np.array([now_s - frame.time_s for frame, now_s in taken])
    assert np.all(late_s > -0.001) and np.median(late_s) < 0.05


def test_a_file_goes_round_and_round_with_times_that_go_on(data):
    with CameraFeed(str(data / "plain.mp4"), loop=True) as feed:
        feed.play()
        times_s, until_s = [], time.monotonic() + 10.0
        while (not times_s or times_s[-1] < 2.3) and time.monotonic() < until_s:
            times_s.append(feed.latest(5.0).time_s)
        assert times_s[-1] >= 2.3
        assert not feed.ended
    steps_s = np.diff(times_s)
    assert np.all(steps_s > 0) and np.median(steps_s) == pytest.approx(1 / 15, abs=1e-6)
    assert np.min(np.abs(np.array(times_s) - 1.0)) < 1e-6  # the second round begins where the first one is over


def test_the_name_never_holds_a_password(server):
    with CameraFeed(server.url.replace("/video", "/locked").replace("://", "://me:s3%20cret@")) as feed:
        assert feed.name == server.url.replace("/video", "/locked")


def test_a_camera_that_opens_too_late_is_let_go(server, monkeypatch):
    monkeypatch.setattr("marchcam.live.feed.FIRST_PICTURE_S", 0.3)
    server.stalled.set()
    threading.Timer(0.8, server.stalled.clear).start()
    feed = CameraFeed(server.url)
    with pytest.raises(SourceError, match="No picture came from"), feed:
        pass
    wait_until(lambda: not feed._thread.is_alive(), 3.0)


def test_what_does_not_open_is_one_sentence_and_leaves_no_thread(server, data):
    for text, expected in ((f"{server.url}/none", "answers 404"), (str(data), "is a folder"), ("ftp://x", "http://")):
        feed = CameraFeed(text)
        with pytest.raises(SourceError, match=expected), feed:
            pass
        assert not feed._thread.is_alive()
