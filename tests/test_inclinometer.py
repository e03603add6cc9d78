"""MarchCam against a phone on the thigh: a study whose bias, scatter and clock are known is read right."""

import csv
import dataclasses
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import DATA
from synthetic import March

from marchcam import PoseTrack, assess
from marchcam.report.tables import write_repetitions_csv, write_series_csv

VALIDATION = Path(__file__).parent.parent / "validation"
sys.path.append(str(VALIDATION))  # scripts beside the package, not part of it

import inclinometer as study  # noqa: E402

PHONE_HZ = 100.0


def write_csv(path, names, *columns):
    with path.open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(names)
        out.writerows([f"{x:.5f}" if np.isfinite(x) else "" for x in row] for row in zip(*columns, strict=True))


def phone_of(time_s, elevation_deg, *, shift_s, offset_deg=0.0, before_s=6.0, after_s=4.0, noise_deg=0.3, seed=0):
    """What a phone on that thigh writes: its own clock, hanging before and after, an offset of the strap, noise."""
    clock = np.arange(time_s[0] - before_s, time_s[-1] + after_s, 1 / PHONE_HZ)
    random = np.random.default_rng(seed)
    values = np.interp(clock, time_s, elevation_deg) + offset_deg + random.normal(0, noise_deg, len(clock))
    return clock + shift_s, values


def write_sessions(folder, rows):
    names = list(rows[0])
    lines = [",".join(names), *(",".join(str(row[name]) for name in names) for row in rows)]
    (folder / "sessions.csv").write_text("\n".join(lines) + "\n")


def truth(name):
    values = json.loads((VALIDATION / "truth" / f"{name}.json").read_text())
    return {s: np.array(values[f"{s}_elevation_deg"]) for s in ("left", "right")}


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """A real track's results as `marchcam analyze` writes them, its truth, and a phone for each leg made from it: the
    strap 7 degrees off, the clock 41.37 s ahead; before the march a helper held the left thigh level."""
    folder = tmp_path_factory.mktemp("real")
    results = folder / "asym_oblique-marchcam"
    results.mkdir()
    track = PoseTrack.load(DATA / "tracks" / "asym_oblique.npz")
    assessment = assess(track)
    write_series_csv(assessment, results / "series.csv")
    write_repetitions_csv(assessment, results / "repetitions.csv")
    true = truth("asym_oblique")
    for side, offset in (("left", 7.0), ("right", -3.0)):
        clock, values = phone_of(track.times_s, true[side], shift_s=41.37, offset_deg=offset, before_s=20.0)
        level = (clock > 25.0) & (clock < 28.0)
        values[level] = offset
        write_csv(folder / f"{side}.phone.csv", ("time_s", "elevation_deg"), clock, values)
    row = {"recording": "asym_oblique", "person": "A", "view": "oblique", "level_from_s": 25.3, "level_to_s": 27.5}
    sessions = [row | {"side": side, "phone": f"{side}.phone.csv"} for side in ("left", "right")]
    write_sessions(folder, sessions)
    return folder, assessment, true, track.times_s


def test_a_real_track_against_its_truth_on_a_phone(real):
    folder, assessment, true, times_s = real
    for session in study.read_sessions(folder / "sessions.csv"):
        found = study.compare_session(folder, session)
        assert found.shift.shift_s == pytest.approx(41.37, abs=0.05) and not found.shift.doubtful
        assert (found.phone_only, found.marchcam_only) == (0, 0)
        own = [r for r in assessment.repetitions if r.side == session["side"] and r.excluded is None]
        assert len(found.pairs) == len(own) == 3
        for pair, lift in zip(found.pairs, own, strict=True):
            inside = (times_s >= lift.hold_start_s) & (times_s <= lift.hold_end_s)
            assert pair.marchcam_deg == pytest.approx(lift.peak_elevation_deg, abs=1e-6)
            # the strap's offset is gone, by the level thigh
            assert pair.phone_deg == pytest.approx(np.median(true[session["side"]][inside]), abs=0.3)
        assert found.hanging_deg == pytest.approx(np.percentile(true[session["side"]], 20), abs=1.0)


def test_a_lift_that_only_one_of_both_knows_is_counted(real):
    folder, *_ = real
    session = study.read_sessions(folder / "sessions.csv")[0]
    video, lifts = study.read_recording(folder, "asym_oblique", "left")
    phone = study.read_phone(folder / "left.phone.csv", "")
    assert study.compare(video, lifts[1:], phone, level_s=(25.3, 27.5)).phone_only == 1
    quiet = np.where(phone.time_s > lifts[-1].onset_s + 41.0, -80.0, phone.elevation_deg)
    without = study.compare(video, lifts, study.Signal(phone.time_s, quiet), level_s=(25.3, 27.5))
    assert (without.phone_only, without.marchcam_only, len(without.pairs)) == (0, 1, len(lifts) - 1)
    gone = np.where(phone.time_s > lifts[-1].onset_s + 41.0, np.nan, phone.elevation_deg)
    silent = study.compare(video, lifts, study.Signal(phone.time_s, gone), shift_s=41.37)
    assert silent.marchcam_only == 1 and session["side"] == "left"


