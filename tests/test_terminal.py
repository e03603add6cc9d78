from dataclasses import replace

from marchcam.live.screen import Check, Gauge, Screen
from marchcam.live.terminal import Printer

LIFT = Screen("march", "Lift left", "then hold", cue_number=1)


def printed(*shown):
    lines = []
    printer = Printer(lines.append)
    for time_s, screen in shown:
        printer.show(screen, time_s=time_s)
    return lines


def counted(screen, left, right, of=6):
    return replace(screen, gauges=(Gauge("left", count=left, of=of), Gauge("right", count=right, of=of)))


def test_a_cue_is_one_line_with_its_time_and_is_not_repeated():
    assert printed((12.0, LIFT), (12.1, LIFT), (14.0, LIFT)) == ["0:12  Lift left  (then hold)"]


def test_minutes():
    assert printed((131.9, LIFT)) == ["2:11  Lift left  (then hold)"]


def test_the_same_words_under_a_new_number_are_a_new_cue():
    assert len(printed((1.0, LIFT), (3.0, replace(LIFT, cue_number=2)))) == 2


def test_a_cue_that_was_overtaken_within_a_second_is_left_out():
    hold, lower = replace(LIFT, cue="Hold", cue_number=2), replace(LIFT, cue="Lower", next_cue="", cue_number=3)
    lines = printed((1.0, LIFT), (1.4, hold), (1.8, lower), (2.1, lower))
    assert lines == ["0:01  Lift left  (then hold)", "0:02  Lower"]


def test_never_more_than_a_line_a_second():
    shown = [(step / 30, counted(replace(LIFT, cue_number=step), step, step)) for step in range(300)]
    assert 9 <= len(printed(*shown)) <= 11


def test_counts_go_with_the_next_cue():
    hold = replace(LIFT, cue="Hold", next_cue="", cue_number=2)
    lines = printed((1.0, LIFT), (2.5, counted(LIFT, 1, 0)), (3.0, counted(hold, 1, 0)))
    assert lines == ["0:01  Lift left  (then hold)", "0:03  Hold   left 1 of 6, right 0 of 6"]


def test_counts_get_a_line_of_their_own_where_no_cue_comes():
    march = counted(replace(LIFT, cue="", cue_number=0), 2, 1, of=None)
    assert printed((0.0, march), (2.9, march), (3.1, march), (9.0, march)) == ["0:03  left 2, right 1"]


def test_what_is_not_right_is_named_until_it_is():
    checks = Check("Feet", "out of the picture", False), Check("Head", "in the picture", True)
    bad = Screen("frame", "Step back", cue_number=1, checks=checks)
    good = replace(bad, checks=(replace(checks[0], word="in the picture", good=True), checks[1]))
    assert printed((0.0, bad), (2.0, bad), (4.0, good), (6.0, good)) == [
        "0:00  Step back   Feet: out of the picture",
        "0:04  All is right now",
    ]


def test_a_page_is_printed_with_its_body():
    page = Screen("page", "Does any of these apply?", lines=("a recent fracture", "night pain"), cue_number=1)
    assert printed((0.0, page)) == ["0:00  Does any of these apply?", "      a recent fracture", "      night pain"]


def test_what_is_wrong_with_the_picture_is_said_once_and_that_it_is_over():
    wrong = replace(LIFT, state="Take one big step back", state_good=False)
    counting = [(t, replace(LIFT, state=f"No picture for {t} s", state_good=False)) for t in range(10, 20)]
    lines = printed((1.0, LIFT), (3.0, wrong), (5.0, wrong), (7.0, LIFT), *counting)
    assert lines[1:] == ["0:03  Take one big step back", "0:07  All is right now"]
