"""What cutting a video into segments changes in the assessment, against a pass that is not cut.

    python benchmarks/cuts.py FILE...

Lifts are matched by side and reach. Angles in degrees: the largest change of a counted lift's peak, and of the median
of a side, with the seconds of video and the number of lifts.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from marchcam import segments
from marchcam.analysis.assessment import assess
from marchcam.analysis.results import Assessment
from marchcam.pipeline import track_video
from marchcam.track import SIDES

SAME_LIFT_S = 0.3


def peaks(assessment: Assessment, side: str) -> list[tuple[float, float]]:
    """Reach and peak of the lifts that count."""
    lifts = (lift for lift in assessment.repetitions if lift.side == side and not lift.excluded)
    return [(lift.reach_s, lift.peak_elevation_deg) for lift in lifts]


def compare(video: Path, model: str) -> str:
    longest = segments.MAX_FRAMES, segments.SEGMENT_BYTES
    cut = track_video(video, model=model)
    try:
        segments.MAX_FRAMES, segments.SEGMENT_BYTES = 10**9, 1e18
        whole = track_video(video, model=model, jobs=1)
    finally:
        segments.MAX_FRAMES, segments.SEGMENT_BYTES = longest
    off_px = np.linalg.norm(cut.position_px - whole.position_px, axis=2)
    lift_deg, side_deg, matched, total = [0.0], [0.0], 0, 0
    for side in SIDES:
        here, there = (peaks(assess(track), side) for track in (cut, whole))
        total += max(len(here), len(there))
        for reach_s, peak_deg in here:
            near = [other for other in there if abs(other[0] - reach_s) < SAME_LIFT_S]
            matched += bool(near)
            lift_deg += [abs(peak_deg - near[0][1])] if near else []
        if here and there:
            side_deg.append(abs(np.median([deg for _, deg in here]) - np.median([deg for _, deg in there])))
    return (
        f"| {video.stem} | {cut.times_s[-1]:.0f} | {len(cut.times_s)} | {matched} of {total} | {max(lift_deg):.2f} "
        f"| {max(side_deg):.2f} | {np.nanmean(off_px):.2f} | {np.nanpercentile(off_px, 95):.1f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("videos", nargs="+", type=Path)
    parser.add_argument("--model", default="full")
    told = parser.parse_args()
    print("| video | s | frames | lifts in both | largest change of a lift | of a side's median | mean px | p95 px |")
    print("|---|---|---|---|---|---|---|---|")
    for video in told.videos:
        print(compare(video, told.model), flush=True)


if __name__ == "__main__":
    main()
