"""From a recording, in whatever form, to sound at 16 kHz: PyAV, which brings FFmpeg in its wheels.

The recording may be made to do harm. Only the containers and codecs named here are tried, with no protocol, so
that a playlist cannot name other files; only sound is decoded, never a picture; and what comes out is as long
as may be at most, whatever the header says. The rest is for the confinement of the process.
"""

from collections.abc import Iterator
from typing import BinaryIO

import av
import numpy as np
from av.container import InputContainer
from av.error import FFmpegError

from chat.core.voice.engine import SAMPLE_RATE, Pcm
from chat.core.voice.messages import MAX_DURATION_S
from chat.errors import UserError

MAX_DAMAGED_PACKETS = 1000
SAMPLE_RATES = range(4_000, 192_001)  # a second at 1 Hz would be blown up to 16,000 samples

CONTAINERS = "aac,aiff,amr,caf,flac,matroska,mov,mp3,ogg,wav,webm"
CODECS = (
    "aac,alac,amrnb,amrwb,flac,mp3,mp3float,opus,vorbis,"
    "pcm_alaw,pcm_f32be,pcm_f32le,pcm_mulaw,pcm_s16be,pcm_s16le,pcm_s24be,pcm_s24le,pcm_s32be,pcm_s32le,pcm_u8"
)
OPTIONS = {"format_whitelist": CONTAINERS, "codec_whitelist": CODECS, "protocol_whitelist": "none"}


class Unreadable(UserError):
    """This recording cannot be decoded, now or ever; the sentence says why."""


class Recording:
    """An open recording. `duration_s` is what its header says, None if that says nothing."""

    def __init__(self, file: BinaryIO) -> None:
        try:
            self._container: InputContainer = av.open(file, "r", options=OPTIONS, metadata_errors="replace")
        except (FFmpegError, ValueError, OverflowError) as error:
            raise Unreadable(
                f"It is no recording of a kind that is read here, such as ogg, m4a, mp3 or wav: {_why(error)}."
            ) from None
        streams = self._container.streams.audio
        if not streams or streams[0].codec_context is None:
            raise Unreadable("There is no sound in this file.")
        self._stream = streams[0]
        codec = self._stream.codec_context.codec.name
        if codec not in CODECS.split(","):  # the option holds for looking at the file only
            raise Unreadable(f"Its sound is in a form that is not read here: {codec}.")
        if self._stream.codec_context.sample_rate not in SAMPLE_RATES:
            raise Unreadable("It is damaged: nobody records so many samples a second, or so few.")
        self._stream.codec_context.thread_count = 1
        stated = self._container.duration
        self.duration_s = stated / av.time_base if stated is not None and stated > 0 else None

    def sound(self) -> Iterator[Pcm]:
        """All of it, in blocks of any length. Unreadable where it is longer than MAX_DURATION_S, or has no sound."""
        left = MAX_DURATION_S * SAMPLE_RATE
        heard = False
        for block in self._blocks():
            left -= len(block)
            if left < 0:
                raise Unreadable(f"It is longer than {MAX_DURATION_S // 3600} hours, which is the most.")
            heard = True
            yield np.clip(np.nan_to_num(block), -1.0, 1.0)
        if not heard:
            raise Unreadable("It is damaged: no sound can be got out of it.")

    def _blocks(self) -> Iterator[Pcm]:
        resampler = av.AudioResampler(format="flt", layout="mono", rate=SAMPLE_RATE)
        try:
            for frame in self._frames():
                for resampled in resampler.resample(frame):
                    yield resampled.to_ndarray()[0]
            for resampled in resampler.resample(None):
                yield resampled.to_ndarray()[0]
        except (FFmpegError, ValueError, OverflowError) as error:
            raise Unreadable(f"It is damaged: its sound changes into something unknown ({_why(error)}).") from None

    def _frames(self) -> Iterator[av.AudioFrame]:
        """What can be decoded; a damaged packet is passed over, as players do."""
        damaged = 0
        packets = self._container.demux(self._stream)
        while damaged < MAX_DAMAGED_PACKETS:
            try:
                packet = next(packets)
                frames = packet.decode()
            except StopIteration:
                return
            except FFmpegError:
                damaged += 1
                continue
            yield from (frame for frame in frames if isinstance(frame, av.AudioFrame))


def _why(error: Exception) -> str:
    return str(error.strerror if isinstance(error, FFmpegError) else error).strip().lower()
