"""The report as one page for any browser: an Assessment and its pictures in, a text of HTML out."""

from __future__ import annotations

import base64
import functools
import hashlib
from pathlib import Path

from marchcam.analysis.results import Assessment
from marchcam.errors import OutputError
from marchcam.files import atomic_write
from marchcam.report import page_tables as tables
from marchcam.report import questions, words
from marchcam.report.definitions import DEFINITIONS, METHOD
from marchcam.report.elevation import elevation_answer
from marchcam.report.head import DISCLAIMER
from marchcam.report.page_bars import difference_chart, difference_key, icon, times_chart
from marchcam.report.page_charts import elevation_chart, peaks_chart
from marchcam.report.page_pictures import pictures, what_was_seen
from marchcam.report.page_text import clean, esc, font_rules, heading, listed, own_words
from marchcam.report.pictures import Images
from marchcam.report.sections import Column, advice, meaning, movement_items, seen_column
from marchcam.report.snapshots import snapshot_times
from marchcam.report.style import TRUST
from marchcam.report.tables import repetitions_csv_bytes
from marchcam.safety import HELP_NOW
from marchcam.track import PoseTrack

HERE = Path(__file__).parent
NOTHING = "Nothing was found in this recording."
TRUST_MARK = {
    "good": '<circle class="full" cx="12" cy="12" r="11"/><path class="stroke" d="M7 12.3l3.4 3.6L17.3 8"/>',
    "fair": '<circle class="ring" cx="12" cy="12" r="9.8"/><path class="full" d="M12 2.2a9.8 9.8 0 0 0 0 19.6z"/>',
    "poor": '<path class="full round" d="M12 3L22.5 21.5H1.5Z"/><path class="stroke" d="M12 9.4v5.4"/>'
    '<circle class="spot" cx="12" cy="18.3" r="1.3"/>',
}


def page_html(assessment: Assessment, track: PoseTrack, images: Images = None, *, faces: bool = False) -> str:
    """The report as one HTML document that needs nothing but itself.

    Parameters
    ----------
    assessment : Assessment
        What was found. Everything said comes from it.
    track : PoseTrack
        The landmarks, for the skeletons on the pictures.
    images : dict of float to np.ndarray, optional
        Frames (h, w, 3) uint8 BGR by their time in seconds, as `snapshot_times` asks for them. Without a frame the
        skeleton stands alone.
    faces : bool, optional
        Whether pictures may show the face; by default they are cut below the chin.

    Returns
    -------
    str
        The same for the same assessment. Pictures, type and script are inside, and nothing else is loaded.
    """
    if words.has_lifts(assessment):
        sections = [*_charts(assessment, track, images, faces=faces), *_said(assessment), _every_lift(assessment)]
    else:
        sections = _without_lifts(assessment, track, images, faces=faces)
    body = [_bar(assessment), "<main>", _head(assessment), _result(assessment), *sections]
    body += [_notes(assessment), _details(assessment), "</main>", _foot(assessment)]
    name = clean(assessment.setup.name or "") or "No name"
    script = _asset("page.js")
    return "\n".join(
        [
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_policy(script)}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">\n<link rel="icon" href="data:,">',
            f"<title>{esc(name)} – MarchCam slow march report</title>",
            f"<style>\n{font_rules()}\n{_asset('page.css')}</style>\n</head>\n<body>",
            *filter(None, body),
            '<p class="unseen" role="status" id="say"></p>',
            f"<script>{script}</script>\n</body>\n</html>\n",
        ]
    )


