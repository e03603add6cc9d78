"""Thigh elevation from one camera: two-anchor knee rise.

Thigh elevation is the angle of the segment hip joint -> knee joint above the horizontal: 0 = horizontal, -90 = hanging,
+ = knee above hip. The picture gives the knee's row in a level camera; which elevation would put it there? Near hanging
the hip joint is where it was in quiet standing; near horizontal it is a fixed part of a thigh below the hip landmark,
which rides up as the thigh flexes. Between the two anchors the weight slides, and the elevation whose predicted knee
row equals the seen one is the answer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from marchcam import track as lm
from marchcam.analysis import nan_safe, signals
from marchcam.arrays import Floats

STANDING_ELEVATION_DEG = -88.0
"""Of the landmarks of a person who stands [seen]."""
HIP_KNEE_FACTOR, SPAN_FACTOR, HIP_KNEE_WEIGHT = 1.03, 0.315, 0.4
"""Thigh length from the standing hip–knee and shoulder–ankle spans, weighted geometrically: 3 % SD over bodies
[seen]."""
KNEE_BIAS, KNEE_BIAS_FULL_DEG, KNEE_BIAS_NONE_DEG = 0.058, 10.0, 42.0
"""The knee landmark sits this part of a thigh too high when the thigh points at the lens, fading with the angle to the
line of sight [seen]."""
SHANK_GROWTH, SHANK_WEIGHT, SHANK_LIMIT = 0.06, 0.85, 0.10
"""A knee seen too high lengthens the shank: usual growth (thighs), how much of the rest is believed, and its limit. Not
all, because a foot tucked back by 15 degrees shortens the shank by 0.07 [seen, 20 front and oblique clips]."""
HIP_RIDE, HIP_RIDE_SLOPE = 0.11, 0.3
"""The hip landmark of a raised thigh sits HIP_RIDE (1 + HIP_RIDE_SLOPE sin e) of a thigh above the joint, on all bodies
alike [seen]."""
RAISED_HIP_WEIGHT, RAISED_FROM_DEG, RAISED_FULL_DEG = 0.85, -70.0, -30.0
SIDE_FADE_FROM_DEG, SIDE_FADE_TO_DEG = 60.0, 85.0
"""Side-on the raised hip landmark adds nothing: its weight fades out."""
STILL_RISE, LIFTED_RISE = 0.01, 0.03
"""Of a thigh: below, neither knee nor hip has moved and the thigh hangs; above, it is lifted. From the front the knee's
row hardly moves between -90 and -65 degrees, because it comes closer while it rises."""
HIP_LEAD_WEIGHT = 2.0
LEAD_NONE, LEAD_FULL = -0.04, 0.02
"""Lead of knee, ankle and HIP_LEAD_WEIGHT times the hip over the other leg, thighs: the lifted leg always leads [seen:
+0.1 to +1.5 over 24 clips, also at -50 degrees from the front]. A leg that trails stands, whatever its own landmarks do
while the body moves over it."""
BOTH_FEET_LEAD, MIN_REST_SAMPLES, MAX_RESCALE = 0.06, 3, 1.3
"""Of a thigh: with less lead both feet are on the floor; how many pictures of it; and how far somebody may drift."""
LEG_OFFSET = 0.14
"""How far a leg is from the middle of the body, thighs: seen from its side it is nearer, and larger by up to 3 %
[seen]."""
HOP_WINDOW_S = 0.8
"""A knee that points at the lens is at times seen at two places in turn, up to 0.3 of a thigh apart, for less than half
of this [seen]; lifts take longer."""
AT_A_TIME = 1024
"""Samples solved together: each of them is compared with the whole grid, and an hour at once would not fit."""
GRID_DEG = np.arange(-90.0, 85.01, 1.0)
_NEEDED = [*lm.SHOULDER.values(), *lm.HIP.values(), *lm.KNEE.values(), *lm.ANKLE.values()]


@dataclass(frozen=True)
class StandingRows:
    """Level rows of quiet standing: (33,) focal lengths below the lens, and the thigh length in the same unit at the
    hips' distance."""

    row: Floats
    thigh_length: float

    def middle(self, pair: dict[str, int]) -> float:
        """Mean row of a left–right pair."""
        return 0.5 * float(self.row[pair["left"]] + self.row[pair["right"]])


