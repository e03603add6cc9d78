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
from matplotlib.image import imread

from marchcam.analysis import results as r
from marchcam.errors import OutputError
from marchcam.report import figure as report
from marchcam.report import sheet, snapshots, style, words
from marchcam.report.charts import draw_elevation, draw_peaks
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
    return r.DropOff(slope, (slope - 0.2, slope + 0.2), None, total, 6.4, None, total >= 5, (2, first, len(peaks), last), band)


def make_lifts(peaks_of, *, partial=(), without_hold=(), excluded=()):
    lifts = []
    for side, peaks in peaks_of.items():
        for number, peak in enumerate(peaks, 1):
            start = 2.0 + (2 * (number - 1) + (side == "right")) * CYCLE_S
            key = (side, number)
            hold = key not in without_hold
            lifts.append(
                r.Repetition(
                    *(side, number, start + 0.3, start + 1.0, start + 1.1 if hold else None, start + 2.3 if hold else None),
                    *(start + 3.2, float(peak), "yes" if peak > 2 else "too_close" if peak > -4 else "no"),
                    *(1.2 + 0.05 * (number % 4) if hold else None, 0.6 + 0.03 * (number % 5), 0.7 + 0.04 * (number % 3)),
                    *(-1.0, -2.0, "toe_first", 0.4, 60.0, key in partial, None, start + 1.6),
                )
            )
    for side, start in excluded:
        lifts.append(
            r.Repetition(
                *(side, None, start, start + 1, None, None, start + 2, -20.0, None, None, None, None, None, None, "unclear"),
                *(None, None, False, "squat_or_lunge", start + 1),
            )
        )
    return tuple(sorted(lifts, key=lambda lift: lift.onset_s))


def make_side(lifts, side, **given):
    own = [lift for lift in lifts if lift.side == side and lift.excluded is None]
    count = len(own)
    reached = r.ReachedHorizontal(*(sum(lift.reached_horizontal == key for lift in own) for key in ("yes", "no", "too_close")))
    result = r.SideResult(
        *(count, sum(lift.partial for lift in own), sum(lift.side == side and lift.excluded is not None for lift in lifts)),
        *(spread([getattr(lift, key) for lift in own]) for key in ("peak_elevation_deg", "hold_duration_s", "lift_duration_s", "lower_duration_s")),
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
        r.Finding("result", "Your right knee rises about 17° less than your left, and its height drops off by about 10° over the set."),
        r.Finding("detail", "10 lifts each; repetition range 15–18°; allowing for camera error about 11–22°."),
        *extra,
    )


