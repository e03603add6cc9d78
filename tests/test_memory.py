"""How memory grows with the length of a recording: numbers a frame, never pictures."""

import tracemalloc

import numpy as np
from synthetic import March

from marchcam.analysis.assessment import assess
from marchcam.pose import Landmarks
from marchcam.reader import Row, TrackRows
from marchcam.track import LANDMARK_ARRAYS, Setup, Source

# 100 bytes a frame are 11 MB an hour, at 30 frames a second. The limits are a fifth above what was measured.
ROW_BYTES = 2100
ASSESS_BYTES = 3000


def kept(track, times):
    """The rows of a track, so many times over, as they come from the model."""
    count = len(track.times_s)
    rows = TrackRows(times * count)
    parts = [getattr(track, name).astype(np.float32).astype(np.float64) for name in LANDMARK_ARRAYS]
    for i in range(times * count):
        landmarks = Landmarks(*(part[i % count] for part in parts))
        rows.keep(Row(i / 30, landmarks, 1.0, (0.0, 0.0)))
    return rows.track(track.image_size_wh, Source("video.mp4"), Setup())


def peak_of(work):
    """What a piece of work gives, and how many bytes it takes at its peak."""
    before, _ = tracemalloc.get_traced_memory()
    tracemalloc.reset_peak()
    result = work()
    return result, tracemalloc.get_traced_memory()[1] - before


def test_a_longer_recording_takes_little_more_memory_to_track_and_to_assess():
    march = March(left_deg=[0.0] * 10, right_deg=[-10.0] * 10).track()
    rows, peaks, frames = [], [], []
    tracemalloc.start()
    try:
        for times in (1, 2):
            track, row_bytes = peak_of(lambda times=times: kept(march, times))
            assessment, peak = peak_of(lambda track=track: assess(track))
            assert assessment.sides.left.repetition_count >= 9 * times
            rows, peaks, frames = [*rows, row_bytes], [*peaks, peak], [*frames, len(track.times_s)]
            del track, assessment
    finally:
        tracemalloc.stop()
    more = frames[1] - frames[0]
    assert more > 3000
    assert (rows[1] - rows[0]) / more < ROW_BYTES
    assert (peaks[1] - peaks[0]) / more < ASSESS_BYTES
