"""Who is who: legs that bear each other's names, and tracks that go over to another person."""

from dataclasses import replace

import numpy as np
import pytest
from conftest import DATA
from synthetic import March, mirrored

from marchcam import PoseTrack, assess
from marchcam.analysis.identity import LEG, OTHER_LEG, exchange_legs, person_changed, undo_leg_swaps

STORED = sorted(path.stem for path in (DATA / "tracks").glob("*.npz"))
VIEWS = {"front": 0.0, "oblique": 35.0, "side": 90.0}
LIFT_S = 3.0  # the first lift of a constructed march: the left leg, up from here on


def stored(name):
    return PoseTrack.load(DATA / "tracks" / f"{name}.npz")


def part_of(track, frames):
    names = ("times_s", "position_px", "world_m", "visibility", "presence")
    return replace(track, **{n: getattr(track, n)[frames] for n in names}, person_count=None, camera_shift_px=None)


def thinned(track, kind):
    n = len(track.times_s)
    fps = 1 / np.median(np.diff(track.times_s))
    if kind == "15 fps":
        return part_of(track, np.arange(0, n, max(1, round(fps / 15))))
    if kind == "irregular":
        return part_of(track, np.flatnonzero(np.random.default_rng(4).random(n) > 0.4))
    return track


def swapped_at(track, start_s, count):
    frames = np.zeros(len(track.times_s), bool)
    first = int(np.searchsorted(track.times_s, start_s))
    frames[first : first + count] = True
    return exchange_legs(track, frames), frames


def lifts_of(assessment):
    return [(r.side, r.onset_s, r.peak_elevation_deg) for r in assessment.repetitions if r.excluded is None]


@pytest.mark.parametrize("kind", ["as it is", "15 fps", "irregular"])
@pytest.mark.parametrize("name", STORED)
def test_legs_that_bear_their_own_names_are_left_alone(name, kind):
    track = thinned(stored(name), kind)
    labels = undo_leg_swaps(track)
    assert labels.track is track
    assert not labels.swapped.any() and not labels.doubtful.any()


@pytest.mark.parametrize("azimuth", [0, 35, -60, 90])
@pytest.mark.parametrize("lift_s", [1.5, 0.35])
def test_legs_that_pass_each_other_in_a_side_view_are_left_alone(azimuth, lift_s):
    march = March([0.0] * 4, [0.0] * 4, azimuth_deg=azimuth, fps=15, lift_s=lift_s, lower_s=lift_s, rest_s=0.0)
    labels = undo_leg_swaps(march.track())
    assert not labels.swapped.any() and not labels.doubtful.any()


def test_the_legs_of_a_walker_who_crosses_the_picture_keep_their_names():
    track = March([-90.0], [-90.0], azimuth_deg=90).track()
    t = track.times_s
    px = track.position_px.copy()
    # A foot swings 60 pixels before and behind the body, the other one the other way, once a second.
    for legs, sign in ((LEG, 1), (OTHER_LEG, -1)):
        px[:, legs, 0] += (sign * 60 * np.sin(2 * np.pi * t))[:, None] * np.array([0.05, 0.5, 1, 1, 1])
    px[..., 0] += (40 * (t - t.mean()))[:, None]
    labels = undo_leg_swaps(replace(track, position_px=px))
    assert not labels.swapped.any() and not labels.doubtful.any()


@pytest.mark.parametrize("count", [1, 2, 5, 12, 40])
@pytest.mark.parametrize("start_s", [1.0, LIFT_S + 0.3, LIFT_S + 1.4, LIFT_S + 3.0])
@pytest.mark.parametrize("name", ["symmetric_front", "demo", "asym_oblique", "weak_right_partial", "fast_march"])
@pytest.mark.parametrize("kind", ["as it is", "15 fps", "irregular"])
def test_swapped_names_are_found_and_undone_to_the_frame(name, start_s, count, kind):
    track = thinned(stored(name), kind)
    wrong, frames = swapped_at(track, start_s, count)
    labels = undo_leg_swaps(wrong)
    np.testing.assert_array_equal(labels.swapped, frames)
    np.testing.assert_array_equal(labels.track.position_px, track.position_px)
    np.testing.assert_array_equal(labels.track.world_m, track.world_m)


