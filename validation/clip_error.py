"""One clip through MarchCam, and what is wrong with the outcome: a plain record for the table."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from marchcam import Assessment, PoseTrack, Setup, assess
from marchcam import track as lm
from marchcam.analysis import landing, signals
from marchcam.analysis import repetitions as reps
from marchcam.analysis.ground import LEVEL_WINDOW_S
from marchcam.analysis.motion import ANGLE_CUTOFF_HZ, Motion, build_motion
from marchcam.analysis.results import Repetition
from marchcam.analysis.statistics import theil_sen
from marchcam.analysis.uncertainty import TILTED_DEG

FRONT_DEG, SIDE_DEG = 20.0, 65.0
"""Limits of the true azimuth between front, oblique and side; the front includes its limit."""
ROLLED_DEG = 3.0
"""True roll from which a view counts as tilted, as it does from TILTED_DEG of pitch."""
FAST_LIFT_S = 0.6
"""A lift that takes less is no slow march: its lifts are counted, its heights not averaged."""
MIN_SLOPE_LIFTS = 8
LEVEL_DEG = 1.0
"""How level a true thigh must be to stand for one that is known to be level."""
LANDMARK_FAILURES = {
    "longtrunk_front_dark": "the model puts the left knee at mid-shank (dark trousers in the dark), visibility 0.98",
}
"""Clips on which the landmarks themselves are plainly wrong: told apart from the averages, and averaged once more with
them."""
ESTIMATORS = ("marchcam", "image", "world")


@dataclass(frozen=True)
class TrueLift:
    """One lift as it was rendered."""

    side: str
    start_s: float
    peak_s: float
    hold_end_s: float
    end_s: float
    elevation_deg: float
    """Mean over the hold."""
    landing: str
    """toe or heel."""


@dataclass(frozen=True)
class Truth:
    """Everything known about a clip."""

    name: str
    facts: dict
    """body, split, stature_m, outfit, dark, compensating, fps, image_size_wh, camera."""
    lifts: tuple[TrueLift, ...]
    elevation_deg: dict[str, np.ndarray]
    """(n,) a frame, a side."""

    @classmethod
    def from_json(cls, name: str, values: dict) -> Truth:
        """From the content of truth/NAME.json."""
        elevation = {s: np.array(values[f"{s}_elevation_deg"], float) for s in lm.SIDES}
        facts = {k: v for k, v in values.items() if k != "lifts" and not k.endswith("elevation_deg")}
        return cls(name, facts, tuple(TrueLift(**lift) for lift in values["lifts"]), elevation)

    @classmethod
    def load(cls, path: Path) -> Truth:
        """Read truth/NAME.json."""
        return cls.from_json(path.stem, json.loads(path.read_text()))

    @property
    def kind(self) -> str:
        """march, fast, standing, or failure (of the landmarks)."""
        if self.name in LANDMARK_FAILURES:
            return "failure"
        if not self.lifts:
            return "standing"
        return "fast" if np.median([q.peak_s - q.start_s for q in self.lifts]) < FAST_LIFT_S else "march"

    @property
    def view(self) -> str:
        """front, oblique, side or tilted, by the true camera."""
        camera = self.facts["camera"]
        if abs(camera["pitch_deg"]) >= TILTED_DEG or abs(camera["roll_deg"]) >= ROLLED_DEG:
            return "tilted"
        turn = abs(camera["azimuth_deg"])
        return "front" if turn <= FRONT_DEG else "oblique" if turn < SIDE_DEG else "side"

    def of_side(self, side: str) -> list[TrueLift]:
        """The lifts of one side, in time order."""
        return [q for q in self.lifts if q.side == side]

    def setup(self) -> Setup:
        """Stature and lens height, as a person could have told them."""
        return Setup(stature_m=self.facts["stature_m"], lens_height_m=self.facts["camera"]["height_m"])


def clip_error(track: PoseTrack, truth: Truth) -> dict:
    """Compare a clip with its truth: with nothing told, and with stature and lens height given.

    Parameters
    ----------
    track : PoseTrack
    truth : Truth

    Returns
    -------
    dict
        Degrees and seconds; found minus true where signed; None where there is nothing to compare.
    """
    plain = assess(track, Setup())
    pairs, invented = matched(plain, truth)
    record = {
        "name": truth.name,
        "kind": truth.kind,
        "view": truth.view,
        "body": truth.facts["body"],
        "split": truth.facts["split"],
        "outfit": truth.facts["outfit"],
        "dark": truth.facts["dark"],
        "compensating": truth.facts["compensating"],
        "fps": truth.facts["fps"],
        "camera": truth.facts["camera"],
        "lifts_true": {s: len(truth.of_side(s)) for s in lm.SIDES},
        "lifts_found": {s: sum(q.side == s for _, q in pairs) for s in lm.SIDES},
        "lifts_invented": invented,
        "trust": plain.quality.trust,
        "marchcam": _judged(plain, pairs, truth),
    }
    if truth.kind in ("march", "failure"):
        motion = build_motion(track)
        for name, elevation in (("image", image_angle(motion)), ("world", world_angle(motion))):
            record[name] = height_error([(q, height_over_hold(elevation[q.side], motion, r)) for r, q in pairs])
        told = assess(track, truth.setup())
        record["told"] = _judged(told, matched(told, truth)[0], truth)
        level_s = level_time_s(truth)
        record["level"] = None
        if level_s is not None:
            levelled = assess(track, Setup(level_thigh_s=level_s))
            record["level"] = _judged(levelled, matched(levelled, truth)[0], truth)
        record["slope_error"] = _slope_error(pairs, truth)
        record["hold_time_error_s"] = _hold_time_error(pairs, truth)
        record["landing"] = _landing_error(plain, pairs, truth)
    return record


def level_time_s(truth: Truth) -> float | None:
    """The middle of the first hold in which the true thigh is level to LEVEL_DEG, seconds; None without one, and from
    the side."""
    level = [q for q in truth.lifts if abs(q.elevation_deg) <= LEVEL_DEG and q.hold_end_s - q.peak_s >= LEVEL_WINDOW_S]
    if not level or abs(truth.facts["camera"]["azimuth_deg"]) > SIDE_DEG:
        return None
    return 0.5 * (level[0].peak_s + level[0].hold_end_s)


def matched(assessment: Assessment, truth: Truth) -> tuple[list[tuple[Repetition, TrueLift]], int]:
    """Counted lifts with the true lift each of them is, and the number of counted lifts that are none."""
    free = list(truth.lifts)
    pairs, invented = [], 0
    for r in assessment.repetitions:
        if r.excluded is not None:
            continue
        own = [q for q in free if q.side == r.side and q.start_s <= r.snapshot_s <= q.end_s]
        if own:
            free.remove(own[0])
            pairs.append((r, own[0]))
        else:
            invented += 1
    return pairs, invented


def _judged(assessment: Assessment, pairs: list[tuple[Repetition, TrueLift]], truth: Truth) -> dict:
    """Error of MarchCam's heights, its camera, and its verdict."""
    out = height_error([(q, r.peak_elevation_deg) for r, q in pairs])
    view, compared = assessment.view, assessment.asymmetry
    true = _true_difference(truth)
    out |= {
        "view": None if view.kind is None else "tilted" if abs(view.pitch_deg) >= TILTED_DEG else view.kind,
        "azimuth_deg": view.azimuth_deg,
        "pitch_deg": view.pitch_deg,
        "roll_deg": view.roll_deg,
        "verdict": compared.verdict,
        "lower_side": compared.lower_side,
        "true_difference_deg": true,
        "interval_holds_truth": None,
    }
    if compared.ci_total_deg is not None and true is not None:
        out["interval_holds_truth"] = bool(compared.ci_total_deg[0] <= true <= compared.ci_total_deg[1])
    return out