def standing_rows(rows: Floats) -> StandingRows:
    """Medians over standing instants, and the thigh length they imply.

    Parameters
    ----------
    rows : ndarray of shape (k, 33)
        Level rows of standing, focal lengths; NaN = unknown.

    Returns
    -------
    StandingRows
    """
    row = np.full(rows.shape[1], np.nan)
    row[_NEEDED] = nan_safe.median(rows[:, _NEEDED], axis=0)
    still = StandingRows(row, np.nan)
    hip_knee = HIP_KNEE_FACTOR * (still.middle(lm.KNEE) - still.middle(lm.HIP))
    span = SPAN_FACTOR * (still.middle(lm.ANKLE) - still.middle(lm.SHOULDER))
    return StandingRows(row, float(max(hip_knee, 1e-6) ** HIP_KNEE_WEIGHT * max(span, 1e-6) ** (1 - HIP_KNEE_WEIGHT)))


def thigh_elevation(
    hip_row: Floats,
    knee_row: Floats,
    ankle_row: Floats | None = None,
    *,
    standing_hip_row: float,
    standing_knee_row: float,
    standing_ankle_row: float = np.nan,
    thigh_length: float,
    azimuth_deg: float,
) -> Floats:
    """Elevation of one thigh above the horizontal.

    Parameters
    ----------
    hip_row, knee_row : ndarray of shape (m,)
        Level rows of the hip and knee landmarks, focal lengths below the lens; NaN = unknown.
    ankle_row : ndarray of shape (m,), optional
        Of the ankle landmark: how much the shank seems to grow tells how much too high this knee is seen.
    standing_hip_row, standing_knee_row, standing_ankle_row, thigh_length : float
        From quiet standing, same unit.
    azimuth_deg : float
        Where the camera stands, 0 = in front.

    Returns
    -------
    ndarray of shape (m,)
        Degrees, -90 to 85, + = knee above hip; NaN where a row is NaN.
    """
    length, facing = thigh_length, np.cos(np.radians(azimuth_deg))
    e = np.radians(GRID_DEG)
    sin_e, cos_e = np.sin(e), np.cos(e)
    stand = np.radians(STANDING_ELEVATION_DEG)
    joint_row = standing_knee_row * (1 - length * np.cos(stand) * facing) + length * np.sin(stand)
    nearness = 1 - length * cos_e * facing  # distance of the knee over that of the hip
    side_fade = np.clip((SIDE_FADE_TO_DEG - abs(azimuth_deg)) / (SIDE_FADE_TO_DEG - SIDE_FADE_FROM_DEG), 0, 1)
    raised = (
        RAISED_HIP_WEIGHT
        * side_fade
        * np.clip((GRID_DEG - RAISED_FROM_DEG) / (RAISED_FULL_DEG - RAISED_FROM_DEG), 0, 1)
    )
    sight = np.degrees(np.arccos(np.clip((joint_row * sin_e + cos_e * facing) / np.hypot(1, joint_row), -1, 1)))
    at_lens = np.clip((KNEE_BIAS_NONE_DEG - sight) / (KNEE_BIAS_NONE_DEG - KNEE_BIAS_FULL_DEG), 0, 1)
    ride = raised * HIP_RIDE * (1 + HIP_RIDE_SLOPE * sin_e)
    fixed = (1 - raised) * joint_row + length * (ride - sin_e - KNEE_BIAS * at_lens)
    out = np.full(len(knee_row), np.nan)
    known = np.isfinite(hip_row) & np.isfinite(knee_row)

    def solve(hip: Floats, knee: Floats, ankle: Floats | None) -> Floats:
        predicted = (fixed + np.outer(hip, raised)) / nearness
        solved = _match(predicted, knee)
        if ankle is None:
            return solved
        shank = (ankle - knee) * (1 - length * np.cos(np.radians(solved)) * facing)
        growth = np.clip(
            (shank - (standing_ankle_row - standing_knee_row)) / length - SHANK_GROWTH, -SHANK_LIMIT, SHANK_LIMIT
        )
        more = SHANK_WEIGHT * np.nan_to_num(growth)
        return _match(predicted - length * np.outer(more, at_lens / nearness), knee)

    at = np.flatnonzero(known)
    solved = np.empty(len(at))
    for start in range(0, len(at), AT_A_TIME):
        part = at[start : start + AT_A_TIME]
        ankle = None if ankle_row is None else ankle_row[part]
        solved[start : start + AT_A_TIME] = solve(hip_row[part], knee_row[part], ankle)
    # Neither knee nor hip landmark up: standing.
    rise = np.maximum(standing_knee_row - knee_row[known], standing_hip_row - hip_row[known]) / length
    share = np.clip((rise - STILL_RISE) / (LIFTED_RISE - STILL_RISE), 0, 1)
    share = share * share * (3 - 2 * share)
    out[known] = STANDING_ELEVATION_DEG + share * (solved - STANDING_ELEVATION_DEG)
    return out


