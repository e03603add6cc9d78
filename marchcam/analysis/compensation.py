"""What the body does besides lifting: lean, hip hike, standing knee, knee path, feet, hands; and balance. Changes from
quiet standing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from marchcam import track as lm
from marchcam.analysis import nan_safe
from marchcam.analysis.camera import unrolled
from marchcam.analysis.ground import Ground
from marchcam.analysis.motion import TRUNK_AND_LEGS, stature_px
from marchcam.analysis.repetitions import LiftEvents
from marchcam.analysis.results import Balance, Compensation
from marchcam.arrays import Bools, Floats

LATERAL_DEG = {"front": 5.0, "back": 5.0, "oblique": 8.0, "side": np.inf}
LATERAL_MARKED_DEG = 10.0
"""Obliquely the depth of the world landmarks adds 3 degrees of scatter; side-on a sideways lean cannot be seen
[seen]."""
BACKWARD_DEG = {"front": 8.0, "back": 8.0, "oblique": 7.0, "side": 6.0}
HIKE_DEG, DROP_DEG, HIKE_SHARE = 6.0, 10.0, 0.60
"""A level pelvis reads up to 7 degrees of drop, and 3 of hike [seen]."""
KNEE_BENT_DEG = 20.0
KNEE_OUT_DEG, KNEE_ACROSS_DEG = 15.0, 15.0
FOOT_MOVED = 0.08
"""Of leg length; a half-hidden standing foot jitters by up to 7 % [seen]."""
SWAY_RATIO = 1.5
FACING_DEG = 25.0
"""Up to here a hike, a knee's path and a lean towards or from the lens can be told from the picture's size and rows."""
WIDTH_BIAS = 0.015
"""Shoulders and ears look this much narrower over a lift without any lean [seen, 12 front clips]."""
HIKE_EXPECTED, HIKE_EXPECTED_PER_DEG, HIKE_LOWEST_DEG, HIKE_GAIN = 0.105, 0.0025, -25.0, 1.4
"""How far the lifted hip landmark rides above the standing one on a level pelvis, in thighs at 0 degrees and per degree
of elevation down to a lowest, and what is lost of a real hike [seen, front clips]."""
HAND_AWAY, HAND_STILL = 0.20, 0.006
"""Of stature: a wrist this far from hip and shoulder that moves no more than this over a lift rests on something
[default]."""


@dataclass(frozen=True)
class LiftPosture:
    """Changes from standing over the hold of one lift; NaN = cannot be told in this view."""

    side: str
    view: str
    """front, oblique, side or back."""
    lean_left_deg: float
    """Trunk towards the person's left."""
    lean_back_deg: float
    hike_deg: float
    """+ = the lifted side's hip rides up."""
    stance_knee_deg: float
    knee_out_deg: float
    """+ = away from the midline."""
    foot_moved: float
    """Largest shift of the standing foot, leg lengths."""
    sway_rms: float
    """Sideways RMS of the mid-hip while on one leg, leg lengths."""
    sway_speed: float
    """Mean sideways speed of it, leg lengths per second."""
    hands_still: bool


