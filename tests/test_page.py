"""The page: it says what the PNG says, holds what people type as text, and asks a browser for nothing more."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import stat
import time
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from test_figure import FRAME_WH, STATES, draw, make_assessment, make_images, make_track, texts

from marchcam.analysis import results as r
from marchcam.errors import OutputError
from marchcam.report import lift_words, page, page_text, questions, words
from marchcam.report.crop import FACE
from marchcam.report.head import DISCLAIMER
from marchcam.report.snapshots import landmarks_at, snapshot_times
from marchcam.report.summary import summary_text
from marchcam.safety import HELP_NOW
from marchcam.track import Setup

VOID = {"meta", "link", "br"}
NASTY = (
    "<script>alert(1)</script>",
    '"Ana & Zoë"',
    "'; onload='alert(1)",
    "]]> --> </style></title></svg>",
    "<!-- &lt;b&gt; &#x3c;img src=x onerror=alert(1)>",
    "\u202everkehrt\u2066 \u05e9\u05dc\u05d5\u05dd",
    "two\r\nlines\x00\ud800",
)


class Reader(HTMLParser):
    """Text, tags and attributes of a page; fails where a tag is not closed in its turn."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tags, self.words, self.title, self.script, self._open = [], [], "", "", []
        self.feed(text)
        self.close()
        assert not self._open

    def handle_starttag(self, tag, attrs):
        assert len({name for name, _ in attrs}) == len(attrs), f"an attribute twice in {tag}"
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self._open and self._open[-1] == tag, f"</{tag}> closes {self._open[-1:]}"
        self._open.pop()

    def handle_data(self, data):
        if "script" in self._open:
            self.script += data
        elif "style" not in self._open and "title" in self._open[-1:] and "svg" not in self._open:
            self.title += data
        elif "style" not in self._open:
            self.words.append(data)

    @property
    def text(self):
        return plain(" ".join(self.words))

    def having(self, name):
        """Attributes of the elements of a class."""
        return [attrs for _, attrs in self.tags if name in (attrs.get("class") or "").split()]


def plain(text):
    return " ".join(text.replace("\u00a0", " ").split())


def build(assessment, *, images=True, **options):
    return page.page_html(assessment, make_track(assessment), make_images(assessment) if images else None, **options)


def read(assessment, **options):
    return Reader(build(assessment, **options))


@pytest.mark.parametrize("state", STATES)
def test_every_state_is_one_document_that_needs_nothing_else(state):
    text = build(STATES[state]())
    found = Reader(text)
    assert DISCLAIMER in found.text
    assert "None" not in found.text
    assert not re.search(r"\bnan\b", found.text)
    assert "/data" not in found.text
    assert not re.search(r"https?:|(?<!:)//\w", re.sub(r"base64,[\w+/=]+", "", text))
    for tag, attrs in found.tags:
        for name in {"src", "href", "xlink:href", "action", "poster", "srcset"} & set(attrs):
            assert re.match(r"#lift-|data:|report\.png$", attrs[name]), (tag, attrs[name][:80])
    assert all(target.startswith(("data:", "#")) for target in re.findall(r"url\((.{5})", text))


def drawings_of(text):
    """Every drawing that stands in no other."""
    depth, start = 0, 0
    for found in re.finditer(r"<svg\b|</svg>", text):
        depth += 1 if found[0] == "<svg" else -1
        if depth == 1 and found[0] == "<svg":
            start = found.start()
        elif not depth:
            yield text[start : found.end()]


@pytest.mark.parametrize("state", sorted(set(STATES) - {"hour_of_lifts"}))
def test_every_drawing_is_well_formed(state):
    drawings = list(drawings_of(build(STATES[state]())))
    assert len(drawings) >= 2
    for drawing in drawings:
        ElementTree.fromstring(drawing)


