"""Many videos: a folder each, one table, one figure, whatever happens to one of them."""

import csv
import io
import json
import multiprocessing
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from conftest import DATA, ENVIRONMENT, run_marchcam
from test_cli import invoke

from marchcam.batch.local import run_local
from marchcam.batch.plan import Video
from marchcam.batch.results import read_mark
from marchcam.batch.summary import csv_bytes, draw_figure, row_of
from marchcam.batch.work import Job, Options, Outcome, model_sha256
from marchcam.report.style import is_text
from marchcam.track import SIDES, Setup

LITE = ("--model", "lite", "--start", 0.2)


@pytest.fixture(scope="module")
def options():
    return Options(model="lite", model_sha256=model_sha256("lite"))


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """One real run over three videos and a file that is none."""
    cwd = tmp_path_factory.mktemp("study")
    videos = cwd / "videos"
    for name, source in (("S1/march", "march"), ("S2/march", "plain"), ("=1+1 Zoë", "plain")):
        (videos / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(DATA / f"{source}.mp4", videos / f"{name}.mp4")
    (videos / "text.mp4").write_text("hello")
    result = run_marchcam("analyze", "videos", "empty*", *LITE, cwd=cwd)
    return SimpleNamespace(cwd=cwd, videos=videos, out=cwd / "marchcam-results", result=result)


def table(out):
    return list(csv.DictReader(io.StringIO((out / "summary.csv").read_text(encoding="utf-8"))))


def test_every_video_gets_its_folder_and_its_row(study):
    rows = {Path(row["video"]).relative_to(study.videos).as_posix(): row for row in table(study.out)}
    assert list(rows) == ["=1+1 Zoë.mp4", "S1/march.mp4", "S2/march.mp4", "text.mp4"]
    march, plain, text = rows["S1/march.mp4"], rows["S2/march.mp4"], rows["text.mp4"]
    assert (march["status"], march["folder"], march["left_lifts"]) == ("done", "S1-march", "1")
    found = json.loads((study.out / "S1-march" / "assessment.json").read_text(encoding="utf-8"))
    assert float(march["left_height_deg"]) == found["sides"]["left"]["peak_elevation_deg"]["median"]
    assert march["verdict"] == found["asymmetry"]["verdict"] == "withheld"
    assert march["headline"] == found["findings"][0]["text"]
    assert (plain["status"], plain["trust"], plain["left_height_deg"]) == ("done", "not_assessable", "")
    assert "too short" in plain["reason"]
    assert (text["status"], text["folder"]) == ("failed", "")
    assert "not a video" in text["reason"]
    files = sorted(path.name for path in study.out.iterdir())
    assert files == ["=1+1 Zoë", "S1-march", "S2-march", "cohort.png", "summary.csv"]


def test_failures_are_listed_at_the_end_and_make_the_exit_code(study):
    said, failed = study.result.stdout.decode(), study.result.stderr.decode().splitlines()
    assert study.result.returncode == 1
    assert failed[0] == "No video was found in the pattern empty*."
    assert re.fullmatch(r"Failed: .*text\.mp4 is a text, not a video\.", failed[1])
    assert len(failed) == 2
    assert "4 videos: 3 done, 1 failed." in said
    assert "The same video, byte for byte: " in said
    assert "S1-march" in said and "Results in marchcam-results" in said


def test_a_name_that_a_spreadsheet_would_reckon_with_is_only_a_name(study):
    assert "'=1+1 Zoë" in [row["folder"] for row in table(study.out)]
    row = row_of(Video('=HYPERLINK("x")', "x"), Outcome("failed", "-1+cmd"))
    cells = next(csv.reader(io.StringIO(csv_bytes([row]).decode().splitlines()[1])))
    assert cells[0] == '\'=HYPERLINK("x")' and "'-1+cmd" in cells


@pytest.mark.skipif(os.name != "posix", reason="modes")
def test_results_are_for_the_owner_alone(study):
    for path in (study.out, *study.out.rglob("*")):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path


def test_the_files_are_those_of_the_video_alone(study, tmp_path):
    alone = run_marchcam("analyze", study.videos / "S2" / "march.mp4", *LITE, "--out", tmp_path / "alone", cwd=tmp_path)
    assert alone.returncode == 0, alone.stderr
    many = study.out / "S2-march"
    assert sorted(p.name for p in many.iterdir()) == sorted([*(p.name for p in (tmp_path / "alone").iterdir()), MARK])
    for path in (tmp_path / "alone").iterdir():
        assert path.read_bytes() == (many / path.name).read_bytes(), path.name


MARK = "done.json"


def test_resume_does_again_what_has_changed_and_nothing_else(study, tmp_path):
    videos, out = tmp_path / "videos", tmp_path / "marchcam-results"
    shutil.copytree(study.videos, videos)
    shutil.copytree(study.out, out)
    shutil.copy2(DATA / "hevc.mp4", videos / "=1+1 Zoë.mp4")  # another content under the same name
    (out / "S2-march" / "report.html").unlink()  # a result is missing
    (out / "S2-march" / "annotated.mp4").write_text("of an earlier run with --annotated")
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in out.rglob("*") if path.is_file()}
    result = run_marchcam("analyze", "videos", *LITE, "--resume", "--json", cwd=tmp_path)
    assert result.returncode == 1, result.stderr
    old = out / "S2-march" / "annotated.mp4"
    assert before.pop(old) and not old.exists()
    again = {path.parent.name for path in before if path.stat().st_mtime_ns != before[path][0]} - {out.name}
    assert again == {"=1+1 Zoë", "S2-march"}
    assert (out / "S2-march" / "report.html").read_bytes() == (study.out / "S2-march" / "report.html").read_bytes()
    rows = json.loads(result.stdout)
    assert [row["status"] for row in rows] == ["done", "done", "done", "failed"]
    assert rows[0]["video_sha256"] != rows[2]["video_sha256"]
    # What was kept says the same as what was made.
    (made,) = (row for row in table(study.out) if row["folder"] == "S1-march")
    (kept,) = (row for row in table(out) if row["folder"] == "S1-march")
    assert {**kept, "video": ""} == {**made, "video": ""}


