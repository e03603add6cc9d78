"""A live session without a window: its cues, what is not right, and the counts, as plain lines."""

from __future__ import annotations

import re
from collections.abc import Callable

from marchcam.live.screen import Screen

INTERVAL_S = 1.0
COUNT_WAIT_S = 3.0  # a count goes with the next cue; where none comes, it gets a line of its own


class Printer:
    """Prints what has changed, a line a second at most; a cue that is overtaken before its turn is left out.

    The body of a page goes below its line.

    Parameters
    ----------
    write : callable
        Takes a line, without its end.
    """

    def __init__(self, write: Callable[[str], object] = print):
        self._write = write
        self._printed_s = self._counted_s = float("-inf")
        self._cue_number: int | None = None
        self._checks = self._printed_counts = self._counts = ""

    def show(self, screen: Screen, *, time_s: float) -> None:
        """Print what is new on the screen, if it is time to.

        Parameters
        ----------
        screen : Screen
        time_s : float
            Since the session began, seconds.
        """
        checks, counts = _checks(screen), _counts(screen)
        if counts != self._counts:
            self._counts, self._counted_s = counts, time_s
        new_cue = screen.cue_number != self._cue_number and bool(screen.cue)
        new_count = bool(counts) and counts != self._printed_counts
        urgent = new_cue or checks != self._checks or (new_count and time_s - self._counted_s >= COUNT_WAIT_S)
        if not urgent or time_s - self._printed_s < INTERVAL_S:
            return
        hint = f"  ({screen.next_cue})" if screen.next_cue else ""
        news = [screen.cue + hint] * new_cue + [checks or "All is right now"] * (checks != self._checks)
        news += [counts] * new_count
        self._cue_number, self._checks, self._printed_counts, self._printed_s = (
            screen.cue_number,
            checks,
            counts,
            time_s,
        )
        self._write(f"{int(time_s) // 60}:{int(time_s) % 60:02d}  {'   '.join(news)}")
        if screen.layout == "page" and new_cue:
            for line in screen.lines:
                self._write(f"      {line}".rstrip())


def _checks(screen: Screen) -> str:
    """What must be put right, before the march or during it; a number that counts on is no news."""
    if screen.layout == "march" and not screen.state_good and not re.search(r"\d", screen.state):
        return screen.state
    return ", ".join(f"{check.name}: {check.word}" for check in screen.checks if not check.good)


def _counts(screen: Screen) -> str:
    """The lifts of both sides; nothing before the first."""
    if not any(gauge.count for gauge in screen.gauges):
        return ""
    return ", ".join(f"{g.side} {g.count}" + (f" of {g.of}" if g.of is not None else "") for g in screen.gauges)
