"""Make the clips of situations that are no plain slow march: arms up, turns, kicks, runs and the like.

usage: make_situations.py VIDEOS [NAME ...] [--renderer PYTHON] [--step scenarios|videos|tracks|all] [--again]

Writes scenarios and clips into the folder VIDEOS, and situations/tracks/NAME.npz and situations/truth/NAME.json here,
in the form of store.py. NAME is a clip or a whole situation; without one all are made, those that exist passed over.
The renderer wants an environment of its own (generator/README.md): --renderer is its Python. The tracks come from the
MarchCam that is imported. Nothing is left to chance: every random figure is drawn from the name of its clip.

Every situation is seen from the front, obliquely and from the side, on three bodies each: nine clips. They are made in
three rounds, of which each alone shows every view and every body once. "expect" in the truth says what should come of
it: "lifts" (those listed, and no others) or the reason why nothing of it counts.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
GENERATOR = HERE / "generator" / "march_synth.py"
TRACKS, TRUTH = HERE / "situations" / "tracks", HERE / "situations" / "truth"
FPS = 25
LONG_PX, SHORT_PX = 854, 480
VIEWS = ("front", "oblique", "side")
AZIMUTH_DEG = {"front": (0, -6, 5), "oblique": (40, -40, 36, -44), "side": (85, -85, 80, -88)}
PITCH_LIMITS_DEG = (-6.0, 8.0)
OTHER = {"L": "R", "R": "L"}
TURN_DEG = (45, -45, -90, 90, 90, -90, 45, -45, 45)
"""How far the person turns to the own left, of the nine clips; the camera is always in front at the start."""
PAIR = (0, 1, 0, 1, 0, 1, 1, 0, 0)
"""Which of two situations that share nine clips."""
Reps = list[dict]

BODIES = {
    "male_avg": {
        "height_m": 1.76,
        "skin": [0.78, 0.57, 0.45],
        "hair": [0.10, 0.07, 0.05],
        "split": "train",
    },
    "broadman": {
        "height_m": 1.79,
        "skin": [0.42, 0.28, 0.20],
        "hair": [0.05, 0.04, 0.04],
        "hair_style": "bald",
        "split": "train",
    },
    "female_avg": {
        "height_m": 1.64,
        "skin": [0.82, 0.62, 0.52],
        "hair": [0.35, 0.22, 0.12],
        "hair_style": "long",
        "split": "train",
    },
    "lankywoman": {
        "height_m": 1.74,
        "skin": [0.55, 0.38, 0.28],
        "hair": [0.06, 0.05, 0.05],
        "hair_style": "long",
        "split": "unseen",
    },
    "sturdyman": {
        "height_m": 1.63,
        "skin": [0.72, 0.53, 0.40],
        "hair": [0.30, 0.29, 0.28],
        "split": "unseen",
    },
}
"""Split as in store.py: train bodies may set constants of the analysis, unseen ones may not."""
SLOTS = (("male_avg", "broadman"), ("female_avg",), ("lankywoman", "sturdyman"))
"""The three bodies of a situation: one of each, in turn."""
CLOTHES = (
    {"outfit": "shorts", "shirt": [0.16, 0.30, 0.55], "pants": [0.10, 0.10, 0.12], "shoes": [0.85, 0.85, 0.87]},
    {"outfit": "leggings", "shirt": [0.55, 0.18, 0.20], "pants": [0.13, 0.14, 0.20], "shoes": [0.20, 0.20, 0.22]},
    {"outfit": "trousers", "shirt": [0.80, 0.79, 0.74], "pants": [0.30, 0.31, 0.34], "shoes": [0.45, 0.12, 0.12]},
    {"outfit": "shorts", "shirt": [0.12, 0.12, 0.13], "pants": [0.42, 0.43, 0.46], "shoes": [0.90, 0.90, 0.88]},
    {"outfit": "leggings", "shirt": [0.20, 0.42, 0.36], "pants": [0.06, 0.06, 0.07], "shoes": [0.80, 0.55, 0.25]},
)
ROOMS = (
    {"wall": [0.72, 0.71, 0.67], "floor": [0.50, 0.36, 0.24]},
    {"wall": [0.58, 0.66, 0.70], "floor": [0.42, 0.40, 0.38]},
    {"wall": [0.80, 0.74, 0.64], "floor": [0.34, 0.24, 0.17]},
)


@dataclass(frozen=True)
class Clip:
    """What tells the clips of a situation apart."""

    view: str
    body: str
    number: int
    """0 to 8 in the order in which they are made; three a round."""
    slot: int
    """0 to 2: which of the three bodies."""
    start_s: float
    """Quiet standing before the movement; 0.1 in a third of the clips."""
    draw: np.random.Generator

    @property
    def half(self) -> bool:
        """Half of the clips."""
        return self.number % 2 == 1

    @property
    def third(self) -> int:
        """0 to 2, each with every view and every body."""
        return (VIEWS.index(self.view) + self.slot) % 3

    @property
    def first(self) -> str:
        """The side that begins."""
        return "RL"[self.number % 2]


@dataclass(frozen=True)
class Situation:
    """A situation: how to command it, and what should come of it."""

    name: str
    build: Callable[[Clip], dict]
    """Scenario of a clip: march, and what else differs from the generator's DEFAULT."""
    expect: str = "lifts"
    top: float = 1.0
    """How high the picture must reach, of stature."""
    half_width_m: float = 0.6
    """How far to each side it must reach."""