def _true_difference(truth: Truth) -> float | None:
    means = {s: [q.elevation_deg for q in truth.of_side(s)] for s in lm.SIDES}
    return float(np.mean(means["right"]) - np.mean(means["left"])) if all(means.values()) else None


def height_error(pairs: list[tuple[TrueLift, float]]) -> dict:
    """Errors of the height of lifts.

    Parameters
    ----------
    pairs : list of (TrueLift, float)
        The true lift and the height measured, degrees.

    Returns
    -------
    dict
        mae = mean of |error| over the lifts; bias = mean error a side; worst = largest |median found - median true| of
        a side; difference = error of the mean of the right lifts minus the mean of the left ones.
    """
    pairs = [(q, e) for q, e in pairs if e is not None and np.isfinite(e)]
    bias, worst = dict.fromkeys(lm.SIDES), None
    for side in lm.SIDES:
        own = [(e, q.elevation_deg) for q, e in pairs if q.side == side]
        if own:
            found, true = np.array(own).T
            bias[side] = float(np.mean(found - true))
            worst = max(worst or 0.0, abs(float(np.median(found) - np.median(true))))
    both = None not in bias.values()
    return {
        "mae": float(np.mean([abs(e - q.elevation_deg) for q, e in pairs])) if pairs else None,
        "bias": bias,
        "worst": worst,
        "difference": bias["right"] - bias["left"] if both else None,
    }


