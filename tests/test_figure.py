"""The report page: what it prints is what the assessment says, and it holds together in every state."""

from __future__ import annotations

import hashlib
import itertools
import os
import stat
import subprocess
import sys
import time
from dataclasses import replace

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.font_manager import get_font
from matplotlib.image import imread

from marchcam.analysis import results as r
from marchcam.errors import OutputError
from marchcam.report import crop, head, lettering, sections, snapshots, style, words
from marchcam.report import figure as report
from marchcam.report.elevation import envelope
from marchcam.report.icons import ICONS
from marchcam.report.pictures import PAGE_HEIGHT
from marchcam.report.snapshots import snapshot_times
from marchcam.track import ANKLE, HEEL, HIP, KNEE, SHOULDER, SIDES, TOE, PoseTrack, Setup, Source

FPS = 30.0
CYCLE_S = 4.0
FRAME_WH = (854, 480)
LEFT_PEAKS = (3, 2, 4, 3, 1, 5, 3, 2, 4, 3)
RIGHT_PEAKS = (-9, -10, -12, -12, -13, -14, -16, -16, -18, -19)
LONG_NAME = "Maximiliane-Theodora Žofie von Hohenberg-Lindenau und Söhne $x_2$ the Third of Her Name"
LONG_FILE = "/data/recordings of the year/Aufnahme " + "sehr-lang-" * 14 + "ende.mp4"
LONG_FIX = "Move the camera back until head and feet are in the picture, and put it on something that cannot move."


def spread(values):
    known = [value for value in values if value is not None]
    if not known:
        return r.Spread()
    return r.Spread(*(float(f(known)) for f in (np.median, np.mean, np.std, np.min, np.max)))


def drop_off(peaks):
    """A line through the lifts from the second on, as a side with ten lifts or more has it."""
    if len(peaks) < 8:
        return r.DropOff()
    numbers = np.arange(2, len(peaks) + 1)
    slope, start = np.polyfit(numbers, peaks[1:], 1)
    first, last = start + 2 * slope, start + len(peaks) * slope
    band = ((first - 1.5, first + 1.5), (last - 1.5, last + 1.5))
    total = -slope * (len(peaks) - 2)
    return r.DropOff(
        slope, (slope - 0.2, slope + 0.2), None, total, 6.4, None, total >= 5, (2, first, len(peaks), last), band
    )


def make_lifts(peaks_of, *, partial=(), without_hold=(), excluded=()):
    lifts = []
    for side, peaks in peaks_of.items():
        for number, peak in enumerate(peaks, 1):
            start = 2.0 + (2 * (number - 1) + (side == "right")) * CYCLE_S
            key = (side, number)
            hold = key not in without_hold
            lifts.append(
                r.Repetition(
                    *(
                        side,
                        number,
                        start + 0.3,
                        start + 1.0,
                        start + 1.1 if hold else None,
                        start + 2.3 if hold else None,
                    ),
                    *(start + 3.2, float(peak), "yes" if peak > 2 else "too_close" if peak > -4 else "no"),
                    *(
                        1.2 + 0.05 * (number % 4) if hold else None,
                        0.6 + 0.03 * (number % 5),
                        0.7 + 0.04 * (number % 3),
                    ),
                    *(-1.0, -2.0, "toe_first", 0.4, 60.0, key in partial, None, start + 1.6),
                )
            )
    for side, start in excluded:
        lifts.append(
            r.Repetition(
                *(
                    side,
                    None,
                    start,
                    start + 1,
                    None,
                    None,
                    start + 2,
                    -20.0,
                    None,
                    None,
                    None,
                    None,
                    None,
                    None,
                    "unclear",
                ),
                *(None, None, False, "squat_or_lunge", start + 1),
            )
        )
    return tuple(sorted(lifts, key=lambda lift: lift.onset_s))


def make_side(lifts, side, **given):
    own = [lift for lift in lifts if lift.side == side and lift.excluded is None]
    count = len(own)
    reached = r.ReachedHorizontal(
        *(sum(lift.reached_horizontal == key for lift in own) for key in ("yes", "no", "too_close"))
    )
    result = r.SideResult(
        *(
            count,
            sum(lift.partial for lift in own),
            sum(lift.side == side and lift.excluded is not None for lift in lifts),
        ),
        *(
            spread([getattr(lift, key) for lift in own])
            for key in ("peak_elevation_deg", "hold_duration_s", "lift_duration_s", "lower_duration_s")
        ),
        *(reached, sum((lift.hold_duration_s or 0) >= 1 for lift in own), r.LandingCounts(toe_first=count)),
        drop_off([lift.peak_elevation_deg for lift in own]),
    )
    return replace(result, **given)


