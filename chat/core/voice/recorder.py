"""A recording from the microphone, written as it comes in, so that its length costs no memory."""

import array
import threading
from contextlib import closing
from pathlib import Path
from typing import Protocol

from chat.core.voice.devices import SAMPLE_RATE, Microphone, NoSoundDevice, open_microphone
from chat.net.threads import DaemonThread

BLOCK = SAMPLE_RATE // 10  # samples: the level is shown ten times a second
MAX_RECORDING_S = 2 * 3600
FULL_SCALE = 32_768


class SoundFile(Protocol):
    """Where sound is kept: one channel of 16-bit samples at SAMPLE_RATE."""

    def write(self, samples: bytes) -> None:
        """Some more."""

    def close(self) -> None:
        """That was all."""


def record(path: Path) -> "Recorder":
    """Begin to record into a new file of Opus in Ogg. NoSoundDevice where that cannot be."""
    microphone = open_microphone()
    from chat.core.voice.opus import OpusFile  # noqa: PLC0415 - from the same packages as the microphone

    return Recorder(path, microphone, OpusFile(path))


class Recorder:
    """Owns the microphone and the file in a thread of its own; `level` and `seconds` are for any thread to look at."""

    def __init__(self, path: Path, microphone: Microphone, file: SoundFile) -> None:
        self._path = path
        self._microphone = microphone
        self._file = file
        self.level = 0.0  # of the last tenth of a second: 0 is silence, 1 as loud as can be
        self.seconds = 0.0
        self._stopping = threading.Event()
        self._error: Exception | None = None
        self._thread = DaemonThread(self._run, "recorder")
        self._thread.start()

    def stop(self) -> Path:
        """End it: what was recorded, also if the microphone failed at some point. NoSoundDevice if it gave nothing."""
        self._stopping.set()
        self._thread.join()
        if self._error is not None and not self.seconds:
            self._path.unlink(missing_ok=True)
            raise NoSoundDevice(f"The microphone gives nothing ({self._error}): nothing was recorded.") from self._error
        return self._path

    @property
    def ended(self) -> bool:
        """Whether it ended by itself: it is as long as may be, or the microphone failed."""
        return not self._thread.is_alive()

    def discard(self) -> None:
        """End it and keep nothing."""
        self._stopping.set()
        self._thread.join()
        self._path.unlink(missing_ok=True)

    def _run(self) -> None:
        try:
            with closing(self._microphone), closing(self._file):
                while not self._stopping.is_set() and self.seconds < MAX_RECORDING_S:
                    samples = self._microphone.read(BLOCK)
                    self._file.write(samples)
                    self.level = max(map(abs, array.array("h", samples)), default=0) / FULL_SCALE
                    self.seconds += len(samples) / 2 / SAMPLE_RATE
        except Exception as error:  # noqa: BLE001 - a driver's errors are of any kind; stop tells
            self._error = error