def test_links_within_the_page_have_a_target():
    found = read(STATES["excluded"]())
    names = [attrs["id"] for _, attrs in found.tags if attrs.get("id")]
    assert len(names) == len(set(names))
    links = [attrs["href"][1:] for tag, attrs in found.tags if tag == "a" and attrs["href"].startswith("#")]
    assert len(links) == 4 + 20 + 2
    assert set(links) <= set(names)


@pytest.mark.parametrize(
    "state", ["good", "fair", "poor", "pain", "similar", "partial", "excluded", "hour", "one_side"]
)
def test_the_page_says_what_the_picture_says(state):
    assessment = STATES[state]()
    figure, said = draw(assessment), read(assessment).text
    # Lines of a sentence stand apart on the PNG; the words of all texts in their order hold the sentences.
    for text in texts(figure):
        line = plain(text.get_text()).rstrip("…")
        if line and not line.startswith(("MarchCam", "–")) and "·" not in line:
            assert line in said, f"the page does not say {line!r}"
    for part in words.setup_parts(assessment, None):
        assert part in said


def test_the_headline_stands_in_the_page_whole_and_first():
    assessment = STATES["crowded"]()
    said = read(assessment).text
    assert said.index(assessment.findings[0].text) < said.index(questions.QUESTIONS["pictures"])
    for finding in assessment.findings:
        assert finding.text in said
    for flag in assessment.quality.flags:
        assert flag.text in said
        assert flag.fix in said


@pytest.mark.parametrize("typed", NASTY)
def test_what_is_typed_is_text(typed):
    def told(text):
        assessment = make_assessment(
            setup=Setup(name=text, footwear=text, notes=(text, "second")),
            source=r.SourceInfo(f"/data/{text.replace('/', '_')}.mp4", 86.0, 2580, 29.97, FRAME_WH, text),
            model=text,
            quality=r.Quality("fair", (r.Flag("x", "caps", text, text),), 0.8, text),
            findings=(r.Finding("result", text), r.Finding("detail", text), r.Finding("height", text)),
            next_steps=(text,),
        )
        return read(assessment)

    found, usual = told(typed), told("Sam")
    assert plain(page_text.clean(typed)) in found.text
    assert page_text.clean(typed) in found.title
    assert found.script == usual.script
    tags = [tag for tag, _ in found.tags if tag != "br"]
    assert tags == [tag for tag, _ in usual.tags if tag != "br"]
    assert not {name for _, attrs in found.tags for name in attrs if name.startswith("on")}
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00\ud800]", found.text)


def test_notes_keep_their_lines_and_names_their_script():
    assessment = make_assessment(setup=Setup(name="山田 太郎", notes=("Left knee\nturns <out>.\n", "  ", "Ends 🙂")))
    text = build(assessment)
    assert (
        '<p class="note" dir="auto">Left knee<br>turns &lt;out&gt;.</p><p class="note" dir="auto">Ends 🙂</p>' in text
    )
    assert "山田 太郎" in Reader(text).title
    assert "Notes" not in read(make_assessment()).text.split("How this was measured")[0]


def test_what_was_told_stands_under_how_it_was_measured():
    known = {"stature_m": 1.75, "lens_height_m": 0.95, "horizontal_fov_deg": 66.0, "level_thigh_s": 5.0}
    setup = Setup(**known, name="Sam", support="one_hand", band=True, effort=4, footwear="barefoot")
    said = read(make_assessment(setup=setup, pain=r.Pain(1, 2, None, 3, True, True))).text
    for part in (
        *(
            "1.75 m, told",
            "0.95 m, told",
            "66°, told",
            "5.0 s, told",
            "Elastic band yes",
            "On the feet barefoot",
            "Effort 4 of 10",
        ),
        *(
            "Low-back pain 1 before, 2 after (0 to 10)",
            "Hip pain 3 after (0 to 10), before not asked",
            "New pain came up",
        ),
        *("about 3° for one height, 3° for the difference", "on the feet: barefoot", "effort 4 of 10"),
    ):
        assert part in said, part


