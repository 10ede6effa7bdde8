"""Which engine is used, and what is said where there is none."""

import sys
from hashlib import sha256
from pathlib import Path

import pytest

from chat.core.voice.engine import EngineMissing, digest_of, open_engine
from chat.core.voice.moonshine import MoonshineEngine


def test_the_default_engine_is_there() -> None:
    assert isinstance(open_engine(), MoonshineEngine)


@pytest.mark.parametrize(
    ("module", "folder", "install"),
    [("moonshine_voice", None, "-r requirements.txt"), ("faster_whisper", Path("/nowhere"), "faster-whisper")],
)
def test_a_missing_package_is_named(
    monkeypatch: pytest.MonkeyPatch, module: str, folder: Path | None, install: str
) -> None:
    ours = "chat.core.voice." + ("whisper" if folder else "moonshine")
    monkeypatch.delitem(sys.modules, ours, raising=False)
    monkeypatch.setitem(sys.modules, module, None)  # as if it were not installed
    with pytest.raises(EngineMissing, match=f"pip install {install}"):
        open_engine(folder)


def test_a_digest_is_over_all_files_in_turn(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_bytes(b"a" * 3_000_000)
    two.write_bytes(b"b")
    assert digest_of([one, two]) == sha256(b"a" * 3_000_000 + b"b").digest()


def test_a_model_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(EngineMissing, match=r"cannot be read: .*/model\.bin: No such file"):
        digest_of([tmp_path / "model.bin"])
