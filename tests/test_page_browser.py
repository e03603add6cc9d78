"""The page in a real browser: what it shows, what it says on its console, what it asks for, and how it prints."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from test_figure import STATES, make_assessment
from test_page import build

from marchcam.report.page import save_page
from marchcam.track import Setup

chromium = pytest.importorskip("chromium", reason="no pipes to a browser here", exc_type=ImportError)
pytestmark = pytest.mark.skipif(chromium.PATH is None, reason="no Chromium: apt-get install chromium")

NOTES = ("Holds the breath from lift 6 on.\nFace shows effort.", "Shirt hides the left hip a little.")
SETUP = Setup(name="Ana & Zoë", support="none", footwear="barefoot", effort=4, notes=NOTES)
# Texts that are drawn over each other, or out of the window.
CLASHES = """(() => {
  const boxes = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), clashes = [];
  const hidden = element => !element.checkVisibility() || element.closest('script, .unseen, title');
  while (walker.nextNode()) {
    const node = walker.currentNode, range = document.createRange();
    if (!node.textContent.trim() || hidden(node.parentElement)) continue;
    const box = node.parentElement.closest('.wide-table');
    range.selectNodeContents(node);
    for (const rect of range.getClientRects()) {
      if (!rect.width) continue;
      if (!box && (rect.left < -1 || rect.right > innerWidth + 1)) clashes.push('cut: ' + node.textContent);
      boxes.push([rect, node.textContent.trim(), node]);
    }
  }
  boxes.forEach(([a, one, node], i) => boxes.slice(i + 1).forEach(([b, other, second]) => {
    const x = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const y = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    if (node !== second && x > 1 && y > 5) clashes.push(one + ' | ' + other);
  }));
  return clashes;
})()"""


@pytest.fixture(scope="module")
def browser():
    with chromium.Browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The address of a state's page."""
    folder, made = tmp_path_factory.mktemp("pages"), {}

    def address(state):
        if state not in made:
            assessment = make_assessment(setup=SETUP) if state == "usual" else STATES[state]()
            made[state] = folder / f"{state}.html"
            save_page(build(assessment), made[state])
        return made[state].as_uri()

    return address


def assert_quiet(browser, address):
    assert browser.said() == []
    assert {url for url in browser.asked_for() if not url.startswith("data:")} == {address}


@pytest.mark.parametrize("state", ["usual", "crowded", "forty_lifts", "wide", "partial", "one_side", "no_lifts"])
def test_nothing_touches_is_cut_or_asks_for_more(browser, pages, state):
    for look in ({}, {"width": 390, "height": 844, "phone": True}, {"width": 800, "dark": True}):
        browser.open(pages(state), **look)
        assert browser.run(CLASHES) == [], look
        assert browser.run("document.documentElement.scrollWidth <= innerWidth"), look
        assert_quiet(browser, pages(state))


def test_the_browser_would_tell_of_a_message_and_of_a_request(browser, tmp_path):
    bad = tmp_path / "bad.html"
    text = build(make_assessment()).replace(
        "</main>", '<img src="http://127.0.0.1:9/x.png"><b onclick="1">x</b></main>'
    )
    save_page(text, bad)
    browser.open(bad.as_uri())
    assert any("Content Security Policy" in str(said) for said in browser.said())
    bad.write_text("<img src='http://127.0.0.1:9/x.png'><p style='margin:0'>one<p style='margin:-15px 0'>two")
    browser.open(bad.as_uri())
    assert "http://127.0.0.1:9/x.png" in browser.asked_for()
    assert browser.run(CLASHES) == ["one | two"]


def middle_of(browser, name):
    box = f"document.querySelector('#{name} .hit').getBoundingClientRect()"
    return browser.run(f"(box => [box.x + box.width / 2, box.y + box.height / 2])({box})")


CARD = "document.querySelector('.card:not([hidden])')?.innerText.replace(/\\s+/g, ' ').trim()"
IN_FOCUS = "document.activeElement.id"


def test_pointing_at_a_lift_tells_its_numbers(browser, pages):
    browser.open(pages("usual"), height=2600)
    assert browser.run(CARD) is None
    browser.point(*middle_of(browser, "lift-right-7"))
    assert browser.run(CARD) == "Right, lift 7 of 10 16° below horizontal near the top 1.4 s, toes first starts at 0:54"
    assert not browser.run("document.querySelector('.card svg')")
    browser.point(5, 5)
    assert browser.run(CARD) is None
    assert_quiet(browser, pages("usual"))


