"""Ctrl-C at a moment that cannot be interrupted."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let Ctrl-C wait until the block is done; it then counts as pressed. For what takes a second at most."""
    if threading.current_thread() is not threading.main_thread():  # the only one that Ctrl-C interrupts
        yield
        return
    pressed = threading.Event()
    before = signal.signal(signal.SIGINT, lambda *_: pressed.set())
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before or signal.default_int_handler)
        if pressed.is_set():
            signal.raise_signal(signal.SIGINT)
