"""What the knee's constants would be, and be worth, without the clips they are judged on.

usage: refit.py [--write]        (about half a minute; --write refreshes refit.json)

The form and weight of the shank's correction were found with clips of test bodies in view. Here they are chosen again:
every combination of a grid is tried on the train bodies, the best one is taken, and the other bodies are looked at
once. And again with one view left out: chosen on the train bodies in the other views, looked at in that one.
"""

from __future__ import annotations

import argparse
import itertools
import json
from pathlib import Path

import numpy as np
from clip_error import Truth, height_over_hold, matched
from error_table import VIEWS, rounded
from run import stored

from marchcam import Setup, assess
from marchcam.analysis import thigh
from marchcam.analysis.ground import lay_ground
from marchcam.analysis.motion import Motion, build_motion
from marchcam.analysis.results import Repetition

HERE = Path(__file__).parent
GRID = {"KNEE_BIAS": (0.05, 0.075, 0.10), "SHANK_WEIGHT": (0.0, 0.3, 0.6, 0.9), "SHANK_GROWTH": (0.03, 0.06, 0.09)}
Prepared = list[tuple[Truth, Motion, list[tuple[Repetition, float]]]]
Choice = tuple[dict[str, float], np.ndarray]


def main() -> None:
    """Print the choices and their errors, and write them where asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    clips = prepared()
    now = {name: getattr(thigh, name) for name in GRID}
    as_they_are = now, errors(clips, now)
    tried = [(values, errors(clips, values)) for values in combinations()]
    train = [truth.facts["split"] == "train" for truth, *_ in clips]
    no_shank = [x for x in tried if x[0]["SHANK_WEIGHT"] == 0]
    choices = {
        "as they are": as_they_are,
        "chosen on train bodies": best(tried, train),
        "no shank": best(no_shank, train),
    }
    out = rounded({"bodies": {k: by_split(clips, *x) for k, x in choices.items()}, "views": {}})
    for view in VIEWS:
        here = np.array([truth.view == view for truth, *_ in clips])
        values, without = best(tried, train & ~here)
        figures = {"constants": values, "clips": int(here.sum())}
        figures |= {"as_they_are": _figures(as_they_are[1][here]), "without": _figures(without[here])}
        out["views"][view] = rounded(figures)
    print(json.dumps(out, indent=1))
    if options.write:
        (HERE / "refit.json").write_text(json.dumps(out, indent=1) + "\n")


def combinations() -> list[dict[str, float]]:
    """Every combination of the grid; without the shank its growth does not matter."""
    every = [dict(zip(GRID, values, strict=True)) for values in itertools.product(*GRID.values())]
    return [v for v in every if v["SHANK_WEIGHT"] or v["SHANK_GROWTH"] == GRID["SHANK_GROWTH"][0]]


def prepared() -> Prepared:
    """Marches with the lifts that MarchCam finds today and their true heights."""
    out = []
    for track, truth in stored():
        if truth.kind == "march":
            pairs, _ = matched(assess(track, Setup()), truth)
            out.append((truth, build_motion(track), [(r, q.elevation_deg) for r, q in pairs]))
    return out


def errors(clips: Prepared, values: dict[str, float]) -> np.ndarray:
    """Mean absolute error of the hold elevation of every clip (n,) with these constants."""
    before = {name: getattr(thigh, name) for name in values}
    out = []
    try:
        for name, value in values.items():
            setattr(thigh, name, value)
        for _, motion, lifts in clips:
            elevation = lay_ground(motion, Setup()).elevation
            out.append(np.mean([abs(height_over_hold(elevation[r.side], motion, r) - true) for r, true in lifts]))
    finally:
        for name, value in before.items():
            setattr(thigh, name, value)
    return np.array(out)


def best(tried: list[Choice], used: np.ndarray) -> Choice:
    """The constants with the least mean error over the clips used."""
    return min(tried, key=lambda x: x[1][np.asarray(used, bool)].mean())


def by_split(clips: Prepared, values: dict[str, float], wrong: np.ndarray) -> dict:
    """Constants, and the errors of the clips of every split."""
    splits = np.array([truth.facts["split"] for truth, *_ in clips])
    return {"constants": values} | {s: _figures(wrong[splits == s]) for s in ("train", "test", "unseen")}


def _figures(wrong: np.ndarray) -> dict:
    return {"mae": float(wrong.mean()), "worst_clip": float(wrong.max())}


if __name__ == "__main__":
    main()