def test_a_lift_tells_its_numbers_in_one_sentence():
    found = read(STATES["excluded"]())
    labels = [attrs["aria-label"] for attrs in found.having("lift")]
    assert len(labels) == 22
    assert "Right, lift 7 of 10: 16° below horizontal, near the top 1.4 s, toes first, starts at 0:54" in labels
    assert "Left, not counted: it looks like a squat or a lunge, starts at 0:40" in labels
    assert "Not counted" in found.text


def test_every_reason_and_landing_has_words():
    contract = (Path(__file__).parents[1] / "docs/outputs.md").read_text(encoding="utf-8")
    (reasons,) = re.findall(r"\| `excluded` \| \| null, or ([\w, ()]+) \|", contract)
    assert set(re.sub(r"\(.*?\)", "", reasons).replace(" ", "").split(",")) == set(lift_words.EXCLUDED)
    (landings,) = re.findall(r"\| `landing` \| \| ([\w, ]+) \(", contract)
    assert set(landings.split(", ")) == set(lift_words.LANDING)


def test_a_side_is_told_by_word_and_shape_too():
    found = read(make_assessment())
    for name in ("mark", "key"):
        shapes = {
            tuple(sorted(set(attrs["class"].split()) & {"left", "right"})): tag
            for tag, attrs in found.tags
            if name in (attrs.get("class") or "").split() and tag != "svg"
        }
        assert shapes == ({("left",): "circle", ("right",): "rect"} if name == "mark" else {})


@pytest.mark.parametrize("state", ["poor", "pain", "two_lifts", "one_side"])
def test_withheld_shows_no_difference_no_interval_no_drop_off(state):
    found = read(STATES[state]())
    assert found.having("withheld")
    assert not [name for name in ("diamond", "thick", "legend", "fit", "band") if found.having(name)]
    assert not [attrs for attrs in found.having("mark") if "open" in attrs["class"]]
    assert "What this can mean" not in found.text
    assert "No comparison is made." in found.text


def test_difference_stands_at_its_value():
    found = read(make_assessment())
    (diamond,) = found.having("diamond")
    assert float(diamond["x"].rstrip("%")) == pytest.approx(100 * (-17 + 25) / 50, abs=0.01)
    assert "large" in [text.strip() for text in found.words]


@pytest.mark.parametrize("state", ["no_lifts", "nobody"])
def test_without_lifts_there_is_one_picture_and_no_chart(state):
    found = read(STATES[state]())
    assert not found.having("chart") and not found.having("lifts")
    assert len(found.having("picture")) == 1
    assert "Why this cannot be assessed" in found.text


def test_one_lift_is_one_picture_and_gets_no_middle_value():
    found = read(STATES["one_lift"]())
    assert len(found.having("picture")) == 2
    assert not found.having("middle")


def test_partial_lifts_are_open_and_named():
    found = read(STATES["partial"]())
    assert len([attrs for attrs in found.having("mark") if "open" in attrs["class"]]) == 12
    assert found.words.count("partial") == 12


def test_gaps_stay_gaps():
    curves = {attrs["class"]: attrs["d"] for attrs in read(STATES["gaps"]()).having("curve")}
    assert curves["curve left"].count("M") == 2
    assert curves["curve right"] == ""


def test_nothing_seen_at_all_is_a_page():
    assessment = make_assessment()
    series = replace(assessment.series, **{name: np.array([]) for name in assessment.series.__dataclass_fields__})
    track = make_track(assessment)
    found = Reader(page.page_html(replace(assessment, series=series), track))
    assert len(found.having("mark")) > 40
    nobody = replace(track, position_px=np.full_like(track.position_px, np.nan))
    assert "no picture" in Reader(page.page_html(assessment, nobody)).text


def test_without_video_the_skeleton_stands_alone():
    found = read(make_assessment(), images=False)
    assert not [tag for tag, _ in found.tags if tag == "image"]
    assert len(found.having("leg")) == 4