def make_series(lifts, duration_s):
    times = np.arange(0, duration_s, 1 / FPS)
    curves = {side: np.full(len(times), -86.0) for side in SIDES}
    for lift in lifts:
        middle = (lift.onset_s + lift.lowered_s) / 2
        shape = np.clip(1.7 * np.cos(np.clip((times - middle) / 3.2 * np.pi, -np.pi / 2, np.pi / 2)), 0, 1)
        curves[lift.side] += shape * (lift.peak_elevation_deg + 86)
    ones = np.ones(len(times))
    return r.Series(times, curves["left"], curves["right"], ones, ones, ones)


def findings(*extra):
    return (
        r.Finding(
            "result",
            "Your right knee rises about 17° less than your left, and its height drops off by about 10° over the set.",
        ),
        r.Finding("detail", "10 lifts each; repetition range 15–18°; allowing for camera error about 11–22°."),
        *extra,
    )


MEANING = r.Finding(
    "meaning",
    "This pattern can occur with a weaker hip flexor, the psoas among them, and with other causes: joint pain or "
    "stiffness, balance, trunk control, hamstrings, clothing, a misunderstanding of the task. Worth a hands-on check.",
)
FIXES = (
    r.Finding("fix_height", "Right: raise the knee until the thigh is level, as far as it is free of pain."),
    r.Finding("fix_tempo", "Lift and lower more slowly: count to two each way."),
)
STEPS = (
    "Slow marching itself, two chair backs for balance.",
    "Build up slowly; stop at any pain, then less speed, fewer lifts or less range.",
    "A hands-on check of the right side by a professional.",
)
MOVEMENT = (
    r.Compensation("backward_lean", None, 2.0, None, 0.0, "none", "2° back"),
    r.Compensation("sideways_lean", None, 1.0, None, 0.0, "none", "1° to the left"),
    r.Compensation("hip_hike", None, 1.0, None, 0.0, "none", "within 1°"),
    r.Compensation("hip_drop", None, 1.0, None, 0.0, "none", "within 1°"),
    r.Compensation("stance_knee_bent", None, 3.0, None, 0.0, "none", "straight, 3° bend"),
    r.Compensation("sway", None, None, 1.0, 0.0, "none", "alike on both sides"),
)
LARGE = r.Asymmetry(
    -16.6,
    (-18.3, -14.9),
    (-22.1, -11.2),
    slope_difference_deg_per_min=-8.0,
    slope_difference_ci_deg_per_min=(-13.0, -3.0),
    tires_sooner_side="right",
    hold_difference_s=-0.1,
    lift_difference_s=0.0,
    limb_symmetry_index_pct=84.0,
    lower_side="right",
    verdict="large",
)


def make_assessment(left=LEFT_PEAKS, right=RIGHT_PEAKS, *, duration_s=None, side_given=None, lifts_given=None, **given):
    """A whole assessment, as the analysis would hand it over; ``given`` replaces any of its fields."""
    lifts = make_lifts({"left": left, "right": right}, **(lifts_given or {}))
    duration_s = duration_s or max(lift.lowered_s for lift in lifts) + 3.0
    series = make_series(lifts, duration_s)
    assessment = r.Assessment(
        schema=1,
        marchcam_version="0.1.0",
        source=r.SourceInfo("/data/demo.mp4", duration_s, len(series.time_s), FPS, FRAME_WH, "2026-11-22T14:05"),
        model="full",
        setup=Setup(name="Sample A.", support="none"),
        view=r.View(30.0, 0.0, 0.0, "oblique"),
        calibration=r.Calibration(0.0, 2.0, r.SideLengths(90.0, 90.0)),
        uncertainty=r.Uncertainty(2.5, 2.5),
        sides=r.Sides(*(make_side(lifts, side, **(side_given or {}).get(side, {})) for side in SIDES)),
        asymmetry=LARGE,
        compensations=(),
        balance=r.Balance(1.0, 1.1),
        pain=r.Pain(0, 0, 0, 0, False),
        quality=r.Quality("good", (), 0.97, "10 lifts a side, 97 % of pictures used"),
        findings=findings(MEANING, *FIXES),
        next_steps=STEPS,
        repetitions=lifts,
        series=series,
        movement=MOVEMENT,
    )
    return replace(assessment, **given)


