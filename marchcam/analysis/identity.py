"""Who is who: frames in which the tracker gave each leg the name of the other, found by continuity and undone; and
tracks that change from one person to another."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from marchcam import track as lm
from marchcam.analysis import signals
from marchcam.arrays import Bools, Floats
from marchcam.track import PoseTrack

LEG = np.array([lm.HIP["left"], lm.KNEE["left"], lm.ANKLE["left"], lm.HEEL["left"], lm.TOE["left"]])
OTHER_LEG = LEG + 1
MAX_STEP_S = 0.2
"""From one seen picture to the next: over a longer gap a quick march itself exchanges the legs' places [default]."""
MIN_GAIN = 0.05
"""Of the body's shoulder–ankle span, a landmark: what renaming must save on the way from one picture to the next. The
lite model's swaps save 0.13 and more, the jitter of true lifts up to 0.03 [seen]."""
SURE_RATIO = 0.5
"""The way after renaming over the way without: in a true swap a tenth to a third [seen]."""
SWAPPED_COST = 0.002
"""Per picture, of the same span: of two ways to read a track the one with fewer renamed pictures is taken."""
LONGEST_SWAP_S = 3.0
"""A longer swap is not undone: which of the two names was the right one cannot be told from the movement."""
BRIEF_S = 0.07
"""Of two names that last only this long the brief one is wrong."""
DOUBT_S = 0.3
"""About frames in doubt: on which side of a change the names were right is in doubt too."""
EXCHANGE_S = 0.12
"""Legs that need longer to change places may well have moved [seen: no lift of a real or rendered march]."""
MERGED_SHARE, MERGED_S = 0.4, 0.12
"""While the model changes its mind it draws both legs on one place: legs nearer to each other than this share of their
distance just before and just after, within this time, say nothing [seen]."""
HIPS_APART, STEADY_SHARE = 0.05, 0.9
"""Of the span, and of the pictures: a march on the spot turns the hips so little that, seen from the front or
obliquely, their order in the picture names the legs in this share of the pictures [default]."""
LEAP, LEAP_S = 0.8, 0.15
"""Of the torso's length, from one picture to the next or within this time: another person. The model's smoothing
spreads a leap over two or three pictures."""


class LegLabels(NamedTuple):
    """A track with its legs' names put right."""

    track: PoseTrack
    swapped: Bools
    """(n,) bool: the frames in which the legs' names were exchanged back."""
    doubtful: Bools
    """(n,) bool: frames in which the names may be wrong, left as they were."""


def undo_leg_swaps(track: PoseTrack) -> LegLabels:
    """Find the frames in which the labels of the two legs changed places, and change them back.

    Parameters
    ----------
    track : PoseTrack

    Returns
    -------
    LegLabels
        The track itself where nothing was swapped.

    Notes
    -----
    From one picture to the next a leg stays near where it was (position) and near where its speed takes it (velocity).
    Where renaming saves MIN_GAIN and more by both, the names changed; the cheapest sequence of names over a run of
    pictures is found by dynamic programming. Legs that pass each other keep their speed and are left alone.
    """
    span = _span_px(track)
    swapped, doubtful = np.zeros((2, len(track.times_s)), bool)
    seen = np.flatnonzero(np.isfinite(track.position_px[:, [*LEG, *OTHER_LEG], 0]).all(axis=1))
    if not np.isfinite(span) or span <= 0 or len(seen) < 3:
        return LegLabels(track, swapped, doubtful)
    legs = (
        track.position_px[np.ix_(seen, np.append(LEG, OTHER_LEG))].astype(np.float64).reshape(-1, 2, len(LEG), 2) / span
    )
    clear = ~_merged(track.times_s[seen], legs)
    seen, legs = seen[clear], legs[clear]
    left, right = (track.position_px[seen, lm.SHOULDER[s]].astype(np.float64) for s in lm.SIDES)
    shoulders = left - right
    gain, order = _gains(track.times_s[seen], legs), _hip_order(legs, shoulders / span)
    if not ((gain > MIN_GAIN).any() or (order < 0).any()):
        return LegLabels(track, swapped, doubtful)
    ends = np.append(seen, len(swapped))
    for start, stop in signals.runs(_cheapest_names(gain, order)):
        inside = start > 0 and stop < len(seen)
        lasts_s = track.times_s[seen[stop]] - track.times_s[seen[start]] if inside else np.inf
        clear_ends = inside and gain[[start, stop]].max(axis=1).min() > MIN_GAIN
        sure = order[start:stop].mean() < 0 or lasts_s < (LONGEST_SWAP_S if clear_ends else BRIEF_S)
        (swapped if sure else doubtful)[ends[start] : ends[stop]] = True
    for at in track.times_s[doubtful]:
        doubtful |= np.abs(track.times_s - at) < DOUBT_S
    return LegLabels(exchange_legs(track, swapped) if swapped.any() else track, swapped, doubtful)


