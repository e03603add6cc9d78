"""Pictures of the best and the lowest lift of each side, with the leg's skeleton, and never a face unless asked."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from marchcam.analysis.results import Assessment, Repetition
from marchcam.arrays import Floats, Image
from marchcam.report import words
from marchcam.report.crop import Crop, blurred, crop_of, hide_face
from marchcam.report.marks import lift_moment
from marchcam.report.style import GROUND, INK, SIDE, size_pt
from marchcam.track import ANKLE, HIP, KNEE, OTHER, SHOULDER, SIDES, TOE, WRIST, PoseTrack

# A picture further away in time than this shows another moment.
NEAR_S = 0.5
# Less of the picture than this between chin and floor is not a standing person: upside down, or too close.
LEAST_SHARE = 0.2
BLUR_COLUMNS = 40
FRAME_GROUND = "#E4E9ED"
BLURRED = "Blurred: the body was not found from shoulders to floor, so no face could be left out."
GONE = "The picture itself is not there any more."


def best_and_lowest(assessment: Assessment, side: str) -> list[tuple[str, Repetition]]:
    """The highest and the lowest counted lift of a side; one entry where they are the same."""
    lifts = words.counted(assessment, side)
    if not lifts:
        return []
    best = max(lifts, key=lambda lift: lift.peak_elevation_deg)
    lowest = min(lifts, key=lambda lift: lift.peak_elevation_deg)
    return [("best", best), ("lowest", lowest)] if best is not lowest else [("only", best)]


def snapshot_moment(lift: Repetition) -> float:
    """The time of the picture of a lift, seconds."""
    return lift.snapshot_s if lift.snapshot_s is not None else lift_moment(lift)


def snapshot_times(assessment: Assessment) -> list[float]:
    """The moments whose frames the report shows.

    Parameters
    ----------
    assessment : Assessment
        What was found.

    Returns
    -------
    list of float
        Seconds of the recording, in drawing order: left best, left lowest, right best, right lowest. One moment
        from the middle of what was seen where no lift was found; never empty.
    """
    if words.has_lifts(assessment):
        return [snapshot_moment(lift) for side in SIDES for _, lift in best_and_lowest(assessment, side)]
    series = assessment.series
    if not len(series.time_s):
        return [assessment.source.duration_s / 2]
    seen = np.flatnonzero(np.isfinite(series.left_elevation_deg) | np.isfinite(series.right_elevation_deg))
    at = seen[len(seen) // 2] if len(seen) else len(series.time_s) // 2
    return [float(series.time_s[at])]


def landmarks_at(track: PoseTrack, time_s: float) -> Floats:
    """(33, 2) pixels of the nearest frame that shows somebody; NaN where nobody is seen within half a second."""
    nobody = np.full((track.position_px.shape[1] if track.position_px.ndim == 3 else 33, 2), np.nan)
    if not len(track.times_s):
        return nobody
    away = np.abs(track.times_s - time_s)
    needed = track.position_px[:, [*HIP.values(), *KNEE.values(), *ANKLE.values()]]
    away = np.where(np.isfinite(needed).all(axis=(1, 2)), away, np.inf)
    nearest = int(np.argmin(away))
    return track.position_px[nearest].astype(np.float64) if away[nearest] <= NEAR_S else nobody


def image_at(images: dict[float, Image] | None, time_s: float) -> Floats | None:
    """The frame nearest to a moment, if there is one within half a second."""
    if not images:
        return None
    nearest = min(images, key=lambda key: abs(key - time_s))
    return images[nearest] if abs(nearest - time_s) <= NEAR_S else None


def cut_out(
    crop: Crop, image: Image, points: Floats, frame_wh: tuple[int, int], *, faces: bool = False
) -> tuple[Floats, tuple[float, float, float, float]]:
    """The part of a frame that a crop shows, and where it lies.

    Parameters
    ----------
    crop : Crop
        What part, pixels of the track's picture.
    image : np.ndarray
        (h, w, 3) uint8 BGR, the whole frame.
    points : np.ndarray
        (33, 2) landmarks, pixels of the track's picture.
    frame_wh : tuple of int
        Size of the track's picture.
    faces : bool, optional
        Whether a face may be seen.

    Returns
    -------
    part : np.ndarray
        (h, w, 3) uint8 BGR; empty where the crop lies outside the frame.
    place : tuple of float
        Left, top, right and bottom, pixels of the track's picture.
    """
    scale = np.array([image.shape[1] / frame_wh[0], image.shape[0] / frame_wh[1]])
    x0, y0 = np.maximum(np.floor(np.array([crop.left, crop.top]) * scale).astype(int), 0)
    x1, y1 = np.ceil(np.array([crop.left + crop.width, crop.top + crop.height]) * scale).astype(int)
    shown = image if faces else hide_face(image, points * scale)
    part = np.ascontiguousarray(shown[y0 : max(y1, y0), x0 : max(x1, x0)])
    right, bottom = (x0 + part.shape[1]) / scale[0], (y0 + part.shape[0]) / scale[1]
    return part, (x0 / scale[0], y0 / scale[1], right, bottom)


def draw_picture(
    ax: Axes,
    crop: Crop,
    image: Image | None,
    points: Floats,
    frame_wh: tuple[int, int],
    *,
    faces: bool = False,
) -> None:
    """Show the cropped frame (BGR), or a plain ground where there is none, in pixels of the track's picture."""
    ax.set(xlim=(crop.left, crop.left + crop.width), ylim=(crop.top + crop.height, crop.top), xticks=[], yticks=[])
    ax.set_facecolor(GROUND if image is None else FRAME_GROUND)
    for spine in ax.spines.values():
        spine.set_visible(False)
    if image is None:
        _draw_body(ax, points)
        return
    part, (left, top, right, bottom) = cut_out(crop, image, points, frame_wh, faces=faces)
    if part.size:
        ax.imshow(
            part[..., ::-1],
            extent=(left, right, bottom, top),
            aspect=ax.get_aspect(),
            interpolation="bicubic",
            zorder=0,
        )
        ax.set(xlim=(crop.left, crop.left + crop.width), ylim=(crop.top + crop.height, crop.top))