def test_pictures_are_cut_below_the_face_and_have_one_scale():
    assessment = make_assessment()
    points = landmarks_at(make_track(assessment), snapshot_times(assessment)[0])
    boxes = [[float(value) for value in p["viewbox"].split()] for p in read(assessment).having("picture")]
    assert len(boxes) == 4
    assert len({box[3] for box in boxes}) == 1
    tops = [float(attrs["y"]) for tag, attrs in read(assessment).tags if tag == "image"]
    assert min(tops) >= np.nanmax(points[FACE, 1])
    shown = [float(attrs["y"]) for tag, attrs in read(assessment, faces=True).tags if tag == "image"]
    assert max(shown) < np.nanmin(points[FACE, 1])


def test_the_policy_lets_nothing_out_and_only_this_script_run():
    found = read(make_assessment())
    (policy,) = [attrs["content"] for _, attrs in found.tags if "http-equiv" in attrs]
    digest = base64.b64encode(hashlib.sha256(found.script.encode()).digest()).decode()
    assert "default-src 'none'" in policy
    assert f"script-src 'sha256-{digest}'" in policy
    assert "fetch(" not in found.script and "innerHTML" not in found.script


def test_is_small_quick_private_and_the_same_twice(tmp_path):
    assessment = make_assessment(setup=Setup(name="Zoë \ud800"))
    noise = np.random.default_rng(0).integers(0, 255, (1080, 1920, 3), np.uint8)
    images = dict.fromkeys(snapshot_times(assessment), noise)
    track = make_track(assessment, frame_wh=(1920, 1080))
    start = time.process_time()
    text = page.page_html(assessment, track, images)
    page.save_page(text, tmp_path / "report.html")
    # Takes 0.1 to 0.2 s on an idle machine; a busy one counts more for the same work.
    assert time.process_time() - start < 1.0
    assert text == page.page_html(assessment, track, images)
    assert stat.S_IMODE(os.stat(tmp_path / "report.html").st_mode) == 0o600 or os.name != "posix"
    assert 300_000 < (tmp_path / "report.html").stat().st_size < 2_500_000
    with pytest.raises(OutputError, match="Cannot write"):
        page.save_page(text, tmp_path / "missing" / "report.html")


def luminance(color):
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_text_can_be_read(dark):
    css = page._asset("page.css")
    light, other = re.findall(r":root \{(.*?)\}", css, re.S)[:2]
    color = dict(re.findall(r"--([\w-]+): (#\w{6})", light))
    if dark:
        color |= dict(re.findall(r"--([\w-]+): (#\w{6})", other))
    pairs = [(text, ground) for text in ("ink", "second") for ground in ("ground", "wash")]
    pairs += [("third", "ground"), ("left-text", "ground"), ("right-text", "ground")]
    pairs += [(name, f"{name}-ground") for name in ("good", "fair", "poor")]
    pairs += [("band-text", band) for band in ("similar", "possible", "clear", "large")]
    for text, ground in pairs:
        assert contrast(color[text], color[ground]) >= 4.5, (text, ground)
    for mark in ("left", "ink"):
        assert contrast(color[mark], color["ground"]) >= 3


def test_type_is_the_shipped_one_unchanged():
    from fontTools.ttLib import TTFont  # comes with matplotlib

    for data, path in zip(re.findall(r"font/woff;base64,([\w+/=]+)", page_text.font_rules()), fonts(), strict=True):
        import io

        packed, shipped = TTFont(io.BytesIO(base64.b64decode(data))), TTFont(path)
        assert packed.flavor == "woff"
        assert packed.keys() == shipped.keys()
        for tag in set(shipped.keys()) - {"GlyphOrder"}:
            assert packed.reader[tag] == shipped.reader[tag], tag


def fonts():
    return list(page_text.FONT_FILES.values())


def test_what_needs_help_now_stands_on_the_page_and_in_the_terminal():
    assessment = make_assessment()
    assert HELP_NOW in read(assessment).text
    assert HELP_NOW in " ".join(summary_text(assessment).split())
