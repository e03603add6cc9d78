"""How often the report is right in what it says of the two sides, over simulated sessions.

usage: claims.py [--sessions N] [--write]        (minutes; --write refreshes claims.json; run.py puts it into the docs)

A session is a set of heights: each side's own level and trend, noise from lift to lift, and the camera's error of the
difference, alike in all lifts of a set. What is judged is `compare_sides` and `drop_off` themselves.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from marchcam.analysis import asymmetry
from marchcam.analysis.asymmetry import compare_sides
from marchcam.analysis.dropoff import drop_off
from marchcam.analysis.results import DropOff, Repetition

HERE = Path(__file__).parent
RESULTS = HERE / "claims.json"
SESSIONS = 10000
LIFTS_A_SIDE, LIFT_EVERY_S = 10, 4.0
NOISE_DEG, CAMERA_DEG = 2.5, 2.9
"""1 SD: of a height from lift to lift; of the camera's error of the difference, oblique view."""
ORDERS = {
    "in turn": "lr",
    "two and two": "llrr",
    "three and three": "lllrrr",
    "five and five": "lllllrrrrr",
    "all left, then all right": "l" * LIFTS_A_SIDE + "r" * LIFTS_A_SIDE,
}
TRENDS_DEG = (0.0, 0.5, 1.2)
"""A lift of its own side, both sides alike."""
FALLS = {
    "neither falls": (0.0, 0.0),
    "both fall 10°": (10.0, 10.0),
    "both fall 20°": (20.0, 20.0),
    "right falls 10°": (0.0, 10.0),
    "right falls 15°": (0.0, 15.0),
    "right falls 20°": (0.0, 20.0),
    "left 10°, right 20°": (10.0, 20.0),
}
"""Degrees over the set, left and right."""
MOST_FALSE_PCT = 1.0


