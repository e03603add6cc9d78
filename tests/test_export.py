"""Exports as other programs read them."""

import csv
import io
import json
import os
import sys
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner
from conftest import DATA
from synthetic import March
from test_cli import failure, invoke
from test_journal import write as write_journal

from marchcam import PoseTrack, assess
from marchcam.analysis.identity import exchange_legs
from marchcam.analysis.signals import MAX_FILLED_GAP_S
from marchcam.cli import cli
from marchcam.cli.export import FORMATS, TABLES
from marchcam.export import write
from marchcam.export.opensim import mot_bytes, trc_bytes
from marchcam.export.records import LANDMARK_NAMES, landmark_table, repetition_table, series_table
from marchcam.export.tables import csv_bytes, parquet_bytes
from marchcam.export.write import export_bytes
from marchcam.live.journal import JOURNAL
from marchcam.report.tables import write_repetitions_csv, write_series_csv
from marchcam.track import LEFT_HIP, LEFT_KNEE, NOSE, RIGHT_HIP, RIGHT_TOE, Source

METRE_DECIMALS = 0.6e-5  # half of the last decimal written, and a little for binary fractions
LEFT_PINKY = 17
GONE = slice(60, 90)  # 2 s without anybody


@pytest.fixture(scope="module")
def track():
    """A real march in which the person is away for 2 s, and two landmarks for good: a middle one and the last."""
    loaded = PoseTrack.load(DATA / "tracks" / "cam_high.npz")
    parts = {name: getattr(loaded, name).copy() for name in ("position_px", "world_m", "visibility", "presence")}
    for values in parts.values():
        values[GONE] = np.nan
    parts["world_m"][:, [LEFT_PINKY, RIGHT_TOE]] = np.nan
    return replace(loaded, **parts)


@pytest.fixture(scope="module")
def march():
    return March(left_deg=[-5.0] * 3, right_deg=[-15.0] * 3, stand_s=2.5).track()


def test_names_stand_where_the_landmarks_do():
    assert len(LANDMARK_NAMES) == len(set(LANDMARK_NAMES)) == 33
    where = {"nose": NOSE, "left_hip": LEFT_HIP, "right_hip": RIGHT_HIP, "left_knee": LEFT_KNEE}
    assert {name: LANDMARK_NAMES.index(name) for name in where} == where
    assert LANDMARK_NAMES[RIGHT_TOE] == "right_foot_index"


def test_the_command_offers_what_there_is():
    assert FORMATS == write.FORMATS
    assert TABLES == write.TABLES


def test_landmarks_are_a_row_a_frame_and_landmark(track):
    rows = list(csv.DictReader(io.StringIO(export_bytes(track, "csv").decode())))
    assert len(rows) == len(track.times_s) * 33
    frame, landmark = 7, LEFT_KNEE
    row = rows[frame * 33 + landmark]
    assert list(row) == "time_s landmark x_px y_px world_x_m world_y_m world_z_m visibility presence".split()
    assert float(row["time_s"]) == track.times_s[frame]
    assert row["landmark"] == "left_knee"
    assert float(row["x_px"]) == pytest.approx(track.position_px[frame, landmark, 0], abs=0.0006)
    assert float(row["world_z_m"]) == pytest.approx(track.world_m[frame, landmark, 2], abs=METRE_DECIMALS)
    nobody = rows[GONE.start * 33]
    assert nobody["time_s"] and nobody["landmark"] == "nose"
    assert {value for key, value in nobody.items() if key not in ("time_s", "landmark")} == {""}


def test_series_and_repetitions_are_the_files_of_the_report(march, tmp_path):
    assessment = assess(march)
    write_series_csv(assessment, tmp_path / "series.csv")
    write_repetitions_csv(assessment, tmp_path / "repetitions.csv")
    assert len(assessment.repetitions) == 6
    for what in ("series", "repetitions"):
        assert export_bytes(march, "csv", what=what) == (tmp_path / f"{what}.csv").read_bytes()


