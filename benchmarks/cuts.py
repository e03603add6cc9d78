"""What cutting a video into segments changes in the assessment, against a pass that is not cut.

    python benchmarks/cuts.py FILE...

Beside it, for scale, what another uncut pass changes that begins 0.2 s later: the model looks where it found the person
in the frame before, so any small difference goes on. Angles in degrees: the largest change of the peak of a counted
lift, and of what the report says of a whole side (median peak, difference between the sides).
"""

from __future__ import annotations

import argparse
from pathlib import Path
from unittest.mock import patch

import numpy as np

from marchcam import segments
from marchcam.analysis.assessment import assess
from marchcam.analysis.results import Assessment
from marchcam.pipeline import track_video
from marchcam.track import SIDES

SAME_LIFT_S = 0.3
LATER_S = 0.2


def uncut(video: Path, model: str, start_s: float) -> Assessment:
    with patch.object(segments, "segment_length", return_value=10**9):
        return assess(track_video(video, model=model, jobs=1, start_s=start_s))


def changes(one: Assessment, other: Assessment) -> tuple[int, int, float, float]:
    """Lifts in both, lifts, largest change of a lift's peak, and of a side's median or the sides' difference."""
    lift_deg, whole_deg, both, total = [0.0], [0.0], 0, 0
    for side in SIDES:
        here, there = ([x for x in a.repetitions if x.side == side and not x.excluded] for a in (one, other))
        total += max(len(here), len(there))
        for lift in here:
            same = [x for x in there if abs(x.reach_s - lift.reach_s) < SAME_LIFT_S]
            both += bool(same)
            lift_deg += [abs(lift.peak_elevation_deg - x.peak_elevation_deg) for x in same[:1]]
        medians = [getattr(a.sides, side).peak_elevation_deg.median for a in (one, other)]
        whole_deg += [abs(np.subtract(*medians))] if None not in medians else []
    differences = [a.asymmetry.difference_deg for a in (one, other)]
    whole_deg += [abs(np.subtract(*differences))] if None not in differences else []
    return both, total, max(lift_deg), max(whole_deg)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("videos", nargs="+", type=Path)
    parser.add_argument("--model", default="full")
    told = parser.parse_args()
    print("| video | frames | lifts in both | cut: a lift | cut: a side | begun later: a lift | begun later: a side |")
    print("|---|---|---|---|---|---|---|")
    for video in told.videos:
        track = track_video(video, model=told.model)
        whole = uncut(video, told.model, 0.0)
        both, total, lift_deg, side_deg = changes(assess(track), whole)
        _, _, later_lift_deg, later_side_deg = changes(uncut(video, told.model, LATER_S), whole)
        print(
            f"| {video.stem} | {len(track.times_s)} | {both} of {total} | {lift_deg:.2f} | {side_deg:.2f} "
            f"| {later_lift_deg:.2f} | {later_side_deg:.2f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
