"""What real people do: they turn, never pause, move their arms, and make movements that only look like lifts."""

import csv
import json
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from synthetic import March

from marchcam import PoseTrack, Setup, assess
from marchcam import track as lm
from marchcam.analysis import exclusion, facing
from marchcam.analysis.identity import exchange_legs, leg_doubts, undo_leg_swaps
from marchcam.analysis.motion import build_motion, still
from marchcam.analysis.uncertainty import tool_error
from marchcam.live.lifts import LiftGuide, Tempo
from marchcam.live.observation import Observation
from marchcam.live.stages import FreeStage, Room

VALIDATION = Path(__file__).parents[1] / "validation"
sys.path.insert(0, str(VALIDATION))

import real  # noqa: E402
import situations  # noqa: E402

FRAMES = ("position_px", "world_m", "visibility", "presence")
COMMITTED = {clip["name"]: clip for clip in json.loads(situations.RESULTS.read_text())}


def stored(name):
    return PoseTrack.load(VALIDATION / "tracks" / f"{name}.npz")


def situation(name):
    return PoseTrack.load(situations.FOLDER / "tracks" / f"{name}.npz")


def spliced(*parts):
    """Pieces (track, from, to) one after the other, as if one camera had seen them."""
    times, values, now = [], {name: [] for name in FRAMES}, 0.0
    for track, start, stop in parts:
        inside = (track.times_s >= start) & (track.times_s < stop)
        times.append(track.times_s[inside] - start + now)
        now += stop - start
        for name in FRAMES:
            values[name].append(getattr(track, name)[inside])
    joined = {name: np.concatenate(v) for name, v in values.items()}
    return replace(parts[0][0], times_s=np.concatenate(times), camera_shift_px=None, person_count=None, **joined)


def counts(assessment):
    return {s: getattr(assessment.sides, s).repetition_count for s in lm.SIDES}


def lifts(assessment, side):
    return [r for r in assessment.repetitions if r.side == side and r.excluded is None]


def texts(assessment):
    return " ".join(f.text for f in assessment.findings)


def reasons(assessment):
    return Counter(r.excluded for r in assessment.repetitions if r.excluded)


# --- turning


@pytest.mark.parametrize("turned_to", ["asym_oblique", "asym_side"])
def test_who_turns_after_standing_is_measured_like_one_who_does_not(turned_to):
    alone = assess(stored(turned_to))
    a = assess(spliced((stored("asym_front"), 0, 2.6), *[(stored(turned_to), 2.8, 27.5)] * 3))
    assert counts(a) == {"left": 9, "right": 9}
    assert a.quality.trust in ("good", "fair") and not a.compensations
    for side in lm.SIDES:
        usual = [r.peak_elevation_deg for r in lifts(alone, side)] * 3
        off = np.abs(np.subtract([r.peak_elevation_deg for r in lifts(a, side)], usual))
        assert off.mean() <= 1.5 and off.max() <= 3.0
        assert [r.landing for r in lifts(a, side)] == [r.landing for r in lifts(alone, side)] * 3


def test_three_lifts_from_the_front_and_three_from_the_side():
    front, side_on = stored("asym_front"), stored("asym_side")
    a = assess(spliced((front, 0, 28), (side_on, 2.8, 30)))
    assert counts(a) == {"left": 6, "right": 6}
    for side in lm.SIDES:
        usual = [r.peak_elevation_deg for t in (front, side_on) for r in lifts(assess(t), side)]
        assert np.abs(np.subtract([r.peak_elevation_deg for r in lifts(a, side)], usual)).max() <= 3.0
    turned = next(f for f in a.quality.flags if f.code == "turned")
    assert turned.fix == "Stand still for 3 seconds again after turning."


def test_a_fall_between_two_views_is_no_drop_off():
    front, side_on = stored("asym_front"), stored("asym_side")
    a = assess(spliced((front, 0, 28), (side_on, 2.8, 30), (side_on, 2.8, 30)))
    slopes = [getattr(a.sides, s).drop_off for s in lm.SIDES]
    alone = assess(spliced((side_on, 0, 30), (side_on, 2.8, 30)))
    for drop, other in zip(slopes, [getattr(alone.sides, s).drop_off for s in lm.SIDES], strict=True):
        assert drop.slope_deg_per_rep == pytest.approx(other.slope_deg_per_rep, abs=0.3)


