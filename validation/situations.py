"""Rendered situations that are no plain slow march: what is counted of them, and why the rest is not.

usage: situations.py [NAME ...] [--write]

Reads situations/tracks and situations/truth, made by make_situations.py. A clip is right when its lifts are counted
exactly, or, of movements that are none, when nothing is. A refusal names its reason: the one that the truth expects, or
one of the same kind. --write keeps every clip in situations.json, from where run.py puts the table into
docs/accuracy.md; NAME prints clips whose name holds it.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import numpy as np
from store import HERE

from marchcam import Assessment, PoseTrack, assess
from marchcam import track as lm
from marchcam.analysis.flags import MOVEMENT

FOLDER = HERE / "situations"
RESULTS = HERE / "situations.json"
ALIKE = {
    "side_step": ("side_step", "walking", "leg_curl"),
    "walking": ("walking", "side_step"),
    "step_up": ("step_up", "walking", "squat_or_lunge"),
}
"""Words for the same movement: a step to the side is a step, and some are made with a curl."""


@dataclass(frozen=True)
class Clip:
    """What was made of one clip."""

    name: str
    situation: str
    view: str
    body: str
    split: str
    expect: str
    """lifts, or the reason for which nothing counts."""
    true: dict[str, int]
    counted: dict[str, int]
    reasons: dict[str, int]
    trust: str
    right: bool
    """Counted exactly, or refused as it should."""
    named: bool | None
    """Whether a refusal names what was done; None where lifts are counted."""
    height_error_deg: float | None
    """Mean absolute error of the lifts, where all are counted."""


def main() -> None:
    """Print the table, and keep it where asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    clips = [c for c in judged() if not options.names or any(name in c.name for name in options.names)]
    for clip in clips:
        print(line(clip))
    for split, own in by_split(clips).items():
        print(f"{split}: {sum(c.right for c in own)} of {len(own)} right")
    if options.write:
        rows = ",\n ".join(json.dumps(asdict(clip)) for clip in clips)
        RESULTS.write_text(f"[\n {rows}\n]\n")


def judged() -> Iterator[Clip]:
    """Every stored clip."""
    for path in sorted((FOLDER / "truth").glob("*.json")):
        yield judge(path.stem, json.loads(path.read_text()), PoseTrack.load(FOLDER / "tracks" / f"{path.stem}.npz"))


def judge(name: str, truth: dict, track: PoseTrack) -> Clip:
    """Whether one clip is judged as its truth says."""
    found = assess(track)
    lifts = truth["lifts"] if truth["expect"] == "lifts" else []
    true = {s: sum(lift["side"] == s for lift in lifts) for s in lm.SIDES}
    counted = {s: sum(r.side == s and r.excluded is None for r in found.repetitions) for s in lm.SIDES}
    view = next(v for v in ("front", "oblique", "side", "left", "right") if f"_{v}" in name)
    return Clip(
        name=name,
        situation=truth["situation"],
        view={"left": "turning", "right": "turning"}.get(view, view),
        body=truth["body"],
        split=truth["split"],
        expect=truth["expect"],
        true=true,
        counted=counted,
        reasons=dict(Counter(r.excluded for r in found.repetitions if r.excluded)),
        trust=found.quality.trust,
        right=true == counted,
        named=None if truth["expect"] == "lifts" else _names(found, truth["expect"]),
        height_error_deg=_height_error_deg(found, lifts) if lifts and true == counted else None,
    )


def _names(found: Assessment, expect: str) -> bool:
    """Whether most movements are excluded with the right word, or none is and the sentence has it."""
    said = [r.excluded for r in found.repetitions if r.excluded]
    reasons = Counter(reason for reason in said if reason not in ("incomplete", "unsure"))
    words = ALIKE.get(expect, (expect,))
    if reasons:
        return reasons.most_common(1)[0][0] in words
    return bool(found.quality.flags) and any(MOVEMENT[word] in found.quality.flags[0].text for word in words)


def _height_error_deg(found: Assessment, lifts: list[dict]) -> float:
    errors = []
    for side in lm.SIDES:
        own = [r.peak_elevation_deg for r in found.repetitions if r.side == side and r.excluded is None]
        real = [lift["elevation_deg"] for lift in lifts if lift["side"] == side]
        errors += [abs(a - b) for a, b in zip(own, real, strict=True)]
    return round(float(np.mean(errors)), 1)


def by_split(clips: list[Clip]) -> dict[str, list[Clip]]:
    """Clips of bodies that set limits, and of others."""
    out: dict[str, list[Clip]] = defaultdict(list)
    for clip in clips:
        out[clip.split].append(clip)
    return dict(out)


def line(clip: Clip) -> str:
    """One clip in a line."""
    sides = " ".join(f"{clip.counted[s]}/{clip.true[s]}" for s in lm.SIDES)
    reasons = ", ".join(f"{n} {code}" for code, n in clip.reasons.items())
    error = "" if clip.height_error_deg is None else f"heights off by {clip.height_error_deg:.1f}"
    verdict = "right" if clip.right else "WRONG"
    word = {None: "", True: "named", False: "NOT NAMED"}[clip.named]
    return f"{clip.name:36} {clip.split:6} {clip.expect:14} {sides} {verdict} {word} {clip.trust} {reasons} {error}"


if __name__ == "__main__":
    main()