def test_an_excluded_lift_is_not_compared_and_a_twitch_is_no_lift(real):
    folder, *_ = real
    video, lifts = study.read_recording(folder, "asym_oblique", "left")
    phone = study.read_phone(folder / "left.phone.csv", "")
    lifts[1] = dataclasses.replace(lifts[1], excluded="unsure")
    found = study.compare(video, lifts, phone, level_s=(25.3, 27.5))
    assert (len(found.pairs), found.phone_only, found.marchcam_only) == (len(lifts) - 1, 1, 0)
    middle_s = 0.5 * (lifts[0].end_s + lifts[1].onset_s) + 41.37
    twitch = 18.0 * np.exp(-(((phone.time_s - middle_s) / 0.5) ** 2))
    moved = study.Signal(phone.time_s, phone.elevation_deg + twitch)
    assert len(study.lifts_in(moved)) == len(study.lifts_in(phone)) + 1
    assert study.compare(video, lifts, moved, level_s=(25.3, 27.5)).phone_only == 1


def test_without_a_hold_the_highest_third_of_a_second_counts():
    time = np.arange(0.0, 4.0, 1 / study.GRID_HZ)
    phone = study.Signal(time + 5.0, -10.0 - 40.0 * np.abs(time - 2.0))
    lift = study.Lift(0.5, 3.5, None, 0.0)
    # 15 samples of a tent that falls 0.8 degrees a sample to both sides
    assert study.height_of(lift, phone, 5.0) == pytest.approx(-10.0 - 0.8 * 2 * 28 / 15)
    assert np.isnan(study.height_of(lift, phone, 50.0))


def test_the_lift_of_the_level_thigh_is_not_compared(real):
    folder, *_ = real
    video, lifts = study.read_recording(folder, "asym_oblique", "left")
    phone = study.read_phone(folder / "left.phone.csv", "")
    level_s = tuple(t + 41.37 for t in lifts[0].hold_s)
    found = study.compare(video, lifts, phone, level_s=level_s)
    assert [p.at_s for p in found.pairs] == [x.onset_s for x in lifts[1:]]
    assert (found.phone_only, found.marchcam_only) == (0, 0)


@pytest.mark.parametrize("shift_s", [-3.21, 0.0, 2.345, 12.5])
def test_the_shift_is_found_whatever_offset_and_scale(shift_s):
    time, elevation = March(left_deg=[-5.0, -20.0, -8.0, -12.0], right_deg=[-10.0] * 4).elevation()
    clock, values = phone_of(time, 0.9 * elevation["left"], shift_s=shift_s, offset_deg=12.0, before_s=15.007)
    seen = np.where((time > 8.0) & (time < 8.6), np.nan, elevation["left"])
    found = study.time_shift(study.Signal(*study.on_grid(time, seen)), study.Signal(*study.on_grid(clock, values)))
    assert found.shift_s == pytest.approx(shift_s, abs=0.003)  # a seventh of a grid step
    assert found.correlation > 0.99 and not found.doubtful


def test_a_phone_that_does_not_cover_the_video_or_wore_another_leg_is_not_believed():
    time, elevation = March(left_deg=[-5.0, -20.0, -8.0], right_deg=[-40.0] * 3).elevation()
    video = study.Signal(*study.on_grid(time, elevation["left"]))
    early = study.Signal(video.time_s[:600], video.elevation_deg[:600])
    with pytest.raises(ValueError, match="does not cover"):
        study.time_shift(video, early)
    random = np.random.default_rng(3)
    other = study.Signal(*study.on_grid(time, random.normal(-60, 20, len(time))))
    assert study.time_shift(video, other).doubtful


@pytest.mark.parametrize("axis", ["x", "-y", "z"])
def test_gravity_tells_the_elevation_of_the_axis_whichever_way_the_phone_is_turned_about_it(axis):
    elevation = np.array([-90.0, -45.0, 0.0, 10.0, np.nan])
    sign, k = (-1, "xyz".index(axis[-1])) if axis[0] == "-" else (1, "xyz".index(axis))
    around = np.radians([0.0, 40.0, 90.0, 200.0, 10.0])
    a = np.empty((5, 3))
    a[:, k] = sign * np.sin(np.radians(elevation))
    a[:, (k + 1) % 3] = np.cos(np.radians(elevation)) * np.cos(around)
    a[:, (k + 2) % 3] = np.cos(np.radians(elevation)) * np.sin(around)
    np.testing.assert_allclose(study.thigh_elevation(9.81 * a, axis), elevation, atol=1e-6)


