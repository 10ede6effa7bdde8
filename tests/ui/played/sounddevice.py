"""Stands in for the package of that name in a client that tests start: its microphone reads aloud, and fast."""

import time
from typing import Any

from tests.core.voice.samples import spoken_at_48_khz

PACE_S = 0.01  # for a tenth of a second


class PortAudioError(Exception):
    """As in the package."""


class RawInputStream:
    """Speech, then silence."""

    def __init__(self, **wanted: Any) -> None:
        assert (wanted["samplerate"], wanted["channels"], wanted["dtype"]) == (48_000, 1, "int16")
        self._samples = spoken_at_48_khz()

    def start(self) -> None:
        """It is always ready."""

    def read(self, count: int) -> tuple[bytes, bool]:
        time.sleep(PACE_S)
        block, self._samples = self._samples[: 2 * count], self._samples[2 * count :]
        return block.ljust(2 * count, b"\0"), False

    def close(self) -> None:
        """Nothing to give back."""
