"""One connection with the registry, either end of it: frames, messages, and signs of life.

Who may ask what when is the registry's to decide (it depends on the certificate and on what was asked
before); both ends share the rest.
"""

from typing import Generic, TypeVar

import msgspec

from chat.wire.codec import Codec, encode
from chat.wire.frames import FrameDecoder, encode_frame
from chat.wire.pulse import Pulse
from chat.wire.registry import Ping, Pong

M = TypeVar("M", bound=msgspec.Struct)


class RegistryProtocol(Generic[M]):
    """Bytes in, messages of family M out; messages in, bytes out. PING and PONG stay inside."""

    def __init__(self, codec: Codec[M], *, limit: int, now: float) -> None:
        self._codec = codec
        self._decoder = FrameDecoder(limit)
        self._outgoing: list[bytes] = []
        self._pulse = Pulse(now)

    def receive_data(self, data: bytes, now: float) -> list[M]:
        """The messages that `data` completes. RemoteProtocolError for what is none."""
        if data:
            self._pulse.heard(now)
        messages: list[M] = []
        for payload in self._decoder.receive_data(data):
            message = self._codec.decode(payload)
            if isinstance(message, Ping):
                self.send(Pong())
            elif not isinstance(message, Pong):
                messages.append(message)
        return messages

    def send(self, message: msgspec.Struct) -> None:
        """Queue a message for data_to_send."""
        self._outgoing.append(encode_frame(encode(message)))

    def data_to_send(self) -> bytes:
        """What is to be written now, all frames in one piece."""
        data = b"".join(self._outgoing)
        self._outgoing.clear()
        return data

    def tick(self, now: float) -> bool:
        """Ask a silent other side for a sign of life. False once it has been silent for too long."""
        if self._pulse.must_ask(now):
            self.send(Ping())
        return not self._pulse.is_dead(now)

    @property
    def next_tick(self) -> float:
        """When tick has something to do again."""
        return self._pulse.next_tick
