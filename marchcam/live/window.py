"""The window of a live session: it shows drawings, and hears keys and clicks. For the main thread only."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

from marchcam.capture import cv2
from marchcam.live.overlay import Drawing
from marchcam.live.paint import FONT_DIR, HEIGHT, WIDTH

# Not KEEPRATIO: its bars are white. The drawing keeps its own shape in a window of any.
FLAGS = cv2.WINDOW_NORMAL | cv2.WINDOW_FREERATIO | cv2.WINDOW_GUI_NORMAL
KEYS = {32: "space", 13: "enter", 10: "enter", 27: "escape"}
PRINTED = range(33, 127)
MAX_HEIGHT_PX = 1080  # on a larger screen the drawing is enlarged: it would cost more time than it shows
MAX_KEYS_A_POLL = 8
SMALLEST_PX = 64


def display_available() -> str | None:
    """Whether a window can be opened: None, or why not in a sentence.

    OpenCV ends the whole process where it cannot open one, and nothing can catch that; so it is tried beforehand.
    """
    if not sys.platform.startswith("linux"):
        return None
    try:
        x11 = ctypes.CDLL("libX11.so.6")
        # The part of OpenCV that talks to the screen; loading it finds every library it needs.
        for plugin in Path(cv2.__file__).parent.glob("qt/plugins/platforms/libqxcb*.so"):
            ctypes.CDLL(str(plugin))
    except OSError as error:
        library = str(error).split(":")[0]
        return f"No window: {library} is missing. On Debian and Ubuntu: apt install libsm6 libxext6 libgl1."
    x11.XOpenDisplay.argtypes, x11.XOpenDisplay.restype = [ctypes.c_char_p], ctypes.c_void_p
    # Left open: a bare X server starts anew when its last visitor leaves, and turns away who comes meanwhile.
    if not x11.XOpenDisplay(None):
        name = os.environ.get("DISPLAY")
        return f"No window: the screen {name} does not answer." if name else "No window: there is no screen."
    return None


class Window:
    """A window that shows drawings. A context manager; ask `display_available` before.

    Parameters
    ----------
    title : str
    fullscreen : bool
        Whether it fills the screen.
    """

    def __init__(self, title: str = "MarchCam", *, fullscreen: bool = False):
        self.title, self.fullscreen = title, fullscreen
        self._drawing: Drawing | None = None
        self._clicked: list[str] = []
        self._polled = self._closed = False

    def __enter__(self) -> Window:
        if sys.platform.startswith("linux"):
            os.environ["QT_QPA_PLATFORM"] = "xcb"  # the only one in OpenCV's wheel; another name ends the process
            os.environ["QT_QPA_FONTDIR"] = str(FONT_DIR)  # it warns where it finds no fonts
        cv2.namedWindow(self.title, FLAGS)
        cv2.resizeWindow(self.title, WIDTH, HEIGHT)
        if self.fullscreen:
            cv2.setWindowProperty(self.title, cv2.WND_PROP_FULLSCREEN, cv2.WINDOW_FULLSCREEN)
        cv2.setMouseCallback(self.title, self._hear_mouse)
        return self

    def __exit__(self, *_: object) -> None:
        if not self.closed:
            cv2.destroyWindow(self.title)
            cv2.waitKeyEx(1)  # lets it vanish
        self._closed = True

    @property
    def closed(self) -> bool:
        """Whether the user closed it; it does not come back."""
        if not self._closed and self._polled:
            try:
                self._closed = cv2.getWindowProperty(self.title, cv2.WND_PROP_VISIBLE) < 1
            except cv2.error:  # −27: there is no such window
                self._closed = True
        return self._closed

    @property
    def size_wh(self) -> tuple[int, int]:
        """Width and height to draw at, pixels: the window's own, less on a very large screen."""
        if self.closed:
            return WIDTH, HEIGHT
        _, _, width, height = cv2.getWindowImageRect(self.title)
        if width < SMALLEST_PX or height < SMALLEST_PX:  # minimized, or not yet on the screen
            return WIDTH, HEIGHT
        shrink = min(1.0, MAX_HEIGHT_PX / height, MAX_HEIGHT_PX * WIDTH / HEIGHT / width)
        return round(width * shrink), round(height * shrink)

    def show(self, drawing: Drawing) -> None:
        """Show a drawing, until the next; its buttons can be used from the next `poll` on."""
        if not self.closed:  # else the window would come back
            cv2.imshow(self.title, drawing.image)
            self._drawing = drawing

    def poll(self, wait_ms: int = 1) -> list[str]:
        """What the person asked for since the last time.

        Parameters
        ----------
        wait_ms : int
            How long to wait for a key, at least 1. The window lives only while this waits.

        Returns
        -------
        list of str
            `Button.action` of the buttons whose key was pressed or which were clicked on. Escape is "stop" unless a
            button has that key.
        """
        if self.closed:
            return []
        actions, wait_ms = [], max(1, wait_ms)
        for _ in range(MAX_KEYS_A_POLL):
            code = cv2.waitKeyEx(wait_ms)
            if code < 0:
                break
            actions += self._actions_of(code)
            wait_ms = 1
        self._polled = self._drawing is not None  # some systems show a window with its first picture
        clicked, self._clicked = self._clicked, []
        return clicked + actions

    def _actions_of(self, code: int) -> list[str]:
        """What a key means now, by its whole code: the lowest byte alone takes an arrow for a letter."""
        key = KEYS.get(code) or (chr(code).lower() if code in PRINTED else None)
        hits = self._drawing.hits if self._drawing else ()
        found = [button.action for _, button in hits if key and button.key == key]
        return found[:1] or (["stop"] if key == "escape" else [])

    def _hear_mouse(self, event: int, x: int, y: int, *_: object) -> None:
        """Left clicks, in pixels of the drawing whatever the size of the window."""
        if event != cv2.EVENT_LBUTTONDOWN or self._drawing is None:
            return
        for (x0, y0, x1, y1), button in self._drawing.hits:
            if x0 <= x < x1 and y0 <= y < y1:
                self._clicked.append(button.action)
                return
