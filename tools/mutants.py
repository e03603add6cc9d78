"""Broken videos made from small whole ones: bytes, boxes, headers and names changed; a number gives the same file."""

from __future__ import annotations

import functools
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

DATA = Path(__file__).parents[1] / "tests" / "data"
VIDEOS = ("clip.mp4", "clip.mov", "clip.mkv", "clip.webm", "clip.avi")
SUFFIXES = (".mp4", ".mov", ".mkv", ".webm", ".avi", ".ts", ".jpg", ".txt", ".npz", "")
NUMBERS = (0, 1, 2, 7, 8, 0x7F, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)
MP4_PARENTS = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"udta", b"dinf"}
EBML_PARENTS = {0x18538067, 0x1549A966, 0x1654AE6B, 0xAE, 0xE0, 0xE1, 0x1F43B675, 0x1C53BB6B, 0xBB, 0xB7, 0xA0}
EBML_WIDTHS, EBML_TIMES = (0xB0, 0xBA, 0x54B0, 0x54BA), (0x2AD7B1, 0x4489, 0x23E383, 0xE7, 0xB3, 0x9B)
RIFF_PARENTS = {b"RIFF", b"LIST"}
JPEG_FRAME, JPEG_GREY = b"\xff\xc0\x00\x11\x08", b"\xff\xc0\x00\x0b\x08"  # followed by height and width
SIZES = (
    *((1, 1), (1, 4096), (1, 65500), (65500, 1), (32000, 1000), (16, 128), (1024, 8192), (8192, 4320)),
    *((65500, 4000), (16000, 16000), (16384, 16384)),
)
LISTS = {
    "list.m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n%s\n#EXT-X-ENDLIST\n",
    "list.mp4": "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n%s\n",
    "concat.mp4": "ffconcat version 1.0\nfile '%s'\n",
    "address.sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n%s\n",
    "list.mpd": "<?xml version='1.0'?><MPD><Period><BaseURL>%s</BaseURL></Period></MPD>",
    "letters.txt": "\x1b[31mno video at all\n%s\n" * 50,
}
"""What FFmpeg takes for a list of other files, or for a film made of letters."""
TARGETS = ("http://127.0.0.1:9/x.ts", "/etc/passwd", "pipe:0", "/dev/zero")


@dataclass(frozen=True)
class Mutant:
    """A broken file."""

    name: str
    """Of the file."""
    how: str
    """What was done to it."""
    content: bytes


@dataclass(frozen=True)
class Part:
    """A box, an element or a chunk: where it begins, where its content begins and ends, and where its size stands."""

    kind: object
    start: int
    body: int
    stop: int
    size_at: int
    size_bytes: int


def video(number: int, seed: int) -> Mutant:
    """The broken video of this number."""
    rng = np.random.default_rng([seed, number])
    name = VIDEOS[number % len(VIDEOS)]
    whole = bytearray(_whole(name))
    how, changes = "", int(rng.choice([1, 1, 1, 2, 3]))
    for _ in range(changes):
        if len(whole) < 16:
            break
        change = _CHANGES[name[5:]][int(rng.integers(len(_CHANGES[name[5:]])))]
        whole, said = change(whole, rng)
        how += f"{said}; "
    suffix = name[4:]
    if rng.random() < 0.1:
        suffix = str(rng.choice(SUFFIXES))
    return Mutant(f"{number}{suffix}", f"{name}: {how}", bytes(whole))


@functools.cache
def _whole(name: str) -> bytes:
    return (DATA / "seeds" / name).read_bytes()


