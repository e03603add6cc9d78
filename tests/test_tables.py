import csv
import json
from dataclasses import fields, replace

import numpy as np
import pytest

from marchcam import PoseTrack, Setup, assess
from marchcam.analysis import results
from marchcam.analysis.results import Compensation, Repetition, Series
from marchcam.report.tables import (
    assessment_to_dict,
    json_bytes,
    write_json,
    write_repetitions_csv,
    write_series_csv,
)

TOP = (
    "schema marchcam_version source model setup view calibration uncertainty sides asymmetry compensations balance pain"
    " quality findings next_steps repetitions"
).split()


@pytest.fixture(scope="module")
def assessment(analyzed):
    return assess(PoseTrack.load(analyzed.folder / "track.npz"))


def test_the_contract_has_these_keys_in_this_order(assessment):
    content = assessment_to_dict(assessment)
    assert list(content) == TOP
    assert list(content["source"]) == ["path", "duration_s", "frame_count", "mean_fps", "image_size_px"]
    assert list(content["setup"]) == [field.name for field in fields(Setup)]
    assert list(content["sides"]) == ["left", "right"]
    assert (
        list(content["repetitions"][0])
        == (
            "side index onset_s reach_s hold_start_s hold_end_s lowered_s peak_elevation_deg reached_horizontal"
            " hold_duration_s lift_duration_s lower_duration_s sag_deg smoothness landing landing_speed knee_rise_pct"
            " partial excluded"
        ).split()
    )
    assert (
        list(content["asymmetry"])
        == (
            "difference_deg ci_rep_deg ci_total_deg slope_difference_deg_per_min"
            " slope_difference_ci_deg_per_min tires_sooner_side hold_difference_s lift_difference_s"
            " limb_symmetry_index_pct robinson_index_pct symmetry_angle_pct lower_side verdict"
        ).split()
    )
    assert (
        list(content["sides"]["left"]["drop_off"])
        == (
            "slope_deg_per_rep slope_ci_deg_per_rep slope_deg_per_min total_deg detectable_deg endurance_s called"
        ).split()
    )
    assert list(content["quality"]) == ["trust", "flags"]


def test_a_compensation_has_the_one_value_that_was_measured(assessment):
    items = (
        Compensation("backward_lean", None, 9.5, None, 0.75, "flagged", "for drawing"),
        Compensation("sway", "left", None, 3.0, None, "marked"),
    )
    written = assessment_to_dict(replace(assessment, compensations=items))["compensations"]
    assert written == [
        {"code": "backward_lean", "side": None, "value_deg": 9.5, "share_of_lifts": 0.75, "level": "flagged"},
        {"code": "sway", "side": "left", "value_pct": 3.0, "share_of_lifts": None, "level": "marked"},
    ]


def test_unknown_is_null_and_numpy_does_not_show(assessment):
    view = results.View(float("nan"), np.float64(1.5), np.inf, "front")
    repetition = Repetition(
        *("left", np.int64(1), np.float32(0.5), 1.0, None, None, None, np.nan, None, None, None, None, None, None),
        *("unclear", None, None, np.bool_(True), None),
    )
    content = json.loads(json_bytes(replace(assessment, view=view, repetitions=(repetition,))))
    assert content["view"] == {"azimuth_deg": None, "pitch_deg": 1.5, "roll_deg": None, "kind": "front"}
    assert content["repetitions"][0]["peak_elevation_deg"] is None
    assert content["repetitions"][0]["index"] == 1
    assert content["repetitions"][0]["partial"] is True


def test_the_file_is_what_is_printed_and_keeps_its_letters(assessment, tmp_path):
    named = replace(assessment, setup=Setup(name="Zoë 行"))
    write_json(named, tmp_path / "a.json")
    assert (tmp_path / "a.json").read_bytes() == json_bytes(named)
    assert "Zoë 行" in (tmp_path / "a.json").read_text(encoding="utf-8")


def test_letters_that_no_file_can_hold_do_not_stop_the_report(assessment):
    assert json.loads(json_bytes(replace(assessment, setup=Setup(name="a\udce9"))))["setup"]["name"] == "a?"


def test_a_row_a_lift_with_the_keys_of_the_json(assessment, tmp_path):
    write_repetitions_csv(assessment, tmp_path / "r.csv")
    with (tmp_path / "r.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    expected = assessment_to_dict(assessment)["repetitions"]
    assert len(rows) == len(expected) > 0
    assert list(rows[0]) == list(expected[0])
    assert float(rows[0]["onset_s"]) == expected[0]["onset_s"]
    assert rows[0]["excluded"] == ""
    assert {row["partial"] for row in rows} <= {"true", "false"}


def test_a_row_a_frame_with_empty_cells_for_the_unknown(assessment, tmp_path):
    values = np.array([0.25, np.nan, -30.5])
    series = Series(np.array([0.0, 0.1, 0.2]), values, values, values, values, values)
    write_series_csv(replace(assessment, series=series), tmp_path / "s.csv")
    assert (tmp_path / "s.csv").read_text().splitlines() == [
        "time_s,left_elevation_deg,right_elevation_deg,left_visibility,right_visibility,presence",
        "0.0,0.25,0.25,0.25,0.25,0.25",
        "0.1,,,,,",
        "0.2,-30.5,-30.5,-30.5,-30.5,-30.5",
    ]


def test_the_series_has_every_frame(assessment, analyzed):
    lines = (analyzed.folder / "series.csv").read_text().splitlines()
    assert len(lines) == 1 + assessment.source.frame_count
