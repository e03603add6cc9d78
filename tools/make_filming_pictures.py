"""Take the pictures of the filming guide from rendered clips.

usage: make_filming_pictures.py FOLDER...   (the folders that hold the clips named below)
"""

from __future__ import annotations

import sys
from pathlib import Path

from marchcam.capture import cv2, read_frames

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
CLIPS = {
    "good": "demo",
    "too-high": "cam_high",
    "too-near": "cut_at_knees",
    "feet-cut": "feet_out",
    "tilted": "longleg_front_tilt",
    "dark": "longtrunk_front_dark",
}
TIME_S = 4.3  # the first lift of these clips is up
SIZE_WH = (480, 360)


def main(folders: list[Path]) -> None:
    """Write a picture for every clip, cut to 4:3 about its middle."""
    PICTURES.mkdir(exist_ok=True)
    for name, clip in CLIPS.items():
        path = next(folder / f"{clip}.mp4" for folder in folders if (folder / f"{clip}.mp4").exists())
        images, (width, height) = read_frames(str(path), [TIME_S], rotate=None)
        wide = min(width, height * 4 // 3)
        left = (width - wide) // 2
        image = cv2.resize(images[TIME_S][:, left : left + wide], SIZE_WH, interpolation=cv2.INTER_AREA)
        cv2.imwrite(str(PICTURES / f"{name}.jpg"), image, [cv2.IMWRITE_JPEG_QUALITY, 82])


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
