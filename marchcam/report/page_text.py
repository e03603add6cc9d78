"""Text on the page: cleaned, escaped, and the type it is set in."""

from __future__ import annotations

import base64
import functools
import html
import re
import struct
import unicodedata
import zlib
from pathlib import Path

from marchcam.report.lettering import FONT_FILES
from marchcam.track import SIDES

# Turn or hide the text around them: direction overrides and isolates, soft hyphen, invisible separators, tags.
HIDDEN = frozenset({0xAD, 0x61C, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF})
UNFIT = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff{''.join(map(chr, sorted(HIDDEN)))}]")


def clean(text: str) -> str:
    """Somebody's text on one line, in any script, without control characters.

    Parameters
    ----------
    text : str
        Any text, from outside too: a name, a file name.

    Returns
    -------
    str
        Composed accents, single spaces, nothing that turns or hides the text around it.
    """
    composed = unicodedata.normalize("NFC", text)
    spaced = "".join(" " if c.isspace() or unicodedata.category(c) == "Cc" else c for c in composed)
    kept = "".join(c for c in spaced if ord(c) not in HIDDEN and unicodedata.category(c) not in ("Cs", "Co", "Cn"))
    return " ".join(kept.split())


def clean_lines(text: str) -> list[str]:
    """Somebody's text line by line, each as `clean` makes it; no empty lines at the ends."""
    lines = [clean(line) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    while lines and not lines[0]:
        lines.pop(0)
    return lines


def esc(text: object) -> str:
    """Text for between tags and for attributes in either quotes.

    A blank before "%" stays with its number; what would turn or break the text around it is left out.
    """
    return html.escape(UNFIT.sub("", str(text)).replace(" %", "\u00a0%"), quote=True)


def own_words(text: str) -> str:
    """Escaped text that somebody typed; its direction does not reach what stands beside it."""
    return f'<bdi dir="auto">{esc(text)}</bdi>'


def heading(question: str, answer: str = "", *, hint: str = "", extra: str = "") -> str:
    """A panel's question with its answer in grey.

    ``hint`` is said on a screen only, and ``extra`` is markup at the right end.
    """
    on_screen = f' <span class="screen">{esc(hint)}</span>' if hint else ""
    said = f' <span class="answer">{esc(answer)}{on_screen}</span>' if answer else ""
    return f'<div class="head"><h2>{esc(question)}{said}</h2>{extra}</div>'


def side_mark(side: str) -> str:
    """The circle or square that stands for a side."""
    shape = (
        '<circle cx="7" cy="7" r="5.6"/>' if side == SIDES[0] else '<rect x="1.8" y="1.8" width="10.4" height="10.4"/>'
    )
    return f'<svg class="key {side}" viewBox="0 0 14 14" aria-hidden="true">{shape}</svg>'


def listed(items: list[str]) -> str:
    """A list of sentences."""
    return f"<ul>{''.join(f'<li>{esc(item)}</li>' for item in items)}</ul>"


@functools.cache
def font_rules() -> str:
    """The shipped type inside the page, so that it looks and breaks the same everywhere."""
    rules = []
    for weight, path in FONT_FILES.items():
        data = base64.b64encode(_woff(path)).decode("ascii")
        rules.append(
            f'@font-face{{font-family:"MarchCam Sans";font-weight:{weight};'
            f'src:url(data:font/woff;base64,{data}) format("woff")}}'
        )
    return "\n".join(rules)


def _woff(path: Path) -> bytes:
    """A font file as WOFF 1.0: each of its tables deflated, none of them changed."""
    font = path.read_bytes()
    count = struct.unpack(">H", font[4:6])[0]
    tables = [struct.unpack(">4sIII", font[12 + 16 * i : 28 + 16 * i]) for i in range(count)]
    place, entries, blocks = 44 + 20 * count, [], []
    for tag, checksum, start, length in sorted(tables):
        plain = font[start : start + length]
        packed = min(plain, zlib.compress(plain, 9), key=len)
        entries.append(struct.pack(">4sIIII", tag, place, len(packed), length, checksum))
        blocks.append(packed + b"\0" * (-len(packed) % 4))
        place += len(blocks[-1])
    whole = 12 + 16 * count + sum((length + 3) // 4 * 4 for *_, length in tables)
    header = struct.pack(">4s4sIHHIHHIIIII", b"wOFF", font[:4], place, count, 0, whole, 1, 0, 0, 0, 0, 0, 0)
    return b"".join([header, *entries, *blocks])
