import re
import subprocess
import sys

import numpy as np
import pytest
from conftest import ENVIRONMENT, run_marchcam
from mjpeg import Server, stamped

from marchcam.address import public_name
from marchcam.camera import Camera, camera_indices, list_cameras, open_source, source_name
from marchcam.capture import VideoFile, read_frames
from marchcam.errors import SourceError
from marchcam.live.feed import CameraFeed

NO_CAMERA = not camera_indices()


@pytest.fixture(scope="module")
def server(data):
    with Server(data) as running:
        yield running


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("http://192.168.1.20:8080/video", "http://192.168.1.20:8080/video"),
        ("http://me:s3cret@cam.local:8080/video?pwd=s3cret#s3cret", "http://cam.local:8080/video"),
        ("rtsp://me:s3%40cret@cam/live", "rtsp://cam/live"),
        ("https://s3cret@[fe80::1]:443/v", "https://[fe80::1]:443/v"),
        ("http://me:a@s3cret@cam/v", "http://cam/v"),
        # A password with a sign that ends the host's name: which part is it? Better nothing than a piece of it.
        ("http://me:12/s3cret@cam/video", "http://…"),
        ("http://me:12?s3cret@cam/video", "http://…"),
        ("http://me:s3cret#1@cam/video", "http://…"),
        ("http://me:s3cret/video", "http://…"),
        ("clip:1.mp4", "clip:1.mp4"),
    ],
)
def test_an_address_is_shown_without_what_is_secret(text, shown):
    assert public_name(text) == shown


def test_what_results_name_a_camera(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert source_name("01") == "camera 1"
    assert source_name("http://me:s3cret@cam/v?k=1") == "http://cam/v"
    assert source_name("Zoë's march.mp4") == str(tmp_path / "Zoë's march.mp4")


REFUSED = {
    "ftp://me:s3cret@cam/v": "must begin with http://",
    "file:///etc/passwd": "must begin with http://",
    "concat:a.mp4|b.mp4": "There is no file",
    "http://": "not a complete address",
    "http://cam:s3cret/v": "not a complete address",
    "http://[cam/v": "not a complete address",
    "http://me:s3cret@127.0.0.1:1/v?s3cret": "Nothing answers at http://127.0.0.1:1/v",
    "https://me:s3cret@127.0.0.1:1/v": "Nothing answers",
    "rtsp://me:s3cret@127.0.0.1:1/v": "Nothing answers",
    "http://s3cret@no-such-host.invalid/v": "no computer named no-such-host.invalid",
    "none.mp4": "There is no file",
    "12345678901234567890": "camera",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_cannot_be_a_camera_is_named_in_one_sentence_without_a_password(text):
    with pytest.raises(SourceError, match=REFUSED[text]) as caught, open_source(text):
        pass
    assert "s3cret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_server_that_gives_no_video_is_told_apart(server):
    base = server.url.removesuffix("/video")
    for path, expected in (("/none", "answers 404"), ("/locked", "asks for a user"), ("/page", "is a page")):
        with pytest.raises(SourceError, match=expected), open_source(base + path):
            pass
    server.stalled.set()
    try:
        with pytest.raises(SourceError, match="answers, but no picture comes"), open_source(server.url):
            pass
    finally:
        server.stalled.clear()


def test_a_stream_is_a_camera_and_a_file_behind_an_address_is_a_file(server):
    with open_source(server.url) as stream:
        assert isinstance(stream, Camera)
        assert stream.image_size_wh == (320, 240)
        assert stream.grab()
        assert stream.retrieve().shape == stamped().shape
    with open_source(server.url.replace("/video", "/plain.mp4")) as remote:
        assert isinstance(remote, VideoFile)
        assert len(list(remote)) == 15


def test_a_password_in_the_address_reaches_the_camera(server):
    address = server.url.replace("/video", "/locked").replace("://", "://me:s3%20cret@")
    with open_source(address) as stream:
        assert stream.grab()


def test_a_stream_opens_although_the_pose_library_is_shut_in(server):
    code = (
        "import sys; from marchcam.pose import shut_network; shut_network()\n"
        "from marchcam.camera import open_source\n"
        "with open_source(sys.argv[1]) as camera: print(camera.image_size_wh)"
    )
    command = [sys.executable, "-c", code, server.url]
    result = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, timeout=60)
    assert (result.stdout, result.stderr) == ("(320, 240)\n", "")


@pytest.mark.skipif(not NO_CAMERA, reason="there is a camera")
def test_without_a_camera_that_is_said_and_nothing_else(tmp_path):
    assert list_cameras() == []
    with pytest.raises(SourceError, match="There is no camera"), CameraFeed("0"):
        pass
    listed = run_marchcam("cameras", cwd=tmp_path)
    assert (listed.returncode, listed.stdout) == (1, b"")
    assert re.fullmatch(rb"Error: No camera was found\. [^\n]+\n", listed.stderr)
    # Native code is silent only where marchcam.capture is loaded before OpenCV.
    code = "from marchcam.camera import camera_answers; print(camera_answers(0))"
    result = subprocess.run([sys.executable, "-c", code], env=ENVIRONMENT, capture_output=True, text=True, timeout=60)
    assert (result.stdout, result.stderr) == ("False\n", "")


def test_a_picture_beside_the_time_asked_for_is_found(data):
    exact, _ = read_frames(data / "plain.mp4", [2 / 15, 3 / 15])
    near, _ = read_frames(data / "plain.mp4", [2 / 15 + 0.03, 3 / 15 - 0.03, 14 / 15 + 0.09, 14 / 15 + 0.11])
    assert sorted(near) == [2 / 15 + 0.03, 3 / 15 - 0.03, 14 / 15 + 0.09]
    np.testing.assert_array_equal(near[2 / 15 + 0.03], exact[2 / 15])
    np.testing.assert_array_equal(near[3 / 15 - 0.03], exact[3 / 15])
