"""The pictures of the page: part of a frame as data, the legs over it as SVG."""

from __future__ import annotations

import base64

import numpy as np

from marchcam.analysis.results import Assessment, Repetition
from marchcam.arrays import Floats, Image
from marchcam.capture import cv2
from marchcam.report import questions, words
from marchcam.report.crop import Crop
from marchcam.report.lift_words import height_words, lift_id
from marchcam.report.page_text import esc, side_mark
from marchcam.report.pictures import HEIGHT, PAIR, Images, crops_of
from marchcam.report.snapshots import (
    best_and_lowest,
    cut_out,
    image_at,
    landmarks_at,
    moment_view,
    snapshot_moment,
    snapshot_times,
)
from marchcam.track import ANKLE, HIP, KNEE, OTHER, SHOULDER, SIDES, TOE, WRIST, PoseTrack

# Twice the size on the page, for sharp screens and for print; more would only be heavier.
MOST_HEIGHT_PX, QUALITY = 560, 84
SEEN_ASPECT = 1.78


def pictures(assessment: Assessment, track: PoseTrack, images: Images, *, faces: bool) -> str:
    """Best and lowest lift of each side in one scale; a side without lifts says so.

    Parameters
    ----------
    assessment : Assessment
        What was found.
    track : PoseTrack
        Where the landmarks come from.
    images : dict of float to np.ndarray, or None
        Frames (h, w, 3) uint8 BGR by their time.
    faces : bool
        Whether a face may be seen.

    Returns
    -------
    str
        Markup.
    """
    chosen = {side: best_and_lowest(assessment, side) for side in SIDES}
    crops = iter(crops_of(track, [lift for side in SIDES for _, lift in chosen[side]], faces=faces))
    parts = []
    for side in SIDES:
        figures = "".join(
            _figure(assessment, track, images, name, lift, next(crops), faces=faces) for name, lift in chosen[side]
        )
        parts.append(
            f'<div class="pair">{figures or _empty(questions.no_lift_of(words.side_word(assessment, side)))}</div>'
        )
    return f'<div class="pictures">{"".join(parts)}</div>'


def _empty(text: str) -> str:
    return f'<p class="withheld">{esc(text)}</p>'


def _figure(
    assessment: Assessment,
    track: PoseTrack,
    images: Images,
    name: str,
    lift: Repetition,
    crop: Crop | None,
    *,
    faces: bool,
) -> str:
    """One lift: the picture with both legs, and what it is."""
    caption = esc(words.picture_caption(name, lift))
    side, height = words.side_short(assessment, lift.side), words.signed(lift.peak_elevation_deg)
    known = lift_id(assessment, lift)
    shown = _empty(questions.NO_PICTURE)
    if crop is not None:
        if name == "only":
            crop = crop.widened(PAIR / HEIGHT * crop.height, track.image_size_wh[0])
        moment = snapshot_moment(lift)
        points = landmarks_at(track, moment)
        picture = _picture(crop, image_at(images, moment), points, track.image_size_wh, faces=faces)
        unit = crop.height / HEIGHT
        legs = _leg(points, OTHER[lift.side], unit, lifted=False) + _leg(points, lift.side, unit, lifted=True)
        hip = _hip_line(crop, points[HIP[lift.side], 1], unit)
        label = f"{words.side_title(assessment, lift.side)} leg, {caption}: {height_words(lift.peak_elevation_deg)}"
        shown = _svg(crop, f"{picture}{hip}{legs}", label)
    only = " only" if name == "only" else ""
    return (
        f'<figure class="snap{only}" data-lift="{known}">{shown}<figcaption>{side_mark(lift.side)}'
        f'<b class="{lift.side}">{esc(side)}</b> <b>{height}</b>'
        f'<br><a href="#{known}">{caption}</a></figcaption></figure>'
    )


def what_was_seen(assessment: Assessment, track: PoseTrack, images: Images, *, faces: bool) -> str:
    """One picture of a recording without lifts, and why it is blurred or missing."""
    moment = snapshot_times(assessment)[0]
    points = landmarks_at(track, moment)
    given = image_at(images, moment)
    crop, image, note, someone = moment_view(points, given, track.image_size_wh, SEEN_ASPECT, faces=faces)
    content = _picture(crop, image, points, track.image_size_wh, faces=faces)
    if someone:
        content += "".join(_leg(points, side, crop.height / HEIGHT / 2, lifted=True) for side in SIDES)
    label = f"The recording at {words.clock(moment)}"
    said = f"<figcaption>{esc(note)}</figcaption>" if note else ""
    return f'<figure class="seen">{_svg(crop, content, label)}{said}</figure>'


