"""Real people: which movements are counted as lifts, against counts by eye.

usage: real.py FOLDER [--write]

FOLDER holds labels.csv (track, expect, left, right, remarks) and a pose track NAME.npz for every line of it, not part
of this repository: recordings of real people stay where they are. `expect` says what a recording is:

march   the lifts of both sides are counted exactly; one that the recording's start or end cuts off may be named instead
run     too quick for a slow march: refused in that word, or counted exactly, never a part of it
refuse  something else: no lift counted

Printed: a line a track, sums, every march again mirrored left to right, and everything else looped until it has
LOOPED_LIFTS movements a side, which must not look like a march either. --write keeps the sums in real.json, from where
run.py puts them into docs/accuracy.md.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from store import HERE

from marchcam import Assessment, PoseTrack, assess
from marchcam import track as lm

LOOPED_LIFTS, MOST_LOOPS = 8, 12
MIRRORED = np.arange(lm.LANDMARK_COUNT)
"""Landmarks with left and right exchanged: eyes, mouth, and in pairs from the shoulders down."""
for _left, _right in [(1, 4), (2, 5), (3, 6), (7, 8), (9, 10), *((k, k + 1) for k in range(11, lm.LANDMARK_COUNT, 2))]:
    MIRRORED[[_left, _right]] = _right, _left


@dataclass(frozen=True)
class Label:
    """What was seen by eye."""

    name: str
    expect: str
    """march, run or refuse."""
    lifts: dict[str, int] | None
    """True lifts a side; None where nobody counted."""
    remarks: str


@dataclass(frozen=True)
class Judged:
    """What MarchCam made of one recording."""

    label: Label
    counted: dict[str, int]
    named_cut: dict[str, int]
    """Lifts named as cut off, a side."""
    reasons: Counter
    trust: str
    right: bool
    heights_deg: dict[str, list[float]]


def main() -> None:
    """Print the table, and keep the sums where asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    tracks = [(label, PoseTrack.load(options.folder / f"{label.name}.npz")) for label in read_labels(options.folder)]
    judged = [judge(label, track) for label, track in tracks]
    for own in judged:
        print(line(own))
    found = sums(judged)
    marches = [(label, track) for label, track in tracks if label.expect == "march"]
    found["marches mirrored"] = sum(1 for _ in marches)
    found["marches mirrored counted alike"], found["height mirrored, largest change, degrees"] = mirrored(marches)
    others = [(label, track) for label, track in tracks if label.expect == "refuse"]
    found["look-alikes looped with trust fair or good"] = sum(
        judge(label, looped(track)).trust in ("fair", "good") for label, track in others
    )
    print(json.dumps(found, indent=1))
    if options.write:
        (HERE / "real.json").write_text(json.dumps(found, indent=1) + "\n")