class PostureReader:
    """Reads the posture of lifts against quiet standing. Everything that does not depend on the lift is computed
    once: the series called changes are those since standing."""

    def __init__(self, ground: Ground) -> None:
        motion, camera, down, standing = ground.motion, ground.camera, ground.standing.down, ground.standing.any
        self.motion, self.camera = motion, camera
        self.still, self.leg_px = ground.rows, ground.leg_px

        def change(values: Floats, while_standing: Bools = standing) -> Floats:
            return values - float(nan_safe.median(values[while_standing]))

        self.hip_row_changes = {s: change(ground.seen_rows[:, lm.HIP[s]], down[s]) for s in lm.SIDES}
        whole = motion.position_px
        flat = {
            i: unrolled(whole[:, i], motion.image_size_wh, camera.focal_px, camera.roll_deg) for i in TRUNK_AND_LEGS
        }
        self.knee_column_changes = {s: change(flat[lm.KNEE[s]][:, 0], down[s]) for s in lm.SIDES}
        apart = np.abs(flat[lm.LEFT_HIP][:, 0] - flat[lm.RIGHT_HIP][:, 0])
        self.hips_apart = float(nan_safe.median(apart[standing]))
        shoulder, hip = (0.5 * (flat[pair["left"]] + flat[pair["right"]]) for pair in (lm.SHOULDER, lm.HIP))
        trunk = shoulder - hip
        self.image_tilt_changes_deg = change(np.degrees(np.arctan2(trunk[:, 0], -trunk[:, 1])))
        shoulder_width = np.hypot(*(flat[lm.LEFT_SHOULDER] - flat[lm.RIGHT_SHOULDER]).T)
        self.standing_width = float(nan_safe.median(shoulder_width[standing]))
        self.width_changes = change(shoulder_width)
        self.trunk_length = float(nan_safe.median(-trunk[standing, 1]))
        world = self._middle(motion.world_m, lm.SHOULDER) - self._middle(motion.world_m, lm.HIP)
        self.depth_tilt_changes_deg = change(np.degrees(np.arctan2(world[:, 2], -world[:, 1])))
        self.knee_changes_deg = {s: change(_knee_flexion_deg(motion.world_m, s), down[s]) for s in lm.SIDES}
        self.stature_px = stature_px(motion)
        self.sees_foot = ground.feet_seen

    @staticmethod
    def _middle(values: Floats, pair: dict[str, int]) -> Floats:
        return 0.5 * (values[:, pair["left"]] + values[:, pair["right"]])

    def read(self, side: str, events: LiftEvents, elevation_deg: float) -> LiftPosture:
        """Posture of one lift of `side` that reaches `elevation_deg`."""
        hold, whole = events.top, events.whole
        other = lm.OTHER[side]
        left, back = self._lean(hold)
        return LiftPosture(
            side=side,
            view=self.camera.kind,
            lean_left_deg=left,
            lean_back_deg=back,
            hike_deg=self._hike(side, hold, elevation_deg),
            stance_knee_deg=nan_safe.median(self.knee_changes_deg[other][hold]),
            knee_out_deg=self._knee_out(side, hold, elevation_deg),
            foot_moved=self._foot_moved(other, whole),
            **self._sway(hold),
            hands_still=self._hands_still(whole),
        )

    def _lean(self, hold: slice) -> tuple[float, float]:
        """Lean to the left and back: the tilt in the picture and the tilt along the line of sight, turned into the
        body's own directions.

        Facing, the tilt along the line of sight comes from how much narrower the shoulders get; else from the world
        landmarks.
        """
        across = nan_safe.median(self.image_tilt_changes_deg[hold])
        if abs(self.camera.azimuth_deg) < FACING_DEG:
            narrower = -nan_safe.median(self.width_changes[hold]) / self.standing_width - WIDTH_BIAS
            away = np.degrees(np.arcsin(np.clip(narrower / max(self.trunk_length, 1e-6), -1, 1)))
        else:
            away = nan_safe.median(self.depth_tilt_changes_deg[hold])
        a = np.radians(self.camera.azimuth_deg)
        return float(across * np.cos(a) - away * np.sin(a)), float(across * np.sin(a) + away * np.cos(a))

    def _hike(self, side: str, hold: slice, elevation_deg: float) -> float:
        if abs(self.camera.azimuth_deg) > FACING_DEG:
            return np.nan
        ride = nan_safe.median(self.hip_row_changes[lm.OTHER[side]][hold]) - nan_safe.median(
            self.hip_row_changes[side][hold]
        )
        ride /= self.still.thigh_length
        width = self.hips_apart / (self.still.thigh_length * np.cos(np.radians(self.camera.azimuth_deg)))
        excess = ride - HIKE_EXPECTED - HIKE_EXPECTED_PER_DEG * max(elevation_deg, HIKE_LOWEST_DEG)
        return float(np.degrees(np.arcsin(np.clip(HIKE_GAIN * excess / max(width, 0.2), -1, 1))))

    def _knee_out(self, side: str, hold: slice, elevation_deg: float) -> float:
        if abs(self.camera.azimuth_deg) > FACING_DEG:
            return np.nan
        a, e = np.radians(self.camera.azimuth_deg), np.radians(elevation_deg)
        aside = nan_safe.median(self.knee_column_changes[side][hold]) / self.still.thigh_length
        aside = (aside + np.cos(e) * np.sin(a)) / np.cos(a)
        out = aside if side == "left" else -aside
        return float(np.degrees(np.arcsin(np.clip(out, -1, 1))))

    def _foot_moved(self, side: str, whole: slice) -> float:
        if not self.sees_foot[side]:
            return np.nan
        foot = np.mean(self.motion.foot_px[whole][:, [lm.HEEL[side], lm.TOE[side]]], axis=1)
        foot = foot[np.isfinite(foot).all(axis=1)]
        if len(foot) < 3 or not self.leg_px > 0:
            return np.nan
        return float(np.percentile(np.hypot(*(foot - np.median(foot, axis=0)).T), 90) / self.leg_px)

    def _sway(self, hold: slice) -> dict[str, float]:
        x = self._middle(self.motion.position_px[hold], lm.HIP)[:, 0] / self.leg_px
        x = x[np.isfinite(x)]
        if len(x) < 4:
            return {"sway_rms": np.nan, "sway_speed": np.nan}
        return {"sway_rms": float(np.std(x)), "sway_speed": float(np.mean(np.abs(np.diff(x))) * self.motion.rate_hz)}

    def _hands_still(self, whole: slice) -> bool:
        for side in lm.SIDES:
            wrist, hip, shoulder = (self.motion.position_px[whole, p[side]] for p in (lm.WRIST, lm.HIP, lm.SHOULDER))
            away = min(
                nan_safe.median(np.abs(wrist[:, 0] - hip[:, 0])), nan_safe.median(np.abs(wrist[:, 0] - shoulder[:, 0]))
            )
            spread = float(np.hypot(*nan_safe.deviation(wrist, axis=0)))
            visible = nan_safe.median(self.motion.visibility[whole, lm.WRIST[side]]) > 0.6
            if visible and away > HAND_AWAY * self.stature_px and spread < HAND_STILL * self.stature_px:
                return True
        return False


