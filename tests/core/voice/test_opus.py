"""The file of a recording: what goes in comes out, and is nobody else's."""

from pathlib import Path

import numpy as np
import pytest

from chat.core.voice.decoding import Recording
from chat.core.voice.engine import SAMPLE_RATE, Engine
from chat.core.voice.opus import SAMPLE_RATE as OPUS_RATE
from chat.core.voice.opus import OpusFile
from tests.core.voice.samples import WORDS, speech, words


def as_recorded(seconds: float = 5.0) -> bytes:
    """Speech as a microphone gives it."""
    return (np.repeat(speech(seconds), OPUS_RATE // SAMPLE_RATE) * 32767).astype("<i2").tobytes()


@pytest.mark.parametrize("block", [9600, 2, 1234])
def test_what_goes_in_comes_out(tmp_path: Path, block: int, engine: Engine) -> None:
    samples = as_recorded(5.0 if block > 2 else 0.2)
    file = OpusFile(tmp_path / "it.ogg")
    for start in range(0, len(samples), block):
        file.write(samples[start : start + block])
    file.close()
    pcm = np.concatenate(list(Recording((tmp_path / "it.ogg").open("rb")).sound()))
    assert len(pcm) / SAMPLE_RATE == pytest.approx(len(samples) / 2 / OPUS_RATE, abs=0.05)
    if block > 2:
        assert words(engine.transcribe(pcm)[0].text) == WORDS.split()


def test_it_is_small_and_private(tmp_path: Path) -> None:
    file = OpusFile(tmp_path / "it.ogg")
    file.write(as_recorded())
    file.close()
    found = (tmp_path / "it.ogg").stat()
    assert found.st_mode & 0o777 == 0o600
    assert found.st_size < 25_000


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "it.ogg").write_text("a poem")
    with pytest.raises(FileExistsError):
        OpusFile(tmp_path / "it.ogg")
    assert (tmp_path / "it.ogg").read_text() == "a poem"