class LegDoubts(NamedTuple):
    """When a leg may bear the other's name, seconds; a lift about such a time is not sure to be its own side's."""

    doubtful_s: Floats
    """(k,) pictures in doubt."""
    exchanged_s: Floats
    """(j,) moments at which the names change places within EXCHANGE_S, by way of pictures that mix both legs."""


def leg_doubts(labels: LegLabels) -> LegDoubts:
    """What is left in doubt once the names were put right.

    Parameters
    ----------
    labels : LegLabels

    Returns
    -------
    LegDoubts

    Notes
    -----
    Of two pictures up to EXCHANGE_S apart, exchanging the names brings the legs nearer by MIN_GAIN and by half. Quick
    steps do that too, while the legs pass each other: it counts only while a thigh is up.
    """
    track = labels.track
    times_s, span = track.times_s, _span_px(track)
    seen = np.flatnonzero(np.isfinite(track.position_px[:, [*LEG, *OTHER_LEG], 0]).all(axis=1))
    found: list[float] = []
    if np.isfinite(span) and span > 0 and len(seen) > 1:
        px = track.position_px[np.ix_(seen, np.append(LEG, OTHER_LEG))].astype(np.float64)
        at_s, legs = times_s[seen], px.reshape(-1, 2, len(LEG), 2) / span
        for step in range(1, len(seen)):
            apart_s = at_s[step:] - at_s[:-step]
            if apart_s.min() > EXCHANGE_S:
                break
            keep, swap = (
                np.hypot(*np.moveaxis(to - legs[:-step], -1, 0)).mean(axis=(1, 2))
                for to in (legs[step:], legs[step:, ::-1])
            )
            changed = (apart_s <= EXCHANGE_S) & (keep - swap > MIN_GAIN) & (swap < SURE_RATIO * keep)
            found += (at_s[:-step] + 0.5 * apart_s)[changed].tolist()
    return LegDoubts(times_s[labels.doubtful], np.unique(found))


def exchange_legs(track: PoseTrack, frames: Bools) -> PoseTrack:
    """The track with the two legs' landmarks exchanged in some frames.

    Parameters
    ----------
    track : PoseTrack
    frames : ndarray of shape (n,), bool

    Returns
    -------
    PoseTrack
    """
    order = np.arange(lm.LANDMARK_COUNT)
    order[LEG], order[OTHER_LEG] = OTHER_LEG, LEG
    changed = {}
    for name in ("position_px", "world_m", "visibility", "presence"):
        values = getattr(track, name).copy()
        values[frames] = values[frames][:, order]
        changed[name] = values
    return replace(track, **changed)


def _middle_px(track: PoseTrack, pair: dict[str, int]) -> Floats:
    """(n, 2) midpoint of a left–right landmark pair, pixels."""
    left, right = (track.position_px[:, pair[s]].astype(np.float64) for s in lm.SIDES)
    return 0.5 * (left + right)


def _span_px(track: PoseTrack) -> float:
    """Length of the body from the shoulders to the ankles, pixels, standing."""
    ends = [_middle_px(track, pair) for pair in (lm.SHOULDER, lm.ANKLE)]
    length = np.hypot(*(ends[1] - ends[0]).T)
    length = length[np.isfinite(length)]
    return float(np.percentile(length, 75)) if len(length) else np.nan


def _gains(times_s: Floats, legs: Floats) -> Floats:
    """What renaming the legs from one picture on saves.

    Parameters
    ----------
    times_s : ndarray of shape (n,)
    legs : ndarray of shape (n, 2, 5, 2)
        Both legs' landmarks, spans.

    Returns
    -------
    ndarray of shape (n, 2)
        Spans a landmark, at [i, renamed before]: the second index says whether names already changed at i - 1.
        The lesser of what is saved by position and by velocity; negative where renaming costs.
    """
    n = len(times_s)
    out = np.zeros((n, 2))
    crossed = legs[:, ::-1]

    def way(to: Floats, predicted: Floats) -> Floats:
        length: Floats = np.hypot(*np.moveaxis(to - predicted, -1, 0)).mean(axis=(1, 2))
        return length

    def saved(now: slice, predicted: Floats) -> Floats:
        keep, swap = way(legs[now], predicted), way(crossed[now], predicted)
        return np.where(swap < SURE_RATIO * keep, keep - swap, np.minimum(keep - swap, 0.0))

    out[1:] = saved(slice(1, None), legs[:-1])[:, None]
    steps = np.diff(times_s)
    share = np.clip(steps[1:] / steps[:-1], 0.0, 2.0)[:, None, None, None]
    for renamed, before in ((0, legs), (1, crossed)):
        by_speed = saved(slice(2, None), legs[1:-1] + share * (legs[1:-1] - before[:-2]))
        out[2:, renamed] = np.minimum(out[2:, renamed], by_speed)
    out[1:][steps > MAX_STEP_S] = 0.0
    return out


