"""Numbers and short answers as the report prints them. Rounding and wording only: the values are the assessment's."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from marchcam.analysis.asymmetry import CLEAR_DEG, LARGE_DEG
from marchcam.analysis.naming import may_be_mirrored, side_name, whole
from marchcam.analysis.results import Assessment, DropOff, Repetition, SideResult
from marchcam.analysis.sessions import MONTHS
from marchcam.report.lettering import printable, shorten
from marchcam.track import SIDES

MINUS, DASH = "−", "–"
# Together with the rest at its longest they fill two lines.
FILE_NAME_PT, FOOTWEAR_PT = 190, 170
# With fewer lifts a side none is ever called.
FEWEST_FOR_DROP_OFF = 8
VERDICT_ANSWER = {
    "large": "Large difference; the {side} is lower by {degrees}.",
    "clear": "Clear difference; the {side} is lower by {degrees}.",
    "possible": "Possible difference; the {side} is lower by {degrees}.",
    "similar": "Similar; the {side} is lower by {degrees}.",
    "inconclusive": "Inconclusive; {degrees} apart, too uncertain to call.",
}
# Where the number alone would be called more, but is too uncertain for it.
UNSURE_ANSWER = {
    "clear": "Clear, perhaps large; the {side} is lower by {degrees}.",
    "possible": "Possible, too uncertain for more; the {side} is lower by {degrees}.",
}
SUPPORT = {"none": "no support", "one_hand": "one hand on a support", "two_hands": "both hands on a support"}


def signed(degrees: float | None) -> str:
    """Whole degrees with a sign, as on pictures and charts: "+3°", "−14°", "0°"."""
    if degrees is None:
        return DASH
    n = whole(degrees)
    return f"{'+' if n > 0 else MINUS if n < 0 else ''}{abs(n)}°"


def tick(degrees: float) -> str:
    """Whole degrees of a scale: "0°", "−30°", "30°"."""
    return f"{MINUS if whole(degrees) < 0 else ''}{abs(whole(degrees))}°"


def against_horizontal(degrees: float | None) -> str:
    """A height in words, as in tables: "3° above", "14° below", "level"."""
    if degrees is None:
        return DASH
    n = whole(degrees)
    return "level" if n == 0 else f"{abs(n)}° {'above' if n > 0 else 'below'}"


def seconds(value: float | None) -> str:
    """Seconds with one decimal."""
    return DASH if value is None else f"{value:.1f} s"


def duration(value_s: float) -> str:
    """A length of time: "48 s", "1 min 25 s", "1 h 2 min"."""
    n = whole(value_s)
    if n >= 3600:
        return f"{n // 3600} h {n % 3600 // 60} min" if n % 3600 >= 60 else f"{n // 3600} h"
    if n >= 60:
        return f"{n // 60} min {n % 60} s" if n % 60 else f"{n // 60} min"
    return f"{n} s"


def clock(value_s: float) -> str:
    """A moment of the recording: "0:31", "1:02:05"."""
    minutes, second = divmod(whole(value_s), 60)
    return f"{minutes}:{second:02d}" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02d}:{second:02d}"


def interval(low_high: tuple[float, float] | None) -> str:
    """An interval on one side of zero as "15–18°"; empty when unknown or about zero, where the chart says it better."""
    if low_high is None:
        return ""
    low, high = sorted(whole(value) for value in low_high)
    if low < 0 < high:
        return ""
    near, far = sorted((abs(low), abs(high)))
    return f"{near}{DASH}{far}°" if near != far else f"{far}°"


def counted(assessment: Assessment, side: str) -> list[Repetition]:
    """The counted lifts of one side, in order."""
    return [lift for lift in assessment.repetitions if lift.side == side and lift.excluded is None]


def has_lifts(assessment: Assessment) -> bool:
    """Whether there is anything to chart."""
    return assessment.quality.trust != "not_assessable" and any(counted(assessment, side) for side in SIDES)


def is_compared(assessment: Assessment) -> bool:
    """Whether the report may speak of change and difference at all."""
    return assessment.quality.trust in ("good", "fair") and not assessment.pain.rose


def date_line(recorded_at: str | None) -> str:
    """ "22 November 2026, 14:05", or as much of it as was told."""
    if not recorded_at:
        return ""
    try:
        moment = datetime.fromisoformat(recorded_at)
    except ValueError:
        return printable(recorded_at)[:40]
    day = f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"
    return f"{day}, {moment:%H:%M}" if len(recorded_at) > 10 else day


def source_name(path: str, clean: Callable[[str], str] = printable) -> str:
    """The file's own name without its folders; a camera has none."""
    is_file = "://" not in path and re.search(r"[\\/]", path)
    return clean(re.split(r"[\\/]", path)[-1]) if is_file else ""