def _match(predicted: Floats, seen: Floats) -> Floats:
    """Elevation (k,) at which the predicted rows (k, g) come nearest to the seen ones (k,), refined by a parabola.

    From the front a rising knee first moves down the picture; the branch above the turning point is kept.
    """
    if len(seen) == 0:
        return np.empty(0)
    cost = np.abs(predicted - seen[:, None])
    turn = np.argmax(predicted[:, :41], axis=1)
    cost = np.where(np.arange(len(GRID_DEG)) >= turn[:, None], cost, 9.0)
    best = np.clip(np.argmin(cost, axis=1), 1, len(GRID_DEG) - 2)
    k = np.arange(len(seen))
    before, at, after = (cost[k, best + d] ** 2 for d in (-1, 0, 1))
    bend = before - 2 * at + after
    shift = np.where(bend > 1e-12, 0.5 * (before - after) / np.where(bend > 1e-12, bend, 1.0), 0.0)
    finer: Floats = GRID_DEG[best] + np.clip(shift, -1, 1) * (GRID_DEG[1] - GRID_DEG[0])
    return finer


def lift_lead(rows: Floats, still: StandingRows, side: str) -> Floats:
    """How far a leg leads the other upwards, (m,) thighs: knee, ankle and HIP_LEAD_WEIGHT times the hip, against
    standing.

    NaN = unknown.
    """
    other = lm.OTHER[side]
    lead = np.zeros(len(rows))
    for pair, weight in ((lm.KNEE, 1.0), (lm.ANKLE, 1.0), (lm.HIP, HIP_LEAD_WEIGHT)):
        own, far = pair[side], pair[other]
        lead += weight * ((still.row[own] - rows[:, own]) - (still.row[far] - rows[:, far])) / still.thigh_length
    return lead


def standing_share(lead: Floats) -> Floats:
    """0 to 1: 1 where a leg cannot be the lifted one because the other leads; unknown gives 0."""
    share = np.clip((LEAD_FULL - np.nan_to_num(lead, nan=LEAD_FULL)) / (LEAD_FULL - LEAD_NONE), 0, 1)
    return share * share * (3 - 2 * share)


