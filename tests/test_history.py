"""The history: real SQLite files, real processes, real kills."""

import csv
import io
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import textwrap
from dataclasses import replace
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from conftest import ENVIRONMENT, run_marchcam
from sessions import TRACKS, assessment, recorded

from marchcam.cli import cli
from marchcam.cli.console import exit_code
from marchcam.errors import HistoryError
from marchcam.history import place, schema
from marchcam.history.export import COLUMNS, csv_bytes, json_bytes
from marchcam.history.store import Store, checked_alias
from marchcam.track import PoseTrack, Setup

NASTY = ["Zoë Ö.", "<script>alert(1)</script>", "'; DROP TABLE sessions; --", "=1+1", "a\u0301 b", "%s %d {x}", "名前"]
NOTE = "turns the left foot out, SECRET-NOTE"
posix = pytest.mark.skipif(os.name != "posix", reason="modes and signals")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "own" / "history.sqlite"


@pytest.fixture
def store(path):
    with Store(path) as store:
        yield store


def raw(path):
    return b"".join(file.read_bytes() for file in sorted(path.parent.iterdir()))


def sqlite_rows(path, query):
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def test_a_session_comes_back_whole(store):
    kept = recorded(setup={"notes": [NOTE], "effort": 4, "footwear": "barefoot"})
    id, replaced = store.keep(kept)
    session, found = store.session(id)
    assert not replaced
    assert found == kept.assessment
    assert (session.alias, session.recorded_at, session.folder) == ("S17", "2026-03-03T10:00", "/results/1")
    assert (session.setup.notes, session.setup.effort, session.setup.footwear) == ((NOTE,), 4, "barefoot")
    assert session.measures["height", "right"].value == -10.0
    assert session.conditions.view == "oblique left"


@pytest.mark.parametrize("alias", NASTY)
def test_an_alias_is_any_text(store, alias):
    alias = checked_alias(alias)
    store.keep(recorded("somebody else"))
    store.keep(recorded(alias))
    assert [s.alias for s in store.sessions(alias)] == [alias]
    assert store.delete(alias=alias) == 1
    assert [s.alias for s in store.sessions()] == ["somebody else"]


def test_two_ways_to_write_an_alias_are_one():
    assert checked_alias(" a\u0301 ") == checked_alias("á")
    for bad in ("", "  ", "a\nb", "\x1b[31m", "x" * 201, "\udcff"):
        with pytest.raises(ValueError, match="alias"):
            checked_alias(bad)


def test_the_same_recording_takes_its_own_place(store):
    first, _ = store.keep(recorded(height=(1.0, 0.0)))
    assert store.keep(recorded(height=(5.0, 0.0), start_s=3.0)) == (first, True)
    assert [s.measures["height", "left"].value for s in store.sessions()] == [5.0]
    others = (
        recorded("T18"),
        recorded(recorded_at="2026-03-03T10:01"),
        recorded(source_name="b.mp4"),
        recorded(start_s=90.0, end_s=160.0),  # another set in the same video
    )
    assert not any(store.keep(other)[1] for other in others)
    assert len(store.sessions()) == 5
    assert store.keep(recorded(height=(7.0, 0.0))) == (first, True)
    assert [s.measures["height", "left"].value for s in store.sessions()] == [7.0, 2.0, 2.0, 2.0, 2.0]


def test_the_number_of_a_removed_session_is_not_given_again(store):
    first, _ = store.keep(recorded())
    store.delete(id=first)
    assert store.keep(recorded())[0] > first
    with pytest.raises(HistoryError, match="no session 1"):
        store.session(first)


@posix
def test_file_and_folder_are_for_the_owner_alone(path, tmp_path):
    seen = set()
    with Store(path) as store:
        store.keep(recorded())
        with store.writing() as connection:
            connection.execute("DELETE FROM sessions")
            seen = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
    assert seen == {"history.sqlite": 0o600, "history.sqlite-journal": 0o600}
    assert path.parent.stat().st_mode & 0o777 == 0o700
    open_to_all = tmp_path / "open.sqlite"
    open_to_all.touch(mode=0o644)
    open_to_all.chmod(0o644)
    with Store(open_to_all):
        assert open_to_all.stat().st_mode & 0o777 == 0o600


