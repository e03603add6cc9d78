import os
import shutil

import numpy as np
import pytest

from marchcam import models
from marchcam.capture import Frame, VideoFile
from marchcam.errors import ModelError
from marchcam.pose import PoseEstimator, distinct_people, shut_network
from marchcam.track import LEFT_ANKLE, LEFT_HIP, LEFT_KNEE, LEFT_SHOULDER, RIGHT_HIP, RIGHT_SHOULDER


@pytest.fixture(scope="module")
def frames(data):
    with VideoFile(data / "plain.mp4") as video:
        return list(video)[:6]


@pytest.fixture(scope="module")
def seen(frames):
    with PoseEstimator("lite") as estimator:
        return [estimator.landmarks(frame) for frame in frames]


def test_landmarks_are_pixels_of_the_picture_and_sides_the_persons(seen):
    for row in seen:
        assert row.position_px.shape == (33, 2)
        assert row.world_m.shape == (33, 3)
        assert row.visibility.shape == row.presence.shape == (33,)
        shoulder, hip, knee, ankle = row.position_px[[LEFT_SHOULDER, LEFT_HIP, LEFT_KNEE, LEFT_ANKLE]]
        assert 0 < shoulder[1] < hip[1] < ankle[1] < 240
        assert 100 < knee[0] < 220
        # Seen from the front the left side of a person is at the right of the picture.
        assert row.position_px[LEFT_SHOULDER, 0] > row.position_px[RIGHT_SHOULDER, 0] + 10


def test_the_same_frames_give_the_same_landmarks(frames, seen):
    with PoseEstimator("lite") as estimator:
        again = [estimator.landmarks(frame) for frame in frames]
    np.testing.assert_array_equal([row.position_px for row in again], [row.position_px for row in seen])


def test_positions_fit_into_half_the_bytes(seen):
    position_px = np.array([row.position_px for row in seen])
    np.testing.assert_array_equal(position_px.astype(np.float32).astype(np.float64), position_px)


def test_a_picture_without_a_person_is_unknown_not_zero():
    with PoseEstimator("lite") as estimator:
        row = estimator.landmarks(Frame(0, 0.0, np.full((240, 320, 3), 127, np.uint8)))
    for values in (row.position_px, row.world_m, row.visibility, row.presence):
        assert np.all(np.isnan(values))


def test_frames_less_than_a_millisecond_apart_are_taken(frames):
    with PoseEstimator("lite") as estimator:
        for step in range(3):
            estimator.landmarks(Frame(step, 1.0 + step * 0.0002, frames[0].image))


def test_one_and_two_people_are_told_apart(frames):
    alone = frames[0].image
    # Two people in one wide picture, as large in it as one is alone.
    together = np.hstack([alone[:, 60:-60], alone[:, 60:-60]])
    with PoseEstimator("lite") as estimator:
        assert len(estimator.find_people(alone)) == 1
        assert len(estimator.find_people(together)) == 2
        assert len(estimator.find_people(np.zeros_like(alone))) == 0


def body(x, torso):
    points = np.zeros((33, 2))
    points[[LEFT_SHOULDER, RIGHT_SHOULDER]] = (x, 100 - torso)
    points[[LEFT_HIP, RIGHT_HIP]] = (x, 100)
    return points


def test_two_hits_on_one_body_and_small_figures_far_behind_are_not_counted():
    assert len(distinct_people([])) == 0
    assert len(distinct_people([body(50, 60), body(60, 58)])) == 1
    assert len(distinct_people([body(50, 60), body(150, 58)])) == 2
    assert len(distinct_people([body(50, 60), body(150, 18)])) == 1
    assert len(distinct_people([body(150, 58), body(50, 60), body(250, 60)])) == 3


def test_a_model_that_is_not_there_is_said_and_not_replaced(tmp_path):
    with pytest.raises(ModelError, match="no pose model huge"), PoseEstimator("huge"):
        pass
    with pytest.raises(ModelError, match="cannot be read"), PoseEstimator(tmp_path):
        pass


@pytest.mark.parametrize("content", [b"", b"words", b"PK\x03\x04" + bytes(400)])
def test_a_damaged_bundle_is_said(tmp_path, content):
    path = tmp_path / "mine.task"
    path.write_bytes(content)
    with pytest.raises(ModelError, match="mine.task"), PoseEstimator(path):
        pass


def test_a_cut_bundle_is_said(tmp_path):
    path = tmp_path / "cut.task"
    path.write_bytes((models.FOLDER / "pose_landmarker_lite.task").read_bytes()[:3_000_000])
    with pytest.raises(ModelError, match="cut.task"), PoseEstimator(path):
        pass


def test_another_bundle_can_be_used_and_names_itself(tmp_path, frames, seen):
    path = tmp_path / "mine.task"
    shutil.copy(models.FOLDER / "pose_landmarker_lite.task", path)
    with PoseEstimator(path) as estimator:
        assert estimator.name == "mine.task"
        np.testing.assert_array_equal(estimator.landmarks(frames[0]).position_px, seen[0].position_px)


def test_the_models_that_come_along_are_checked(tmp_path, monkeypatch):
    for model in models.MODELS:
        assert models.read_bundle(model).startswith(b"PK")
    monkeypatch.setattr(models, "FOLDER", tmp_path)
    with pytest.raises(ModelError, match="lite is missing"):
        models.read_bundle("lite")
    (tmp_path / "SHA256SUMS").write_text(f"{'0' * 64}  pose_landmarker_lite.task\n")
    (tmp_path / "pose_landmarker_lite.task").write_bytes(b"PK and more")
    with pytest.raises(ModelError, match="lite is damaged"):
        models.read_bundle("lite")


def test_the_network_is_shut_whatever_was_set_before(monkeypatch):
    for name in ("https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://proxy.example:3128")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "*")
    shut_network()
    for name in ("https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        assert os.environ[name] == "http://127.0.0.1:9"
    assert "no_proxy" not in os.environ
    assert "NO_PROXY" not in os.environ


def test_native_log_lines_stay_off_the_terminal_and_ours_do_not(frames, capfd):
    with PoseEstimator("lite") as estimator:
        estimator.landmarks(frames[0])
        os.write(2, b"ours\n")
    assert capfd.readouterr().err == "ours\n"
