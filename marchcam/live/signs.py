"""Signs of the hands, for who marches alone and stands 3 m from the keyboard."""

from __future__ import annotations

from marchcam.live.observation import Observation, both_hands_overhead, raised_hand

HELD_S = 1.0
"""A sign is meant when it is held for so long."""


class HandSigns:
    """Notices both hands over the head, or the right hand alone, once each time they are raised."""

    def __init__(self) -> None:
        self._sign: str | None = None
        self._since_s = 0.0
        self._told = False

    def see(self, observation: Observation) -> str | None:
        """Feed the next observation.

        Returns
        -------
        str or None
            "both" or "right" at the moment the sign has been held long enough, else None. The next one needs the hands
            down in between.
        """
        sign = "both" if both_hands_overhead(observation) else raised_hand(observation)
        if sign is None:
            self._told = False
        if sign != self._sign:
            self._sign, self._since_s = sign, observation.time_s
        if sign not in ("both", "right") or self._told or observation.time_s - self._since_s < HELD_S:
            return None
        self._told = True
        return sign