def test_lifts_while_turning_are_left_out_by_that_name():
    track = stored("asym_front")
    angle = np.radians(90) * np.clip((track.times_s - 7.0) / 4.0, 0, 1)  # during the second lift, 7 to 10 s
    c, s = np.cos(angle)[:, None], np.sin(angle)[:, None]
    world = track.world_m.copy()
    world[..., 0], world[..., 2] = (
        c * track.world_m[..., 0] + s * track.world_m[..., 2],
        c * track.world_m[..., 2] - s * track.world_m[..., 0],
    )
    a = assess(replace(track, world_m=world))
    assert reasons(a)["turned"] >= 1
    assert "turned" in {f.code for f in a.quality.flags}


@pytest.mark.parametrize("turn_deg", [0, 12, 30, 60, 120, 180])
def test_views_are_cut_where_the_person_turns_and_nowhere_else(turn_deg):
    one, other = March(azimuth_deg=-20).track(), March(azimuth_deg=-20 + turn_deg).track()
    motion = build_motion(spliced((one, 0, 9), (other, 0, 9)))
    found = facing.views(motion)
    assert len(found) == (2 if turn_deg > facing.TURN_DEG else 1)
    assert found[0][0] == 0 and found[-1][1] == len(motion.time_s)
    if len(found) == 2:
        assert motion.time_s[found[1][0]] == pytest.approx(9.0, abs=0.3)


def test_views_of_nothing_and_of_an_instant():
    track = March().track()
    nobody = replace(track, position_px=track.position_px * np.nan, world_m=track.world_m * np.nan)
    assert facing.views(build_motion(nobody)) == [(0, len(track.times_s))]
    assert facing.views(build_motion(spliced((track, 0, 0.1)))) == [(0, 3)]


# --- rendered situations


@pytest.mark.parametrize("name", sorted(COMMITTED))
def test_a_situation_is_counted_as_before(name):
    truth = json.loads((situations.FOLDER / "truth" / f"{name}.json").read_text())
    clip, before = situations.judge(name, truth, situation(name)), COMMITTED[name]
    assert clip.right or not before["right"], (clip.counted, clip.true, clip.reasons)
    assert clip.named or not before["named"], clip.reasons
    if clip.expect != "lifts":
        assert clip.trust in ("poor", "not_assessable")


def test_most_situations_are_right():
    for split, own in situations.by_split([situations.Clip(**clip) for clip in COMMITTED.values()]).items():
        share = sum(c.right for c in own) / len(own)
        assert share >= {"train": 0.95, "unseen": 0.8}[split], split
    assert all(clip["right"] for clip in COMMITTED.values() if clip["view"] in ("front", "oblique"))


def test_a_look_alike_repeated_is_no_march_either():
    for name in [n for n, clip in COMMITTED.items() if clip["expect"] != "lifts"][::4]:
        a = assess(real.looped(situation(name)))
        assert a.quality.trust in ("poor", "not_assessable"), name


# --- what a lift is


def test_quiet_standing_needs_both_feet():
    track = situation("tree_pose_front_male_avg")
    motion = build_motion(track)
    truth = json.loads((situations.FOLDER / "truth" / "tree_pose_front_male_avg.json").read_text())
    first_s = min(lift["start_s"] for lift in truth["lifts"])
    rest = motion.time_s[still(motion)]
    posing = (rest > 1.0) & (rest < first_s - 1.5)
    assert not posing.any() and len(rest)


def found_lift(side, middle_s, excluded=None, above_s=0.3, rise_deg=60.0):
    """A movement with nothing but what its neighbours are judged by."""

    class Known(exclusion.FoundLift):
        middle_s = property(lambda self: middle_s)
        peak_rise_deg = property(lambda self: rise_deg)
        lead = 2.0

    from marchcam.analysis.repetitions import Lift

    return Known(None, Lift(side, 0, 1, 0, above_s), None, excluded)


