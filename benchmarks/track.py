"""How fast a recorded video is tracked, against the plain loop: read, find the pose, next.

    python benchmarks/track.py [--video FILE] [--seconds 30] [--height 720] [--model full] [--rounds 3] [--shared]

The loop and MarchCam with one job and more take turns, on the same frames with the same model; ratios are of one round.
Wall and processor time are in milliseconds a frame. Figures of one run belong together: on another machine, or beside
other work, they are others. `--shared` (Linux) lets the loop and one job run at the same time on one core instead, and
compares processor time: the moods of a rented machine then fall on both.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import mediapipe
import numpy as np
from mediapipe.tasks.python import BaseOptions, vision

from marchcam.background import BackgroundShift
from marchcam.capture import Frame, VideoFile, cv2
from marchcam.models import FOLDER, MODELS
from marchcam.pipeline import default_jobs, track_video
from marchcam.pose import PoseEstimator, shut_network

SAMPLE = Path(__file__).parents[1] / "samples" / "demo.mp4"


def resized(video: Path, height: int, folder: str, seconds: float) -> Path:
    """The first seconds of a video at another height, as phones have it."""
    path = Path(folder) / "source.mp4"
    with VideoFile(video, end_s=seconds) as frames:
        width, old = frames.image_size_wh
        size = (round(width * height / old / 2) * 2, height)
        writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"mp4v"), 1 / frames._frame_interval_s, size)
        for frame in frames:
            writer.write(cv2.resize(frame.image, size, interpolation=cv2.INTER_LINEAR))
        writer.release()
    return path


def plain_loop(video: Path, model: str) -> int:
    """Read, convert, find the pose, next: OpenCV and MediaPipe, nothing of MarchCam."""
    bundle = FOLDER / f"pose_landmarker_{model}.task" if model in MODELS else model
    options = vision.PoseLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=str(bundle)), running_mode=vision.RunningMode.VIDEO
    )
    shut_network()  # MediaPipe reports its use to its makers
    capture, count = cv2.VideoCapture(str(video)), 0
    with vision.PoseLandmarker.create_from_options(options) as landmarker:
        while True:
            read, image = capture.read()
            if not read:
                return count
            picture = mediapipe.Image(mediapipe.ImageFormat.SRGB, cv2.cvtColor(image, cv2.COLOR_BGR2RGB))
            landmarker.detect_for_video(picture, 34 * count)
            count += 1


def tracked(video: Path, model: str, jobs: int) -> int:
    return len(track_video(video, model=model, jobs=jobs).times_s)


def timed(work) -> np.ndarray:
    """Wall and processor time a frame, ms."""
    wall, cpu = time.perf_counter(), time.process_time()
    count = work()
    return 1000 * np.array([time.perf_counter() - wall, time.process_time() - cpu]) / count


def on_core(core: int, video: Path, model: str, jobs: int) -> float:
    """Processor time a frame on one core, ms; of the plain loop with no jobs."""
    os.sched_setaffinity(0, {core})
    return timed(lambda: tracked(video, model, jobs) if jobs else plain_loop(video, model))[1]


def shared_core(video: Path, model: str) -> tuple[float, float]:
    """The plain loop and MarchCam with one job at the same time on one core: processor time a frame, ms."""
    core = min(os.sched_getaffinity(0))
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        loop, ours = (pool.submit(on_core, core, video, model, jobs) for jobs in (0, 1))
        return loop.result(), ours.result()


def stages(video: Path, model: str) -> dict[str, float]:
    """What one step costs, alone in one thread, ms."""
    with VideoFile(video, end_s=2.0) as source:
        begun = time.perf_counter()
        frames = list(source)
        costs = {"decode a frame": 1000 * (time.perf_counter() - begun) / len(frames)}
    whole = [Frame(frame.index, frame.time_s + 10, frame.image) for frame in frames]
    with PoseEstimator(model) as estimator:
        found = [estimator.landmarks(frame) for frame in frames]
        estimator.find_people(frames[0].image)
        background = BackgroundShift()
        works = {
            "BGR to RGB": lambda frame: cv2.cvtColor(frame.image, cv2.COLOR_BGR2RGB),
            "landmarks (with BGR to RGB)": estimator.landmarks,
            "background, every 0.5 s": lambda frame: background.measure(frame.image, found[0].position_px),
            "count of people, when something is new": lambda frame: estimator.find_people(frame.image),
            "a fresh model, once a segment": lambda frame: estimator.start_anew(),
        }
        for name, work in works.items():
            part = whole if "landmarks" in name else whole[:10]
            costs[name] = timed(lambda work=work, part=part: sum(work(frame) is not frame for frame in part))[0]
    return costs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--video", type=Path, default=SAMPLE)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--height", type=int, default=720)
    parser.add_argument("--model", default="full")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--shared", action="store_true", help="the loop and one job at the same time on one core")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        video = resized(told.video, told.height, folder, told.seconds)
        with VideoFile(video) as source:
            width, height = source.image_size_wh
            print(f"{told.video.name}, {width} x {height}, {source.expected_frame_count} frames, model {told.model}")
        print(f"{os.cpu_count()} cores, {default_jobs()} to use\n")
        if told.shared:
            pairs = [shared_core(video, told.model) for _ in range(told.rounds)]
            print("one core, at the same time: processor ms of the plain loop, of one job, their ratio")
            for loop, ours in pairs:
                print(f"{loop:6.2f} {ours:6.2f} {ours / loop:7.3f}")
            print(f"median ratio {np.median([ours / loop for loop, ours in pairs]):.3f}")
            return
        for name, cost_ms in stages(video, told.model).items():
            print(f"{name:40} {cost_ms:7.2f} ms")
        ways = {"plain loop": lambda: plain_loop(video, told.model)}
        for jobs in sorted({1, default_jobs()}):
            name = f"marchcam, {jobs} job{'s' * (jobs > 1)}"
            ways[name] = lambda jobs=jobs: tracked(video, told.model, jobs)
        rounds = []
        for _ in range(told.rounds):
            rounds.append([timed(work) for work in ways.values()])
        print(f"\n{'':20} {'wall ms':>8} {'cpu ms':>8}   times the plain loop, each round")
        for i, name in enumerate(ways):
            wall, cpu = np.median([costs[i] for costs in rounds], axis=0)
            ratios = "  ".join(f"{costs[0][0] / costs[i][0]:.2f}" for costs in rounds)
            print(f"{name:20} {wall:8.1f} {cpu:8.1f}   {ratios}")


if __name__ == "__main__":
    main()
