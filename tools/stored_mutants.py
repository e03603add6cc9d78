"""Broken tracks, journals and histories: bytes, arrays, texts and tables changed; the same number, the same file."""

from __future__ import annotations

import contextlib
import copy
import functools
import io
import json
import sqlite3
import struct
import tempfile
import zipfile
import zlib
from pathlib import Path

import numpy as np
from mutants import ANY, DATA, Mutant

from marchcam.history.store import Recorded, Store
from marchcam.live.journal import FRAME, HEAD, MAGIC, JournalWriter, _record
from marchcam.pose import Landmarks
from marchcam.track import ARRAYS, PoseTrack

WHOLE_S = 21.0  # of a march of two lifts a side: enough for every part of the report
ODD = (
    *(None, True, False, 0, -1, 3.5, 1e300, -1e300, 1e308, 10**30, float("nan"), float("inf"), "", "x", "\0"),
    *(
        "\ud800",
        "é" * 5000,
        "../../x",
        "<script>alert(1)</script>",
        "\x1b[2J",
        "2026-13-45",
        "9999999999999",
        "x" * 20000,
    ),
    *([], {}, [[]], [None], ["x"], {"x": 1}, [1, 2], [1, 2, 3], [1e308, -1e308], "http://127.0.0.1:9/x", "/dev/zero"),
)
ODD_NUMBERS = (0.0, -1.0, 1e-300, 1e30, 1e160, 1e300, -1e308, 1.7e308, np.nan, np.inf, -np.inf)
DEEP = 100_000


@functools.cache
def _march() -> PoseTrack:
    track = PoseTrack.load(DATA / "tracks" / "front_symmetric0.npz")
    return track.select(track.times_s < WHOLE_S)


def track(number: int, seed: int) -> Mutant:
    """The broken track.npz of this number."""
    rng = np.random.default_rng([seed, number, 1])
    members, header = _members()
    what = int(rng.integers(10))
    if what < 3:
        content, how = ANY[int(rng.integers(len(ANY)))](bytearray(_zipped(members)), rng)
        return Mutant(f"{number}.npz", f"zip: {how}", bytes(content))
    if what < 5:
        header, how = odd_json(header, rng)
        members["header"] = npy(np.frombuffer(_json(header), np.uint8))
    else:
        name = str(rng.choice(ARRAYS))
        if name in members:
            members[name], how = _odd_array(members[name], rng)
            how = f"{name}: {how}"
        else:
            members[name], how = npy(np.zeros(len(_march().times_s))), f"{name} of another shape"
    return Mutant(f"{number}.npz", how, _zipped(members))


def _members() -> tuple[dict, dict]:
    """The arrays of a whole track as files, and its header."""
    buffer = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "track.npz"
        _march().save(path)
        with zipfile.ZipFile(path) as archive:
            members = {name.removesuffix(".npy"): archive.read(name) for name in archive.namelist()}
    buffer.write(members["header"])
    buffer.seek(0)
    return members, json.loads(np.load(buffer).tobytes())


def _zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)
    return buffer.getvalue()


def npy(array: np.ndarray, *, pickled: bool = False) -> bytes:
    """An array as a file."""
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, np.asarray(array), allow_pickle=pickled)
    return buffer.getvalue()


def npy_head(descr: str, shape: tuple, *, fortran: bool = False) -> bytes:
    """What stands before the numbers of an array file: any promise."""
    buffer = io.BytesIO()
    np.lib.format.write_array_header_1_0(buffer, {"descr": descr, "fortran_order": fortran, "shape": shape})
    return buffer.getvalue()


def _odd_array(content: bytes, rng: np.random.Generator) -> tuple[bytes, str]:
    array = np.load(io.BytesIO(content)).astype(np.float64)
    what = int(rng.integers(9))
    if what == 0:
        return npy(np.array([{}, print], object), pickled=True), "pickled objects"
    if what == 1:
        shape = tuple(int(x) for x in rng.choice([0, 1, 33, 10**6, 10**9, 10**12, 2**62, -1], size=3))
        return npy_head(str(rng.choice(["<f8", "<f4", "|u1", "<U9"])), shape) + content[128:], f"says {shape}"
    if what == 2:
        return npy(array[: int(rng.integers(len(array)))]), "shorter"
    if what == 3:
        with np.errstate(invalid="ignore", over="ignore"):
            return npy(array.astype(str(rng.choice(["<f2", "<i8", "<c16", "<U9", ">f8", "<M8[s]"])))), "other kind"
    if what == 4:
        kind = str(rng.choice(["'|O'", "'<f8', 'x'", "[('a', '<f8')]", "'" + "<f8" * 999 + "'", "__import__('os')"]))
        start = content.index(b"{")
        return content[:start] + kind.encode() + content[start:], "its head is no head"
    value = float(rng.choice(ODD_NUMBERS))
    if what == 5:
        array[...] = value
        return npy(array), f"all {value}"
    place = tuple(int(rng.integers(n)) for n in array.shape)
    if what == 6:
        array[place] = value
        return npy(array), f"{value} at {place}"
    if what == 7:
        array[place[0] :] = value if array.ndim > 1 else array[place[0] :] + 10.0 ** float(rng.integers(1, 300))
        return npy(array), f"{value} from frame {place[0]} on"
    if array.ndim > 1:
        array[:, place[1]] = value
        return npy(array), f"landmark {place[1]} is {value}"
    return npy(np.cumsum(10.0 ** rng.uniform(-12, 12, len(array)))), "times of every size"


