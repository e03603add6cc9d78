"""The report on one page: an Assessment and its pictures in, a figure out, and the figure as a PNG."""

from __future__ import annotations

import os

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from marchcam.analysis.results import Assessment
from marchcam.errors import OutputError
from marchcam.files import atomic_write
from marchcam.report import sheet, snapshots, words
from marchcam.report.bars import draw_difference, draw_difference_key, draw_times
from marchcam.report.charts import draw_elevation, draw_peaks, shown_span
from marchcam.report.sheet import LEFT, RIGHT, WIDTH, put, question
from marchcam.report.snapshots import draw_snapshot, snapshot_times
from marchcam.report.style import (
    BODY,
    DPI,
    INK,
    NOTE,
    REGULAR,
    SECOND,
    SEMIBOLD,
    SIDE,
    THIRD,
    WASH,
    clean_style,
    font,
    shorten,
    style_axes,
    text_width,
)
from marchcam.track import SIDES, PoseTrack

__all__ = [
    "draw_difference",
    "draw_elevation",
    "draw_peaks",
    "draw_report",
    "draw_snapshot",
    "draw_times",
    "save_report",
    "snapshot_times",
]

PAGE_WIDTH, PAGE_HEIGHT = 595.0, 842.0
PICTURE_WIDTH, PICTURE_HEIGHT, PICTURE_GAP, SIDE_GAP = 73.0, 116.0, 6.0, 13.0
TABLE_LEFT, TIMES_LEFT = 377.0, 360.0
GUTTER = 58.0
SEEN_PICTURE_HEIGHT = 292.0
MOVEMENT_ANSWER = "Change from quiet standing, while the thigh is held up."


def draw_report(
    assessment: Assessment, track: PoseTrack, images: dict[float, np.ndarray] | None = None, *, faces: bool = False
) -> Figure:
    """Draw the one-page report.

    Parameters
    ----------
    assessment : Assessment
        What was found. Everything printed comes from it.
    track : PoseTrack
        The landmarks, for the skeletons on the pictures.
    images : dict of float to np.ndarray, optional
        Frames (h, w, 3) uint8 BGR by their time in seconds, as `snapshot_times` asks for them. Without a frame the skeleton
        stands alone.
    faces : bool, optional
        Whether pictures may show the face; by default they are cut below the chin.

    Returns
    -------
    Figure
        A4, 595 x 842 points.
    """
    with clean_style():
        figure = Figure(figsize=(PAGE_WIDTH / 72, PAGE_HEIGHT / 72), dpi=DPI, facecolor="white")
        FigureCanvasAgg(figure)
        page = _page_axes(figure)
        sheet.write_head(page, assessment)
        sheet.write_result(page, assessment)
        if words.has_lifts(assessment):
            _draw_panels(figure, page, assessment, track, images, faces=faces)
        else:
            _draw_what_was_seen(figure, page, assessment, track, images, faces=faces)
        sheet.write_footer(page, assessment)
    return figure