def test_steps_at_the_pace_of_a_run_are_too_fast_and_a_brisk_march_is_not():
    for pace_s, expected in ((0.36, {"too_fast"}), (0.55, {None})):
        found = [found_lift(("left", "right")[k % 2], pace_s * k) for k in range(10)]
        assert {x.excluded for x in exclusion.hurried(found)} == expected


def test_one_leg_alone_tells_the_pace_too():
    found = [found_lift("left", 0.7 * k) for k in range(8)]
    assert {x.excluded for x in exclusion.hurried(found)} == {"too_fast"}
    slow = [found_lift("left", 1.4 * k, above_s=1.0) for k in range(8)]
    assert {x.excluded for x in exclusion.hurried(slow)} == {None}


def test_slips_between_slow_lifts_do_not_make_them_quick():
    found = [found_lift("left", 1.2 * k, above_s=0.6) for k in range(6)]
    slips = [found_lift("right", 1.2 * k + 0.4, rise_deg=26.0) for k in range(6)]
    out = exclusion.hurried(sorted(found + slips, key=lambda x: x.middle_s))
    assert {x.excluded for x in out if x.lift.side == "left"} == {None}


def test_a_knee_raised_among_kicks_is_none():
    kicks = [found_lift("left", 1.5 * k, "kick") for k in range(3)]
    alone = exclusion.outvoted([*kicks, found_lift("right", 5.0)])
    assert [x.excluded for x in alone] == ["kick"] * 4
    # After a rest and often enough it is a march.
    march = [found_lift(("right", "left")[k % 2], 10.0 + 1.5 * k) for k in range(6)]
    out = exclusion.outvoted([*kicks, *march])
    assert [x.excluded for x in out] == ["kick"] * 3 + [None] * 6


def test_what_says_nothing_of_the_movement_votes_for_nothing():
    cut = [found_lift("left", 0.0, "incomplete"), found_lift("right", 1.0), found_lift("left", 2.0, "incomplete")]
    assert [x.excluded for x in exclusion.outvoted(cut)] == ["incomplete", None, "incomplete"]


def test_trust_follows_the_share_of_other_movements():
    march, squats = stored("symmetric_front"), situation("squats_front_male_avg")
    assert assess(march).quality.trust == "good"
    kicks = situation("kicks_front_broadman")
    resized = replace(kicks, position_px=kicks.position_px * (march.image_size_wh[1] / kicks.image_size_wh[1]))
    a = assess(spliced((march, 0, march.times_s[-1]), *[(resized, 2.0, 11.0)] * 2))
    flag = next(f for f in a.quality.flags if f.code == "other_movement")
    assert "kicks" in flag.text and flag.effect in ("caps", "spoils") and a.quality.trust != "good"
    assert assess(squats).quality.trust == "not_assessable"


@pytest.mark.parametrize(("start_s", "stop_s", "at"), [(0.0, 5.0, "the end"), (4.6, 12.0, "the start")])
def test_a_lift_that_the_recording_cuts_off_is_named(start_s, stop_s, at):
    # asym_front: right lift 3.0 to 6.7 s, left lift 7.0 to 10.3 s
    a = assess(spliced((stored("asym_front"), start_s, stop_s)))
    said = " ".join(f.text for f in a.quality.flags)
    assert f"one right lift is cut off by {at}".lower() in said.lower()
    assert "lift" in a.findings[0].text or a.findings[0].code == "result"


def test_a_long_hold_that_runs_to_the_end_is_at_least_that_long():
    track = March(left_deg=[0.0], right_deg=[], hold_s=8.0).track()
    a = assess(spliced((track, 0, 10.0)))
    (cut,) = [r for r in a.repetitions if r.excluded == "incomplete"]
    assert cut.hold_duration_s > 4.5
    assert "held for at least" in " ".join(f.text for f in a.quality.flags)


@pytest.mark.parametrize("peak_deg", [45.0, 60.0, 75.0])
@pytest.mark.parametrize("azimuth_deg", [0, 35])
def test_heights_are_not_cut_at_forty_degrees(peak_deg, azimuth_deg):
    a = assess(March(left_deg=[peak_deg] * 6, right_deg=[0.0] * 6, azimuth_deg=azimuth_deg).track())
    assert a.sides.left.peak_elevation_deg.median == pytest.approx(peak_deg, abs=8)


