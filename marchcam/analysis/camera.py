"""The camera as the standing person shows it: view, roll, pitch, focal length; and pictures turned level by it.

A level pinhole: after roll and pitch are taken out, the row coordinate of a landmark is (lens height - its height) /
its distance, so a row is known for every height and distance, wherever the lens stands.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from marchcam import track as lm
from marchcam.analysis import nan_safe
from marchcam.analysis.facing import body_lines
from marchcam.analysis.motion import Motion
from marchcam.arrays import Floats
from marchcam.track import Setup

FOCAL_OVER_LONG_SIDE = 0.90
"""58 degrees along the long side: what laptop and phone cameras have [default]."""
AZIMUTH_BIAS_DEG = 4.0
"""World landmarks see a person who faces the camera turned a little to the right [seen, 19 clips]."""
HABITUAL_LEAN_DEG = 2.5
"""People stand with the shoulders this far before the ankles; side-on it looks like roll [seen]."""
TOE_DROP, FOOT_LENGTH = 0.022, 0.19
"""Toes under heels in the picture of a level camera at the height of the feet, and the distance of heel and toe
landmarks, over the shoulder–ankle span [seen]."""
TOES_ERROR, FEET_ERROR = 0.008, 0.005
"""1 SD of the rows they are read from, over the same span: of the toes under the heels, which a foot from the front
hides, and of one foot under the other, the mean of three landmarks each [seen]."""
SMALL_PX, MARCHING_FEET = 200.0, 2.0
"""Shoulder–ankle span, pixels, below which feet are too small for these errors: the smallest they were seen on; and how
much worse feet are read that never stand still together [default]."""
USUAL_PITCH_ERROR_DEG = 2.5
"""Of quiet standing seen from in front, 1 SD [seen]."""
LEVEL_ERROR_DEG = 6.5
"""How far people tilt a camera, 1 SD: what the feet do not tell is taken as level [default]."""
ANKLE_HEIGHT, SHOULDER_HEIGHT = 0.045, 0.815
"""Landmark heights over stature [lit: Drillis & Contini, via METRICS]."""
USUAL_STATURE_M = 1.70
"""Only with a lens height and no stature: 10 cm of error here turn the horizon by under 1 degree at 3 m."""
FRONT_DEG, SIDE_DEG, BACK_DEG = 20.0, 65.0, 115.0
"""Limits between front, oblique, side and back."""


@dataclass(frozen=True)
class Camera:
    """A pinhole camera against gravity and the person."""

    focal_px: float
    azimuth_deg: float
    """0 = in front, + = at the person's left, -180 to 180."""
    pitch_deg: float
    """+ = looking down."""
    roll_deg: float
    """+ = picture turned clockwise."""
    image_size_wh: tuple[int, int]
    pitch_excess_deg: float = 0.0
    """How much less sure the pitch is than that of a person who stands quietly, near enough and seen from in front, 1
    SD."""
    pitch_known: bool = False
    """Whether the pitch follows from what was told: stature and lens height, or when a thigh was level."""

    @property
    def kind(self) -> str:
        """front, oblique, side or back."""
        turn = abs(self.azimuth_deg)
        return "front" if turn < FRONT_DEG else "oblique" if turn < SIDE_DEG else "side" if turn <= BACK_DEG else "back"


def unrolled(position_px: Floats, image_size_wh: tuple[int, int], focal_px: float, roll_deg: float) -> Floats:
    """Pixels (..., 2) to coordinates (..., 2) in focal lengths from the picture's centre, roll taken out."""
    w, h = image_size_wh
    x, y = (position_px[..., 0] - w / 2) / focal_px, (position_px[..., 1] - h / 2) / focal_px
    c, s = np.cos(np.radians(roll_deg)), np.sin(np.radians(roll_deg))
    return np.stack([x * c + y * s, -x * s + y * c], axis=-1)


def level_row(unrolled_row: Floats, pitch_deg: float) -> Floats:
    """Row coordinate in a level camera, focal lengths, + = below the lens. Formula: (y cos p + sin p) / (cos p - y sin
    p)."""
    c, s = np.cos(np.radians(pitch_deg)), np.sin(np.radians(pitch_deg))
    level: Floats = (unrolled_row * c + s) / (c - unrolled_row * s)
    return level


def level_rows(position_px: Floats, camera: Camera) -> Floats:
    """Rows (...) of pixel positions (..., 2) in a level camera, focal lengths below the lens."""
    flat = unrolled(position_px, camera.image_size_wh, camera.focal_px, camera.roll_deg)
    return level_row(flat[..., 1], camera.pitch_deg)


def view_azimuth_deg(world_m: Floats) -> float:
    """Azimuth of the camera from the shoulder and hip lines of standing world landmarks (k, 33, 3); NaN if unknown."""
    line = body_lines(world_m)
    line = line[np.isfinite(line).all(axis=1)]
    if len(line) == 0:
        return np.nan
    x, z = np.median(line, axis=0)
    azimuth = np.degrees(np.arctan2(-z, x))
    azimuth += AZIMUTH_BIAS_DEG * np.cos(np.radians(azimuth))
    return float((azimuth + 180) % 360 - 180)


