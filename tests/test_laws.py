"""Laws of the analysis: what must hold for any march, whatever is in it. Marches come from tests/laws.py."""

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from laws import made, marches, spoiled, stored
from synthetic import March, mirrored

from marchcam import PoseTrack, assess
from marchcam.analysis import camera
from marchcam.analysis.asymmetry import regression_difference
from marchcam.analysis.ground import lay_ground
from marchcam.analysis.motion import build_motion
from marchcam.analysis.statistics import theil_sen
from marchcam.live.lifts import LiftGuide, Tempo
from marchcam.live.observation import Observation
from marchcam.live.thighs import LiveThighs
from marchcam.report.figure import draw_report
from marchcam.report.page import page_html
from marchcam.report.tables import assessment_to_dict, json_bytes
from marchcam.track import LEFT_ANKLE, LEFT_SHOULDER, SIDES

SCHEMA = Path(__file__).parents[1] / "docs" / "assessment.schema.json"
VALID = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
EXACT = 1e-6  # relative, of sums of rounded numbers in another order
NEGATED = {
    *("azimuth_deg", "roll_deg", "slope_difference_deg_per_min", "hold_difference_s", "lift_difference_s"),
    *("robinson_index_pct", "symmetry_angle_pct"),
}
INTERVALS = {"ci_rep_deg", "ci_total_deg", "slope_difference_ci_deg_per_min"}
INSTANTS = {"start_s", "end_s", "onset_s", "reach_s", "hold_start_s", "hold_end_s", "lowered_s", "endurance_s"}


def law(examples):
    """The same examples in every run; no deadline, because the computer may be slow."""
    phases = (Phase.explicit, Phase.generate, Phase.shrink)
    options = {"derandomize": True, "deadline": None, "database": None, "phases": phases}
    return settings(max_examples=examples, suppress_health_check=list(HealthCheck), **options)


def numbers_of(track):
    """The assessment without its sentences, which put left before right."""
    found = assessment_to_dict(assess(track))
    found["findings"] = sorted(finding["code"] for finding in found["findings"])
    found["quality"]["flags"] = [flag["code"] for flag in found["quality"]["flags"]]
    del found["next_steps"], found["source"]
    return found


def changed(value, change, path=()):
    """Everything in an assessment, each value as `change` makes it from its path and itself."""
    if isinstance(value, dict):
        return {key: changed(item, change, (*path, key)) for key, item in value.items()}
    if isinstance(value, list) and (not path or path[-1] not in INTERVALS):
        return [changed(item, change, path) for item in value]
    return change(path, value)


def assert_alike(found, expected, path="assessment"):
    if isinstance(expected, dict):
        assert found.keys() == expected.keys(), path
        for key in expected:
            assert_alike(found[key], expected[key], f"{path}.{key}")
    elif isinstance(expected, list):
        assert len(found) == len(expected), path
        for i, (one, other) in enumerate(zip(found, expected, strict=True)):
            assert_alike(one, other, f"{path}[{i}]")
    elif isinstance(expected, float) and isinstance(found, float):
        assert found == pytest.approx(expected, rel=EXACT, abs=EXACT), path
    else:
        assert found == expected, path


def other_side(path, value):
    name = path[-1]
    if value is None or isinstance(value, bool):
        return value
    if name in NEGATED or path == ("asymmetry", "difference_deg"):
        return -value
    if name in INTERVALS and value is not None:
        return [-value[1], -value[0]]
    return {"left": "right", "right": "left"}.get(value, value) if isinstance(value, str) else value


def with_sides_swapped(found):
    swapped = changed(found, other_side)
    swapped["sides"] = {"left": swapped["sides"]["right"], "right": swapped["sides"]["left"]}
    lengths = swapped["calibration"]["thigh_length_px"]
    swapped["calibration"]["thigh_length_px"] = {"left": lengths["right"], "right": lengths["left"]}
    balance = swapped["balance"]
    swapped["balance"] = {
        name: balance[{"left": "right", "right": "left"}[name.split("_")[0]] + name[name.index("_") :]]
        if name.startswith(SIDES)
        else value
        for name, value in balance.items()
    }
    return swapped