def _knee_flexion_deg(world_m: Floats, side: str) -> Floats:
    thigh = world_m[:, lm.KNEE[side]] - world_m[:, lm.HIP[side]]
    shank = world_m[:, lm.ANKLE[side]] - world_m[:, lm.KNEE[side]]
    cosine = np.sum(thigh * shank, axis=1) / np.maximum(
        np.linalg.norm(thigh, axis=1) * np.linalg.norm(shank, axis=1), 1e-9
    )
    flexion: Floats = np.degrees(np.arccos(np.clip(cosine, -1, 1)))
    return flexion


def _median(values: list[float]) -> float | None:
    known = [v for v in values if np.isfinite(v)]
    return float(np.median(known)) if known else None


def _level(value: float, limit: float, share: float, *, marked: float = np.inf, needed: float = 0.5) -> str:
    if value < limit or share < needed:
        return "none"
    return "marked" if value >= marked else "flagged"


def compensations(postures: list[LiftPosture]) -> tuple[Compensation, ...]:
    """Every compensation that can be measured, strongest first, levels none to marked.

    Parameters
    ----------
    postures : list of LiftPosture
        Of the counted lifts, one at least. Of several views the one with most of them is judged.

    Returns
    -------
    tuple of Compensation
        A side is named where one side alone is over its limit.
    """
    views = [p.view for p in postures]
    kind = max(sorted(set(views)), key=views.count)
    postures = [p for p in postures if p.view == kind]
    rows = [
        _sided(
            postures, "backward_lean", lambda p: p.lean_back_deg, BACKWARD_DEG[kind], pooled=kind in ("front", "back")
        ),
        _sided(postures, "sideways_lean", lambda p: abs(p.lean_left_deg), LATERAL_DEG[kind], marked=LATERAL_MARKED_DEG),
        _sided(postures, "hip_hike", lambda p: p.hike_deg, HIKE_DEG, needed=HIKE_SHARE),
        _sided(postures, "hip_drop", lambda p: -p.hike_deg, DROP_DEG, needed=HIKE_SHARE),
        _sided(postures, "stance_knee_bent", lambda p: p.stance_knee_deg, KNEE_BENT_DEG),
        _sided(postures, "knee_out", lambda p: p.knee_out_deg, KNEE_OUT_DEG),
        _sided(postures, "knee_across", lambda p: -p.knee_out_deg, KNEE_ACROSS_DEG),
        _sided(postures, "foot_moved", lambda p: p.foot_moved, FOOT_MOVED, percent=True),
    ]
    hands = sum(p.hands_still for p in postures) / len(postures) if postures else 0.0
    if hands >= 0.8:
        rows.append(Compensation("hands_on_support", None, None, None, hands, "flagged", "a hand rests on something"))
    found = [r for r in rows if r is not None]
    for pair in (("hip_hike", "hip_drop"), ("knee_out", "knee_across")):  # one movement, two directions: the larger one
        both = [r for r in found if r.code in pair]
        if len(both) == 2:
            found.remove(min(both, key=lambda r: (r.level != "none", r.value_deg)))
    return tuple(sorted(found, key=lambda c: ("marked", "flagged", "none").index(c.level)))


