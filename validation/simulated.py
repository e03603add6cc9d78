"""A thousand simulated sessions: whether lifts are counted right, and how often the intervals hold the truth.

usage: simulated.py [--count N] [--seed S] [--write]

Takes some minutes; --write refreshes simulated.json and the table of ../docs/reliability.md.

A session is a constructed march (tests/synthetic.py) before a pinhole camera: every lift has its own height, every
landmark its own noise, pictures are lost. Each is set against its twin, the same march in which every lift has the
height that was meant, without noise or losses: what the twin gives is what an interval from lift to lift should hold.
The interval that allows for the camera's error is set against the true difference.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from marchcam import Assessment, PoseTrack, assess

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "reliability.md"
SCATTER_DEG = 3.0
"""1 SD of a height from lift to lift: about what people show on clips."""
Random = np.random.Generator
BEGIN, END = "<!-- sessions -->\n", "<!-- /sessions -->\n"


@dataclass(frozen=True)
class Session:
    """A march as it was meant, and what spoils it."""

    meant: dict
    """Arguments of the constructed march, heights without scatter."""
    lost_share: float = 0.0
    """Of the pictures, one by one."""
    gaps_s: tuple[float, ...] = ()
    """Lengths of stretches without a person."""

    @property
    def difference_deg(self) -> float | None:
        """Right minus left; None where a side has no lift."""
        left, right = self.meant["left_deg"], self.meant["right_deg"]
        return right[0] - left[0] if left and right else None


def draw_session(kind: str, random: Random) -> Session:
    """A session of a kind."""
    lifts = int(random.integers(6, 16))
    meant = {
        "left_deg": lifts,
        "right_deg": lifts,
        "azimuth_deg": float(random.choice([-45, -30, 0, 0, 30, 45, 88])),
        "lift_s": float(random.uniform(1.2, 2.0)),
        "hold_s": float(random.uniform(0.6, 1.5)),
        "lower_s": float(random.uniform(1.2, 2.0)),
        "rest_s": float(random.uniform(0.5, 1.0)),
        "noise_px": float(random.uniform(0.3, 1.0)),
        "fps": float(random.choice([25.0, 30.0])),
        "seed": int(random.integers(1 << 30)),
    }
    apart, lost = float(random.uniform(-15, 15)), {}
    if kind == "much noise":
        meant["noise_px"] = float(random.uniform(2.0, 4.0))
    elif kind == "pictures lost":
        lost = {"lost_share": float(random.uniform(0.02, 0.15))}
    elif kind == "person lost":
        lost = {"gaps_s": tuple(random.uniform(0.2, 1.0, int(random.integers(2, 7))))}
    elif kind == "quick":
        meant.update(lift_s=float(random.uniform(0.5, 0.9)), lower_s=float(random.uniform(0.5, 0.9)), hold_s=0.3)
    elif kind == "slow":
        meant.update(lift_s=3.0, lower_s=3.0, hold_s=float(random.uniform(1, 3)))
    elif kind == "one side":
        meant[str(random.choice(["left_deg", "right_deg"]))] = 0
    elif kind == "few lifts":
        meant.update(left_deg=int(random.integers(1, 6)), right_deg=int(random.integers(0, 6)))
    elif kind == "many lifts":
        meant.update(dict.fromkeys(("left_deg", "right_deg"), int(random.integers(16, 31))))
    elif kind == "one side weak":
        apart = float(random.choice([-1, 1]) * random.uniform(20, 45))
    elif kind == "few pictures":
        meant["fps"] = float(random.uniform(12, 20))
    level, trend = float(random.uniform(-15, 5)), float(random.choice([0.0, 0.0, -0.5]))
    for side, sign in (("left_deg", -0.5), ("right_deg", 0.5)):
        meant[side] = [level + sign * apart + trend * i for i in range(meant[side])]
    return Session(meant, **lost)


KINDS = (
    *("usual", "much noise", "pictures lost", "person lost", "quick", "slow", "one side", "few lifts", "many lifts"),
    *("one side weak", "few pictures"),
)


def played(session: Session, march: Callable, random: Random) -> PoseTrack:
    """The session as it came: heights that vary, noise, losses."""
    varied = {
        side: [height + float(random.normal(0, SCATTER_DEG)) for height in session.meant[side]]
        for side in ("left_deg", "right_deg")
    }
    track = march(**{**session.meant, **varied}).track()
    lost = random.random(len(track.times_s)) < session.lost_share
    for gap_s in session.gaps_s:
        start_s = random.uniform(session_start(session), track.times_s[-1])
        lost |= (track.times_s >= start_s) & (track.times_s < start_s + gap_s)
    arrays = {name: getattr(track, name).copy() for name in ("position_px", "world_m", "visibility", "presence")}
    for values in arrays.values():
        values[lost] = np.nan
    return replace(track, **arrays)


def session_start(session: Session) -> float:
    """When the standing is over."""
    return float(session.meant.get("stand_s", 3.0))


def judged(session: Session, march: Callable, random: Random) -> dict[str, object]:
    """What MarchCam makes of a session: counts, and whether each interval it gives holds the truth."""
    seen = assess(played(session, march, random))
    twin = assess(march(**{**session.meant, "noise_px": 0.0}).track())
    true = [len(session.meant[side]) for side in ("left_deg", "right_deg")]
    sides = [seen.sides.left, seen.sides.right]
    out: dict[str, object] = {
        "counted": [side.repetition_count for side in sides] == true,
        "seen": [side.repetition_count + side.excluded_count for side in sides] == true,
        "too_many": any(side.repetition_count > n for side, n in zip(sides, true, strict=True)),
        "trust": seen.quality.trust,
    }
    wanted = twin.asymmetry.difference_deg
    if seen.asymmetry.ci_rep_deg and wanted is not None and session.difference_deg is not None:
        out["ci_rep"] = holds(seen.asymmetry.ci_rep_deg, wanted)
        out["ci_total"] = holds(seen.asymmetry.ci_total_deg, session.difference_deg)
    out["slope"] = slopes_held(seen, twin)
    return out


def slopes_held(seen: Assessment, twin: Assessment) -> list[bool]:
    """For each side with an interval: whether it holds the slope of the twin."""
    pairs = (
        (seen.sides.left.drop_off, twin.sides.left.drop_off),
        (seen.sides.right.drop_off, twin.sides.right.drop_off),
    )
    return [
        holds(own.slope_ci_deg_per_rep, other.slope_deg_per_rep)
        for own, other in pairs
        if own.slope_ci_deg_per_rep and other.slope_deg_per_rep is not None
    ]


def holds(interval: tuple[float, float], truth: float) -> bool:
    """Whether a value lies in an interval."""
    return bool(interval[0] <= truth <= interval[1])


def simulate(count: int, seed: int) -> list[tuple[str, dict[str, object]]]:
    """As many sessions, of every kind in turn."""
    sys.path.insert(0, str(HERE.parent / "tests"))
    from synthetic import March

    out = []
    for i in range(count):
        random, kind = np.random.default_rng([seed, i]), KINDS[i % len(KINDS)]
        out.append((kind, judged(draw_session(kind, random), March, random)))
    return out


def table(results: list[tuple[str, dict[str, object]]]) -> str:
    """Counts and coverage by kind, as Markdown."""
    lines = [
        "| sessions | number | both counts right | right with those shown as not counted | a lift too many | "
        "lift-to-lift interval holds | total interval holds | slope interval holds |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for kind in (*KINDS, "all"):
        own = [result for name, result in results if kind in (name, "all")]
        cells = [_share([r[key] for r in own]) for key in ("counted", "seen", "too_many")]
        cells += [_share([r[key] for r in own if key in r], number=True) for key in ("ci_rep", "ci_total")]
        cells.append(_share([held for r in own for held in r["slope"]], number=True))
        lines.append(f"| {kind} | {len(own)} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _share(values: list, *, number: bool = False) -> str:
    if not values:
        return "–"
    said = f"{100 * np.mean(values):.1f} %"
    return f"{said} of {len(values)}" if number else said


def main() -> None:
    """Print the table, and write it where asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1001)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    results = simulate(options.count, options.seed)
    print(table(results))
    if options.write:
        kept = {"seed": options.seed, "sessions": results}
        (HERE / "simulated.json").write_text(json.dumps(kept, separators=(",", ":")) + "\n")
        before, rest = PAGE.read_text().split(BEGIN)
        PAGE.write_text(before + BEGIN + table(results) + END + rest.split(END)[1])


if __name__ == "__main__":
    main()