def view_words(azimuth_deg: float | None) -> str:
    """Where the camera stood: "camera 30° to the person's left"."""
    if azimuth_deg is None:
        return "view unknown"
    n = whole(abs(azimuth_deg))
    if n < 5:
        return "camera in front"
    if n > 175:
        return "camera behind"
    return f"camera {n}° to the person’s {'left' if azimuth_deg > 0 else 'right'}"


def pain_words(assessment: Assessment) -> str:
    """Pain before and after, back and hip apart unless they are alike; empty when nobody asked."""
    pain = assessment.pain
    pairs = {"back": (pain.back_before, pain.back_after), "hip": (pain.hip_before, pain.hip_after)}
    told = {place: pair for place, pair in pairs.items() if pair != (None, None)}

    if len(told) == 2 and pairs["back"] == pairs["hip"]:
        return f"pain {levels_words(*pairs['back'])}"
    return ", ".join(f"{place} pain {levels_words(*pair)}" for place, pair in told.items())


def levels_words(before: int | None, after: int | None, scale: str = "") -> str:
    """Pain at one place, with its scale where wanted; empty when nobody asked."""
    told = [f"{value} {when}" for value, when in ((before, "before"), (after, "after")) if value is not None]
    return f"{', '.join(told)}{scale}{', before not asked' if before is None else ''}" if told else ""


def setup_parts(
    assessment: Assessment,
    size: float | None,
    *,
    with_rate: bool = True,
    clean: Callable[[str], str] = printable,
) -> list[str]:
    """The parts of the line under the name: recording, view, support, footwear, effort, pain.

    Names are shortened to their room at ``size`` points; None keeps them whole. ``clean`` makes them one line.
    """
    source, setup = assessment.source, assessment.setup
    name, worn_on_feet = source_name(source.path, clean), clean(setup.footwear or "")
    if size is not None:
        name = shorten(name, FILE_NAME_PT, size, middle=True)
        worn_on_feet = shorten(worn_on_feet[:300], FOOTWEAR_PT, size)
    rate = f" at {round(source.mean_fps)} pictures a second" if with_rate and source.mean_fps else ""
    parts = [
        f"{f'Video {name}' if name else 'Live session'}, {duration(source.duration_s)}{rate}",
        view_words(assessment.view.azimuth_deg),
    ]
    if setup.support is not None or setup.band:
        worn = "with a band" if setup.band else "no band"
        parts.append(f"{SUPPORT[setup.support]}, {worn}" if setup.support in SUPPORT else worn)
    if worn_on_feet:
        parts.append(f"on the feet: {worn_on_feet}")
    if setup.effort is not None:
        parts.append(f"effort {setup.effort} of 10")
    pain = pain_words(assessment)
    return parts + [pain] if pain else parts


def picture_caption(name: str, lift: Repetition) -> str:
    """What stands under a picture: "best, lift 6", "lift 2, partial"."""
    said = f"lift {lift.index}" if name == "only" else f"{name}, lift {lift.index}"
    return f"{said}, partial" if lift.partial else said


def answer_difference(assessment: Assessment) -> str:
    """The grey answer beside "How different are the sides?"."""
    asymmetry = assessment.asymmetry
    if asymmetry.verdict == "withheld" or asymmetry.difference_deg is None:
        return f"Withheld: {withheld_reason(assessment)}"
    n, side = abs(whole(asymmetry.difference_deg)), asymmetry.lower_side or "lower side"
    if asymmetry.verdict == "similar" and n == 0:
        return "Similar."
    if asymmetry.verdict == "inconclusive" and n == 0:
        return "Inconclusive; alike, but too uncertain to call."
    more = n >= {"clear": LARGE_DEG, "possible": CLEAR_DEG}.get(asymmetry.verdict, n + 1)
    answer = (UNSURE_ANSWER if more else VERDICT_ANSWER)[asymmetry.verdict]
    return answer.format(side=side_word(assessment, side), degrees=f"{n}°")


def side_word(assessment: Assessment, side: str) -> str:
    """A side's name within a sentence: "right", or "right (as recorded)" where the picture may be mirrored."""
    return side_name(side, mirrored=may_be_mirrored(assessment.quality.flags))


def side_title(assessment: Assessment, side: str) -> str:
    """A side's name at the start of a sentence or over a column."""
    return side_word(assessment, side).capitalize()


def side_short(assessment: Assessment, side: str) -> str:
    """A side's name at the end of a line: "Right", or "Right?" where the picture may be mirrored."""
    return f"{side.capitalize()}?" if may_be_mirrored(assessment.quality.flags) else side.capitalize()