def test_accelerations_need_the_axis_and_give_the_same_elevation(tmp_path):
    time, elevation = March(left_deg=[-5.0, -20.0], right_deg=[-10.0] * 2).elevation()
    angle = np.radians(elevation["left"])
    path = tmp_path / "a.phone.csv"
    write_csv(path, ("time_s", "ax", "ay", "az"), time, 0 * time, -9.81 * np.sin(angle), 9.81 * np.cos(angle))
    found = study.read_phone(path, "-y")
    np.testing.assert_allclose(found.elevation_deg, np.interp(found.time_s, time, elevation["left"]), atol=2.0)
    with pytest.raises(ValueError, match="axis"):
        study.read_phone(path, "")


BIAS_DEG, BETWEEN_DEG, WITHIN_DEG = 2.0, 3.0, 1.5


def simulated_errors(persons, lifts, seed=5):
    """Errors whose moments are exactly the known ones, not only on average; numbers of lifts as given."""
    random = np.random.default_rng(seed)
    own = random.normal(size=persons)
    own = BIAS_DEG + BETWEEN_DEG * (own - own.mean()) / own.std(ddof=1)
    person = np.repeat(np.arange(persons), lifts)
    noise = random.normal(size=len(person))
    for p in range(persons):
        noise[person == p] -= noise[person == p].mean()
    noise *= WITHIN_DEG / np.sqrt(np.sum(noise**2) / (len(person) - persons))
    return own[person] + noise, person


def test_bias_and_both_standard_deviations_are_found():
    lifts = 8
    found = study.agreement(*simulated_errors(40, lifts))
    between = np.sqrt(BETWEEN_DEG**2 - WITHIN_DEG**2 / lifts)  # the persons' means have the lifts' scatter in them
    assert found.bias == pytest.approx(BIAS_DEG)
    assert found.sd_within == pytest.approx(WITHIN_DEG)
    assert found.sd_between == pytest.approx(between)
    half = 1.96 * np.hypot(between, WITHIN_DEG)
    assert (found.low, found.high) == (pytest.approx(BIAS_DEG - half), pytest.approx(BIAS_DEG + half))


def test_unequal_numbers_of_lifts_leave_the_bias_to_the_persons():
    error, person = simulated_errors(40, np.where(np.arange(40) < 20, 3, 12))
    found = study.agreement(error, person)
    assert found.bias == pytest.approx(BIAS_DEG) and error.mean() != pytest.approx(BIAS_DEG, abs=0.05)
    assert found.sd_between == pytest.approx(np.sqrt(BETWEEN_DEG**2 - WITHIN_DEG**2 * 0.5 * (1 / 3 + 1 / 12)))


def test_one_lift_a_person_is_the_plain_limits_and_one_person_has_none():
    error = np.array([1.0, 3.0, 5.0, 2.0])
    plain = study.agreement(error, np.arange(4))
    assert np.isnan(plain.sd_within) and plain.sd_between == pytest.approx(error.std(ddof=1))
    assert plain.high == pytest.approx(error.mean() + 1.96 * error.std(ddof=1))
    alone = study.agreement(error, np.zeros(4))
    assert alone.bias == pytest.approx(2.75) and np.isnan(alone.high)
    assert np.isnan(study.intervals(error, np.zeros(4))["bias"]).all()


def test_intervals_are_of_persons_not_of_lifts():
    error, person = simulated_errors(25, 10)
    spread = study.intervals(error, person)
    half = 0.5 * (spread["bias"][1] - spread["bias"][0])
    assert half == pytest.approx(2.06 * BETWEEN_DEG / np.sqrt(25), rel=0.15)
    assert half > 3 * 1.96 * np.hypot(BETWEEN_DEG, WITHIN_DEG) / np.sqrt(250) * 0.9
    assert spread == study.intervals(error, person)
    twice = study.intervals(np.repeat(error, 2), np.repeat(person, 2))
    assert np.subtract(*twice["bias"]) == pytest.approx(np.subtract(*spread["bias"]))


