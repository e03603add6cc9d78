"""Many marches in one figure."""

from dataclasses import replace

import numpy as np
import pytest
from conftest import DATA
from matplotlib.figure import Figure
from synthetic import March

from marchcam import PoseTrack, Setup, assess
from marchcam.report.cohort import CohortRow, anonymous, cohort_row, draw_cohort, sort_rows
from marchcam.report.style import is_text

LIFTS = 6


@pytest.fixture(scope="module")
def assessments():
    stored = [assess(PoseTrack.load(DATA / "tracks" / f"{name}.npz")) for name in ("demo", "cam_high", "standing")]
    return [*stored, assess(March([0.0] * LIFTS, [-30.0] * LIFTS).track(Setup(name="Zoë")))]


def row(name="A", difference=4.0, **changes):
    known = CohortRow(
        *(name, "fair", "", 6, 6, -3.0, (-5.0, -1.0), -7.0, (-9.0, -4.0), difference),
        *((difference - 1, difference + 1), (difference - 5, difference + 5), "similar", "none detected"),
    )
    return replace(known, **changes)


WITHHELD = {"difference_deg": None, "ci_rep_deg": None, "ci_total_deg": None, "verdict": "withheld", "trust": "poor"}
NOTHING = {
    **WITHHELD,
    **dict.fromkeys(("left_height_deg", "left_range_deg", "right_height_deg", "right_range_deg")),
    "trust": "not_assessable",
    "reason": "no lift of a slow march was found",
}


def axes(figure, name):
    return next(ax for ax in figure.axes if ax.get_gid() == name)


def texts(figure):
    return [text.get_text() for text in figure.findobj(is_text)]


def test_a_row_says_what_the_assessment_says(assessments):
    demo, poor, standing, made = map(cohort_row, assessments)
    result = assessments[0]
    assert (demo.name, made.name) == ("demo", "Zoë")
    assert demo.left_height_deg == result.sides.left.peak_elevation_deg.median
    assert demo.right_range_deg == (
        result.sides.right.peak_elevation_deg.min,
        result.sides.right.peak_elevation_deg.max,
    )
    assert (demo.difference_deg, demo.ci_total_deg) == (result.asymmetry.difference_deg, result.asymmetry.ci_total_deg)
    assert (poor.trust, poor.difference_deg, poor.ci_rep_deg) == ("poor", None, None)
    assert (standing.trust, standing.left_range_deg, standing.drop_off) == ("not_assessable", None, "–")
    assert cohort_row(result, "P7").name == "P7"


def test_the_largest_difference_stands_first_and_the_unassessed_last():
    rows = [
        row("nothing", **NOTHING),
        row("poor", **WITHHELD),
        row("small", -2.0),
        row("large", 20.0),
        row("Mid", -9.0),
    ]
    assert [r.name for r in sort_rows(rows)] == ["large", "Mid", "small", "poor", "nothing"]
    assert [r.name for r in sort_rows(rows, "name")] == ["large", "Mid", "nothing", "poor", "small"]
    assert sort_rows(rows, "given") == rows
    with pytest.raises(ValueError, match="one of difference, name, given"):
        sort_rows(rows, "age")


def test_marks_stand_at_the_heights_and_differences(assessments):
    figure = draw_cohort(assessments)
    rows = sort_rows(map(cohort_row, assessments))
    heights, difference = axes(figure, "heights"), axes(figure, "difference")
    for side in ("left", "right"):
        marks = [line for line in heights.lines if line.get_gid() == f"lift-{side}"]
        assert [line.get_xdata()[0] for line in marks] == [
            getattr(r, f"{side}_height_deg") for r in rows if getattr(r, f"{side}_height_deg") is not None
        ]
    marks = [line for line in difference.lines if line.get_gid() == "difference"]
    compared = [(i, r) for i, r in enumerate(rows) if r.difference_deg is not None]
    assert [tuple(line.get_xydata()[0]) for line in marks] == [(r.difference_deg, i + 0.5) for i, r in compared]
    low, high = difference.get_xlim()
    assert all(low < end < high for _, r in compared for end in r.ci_total_deg)
    assert low == -high
    said = texts(figure)
    assert "withheld" in said and "Not assessable" in said and "Zoë" in said
    assert any("not a diagnosis" in text for text in said)


@pytest.mark.parametrize("count", [1, 13, 31, 60])
def test_texts_stay_in_their_columns_from_one_row_to_sixty(count):
    kinds = ({}, WITHHELD, NOTHING, {"drop_off": "left 12°, right 14°"})
    rows = [
        row(f"{i}, a very long name of somebody with many names indeed", 3.0 * (i % 20) - 30, **kinds[i % 4])
        for i in range(count)
    ]
    figure = draw_cohort(rows, title="A title that is much too long for one line " * 4)
    assert isinstance(figure, Figure)
    figure.canvas.draw()
    width, height = figure.canvas.get_width_height()
    boxes = [(text.get_text(), text.get_window_extent()) for text in figure.findobj(is_text)]
    for text, box in boxes:
        assert box.x0 >= 0 and box.x1 <= width and box.y0 >= 0 and box.y1 <= height, text
    for i, (text, box) in enumerate(boxes):
        for other, beside in boxes[i + 1 :]:
            apart = min(box.x1, beside.x1) - max(box.x0, beside.x0) <= 0
            # Lines may share a pixel or two of white above and below their letters.
            assert apart or min(box.y1, beside.y1) - max(box.y0, beside.y0) <= 0.3 * box.height, (text, other)


def test_a_dollar_or_an_odd_letter_in_a_name_is_only_a_letter():
    figure = draw_cohort([row("$x_1$ \u200b\u0007"), row("")])
    figure.canvas.draw()
    assert {"$x_1$", "–"} <= set(texts(figure))


def test_nobody_is_no_cohort():
    with pytest.raises(ValueError, match="at least one march"):
        draw_cohort([])


def test_numbers_in_place_of_names():
    rows = anonymous([row("Ann"), row("Bob", 1.0)])
    assert [r.name for r in rows] == ["P01", "P02"]
    assert rows[1].difference_deg == 1.0
    assert anonymous([row()] * 100)[99].name == "P100"


def test_the_users_own_matplotlib_settings_stay_out_and_unchanged():
    import matplotlib

    with matplotlib.rc_context({"axes.facecolor": "red", "font.size": 40}):
        figure = draw_cohort([row()])
        assert matplotlib.rcParams["font.size"] == 40
    assert axes(figure, "heights").get_facecolor()[3] == 0
    assert np.allclose(figure.get_facecolor(), (1, 1, 1, 1))
