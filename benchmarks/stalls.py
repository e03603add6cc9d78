"""A camera that stalls, drops its connection and comes back, again and again: is it always taken up again?

    python benchmarks/stalls.py [--count 200]

A camera on 127.0.0.1 (MJPEG over HTTP, as a phone offers it) closes every connection, or cuts a picture in half and
closes, by turns; each time the feed must give pictures again. A stall, after which the capture must time out (1.5 s)
before it is opened again, takes every tenth turn. Threads and open files are counted before and after. Linux only.
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import numpy as np
from mjpeg import Server

from marchcam.live.feed import CameraFeed

PATIENCE_S = 15.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=200)
    options = parser.parse_args()
    back_s, times_s, before = [], [], (0, 0)
    begun_s = time.monotonic()
    with Server() as server, CameraFeed(server.url) as feed:
        feed.play()
        for number in range(options.count):
            if number == 5:  # after libraries and connections have come in
                before = (threading.active_count(), len(os.listdir("/proc/self/fd")))
            hurt_s = feed.now_s()
            if number % 10 == 9:
                server.stalled.set()
                time.sleep(2.0)
                server.stalled.clear()
            elif number % 2:
                server.half.set()
                time.sleep(0.1)
                server.half.clear()
            else:
                server.stop()
                server.start()
            hurt_until_s = feed.now_s()
            while (frame := feed.latest(0.5)) is None or frame.time_s <= hurt_until_s:
                if feed.now_s() - hurt_until_s > PATIENCE_S or feed.gone:
                    print(f"turn {number}: the camera did not come back")
                    return 1
            back_s.append(frame.time_s - hurt_s)
            times_s.append(frame.time_s)
        time.sleep(1.0)
        after = (threading.active_count(), len(os.listdir("/proc/self/fd")))
    took_s = time.monotonic() - begun_s
    print(f"{options.count} times hurt, every time back: {np.median(back_s):.2f} s later, {max(back_s):.2f} s at most")
    print(f"{took_s:.0f} s in all; threads {before[0]} then {after[0]}, open files {before[1]} then {after[1]}")
    return int(bool(np.any(np.diff(times_s) <= 0)))


if __name__ == "__main__":
    sys.exit(main())