@pytest.mark.parametrize("what", TABLES)
def test_parquet_has_the_numbers_to_the_last_bit_and_null_for_unknown(track, march, what):
    parquet = pytest.importorskip("pyarrow.parquet")
    source = track if what == "landmarks" else march
    makers = {"series": series_table, "repetitions": repetition_table}
    table = landmark_table(track) if what == "landmarks" else makers[what](assess(march))
    read = parquet.read_table(io.BytesIO(export_bytes(source, "parquet", what=what)))
    assert read.column_names == list(table)
    for name, values in table.items():
        column = read[name]
        if values.dtype == object:
            assert column.to_pylist() == values.tolist()
        else:
            assert np.array_equal(column.to_numpy(), values, equal_nan=True)
            assert column.null_count == np.isnan(values).sum()


def test_without_pyarrow_the_sentence_says_what_to_install(track, tmp_path, monkeypatch):
    track.save(tmp_path / "track.npz")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    said = failure("export", tmp_path, "--format", "parquet", "--out", tmp_path / "a.parquet")
    assert "pip install 'marchcam[parquet]'" in said
    assert not (tmp_path / "a.parquet").exists()


def expected_markers(track):
    """Times and markers in OpenSim's axes, straight from the track: the recording's frames are uniform here."""
    return track.times_s, track.world_m * [1, -1, -1]


def check_markers(times_s, rate_hz, units, markers, track):
    """What a reader read of a TRC file against the track it came from."""
    expected_s, expected = expected_markers(track)
    assert units.lower() in ("m", "meters")
    assert rate_hz == pytest.approx(1 / np.median(np.diff(expected_s)), rel=1e-3)
    assert np.diff(times_s) == pytest.approx(1 / rate_hz, abs=2e-6)
    assert sorted(markers) == sorted(LANDMARK_NAMES)
    assert times_s == pytest.approx(expected_s, abs=1e-3)
    for i, name in enumerate(LANDMARK_NAMES):
        read = np.asarray(markers[name], float)
        assert np.array_equal(np.isfinite(read), np.isfinite(expected[:, i])), name
        # The grid and the frames differ by the rounding of the file's time stamps, in which a foot moves little.
        assert np.nanmax(np.abs(read - expected[:, i]), initial=0) < 2e-3, name


def test_a_second_reader_finds_every_marker_of_the_trc(track, tmp_path):
    trc = pytest.importorskip("trc")
    path = tmp_path / "march of two.trc"
    write.write_export(track, path, "trc")
    read = trc.TRCData()
    read.parse(path.read_text(encoding="ascii"), line_sep="\n")
    assert read["FileName"] == "march_of_two.trc"
    assert read["NumFrames"] == len(read["Time"]) == len(track.times_s)
    assert (read["NumMarkers"], read["OrigDataStartFrame"]) == (33, 1)
    assert read["Frame#"] == list(range(1, len(track.times_s) + 1))
    check_markers(read["Time"], read["DataRate"], read["Units"], {name: read[name] for name in read["Markers"]}, track)


def test_opensim_itself_reads_the_trc(track, tmp_path):
    opensim = pytest.importorskip("opensim", reason="OpenSim is not installed: pip install opensim")
    opensim.Logger.setLevelString("error")
    write.write_export(track, tmp_path / "a.trc", "trc")
    table = opensim.TimeSeriesTableVec3(str(tmp_path / "a.trc"))
    columns = {name: table.getDependentColumn(name) for name in table.getColumnLabels()}
    markers = {
        name: [[column[i].get(k) for k in range(3)] for i in range(column.size())] for name, column in columns.items()
    }
    facts = {key: table.getTableMetaDataAsString(key) for key in ("DataRate", "Units")}
    check_markers(list(table.getIndependentColumn()), float(facts["DataRate"]), facts["Units"], markers, track)
    older = opensim.MarkerData(str(tmp_path / "a.trc"))
    frame = older.getFrame(3)
    knee = frame.getMarker(older.getMarkerIndex("left_knee"))
    assert [knee.get(i) for i in range(3)] == pytest.approx(markers["left_knee"][3])
    assert older.getUnits().getLabel() == "meters"