# ------------------------------------------------------------------ parts of a movement
def alternating(clip: Clip, count: int, low_deg: float, high_deg: float, **more: object) -> Reps:
    """Lifts of both sides in turn, each side about a height of its own between two limits."""
    middle = {s: clip.draw.uniform(low_deg + 3, high_deg - 3) for s in "LR"}
    reps, side = [], clip.first
    for _ in range(count):
        reps.append({"side": side, "peak_deg": round(middle[side] + clip.draw.uniform(-3, 3), 1), **more})
        side = OTHER[side]
    return reps


def march_of(clip: Clip, reps: Reps, times_s: tuple[float, float, float, float], **more: object) -> dict:
    """March of lifts that all take the same time: lift, hold, lower, rest."""
    lift, hold, lower, rest = times_s
    landing = ("toe", "toe", "heel")[clip.number % 3]
    default = {"lift_s": lift, "hold_s": hold, "lower_s": lower, "rest_s": rest, "landing": landing}
    default |= more.pop("default", {})
    start_end = {"start_s": clip.start_s, "end_s": round(clip.draw.uniform(0.5, 1.0), 2)}
    return {**start_end, "reps": reps, "default": default, **more}


def path_march(clip: Clip, body_path: Reps, foot_path: Reps, reps: Reps | None = None, **more: object) -> dict:
    """March that consists of steps."""
    return {
        "start_s": clip.start_s,
        "end_s": round(clip.draw.uniform(0.5, 1.0), 2),
        "reps": reps or [],
        "body_path": body_path,
        "foot_path": foot_path,
        **more,
    }


# ------------------------------------------------------------------ lifts that count
def overlap_brisk(clip: Clip) -> dict:
    """The next knee starts while the other foot still comes down, briskly: the body sinks, or both feet are up."""
    reps = alternating(clip, 14, -25, 5)
    settle = (0.6, 0.3)[clip.half]
    return {"march": march_of(clip, reps, (0.4, 0.1, 0.4, -0.32), settle=settle, arm_swing_deg=30, weight_shift_cm=2)}


def overlap_slow(clip: Clip) -> dict:
    """The same slowly."""
    reps = alternating(clip, 7, -18, 10)
    return {"march": march_of(clip, reps, (0.8, 0.3, 0.8, -0.4), settle=0.6, arm_swing_deg=15, weight_shift_cm=3)}