def odd_json(value: object, rng: np.random.Generator) -> tuple[object, str]:
    """JSON with one or a few values exchanged, left out, or put in."""
    value = copy.deepcopy(value)
    said = []
    for _ in range(int(rng.choice([1, 1, 2, 4]))):
        place, path = value, ""
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            if not keys:
                break
            key = keys[int(rng.integers(len(keys)))]
            path += f"/{key}"
            inside = isinstance(place[key], dict | list) and place[key]
            if not inside or rng.random() < 0.15:
                what = int(rng.integers(12))
                if what == 0:
                    del place[key]
                elif what == 1 and isinstance(place, dict):
                    place["unknown"] = 1
                else:
                    place[key] = copy.deepcopy(ODD[int(rng.integers(len(ODD)))])
                said.append(f"{path} = {place.get(key) if isinstance(place, dict) else '?'!r:.40}")
                break
            place = place[key]
    return value, ", ".join(said)


def _json(value: object) -> bytes:
    return json.dumps(value).encode("ascii")


def special_tracks() -> list[Mutant]:
    """What no chance finds: bombs, promises, and texts without end."""
    members, header = _members()
    count = 200_000

    def zeros(frames: int, *shape: int) -> bytes:
        return npy_head("<f4", (frames, *shape)) + bytes(4 * frames * int(np.prod(shape)))

    made = {
        "bomb: a large array": {"position_px": zeros(3 * count, 33, 2)},
        "bomb: a long march": {
            "times_s": npy(np.arange(float(count))),
            "position_px": zeros(count, 33, 2),
            "world_m": zeros(count, 33, 3),
            "visibility": zeros(count, 33),
            "presence": zeros(count, 33),
        },
        "a promise of terabytes": {"times_s": npy_head("<f8", (10**12,))},
        "brackets without end": {"header": npy(np.frombuffer(b"[" * DEEP, np.uint8))},
        "a number without end": {"header": npy(np.frombuffer(b'{"format": ' + b"9" * DEEP + b"}", np.uint8))},
        "a text without end": {"header": npy(np.frombuffer(_json({**header, "more": "x" * 50_000_000}), np.uint8))},
    }
    return [Mutant(f"{i}.npz", how, _zipped({**members, **own})) for i, (how, own) in enumerate(made.items())]


