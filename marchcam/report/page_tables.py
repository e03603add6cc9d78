"""The tables of the page: at a glance, every lift, how it was measured, why the trust is what it is."""

from __future__ import annotations

from marchcam.analysis.naming import whole
from marchcam.analysis.results import Assessment, Repetition
from marchcam.report import words
from marchcam.report.lift_words import LANDING, REACHED, excluded_words, lift_id
from marchcam.report.page_text import clean, clean_lines, esc, own_words, side_mark
from marchcam.report.sections import table_column
from marchcam.report.style import TRUST
from marchcam.track import SIDES

# So many rows are shown at first; without a script, and on paper, all are.
SHOWN_ROWS = 6
COLUMNS = ("Side", "Lift", "At", "Height", "Horizontal?", "Lifting", "Near the top", "Lowering", "Landing")
WORD_COLUMNS = ("Side", "Horizontal?", "Landing")
EFFECT = {
    "not_assessable": "So nothing can be told from this recording.",
    "spoils": "So the two sides are not compared.",
    "caps": "So the trust is fair at most.",
    "word": "For information; the trust does not change.",
}
NO_FLAGS = "Nothing was found that lowers the trust."
SPOKEN_SUPPORT = {"none": "none", "one_hand": "one hand", "two_hands": "both hands"}


def glance_table(assessment: Assessment) -> str:
    """Six rows of numbers, a column a side."""
    columns = {side: table_column(assessment, side) for side in SIDES}
    heads = "".join(
        f'<th scope="col" class="{side}">{side_mark(side)}{esc(words.side_title(assessment, side))}</th>'
        for side in SIDES
    )
    rows = "".join(
        f'<tr><th scope="row">{esc(name)}</th>'
        + "".join(
            f"<td{'' if words.counted(assessment, side) else ' class=none'}>{esc(columns[side][name])}</td>"
            for side in SIDES
        )
        + "</tr>"
        for name in columns["left"]
    )
    return f'<table class="glance"><thead><tr><td></td>{heads}</tr></thead><tbody>{rows}</tbody></table>'


def lifts_table(assessment: Assessment) -> str:
    """Every counted lift in the order they were done, to be sorted by any column.

    Parameters
    ----------
    assessment : Assessment
        What was found.

    Returns
    -------
    str
        Markup; what does not count stands under it with the reason.
    """
    lifts = [lift for lift in assessment.repetitions if lift.excluded is None]
    heads = "".join(
        f'<th scope="col" class="{"word" if name in WORD_COLUMNS else "number"}"'
        f'{" aria-sort=ascending" if name == "At" else ""}><button type="button">{name}</button></th>'
        for name in COLUMNS
    )
    rows = "".join(_row(assessment, lift) for lift in lifts)
    more = ""
    if len(lifts) > SHOWN_ROWS:
        more = (
            f'<p class="scripted"><button type="button" class="more" id="more">Show all {len(lifts)} lifts</button></p>'
        )
    table = (
        f'<div class="wide-table" tabindex="0" role="region" aria-label="Every lift">'
        f'<table class="lifts" id="lifts"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'
    )
    return f"{table}{more}{_not_counted(assessment)}"


def _row(assessment: Assessment, lift: Repetition) -> str:
    """A lift; what a cell is sorted by stands beside what it says."""
    height = words.signed(lift.peak_elevation_deg) + (" partial" if lift.partial else "")
    link = f'<a href="#{lift_id(assessment, lift)}">{lift.index}</a>'
    cells = (
        (SIDES.index(lift.side), f"{side_mark(lift.side)}{esc(words.side_title(assessment, lift.side))}"),
        (lift.index, link),
        (lift.onset_s, words.clock(lift.onset_s)),
        (lift.peak_elevation_deg, height),
        (_rank(lift.reached_horizontal, REACHED), REACHED.get(lift.reached_horizontal or "", words.DASH)),
        (lift.lift_duration_s, words.seconds(lift.lift_duration_s)),
        (lift.hold_duration_s, words.seconds(lift.hold_duration_s)),
        (lift.lower_duration_s, words.seconds(lift.lower_duration_s)),
        (_rank(lift.landing, LANDING), LANDING.get(lift.landing, words.DASH)),
    )
    tags = []
    for name, (value, said) in zip(COLUMNS, cells, strict=True):
        kind = f"word {lift.side}" if name == "Side" else "word" if name in WORD_COLUMNS else "number"
        key = "" if value is None else f"{value:.4g}" if name != "At" else f"{value:.3f}"
        tags.append(f'<td class="{kind}" data-v="{key}">{said}</td>')
    return f"<tr>{''.join(tags)}</tr>"


def _rank(value: str | None, order: dict[str, str]) -> int | None:
    return list(order).index(value) if value in order else None


def _not_counted(assessment: Assessment) -> str:
    """The lifts that were seen but do not count, and why."""
    lifts = [lift for lift in assessment.repetitions if lift.excluded is not None]
    if not lifts:
        return ""
    items = "".join(
        f'<li>{side_mark(lift.side)}<a href="#{lift_id(assessment, lift)}">'
        f"{esc(words.side_title(assessment, lift.side))} at {words.clock(lift.onset_s)}</a>: "
        f"{esc(excluded_words(lift))}.</li>"
        for lift in lifts
    )
    return f'<h3>Not counted</h3><ul class="plain">{items}</ul>'