def make_track(assessment, *, middle_x=0.5, frame_wh=FRAME_WH):
    """A standing stick figure whose legs follow the assessment's curves, seen half from the side."""
    series, (width, height) = assessment.series, frame_wh
    points = np.full((len(series.time_s), 33, 2), np.nan)
    unit = height * 0.8 / 1.75

    def put(number, x, y):
        points[:, number] = np.column_stack(
            np.broadcast_arrays(width * middle_x + np.asarray(x) * unit, height * 0.94 - np.asarray(y) * unit)
        )

    zero = np.zeros(len(series.time_s))
    for number in range(11):
        put(number, zero + (0.01 * number - 0.05), 1.60 - (0.05 if number in (9, 10) else 0.0))
    for side, sign in (("left", 1), ("right", -1)):
        ahead = np.deg2rad(getattr(series, f"{side}_elevation_deg"))
        hip, shoulder = 0.11 * sign, 0.19 * sign
        knee = (hip - 0.43 * np.cos(ahead) * 0.6, 0.93 + 0.43 * np.sin(ahead))
        put(SHOULDER[side], zero + shoulder, 1.42)
        put(SHOULDER[side] + 2, zero + shoulder * 1.3, 1.15)
        put(SHOULDER[side] + 4, zero + shoulder * 1.4, 0.90)
        put(HIP[side], zero + hip, 0.93)
        put(KNEE[side], *knee)
        put(ANKLE[side], knee[0], knee[1] - 0.42)
        put(HEEL[side], knee[0] + 0.05, knee[1] - 0.47)
        put(TOE[side], knee[0] - 0.14, knee[1] - 0.50)
    seen = np.ones(points.shape[:2])
    return PoseTrack(
        series.time_s, points, np.zeros((*seen.shape, 3)), seen, seen, frame_wh, Source(assessment.source.path)
    )


def make_images(assessment, frame_wh=FRAME_WH):
    """A wall and a floor, brighter to the right, for every moment that is asked for."""
    picture = np.full((frame_wh[1], frame_wh[0], 3), (190, 200, 200), np.uint8)
    picture[int(frame_wh[1] * 0.8) :] = (90, 140, 190)
    return dict.fromkeys(snapshot_times(assessment), picture)


def poor(code="camera_moved", reason="the camera moved at 0:31", **given):
    flag = r.Flag(
        code, "spoils", "The camera moved.", "Put the camera on something that cannot move, and record 10 lifts a side."
    )
    result = (
        r.Finding("result", "The two sides cannot be compared in this recording."),
        r.Finding("detail", f"{reason.capitalize()}. The height of each side is below."),
        r.Finding("height", "Left reached horizontal in 8 of 10 (2 too close to call)."),
    )
    return {
        "quality": r.Quality("poor", (flag,), 0.9, reason),
        "asymmetry": r.Asymmetry(withheld_reason=reason),
        "findings": result,
        **given,
    }


def nothing_found(reason="no lift was found", **given):
    flag = r.Flag(
        "no_lifts",
        "not_assessable",
        "No lift.",
        "Lift each knee in turn until the thigh is level, hold for a second, lower slowly.",
    )
    result = (
        r.Finding("result", "No lift was found in this recording."),
        r.Finding(
            "detail",
            "A person was seen in 98 % of the pictures, standing. Lift each knee in turn until the thigh is level.",
        ),
    )
    return {
        "quality": r.Quality("not_assessable", (flag,), 0.98, reason),
        "asymmetry": r.Asymmetry(withheld_reason=reason),
        "findings": result,
        **given,
    }


def with_gaps(assessment):
    holes = assessment.series.left_elevation_deg.copy()
    holes[200:420] = np.nan
    return replace(
        assessment,
        series=replace(assessment.series, left_elevation_deg=holes, right_elevation_deg=np.full_like(holes, np.nan)),
    )


def crowded():
    """Everything long at once."""
    flags = tuple(
        r.Flag(code, "caps", f"{code} happened.", f"{LONG_FIX} ({code})")
        for code in ("lost_frames", "pitch", "roll", "near", "too_fast")
    )
    moves = tuple(
        r.Compensation(code, "right", 12.0, None, 1.0, "marked", "12° in 10 of 10 lifts, right only, more than left")
        for code in sections.MOVEMENT_NAMES
    )
    long = "Your right knee rises about 17° less than your left, " * 4 + "and that is all."
    return make_assessment(
        setup=Setup(name=LONG_NAME, support="two_hands", band=True),
        source=r.SourceInfo(LONG_FILE, 86.0, 2580, 29.97, FRAME_WH, "2026-11-22T14:05"),
        pain=r.Pain(2, 3, 4, 4, None),
        view=r.View(-135.0, 0, 0, "back"),
        model="a-very-long-model-file-name-that-somebody-trained-at-home.task",
        quality=r.Quality(
            "fair",
            flags,
            0.8,
            "the camera looks down by 17° and 12 % of the pictures show no legs, so heights are less sure",
        ),
        findings=(
            r.Finding("result", long),
            r.Finding("detail", long),
            MEANING,
            MEANING,
            *FIXES,
            r.Finding("fix_more", LONG_FIX),
        ),
        next_steps=STEPS * 3,
        movement=moves,
    )


