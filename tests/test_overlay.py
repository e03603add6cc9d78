"""What the live window shows. Looked at through what is painted: words, boxes and colours, not whole pictures."""

import functools
import itertools
from dataclasses import replace

import numpy as np
import pytest

from marchcam.capture import cv2
from marchcam.live import overlay, page, paint, painter, parts, stage
from marchcam.live.overlay import FRAME_STAGE, MARCH_STAGE, RING, draw, fits, whole
from marchcam.live.paint import DONE, GROUND, SIDE, WELL, WHITE, Canvas
from marchcam.live.painter import FADE_S, ScreenPainter, Smoother
from marchcam.live.screen import Button, Check, Gauge, Screen
from marchcam.safety import ASK_FIRST, HOLD_ON
from marchcam.track import ANKLE, HIP, KNEE, TOE

BUTTONS = (
    Button("space", "Pause", "pause"),
    Button("r", "Repeat step", "repeat"),
    Button("p", "New pain", "pain", strong=True),
    Button("q", "Stop", "stop"),
)
SAFETY = (*(f"• {reason}" for reason in ASK_FIRST), HOLD_ON)
SCALE = (*(Button(str(n % 10), str(n), f"answer {n}") for n in range(11)),)
NAMES = ("Head", "Hips and knees", "Feet", "Distance", "Light", "Camera", "People")
CHECKS = tuple(Check(name, "out of the picture", name in ("Feet", "Head")) for name in NAMES)
GAUGES = Gauge("left", -86.0, 4, 6), Gauge("right", 1.2, 4, 6, asked=True)
LONG = "something that is far longer than anybody would ever write in such a place, and then some more of it"
MARCH = Screen("march", "Hold", "then lower slowly, toes first", step=3, rate_hz=29.0, gauges=GAUGES, buttons=BUTTONS)
FRAME = Screen("frame", "Take one big step back", rate_hz=29.0, checks=CHECKS, buttons=BUTTONS, state_good=False)
SCREENS = {
    "march": replace(MARCH, ring=0.6, ring_text="0.6"),
    "lift": replace(MARCH, cue="Lift right", next_cue="to level, then hold"),
    "hand": replace(MARCH, cue="Raise your right hand", next_cue="to start"),
    "descenders": replace(MARCH, cue="Lower jumping", next_cue="gypsy jumping quietly"),
    "camera lost": replace(MARCH, cue="Camera lost", next_cue="Is the cable in? Waiting for it.", rate_hz=None),
    "hundreds": replace(MARCH, gauges=(Gauge("left", -90, 100, 120), Gauge("right", None, 9999))),
    "no guidance": replace(MARCH, cue="March slowly", gauges=(Gauge("left", 12, 1), Gauge("right", -7, 2))),
    "too long": replace(
        MARCH, cue=LONG, next_cue=LONG, state=LONG, state_good=False, ring=1.0, ring_text="1000.5", rate_hz=120
    ),
    "long next": replace(MARCH, cue="Raise your right hand", next_cue=LONG),
    "long buttons": replace(MARCH, buttons=tuple(replace(b, word=LONG) for b in BUTTONS)),
    "frame": replace(FRAME, missing=(("bottom", "feet missing here"),)),
    "frame all cut": replace(
        FRAME, missing=tuple((edge, f"cut {edge} {LONG}") for edge in ("top", "bottom", "left", "right")), state=LONG
    ),
    "frame next": replace(FRAME, cue="Stay there", next_cue="all is in the picture", ring=0.4, ring_text="2"),
    "frame long": replace(FRAME, cue=LONG, checks=tuple(replace(c, name=LONG, word=LONG) for c in CHECKS)),
    "safety": Screen("page", "Does any of these apply to you?", lines=SAFETY, buttons=BUTTONS),
    "pain": Screen("page", "How strong is the pain in your back now?", "0 is none.", buttons=(*SCALE, *BUTTONS[2:])),
    "bare": Screen("page", "Saved.", buttons=()),
    "letters": Screen("page", "Zoë, −9°–3° é ö", lines=("", "a", "", "b"), buttons=BUTTONS),
    "page long": Screen("page", LONG, LONG, lines=(LONG,) * 12, buttons=(*SCALE, *BUTTONS[2:])),
    "page many": Screen("page", LONG * 2, lines=(LONG * 3,) * 12, buttons=tuple(replace(b, word=LONG) for b in SCALE)),
    "one word": Screen("page", "x" * 300, lines=("y" * 500,), buttons=BUTTONS),
}  # fmt: skip
SIZES = ((1280, 720), (1920, 1080), (1024, 768), (800, 600), (540, 960))
PUT_TEXT = cv2.putText
IMAGES = {"wide": (720, 1280), "tall": (1280, 720), "4:3": (480, 640)}