def withheld_reason(assessment: Assessment) -> str:
    """Why nothing is compared, as the end of a sentence."""
    reason = assessment.asymmetry.withheld_reason or assessment.quality.reason or "this recording does not allow it"
    reason = printable(reason).rstrip(".")
    return f"{reason[:1].lower() + reason[1:] if reason[1:2].islower() or reason[1:2] == ' ' else reason}."


def withheld_words(assessment: Assessment) -> str:
    """What stands in place of the comparison: that there is none, and the first thing to do about it."""
    fixes = [flag.fix for flag in assessment.quality.to_fix if flag.withholds]
    return " ".join(["No comparison is made.", *fixes[:1]])


def drop_off_judged(assessment: Assessment, side: str) -> bool:
    """Whether the report may say anything of a side's drop-off: compared at all, and with lifts enough to find one."""
    result: SideResult = getattr(assessment.sides, side)
    enough = result.repetition_count >= FEWEST_FOR_DROP_OFF and result.drop_off.detectable_deg is not None
    return is_compared(assessment) and (result.drop_off.called or enough)


def answer_drop_off(assessment: Assessment) -> str:
    """The grey answer beside "Does the height last?"."""
    if not is_compared(assessment):
        return "Not judged in this recording."
    drops = {side: getattr(assessment.sides, side).drop_off for side in SIDES}
    called = [side for side in SIDES if drops[side].called]
    if len(called) == 2:
        return "Both sides fall."
    if called:
        return f"The {side_word(assessment, called[0])} falls{_rate(drops[called[0]])}."
    if any(drop_off_judged(assessment, side) for side in SIDES):
        return "No drop-off detected."
    return "Too few lifts to say; it takes 10 a side."


def _rate(drop: DropOff) -> str:
    """By how much a lift, or over how many lifts it makes a whole degree: " about 1° a lift"."""
    slope = abs(drop.slope_deg_per_rep or 0.0)
    if slope >= 0.75:
        return f" about {whole(slope)}° a lift"
    return f" about 1° every {max(2, round(1 / slope))} lifts" if slope > 0.05 else ""


def drop_off_short(assessment: Assessment, side: str) -> str:
    """The drop-off of one side in the table."""
    if not is_compared(assessment):
        return "not judged"
    if not drop_off_judged(assessment, side):
        return "too few lifts"
    drop: DropOff = getattr(assessment.sides, side).drop_off
    return f"{whole(drop.total_deg)}°" if drop.called and drop.total_deg is not None else "none detected"


def drop_off_under_name(assessment: Assessment, side: str) -> str:
    """What stands under a side's name at the end of its line; empty without a line."""
    drop: DropOff = getattr(assessment.sides, side).drop_off
    if drop.line is None or not drop_off_judged(assessment, side):
        return ""
    short = drop_off_short(assessment, side)
    return f"{MINUS}{short} in all" if drop.called else short


def drop_off_note(assessment: Assessment) -> list[str]:
    """The notes under the peaks, the most important last."""
    judged = {side: getattr(assessment.sides, side).drop_off for side in SIDES if drop_off_judged(assessment, side)}
    notes = ["Open mark: first lift, left out of the line."] if any(drop.line for drop in judged.values()) else []
    missed = {
        side: f"{whole(drop.detectable_deg)}°"
        for side, drop in judged.items()
        if not drop.called and drop.detectable_deg is not None
    }
    if len(set(missed.values())) == 2:
        notes.append(f"Drops under about {missed['left']} (left) and {missed['right']} (right) could be missed.")
    elif len(missed) == 2:
        notes.append(f"Drops under about {missed['left']} could be missed.")
    elif missed:
        side, degrees = next(iter(missed.items()))
        notes.append(f"On the {side_word(assessment, side)}, drops under about {degrees} could be missed.")
    return notes


def answer_held(assessment: Assessment) -> str:
    """The grey answer beside "How slow, and how long?"."""
    held = sum(getattr(assessment.sides, side).held_one_second for side in SIDES)
    total = sum(getattr(assessment.sides, side).repetition_count for side in SIDES)
    return f"{held} of {total} near the top 1 s."


def landing_words(assessment: Assessment) -> str:
    """How many lifts landed toe first, side by side where the sides differ."""
    counts = {}
    for side in SIDES:
        landing = getattr(assessment.sides, side).landing
        counts[side] = (landing.toe_first, landing.toe_first + landing.heel_first + landing.flat)
    seen = {side: pair for side, pair in counts.items() if pair[1]}
    if not seen:
        return "not seen"
    if len(seen) == 2 and counts["left"][0] * counts["right"][1] != counts["right"][0] * counts["left"][1]:
        return ", ".join(f"{side} {toe} of {total}" for side, (toe, total) in seen.items())
    toe, total = (sum(pair[i] for pair in seen.values()) for i in (0, 1))
    return f"{toe} of {total} lifts" if len(seen) == 2 else f"{toe} of {total}, {next(iter(seen))}"