def _svg(crop: Crop, content: str, label: str) -> str:
    box = f"{crop.left:.1f} {crop.top:.1f} {max(crop.width, 1):.1f} {max(crop.height, 1):.1f}"
    return f'<svg class="picture" viewBox="{box}" role="img" aria-label="{label}">{content}</svg>'


def _picture(crop: Crop, image: Image | None, points: Floats, frame_wh: tuple[int, int], *, faces: bool) -> str:
    """The ground and the picture on it; trunk and arms where there is none."""
    place = f'x="{crop.left:.1f}" y="{crop.top:.1f}" width="{crop.width:.1f}" height="{crop.height:.1f}"'
    if image is None:
        trunk = [SHOULDER["left"], SHOULDER["right"], HIP["right"], HIP["left"], SHOULDER["left"]]
        arms = [[SHOULDER[side], SHOULDER[side] + 2, WRIST[side]] for side in SIDES]
        body = "".join(
            _line(points, chain, f'class="body" stroke-width="{crop.height / HEIGHT * 1.6:.2f}"')
            for chain in (trunk, *arms)
        )
        return f'<rect class="bare" {place}/>{body}'
    part, (left, top, right, bottom) = cut_out(crop, image, points, frame_wh, faces=faces)
    ground = f'<rect class="ground" {place}/>'
    if not part.size:
        return ground
    spot = f'x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" height="{bottom - top:.1f}"'
    return f'{ground}<image {spot} preserveAspectRatio="none" href="{_data(part)}"/>'


def _data(part: Image) -> str:
    """A picture as an address that holds it."""
    if part.shape[0] > MOST_HEIGHT_PX:
        scale = MOST_HEIGHT_PX / part.shape[0]
        part = cv2.resize(part, (max(1, round(part.shape[1] * scale)), MOST_HEIGHT_PX), interpolation=cv2.INTER_AREA)
    _, data = cv2.imencode(".jpg", part, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return f"data:image/jpeg;base64,{base64.b64encode(data.tobytes()).decode('ascii')}"


def _line(points: Floats, chain: list[int], look: str) -> str:
    known = [points[i] for i in chain if np.isfinite(points[i]).all()]
    return f'<polyline {look} points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in known)}"/>' if known else ""


def _hip_line(crop: Crop, row: float, unit: float) -> str:
    """The height of the hip across the picture, dashed, seen on light and on dark."""
    if not np.isfinite(row):
        return ""
    at = f'x1="{crop.left:.1f}" x2="{crop.left + crop.width:.1f}" y1="{row:.1f}" y2="{row:.1f}"'
    dashes = f'stroke-dasharray="{3.7 * unit:.2f} {2.6 * unit:.2f}"'
    return (
        f'<line class="under" {at} stroke-width="{1.3 * unit:.2f}"/>'
        f'<line class="hip" {at} stroke-width="{1.1 * unit:.2f}" {dashes}/>'
    )


def _leg(points: Floats, side: str, unit: float, *, lifted: bool) -> str:
    """One leg from hip to toe: the lifted one in its side's colour on a white casing, the other thin and white."""
    chain = [HIP[side], KNEE[side], ANKLE[side], TOE[side]]
    joints = [points[i] for i in chain[:3] if np.isfinite(points[i]).all()]

    def dots(look: str, radius: float) -> str:
        return "".join(f'<circle {look} cx="{x:.1f}" cy="{y:.1f}" r="{radius * unit:.2f}"/>' for x, y in joints)

    if not lifted:
        return _line(points, chain, f'class="body" stroke-width="{1.25 * unit:.2f}"') + dots('class="joint"', 1.3)
    return (
        _line(points, chain, f'class="body" stroke-width="{4.6 * unit:.2f}"')
        + _line(points, chain, f'class="leg {side}" stroke-width="{2.7 * unit:.2f}"')
        + dots(f'class="joint {side}" stroke-width="{unit:.2f}"', 2.6)
    )