def journal(number: int, seed: int) -> Mutant:
    """The broken journal of this number."""
    rng = np.random.default_rng([seed, number, 2])
    whole = _journal()
    what = int(rng.integers(6))
    if what < 2:
        content, how = ANY[int(rng.integers(len(ANY)))](bytearray(whole), rng)
        return Mutant(f"{number}.mcj", how, bytes(content))
    records = list(_records())
    if what == 2:  # a picture of odd numbers, whole by its checksum
        at = [i for i, (kind, _) in enumerate(records) if kind == FRAME][int(rng.integers(200))]
        content = bytearray(records[at][1])
        for place in rng.integers(len(content) // 4, size=int(rng.choice([1, 5, 200]))):
            content[4 * place : 4 * place + 4] = _float32(rng.choice(ODD_NUMBERS))
        records[at], how = (FRAME, bytes(content)), f"odd numbers in record {at}"
    elif what == 3:
        at = int(rng.integers(len(records)))
        records[at], how = (records[at][0], rng.bytes(int(rng.integers(300)))), f"record {at} is noise"
    elif what == 4:
        one, other = (int(i) for i in rng.integers(len(records), size=2))
        records[one], records[other] = records[other], records[one]
        how = f"records {one} and {other} exchanged"
    else:
        texts = [i for i, (_, content) in enumerate(records) if content.startswith(b"{")]
        at = texts[int(rng.integers(len(texts)))]
        value, how = odd_json(json.loads(records[at][1]), rng)
        if rng.random() < 0.2:
            value, how = ODD[int(rng.integers(len(ODD)))], "no object"
        records[at] = records[at][0], _json(value)
    content = whole[: len(MAGIC) + 2] + b"".join(_record(*record) for record in records)
    return Mutant(f"{number}.mcj", how, content)


def _float32(value: float) -> bytes:
    with np.errstate(over="ignore"):
        return struct.pack("<f", np.float32(value))


@functools.cache
def _journal() -> bytes:
    march = _march()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "journal.mcj"
        about = {"image_size_wh": march.image_size_wh, "source": march.source, "setup": march.setup}
        with JournalWriter(path, **about) as writer:
            writer.event(0.0, "use_from", from_s=0.5)
            for i, time_s in enumerate(march.times_s):
                row = Landmarks(march.position_px[i], march.world_m[i], march.visibility[i], march.presence[i])
                writer.frame(float(time_s), row, 1.0, (0.0, 0.0))
                if i in (20, 40):
                    writer.event(float(time_s), "pause" if i == 20 else "resume")
            writer.forget(3)
            writer.setup(march.setup)
            writer.source(march.source)
        return path.read_bytes()


@functools.cache
def _records() -> tuple[tuple[bytes, bytes], ...]:
    content, at, found = _journal(), len(MAGIC) + 2, []
    while at < len(content):
        kind, length, _ = HEAD.unpack_from(content, at)
        at += HEAD.size + length
        found.append((kind, content[at - length : at]))
    return tuple(found)


def history(number: int, seed: int) -> Mutant:
    """The broken history.sqlite of this number."""
    rng = np.random.default_rng([seed, number, 3])
    what = int(rng.integers(4))
    if what == 0:
        content, how = ANY[int(rng.integers(len(ANY)))](bytearray(_store()), rng)
        return Mutant(f"{number}.sqlite", how, bytes(content))
    row = int(rng.integers(1, 4))
    if what == 1:
        names = ("alias", "recorded_at", "stored_at", "folder", "source_name", "start_s", "trust", "assessment", "id")
        name = str(rng.choice(names))
        value = ODD[int(rng.integers(len(ODD)))]
        value = value if isinstance(value, int | float | str) and value not in (10**30, "\ud800") else b"\xff\xfe\0"
        statement = f"UPDATE OR REPLACE sessions SET {name} = ? WHERE id = ?"  # noqa: S608 - a name out of the list above
        return _changed(number, statement, (value, row))
    found, how = odd_json(_assessment(), rng)
    text = _json(found)
    if what == 3 and rng.random() < 0.3:
        text, how = bytes(ANY[int(rng.integers(len(ANY)))](bytearray(text), rng)[0]), "assessment: bytes"
    changed = _changed(number, "UPDATE sessions SET assessment = ? WHERE id = ?", (zlib.compress(text, 1), row))
    return Mutant(changed.name, f"assessment: {how}", changed.content)


@functools.cache
def _assessment() -> dict:
    from marchcam.analysis.assessment import assess
    from marchcam.report.tables import assessment_to_dict

    return assessment_to_dict(assess(_march()))


@functools.cache
def _store() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "history.sqlite"
        with Store(path) as store:
            for day in (1, 2, 3):
                moment = f"2026-03-0{day}T10:00"
                store.keep(Recorded("S17", moment, moment, "/results", "a.mp4", 0.0, 20.0, _assessment()))
        return path.read_bytes()


def _changed(number: int, statement: str, values: tuple = ()) -> Mutant:
    """The history after a statement of SQL."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "history.sqlite"
        path.write_bytes(_store())
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("PRAGMA writable_schema = ON")
        with contextlib.suppress(sqlite3.IntegrityError):  # no number for an id: the whole file is read once more
            for part in statement.split(";;"):
                connection.execute(part, values)
        connection.close()
        return Mutant(f"{number}.sqlite", f"{statement} {values!r:.60}", path.read_bytes())


def special_histories() -> list[Mutant]:
    """What no chance finds: bombs, tables that are something else, and programs inside the file."""
    endless = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c)"
    endless_insert = endless.replace("WITH", "INSERT INTO sessions WITH")
    columns = "x AS id, 'S17' AS alias, '2026' AS recorded_at, '' AS folder, x'00' AS assessment"
    statements = [
        f"DROP TABLE sessions;;CREATE VIEW sessions AS {endless} SELECT {columns} FROM c",  # noqa: S608 - our own
        f"CREATE TRIGGER t BEFORE DELETE ON sessions BEGIN {endless_insert} SELECT * FROM c; END",  # noqa: S608
        "CREATE TRIGGER t AFTER DELETE ON sessions BEGIN DELETE FROM sessions; END",
        "DROP TABLE sessions",
        "ALTER TABLE sessions RENAME TO others",
        "ALTER TABLE sessions DROP COLUMN folder",
        "ALTER TABLE sessions ADD COLUMN more TEXT DEFAULT 'x'",
        "PRAGMA user_version = 0",
        "PRAGMA user_version = -1",
        "PRAGMA application_id = 7",
        "UPDATE sqlite_master SET sql = 'nonsense'",
        "UPDATE sqlite_master SET rootpage = 1",
        "DELETE FROM sqlite_master",
    ]
    # A trigger that is nothing but wrong cannot be made; the file without it is one more whole history.
    made = []
    for i, statement in enumerate(statements):
        try:
            made.append(_changed(i, statement))
        except sqlite3.Error:
            continue
    bombs = {"blanks without end": b" " * 200_000_000, "brackets without end": b"[" * DEEP, "nothing": b""}
    bombs["a number without end"] = b'{"x": ' + b"9" * DEEP + b"}"
    for i, (how, text) in enumerate(bombs.items(), start=len(statements)):
        packed = zlib.compress(text, 9)
        made.append(Mutant(f"{i}.sqlite", how, _changed(i, "UPDATE sessions SET assessment = ?", (packed,)).content))
    return made
