"""An assessment in plain sentences: careful words, whole degrees, never a diagnosis."""

from __future__ import annotations

from dataclasses import replace

from marchcam import track as lm
from marchcam.analysis.asymmetry import CLEAR_DEG, camera_part_is_larger, nearest_to_zero_deg
from marchcam.analysis.naming import may_be_mirrored, other_knee, own_knee, side_name, the_side, whole
from marchcam.analysis.repetitions import HELD_S, counted
from marchcam.analysis.results import (
    Asymmetry,
    Compensation,
    Finding,
    Interval,
    Pain,
    Quality,
    Repetition,
    SideResult,
    Sides,
)
from marchcam.analysis.uncertainty import surer_view
from marchcam.track import Setup

CAUSES = "joint pain or stiffness, balance, trunk control, hamstrings, clothing, a misunderstanding of the task"
LOW_CAUSES = CAUSES.replace("hamstrings, ", "hamstrings, weakness, a nerve, ")
NEW_WEAKNESS = "New weakness of a leg: seek medical help now."
LOW_DEG = -30
"""A side whose typical height is this or lower stays low: what it means comes before how to do it better [default]."""
COMPENSATION_WORDS = {
    "backward_lean": "The trunk leans back",
    "sideways_lean": "The trunk leans sideways",
    "hip_hike": "The hip of the lifted leg seems to hike up",
    "hip_drop": "The hip of the lifted leg seems to drop",
    "stance_knee_bent": "The standing knee bends",
    "knee_out": "The knee goes outwards",
    "knee_across": "The knee goes across the body",
    "foot_moved": "The standing foot moves",
    "hands_on_support": "A hand seems to rest on something",
    "sway": "Standing on one leg is less steady",
}
NOT_SEEN_WORDS = {"sideways_lean": "sideways lean", "hip_hike": "hip hike", "knee_out": "knee path"}
TEMPO_FIXES = ("fix_hold", "fix_tempo", "fix_lower")
STEPS_GENERAL = (
    "Slow marching itself is the exercise, outdoors if you like, two chair backs for balance.",
    "Build up slowly, after two sessions without pain: longer, then harder, a band last.",
    "Walking, jogging, gentle stretching, tai chi or slow breathing go well with it.",
)
STEPS_CAREFUL = (
    "Less speed, fewer lifts or less height until a hands-on check by a professional.",
    "Stop at any pain.",
)
STEP_SORE = "Swimming or pilates suit a sore back."
STEPS_STOP = (
    "Stop the test and do not repeat it for now.",
    "Less speed, fewer lifts, less height, once it is calm again.",
    "A hands-on check by a professional.",
)
STEPS_EASE = (
    "Stop for now. Less speed, fewer lifts, less height, once it is calm again.",
    "If it rises again, or by 2 of 10 or more, ask a professional before the next test.",
)
LITTLE_PAIN = "Pain went up by 1 of 10 during the test, which may be the scale's own scatter."
EASE = "Ease off: less speed, fewer lifts, less height. If it rises again, have it looked at."
SURE_RISE = 2
"""Of 10: the smallest change that a 0 to 10 pain scale detects [doi 10.1097/01.brs.0000164099.92112.29]."""
COMES_FIRST = 4
"""Of 10: from here pain is said before anything of the march [default]."""


def height_words(elevation_deg: float) -> str:
    """A thigh's height in words.

    >>> height_words(3.2), height_words(-0.4), height_words(-14)
    ('3° above horizontal', 'horizontal', '14° below horizontal')
    """
    n = whole(elevation_deg)
    return "horizontal" if n == 0 else f"{abs(n)}° {'above' if n > 0 else 'below'} horizontal"


def range_words(interval: Interval, lower_side: str) -> str:
    """An interval of right minus left as how much less the lower side rises: "9–15°", or both directions where it
    includes 0."""
    low, high = sorted(-v if lower_side == "right" else v for v in interval)
    a, b = whole(low), whole(high)
    if a == b:
        return f"{a}°"
    if a >= 0:
        return f"{a}–{b}°"
    return f"from {abs(a)}° higher to {b}° lower" if b > 0 else f"{abs(b)}–{abs(a)}° higher"


def _about(words: str) -> str:
    return words if words.startswith("from") else f"about {words}"


def _counts_words(sides: Sides, *, mirrored: bool) -> str:
    left, right = sides.left.repetition_count, sides.right.repetition_count
    if left == right:
        return f"{left} lifts each"
    return f"{left} lifts on one side, {right} on the other" if mirrored else f"{left} lifts left, {right} right"


