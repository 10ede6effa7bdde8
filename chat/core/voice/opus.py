"""A file of Opus in Ogg that takes sound as it comes, readable by its owner alone."""

import os
from pathlib import Path

import av

SAMPLE_RATE = 48_000  # Opus's own
FRAME = 960  # samples: 20 ms, as Opus likes it
BIT_RATE = 24_000  # good speech: 11 MB an hour


class OpusFile:
    """Made anew; FileExistsError if there is one."""

    def __init__(self, path: Path) -> None:
        self._file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb")
        self._container = av.open(self._file, "w", format="ogg")
        self._stream = self._container.add_stream("libopus", rate=SAMPLE_RATE, layout="mono", bit_rate=BIT_RATE)
        self._frames = av.AudioResampler("s16", "mono", SAMPLE_RATE, frame_size=FRAME)

    def write(self, samples: bytes) -> None:
        """Some more: one channel of 16-bit samples at SAMPLE_RATE."""
        frame = av.AudioFrame("s16", "mono", len(samples) // 2)
        frame.planes[0].update(samples)
        frame.sample_rate = SAMPLE_RATE
        self._put(frame)

    def close(self) -> None:
        """The last of it, and the end."""
        self._put(None)
        self._container.mux(self._stream.encode(None))
        self._container.close()
        self._file.close()

    def _put(self, frame: av.AudioFrame | None) -> None:
        for part in self._frames.resample(frame):
            self._container.mux(self._stream.encode(part))
