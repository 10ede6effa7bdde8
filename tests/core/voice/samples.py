"""Real speech, in every form in which it comes, and sound without any.

The speech is that of the engine's own package (Moonshine's, under the MIT licence): 44 seconds of a reading of
"A Tale of Two Cities". The formats are made of it here.
"""

import wave
from functools import cache
from pathlib import Path

import av
import moonshine_voice
import numpy as np

from chat.core.voice.engine import SAMPLE_RATE, Pcm

SPEECH = Path(moonshine_voice.__file__).parent / "assets" / "two_cities.wav"
BEGINNING_S = 5.0
WORDS = "it was the best of times it was the worst of times"  # of the first BEGINNING_S

# ending: container, codec, samples a second
FORMATS = {
    "ogg": ("ogg", "libopus", 48_000),
    "webm": ("webm", "libopus", 48_000),
    "m4a": ("ipod", "aac", 44_100),
    "mp3": ("mp3", "libmp3lame", 44_100),
    "wav": ("wav", "pcm_s16le", 16_000),
    "ulaw.wav": ("wav", "pcm_mulaw", 8_000),
    "flac": ("flac", "flac", 16_000),
    "amr": ("amr", "libopencore_amrnb", 8_000),
    "3gp": ("3gp", "libopencore_amrnb", 8_000),
}


@cache
def speech(seconds: float = BEGINNING_S) -> Pcm:
    """Somebody who reads, as the engine hears it."""
    with wave.open(str(SPEECH)) as file:
        step = file.getframerate() // SAMPLE_RATE
        assert (file.getsampwidth(), file.getnchannels(), step) == (2, 1, 3)
        samples = np.frombuffer(file.readframes(int(seconds * SAMPLE_RATE) * step), "<i2")
        mean: Pcm = (samples.reshape(-1, step).mean(1) / 32768).astype(np.float32)
    return mean


def spoken_at_48_khz(seconds: float = BEGINNING_S) -> bytes:
    """The same as a microphone gives it: 16-bit samples, 48,000 a second."""
    with wave.open(str(SPEECH)) as file:
        samples: bytes = file.readframes(int(seconds * 48_000))
    return samples


def silence(seconds: float) -> Pcm:
    """Nothing at all."""
    return np.zeros(int(seconds * SAMPLE_RATE), np.float32)


def noise(seconds: float, loudness: float = 0.1) -> Pcm:
    """Hiss, the same each time."""
    return (loudness * np.random.default_rng(1).standard_normal(int(seconds * SAMPLE_RATE))).astype(np.float32)


def music(seconds: float) -> Pcm:
    """Half-second notes that die away, with overtones."""
    random = np.random.default_rng(1)
    at = np.arange(SAMPLE_RATE // 2) / SAMPLE_RATE
    notes = []
    for _ in range(int(seconds * 2)):
        pitch = 220 * 2 ** (random.integers(0, 24) / 12)
        notes.append(sum(0.15 / n * np.sin(2 * np.pi * pitch * n * at) for n in range(1, 5)) * np.exp(-3 * at))
    return np.concatenate(notes).astype(np.float32)


def words(text: str) -> list[str]:
    """The words of a text, without case and punctuation."""
    return "".join(char if char.isalnum() else " " for char in text.lower()).split()


def write(path: Path, pcm: Pcm) -> Path:
    """A recording of that sound; its ending says in which form."""
    container, codec, rate = FORMATS[path.name.partition(".")[2]]
    with av.open(str(path), "w", format=container) as output:
        stream = output.add_stream(codec, rate=rate, layout="mono")
        assert isinstance(stream, av.AudioStream)
        frame = av.AudioFrame.from_ndarray((pcm * 32767).astype(np.int16)[None], format="s16", layout="mono")
        frame.sample_rate = SAMPLE_RATE
        context = stream.codec_context
        resampler = av.AudioResampler(context.format, "mono", rate, frame_size=context.frame_size or None)
        for resampled in (*resampler.resample(frame), *resampler.resample(None)):
            output.mux(stream.encode(resampled))
        output.mux(stream.encode(None))
    return path