def special_videos() -> list[Mutant]:
    """What no chance finds: one point, one picture, a huge picture, sound alone, lists that name other files."""
    import cv2

    made = [Mutant(f"one-picture{suffix}", "one picture", _written(suffix)) for suffix in (".avi", ".mkv")]
    made += [Mutant("sound.mp4", "sound alone", (DATA / "sound.mp4").read_bytes())]
    small = cv2.imencode(".jpg", np.zeros((96, 128), np.uint8))[1].tobytes()
    for width, height in SIZES:
        size, huge = f"{width}x{height}", flat_jpeg(width, height)
        made.append(Mutant(f"size-{size}.mjpeg", size, huge * 3))
        made.append(Mutant(f"grows-{size}.mjpeg", f"grows to {size}", small * 3 + huge * 3))
        made.append(Mutant(f"shrinks-{size}.mjpeg", f"shrinks from {size}", huge + small * 3))
        avi = _whole("clip.avi").replace(b"\x00\x60\x00\x80", struct.pack(">HH", height, width))
        made.append(Mutant(f"said-{size}.avi", f"says {size}", avi))
    for name, text in LISTS.items():
        for i, target in enumerate((*TARGETS, f"{len(TARGETS)}-{name}")):
            made.append(Mutant(f"{i}-{name}", f"names {target}", text.replace("%s", target).encode()))
    return made