def read_labels(folder: Path) -> Iterator[Label]:
    """Every line of labels.csv."""
    with (folder / "labels.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            known = row["left"] and row["right"]
            lifts = {side: int(row[side]) for side in lm.SIDES} if known else None
            yield Label(row["track"], row["expect"], lifts, row["remarks"])


def judge(label: Label, track: PoseTrack) -> Judged:
    """Whether a recording is judged as its label says."""
    assessment = assess(track)
    counted = {s: _number(assessment, s, None) for s in lm.SIDES}
    cut = {s: _number(assessment, s, "incomplete") for s in lm.SIDES}
    reasons = Counter(r.excluded for r in assessment.repetitions if r.excluded)
    lifts = [r for r in assessment.repetitions if r.excluded is None]
    heights = {s: [r.peak_elevation_deg for r in lifts if r.side == s] for s in lm.SIDES}
    right = _right(label, counted, cut, {f.code for f in assessment.quality.flags})
    return Judged(label, counted, cut, reasons, assessment.quality.trust, right, heights)


def _number(assessment: Assessment, side: str, excluded: str | None) -> int:
    return sum(r.side == side and r.excluded == excluded for r in assessment.repetitions)


def _right(label: Label, counted: dict[str, int], cut: dict[str, int], flags: set[str]) -> bool:
    none = not any(counted.values())
    if label.expect == "refuse":
        return none
    exact = label.lifts is not None and all(
        counted[s] <= label.lifts[s] <= counted[s] + (cut[s] if label.expect == "march" else 0) for s in lm.SIDES
    )
    if label.expect == "march":
        return exact
    return (none and "too_fast" in flags) or (exact and not none)


def line(own: Judged) -> str:
    """One recording in a line."""
    true = "?+?" if own.label.lifts is None else "{left}+{right}".format(**own.label.lifts)
    reasons = ", ".join(f"{n} {code}" for code, n in own.reasons.most_common())
    verdict = "right" if own.right else "WRONG"
    return (
        f"{own.label.name} {own.label.expect:6} {true:5} counted {'{left}+{right}'.format(**own.counted):5} "
        f"{verdict} {own.trust:14} {reasons} | {own.label.remarks[:60]}"
    )


def sums(judged: list[Judged]) -> dict[str, int | float]:
    """Counts over all recordings."""
    out: dict[str, int | float] = {}
    words = {"march": "marches", "run": "runs", "refuse": "look-alikes"}
    for expect, word in words.items():
        own = [j for j in judged if j.label.expect == expect]
        out[word], out[f"{word} right"] = len(own), sum(j.right for j in own)
    pairs = [
        (j.counted[s], j.label.lifts[s], j.named_cut[s])
        for j in judged
        if j.label.expect == "march" and j.label.lifts
        for s in lm.SIDES
    ]
    out["lifts of marches"] = sum(true for _, true, _ in pairs)
    out["lifts counted"] = sum(min(n, true) for n, true, _ in pairs)
    out["lifts named as cut off"] = sum(min(cut, max(0, true - n)) for n, true, cut in pairs)
    out["lifts invented"] = sum(max(0, n - true) for n, true, _ in pairs)
    return out


def mirrored_track(track: PoseTrack) -> PoseTrack:
    """The track as the mirrored picture would give it."""
    px, world = track.position_px[:, MIRRORED].copy(), track.world_m[:, MIRRORED].copy()
    px[..., 0], world[..., 0] = track.image_size_wh[0] - px[..., 0], -world[..., 0]
    visibility, presence = track.visibility[:, MIRRORED], track.presence[:, MIRRORED]
    return replace(track, position_px=px, world_m=world, visibility=visibility, presence=presence)


def mirrored(marches: list[tuple[Label, PoseTrack]]) -> tuple[int, float]:
    """How many marches give the same counts when mirrored, and by how much a height changes at most, degrees."""
    alike, largest = 0, 0.0
    for label, track in marches:
        own, other = judge(label, track), judge(label, mirrored_track(track))
        if all(own.counted[s] == other.counted[lm.OTHER[s]] for s in lm.SIDES):
            alike += 1
            for s in lm.SIDES:
                pairs = zip(own.heights_deg[s], other.heights_deg[lm.OTHER[s]], strict=True)
                largest = max([largest, *(abs(a - b) for a, b in pairs)])
    return alike, round(largest, 1)


def looped(track: PoseTrack) -> PoseTrack:
    """The track again and again, until it has LOOPED_LIFTS movements a side or has been repeated MOST_LOOPS times."""
    movements = Counter(r.side for r in assess(track).repetitions)
    fewest = min(movements[s] for s in lm.SIDES) or max(movements.values(), default=0)
    times = min(MOST_LOOPS, int(np.ceil(LOOPED_LIFTS / fewest))) if fewest else 2
    lasts_s = track.times_s[-1] - track.times_s[0] + float(np.median(np.diff(track.times_s)))
    parts = {name: np.concatenate([getattr(track, name)] * times) for name in FRAMES}
    at_s = np.concatenate([track.times_s + k * lasts_s for k in range(times)])
    return replace(track, times_s=at_s, camera_shift_px=None, person_count=None, **parts)


FRAMES = ("position_px", "world_m", "visibility", "presence")

if __name__ == "__main__":
    main()