MEANING = r.Finding(
    "meaning",
    "This pattern can occur with a weaker hip flexor, the psoas among them, and with other causes: joint pain or stiffness, balance, "
    "trunk control, hamstrings, clothing, a misunderstanding of the task. Worth a hands-on check.",
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
LARGE = r.Asymmetry(-16.6, (-18.3, -14.9), (-22.1, -11.2), -8.0, -0.1, 0.0, 84.0, None, None, "right", "large")


def make_assessment(left=LEFT_PEAKS, right=RIGHT_PEAKS, *, duration_s=None, side_given=None, lifts_given=None, **given):
    """A whole assessment, as the analysis would hand it over; ``given`` replaces any of its fields."""
    lifts = make_lifts({"left": left, "right": right}, **(lifts_given or {}))
    duration_s = duration_s or 4.0 + CYCLE_S * (len(left) + len(right))
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
        points[:, number] = np.column_stack(np.broadcast_arrays(width * middle_x + np.asarray(x) * unit, height * 0.94 - np.asarray(y) * unit))

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
    return PoseTrack(series.time_s, points, np.zeros((*seen.shape, 3)), seen, seen, frame_wh, Source(assessment.source.path))


def make_images(assessment, frame_wh=FRAME_WH):
    """A wall and a floor, brighter to the right, for every moment that is asked for."""
    picture = np.full((frame_wh[1], frame_wh[0], 3), (190, 200, 200), np.uint8)
    picture[int(frame_wh[1] * 0.8) :] = (90, 140, 190)
    return {moment: picture for moment in snapshot_times(assessment)}


def poor(code="camera_moved", reason="the camera moved at 0:31", **given):
    flag = r.Flag(code, "spoils", "The camera moved.", "Put the camera on something that cannot move, and record 10 lifts a side.")
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
    flag = r.Flag("no_lifts", "not_assessable", "No lift.", "Lift each knee in turn until the thigh is level, hold for a second, lower slowly.")
    result = (
        r.Finding("result", "No lift was found in this recording."),
        r.Finding("detail", "A person was seen in 98 % of the pictures, standing. Lift each knee in turn until the thigh is level."),
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
    return replace(assessment, series=replace(assessment.series, left_elevation_deg=holes, right_elevation_deg=np.full_like(holes, np.nan)))


def crowded():
    """Everything long at once."""
    flags = tuple(
        r.Flag(code, "caps", f"{code} happened.", f"{LONG_FIX} ({code})") for code in ("lost_frames", "pitch", "roll", "near", "too_fast")
    )
    moves = tuple(
        r.Compensation(code, "right", 12.0, None, 1.0, "marked", "12° in 10 of 10 lifts, right only, more than left")
        for code in sheet.MOVEMENT_NAMES
    )
    long = "Your right knee rises about 17° less than your left, " * 4 + "and that is all."
    return make_assessment(
        setup=Setup(name=LONG_NAME, support="two_hands", band=True),
        source=r.SourceInfo(LONG_FILE, 86.0, 2580, 29.97, FRAME_WH, "2026-11-22T14:05"),
        pain=r.Pain(2, 3, 4, 4, None),
        view=r.View(-135.0, 0, 0, "back"),
        model="a-very-long-model-file-name-that-somebody-trained-at-home.task",
        quality=r.Quality("fair", flags, 0.8, "the camera looks down by 17° and 12 % of the pictures show no legs, so heights are less sure"),
        findings=(r.Finding("result", long), r.Finding("detail", long), MEANING, MEANING, *FIXES, r.Finding("fix_more", LONG_FIX)),
        next_steps=STEPS * 3,
        movement=moves,
    )


STATES = {
    "good": make_assessment,
    "fair": lambda: make_assessment(
        quality=r.Quality("fair", (r.Flag("pitch", "caps", "Tilted.", LONG_FIX),), 0.95, "the camera looks down by 17°"),
        asymmetry=replace(LARGE, difference_deg=10.2, ci_rep_deg=(8.4, 12.0), ci_total_deg=(3.1, 17.3), lower_side="left", verdict="clear"),
    ),
    "poor": lambda: make_assessment(**poor()),
    "pain": lambda: make_assessment(
        **poor("pain", "pain rose during the test", pain=r.Pain(1, 4, 0, 0, True), compensations=MOVEMENT[:1])
    ),
    "no_lifts": lambda: make_assessment((), (), duration_s=12.0, **nothing_found()),
    "nobody": lambda: make_assessment((), (), duration_s=0.1, **nothing_found("nobody was found", view=r.View(None, None, None, None))),
    "two_lifts": lambda: make_assessment((2, 5), (-5, -8), **poor("few_repetitions", "2 lifts a side, 6 are needed")),
    "one_lift": lambda: make_assessment((2,), (-5, -5), **poor("few_repetitions", "1 lift a side, 6 are needed")),
    "forty_lifts": lambda: make_assessment(
        [3 + (i * 7) % 4 for i in range(40)], [-8 - 0.33 * i + (i * 5) % 3 for i in range(40)], quality=r.Quality("good", (), 0.99, "40 lifts a side")
    ),
    "fourteen_lifts": lambda: make_assessment([3] * 14, [-40 - i for i in range(14)]),
    "one_side": lambda: make_assessment((), RIGHT_PEAKS, **poor("few_repetitions", "no lift of the left leg")),
    "partial": lambda: make_assessment(
        (-2, -1, -3, -2, -2, -1), (-50, -48, -52, -51, -50, -47), lifts_given={"partial": [("right", i) for i in range(1, 7)]}
    ),
    "excluded": lambda: make_assessment(lifts_given={"excluded": [("left", 40.0), ("right", 44.0)]}),
    "gaps": lambda: with_gaps(make_assessment()),
    "no_hold": lambda: make_assessment(lifts_given={"without_hold": [(side, i) for side in SIDES for i in range(1, 11)]}),
    "similar": lambda: make_assessment(
        LEFT_PEAKS, LEFT_PEAKS[::-1], asymmetry=r.Asymmetry(0.2, (-1.2, 1.6), (-4.8, 5.3), None, None, None, 99.0, verdict="similar")
    ),
    "inconclusive": lambda: make_assessment(
        asymmetry=r.Asymmetry(-6.4, (-14.2, 1.6), (-38.0, 26.0), None, None, None, 93.0, lower_side="right", verdict="inconclusive")
    ),
    "wide": lambda: make_assessment(asymmetry=replace(LARGE, difference_deg=-62.0, ci_rep_deg=(-70, -55), ci_total_deg=(-74, -50))),
    "hour": lambda: make_assessment(duration_s=3600.0),
    "hour_of_lifts": lambda: make_assessment([3, 2] * 200, [-4, -6] * 200),
    "bare": lambda: make_assessment(
        setup=Setup(), pain=r.Pain(), movement=(), next_steps=(), findings=findings(),
        source=r.SourceInfo("camera 0", 48.0, 1440, None, FRAME_WH, None), view=r.View(None, None, None, None),
    ),
    "script": lambda: make_assessment(setup=Setup(name="山田 太郎")),
    "mixed_script": lambda: make_assessment(setup=Setup(name="Ольга Ν. 山 \u202e\x07 Ångström 🙂")),
    "flagged": lambda: make_assessment(
        movement=tuple(replace(item, level="marked", text="9° in 8 of 10") if i in (1, 2) else item for i, item in enumerate(MOVEMENT))
    ),
    "crowded": crowded,
}  # fmt: skip


def draw(assessment, **options):
    return report.draw_report(assessment, make_track(assessment), make_images(assessment), **options)


def texts(figure):
    return [artist for artist in figure.findobj(style.is_text)]


def all_words(figure):
    return " | ".join(text.get_text() for text in texts(figure))


def axes_of(figure, name):
    return next(ax for ax in figure.axes if ax.get_gid() == name)


def assert_text_holds_together(figure):
    """No text lies over another, leaves the margins of the page, or is too small to read."""
    renderer = figure.canvas.get_renderer()
    boxes = [(text, text.get_window_extent(renderer)) for text in texts(figure)]
    points = 72 / figure.dpi
    for text, box in boxes:
        assert text.get_fontsize() >= style.NOTE_MIN, text.get_text()
        assert sheet.LEFT - 1 <= box.x0 * points, text.get_text()
        assert box.x1 * points <= sheet.RIGHT + 1, text.get_text()
        assert box.y0 * points > 8, text.get_text()
        assert box.y1 * points < report.PAGE_HEIGHT - 20, text.get_text()
    for (one, a), (other, b) in itertools.combinations(boxes, 2):
        over = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
        assert min(over) <= 1.0, f"{one.get_text()!r} lies over {other.get_text()!r} by {over}"


@pytest.mark.parametrize("state", STATES)
def test_nothing_overlaps_or_leaves_the_page(state):
    figure = draw(STATES[state]())
    figure.canvas.draw()
    assert_text_holds_together(figure)
    assert sheet.DISCLAIMER in all_words(figure)