def _merged(times_s: Floats, legs: Floats) -> Bools:
    """(n,) bool: both legs drawn on one place between pictures in which they are apart."""
    apart = np.hypot(*np.moveaxis(legs[:, 0] - legs[:, 1], -1, 0)).mean(axis=1)
    widest = np.zeros((2, len(apart)))
    for k in (1, 2, 3):
        near = times_s[k:] - times_s[:-k] < MERGED_S
        widest[0, k:] = np.maximum(widest[0, k:], np.where(near, apart[:-k], 0.0))
        widest[1, :-k] = np.maximum(widest[1, :-k], np.where(near, apart[k:], 0.0))
    merged: Bools = (apart < MERGED_SHARE * widest.min(axis=0)) & (widest.min(axis=0) > 2 * MIN_GAIN)
    return merged


def _hip_order(legs: Floats, shoulders: Floats) -> Floats:
    """What the hips' places in the picture say for the legs' names as they are, spans; negative: against; 0: nothing.

    Parameters
    ----------
    legs : ndarray of shape (n, 2, 5, 2)
    shoulders : ndarray of shape (n, 2)
        From the right to the left one. Who turns round turns them too.

    Returns
    -------
    ndarray of shape (n,)
    """
    hips = legs[:, 0, 0] - legs[:, 1, 0]
    across = np.median(shoulders, axis=0)
    # The shoulders say which way round is right, however many pictures have the legs the wrong way round.
    usual = np.median(hips * np.where(hips @ across < 0, -1.0, 1.0)[:, None], axis=0)
    width, length = float(np.hypot(*across)), float(np.hypot(*usual))
    if not min(width, length) > HIPS_APART:
        return np.zeros(len(legs))
    share, facing = hips @ usual / length**2, shoulders @ across / width**2
    if np.mean(np.abs(share) > 0.5) < STEADY_SHARE:
        return np.zeros(len(legs))
    return np.where(facing > 0.5, length * np.clip(share, -1.0, 1.0), 0.0)


def _cheapest_names(gain: Floats, order: Floats) -> Bools:
    """The sequence of names that saves most: (n,) bool, True where the names are exchanged."""
    # States: names now (0 kept, 1 exchanged) and whether they changed at this picture. Plain numbers: arrays of two are
    # slow.
    cost = [[0.0, np.inf], [MIN_GAIN + SWAPPED_COST + float(order[0]), np.inf]]
    came: list[tuple[tuple[int, int], tuple[int, int]]] = [((0, 0), (0, 0))]
    for (first, again), told in zip(gain[1:].tolist(), order[1:].tolist(), strict=True):
        new, back = [], []
        for now in (0, 1):
            stay, other = cost[now], cost[1 - now]
            change = (other[0] + MIN_GAIN - first, other[1] + MIN_GAIN - again)
            back.append((int(stay[1] < stay[0]), int(change[1] < change[0])))
            extra = now * (SWAPPED_COST + told)
            new.append([min(stay) + extra, min(change) + extra])
        came.append((back[0], back[1]))
        cost = new
    names = np.zeros(len(gain), bool)
    # Exchanged names at the start or the end save once what others save twice.
    ended = {(n, c): cost[n][c] + n * MIN_GAIN for n in (0, 1) for c in (0, 1)}
    now, changed = min(ended, key=ended.__getitem__)
    for i in range(len(gain) - 1, -1, -1):
        names[i] = now
        now, changed = (1 - now if changed else now), came[i][now][changed]
    return names


def person_changed(track: PoseTrack) -> bool:
    """Whether the tracked hips leap within a moment and stay there: another person.

    Parameters
    ----------
    track : PoseTrack

    Returns
    -------
    bool
    """
    hip = _middle_px(track, lm.HIP)
    torso = hip[:, 1] - _middle_px(track, lm.SHOULDER)[:, 1]
    known = np.flatnonzero(np.isfinite(torso))
    if len(known) < 10:
        return False
    limit = LEAP * float(np.median(np.abs(torso[known])))
    hip, at_s = hip[known], track.times_s[known]
    for step in (1, 2, 3):
        soon = (at_s[step:] - at_s[:-step] < LEAP_S) | (step == 1)
        for i in np.flatnonzero((np.hypot(*(hip[step:] - hip[:-step]).T) > limit) & soon):
            before = np.median(hip[max(0, i - 4) : i + 1], axis=0)
            after = np.median(hip[i + step : i + step + 5], axis=0)
            if np.hypot(*(after - before)) > limit:
                return True
    return False
