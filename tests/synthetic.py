"""A person of known geometry marching before a pinhole camera, as landmarks: truth for the analysis without a video."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from marchcam import track as lm
from marchcam.track import PoseTrack, Setup, Source

HEIGHTS = {"ankle": 0.045, "knee": 0.285, "hip": 0.53, "shoulder": 0.815, "ear": 0.93}


def smooth_step(x):
    """Minimum-jerk 0..1."""
    x = np.clip(x, 0, 1)
    return x**3 * (x * (6 * x - 15) + 10)


@dataclass
class March:
    """What is true of a constructed march; elevations in degrees above horizontal."""

    left_deg: list = field(default_factory=lambda: [0.0] * 8)
    right_deg: list = field(default_factory=lambda: [0.0] * 8)
    azimuth_deg: float = 35.0
    pitch_deg: float = 0.0
    lens_height_m: float = 0.9
    distance_m: float = 3.0
    stature_m: float = 1.7
    fps: float = 30.0
    lift_s: float = 1.5
    hold_s: float = 1.0
    lower_s: float = 1.5
    rest_s: float = 0.8
    stand_s: float = 3.0
    noise_px: float = 0.3
    seed: int = 0
    size_wh: tuple = (854, 640)
    lean_left_deg: float = 0.0
    sink: float = 0.0
    approach_m: float = 0.0
    aside_m: float = 0.0
    turned_deg: float = 0.0
    left_first: bool = False  # all of the left side, then all of the right

    def elevation(self):
        """times (n,), and the true elevation (n,) of each side."""
        order = []
        for i in range(max(len(self.left_deg), len(self.right_deg))):
            order += [("left", self.left_deg[i])] if i < len(self.left_deg) else []
            order += [("right", self.right_deg[i])] if i < len(self.right_deg) else []
        if self.left_first:
            order = [("left", peak) for peak in self.left_deg] + [("right", peak) for peak in self.right_deg]
        lift = self.lift_s + self.hold_s + self.lower_s
        total = 2 * self.stand_s + len(order) * (lift + self.rest_s)
        t = np.arange(int(total * self.fps)) / self.fps
        e = {s: np.full(len(t), -88.0) for s in lm.SIDES}
        for k, (side, peak) in enumerate(order):
            start = self.stand_s + k * (lift + self.rest_s)
            up = smooth_step((t - start) / self.lift_s) - smooth_step(
                (t - start - self.lift_s - self.hold_s) / self.lower_s
            )
            e[side] = e[side] + up * (peak + 88.0)
        return t, e

    def track(self, setup: Setup | None = None) -> PoseTrack:
        """The march as a pose track: joints projected, hip and knee landmarks off them as MediaPipe's are seen to
        be."""
        t, e = self.elevation()
        n = len(t)
        s = self.stature_m
        points = np.zeros((n, 33, 3))  # left, forward, up; metres
        points[:, :11] = [0, 0.08 * s, 0.93 * s]
        moving = (np.maximum(e["left"], e["right"]) + 88.0) / 88.0
        sink = self.sink * s * np.clip(moving, 0, 1)
        for side, sign in (("left", 1.0), ("right", -1.0)):
            a = np.radians(e[side])
            thigh, shank = (HEIGHTS["hip"] - HEIGHTS["knee"]) * s, (HEIGHTS["knee"] - HEIGHTS["ankle"]) * s
            hip = np.stack([np.full(n, sign * 0.055 * s), np.zeros(n), HEIGHTS["hip"] * s - sink], 1)
            knee = hip + thigh * np.stack([np.zeros(n), np.cos(a), np.sin(a)], 1)
            ankle = knee + shank * np.stack([np.zeros(n), np.zeros(n), -np.ones(n)], 1)
            lean = (
                np.tan(np.radians(self.lean_left_deg))
                * np.clip(moving, 0, 1)
                * (HEIGHTS["shoulder"] - HEIGHTS["hip"])
                * s
            )
            shoulder = np.stack([sign * 0.11 * s + lean, np.zeros(n), HEIGHTS["shoulder"] * s - sink], 1)
            raised = np.clip((e[side] + 88) / 60, 0, 1)
            other_up = np.clip((e[lm.OTHER[side]] + 88) / 60, 0, 1)
            ride = thigh * ((1 - raised) * (-0.08 + 0.08 * other_up) + raised * 0.12 * (1 + 0.3 * np.sin(a)))
            # A thigh that points at the lens shows its knee up to 9 % of its length too high.
            sight = np.degrees(np.arccos(np.clip(np.cos(a) * np.cos(np.radians(self.azimuth_deg)), -1, 1)))
            seen_high = 0.09 * thigh * np.clip((42 - sight) / 32, 0, 1)
            points[:, lm.SHOULDER[side]] = shoulder
            points[:, lm.SHOULDER[side] + 2] = shoulder - [0, 0, 0.18 * s]
            points[:, lm.WRIST[side]] = shoulder - [0, 0, 0.34 * s]
            points[:, lm.HIP[side]] = hip + np.stack([0 * ride, 0 * ride, ride], 1)
            points[:, lm.KNEE[side]] = knee + np.stack([0 * ride, 0 * ride, seen_high], 1)
            points[:, lm.ANKLE[side]] = ankle
            points[:, lm.HEEL[side]] = ankle + [0, -0.03 * s, -0.03 * s]
            points[:, lm.TOE[side]] = ankle + [0, 0.10 * s, -0.035 * s]
        # The march turns and drifts on the floor: towards the camera, and across the picture.
        share = np.clip((t - self.stand_s) / (t[-1] - 2 * self.stand_s), 0, 1)[:, None]
        a, turn = np.radians(self.azimuth_deg), np.radians(self.turned_deg) * share
        left, forward = points[..., 0], points[..., 1]
        left, forward = left * np.cos(turn) + forward * np.sin(turn), forward * np.cos(turn) - left * np.sin(turn)
        points = np.stack([left, forward, points[..., 2]], -1)
        points = points + (self.approach_m * share)[..., None] * np.array([np.sin(a), np.cos(a), 0.0])
        points = points + (self.aside_m * share)[..., None] * np.array([np.cos(a), -np.sin(a), 0.0])
        return self._project(t, points, setup or Setup())

    def _project(self, t, points, setup) -> PoseTrack:
        az, p = np.radians(self.azimuth_deg), np.radians(self.pitch_deg)
        left, forward, up = np.moveaxis(points, -1, 0)
        right = left * np.cos(az) - forward * np.sin(az)
        away = self.distance_m - (forward * np.cos(az) + left * np.sin(az))
        down = self.lens_height_m - up
        down, away = down * np.cos(p) - away * np.sin(p), down * np.sin(p) + away * np.cos(p)
        w, h = self.size_wh
        f = 0.9 * max(w, h)
        noise = np.random.default_rng(self.seed).normal(0, self.noise_px, points.shape[:2] + (2,))
        px = np.stack([w / 2 + f * right / away, h / 2 + f * down / away], -1) + noise
        middle = points[:, [lm.LEFT_HIP, lm.RIGHT_HIP]].mean(axis=1, keepdims=True)
        wl, wf, wu = np.moveaxis(points - middle, -1, 0)
        world = np.stack([wl * np.cos(az) - wf * np.sin(az), -wu, -(wf * np.cos(az) + wl * np.sin(az))], -1)
        ones = np.ones(points.shape[:2])
        return PoseTrack(t, px, world, ones.copy(), ones.copy(), self.size_wh, Source("made.mp4"), setup)


def mirrored(track: PoseTrack) -> PoseTrack:
    """The same march seen in a mirror with the sides named anew: left and right change places in everything."""
    from dataclasses import replace

    swap = np.arange(33)
    for a in range(11, 33, 2):
        swap[a], swap[a + 1] = a + 1, a
    swap[1:7] = [4, 5, 6, 1, 2, 3]
    swap[7], swap[8], swap[9], swap[10] = 8, 7, 10, 9
    px = track.position_px[:, swap].copy()
    px[..., 0] = track.image_size_wh[0] - px[..., 0]
    world = track.world_m[:, swap] * np.array([-1.0, 1, 1])
    return replace(
        track, position_px=px, world_m=world, visibility=track.visibility[:, swap], presence=track.presence[:, swap]
    )
