"""A real man before four calibrated, tilted cameras: thigh elevation against their triangulation.

usage: four_cameras.py FOLDER [--landmarks FOLDER] [--write]

FOLDER holds the single-camera demonstration of Pose2Sim (BSD-3-Clause, not part of this repository):
perfanalytics_pose2sim_single_cam01.mp4 to cam04, perfanalytics_pose2sim_balancing_filt.trc (the reference) and
perfanalytics_pose2sim_Calib.qca.txt. --landmarks: where landmarks are stored as in store.py, instead of tracking the
videos. --write keeps the figures in four_cameras.json, from where run.py puts them into docs/accuracy.md.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import unittest.mock
import xml.etree.ElementTree
from pathlib import Path

import numpy as np
from clip_error import image_angle, world_angle
from error_table import rounded
from store import HERE, track_of_landmarks

from marchcam import PoseTrack, Setup, assess, track_video
from marchcam import track as lm
from marchcam.analysis import ground
from marchcam.analysis.camera import Camera, unrolled
from marchcam.analysis.ground import lay_ground
from marchcam.analysis.motion import Motion, build_motion

NAME = "perfanalytics_pose2sim"
CAMERAS = ("cam01", "cam02", "cam03", "cam04")
HIP_COLUMN = {"right": 2, "left": 20}
KNEE_COLUMN = {"right": 5, "left": 23}
"""First of three columns of the reference: metres, y up."""
FPS = 60.0


def main() -> None:
    """Print the error of every camera, and write it where asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--landmarks", type=Path)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    reference = reference_elevation(options.folder / f"{NAME}_balancing_filt.trc")
    tilts = camera_tilts(options.folder / f"{NAME}_Calib.qca.txt")
    out = {}
    for camera in CAMERAS:
        name = f"{NAME}_single_{camera}"
        stored = (options.landmarks or options.folder) / f"{name}.pose_landmarker_full.npz"
        track = track_of_landmarks(stored, name) if stored.exists() else track_video(options.folder / f"{name}.mp4")
        out[camera] = camera_errors(track, reference, tilts[camera])
    out = rounded(out)
    print(json.dumps(out, indent=1))
    if options.write:
        (HERE / "four_cameras.json").write_text(json.dumps(out, indent=1) + "\n")


def reference_elevation(path: Path) -> dict[str, np.ndarray]:
    """Elevation (n,) a side from the triangulated hip and knee, degrees; row k belongs to picture k - 1."""
    table = np.genfromtxt(path, skip_header=5, delimiter="\t")
    out = {}
    for side in lm.SIDES:
        line = table[:, KNEE_COLUMN[side] :][:, :3] - table[:, HIP_COLUMN[side] :][:, :3]
        out[side] = np.degrees(np.arcsin(line[:, 1] / np.linalg.norm(line, axis=1)))
    return out


def camera_tilts(path: Path) -> dict[str, tuple[float, float]]:
    """Pitch (+ = looking down) and roll (+ = picture turned clockwise) of every camera of a Qualisys calibration, z
    up, degrees."""
    out = {}
    for camera in xml.etree.ElementTree.parse(path).iter("camera"):
        values = camera.find("transform").attrib
        up = np.array([float(values[f"r{row}3"]) for row in (1, 2, 3)]) * (1, -1, -1)
        pitch, roll = np.degrees(np.arcsin(-up[2])), np.degrees(np.arctan2(up[0], -up[1]))
        out[camera.attrib["serial"]] = (float(pitch), float(roll))
    return out


def camera_errors(track: PoseTrack, reference: dict[str, np.ndarray], tilt: tuple[float, float]) -> dict:
    """Errors of three estimators with the true tilt, the tilt MarchCam estimates, and none.

    marchcam is the whole estimator, though nobody stands still here for it to start from; picture and world are the two
    usual angles of a single picture, turned level: they show what the tilt alone does.
    """
    motion = build_motion(track)
    own = lay_ground(motion, Setup()).camera
    out: dict = {"azimuth_deg": own.azimuth_deg, "trust": assess(track).quality.trust, "tilt": {}}
    for name, (pitch, roll) in (("true", tilt), ("estimated", (own.pitch_deg, own.roll_deg)), ("none", (0.0, 0.0))):
        camera = dataclasses.replace(own, pitch_deg=pitch, roll_deg=roll)
        # Nobody can tell MarchCam a tilt: it is put in where the estimate would stand.
        with unittest.mock.patch.object(ground, "estimate_camera", return_value=camera):
            elevation = lay_ground(motion, Setup()).elevation
        picture, world = level_lines(motion, camera)
        estimates = {"marchcam": elevation, "picture": picture, "world": world}
        errors = {k: _errors(motion.time_s, v, reference) for k, v in estimates.items()}
        out["tilt"][name] = {"pitch_deg": pitch, "roll_deg": roll} | errors
    return out


def level_lines(motion: Motion, camera: Camera) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Elevation (m,) of the line hip–knee in the picture and in the world landmarks, both as a level camera sees it."""
    flat = unrolled(motion.position_px, camera.image_size_wh, camera.focal_px, camera.roll_deg)
    rays = _pitched(np.concatenate([flat, np.ones_like(flat[..., :1])], axis=-1), camera.pitch_deg)
    turn = np.radians(camera.roll_deg)
    c, s = np.cos(turn), np.sin(turn)
    x, y, z = np.moveaxis(motion.world_m, -1, 0)
    world = _pitched(np.stack([x * c + y * s, -x * s + y * c, z], axis=-1), camera.pitch_deg)
    level = dataclasses.replace(motion, position_px=rays[..., :2] / rays[..., 2:], world_m=world)
    return image_angle(level), world_angle(level)


def _pitched(xyz: np.ndarray, pitch_deg: float) -> np.ndarray:
    """Camera coordinates (..., 3), y down, z away, turned as if the camera looked level."""
    c, s = np.cos(np.radians(pitch_deg)), np.sin(np.radians(pitch_deg))
    x, y, z = np.moveaxis(xyz, -1, 0)
    return np.stack([x, y * c + z * s, z * c - y * s], axis=-1)


def _errors(time_s: np.ndarray, elevation: dict[str, np.ndarray], reference: dict[str, np.ndarray]) -> dict[str, float]:
    """Mean absolute and root-mean-square error over all pictures of both legs, degrees."""
    at = np.round(time_s * FPS).astype(int)
    error = np.concatenate([(elevation[s] - reference[s][at])[np.isfinite(elevation[s])] for s in lm.SIDES])
    return {"mae": float(np.mean(np.abs(error))), "rmse": float(np.sqrt(np.mean(error**2)))}


if __name__ == "__main__":
    main()
