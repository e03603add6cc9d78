import os
import shutil
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from conftest import ENVIRONMENT, x_server

from marchcam.capture import cv2
from marchcam.live.overlay import draw
from marchcam.live.screen import Button, Screen
from marchcam.live.window import Window, display_available

pytestmark = [
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the window is tried on an X server of its own"),
    pytest.mark.skipif(not shutil.which("Xvfb") or not shutil.which("xdotool"), reason="Xvfb or xdotool is missing"),
]
BUTTONS = (
    Button("space", "Pause", "pause"),
    Button("r", "Repeat step", "repeat"),
    Button("p", "New pain", "pain", strong=True),
    Button("q", "Stop", "stop"),
)
MARCH = Screen("march", "Lift left", buttons=BUTTONS)
WAIT_S = 15


def run(program, display, **environment):
    """Run a program in a process of its own: only there can it be seen that a process is not ended by OpenCV."""
    environment = {**ENVIRONMENT, **environment}
    environment.pop("DISPLAY", None)
    environment |= {"DISPLAY": display} if display else {}
    command = [sys.executable, "-c", program]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)


@pytest.fixture(scope="module")
def opened(screen_name):
    """One real window that most tests use: OpenCV's toolkit takes one screen a process."""
    previous = os.environ.get("DISPLAY")
    os.environ["DISPLAY"] = screen_name
    assert display_available() is None
    with Window("MarchCam under test") as window:
        refresh(window)
        pause_until(lambda: window_id(window.title), window)
        end_s, actions = time.monotonic() + WAIT_S, []
        while "repeat" not in actions:  # the window manager may still be taking the window over
            assert time.monotonic() < end_s, "no key arrives"
            xdotool("windowfocus", "--sync", window_id(window.title), "key", "r")
            actions = [action for _ in range(10) for action in refresh(window)[1]]
        yield window
    os.environ.pop("DISPLAY")
    if previous is not None:
        os.environ["DISPLAY"] = previous


def xdotool(*arguments):
    result = subprocess.run(["xdotool", *map(str, arguments)], capture_output=True, text=True, timeout=WAIT_S)
    return result.stdout


def window_id(title):
    return (xdotool("search", "--name", title).split() or [None])[-1]


def refresh(window, screen=MARCH):
    drawing = draw(screen, None, None, window.size_wh)
    window.show(drawing)
    return drawing, window.poll(20)


def pause_until(condition, window, screen=MARCH):
    """Let the window live until something holds; what was asked for meanwhile."""
    end_s, actions = time.monotonic() + WAIT_S, []
    while not condition():
        assert time.monotonic() < end_s, "waited in vain"
        actions += refresh(window, screen)[1]
    return actions


def heard(window, *command, screen=MARCH, count=1):
    """The actions that follow what is done with the keyboard or the mouse."""
    refresh(window, screen)
    doing = threading.Thread(target=xdotool, args=command)
    doing.start()
    actions, end_s = [], time.monotonic() + (WAIT_S if count else 1)
    while (doing.is_alive() or len(actions) < count) and time.monotonic() < end_s:
        actions += refresh(window, screen)[1]
    doing.join()
    for _ in range(5):
        actions += refresh(window, screen)[1]
    return actions


@pytest.mark.parametrize(
    ("key", "action"),
    [("space", "pause"), ("r", "repeat"), ("R", "repeat"), ("p", "pain"), ("q", "stop"), ("Escape", "stop")],
)
def test_a_key_means_what_its_button_says(opened, key, action):
    assert heard(opened, "key", key) == [action]


@pytest.mark.parametrize("key", ["Return", "KP_Enter"])
def test_enter_is_a_key_too(opened, key):
    page = Screen("page", "Ready?", buttons=(Button("enter", "Go on", "yes"),))
    assert heard(opened, "key", key, screen=page) == ["yes"]


@pytest.mark.parametrize("key", ["5", "KP_5"])
def test_a_number_answers(opened, key):
    page = Screen("page", "How much?", buttons=tuple(Button(str(n), str(n), f"answer {n}") for n in range(10)))
    assert heard(opened, "key", key, screen=page) == ["answer 5"]


def test_escape_stops_even_without_a_button_and_does_what_a_button_says(opened):
    page = Screen("page", "Ready?", buttons=(Button("enter", "Go on", "yes"),))
    assert heard(opened, "key", "Escape", screen=page) == ["stop"]
    page = Screen("page", "Ready?", buttons=(Button("escape", "Back", "no"),))
    assert heard(opened, "key", "Escape", screen=page) == ["no"]


@pytest.mark.parametrize("key", ["Left", "Right", "Up", "Down", "F5", "F8", "x", "eacute", "Tab", "Delete", "Next"])
def test_other_keys_mean_nothing(opened, key):
    everything = tuple(Button(letter, letter, letter) for letter in "abcdefghijklmnopqrstuvw")
    assert heard(opened, "key", key, screen=Screen("page", "Any?", buttons=everything), count=0) == []


def test_keys_one_after_the_other_are_all_heard(opened):
    # OpenCV forgets all but the last of keys that come within one picture; nobody types that fast here.
    assert heard(opened, "key", "--delay", 300, "r", "p", "r", count=3) == ["repeat", "pain", "repeat"]


