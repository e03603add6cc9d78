"""Keep the landmarks and the truth of clips with known angles: tracks/NAME.npz and truth/NAME.json.

usage: store.py FOLDER [NAME ...] [--split test|train]

FOLDER holds NAME.mp4, NAME.truth.csv and NAME.reps.json. The video is tracked, unless landmarks of it are stored beside
it as NAME.pose_landmarker_full.npz. FOLDER/SPLIT.json says of each body whether its clips may set constants of the
analysis ("train") or may not ("test"); for bodies that it does not name, --split says so.
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
import json
from pathlib import Path

import numpy as np

from marchcam import PoseTrack, track_video
from marchcam.track import Source

HERE = Path(__file__).parent
TRACKS, TRUTH = HERE / "tracks", HERE / "truth"
PARTS_OF_A_PIXEL, PARTS_OF_A_METRE, PARTS_OF_ONE = 32, 1024, 128
"""What is kept of positions, world landmarks and visibility: 0.03 px, 1 mm, 0.01. Powers of two compress best."""
SIDE = {"L": "left", "R": "right"}
STRONG_LEAN_DEG = 8.0
"""Commanded backward lean from which a march is noted as compensating."""


def main() -> None:
    """Store every clip named, or all of the folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--split", choices=("test", "train", "unseen"), default="train")
    options = parser.parse_args()
    path = options.folder / "SPLIT.json"
    split = json.loads(path.read_text()) if path.exists() else {}
    for folder in (TRACKS, TRUTH):
        folder.mkdir(exist_ok=True)
    for name in options.names or clip_names(options.folder):
        track, truth = read_clip(options.folder, name, split, options.split)
        rounded(track).save(TRACKS / f"{name}.npz")
        (TRUTH / f"{name}.json").write_text(json_text(truth))
        print(f"{name}: {len(track.times_s)} frames, {truth['body']}, {truth['split']}")


def clip_names(folder: Path) -> list[str]:
    """Every clip of a folder that comes with its truth."""
    return sorted(p.name.removesuffix(".truth.csv") for p in folder.glob("*.truth.csv"))


def read_clip(folder: Path, name: str, split: dict[str, str], otherwise: str) -> tuple[PoseTrack, dict]:
    """Landmarks and truth of one clip."""
    stored = folder / f"{name}.pose_landmarker_full.npz"
    track = track_of_landmarks(stored, name) if stored.exists() else track_video(folder / f"{name}.mp4")
    track = dataclasses.replace(track, source=Source(f"{name}.mp4", track.source.model))
    return track, truth_of(folder, name, split, otherwise)


def track_of_landmarks(path: Path, name: str) -> PoseTrack:
    """Track from the model's own output: img (n, 33, 5) and world (n, 33, 5) = x, y, z, visibility, presence."""
    with np.load(path) as stored:
        size = tuple(int(v) for v in stored["size"])
        img, world, fps = stored["img"], stored["world"], float(stored["fps"])
    return PoseTrack(
        times_s=np.arange(len(img)) / fps,
        position_px=img[:, :, :2] * size,
        world_m=world[:, :, :3],
        visibility=img[:, :, 3],
        presence=img[:, :, 4],
        image_size_wh=size,
        source=Source(f"{name}.mp4"),
    )


def rounded(track: PoseTrack) -> PoseTrack:
    """The same track with no more digits than it is good for."""

    def cut(values: np.ndarray, parts: int) -> np.ndarray:
        return np.round(values.astype(np.float64) * parts) / parts

    return dataclasses.replace(
        track,
        position_px=cut(track.position_px, PARTS_OF_A_PIXEL),
        world_m=cut(track.world_m, PARTS_OF_A_METRE),
        visibility=cut(track.visibility, PARTS_OF_ONE),
        presence=cut(track.presence, PARTS_OF_ONE),
    )


def truth_of(folder: Path, name: str, split: dict[str, str], otherwise: str) -> dict:
    """What is true of a clip: person, camera, every lift, and both thighs' elevation frame by frame."""
    known = json.loads((folder / f"{name}.reps.json").read_text())
    scenario = known["scenario"]
    camera, body, size = scenario["camera"], scenario["body"], scenario["size"]
    fov = camera["hfov"]
    if size[1] > size[0] and not camera.get("fov_on_long_side"):
        fov = float(np.degrees(2 * np.arctan(np.tan(np.radians(fov) / 2) * size[1] / size[0])))
    with (folder / f"{name}.truth.csv").open() as file:
        rows = list(csv.DictReader(file))
    leans = [r["commanded"].get("trunk_back_deg", 0) for r in known["reps"]]
    return {
        "body": body["character"],
        "split": split.get(body["character"], otherwise),
        "stature_m": body["height_m"],
        "outfit": body["outfit"],
        "dark": scenario.get("light", {}).get("exposure", 1.0) < 0.5,
        "compensating": bool(leans) and max(leans) >= STRONG_LEAN_DEG,
        "fps": scenario["fps"],
        "image_size_wh": size,
        "camera": {
            "azimuth_deg": camera["azimuth"],
            "pitch_deg": camera["pitch"],
            "roll_deg": camera["roll"],
            "height_m": camera["height"],
            "distance_m": camera["distance"],
            "fov_deg": round(fov, 1),
        },
        "lifts": [
            {
                "side": SIDE[r["side"]],
                "start_s": round(r["t_start"], 3),
                "peak_s": round(r["t_peak"], 3),
                "hold_end_s": round(r["t_hold_end"], 3),
                "end_s": round(r["t_end"], 3),
                "elevation_deg": round(r["hold_mean_elev_deg"], 2),
                "landing": r["landing_first"],
            }
            for r in known["reps"]
        ],
        "left_elevation_deg": [round(float(r["L_thigh_elev"]), 2) for r in rows],
        "right_elevation_deg": [round(float(r["R_thigh_elev"]), 2) for r in rows],
    }


def json_text(truth: dict) -> str:
    """One line a key, one line a lift."""
    lines = [f' "{key}": {json.dumps(value)}' for key, value in truth.items() if key != "lifts"]
    lifts = ",\n  ".join(json.dumps(lift) for lift in truth["lifts"])
    lines.insert(-2, f' "lifts": [\n  {lifts}\n ]' if lifts else ' "lifts": []')
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    main()