def low_sides(sides: Sides) -> list[str]:
    """Sides whose thigh typically stays far below the horizontal."""
    medians = {s: getattr(sides, s).peak_elevation_deg.median for s in lm.SIDES}
    return [s for s, median in medians.items() if median is not None and whole(median) <= LOW_DEG]


def absent_side(sides: Sides, quality: Quality) -> str | None:
    """The side of which no lift was found, not even one that does not count, in a recording that is good otherwise."""
    for side in lm.SIDES:
        own, other = getattr(sides, side), getattr(sides, lm.OTHER[side])
        if own.repetition_count + own.excluded_count == 0 and other.repetition_count > 1:
            other_reasons = [f for f in quality.flags if f.withholds and f.code not in ("few_repetitions", "order")]
            return None if other_reasons else side
    return None


def headline(sides: Sides, asymmetry: Asymmetry, quality: Quality, pain: Pain) -> list[Finding]:
    """The one sentence and the line under it (codes result and detail)."""
    found = _headline(sides, asymmetry, quality, pain)
    worst = max(_levels(pain), default=0)
    if worst < COMES_FIRST or pain.rose:
        return found
    return [
        Finding("result", f"There was pain, {worst} of 10: that comes first."),
        Finding("detail", f"Have it looked at before anything is concluded from the march. {found[0].text}"),
    ]


def _headline(sides: Sides, asymmetry: Asymmetry, quality: Quality, pain: Pain) -> list[Finding]:
    flags = {f.code: f for f in quality.flags}
    if "pain" in flags:
        return [
            Finding("result", f"Stop: {flags['pain'].text[0].lower()}{flags['pain'].text[1:]}"),
            Finding("detail", f"The set is not scored and the sides are not compared. {_after_a_rise(pain)}"),
        ]
    if quality.trust == "not_assessable":
        first = quality.flags[0]
        _, _, why = first.text.partition(": ")  # "No lift …: the person walks." names what was seen instead
        detail = f"{why[:1].upper()}{why[1:]} {first.fix}" if first.code == "no_lifts" and why else first.fix
        return [Finding("result", _not_assessable(quality)), Finding("detail", detail)]
    mirrored = may_be_mirrored(quality.flags)
    absent = absent_side(sides, quality)
    if absent:
        there = getattr(sides, lm.OTHER[absent]).repetition_count
        return [
            Finding("result", f"No lift of {own_knee(absent, mirrored=mirrored)} was seen."),
            Finding(
                "detail",
                f"{there} lifts on the other side. If it could not be lifted, have it checked before anything else. "
                f"{NEW_WEAKNESS}",
            ),
        ]
    low = low_sides(sides)
    if len(low) == 2 and asymmetry.verdict not in ("large", "clear", "possible"):
        return _both_low(sides, asymmetry, quality)
    if asymmetry.verdict == "withheld":
        spoilt = next((f for f in quality.flags if f.withholds), None)
        why = f"{spoilt.text} {spoilt.fix} " if spoilt else ""
        return [
            Finding("result", "The two sides cannot be compared in this recording."),
            Finding("detail", f"{why}The height of each side is below."),
        ]
    return _comparison(sides, asymmetry, mirrored=mirrored)


def _both_low(sides: Sides, asymmetry: Asymmetry, quality: Quality) -> list[Finding]:
    """That both knees stay low comes before what can be said of their difference."""
    heights = sorted(-whole(getattr(sides, s).peak_elevation_deg.median) for s in lm.SIDES)
    about = f"{heights[0]}°" if heights[0] == heights[1] else f"{heights[0]} to {heights[1]}°"
    result = Finding("result", f"Both knees stay low, about {about} below horizontal.")
    if asymmetry.verdict == "withheld":
        return [result, Finding("detail", "The two sides cannot be compared in this recording.")]
    said = _comparison(sides, asymmetry, mirrored=may_be_mirrored(quality.flags))
    return [result, Finding("detail", f"{said[0].text} {said[1].text}")]


def _after_a_rise(pain: Pain) -> str:
    return (
        "Have it looked at before the test is repeated."
        if surely_rose(pain)
        else "Ease off, and rest until it is calm."
    )


