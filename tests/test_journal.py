import os
import re
import stat
import struct
import subprocess
import sys
import time

import numpy as np
import pytest
from conftest import ENVIRONMENT, run_marchcam

from marchcam.errors import TrackError
from marchcam.live.journal import HEAD, JOURNAL, MAGIC, JournalWriter, _record, is_journal, read_journal
from marchcam.pose import NOBODY, Landmarks
from marchcam.track import PoseTrack, Setup, Source

SIZE_WH = (640, 480)
SOURCE = Source("camera 0", "lite", "2026-01-02T03:04")
SETUP = Setup(stature_m=1.75, name="Zoë", pain_back_before=2)
FRAME_BYTES = HEAD.size + 32 + 4 * 33 * 7


def body(seed):
    """Landmarks of 32-bit numbers, as the model gives them."""
    random = np.random.default_rng(seed)
    shapes = ((33, 2), (33, 3), (33,), (33,))
    return Landmarks(*(random.random(shape).astype(np.float32).astype(np.float64) for shape in shapes))


def write(path, count=5, close=True, setup=SETUP):
    writer = JournalWriter(path, image_size_wh=SIZE_WH, source=SOURCE, setup=setup)
    for i in range(count):
        writer.frame(i / 30, body(i), float(i), (0.1 * i, np.nan))
    if close:
        writer.close()
    return writer


@pytest.fixture
def path(tmp_path):
    return tmp_path / JOURNAL


def test_what_was_written_is_read_to_the_last_bit(path):
    with write(path, close=False) as writer:
        writer.event(0.1, "lift", side="left", number=np.int64(1), angle_deg=None)
        writer.frame(0.5, NOBODY, np.nan, (np.nan, np.nan))
        writer.event(0.6, "pause")
    journal = read_journal(path)
    track = journal.track
    np.testing.assert_array_equal(track.times_s, [*np.arange(5) / 30, 0.5])
    for name in ("position_px", "world_m", "visibility", "presence"):
        np.testing.assert_array_equal(getattr(track, name)[3], getattr(body(3), name))
        assert np.all(np.isnan(getattr(track, name)[5]))
    np.testing.assert_array_equal(track.person_count, [0, 1, 2, 3, 4, np.nan])
    np.testing.assert_array_equal(track.camera_shift_px[:5, 0], [0.1 * i for i in range(5)])
    assert (track.image_size_wh, track.source, track.setup) == (SIZE_WH, SOURCE, SETUP)
    assert journal.events == [
        {"time_s": 0.1, "kind": "lift", "side": "left", "number": 1, "angle_deg": None},
        {"time_s": 0.6, "kind": "pause"},
    ]
    assert not journal.torn and is_journal(path)


def test_pictures_of_somebody_else_become_rows_of_nobody(path):
    with write(path, count=4, close=False) as writer:
        writer.forget(2)
        writer.frame(1.0, body(9), 2.0, (0.0, 0.0))
    track = read_journal(path).track
    assert np.isnan(track.position_px).all(axis=(1, 2)).tolist() == [False, False, True, True, False]
    assert np.isnan(track.presence).all(axis=1).tolist() == [False, False, True, True, False]
    np.testing.assert_array_equal(track.person_count, [0, 1, 2, 3, 2])
    with JournalWriter(path.with_name("more"), image_size_wh=SIZE_WH, source=SOURCE, setup=SETUP) as writer:
        writer.frame(0.0, body(0), 1.0, (0.0, 0.0))
        writer.forget(99)
    assert np.isnan(read_journal(path.with_name("more")).track.position_px).all()


def test_what_was_told_last_counts(path):
    with write(path, close=False) as writer:
        writer.setup(Setup(name="Sam", pain_back_after=7))
        writer.source(Source("march.mkv", "full"))
    track = read_journal(path).track
    assert track.setup == Setup(name="Sam", pain_back_after=7)
    assert track.source == Source("march.mkv", "full")


@pytest.mark.skipif(os.name != "posix", reason="modes")
def test_a_journal_is_for_its_owner_and_never_replaces_another(path):
    before = os.umask(0)
    try:
        write(path)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        write(path)
    assert len(read_journal(path).track.times_s) == 5