FORTY = r.Quality("good", (), 0.99, "40 lifts a side")
TILTED = r.Quality("fair", (r.Flag("pitch", "caps", "Tilted.", LONG_FIX),), 0.95, "the camera looks down by 17°")
NO_VIEW = r.View(None, None, None, None)
CLEAR = replace(
    LARGE, difference_deg=10.2, ci_rep_deg=(8.4, 12.0), ci_total_deg=(3.1, 17.3), lower_side="left", verdict="clear"
)
WIDE = replace(LARGE, difference_deg=-62.0, ci_rep_deg=(-70, -55), ci_total_deg=(-74, -50))
SIMILAR = r.Asymmetry(0.2, (-1.2, 1.6), (-4.8, 5.3), verdict="similar")
INCONCLUSIVE = r.Asymmetry(-6.4, (-14.2, 1.6), (-38.0, 26.0), lower_side="right", verdict="inconclusive")
TWO_MARKED = tuple(
    replace(item, level="marked", text="9° in 8 of 10") if i in (1, 2) else item for i, item in enumerate(MOVEMENT)
)
STATES = {
    "good": make_assessment,
    "fair": lambda: make_assessment(
        quality=TILTED,
        asymmetry=CLEAR,
    ),
    "poor": lambda: make_assessment(**poor()),
    "pain": lambda: make_assessment(
        **poor("pain", "pain rose during the test", pain=r.Pain(1, 4, 0, 0, True), compensations=MOVEMENT[:1])
    ),
    "no_lifts": lambda: make_assessment((), (), duration_s=12.0, **nothing_found()),
    "nobody": lambda: make_assessment((), (), duration_s=0.1, **nothing_found("nobody was found", view=NO_VIEW)),
    "two_lifts": lambda: make_assessment((2, 5), (-5, -8), **poor("few_repetitions", "2 lifts a side, 6 are needed")),
    "one_lift": lambda: make_assessment((2,), (-5, -5), **poor("few_repetitions", "1 lift a side, 6 are needed")),
    "forty_lifts": lambda: make_assessment(
        [3 + (i * 7) % 4 for i in range(40)], [-8 - 0.33 * i + (i * 5) % 3 for i in range(40)], quality=FORTY
    ),
    "fourteen_lifts": lambda: make_assessment([3] * 14, [-40 - i for i in range(14)]),
    "one_side": lambda: make_assessment((), RIGHT_PEAKS, **poor("few_repetitions", "no lift of the left leg")),
    "partial": lambda: make_assessment(
        (-2, -1, -3, -2, -2, -1),
        (-50, -48, -52, -51, -50, -47),
        lifts_given={"partial": [("right", i) for i in range(1, 7)]},
    ),
    "excluded": lambda: make_assessment(lifts_given={"excluded": [("left", 40.0), ("right", 44.0)]}),
    "gaps": lambda: with_gaps(make_assessment()),
    "no_hold": lambda: make_assessment(
        lifts_given={"without_hold": [(side, i) for side in SIDES for i in range(1, 11)]}
    ),
    "similar": lambda: make_assessment(LEFT_PEAKS, LEFT_PEAKS[::-1], asymmetry=SIMILAR),
    "inconclusive": lambda: make_assessment(asymmetry=INCONCLUSIVE),
    "wide": lambda: make_assessment(asymmetry=WIDE),
    "hour": lambda: make_assessment(duration_s=3600.0),
    "hour_of_lifts": lambda: make_assessment([3, 2] * 200, [-4, -6] * 200),
    "bare": lambda: make_assessment(
        setup=Setup(),
        pain=r.Pain(),
        movement=(),
        next_steps=(),
        findings=findings(),
        source=r.SourceInfo("camera 0", 48.0, 1440, None, FRAME_WH, None),
        view=NO_VIEW,
    ),
    "script": lambda: make_assessment(setup=Setup(name="山田 太郎")),
    "mixed_script": lambda: make_assessment(setup=Setup(name="Ольга Ν. 山 \u202e\x07 Ångström 🙂")),
    "flagged": lambda: make_assessment(movement=TWO_MARKED),
    "crowded": crowded,
}


def draw(assessment, **options):
    return report.draw_report(assessment, make_track(assessment), make_images(assessment), **options)


def texts(figure):
    return list(figure.findobj(style.is_text))


def all_words(figure):
    return " | ".join(text.get_text() for text in texts(figure))


def axes_of(figure, name):
    return next(ax for ax in figure.axes if ax.get_gid() == name)


