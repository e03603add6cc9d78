"""Tracking a video, by model, picture height and cores: MarchCam, the plain loop, myogait, and the bare network.

    python -m venv others && others/bin/pip install myogait mediapipe ai-edge-litert
    python benchmarks/compare.py --other-python others/bin/python [--models full] [--heights 720] [--frames 150]

The other tools live in an environment of their own, because they bring another build of OpenCV. All get the same frames
and the same model file. Each run is a process that may use so many cores as stand in the table; the ways take turns,
`--rounds` times, and the medians count. Starting Python and importing is not timed, making the model is. Times are ms a
frame, wall and processor; "faster" is the processor time and the wall time of the plain loop over those of the way.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

SAMPLE = Path(__file__).parents[1] / "samples" / "demo.mp4"
NOWHERE = "http://127.0.0.1:9"  # MediaPipe reports its use to its makers; not from here
NETWORK = "pose_landmarks_detector.tflite"
FLOOR_RUNS = 100


def plain_loop(video: str, model: str, cores: int) -> int:
    """Read, find the pose, next."""
    from track import plain_loop

    return plain_loop(Path(video), model)


def marchcam(video: str, model: str, cores: int) -> int:
    from marchcam.pipeline import track_video

    return len(track_video(video, model=model, jobs=cores).times_s)


def myogait(video: str, model: str, cores: int) -> int:
    from myogait import extract

    return len(extract(video, model="mediapipe", model_path=model, show_progress=False)["frames"])


def bare_network(video: str, model: str, cores: int) -> int:
    """The landmark network alone, on one grey picture of its own size."""
    import numpy as np
    from ai_edge_litert.interpreter import Interpreter

    with zipfile.ZipFile(model) as bundle:
        network = Interpreter(model_content=bundle.read(NETWORK), num_threads=cores)
    network.allocate_tensors()
    entry = network.get_input_details()[0]
    network.set_tensor(entry["index"], np.full(entry["shape"], 0.5, np.float32))
    for _ in range(FLOOR_RUNS):
        network.invoke()
    return FLOOR_RUNS


WAYS = {"plain loop": plain_loop, "marchcam": marchcam, "myogait": myogait, "bare network": bare_network}
IMPORTS = {
    "plain loop": ("track", "mediapipe"),
    "marchcam": ("marchcam.pipeline", "mediapipe.tasks.python.vision"),
    "myogait": ("myogait", "mediapipe.tasks.python.vision"),
    "bare network": ("numpy", "ai_edge_litert.interpreter"),
}


def work(way: str, video: str, model: str, cores: int) -> None:
    """One run, in a process of its own: wall and processor ms a frame, as JSON."""
    import importlib

    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])
    for name in IMPORTS[way]:
        importlib.import_module(name)
    wall, cpu = time.perf_counter(), time.process_time()
    count = WAYS[way](video, model, cores)
    print(json.dumps([1000 * (time.perf_counter() - wall) / count, 1000 * (time.process_time() - cpu) / count]))


def run(python: str, way: str, video: Path, model: Path, cores: int) -> list[float]:
    """Wall and processor ms a frame of one run."""
    environment = {**os.environ, "http_proxy": NOWHERE, "https_proxy": NOWHERE, "HTTPS_PROXY": NOWHERE}
    environment["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parents[1]), str(Path(__file__).parent)])
    command = [python, __file__, "--work", way, str(video), str(model), str(cores)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{way} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def compare(told: argparse.Namespace, video: Path, model: str) -> None:
    """Print the table rows of one video and model."""
    import numpy as np

    from marchcam.capture import VideoFile
    from marchcam.models import FOLDER

    with VideoFile(video) as frames:
        size = " x ".join(map(str, frames.image_size_wh))
    bundle = FOLDER / f"pose_landmarker_{model}.task"
    ways = [
        ("plain loop", 1),
        *((way, cores) for way in ("marchcam", "myogait", "bare network") for cores in told.cores),
    ]
    if not told.other_python:
        ways = [(way, cores) for way, cores in ways if way in ("plain loop", "marchcam")]
    found = {way: [] for way in ways}
    for _ in range(told.rounds):
        for way, cores in ways:
            python = told.other_python if way in ("myogait", "bare network") else sys.executable
            found[way, cores].append(run(python, way, video, bundle, cores))
    medians = {way: np.median(costs, axis=0) for way, costs in found.items()}
    base_wall, base_cpu = medians["plain loop", 1]
    for (way, cores), (wall, cpu) in medians.items():
        faster = f"{base_wall / wall:.2f} | {base_cpu / cpu:.2f}"
        print(f"| {model} | {size} | {way} | {cores} | {wall:.1f} | {cpu:.1f} | {faster} |", flush=True)


def main() -> None:
    if sys.argv[1:2] == ["--work"]:
        work(*sys.argv[2:5], int(sys.argv[5]))
        return
    from track import resized, stages

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--other-python", help="Python of the environment with myogait and ai-edge-litert")
    parser.add_argument("--video", type=Path, default=SAMPLE)
    parser.add_argument("--models", nargs="+", default=["lite", "full", "heavy"])
    parser.add_argument("--heights", nargs="+", type=int, default=[480, 720, 1080])
    parser.add_argument("--cores", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--frames", type=int, default=150)
    parser.add_argument("--rounds", type=int, default=1)
    told = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {told.frames} frames, {told.rounds} rounds\n")
    print("| model | picture | way | cores | wall ms | processor ms | faster, wall | faster, processor |")
    print("|---|---|---|---|---|---|---|---|")
    costs = {}
    for height in told.heights:
        with tempfile.TemporaryDirectory() as folder:
            video = resized(told.video, height, folder, told.frames / 30)
            for model in told.models:
                compare(told, video, model)
                costs[model, height] = stages(video, model)
    for (model, height), steps in costs.items():
        print(f"\n{model}, {height}p: " + "; ".join(f"{step} {cost_ms:.1f} ms" for step, cost_ms in steps.items()))


if __name__ == "__main__":
    main()
