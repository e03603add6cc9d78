import dataclasses
import hashlib
import io
import json
import os
import zipfile

import numpy as np
import pytest

from marchcam.errors import TrackError
from marchcam.track import LANDMARK_COUNT, PoseTrack, Setup, Source


def make_track(count=20, **changes):
    rng = np.random.default_rng(1)
    position_px = rng.normal(300, 50, (count, LANDMARK_COUNT, 2))
    position_px[3] = np.nan
    values = {
        "times_s": np.arange(count) / 30,
        "position_px": position_px,
        "world_m": rng.normal(size=(count, LANDMARK_COUNT, 3)),
        "visibility": rng.random((count, LANDMARK_COUNT)),
        "presence": rng.random((count, LANDMARK_COUNT)),
        "image_size_wh": (640, 480),
        "source": Source("/videos/märch.mp4", "lite", "2026-05-04T10:20", True, 90),
        "setup": Setup(stature_m=1.75, name="Zoë", band=True, pain_hip_before=0),
        "person_count": np.where(np.arange(count) % 5, np.nan, 1.0),
    }
    return PoseTrack(**{**values, **changes})


ARRAYS = ("times_s", "position_px", "world_m", "visibility", "presence", "person_count")


def test_a_saved_track_comes_back_to_the_last_bit(tmp_path):
    track = make_track()
    track.save(tmp_path / "track.npz")
    loaded = PoseTrack.load(str(tmp_path / "track.npz"))
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(loaded, name), getattr(track, name))
        assert getattr(loaded, name).dtype == np.float64
    assert loaded.camera_shift_px is None
    assert (loaded.image_size_wh, loaded.source, loaded.setup) == (track.image_size_wh, track.source, track.setup)


def test_landmarks_in_the_models_own_precision_stay_so(tmp_path):
    narrow = {name: getattr(make_track(), name).astype(np.float32) for name in ARRAYS[1:5]}
    make_track(**narrow).save(tmp_path / "track.npz")
    loaded = PoseTrack.load(tmp_path / "track.npz")
    for name, values in narrow.items():
        np.testing.assert_array_equal(getattr(loaded, name), values)
        assert getattr(loaded, name).dtype == np.float32
    assert loaded.times_s.dtype == np.float64


def test_saving_twice_gives_the_same_bytes_for_the_owner_alone(tmp_path):
    digests = []
    for name in ("a.npz", "b.npz"):
        make_track().save(tmp_path / name)
        digests.append(hashlib.sha256((tmp_path / name).read_bytes()).hexdigest())
    assert digests[0] == digests[1]
    if os.name == "posix":
        assert (tmp_path / "a.npz").stat().st_mode & 0o777 == 0o600


def test_a_link_in_the_way_is_replaced_not_followed(tmp_path):
    target = tmp_path / "precious"
    target.write_text("keep")
    (tmp_path / "track.npz").symlink_to(target)
    make_track().save(tmp_path / "track.npz")
    assert target.read_text() == "keep"
    assert not (tmp_path / "track.npz").is_symlink()


def test_a_failed_save_leaves_nothing_behind(tmp_path):
    (tmp_path / "track.npz").mkdir()
    with pytest.raises(OSError, match="directory"):
        make_track().save(tmp_path / "track.npz")
    assert list(tmp_path.iterdir()) == [tmp_path / "track.npz"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"times_s": []}, "at least one frame"),
        ({"times_s": 3.0}, "at least one frame"),
        ({"times_s": np.zeros(20)}, "must increase"),
        ({"times_s": np.full(20, np.nan)}, "must increase"),
        ({"position_px": np.zeros((20, 33, 3))}, "position_px must have the shape"),
        ({"presence": np.zeros((19, 33))}, "presence must have the shape"),
        ({"world_m": np.full((20, 33, 3), np.inf)}, "infinite"),
        ({"visibility": [["x"] * 33] * 20}, "must hold numbers"),
        ({"image_size_wh": (640, 0)}, "picture size"),
        ({"image_size_wh": (640.5, 480)}, "picture size"),
        ({"camera_shift_px": np.zeros(20)}, "camera_shift_px must have the shape"),
    ],
)
def test_arrays_of_a_wrong_kind_are_refused(changes, message):
    with pytest.raises(TrackError, match=message):
        make_track(**changes)