# --- landmarks that err


def test_a_dark_march_whose_knee_jumps_is_not_compared():
    a = assess(stored("longtrunk_front_dark"))
    flag = next(f for f in a.quality.flags if f.code == "knee_jumps")
    assert flag.effect == "spoils" and a.asymmetry.verdict == "withheld"


@pytest.mark.parametrize("name", ["asym_front", "asym_oblique", "asym_side", "session", "compensating", "demo"])
def test_knees_that_are_seen_well_do_not_jump(name):
    assert "knee_jumps" not in {f.code for f in assess(stored(name)).quality.flags}


def test_from_behind_the_tilt_is_unknown_and_heights_are_withheld():
    march = March(left_deg=[0.0] * 8, right_deg=[0.0] * 8, azimuth_deg=175, lens_height_m=1.3)
    a = assess(march.track())
    assert a.quality.flags[0].code == "tilt_unknown" and a.quality.trust == "not_assessable"
    assert a.findings[0].text == "Lifts were counted; how high they are cannot be told."
    assert "horizontal" not in texts(a)
    told = assess(march.track(), Setup(stature_m=1.7, lens_height_m=1.3))
    assert "tilt_unknown" not in {f.code for f in told.quality.flags}


def test_the_error_grows_where_the_feet_tell_less():
    def error_deg(track):
        from marchcam.analysis.ground import lay_ground

        return tool_error(lay_ground(build_motion(track), Setup()).camera).elevation_deg

    whole = March(azimuth_deg=0).track()
    brisk = March(azimuth_deg=0, lift_s=0.8, hold_s=0.2, lower_s=0.8, rest_s=-0.4)
    walking = spliced((brisk.track(), brisk.stand_s, brisk.stand_s + 16))
    small = replace(whole, position_px=whole.position_px * 0.3, image_size_wh=(256, 192))
    assert error_deg(whole) == pytest.approx(4.5)
    assert error_deg(walking) > 5 and error_deg(small) > 5


def test_a_whole_lift_of_the_wrong_name_is_put_right():
    track = stored("tallwoman_side")
    before = assess(track)
    wrong = lifts(before, "right")[2]
    about = (track.times_s > wrong.onset_s - 0.1) & (track.times_s < wrong.lowered_s + 0.1)
    labels = undo_leg_swaps(exchange_legs(track, about))
    still_wrong = labels.track.position_px[about] != track.position_px[about]
    after = assess(exchange_legs(track, about))
    assert counts(after) == counts(before)
    heights = [[r.peak_elevation_deg for r in lifts(a, "right")] for a in (before, after)]
    assert np.abs(np.subtract(*heights)).max() < 1.5
    assert still_wrong.any() or not labels.swapped.any() or len(leg_doubts(labels).doubtful_s) == 0


# --- validation/real.py