def arms_overhead(clip: Clip) -> dict:
    """Both arms go overhead with each lift, or before each lift."""
    times_s, timing = ((0.7, 0.4, 0.7, 1.3), "before") if clip.half else ((0.9, 0.6, 0.9, 0.4), "lift")
    arms = [{"mode": "overhead", "path": ("side", "front")[clip.third % 2], "timing": timing}]
    return {"march": march_of(clip, alternating(clip, 4, -20, 8), times_s, arms=arms)}


def arms_busy(clip: Clip, mode: str, timing: str, **more: object) -> dict:
    """A slow march with the arms at something else."""
    arms = [{"mode": mode, "timing": timing}]
    return {"march": march_of(clip, alternating(clip, 4, -22, 8), (0.9, 0.6, 0.9, 0.35), arms=arms, **more)}


def knee_to_chest(clip: Clip) -> dict:
    """The knee as high as it goes, half of the time helped by the hand."""
    default = {"shank_tilt_deg": 18, "pelvis_tilt_deg": 13, "trunk_back_deg": -4}
    arms = [{"mode": "knee", "timing": "lift"}] if clip.half else []
    march = march_of(clip, alternating(clip, 4, 37, 68), (1.0, 0.7, 1.0, 0.35), default=default, arms=arms)
    return {"march": march}


def turning(clip: Clip, at_once: bool) -> dict:
    """Turns on the spot by small steps: between lifts, or before the first one."""
    size_deg = TURN_DEG[clip.number]
    times_s = (0.65, 0.3, 0.65, 0.05)
    one = sum(times_s)
    before = 0 if at_once else 6
    turn_s = clip.start_s + before * one + (1.0 if at_once and clip.start_s < 1 else 0.0) + 0.15
    reps = alternating(clip, before + 6, -18, 6)
    if len(reps) > before:
        reps[before]["at"] = round(turn_s + (0.9 if at_once else 1.3), 2)
    body_path = [{"start": turn_s, "end": turn_s + 1.0, "yaw_deg": size_deg}]
    march = march_of(clip, reps, times_s, body_path=body_path, foot_path=turn_steps(turn_s, size_deg))
    return {"march": march, "camera": {"azimuth": int(clip.draw.integers(-6, 7))}}


def turn_steps(start_s: float, size_deg: float) -> Reps:
    """Steps of both feet, in 1 s, that go with a turn of the body about the middle between them."""
    side = "L" if size_deg > 0 else "R"
    count = 4 if abs(size_deg) < 60 else 6
    step_s = 1.0 / count
    steps = []
    for i in range(count):
        share = min(1.0, (i + 2) / count) if i < count - 2 else 1.0
        steps.append(
            {
                "side": side,
                "start": round(start_s + i * step_s, 3),
                "end": round(start_s + (i + 1) * step_s + 0.03, 3),
                "about_deg": size_deg * share,
                "yaw_deg": size_deg * share,
                "height": 0.05,
            }
        )
        side = OTHER[side]
    return steps


def tree_pose(clip: Clip) -> dict:
    """One foot at the other leg, knee turned out, for 3 s; then a slow march."""
    tree = {"side": clip.first, "kind": "tree", "lift_s": 1.0, "hold_s": 3.0, "lower_s": 1.0, "rest_s": 0.4}
    tree["down_m"] = (0.04, 0.16)[clip.half]
    arms = [{"mode": "clap", "timing": {"start": clip.start_s, "end": clip.start_s + 5.0}}] if clip.third else []
    reps = [tree, *alternating(clip, 6, -18, 8)]
    return {"march": march_of(clip, reps, (0.7, 0.4, 0.7, 0.15), arms=arms)}