def test_the_trc_follows_the_published_header_and_points_up(march):
    lines = trc_bytes(march, "a.trc").decode("ascii").split("\n")
    assert lines[0] == "PathFileType\t4\t(X/Y/Z)\ta.trc"
    assert lines[1].split("\t") == (
        "DataRate CameraRate NumFrames NumMarkers Units OrigDataRate OrigDataStartFrame OrigNumFrames".split()
    )
    assert len(lines[2].split("\t")) == 8
    assert lines[3].startswith("Frame#\tTime\tnose\t\t\tleft_eye_inner\t\t\t")
    assert lines[4].startswith("\t\tX1\tY1\tZ1\tX2\tY2\tZ2")
    assert lines[5] == "" and lines[-1] == ""
    rows = [line.split("\t") for line in lines[6:-1]]
    assert {len(row) for row in rows} == {2 + 3 * 33}
    standing = np.array(rows[10][2:], float).reshape(33, 3)
    assert standing[LANDMARK_NAMES.index("left_ear"), 1] > 0.5 > -0.5 > standing[LANDMARK_NAMES.index("left_ankle"), 1]
    assert standing[[LEFT_HIP, RIGHT_HIP]].mean(axis=0) == pytest.approx([0, 0, 0], abs=0.02)
    # The camera stands in front at the person's left: their left hip is at the picture's right, the toes near.
    assert standing[LEFT_HIP, 0] > standing[RIGHT_HIP, 0]
    assert standing[LANDMARK_NAMES.index("left_foot_index"), 2] > standing[LANDMARK_NAMES.index("left_heel"), 2]


def test_a_short_gap_is_bridged_and_an_uneven_recording_becomes_even(march):
    keep = np.ones(len(march.times_s), bool)
    keep[[20, 21, 40]] = False  # 0.1 s at 30 a second
    assert 3 / 30 < MAX_FILLED_GAP_S
    rows = trc_bytes(march.select(keep), "a.trc").decode().split("\n")[6:-1]
    assert len(rows) == len(march.times_s)
    assert "nan" not in rows[20]
    assert np.diff([float(row.split("\t")[1]) for row in rows]) == pytest.approx(1 / 30, abs=2e-6)


def test_legs_that_changed_names_go_out_under_their_own(march):
    frames = np.zeros(len(march.times_s), bool)
    frames[100:115] = True  # while the first thigh is up
    swapped = exchange_legs(march, frames)
    assert not np.array_equal(swapped.world_m, march.world_m)
    assert trc_bytes(swapped, "a.trc") == trc_bytes(march, "a.trc")
    assert export_bytes(swapped, "csv") != export_bytes(march, "csv")  # the landmarks as they were saved


def read_mot(content):
    """A motion file by OpenSim's published rules, written anew here: (header, column names, rows)."""
    head, _, body = content.decode("ascii").partition("endheader\n")
    names, *rows = (line.split("\t") for line in body.splitlines())
    header = dict(line.split("=") for line in head.splitlines() if "=" in line)
    return header, names, np.array(rows, float)


def test_the_mot_holds_the_elevations_where_both_are_known(track, march):
    for source, gone in ((track, True), (march, False)):
        assessment = assess(source)
        header, names, rows = read_mot(mot_bytes(assessment, "a.mot"))
        assert header == {
            "version": "1",
            "nRows": str(len(rows)),
            "nColumns": str(len(names)),
            "inDegrees": "yes",
        }
        assert names == "time thigh_elevation_l thigh_elevation_r thigh_from_hanging_l thigh_from_hanging_r".split()
        assert np.isfinite(rows).all() and np.all(np.diff(rows[:, 0]) > 0)
        left = np.interp(rows[:, 0], assessment.series.time_s, assessment.series.left_elevation_deg)
        assert np.nanmax(np.abs(rows[:, 1] - left)) < 0.5
        assert rows[:, 3:] == pytest.approx(rows[:, 1:3] + 90)
        assert (np.diff(rows[:, 0]).max() > 1.5) == gone


def test_opensim_itself_reads_the_mot(march, tmp_path):
    opensim = pytest.importorskip("opensim", reason="OpenSim is not installed: pip install opensim")
    opensim.Logger.setLevelString("error")
    write.write_export(march, tmp_path / "a.mot", "mot")
    _, names, rows = read_mot((tmp_path / "a.mot").read_bytes())
    table, older = opensim.TimeSeriesTable(str(tmp_path / "a.mot")), opensim.Storage(str(tmp_path / "a.mot"))
    assert list(table.getColumnLabels()) == names[1:]
    assert list(table.getIndependentColumn()) == pytest.approx(rows[:, 0])
    assert table.getDependentColumn("thigh_elevation_r").to_numpy() == pytest.approx(rows[:, 2])
    assert older.isInDegrees() and older.getSize() == len(rows)