def test_what_is_deleted_leaves_no_byte_behind(path):
    with Store(path) as store:
        for day in range(1, 29):
            notes = {"notes": [f"{NOTE} {day}" + "-" * 3000]}
            store.keep(recorded("ERASED-ALIAS", f"2026-03-{day:02}T10:00", setup=notes, source_name="ERASED-SOURCE"))
            store.keep(recorded("kept", f"2026-03-{day:02}T10:00"))
        ends = [blob[-20:] for (blob,) in sqlite_rows(path, "SELECT assessment FROM sessions WHERE alias LIKE 'ERA%'")]
        assert all(part in raw(path) for part in (b"ERASED-ALIAS", b"ERASED-SOURCE", *ends))
        assert store.delete(alias="ERASED-ALIAS") == 28
        assert len(store.sessions()) == 28
        left = raw(path)
    assert b"ERASED" not in left
    assert not any(end in left for end in ends)  # the compressed rest with the notes
    assert sqlite_rows(path, "PRAGMA freelist_count") == [(0,)]


def test_deleting_overwrites_even_where_the_file_is_not_written_anew(path):
    with Store(path) as store:
        for day in range(1, 29):
            store.keep(recorded("ERASED-ALIAS", f"2026-03-{day:02}T10:00"))
        with store.writing() as connection:
            connection.execute("DELETE FROM sessions")
    assert b"ERASED" not in raw(path)


WRITER = """
import sys
sys.path.insert(0, {tests!r})
from sessions import recorded
from marchcam.history.store import Store
name, path = sys.argv[1:]
kept = recorded(name)
print("ready", flush=True)
sys.stdin.readline()
for minute in range(50):
    with Store(path) as store:
        object.__setattr__(kept, "recorded_at", f"2026-03-03T10:{{minute:02}}")
        store.keep(kept)
"""


def process(code, *arguments):
    tests = str(TRACKS.parents[1])
    command = [sys.executable, "-c", textwrap.dedent(code).format(tests=tests), *map(str, arguments)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, env=ENVIRONMENT, text=True, **pipes)


def test_two_processes_at_once_lose_nothing(path):
    writers = [process(WRITER, name, path) for name in ("one", "two")]
    for writer in writers:
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:  # both begin now, with the making of the file
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        _, errors = writer.communicate(timeout=60)
        assert (writer.returncode, errors) == (0, "")
    with Store(path) as store:
        assert [len(store.sessions(name)) for name in ("one", "two")] == [50, 50]


KILLED = """
import sys
sys.path.insert(0, {tests!r})
from sessions import recorded
from marchcam.history.store import Store
with Store(sys.argv[1]) as store, store.writing() as connection:
    connection.execute("PRAGMA cache_size = 5")
    connection.execute("DELETE FROM sessions WHERE id < 20")
    connection.execute("UPDATE sessions SET alias = 'half', assessment = zeroblob(20000)")
    print("half", flush=True)
    sys.stdin.readline()
"""


@posix
def test_a_kill_half_way_leaves_the_old_state(path):
    with Store(path) as store:
        for minute in range(40):
            store.keep(recorded(recorded_at=f"2026-03-03T10:{minute:02}"))
        before = store.assessments()
    old = path.read_bytes()
    writer = process(KILLED, path)
    assert writer.stdout.readline() == "half\n"
    assert path.read_bytes() != old  # the file itself is half written
    os.kill(writer.pid, signal.SIGKILL)
    writer.communicate()
    assert writer.returncode == -signal.SIGKILL
    with Store(path) as store:
        assert store.assessments() == before


def test_a_failure_half_way_leaves_the_old_state(store):
    store.keep(recorded())

    def fail():
        with store.writing() as connection:
            connection.execute("DELETE FROM sessions")
            raise KeyError("half way")

    with pytest.raises(KeyError):
        fail()
    assert len(store.sessions()) == 1