def disc(clip: Clip) -> dict:
    """A slow march, a disc over one knee during a part of some lifts."""
    times_s = (0.9, 0.7, 0.9, 0.3)
    reps = alternating(clip, 4, -20, 8)
    discs = []
    for i in (0, 1, 3) if clip.half else (1, 2):
        start = clip.start_s + i * sum(times_s) + clip.draw.uniform(0.3, 1.0)
        discs.append(
            {
                "side": reps[i]["side"],
                "start": round(start, 2),
                "end": round(start + clip.draw.uniform(0.4, 1.0), 2),
                "radius_m": round(clip.draw.uniform(0.07, 0.11), 3),
                "offset_m": [round(v, 3) for v in clip.draw.uniform(-0.03, 0.03, 2)],
                "colour": ([0.75, 0.55, 0.45], [0.20, 0.55, 0.25], [0.85, 0.85, 0.85])[clip.third],
                "follows": bool(i % 2),
            }
        )
    return {"march": march_of(clip, reps, times_s), "post": {"discs": discs}}


# ------------------------------------------------------------------ what does not count
def kicks(clip: Clip) -> dict:
    """Kicks forward with the leg straight."""
    reps = alternating(clip, 8, -20, 20, kind="kick")
    return {"march": march_of(clip, reps, (0.5, 0.12, 0.5, 0.1), arm_swing_deg=25)}


def leg_curls(clip: Clip) -> dict:
    """The shank back to horizontal, the thigh hanging."""
    reps = alternating(clip, 8, -84, -75, kind="curl", curl_deg=float(clip.draw.integers(80, 96)))
    arms = [{"mode": "hips", "timing": "always"}] if clip.third == 1 else []
    return {"march": march_of(clip, reps, (0.5, 0.2, 0.5, 0.1), arm_swing_deg=15, arms=arms)}


