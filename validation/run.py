"""How far MarchCam is from the truth, over clips with exactly known angles.

usage: run.py [FOLDER | --stored] [--write]

FOLDER holds clips (NAME.mp4, NAME.truth.csv, NAME.reps.json; see store.py); without it the stored tracks of this folder
are used, which takes seconds and no video. --write refreshes results.json, results.md and the marked parts of
../docs/accuracy.md from the stored tracks.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from clip_error import Truth, clip_error
from error_table import build_results
from pages import fill, results_page
from store import HERE, TRACKS, TRUTH, clip_names, read_clip

from marchcam import PoseTrack

RESULTS_JSON, RESULTS_PAGE = HERE / "results.json", HERE / "results.md"
ACCURACY_PAGE = HERE.parent / "docs" / "accuracy.md"


def main() -> None:
    """Print the tables, and write them where asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--stored", action="store_true", help="the stored tracks (the default)")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    if options.folder and (options.stored or options.write):
        parser.error("only the stored tracks can be written: put new clips there with store.py")
    results = build_results([clip_error(*clip) for clip in (clips_of(options.folder) if options.folder else stored())])
    print(results_page(results))
    if options.write:
        RESULTS_JSON.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
        RESULTS_PAGE.write_text(results_page(results))
        ACCURACY_PAGE.write_text(fill(ACCURACY_PAGE.read_text(), results, HERE))


def stored() -> Iterator[tuple[PoseTrack, Truth]]:
    """Every stored clip."""
    for path in sorted(TRUTH.glob("*.json")):
        yield PoseTrack.load(TRACKS / f"{path.stem}.npz"), Truth.load(path)


def clips_of(folder: Path) -> Iterator[tuple[PoseTrack, Truth]]:
    """Every clip of a folder; bodies that its SPLIT.json does not name set no constant."""
    path = folder / "SPLIT.json"
    split = json.loads(path.read_text()) if path.exists() else {}
    for name in clip_names(folder):
        track, truth = read_clip(folder, name, split, "test")
        yield track, Truth.from_json(name, truth)


if __name__ == "__main__":
    main()
