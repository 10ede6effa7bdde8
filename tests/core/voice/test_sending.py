"""Which recordings may be sent as voice messages."""

from pathlib import Path

import pytest

from chat.core.voice.messages import MAX_DURATION_S, Missing, Opened
from chat.core.voice.sending import prepare
from chat.errors import UserError
from tests.core.voice.conftest import act_as, saying
from tests.core.voice.samples import speech, write


@pytest.mark.parametrize("ending", ["ogg", "m4a", "amr"])
def test_what_phones_record_may(ending: str, tmp_path: Path) -> None:
    path = write(tmp_path / f"it.{ending}", speech(1.0))
    attached = prepare(path)
    assert (attached.attachment.name, attached.attachment.size) == (path.name, path.stat().st_size)


def test_a_home_folder_is_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    write(tmp_path / "it.wav", speech(1.0))
    assert prepare(Path("~/it.wav")).path == str(tmp_path / "it.wav")


@pytest.mark.parametrize("text", ["a poem", "OggS"], ids=["text", "cut off"])
def test_what_is_no_recording_may_not(text: str, tmp_path: Path) -> None:
    (tmp_path / "it.ogg").write_text(text)
    with pytest.raises(UserError, match=r"^it\.ogg cannot be sent as a voice message: It is no recording"):
        prepare(tmp_path / "it.ogg")


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ([Opened(MAX_DURATION_S + 1801.0)], r"is 2\.5 hours long; 2 are the most .* /send NAME PATH"),
        ([], "cannot be read as a recording"),
    ],
    ids=["too long", "crash"],
)
def test_what_would_not_be_read_may_not(
    said: list[Opened], why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "it.wav", speech(1.0))
    act_as(monkeypatch, saying(*said))
    with pytest.raises(UserError, match=why):
        prepare(path)


@pytest.mark.parametrize("said", [Missing("no av here"), Opened(None), Opened(float(MAX_DURATION_S))])
def test_what_may_be_readable_there_is_sent(
    said: Missing | Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "it.wav", speech(1.0))
    act_as(monkeypatch, saying(said))
    assert prepare(path).attachment.name == "it.wav"
