"""An assessment in plain sentences: careful words, whole degrees, never a diagnosis."""

from __future__ import annotations

from marchcam import track as lm
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
from marchcam.track import Setup

CAUSES = "joint pain or stiffness, balance, trunk control, hamstrings, clothing, a misunderstanding of the task"
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
TEMPO_FIXES = ("fix_hold", "fix_tempo", "fix_lower")
STEPS_GENERAL = (
    "Slow marching itself is the exercise, outdoors if you like, two chair backs for balance.",
    "Build up slowly: one thing at a time, after two sessions without pain.",
    "Walking, gentle stretching (low lunge), tai chi or slow deep breathing go well with it.",
)
STEPS_CAREFUL = (
    "Less speed, fewer lifts or less height until a hands-on check by a professional.",
    "Stop at any pain.",
)
STEPS_STOP = (
    "Stop the test and do not repeat it for now.",
    "Less speed, fewer lifts, less height, once it is calm again.",
    "A hands-on check by a professional.",
)


def whole(value: float) -> int:
    """Rounded to a whole number, half away from zero."""
    return int(abs(value) + 0.5) * (1 if value >= 0 else -1)


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


def _counts_words(sides: Sides) -> str:
    left, right = sides.left.repetition_count, sides.right.repetition_count
    return f"{left} lifts each" if left == right else f"{left} lifts left, {right} right"


def headline(sides: Sides, asymmetry: Asymmetry, quality: Quality) -> list[Finding]:
    """The one sentence and the line under it (codes result and detail)."""
    flags = {f.code: f for f in quality.flags}
    if "pain" in flags:
        return [
            Finding("result", f"Stop: {flags['pain'].text[0].lower()}{flags['pain'].text[1:]}"),
            Finding(
                "detail",
                "The set is not scored and the sides are not compared. Have it looked at before the test is repeated.",
            ),
        ]
    if quality.trust == "not_assessable":
        first = quality.flags[0]
        _, _, why = first.text.partition(": ")  # "No lift …: the person walks." names what was seen instead
        detail = f"{why[:1].upper()}{why[1:]} {first.fix}" if first.code == "no_lifts" and why else first.fix
        return [Finding("result", _not_assessable(quality)), Finding("detail", detail)]
    if asymmetry.verdict == "withheld":
        spoilt = next((f for f in quality.flags if f.effect == "spoils"), None)
        why = f"{spoilt.text} {spoilt.fix} " if spoilt else ""
        return [
            Finding("result", "The two sides cannot be compared in this recording."),
            Finding("detail", f"{why}The height of each side is below."),
        ]
    return _comparison(sides, asymmetry)


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


def _comparison(sides: Sides, asymmetry: Asymmetry) -> list[Finding]:
    difference, side = asymmetry.difference_deg, asymmetry.lower_side or "right"
    lifts, camera = asymmetry.ci_rep_deg, asymmetry.ci_total_deg
    assert difference is not None and lifts is not None and camera is not None  # known unless withheld
    other = lm.OTHER[side]
    n = abs(whole(difference))
    ranges = (
        f"{_counts_words(sides)}; repetition range {range_words(lifts, side)}; "
        f"allowing for camera error {_about(range_words(camera, side))}."
    )
    if asymmetry.verdict in ("large", "clear"):
        text = f"Your {side} knee rises about {n}° less than your {other}"
        drop = getattr(sides, side).drop_off
        text += f", and its height drops off by about {whole(drop.total_deg)}° over the set." if drop.called else "."
        return [Finding("result", text), Finding("detail", ranges)]
    if asymmetry.verdict == "possible":
        return [
            Finding("result", f"Your {side} knee may rise a little less than your {other}, by about {n}°."),
            Finding("detail", ranges + " Too little to be sure: repeat the test."),
        ]
    if asymmetry.verdict == "similar":
        return [
            Finding("result", "No meaningful left–right difference seen."),
            Finding("detail", ranges[:-1] + ". This does not show that both sides are strong."),
        ]
    return [
        Finding("result", "This recording cannot tell whether one knee rises less."),
        Finding("detail", f"Measured: {side} about {n}° lower. {ranges}"),
    ]