def test_the_interval_of_a_limit_holds_the_truth_about_as_often_as_it_says():
    random = np.random.default_rng(11)
    person = np.repeat(np.arange(30), 6)
    limit, held = BIAS_DEG + 1.96 * np.hypot(BETWEEN_DEG, WITHIN_DEG), 0
    for _ in range(200):
        error = BIAS_DEG + random.normal(0, BETWEEN_DEG, 30)[person] + random.normal(0, WITHIN_DEG, len(person))
        low, high = study.intervals(error, person, draws=300)["high"]
        held += low <= limit <= high
    assert 0.88 <= held / 200 <= 0.99


def test_the_error_of_the_difference_is_right_minus_left_of_persons_with_both():
    error = np.array([1.0, 3.0, 6.0, 8.0, 5.0, 4.0, 1.0])
    person = np.array(["A", "A", "A", "A", "B", "C", "C"])
    side = np.array(["left", "left", "right", "right", "left", "left", "right"])
    found, whose = study.side_errors(error, person, side)
    assert found.tolist() == [5.0, -3.0] and whose.tolist() == ["A", "C"]


PERSONS = 6
PERSON_BIAS_DEG = np.array([-2.0, 0.0, 1.0, 3.0, 4.0, 6.0])


@pytest.fixture(scope="module")
def whole_study(tmp_path_factory):
    """Six simulated persons, both legs in one recording, two views. MarchCam's heights are off by the person's own
    bias, on the right by 1 degree more, from the front by 2 more; the clocks differ."""
    folder = tmp_path_factory.mktemp("study")
    rows = []
    for p in range(PERSONS):
        peaks = [-12.0, -3.0, -8.0]
        time, true = March(left_deg=peaks, right_deg=peaks, fps=25.0, stand_s=2.0 + 0.2 * p).elevation()
        for view, more in (("oblique", 0.0), ("front", 2.0)):
            name = f"p{p}-{view}"
            seen = {}
            for side, of_side in (("left", 0.0), ("right", 1.0)):
                raised = np.clip((true[side] + 88) / 76, 0, 1)
                seen[side] = true[side] + (PERSON_BIAS_DEG[p] + more + of_side) * raised
                phone = phone_of(time, true[side], shift_s=10 * p - 7.3, noise_deg=0.05, seed=p)
                write_csv(folder / f"{name}.{side}.csv", ("time_s", "elevation_deg"), *phone)
                file = f"{name}.{side}.csv"
                rows.append({"recording": name, "person": f"P{p}", "side": side, "view": view, "phone": file})
            names = ("time_s", "left_elevation_deg", "right_elevation_deg")
            write_csv(folder / f"{name}.csv", names, time, seen["left"], seen["right"])
    write_sessions(folder, rows)
    return folder


def test_a_whole_study_from_its_folder(whole_study, tmp_path, capsys):
    study.main([str(whole_study), "--draws", "200", "--lifts", str(tmp_path / "lifts.csv")])
    printed = capsys.readouterr().out
    rows = list(csv.DictReader((tmp_path / "lifts.csv").read_text().splitlines()))
    assert len(rows) == PERSONS * 2 * 2 * 3
    error = np.array([float(r["marchcam_deg"]) - float(r["phone_deg"]) for r in rows])
    mean = PERSON_BIAS_DEG.mean() + 0.5
    for view, more in (("oblique", 0.0), ("front", 2.0)):
        own = np.array([r["view"] == view for r in rows])
        found = study.agreement(error[own], np.array([r["person"] for r in rows])[own])
        assert found.bias == pytest.approx(mean + more, abs=0.1)
        assert found.sd_between == pytest.approx(PERSON_BIAS_DEG.std(ddof=1), abs=0.1)
        assert f"| {view} | 6 | 36 | {mean + more:.1f} (" in printed
        assert f"| {view} | 6 | 1.0 (" in printed  # the difference
    assert (
        "72 lifts compared; 0 on the phone only (missed or excluded by MarchCam), 0 counted by MarchCam only."
        in printed
    )
    shifts = [float(line.split("|")[5].replace("−", "-")) for line in printed.splitlines() if line.startswith("| p")]
    expected = np.repeat(10.0 * np.arange(PERSONS) - 7.3, 4)
    np.testing.assert_allclose(shifts, expected, atol=0.02)
    assert "doubtful" not in printed and printed.count("not zeroed") == len(shifts)


@pytest.mark.parametrize(
    "sessions, word",
    [
        ("recording,person,side\nA,P,left\n", "view"),
        ("recording,person,side,view\nA,P,links,front\n", "left or right"),
        ("recording,person,side,view\nA,,left,front\n", "person"),
        ("recording,person,side,view\nA,P,left,front\n", "A.csv"),
    ],
)
def test_what_is_wrong_with_the_folder_is_said(tmp_path, sessions, word):
    (tmp_path / "sessions.csv").write_text(sessions)
    with pytest.raises(SystemExit, match=word):
        study.main([str(tmp_path)])
