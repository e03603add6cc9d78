"""From the records of the clips to figures: averages by group, what was to be reached, MarchCam's own 1-SD errors."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from marchcam import track as lm

SPLITS = ("test", "unseen", "train")
HELD_OUT = ("test", "unseen")
"""Bodies that set no constant: the errors that MarchCam states of itself come from them alone."""
VIEWS = ("front", "oblique", "side", "tilted")
CALIBRATIONS = ("marchcam", "told")
"""Nothing told, and stature and lens height given."""
COLUMNS = (*CALIBRATIONS, "image", "world")
SYMMETRIC_DEG, DEFICIT_DEG = 1.5, 12
"""True left-right difference below which a person is symmetric, and from which (rounded) it must be found."""
FOUND = ("possible", "clear", "large")
JUDGED = ("march", "failure")
"""Clips of which it counts what is said: also of those whose landmarks fail."""
PRIOR_CLIPS = 2
"""A view seen in few clips borrows the error of all views with this weight."""
Records = list[dict]


def build_results(records: Records) -> dict:
    """Everything that results.json holds.

    Parameters
    ----------
    records : list of dict
        From `clip_error`.

    Returns
    -------
    dict
        clips, summary (group -> figures), reach (limits), uncertainty.
    """
    results = {"summary": {name: summary(part) for name, part in groups(records).items()}}
    results["reach"] = reach(records, results["summary"])
    results["uncertainty"] = recommended_uncertainty(records)
    results["clips"] = {r["name"]: r for r in records}
    return rounded(results)


def groups(records: Records) -> dict[str, Records]:
    """Clips by who may set constants, and by view. Landmark failures stay apart but for the groups named after them."""
    march = [r for r in records if r["kind"] == "march"]
    out = {split: [r for r in march if r["split"] == split] for split in SPLITS} | {"all": march}
    for name in ("test", "all"):
        failed = [r for r in records if r["kind"] == "failure" and name in (r["split"], "all")]
        if failed:
            out[f"{name} with landmark failures"] = out[name] + failed
    for name in SPLITS:
        for view in VIEWS:
            out[f"{name} {view}"] = [r for r in out[name] if r["view"] == view]
    return {name: part for name, part in out.items() if part}


def summary(records: Records) -> dict:
    """Averages over clips, every clip with the same weight.

    Returns
    -------
    dict
        Each estimator's mae, worst_clip (largest mae of a clip), worst_side (largest error of a side's median),
        difference and worst_difference, degrees; and what only MarchCam gives.
    """
    out: dict = {"clips": len(records), "bodies": len({r["body"] for r in records})}
    for column in COLUMNS:
        own = [r[column] for r in records]
        differences = [abs(e["difference"]) for e in own if e["difference"] is not None]
        out[column] = {
            "mae": _mean([e["mae"] for e in own]),
            "worst_clip": _max([e["mae"] for e in own]),
            "worst_side": _max([e["worst"] for e in own]),
            "difference": _mean(differences),
            "worst_difference": _max(differences),
        }
    level = [r for r in records if r.get("level")]
    out["level"] = {"clips": len(level)}
    for column in (*CALIBRATIONS, "level"):
        errors = [r[column]["mae"] for r in level]
        out["level"][column] = {"mae": _mean(errors), "worst_clip": _max(errors)}
    slopes = [abs(v) for r in records for v in r["slope_error"].values()]
    landings = [r["landing"] for r in records if r["landing"]]
    out["slope"] = {"sides": len(slopes), "mae": _mean(slopes), "worst": _max(slopes)}
    holds = [r["hold_time_error_s"] for r in records]
    out["hold_time_s"] = {"mae": _mean(holds), "worst_clip": _max(holds)}
    out["landing"] = {k: sum(x[k] for x in landings) for k in ("lifts", "called", "right")}
    out["interval"] = {
        c: {"clips": len(known), "hold": sum(known)}
        for c in CALIBRATIONS
        for known in [[r[c]["interval_holds_truth"] for r in records if r[c]["interval_holds_truth"] is not None]]
    }
    return out


def lifts(records: Records) -> dict:
    """True lifts, those found on their side, and lifts that are none."""
    return {
        "true": sum(sum(r["lifts_true"].values()) for r in records),
        "found": sum(sum(r["lifts_found"].values()) for r in records),
        "invented": sum(r["lifts_invented"] for r in records),
    }


def symmetric_persons(records: Records, calibration: str = "marchcam") -> Records:
    """Clips of symmetric persons that were compared."""
    return [r for r in _compared(records, calibration) if abs(r[calibration]["true_difference_deg"]) < SYMMETRIC_DEG]


def deficits(records: Records, calibration: str = "marchcam") -> Records:
    """Clips with a difference of DEFICIT_DEG and more, and 6 lifts a side or more: too few to compare is no miss. Those
    in which the landmarks fail count like any other."""
    enough = [r for r in records if r["kind"] in JUDGED and min(r["lifts_true"].values()) >= 6]
    return [r for r in enough if round(abs(r[calibration]["true_difference_deg"])) >= DEFICIT_DEG]


def deficit_found(record: dict, calibration: str = "marchcam") -> bool:
    """Whether the verdict names the difference and the right side."""
    judged = record[calibration]
    return judged["verdict"] in FOUND and _right_side(judged)


def _compared(records: Records, calibration: str) -> Records:
    return [r for r in records if r["kind"] in JUDGED and r[calibration]["verdict"] != "withheld"]


def wrong_side(records: Records, calibration: str) -> Records:
    """Clips of people who are not symmetric in which the other side is called lower."""
    return [
        r
        for r in one_sided(records, calibration)
        if r[calibration]["verdict"] in FOUND and not _right_side(r[calibration])
    ]


def one_sided(records: Records, calibration: str) -> Records:
    """Clips of people who are not symmetric that were compared."""
    return [r for r in _compared(records, calibration) if abs(r[calibration]["true_difference_deg"]) >= SYMMETRIC_DEG]


def _right_side(judged: dict) -> bool:
    return judged["lower_side"] == ("right" if judged["true_difference_deg"] < 0 else "left")


def reach(records: Records, figures: dict) -> list[dict]:
    """What MarchCam is to reach: name, value, must, aim, and whether must and aim hold. Heights on test bodies, counts
    and verdicts on all."""
    out: list[dict] = []

    def at_most(name: str, value: float | None, must: float, aim: float, unit: str) -> None:
        if value is not None:
            out.append(_limit(name, value, must, aim, unit, lambda a, b: a <= b))

    def at_least(name: str, value: float | None, must: float, aim: float, unit: str) -> None:
        if value is not None:
            out.append(_limit(name, value, must, aim, unit, lambda a, b: a >= b))

    counted = lifts(records)
    at_most("lifts missed or invented", counted["true"] - counted["found"] + counted["invented"], 0, 0, "")
    if "test" in figures:
        test = figures["test"]
        own = test["marchcam"]
        at_most("hold elevation, mean absolute error", own["mae"], 3.0, 1.5, "°")
        at_most("hold elevation, worst clip", own["worst_clip"], 6.0, 3.0, "°")
        at_most("left–right difference, mean absolute error", own["difference"], 2.5, 1.5, "°")
        at_most("left–right difference, worst", own["worst_difference"], 6.0, 3.0, "°")
        at_most("drop-off slope, mean absolute error", test["slope"]["mae"], 0.25, 0.15, "°/lift")
        at_most("drop-off slope, worst side", test["slope"]["worst"], 0.25, 0.15, "°/lift")
        at_most("hold time, mean absolute error", test["hold_time_s"]["mae"], 0.15, 0.08, " s")
        at_most("hold time, worst clip", test["hold_time_s"]["worst_clip"], 0.15, 0.08, " s")
        tilted = [r for r in records if r["kind"] == "march" and r["split"] == "test" and r["view"] == "tilted"]
        gain = _mean([r["told"]["mae"] - r["marchcam"]["mae"] for r in tilted])
        at_most("tilted views, stature and lens height given: mean change of the error", gain, 0.0, 0.0, "°")
        worse = sum(r["told"]["mae"] > r["marchcam"]["mae"] for r in tilted)
        at_most("tilted views, stature and lens height given: clips that get worse", worse, 0, 0, "")
        at_most("stature and lens height given: worst clip", test["told"]["worst_clip"], 6.0, 1.5, "°")
    if "unseen" in figures:
        own = figures["unseen"]["marchcam"]
        at_most("unseen bodies: hold elevation, mean absolute error", own["mae"], 3.0, 1.5, "°")
        at_most("unseen bodies: hold elevation, worst clip", own["worst_clip"], 6.0, 3.0, "°")
        at_most("unseen bodies: left–right difference, mean absolute error", own["difference"], 2.5, 1.5, "°")
        at_most("unseen bodies: left–right difference, worst", own["worst_difference"], 6.0, 3.0, "°")
    weak = [r["marchcam"]["bias"]["right"] for r in records if r["name"] == "weak_right_partial"]
    at_most("a lift to −50° from the front, error", abs(weak[0]) if weak and weak[0] is not None else None, 8, 4, "°")
    if "all" in figures and figures["all"]["landing"]["lifts"]:
        seen = figures["all"]["landing"]
        at_least("landing called, share of lifts in view", 100 * seen["called"] / seen["lifts"], 80, 80, " %")
        at_least("landing right where called", 100 * seen["right"] / max(1, seen["called"]), 95, 99, " %")
    for calibration, words in (("marchcam", ""), ("told", ", stature and lens height given")):
        alike = symmetric_persons(records, calibration)
        false = sum(r[calibration]["verdict"] in ("clear", "large") for r in alike)
        at_most(f"symmetric persons called clear or large{words}", false, 0, 0, f" of {len(alike)}")
        large = deficits(records, calibration)
        missed = sum(not deficit_found(r, calibration) for r in large)
        at_most(f"differences of 12° and more missed{words}", missed, 0, 0, f" of {len(large)}")
        wrong, sided = (len(f(records, calibration)) for f in (wrong_side, one_sided))
        at_most(f"wrong side named, landmark failures counted{words}", wrong, 0, 0, f" of {sided}")
    return out


def _limit(name: str, value: float, must: float, aim: float, unit: str, holds: Callable) -> dict:
    return {
        "name": name,
        "value": value,
        "must": must,
        "aim": aim,
        "unit": unit,
        "must_holds": bool(holds(value, must)),
        "aim_holds": bool(holds(value, aim)),
    }


def recommended_uncertainty(records: Records) -> dict:
    """MarchCam's own 1-SD errors by view and calibration, landmark failures apart.

    Parameters
    ----------
    records : list of dict
        From `clip_error`, or the values of `results["clips"]`.

    Returns
    -------
    dict
        calibration ("marchcam" = nothing told, "told" = stature and lens height given) -> view as MarchCam sees it
        (tilted = its pitch estimate is TILTED_DEG or more) -> elevation_deg, difference_deg, reads_low_deg (how far too
        low heights are on average, 0 where they are not), and clips.

    Notes
    -----
    u = sqrt((sum of squares + m P^2) / (n + m)), n errors in the view (each side's mean error; each clip's error of the
    difference), P the root mean square over all views, m the weight of PRIOR_CLIPS clips; rounded up to 0.1 degree. The
    mean of the heights' errors is drawn to that of all views in the same way. Only bodies that set no constant count.
    """
    known = [r for r in records if r["kind"] == "march" and r["split"] in HELD_OUT]
    out: dict = {}
    for calibration in CALIBRATIONS if known else ():
        out[calibration] = {}
        heights, differences = _side_errors(known, calibration), _differences(known, calibration)
        for view in VIEWS:
            here = [r for r in known if r[calibration]["view"] == view]
            own = _side_errors(here, calibration)
            weight = 2 * PRIOR_CLIPS
            mean = (float(np.sum(own)) + weight * float(np.mean(heights))) / (len(own) + weight)
            out[calibration][view] = {
                "elevation_deg": _shrunk(own, heights, 2),
                "difference_deg": _shrunk(_differences(here, calibration), differences, 1),
                "reads_low_deg": max(0.0, math.ceil(-mean * 10 - 1e-9) / 10),
                "clips": len(here),
            }
    return out


def _side_errors(records: Records, calibration: str) -> list[float]:
    values = [r[calibration]["bias"][side] for r in records for side in lm.SIDES]
    return [v for v in values if v is not None]


def _differences(records: Records, calibration: str) -> list[float]:
    return [r[calibration]["difference"] for r in records if r[calibration]["difference"] is not None]


def _shrunk(own: list[float], everything: list[float], per_clip: int) -> float:
    weight = PRIOR_CLIPS * per_clip
    pooled = float(np.mean(np.square(everything)))
    u = math.sqrt((float(np.sum(np.square(own))) + weight * pooled) / (len(own) + weight))
    return math.ceil(u * 10 - 1e-9) / 10


def _mean(values: list[float | None]) -> float | None:
    known = [v for v in values if v is not None]
    return float(np.mean(known)) if known else None


def _max(values: list[float | None]) -> float | None:
    return max((v for v in values if v is not None), default=None)


def rounded(value: object) -> object:
    """The same with numbers to three digits after the point, for a file that can be compared by eye."""
    if isinstance(value, dict):
        return {k: rounded(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(v) for v in value]
    return round(float(value), 3) + 0.0 if isinstance(value, float | np.floating) else value