def write_labels(folder, rows):
    with (folder / "labels.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["track", "expect", "left", "right", "remarks"])
        writer.writerows(rows)


def test_real_tracks_are_judged_against_counts_by_eye(tmp_path):
    stored("asym_front").save(tmp_path / "a.npz")
    situation("kicks_front_broadman").save(tmp_path / "b.npz")
    situation("run_in_place_front_male_avg").save(tmp_path / "c.npz")
    rows = [["a", "march", 3, 3, ""], ["a", "march", 3, 4, ""], ["b", "refuse", 0, 0, ""], ["a", "refuse", 0, 0, ""]]
    write_labels(tmp_path, [*rows, ["c", "run", "", "", ""], ["b", "run", 5, 5, ""]])
    judged = [real.judge(x, PoseTrack.load(tmp_path / f"{x.name}.npz")) for x in real.read_labels(tmp_path)]
    assert [j.right for j in judged] == [True, False, True, False, True, False]
    found = real.sums(judged)
    assert (found["marches"], found["marches right"]) == (2, 1)
    assert (found["lifts of marches"], found["lifts counted"], found["lifts invented"]) == (13, 12, 0)
    assert (found["runs right"], found["look-alikes right"]) == (1, 1)


def test_a_lift_named_as_cut_off_is_right_in_a_march_only(tmp_path):
    cut = spliced((stored("asym_front"), 0, 24.6))
    cut.save(tmp_path / "a.npz")
    (label,) = [real.Label("a", "march", counts(assess(cut)) | {"left": counts(assess(cut))["left"] + 1}, "")]
    judged = real.judge(label, cut)
    assert judged.right == (judged.named_cut["left"] > 0)


@pytest.mark.parametrize("name", ["asym_front", "asym_oblique", "heel_first"])
def test_a_mirrored_recording_gives_the_same_counts_and_heights(name):
    track = stored(name)
    own, other = assess(track), assess(real.mirrored_track(track))
    for side in lm.SIDES:
        pairs = [[r.peak_elevation_deg for r in lifts(a, s)] for a, s in ((own, side), (other, lm.OTHER[side]))]
        assert len(pairs[0]) == len(pairs[1])
        assert np.abs(np.subtract(*pairs)).max() < 3.0


# --- live


def marched_live(track):
    """A free session over a track: the stage, and the codes of what it refused."""
    room = Room(track.image_size_wh, Setup())
    stage, refused = FreeStage(room), []
    for k, time_s in enumerate(track.times_s):
        values = (getattr(track, name)[k].astype(float) for name in FRAMES)
        observation = Observation(float(time_s), *values)
        room.now_s = observation.time_s
        room.see(observation)
        stage.see(observation)
        refused += [stage.guide.refused for _, _, event in stage.happened if event == "refused"]
        stage.happened.clear()
    return stage, refused


def test_kicks_are_taken_back_while_they_happen():
    stage, refused = marched_live(situation("kicks_front_broadman"))
    assert all(c.finished == 0 for c in stage.guide.counters.values())
    assert refused.count("kick") >= 6
    assert stage.show()["cue"] == "Does not count" and "kicks" in stage.show()["next_cue"]


@pytest.mark.parametrize("name", ["overlap_slow_front_broadman", "arms_overhead_front_male_avg"])
def test_real_lifts_count_live_as_in_the_recorded_analysis(name):
    stage, _ = marched_live(situation(name))
    assert {s: c.finished for s, c in stage.guide.counters.items()} == COMMITTED[name]["counted"]


def test_who_turns_is_asked_to_stand_still_and_measured_from_there():
    front, side_on = stored("asym_front"), stored("asym_side")
    stage, _ = marched_live(spliced((front, 0, 12), (side_on, 2.8, 12)))
    assert stage.show()["cue"] == "You turned"
    stage, _ = marched_live(spliced((front, 0, 12), (side_on, 2.8, 12), (side_on, 0, 3)))
    assert stage.guide.refused is None and abs(stage.room.ground.camera.azimuth_deg) > 60


def test_the_guide_asks_again_for_a_lift_that_was_none():
    guide = LiftGuide(1, Tempo(), 0.0)
    rises = np.concatenate([np.linspace(0, 80, 30), np.full(15, 80.0), np.linspace(80, 0, 30), np.zeros(60)])
    happened = []
    for k, rise in enumerate(rises):
        both = {"left": float(rise), "right": 0.0}
        elevation = {s: v - 88 for s, v in both.items()}
        happened += guide.update(k / 30, elevation, both, lambda side, lowered_s: "kick")
    assert happened == [("left", "up"), ("left", "down"), ("left", "refused")]
    assert guide.counters["left"].finished == 0 and guide.refused == "kick" and not guide.done


@pytest.mark.parametrize("azimuth_deg", [0, 35, 90])
@pytest.mark.parametrize("right_m", [-0.4, 0.4])
def test_who_drifts_aside_keeps_the_names_of_the_legs(azimuth_deg, right_m):
    track = March(azimuth_deg=azimuth_deg).track()
    aside_px = right_m * 230 * track.times_s / track.times_s[-1]
    moved = track.position_px + np.array([1.0, 0.0]) * aside_px[:, None, None]
    assert counts(assess(replace(track, position_px=moved))) == {"left": 8, "right": 8}