def _not_assessable(quality: Quality) -> str:
    sentences = {
        "no_person": "Nobody was found in this recording.",
        "no_lifts": "No lift was found in this recording.",
        "upside_down": "The picture is not upright.",
        "seated": "The person is not standing.",
        "cut_off": "Hips, knees or ankles are out of the picture.",
        "tilt_unknown": "Lifts were counted; how high they are cannot be told.",
    }
    code = quality.flags[0].code if quality.flags else "no_lifts"
    return sentences.get(code, "This recording cannot be assessed.")


def _comparison(sides: Sides, asymmetry: Asymmetry, *, mirrored: bool) -> list[Finding]:
    difference, side = asymmetry.difference_deg, asymmetry.lower_side or "right"
    lifts, camera = asymmetry.ci_rep_deg, asymmetry.ci_total_deg
    assert difference is not None and lifts is not None and camera is not None  # known unless withheld
    knee, other = own_knee(side, mirrored=mirrored), other_knee(side, mirrored=mirrored)
    n = abs(whole(difference))
    allowing = f"allowing for camera error {_about(range_words(camera, side))}."
    counts = _counts_words(sides, mirrored=mirrored)
    ranges = f"{counts}, compared at mid-set; repetition range {range_words(lifts, side)}; {allowing}"
    sooner = asymmetry.tires_sooner_side
    if sooner is None and all(getattr(sides, s).drop_off.called for s in lm.SIDES):
        ranges += " Both sides fall alike over the set: pacing or general tiring."
    if asymmetry.verdict in ("large", "clear"):
        text = f"{_upper(knee)} rises about {n}° less than {other}"
        if sooner == side:
            text += f", and tires sooner: it drops off by about {_fall(sides, side)}° over the set."
        elif sooner:
            text += f"; {other} tires sooner, by about {_fall(sides, sooner)}° over the set."
        else:
            text += "."
        return [Finding("result", text), Finding("detail", ranges)]
    sure, little = nearest_to_zero_deg(camera) > 0, "a little " if n < CLEAR_DEG else ""
    measured = f"{side_name(side, mirrored=mirrored)} about {n}° lower" if n else "no difference"
    result, detail = {
        "possible": (
            f"{_upper(knee)} {'rises' if sure else 'may rise'} {little}less than {other}, by about {n}°.",
            f"{ranges} {'A small difference' if sure and little else 'Too uncertain to be sure'}: repeat the test.",
        ),
        "similar": (
            "No meaningful left–right difference seen.",
            ranges + " This does not show that both sides are strong.",
        ),
    }.get(
        asymmetry.verdict,
        ("This recording cannot tell whether one knee rises less.", f"Measured: {measured}. {ranges}"),
    )
    if sooner:
        tires = (
            f"{_upper(own_knee(sooner, mirrored=mirrored))} tires sooner than {other_knee(sooner, mirrored=mirrored)}"
        )
        about = f"{tires}: it drops off by about {_fall(sides, sooner)}° over the set."
        # One line has room for no more.
        return [
            Finding("result", about),
            Finding("detail", f"Over the whole set: {result[:1].lower()}{result[1:-1]}; {allowing}"),
        ]
    return [Finding("result", result), Finding("detail", detail)]


