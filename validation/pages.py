"""The figures as Markdown: results.md, and the marked parts of docs/accuracy.md."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import interval_coverage
from clip_error import LANDMARK_FAILURES
from error_table import (
    CALIBRATIONS,
    HELD_OUT,
    SPLITS,
    VIEWS,
    deficit_found,
    deficits,
    symmetric_persons,
    wrong_side,
)
from scipy.stats import beta

COLUMN_WORDS = {
    "marchcam": "MarchCam, nothing told",
    "told": "MarchCam, stature and lens height told",
    "image": "image angle",
    "world": "world landmarks",
}
GROUP_WORDS = {"test": "test bodies", "unseen": "unseen bodies", "train": "train bodies", "all": "all bodies"}


def results_page(results: dict) -> str:
    """results.md: summaries, limits, recommended errors, and every clip."""
    parts = [
        "# Error table",
        "Made by `python validation/run.py --write`; what the columns mean stands in "
        "[docs/accuracy.md](../docs/accuracy.md). Degrees unless said; signed = found minus true.",
        "## Summary",
        summary_table(results),
        "## By view",
        view_table(results),
        "## A thigh known to be level",
        level_table(results),
        "## To be reached",
        reach_table(results),
        "## MarchCam's own 1-SD errors",
        uncertainty_table(results),
        "## Verdicts",
        verdict_text(results),
        "## Every clip",
        clip_table(results),
        "Landmark failures, apart from the averages unless said:\n\n"
        + "\n".join(f"- `{name}`: {why}." for name, why in LANDMARK_FAILURES.items()),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def number(value: float | None, digits: int = 1, *, signed: bool = False) -> str:
    """A figure, or a dash."""
    if value is None:
        return "–"
    text = f"{value:+.{digits}f}" if signed else f"{value:.{digits}f}"
    return text.replace("-", "−")


def table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def _words(group: str) -> str:
    first, _, rest = group.partition(" ")
    return f"{GROUP_WORDS[first]}, {rest}" if rest else GROUP_WORDS[first]


def summary_table(results: dict) -> str:
    """Groups by estimators: mean over clips, worst clip, differences."""
    rows = []
    for group, own in results["summary"].items():
        if group.split(" ")[-1] in VIEWS:
            continue
        for column, words in COLUMN_WORDS.items():
            e = own[column]
            first = f"{_words(group)} ({own['bodies']} bodies, {own['clips']} clips)" if column == "marchcam" else ""
            figures = [e[k] for k in ("mae", "worst_clip", "worst_side", "difference", "worst_difference")]
            rows.append([first, words, *map(number, figures)])
    head = ["", "", "hold elevation", "worst clip", "worst side's median", "difference", "worst difference"]
    return table(head, rows)


def view_table(results: dict) -> str:
    """Mean absolute error of the hold elevation, and of the difference, by true view."""
    rows = []
    for group, own in results["summary"].items():
        split, _, view = group.partition(" ")
        if view in VIEWS:
            cells = [f"{number(own[c]['mae'])} / {number(own[c]['difference'])}" for c in COLUMN_WORDS]
            rows.append([view, GROUP_WORDS[split], str(own["clips"]), *cells])
    rows.sort(key=lambda row: VIEWS.index(row[0]))
    return table(["view", "", "clips", *COLUMN_WORDS.values()], rows)


def level_table(results: dict) -> str:
    """Clips in which a thigh is level at a known time: mean and worst clip, told that, stature and lens height, or
    nothing."""
    rows = []
    for group in (*SPLITS, "all"):
        own = results["summary"][group]["level"]
        figures = (f"{number(own[c]['mae'])} / {number(own[c]['worst_clip'])}" for c in (*CALIBRATIONS, "level"))
        rows.append([_words(group), str(own["clips"]), *figures])
    words = (COLUMN_WORDS[c] for c in CALIBRATIONS)
    return table(["", "clips", *words, "MarchCam, told when a thigh was level"], rows)


def reach_table(results: dict) -> str:
    """What was to be reached."""
    rows = []
    for x in results["reach"]:
        digits = 0 if x["unit"] in ("", " %") or " of " in x["unit"] else 2 if x["unit"] in ("°/lift", " s") else 1
        value, must, aim = (f"{number(x[k], digits)}{x['unit']}" for k in ("value", "must", "aim"))
        if " of " in x["unit"]:
            value += f" (95 %: up to {number(100 * share_range(int(x['value']), int(x['unit'][4:]))[1], 0)} %)"
        must, aim = (re.sub(" of .*", "", limit) for limit in (must, aim))
        rows.append([x["name"], value, must, aim, "aim" if x["aim_holds"] else "must" if x["must_holds"] else "**no**"])
    return table(["measure", "is", "must", "aim", "reached"], rows)


def uncertainty_table(results: dict) -> str:
    """Recommended errors by view and calibration."""
    rows = []
    for calibration, views in results["uncertainty"].items():
        for view, own in views.items():
            figures = (number(own[key]) for key in ("elevation_deg", "reads_low_deg", "difference_deg"))
            rows.append([COLUMN_WORDS[calibration], view, *figures, str(own["clips"])])
    head = ["", "view as MarchCam sees it", "height", "of it, reads low by", "left–right difference"]
    return table([*head, "clips of held-out bodies"], rows) if rows else ""


def verdict_text(results: dict) -> str:
    """Symmetric persons and clear deficits, with what was said of them."""
    records = list(results["clips"].values())
    lines = []
    for calibration in CALIBRATIONS:
        known = [r for r in records if calibration in r]
        alike, weak = symmetric_persons(known, calibration), deficits(known, calibration)
        said = ", ".join(f"{r['name']} {r[calibration]['verdict']}" for r in alike)
        missed = [r["name"] for r in weak if not deficit_found(r, calibration)]
        wrong = [r["name"] for r in wrong_side(known, calibration)]
        found = f"{len(weak) - len(missed)} of {len(weak)}" + (f" (not {', '.join(missed)})" if missed else "")
        lines.append(
            f"- {COLUMN_WORDS[calibration]}: symmetric persons: {said}. Differences of 12° and more: found {found}. "
            f"The wrong side named: {', '.join(wrong) or 'never'}. The wide interval holds the truth in "
            f"{_held(known, calibration, HELD_OUT)} clips of bodies that set no constant, in "
            f"{_held(known, calibration, SPLITS)} of all."
        )
    return "\n".join(lines)


def _held(records: list[dict], calibration: str, splits: tuple[str, ...]) -> str:
    """ "33 of 36 (92 %, 95 %: 78 to 98 %)"; clips with failed landmarks count."""
    known = [r[calibration]["interval_holds_truth"] for r in records if r["split"] in splits]
    held = [h for h in known if h is not None]
    low, high = share_range(sum(held), len(held))
    return (
        f"{sum(held)} of {len(held)} ({100 * sum(held) / len(held):.0f} %; 95 %: {100 * low:.0f} to {100 * high:.0f} %)"
    )


def share_range(count: int, total: int) -> tuple[float, float]:
    """95 % interval of a share by Clopper and Pearson, doi:10.1093/biomet/26.4.404; the whole 0 to 1 of nothing.

    >>> low, high = share_range(0, 13)
    >>> round(low, 2), round(high, 2)
    (0.0, 0.25)
    """
    low = float(beta.ppf(0.025, count, total - count + 1)) if count else 0.0
    return low, float(beta.ppf(0.975, count + 1, total - count)) if count < total else 1.0


def clip_table(results: dict) -> str:
    """A row a clip."""
    head = ["clip", "body", "split", "view", "pitch", "lifts L, R", "hold elevation", "L", "R", "difference"]
    head += ["told", "difference", "image", "world", "slope L, R", "hold time, s", "true difference", "verdict"]
    rows = []
    for name, r in results["clips"].items():
        own, camera = r["marchcam"], r["camera"]
        counts = ", ".join(f"{r['lifts_found'][s]}/{r['lifts_true'][s]}" for s in ("left", "right"))
        counts += f", {r['lifts_invented']} invented" if r["lifts_invented"] else ""
        row = [f"`{name}`", r["body"], r["split"]]
        row += [f"{r['view']}, {number(camera['azimuth_deg'], 0)}°", f"{number(camera['pitch_deg'], 0)}°", counts]
        row += [number(own["mae"]), *(number(own["bias"][s], signed=True) for s in ("left", "right"))]
        row += [number(own["difference"], signed=True)]
        if "told" in r:
            row += [number(r["told"]["mae"]), number(r["told"]["difference"], signed=True)]
            row += [number(r["image"]["mae"]), number(r["world"]["mae"])]
            slopes = [number(r["slope_error"].get(s), 2, signed=True) for s in ("left", "right")]
            row += [", ".join(slopes) if r["slope_error"] else "–", number(r["hold_time_error_s"], 2)]
        else:
            row += ["–"] * 6
        row += [number(own["true_difference_deg"], signed=True), own["verdict"]]
        rows.append(row)
    return table(head, rows)


def real_table(folder: Path) -> str:
    """real.json, made by real.py where the recordings are at hand."""
    real = json.loads((folder / "real.json").read_text())
    rows = [
        ["marches counted exactly", f"{real['marches right']} of {real['marches']}"],
        [
            "their lifts counted, named as cut off, invented",
            f"{real['lifts counted']} of {real['lifts of marches']}, {real['lifts named as cut off']}, "
            f"{real['lifts invented']}",
        ],
        ["runs refused as too fast, or counted exactly", f"{real['runs right']} of {real['runs']}"],
        ["look-alikes with nothing counted", f"{real['look-alikes right']} of {real['look-alikes']}"],
        [
            "look-alikes that look like a march when they are repeated (trust fair or good)",
            str(real["look-alikes looped with trust fair or good"]),
        ],
        [
            "marches counted alike when mirrored; largest change of a height",
            f"{real['marches mirrored counted alike']} of {real['marches mirrored']}; "
            f"{number(real['height mirrored, largest change, degrees'])}°",
        ],
    ]
    return table(["36 recordings of real people", ""], rows)


def situations_table(folder: Path) -> str:
    """situations.json, made by situations.py."""
    clips = json.loads((folder / "situations.json").read_text())
    rows = []
    for situation in dict.fromkeys(clip["situation"] for clip in clips):
        own = [clip for clip in clips if clip["situation"] == situation]
        lifts = own[0]["expect"] == "lifts"
        errors = [clip["height_error_deg"] for clip in own if clip["height_error_deg"] is not None]
        row = [situation.replace("_", " "), "lifts" if lifts else f"none: {own[0]['expect'].replace('_', ' ')}"]
        for split in ("train", "unseen"):
            part = [clip for clip in own if clip["split"] == split]
            row.append(f"{sum(clip['right'] for clip in part)} of {len(part)}" if part else "–")
        named = [clip["named"] for clip in own]
        row.append(f"{number(sum(errors) / len(errors))}°" if errors else "–")
        row.append("–" if lifts else f"{sum(map(bool, named))} of {len(named)}")
        rows.append(row)
    for split in ("train", "unseen"):
        part = [clip for clip in clips if clip["split"] == split]
        rows.append([f"all, {GROUP_WORDS[split]}", "", *_share_of(part, split), "", ""])
    words = GROUP_WORDS["train"], GROUP_WORDS["unseen"]
    head = ["situation", "what counts", *words, "heights off by", "named as what it is"]
    return table(head, rows)


def _share_of(part: list[dict], split: str) -> list[str]:
    share = f"{sum(clip['right'] for clip in part)} of {len(part)}"
    return [share, ""] if split == "train" else ["", share]


def four_cameras_table(folder: Path) -> str:
    """four_cameras.json, made by four_cameras.py where the recordings are at hand."""
    real = json.loads((folder / "four_cameras.json").read_text())
    head = ["camera", "", "true tilt", "tilt as MarchCam estimates it", "no tilt handling"]
    rows = []
    for name, own in real.items():
        tilts = [own["tilt"][k] for k in ("true", "estimated", "none")]
        cells = (f"pitch {number(t['pitch_deg'], 0)}°, roll {number(t['roll_deg'], 0)}°" for t in tilts[:2])
        trust = own["trust"].replace("_", " ")
        rows.append([f"{name}, azimuth {number(own['azimuth_deg'], 0)}°", f"trust: {trust}", *cells, ""])
        for estimator, words in (("world", "world landmarks"), ("picture", "image angle"), ("marchcam", "MarchCam")):
            errors = (f"{number(t[estimator]['mae'])} / {number(t[estimator]['rmse'])}" for t in tilts)
            rows.append(["", words, *errors])
    return table(head, rows)


def split_table(folder: Path) -> str:
    """refit.json, made by refit.py."""
    rows = []
    for name, own in json.loads((folder / "refit.json").read_text())["bodies"].items():
        errors = (f"{number(own[s]['mae'], 2)} / {number(own[s]['worst_clip'])}" for s in ("train", "test", "unseen"))
        rows.append([name, _constants(own), *errors])
    return table(["knee constants", "", *(f"{GROUP_WORDS[s]} / worst clip" for s in ("train", "test", "unseen"))], rows)


def left_out_table(folder: Path) -> str:
    """refit.json: each view with constants chosen without it."""
    rows = []
    for view, own in json.loads((folder / "refit.json").read_text())["views"].items():
        figures = (f"{number(own[k]['mae'], 2)} / {number(own[k]['worst_clip'])}" for k in ("as_they_are", "without"))
        rows.append([view, str(own["clips"]), *figures, _constants(own)])
    return table(["view", "clips", "as they are / worst clip", "chosen without this view / worst clip", ""], rows)


def _constants(own: dict) -> str:
    return ", ".join(f"{k.lower().replace('_', ' ')} {v:g}" for k, v in own["constants"].items())


def coverage_table(folder: Path) -> str:
    """coverage.json."""
    return interval_coverage.table(json.loads((folder / "coverage.json").read_text())["curve"])


def order_table(folder: Path) -> str:
    """claims.json: the comparison by the order of the sides."""
    rows = [
        [own["name"], *(f"{number(own[k])} %" for k in ("withheld", "false", "found", "wrong_side"))]
        for own in json.loads((folder / "claims.json").read_text())["order"]
    ]
    head = ["order of the lifts", "not compared", "alike, called clear or large", "12° lower, called so", "wrong side"]
    return table(head, rows)


def sooner_table(folder: Path) -> str:
    """claims.json: who is said to tire sooner."""
    rows = [
        [own["name"], *(f"{number(own[k])} %" for k in ("left", "right"))]
        for own in json.loads((folder / "claims.json").read_text())["sooner"]
    ]
    return table(["over 10 lifts a side", "left said to tire sooner", "right"], rows)


def missed_table(folder: Path) -> str:
    """claims.json: the fall under which one could be missed."""
    rows = [
        [str(own["lifts"]), *(f"{number(own['noise_deg'])}° {number(own['limit_deg'])}°".split()),
         *(f"{number(own[k])} %" for k in ("found_pct", "false_pct"))]
        for own in json.loads((folder / "claims.json").read_text())["missed"]
    ]  # fmt: skip
    return table(["lifts", "scatter, 1 SD", "printed", "falls of that size found", "said where nothing falls"], rows)


def fill(text: str, results: dict, folder: Path) -> str:
    """Replace what stands between <!-- NAME --> and <!-- /NAME --> by the figures of today."""
    blocks: dict[str, Callable[[], str]] = {
        "summary": lambda: summary_table(results),
        "views": lambda: view_table(results),
        "level": lambda: level_table(results),
        "reach": lambda: reach_table(results),
        "uncertainty": lambda: uncertainty_table(results),
        "verdicts": lambda: verdict_text(results),
        "coverage": lambda: coverage_table(folder),
        "order": lambda: order_table(folder),
        "sooner": lambda: sooner_table(folder),
        "missed": lambda: missed_table(folder),
        "real": lambda: real_table(folder),
        "situations": lambda: situations_table(folder),
        "four cameras": lambda: four_cameras_table(folder),
        "split": lambda: split_table(folder),
        "left out": lambda: left_out_table(folder),
    }
    for name, make in blocks.items():
        pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        text = pattern.sub(lambda m, make=make: f"{m[1]}{make()}\n{m[2]}", text)
    return text