@pytest.mark.parametrize(
    "change", [{"setup": Setup(stature_m=1.7)}, {"faces": True}, {"rotate": 90}, {"end_s": 3.0}, {"model_sha256": "0"}]
)
def test_any_option_that_changes_results_changes_the_key(options, change):
    from dataclasses import replace

    assert replace(options, **change).key("a") != options.key("a") != options.key("b")


def test_results_that_are_not_marked_or_not_whole_are_not_complete(study, tmp_path):
    folder = tmp_path / "S2-march"
    shutil.copytree(study.out / "S2-march", folder)
    assert read_mark(folder)["facts"]["trust"] == "not_assessable"
    (folder / "track.npz").unlink()
    assert read_mark(folder) is None
    for text in ("", "[]", "{}", '{"format": 1, "files": [], "key": 3}'):
        (folder / MARK).write_text(text)
        assert read_mark(folder) is None


def jobs_for(options, *names):
    return [Job(str(DATA / name), Path(name).stem, options) for name in names]


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_a_process_that_is_killed_costs_its_own_video_only(options, tmp_path):
    killed = []

    def kill_once(done):
        if not killed:
            killed.extend(multiprocessing.active_children())
            os.kill(killed[0].pid, signal.SIGKILL)

    jobs = jobs_for(options, "march.mp4", "plain.mp4")
    outcomes = {number: outcome for number, outcome, _ in run_local(jobs, tmp_path, 1, kill_once)}
    assert (outcomes[0].status, outcomes[1].status) == ("failed", "done")
    assert "memory" in outcomes[0].reason
    assert list(tmp_path.iterdir()) == [] and not multiprocessing.active_children()


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_ctrl_c_keeps_what_is_done_and_says_what_was_not_reached(tmp_path):
    command = [
        sys.executable,
        "-m",
        "marchcam",
        "analyze",
        DATA / "plain.mp4",
        DATA / "session.mp4",
        DATA / "march.mp4",
    ]
    command = [*map(str, command), "--jobs", "1", "--model", "lite"]
    process = subprocess.Popen(
        command, cwd=tmp_path, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )
    out = tmp_path / "marchcam-results"
    while not (out / "plain" / MARK).exists() and process.poll() is None:
        time.sleep(0.05)
    time.sleep(0.5)  # well into the next one
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: all its processes get it
    said, error = process.communicate(timeout=60)
    assert process.returncode == 130
    assert [row["status"] for row in table(out)] == ["done", "stopped", "stopped"]
    assert table(out)[1]["reason"]
    assert b"3 videos: 1 done, 2 not reached." in said
    assert error.decode().count("\n") == 1 and b"--resume" in error
    assert sorted(path.name for path in out.iterdir()) == ["cohort.png", "plain", "summary.csv"]


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["nothing*"], 1, "No video was found in the pattern nothing*."),
        (["."], 1, "No video was found in the folder ."),
        ([DATA, "--out", "file"], 1, "a file is in the way"),
        ([DATA, "--model", "huge"], 1, "no pose model huge"),
        ([DATA, "--person", "S17"], 2, "analyze that video alone"),
        ([], 2, "Missing argument"),
    ],
)
def test_what_cannot_work_is_one_sentence_before_the_work(tmp_path, monkeypatch, arguments, code, sentence):
    (tmp_path / "file").write_text("keep")
    monkeypatch.chdir(tmp_path)
    result = invoke("analyze", *arguments)
    assert result.exit_code == code
    assert sentence in result.error
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


SIDE = {"count": 6, "height_deg": 1.0, "range_deg": [0.0, 2.0]}


def drawn(count, failed=0):
    """Texts of the figure of so many made rows."""
    sides = {f"{side}_{name}": value for side in SIDES for name, value in SIDE.items()}
    told = {"name": "from the file", "trust": "fair", "reason": "", "verdict": "similar", "drop_off": "none detected"}
    facts = {**sides, **told, "ci_rep_deg": None, "ci_total_deg": [-3.0, 5.0]}
    rows = [{"cohort": {**facts, "difference_deg": float(i)}} for i in range(count)]
    outcomes = [Outcome("done", facts=row) for row in rows] + [Outcome("failed", "why")] * failed
    figure = draw_figure([Video(f"/{i}.mp4", f"label {i}") for i in range(count + failed)], outcomes)
    return figure and [text.get_text() for text in figure.findobj(is_text)]


def test_the_figure_names_rows_by_their_folder_and_counts_what_is_missing():
    assert drawn(0, failed=2) is None
    assert {"label 0", "label 1"} <= set(drawn(2))
    assert any("1 more video without a result" in text for text in drawn(2, failed=1))


def test_of_very_many_the_figure_shows_the_largest_differences_and_says_so():
    said = drawn(203)
    assert "label 202" in said and "label 2" not in said
    assert any("3 with smaller differences or none are not drawn" in text for text in said)
