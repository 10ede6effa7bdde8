"""The few messages of a transfer connection, over a blocking socket."""

from typing import TypeVar

from chat.errors import RemoteProtocolError
from chat.net.bulk import BulkConnection
from chat.wire.codec import encode
from chat.wire.frames import HEADER, encode_frame
from chat.wire.transfer import MAX_MESSAGE_BYTES, Refused, TransferMessage, transfer_codec

M = TypeVar("M", bound=TransferMessage)


class RefusedByPeer(Exception):
    """The other side does not send, or does not take; `refusal` says why."""

    def __init__(self, refusal: Refused) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


def say(connection: BulkConnection, message: TransferMessage) -> None:
    """Send one message."""
    connection.send(encode_frame(encode(message)))


def hear(connection: BulkConnection) -> TransferMessage:
    """The next message. RemoteProtocolError for what is none; nothing beyond it is read."""
    (length,) = HEADER.unpack(connection.receive_exactly(HEADER.size))
    if not 0 < length <= MAX_MESSAGE_BYTES:
        raise RemoteProtocolError(f"A message of {length} bytes on a transfer connection.")
    return transfer_codec.decode(connection.receive_exactly(length))


def expect(connection: BulkConnection, kind: type[M]) -> M:
    """The next message, which must be of that kind. RefusedByPeer if it is a refusal instead."""
    message = hear(connection)
    if isinstance(message, kind):
        return message
    if isinstance(message, Refused):
        raise RefusedByPeer(message)
    raise RemoteProtocolError(f"{type(message).__name__} came where {kind.__name__} was due.")
