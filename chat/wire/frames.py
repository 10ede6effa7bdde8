"""Frames: a 4-byte big-endian length, then one message of that many bytes.

The length is checked before anything is allocated for it, so a header that promises 4 GiB costs its
sender the connection and us nothing. The limit grows once the other side is authenticated.
"""

import struct

from chat.errors import LocalProtocolError, RemoteProtocolError

HEADER = struct.Struct(">I")

MAX_GREETING_BYTES = 4 * 1024
MAX_CHAT_BYTES = 96 * 1024
MAX_REGISTRY_BYTES = 256 * 1024


def encode_frame(payload: bytes) -> bytes:
    """The frame that carries `payload`."""
    if not payload:
        raise LocalProtocolError("A frame cannot be empty.")
    return HEADER.pack(len(payload)) + payload


class FrameDecoder:
    """Cuts a byte stream into the payloads of its frames, however the bytes were split."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._buffer = bytearray()

    def receive_data(self, data: bytes) -> list[bytes]:
        """The payloads that `data` completes, in order.

        Raises RemoteProtocolError for a frame that is empty or over the limit.
        """
        buffer = self._buffer
        buffer += data
        payloads = []
        start, held = 0, len(buffer)
        with memoryview(buffer) as view:
            while held - start >= HEADER.size:
                (length,) = HEADER.unpack_from(view, start)
                if not 0 < length <= self.limit:
                    raise RemoteProtocolError(f"A frame of {length} bytes; 1 to {self.limit} are allowed.")
                end = start + HEADER.size + length
                if end > held:
                    break
                payloads.append(bytes(view[start + HEADER.size : end]))
                start = end
        del buffer[:start]
        return payloads

    def __len__(self) -> int:
        """Bytes held of a frame that is not complete yet."""
        return len(self._buffer)