def test_a_time_that_does_not_increase_is_refused_before_it_spoils_the_journal(path):
    writer = write(path, close=False)
    for time_s in (4 / 30, 0.0, np.nan):
        with pytest.raises(ValueError, match="increase"):
            writer.frame(time_s, body(0), 1.0, (0.0, 0.0))
    writer.close()
    writer.close()
    assert len(read_journal(path).track.times_s) == 5


def test_a_journal_torn_anywhere_in_its_last_records_is_read_up_to_there(path):
    writer = write(path, close=False)
    sizes = [path.stat().st_size]
    writer.event(1.0, "pause", reason="someone at the door")
    sizes.append(path.stat().st_size)
    writer.frame(1.1, body(7), 1.0, (0.0, 0.0))
    sizes.append(path.stat().st_size)
    writer.close()
    whole = path.read_bytes()
    for length in range(sizes[0], len(whole)):
        path.write_bytes(whole[:length])
        journal = read_journal(path)
        assert len(journal.track.times_s) == (6 if length >= sizes[2] else 5), length
        assert len(journal.events) == (1 if length >= sizes[1] else 0), length
        assert journal.torn == (length not in sizes), length
        assert journal.track.source.truncated, length


def test_flipped_bits_end_the_journal_there_and_crash_nothing(path):
    write(path)
    whole = path.read_bytes()
    start = len(whole) - 5 * FRAME_BYTES - HEAD.size
    random = np.random.default_rng(0)
    for place in [*range(start + 20), *random.integers(start, len(whole), 300)]:
        damaged = bytearray(whole)
        damaged[place] ^= 1 << int(random.integers(8))
        path.write_bytes(damaged)
        try:
            journal = read_journal(path)
        except TrackError as error:
            assert place < start and str(path) in str(error) and "\n" not in str(error)
        else:
            good = (place - start) // FRAME_BYTES  # whole pictures before the damage
            assert place >= start and journal.torn
            assert (len(journal.track.times_s) if journal.track else 0) == good


def test_what_is_no_journal_is_named(path, tmp_path):
    write(path, count=0)
    whole = path.read_bytes()
    at = len(MAGIC)
    absurd = HEAD.pack(b"H", 2**32 - 1, 0)
    cases = {
        b"": "not the journal",
        b"Dear diary": "not the journal",
        whole.replace(b"\r\n", b"\n"): "not the journal",
        whole[:at] + struct.pack("<H", 2) + whole[at + 2 :]: "another version",
        whole[: at + 2] + absurd: "beginning is damaged",
        whole[: at + 2] + _record(b"H", b"{}"): "damaged",
        whole[: at + 2] + _record(b"H", b"[" * 100_000): "damaged",
        whole[: -HEAD.size] + _record(b"F", b"short"): "wrong length",
        whole[: -HEAD.size] + _record(b"?", b""): "does not know",
        whole[: -HEAD.size] + _record(b"P", b'{"stature_m": 99}'): "damaged",
    }
    for content, expected in cases.items():
        path.write_bytes(content)
        with pytest.raises(TrackError, match=expected) as caught:
            read_journal(path)
        assert str(path) in str(caught.value)
    with pytest.raises(TrackError, match="There is no journal"):
        read_journal(tmp_path / "none")
    assert not is_journal(tmp_path / "none") and not is_journal(tmp_path)


def test_a_session_without_a_picture_has_no_track(path):
    write(path, count=0)
    assert read_journal(path).track is None


KILLED = """
import sys, time, itertools
import numpy as np
from marchcam.live.journal import JournalWriter
from marchcam.pose import NOBODY
from marchcam.track import Setup, Source
writer = JournalWriter(sys.argv[1], image_size_wh=(640, 480), source=Source("camera 0"), setup=Setup())
begin = time.perf_counter()
for i in itertools.count():
    writer.frame(time.perf_counter() - begin, NOBODY, 1.0, (0.0, 0.0))
    print(i + 1, flush=True)
    time.sleep(0.005)
"""


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_a_killed_program_loses_at_most_the_picture_being_written(path):
    command = [sys.executable, "-c", KILLED, str(path)]
    with subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.PIPE) as process:
        for _ in range(100):
            process.stdout.readline()
        process.kill()
        said = 100 + len(process.stdout.read().splitlines())
    journal = read_journal(path)
    assert len(journal.track.times_s) in (said, said + 1)  # one may be written and not said
    assert journal.track.source.truncated


