"""Recordings to sound: every format that phones and desktops record, and the bounds."""

import io
import wave
from pathlib import Path

import numpy as np
import pytest

from chat.core.voice import decoding
from chat.core.voice.decoding import Recording, Unreadable
from chat.core.voice.engine import SAMPLE_RATE, Engine, Pcm
from tests.core.voice.samples import BEGINNING_S, FORMATS, WORDS, noise, silence, speech, words, write


def decoded(data: bytes | Path) -> Pcm:
    recording = Recording(io.BytesIO(data if isinstance(data, bytes) else data.read_bytes()))
    return np.concatenate(list(recording.sound()))


def longest_block(data: bytes) -> int:
    return max(len(block) for block in Recording(io.BytesIO(data)).sound())


def wav(samples: bytes, *, rate: int = 16_000, channels: int = 1, width: int = 2) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setparams((channels, width, rate, 0, "NONE", ""))
        writer.writeframes(samples)
    return file.getvalue()


@pytest.mark.parametrize("ending", FORMATS)
def test_every_format_is_understood(ending: str, tmp_path: Path, engine: Engine) -> None:
    pcm = decoded(write(tmp_path / f"it.{ending}", speech()))
    assert pcm.dtype == np.float32
    assert len(pcm) / SAMPLE_RATE == pytest.approx(BEGINNING_S, abs=0.1)
    (segment,) = engine.transcribe(pcm)
    assert words(segment.text) == WORDS.split()


@pytest.mark.parametrize("ending", FORMATS)
def test_the_length_is_known_before(ending: str, tmp_path: Path) -> None:
    stated = Recording(write(tmp_path / f"it.{ending}", speech()).open("rb")).duration_s
    assert stated == pytest.approx(BEGINNING_S, abs=0.1)


def test_channels_are_mixed_and_rates_converted() -> None:
    samples = np.stack((np.full(44_100, 8_000), np.full(44_100, -8_000)), 1).astype("<i2").tobytes()
    pcm = decoded(wav(samples, rate=44_100, channels=2))
    assert len(pcm) == pytest.approx(SAMPLE_RATE, abs=50)
    assert np.abs(pcm).max() < 0.001


def test_what_is_out_of_range_is_clipped(tmp_path: Path) -> None:
    header = bytearray(wav(b"", width=4))
    header[20:22] = (3).to_bytes(2, "little")  # samples are floats
    body = np.array([0.5, 9.0, -9.0, np.nan, np.inf, -np.inf] * 1000, "<f4").tobytes()
    header[4:8], header[40:44] = (36 + len(body)).to_bytes(4, "little"), len(body).to_bytes(4, "little")
    assert sorted(set(decoded(bytes(header) + body)[:6].tolist())) == [-1.0, 0.0, 0.5, 1.0]


def test_a_cut_off_recording_gives_what_there_is(tmp_path: Path) -> None:
    data = write(tmp_path / "it.ogg", speech()).read_bytes()
    assert 1.0 < len(decoded(data[: len(data) // 2])) / SAMPLE_RATE < BEGINNING_S


def test_damage_in_the_middle_costs_only_the_middle(tmp_path: Path) -> None:
    data = bytearray(write(tmp_path / "it.mp3", speech()).read_bytes())
    middle = len(data) // 2
    data[middle : middle + 2000] = bytes(2000)
    assert 4.0 < len(decoded(bytes(data))) / SAMPLE_RATE <= BEGINNING_S + 0.1


def test_too_long_whatever_the_header_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "MAX_DURATION_S", 300)
    with pytest.raises(Unreadable, match="longer than"):
        longest_block(wav(bytes(2 * 8_000 * 301), rate=8_000))
    assert longest_block(wav(bytes(2 * 8_000 * 299), rate=8_000))


def test_it_comes_in_blocks_and_never_as_a_whole() -> None:
    assert longest_block(wav(bytes(2 * 8_000 * 120), rate=8_000)) < SAMPLE_RATE


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no recording"),
        (b"hello", "no recording"),
        (bytes(100_000), "no recording"),
        (b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n", "no recording"),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", "no recording"),
        (b"\x89PNG\r\n\x1a\n" + bytes(64), "no recording"),
        (wav(b""), "no sound can be got"),
        (wav(bytes(3200), rate=1), "so many samples"),
        (wav(bytes(3200), rate=2_000_000_000), "so many samples"),
    ],
    ids=["empty", "text", "zeros", "playlist", "list", "picture", "no samples", "1 Hz", "2 GHz"],
)
def test_what_is_none_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        decoded(data)


def test_a_film_without_sound(tmp_path: Path) -> None:
    import av

    path = tmp_path / "film.mp4"
    with av.open(str(path), "w") as output:
        stream = output.add_stream("mpeg4", rate=24)
        assert isinstance(stream, av.VideoStream)
        stream.width = stream.height = 64
        for _ in range(3):
            output.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8))))
        output.mux(stream.encode(None))
    with pytest.raises(Unreadable, match="no sound in this file"):
        decoded(path)


def test_only_known_codecs_are_run(tmp_path: Path) -> None:
    import av

    path = tmp_path / "cinema.mp4"
    with av.open(str(path), "w") as output:
        stream = output.add_stream("ac3", rate=48_000, layout="mono")
        assert isinstance(stream, av.AudioStream)
        frame = av.AudioFrame.from_ndarray(noise(1.0)[None], format="fltp", layout="mono")
        frame.sample_rate = 48_000
        output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    with pytest.raises(Unreadable, match="in a form that is not read here: ac3"):
        decoded(path)


def test_silence_is_sound_too() -> None:
    assert len(decoded(wav(silence(1.0).astype("<i2").tobytes()))) == SAMPLE_RATE
