"""The child process from the parent's side: start it on a recording, hear it out, end it.

It is watched: one that says nothing for STALL_S is ended, and so is one that says what it may not.
"""

import os
import selectors
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Self

from chat.core.confined import start_confined
from chat.core.voice.messages import MAX_MESSAGE_BYTES, ChildMessage, Ended, Missing, Refused, child_codec
from chat.errors import ChatError, RemoteProtocolError, UserError
from chat.wire.frames import FrameDecoder

STALL_S = 120.0
READ_BYTES = 64 * 1024
MAX_FILE_BYTES = 2 * 1024**3  # two hours of uncompressed stereo

MODULE = "chat.core.voice.child"
TRANSCRIBE = "transcribe"
DECODE = "decode"


class NotARecording(UserError):
    """There is no transcript of this file, and never will be; the sentence says why."""


class NotInstalled(UserError):
    """No recording can be read on this machine as it is; the sentence says what to install."""


class Crashed(ChatError):
    """The child ended before it was done."""


class Child:
    """One process for one recording. `messages` is for one thread, `kill` for any."""

    def __init__(self, path: Path, mode: str, model_folder: Path | None = None, *, stall_s: float = STALL_S) -> None:
        self._stall_s = stall_s
        with _open(path) as recording:
            arguments = (mode, str(model_folder)) if model_folder else (mode,)
            self._process = start_confined(MODULE, *arguments, file=recording)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    def kill(self) -> None:
        """End it now; whoever reads its messages gets Crashed."""
        self._process.kill()

    def messages(self) -> Iterator[ChildMessage]:
        """What it says, up to and with Ended. Raises NotARecording, NotInstalled or Crashed."""
        decoder = FrameDecoder(MAX_MESSAGE_BYTES)
        while data := self._read():
            for message in _decoded(decoder, data):
                if isinstance(message, Refused):
                    raise NotARecording(message.reason)
                if isinstance(message, Missing):
                    raise NotInstalled(message.reason)
                yield message
                if isinstance(message, Ended):
                    return
        raise Crashed(f"the process that reads it ended with {self._process.wait()}")

    def _read(self) -> bytes:
        assert self._process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            if not selector.select(self._stall_s):
                raise Crashed(f"the process that reads it made no progress for {self._stall_s:.0f} seconds")
        return os.read(self._process.stdout.fileno(), READ_BYTES)


def _decoded(decoder: FrameDecoder, data: bytes) -> list[ChildMessage]:
    try:
        return [child_codec.decode(payload) for payload in decoder.receive_data(data)]
    except RemoteProtocolError as error:
        raise Crashed(f"the process that reads it said what it may not: {error}") from None


def _open(path: Path) -> BinaryIO:
    """A recording that may be read. NotARecording for what is none by its size or kind."""
    try:
        found = path.stat()
        if stat.S_ISREG(found.st_mode) and 0 < found.st_size <= MAX_FILE_BYTES:
            return path.open("rb", buffering=0)
    except OSError as error:
        raise NotARecording(f"{path} cannot be read: {(error.strerror or str(error)).lower()}.") from None
    if not stat.S_ISREG(found.st_mode):
        raise NotARecording(f"{path} is no ordinary file.")
    if not found.st_size:
        raise NotARecording(f"{path} is empty.")
    raise NotARecording(f"{path} is larger than {MAX_FILE_BYTES // 1024**3} GiB, which is the most for a recording.")