def image_angle(motion: Motion) -> dict[str, np.ndarray]:
    """Elevation (m,) of the line hip–knee in the picture, degrees: atan2 of its rise over its width."""
    return {s: _rise_over_width(motion.position_px[:, lm.KNEE[s]] - motion.position_px[:, lm.HIP[s]]) for s in lm.SIDES}


def world_angle(motion: Motion) -> dict[str, np.ndarray]:
    """Elevation (m,) of the line hip–knee of MediaPipe's world landmarks, degrees."""
    line = {s: motion.world_m[:, lm.KNEE[s]] - motion.world_m[:, lm.HIP[s]] for s in lm.SIDES}
    return {s: _rise_over_width(np.column_stack([np.hypot(d[:, 0], d[:, 2]), d[:, 1]])) for s, d in line.items()}


def _rise_over_width(line: np.ndarray) -> np.ndarray:
    """Degrees above horizontal of lines (m, 2), y down."""
    return np.degrees(np.arctan2(-line[:, 1], np.abs(line[:, 0])))


def height_over_hold(elevation: np.ndarray, motion: Motion, lift: Repetition) -> float:
    """Median over the hold that MarchCam found, or around the top without one."""
    start, end = lift.hold_start_s, lift.hold_end_s
    if start is None:
        start, end = lift.snapshot_s - 0.5 * reps.PEAK_WINDOW_S, lift.snapshot_s + 0.5 * reps.PEAK_WINDOW_S
    inside = (motion.time_s >= start - 1e-6) & (motion.time_s <= end + 1e-6)
    return float(np.nanmedian(elevation[inside]))


def _slope_error(pairs: list[tuple[Repetition, TrueLift]], truth: Truth) -> dict[str, float]:
    """Error of the slope, degrees a lift, of the sides with MIN_SLOPE_LIFTS or more: as MarchCam draws it, the first
    lift left out."""
    out = {}
    for side in lm.SIDES:
        true = truth.of_side(side)
        own = [(true.index(q), r.peak_elevation_deg, q.elevation_deg) for r, q in pairs if q.side == side]
        if len(own) >= MIN_SLOPE_LIFTS:
            index, found, real = np.array(own[1:], float).T
            out[side] = theil_sen(index, found)[0] - theil_sen(index, real)[0]
    return out


def true_holds(truth: Truth) -> dict[tuple[str, float], float]:
    """Hold time of every true lift, (side, start) to seconds: MarchCam's own definition on the true angle."""
    fps = float(truth.facts["fps"])
    time = np.arange(len(truth.elevation_deg["left"])) / fps
    out = {}
    for side in lm.SIDES:
        own = truth.of_side(side)
        elevation = signals.filter_zero_phase(truth.elevation_deg[side], fps, ANGLE_CUTOFF_HZ)
        rise = elevation - np.median(elevation[time < min(q.start_s for q in truth.lifts)])
        found = reps.find_lifts(time, rise, side)
        for k, lift in enumerate(found):
            low = found[k - 1].stop if k else 0
            high = found[k + 1].start if k + 1 < len(found) else len(time)
            hold = reps.lift_events(lift, elevation, rise, fps, (low, high)).hold
            for q in own:
                if q.start_s <= time[lift.peak] <= q.end_s:
                    out[side, q.start_s] = (hold[1] - 1 - hold[0]) / fps if hold else 0.0
    return out


def _hold_time_error(pairs: list[tuple[Repetition, TrueLift]], truth: Truth) -> float | None:
    true = true_holds(truth)
    error = [abs(r.hold_duration_s - true[q.side, q.start_s]) for r, q in pairs if (q.side, q.start_s) in true]
    return float(np.mean(error)) if error else None


def _landing_error(assessment: Assessment, pairs: list[tuple[Repetition, TrueLift]], truth: Truth) -> dict | None:
    """Landings seen, called toe-first or heel-first, and called right; None where the frame rate is too low."""
    if truth.facts["fps"] < landing.MIN_FPS or any(f.code == "feet_out" for f in assessment.quality.flags):
        return None
    called = [(r.landing, q.landing) for r, q in pairs if r.landing in ("toe_first", "heel_first")]
    return {"lifts": len(pairs), "called": len(called), "right": sum(a == f"{b}_first" for a, b in called)}
