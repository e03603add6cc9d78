"""What can go wrong, as exceptions whose text is meant for the person at the keyboard."""

import errno

LIBRARY_HINT = "On Debian or Ubuntu: sudo apt-get install libgl1 libglib2.0-0 libxcb1 libegl1 libgles2"
"""What a bare Linux lacks for OpenCV and MediaPipe to load."""
OPENCV_REPAIR = 'python -m pip install --force-reinstall --no-deps "opencv-contrib-python>=5,<6"'
"""Puts OpenCV back where a second package of it was removed, which takes the common folder along."""


NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""Of an OSError: the disk, what a person may use of it, or the largest file is full."""


class MarchCamError(Exception):
    """Base of every expected failure; the text says what failed and what to do."""


class SourceError(MarchCamError):
    """A video file or camera cannot be read."""


class ModelError(MarchCamError):
    """The pose model is missing, damaged or cannot run here."""


class TrackError(MarchCamError):
    """A saved pose track is missing, damaged or of a wrong shape."""


class OutputError(MarchCamError):
    """A result cannot be written."""


class SessionError(MarchCamError):
    """A live session cannot be run."""


class HistoryError(MarchCamError):
    """The history of sessions cannot be read or written."""


class ClusterError(MarchCamError):
    """Workers on other computers cannot be used."""


def sentence_of(error: Exception) -> str:
    """What happened, in words for the person at the keyboard."""
    if isinstance(error, MarchCamError):
        return str(error)
    if isinstance(error, ImportError):
        hint = LIBRARY_HINT if ".so" in str(error) else "Install MarchCam again."
        return f"A part of MarchCam cannot be loaded: {error}. {hint}"
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        return f"The disk is full: {error.filename or 'a file'} was not written. Make room, and try again."
    if isinstance(error, OSError):
        return f"{error.filename or 'A file'} cannot be read or written: {error.strerror or error}."
    if isinstance(error, MemoryError):
        return "The memory of this computer is full. Close other programs, or analyze a part with --start and --end."
    kind = type(error).__name__
    return f"Something went wrong inside MarchCam ({kind}: {error}). Set MARCHCAM_DEBUG=1 and try again to see where."