def assert_text_holds_together(figure):
    """No text touches another, leaves the margins of the page, or is too small to read."""
    renderer = figure.canvas.get_renderer()
    boxes = [(text, text.get_window_extent(renderer)) for text in texts(figure)]
    point = figure.dpi / 72
    for text, box in boxes:
        assert text.get_fontsize() >= style.NOTE_MIN, text.get_text()
        assert (lettering.LEFT - 1) * point <= box.x0, text.get_text()
        assert box.x1 <= (lettering.RIGHT + 1) * point, text.get_text()
        assert 15 * point <= box.y0, text.get_text()
        assert box.y1 <= (PAGE_HEIGHT - 20) * point, text.get_text()
    for (one, a), (other, b) in itertools.combinations(boxes, 2):
        apart_x = max(a.x0, b.x0) - min(a.x1, b.x1)
        apart_y = max(a.y0, b.y0) - min(a.y1, b.y1)
        # Lines of a paragraph may meet (line boxes hold room for accents); words side by side may not.
        assert apart_x >= 2 * point or apart_y >= -1.5, f"{one.get_text()!r} touches {other.get_text()!r}"


@pytest.mark.parametrize("state", STATES)
def test_nothing_touches_or_leaves_the_page(state):
    figure = draw(STATES[state]())
    figure.canvas.draw()
    assert_text_holds_together(figure)
    assert head.DISCLAIMER in all_words(figure)
    assert "/data" not in all_words(figure)


def test_the_check_itself_sees_a_collision():
    figure = draw(make_assessment())
    axes_of(figure, "page").text(40, 125, "over the headline")
    with pytest.raises(AssertionError, match="touches"):
        assert_text_holds_together(figure)


def test_without_video_the_page_holds_together_and_shows_the_skeleton():
    assessment = make_assessment()
    figure = report.draw_report(assessment, make_track(assessment), None)
    assert_text_holds_together(figure)
    picture = axes_of(figure, "picture-left-best")
    assert not picture.images
    assert [line for line in picture.lines if line.get_gid() == "leg-left"]


def test_prints_the_numbers_of_the_assessment():
    figure = draw(make_assessment())
    said = all_words(figure)
    for part in (
        *(
            "Sample A.",
            "22 November 2026, 14:05",
            "Video demo.mp4",
            "at 30 pictures a second",
            "camera 30° to the person’s left",
        ),
        *("no support, no band", "pain 0 before, 0 after", "Good trust", "10 lifts a side, 97\u00a0% of pictures used"),
        *("3° above", "14° below", "7 of 10", "0 of 10", "none detected", "9°", "1.3 s", "20 of 20 lifts"),
        *("+5°", "best, lift 6", "+1°", "lowest, lift 5", "−9°", "best, lift 1", "−19°", "lowest, lift 10"),
        *("Large difference; the right is lower by 17°.", "lift to lift 15–18°", "allowing for camera error 11–22°"),
        *(
            "The right falls about 1° a lift.",
            "On the left, drops under about 6° could be missed.",
            "MarchCam 0.1.0, model full",
        ),
    ):
        assert part in said, part
    assert "-" not in "".join(text for text in said.split(" | ") if "°" in text), "a hyphen stands for a minus"


def test_the_headline_is_the_first_finding_and_the_line_under_it_the_detail():
    figure = draw(make_assessment())
    largest = [text.get_text() for text in texts(figure) if text.get_fontsize() == style.RESULT]
    assert " ".join(largest) == make_assessment().findings[0].text
    assert make_assessment().findings[1].text in all_words(figure)


def test_difference_stands_at_its_value_with_both_intervals():
    axes = axes_of(draw(make_assessment()), "difference")
    (diamond,) = [line for line in axes.lines if line.get_gid() == "difference"]
    assert diamond.get_xdata()[0] == -17, "drawn as it is printed"
    ends = [tuple(path.vertices[:, 0]) for lines in axes.collections for path in lines.get_paths()]
    assert LARGE.ci_rep_deg in ends
    assert LARGE.ci_total_deg in ends
    (verdict,) = [text for text in axes.texts if text.get_gid() == "verdict"]
    assert verdict.get_text() == "large"
    assert verdict.get_position()[0] < 0, "right lower stands on the left"


@pytest.mark.parametrize("state", ["inconclusive", "wide"])
def test_the_scale_of_the_difference_grows_in_steps_of_five(state):
    axes = axes_of(draw(STATES[state]()), "difference")
    low, high = axes.get_xlim()
    assert high == -low > 25
    assert high % 5 == 0
    for lines in axes.collections:
        for path in lines.get_paths():
            assert low <= path.vertices[:, 0].min() <= path.vertices[:, 0].max() <= high


