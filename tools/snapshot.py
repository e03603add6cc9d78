"""Everything that MarchCam says of stored tracks, for a comparison before and after a change of the code.

usage: snapshot.py OUT [FOLDER_OR_TRACK ...]   (by default tests/data/tracks and validation/tracks)

Writes for each track assessment.json, repetitions.csv, series.csv, summary.txt and page.html (without pictures);
then `diff -r BEFORE AFTER` shows what changed.
"""

from __future__ import annotations

import re
import sys
import warnings
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from marchcam.analysis.assessment import assess
from marchcam.report import tables
from marchcam.report.page import page_html
from marchcam.report.summary import summary_text
from marchcam.track import PoseTrack

ROOT = Path(__file__).parent.parent
FOLDERS = (ROOT / "tests" / "data" / "tracks", ROOT / "validation" / "tracks")


def main(out: Path, places: list[Path]) -> None:
    """Write what is said of every track that is named, or lies in a folder that is named."""
    tracks = [t for place in places or FOLDERS for t in (sorted(place.rglob("*.npz")) if place.is_dir() else [place])]
    with ProcessPoolExecutor() as pool:
        for path in pool.map(partial(write_snapshot, out), tracks):
            print(path)


def write_snapshot(out: Path, path: Path) -> Path:
    """Write what is said of one track to a folder of its own."""
    warnings.simplefilter("error")
    track = PoseTrack.load(path)
    assessment = assess(track)
    folder = out / path.resolve().parent.name / path.stem
    folder.mkdir(parents=True, exist_ok=True)
    tables.write_json(assessment, folder / "assessment.json")
    tables.write_repetitions_csv(assessment, folder / "repetitions.csv")
    tables.write_series_csv(assessment, folder / "series.csv")
    (folder / "summary.txt").write_text(summary_text(assessment), encoding="utf-8")
    page = re.sub(r"base64,[A-Za-z0-9+/=]+", "base64,", page_html(assessment, track))
    (folder / "page.html").write_text(page.replace("><", ">\n<"), encoding="utf-8")
    return folder


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), [Path(place) for place in sys.argv[2:]])
