"""What of one stream is in flight on one link: a window over the rows of the outbox.

Rows go out in the order of their numbers, those marked sent too where the peer no longer holds them,
and an ACK counts only with the chain that we have at that number.
"""

from collections import deque
from collections.abc import Sequence

import msgspec

from chat.errors import RemoteProtocolError
from chat.wire.messages import Ack, Message, Position

WINDOW_MESSAGES = 1024
WINDOW_BYTES = 1024 * 1024
READ_AHEAD_MESSAGES = 256


class Row(msgspec.Struct, frozen=True):
    """A row of the outbox as it goes on the wire, and the chain that it makes.

    With `file` the message is not sent before its file is: the ACK tells nothing yet.
    """

    seq: int
    message_id: bytes
    digest: bytes
    chain: bytes
    body: bytes
    file: bool = False


class Pump:
    """Sends a stream on from what the peer holds of it."""

    def __init__(self, held: Position) -> None:
        self.held = held
        self._in_flight: deque[Row] = deque()
        self._bytes_in_flight = 0
        self._ahead: deque[Row] = deque()  # read, but past the window yet
        self._read_up_to = held.n
        self._more = True
        self._reading = False

    def composed(self) -> None:
        """There are new rows to read."""
        self._more = True

    def rows_wanted(self) -> tuple[bytes, int, int] | None:
        """(stream, after, how many) to read next, or None while the window is full or nothing is left.

        After an answer other than None, rows_read must come before the next.
        """
        room = WINDOW_MESSAGES - len(self._in_flight)
        if not self._more or self._reading or self._ahead or room <= 0 or self._bytes_in_flight >= WINDOW_BYTES:
            return None
        self._reading, self._more = True, False
        return self.held.stream, self._read_up_to, min(room, READ_AHEAD_MESSAGES)

    def rows_read(self, rows: Sequence[Row], *, more: bool) -> None:
        """`rows` follow on those read before; `more` may follow them."""
        self._reading = False
        self._more = self._more or more
        self._ahead += rows
        if rows:
            self._read_up_to = rows[-1].seq

    def messages_to_send(self) -> list[Message]:
        """Those of the rows that the window has room for, now in flight."""
        stream = self.held.stream
        messages = []
        while self._ahead and len(self._in_flight) < WINDOW_MESSAGES and self._bytes_in_flight < WINDOW_BYTES:
            row = self._ahead.popleft()
            self._in_flight.append(row)
            self._bytes_in_flight += len(row.body)
            messages.append(Message(stream, row.seq, row.message_id, row.digest, row.body))
        return messages

    def acknowledged(self, ack: Ack) -> list[bytes]:
        """The ids of the messages that are sent by `ack`. RemoteProtocolError if it is not about what was sent."""
        if ack.stream == self.held.stream and ack.n == self.held.n and ack.chain == self.held.chain:
            return []
        if ack.stream != self.held.stream or not self.held.n < ack.n <= self.held.n + len(self._in_flight):
            raise RemoteProtocolError("An ACK for what was not sent.")
        if self._in_flight[ack.n - self.held.n - 1].chain != ack.chain:
            raise RemoteProtocolError("An ACK for other messages than were sent.")
        confirmed = []
        for _ in range(ack.n - self.held.n):
            row = self._in_flight.popleft()
            self._bytes_in_flight -= len(row.body)
            if not row.file:
                confirmed.append(row.message_id)
        self.held = Position(ack.stream, ack.n, ack.chain)
        return confirmed