@pytest.mark.parametrize("state", ["poor", "pain", "two_lifts", "one_side"])
def test_withheld_shows_no_difference_no_interval_no_drop_off(state):
    assessment = STATES[state]()
    figure = draw(assessment)
    axes = axes_of(figure, "difference")
    assert not axes.lines
    assert not axes.collections
    assert [text.get_text() for text in axes.texts if text.get_gid() == "withheld"][0].startswith(
        "No comparison is made."
    )
    assert f"Withheld: {assessment.asymmetry.withheld_reason}." in all_words(figure)
    peaks = axes_of(figure, "peaks")
    assert not [line for line in peaks.lines if (line.get_gid() or "").startswith(("line", "open"))]
    assert "What this can mean" not in all_words(figure)


def test_not_assessable_has_one_picture_and_no_chart():
    figure = draw(STATES["no_lifts"]())
    assert [ax.get_gid() for ax in figure.axes] == ["page", "picture-seen"]
    assert "No lift was found in this recording." in all_words(figure)
    assert "What to fix" in all_words(figure)


def test_a_side_without_lifts_says_so():
    said = all_words(draw(STATES["one_side"]()))
    assert "No lift of the left leg found" in said
    assert "no lift found" in said


def marks(axes, gid):
    """Number of lifts drawn under a name."""
    return sum(len(line.get_xdata()) for line in axes.lines if line.get_gid() == gid)


def test_every_lift_is_marked_at_its_height():
    figure = draw(make_assessment())
    for name in ("elevation", "peaks"):
        axes = axes_of(figure, name)
        heights = np.concatenate(
            [line.get_ydata() for line in axes.lines if line.get_gid() in ("lift-right", "open-right")]
        )
        assert sorted(heights) == sorted(RIGHT_PEAKS)
    assert marks(axes_of(figure, "peaks"), "open-left") == 1, "the first lift is left out of the line"
    assert marks(axes_of(figure, "elevation"), "open-left") == 0


def test_partial_lifts_are_open_and_named():
    figure = draw(STATES["partial"]())
    for name in ("elevation", "peaks"):
        axes = axes_of(figure, name)
        assert marks(axes, "open-right") == 6
        assert marks(axes, "lift-left") == 6
        assert [text for text in axes.texts if text.get_text() == "partial"]


def test_numpy_truth_values_are_as_good_as_pythons():
    assessment = make_assessment()
    lifts = tuple(replace(lift, partial=np.bool_(False)) for lift in assessment.repetitions)
    assert marks(axes_of(draw(replace(assessment, repetitions=lifts)), "elevation"), "lift-left") == len(LEFT_PEAKS)


def test_excluded_lifts_are_crosses_and_counted_nowhere():
    figure = draw(STATES["excluded"]())
    assert marks(axes_of(figure, "elevation"), "excluded") == 2
    assert marks(axes_of(figure, "peaks"), "lift-left") == len(LEFT_PEAKS) - 1
    assert "Cross: not counted." in all_words(figure)


def test_too_few_lifts_get_no_drop_off():
    figure = draw(STATES["partial"]())
    assert "Too few lifts to say; it takes 10 a side." in all_words(figure)
    assert "too few lifts" in all_words(figure)


def test_gaps_stay_gaps_also_in_an_hour():
    assessment = with_gaps(make_assessment())
    (curve, *_) = axes_of(draw(assessment), "elevation").lines
    assert np.isnan(curve.get_ydata()).any()
    times, values = envelope(np.arange(10_000.0), np.where(np.arange(10_000) < 5_000, np.nan, np.arange(10_000.0)), 100)
    assert len(times) < 300
    assert np.nanmax(values) == 9_999
    assert np.isnan(values[times < 4_900]).all()


def test_a_long_recording_shows_its_lifts_only():
    assert "0:00 to 1:24 of the recording." in all_words(draw(STATES["hour"]()))


def test_flagged_movements_come_first_with_a_mark():
    names = [name for _, name, _ in sections.movement_items(STATES["flagged"]())]
    assert names == ["Trunk leans sideways !", "Hip hikes !", "Toe-first", "Trunk, backward", "Pelvis"]


def test_every_movement_has_an_icon_and_a_name_of_its_own():
    assert set(ICONS) == set(sections.MOVEMENT_NAMES)


def test_what_to_fix_holds_movement_and_recording_in_turn():
    said = sections.what_to_fix(STATES["fair"]())
    assert said == [FIXES[0].text, LONG_FIX, FIXES[1].text]