def test_a_full_disk_and_a_lock_are_sentences_and_leave_the_old_state(path, monkeypatch):
    with Store(path) as store:
        store.keep(recorded())
        (pages,) = store._connection.execute("PRAGMA page_count").fetchone()
        store._connection.execute(f"PRAGMA max_page_count = {pages}")  # what SQLite meets on a full disk
        with pytest.raises(HistoryError, match="the disk is full"):
            store.keep(recorded("T18", setup={"notes": [os.urandom(4000).hex()]}))
        assert [s.alias for s in store.sessions()] == ["S17"]
    monkeypatch.setattr("marchcam.history.store.WAIT_S", 0.1)
    in_use = pytest.raises(HistoryError, match="in use by another program")
    with Store(path) as store, store.writing(), Store(path) as other, in_use:
        other.keep(recorded("T18"))
    with Store(path) as store:
        assert len(store.sessions()) == 1


LATER = ("ALTER TABLE sessions ADD COLUMN mood TEXT", "UPDATE sessions SET mood = 'calm'")


def test_an_older_file_becomes_one_of_today(path, monkeypatch):
    with Store(path) as store:
        store.keep(recorded())
        (before,) = store.assessments()
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, LATER))
    with Store(path) as store:
        assert store.assessments() == [before]
        store.keep(recorded("T18"))
    assert sqlite_rows(path, "SELECT mood FROM sessions ORDER BY id") == [("calm",), (None,)]
    assert sqlite_rows(path, "PRAGMA user_version") == [(2,)]


def test_a_migration_that_fails_leaves_the_old_version(path, monkeypatch):
    with Store(path) as store:
        store.keep(recorded())
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, (*LATER, "no SQL at all")))
    with pytest.raises(HistoryError):
        Store(path)
    monkeypatch.undo()
    with Store(path) as store:
        assert len(store.sessions()) == 1


def test_a_newer_file_is_refused_and_left_alone(path, monkeypatch):
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, LATER))
    with Store(path) as store:
        store.keep(recorded())
    monkeypatch.undo()
    before = path.read_bytes()
    with pytest.raises(HistoryError, match="newer version of MarchCam. Update"):
        Store(path)
    assert path.read_bytes() == before


def test_another_programs_database_is_refused_and_left_alone(tmp_path):
    for number, statement in enumerate(("CREATE TABLE sessions (id)", "PRAGMA user_version = 1")):
        file = tmp_path / f"{number}.sqlite"
        connection = sqlite3.connect(file)
        connection.execute(statement)
        connection.commit()
        connection.close()
        before = file.read_bytes()
        with pytest.raises(HistoryError, match="another program"):
            Store(file)
        assert file.read_bytes() == before


def test_a_damaged_file_is_a_sentence(path):
    with Store(path) as store:
        for minute in range(20):
            store.keep(recorded(recorded_at=f"2026-03-03T10:{minute:02}"))
    good = path.read_bytes()
    for damage in (b"no database, but long enough" * 100, good[:5000], good[:100] + bytes(len(good) - 100)):
        path.write_bytes(damage)
        with pytest.raises(HistoryError, match=re.escape(str(path))), Store(path) as store:
            store.sessions()
    path.write_bytes(good)
    connection = sqlite3.connect(path)
    connection.execute("UPDATE sessions SET assessment = x'00' WHERE id = 7")
    connection.commit()
    connection.close()
    with Store(path) as store:
        with pytest.raises(HistoryError, match="session 7 is damaged"):
            store.sessions()
        assert store.delete(id=7) == 1
        assert len(store.sessions()) == 19


def test_nothing_is_made_where_there_is_nothing_to_read(path):
    with pytest.raises(HistoryError, match="no history at .* yet"):
        Store(path, create=False)
    assert not path.parent.exists()


def test_the_place_is_chosen_or_the_platforms_own(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.delenv(place.VARIABLE, raising=False)
    for platform, folder in (
        ("linux", ".local/share/marchcam"),
        ("darwin", "Library/Application Support/MarchCam"),
        ("win32", "AppData/Local/MarchCam"),
    ):
        monkeypatch.setattr(place.sys, "platform", platform)
        monkeypatch.delenv("LOCALAPPDATA", raising=False)
        assert place.store_path() == tmp_path / folder / "history.sqlite"
    monkeypatch.setattr(place.sys, "platform", "linux")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "xdg"))
    assert place.store_path() == tmp_path / "xdg" / "marchcam" / "history.sqlite"
    monkeypatch.setenv(place.VARIABLE, str(tmp_path / "mine.sqlite"))
    assert place.store_path() == tmp_path / "mine.sqlite"
    assert place.store_path(tmp_path / "chosen.sqlite") == tmp_path / "chosen.sqlite"


