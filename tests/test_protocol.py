"""The live protocol, fed with stored landmarks of a real model and a clock of the test's own."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from marchcam import track as lm
from marchcam.analysis.assessment import assess
from marchcam.analysis.flags import MOVEMENT
from marchcam.live.framing import look_at_picture
from marchcam.live.lifts import LiftCounter, Tempo
from marchcam.live.observation import Observation, to_track
from marchcam.live.overlay import fits
from marchcam.live.plan import Plan
from marchcam.live.protocol import Protocol
from marchcam.live.screen import CUES
from marchcam.live.stages import refused
from marchcam.live.used import used_part
from marchcam.safety import HOLD_ON
from marchcam.track import PoseTrack, Setup

TRACKS = Path(__file__).parent / "data" / "tracks"


def observations(name, end_s=np.inf):
    track = PoseTrack.load(TRACKS / f"{name}.npz")
    seen = [
        Observation(t, track.position_px[i], track.world_m[i], track.visibility[i], track.presence[i], 1.0, 150.0)
        for i, t in enumerate(track.times_s)
        if t < end_s
    ]
    return seen, track.image_size_wh


class Run:
    """A session without camera, window or clock."""

    def __init__(self, name="session", plan=None, setup=None, end_s=np.inf):
        self.seen, size_wh = observations(name, end_s)
        self.protocol = Protocol(plan or Plan(repetitions=6, ask=False), setup or Setup(), size_wh)
        self.cues, self.events, self.kept = [], [], []
        self.at = 0

    def play(self, until_s=np.inf, change=None):
        """Feed what was seen up to a time; `change` edits each observation."""
        number = None
        while self.at < len(self.seen) and self.seen[self.at].time_s < until_s and not self.protocol.done:
            observation = self.seen[self.at]
            self.at += 1
            self.protocol.see(change(observation) if change else observation)
            self.protocol.tick(observation.time_s, rate_hz=30.0)
            self.kept.append(observation)
            screen = self.protocol.screen()
            if screen.cue_number != number:
                number = screen.cue_number
                self.cues.append((observation.time_s, screen.cue))
        return self

    def all_events(self):
        self.events += [{"time_s": t, "kind": k, **d} for t, k, d in self.protocol.take_events()]
        return self.events

    def words(self):
        return [cue for _, cue in self.cues]

    def counts(self):
        return {gauge.side: gauge.count for gauge in self.protocol.screen().gauges}


def with_wrists(observation, *sides):
    """The observation with these hands over the head."""
    position = observation.position_px.copy()
    for side in lm.SIDES:
        shoulder = position[lm.SHOULDER[side]]
        rise = -1.0 if side in sides else 0.9
        position[lm.WRIST[side]] = shoulder - [0, rise * -observation.torso_px]
    presence = observation.presence.copy()
    presence[list(lm.WRIST.values())] = 1.0
    return dataclasses.replace(observation, position_px=position, presence=presence)


def hands_up(*sides):
    return lambda observation: with_wrists(observation, *sides)


def test_a_guided_session_asks_in_order_and_counts_every_lift():
    run = Run().play()
    words = run.words()
    assert words[:5] == ["Good, stay there", "Stand still", "Raise your right hand", "Hand down", "Lift left"]
    assert words.count("Hold") == words.count("Lower") == 12
    assert [w for w in words if w.startswith("Lift ")] == ["Lift left", "Lift right"] * 6
    assert words[-1] == "Stand still"
    assert (run.protocol.done, run.protocol.ending) == (True, "complete")
    hand = next(e for e in run.all_events() if e["kind"] == "hand")
    assert hand["seen"] == "right"
    assert set(words) <= set(CUES) | {"Lift left"}


def test_cues_come_when_the_person_is_there():
    run = Run().play()
    truth = assess(PoseTrack.load(TRACKS / "session.npz"))
    holds = [t for t, cue in run.cues if cue == "Hold"]
    reached = [r.reach_s for r in truth.repetitions]
    assert np.max(np.abs(np.array(holds) - reached)) < 0.6  # the hold is seen once the thigh has stayed for a moment
    after = [t for t, cue in run.cues if cue == "Both feet down"]
    lowered = [r.lowered_s for r in truth.repetitions]
    assert np.max(np.abs(np.array(after) - lowered)) < 0.6


@pytest.mark.parametrize(
    "name, left, right",
    [
        ("demo", 10, 10),
        ("weak_right_partial", 6, 6),
        ("heel_first", 6, 6),
        ("symmetric_front", 8, 8),
        ("cam_high", 3, 3),
    ],
)
def test_who_marches_on_at_once_is_counted_all_the_same(name, left, right):
    run = Run(name, Plan(repetitions=20, ask=False)).play()
    assert run.counts() == {"left": left, "right": right}


def test_the_live_angle_is_that_of_the_recorded_analysis():
    run = Run()
    recorded = assess(PoseTrack.load(TRACKS / "session.npz"))
    for repetition in recorded.repetitions:
        run.play(until_s=repetition.snapshot_s)
        gauge = next(g for g in run.protocol.screen().gauges if g.side == repetition.side)
        assert gauge.elevation_deg == pytest.approx(repetition.peak_elevation_deg, abs=2.0)


def test_a_finished_lift_stays_counted_whatever_comes():
    run, before = Run(), {"left": 0, "right": 0}
    for until_s in np.arange(10, 82, 0.5):
        finished = (
            {s: c.finished for s, c in run.protocol.room.guide.counters.items()} if run.protocol.room.guide else {}
        )
        assert all(finished.get(s, before[s]) >= before[s] for s in before)
        before = {**before, **finished}
        run.play(until_s=until_s)


def test_nobody_still_means_no_lifts_yet():
    run = Run().play(until_s=2.0)
    assert run.protocol.screen().cue == "Stand still"
    assert run.protocol.screen().gauges[0].elevation_deg is None or run.protocol.room.ground is not None


def test_both_hands_overhead_pause_and_ask_and_no_answer_means_yes():
    run = Run().play(until_s=35.0)
    run.play(until_s=36.5, change=hands_up("left", "right"))
    assert run.protocol.screen().cue == "New pain?"
    assert not run.protocol.recording
    run.protocol.tick(36.5 + 31)
    assert (run.protocol.done, run.protocol.ending) == (True, "new_pain")
    assert run.protocol.setup.new_pain


def test_after_the_question_both_hands_again_mean_yes_and_the_right_hand_no():
    for sides, done in ((("left", "right"), True), (("right",), False)):
        run = Run().play(until_s=35.0)
        run.play(until_s=36.5, change=hands_up("left", "right"))
        run.play(until_s=37.5, change=hands_up())
        run.play(until_s=39.0, change=hands_up(*sides))
        assert run.protocol.done == done == run.protocol.setup.new_pain
        if not done:
            assert run.protocol.screen().cue != "New pain?" and run.protocol.recording


def test_one_hand_at_the_head_is_no_pain():
    run = Run().play(until_s=35.0)
    run.play(until_s=37.0, change=hands_up("left"))
    assert run.protocol.recording


def test_new_pain_leaves_what_was_done_and_begins_with_stop():
    run = Run().play(until_s=60.0)
    run.protocol.act("pain")
    assert run.protocol.screen().cue == "New pain?"
    run.protocol.act("yes")
    assert run.protocol.done
    track = used_part(to_track(run.kept, (854, 480)), run.all_events())
    assessment = assess(track, run.protocol.setup)
    assert assessment.findings[0].text == "Stop: new pain came up during the test."
    assert assessment.asymmetry.verdict == "withheld" and assessment.asymmetry.difference_deg is None
    assert assessment.sides.left.repetition_count >= 3  # what was done is shown


def test_a_no_goes_on_with_the_same_leg():
    run = Run().play(until_s=41.5)  # the right thigh is going up
    assert run.protocol.screen().cue == "Lift right"
    run.protocol.act("pain")
    run.protocol.act("no")
    assert run.protocol.screen().cue == "Lift right"
    assert not run.protocol.setup.new_pain


def test_a_pause_is_left_out_of_the_track():
    run = Run().play(until_s=29.0)
    run.protocol.act("pause")
    assert run.protocol.screen().cue == "Paused"
    run.play(until_s=39.8)
    run.protocol.act("resume")
    run.play()
    assert run.counts() == {"left": 5, "right": 5}
    run.protocol.camera_ended(gone=False)
    times_s = used_part(to_track(run.kept, (854, 480)), run.all_events()).times_s
    assert not np.any((times_s > 29.1) & (times_s < 39.7))
    assert times_s[-1] > 80


def test_what_follows_the_last_standing_is_not_analyzed():
    run = Run(plan=Plan(repetitions=6, screened=True), setup=Setup(pain_back_before=0, pain_hip_before=0)).play()
    assert run.protocol.screen().cue == "Pain in the low back after the march?"
    over_s = next(e["time_s"] for e in run.all_events() if e["kind"] == "stage" and e["name"] == "painquestion")
    times_s = np.array([over_s - 1.0, over_s + 5.0])  # on the way to the keyboard
    both = [dataclasses.replace(run.seen[-1], time_s=t) for t in times_s]
    assert used_part(to_track(both, (854, 480)), run.all_events()).times_s.tolist() == [over_s - 1.0]


def test_repeating_the_lifts_begins_anew_with_a_standing_and_drops_the_first_set():
    run = Run().play(until_s=22.9)
    run.protocol.act("repeat")
    assert run.protocol.screen().cue == "Stand still"
    assert run.counts() == {"left": 0, "right": 0}
    run.play()
    times_s = used_part(to_track(run.kept, (854, 480)), run.all_events()).times_s
    assert times_s[0] >= 22.8


def test_stop_keeps_everything_and_asks_for_the_pain_after():
    run = Run(plan=Plan(repetitions=6, screened=True), setup=Setup(pain_back_before=1, pain_hip_before=0))
    run.play(until_s=40.0)
    run.protocol.act("stop")
    assert run.protocol.screen().cue == "Pain in the low back after the march?"
    run.protocol.act("answer 3")
    run.protocol.act("skip")
    assert (run.protocol.done, run.protocol.ending) == (True, "stopped")
    assert run.protocol.setup.pain_back_after == 3 and run.protocol.setup.pain_hip_after is None


@pytest.mark.parametrize(
    ("page", "ending", "said"), [(0, "help_now", "seek medical help now"), (1, "not_screened", "ask a doctor")]
)
def test_a_yes_on_a_safety_page_ends_it(page, ending, said):
    run = Run(plan=Plan())
    for _ in range(page):
        run.protocol.act("no")
    screen = run.protocol.screen()
    assert screen.layout == "page" and len(screen.lines) == (5, 9)[page]
    assert not run.protocol.camera_wanted
    run.protocol.act("yes")
    assert run.protocol.screen().cue == "Not today" and said in run.protocol.screen().lines[0]
    run.protocol.act("stop")
    assert (run.protocol.done, run.protocol.ending) == (True, ending)


def test_the_urgent_reasons_come_first_and_a_hold_is_named_before_the_first_lift():
    run = Run(plan=Plan())
    assert "• A change of bladder or bowel" in run.protocol.screen().lines
    run.protocol.act("no")
    assert run.protocol.screen().lines[-1] == HOLD_ON
    assert "• Fever, or feeling ill" in run.protocol.screen().lines


def test_questions_before_fill_what_was_not_told_and_wait_no_longer_than_half_a_minute():
    run = Run(plan=Plan(), setup=Setup(pain_back_before=2))
    run.protocol.act("no")
    run.protocol.act("no")
    assert run.protocol.screen().cue == "Pain in the hip now?"
    run.protocol.tick(29.0)
    assert not run.protocol.camera_wanted
    run.protocol.tick(31.0)
    assert run.protocol.camera_wanted
    assert run.protocol.setup.pain_hip_before is None


def test_a_lost_camera_is_said_and_stops_the_waiting():
    run = Run().play(until_s=20.0)
    run.protocol.tick(22.0, lost_s=2.0)
    screen = run.protocol.screen()
    assert screen.cue == "Camera lost" and not screen.state_good
    run.play(until_s=21.0)
    assert run.protocol.screen().cue != "Camera lost"


def test_the_wrong_hand_is_said_and_then_taken():
    def mirrored(observation):
        return with_wrists(observation, "left") if observation.time_s < 8.0 else observation

    run = Run().play(until_s=9.0, change=mirrored)
    assert "The other hand" in run.words()
    run.play()
    assert next(e for e in run.all_events() if e["kind"] == "hand")["seen"] == "left"


@pytest.mark.parametrize("cue", CUES)
def test_every_cue_fits_the_window(cue):
    assert fits(cue)


@pytest.mark.parametrize("reason", [*MOVEMENT, "turned"])
def test_why_a_movement_does_not_count_fits_the_window(reason):
    words = refused(reason)
    assert words["cue"] in CUES and fits(words["cue"], words["next_cue"])


def changed(observation, size_wh, scale=1.0, right=0.0, down=0.0, turn=None):
    """The person elsewhere in the picture: scaled about its middle, shifted (shares of it), turned."""
    middle = np.array(size_wh) / 2
    position = (observation.position_px - middle) * scale
    if turn is not None:
        position = position @ np.array(turn, float)
    position = position + middle + np.array([right, down]) * size_wh
    inside = ((position > 0) & (position < size_wh)).all(axis=1)
    return dataclasses.replace(observation, position_px=position, presence=np.where(inside, observation.presence, 0.05))


FRAMINGS = {
    "good": ({}, "", None),
    "feet cut": ({"scale": 1.25, "down": 0.15}, "Take one big step back", "Feet"),
    "feet cut, much room above": ({"scale": 0.7, "down": 0.35}, "Point the camera lower", "Feet"),
    "head cut": ({"down": -0.25}, "Take one big step back", "Head"),
    "too near": ({"scale": 1.6}, "Take one big step back", "Distance"),
    "too far": ({"scale": 0.4}, "Come one step closer", "Distance"),
    "at the left edge": ({"right": -0.42}, "Step to the middle", "Distance"),
    "at the right edge": ({"right": 0.42}, "Step to the middle", "Distance"),
    "rolled": ({"turn": [[0.98, 0.17], [-0.17, 0.98]]}, "Set the camera level", "Camera"),
    "upside down": ({"turn": [[-1, 0], [0, -1]]}, "Turn the camera upright", "Camera"),
    "on its side": ({"turn": [[0, 1], [-1, 0]]}, "Turn the camera upright", "Camera"),
}


@pytest.mark.parametrize("name", FRAMINGS)
def test_what_is_wrong_with_the_picture_is_said(name):
    change, cue, check = FRAMINGS[name]
    seen, size_wh = observations("session", end_s=1.5)
    framing = look_at_picture([changed(o, size_wh, **change) for o in seen], size_wh, Setup())
    assert framing.cue == cue
    assert framing.good == (check is None)
    assert check is None or not next(c for c in framing.checks if c.name == check).good


def test_darkness_other_people_and_nobody_are_said():
    seen, size_wh = observations("session", end_s=1.5)
    dark = [dataclasses.replace(o, brightness=50.0) for o in seen]
    assert look_at_picture(dark, size_wh, Setup()).cue == "More light, please"
    two = [*seen[:-1], dataclasses.replace(seen[-1], people=2.0)]
    assert look_at_picture(two, size_wh, Setup()).cue == "Only one person, please"
    nobody = [dataclasses.replace(o, position_px=np.full((33, 2), np.nan)) for o in seen]
    assert look_at_picture(nobody, size_wh, Setup()).cue == "Step into the picture"


def test_who_stands_at_an_edge_is_sent_away_from_it():
    seen, size_wh = observations("session", end_s=1.5)  # facing the camera: the picture's left is at the right hand
    for right, word in ((-0.42, "left"), (0.42, "right")):
        framing = look_at_picture([changed(o, size_wh, right=right) for o in seen], size_wh, Setup())
        assert framing.hint == f"one step to your {word}"
        assert framing.missing[0][0] == word


def test_free_sessions_have_no_cues_but_counts():
    run = Run("demo", Plan(guided=False, ask=False)).play()
    assert run.words() == ["Stand still", "March"]
    assert run.counts() == {"left": 10, "right": 10}
    assert run.protocol.screen().gauges[0].of is None
    assert not run.protocol.done


@pytest.mark.parametrize("text", ["2-1", "a-b-c", "0-1-2", "2-1-200", "2--1-2", ""])
def test_a_tempo_that_is_none_is_refused(text):
    with pytest.raises(ValueError, match="2-1-2"):
        Tempo.parse(text)


def test_a_tempo_is_three_numbers():
    assert Tempo.parse("3-1.5-2") == Tempo(3.0, 1.5, 2.0)


def test_a_counter_forgets_a_lift_that_was_lost_from_sight():
    counter = LiftCounter()
    for time_s, rise in ((0.0, 0), (0.1, 40), (0.2, 60), (0.6, 80), (2.5, 80), (2.6, 0), (2.7, 0)):
        counter.update(time_s, rise - 88, rise)
    assert counter.finished == 0