def test_meaning_falls_back_on_what_was_seen():
    assert sections.meaning(make_assessment()).heading == "What this can mean"
    seen = sections.meaning(STATES["poor"]())
    assert seen.heading == "What was seen"
    assert seen.items == ["Left reached horizontal in 8 of 10 (2 too close to call)."]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (words.signed(-13.6), "−14°"),
        (words.signed(0.3), "0°"),
        (words.against_horizontal(-0.4), "level"),
        (words.seconds(None), "–"),
        (words.duration(85.0), "1 min 25 s"),
        (words.duration(3725), "1 h 2 min"),
        (words.interval((-22.1, -11.2)), "11–22°"),
        (words.interval((-4.8, 5.3)), ""),
        (words.date_line("2026-11-22T14:05"), "22 November 2026, 14:05"),
        (words.date_line(None), ""),
        (words.view_words(None), "view unknown"),
        (words.view_words(-29.6), "camera 30° to the person’s right"),
        (words.source_name("C:\\films\\march.mp4"), "march.mp4"),
        (words.source_name("http://user:secret@host/stream"), ""),
        (lettering.printable("A\u0308 \u202e山\x07b"), "Ä b"),
    ],
)
def test_wording(said, expected):
    assert said == expected


def test_snapshot_times_are_best_and_lowest_of_each_side():
    assessment = make_assessment()
    lifts = {(lift.side, lift.index): lift.snapshot_s for lift in assessment.repetitions}
    wanted = [("left", 6), ("left", 5), ("right", 1), ("right", 10)]
    assert snapshot_times(assessment) == [lifts[key] for key in wanted]
    assert len(snapshot_times(STATES["one_lift"]())) == 2
    (middle,) = snapshot_times(STATES["no_lifts"]())
    assert middle == pytest.approx(6.0, abs=0.1)


def test_pictures_have_one_scale_and_show_no_face():
    assessment = make_assessment()
    track = make_track(assessment)
    figure = draw(assessment)
    pictures = [ax for ax in figure.axes if ax.get_gid().startswith("picture")]
    assert len(pictures) == 4
    assert np.ptp([abs(np.diff(ax.get_ylim()))[0] for ax in pictures]) < 1e-6
    points = snapshots.landmarks_at(track, snapshot_times(assessment)[0])
    for ax in pictures:
        bottom, top = ax.get_ylim()
        assert top > np.nanmax(points[crop.FACE, 1]), "the crop starts below the mouth"
        assert bottom > np.nanmax(points[:, 1]), "the feet are in"
        for image in ax.images:
            assert image.get_extent()[3] >= top - 1
    assert draw(assessment, faces=True).axes[1].get_ylim()[1] < np.nanmin(points[crop.FACE, 1])


def test_the_chin_is_cut_where_it_hangs_below_the_shoulders():
    points = snapshots.landmarks_at(make_track(make_assessment()), 0.0)
    points[list(crop.MOUTH), 1] = points[SHOULDER["left"], 1] + 20
    assert crop.head_line(points, faces=False) > points[crop.MOUTH[0], 1]


def test_a_face_inside_the_picture_is_made_unrecognisable():
    rng = np.random.default_rng(0)
    image = rng.integers(0, 255, (400, 400, 3), np.uint8)
    points = np.full((33, 2), np.nan)
    points[crop.FACE] = [[190 + 2 * i, 200 + i] for i in range(11)]
    hidden = crop.hide_face(image, points)
    face = (slice(190, 210), slice(190, 210))
    assert (
        np.std(hidden[face].astype(float), axis=(0, 1)).max()
        < 0.5 * np.std(image[face].astype(float), axis=(0, 1)).min()
    )
    assert (hidden[300:] == image[300:]).all()
    assert crop.hide_face(image, np.full((33, 2), np.nan)) is image


@pytest.mark.parametrize("middle_x", [0.02, 0.98])
def test_a_person_at_the_edge_of_the_picture_is_drawn(middle_x):
    assessment = make_assessment()
    track = make_track(assessment, middle_x=middle_x)
    figure = report.draw_report(assessment, track, make_images(assessment))
    left, right = axes_of(figure, "picture-left-best").get_xlim()
    assert 0 <= left < right <= FRAME_WH[0]


def test_a_narrow_picture_and_one_of_another_size_are_drawn():
    assessment = make_assessment()
    figure = report.draw_report(
        assessment, make_track(assessment, frame_wh=(240, 480)), make_images(assessment, (480, 960))
    )
    assert axes_of(figure, "picture-left-best").images
    assert_text_holds_together(figure)


def test_where_nobody_was_found_the_picture_is_blurred():
    assessment = make_assessment((), (), duration_s=12.0, **nothing_found("nobody was found"))
    track = replace(make_track(assessment), position_px=np.full((len(assessment.series.time_s), 33, 2), np.nan))
    noise = np.random.default_rng(0).integers(0, 255, (480, 854, 3), np.uint8)
    figure = report.draw_report(assessment, track, {6.0: noise})
    (shown,) = axes_of(figure, "picture-seen").images
    assert np.std(shown.get_array()) < 0.2 * np.std(noise)
    assert snapshots.BLURRED in all_words(figure)
    open_ = report.draw_report(assessment, track, {6.0: noise}, faces=True)
    assert np.std(axes_of(open_, "picture-seen").images[0].get_array()) == pytest.approx(np.std(noise), rel=0.01)


