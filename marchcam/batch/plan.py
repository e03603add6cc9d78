"""Which videos are meant by files, folders and patterns, and what the folder of each one's results is called."""

from __future__ import annotations

import glob
import hashlib
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ENDINGS = frozenset(
    ".3gp .avi .flv .h264 .m2ts .m4v .mjpeg .mjpg .mkv .mov .mp4 .mpeg .mpg .mts .mxf .ogv .ts .vob .webm .wmv".split()
)
"""Of files that a search takes for videos."""
ASSESSMENT = "assessment.json"
OWN_VIDEOS = ("annotated.mp4", "recording.mkv")
"""What MarchCam itself leaves beside an assessment."""
SUMMARY, COHORT = "summary.csv", "cohort.png"
URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")  # two letters at least: C:// is a disk
FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\ud800-\udfff]')  # on one system or another
RESERVED = re.compile(
    r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?$|" + re.escape(SUMMARY) + "$|" + re.escape(COHORT) + "$", re.I
)
MAX_LABEL_BYTES = 120
MARK_LETTERS = 10  # so that thousands of one name stay apart


@dataclass(frozen=True)
class Video:
    """A video to be analyzed."""

    place: str
    """Absolute path, or an address such as s3://…"""
    label: str
    """Name of the folder of its results; no other video of the plan has it, also where case does not count."""


@dataclass(frozen=True)
class Plan:
    """The videos that were meant, in the order given; within a folder or pattern by name."""

    videos: tuple[Video, ...]
    troubles: tuple[str, ...]
    """What was named and leads to no video, a sentence each."""


def is_url(path: str) -> bool:
    """Whether it is an address, not a path of this computer."""
    return URL.match(path) is not None


def means_many(paths: list[str]) -> bool:
    """Whether this is anything else than one plain file."""
    return len(paths) != 1 or is_url(paths[0]) or os.path.isdir(paths[0]) or _is_pattern(paths[0])


def make_plan(
    paths: Iterable[str], out: str | Path, match_urls: Callable[[str], list[str]] = lambda url: [url]
) -> Plan:
    """Find the videos.

    Parameters
    ----------
    paths : iterable of str
        Files, whatever their ending; folders, searched with all folders in them; patterns with * ? [ ] and **;
        addresses.
    out : path-like
        Where results go: not searched.
    match_urls : callable, optional
        The addresses that an address with a * stands for.

    Returns
    -------
    Plan
        Each video once, also when it was named twice.
    """
    troubles: list[str] = []
    found: dict[str, tuple[str, str]] = {}
    for path in paths:
        count = len(troubles)
        places = list(_find(path, os.path.realpath(out), troubles, match_urls))
        if not places and len(troubles) == count:
            kind = "folder" if os.path.isdir(path) else "pattern"
            troubles.append(f"No video was found in the {kind} {path}.")
        for place, name in places:
            found.setdefault(place if is_url(place) else os.path.realpath(place), (place, name))
    labels = make_labels(list(found.values()))
    videos = tuple(Video(place, label) for (place, _), label in zip(found.values(), labels, strict=True))
    return Plan(videos, tuple(troubles))


def make_labels(videos: list[tuple[str, str]]) -> list[str]:
    """Names for the folders of the results.

    Parameters
    ----------
    videos : list of (str, str)
        Place, and the name below what was searched.

    Returns
    -------
    list of str
        The name without its ending, a - between folders. Those of one name get the folder they lie in before it, or, if
        that is of no use, a mark made from the whole place after it.
    """
    labels = [clean_label(name) for _, name in videos]
    for better in (_with_folder, _with_mark):
        often = Counter(_alike(label) for label in labels)
        labels = [
            label if often[_alike(label)] == 1 else better(place, name)
            for label, (place, name) in zip(labels, videos, strict=True)
        ]
    return labels


def clean_label(name: str) -> str:
    """One folder name that every system takes, of a relative path with /."""
    stem = os.path.splitext(name)[0]
    text = FORBIDDEN.sub("_", unicodedata.normalize("NFC", stem).replace("/", "-")).strip(" ")
    text = re.sub(r"^\.+", "_", text).rstrip(". ") or "video"
    if RESERVED.match(text):
        text = f"_{text}"
    if len(text.encode()) > MAX_LABEL_BYTES:
        kept = text.encode()[: MAX_LABEL_BYTES - MARK_LETTERS - 1].decode("utf-8", "ignore")
        text = f"{kept.rstrip('. ')}-{_mark(name)}"
    return text


