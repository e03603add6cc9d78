"""How often MarchCam's interval of the left–right difference holds the truth, over simulated sessions.

usage: interval_coverage.py [--write]        (about a minute; --write refreshes coverage.md and coverage.json)

A session is a march of n lifts a side in turn, with a true difference and a trend on each side; to every height comes
noise of 2 degrees SD. Noise of one leg is correlated from lift to lift (first-order autoregressive), as tiredness,
attention and a slipping camera make it.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from marchcam.analysis.asymmetry import regression_difference

HERE = Path(__file__).parent
SESSIONS = 4000
LIFTS_A_SIDE = (6, 8, 10, 15)
CORRELATIONS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
NOISE_DEG = 2.0
LIFT_EVERY_S = 4.0
LIMITS = {0.0: (92.0, 98.0), 0.3: (88.0, 100.0)}
"""Per cent, at 10 lifts a side."""


def main() -> None:
    """Print the curve, and write it where asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--sessions", type=int, default=SESSIONS)
    options = parser.parse_args()
    curve = {str(n): {str(r): coverage(n, r, sessions=options.sessions) for r in CORRELATIONS} for n in LIFTS_A_SIDE}
    print(table(curve))
    if options.write:
        (HERE / "coverage.json").write_text(json.dumps({"sessions": options.sessions, "curve": curve}, indent=1) + "\n")
        (HERE / "coverage.md").write_text(page(curve, options.sessions))


def coverage(lifts_a_side: int, correlation: float, *, sessions: int = SESSIONS, seed: int = 1) -> dict[str, float]:
    """Simulate sessions.

    Parameters
    ----------
    lifts_a_side : int
    correlation : float
        Of the noise of one leg from lift to lift, 0 to 1.
    sessions, seed : int

    Returns
    -------
    dict
        covered_pct = sessions whose interval holds the true difference; half_width_deg = mean half width.
    """
    random = np.random.default_rng(seed)
    n = 2 * lifts_a_side
    right = np.arange(n) % 2 == 1
    held, widths = 0, []
    for _ in range(sessions):
        time = LIFT_EVERY_S * np.arange(n) + random.normal(0, 0.2, n)
        middle = time - 0.5 * (time[0] + time[-1])
        difference, trends = random.uniform(-20, 20), random.uniform(-0.2, 0.0, 2)
        height = 80 + np.where(right, difference / 2 + trends[0] * middle, -difference / 2 + trends[1] * middle)
        for side in (right, ~right):
            height[side] += _noise(random, lifts_a_side, correlation)
        found = regression_difference(time, right, height)
        held += abs(found.middle - difference) <= found.half_width
        widths.append(found.half_width)
    return {"covered_pct": round(100 * held / sessions, 1), "half_width_deg": round(float(np.mean(widths)), 2)}


def _noise(random: np.random.Generator, count: int, correlation: float) -> np.ndarray:
    """First-order autoregressive noise of NOISE_DEG standard deviation."""
    out = random.normal(0, NOISE_DEG, count)
    for k in range(1, count):
        out[k] = correlation * out[k - 1] + np.sqrt(1 - correlation**2) * out[k]
    return out


def table(curve: dict) -> str:
    """Markdown: a row a correlation, a column a number of lifts."""
    heads = " | ".join(f"{n} a side" for n in curve)
    lines = [f"| lag-1 correlation | {heads} |", "|---" * (len(curve) + 1) + "|"]
    for r in next(iter(curve.values())):
        cells = (f"{curve[n][r]['covered_pct']:.1f} % (± {curve[n][r]['half_width_deg']:.1f}°)" for n in curve)
        lines.append(f"| {r} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def page(curve: dict, sessions: int) -> str:
    """coverage.md."""
    return (
        "# How often the interval holds the truth\n\n"
        "Share of simulated sessions whose 95 % interval of the left–right difference (repetition to repetition)\n"
        f"holds the true difference, and the interval's mean half width. {sessions} sessions a cell: a share is known\n"
        f"to about ± 1 %. Noise {NOISE_DEG:g}° SD, correlated from lift to lift of one leg as the row says. Made by\n"
        "`python validation/interval_coverage.py --write`.\n\n" + table(curve) + "\n"
    )


if __name__ == "__main__":
    main()