def flat_jpeg(width: int, height: int) -> bytes:
    """A grey picture of any size up to 65535, in a hundredth of the bytes of its pixels."""
    import cv2

    small = cv2.imencode(".jpg", np.full((8, 8), 128, np.uint8))[1].tobytes()
    at, scan = small.index(JPEG_GREY) + len(JPEG_GREY), small.index(b"\xff\xda") + 10
    blocks = -(-width // 8) * -(-height // 8)
    grey = (b"\x28\xa2\x8a" * (blocks // 4 + 1))[: (blocks * 6 + 7) // 8]  # 00 1010: no change, end of block
    return small[:at] + struct.pack(">HH", height, width) + small[at + 4 : scan] + grey + b"\xff\xd9"


def _written(suffix: str) -> bytes:
    """A film of one picture as OpenCV writes it."""
    import tempfile

    import cv2

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"made{suffix}"
        writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 15, (128, 96))
        writer.write(np.zeros((96, 128, 3), np.uint8))
        writer.release()
        return path.read_bytes()


# Of any file


def flip_bits(data: bytearray, rng: np.random.Generator) -> tuple[bytearray, str]:
    """Some bits the other way round."""
    count = int(rng.choice([1, 4, 16, 64, 256]))
    for at in rng.integers(len(data), size=count):
        data[at] ^= 1 << int(rng.integers(8))
    return data, f"{count} bits"


def flip_head(data: bytearray, rng: np.random.Generator) -> tuple[bytearray, str]:
    """Bytes near the beginning replaced."""
    for at in rng.integers(min(len(data), 600), size=4):
        data[at] = int(rng.integers(256))
    return data, "4 bytes of the head"


def truncate(data: bytearray, rng: np.random.Generator) -> tuple[bytearray, str]:
    """Cut off."""
    length = int(rng.integers(len(data)))
    return data[:length], f"cut to {length}"


def overwrite(data: bytearray, rng: np.random.Generator) -> tuple[bytearray, str]:
    """A stretch of zeros, ones or noise."""
    at, length = int(rng.integers(len(data))), int(rng.integers(1, 400))
    length = min(length, len(data) - at)
    kind = int(rng.integers(3))
    data[at : at + length] = (bytes(length), b"\xff" * length, rng.bytes(length))[kind]
    return data, f"{length} bytes of {('zeros', 'ones', 'noise')[kind]} at {at}"


def move(data: bytearray, rng: np.random.Generator) -> tuple[bytearray, str]:
    """A stretch dropped, doubled, or put elsewhere."""
    at, to = (int(x) for x in rng.integers(len(data), size=2))
    piece = data[at : at + int(rng.integers(1, 1000))]
    if rng.random() < 0.5:
        del data[at : at + len(piece)]
    if rng.random() < 0.7:
        data[to:to] = piece
    return data, f"{len(piece)} bytes moved from {at} to {to}"


def put_number(data: bytearray, rng: np.random.Generator) -> tuple[bytearray, str]:
    """An absurd number somewhere."""
    value, at = int(rng.choice(NUMBERS)), int(rng.integers(max(1, len(data) - 4)))
    data[at : at + 4] = struct.pack("><"[int(rng.integers(2))] + "I", value)
    return data, f"{value} at {at}"


ANY = (flip_bits, flip_head, truncate, overwrite, move, put_number)


# By the parts of a container


def change_parts(data: bytearray, rng: np.random.Generator, parts: list[Part]) -> tuple[bytearray, str]:
    """A part dropped, doubled, exchanged with another, or of another size."""
    if len(parts) < 2:
        return flip_bits(data, rng)
    one, other = (parts[int(i)] for i in rng.integers(len(parts), size=2))
    what = int(rng.integers(4))
    if what == 0:
        del data[one.start : one.stop]
    elif what == 1:
        data[other.start : other.start] = data[one.start : one.stop]
    elif what == 2:
        first, last = sorted((one, other), key=lambda part: part.start)
        if first.stop <= last.start:
            middle = data[first.stop : last.start]
            data[first.start : last.stop] = data[last.start : last.stop] + middle + data[first.start : first.stop]
    else:
        value = int(rng.choice(NUMBERS)) if rng.random() < 0.7 else int(rng.integers(1 << 32))
        order = "little" if isinstance(one.kind, bytes) and one.size_at > one.start else "big"
        size = (value % (1 << (8 * one.size_bytes))).to_bytes(one.size_bytes, order)
        data[one.size_at : one.size_at + one.size_bytes] = size
    return data, f"{('drop', 'double', 'exchange', 'resize')[what]} {one.kind} {other.kind if 0 < what < 3 else ''}"


def _mp4_parts(data: bytearray, start: int = 0, stop: int | None = None) -> list[Part]:
    found, stop = [], len(data) if stop is None else stop
    while start + 8 <= stop:
        size, kind = int.from_bytes(data[start : start + 4], "big"), bytes(data[start + 4 : start + 8])
        if size < 8 or start + size > stop:
            break
        found.append(Part(kind, start, start + 8, start + size, start, 4))
        if kind in MP4_PARENTS:
            found += _mp4_parts(data, start + 8, start + size)
        start += size
    return found


def _riff_parts(data: bytearray, start: int = 0, stop: int | None = None) -> list[Part]:
    found, stop = [], len(data) if stop is None else stop
    while start + 8 <= stop:
        kind, size = bytes(data[start : start + 4]), int.from_bytes(data[start + 4 : start + 8], "little")
        if start + 8 + size > stop:
            break
        found.append(Part(kind, start, start + 8, start + 8 + size, start + 4, 4))
        if kind in RIFF_PARENTS:
            found += _riff_parts(data, start + 12, start + 8 + size)
        start += 8 + size + size % 2
    return found


def _ebml_number(data: bytearray, at: int, *, keep: bool) -> tuple[int, int]:
    """A number of variable length and how many bytes it has; (0, 0) where there is none."""
    if at >= len(data) or not data[at]:
        return 0, 0
    length = 9 - int(data[at]).bit_length()
    value = int.from_bytes(data[at : at + length], "big")
    return (value if keep else value & ((1 << (7 * length)) - 1)), length


def _ebml_parts(data: bytearray, start: int = 0, stop: int | None = None) -> list[Part]:
    found, stop = [], len(data) if stop is None else stop
    while start < stop:
        kind, kind_bytes = _ebml_number(data, start, keep=True)
        size, size_bytes = _ebml_number(data, start + kind_bytes, keep=False)
        body = start + kind_bytes + size_bytes
        if not kind_bytes or not size_bytes:
            break
        end = stop if size == (1 << (7 * size_bytes)) - 1 else body + size
        if end > stop:
            break
        found.append(Part(kind, start, body, end, start + kind_bytes, size_bytes))
        if kind in EBML_PARENTS:
            found += _ebml_parts(data, body, end)
        start = end
    return found


def mp4_boxes(data: bytearray, rng: np.random.Generator) -> tuple[bytearray, str]:
    """Boxes moved or of another size."""
    return change_parts(data, rng, _mp4_parts(data))


def mp4_fields(data: bytearray, rng: np.random.Generator) -> tuple[bytearray, str]:
    """An absurd number in a header that is a table: size, duration, time scale, rotation, number of pictures."""
    wanted = (b"tkhd", b"mvhd", b"mdhd", b"stts", b"ctts", b"stsz", b"stsc", b"stco", b"stss", b"stsd", b"elst")
    boxes = [part for part in _mp4_parts(data) if part.kind in wanted and part.stop - part.body >= 8]
    return _field(data, rng, boxes, step=4, order=">")


def avi_chunks(data: bytearray, rng: np.random.Generator) -> tuple[bytearray, str]:
    """Chunks moved or of another size."""
    return change_parts(data, rng, _riff_parts(data))


def avi_fields(data: bytearray, rng: np.random.Generator) -> tuple[bytearray, str]:
    """An absurd number in one of the headers."""
    headers = [part for part in _riff_parts(data) if part.kind in (b"avih", b"strh", b"strf", b"idx1")]
    return _field(data, rng, headers, step=4, order="<")


def jpeg_size(data: bytearray, rng: np.random.Generator) -> tuple[bytearray, str]:
    """Another size of the pictures themselves, from one on or in all of them."""
    size = struct.pack(">HH", *(int(x) for x in rng.choice([0, 1, 2, 96, 128, 4000, 16000, 65500], size=2)))
    at, first = 0, int(rng.integers(10))
    while (at := data.find(JPEG_FRAME, at) + len(JPEG_FRAME)) >= len(JPEG_FRAME):
        first -= 1
        if first < 0:
            data[at : at + 4] = size
    return data, f"pictures of {size.hex()}"


def mkv_elements(data: bytearray, rng: np.random.Generator) -> tuple[bytearray, str]:
    """Elements moved or of another size."""
    return change_parts(data, rng, _ebml_parts(data))


def mkv_fields(data: bytearray, rng: np.random.Generator) -> tuple[bytearray, str]:
    """An absurd size of the picture, time scale, time or length."""
    elements = [part for part in _ebml_parts(data) if part.kind in (*EBML_WIDTHS, *EBML_TIMES)]
    elements = [part for part in elements if part.stop > part.body]
    if not elements:
        return flip_bits(data, rng)
    part = elements[int(rng.integers(len(elements)))]
    choices = [bytes(8), b"\xff" * 8, b"\x7f" + b"\xff" * 7, struct.pack(">d", np.nan), struct.pack(">d", -1e9)]
    choices += [struct.pack(">Q", value) for value in (1, 16384, 65535)] + [rng.bytes(8)]
    value = choices[int(rng.integers(len(choices)))]
    data[part.body : part.stop] = value[-(part.stop - part.body) :].rjust(part.stop - part.body, b"\0")
    return data, f"{value.hex()} in {part.kind:x}"


def _field(data, rng, parts: list[Part], *, step: int, order: str) -> tuple[bytearray, str]:
    if not parts:
        return flip_bits(data, rng)
    part = parts[int(rng.integers(len(parts)))]
    places = max(1, (min(part.stop, part.body + 120) - part.body) // step)
    at, value = part.body + step * int(rng.integers(places)), int(rng.choice(NUMBERS))
    if rng.random() < 0.3:
        at, value = at + 2, int(rng.choice([0, 1, 16384, 65535])) << 16  # two of two bytes: width and height of stsd
    data[at : at + 4] = struct.pack(f"{order}I", value)
    return data, f"{value} at {at - part.start} of {part.kind.decode('latin-1')}"


_Change = Callable[[bytearray, np.random.Generator], tuple[bytearray, str]]
_CHANGES: dict[str, tuple[_Change, ...]] = {
    "mp4": (*ANY, *(mp4_boxes, mp4_fields) * 4),
    "mov": (*ANY, *(mp4_boxes, mp4_fields) * 4),
    "mkv": (*ANY, *(mkv_elements, mkv_fields) * 3),
    "webm": (*ANY, *(mkv_elements, mkv_fields) * 3),
    "avi": (*ANY, *(avi_chunks, avi_fields, jpeg_size) * 2),
}