def _with_folder(place: str, name: str) -> str:
    folders = re.split(r"[\\/]", place)[:-1]
    return clean_label(f"{folders[-1]}/{name}" if "/" not in name and folders and folders[-1] else name)


def _with_mark(place: str, name: str) -> str:
    return f"{clean_label(name)}-{_mark(place)}"


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:MARK_LETTERS]


def _alike(label: str) -> str:
    """Equal for what a disk may take for one name."""
    return unicodedata.normalize("NFC", label.casefold())


def _find(
    path: str, out: str, troubles: list[str], match_urls: Callable[[str], list[str]]
) -> Iterator[tuple[str, str]]:
    """Place, and name below what was searched with / between folders, of each video that a path means."""
    if is_url(path):
        if ":" in re.split(r"[/\\?#]", path.split("://", 1)[1])[0].rpartition("@")[0]:  # and it is not repeated
            troubles.append(
                "An address with a password in it is not taken: it would stand in the results. Set it as fsspec "
                "reads it, in its configuration or the environment."
            )
            return
        for url in match_urls(path):
            yield url, re.split(r"[/\\]", re.split(r"[?#]", url)[0].rstrip("/"))[-1]
    elif os.path.isdir(path):
        for file in _search(path, out, troubles):
            yield _absolute(file), _below(file, path)
    elif not _is_pattern(path):
        yield _absolute(path), os.path.basename(path)
    else:
        root = _fixed_part(path)
        for match in sorted(glob.glob(path, recursive=True), key=lambda match: match.split(os.sep)):
            if os.path.isdir(match):
                # With ** every folder is a match, and so are the files in it.
                files = [] if "**" in path else _search(match, out, troubles)
            else:
                files = [match] if _is_meant(match, path) and not _is_inside(match, out) else []
            for file in files:
                yield _absolute(file), _below(file, root)


def _search(root: str, out: str, troubles: list[str]) -> Iterator[str]:
    """Every video in a folder and the folders in it, by name; nothing hidden, nothing that MarchCam wrote."""

    def unreadable(error: OSError) -> None:
        troubles.append(f"The folder {error.filename} cannot be read: {error.strerror}.")

    found: list[str] = []
    for folder, folders, files in os.walk(root, onerror=unreadable):
        folders[:] = [name for name in folders if name[0] != "." and not _is_inside(os.path.join(folder, name), out)]
        own = OWN_VIDEOS if ASSESSMENT in files else ()
        found += [os.path.join(folder, name) for name in files if _is_video_name(name) and name not in own]
    yield from sorted(found, key=lambda file: file.split(os.sep))


def _is_video_name(name: str) -> bool:
    return not name.startswith(".") and os.path.splitext(name)[1].lower() in ENDINGS


def _is_meant(match: str, pattern: str) -> bool:
    """Whether a file that fits a pattern is meant: by its ending, unless the pattern names one."""
    folder, name = os.path.split(match)
    last = os.path.basename(pattern)
    own = glob.has_magic(last) and name in OWN_VIDEOS and os.path.exists(os.path.join(folder, ASSESSMENT))
    ending = os.path.splitext(last)[1]
    named = bool(ending) and not glob.has_magic(ending)
    return not own and (named or not glob.has_magic(last) or _is_video_name(name))


def _is_pattern(path: str) -> bool:
    return glob.has_magic(path) and not os.path.lexists(path)


def _fixed_part(pattern: str) -> str:
    """The folder that all matches of a pattern lie in."""
    while glob.has_magic(pattern):
        pattern = os.path.dirname(pattern)
    return pattern or os.curdir


def _is_inside(path: str, folder: str) -> bool:
    real = os.path.realpath(path)
    return real == folder or real.startswith(folder + os.sep)


def _below(file: str, root: str) -> str:
    return os.path.relpath(file, root).replace(os.sep, "/")


def _absolute(path: str) -> str:
    return os.path.abspath(path)