def all_findings(
    sides: Sides,
    repetitions: list[Repetition],
    quality: Quality,
    asymmetry: Asymmetry,
    movement: tuple[Compensation, ...],
    pain: Pain,
) -> list[Finding]:
    """Everything but the headline, of a march with at least one lift that counts."""
    out = side_findings(sides, repetitions, quality, asymmetry)
    if any(f.code == "too_fast" for f in quality.flags):
        out.append(Finding("tempo", "This is a march, not a slow march: heights at this speed are less sure."))
    out += compensation_findings(movement)
    out += meaning_findings(sides, asymmetry, quality, pain)
    if pain.rose:
        return out  # whoever shall stop is not told how to do it better
    hurried = any(f.code == "too_fast" for f in quality.flags)  # its own fix says it all
    sore = any(v for v in (pain.back_before, pain.back_after, pain.hip_before, pain.hip_after))
    left_out = (TEMPO_FIXES if hurried else ()) + (("fix_height",) if sore else ())
    return out + [f for f in fix_findings(sides, repetitions, movement) if f.code not in left_out]


def side_findings(sides: Sides, repetitions: list[Repetition], quality: Quality, asymmetry: Asymmetry) -> list[Finding]:
    """Height, partial lifts, drop-off, hold and landing of each side."""
    out = []
    for name in lm.SIDES:
        side, own = getattr(sides, name), counted(repetitions, name)
        if not own:
            out.append(Finding("height", f"{name.capitalize()}: no lift was found."))
            continue
        n, yes, close = len(own), side.reached_horizontal.yes, side.reached_horizontal.too_close
        more = f" ({close} too close to call)" if close else ""
        height = height_words(side.peak_elevation_deg.median)
        out.append(
            Finding("height", f"{name.capitalize()} reached horizontal in {yes} of {n}{more}; typical height {height}.")
        )
        if side.partial_count:
            low = f"{side.partial_count} of {n} lifts were partial, well under the height of the other side."
            out.append(Finding("partial", f"{name.capitalize()}: {low}"))
        if own:
            long = f"{side.held_one_second} of {n} for a second or more."
            typical = f"stayed near the top for {side.hold_duration_s.median:.1f} s"
            out.append(Finding("hold", f"{name.capitalize()} {typical}; {long}"))
        out += _drop_off_finding(name, side, quality)
        out += _landing_finding(name, side, n)
    if asymmetry.short_hold_side and asymmetry.hold_difference_s is not None:
        short, seconds = asymmetry.short_hold_side, abs(asymmetry.hold_difference_s)
        text = f"The {short} thigh is held up {seconds:.1f} s shorter than the {lm.OTHER[short]}."
        out.append(Finding("hold", text))
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
                f"{name.capitalize()}: the height drops off by about {whole(drop.total_deg)}° over the set.{warning}",
            )
        ]
    missed = max(whole(drop.detectable_deg), 1)
    return [
        Finding(
            "drop_off",
            f"{name.capitalize()}: no drop-off detected; drops under about {max(missed, 5)}° could be missed.",
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
            f"{name.capitalize()} lands " + ", ".join(f"{words} in {k}" for k, words in parts if k) + f" of {n}.",
        )
    ]


def compensation_findings(rows: tuple[Compensation, ...]) -> list[Finding]:
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
        where = (
            "" if c.side is None else f" on the {c.side} leg" if c.code == "sway" else f" when the {c.side} knee is up"
        )
        text = COMPENSATION_WORDS[c.code] + where + (f", {amount}" if amount and c.code != "sway" else "") + "."
        out.append(Finding("balance" if c.code in ("sway", "foot_moved") else "compensation", text))
    return out