def _pairs(rows: list[tuple[str, str]]) -> str:
    """Terms with their (already escaped) descriptions."""
    return f"<dl>{''.join(f'<div><dt>{esc(term)}</dt><dd>{said}</dd></div>' for term, said in rows if said)}</dl>"


def measured(assessment: Assessment) -> str:
    """Recording, camera, error, and everything that was told, as terms with their values."""
    return _pairs([*_recording_rows(assessment), *_camera_rows(assessment), *_told_rows(assessment)])


def _recording_rows(assessment: Assessment) -> list[tuple[str, str]]:
    source = assessment.source
    name = words.source_name(source.path, clean)
    rate = f", {round(source.mean_fps)} a second" if source.mean_fps else ""
    size = "{} × {}".format(*source.image_size_px)
    seen = assessment.quality.seen_share
    return [
        ("Recording", own_words(name) if name else "live session"),
        ("Length", esc(words.duration(source.duration_s))),
        ("Pictures", esc(f"{source.frame_count}{rate}, {size} pixels")),
        ("Legs seen", esc(f"in {round(100 * seen)} % of the pictures") if seen is not None else ""),
        ("Made by", esc(clean(f"MarchCam {assessment.marchcam_version}, pose model {assessment.model}"))),
    ]


def _camera_rows(assessment: Assessment) -> list[tuple[str, str]]:
    view, standing, error = assessment.view, assessment.calibration, assessment.uncertainty
    tilt = []
    if view.pitch_deg is not None:
        degrees = abs(whole(view.pitch_deg))
        tilt.append(f"looking {'down' if view.pitch_deg > 0 else 'up'} {degrees}°" if degrees else "level")
    if view.roll_deg is not None and whole(view.roll_deg):
        tilt.append(f"turned {abs(whole(view.roll_deg))}° {'' if view.roll_deg > 0 else 'counter'}clockwise")
    stood = "not found"
    if standing.start_s is not None and standing.end_s is not None:
        stood = f"{words.clock(standing.start_s)} to {words.clock(standing.end_s)}; every change is measured from it"
    of_one = f"about {whole(error.elevation_deg)}° for one height" if error.elevation_deg is not None else ""
    of_two = f"{whole(error.difference_deg)}° for the difference" if error.difference_deg is not None else ""
    either = ", ".join(filter(None, (of_one, of_two)))
    return [
        ("Where the camera stood", esc(words.view_words(view.azimuth_deg).removeprefix("camera "))),
        ("Tilt of the camera", esc(", ".join(tilt))),
        ("Quiet standing", esc(stood)),
        ("The tool’s own error in this view", esc(f"{either} (one standard deviation)" if either else "")),
    ]


def _told_rows(assessment: Assessment) -> list[tuple[str, str]]:
    setup, pain = assessment.setup, assessment.pain
    worn = clean(setup.footwear or "")

    def number(value: float | None, form: str) -> str:
        return form.format(value) if value is not None else ""

    return [
        ("Body height", number(setup.stature_m, "{:.2f} m, told")),
        ("Height of the lens", number(setup.lens_height_m, "{:.2f} m, told")),
        ("Field of view", number(setup.horizontal_fov_deg, "{:.0f}°, told")),
        ("Thigh level at", number(setup.level_thigh_s, "{:.1f} s, told")),
        ("Hands on a support", SPOKEN_SUPPORT.get(setup.support or "", "")),
        ("Elastic band", "yes" if setup.band else "no" if setup.support else ""),
        ("On the feet", own_words(worn) if worn else ""),
        ("Effort", number(setup.effort, "{} of 10")),
        ("Low-back pain", words.levels_words(pain.back_before, pain.back_after, " (0 to 10)")),
        ("Hip pain", words.levels_words(pain.hip_before, pain.hip_after, " (0 to 10)")),
        ("New pain", "came up and ended the test" if pain.new else ""),
    ]


def trust_title(assessment: Assessment) -> str:
    """ "Why the trust is good", "Why this cannot be assessed"."""
    word = TRUST[assessment.quality.trust][2]
    known = assessment.quality.trust != "not_assessable"
    return f"Why the trust is {word.split()[0].lower()}" if known else "Why this cannot be assessed"


def why_trust(assessment: Assessment) -> str:
    """Every flag: what was seen, what it means for the trust, and what to do."""
    flags = assessment.quality.flags
    reason = clean(assessment.quality.reason)
    first = f"<p>{esc(reason[:1].upper() + reason[1:])}.</p>" if reason else ""
    items = "".join(
        f"<li><b>{esc(clean(flag.text))}</b> {esc(EFFECT.get(flag.effect, ''))}"
        + (f"<br>What to do: {esc(clean(flag.fix))}" if flag in assessment.quality.to_fix else "")
        + "</li>"
        for flag in flags
    )
    return first + (f'<ul class="flags">{items}</ul>' if items else f"<p>{NO_FLAGS}</p>")


def notes(assessment: Assessment) -> str:
    """What the therapist wrote, with its line breaks; empty without notes."""
    texts = [lines for text in assessment.setup.notes if (lines := clean_lines(text))]
    return "".join(f'<p class="note" dir="auto">{"<br>".join(esc(line) for line in lines)}</p>' for lines in texts)
