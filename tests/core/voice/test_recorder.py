"""Recording, with a microphone that plays back what it is told to."""

import sys
from pathlib import Path
from threading import Event

import pytest

from chat.core.voice import recorder
from chat.core.voice.decoding import Recording
from chat.core.voice.devices import SAMPLE_RATE, NoSoundDevice
from chat.core.voice.opus import OpusFile
from chat.core.voice.recorder import BLOCK, Recorder, record
from tests.core.voice.test_opus import as_recorded
from tests.people import wait_until


class PlayedMicrophone:
    """Gives its samples, then waits until it is let go, then silence; or breaks."""

    def __init__(self, samples: bytes, error: Exception | None = None) -> None:
        self._samples, self._error = samples, error
        self.at_end, self.go_on, self.closed = Event(), Event(), Event()

    def read(self, count: int) -> bytes:
        block, self._samples = self._samples[: 2 * count], self._samples[2 * count :]
        if block:
            return block
        if self._error is not None:
            raise self._error
        self.at_end.set()
        assert self.go_on.wait(30)
        return bytes(2 * count)

    def close(self) -> None:
        self.closed.set()


def test_a_recording_until_it_is_stopped(tmp_path: Path) -> None:
    path = tmp_path / "it.ogg"
    microphone = PlayedMicrophone(as_recorded())
    running = Recorder(path, microphone, OpusFile(path))
    assert microphone.at_end.wait(30)
    assert running.seconds == pytest.approx(5.0, abs=0.1)
    assert 0.0 < running.level < 0.5
    assert not running.ended
    microphone.go_on.set()
    wait_until(lambda: running.level == 0.0, "silence is seen")
    assert running.stop() == path
    assert microphone.closed.is_set()
    stated = Recording(path.open("rb")).duration_s
    assert stated == pytest.approx(running.seconds, abs=0.1)


def test_full_scale_is_one(tmp_path: Path) -> None:
    microphone = PlayedMicrophone((-32768).to_bytes(2, "little", signed=True) * BLOCK)
    running = Recorder(tmp_path / "it.ogg", microphone, OpusFile(tmp_path / "it.ogg"))
    assert microphone.at_end.wait(30)
    assert running.level == 1.0
    microphone.go_on.set()
    running.discard()


def test_discarded(tmp_path: Path) -> None:
    path = tmp_path / "it.ogg"
    microphone = PlayedMicrophone(as_recorded())
    running = Recorder(path, microphone, OpusFile(path))
    microphone.go_on.set()
    running.discard()
    assert microphone.closed.is_set()
    assert not path.exists()


def test_a_microphone_that_is_pulled_out(tmp_path: Path) -> None:
    path = tmp_path / "it.ogg"
    running = Recorder(path, PlayedMicrophone(as_recorded(), OSError("unplugged")), OpusFile(path))
    wait_until(lambda: running.ended, "it ends by itself")
    assert Recording(running.stop().open("rb")).duration_s == pytest.approx(5.0, abs=0.1)


def test_a_microphone_that_gives_nothing(tmp_path: Path) -> None:
    path = tmp_path / "it.ogg"
    running = Recorder(path, PlayedMicrophone(b"", OSError("busy")), OpusFile(path))
    wait_until(lambda: running.ended, "it ends by itself")
    with pytest.raises(NoSoundDevice, match=r"gives nothing \(busy\)"):
        running.stop()
    assert not path.exists()


def test_it_ends_by_itself_at_the_most(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "MAX_RECORDING_S", 2.0)
    path = tmp_path / "it.ogg"
    microphone = PlayedMicrophone(as_recorded())
    running = Recorder(path, microphone, OpusFile(path))
    assert microphone.closed.wait(30)
    assert running.stop() == path
    assert running.seconds == pytest.approx(2.0, abs=BLOCK / SAMPLE_RATE)


def test_without_a_microphone_there_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(NoSoundDevice):
        record(tmp_path / "it.ogg")
    assert list(tmp_path.iterdir()) == []