def test_the_export_holds_everything_and_no_formula(store):
    store.keep(recorded("=HYPERLINK(1)", setup={"notes": [NOTE, "@x"], "effort": 4, "footwear": "-barefoot"}))
    found = store.assessments()
    (row,) = csv.DictReader(io.StringIO(csv_bytes(found).decode()))
    assert list(row) == list(COLUMNS)
    assert (row["alias"], row["footwear"], row["effort"]) == ("'=HYPERLINK(1)", "'-barefoot", "4")
    assert row["notes"] == f"{NOTE}\n@x"
    assert (row["right_height_deg"], row["difference_deg"], row["pain_back_after"]) == ("-10.0", "-12.0", "0")
    assert float(row["right_height_low_deg"]) < -15
    assert row["pain_rose"] == row["band"] == "false"
    (whole,) = json.loads(json_bytes(found))
    assert whole["alias"] == "=HYPERLINK(1)"
    assert whole["assessment"] == found[0][1]
    assert (csv_bytes([]).decode().count("\n"), json.loads(json_bytes([]))) == (1, [])


def test_every_column_is_documented(store):
    text = (TRACKS.parents[2] / "docs" / "outputs.md").read_text(encoding="utf-8")
    text = text[text.index("## The history") : text.index("## Quality flags")]
    columns = [row[1] for row in sqlite_rows(store.path, "PRAGMA table_info(sessions)")]
    for name in (*columns, *COLUMNS):
        assert f"`{name}`" in text or re.sub(r"_(low|high)(?=_(deg|s)$)", "", name) in text, name
    assert f"`user_version` {len(schema.MIGRATIONS)}," in text
    assert f"0x{schema.APPLICATION_ID:08X}" in text


# ---- the command ----