@law(25)
@given(st.one_of(marches, spoiled()))
def test_swapping_the_sides_mirrors_every_number(track):
    shift = None if track.camera_shift_px is None else track.camera_shift_px * [-1, 1]
    mirror = replace(mirrored(track), camera_shift_px=shift)
    with pytest.MonkeyPatch.context() as patch:
        found = numbers_of(track)
        # That the model sees people turned a little to their right is the one thing that is not the same for both.
        patch.setattr(camera, "AZIMUTH_BIAS_DEG", -camera.AZIMUTH_BIAS_DEG)
        assert_alike(numbers_of(mirror), with_sides_swapped(found))


@law(15)
@given(marches, st.sampled_from([-3.0, 0.125, 60.0, 4096.0]))
def test_a_later_clock_moves_the_instants_and_nothing_else(track, by_s):
    def later(path, value):
        return value + by_s if path and path[-1] in INSTANTS and value is not None else value

    assert_alike(numbers_of(replace(track, times_s=track.times_s + by_s)), changed(numbers_of(track), later))


@law(15)
@given(marches, st.sampled_from([0.75, 1.5, 3.0]))
def test_a_larger_picture_changes_nothing_but_pixels(track, scale):
    shoulder, ankle = (np.nanmedian(track.position_px[:, k, 1]) for k in (LEFT_SHOULDER, LEFT_ANKLE))
    assume((ankle - shoulder) * min(scale, 1.0) > 220)  # smaller, the feet tell less of the camera's tilt
    size_wh = tuple(round(side * scale) for side in track.image_size_wh)
    if any(abs(a - b * scale) > 1e-9 for a, b in zip(size_wh, track.image_size_wh, strict=True)):
        scale, size_wh = 2, tuple(2 * side for side in track.image_size_wh)
    shift = None if track.camera_shift_px is None else track.camera_shift_px * scale
    larger = replace(track, position_px=track.position_px * scale, image_size_wh=size_wh, camera_shift_px=shift)

    def scaled(path, value):
        return value * scale if "thigh_length_px" in path and value is not None else value

    expected = changed(numbers_of(track), scaled)
    found = numbers_of(larger)
    for one in (found, expected):  # a person of few pixels is a flag
        one["quality"]["flags"] = [code for code in one["quality"]["flags"] if code != "far"]
    if found["quality"]["trust"] == expected["quality"]["trust"]:
        assert_alike(found, expected)


@law(8)
@given(st.sampled_from([-40.0, 0.0, 35.0]), st.integers(10, 60))
def test_a_wider_frame_about_the_same_picture_changes_nothing(azimuth_deg, margin):
    track = made(7, azimuth_deg, 30.0)
    width, height = track.image_size_wh
    wider = replace(
        track, position_px=track.position_px + margin, image_size_wh=(width + 2 * margin, height + 2 * margin)
    )
    angles = [60.0, 2 * np.degrees(np.arctan(np.tan(np.radians(30.0)) * (width + 2 * margin) / width))]
    told = [
        numbers_of(replace(one, setup=replace(one.setup, horizontal_fov_deg=float(angle))))
        for one, angle in zip((track, wider), angles, strict=True)
    ]
    for found in told:
        found["setup"]["horizontal_fov_deg"] = None
    assert_alike(told[1], told[0])


@law(120)
@given(spoiled())
def test_whatever_is_missing_there_is_a_result_or_a_reason(track):
    assessment = assess(track)
    written = json.loads(json_bytes(assessment), parse_constant=pytest.fail)
    VALID.validate(written)
    assert assessment.quality.trust != "not_assessable" or assessment.quality.flags[0].effect == "not_assessable"
    assert written["findings"][0]["code"] == "result" and written["findings"][0]["text"]


@law(6)
@given(spoiled())
def test_whatever_is_missing_the_report_can_be_drawn(track):
    assessment = assess(track)
    assert page_html(assessment, track, {}).startswith("<!DOCTYPE html>")
    assert draw_report(assessment, track, {}).axes


