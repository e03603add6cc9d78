"""The panel of pictures: best and lowest lift of each side in one scale, or the one picture of what was seen."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from marchcam.analysis.results import Assessment, Repetition
from marchcam.arrays import Floats
from marchcam.report import questions, snapshots, words
from marchcam.report.crop import Crop, crop_of
from marchcam.report.lettering import LEFT, WIDTH, put, question, type_of
from marchcam.report.sections import advice, draw_side_mark, write_columns
from marchcam.report.snapshots import snapshot_moment
from marchcam.report.style import BODY, INK, NOTE, REGULAR, SECOND, SEMIBOLD, SIDE, THIRD, WASH, style_axes
from marchcam.track import SIDES, PoseTrack

PAGE_WIDTH, PAGE_HEIGHT = 595.0, 842.0
TOP, HEIGHT = 177.0, 116.0
# Two pictures a side with a gap between them, and the gap between the sides.
PICTURE, PICTURE_GAP, SIDE_GAP = 73.0, 6.0, 13.0
PAIR = 2 * PICTURE + PICTURE_GAP
SEEN_HEIGHT = 292.0
SEEN_SIZES = ((9.4, 12.4), (BODY, 10.6))
Images = dict[float, Floats] | None


def page_axes(figure: Figure, x: float, y: float, width: float, height: float, name: str) -> Axes:
    """Axes at a place of the page, points from its upper left corner."""
    box = (x / PAGE_WIDTH, 1 - (y + height) / PAGE_HEIGHT, width / PAGE_WIDTH, height / PAGE_HEIGHT)
    return figure.add_axes(box, gid=name)


def draw_pictures(
    figure: Figure, page: Axes, assessment: Assessment, track: PoseTrack, images: Images, *, faces: bool
) -> None:
    """Best and lowest lift of each side in one scale; a side without lifts says so."""
    chosen = {side: snapshots.best_and_lowest(assessment, side) for side in SIDES}
    right = LEFT + 2 * PAIR + SIDE_GAP + 6
    question(page, LEFT, TOP - 9, questions.QUESTIONS["pictures"], questions.PICTURES_ANSWER, right=right)
    crops = iter(crops_of(track, [lift for side in SIDES for _, lift in chosen[side]], faces=faces))
    for side, x in zip(SIDES, (LEFT, LEFT + PAIR + SIDE_GAP), strict=True):
        if not chosen[side]:
            _write_empty(
                page_axes(figure, x, TOP, PAIR, HEIGHT, f"picture-{side}-none"),
                questions.no_lift_of(words.side_word(assessment, side)),
            )
        # The same lift is best and lowest: one picture, as wide as two.
        width = PAIR if len(chosen[side]) == 1 else PICTURE
        for name, lift in chosen[side]:
            ax = page_axes(figure, x, TOP, width, HEIGHT, f"picture-{side}-{name}")
            crop, image = next(crops), snapshots.image_at(images, snapshot_moment(lift))
            if crop is None:
                _write_empty(ax, questions.NO_PICTURE)
            else:
                snapshots.draw_snapshot(ax, track, lift, image, crop, faces=faces)
            _write_caption(page, x, assessment, name, lift)
            x += PICTURE + PICTURE_GAP


def crops_of(track: PoseTrack, lifts: list[Repetition], *, faces: bool) -> list[Crop | None]:
    """A crop a lift, all of the height of the tallest; None where nobody is seen."""
    points = [snapshots.landmarks_at(track, snapshot_moment(lift)) for lift in lifts]

    def crops(least: float) -> list[Crop | None]:
        options: dict[str, Any] = {"faces": faces, "least_height": least}
        return [
            crop_of(found, track.image_size_wh, PICTURE / HEIGHT, **options) if np.isfinite(found).any() else None
            for found in points
        ]

    return crops(max((crop.height for crop in crops(0.0) if crop), default=0.0))


def _write_caption(page: Axes, x: float, assessment: Assessment, name: str, lift: Repetition) -> None:
    style, base = SIDE[lift.side], TOP + HEIGHT + 12
    draw_side_mark(page, x + 3, base - 3, lift.side)
    end = put(page, x + 10.5, base, words.side_short(assessment, lift.side), 9.2, SEMIBOLD, style.text)
    put(page, end + 5, base, words.signed(lift.peak_elevation_deg), 9.2, SEMIBOLD, INK)
    put(page, x + 10.5, base + 10.6, words.picture_caption(name, lift), NOTE, REGULAR, SECOND)


def _write_empty(ax: Axes, text: str) -> None:
    """A dashed empty place that says why."""
    style_axes(ax)
    ax.set(xticks=[], yticks=[], facecolor=WASH, xlim=(0, 1), ylim=(0, 1))
    for spine in ax.spines.values():
        spine.set(visible=True, color="#C2CBD4", linewidth=1.0, linestyle=(0, (4, 3)))
    ax.text(0.5, 0.5, text, ha="center", va="center", **type_of(BODY, REGULAR, SECOND))


def draw_what_was_seen(
    figure: Figure, page: Axes, top: float, assessment: Assessment, track: PoseTrack, images: Images, *, faces: bool
) -> None:
    """The page without lifts, from ``top`` on: one picture, what to fix, next steps; no empty charts."""
    moment = snapshots.snapshot_times(assessment)[0]
    question(page, LEFT, top, questions.QUESTIONS["seen"], questions.seen_answer(moment))
    ax = page_axes(figure, LEFT, top + 9, WIDTH, SEEN_HEIGHT, "picture-seen")
    note = snapshots.draw_moment(ax, track, moment, snapshots.image_at(images, moment), faces=faces)
    below = top + 9 + SEEN_HEIGHT
    put(page, LEFT, below + 12, note, NOTE, REGULAR, THIRD)
    write_columns(page, advice(assessment), below + 40, SEEN_SIZES)