def main() -> None:
    """Print the results, and keep them where asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, default=SESSIONS)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    found = {
        "sessions": options.sessions,
        "order": [by_order(name, options.sessions) for name in ORDERS],
        "sooner": [tiring(name, options.sessions) for name in FALLS],
        "missed": [found_at_limit(n, noise, options.sessions) for n in (8, 10, 15, 20) for noise in (1.5, 2.5, 4.0)],
    }
    text = json.dumps(found, indent=1, ensure_ascii=False) + "\n"
    print(text)
    if options.write:
        RESULTS.write_text(text, encoding="utf-8")


def session(sides: str, level_deg: dict[str, float], trend_deg: dict[str, float], random: np.random.Generator):
    """The counted lifts of a set.

    Parameters
    ----------
    sides : str
        An l or r for each lift, in time order.
    level_deg, trend_deg : dict of str to float
        By side: height in the middle of the set's time, degrees; its change over the time of the whole set.
    random : Generator

    Returns
    -------
    list of Repetition
    """
    time_s = LIFT_EVERY_S * np.arange(len(sides)) + random.normal(0, 0.2, len(sides))
    place = (time_s - time_s.mean()) / (LIFT_EVERY_S * (len(sides) - 1))
    camera_deg = random.normal(0, CAMERA_DEG)
    seen = {"left": 0, "right": 0}
    lifts = []
    for at, t_s, letter in zip(place, time_s, sides, strict=True):
        side = "left" if letter == "l" else "right"
        seen[side] += 1
        height = level_deg[side] + trend_deg[side] * at + random.normal(0, NOISE_DEG)
        height += camera_deg / 2 * (1 if side == "right" else -1)
        lifts.append(_lift(side, seen[side], t_s, height, float(random.normal(1.0, 0.1))))
    return lifts


def _lift(side: str, index: int, reach_s: float, height_deg: float, hold_s: float = 1.0) -> Repetition:
    return Repetition(
        side, index, reach_s - 1, reach_s, reach_s, reach_s + hold_s, reach_s + 2, height_deg, "too_close", hold_s, 1.0,
        1.0, 0.0, 1.0, "toe_first", 0.3, 20.0, False, None,
    )  # fmt: skip


def drawn(sides: str, difference_deg: float, falls_deg: tuple[float, float], count: int, seed: int) -> Iterator[list]:
    """Sessions of a kind: the right lower by difference_deg, the sides falling over the set."""
    random = np.random.default_rng(seed)
    levels = {"left": difference_deg / 2, "right": -difference_deg / 2}
    for _ in range(count):
        yield session(sides, levels, {"left": -falls_deg[0], "right": -falls_deg[1]}, random)


def compared(lifts: list[Repetition]) -> asymmetry.Asymmetry:
    """As the report compares them, with good trust."""
    falling = [s for s in ("left", "right") if drop_off([r for r in lifts if r.side == s], may_call=True).called]
    return compare_sides(lifts, difference_uncertainty_deg=CAMERA_DEG, withheld_reason=None, falling=falling)


def by_order(name: str, count: int) -> dict:
    """Verdicts for one order of the sides, both tiring alike: of symmetric persons, and of a right side 12° lower.

    Parameters
    ----------
    name : str
        One of ORDERS.
    count : int
        Sessions a trend.

    Returns
    -------
    dict
        Per cent of the sessions: withheld, false (symmetric and called clear or large), the worst trend of each; found
        (12° called clear or large), wrong_side, over all trends.
    """
    pattern = ORDERS[name]
    sides = (pattern * LIFTS_A_SIDE)[: 2 * LIFTS_A_SIDE]
    false, withheld, found, wrong = [], [], [], []
    for k, trend in enumerate(TRENDS_DEG):
        falls = (trend * LIFTS_A_SIDE,) * 2
        verdicts = [compared(x).verdict for x in drawn(sides, 0.0, falls, count, 100 + k)]
        false.append(np.mean([v in ("clear", "large") for v in verdicts]))
        withheld.append(np.mean([v == "withheld" for v in verdicts]))
        results = [compared(x) for x in drawn(sides, 12.0, falls, count, 200 + k)]
        named = [a for a in results if a.verdict in ("clear", "large")]
        found.append(len(named) / count)
        wrong.append(sum(a.lower_side == "left" for a in named) / count)
    out = {"withheld": np.max(withheld), "false": np.max(false), "found": np.mean(found), "wrong_side": np.max(wrong)}
    return {"name": name, **{key: round(100 * float(value), 2) for key, value in out.items()}}


def tiring(name: str, count: int) -> dict:
    """Which side is said to tire sooner, per cent of the sessions, sides in turn, heights otherwise alike."""
    sides = "lr" * LIFTS_A_SIDE
    results = [compared(x) for x in drawn(sides, 0.0, FALLS[name], count, 300)]
    said = [a.tires_sooner_side for a in results]
    return {"name": name, **{s: round(100 * said.count(s) / count, 2) for s in ("left", "right")}}


def found_at_limit(lifts: int, noise_deg: float, count: int) -> dict:
    """Whether the fall under which one "could be missed" is found in 9 of 10 sets.

    Parameters
    ----------
    lifts : int
        Of the side.
    noise_deg : float
        1 SD of a height from lift to lift.
    count : int
        Sets.

    Returns
    -------
    dict
        limit_deg = median of what is printed for sets without a fall; found_pct = sets that fall by this and of which a
        drop-off is said; false_pct = sets without a fall of which one is said.
    """
    random = np.random.default_rng(400)

    def sets(fall_deg: float) -> list[DropOff]:
        place = (np.arange(lifts) - 1) / (lifts - 2)
        heights = random.normal(0, noise_deg, (count, lifts)) - fall_deg * place
        return [
            drop_off([_lift("left", k + 1, LIFT_EVERY_S * k, h) for k, h in enumerate(own)], may_call=True)
            for own in heights
        ]

    level = sets(0.0)
    limit_deg = float(np.median([x.detectable_deg for x in level]))
    found, false = (np.mean([x.called for x in some]) for some in (sets(limit_deg), level))
    out = {"limit_deg": limit_deg, "found_pct": 100 * found, "false_pct": 100 * false}
    return {"lifts": lifts, "noise_deg": noise_deg, **{key: round(float(value), 1) for key, value in out.items()}}


if __name__ == "__main__":
    main()