def _upper(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"


def _fall(sides: Sides, side: str) -> int:
    return whole(getattr(sides, side).drop_off.total_deg)


def all_findings(
    sides: Sides,
    repetitions: list[Repetition],
    quality: Quality,
    asymmetry: Asymmetry,
    movement: tuple[Compensation, ...],
    pain: Pain,
    view: str,
    not_seen: tuple[str, ...] = (),
) -> list[Finding]:
    """Everything but the headline, of a march with at least one lift that counts."""
    out = side_findings(sides, repetitions, quality, asymmetry)
    if any(f.code == "too_fast" for f in quality.flags):
        out.append(Finding("tempo", "This is a march, not a slow march: heights at this speed are less sure."))
    out += compensation_findings(movement, mirrored=may_be_mirrored(quality.flags))
    out += not_seen_findings(not_seen)
    out += meaning_findings(sides, asymmetry, quality, pain, view)
    if pain.rose:
        return out  # whoever shall stop is not told how to do it better
    hurried = any(f.code == "too_fast" for f in quality.flags)  # its own fix says it all
    # then the next steps say: less height
    careful = any(_levels(pain)) or asymmetry.verdict == "large" or low_sides(sides) or absent_side(sides, quality)
    left_out = (TEMPO_FIXES if hurried else ()) + (("fix_height",) if careful else ())
    fixes = fix_findings(sides, repetitions, movement, mirrored=may_be_mirrored(quality.flags))
    return out + [f for f in fixes if f.code not in left_out]


def side_findings(sides: Sides, repetitions: list[Repetition], quality: Quality, asymmetry: Asymmetry) -> list[Finding]:
    """Height, partial lifts, drop-off, hold and landing of each side."""
    out = []
    mirrored = may_be_mirrored(quality.flags)
    for name in lm.SIDES:
        side, own = getattr(sides, name), counted(repetitions, name)
        called = side_name(name, mirrored=mirrored).capitalize()
        if not own:
            out.append(Finding("height", f"{called}: no lift was found."))
            continue
        n, yes, level = (
            len(own),
            side.reached_horizontal.yes,
            side.reached_horizontal.yes + side.reached_horizontal.too_close,
        )
        surely = f", surely in {yes}" if 0 < yes < level else ""
        height = height_words(side.peak_elevation_deg.median)
        as_seen = f"level, as far as this camera can tell, in {level} of {n}{surely}"
        out.append(Finding("height", f"{called}: {as_seen}; typical height {height}."))
        if side.partial_count:
            low = f"{side.partial_count} of {n} lifts were partial, well under the height of the other side."
            out.append(Finding("partial", f"{called}: {low}"))
        long = f"{side.held_one_second} of {n} for a second or more."
        typical = f"stayed near the top for {side.hold_duration_s.median:.1f} s"
        out.append(Finding("hold", f"{called} {typical}; {long}"))
        out += _drop_off_finding(called, side, quality)
        out += _landing_finding(called, side, n)
    if asymmetry.short_hold_side and asymmetry.hold_difference_s is not None:
        short = side_name(asymmetry.short_hold_side, mirrored=mirrored)
        seconds = (
            f"{abs(asymmetry.hold_difference_s):.1f} s shorter than the {'other' if mirrored else lm.OTHER[short]}"
        )
        out.append(Finding("hold", f"The {short} thigh is held up {seconds}."))
    return out


def _drop_off_finding(name: str, side: SideResult, quality: Quality) -> list[Finding]:
    drop = side.drop_off
    if quality.trust in ("poor", "not_assessable") or drop.slope_ci_deg_per_rep is None or side.repetition_count < 8:
        return []
    assert drop.total_deg is not None and drop.detectable_deg is not None  # known where the slope's interval is
    if drop.called:
        warning = "" if side.repetition_count >= 10 else " With fewer than 10 lifts this is less sure."
        return [
            Finding(
                "drop_off",
                f"{name}: the height drops off by about {whole(drop.total_deg)}° over the set.{warning}",
            )
        ]
    missed = whole(drop.detectable_deg)
    return [
        Finding(
            "drop_off",
            f"{name}: no drop-off detected; drops under about {missed}° could be missed.",
        )
    ]


def _landing_finding(name: str, side: SideResult, n: int) -> list[Finding]:
    landing = side.landing
    if landing.toe_first + landing.heel_first + landing.flat == 0:
        return []
    parts = [
        (landing.toe_first, "toes first"),
        (landing.heel_first, "heel first"),
        (landing.flat, "flat"),
        (landing.unclear, "unclear"),
    ]
    return [
        Finding(
            "landing",
            f"{name} lands " + ", ".join(f"{words} in {k}" for k, words in parts if k) + f" of {n}.",
        )
    ]


def compensation_findings(rows: tuple[Compensation, ...], *, mirrored: bool = False) -> list[Finding]:
    """A sentence for each flagged compensation."""
    out = []
    for c in rows:
        if c.level == "none":
            continue
        amount = (
            f"about {whole(c.value_deg)}°"
            if c.value_deg is not None
            else f"about {whole(c.value_pct)} % of leg length"
            if c.value_pct is not None
            else ""
        )
        side = side_name(c.side, mirrored=mirrored) if c.side else ""
        where = "" if not side else f" on the {side} leg" if c.code == "sway" else f" when the {side} knee is up"
        text = COMPENSATION_WORDS[c.code] + where + (f", {amount}" if amount and c.code != "sway" else "") + "."
        out.append(Finding("balance" if c.code in ("sway", "foot_moved") else "compensation", text))
    return out


def not_seen_findings(codes: tuple[str, ...]) -> list[Finding]:
    """That some compensations cannot be seen in this view: not mentioned is not absent."""
    names = [NOT_SEEN_WORDS[code] for code in codes]
    if not names:
        return []
    listed = " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    return [Finding("not_seen", f"From here {listed} cannot be seen; film from the front for that.")]


def fix_findings(
    sides: Sides, repetitions: list[Repetition], compensation_rows: tuple[Compensation, ...], *, mirrored: bool = False
) -> list[Finding]:
    """What to fix about the movement (codes fix_*)."""
    out = []
    low = [
        s
        for s in lm.SIDES
        if (c := getattr(sides, s)).repetition_count and c.reached_horizontal.no > c.repetition_count / 2
    ]
    if low:
        who = "Both" if len(low) == 2 else side_name(low[0], mirrored=mirrored).capitalize()
        out.append(
            Finding("fix_height", f"{who}: raise the knee until the thigh is level, as far as it is free of pain.")
        )
    held = [r.hold_duration_s for r in repetitions if r.excluded is None]
    if held and sum((h or 0) >= HELD_S for h in held) < len(held) / 2:
        out.append(Finding("fix_hold", "Hold each knee up for a full second."))
    pairs = [
        (r.lift_duration_s, r.lower_duration_s)
        for r in repetitions
        if r.excluded is None and r.lift_duration_s and r.lower_duration_s
    ]
    if pairs and sorted(b / a for a, b in pairs)[len(pairs) // 2] < 0.6:
        out.append(Finding("fix_lower", "Lower as slowly as you lift; the leg is dropped now."))
    elif pairs and sorted(a for a, _ in pairs)[len(pairs) // 2] < 0.6:
        out.append(Finding("fix_tempo", "Lift and lower more slowly: count to two each way."))
    for s in lm.SIDES:
        landing = getattr(sides, s).landing
        if landing.heel_first > getattr(sides, s).repetition_count / 2:
            out.append(
                Finding("fix_landing", f"{side_name(s, mirrored=mirrored).capitalize()}: land on the toes first.")
            )
    flagged = {c.code for c in compensation_rows if c.level != "none"}
    if flagged & {"backward_lean", "sideways_lean"}:
        out.append(Finding("fix_trunk", "Keep the trunk upright; rather lift the knee less high."))
    if "hip_hike" in flagged:
        out.append(Finding("fix_hips", "Keep the hips level while the knee is up."))
    return out


def meaning_findings(sides: Sides, asymmetry: Asymmetry, quality: Quality, pain: Pain, view: str) -> list[Finding]:
    """What this can mean: of an absent leg and of legs that stay low first, then of a difference.

    The psoas is named only for a clear difference, where the lower side also tires sooner or holds shorter, with pain
    asked before and after and none, and good trust.
    """
    if pain.rose:
        return []  # nothing is concluded from such a set
    absent = absent_side(sides, quality)
    if absent:
        text = f"A knee that is not lifted can have many causes: {LOW_CAUSES}; or only one side was marched."
        return [Finding("meaning", f"{text} {NEW_WEAKNESS}")]
    spoilt = any(f.withholds and f.code not in ("few_repetitions", "order") for f in quality.flags)
    low = [] if spoilt else low_sides(sides)
    psoas = _psoas(asymmetry, quality, pain)
    if low and not psoas:
        who = "Knees that stay" if len(low) == 2 else "A knee that stays"
        text = f"{who} this low can have many causes: {LOW_CAUSES}. Worth a hands-on check. {NEW_WEAKNESS}"
        return [Finding("meaning", text)]
    if asymmetry.verdict == "withheld" or quality.trust in ("poor", "not_assessable"):
        return []
    if psoas:
        text = (
            "This pattern can occur with a weaker hip flexor, the psoas among them, "
            f"and with other causes: {CAUSES}. Worth a hands-on check."
        )
        return [Finding("meaning", f"{text} {NEW_WEAKNESS}" if low else text)]
    if asymmetry.verdict in ("clear", "large"):
        return [Finding("meaning", f"A lower knee can have many causes: {CAUSES}. Worth a hands-on check.")]
    if asymmetry.tires_sooner_side:
        return [Finding("meaning", f"A knee that tires sooner can have many causes: {CAUSES}. Worth a hands-on check.")]
    if asymmetry.verdict == "possible":
        assert asymmetry.ci_total_deg is not None
        first = (
            "Such a difference can come from"
            if nearest_to_zero_deg(asymmetry.ci_total_deg) > 0
            else "The camera's error alone could make this difference; it can also come from"
        )
        return [Finding("meaning", f"{first} {CAUSES}. Repeat the test on another day.")]
    if asymmetry.verdict == "similar":
        return [Finding("meaning", "Both knees rise about alike here. This does not show that both sides are strong.")]
    if camera_part_is_larger(asymmetry):
        better = surer_view(view)
        advice = f"Film {better}: there the difference is surer." if better else "Repeat the test on another day."
        text = f"The camera's error in this view, more than the scatter of the lifts, hides such a difference. {advice}"
        return [Finding("meaning", text)]
    text = "The lifts vary too much from one to the next for this difference to tell."
    return [Finding("meaning", f"{text} Ten slow lifts a side, each alike, show more.")]


def _psoas(asymmetry: Asymmetry, quality: Quality, pain: Pain) -> bool:
    """Whether everything is there for the psoas to be named as one cause among others."""
    same = asymmetry.lower_side in (asymmetry.tires_sooner_side, asymmetry.short_hold_side)
    sure = asymmetry.verdict in ("clear", "large") and asymmetry.lower_side is not None
    return sure and same and quality.trust == "good" and free_of_pain(pain)


def next_steps(sides: Sides, quality: Quality, asymmetry: Asymmetry, pain: Pain, view: str) -> tuple[str, ...]:
    """General steps, never a prescription; only caution with pain, poor trust, a large difference or legs that stay
    low."""
    if pain.rose:
        return STEPS_STOP if surely_rose(pain) else STEPS_EASE
    if any(_levels(pain)):
        return (*STEPS_CAREFUL, STEP_SORE) if pain.back_before or pain.back_after else STEPS_CAREFUL
    mirrored = may_be_mirrored(quality.flags)

    def check(side: str) -> str:
        return f"A hands-on check of {the_side(side, mirrored=mirrored)} by a professional."

    absent = absent_side(sides, quality)
    if absent:
        return (check(absent), "If only one side was marched: lift both in turn.", *STEPS_CAREFUL[1:])
    if quality.trust == "not_assessable":
        return ("Record again as described, then judge.",)
    if quality.trust == "poor":
        return ("Record again as described before anything is concluded.", *STEPS_CAREFUL[1:])
    low = low_sides(sides)
    if len(low) == 2:
        return ("A hands-on check by a professional.", *STEPS_CAREFUL[1:])
    if low or (asymmetry.verdict == "large" and asymmetry.lower_side):
        return (check(low[0] if low else asymmetry.lower_side or ""), *STEPS_CAREFUL)
    checked = asymmetry.lower_side if asymmetry.verdict == "clear" else asymmetry.tires_sooner_side
    if checked:
        return (check(checked), *STEPS_GENERAL[:2])
    if asymmetry.verdict == "inconclusive" and camera_part_is_larger(asymmetry) and surer_view(view):
        return (*STEPS_GENERAL[:2], f"Repeat the test, filmed {surer_view(view)}.")
    if asymmetry.verdict in ("possible", "inconclusive"):
        return (*STEPS_GENERAL[:2], "Repeat the test on another day, filmed the same way.")
    return STEPS_GENERAL


def free_of_pain(pain: Pain) -> bool:
    """Whether pain was asked before and after, in one place at least, and there was none."""
    return pain.rose is False and not any(_levels(pain))


def _levels(pain: Pain) -> list[int]:
    """Every level that was told."""
    return [v for v in (pain.back_before, pain.back_after, pain.hip_before, pain.hip_after) if v is not None]


def rose_by(pain: Pain) -> int | None:
    """How far pain went up in the place where it did most, of 10; None where no place was asked both times."""
    pairs = ((pain.back_before, pain.back_after), (pain.hip_before, pain.hip_after))
    return max((after - before for before, after in pairs if before is not None and after is not None), default=None)


def surely_rose(pain: Pain) -> bool:
    """Whether new pain came up, or pain rose by more than its scale's own scatter."""
    return pain.new or (rose_by(pain) or 0) >= SURE_RISE


def pain_of(setup: Setup) -> Pain:
    """Pain record; rose = new pain, or either place by 1 or more; None where no place was asked both times."""
    told = Pain(setup.pain_back_before, setup.pain_back_after, setup.pain_hip_before, setup.pain_hip_after)
    by = rose_by(told)
    rose = True if setup.new_pain else by >= 1 if by is not None else None
    return replace(told, rose=rose, new=setup.new_pain)
