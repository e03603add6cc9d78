"""The report on one page: an Assessment and its pictures in, a figure out, and the figure as a PNG."""

from __future__ import annotations

from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from marchcam.analysis.results import Assessment
from marchcam.arrays import Image
from marchcam.errors import OutputError
from marchcam.files import atomic_write
from marchcam.report import questions, sections, words
from marchcam.report.bars import draw_difference, draw_difference_key, draw_times
from marchcam.report.elevation import draw_elevation, elevation_answer
from marchcam.report.head import write_footer, write_head, write_result
from marchcam.report.lettering import LEFT, RIGHT, WIDTH, put, question, shorten, text_width
from marchcam.report.peaks import draw_peaks
from marchcam.report.pictures import PAGE_HEIGHT, PAGE_WIDTH, draw_pictures, draw_what_was_seen, page_axes
from marchcam.report.snapshots import draw_snapshot, snapshot_times
from marchcam.report.style import DPI, NOTE, REGULAR, THIRD, clean_style, style_axes
from marchcam.track import PoseTrack

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

TABLE_LEFT, TIMES_LEFT = 377.0, 360.0
# Left of the charts over time and by lift, the same, so that the eye can go down.
GUTTER = 58.0


def draw_report(
    assessment: Assessment, track: PoseTrack, images: dict[float, Image] | None = None, *, faces: bool = False
) -> Figure:
    """Draw the one-page report.

    Parameters
    ----------
    assessment : Assessment
        What was found. Everything printed comes from it.
    track : PoseTrack
        The landmarks, for the skeletons on the pictures.
    images : dict of float to np.ndarray, optional
        Frames (h, w, 3) uint8 BGR by their time in seconds, as `snapshot_times` asks for them. Without a frame the
        skeleton stands alone.
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
        page = _whole_page(figure)
        write_head(page, assessment)
        end = write_result(page, assessment)
        if words.has_lifts(assessment):
            draw_pictures(figure, page, assessment, track, images, faces=faces)
            sections.write_table(page, assessment, TABLE_LEFT, 168)
            _draw_charts(figure, page, assessment)
            question(page, LEFT, 680, questions.QUESTIONS["movement"], questions.movement_answer(assessment))
            sections.write_movements(page, assessment, 688.5)
            sections.write_columns(page, [sections.meaning(assessment), *sections.advice(assessment)], 734)
        else:
            draw_what_was_seen(figure, page, end + 34, assessment, track, images, faces=faces)
        write_footer(page, assessment)
    return figure


def save_report(figure: Figure, path: str | Path) -> None:
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


def _whole_page(figure: Figure) -> Axes:
    """The whole paper in points, y down; under everything else."""
    page = figure.add_axes((0, 0, 1, 1), zorder=-1, gid="page")
    style_axes(page)
    page.set(xlim=(0, PAGE_WIDTH), ylim=(PAGE_HEIGHT, 0), xticks=[], yticks=[], autoscale_on=False)
    return page


def _draw_charts(figure: Figure, page: Axes, assessment: Assessment) -> None:
    """The four charts, each under its question."""
    end = question(page, LEFT, 338, questions.QUESTIONS["difference"], words.answer_difference(assessment))
    draw_difference(page_axes(figure, LEFT, 347, WIDTH, 34.5, "difference"), assessment)
    draw_difference_key(page, assessment, RIGHT, 338, end + 16)

    question(page, LEFT, 418, questions.QUESTIONS["elevation"], elevation_answer(assessment))
    draw_elevation(page_axes(figure, LEFT + GUTTER, 427, WIDTH - GUTTER, 81, "elevation"), assessment)

    question(page, LEFT, 540, questions.QUESTIONS["peaks"], words.answer_drop_off(assessment), right=TIMES_LEFT - 12)
    draw_peaks(page_axes(figure, LEFT + GUTTER, 549, 196, 83, "peaks"), assessment)
    _write_note(page, LEFT, 657, words.drop_off_note(assessment), TIMES_LEFT - LEFT - 12)

    question(page, TIMES_LEFT, 540, questions.QUESTIONS["times"], words.answer_held(assessment))
    draw_times(page_axes(figure, TIMES_LEFT + 31, 549, RIGHT - TIMES_LEFT - 31, 83, "times"), assessment)
    _write_note(page, TIMES_LEFT, 657, questions.TIMES_NOTES, RIGHT - TIMES_LEFT)


def _write_note(page: Axes, x: float, y: float, notes: list[str], width: float) -> None:
    """A line of notes; the first ones are left out where they do not all fit."""
    while len(notes) > 1 and text_width(" ".join(notes), NOTE) > width:
        notes = notes[1:]
    put(page, x, y, shorten(" ".join(notes), width, NOTE), NOTE, REGULAR, THIRD)