def estimate_camera(still: Motion, setup: Setup, tilt_of: Camera | None = None, *, together: bool = True) -> Camera:
    """Camera from quiet standing.

    Parameters
    ----------
    still : Motion
        Standing instants only, one at least.
    setup : Setup
        Field of view, stature and lens height are used when given.
    tilt_of : Camera, optional
        The same camera as better standing shows it, from another side of the person: only the azimuth is new then.
    together : bool
        Whether both feet stand at the same instants; else they say nothing of each other.

    Returns
    -------
    Camera
        Roll from the shoulder–ankle line; pitch from the lens height if given, else from the planted feet.
    """
    azimuth = view_azimuth_deg(still.world_m)
    azimuth = 0.0 if np.isnan(azimuth) else azimuth
    if tilt_of is not None:
        return replace(tilt_of, azimuth_deg=azimuth)
    size = still.image_size_wh
    focal = FOCAL_OVER_LONG_SIDE * max(size)
    if setup.horizontal_fov_deg:
        focal = 0.5 * max(size) / np.tan(np.radians(setup.horizontal_fov_deg) / 2)
    shoulder, ankle = (nan_safe.median(still.middle_px(p), axis=0) for p in (lm.SHOULDER, lm.ANKLE))
    roll = np.degrees(np.arctan2(shoulder[0] - ankle[0], ankle[1] - shoulder[1])) + HABITUAL_LEAN_DEG * np.sin(
        np.radians(azimuth)
    )
    # Side-on a lean of the person cannot be told from roll: half is believed.
    facing = abs(np.cos(np.radians(azimuth)))
    roll *= 0.5 + 0.5 * np.clip((facing - 0.3) / 0.4, 0, 1)
    flat = unrolled(still.position_px, size, focal, roll)
    lens_m = setup.lens_height_m
    if lens_m is None:
        pitch, excess = _pitch_from_feet(flat, focal, azimuth, together)
    else:
        pitch, excess = _pitch_from_lens_height(flat, lens_m, setup), 0.0
    known = None not in (lens_m, setup.stature_m)
    return Camera(focal, azimuth, float(pitch), float(roll), size, excess, known)


def _middle(flat: Floats, pair: dict[str, int]) -> Floats:
    middle: Floats = nan_safe.median(0.5 * (flat[:, pair["left"]] + flat[:, pair["right"]]), axis=0)
    return middle


def _pitch_from_feet(flat: Floats, focal_px: float, azimuth_deg: float, together: bool) -> tuple[float, float]:
    """Pitch, and how much less sure than usual it is, 1 SD, both in degrees, from where the floor lies: a line on it
    that reaches into depth falls in the picture by the angle under which the camera looks down on it.

    Two such lines: from heels to toes (facing), and from foot to foot (oblique). The further one reaches, the less its
    rows' error matters: each has the weight of its precision, and so has a level camera. From behind, where heels hide
    the toes, it is taken as level.
    """
    shoulder, ankle, heel, toe = (_middle(flat, p)[1] for p in (lm.SHOULDER, lm.ANKLE, lm.HEEL, lm.TOE))
    span, facing = ankle - shoulder, np.cos(np.radians(azimuth_deg))
    if facing <= 0:
        return 0.0, float(np.sqrt(max(0.0, LEVEL_ERROR_DEG**2 - USUAL_PITCH_ERROR_DEG**2)))
    # Small feet are read less well, and feet that march.
    worse = max(1.0, SMALL_PX / (focal_px * span)) * (1.0 if together else MARCHING_FEET)
    falls = [np.arcsin(np.clip(((toe - heel) / span - TOE_DROP) / (FOOT_LENGTH * max(facing, 0.3)), -1, 1))]
    weights = [(FOOT_LENGTH * facing / (worse * TOES_ERROR)) ** 2]
    usual = (FOOT_LENGTH * facing / TOES_ERROR) ** 2
    line = np.mean(
        [nan_safe.median(flat[:, p["left"]] - flat[:, p["right"]], axis=0) for p in (lm.ANKLE, lm.HEEL, lm.TOE)], axis=0
    )
    apart = line[0] / span * np.tan(np.radians(azimuth_deg))
    if together and abs(apart) > 1e-9:
        falls.append(np.arctan(line[1] / span / apart))
        weights.append(np.clip((SIDE_DEG - abs(azimuth_deg)) / 10, 0, 1) * (apart / (worse * FEET_ERROR)) ** 2)
        usual += weights[-1] * worse**2
    pitch = np.degrees(np.average(np.array(falls) - np.arctan((heel + toe) / 2), weights=weights))
    level = (np.degrees(1) / LEVEL_ERROR_DEG) ** 2
    certain = sum(weights) / (sum(weights) + level)
    excess = np.degrees(np.sqrt(1 / (sum(weights) + level) - 1 / (usual + level)))
    return (float(np.clip(certain * pitch, -25, 25)) if np.isfinite(pitch) else 0.0), float(excess)


def _pitch_from_lens_height(flat: Floats, lens_height_m: float, setup: Setup) -> float:
    """Pitch at which the horizon cuts the standing body at the height of the lens, by bisection."""
    stature = setup.stature_m or USUAL_STATURE_M
    shoulder, ankle = _middle(flat, lm.SHOULDER)[1], _middle(flat, lm.ANKLE)[1]
    wanted = (lens_height_m - ANKLE_HEIGHT * stature) / ((SHOULDER_HEIGHT - ANKLE_HEIGHT) * stature)

    def share_below_lens(pitch_deg: float) -> Floats:
        low, high = level_row(ankle, pitch_deg), level_row(shoulder, pitch_deg)
        return low / (low - high)

    left, right = -35.0, 35.0  # the share grows with pitch
    for _ in range(50):
        middle = 0.5 * (left + right)
        left, right = (middle, right) if share_below_lens(middle) < wanted else (left, middle)
    return 0.5 * (left + right)
