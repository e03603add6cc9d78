"""Make docs/report.png and docs/report.html, the report of the sample march, anew from samples/demo.mp4.

usage: make_sample_report.py
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from marchcam import Setup, assess
from marchcam.pipeline import track_video
from marchcam.report.folder import PAGE, PICTURE, write_results

ROOT = Path(__file__).parents[1]
# A file does not say when it was recorded, and its own date changes with every copy.
RECORDED_AT = "2026-11-22T14:45"
SETUP = Setup(
    name="Sample A.",
    support="none",
    pain_back_before=0,
    pain_back_after=0,
    pain_hip_before=0,
    pain_hip_after=0,
)


def main() -> None:
    """Write both files."""
    track = track_video(ROOT / "samples" / "demo.mp4", setup=SETUP)
    track = replace(track, source=replace(track.source, recorded_at=RECORDED_AT))
    with tempfile.TemporaryDirectory() as folder:
        write_results(assess(track), track, Path(folder))
        for name in (PICTURE, PAGE):
            shutil.copyfile(Path(folder) / name, ROOT / "docs" / name)


if __name__ == "__main__":
    main()
