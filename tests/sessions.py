"""Sessions for tests: one assessment.json as a real march gives it, varied."""

from __future__ import annotations

import copy
import functools
from pathlib import Path

from marchcam.analysis.sessions import Session, read_session
from marchcam.history.store import Recorded

TRACKS = Path(__file__).parent / "data" / "tracks"
PAIN_FREE = {"back_before": 0, "back_after": 0, "hip_before": None, "hip_after": None, "rose": False, "new": False}
SIDES = ("left", "right")


@functools.cache
def _assessed() -> dict:
    from marchcam import PoseTrack, assess
    from marchcam.report.tables import assessment_to_dict

    return assessment_to_dict(assess(PoseTrack.load(TRACKS / "demo.npz")))


def assessment(*, height=(2.0, -10.0), hold=(1.2, 1.1), drop=(1.0, 6.0), **given) -> dict:
    """The sample march as assessment.json has it; other heights, holds and drop-offs, and parts of it given anew."""
    found = copy.deepcopy(_assessed())
    found["pain"] = dict(PAIN_FREE)
    found["uncertainty"] = {"elevation_deg": 3.0, "difference_deg": 3.5}
    found["setup"].update(support="none", pain_back_before=0, pain_back_after=0)
    found["view"].update(kind="oblique", azimuth_deg=30.0)
    for side, up, held, fell in zip(SIDES, height, hold, drop, strict=True):
        own = found["sides"][side]
        own["peak_elevation_deg"]["median"], own["hold_duration_s"]["median"] = up, held
        own["drop_off"]["total_deg"] = fell
        if fell is not None:
            span = own["repetition_count"] - 2
            own["drop_off"]["slope_ci_deg_per_rep"] = [(-fell - 1.2) / span, (-fell + 1.2) / span]
        own["peak_elevation_deg"]["sd"], own["hold_duration_s"]["sd"] = 2.0, 0.1
    _set_difference(found, None if None in height else height[1] - height[0])
    for name, value in given.items():
        part, _, key = name.partition("__")
        if key:
            found[part][key] = value
        elif isinstance(value, dict):
            found[part].update(value)
        else:
            found[part] = value
    return found


def _set_difference(found: dict, difference: float | None) -> None:
    compared = found["asymmetry"]
    compared["difference_deg"] = difference
    for name, half in (("ci_rep_deg", 2.0), ("ci_total_deg", 7.0)):
        compared[name] = None if difference is None else [difference - half, difference + half]
    compared["verdict"] = "withheld" if difference is None else "clear" if abs(difference) >= 9 else "inconclusive"


def session(id: int = 1, day: str = "2026-03-03", alias: str = "S17", **given) -> Session:
    """A session as the history gives it back; a day, or a moment of it."""
    recorded_at = day if "T" in day else f"{day}T10:00"
    return read_session(assessment(**given), id=id, alias=alias, recorded_at=recorded_at, folder=f"/results/{id}")


def recorded(alias: str = "S17", recorded_at: str = "2026-03-03T10:00", **given) -> Recorded:
    """What is to be kept of a session."""
    own = {
        key: given.pop(key, default) for key, default in (("source_name", "a.mp4"), ("start_s", 0.0), ("end_s", 80.0))
    }
    return Recorded(alias, recorded_at, "2026-03-03T11:00:00", "/results/1", assessment=assessment(**given), **own)
