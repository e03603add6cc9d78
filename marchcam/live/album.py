"""A few pictures of the session in memory, for the report; nothing of it is stored."""

from __future__ import annotations

import numpy as np

from marchcam.arrays import Image
from marchcam.capture import Frame, cv2

LIFT_EVERY_S, OTHER_EVERY_S = 0.15, 3.0
"""Between two pictures kept: the report shows the middle of a hold, and a standing where there is no lift."""
MAX_PICTURES = 1500
"""About 100 MB; then every other one goes."""
NEAR_S = 0.25
QUALITY = 90


class Album:
    """Pictures by their time, as JPEG."""

    def __init__(self) -> None:
        self._pictures: dict[float, Image] = {}
        self._last_s = -np.inf

    def __len__(self) -> int:
        return len(self._pictures)

    def show(self, frame: Frame, *, lifting: bool) -> None:
        """Keep the picture if it is time for one."""
        if frame.time_s - self._last_s < (LIFT_EVERY_S if lifting else OTHER_EVERY_S):
            return
        done, data = cv2.imencode(".jpg", frame.image, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
        if done:
            self._pictures[frame.time_s] = data
            self._last_s = frame.time_s
        if len(self._pictures) > MAX_PICTURES:
            self._pictures = dict(list(self._pictures.items())[::2])

    def pictures(self, times_s: list[float]) -> dict[float, Image]:
        """The nearest picture to each time, (h, w, 3) uint8 BGR, where there is one within NEAR_S."""
        kept, found = np.array(sorted(self._pictures)), {}
        for time_s in times_s:
            near = kept[np.argmin(np.abs(kept - time_s))] if len(kept) else np.inf
            if abs(near - time_s) <= NEAR_S:
                picture = cv2.imdecode(self._pictures[near], cv2.IMREAD_COLOR)
                if picture is not None:
                    found[time_s] = picture
        return found