def _draw_body(ax: Axes, points: Floats) -> None:
    """Trunk and arms of the skeleton, where no picture shows them."""
    trunk = [SHOULDER["left"], SHOULDER["right"], HIP["right"], HIP["left"], SHOULDER["left"]]
    arms = [[SHOULDER[side], SHOULDER[side] + 2, WRIST[side]] for side in SIDES]
    for chain in (trunk, *arms):
        ax.plot(
            *points[chain].T, color="white", linewidth=1.6, solid_capstyle="round", solid_joinstyle="round", zorder=1
        )


def draw_leg(ax: Axes, points: Floats, side: str, *, lifted: bool) -> None:
    """One leg from hip to toe: the lifted one in its side's colour on a white casing, the other thin and white."""
    chain = points[[HIP[side], KNEE[side], ANKLE[side], TOE[side]]]
    caps: dict[str, Any] = {"solid_capstyle": "round", "solid_joinstyle": "round"}
    if not lifted:
        ax.plot(*chain.T, color="white", linewidth=1.25, zorder=2, **caps)
        ax.plot(*chain[:3].T, color="white", marker="o", markersize=2.6, linestyle="none", zorder=2)
        return
    ax.plot(*chain.T, color="white", linewidth=4.6, zorder=3, **caps)
    ax.plot(*chain.T, color=SIDE[side].fill, linewidth=2.7, zorder=4, gid=f"leg-{side}", **caps)
    ax.plot(
        *chain[:3].T,
        marker="o",
        markersize=5.2,
        markerfacecolor="white",
        markeredgecolor=SIDE[side].edge,
        markeredgewidth=1.0,
        linestyle="none",
        zorder=5,
    )