def invoke(*arguments, answer=""):
    """The command in this process, through the same way out as the real one."""
    with CliRunner().isolation(input=answer) as (out, err, _):
        code = exit_code(cli, [str(argument) for argument in arguments])
        return SimpleNamespace(code=code, output=out.getvalue().decode(), error=err.getvalue().decode())


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Three marches kept by the command itself."""
    cwd = tmp_path_factory.mktemp("told")
    options = ("--store", cwd / "h.sqlite", "--pain-back-before", 0, "--pain-back-after", 0, "--support", "none")
    lines = []
    for number, (name, day, more) in enumerate(
        (
            ("demo", "2026-03-03T10:00", ("--note", NOTE, "--effort", 4, "--footwear", "barefoot")),
            ("session", "2026-03-20T10:00", ()),
            ("symmetric_front", "2026-03-27T10:00", ()),
        )
    ):
        track = PoseTrack.load(TRACKS / f"{name}.npz")
        (cwd / str(number)).mkdir()
        file = cwd / str(number) / "track.npz"
        replace(track, source=replace(track.source, recorded_at=day)).save(file)
        result = invoke("report", file, "--person", "Zoë <b>", *options, *more)
        assert (result.code, result.error) == (0, "")
        lines.append(result.output.splitlines()[-1])
    return SimpleNamespace(cwd=cwd, store=cwd / "h.sqlite", lines=lines)


def test_a_report_with_a_person_is_kept(told):
    assert told.lines[0] == "History   session 1, 1 of this person so far"
    assert told.lines[2] == "History   session 3, 3 of this person so far"
    again = invoke("report", told.cwd / "1", "--person", "Zoë <b>", "--support", "none", "--store", told.store)
    assert "session 2, in place of what was kept of it before" in again.output
    assert "History" not in invoke("report", told.cwd / "1").output


def test_list_and_show(told):
    lines = invoke("history", "list", "--store", told.store).output.splitlines()
    assert len(lines) == 4
    assert re.match(r"1 +2026-03-03 10:00 +\+\d° / −1\d° +large +good +oblique left +Zoë <b>", lines[1])
    shown = invoke("history", "show", 1, "--store", told.store).output
    for part in (NOTE, "4 of 10", "barefoot", "low back 0 before, 0 after", "no support", str(told.cwd / "0")):
        assert part in shown
    assert invoke("history", "list", "Nobody", "--store", told.store).output.startswith("No session of Nobody")


def test_compare_says_what_changed_or_why_not(told):
    result = invoke("history", "compare", 2, 1, "--store", told.store)
    said = " ".join(result.output.split())
    assert re.match(r"Between 3 March and 20 March the left thigh’s typical height fell by about 2\d°; changes", said)
    right = r"The right thigh’s typical height rose by about 1\d°; changes under about \d+° cannot be told apart\."
    assert re.search(right, said)
    assert re.search(r"Height R −1\d° -> \+\d°; not told apart under \d+° \(the tool’s error\)", said)
    other = " ".join(invoke("history", "compare", 1, 3, "--store", told.store).output.split())
    assert other.startswith("Not compared: camera oblique left on 3 March, camera front on 27 March.")
    assert "rose" not in other


def test_export_and_delete(told, tmp_path):
    store = tmp_path / "copy.sqlite"
    store.write_bytes(told.store.read_bytes())
    out = tmp_path / "out.json"
    assert "3 sessions" in invoke("history", "export", "--store", store, "--format", "json", "--out", out).output
    assert len(json.loads(out.read_text(encoding="utf-8"))) == 3
    assert invoke("history", "export", "--store", store).output.startswith("id,alias,")
    refused = invoke("history", "delete", 1, "--store", store, answer="n\n")
    assert refused.code == 130
    assert invoke("history", "delete", 1, "--store", store, answer="y\n").code == 0
    assert "Removed: 2 sessions" in invoke("history", "delete", "--person", "Zoë <b>", "--yes", "--store", store).output
    assert b"Zo" not in store.read_bytes()
    assert (told.cwd / "0" / "assessment.json").exists()
    for wrong in (("delete",), ("delete", 1, "--person", "x")):
        assert invoke("history", *wrong, "--store", store).code == 2
    assert invoke("history", "delete", 1, "--store", store).code == 1


def test_what_cannot_be_kept_is_said_before_the_work(told, tmp_path):
    (tmp_path / "no.sqlite").write_text("no database" * 500)
    track = told.cwd / "1"
    result = invoke("report", track, "--person", "X", "--store", tmp_path / "no.sqlite", "--out", tmp_path / "out")
    assert result.code == 1
    assert result.error.startswith(f"Error: The history {tmp_path / 'no.sqlite'} is damaged, or not a history")
    assert not (tmp_path / "out").exists()
    assert invoke("report", track, "--store", tmp_path / "x.sqlite").code == 2
    assert invoke("report", track, "--person", " ", "--store", tmp_path / "x.sqlite").code == 2
    assert not (tmp_path / "x.sqlite").exists()


def test_a_time_that_nobody_noted_is_that_of_the_track(told, tmp_path):
    track = tmp_path / "track.npz"
    PoseTrack.load(TRACKS / "standing.npz").save(track)
    os.utime(track, (1772532000, 1772532000))
    for _ in range(2):
        invoke("report", track, "--person", "X", "--store", tmp_path / "h.sqlite", "--quiet")
    with Store(tmp_path / "h.sqlite") as store:
        (session,) = store.sessions()
    assert session.day == "2026-03-03"


def test_a_real_analysis_and_a_process_of_its_own(data, tmp_path):
    store = tmp_path / "h.sqlite"
    options = ("--model", "lite", "--person", "X", "--store", store)
    result = run_marchcam("analyze", data / "plain.mp4", *options, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    listed = run_marchcam("history", "list", "--store", store, cwd=tmp_path).stdout.decode()
    assert "not assessable" in listed
    assert listed.count("\n") == 2


def test_setup_of_an_unknown_version_is_read(store):
    found = assessment()
    found["setup"]["of_tomorrow"] = found["pain"]["of_tomorrow"] = 1
    id, _ = store.keep(replace(recorded(), assessment=found))
    assert isinstance(store.session(id)[0].setup, Setup)


def test_every_history_command_explains_itself_with_an_example():
    for name, command in cli.commands["history"].commands.items():
        text = CliRunner().invoke(cli, ["history", name, "--help"]).output
        assert f"marchcam history {name}" in text
        for option in command.params:
            if option.param_type_name == "option":
                assert option.opts[0] in option.help, f"{name} {option.opts[0]} has no example"
