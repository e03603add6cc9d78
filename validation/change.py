"""How often a change between sessions is called: falsely when nothing changed, and rightly when something did.

    python validation/change.py

prints the tables of docs/progress.md. Simulated sessions, the very function that MarchCam calls a change with.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from marchcam.analysis.change import smallest_change
from marchcam.analysis.sessions import MEDIAN_FACTOR, Measure

LIFT_SD_DEG = 2.0
"""Scatter of the lifts of one session, as in validation/coverage.md."""


@dataclass(frozen=True)
class World:
    """What truly varies from session to session."""

    tool_sd: float = 3.0
    """The tool's own error, 1 SD, as the assessment says it (height, oblique)."""
    repeats: float = 0.5
    """Share of the variance of that error that is the same in every session of a person."""
    person_sd: float = 2.0
    """How much the person changes from day to day."""
    lifts: int = 10


def called_share(world: World, *, baseline: int, change: float = 0.0, count: int = 10000, seed: int = 0) -> float:
    """Share of simulated persons for whom a change of the newest session is called.

    Parameters
    ----------
    world : World
    baseline : int
        Sessions before the newest: 1 is a comparison of two sessions, 3 and more a baseline.
    change : float
        True change of the newest session, degrees.
    count, seed : int

    Returns
    -------
    float
        0 to 1.
    """
    random = np.random.default_rng(seed)
    scatter = MEDIAN_FACTOR * LIFT_SD_DEG / world.lifts**0.5
    new_each_time = (world.tool_sd**2 * (1 - world.repeats) + world.person_sd**2 + scatter**2) ** 0.5
    values = random.normal(0, new_each_time, (count, baseline + 1))
    values[:, -1] += change
    calls = 0
    for row in values:
        measures = [Measure(value, world.tool_sd, scatter) for value in row]
        smallest, _ = smallest_change(measures[:-1], measures[-1], row[:-1])
        calls += abs(row[-1] - row[:-1].mean()) > smallest
    return calls / count


WORLDS = (
    ("all of the tool's error new each time, the person alike every day", World(repeats=0.0, person_sd=0.0)),
    ("half of it repeats, the person varies by 2°", World()),
    ("half of it repeats, the person varies by 4°", World(person_sd=4.0)),
    ("all of it repeats, the person varies by 6°", World(repeats=1.0, person_sd=6.0)),
)
BASELINES = (1, 3, 5, 10)
CHANGES = (5.0, 10.0, 15.0, 20.0)


def main() -> None:
    """Print both tables."""
    heads = ["two sessions", *(f"{n} baseline sessions" for n in BASELINES[1:])]
    print("| nothing changed | " + " | ".join(heads) + " |\n" + "|---" * (len(heads) + 1) + "|")
    for name, world in WORLDS:
        print(f"| {name} | " + " | ".join(f"{100 * called_share(world, baseline=n):.1f} %" for n in BASELINES) + " |")
    print("\n| true change | " + " | ".join(heads) + " |\n" + "|---" * (len(heads) + 1) + "|")
    for change in CHANGES:
        shares = [called_share(World(), baseline=n, change=change) for n in BASELINES]
        print(f"| {change:.0f}° | " + " | ".join(f"{100 * share:.0f} %" for share in shares) + " |")


if __name__ == "__main__":
    main()
