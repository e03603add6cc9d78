import os
import shutil

import cv2
import numpy as np
import pytest

from marchcam import capture
from marchcam.capture import VideoFile, read_frames
from marchcam.errors import SourceError

# Mean absolute difference of 8-bit values after another codec's loss; a wrong turn or frame differs by 5 and more.
SAME_PICTURE = 2.0


def frames_of(path, **options):
    with VideoFile(path, **options) as video:
        return list(video)


@pytest.fixture(scope="module")
def plain(data):
    return frames_of(data / "plain.mp4")


@pytest.mark.parametrize("name", ["hevc.mp4", "vp9.webm", "mjpeg.avi", "late.ts", "rotated.mp4"])
def test_other_containers_give_the_same_frames_at_the_same_times(data, plain, name):
    frames = frames_of(data / name)
    assert [frame.index for frame in frames] == list(range(15))
    # WebM stores whole milliseconds.
    np.testing.assert_allclose([frame.time_s for frame in frames], [frame.time_s for frame in plain], atol=0.001)
    for frame, expected in zip(frames, plain, strict=True):
        assert np.abs(frame.image.astype(int) - expected.image).mean() < SAME_PICTURE


def test_times_of_a_variable_frame_rate_are_the_files_own(data):
    times = [frame.time_s for frame in frames_of(data / "variable_rate.mp4")]
    np.testing.assert_allclose(times, np.array([0, 1, 2, 3, 4, 5, 6, 9, 12]) / 15, atol=1e-6)


def test_60_frames_a_second_and_4k_are_read_as_they_are(data):
    assert np.diff([frame.time_s for frame in frames_of(data / "60fps.mp4")]) == pytest.approx(1 / 60)
    assert {frame.image.shape for frame in frames_of(data / "4k.mp4")} == {(2880, 3840, 3)}


@pytest.mark.parametrize("name", ["no_times.h264", "jpegs.mjpeg"])
def test_a_stream_without_times_still_gets_increasing_ones(data, name):
    times = [frame.time_s for frame in frames_of(data / name)]
    assert len(times) == 15
    assert np.diff(times) == pytest.approx(0.04)  # the 25 a second that FFmpeg assumes
    with VideoFile(data / name) as video:
        assert video.duration_hint_s is None
        assert video.expected_frame_count is None


@pytest.mark.parametrize(("rotate", "quarter_turns"), [(0, 0), (90, -1), (180, 2), (270, 1)])
def test_a_turn_by_hand_is_clockwise_and_replaces_the_tag(data, plain, rotate, quarter_turns):
    lying = np.rot90(plain[0].image, 1)  # as rotated.mp4 stores it; its tag says 90 degrees clockwise
    with VideoFile(data / "rotated.mp4", rotate=rotate) as video:
        image = next(iter(video)).image
        assert video.image_size_wh == image.shape[1::-1]
    assert np.abs(image.astype(int) - np.rot90(lying, quarter_turns)).mean() < SAME_PICTURE


def test_start_and_end_keep_the_files_times_and_numbers(data, plain):
    frames = frames_of(data / "plain.mp4", start_s=0.4, end_s=0.7)
    assert [frame.index for frame in frames] == [6, 7, 8, 9, 10]
    assert frames[0].time_s == plain[6].time_s
    np.testing.assert_array_equal(frames[0].image, plain[6].image)


@pytest.mark.parametrize("name", ["plain.mp4", "hevc.mp4", "variable_rate.mp4", "no_times.h264", "rotated.mp4"])
def test_passing_over_pictures_changes_none_of_the_later_ones(data, name):
    whole = frames_of(data / name, start_s=0.2)
    with VideoFile(data / name, start_s=0.2, threads=1) as video:
        frames = iter(video)
        video.pass_over(2)
        seen = [next(frames)]
        video.pass_over(5)
        seen += frames
        assert [video.place(frame) for frame in seen] == [2, *range(5, len(whole))]
    for frame, expected in zip(seen, [whole[2], *whole[5:]], strict=True):
        assert (frame.index, frame.time_s) == (expected.index, expected.time_s)
        np.testing.assert_array_equal(frame.image, expected.image)


def test_single_frames_are_fetched_again_exactly(data, plain):
    wanted = [plain[3].time_s, plain[11].time_s]
    images, size_wh = read_frames(data / "plain.mp4", wanted)
    assert size_wh == (320, 240)
    assert list(images) == wanted
    np.testing.assert_array_equal(images[wanted[0]], plain[3].image)
    np.testing.assert_array_equal(images[wanted[1]], plain[11].image)


NAMES = "plain.mp4 hevc.mp4 vp9.webm mjpeg.avi late.ts rotated.mp4 variable_rate.mp4 no_times.h264".split()


@pytest.mark.parametrize("name", NAMES)
def test_pictures_that_are_sought_are_those_that_reading_on_gives(data, monkeypatch, name):
    monkeypatch.setattr(capture, "WALK_S", 0.0)
    frames = frames_of(data / name)
    images, _ = read_frames(data / name, [frame.time_s for frame in frames])
    for frame in frames:
        np.testing.assert_array_equal(images[frame.time_s], frame.image)