def steps_about(clip: Clip, along: str) -> dict:
    """Steps to one side, or forward, and back; the feet together after each."""
    size = round(clip.draw.uniform(0.32, 0.48), 2)
    body_path, foot_path, t = [], [], clip.start_s
    now = 0.0
    for i in range(7):
        to = (size, 0.0, -size, 0.0)[i % 4] if along == "x" else (-size, 0.0)[i % 2]
        leading = ("L" if to > now else "R") if along == "x" else "LR"[(i // 2) % 2]
        for side, late in ((leading, 0.0), (OTHER[leading], 0.5)):
            foot_path.append({"side": side, "start": t + late, "end": t + late + 0.5, along: to, "height": 0.07})
        body_path.append({"start": t + 0.12, "end": t + 0.88, along: to})
        now, t = to, t + 1.2
    return {"march": path_march(clip, body_path, foot_path, arms=[])}


def side_steps_curl(clip: Clip) -> dict:
    """The weight from one foot to the other with the feet apart, the free shank back each time."""
    apart, to = 0.14, 0.16
    t, side = clip.start_s, clip.first
    foot_path = [
        {"side": s, "start": t + late, "end": t + late + 0.4, "x": sign * apart, "height": 0.05}
        for s, sign, late in (("L", 1, 0.0), ("R", -1, 0.4))
    ]
    body_path, reps, t = (
        [{"start": t, "end": t + 0.4, "x": -0.1}, {"start": t + 0.4, "end": t + 0.8, "x": 0.0}],
        [],
        t + 0.8,
    )
    for _ in range(7):
        body_path.append({"start": t, "end": t + 0.55, "x": -to if side == "L" else to})
        curl = {"side": side, "kind": "curl", "peak_deg": -80, "curl_deg": 88, "at": round(t + 0.3, 2)}
        reps.append(curl | {"lift_s": 0.4, "hold_s": 0.1, "lower_s": 0.4, "rest_s": 0})
        side, t = OTHER[side], t + 1.1
    body_path.append({"start": t, "end": t + 0.5, "x": 0.0})
    return {"march": path_march(clip, body_path, foot_path, reps, weight_shift_cm=0)}


def run_in_place(clip: Clip) -> dict:
    """A run on the spot."""
    step_s, up_s = 0.33, 0.21
    reps = alternating(clip, 24, -30, -5, kind="step")
    run = {"step_s": step_s, "flight_m": round(clip.draw.uniform(0.02, 0.03), 3), "dip_m": 0.025}
    march = march_of(clip, reps, (up_s, 0.0, up_s, step_s - 2 * up_s), run=run, settle=1.0, weight_shift_cm=0)
    march["default"] |= {"shank_tilt_deg": 32, "tremor_deg": 0, "trunk_back_deg": -1, "landing": "toe"}
    return {"march": march | {"arms": [{"mode": "bent", "timing": "always"}]}}


def step_up(clip: Clip) -> dict:
    """Up on a box of 0.25 m and down again."""
    height, away = 0.25, -0.46
    body_path, foot_path, t, side = [], [], clip.start_s, clip.first
    for _ in range(2 if clip.start_s > 1 else 3):
        up, down = {"y": away, "z": height}, {"y": 0.0, "z": 0.0}
        for s, start, to, lift in (
            (side, 0.0, up, 0.12),
            (OTHER[side], 0.85, up, 0.10),
            (side, 2.3, down, 0.06),
            (OTHER[side], 3.1, down, 0.08),
        ):
            foot_path.append({"side": s, "start": t + start, "end": t + start + 0.65, "height": lift, **to})
        for start, end, values in (
            (0.1, 0.6, {"y": -0.12, "rise": 0.0, "lean_deg": 6}),
            (0.5, 1.5, {"y": away, "rise": height, "lean_deg": 16}),
            (1.0, 1.6, {"lean_deg": 0}),
            (2.2, 2.95, {"y": -0.14, "rise": -0.03, "lean_deg": 12}),
            (3.0, 3.7, {"y": 0.0, "rise": 0.0, "lean_deg": 0}),
        ):
            body_path.append({"start": t + start, "end": t + end, **values})
        t, side = t + 4.2, OTHER[side]
    box = {"x": 0.0, "y": away - 0.04, "width": 0.62, "depth": 0.40, "height": height, "colour": [0.55, 0.42, 0.28]}
    return {"march": path_march(clip, body_path, foot_path), "box": box}


def squats(clip: Clip) -> dict:
    """Squats, the arms forward for balance."""
    body_path, t, arms = [], clip.start_s, []
    for _ in range(3 if clip.start_s > 1 else 4):
        depth = round(clip.draw.uniform(0.28, 0.46), 2)
        body_path.append({"start": t, "end": t + 1.0, "rise": -depth, "y": 0.1 + 0.2 * depth, "lean_deg": 70 * depth})
        body_path.append({"start": t + 1.3, "end": t + 2.3, "rise": 0.0, "y": 0.0, "lean_deg": 0})
        arms.append({"mode": "forward", "timing": {"start": t, "end": t + 2.3}})
        t += 2.8
    foot_path = [
        {"side": s, "start": -2, "end": -1, "x": x, "yaw_deg": 60 * x, "height": 0}
        for s, x in (("L", 0.08), ("R", -0.08))
    ]
    return {"march": path_march(clip, body_path, foot_path, arms=arms)}


def lunges(clip: Clip) -> dict:
    """Lunges forward, and back to standing."""
    body_path, foot_path, t, side = [], [], clip.start_s, clip.first
    for _ in range(3 if clip.start_s > 1 else 4):
        far = round(clip.draw.uniform(0.62, 0.78), 2)
        foot_path += [
            {"side": side, "start": t, "end": t + 0.6, "y": -far, "height": 0.10},
            {"side": OTHER[side], "start": t + 0.4, "end": t + 1.2, "pitch_deg": 48, "height": 0.0},
            {"side": OTHER[side], "start": t + 1.5, "end": t + 2.2, "pitch_deg": 0, "height": 0.0},
            {"side": side, "start": t + 1.7, "end": t + 2.4, "y": 0.0, "height": 0.08},
        ]
        body_path += [
            {"start": t + 0.1, "end": t + 1.2, "y": -0.5 * far, "rise": -round(clip.draw.uniform(0.22, 0.30), 2)},
            {"start": t + 1.4, "end": t + 2.3, "y": 0.0, "rise": 0.0},
        ]
        t, side = t + 2.8, OTHER[side]
    arms = [{"mode": "hips", "timing": "always"}] if clip.third else []
    return {"march": path_march(clip, body_path, foot_path, arms=arms)}


SITUATIONS: tuple[Situation | tuple[Situation, ...], ...] = (
    Situation("overlap_brisk", overlap_brisk),
    Situation("overlap_slow", overlap_slow),
    Situation("arms_overhead", arms_overhead, top=1.3, half_width_m=0.95),
    (
        Situation("arms_swing", lambda c: arms_busy(c, "swing", "lift"), half_width_m=0.8),
        Situation("hands_on_hips", lambda c: arms_busy(c, "hips", "always")),
        Situation("clap", lambda c: arms_busy(c, "clap", "lift")),
    ),
    Situation("hand_on_knee", lambda c: arms_busy(c, "knee", "lift", default={"trunk_back_deg": -5})),
    Situation("knee_to_chest", knee_to_chest),
    (
        Situation("turning", lambda c: turning(c, at_once=False)),
        Situation("turn_at_once", lambda c: turning(c, at_once=True)),
    ),
    Situation("kicks", kicks, "kick", half_width_m=1.0),
    Situation("leg_curls", leg_curls, "leg_curl"),
    (
        Situation("side_steps", lambda c: steps_about(c, "x"), "side_step", half_width_m=1.0),
        Situation("side_steps_curl", side_steps_curl, "side_step", half_width_m=0.85),
        Situation("to_and_fro", lambda c: steps_about(c, "y"), "walking", half_width_m=1.0),
    ),
    Situation("run_in_place", run_in_place, "too_fast"),
    Situation("step_up", step_up, "step_up", top=1.2, half_width_m=0.9),
    Situation("tree_pose", tree_pose, half_width_m=0.7),
    Situation("disc", disc),
    (
        Situation("squats", squats, "squat_or_lunge", half_width_m=0.9),
        Situation("lunges", lunges, "squat_or_lunge", half_width_m=1.0),
    ),
)
"""In the order in which they are made; those in one row share its nine clips."""


# ------------------------------------------------------------------ scenarios
def clips() -> dict[str, tuple[Situation, dict]]:
    """Every clip's situation and scenario, by name, in the order in which they are made."""
    out = {}
    for number in range(9):
        for row, entry in enumerate(SITUATIONS):
            view = VIEWS[number % 3]
            slot = (number % 3 + number // 3) % 3
            bodies = SLOTS[slot]
            body = bodies[row % len(bodies)]
            kinds = entry if isinstance(entry, tuple) else (entry,)
            situation = kinds[(number % 3 + slot) % 3 if len(kinds) == 3 else PAIR[number] % len(kinds)]
            name = f"{situation.name}_{view}_{body}"
            if situation.name.startswith("turn"):
                size_deg = TURN_DEG[number]
                name = f"{situation.name}_{'left' if size_deg > 0 else 'right'}{abs(size_deg)}_{body}"
            out[name] = (situation, scenario(name, situation, row, number, view, body, slot))
    return out


def scenario(name: str, situation: Situation, row: int, number: int, view: str, body: str, slot: int) -> dict:
    """Person, camera, room and movement of a clip."""
    draw = np.random.default_rng(zlib.crc32(name.encode()))
    several = isinstance(SITUATIONS[row], tuple)
    at_once = (number // 3 + row) % 3 == 1 if several else (VIEWS.index(view) + slot + row) % 3 == 0
    start_s = 0.1 if at_once else round(draw.uniform(1.8, 2.6), 2)
    clip = Clip(view, body, number, slot, start_s, draw)
    person = {k: v for k, v in BODIES[body].items() if k != "split"}
    person |= {"character": body, **CLOTHES[(row + number) % len(CLOTHES)]}
    upright = (number + row) % 3 == 1
    movement = situation.build(clip)
    camera = camera_of(situation, clip, person["height_m"], upright) | movement.pop("camera", {})
    return {
        "name": name,
        "seed": zlib.crc32(name.encode()) % 1000,
        "fps": FPS,
        "size": [SHORT_PX, LONG_PX] if upright else [LONG_PX, SHORT_PX],
        "body": person,
        "camera": camera,
        "light": {"key": round(draw.uniform(0.7, 1.2), 2), "warmth": round(draw.uniform(0, 1), 2)},
        "room": {**ROOMS[(row + number // 2) % len(ROOMS)], "wall_distance": round(draw.uniform(1.5, 2.2), 2)},
        "post": {"noise": 1.0, "crf": 22} | movement.pop("post", {}),
        **movement,
    }


def camera_of(situation: Situation, clip: Clip, stature_m: float, upright: bool) -> dict:
    """A camera that sees the whole movement, from where people put one."""
    fov = 64
    long_half = np.tan(np.radians(fov / 2))
    short_half = long_half * SHORT_PX / LONG_PX
    up, across = (long_half, short_half) if upright else (short_half, long_half)
    top = situation.top * stature_m
    near = max(0.5 * (top + 0.28) / up, situation.half_width_m / across) + 0.2
    distance = max(2.3, near) * clip.draw.uniform(1.0, 1.12)
    height = clip.draw.uniform(0.6, 1.4)
    pitch = np.degrees(np.arctan2(height - 0.5 * top, distance))
    pitch = float(np.clip(pitch, *PITCH_LIMITS_DEG))
    height = 0.5 * top + distance * np.tan(np.radians(pitch))
    azimuths = AZIMUTH_DEG[clip.view]
    return {
        "azimuth": azimuths[(clip.number + clip.slot + len(situation.name)) % len(azimuths)],
        "pitch": round(pitch, 2),
        "roll": float(clip.draw.choice([0, 0, 0, 1, -1.2])),
        "height": round(height, 2),
        "distance": round(distance, 2),
        "hfov": fov,
        "fov_on_long_side": True,
    }


# ------------------------------------------------------------------ making them
def main() -> None:
    """Make what is named, or everything."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("videos", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--renderer", default="python3")
    parser.add_argument("--step", choices=("scenarios", "videos", "tracks", "all"), default="all")
    parser.add_argument("--again", action="store_true", help="make also what exists")
    options = parser.parse_args()
    options.videos.mkdir(parents=True, exist_ok=True)
    for name, (situation, content) in clips().items():
        if options.names and not {name, situation.name} & set(options.names):
            continue
        path = options.videos / f"{name}.json"
        path.write_text(json.dumps(content, indent=1) + "\n")
        if options.step in ("videos", "all") and (options.again or not path.with_suffix(".reps.json").exists()):
            subprocess.run([options.renderer, GENERATOR, path, "-o", options.videos], check=True)
        if options.step in ("tracks", "all") and (options.again or not (TRUTH / f"{name}.json").exists()):
            keep(options.videos, name, situation)


def keep(videos: Path, name: str, situation: Situation) -> None:
    """Track a clip and store its landmarks and its truth."""
    from store import json_text, read_clip, rounded

    for folder in (TRACKS, TRUTH):
        folder.mkdir(parents=True, exist_ok=True)
    track, truth = read_clip(videos, name, {k: v["split"] for k, v in BODIES.items()}, "test")
    known = json.loads((videos / f"{name}.reps.json").read_text())
    for lift, rep in zip(truth["lifts"], known["reps"], strict=True):
        lift["landing"] = lift["landing"] or rep["commanded"]["landing"]
        if situation.name.startswith("turn"):
            lift["azimuth_deg"] = round((truth["camera"]["azimuth_deg"] - rep["yaw_deg"] + 180) % 360 - 180, 1)
    truth = {"situation": situation.name, "expect": situation.expect, **truth}
    rounded(track).save(TRACKS / f"{name}.npz")
    (TRUTH / f"{name}.json").write_text(json_text(truth))
    print(f"{name}: {len(track.times_s)} frames, {len(truth['lifts'])} lifts, {truth['split']}", flush=True)


if __name__ == "__main__":
    main()
