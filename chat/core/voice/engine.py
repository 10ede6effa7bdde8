"""What writes speech down: the interface, and which engine it is that does.

The default is small and installed by pip with its model inside. A better one takes over when the person
names a folder with its model. Nothing is ever fetched: whatever is missing is said in a sentence.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from chat.errors import UserError

SAMPLE_RATE = 16_000

Pcm = NDArray[np.float32]  # mono at SAMPLE_RATE, -1 to 1


class EngineMissing(UserError):
    """There is nothing here that could write a recording down; the sentence says what to install."""


@dataclass(frozen=True)
class Segment:
    """Some words, from and to when, in seconds from the beginning; `confidence` 0 to 1 where the engine has one."""

    start_s: float
    end_s: float
    text: str
    confidence: float | None


class Engine(Protocol):
    """A model that is loaded. `model_sha256` and `id` are kept with each transcript."""

    id: str
    model_sha256: bytes
    languages: tuple[str, ...]  # ISO 639-1

    def transcribe(self, pcm: Pcm) -> list[Segment]:
        """The words in at most half a minute of speech. Where there is none, an engine may make some up."""


def open_engine(model_folder: Path | None = None) -> Engine:
    """Load the default engine, or with a folder the better one. EngineMissing if it cannot be."""
    try:
        if model_folder is None:
            from chat.core.voice.moonshine import MoonshineEngine  # noqa: PLC0415 - each has needs of its own

            return MoonshineEngine()
        from chat.core.voice.whisper import WhisperEngine  # noqa: PLC0415

        return WhisperEngine(model_folder)
    except (ImportError, OSError) as error:  # OSError: a library that does not load on this system
        what = "faster-whisper==1.2.1" if model_folder else "-r requirements.txt"
        raise EngineMissing(f"Recordings are not transcribed here ({error}): pip install {what}.") from None


def digest_of(files: Sequence[Path]) -> bytes:
    """SHA-256 over the contents of files, one after the other. EngineMissing if one cannot be read."""
    digest = hashlib.sha256()
    for path in files:
        try:
            with path.open("rb") as file:
                while chunk := file.read(1 << 20):
                    digest.update(chunk)
        except OSError as error:
            raise EngineMissing(f"The speech model cannot be read: {path}: {error.strerror}.") from None
    return digest.digest()