def fix_findings(
    sides: Sides, repetitions: list[Repetition], compensation_rows: tuple[Compensation, ...]
) -> list[Finding]:
    """What to fix about the movement (codes fix_*)."""
    out = []
    low = [
        s
        for s in lm.SIDES
        if (c := getattr(sides, s)).repetition_count and c.reached_horizontal.no > c.repetition_count / 2
    ]
    if low:
        who = "Both" if len(low) == 2 else low[0].capitalize()
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
            out.append(Finding("fix_landing", f"{s.capitalize()}: land on the toes first."))
    flagged = {c.code for c in compensation_rows if c.level != "none"}
    if flagged & {"backward_lean", "sideways_lean"}:
        out.append(Finding("fix_trunk", "Keep the trunk upright; rather lift the knee less high."))
    if "hip_hike" in flagged:
        out.append(Finding("fix_hips", "Keep the hips level while the knee is up."))
    return out


def meaning_findings(sides: Sides, asymmetry: Asymmetry, quality: Quality, pain: Pain) -> list[Finding]:
    """What this can mean. The psoas is named only for a clear difference with a drop-off or a short hold on the same
    side, with pain asked and not risen and good trust."""
    if asymmetry.verdict == "withheld" or quality.trust in ("poor", "not_assessable"):
        return []
    side = asymmetry.lower_side
    if asymmetry.verdict in ("clear", "large") and side:
        same = getattr(sides, side).drop_off.called or asymmetry.short_hold_side == side
        if same and quality.trust == "good" and pain.rose is False:
            text = (
                "This pattern can occur with a weaker hip flexor, the psoas among them, "
                f"and with other causes: {CAUSES}. Worth a hands-on check."
            )
        else:
            text = f"A lower knee can have many causes: {CAUSES}. Worth a hands-on check."
        return [Finding("meaning", text)]
    if asymmetry.verdict == "possible":
        return [
            Finding(
                "meaning", f"A small difference can be chance, or come from {CAUSES}. Repeat the test on another day."
            )
        ]
    if asymmetry.verdict == "similar":
        return [Finding("meaning", "Both knees rise about alike here. This does not show that both sides are strong.")]
    return [
        Finding(
            "meaning",
            "The camera's error is too large for this difference to tell. Film from 30–45° to the side at hip height.",
        )
    ]


def next_steps(quality: Quality, asymmetry: Asymmetry, pain: Pain) -> tuple[str, ...]:
    """General steps, never a prescription; only caution with pain, poor trust or a large difference."""
    levels = [v for v in (pain.back_before, pain.back_after, pain.hip_before, pain.hip_after) if v is not None]
    if pain.rose:
        return STEPS_STOP
    if any(v > 0 for v in levels):
        return STEPS_CAREFUL
    if quality.trust == "not_assessable":
        return ("Record again as described, then judge.",)
    if quality.trust == "poor":
        return ("Record again as described before anything is concluded.", *STEPS_CAREFUL[1:])
    if asymmetry.verdict == "large":
        return (f"A hands-on check of the {asymmetry.lower_side} side by a professional.", *STEPS_CAREFUL)
    if asymmetry.verdict in ("clear", "possible", "inconclusive"):
        return (*STEPS_GENERAL[:2], "Repeat the test on another day, filmed the same way.")
    return STEPS_GENERAL


def pain_of(setup: Setup) -> Pain:
    """Pain record; rose = new pain, or either place by 1 or more; None where no place was asked both times."""
    back_before, back_after = setup.pain_back_before, setup.pain_back_after
    hip_before, hip_after = setup.pain_hip_before, setup.pain_hip_after
    pairs = [(b, a) for b, a in ((back_before, back_after), (hip_before, hip_after)) if b is not None and a is not None]
    rose = True if setup.new_pain else any(a >= b + 1 for b, a in pairs) if pairs else None
    return Pain(back_before, back_after, hip_before, hip_after, rose, setup.new_pain)