def not_seen(postures: list[LiftPosture]) -> tuple[str, ...]:
    """Codes of compensations that this view cannot show."""
    codes = []
    if all(p.view == "side" for p in postures):
        codes.append("sideways_lean")
    codes += [
        code
        for code, measure in (("hip_hike", "hike_deg"), ("knee_out", "knee_out_deg"))
        if not any(np.isfinite(getattr(p, measure)) for p in postures)
    ]
    return tuple(codes) if postures else ()


def _sided(
    postures: list[LiftPosture],
    code: str,
    measure: Callable[[LiftPosture], float],
    limit: float,
    *,
    marked: float = np.inf,
    needed: float = 0.5,
    percent: bool = False,
    pooled: bool = False,
) -> Compensation | None:
    """One compensation by lifted side; `pooled` = both sides together, where one side alone is too uncertain."""
    levels, values, shares = {}, {}, {}  # by side; no value where nothing is known
    for side in lm.SIDES:
        own = [measure(p) for p in postures if pooled or p.side == side]
        known = [v for v in own if np.isfinite(v)]
        if not known:
            continue
        values[side] = float(np.median(known))
        shares[side] = float(np.mean([v >= limit for v in known]))
        levels[side] = _level(values[side], limit, shares[side], marked=marked, needed=needed)
    if not values:
        return None
    over = [s for s in values if levels[s] != "none"]
    worst = max(over or values, key=lambda s: values[s])
    one_side = over[0] if len(over) == 1 else None
    value = values[worst]
    share = shares[one_side] if one_side else float(np.mean(list(shares.values())))
    text = f"{abs(100 * value):.0f} % of leg length" if percent else f"{max(value, 0):.0f}°"
    if one_side:
        text += f", {one_side} lifts"
    return Compensation(
        code, one_side, None if percent else value, 100 * value if percent else None, share, levels[worst], text
    )


def balance(postures: list[LiftPosture]) -> tuple[Balance, Compensation | None]:
    """Steadiness by standing leg: sway over the holds, moved feet; and the line for the report."""
    rms, speed, moved = {}, {}, {}
    for stance in lm.SIDES:
        own = [p for p in postures if p.side == lm.OTHER[stance]]
        rms[stance], speed[stance] = _median([p.sway_rms for p in own]), _median([p.sway_speed for p in own])
        moved[stance] = sum(bool(p.foot_moved >= FOOT_MOVED) for p in own)
    less, line = None, None
    known = {s: (r, v) for s in lm.SIDES if (r := rms[s]) is not None and (v := speed[s]) is not None}
    if len(known) == 2 and min(known.values())[0] > 0:
        worse = max(known, key=lambda s: known[s][0])
        better = lm.OTHER[worse]
        # Both must say so, and it must be more than the landmarks' own noise: 0.5 % of a leg is 4 mm.
        by_rms, by_speed = (known[worse][k] >= SWAY_RATIO * known[better][k] for k in (0, 1))
        if by_rms and by_speed and known[worse][0] > 0.01:
            less = worse
        text = f"more on the {less} leg" if less else "alike on both legs"
        line = Compensation("sway", less, None, 100 * known[worse][0], None, "flagged" if less else "none", text)
    pct = {s: None if value is None else 100 * value for s, value in rms.items()}
    pct_s = {s: None if value is None else 100 * value for s, value in speed.items()}
    return Balance(pct["left"], pct["right"], pct_s["left"], pct_s["right"], moved["left"], moved["right"], less), line