def save_page(text: str, path: str | Path) -> None:
    """Write the page so that only its owner can read it; whole or not at all.

    Parameters
    ----------
    text : str
        From `page_html`.
    path : path-like
        Where to.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    try:
        with atomic_write(path) as file:
            file.write(text.encode("utf-8"))
    except OSError as error:
        raise OutputError(f"Cannot write {path}: {error.strerror or error}. Choose another folder.") from error


@functools.cache
def _asset(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def _policy(script: str) -> str:
    """What the browser may do for this page: nothing that leaves it."""
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    return (
        "default-src 'none'; img-src data:; font-src data:; style-src 'unsafe-inline'; "
        f"script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


def _section(name: str, *content: str) -> str:
    return f'<section class="{name}">{"".join(content)}</section>'


def _bar(assessment: Assessment) -> str:
    """The name of the report, and what can be taken away; not on paper."""
    buttons = ['<button type="button" class="scripted" id="print">Print</button>']
    buttons.append('<a href="report.png">Picture (PNG)</a>')
    if assessment.repetitions:
        data = base64.b64encode(repetitions_csv_bytes(assessment)).decode("ascii")
        buttons.append(f'<a download="repetitions.csv" href="data:text/csv;base64,{data}">Table (CSV)</a>')
    brand = '<p class="brand"><b>MarchCam</b> slow march report</p>'
    return f'<header class="bar"><div>{brand}<p class="buttons">{"".join(buttons)}</p></div></header>'


def _head(assessment: Assessment) -> str:
    """Whose march, when, how it was recorded, and how far to trust it."""
    quality = assessment.quality
    mark = TRUST_MARK.get(quality.trust, TRUST_MARK["poor"])
    parts = words.setup_parts(assessment, None, clean=clean)
    setup = "".join(f"<span>{own_words(part)}</span>" for part in parts)
    date = words.date_line(assessment.source.recorded_at)
    return (
        f'<div class="top"><div class="who"><h1>{own_words(clean(assessment.setup.name or "") or "No name")}'
        f'{f" <span>{esc(date)}</span>" if date else ""}</h1><p class="setup">{setup}</p></div>'
        f'<div class="badge {quality.trust}"><svg viewBox="0 0 24 24" aria-hidden="true">{mark}</svg>'
        f"<p><b>{TRUST[quality.trust][2]}</b><br>{esc(clean(quality.reason))}</p></div></div>"
    )


def _result(assessment: Assessment) -> str:
    """The one sentence and the line under it."""
    findings = assessment.findings
    detail = next((finding.text for finding in findings if finding.code == "detail"), "")
    result = clean(findings[0].text) if findings else NOTHING
    under = f'<p class="detail">{esc(clean(detail))}</p>' if detail else ""
    return f'<section class="result"><h2>{esc(result)}</h2>{under}</section>'


def _charts(assessment: Assessment, track: PoseTrack, images: Images, *, faces: bool) -> list[str]:
    """The panels of the PNG, in its order."""
    asked = questions.QUESTIONS
    look = pictures(assessment, track, images, faces=faces)
    jump = (
        '<p class="scripted buttons jump"><button type="button" data-step="-1">‹ Previous lift</button>'
        '<button type="button" data-step="1">Next lift ›</button></p>'
    )
    notes = " ".join(words.drop_off_note(assessment))
    return [
        _section(
            "two looks",
            f"<div>{heading(asked['pictures'], questions.PICTURES_ANSWER)}{look}</div>",
            f"<div>{heading(asked['glance'], questions.GLANCE_ANSWER)}{tables.glance_table(assessment)}</div>",
        ),
        _section(
            "sides",
            heading(asked["difference"], words.answer_difference(assessment), extra=difference_key(assessment)),
            difference_chart(assessment),
        ),
        _section(
            "heights",
            heading(
                asked["elevation"], elevation_answer(assessment), hint="Point at a lift for its numbers.", extra=jump
            ),
            elevation_chart(assessment),
        ),
        _section(
            "two lasting",
            f"<div>{heading(asked['peaks'], words.answer_drop_off(assessment))}{peaks_chart(assessment)}"
            f'<p class="small">{esc(notes)}</p></div>',
            f"<div>{heading(asked['times'], words.answer_held(assessment))}{times_chart(assessment)}"
            f'<p class="small">{esc(" ".join(questions.TIMES_NOTES))}</p></div>',
        ),
        _section("moves", heading(asked["movement"], questions.movement_answer(assessment)), _movements(assessment)),
    ]


def _movements(assessment: Assessment) -> str:
    items = "".join(
        f"<li>{icon(code)}<p><b>{esc(name)}</b><br>{esc(text)}</p></li>"
        for code, name, text in movement_items(assessment)
    )
    return f'<ul class="icons">{items}</ul>'


def _columns(columns: list[Column]) -> str:
    blocks = []
    for column in columns:
        said = listed(column.items) if column.dashed else f"<p>{esc(' '.join(column.items))}</p>"
        blocks.append(f"<div><h2>{esc(column.heading)}</h2>{said}</div>")
    return _section("columns", *blocks)


def _said(assessment: Assessment) -> list[str]:
    """What it can mean, what to fix, next steps; then everything that was found, in sentences."""
    first, seen = meaning(assessment), seen_column(assessment)
    said = [_columns([first, *advice(assessment)])]
    if seen and seen.heading != first.heading:
        said.append(_section("seen-words", heading(seen.heading), listed(seen.items)))
    return said


def _every_lift(assessment: Assessment) -> str:
    head = heading("Every lift", "In the order they were done.", hint="Press a heading to sort.")
    return _section("every", head, tables.lifts_table(assessment))


def _without_lifts(assessment: Assessment, track: PoseTrack, images: Images, *, faces: bool) -> list[str]:
    """One picture, what to fix, next steps; no empty charts."""
    answer = questions.seen_answer(snapshot_times(assessment)[0])
    picture = what_was_seen(assessment, track, images, faces=faces)
    seen = seen_column(assessment)
    return [
        _section("seen", heading(questions.QUESTIONS["seen"], answer), picture),
        _columns([*([seen] if seen else []), *advice(assessment)]),
    ]


def _notes(assessment: Assessment) -> str:
    written = tables.notes(assessment)
    return _section("notes", heading("Notes"), written) if written else ""


def _details(assessment: Assessment) -> str:
    """What is there to be opened: method and setup, trust, definitions."""
    defined = "".join(f"<div><dt>{esc(term)}</dt><dd>{esc(said)}</dd></div>" for term, said in DEFINITIONS)
    parts = (
        (
            "How this was measured",
            "thigh against horizontal, from where the camera stood, and how far off it can be",
            f"<p>{esc(METHOD)}</p>{tables.measured(assessment)}",
        ),
        (
            tables.trust_title(assessment),
            "what was found about the recording, and what to do",
            tables.why_trust(assessment),
        ),
        ("What each number means", "", f'<dl class="defined">{defined}</dl>'),
    )
    return _section(
        "details",
        *(
            f'<details><summary><h2>{esc(title)} <span class="answer">{esc(answer)}</span></h2></summary>'
            f'<div class="inside">{inside}</div></details>'
            for title, answer, inside in parts
        ),
    )


def _foot(assessment: Assessment) -> str:
    made = clean(f"MarchCam {assessment.marchcam_version}, model {assessment.model}")
    return f'<footer><p><b>{esc(DISCLAIMER)}</b> {esc(HELP_NOW)}</p><p class="made">{esc(made)}</p></footer>'