def draw_hip_line(ax: Axes, row: float) -> None:
    """The height of the hip across the picture, dashed, seen on light and on dark."""
    ax.axhline(row, color="white", linewidth=1.3, alpha=0.55, zorder=1.5)
    ax.axhline(row, color=INK, linewidth=1.1, linestyle=(0, (3.4, 2.4)), zorder=1.6, gid="hip-line")


def draw_snapshot(
    ax: Axes, track: PoseTrack, lift: Repetition, image: Image | None, crop: Crop, *, faces: bool = False
) -> Axes:
    """One lift: the picture from shoulders to floor, both legs, and the height of the lifted side's hip.

    Parameters
    ----------
    ax : Axes
        Empty axes.
    track : PoseTrack
        Where the landmarks come from.
    lift : Repetition
        The lift whose ``snapshot_s`` is shown.
    image : np.ndarray or None
        (h, w, 3) uint8 BGR, the whole frame at that moment; None: the skeleton alone.
    crop : Crop
        What part is shown; of the same scale for all pictures of a report.
    faces : bool, optional
        Whether the face may be seen.

    Returns
    -------
    Axes
        The same axes, in pixels of the track's picture.
    """
    points = landmarks_at(track, snapshot_moment(lift))
    wide = size_pt(ax)[0] / size_pt(ax)[1] * crop.height
    crop = crop.widened(wide, track.image_size_wh[0])
    draw_picture(ax, crop, image, points, track.image_size_wh, faces=faces)
    draw_hip_line(ax, points[HIP[lift.side], 1])
    draw_leg(ax, points, OTHER[lift.side], lifted=False)
    draw_leg(ax, points, lift.side, lifted=True)
    return ax


def draw_moment(ax: Axes, track: PoseTrack, time_s: float, image: Image | None, *, faces: bool = False) -> str:
    """What was seen at one moment, for a recording without lifts; the note that belongs under it.

    Parameters
    ----------
    ax : Axes
        Empty axes; they shrink to the picture's shape.
    track : PoseTrack
        Where the landmarks come from.
    time_s : float
        The moment, seconds of the recording.
    image : np.ndarray or None
        (h, w, 3) uint8 BGR, the whole frame; None: the skeleton alone.
    faces : bool, optional
        Whether faces may be seen.

    Returns
    -------
    str
        Empty, or why the picture is blurred or missing.
    """
    page_width, page_height = size_pt(ax)
    ax.set_aspect("equal", adjustable="box", anchor="NW")
    points = landmarks_at(track, time_s)
    crop, image, note, someone = moment_view(points, image, track.image_size_wh, page_width / page_height, faces=faces)
    draw_picture(ax, crop, image, points, track.image_size_wh, faces=faces)
    if someone:
        for side in SIDES:
            draw_leg(ax, points, side, lifted=True)
    return note


def moment_view(
    points: Floats, image: Image | None, frame_wh: tuple[int, int], aspect: float, *, faces: bool = False
) -> tuple[Crop, Floats | None, str, bool]:
    """What may be shown of a moment without a lift: the part, the picture (blurred where a face could be in it), the
    note under it, and whether somebody stands in it."""
    width, height = frame_wh
    crop, note = Crop(0.0, 0.0, float(width), float(height)), ""
    someone = bool(np.isfinite(points).any())
    if someone:
        body = crop_of(points, (width, height), aspect, faces=faces)
        body = body.widened(min(body.width, float(width)), width)
        cut = Crop(
            body.left, max(body.top, 0.0), body.width, min(body.top + body.height, float(height)) - max(body.top, 0.0)
        )
        someone = cut.height >= LEAST_SHARE * height
        crop = cut if someone else crop
    if image is None:
        note = GONE if someone else f"Nobody was found. {GONE}"
    elif not someone and not faces:
        image, note = blurred(image, BLUR_COLUMNS), BLURRED
    return crop, image, note, someone