@pytest.mark.slow
@law(600)
@given(spoiled())
def test_whatever_is_missing_there_is_a_result_many_times(track):
    VALID.validate(json.loads(json_bytes(assess(track)), parse_constant=pytest.fail))


values = st.lists(st.floats(-10, 10).map(lambda x: round(x, 3)), min_size=12, max_size=24)


@law(100)
@given(values, st.floats(1.0, 50.0), st.floats(-10, 10), st.floats(-1, 1))
def test_more_noise_never_narrows_an_interval(noise, more, difference_deg, trend):
    """The same noise, some times as large, about the same heights."""
    noise, n = np.array(noise), len(noise)
    time_s, right = 4.0 * np.arange(n), np.arange(n) % 2 == 1
    true = difference_deg * right + trend * np.arange(n)
    half = [regression_difference(time_s, right, true + k * noise) for k in (1.0, more)]
    assert half[1].half_width >= half[0].half_width * (1 - 1e-6) - 1e-9
    assert half[1].slope_half_width_per_s >= half[0].slope_half_width_per_s * (1 - 1e-6) - 1e-9
    slopes = [theil_sen(np.arange(n, dtype=float), true + k * noise)[1] for k in (1.0, more)]
    assert np.diff(slopes[1])[0] >= np.diff(slopes[0])[0] - 1e-9


def test_noise_on_landmarks_widens_the_intervals():
    """Through the whole analysis, where a filter and a median stand between: on the average of some marches."""
    widths = []
    for noise_px in (0.5, 4.0, 10.0):
        found = [assess(March(noise_px=noise_px, seed=seed).track()).asymmetry.ci_rep_deg for seed in range(4)]
        widths.append(np.mean([high - low for low, high in found]))
    assert widths[0] < widths[1] < widths[2]


def live_events(track, count):
    """What the live counter makes of the first `count` pictures, and how many lifts it has finished after each."""
    motion = build_motion(track)
    ground = lay_ground(motion, track.setup)
    thighs, guide = LiveThighs(ground), LiftGuide(10, Tempo(), 0.0)
    events, finished = [], []
    for i in range(count):
        row = Observation(
            track.times_s[i], track.position_px[i], track.world_m[i], track.visibility[i], track.presence[i]
        )
        happened = guide.update(float(track.times_s[i]), *thighs.update(row))
        events += [(i, *event) for event in happened]
        finished.append([guide.counters[side].finished for side in SIDES])
    return events, np.array(finished)


@law(12)
@given(st.one_of(marches, spoiled()), st.floats(0.1, 0.9))
def test_a_causal_pass_never_changes_a_finished_lift(track, share):
    if assess(track).calibration.thigh_length_px.left is None:
        return  # nobody stands in it: a live session would not have begun
    cut = max(1, int(share * len(track.times_s)))
    (events, finished), (early, until) = live_events(track, len(track.times_s)), live_events(track, cut)
    assert early == [event for event in events if event[0] < cut]
    assert (np.diff(finished, axis=0) >= 0).all()
    np.testing.assert_array_equal(until, finished[:cut])


@pytest.mark.parametrize("name", ["asym_oblique", "compensating", "weak_right_partial"])
def test_what_comes_later_hardly_changes_a_lift_that_is_over(name):
    """The recorded analysis looks both ways; a lift that ended 2 s before the recording is as it is."""
    track = stored(name)
    whole = {(r.side, round(r.reach_s, 1)): r for r in assess(track).repetitions}
    for end_s in (14.0, 18.0, 22.0):
        part: PoseTrack = track.select(track.times_s < end_s)
        for r in assess(part).repetitions:
            if r.lowered_s is not None and r.lowered_s < end_s - 2.0:
                same = whole[r.side, round(r.reach_s, 1)]
                assert r.peak_elevation_deg == pytest.approx(same.peak_elevation_deg, abs=0.5)
                assert (r.onset_s, r.lowered_s) == pytest.approx((same.onset_s, same.lowered_s), abs=0.05)