def test_a_raw_stream_knows_no_times_so_its_pictures_are_not_sought(data, tmp_path):
    whole = cv2.VideoCapture(str(data / "session.mp4"), cv2.CAP_FFMPEG, [cv2.CAP_PROP_FORMAT, -1])  # as it is coded
    (tmp_path / "raw.h264").write_bytes(b"".join(whole.read()[1].tobytes() for _ in range(400)))
    frames = frames_of(tmp_path / "raw.h264")
    wanted = frames[10:400:130]
    assert wanted[1].time_s - wanted[0].time_s > capture.WALK_S
    images, _ = read_frames(tmp_path / "raw.h264", [frame.time_s for frame in wanted])
    for frame in wanted:
        np.testing.assert_array_equal(images[frame.time_s], frame.image)


def test_a_picture_late_in_a_video_is_fetched_without_reading_all_before_it(data, monkeypatch):
    read = []
    grab = VideoFile._grab
    monkeypatch.setattr(VideoFile, "_grab", lambda self: read.append(1) or grab(self))
    with VideoFile(data / "session.mp4", start_s=81.0, end_s=82.0) as video:
        frame = list(video)[5]
    assert len(read) > 2000
    read.clear()
    images, _ = read_frames(data / "session.mp4", [frame.time_s, frame.time_s])  # two figures may show one picture
    assert len(read) < 100
    np.testing.assert_array_equal(images[frame.time_s], frame.image)


def test_a_video_cut_short_is_read_up_to_there_and_says_so(data, tmp_path):
    path = tmp_path / "cut.mp4"
    whole = (data / "march.mp4").read_bytes()  # its table of contents stands at the front
    path.write_bytes(whole[: len(whole) // 2])
    with VideoFile(path) as video:
        count = sum(1 for _ in video)
        assert 20 < count < 170
        assert video.truncated
    with VideoFile(data / "march.mp4") as video:
        assert sum(1 for _ in video) == video.expected_frame_count == 173
        assert not video.truncated


def test_a_part_asked_for_is_not_cut_short(data):
    with VideoFile(data / "march.mp4", end_s=1.0) as video:
        assert len(list(video)) == 15
        assert not video.truncated


def half_of(path):
    whole = path.read_bytes()
    return whole[: len(whole) // 2]


BROKEN = {
    "text.mp4": (lambda data: b"Dear diary, today I marched.\n" * 40, "not a video"),
    "random.mp4": (lambda data: np.random.default_rng(0).bytes(20_000), "not a video"),
    "empty.mp4": (lambda data: b"", "is empty"),
    "cut.mp4": (lambda data: half_of(data / "plain.mp4"), "cut off"),
    "png.mp4": (lambda data: cv2.imencode(".png", np.zeros((40, 60, 3), np.uint8))[1].tobytes(), "is a picture"),
    "jpeg.mp4": (lambda data: cv2.imencode(".jpg", np.zeros((40, 60, 3), np.uint8))[1].tobytes(), "is a picture"),
    "sound.mp4": (lambda data: (data / "sound.mp4").read_bytes(), "sound but no picture"),
    "song.mp3": (lambda data: b"ID3\x04" + bytes(2000), "sound but no picture"),
    "head_only.mp4": (lambda data: (data / "march.mp4").read_bytes()[:4000], "No picture|can be read"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_video_is_named_in_one_sentence(data, tmp_path, name):
    content, expected = BROKEN[name]
    path = tmp_path / name
    path.write_bytes(content(data))
    with pytest.raises(SourceError, match=expected) as caught:
        frames_of(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


LISTS = {
    "list.m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{there}/plain.mp4\n#EXT-X-ENDLIST\n",
    "named_otherwise.mp4": "ffconcat version 1.0\nfile plain.mp4\n",
    "away.m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n",
    "away.sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 9998 RTP/AVP 96\n"
    "a=rtpmap:96 H264/90000\n",
}


@pytest.mark.parametrize("name", LISTS)
def test_a_file_that_names_other_files_or_addresses_is_no_video(data, tmp_path, name):
    shutil.copy(data / "plain.mp4", tmp_path)
    (tmp_path / name).write_text(LISTS[name].format(there=tmp_path))
    with pytest.raises(SourceError, match="not a video"):
        frames_of(tmp_path / name)


def test_an_address_given_for_a_file_is_not_repeated_with_its_password():
    for text in ("http://me:s3cret@cam/video", "rtsp://me:s3cret@cam/video"):
        with pytest.raises(SourceError, match="marchcam live --camera") as caught:
            frames_of(text)
        assert "s3cret" not in str(caught.value)


def test_what_is_not_there_or_no_file_is_named(tmp_path):
    with pytest.raises(SourceError, match="There is no file"):
        frames_of(tmp_path / "none.mp4")
    with pytest.raises(SourceError, match="is a folder"):
        frames_of(tmp_path)
    with pytest.raises(SourceError, match="not a video file"):
        frames_of(os.devnull)


@pytest.mark.parametrize(("start_s", "end_s"), [(99, None), (0.95, None), (0.5, 0.5), (0.5, 0.2), (float("nan"), None)])
def test_a_part_that_holds_nothing_is_an_error(data, start_s, end_s):
    with pytest.raises(SourceError, match="Nothing"):
        frames_of(data / "plain.mp4", start_s=start_s, end_s=end_s)


@pytest.mark.parametrize("name", ["a b.mp4", "Zoë's märch #2 50%d.mp4", "cam:1.mp4", "行進.mp4"])
def test_names_with_spaces_accents_and_signs_open(data, tmp_path, monkeypatch, name):
    (tmp_path / name).write_bytes((data / "plain.mp4").read_bytes())
    monkeypatch.chdir(tmp_path)
    assert len(frames_of(name)) == 15