FULL = """
import os, resource, sys
from marchcam.live.journal import JournalWriter, read_journal
from marchcam.pose import NOBODY
from marchcam.track import Setup, Source
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
about = {"image_size_wh": (640, 480), "source": Source("camera 0"), "setup": Setup()}
resource.setrlimit(resource.RLIMIT_FSIZE, (50, hard))
try:
    JournalWriter(sys.argv[1], **about)
except OSError:
    print("left:", os.path.exists(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (10_500, hard))
writer = JournalWriter(sys.argv[1], **about)
failed = 0
for i in range(20):
    try:
        writer.frame(float(i), NOBODY, 1.0, (0.0, 0.0))
    except OSError:
        failed += 1
        if failed == 1:
            print(len(read_journal(sys.argv[1]).track.times_s), read_journal(sys.argv[1]).torn)
        if failed == 5:
            resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
writer.close()
journal = read_journal(sys.argv[1])
print(len(journal.track.times_s), journal.torn, journal.track.source.truncated, failed)
"""


@pytest.mark.skipif(os.name != "posix", reason="RLIMIT_FSIZE")
def test_a_full_disk_is_an_error_and_what_is_written_before_and_after_it_is_read(path):
    result = subprocess.run(
        [sys.executable, "-c", FULL, str(path)], env=ENVIRONMENT, capture_output=True, text=True, timeout=60
    )
    assert result.stderr == ""
    begun, first, last = result.stdout.splitlines()
    assert begun == "left: False"
    assert re.fullmatch(r"(9|10) False", first)  # no half record lies about: it was cut off again
    assert last == "15 False False 5"


def test_a_slow_disk_holds_no_picture_up_and_is_asked_now_and_then(path, monkeypatch):
    asked = []

    def slow_fsync(fd, fsync=os.fsync):
        asked.append(fd)
        time.sleep(0.3)
        fsync(fd)

    monkeypatch.setattr(os, "fsync", slow_fsync)
    took_s = []
    with JournalWriter(path, image_size_wh=SIZE_WH, source=SOURCE, setup=SETUP, fsync_every_s=0.05) as writer:
        for i in range(100):
            begin_s = time.perf_counter()
            writer.frame(float(i), NOBODY, 1.0, (0.0, 0.0))
            took_s.append(time.perf_counter() - begin_s)
            time.sleep(0.01)
        assert 1 <= len(asked) < 50
    assert np.median(took_s) < 0.001 and sum(took_s) < 1.5
    assert len(read_journal(path).track.times_s) == 100


def journal_of(track, path, close=True):
    """A saved track as a session would have written it."""
    writer = JournalWriter(path, image_size_wh=track.image_size_wh, source=track.source, setup=track.setup)
    for i, time_s in enumerate(track.times_s):
        row = Landmarks(track.position_px[i], track.world_m[i], track.visibility[i], track.presence[i])
        writer.frame(time_s, row, track.person_count[i], track.camera_shift_px[i])
    if close:
        writer.close()


def test_the_report_of_a_journal_is_that_of_its_track(analyzed, tmp_path):
    track = PoseTrack.load(analyzed.folder / "track.npz")
    journal_of(track, tmp_path / JOURNAL)
    result = run_marchcam("report", tmp_path, "--json", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    for name in ("assessment.json", "report.png", "track.npz"):
        assert (tmp_path / name).read_bytes() == (analyzed.folder / name).read_bytes(), name
    assert result.stdout == (analyzed.folder / "assessment.json").read_bytes()


def test_a_session_that_was_cut_off_is_reported_and_says_so(analyzed, tmp_path):
    journal_of(PoseTrack.load(analyzed.folder / "track.npz"), tmp_path / "cut.mcj", close=False)
    result = run_marchcam("report", tmp_path / "cut.mcj", "--out", tmp_path / "out", "--quiet", cwd=tmp_path)
    assert (result.returncode, result.stdout, result.stderr) == (0, b"", b"")
    assert '"truncated"' in (tmp_path / "out" / "assessment.json").read_text(encoding="utf-8")
    write(tmp_path / "empty.mcj", count=0)
    result = run_marchcam("report", tmp_path / "empty.mcj", cwd=tmp_path)
    assert result.returncode == 1 and b"not one picture" in result.stderr