def test_a_tap_keeps_the_numbers_and_a_second_puts_them_away(browser, pages):
    browser.open(pages("usual"), width=390, height=4000, phone=True)
    for expected in ("Right, lift 10 of 10 19° below horizontal near the top 1.3 s, toes first starts at 1:18", None):
        browser.tap(*middle_of(browser, "lift-right-10"))
        assert browser.run(CARD) == expected
    assert_quiet(browser, pages("usual"))


def test_keys_jump_between_lifts_and_show_the_picture_where_there_is_one(browser, pages):
    browser.open(pages("usual"), height=2600)
    assert browser.run("document.querySelectorAll('.lift[tabindex=\"0\"]').length") == 1
    browser.run("document.querySelector('.lift').focus()")
    for key, expected in (
        *(("ArrowRight", "lift-right-1"), ("ArrowDown", "lift-right-2"), ("ArrowLeft", "lift-left-2")),
        *(
            ("End", "lift-right-10"),
            ("ArrowRight", "lift-right-10"),
            ("ArrowUp", "lift-right-9"),
            ("Home", "lift-left-1"),
        ),
    ):
        browser.press(key)
        assert browser.run(IN_FOCUS) == expected, key
    assert browser.run(CARD).startswith("Left, lift 1 of 10")
    browser.press("End")
    assert browser.run("document.querySelectorAll('.card svg.picture').length") == 1
    browser.press("Escape")
    assert browser.run(CARD) is None
    browser.run("document.querySelector('[data-step=\"1\"]').click()")
    assert browser.run("document.getElementById('say').textContent").startswith("Left, lift 1 of 10: 3° above")
    browser.run("document.querySelector('figure a').click()")
    browser.run("new Promise(done => setTimeout(done, 50))")
    assert browser.run(IN_FOCUS) == "lift-left-6"
    assert_quiet(browser, pages("usual"))


def cells(browser, column):
    return browser.run(f"[...document.querySelectorAll('#lifts tbody tr')].map(row => row.cells[{column}].innerText)")


def test_the_table_sorts_and_opens(browser, tmp_path):
    assessment = make_assessment(setup=SETUP)
    lifts = tuple(replace(lift, hold_duration_s=None) if lift.index == 4 else lift for lift in assessment.repetitions)
    save_page(build(replace(assessment, repetitions=lifts)), tmp_path / "page.html")
    browser.open((tmp_path / "page.html").as_uri())
    shown = "[...document.querySelectorAll('#lifts tbody tr')].filter(row => row.checkVisibility()).length"
    state = "[...document.querySelectorAll('#lifts th')].map(head => head.ariaSort).join()"
    assert (browser.run(shown), browser.run(state)) == (6, ",,ascending,,,,,,")
    browser.run("document.querySelectorAll('#lifts th button')[3].focus()")
    for expected, order in (("ascending", 1), ("descending", -1)):
        browser.press("Enter", 13)
        heights = [int(text.replace("−", "-").rstrip("°")) for text in cells(browser, 3)]
        assert heights == sorted(heights)[::order]
        assert browser.run(state) == f",,,{expected},,,,,"
    for _ in range(2):
        browser.run("document.querySelectorAll('#lifts th button')[6].click()")
        assert cells(browser, 6)[-2:] == ["–", "–"], "what is not known stands last"
    browser.run("document.getElementById('more').click()")
    assert browser.run(shown) == 20


@pytest.mark.parametrize("letter", [False, True], ids=["A4", "Letter"])
def test_prints_to_two_pages(browser, pages, letter):
    browser.open(pages("usual"), dark=True)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", browser.pdf(letter=letter))) == 2
    dark = {"name": "prefers-color-scheme", "value": "dark"}
    browser.call("Emulation.setEmulatedMedia", media="print", features=[dark])
    shown = "[...document.querySelectorAll('button, details, .hint, .screen')].filter(e => e.checkVisibility()).length"
    assert browser.run(shown) == 9, "nothing but the headings of the table"
    assert browser.run("[...document.querySelectorAll('#lifts tbody tr')].every(row => row.checkVisibility())")
    assert browser.run("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    browser.call("Emulation.setEmulatedMedia", media="")


def test_without_script_everything_can_be_read(browser, pages):
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.call("Page.navigate", url=pages("usual"))
        browser.open(pages("usual"))
        visible = "[...document.querySelectorAll('#lifts tbody tr')].every(row => row.checkVisibility())"
        assert browser.run(visible)
        assert browser.run("[...document.querySelectorAll('.scripted')].every(one => !one.checkVisibility())")
        assert browser.run("document.querySelectorAll('.lift title').length") == 20
    finally:
        browser.call("Emulation.setScriptExecutionDisabled", value=False)