def test_nothing_measured_is_no_motion(tmp_path):
    nobody = np.full((5, 33, 3), np.nan)
    empty = PoseTrack(
        np.arange(5) / 30, nobody[..., :2], nobody, nobody[..., 0], nobody[..., 0], (640, 480), Source("a.mp4")
    )
    empty.save(tmp_path / "track.npz")
    said = failure("export", tmp_path, "--format", "mot", "--out", tmp_path / "a.mot")
    assert "No thigh elevation was measured" in said
    for format_ in ("csv", "trc", "json"):
        assert invoke("export", tmp_path, "--format", format_, "--out", tmp_path / f"a.{format_}").exit_code == 0
    one = empty.select(np.arange(5) == 0)
    assert trc_bytes(one, "a.trc").decode().count("\n") == 7


def test_json_holds_the_whole_track_and_no_nan(track):
    text = export_bytes(track, "json").decode()
    content = json.loads(text, parse_constant=lambda name: pytest.fail(name))
    assert content["landmarks"] == list(LANDMARK_NAMES)
    assert content["times_s"] == track.times_s.tolist()
    assert content["world_m"][GONE.start][3] is None and content["visibility"][GONE.start][3] is None
    assert content["world_m"][0][LEFT_KNEE] == pytest.approx(track.world_m[0, LEFT_KNEE], abs=METRE_DECIMALS)
    assert content["setup"]["stature_m"] is None
    read = np.array([[[np.nan] * 2 if p is None else p for p in row] for row in content["position_px"]], float)
    assert np.nanmax(np.abs(read - track.position_px)) < 0.0006
    assert np.array_equal(np.isnan(read), np.isnan(track.position_px))


def test_the_command_takes_a_folder_and_leaves_the_file_to_its_owner(track, tmp_path):
    track.save(tmp_path / "track.npz")
    result = invoke("export", tmp_path, "--format", "trc", "--out", tmp_path / "a.trc")
    assert (result.exit_code, result.output, result.error) == (0, "", "")
    assert (tmp_path / "a.trc").read_bytes() == trc_bytes(track, "a.trc")
    if os.name == "posix":
        assert (tmp_path / "a.trc").stat().st_mode & 0o777 == 0o600


def test_the_journal_of_a_session_that_was_cut_off_is_exported_as_well(tmp_path):
    write_journal(tmp_path / JOURNAL, count=40, close=False)
    assert invoke("export", tmp_path, "--format", "json", "--out", tmp_path / "a.json").exit_code == 0
    content = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert len(content["times_s"]) == 40 and content["source"]["truncated"]
    assert content["camera_shift_px"] == [None] * 40  # only one of the two was ever known


def test_mistakes_are_one_sentence(track, tmp_path):
    track.save(tmp_path / "track.npz")
    before = (tmp_path / "track.npz").read_bytes()
    assert "would replace the track" in failure("export", tmp_path, "--out", tmp_path / "track.npz")
    assert (tmp_path / "track.npz").read_bytes() == before
    assert "Choose another --out" in failure("export", tmp_path, "--out", tmp_path / "none" / "a.csv")
    assert "no saved track" in failure("export", tmp_path / "gone", "--out", tmp_path / "a.csv")
    result = CliRunner().invoke(
        cli, ["export", str(tmp_path), "--format", "trc", "--what", "series", "--out", str(tmp_path / "a.trc")]
    )
    assert result.exit_code == 2 and "--what chooses a table" in result.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["track.npz"]


def test_a_text_with_commas_and_quotes_survives():
    table = {"a": np.array(['x,"y"', None], object), "b": np.array([1.5, np.nan])}
    assert list(csv.reader(io.StringIO(csv_bytes(table).decode()))) == [["a", "b"], ['x,"y"', "1.5"], ["", ""]]
    if pytest.importorskip("pyarrow"):
        assert parquet_bytes({"a": table["a"]})
