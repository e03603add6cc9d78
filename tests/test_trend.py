"""The trend page: what it draws is what the trend says, and it holds together with any number of sessions."""

import datetime
import functools
import re
from types import SimpleNamespace

import numpy as np
import pytest
from click.testing import CliRunner
from sessions import PAIN_FREE, recorded, session
from test_figure import LONG_NAME, all_words, assert_text_holds_together, axes_of

from marchcam.analysis.progress import follow
from marchcam.cli import cli
from marchcam.cli.console import exit_code
from marchcam.history.store import Store
from marchcam.report import style
from marchcam.report.head import DISCLAIMER
from marchcam.report.trend import draw_trend

OTHER_SIDE = {"view": {"azimuth_deg": -30.0}}
POOR = {"quality": {"trust": "poor"}}
NOTHING = {"height": (None, None), "hold": (None, None), "drop": (None, None)}
RISEN = {"pain": {**PAIN_FREE, "back_after": 3, "rose": True}}


def day(number):
    return (datetime.date(2026, 3, 3) + datetime.timedelta(days=number)).isoformat()


def row(count, step=7, alias="S17", odd=None):
    """Sessions in which the right thigh goes higher each time; `odd` gives some of them other circumstances."""
    return [
        session(i + 1, day(i * step), alias, height=(2.0 + i % 3, -10.0 + 0.4 * i), **(odd or {}).get(i, {}))
        for i in range(count)
    ]


MANY_REASONS = {
    3: OTHER_SIDE,
    8: POOR,
    9: {"setup": {"support": "one_hand"}},
    20: {"setup": {"band": True}},
    30: {"model": "heavy"},
    31: OTHER_SIDE,
    **dict.fromkeys(range(40, 50), POOR),
}
STATES = {
    "one": lambda: row(1),
    "two": lambda: row(2, step=17),
    "three": lambda: row(3),
    "twelve": lambda: row(12, odd={3: OTHER_SIDE, 5: POOR, 8: OTHER_SIDE}),
    "sixty": lambda: row(60, step=3, alias=LONG_NAME, odd=MANY_REASONS),
    "sixty_in_years": lambda: row(60, step=40),
    "one_day": lambda: [session(i, f"2026-03-03T{8 + i:02}:15") for i in range(1, 7)],
    "two_days": lambda: [session(i, day(0 if i < 6 else 9)) for i in range(1, 12)],
    "same_minute": lambda: [session(i, day(0)) for i in range(1, 4)],
    "missing": lambda: [*row(2), session(3, day(20), **NOTHING), session(4, day(30), height=(2.0, None))],
    "nothing": lambda: [session(1, day(0), **NOTHING, quality={"trust": "not_assessable"})],
    "risen": lambda: [*row(4), session(9, day(60), height=(20.0, 20.0), hold=(3.0, 3.0), drop=(20.0, 30.0), **RISEN)],
    "everything_changed": lambda: [
        *row(4, alias="<script>$x_2$"),
        session(9, day(60), "<script>$x_2$", height=(30.0, 40.0), hold=(3.0, 30.0), drop=(-20.0, 60.0)),
    ],
    "low": lambda: [session(i, day(i), height=(-70.0, -85.0)) for i in range(1, 4)],
}


def draw(sessions):
    return draw_trend(follow(sessions))


@functools.cache
def drawn(state):
    return draw(STATES[state]())


def marks(figure, row_name, gid):
    found = [line for line in axes_of(figure, row_name).lines if line.get_gid() == gid]
    return np.concatenate([line.get_xydata() for line in found]) if found else np.empty((0, 2))


@pytest.mark.parametrize("state", STATES)
def test_nothing_touches_or_leaves_the_page(state):
    figure = drawn(state)
    figure.canvas.draw()
    assert_text_holds_together(figure)
    assert DISCLAIMER in all_words(figure)
    assert not [t for t in figure.findobj(style.is_text) if re.search(r"\bnan\b|None(?! of)", t.get_text())]


@pytest.mark.parametrize("state", STATES)
def test_marks_stay_in_their_charts(state):
    figure = drawn(state)
    for name in ("height", "difference", "hold", "drop_off"):
        axes = axes_of(figure, name)
        low, high = sorted(axes.get_ylim())
        for kind in ("compared", "apart"):
            for side in ("left", "right", "None"):
                found = marks(figure, name, f"{kind}-{side}")
                assert np.all((found[:, 1] >= low) & (found[:, 1] <= high))
                assert np.all((found[:, 0] >= 0) & (found[:, 0] <= axes.get_xlim()[1]))


def test_every_session_stands_at_its_value_and_its_date():
    figure = draw(row(4))
    right = marks(figure, "height", "compared-right")
    np.testing.assert_allclose(right[:, 1], [-10.0, -9.6, -9.2, -8.8])
    np.testing.assert_allclose(np.diff(right[:, 0]), np.diff(right[:, 0])[0])  # a week each
    uneven = draw([session(1, day(0)), session(2, day(1)), session(3, day(10))])
    steps = np.diff(marks(uneven, "height", "compared-left")[:, 0])
    assert steps[1] / steps[0] == pytest.approx(9)
    np.testing.assert_allclose(marks(figure, "difference", "compared-None")[:, 1], [-12.0, -12.6, -13.2, -10.8])


