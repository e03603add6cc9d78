import os
import stat
import subprocess
import sys
import time

import numpy as np
import pytest
from conftest import ENVIRONMENT
from mjpeg import stamp_s, stamped

from marchcam.capture import Frame, VideoFile, read_frames
from marchcam.errors import OutputError
from marchcam.live.recorder import WAITING, Recorder

FPS = 30.0
# Captured with jitter, a pause, two in one place and one of another size.
TIMES_S = [5.0, 5.031, 5.07, 5.098, 5.6, 5.634, 5.64, 5.668, 6.3, 6.34]


def numbered(number, size_wh=(320, 240)):
    """A picture that carries a number, as `stamp_s` reads it."""
    return stamped(size_wh, number)


def record(path, times_s, **options):
    with Recorder(path, (320, 240), FPS, **options) as recorder:
        for number, time_s in enumerate(times_s):
            recorder.add(Frame(number, time_s, numbered(number)))
            time.sleep(0.02)  # as a camera: what comes faster than it is written is dropped
    assert recorder.dropped_count == 0
    return recorder


@pytest.fixture
def path(tmp_path):
    return tmp_path / "session.mkv"


def test_a_picture_stands_where_its_time_falls(path):
    record(path, TIMES_S)
    with VideoFile(path) as video:
        frames = list(video)
        assert not video.truncated
    np.testing.assert_allclose([frame.time_s for frame in frames], np.arange(len(frames)) / FPS, atol=0.001)
    shown = [round(stamp_s(frame.image)) for frame in frames]
    assert shown == sorted(shown) and set(shown) == set(range(10)) - {5}  # 5 and 6 fall into one place: the later one
    for number in set(shown):
        first_s = frames[shown.index(number)].time_s
        assert abs(first_s - (TIMES_S[number] - TIMES_S[0])) <= 0.5 / FPS + 0.001


def test_a_picture_is_found_again_by_its_time(path):
    record(path, TIMES_S, zero_s=4.5)  # the file begins before the first picture
    wanted = {TIMES_S[number] - 4.5: number for number in (0, 2, 4, 7, 9)}
    images, _ = read_frames(path, list(wanted))
    assert {time_s: round(stamp_s(image)) for time_s, image in images.items()} == wanted


@pytest.mark.skipif(os.name != "posix", reason="modes")
def test_a_recording_is_for_its_owner_and_never_replaces_another(path):
    before = os.umask(0)
    try:
        record(path, [0.0])
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(OutputError, match="exists"):
        Recorder(path, (320, 240), FPS)
    with pytest.raises(OutputError, match="cannot be written"):
        Recorder(path.parent / "none" / "a.mkv", (320, 240), FPS)
    with pytest.raises(OutputError, match="must end in .mkv"):
        Recorder(path.with_suffix(".txt"), (320, 240), FPS)
    assert not path.with_suffix(".txt").exists()


def test_a_slow_disk_holds_nobody_up(path):
    large = np.random.default_rng(0).integers(0, 256, (1080, 1920, 3), dtype=np.uint8)  # takes long to write
    begin_s = time.monotonic()
    with Recorder(path, (1920, 1080), FPS) as recorder:
        took_s = []
        for number in range(WAITING + 30):
            added_s = time.perf_counter()
            recorder.add(Frame(number, number / FPS, large))
            took_s.append(time.perf_counter() - added_s)
        assert np.median(took_s) < 0.001
        assert recorder.dropped_count > 0
    assert time.monotonic() - begin_s < 20
    with VideoFile(path) as video:
        assert len(list(video)) > 1
    recorder.close()  # once more does nothing


def test_a_nearly_full_disk_ends_the_recording_and_nothing_else(path, monkeypatch):
    monkeypatch.setattr("marchcam.live.recorder.MIN_FREE_BYTES", 1 << 60)  # no disk has so much left
    assert record(path, TIMES_S).disk_full


KILLED = """
import itertools, sys, time
import numpy as np
from marchcam.capture import Frame
from marchcam.live.recorder import Recorder
recorder = Recorder(sys.argv[1], (640, 480), 30.0)
noise = np.random.default_rng(0).integers(100, 130, (480, 1280, 3), dtype=np.uint8)
for i in itertools.count():
    recorder.add(Frame(i, i / 30, np.ascontiguousarray(noise[:, 5 * i % 640 :][:, :640])))
    print(i, flush=True)
    time.sleep(0.02)
"""


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_the_recording_of_a_killed_program_is_read(path):
    command = [sys.executable, "-c", KILLED, str(path)]
    with subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.PIPE) as process:
        for _ in range(150):
            assert process.stdout.readline()
        process.kill()
    with VideoFile(path) as video:
        times_s = [frame.time_s for frame in video]
        assert not video.truncated
    assert len(times_s) > 75, "of 150; the last 256 kB are lost"
    np.testing.assert_allclose(times_s, np.arange(len(times_s)) / 30, atol=0.001)
