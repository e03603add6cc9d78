"""Short tones for the cues, and the computer's own voice if wanted.

Both may be missing; a session never waits for them.
"""

from __future__ import annotations

import contextlib
import queue
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from marchcam.arrays import Floats

RATE_HZ = 48000
LOUDNESS = 0.35  # of full scale: clear beside speech, no start for anybody
ATTACK_S, DECAY_S = 0.012, 0.07  # a soft beginning and end; without them a tone clicks
PAUSE_S = 0.06
# Frequency and length of each note. Told apart by height, by number and by direction, all well below what the
# older ear has lost: up is up, level is level, down is down.
NOTES: dict[str, tuple[tuple[float, float], ...]] = {
    "lift": ((523.25, 0.12), (783.99, 0.20)),
    "hold": ((659.26, 0.30),),
    "lower": ((523.25, 0.12), (349.23, 0.24)),
    "done": ((523.25, 0.12), (659.26, 0.12), (1046.5, 0.34)),
    "attention": ((440.0, 0.16), (440.0, 0.16), (440.0, 0.16)),
}
NO_DEVICE = "No sound device: cues are shown only."
NO_VOICE = "No voice on this computer: cues are not spoken."
READY_S = 4.0  # [default] opening the sound takes a second on some computers; then the session goes on anyway
LEAVE_S = 1.5
SPEAK_POWERSHELL = (
    "Add-Type -AssemblyName System.Speech; "
    "(New-Object System.Speech.Synthesis.SpeechSynthesizer).Speak([Console]::In.ReadToEnd())"
)


def tone(name: str, *, rate_hz: int = RATE_HZ) -> Floats:
    """The sound of a cue.

    Parameters
    ----------
    name : str
        "lift", "hold", "lower", "done" or "attention".
    rate_hz : int
        Samples a second.

    Returns
    -------
    ndarray of shape (n,), float32
        -1 to 1, beginning and ending at 0.
    """
    parts = []
    for frequency_hz, length_s in NOTES[name]:
        time_s = np.arange(round(length_s * rate_hz)) / rate_hz
        wave = np.sin(2 * np.pi * frequency_hz * time_s) + 0.2 * np.sin(4 * np.pi * frequency_hz * time_s)
        edges = np.minimum(time_s / ATTACK_S, (length_s - time_s) / DECAY_S)
        parts += [wave * np.sin(np.pi / 2 * np.clip(edges, 0, 1)) ** 2, np.zeros(round(PAUSE_S * rate_hz))]
    return (LOUDNESS / 1.2 * np.concatenate(parts[:-1])).astype(np.float32)


class Sound:
    """Tones, and speech if wanted. A context manager; nothing of it ever waits or raises.

    Parameters
    ----------
    enabled : bool
        Whether there are tones.
    speech : bool
        Whether `say` speaks.
    """

    def __init__(self, enabled: bool = True, *, speech: bool = False):
        self._wanted = enabled, speech
        self._tones: _Worker | None = None
        self._voice: _Worker | None = None
        self.problem: str | None = None
        """Why something is not heard, in a sentence; None while all is well. A device can also be lost later."""

    def __enter__(self) -> Sound:
        enabled, speech = self._wanted
        if enabled:
            self._tones = _Worker(self._play_tones)
            self._tones.ready.wait(READY_S)
        if speech and (command := voice_command()):
            self._voice = _Worker(lambda worker: _speak(worker, command))
        elif speech:
            self.problem = self.problem or NO_VOICE
        return self

    def __exit__(self, *_: object) -> None:
        for worker in (self._tones, self._voice):
            if worker is not None:
                worker.leave()
        self._tones = self._voice = None

    def play(self, name: str) -> None:
        """Sound a tone; one that has not begun yet gives way to it. An unknown name is silent."""
        if self._tones is not None and name in NOTES:
            self._tones.put(name)

    def say(self, text: str) -> None:
        """Speak; what is being said is broken off."""
        if self._voice is not None and text.strip():
            self._voice.put(text)

    def _play_tones(self, worker: _Worker) -> None:
        try:
            _check_portaudio()
            import sounddevice  # raises OSError without PortAudio

            with sounddevice.OutputStream(samplerate=RATE_HZ, channels=1, dtype="float32") as stream:
                stream.stop()
                worker.ready.set()
                for name in iter(worker.take, None):
                    stream.start()
                    stream.write(tone(name)[:, None])
                    stream.stop()  # after the last sample was heard
        except Exception:  # whatever a driver raises: the cue is on the screen
            self.problem = NO_DEVICE
        finally:
            worker.ready.set()


def _check_portaudio() -> None:
    """Start it in a process of its own first: where ALSA is not set up, PortAudio ends the whole process."""
    if sys.platform.startswith("linux"):
        silent: dict[str, Any] = {
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.DEVNULL,
            "stderr": subprocess.DEVNULL,
        }
        subprocess.run([sys.executable, "-c", "import sounddevice"], check=True, timeout=10, **silent)


class _Worker:
    """A thread that does the newest thing asked for; what was not begun is forgotten."""

    def __init__(self, work: Callable[[_Worker], None]):
        self.ready = threading.Event()
        self._box: queue.Queue[str | None] = queue.Queue(maxsize=1)
        self._thread = threading.Thread(target=work, args=(self,), daemon=True)
        self._thread.start()

    def put(self, item: str | None) -> None:
        """From one thread only."""
        with contextlib.suppress(queue.Empty):
            self._box.get_nowait()
        self._box.put_nowait(item)

    def take(self) -> str | None:
        """The next thing to do; None is the end."""
        return self._box.get()

    def leave(self) -> None:
        """Let it finish what it has been given, for a moment."""
        if not self._thread.is_alive():
            return
        with contextlib.suppress(queue.Full):
            self._box.put(None, timeout=LEAVE_S)
            self._thread.join(LEAVE_S)


def voice_command() -> list[str] | None:
    """The program that speaks what it reads from its input; None where there is none."""
    if sys.platform == "darwin":
        choices = [["say"]]
    elif sys.platform == "win32":
        choices = [["powershell", "-NoProfile", "-NonInteractive", "-Command", SPEAK_POWERSHELL]]
    else:
        choices = [["espeak-ng", "--stdin"], ["spd-say", "--pipe-mode"]]
    return next((command for command in choices if shutil.which(command[0])), None)


def _speak(worker: _Worker, command: list[str]) -> None:
    """One process a sentence; the text goes through its input, where nothing can take it for an option."""
    process: subprocess.Popen[bytes] | None = None
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    if sys.platform == "win32":
        quiet["creationflags"] = subprocess.CREATE_NO_WINDOW
    for text in iter(worker.take, None):
        _end(process)
        try:
            process = subprocess.Popen(command, stdin=subprocess.PIPE, **quiet)  # noqa: S603 - see above
            if process.stdin is not None:
                process.stdin.write(text.encode())
                process.stdin.close()
        except OSError:  # a voice that cannot start, or that left at once
            continue
    _end(process, wait_s=LEAVE_S)


def _end(process: subprocess.Popen[bytes] | None, *, wait_s: float = 0.0) -> None:
    """Wait for a voice, then break it off."""
    if process is None:
        return
    try:
        process.wait(wait_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