def test_the_face_of_a_picture_far_from_the_moment_is_not_used():
    assert snapshots.image_at({10.0: np.zeros((2, 2, 3))}, 12.0) is None


def test_saves_a_private_png_of_200_dpi_the_same_twice(tmp_path):
    assessment = make_assessment()
    for name in ("one.png", "two.png"):
        report.save_report(draw(assessment), tmp_path / name)
    digests = {hashlib.sha256((tmp_path / name).read_bytes()).digest() for name in ("one.png", "two.png")}
    assert len(digests) == 1
    assert stat.S_IMODE(os.stat(tmp_path / "one.png").st_mode) == 0o600
    assert sorted(os.listdir(tmp_path)) == ["one.png", "two.png"]
    height, width = imread(tmp_path / "one.png").shape[:2]
    assert (width, height) == pytest.approx((595 / 72 * 200, 842 / 72 * 200), abs=2)


def test_a_report_that_cannot_be_written_says_so_and_leaves_nothing(tmp_path):
    figure = draw(make_assessment())
    with pytest.raises(OutputError, match="Cannot write"):
        report.save_report(figure, tmp_path / "missing" / "report.png")
    (tmp_path / "taken").mkdir()
    with pytest.raises(OutputError):
        report.save_report(figure, tmp_path / "taken")
    assert os.listdir(tmp_path) == ["taken"]


def test_settings_of_the_user_neither_change_nor_matter(tmp_path):
    assessment = make_assessment()
    report.save_report(draw(assessment), tmp_path / "plain.png")
    with matplotlib.rc_context(
        {"font.size": 30, "axes.facecolor": "red", "lines.linewidth": 9, "axes.unicode_minus": False}
    ):
        before = dict(matplotlib.rcParams)
        report.save_report(draw(assessment), tmp_path / "styled.png")
        assert dict(matplotlib.rcParams) == before
    assert (tmp_path / "plain.png").read_bytes() == (tmp_path / "styled.png").read_bytes()


def test_pyplot_is_never_imported():
    code = "import sys, marchcam.report.figure; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_page_takes_less_than_two_seconds(tmp_path):
    assessment = STATES["forty_lifts"]()
    track, images = make_track(assessment), make_images(assessment)
    start = time.process_time()
    report.save_report(report.draw_report(assessment, track, images), tmp_path / "report.png")
    assert time.process_time() - start < 2.0


@pytest.mark.parametrize("panel", [report.draw_elevation, report.draw_peaks, report.draw_difference, report.draw_times])
def test_a_panel_stands_alone(panel):
    figure = Figure()
    axes = figure.subplots()
    assert panel(axes, make_assessment()) is axes
    figure.canvas.draw()


def test_a_dollar_sign_in_a_name_is_a_dollar_sign():
    figure = draw(make_assessment(setup=Setup(name="$x_2$ & Co")))
    assert "$x_2$ & Co" in all_words(figure)
    figure.canvas.draw()


def test_ships_the_fonts_with_their_licence():
    for file in style_files():
        assert get_font(str(file)).family_name == "Source Sans Pro"
    licence = (lettering.FONT_DIR / "OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    assert "Reserved Font Name 'Source'" in licence


def style_files():
    return [lettering.FONT_FILES[weight] for weight in (style.REGULAR, style.SEMIBOLD, style.BOLD)]


def setup_lines(assessment):
    """The texts between the name and the rule under the head."""
    page = axes_of(draw(assessment), "page")
    return [text.get_text() for text in page.texts if 62 < text.get_position()[1] < 77.5]


def test_footwear_and_effort_stand_in_the_setup_line_where_there_is_room():
    told = {"footwear": "thick\nsocks", "effort": 7}
    (line,) = setup_lines(make_assessment(setup=Setup(name="Sam", support="none", **told)))
    assert "no support, no band  ·  on the feet: thick socks  ·  effort 7 of 10  ·  pain 0 before, 0 after" in line
    full = crowded()
    longest = {
        "setup": replace(full.setup, footwear="boots " * 100, effort=10),
        "pain": r.Pain(10, 9, 8, 10, None),
        "source": replace(full.source, duration_s=35_940.0),
    }
    lines = setup_lines(replace(full, **longest))
    assert len(lines) == 2
    assert lines[1].startswith("on the feet: boots boots")
    assert lines[1].endswith("…  ·  effort 10 of 10  ·  back pain 10 before, 9 after, hip pain 8 before, 10 after")
