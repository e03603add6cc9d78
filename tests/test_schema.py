"""assessment.json against docs/assessment.schema.json, and the schema against the words of docs/outputs.md."""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import DATA
from synthetic import March, mirrored

from marchcam import PoseTrack, Setup, assess
from marchcam.report.tables import json_bytes
from marchcam.track import LEFT_ANKLE, Source

jsonschema = pytest.importorskip("jsonschema")

ROOT = Path(__file__).parents[1]
SCHEMA = json.loads((ROOT / "docs" / "assessment.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
TRACKS = sorted([*(DATA / "tracks").glob("*.npz"), *(ROOT / "validation" / "tracks").glob("*.npz")])
EVERYTHING_TOLD = Setup(
    stature_m=1.75,
    lens_height_m=0.95,
    horizontal_fov_deg=66.0,
    level_thigh_s=4.0,
    name="Zoë",
    support="one_hand",
    band=True,
    pain_back_before=1,
    pain_back_after=1,
    pain_hip_before=0,
    pain_hip_after=0,
    effort=4,
    footwear="barefoot",
    notes=("left foot turned out", "morning"),
)


def faults(assessment):
    content = json.loads(json_bytes(assessment))
    return [f"{error.json_path}: {error.message[:200]}" for error in VALIDATOR.iter_errors(content)]


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", TRACKS, ids=lambda path: f"{path.parent.parent.name}-{path.stem}")
def test_every_stored_march_fits(path):
    assert faults(assess(PoseTrack.load(path))) == []


def nobody(count):
    points = np.full((count, 33, 3), np.nan)
    return PoseTrack(
        np.arange(count) / 30, points[..., :2], points, points[..., 0], points[..., 0], (640, 480), Source("a.mp4")
    )


def without_feet():
    track = March().track()
    track.presence[:, LEFT_ANKLE:] = 0.0
    return track


ODD = {
    "nobody": lambda: nobody(90),
    "one frame": lambda: nobody(1),
    "everything told": lambda: March().track(EVERYTHING_TOLD),
    "new pain": lambda: March().track(replace(EVERYTHING_TOLD, new_pain=True)),
    "pain rose": lambda: March().track(Setup(pain_hip_before=1, pain_hip_after=4)),
    "few lifts": lambda: March(left_deg=[0.0] * 2, right_deg=[0.0]).track(),
    "one side only": lambda: March(right_deg=[]).track(),
    "partial lifts": lambda: March(right_deg=[-55.0] * 8).track(),
    "leaning and sinking": lambda: March(lean_left_deg=12.0, sink=0.2).track(),
    "mirrored": lambda: mirrored(March().track()),
    "from behind": lambda: March(azimuth_deg=170.0).track(),
    "no feet": without_feet,
    "slow camera": lambda: March(fps=8.0).track(),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_marches_fit(name):
    assert faults(assess(ODD[name]())) == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: content.update(extra=1),
        lambda content: content["setup"].pop("effort"),
        lambda content: content["repetitions"][0].update(landing="sideways"),
        lambda content: content["asymmetry"].update(ci_rep_deg=[1.0]),
        lambda content: content["source"].update(duration_s=None),
    ],
    ids=["a key too many", "a key too few", "an unknown word", "half an interval", "a null too many"],
)
def test_the_schema_sees_what_is_wrong(spoil):
    content = json.loads(json_bytes(assess(PoseTrack.load(DATA / "tracks" / "cam_high.npz"))))
    assert VALIDATOR.is_valid(content)
    spoil(content)
    assert not VALIDATOR.is_valid(content)


def test_every_key_is_described():
    for name, part in subschemas(SCHEMA):
        assert part.get("description"), name


def subschemas(schema, name="$"):
    """Every property of the schema and of its definitions, with the way to it."""
    parts = {**schema.get("properties", {}), **schema.get("$defs", {})}
    for key, part in parts.items():
        yield f"{name}.{key}", part
        yield from subschemas(part, f"{name}.{key}")


OWN_SECTIONS = {
    "sides.left, sides.right": SCHEMA["$defs"]["side"],
    "asymmetry (right − left: negative = right lower)": SCHEMA["properties"]["asymmetry"],
    "compensations": SCHEMA["$defs"]["compensation"],
    "balance": SCHEMA["properties"]["balance"],
    "repetitions, and the columns of repetitions.csv": SCHEMA["$defs"]["repetition"],
}


def keys(schema):
    """Names of all keys in a part of the schema; definitions with a section of their own stay closed."""
    found = set()
    for name, part in schema.get("properties", {}).items():
        found.add(name)
        part = part.get("items", part) if isinstance(part.get("items"), dict) else part
        target = part.get("$ref", "").removeprefix("#/$defs/")
        if target:
            part = SCHEMA["$defs"][target]
        if all(part is not own for own in OWN_SECTIONS.values()):
            found |= keys(part)
    return found


def documented(text):
    """Names in backticks, dotted ones taken apart; file names are none."""
    names = {name for name in re.findall(r"`\.?([a-z_.]+)`", text) if not name.endswith(".csv")}
    return {part for name in names for part in name.split(".")}


def test_the_words_and_the_schema_name_the_same_keys():
    page = (ROOT / "docs" / "outputs.md").read_text(encoding="utf-8")
    chapter = page.partition("\n## assessment.json\n")[2].partition("\n## ")[0]
    top, *sections = re.split(r"^### ", chapter, flags=re.M)
    assert documented(top) == keys(SCHEMA)
    found = {}
    for section in sections:
        title, _, text = section.partition("\n")
        found[title] = documented(text)
    assert found == {title: keys(part) for title, part in OWN_SECTIONS.items()}
