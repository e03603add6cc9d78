"""Draw every kind of screen of the live window into a folder, to be looked at.

usage: make_live_pictures.py FOLDER
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from marchcam.capture import cv2, read_frames
from marchcam.live.overlay import draw
from marchcam.live.screen import Button, Check, Gauge, Screen
from marchcam.live.stages import refused
from marchcam.track import ANKLE, HEEL, TOE, PoseTrack

ROOT = Path(__file__).parents[1]
BUTTONS = (
    Button("space", "Pause", "pause"),
    Button("r", "Repeat step", "repeat"),
    Button("p", "New pain", "pain", strong=True),
    Button("q", "Stop", "stop"),
)
GOOD = tuple(
    Check(name, word, True)
    for name, word in (
        ("Head", "in the picture"),
        ("Hips and knees", "in the picture"),
        ("Feet", "in the picture"),
        ("Distance", "good"),
        ("Light", "good"),
        ("Camera", "level"),
        ("People", "one"),
    )
)
TOO_CLOSE = tuple(
    {"Feet": Check("Feet", "out of the picture", False), "Distance": Check("Distance", "too close", False)}.get(
        check.name, check
    )
    for check in GOOD
)
SAFETY = (
    "• hip replacement, or hip or spine surgery with movement limits",
    "• a recent fracture",
    "• new numbness or weakness",
    "• a change of bladder or bowel",
    "• chest pain or dizziness",
    "• a swollen, painful calf",
    "• a recent fall, or unable to stand on one leg with support",
    "• night pain",
    "• pregnancy with pelvic pain",
)
SCALE = tuple(Button("t" if n == 10 else str(n), str(n), f"answer {n}") for n in range(11))
MARCH = Screen("march", "", step=3, rate_hz=29.2, buttons=BUTTONS)
PAUSED = (Button("space", "Go on", "pause"), *BUTTONS[1:])


def gauges(left_deg: float, right_deg: float, counts: tuple[int, int], asked: str | None, of: int | None = 6) -> tuple:
    return (
        Gauge("left", left_deg, counts[0], of, asked == "left"),
        Gauge("right", right_deg, counts[1], of, asked == "right"),
    )


def screens() -> dict[str, Screen]:
    """Name and screen of each picture."""
    hold = replace(
        MARCH,
        cue="Hold",
        next_cue="then lower slowly, toes first",
        ring=0.6,
        ring_text="0.6",
        gauges=gauges(-86, 1, (4, 4), "right"),
    )
    paused = replace(hold, cue="Paused", next_cue="Space goes on", ring=None, buttons=PAUSED)
    nobody = {"gauges": gauges(None, None, (4, 4), None), "state_good": False, "buttons": BUTTONS}
    return {
        "frame-feet-missing": Screen(
            "frame",
            "Take one big step back",
            state="Not ready yet",
            state_good=False,
            rate_hz=29,
            checks=TOO_CLOSE,
            missing=(("bottom", "feet missing here"),),
            buttons=BUTTONS,
        ),
        "frame-all-good": Screen(
            "frame", "Stay there", "all is in the picture", rate_hz=29, checks=GOOD, buttons=BUTTONS
        ),
        "stand-still": replace(
            MARCH,
            cue="Stand still",
            next_cue="look straight ahead",
            step=1,
            ring=0.3,
            ring_text="3",
            gauges=gauges(-87, -88, (0, 0), None),
        ),
        "right-hand": replace(
            MARCH, cue="Raise your right hand", next_cue="to start", step=2, gauges=gauges(-87, -88, (0, 0), None)
        ),
        "lift-left": replace(
            MARCH, cue="Lift left", next_cue="to level, then hold", gauges=gauges(-41, -86, (5, 4), "left")
        ),
        "hold": hold,
        "lower": replace(MARCH, cue="Lower slowly", next_cue="toes first", gauges=gauges(-86, -30, (4, 4), "right")),
        "does-not-count": replace(
            MARCH, **refused("leg_curl"), gauges=gauges(-86, -70, (4, 4), "right"), buttons=BUTTONS
        ),
        "turned": replace(MARCH, **refused("turned"), gauges=gauges(-86, -85, (4, 4), "left"), buttons=BUTTONS),
        "paused": paused,
        "pain": Screen(
            "page",
            "New pain: where is it?",
            "The march is paused. Nothing is lost.",
            step=3,
            buttons=(
                Button("b", "Low back", "back"),
                Button("h", "Hip", "hip"),
                Button("o", "Elsewhere", "other"),
                Button("n", "No new pain", "no", strong=True),
            ),
        ),
        "safety": Screen(
            "page",
            "Does any of these apply to you?",
            lines=SAFETY,
            buttons=(
                Button("y", "Yes", "yes"),
                Button("n", "No, none of these", "no", strong=True),
                Button("q", "Stop", "stop"),
            ),
        ),
        "pain-scale": Screen(
            "page",
            "How strong is the pain in your low back now?",
            lines=("0 is no pain, 10 is the worst pain you can imagine.",),
            buttons=(*SCALE, Button("s", "Skip", "skip"), Button("q", "Stop", "stop")),
        ),
        "camera-lost": replace(
            MARCH,
            cue="Camera lost",
            next_cue="Is the cable in? Waiting for it.",
            **nobody,
            state="No picture",
            rate_hz=None,
        ),
    }


def main(folder: Path) -> None:
    """Draw them all."""
    folder.mkdir(parents=True, exist_ok=True)
    track = PoseTrack.load(ROOT / "tests" / "data" / "tracks" / "demo.npz")
    row = int(np.argmin(track.position_px[:, 26, 1]))  # the right knee at its highest
    rows = {"still": 0, "lift": row}
    images, _ = read_frames(ROOT / "samples" / "demo.mp4", [track.times_s[row] for row in rows.values()])
    taken = {name: (images[track.times_s[row]], track.position_px[row]) for name, row in rows.items()}
    image, points = taken["lift"]
    height, width = 2 * image.shape[0] // 3, 2 * image.shape[1] // 3
    close, cut = image[:height, width // 4 : width // 4 + width], points - (width // 4, 0)
    cut[[*ANKLE.values(), *HEEL.values(), *TOE.values()]] = np.nan
    middle = round(float(points[:, 0].mean()))
    half = image.shape[0] * 9 // 32
    portrait = image[:, middle - half : middle + half], points - (middle - half, 0)

    def save(name: str, screen: Screen, picture: tuple, size_wh: tuple[int, int] = (1280, 720)) -> None:
        cv2.imwrite(str(folder / f"{name}.png"), draw(screen, *picture, size_wh).image)

    for name, screen in screens().items():
        picture = {"camera-lost": (None, None), "frame-feet-missing": (close, cut)}.get(name)
        save(name, screen, picture or taken["lift" if screen.step == 3 else "still"])
    hold, frame = screens()["hold"], screens()["frame-feet-missing"]
    save("portrait", hold, portrait)
    everywhere = tuple((edge, f"cut {edge}") for edge in ("top", "bottom", "left", "right"))
    save("portrait-frame", replace(frame, missing=everywhere), portrait)
    for size_wh in ((1920, 1080), (1024, 768), (800, 600)):
        save(f"hold-{size_wh[0]}x{size_wh[1]}", hold, (image, points), size_wh)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