def picture(shape="wide", color=(90, 120, 150)):
    return np.full((*IMAGES[shape], 3), color, np.uint8)


def legs(image, dx=0.0):
    """A person in the middle of the picture who stands, the left leg at the picture's right."""
    points = np.full((33, 2), np.nan)
    height, width = image.shape[:2]
    for side, x in (("left", 0.55), ("right", 0.45)):
        for joint, y in ((HIP, 0.5), (KNEE, 0.65), (ANKLE, 0.8), (TOE, 0.83)):
            points[joint[side]] = (x + dx) * width, y * height
    return points


@functools.lru_cache(maxsize=4096)
def ink(text, face, size):
    """The box that the letters really fill, relative to where they begin; None where there is no ink."""
    room = cv2.getTextSize((0, 0), text, (0, 0), face, size)[2] + 2 * size
    alone = np.zeros((3 * size, room, 3), np.uint8)
    PUT_TEXT(alone, text, (size // 2, 2 * size), (255, 255, 255), face, size)
    ys, xs = np.nonzero(alone[..., 0] > 60)
    if not len(xs):
        return None
    return xs.min() - size // 2, ys.min() - 2 * size, xs.max() + 1 - size // 2, ys.max() + 1 - 2 * size


@pytest.fixture
def painted(monkeypatch):
    """Everything written and every box filled while drawing: [(words, ink box, size)], [box]."""
    words, boxes = [], []
    rounded = Canvas.rounded

    def write(image, text, origin, color, face, size, *more):
        shape = image.base.shape if image.base is not None and image.base.ndim == 3 else image.shape
        offset = origin
        if shape != image.shape:  # a part of the canvas: where in the whole it lies
            start = image.ctypes.data - image.base.ctypes.data
            offset = origin[0] + start // 3 % shape[1], origin[1] + start // 3 // shape[1]
        box = ink(text, face, size)
        if box is not None:
            words.append((text, tuple(np.add(box, np.tile(offset, 2)).tolist()), size))
        return PUT_TEXT(image, text, origin, color, face, size, *more)

    def fill(self, box, radius, color):
        (x0, y0), (x1, y1) = np.rint(self.pixels(np.reshape(box, (2, 2))))
        base = self.image.base
        start = (self.image.ctypes.data - base.ctypes.data) // 3 if base is not None and base.ndim == 3 else 0
        dx, dy = (start % base.shape[1], start // base.shape[1]) if start else (0, 0)
        boxes.append((x0 + dx, y0 + dy, x1 + dx, y1 + dy))
        return rounded(self, box, radius, color)

    monkeypatch.setattr(cv2, "putText", write)
    monkeypatch.setattr(Canvas, "rounded", fill)
    return words, boxes


def overlap(one, other):
    return min(one[2], other[2]) > max(one[0], other[0]) and min(one[3], other[3]) > max(one[1], other[1])


def inside(inner, outer):
    return inner[0] >= outer[0] and inner[1] >= outer[1] and inner[2] <= outer[2] and inner[3] <= outer[3]


@pytest.mark.parametrize("size_wh", SIZES, ids=str)
@pytest.mark.parametrize("name", SCREENS)
def test_no_words_overlap_or_leave_their_box(name, size_wh, painted):
    words, boxes = painted
    draw(SCREENS[name], picture("tall"), None, size_wh)
    assert words
    for text, box, _ in words:
        assert inside(box, (1, 1, size_wh[0] - 1, size_wh[1] - 1)), f"{text} leaves the window"
        for around in boxes:
            assert inside(box, around) or not overlap(box, around), f"{text} {box} crosses {around}"
    for (text, box, _), (other, other_box, _) in itertools.combinations(words, 2):
        assert not overlap(box, other_box), f"{text} and {other}"


@pytest.mark.parametrize("name", [name for name, screen in SCREENS.items() if screen.layout != "page"])
def test_nothing_is_written_over_the_picture_but_frame_marks(name, painted):
    words, _ = painted
    screen = SCREENS[name]
    draw(screen, picture(), legs(picture()))
    stage = FRAME_STAGE if screen.layout == "frame" else MARCH_STAGE
    marks = {text for text, box, _ in words if overlap(box, stage)}
    assert len(marks) == len(screen.missing)


def test_the_picture_is_a_mirror():
    image = picture()
    image[:, :640] = (0, 0, 255)
    shown = draw(MARCH, image, None).image
    assert shown[300, 900].tolist() == [0, 0, 255] and shown[300, 300].tolist() == [90, 120, 150]


@pytest.mark.parametrize("shape", IMAGES)
@pytest.mark.parametrize("layout", ["march", "frame"])
def test_a_picture_keeps_its_shape_and_fits_in_the_middle_of_the_stage(shape, layout):
    image = picture(shape, (1, 2, 250))
    shown = draw(Screen(layout, "Hold"), image, None).image
    x0, y0, x1, y1 = FRAME_STAGE if layout == "frame" else MARCH_STAGE
    ys, xs = np.nonzero(np.all(shown == (1, 2, 250), axis=2))
    width, height = np.ptp(xs) + 1, np.ptp(ys) + 1
    assert width / height == pytest.approx(image.shape[1] / image.shape[0], rel=0.01)
    assert xs.min() >= x0 - 1 and xs.max() <= x1 and ys.min() >= y0 and ys.max() <= y1
    assert xs.min() + xs.max() == pytest.approx(x0 + x1 - 1, abs=2)
    assert max(width / (x1 - x0), height / (y1 - y0)) > 0.99


@pytest.mark.parametrize("shape", IMAGES)
def test_corners_of_the_picture_are_round(shape):
    shown = draw(MARCH, picture(shape, (1, 2, 250)), None).image
    ys, xs = np.nonzero(np.all(shown == (1, 2, 250), axis=2))
    for y, x in itertools.product((ys.min(), ys.max()), (xs.min(), xs.max())):
        assert shown[y, x].tolist() in ([*GROUND], [*WELL])


@pytest.mark.parametrize("shape", IMAGES)
def test_legs_are_drawn_where_the_mirror_shows_them(shape):
    image = picture(shape)
    shown = draw(replace(MARCH, gauges=(Gauge("left"), Gauge("right"))), image, legs(image)).image
    x0, y0, x1, y1 = MARCH_STAGE
    scale = min((x1 - x0) / image.shape[1], (y1 - y0) / image.shape[0])
    for side, share in (("left", 0.55), ("right", 0.45)):
        x = (x0 + x1) / 2 - (share - 0.5) * image.shape[1] * scale  # the left leg, right in the picture, left here
        y = (y0 + y1) / 2 + (0.73 - 0.5) * image.shape[0] * scale  # the middle of the shank
        assert shown[round(y), round(x)].tolist() == [*SIDE[side]]


def changed(screen, image, points):
    """Where the landmarks change the drawing."""
    without = draw(screen, image, None).image
    return np.any(draw(screen, image, points).image != without, axis=2)


def test_unknown_landmarks_draw_nothing():
    image = picture()
    assert not changed(MARCH, image, np.full((33, 2), np.nan)).any()
    whole_legs = changed(MARCH, image, legs(image))
    points = legs(image)
    points[[ANKLE["left"], ANKLE["right"]]] = np.nan
    ys, _ = np.nonzero(changed(MARCH, image, points))
    assert ys.max() < 400 < np.nonzero(whole_legs)[0].max()  # thighs alone: knees lie at 390


def test_the_hip_line_needs_a_hip_and_the_march():
    image, points = picture(), legs(picture())
    line = np.zeros((720, 1280), bool)
    line[312:317, 440:520] = True  # left of the person, at the height of the hips
    assert changed(MARCH, image, points)[line].any()
    in_frame = changed(replace(FRAME, gauges=GAUGES), image, points)
    assert in_frame[:, 480:490].any() and not in_frame[290:299, 520:640].any()
    points[HIP["right"]] = np.nan  # that of the leg which is asked for
    assert not changed(MARCH, image, points)[line].any()


def test_a_hidden_skeleton_is_not_drawn():
    assert not changed(replace(MARCH, show_skeleton=False), picture(), legs(picture())).any()


@pytest.mark.parametrize("dx", [-0.6, 0.45, 3.0, 1e7])
@pytest.mark.parametrize("shape", IMAGES)
def test_the_skeleton_stays_in_the_picture(shape, dx):
    image = picture(shape, (1, 2, 250))
    difference = changed(MARCH, image, legs(image, dx))
    difference[np.all(draw(MARCH, image, None).image == (1, 2, 250), axis=2)] = False
    assert difference.sum() < 60  # the smoothed pixels of the round corners at most


def test_the_right_gauge_is_at_the_right_and_the_one_asked_for_has_an_edge():
    shown = draw(MARCH, None, None).image
    assert shown[400, 1105].tolist() == [*SIDE["right"]]
    assert shown[400, 9].tolist() != [*SIDE["left"]]
    other = draw(replace(MARCH, gauges=(replace(GAUGES[0], asked=True), replace(GAUGES[1], asked=False))), None, None)
    assert other.image[400, 9].tolist() == [*SIDE["left"]] and other.image[400, 1105].tolist() != [*SIDE["right"]]


def test_the_bar_is_as_high_as_the_thigh():
    heights = []
    for elevation_deg in (None, -90, -45, 0, 15, 40):
        gauges = Gauge("left", elevation_deg, asked=True), Gauge("right")
        column = draw(replace(MARCH, gauges=gauges), None, None).image[123:419, 70]
        heights.append(int(np.all(column == SIDE["left"], axis=1).sum()))
    assert heights[0] == 0 and heights == sorted(heights) and heights[4] == heights[5]
    assert heights[2] == pytest.approx(298 * 45 / 105, abs=5)


def test_side_colors_and_shapes_mean_a_side(painted):
    """The left mark is round, the right one square: its corners are filled."""
    shown = draw(replace(MARCH, gauges=(Gauge("left"), Gauge("right"))), None, None).image
    for x0, x1, side, share in ((8, 176, "left", np.pi / 4), (1104, 1272, "right", 1.0)):
        part = np.all(shown[80:103, x0:x1] == SIDE[side], axis=2)
        ys, xs = np.nonzero(part)
        assert len(xs) / ((np.ptp(xs) + 1) * (np.ptp(ys) + 1)) == pytest.approx(share, abs=0.1)


@pytest.mark.parametrize(
    ("degrees", "text"),
    [(None, "–"), (np.nan, "–"), (-86.4, "−86°"), (1.2, "+1°"), (0.4, "0°"), (-0.4, "0°"), (-9.6, "−10°")],
)
def test_angles_are_whole_degrees_with_a_true_minus(degrees, text):
    assert whole(degrees) == text


def sizes_of(painted, screen):
    painted[0].clear()
    draw(screen, None, None)
    return {text: (box, size) for text, box, size in painted[0]}


def test_a_short_cue_is_large_a_longer_one_shrinks_and_is_never_small_or_on_two_lines(painted):
    assert sizes_of(painted, MARCH)["Hold"][1] == 100
    assert sizes_of(painted, FRAME)["Take one big step back"][1] == 84
    assert 64 <= sizes_of(painted, replace(MARCH, cue="Raise your right hand"))["Raise your right hand"][1] < 100
    ((words, size),) = [(w, s) for w, (_, s) in sizes_of(painted, replace(MARCH, cue=LONG)).items() if s == 64]
    assert size == 64 and words.endswith("…") and LONG.startswith(words[:-1])


def test_fits_says_whether_a_cue_is_written_as_it_is():
    assert fits("Hold", "then lower slowly, toes first") and fits("Raise your right hand", "to start")
    assert not fits(LONG) and not fits("Hold", LONG * 2)
    assert fits("Take one big step back", layout="frame") and not fits("Take one big step back to the wall behind you")


def test_the_cue_keeps_its_place_whether_or_not_the_ring_is_there(painted):
    without = sizes_of(painted, MARCH)["Hold"]
    assert sizes_of(painted, replace(MARCH, ring=0.3, ring_text="1.2"))["Hold"] == without


@pytest.mark.parametrize(("share", "quarters"), [(0.0, 0), (0.25, 1), (0.5, 2), (0.75, 3), (1.0, 4)])
def test_the_ring_fills_clockwise_from_the_top(share, quarters):
    shown = draw(replace(MARCH, ring=share), None, None).image
    (x, y), away = RING, 25  # in the middle of the ring's width, in each diagonal direction
    around = [shown[y + dy * away, x + dx * away].tolist() for dx, dy in ((1, -1), (1, 1), (-1, 1), (-1, -1))]
    assert [color == [*WHITE] for color in around] == [True] * quarters + [False] * (4 - quarters)


def test_buttons_stand_in_the_same_place_in_every_state_of_a_march():
    march, frame = draw(MARCH, None, None).hits, draw(FRAME, None, None).hits
    assert march == frame
    assert [button for _, button in march] == list(BUTTONS)
    assert {y1 - y0 for (_, y0, _, y1), _ in march} == {40}


@pytest.mark.parametrize("size_wh", SIZES, ids=str)
@pytest.mark.parametrize("name", SCREENS)
def test_every_button_can_be_hit(name, size_wh):
    hits = draw(SCREENS[name], None, None, size_wh).hits
    assert {button for _, button in hits} == set(SCREENS[name].buttons)
    for box, _ in hits:
        assert inside(box, (0, 0, *size_wh)) and box[2] - box[0] > 20 and box[3] - box[1] > 15
    assert not any(overlap(one, other) for (one, _), (other, _) in itertools.combinations(hits, 2))


def test_a_scale_is_one_row_of_equal_buttons_in_order():
    hits = draw(SCREENS["pain"], None, None).hits
    scale = [box for box, button in hits if button.action.startswith("answer")]
    assert len(scale) == 11 and len({box[1::2] for box in scale}) == 1
    assert [box[0] for box in scale] == sorted(box[0] for box in scale)
    assert np.ptp([box[2] - box[0] for box in scale]) <= 1


def test_a_strong_button_has_a_white_edge():
    drawing = draw(MARCH, None, None)
    edges = {b.word: drawing.image[y0 + 20, x0].tolist() == [*WHITE] for (x0, y0, _, _), b in drawing.hits}
    assert edges == {"Pause": False, "Repeat step": False, "New pain": True, "Stop": False}


def test_the_safety_page_shows_every_question_whole(painted):
    shown = sizes_of(painted, SCREENS["safety"])
    for line in SAFETY:
        assert shown[line.removeprefix("• ")][1] >= 26


def test_steps_done_have_a_tick_and_the_present_one_is_in_a_white_pill(painted):
    words, boxes = painted
    shown = draw(MARCH, None, None).image
    header = np.all(shown[:52, :700] == DONE, axis=2)
    assert len(np.unique(np.nonzero(header)[1] // 60)) >= 3
    ((_, box, _),) = [w for w in words if w[0] == "Lifts" and w[1][3] < 52]
    assert any(inside(box, b) for b in boxes if b[3] <= 52)


@pytest.mark.parametrize(("edge", "row", "column"), [
    ("top", 63, 300), ("bottom", 526, 300), ("left", 300, 860), ("right", 300, 31)  # left and right are the camera's
])  # fmt: skip
def test_a_missing_edge_is_marked_where_the_mirror_shows_it(edge, row, column):
    shown = draw(replace(FRAME, missing=((edge, "cut"),)), picture(), None).image
    assert shown[row, column].tolist() == [*WHITE]
    assert draw(FRAME, picture(), None).image[row, column].tolist() != [*WHITE]


@pytest.mark.parametrize("size_wh", [(1, 1), (40, 30), (64, 64), (300, 20), (20, 300)])
@pytest.mark.parametrize("name", ["march", "frame all cut", "page many"])
def test_a_window_too_small_to_read_does_no_harm(name, size_wh):
    image = picture()
    assert draw(SCREENS[name], image, legs(image), size_wh).image.shape == (size_wh[1], size_wh[0], 3)


def test_the_camera_picture_is_left_as_it_was():
    image = picture()
    before = image.copy()
    draw(SCREENS["frame all cut"], image, legs(image))
    assert np.array_equal(image, before)


def test_an_angle_changes_by_more_than_a_tremble_and_ten_times_a_second():
    smoother = Smoother()
    assert smoother.text == "–"
    assert smoother.update(0.4, 0.0) == "0°"
    assert smoother.update(0.65, 1.0) == "0°"  # rounds to 1, but has hardly moved
    assert smoother.update(0.75, 1.1) == "+1°"
    assert smoother.update(5.0, 1.15) == "+1°"  # too soon
    assert smoother.update(5.0, 1.2) == "+5°"
    assert smoother.update(None, 1.25) == "+5°"
    assert smoother.update(None, 1.3) == "–"
    shown = [smoother.update(30 * np.sin(step), 2 + step / 120) for step in range(120)]
    assert sum(a != b for a, b in itertools.pairwise(shown)) <= 10


def test_changes_fade_within_their_time_and_numbers_do_not_fade():
    painter, image = ScreenPainter(), picture()
    lower = replace(MARCH, cue="Lower slowly")
    assert np.array_equal(painter.paint(MARCH, image, None, time_s=0).image, draw(MARCH, image, None).image)
    old, new = draw(MARCH, image, None).image.astype(int), draw(lower, image, None).image.astype(int)
    painter.paint(lower, image, None, time_s=1.0)
    halfway = painter.paint(lower, image, None, time_s=1.0 + FADE_S / 2).image
    assert np.abs(halfway - (old + new) / 2).max() <= 1
    assert np.array_equal(painter.paint(lower, image, None, time_s=1.0 + FADE_S).image, new)
    risen = replace(lower, gauges=(GAUGES[0], replace(GAUGES[1], elevation_deg=9.0)), ring=0.2, rate_hz=12.0)
    assert np.array_equal(painter.paint(risen, image, None, time_s=2.0).image, draw(risen, image, None).image)


def test_a_fade_shows_no_number_twice_and_its_buttons_are_the_new_ones():
    painter = ScreenPainter()
    painter.paint(MARCH, None, None, time_s=0)
    page = Screen("page", "New pain?", buttons=BUTTONS[:2])
    drawing = painter.paint(page, None, None, time_s=1)
    assert drawing.hits == draw(page, None, None).hits


@pytest.mark.parametrize("module", [overlay, page, paint, painter, parts, stage], ids=lambda m: m.__name__)
def test_drawing_reads_no_clock(module):
    assert not {"time", "datetime", "perf_counter", "monotonic"} & set(vars(module))


def test_every_letter_of_the_words_can_be_written():
    """A letter that the font lacks is drawn as a question mark."""
    for letter in "–−°…éö":
        drawn = [np.zeros((60, 60, 3), np.uint8) for _ in range(2)]
        for canvas, words in zip(drawn, (letter, "?"), strict=True):
            cv2.putText(canvas, words, (10, 40), (255, 255, 255), paint.font(paint.REGULAR), 30)
        assert not np.array_equal(*drawn), letter
