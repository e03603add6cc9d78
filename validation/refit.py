"""What the test bodies would show if the knee's constants had been chosen on the train bodies alone.

usage: refit.py [--write]        (about half a minute; --write refreshes refit.json)

The form and weight of the shank's correction were found with clips of test bodies in view. Here they are chosen again:
every combination of a grid is tried on the train bodies, the best one is taken, and the test bodies are looked at once.
"""

from __future__ import annotations

import argparse
import itertools
import json
from pathlib import Path

import numpy as np
from clip_error import Truth, height_over_hold, matched
from error_table import rounded
from run import stored

from marchcam import Setup, assess
from marchcam.analysis import thigh
from marchcam.analysis.ground import lay_ground
from marchcam.analysis.motion import Motion, build_motion
from marchcam.analysis.results import Repetition

HERE = Path(__file__).parent
GRID = {"KNEE_BIAS": (0.05, 0.075, 0.10), "SHANK_WEIGHT": (0.0, 0.3, 0.6, 0.9), "SHANK_GROWTH": (0.03, 0.06, 0.09)}
Prepared = list[tuple[Truth, Motion, list[tuple[Repetition, float]]]]


def main() -> None:
    """Print the three choices and their errors, and write them where asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    clips = prepared()
    now = {name: getattr(thigh, name) for name in GRID}
    tried = [(values, errors(clips, values)) for values in combinations()]
    best = min(tried, key=lambda x: x[1]["train"]["mae"])
    plain = min((x for x in tried if x[0]["SHANK_WEIGHT"] == 0), key=lambda x: x[1]["train"]["mae"])
    choices = {"as they are": (now, errors(clips, now)), "chosen on train bodies": best, "no shank": plain}
    out = rounded({name: {"constants": values} | error for name, (values, error) in choices.items()})
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


def errors(clips: Prepared, values: dict[str, float]) -> dict:
    """Mean over clips of the mean absolute error of the hold elevation, and the worst clip, a split."""
    before = {name: getattr(thigh, name) for name in values}
    own: dict[str, list[float]] = {"train": [], "test": []}
    try:
        for name, value in values.items():
            setattr(thigh, name, value)
        for truth, motion, lifts in clips:
            elevation = lay_ground(motion, Setup()).elevation
            wrong = [abs(height_over_hold(elevation[r.side], motion, r) - true) for r, true in lifts]
            own[truth.facts["split"]].append(float(np.mean(wrong)))
    finally:
        for name, value in before.items():
            setattr(thigh, name, value)
    return {split: {"mae": float(np.mean(x)), "worst_clip": max(x)} for split, x in own.items()}


if __name__ == "__main__":
    main()