@pytest.mark.parametrize("count", [1, 6, 20])
def test_a_swap_while_the_thigh_is_up_is_undone_in_a_side_view_too(count):
    track = March([0.0] * 2, [-20.0] * 2, azimuth_deg=90).track()
    wrong, frames = swapped_at(track, LIFT_S + 1.5, count)
    np.testing.assert_array_equal(undo_leg_swaps(wrong).swapped, frames)


def test_a_swap_through_a_picture_with_both_legs_on_one_place_is_undone():
    track = March([0.0] * 2, [-20.0] * 2, azimuth_deg=90).track()
    wrong, frames = swapped_at(track, LIFT_S + 1.5, 15)
    for at in (np.flatnonzero(frames)[0] - 1, np.flatnonzero(frames)[-1] + 1):
        both = wrong.position_px[at, [LEG, OTHER_LEG]].mean(axis=0)
        wrong.position_px[at, LEG] = wrong.position_px[at, OTHER_LEG] = both
    assert np.all(undo_leg_swaps(wrong).swapped[frames])


@pytest.mark.parametrize("view", VIEWS)
def test_a_march_with_swaps_in_its_lifts_is_measured_as_without(view):
    track = March([0.0] * 8, [-15.0] * 8, azimuth_deg=VIEWS[view]).track()
    wrong = track
    for start_s, count in ((LIFT_S + 1.6, 3), (LIFT_S + 6.4, 10), (LIFT_S + 16.0, 20)):
        wrong, _ = swapped_at(wrong, start_s, count)
    plain, found = assess(track), assess(wrong)
    assert lifts_of(found) == lifts_of(plain)
    assert "side_swap" not in {f.code for f in found.quality.flags}


def test_names_that_changed_for_good_exclude_the_lift_and_spoil_a_side_view():
    track = March(azimuth_deg=90).track()
    # From the middle of the last lifts on; which of the two namings was right nobody can tell.
    wrong, _ = swapped_at(track, LIFT_S + 14 * 4.8 + 2.0, len(track.times_s))
    a = assess(wrong)
    assert "side_swap" in {r.excluded for r in a.repetitions}
    assert ("side_swap", "spoils") in {(f.code, f.effect) for f in a.quality.flags}
    assert a.quality.trust == "poor" and a.asymmetry.verdict == "withheld"


def test_names_that_changed_for_good_are_put_right_where_the_hips_tell():
    track = March(azimuth_deg=35).track()
    wrong, frames = swapped_at(track, 30.0, len(track.times_s))
    np.testing.assert_array_equal(undo_leg_swaps(wrong).swapped, frames)


def test_who_turns_round_has_no_swapped_legs():
    track = March([-90.0] * 3, [-90.0] * 3, azimuth_deg=0).track()
    # Over a second shoulders, hips and feet change sides in the picture.
    turn = np.cos(np.pi * np.clip(track.times_s - 12.0, 0, 1))[:, None]
    px = track.position_px.copy()
    px[..., 0] = 427 + turn * (px[..., 0] - 427)
    labels = undo_leg_swaps(replace(track, position_px=px))
    assert not labels.swapped.any() and not labels.doubtful.any()


def test_a_track_of_nobody_or_of_two_pictures_is_left_alone():
    track = March([0.0], [0.0]).track()
    for some in (part_of(track, slice(0, 2)), replace(track, position_px=np.full_like(track.position_px, np.nan))):
        assert undo_leg_swaps(some).track is some


@pytest.mark.parametrize("pictures", [1, 3])
def test_a_tracker_that_goes_over_to_another_person_for_good_spoils(pictures):
    track = March().track()
    share = np.clip((np.arange(len(track.times_s)) - 1200) / pictures, 0, 1)
    px = track.position_px + share[:, None, None] * np.array([180.0, 0.0])
    other = replace(track, position_px=px)
    assert person_changed(other) and not person_changed(track)
    assert ("second_person", "spoils") in {(f.code, f.effect) for f in assess(other).quality.flags}


def test_the_raised_hand_tells_a_mirrored_recording():
    track = stored("session")  # the right hand goes up before the march
    assert "mirrored" not in {f.code for f in assess(track).quality.flags}
    assert ("mirrored", "caps") in {(f.code, f.effect) for f in assess(mirrored(track)).quality.flags}
