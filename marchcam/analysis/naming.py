"""How sides and degrees are put into words; where the picture may be mirrored nobody's left or right is named."""

from __future__ import annotations

from collections.abc import Iterable

from marchcam import track as lm
from marchcam.analysis.results import Flag


def may_be_mirrored(flags: Iterable[Flag]) -> bool:
    """Whether the recording is suspected to be mirrored."""
    return any(flag.code == "mirrored" for flag in flags)


def side_name(side: str, *, mirrored: bool) -> str:
    """ "right", or "right (as recorded)"."""
    return f"{side} (as recorded)" if mirrored else side


def own_knee(side: str, *, mirrored: bool) -> str:
    """ "your right knee", or "one knee (right as recorded, left if the picture is mirrored)"."""
    return f"one knee ({_either(side)})" if mirrored else f"your {side} knee"


def other_knee(side: str, *, mirrored: bool) -> str:
    """The knee that is not `side`'s: "your left", or "the other"."""
    return "the other" if mirrored else f"your {lm.OTHER[side]}"


def the_side(side: str, *, mirrored: bool) -> str:
    """ "the right side", or "one side (right as recorded, left if the picture is mirrored)"."""
    return f"one side ({_either(side)})" if mirrored else f"the {side} side"


def whole(value: float) -> int:
    """Rounded to a whole number, half away from zero: how every degree is printed.

    >>> whole(4.5), whole(-4.5), whole(-0.4)
    (5, -5, 0)
    """
    return int(abs(value) + 0.5) * (1 if value >= 0 else -1)


def _either(side: str) -> str:
    return f"{side} as recorded, {lm.OTHER[side]} if the picture is mirrored"
