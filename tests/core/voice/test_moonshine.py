"""The default engine on real speech, and its care about the model."""

import shutil
from pathlib import Path

import pytest

from chat.core.voice.engine import Engine, EngineMissing
from chat.core.voice.moonshine import MODEL_FILES, MoonshineEngine
from tests.core.voice.samples import BEGINNING_S, SPEECH, WORDS, silence, speech, words


def test_it_writes_real_speech_down(engine: Engine) -> None:
    (segment,) = engine.transcribe(speech())
    assert words(segment.text) == WORDS.split()
    assert (segment.start_s, segment.end_s, segment.confidence) == (0.0, BEGINNING_S, None)


def test_why_it_needs_a_gate(engine: Engine) -> None:
    """Were there one day an engine that hears nothing in nothing, the gate could go."""
    assert engine.transcribe(silence(2.0))


def test_it_says_what_it_is(engine: Engine) -> None:
    assert engine.languages == ("en",)
    assert len(engine.model_sha256) == 32
    assert engine.id.startswith("moonshine-voice")


def test_a_model_that_was_tampered_with_is_not_loaded(tmp_path: Path) -> None:
    for name in MODEL_FILES:
        shutil.copy(SPEECH.parent / "tiny-en" / name, tmp_path)
    data = bytearray((tmp_path / MODEL_FILES[1]).read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / MODEL_FILES[1]).write_bytes(data)
    with pytest.raises(EngineMissing, match="not the one that was checked"):
        MoonshineEngine(tmp_path)