def same_distance(rows: Floats, leads: dict[str, Floats], still: StandingRows) -> Floats:
    """Rows as if the person had stayed at the distance of the standing.

    A level row is height over distance, so a person who comes 10 % nearer has all rows 10 % larger. Between lifts, with
    both feet on the floor, the shoulder–ankle span tells by how much.

    Parameters
    ----------
    rows : ndarray of shape (m, 33)
    leads : dict of ndarray of shape (m,)
        Each leg's lead over the other.
    still : StandingRows

    Returns
    -------
    ndarray of shape (m, 33)
        Unchanged where nobody stands on both feet in between.
    """
    ankle, shoulder = list(lm.ANKLE.values()), list(lm.SHOULDER.values())
    span = rows[:, ankle].max(axis=1) - rows[:, shoulder].mean(axis=1)
    with np.errstate(invalid="ignore"):
        resting = (np.abs(leads["left"]) < BOTH_FEET_LEAD) & np.isfinite(span)
    parts = [(a, b) for a, b in signals.runs(resting) if b - a >= MIN_REST_SAMPLES]
    if not parts:
        return rows
    middle = np.array([0.5 * (a + b - 1) for a, b in parts])
    usual = still.row[ankle].max() - still.row[shoulder].mean()
    scale = np.array([np.median(span[a:b]) for a, b in parts]) / usual
    padded = np.pad(scale, 1, mode="edge")
    calm = np.median([padded[:-2], padded[1:-1], padded[2:]], axis=0)
    scaled: Floats = (
        rows / np.clip(np.interp(np.arange(len(rows)), middle, calm), 1 / MAX_RESCALE, MAX_RESCALE)[:, None]
    )
    return scaled


def without_hops(knee_row: Floats, ankle_row: Floats, width: int) -> Floats:
    """A knee's row without the hops that its foot does not share.

    Three witnesses, and the middle one is believed: the knee as seen; its running median; and the ankle plus the
    running median of knee minus ankle. A hop is in the first alone, a swing of the foot in the last alone, a lift in
    all.

    Parameters
    ----------
    knee_row, ankle_row : ndarray of shape (m,)
        NaN = unknown.
    width : int
        Samples of the running medians; made odd.

    Returns
    -------
    ndarray of shape (m,)
        As seen where a neighbour within the width is unknown.
    """
    calm = signals.moving_median(knee_row, width)
    carried = ankle_row + signals.moving_median(knee_row - ankle_row, width)
    middle = np.maximum(np.minimum(knee_row, carried), np.minimum(np.maximum(knee_row, carried), calm))
    return np.where(np.isfinite(middle), middle, knee_row)


def steady_knees(rows: Floats, rate_hz: float) -> Floats:
    """Rows (m, 33) on a grid of `rate_hz`, both knees without their hops."""
    out, width = rows.copy(), signals.samples(HOP_WINDOW_S, rate_hz)
    for side in lm.SIDES:
        out[:, lm.KNEE[side]] = without_hops(rows[:, lm.KNEE[side]], rows[:, lm.ANKLE[side]], width)
    return out


def both_elevations(
    rows: Floats, still: StandingRows, leads: dict[str, Floats], azimuth_deg: float
) -> dict[str, Floats]:
    """Elevation (m,) of both thighs, degrees, NaN where unknown.

    Parameters
    ----------
    rows : ndarray of shape (m, 33)
        Level rows at the standing's distance.
    still : StandingRows
    leads : dict of ndarray of shape (m,)
        Each leg's lead over the other: a leg that trails stands.
    azimuth_deg : float
    """
    out = {}
    to_left = LEG_OFFSET * still.thigh_length * np.sin(np.radians(azimuth_deg))
    nearer = {"left": to_left, "right": -to_left}
    for side in lm.SIDES:
        hip, knee, ankle = lm.HIP[side], lm.KNEE[side], lm.ANKLE[side]
        solved = thigh_elevation(
            rows[:, hip],
            rows[:, knee],
            rows[:, ankle],
            standing_hip_row=float(still.row[hip]),
            standing_knee_row=float(still.row[knee]),
            standing_ankle_row=float(still.row[ankle]),
            thigh_length=still.thigh_length * (1 + nearer[side]),
            azimuth_deg=azimuth_deg,
        )
        out[side] = solved + standing_share(leads[side]) * (STANDING_ELEVATION_DEG - solved)
    return out