def test_each_interval_is_drawn():
    (one,) = row(1)
    figure = draw([one])
    for name, sides in (
        ("height", ("left", "right")),
        ("difference", (None,)),
        ("hold", ("left",)),
        ("drop_off", ("right",)),
    ):
        ends = [tuple(path.vertices[:, 1]) for c in axes_of(figure, name).collections for path in c.get_paths()]
        for side in sides:
            wanted = one.measures[name, side].interval
            assert any(end == pytest.approx(wanted) for end in ends), (name, side)


def test_the_tint_is_what_cannot_be_told_apart():
    trend = follow(row(6))
    figure = draw_trend(trend)
    for change in trend.comparison.changes:
        if change.side:
            (tint,) = [c for c in axes_of(figure, change.kind).collections if c.get_gid() == f"tint-{change.side}"]
            ys = tint.get_paths()[0].vertices[:, 1]
            assert (ys.min(), ys.max()) == pytest.approx(
                (change.before - change.detectable, change.before + change.detectable)
            )
    assert not [c for c in axes_of(draw(row(1)), "height").collections if str(c.get_gid()).startswith("tint")]


def test_sessions_apart_are_open_with_a_letter_and_the_reason_and_not_in_the_line():
    figure = drawn("twelve")
    assert len(marks(figure, "height", "apart-right")) == 3
    line = marks(figure, "height", "line-right")
    assert len(line) == 9
    assert not set(line[:, 0]) & set(marks(figure, "height", "apart-right")[:, 0])
    letters = [t for t in axes_of(figure, "apart").texts if t.get_gid() == "letter"]
    assert sorted(t.get_text() for t in letters) == ["a", "a", "b"]
    middle = marks(figure, "difference", "apart-None")[:, 0]
    assert sorted(t.get_position()[0] for t in letters) == pytest.approx(sorted(middle))
    assert "2 sessions not compared: camera oblique right." in all_words(figure)
    assert "1 session not compared: poor trust." in all_words(figure)
    apart = [line for line in axes_of(figure, "height").lines if str(line.get_gid()).startswith("apart")]
    assert {line.get_markerfacecolor() for line in apart} == {"white"}


def test_it_prints_the_sentences_and_the_advice():
    trend = follow(row(4))
    said = " ".join(all_words(draw_trend(trend)).replace(" | ", " ").split())
    for text in (*trend.sentences, *trend.cautions, *trend.advice):
        assert text.replace("\u00a0", " ") in said.replace("\u00a0", " ")
    assert "Stop: pain rose in the session of 2 May." in all_words(drawn("risen")).replace(" | ", " ")


def test_sessions_of_one_day_stand_side_by_side():
    places = marks(drawn("same_minute"), "height", "compared-left")[:, 0]
    assert np.all(np.diff(places) > 5)
    hours = all_words(drawn("one_day"))
    assert "09:15" in hours and "14:15" in hours


def test_years_are_told_where_there_are_several():
    assert "2032" in all_words(drawn("sixty_in_years"))


def test_where_nothing_is_known_no_axis_is_drawn():
    figure = drawn("nothing")
    assert all_words(figure).count("Not known in any session.") == 4
    assert not axes_of(figure, "height").get_yticks().size


def test_the_command_writes_the_figure_for_the_owner_alone(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with Store(tmp_path / "h.sqlite") as store:
        for number in range(4):
            store.keep(recorded("../S 17/é", f"{day(number)}T10:00", height=(2.0, -10.0 + 6 * number)))

    def invoke(*arguments):
        with CliRunner().isolation() as (out, err, _):
            code = exit_code(cli, ["history", "trend", *arguments, "--store", "h.sqlite"])
            return SimpleNamespace(code=code, output=out.getvalue().decode(), error=err.getvalue().decode())

    result = invoke("../S 17/é")
    assert (result.code, result.error) == (0, "")
    said = " ".join(result.output.split())
    assert "From the baseline of three sessions (3 March to 5 March) to 6 March" in said
    figure = tmp_path / "trend-S-17-é.png"
    assert figure.read_bytes().startswith(b"\x89PNG")
    assert figure.stat().st_mode & 0o077 == 0
    assert invoke("../S 17/é", "--out", "two.png").code == 0
    assert (tmp_path / "two.png").read_bytes() == figure.read_bytes()
    missing = invoke("T18")
    assert (missing.code, missing.error.count("\n")) == (1, 1)
    assert "No session of T18" in missing.error


def test_a_text_of_pages_is_cut_at_once():
    from marchcam.report import lettering

    before = lettering.text_width.cache_info().misses
    assert lettering.shorten("é" * 9000, 100.0, 8.0, middle=True).count("…") == 1
    assert lettering.text_width.cache_info().misses - before < 200