@pytest.mark.parametrize("size_wh", [(1280, 720), (900, 900), (1500, 600), (640, 360)])
def test_a_click_means_the_button_below_it_in_a_window_of_any_shape(opened, size_wh):
    number = window_id(opened.title)
    xdotool("windowmove", number, 0, 0, "windowsize", number, *size_wh)  # all of it on the screen
    pause_until(lambda: opened.size_wh == size_wh, opened)
    for _ in range(10):  # until the toolkit, too, has taken in both the size and the picture
        drawing, _ = refresh(opened)
    assert drawing.image.shape[1::-1] == size_wh
    for (x0, y0, x1, y1), button in drawing.hits[::3]:  # the first and the last
        for x, y in ((x0 + 2, y0 + 2), (x1 - 3, y1 - 3)):
            command = "mousemove", "--window", number, x, y, "click", 1
            assert heard(opened, *command) == [button.action], (size_wh, button.word)
    x0, y0, _, _ = drawing.hits[0][0]
    assert heard(opened, "mousemove", "--window", number, x0 + 5, y0 - 5, "click", 1, count=0) == []
    assert heard(opened, "mousemove", "--window", number, x0 + 5, y0 + 5, "click", 3, count=0) == []


def test_what_is_seen_is_what_was_drawn(opened, tmp_path):
    if not shutil.which("import"):
        pytest.skip("ImageMagick is missing")
    number = window_id(opened.title)
    xdotool("windowsize", number, 1280, 720)
    xdotool("mousemove", 0, 0)
    pause_until(lambda: opened.size_wh == (1280, 720), opened)
    drawing, _ = refresh(opened)
    for _ in range(5):
        refresh(opened)
    subprocess.run(["import", "-window", number, str(tmp_path / "seen.png")], check=True, timeout=WAIT_S)
    seen = cv2.imread(str(tmp_path / "seen.png"))
    assert seen.shape == drawing.image.shape
    assert np.abs(seen.astype(int) - drawing.image).mean() < 0.5


CLOSING = """
import subprocess, time
from marchcam.live.overlay import draw
from marchcam.live.screen import Screen
from marchcam.live.window import Window
with Window("Soon closed") as window:
    end_s = time.monotonic() + 15
    drawing = draw(Screen("page", "Hello"), None, None)
    while not window.closed and time.monotonic() < end_s:
        window.show(drawing)
        window.poll(30)
        keys = ["xdotool", "search", "--name", "Soon closed", "windowfocus", "key", "alt+F4"]
        subprocess.run(keys, capture_output=True)
    print(window.closed)
    window.show(drawing)
    window.poll(30)
    print(window.closed, window.poll(), window.size_wh)
    search = ["xdotool", "search", "--onlyvisible", "--name", "Soon closed"]
    print(subprocess.run(search, capture_output=True, text=True).stdout)
"""


@pytest.mark.skipif(not shutil.which("openbox"), reason="openbox is missing")
def test_a_closed_window_says_so_and_stays_closed(screen_name):
    result = run(CLOSING, screen_name)
    assert result.stdout.split() == ["True", "True", "[]", "(1280,", "720)"], result.stderr
    assert result.stderr == ""


def test_full_screen_fills_the_screen(screen_name):
    program = (
        "import time\n"
        "from marchcam.live.overlay import draw\n"
        "from marchcam.live.screen import Screen\n"
        "from marchcam.live.window import Window\n"
        "from marchcam.capture import cv2\n"
        "with Window('Full', fullscreen=True) as window:\n"
        "    end_s = time.monotonic() + 15\n"
        "    while time.monotonic() < end_s and cv2.getWindowImageRect('Full')[2:] != (1600, 1200):\n"
        "        window.show(draw(Screen('page', 'Hello'), None, None, window.size_wh)); window.poll(20)\n"
        "    print(cv2.getWindowImageRect('Full'), window.size_wh)\n"
    )
    result = run(program, screen_name)
    assert result.stdout.strip() == "(0, 0, 1600, 1200) (1440, 1080)", result.stderr


AVAILABLE = "from marchcam.live.window import display_available; print(display_available())"


@pytest.mark.parametrize("display", [None, ":4242", "nonsense"])
def test_without_a_screen_there_is_a_sentence_instead_of_an_end(display):
    result = run(AVAILABLE, display)
    assert result.returncode == 0
    assert result.stdout.startswith("No window: ") and (display or "there is no screen") in result.stdout


def test_with_a_screen_there_is_none_and_another_toolkit_setting_does_no_harm(screen_name):
    program = (
        f"{AVAILABLE}\nfrom marchcam.live.window import Window\nwith Window() as window: window.poll(); print('fine')"
    )
    result = run(program, screen_name, QT_QPA_PLATFORM="wayland")
    assert result.stdout.split() == ["None", "fine"], result.stderr


def test_looking_before_does_not_close_the_door():
    """A server without other visitors starts anew when the last one leaves."""
    program = "from marchcam.live.window import display_available; print({display_available() for _ in range(100)})"
    with x_server() as name:
        assert run(program, name).stdout.split() == ["{None}"]
