"""What a file is on its face, before FFmpeg sees it, and why it is no video."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from marchcam.errors import SourceError

HEAD_BYTES = 512
ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+:[/\\]", re.I)  # a Path has made one slash of two; "C:\\" is none


def check_file(path: Path) -> None:
    """Raise a SourceError for what is no video on its face: nothing there, a folder, an empty file, a picture."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise SourceError(f"{path} is a folder, not a video file.")
        if not stat.S_ISREG(mode):
            raise SourceError(f"{path} is not a video file.")
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except FileNotFoundError:
        if ADDRESS.match(str(path)):  # and its password is not repeated
            raise SourceError("An address is not a video file. For a stream: marchcam live --camera ADDRESS") from None
        raise SourceError(f"There is no file {path}.") from None
    except PermissionError:
        raise SourceError(f"{path} cannot be read: permission denied.") from None
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the name
        raise SourceError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}.") from None
    if not head:
        raise SourceError(f"{path} is empty: the recording or the copy failed. Copy or record it again.")
    if _is_picture(head) or (head.startswith(b"\xff\xd8\xff") and not _is_jpeg_stream(path)):
        raise SourceError(f"{path} is a picture, not a video.")
    if _is_text(head):
        raise SourceError(f"{path} is a text, not a video.")
    if _is_sound(head):
        raise SourceError(f"{path} has sound but no picture.")


def _is_picture(head: bytes) -> bool:
    starts = (b"\x89PNG", b"BM", b"II*\0", b"MM\0*")
    brands = (b"heic", b"heix", b"mif1", b"avif")
    webp = head[:4] == b"RIFF" and head[8:12] == b"WEBP"
    return head.startswith(starts) or webp or (head[4:8] == b"ftyp" and head[8:12] in brands)


def _is_text(head: bytes) -> bool:
    """Whether it is letters only. FFmpeg would draw them, or open the files and addresses that they name."""
    text = head.decode("utf-8", "ignore")
    return len(text.encode()) > len(head) - 4 and all(c.isprintable() or c in "\t\n\r\f\x1b\ufeff" for c in text)


def _is_jpeg_stream(path: Path) -> bool:
    """Whether one JPEG follows the other, as some cameras write a film."""
    with path.open("rb") as file:
        return b"\xff\xd9\xff\xd8" in file.read(10_000_000)


def _is_sound(head: bytes) -> bool:
    # Named by their first bytes because FFmpeg would take the cover picture of an album for a video.
    wave = head[:4] == b"RIFF" and head[8:12] == b"WAVE"
    return head.startswith((b"ID3", b"fLaC")) or wave or (head[4:8] == b"ftyp" and head[8:11] == b"M4A")


def why_unreadable(path: Path) -> str:
    """A sentence about a file that FFmpeg does not take for a video."""
    boxes = _top_boxes(path)
    if "ftyp" in boxes or "mdat" in boxes:
        if "moov" not in boxes:
            return f"{path} is cut off: its table of contents is missing. Copy or record it again."
        if b"vide" not in boxes["moov"]:
            return f"{path} has sound but no picture."
    return f"{path} is not a video that can be read; the file is damaged or of another kind. Try an MP4 file."


def _top_boxes(path: Path) -> dict[str, bytes]:
    """The outermost boxes of an MP4 or MOV file; only the content of `moov` is kept. Empty for any other file."""
    boxes: dict[str, bytes] = {}
    with path.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        position = 0
        while position + 8 <= end:
            file.seek(position)
            size, name = int.from_bytes(file.read(4), "big"), file.read(4).decode("latin-1")
            if size == 1:
                size = int.from_bytes(file.read(8), "big")
            if (size < 8 and size != 0) or not name.isalnum():
                break
            boxes[name] = file.read(10_000_000) if name == "moov" else b""
            position = end if size == 0 else position + size
    return boxes
