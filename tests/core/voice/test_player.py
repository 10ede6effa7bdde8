"""Playing, on a loudspeaker that remembers."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from chat.core.voice.devices import NoSoundDevice
from chat.core.voice.engine import SAMPLE_RATE
from chat.core.voice.player import Player
from chat.core.voice.process import NotARecording
from tests.core.voice.samples import speech, write


class PlayedLoudspeaker:
    """Takes sound; from `full_after` bytes on it blocks until it is closed or drained."""

    def __init__(self, full_after: int = 1 << 40) -> None:
        self.samples = b""
        self._full_after = full_after
        self.full, self.drained, self.closed = Event(), Event(), Event()

    def write(self, samples: bytes) -> None:
        self.samples += samples
        if len(self.samples) >= self._full_after:
            self.full.set()
            assert self.drained.wait(30)

    def close(self) -> None:
        self.closed.set()


class Room:
    def __init__(self) -> None:
        self.loudspeakers: list[PlayedLoudspeaker] = []
        self.rates: list[int] = []
        self.troubles: list[str] = []
        self.player = Player(self.open, self.troubles.append)
        self.next = PlayedLoudspeaker()

    def open(self, rate: int) -> PlayedLoudspeaker:
        self.rates.append(rate)
        self.loudspeakers.append(self.next)
        opened, self.next = self.next, PlayedLoudspeaker()
        return opened


@pytest.fixture
def room() -> Iterator[Room]:
    place = Room()
    yield place
    place.player.stop()


def test_it_sounds_as_it_was(room: Room, tmp_path: Path) -> None:
    room.player.play(write(tmp_path / "it.flac", speech()))
    (loudspeaker,) = room.loudspeakers
    assert loudspeaker.closed.wait(30)
    got = np.frombuffer(loudspeaker.samples, "<i2") / 32767
    assert room.rates == [SAMPLE_RATE]
    assert np.abs(got - speech()).max() < 1e-3
    assert room.troubles == []


def test_another_one_in_its_place(room: Room, tmp_path: Path) -> None:
    path = write(tmp_path / "it.wav", speech(20.0))
    room.next = PlayedLoudspeaker(full_after=100_000)
    room.player.play(path)
    first = room.loudspeakers[0]
    assert first.full.wait(30)
    first.drained.set()
    room.player.play(path)
    assert first.closed.is_set()
    assert room.loudspeakers[1].closed.wait(30)
    assert len(room.loudspeakers[1].samples) == 2 * 20 * SAMPLE_RATE


def test_it_can_be_stopped(room: Room, tmp_path: Path) -> None:
    room.next = PlayedLoudspeaker(full_after=1)
    room.player.play(write(tmp_path / "it.wav", speech(20.0)))
    (loudspeaker,) = room.loudspeakers
    assert loudspeaker.full.wait(30)
    loudspeaker.drained.set()
    room.player.stop()
    assert loudspeaker.closed.is_set()
    assert len(loudspeaker.samples) < 2 * 20 * SAMPLE_RATE
    assert room.troubles == []


def test_what_cannot_be_played(room: Room, tmp_path: Path) -> None:
    path = tmp_path / "it.ogg"
    with pytest.raises(NotARecording):
        room.player.play(path)
    path.write_text("a poem")
    room.player.play(path)
    assert all(loudspeaker.closed.wait(30) for loudspeaker in room.loudspeakers)
    room.player.stop()
    (trouble,) = room.troubles
    assert trouble.startswith("It cannot be played: It is no recording")


def test_without_a_loudspeaker(tmp_path: Path) -> None:
    def none(rate: int) -> PlayedLoudspeaker:
        raise NoSoundDevice("There is no loudspeaker here.")

    with pytest.raises(NoSoundDevice):
        Player(none, print).play(tmp_path / "it.ogg")
