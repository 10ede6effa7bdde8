"""The better engine: what it asks of faster-whisper, and what it makes of the answers.

The package and a model are 160 MB, so here somebody else plays them; bench/voice.py measures the real ones.
"""

import math
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from chat.core.voice.engine import EngineMissing, Pcm, Segment, open_engine
from tests.core.voice.samples import silence


class PlayedModel:
    supported_languages = ("en", "de")
    answers: tuple[SimpleNamespace, ...] = ()
    broken = False

    def __init__(self, folder: str, **options: Any) -> None:
        if self.broken:
            raise RuntimeError("Unsupported model binary version")
        self.folder, self.options = folder, options

    def transcribe(self, pcm: Pcm, **options: Any) -> tuple[Iterator[SimpleNamespace], None]:
        assert not options["condition_on_previous_text"]
        return iter(self.answers), None


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder that looks like a model, and a package that seems to read it."""
    package = ModuleType("faster_whisper")
    package.WhisperModel = PlayedModel  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "faster_whisper", package)
    monkeypatch.delitem(sys.modules, "chat.core.voice.whisper", raising=False)
    folder = tmp_path / "base"
    folder.mkdir()
    (folder / "model.bin").write_bytes(b"weights")
    for name in ("config.json", "tokenizer.json"):
        (folder / name).write_text("{}")
    return folder


def test_segments_and_their_confidence(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = (
        SimpleNamespace(start=0.5, end=1.5, text=" Hello.", avg_logprob=math.log(0.9)),
        SimpleNamespace(start=1.5, end=1.6, text=" ", avg_logprob=-5.0),
        SimpleNamespace(start=2.0, end=3.0, text=" Sure.", avg_logprob=0.01),
    )
    monkeypatch.setattr(PlayedModel, "answers", answers)
    hello, sure = open_engine(model).transcribe(silence(3.0))
    assert (hello.start_s, hello.end_s, hello.text) == (0.5, 1.5, "Hello.")
    assert hello.confidence == pytest.approx(0.9)
    assert sure == Segment(2.0, 3.0, "Sure.", 1.0)


def test_it_says_what_it_is_and_reads_nothing_but_local_files(model: Path) -> None:
    engine: Any = open_engine(model)
    assert engine.id == "faster-whisper base"
    assert engine.languages == ("en", "de")
    assert engine.model_sha256.hex().startswith("9a129038d9a00aed")
    assert engine._model.folder == str(model)
    assert engine._model.options["local_files_only"]


def test_a_folder_without_a_model(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EngineMissing, match=r"it has no model\.bin"):
        open_engine(model.parent)
    monkeypatch.setattr(PlayedModel, "broken", True)
    with pytest.raises(EngineMissing, match="holds no model for faster-whisper: Unsupported model binary version"):
        open_engine(model)


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json"])
def test_what_the_package_would_fetch_is_refused_before(model: Path, name: str) -> None:
    (model / name).unlink()
    with pytest.raises(EngineMissing, match=f"it has no {name}"):
        open_engine(model)
