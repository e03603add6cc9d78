"""What is printed of a comparison never contradicts itself, and gives the most care where it is needed most."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from synthetic import March, mirrored

from marchcam import PoseTrack, assess
from marchcam.analysis import findings, uncertainty
from marchcam.analysis.asymmetry import verdict
from marchcam.analysis.flags import make_flag
from marchcam.analysis.naming import whole
from marchcam.analysis.results import Asymmetry, Pain, Quality, SideResult, Sides, Spread
from marchcam.report import bars, words
from marchcam.report.figure import draw_report
from marchcam.report.page import page_html
from marchcam.report.summary import summary_text

DATA = Path(__file__).parent / "data"
TEN = SideResult(repetition_count=10, peak_elevation_deg=Spread(-5.0, -5.0, 1.0, -7.0, -3.0))
SIDES = Sides(TEN, TEN)
GOOD, NO_PAIN = Quality("good"), Pain(0, 0, 0, 0, False)
HALVES = (0.0, 0.3, 0.6, 1.0, 2.0, 4.0, 4.6, 6.0, 8.6, 9.0, 12.0, 20.0)
SMALLEST = {"large": 13, "clear": 9, "possible": 5}
PARTIAL_MARCH = March(left_deg=[0.0] * 8, right_deg=[-50.0] * 8)


def compared(difference, half_rep, half_total):
    rep, total = ((difference - half, difference + half) for half in (half_rep, half_total))
    side = "right" if difference < 0 else "left" if difference > 0 else None
    return Asymmetry(difference, rep, total, lower_side=side, verdict=verdict(difference, rep, total))


def said_of(asymmetry, sides=SIDES, quality=GOOD, view="oblique"):
    head = findings.headline(sides, asymmetry, quality, NO_PAIN)
    meant = findings.meaning_findings(sides, asymmetry, quality, NO_PAIN, view)
    return head[0].text, head[1].text, " ".join(f.text for f in meant)


@pytest.fixture(scope="module")
def blank():
    """An assessment to put a comparison into."""
    return assess(March().track())


def everything(a):
    """All sentences of an assessment, and what terminal and page print."""
    return " ".join([*(f.text for f in a.findings), *a.next_steps, summary_text(a)])


def test_no_contradiction_on_the_whole_grid(blank):
    for difference in np.arange(-400, 401) / 10:
        n = abs(whole(difference))
        for rep in HALVES:
            for total in (half for half in HALVES if half >= rep):
                a = compared(float(difference), rep, total)
                result, detail, meant = said_of(a)
                answer = words.answer_difference(replace(blank, asymmetry=a))
                at = f"{difference}, {rep}, {total}: {a.verdict} | {result} | {detail} | {answer} | {meant}"
                text = " ".join((result, detail, answer))
                assert "by 0°" not in text and "about 0° lower" not in text and "chance" not in text + meant, at
                low, high = whole(a.ci_total_deg[0]), whole(a.ci_total_deg[1])
                open_ = low <= 0 <= high
                own = [s for s in bars.band_spans(60.0) if bars.is_own_band(s, a.verdict, a.difference_deg)]
                assert all(inner <= whole(difference) <= outer for _, inner, outer in own), at
                if a.verdict in ("large", "clear"):
                    assert not open_ and n >= SMALLEST[a.verdict], at
                    assert f"about {n}°" in result and "may" not in result, at
                if a.verdict in SMALLEST:
                    too_uncertain = n >= {"possible": 9, "clear": 13, "large": 999}[a.verdict]
                    assert bool(own) != too_uncertain, at
                    assert ("perhaps large" in answer or "too uncertain" in answer) == too_uncertain, at
                    assert f"by {n}°" in answer and f"{n}°" in result and n >= SMALLEST[a.verdict], at
                    lower = "right" if difference < 0 else "left"
                    assert f"our {lower} knee" in result and f"the {lower} is lower" in answer, at
                if a.verdict == "possible":
                    assert ("may rise" in result) == open_ == ("error alone" in meant), at
                    assert ("a little" in result) == (n < 9), at
                if a.verdict == "similar":
                    assert n < 5 and max(abs(low), abs(high)) < 9 and own, at
                if a.verdict == "inconclusive":
                    assert ("camera" in meant) != ("lifts vary" in meant) and not own, at


def test_a_difference_is_never_a_little_and_much():
    result, detail, meant = said_of(compared(-12.0, 3.0, 14.0))
    assert result == "Your right knee may rise less than your left, by about 12°."
    assert "Too uncertain to be sure" in detail and "camera's error alone" in meant


def test_inconclusive_says_which_part_is_larger_and_what_helps():
    by_lifts, by_camera = compared(-6.0, 9.0, 10.0), compared(-3.0, 2.0, 7.5)
    assert by_lifts.verdict == by_camera.verdict == "inconclusive"
    assert "lifts vary" in said_of(by_lifts)[2]
    for view in ("front", "oblique", "tilted", "side"):
        better = uncertainty.surer_view(view)
        meant = said_of(by_camera, view=view)[2]
        steps = " ".join(findings.next_steps(SIDES, GOOD, by_camera, NO_PAIN, view))
        if better:
            assert f"Film {better}" in meant and f"filmed {better}" in steps and "the same way" not in steps
        else:
            assert "Film " not in meant and "another day" in meant and "the same way" in steps
        assert "the same way" in " ".join(findings.next_steps(SIDES, GOOD, by_lifts, NO_PAIN, view))
    sure = {view: error.difference_deg for view, error in uncertainty.ERROR.items()}
    for view in ("front", "oblique"):  # nobody is sent to where it is less sure, least of all to where one is
        assert uncertainty.surer_view(view) is None or sure[view] > min(sure["front"], sure["oblique"])


def test_a_suspected_mirror_names_no_side():
    quality = Quality("fair", (make_flag("mirrored"),))
    for difference, rep, total in ((-16, 1, 6), (16, 1, 6), (-10, 1, 6), (-6, 1, 8), (-6, 9, 10), (0, 1, 5)):
        a = compared(float(difference), rep, total)
        steps = " ".join(findings.next_steps(SIDES, quality, a, NO_PAIN, "front"))
        for text in (*said_of(a, quality=quality), steps):
            rest = text.replace("right as recorded", "").replace("left as recorded", "")
            rest = re.sub(r"(left|right) if the picture is mirrored|(left|right) \(as recorded\)|left–right", "", rest)
            assert "left" not in rest and "right" not in rest, text
    sooner = replace(compared(-2.0, 1.0, 5.0), tires_sooner_side="right")
    falls = Sides(TEN, replace(TEN, drop_off=replace(TEN.drop_off, total_deg=12.0, called=True)))
    assert said_of(sooner, falls, quality)[0].startswith(
        "One knee (right as recorded, left if the picture is mirrored)"
    )


def test_a_suspected_mirror_stands_in_heads_tables_and_terminal():
    track = mirrored(PoseTrack.load(DATA / "tracks" / "session.npz"))  # the right hand goes up before the march
    a = assess(track)
    assert "mirrored" in {f.code for f in a.quality.flags}
    named = re.sub(r"(left|right)( as recorded| if the picture| \(as recorded)", "", everything(a).lower())
    assert "left side" not in named and "your left" not in named and "right side" not in named, named
    page = page_html(a, track)
    assert "Left (as recorded)</th>" in page and "Right (as recorded)</th>" in page
    drawn = [t.get_text() for axes in draw_report(a, track, {}, faces=False).axes for t in axes.texts]
    assert "as recorded" in drawn and "← right (as recorded) lower" in drawn and "Left?" in drawn


def test_legs_that_stay_low_get_causes_a_check_and_no_push():
    for march in (March(left_deg=[-45.0] * 8, right_deg=[-45.0] * 8), March([-44.0] * 8, [-49.0] * 8), PARTIAL_MARCH):
        a = assess(march.track())
        meant = " ".join(f.text for f in a.findings if f.code == "meaning")
        for cause in ("joint", "balance", "trunk", "hamstrings", "weakness", "nerve", "clothing", "misunderstanding"):
            assert cause in meant
        assert "hands-on check" in meant and "seek medical help now" in meant
        assert a.next_steps[0].startswith("A hands-on check")
        assert "raise the knee" not in everything(a).lower()
    both = assess(March(left_deg=[-45.0] * 8, right_deg=[-45.0] * 8).track())
    assert re.match(r"Both knees stay low, about \d\d° below horizontal\.", both.findings[0].text)


def test_a_leg_that_never_lifts_is_not_told_to_alternate():
    a = assess(March(left_deg=[0.0] * 8, right_deg=[]).track())
    assert a.findings[0].text == "No lift of your right knee was seen."
    said = everything(a)
    assert "seek medical help now" in said and "nerve" in said and "Alternate" not in said
    assert a.next_steps[0] == "A hands-on check of the right side by a professional."
    assert "unequal_counts" not in {f.code for f in a.quality.flags}


def test_what_a_view_cannot_show_is_said():
    oblique, side, front = (assess(March(azimuth_deg=azimuth).track()) for azimuth in (35.0, 88.0, 5.0))
    assert "From here hip hike and knee path cannot be seen" in everything(oblique)
    assert "sideways lean, hip hike and knee path cannot be seen" in everything(side)
    assert "cannot be seen" not in everything(front)


def test_who_does_as_told_is_not_told_zero_of_ten(blank):
    for side in ("left", "right"):
        said = next(f.text for f in blank.findings if f.code == "height" and f.text.lower().startswith(side))
        assert "level, as far as this camera can tell, in 8 of 8" in said
