"""Microphone and loudspeaker through sounddevice, which needs PortAudio: part of its package but on Linux.

There may be none of all that: then one sentence says so, and nothing else suffers.
"""

from types import ModuleType
from typing import Any, Protocol

from chat.errors import UserError

SAMPLE_RATE = 48_000  # of the microphone: what every device can do, and Opus's own
PORTAUDIO = "On Debian and Ubuntu: apt install libportaudio2."


class NoSoundDevice(UserError):
    """There is no microphone, or no loudspeaker; the sentence says what to do instead."""


class Microphone(Protocol):
    """Where sound comes from: one channel of 16-bit samples at SAMPLE_RATE."""

    def read(self, count: int) -> bytes:
        """The next `count` samples; blocks until they are there."""

    def close(self) -> None:
        """Give it back."""


class Loudspeaker(Protocol):
    """Where sound goes to: one channel of 16-bit samples."""

    def write(self, samples: bytes) -> None:
        """Some more; blocks until there is room."""

    def close(self) -> None:
        """Play what is left, and give it back."""


class _Input:
    def __init__(self, stream: Any) -> None:  # noqa: ANN401 - sounddevice has no types
        self._stream = stream
        stream.start()

    def read(self, count: int) -> bytes:
        samples, _ = self._stream.read(count)
        return bytes(samples)

    def close(self) -> None:
        self._stream.close()


class _Output:
    def __init__(self, stream: Any) -> None:  # noqa: ANN401
        self._stream = stream
        stream.start()

    def write(self, samples: bytes) -> None:
        self._stream.write(samples)

    def close(self) -> None:
        self._stream.stop()
        self._stream.close()


def open_microphone() -> Microphone:
    """The system's default one. NoSoundDevice where there is none."""
    sounddevice = _sounddevice("recorded from")
    try:
        return _Input(sounddevice.RawInputStream(samplerate=SAMPLE_RATE, channels=1, dtype="int16"))
    except sounddevice.PortAudioError as error:
        raise NoSoundDevice(
            f"There is no microphone here ({error.args[0]}): record with another program, then /voice NAME PATH."
        ) from None


def open_loudspeaker(sample_rate: int) -> Loudspeaker:
    """The system's default one. NoSoundDevice where there is none."""
    sounddevice = _sounddevice("played on")
    try:
        return _Output(sounddevice.RawOutputStream(samplerate=sample_rate, channels=1, dtype="int16"))
    except sounddevice.PortAudioError as error:
        raise NoSoundDevice(f"There is no loudspeaker here ({error.args[0]}).") from None


def _sounddevice(what: str) -> ModuleType:
    try:
        import sounddevice  # noqa: PLC0415 - it loads PortAudio, which may not be there
    except ImportError:
        raise NoSoundDevice("A package is missing for sound: pip install -r requirements.txt.") from None
    except OSError as error:
        raise NoSoundDevice(f"Nothing can be {what} here ({error}). {PORTAUDIO}") from None
    module: ModuleType = sounddevice
    return module