@pytest.mark.parametrize(
    "told",
    [
        {"stature_m": 175},
        {"stature_m": float("nan")},
        {"stature_m": "1.75"},
        {"lens_height_m": -0.1},
        {"horizontal_fov_deg": 200},
        {"level_thigh_s": -1},
        {"support": "chair"},
        {"band": 1},
        {"name": 5},
        {"pain_back_before": 11},
        {"pain_hip_after": 2.5},
        {"pain_hip_after": True},
    ],
)
def test_what_nobody_can_mean_is_refused(told):
    with pytest.raises(ValueError, match=next(iter(told))):
        Setup(**told)


def rewritten(path, **members):
    """The same file with members exchanged (bytes), or left out (None)."""
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    content.update({f"{name}.npy": data for name, data in members.items()})
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in content.items():
            if data is not None:
                archive.writestr(name, data)
    return path


def npy(array, **options):
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, np.asarray(array), **options)
    return buffer.getvalue()


def header_npy(**changes):
    header = {"format": 1, "image_size_wh": [640, 480], "source": {"path": "x"}, "setup": {}, **changes}
    return npy(np.frombuffer(json.dumps(header).encode(), np.uint8))


def claims_to_be_huge():
    buffer = io.BytesIO()
    np.lib.format.write_array_header_1_0(buffer, {"descr": "<f8", "fortran_order": False, "shape": (10**12,)})
    return buffer.getvalue()


DAMAGE = {
    "missing array": {"world_m": None},
    "missing header": {"header": None},
    "pickled objects": {"times_s": npy(np.array([{}] * 20, object), allow_pickle=True)},
    "texts": {"times_s": npy(["a"] * 20)},
    "a promise of terabytes": {"times_s": claims_to_be_huge()},
    "another shape": {"presence": npy(np.zeros((20, 32)))},
    "no array": {"presence": b"hello"},
    "no JSON": {"header": npy(np.frombuffer(b"{hello", np.uint8))},
    "a list for a header": {"header": npy(np.frombuffer(b"[1, 2]", np.uint8))},
    "another version": {"header": header_npy(format=2)},
    "an unknown setup": {"header": header_npy(setup={"shoe_size": 43})},
    "an impossible setup": {"header": header_npy(setup={"stature_m": 17})},
    "an impossible size": {"header": header_npy(image_size_wh=["a", 2])},
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_track_is_refused_in_one_sentence(tmp_path, damage):
    path = tmp_path / "track.npz"
    make_track().save(path)
    with pytest.raises(TrackError, match="track.npz") as caught:
        PoseTrack.load(rewritten(path, **DAMAGE[damage]))
    assert "\n" not in str(caught.value)


def test_what_is_no_track_file_is_refused(tmp_path):
    path = tmp_path / "track.npz"
    with pytest.raises(TrackError, match="no saved track"):
        PoseTrack.load(path)
    with pytest.raises(TrackError, match="not a saved pose track"):
        PoseTrack.load(tmp_path)
    path.write_bytes(b"")
    with pytest.raises(TrackError, match="not a saved pose track"):
        PoseTrack.load(path)
    make_track().save(path)
    path.write_bytes(path.read_bytes()[:-500])
    with pytest.raises(TrackError, match="not a saved pose track"):
        PoseTrack.load(path)


def test_setup_can_be_changed_without_touching_the_rest():
    track = make_track()
    changed = dataclasses.replace(track, setup=dataclasses.replace(track.setup, name="Sam"))
    assert changed.setup.name == "Sam"
    np.testing.assert_array_equal(changed.position_px, track.position_px)
