import importlib.util
import os
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from conftest import ENVIRONMENT

from marchcam.live import sound
from marchcam.live.sound import NO_DEVICE, NO_VOICE, NOTES, RATE_HZ, Sound, tone

LINUX = sys.platform.startswith("linux")
FILE_CONFIG = """
pcm.!default {{ type file slave.pcm "silence" file "{path}" format "raw" }}
pcm.silence {{ type null }}
"""


def dominant_hz(wave, rate_hz=RATE_HZ):
    spectrum = np.abs(np.fft.rfft(wave * np.hanning(len(wave)), 1 << 17))
    return np.argmax(spectrum) * rate_hz / (1 << 17)


def notes_of(wave, rate_hz=RATE_HZ):
    """The pieces of a wave between pauses: frequency and length of each."""
    loud = np.flatnonzero(np.abs(wave) > 0.01)
    starts = np.flatnonzero(np.diff(loud, prepend=-(10**9)) > 0.04 * rate_hz)
    pieces = [loud[a:b] for a, b in zip(starts, [*starts[1:], len(loud)], strict=True)]
    return [(dominant_hz(wave[p[0] : p[-1]]), (p[-1] - p[0]) / rate_hz) for p in pieces]


def run(program, tmp_path, config):
    """Run in a process of its own whose sound system is described by the config."""
    (tmp_path / "asoundrc").write_text(config)
    environment = {**ENVIRONMENT, "ALSA_CONFIG_PATH": str(tmp_path / "asoundrc")}
    command = [sys.executable, "-c", program]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=True)


@pytest.mark.parametrize("name", NOTES)
def test_a_tone_has_the_notes_it_should(name):
    heard = notes_of(tone(name))
    assert [hz for hz, _ in heard] == pytest.approx([hz for hz, _ in NOTES[name]], rel=0.02)
    assert [s for _, s in heard] == pytest.approx([s for _, s in NOTES[name]], abs=0.03)


@pytest.mark.parametrize("name", NOTES)
def test_a_tone_begins_and_ends_softly_and_is_short(name):
    wave = tone(name)
    assert wave.dtype == np.float32 and len(wave) < RATE_HZ
    assert np.max(np.abs(wave)) < 0.5
    assert np.max(np.abs(np.diff(wave))) < 0.1  # no click
    assert np.max(np.abs(wave[: RATE_HZ // 1000])) < 0.05 and np.max(np.abs(wave[-RATE_HZ // 1000 :])) < 0.05


def test_tones_differ_from_each_other():
    assert len({tuple(round(hz) for hz, _ in notes) for notes in NOTES.values()}) == len(NOTES)


@pytest.mark.skipif(not LINUX, reason="ALSA is Linux's")
@pytest.mark.parametrize("name", NOTES)
def test_what_reaches_the_device_is_the_tone(name, tmp_path):
    raw = tmp_path / "heard.raw"
    program = (
        "from marchcam.live.sound import Sound\n"
        f"with Sound() as sound:\n    sound.play({name!r})\n    print(sound.problem)"
    )
    result = run(program, tmp_path, FILE_CONFIG.format(path=raw))
    assert result.stdout.strip() == "None", result.stderr
    assert result.stderr == ""
    samples = np.frombuffer(raw.read_bytes(), np.float32)
    assert samples.size, "the device was given nothing"
    heard = notes_of(samples)
    assert [hz for hz, _ in heard] == pytest.approx([hz for hz, _ in NOTES[name]], rel=0.02)


@pytest.mark.skipif(not LINUX, reason="ALSA is Linux's")
@pytest.mark.parametrize("config", ["", "pcm.!default { type none_such }"])  # the first makes PortAudio abort
def test_without_a_device_it_is_silent_and_says_so(config, tmp_path):
    program = (
        "from marchcam.live.sound import Sound\n"
        "with Sound() as sound:\n    sound.play('lift'); sound.play('nonsense')\n"
        "    sound._tones.ready.wait(60); print(sound.problem)"  # a busy computer takes its time
    )
    result = run(program, tmp_path, config)
    assert result.stdout.strip() == NO_DEVICE and result.stderr == ""


def test_without_portaudio_it_is_silent_and_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "sounddevice", None)  # the import fails
    with Sound() as made:
        made.play("lift")
        made._tones.ready.wait(60)  # a busy computer takes its time
        assert made.problem == NO_DEVICE


def test_switched_off_it_touches_nothing(monkeypatch):
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    before = threading.active_count()
    with Sound(enabled=False) as made:
        made.play("lift")
        made.say("lift")
        assert made.problem is None and threading.active_count() == before


def test_sounddevice_comes_with_mediapipe():
    assert importlib.util.find_spec("sounddevice")


@pytest.fixture
def slow_device(monkeypatch):
    """A device that takes a second for each tone: the one part that no test machine has as it should be."""
    played = []

    class Stream:
        def __init__(self, **_): ...
        def __enter__(self):
            return self

        def __exit__(self, *_): ...
        def start(self): ...
        def stop(self): ...
        def write(self, samples):
            played.append(len(samples))
            time.sleep(0.4)

    monkeypatch.setitem(sys.modules, "sounddevice", type("Module", (), {"OutputStream": Stream}))
    return played


def test_playing_never_waits_and_the_newest_tone_wins(slow_device):
    with Sound() as made:
        made.play("lift")
        while not slow_device:
            time.sleep(0.01)
        start_s = time.monotonic()
        for name in ("hold", "lower", "hold", "done"):
            made.play(name)
        assert time.monotonic() - start_s < 0.2
    assert slow_device == [len(tone("lift")), len(tone("done"))]


@pytest.fixture
def voice(tmp_path, monkeypatch):
    """A voice that writes down what it reads, and says each sentence for a while."""
    said = tmp_path / "said.txt"
    program = (
        "import sys, time; from pathlib import Path\n"
        f"said = Path({str(said)!r}); text = sys.stdin.read()\n"
        "said.open('a').write(f'{text}+'); time.sleep(float(text.split()[-1])); said.open('a').write(f'{text}.')"
    )
    monkeypatch.setattr(sound, "voice_command", lambda: [sys.executable, "-c", program])
    return said


def wait_for(text, path):
    end_s = time.monotonic() + 15
    while not path.exists() or text not in path.read_text():
        assert time.monotonic() < end_s, path.read_text() if path.exists() else "nothing said"
        time.sleep(0.02)


def test_speech_is_off_unless_asked_for(voice):
    with Sound(enabled=False) as made:
        made.say("lift 0")
    assert not voice.exists()


def test_text_is_spoken_as_it_is(voice):
    text = "--help; $(touch x) 'Zoë' \" | & 0"
    with Sound(enabled=False, speech=True) as made:
        made.say(text)
        wait_for(f"{text}.", voice)


def test_a_newer_sentence_breaks_the_older_off(voice):
    with Sound(enabled=False, speech=True) as made:
        made.say("long 30")
        wait_for("long 30+", voice)
        start_s = time.monotonic()
        made.say("short 0")
        assert time.monotonic() - start_s < 0.1
        wait_for("short 0.", voice)
    assert "long 30." not in voice.read_text()


def test_no_voice_is_said(monkeypatch):
    monkeypatch.setenv("PATH", os.devnull)
    with Sound(enabled=False, speech=True) as made:
        made.say("lift")
        assert made.problem == (None if sys.platform == "win32" else NO_VOICE)
