"""Track rendered clips with exact truth and keep what the tests need: NAME.npz (pose track) and truth.json.

usage: make_test_tracks.py FOLDER_WITH_CLIPS [NAME ...]   (each clip: NAME.mp4 and NAME.reps.json)
"""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path

from marchcam.pipeline import track_video

TRACKS = Path(__file__).parent.parent / "tests" / "data" / "tracks"


def main(folder: Path, names: list[str]) -> None:
    """Write a track for every clip named, and add its truth to truth.json."""
    path = TRACKS / "truth.json"
    truth = json.loads(path.read_text()) if path.exists() else {}
    for name in names or sorted(p.stem for p in folder.glob("*.mp4")):
        track = track_video(folder / f"{name}.mp4")
        track = dataclasses.replace(
            track, source=dataclasses.replace(track.source, path=f"{name}.mp4", recorded_at=None)
        )
        track.save(TRACKS / f"{name}.npz")
        reps = json.loads((folder / f"{name}.reps.json").read_text())
        truth[name] = {
            "azimuth_deg": reps["scenario"]["camera"]["azimuth"],
            "lifts": [
                {
                    "side": {"L": "left", "R": "right"}[r["side"]],
                    "start_s": round(r["t_start"], 3),
                    "elevation_deg": round(r["hold_mean_elev_deg"], 2),
                    "landing": r["landing_first"],
                }
                for r in reps["reps"]
            ],
        }
        path.write_text(json.dumps(truth, indent=1, sort_keys=True) + "\n")
        print(name, len(track.times_s), "frames")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
