"""How fast a live session is: pictures a second, and how old a picture is when its result is on the screen.

    python benchmarks/live.py [--video FILE] [--seconds 30] [--height 720] [--model full]

Three ways over the same video, which runs at its own pace as a camera would: `marchcam live` as it is, the same without
a window, and the plain loop that most programs have (read, find the pose, draw and show, next). The figures of one run
belong together; on another machine, or beside other work, they are others.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from marchcam.capture import VideoFile, cv2
from marchcam.live.front import DRAWN_PRESENCE, TerminalFront, WindowFront
from marchcam.live.overlay import draw
from marchcam.live.plan import Plan
from marchcam.live.screen import Screen
from marchcam.live.session import Options, run_session
from marchcam.live.sound import Sound
from marchcam.live.terminal import Printer
from marchcam.live.window import Window, display_available
from marchcam.pose import PoseEstimator

SAMPLE = Path(__file__).parents[1] / "samples" / "demo.mp4"


@dataclass
class Clock:
    """What one way cost."""

    name: str
    age_ms: list[float] = field(default_factory=list)
    times_s: list[float] = field(default_factory=list)
    wall_s: float = 0.0
    cpu_s: float = 0.0
    captured: int = 0

    def line(self) -> str:
        done = len(self.times_s)
        rate = (done - 1) / (self.times_s[-1] - self.times_s[0])
        p50, p95, worst = np.percentile(self.age_ms, [50, 95, 100])
        drops = 100 * (1 - done / self.captured)
        cores = self.cpu_s / self.wall_s
        return f"{self.name:34} {rate:6.1f} {p50:8.0f} {p95:8.0f} {worst:8.0f} {drops:7.1f} {cores:6.2f}"


class Watched:
    """A front whose pictures are timed from capture to the end of drawing."""

    def __init__(self, front, clock: Clock, until_s: float) -> None:
        self._front, self._clock, self._until_s = front, clock, until_s
        self._last_s, self._over = -1.0, False

    def show(self, screen, frame, observation, now_s) -> None:
        begun = time.perf_counter()
        self._front.show(screen, frame, observation, now_s)
        if observation is not None and observation.time_s != self._last_s:
            self._last_s = observation.time_s
            shown_s = now_s + time.perf_counter() - begun
            self._clock.age_ms.append(1000 * (shown_s - observation.time_s))
            self._clock.times_s.append(shown_s)
            self._clock.captured = frame.index + 1
        self._over = now_s > self._until_s

    def actions(self):
        return self._front.actions()

    def last_questions(self, setup):
        return setup

    @property
    def closed(self) -> bool:
        return self._over or self._front.closed


def session(video: Path, seconds: float, model: str, *, window: bool) -> Clock:
    clock = Clock("marchcam live" + ("" if window else " --no-window"))
    with tempfile.TemporaryDirectory() as folder, Sound(False) as sound:
        options = Options(str(video), Path(folder), plan=Plan(ask=False, screened=True), model=model, loop=True)
        cpu, begun = time.process_time(), time.perf_counter()
        if window:
            with Window() as shown:
                run_session(options, Watched(WindowFront(shown, sound), clock, seconds))
        else:
            run_session(options, Watched(TerminalFront(Printer(lambda line: None), sound), clock, seconds))
        clock.cpu_s, clock.wall_s = time.process_time() - cpu, time.perf_counter() - begun
    return clock


def plain_loop(video: Path, seconds: float, model: str, *, window: bool) -> Clock:
    """Read, find the pose, draw, show, next; a picture that is late waits in the camera's queue."""
    clock = Clock("plain loop" + ("" if window else ", nothing shown"))
    cpu, begun = time.process_time(), time.perf_counter()
    screen = Screen(layout="march", cue="March")
    with PoseEstimator(model) as estimator:
        estimator.landmarks(next(iter(_frames(video))))
        zero = time.perf_counter()
        for frame in _frames(video, repeat=True):
            due = zero + frame.time_s
            time.sleep(max(0.0, due - time.perf_counter()))
            found = estimator.landmarks(frame)
            if window:
                joints = np.where(found.presence[:, None] >= DRAWN_PRESENCE, found.position_px, np.nan)
                cv2.imshow("plain loop", draw(screen, frame.image, joints).image)
                cv2.waitKeyEx(1)
            now = time.perf_counter()
            clock.age_ms.append(1000 * (now - due))
            clock.times_s.append(now - zero)
            clock.captured += 1
            if now - zero > seconds:
                break
    if window:
        cv2.destroyWindow("plain loop")
    clock.cpu_s, clock.wall_s = time.process_time() - cpu, time.perf_counter() - begun
    return clock


def _frames(video: Path, *, repeat: bool = False):
    offset_s = index = last_s = 0
    while True:
        with VideoFile(video) as frames:
            for frame in frames:
                last_s = offset_s + frame.time_s
                yield type(frame)(index, last_s, frame.image)
                index += 1
        offset_s = last_s + 1 / 30
        if not repeat:
            return


def resized(video: Path, height: int, folder: str, seconds: float) -> Path:
    """The video at another height, as cameras have it."""
    path = Path(folder) / "source.mp4"
    with VideoFile(video, end_s=seconds) as frames:
        width, old = frames.image_size_wh
        size = (round(width * height / old / 2) * 2, height)
        rate = 1 / frames._frame_interval_s
        writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"mp4v"), rate, size)
        for frame in frames:
            writer.write(cv2.resize(frame.image, size, interpolation=cv2.INTER_LINEAR))
        writer.release()
    print(f"{video.name}: {size[0]} x {size[1]}, {rate:.0f} pictures a second")
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--video", type=Path, default=SAMPLE)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--height", type=int, default=720)
    parser.add_argument("--model", default="full")
    told = parser.parse_args()
    reason = display_available()
    if reason:
        print(f"{reason} Only what needs no window is measured.")
    ways = [(session, True), (plain_loop, True)] if not reason else []
    ways += [(session, False), (plain_loop, False)]
    with tempfile.TemporaryDirectory() as folder:
        video = resized(told.video, told.height, folder, min(told.seconds, 30.0))
        print(f"model {told.model}, {told.seconds:.0f} s each, {os.cpu_count()} cores\n")
        print(f"{'':34} {'pict/s':>6} {'p50 ms':>8} {'p95 ms':>8} {'max ms':>8} {'drops %':>7} {'cores':>6}")
        for way, window in ways:
            print(way(video, told.seconds, told.model, window=window).line(), flush=True)


if __name__ == "__main__":
    main()
