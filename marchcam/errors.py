"""What can go wrong, as exceptions whose text is meant for the person at the keyboard."""

LIBRARY_HINT = "On Debian or Ubuntu: sudo apt-get install libgl1 libglib2.0-0 libxcb1 libegl1 libgles2"
"""What a bare Linux lacks for OpenCV and MediaPipe to load."""


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
