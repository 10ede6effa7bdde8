"""What is said where there is no device, and what is asked of sounddevice where there is one."""

import builtins
import sys
from types import ModuleType
from typing import Any

import pytest

from chat.core.voice.devices import NoSoundDevice, open_loudspeaker, open_microphone


class PortAudioError(Exception):
    pass


class PlayedStream:
    def __init__(self, **settings: Any) -> None:
        self.settings = settings
        self.calls: list[Any] = []

    def start(self) -> None:
        self.calls.append("start")

    def stop(self) -> None:
        self.calls.append("stop")

    def close(self) -> None:
        self.calls.append("close")

    def read(self, count: int) -> tuple[bytearray, bool]:
        return bytearray(2 * count), False

    def write(self, samples: bytes) -> None:
        self.calls.append(samples)


@pytest.fixture
def sounddevice(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    module: Any = ModuleType("sounddevice")
    module.PortAudioError = PortAudioError
    module.RawInputStream = module.RawOutputStream = PlayedStream
    monkeypatch.setitem(sys.modules, "sounddevice", module)
    return module  # type: ignore[no-any-return]


def no_device(**settings: Any) -> None:
    raise PortAudioError("Error querying device -1", -9996)


def test_no_device(sounddevice: Any) -> None:
    sounddevice.RawInputStream = sounddevice.RawOutputStream = no_device
    with pytest.raises(NoSoundDevice, match=r"no microphone here \(Error querying device -1\).*/voice NAME PATH"):
        open_microphone()
    with pytest.raises(NoSoundDevice, match="no loudspeaker here"):
        open_loudspeaker(16_000)


def test_no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(NoSoundDevice, match=r"pip install -r requirements\.txt"):
        open_microphone()


def test_no_library(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def importing(name: str, *rest: Any) -> Any:
        if name == "sounddevice":
            raise OSError("PortAudio library not found")
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", importing)
    with pytest.raises(NoSoundDevice, match=r"recorded from here \(PortAudio library not found\)\. .*libportaudio2"):
        open_microphone()


def test_the_microphone(sounddevice: ModuleType) -> None:
    microphone: Any = open_microphone()
    assert microphone._stream.settings == {"samplerate": 48_000, "channels": 1, "dtype": "int16"}
    assert microphone.read(3) == bytes(6)
    microphone.close()
    assert microphone._stream.calls == ["start", "close"]


def test_the_loudspeaker_plays_what_is_left(sounddevice: ModuleType) -> None:
    loudspeaker: Any = open_loudspeaker(16_000)
    assert loudspeaker._stream.settings == {"samplerate": 16_000, "channels": 1, "dtype": "int16"}
    loudspeaker.write(b"ab")
    loudspeaker.close()
    assert loudspeaker._stream.calls == ["start", b"ab", "stop", "close"]