def save_report(figure: Figure, path: str | os.PathLike[str]) -> None:
    """Write the report as a PNG of 200 dpi that only its owner can read; whole or not at all.

    Parameters
    ----------
    figure : Figure
        From `draw_report`.
    path : path-like
        Where to. The same assessment gives the same bytes.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    try:
        with atomic_write(path) as file, clean_style():
            figure.savefig(file, format="png", dpi=DPI, facecolor="white", metadata={"Software": "MarchCam"})
    except OSError as error:
        raise OutputError(f"Cannot write {path}: {error.strerror or error}. Choose another folder.") from error


def _page_axes(figure: Figure) -> Axes:
    """The whole paper in points, y down; under everything else."""
    page = figure.add_axes((0, 0, 1, 1), zorder=-1, gid="page")
    style_axes(page)
    page.set(xlim=(0, PAGE_WIDTH), ylim=(PAGE_HEIGHT, 0), xticks=[], yticks=[], autoscale_on=False)
    return page


def _axes(figure: Figure, x: float, y: float, width: float, height: float, gid: str) -> Axes:
    """Axes at a place of the page, points from its upper left corner."""
    return figure.add_axes(
        (x / PAGE_WIDTH, 1 - (y + height) / PAGE_HEIGHT, width / PAGE_WIDTH, height / PAGE_HEIGHT), gid=gid
    )


def _draw_panels(
    figure: Figure,
    page: Axes,
    assessment: Assessment,
    track: PoseTrack,
    images: dict[float, np.ndarray] | None,
    *,
    faces: bool,
) -> None:
    _draw_pictures(figure, page, assessment, track, images, faces=faces)
    sheet.write_table(page, assessment, TABLE_LEFT, 168)

    end = question(page, LEFT, 338, "How different are the sides?", words.answer_difference(assessment))
    draw_difference(_axes(figure, LEFT, 347, WIDTH, 34.5, "difference"), assessment)
    draw_difference_key(page, assessment, RIGHT, 338, end + 16)

    question(page, LEFT, 418, "How high does each thigh go?", _elevation_answer(assessment))
    draw_elevation(_axes(figure, LEFT + GUTTER, 427, WIDTH - GUTTER, 81, "elevation"), assessment)

    question(page, LEFT, 540, "Does the height last?", words.answer_drop_off(assessment), right=TIMES_LEFT - 12)
    draw_peaks(_axes(figure, LEFT + GUTTER, 549, 196, 83, "peaks"), assessment)
    _write_note(page, LEFT, 657, words.drop_off_note(assessment), TIMES_LEFT - LEFT - 12)

    question(page, TIMES_LEFT, 540, "How slow, and how long?", _held_answer(assessment))
    draw_times(_axes(figure, TIMES_LEFT + 31, 549, RIGHT - TIMES_LEFT - 31, 83, "times"), assessment)
    _write_note(page, TIMES_LEFT, 657, ["Numbers: middle values.", "Dashed: the tempo asked for."], RIGHT - TIMES_LEFT)

    question(
        page,
        LEFT,
        680,
        "How do the feet land, and what else moves?",
        MOVEMENT_ANSWER,
    )
    sheet.write_movements(page, assessment, 688.5)
    heading, said = sheet.meaning(assessment)
    columns = [
        (heading, said, False),
        ("What to fix", sheet.what_to_fix(assessment), True),
        ("Next steps", list(assessment.next_steps), True),
    ]
    sheet.write_columns(page, [column for column in columns if column[1]], 734)


def _elevation_answer(assessment: Assessment) -> str:
    start, end = shown_span(assessment)
    times = assessment.series.time_s
    whole = not len(times) or (start <= times[0] and end >= times[-1])
    said = [
        "The whole test." if whole else f"{words.clock(start)} to {words.clock(end)} of the recording.",
        "Shaded: held. Mark: height of the lift.",
    ]
    lifts = assessment.repetitions
    if any(lift.partial and lift.excluded is None for lift in lifts):
        said.append("Open: partial.")
    if any(lift.excluded is not None for lift in lifts):
        said.append("Cross: not counted.")
    return " ".join(said)


def _held_answer(assessment: Assessment) -> str:
    held = sum(getattr(assessment.sides, side).held_one_second for side in SIDES)
    total = sum(getattr(assessment.sides, side).repetition_count for side in SIDES)
    return f"{held} of {total} held 1 s."


def _write_note(page: Axes, x: float, y: float, notes: list[str], width: float) -> None:
    """A line of notes; the first ones are left out where they do not all fit."""
    while len(notes) > 1 and text_width(" ".join(notes), NOTE) > width:
        notes = notes[1:]
    put(page, x, y, shorten(" ".join(notes), width, NOTE), NOTE, REGULAR, THIRD)


def _draw_pictures(
    figure: Figure,
    page: Axes,
    assessment: Assessment,
    track: PoseTrack,
    images: dict[float, np.ndarray] | None,
    *,
    faces: bool,
) -> None:
    """Best and lowest lift of each side in one scale; a side without lifts says so."""
    question(
        page,
        LEFT,
        168,
        "What does it look like?",
        "Best and lowest lift of each side. Dashed: hip height.",
        right=TABLE_LEFT - 14,
    )
    chosen = {side: snapshots.best_and_lowest(assessment, side) for side in SIDES}
    every = [lift for side in SIDES for _, lift in chosen[side]]
    crops = _crops(track, every, faces=faces)
    pair = 2 * PICTURE_WIDTH + PICTURE_GAP
    for side, x in zip(SIDES, (LEFT, LEFT + pair + SIDE_GAP), strict=True):
        if not chosen[side]:
            _write_no_lift(figure, x, pair, side)
        width = pair if len(chosen[side]) == 1 else PICTURE_WIDTH
        for name, lift in chosen[side]:
            ax = _axes(figure, x, 177, width, PICTURE_HEIGHT, f"picture-{side}-{name}")
            crop = crops[every.index(lift)]
            if crop is None:
                _write_no_picture(ax)
            else:
                draw_snapshot(
                    ax, track, lift, snapshots.image_at(images, snapshots.snapshot_moment(lift)), crop, faces=faces
                )
            _write_caption(page, x, name, lift)
            x += PICTURE_WIDTH + PICTURE_GAP


def _crops(track: PoseTrack, lifts: list, *, faces: bool) -> list:
    """A crop a lift, all of the height of the tallest; None where nobody is seen."""
    aspect = PICTURE_WIDTH / PICTURE_HEIGHT
    points = [snapshots.landmarks_at(track, snapshots.snapshot_moment(lift)) for lift in lifts]
    seen = [np.isfinite(found).any() for found in points]

    def crops(least: float) -> list:
        return [
            snapshots.crop_of(found, track.image_size_wh, aspect, faces=faces, least_height=least) if ok else None
            for found, ok in zip(points, seen, strict=True)
        ]

    return crops(max((crop.height for crop in crops(0.0) if crop), default=0.0))


def _write_caption(page: Axes, x: float, name: str, lift) -> None:
    style = SIDE[lift.side]
    sheet.draw_side_mark(page, x + 3, 302.0, lift.side)
    end = put(page, x + 10.5, 305, style.word, 9.2, SEMIBOLD, style.text)
    put(page, end + 5, 305, words.signed(lift.peak_elevation_deg), 9.2, SEMIBOLD, INK)
    number = f"{name}, lift {lift.index}" if name != "only" else f"the only height, lift {lift.index}"
    put(page, x + 10.5, 315.6, number + (", partial" if lift.partial else ""), NOTE, REGULAR, SECOND)


def _write_no_lift(figure: Figure, x: float, width: float, side: str) -> None:
    ax = _axes(figure, x, 177, width, PICTURE_HEIGHT, f"picture-{side}-none")
    _empty_ground(ax)
    ax.text(
        0.5, 0.5, f"No lift of the {side} leg found", ha="center", va="center", fontproperties=font(BODY), color=SECOND
    )


def _write_no_picture(ax: Axes) -> None:
    _empty_ground(ax)
    ax.text(0.5, 0.5, "no picture", ha="center", va="center", fontproperties=font(NOTE), color=SECOND)


def _empty_ground(ax: Axes) -> None:
    style_axes(ax)
    ax.set(xticks=[], yticks=[], facecolor=WASH, xlim=(0, 1), ylim=(0, 1))
    for spine in ax.spines.values():
        spine.set(visible=True, color="#C2CBD4", linewidth=1.0, linestyle=(0, (4, 3)))


def _draw_what_was_seen(
    figure: Figure,
    page: Axes,
    assessment: Assessment,
    track: PoseTrack,
    images: dict[float, np.ndarray] | None,
    *,
    faces: bool,
) -> None:
    """The page without lifts: one picture, what to fix, next steps; no empty charts."""
    moment = snapshot_times(assessment)[0]
    question(page, LEFT, 178, "What was seen?", f"One moment, at {words.clock(moment)}.")
    ax = _axes(figure, LEFT, 187, WIDTH, SEEN_PICTURE_HEIGHT, "picture-seen")
    note = snapshots.draw_moment(ax, track, moment, snapshots.image_at(images, moment), faces=faces)
    put(page, LEFT, 491, note, NOTE, REGULAR, THIRD)
    columns = [("What to fix", sheet.what_to_fix(assessment), True), ("Next steps", list(assessment.next_steps), True)]
    sheet.write_columns(page, [column for column in columns if column[1]], 520)
