"""MarchCam: what a slow march in place shows about both legs, from one camera.

>>> from marchcam import Setup, analyze_video
>>> assessment = analyze_video("march.mp4", Setup(stature_m=1.75))
"""

from importlib import import_module

__version__ = "0.1.0"

# Where each public name lives. It is fetched when first asked for: importing marchcam loads nothing.
_HOME = {
    "Assessment": "marchcam.analysis.results",
    "MarchCamError": "marchcam.errors",
    "ModelError": "marchcam.errors",
    "OutputError": "marchcam.errors",
    "PoseTrack": "marchcam.track",
    "Setup": "marchcam.track",
    "SourceError": "marchcam.errors",
    "TrackError": "marchcam.errors",
    "analyze_video": "marchcam.pipeline",
    "assess": "marchcam.analysis.assessment",
    "track_video": "marchcam.pipeline",
}
__all__ = list(_HOME)


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
