"""One link between two peers, from the first HELLO to the end: which message is legal when.

Two tables, one for each role, since only the side with the lower fingerprint (the nominator) chooses
the link on which messages flow:

    nominator                            nominee
    GREETING   HELLO →  ← HELLO          GREETING
    GREETED    NOMINATE →                GREETED
    NOMINATED           ← ACCEPT         NOMINATED
    FLOWING    MESSAGE, ACK, files ↔     FLOWING

PING and PONG are legal once both have greeted. An illegal message raises and changes nothing.
"""

from enum import Enum, auto
from typing import get_args

from chat.errors import LocalProtocolError, RemoteProtocolError
from chat.wire.codec import encode
from chat.wire.frames import MAX_CHAT_BYTES, MAX_GREETING_BYTES, FrameDecoder, encode_frame
from chat.wire.messages import (
    Accept,
    Ack,
    FileMessage,
    Hello,
    Message,
    Nominate,
    PeerMessage,
    Ping,
    Pong,
    peer_codec,
)
from chat.wire.pulse import Pulse

GREETING_TIMEOUT_S = 10.0


class State(Enum):
    """How far a link has come."""

    GREETING = auto()
    GREETED = auto()
    NOMINATED = auto()
    FLOWING = auto()
    CLOSED = auto()


Table = dict[tuple[State, type[PeerMessage]], State]

_BOTH: Table = {
    (State.FLOWING, Message): State.FLOWING,
    (State.FLOWING, Ack): State.FLOWING,
    **{(State.FLOWING, kind): State.FLOWING for kind in get_args(FileMessage)},
    (State.GREETED, Ping): State.GREETED,
    (State.NOMINATED, Ping): State.NOMINATED,
    (State.FLOWING, Ping): State.FLOWING,
    (State.GREETED, Pong): State.GREETED,
    (State.NOMINATED, Pong): State.NOMINATED,
    (State.FLOWING, Pong): State.FLOWING,
}
_NOMINATOR_SENDS: Table = {**_BOTH, (State.GREETED, Nominate): State.NOMINATED}
_NOMINEE_SENDS: Table = {**_BOTH, (State.NOMINATED, Accept): State.FLOWING}
_NOMINATOR_RECEIVES: Table = {
    **_BOTH,
    (State.GREETING, Hello): State.GREETED,
    (State.NOMINATED, Accept): State.FLOWING,
}
_NOMINEE_RECEIVES: Table = {
    **_BOTH,
    (State.GREETING, Hello): State.GREETED,
    (State.GREETED, Nominate): State.NOMINATED,
}


class PeerProtocol:
    """The state of one link. Its HELLO is out from the start."""

    def __init__(self, hello: Hello, *, nominator: bool, now: float) -> None:
        self.state = State.GREETING
        self._sends = _NOMINATOR_SENDS if nominator else _NOMINEE_SENDS
        self._receives = _NOMINATOR_RECEIVES if nominator else _NOMINEE_RECEIVES
        self._decoder = FrameDecoder(MAX_GREETING_BYTES)
        self._outgoing = [encode_frame(encode(hello))]
        self._opened_at = now
        self._pulse = Pulse(now)

    def receive_data(self, data: bytes, now: float) -> list[PeerMessage]:
        """The messages that `data` completes; PING is answered, PONG noted, neither is returned.

        Raises RemoteProtocolError for what is no message, or none that is legal now.
        """
        if data:
            self._pulse.heard(now)
        messages: list[PeerMessage] = []
        for payload in self._decoder.receive_data(data):
            message = peer_codec.decode(payload)
            state = self._receives.get((self.state, type(message)))
            if state is None:
                raise RemoteProtocolError(f"{type(message).__name__} came while {self.state.name}.")
            if self.state is State.GREETING:
                self._decoder.limit = MAX_CHAT_BYTES
            self.state = state
            if isinstance(message, Ping):
                self.send(Pong())
            elif not isinstance(message, Pong):
                messages.append(message)
        return messages

    def send(self, message: PeerMessage) -> None:
        """Queue a message for data_to_send. Raises LocalProtocolError if it is not legal now."""
        state = self._sends.get((self.state, type(message)))
        if state is None:
            raise LocalProtocolError(f"{type(message).__name__} cannot be sent while {self.state.name}.")
        self.state = state
        self._outgoing.append(encode_frame(encode(message)))

    def data_to_send(self) -> bytes:
        """What is to be written now, all frames in one piece."""
        data = b"".join(self._outgoing)
        self._outgoing.clear()
        return data

    def close(self) -> None:
        """Nothing more is sent or received."""
        self.state = State.CLOSED

    def tick(self, now: float) -> bool:
        """Ask a silent peer for a sign of life. False once it has been silent for too long."""
        if self.state is State.GREETING:
            return now < self._opened_at + GREETING_TIMEOUT_S
        if self._pulse.must_ask(now) and self.state is not State.CLOSED:
            self.send(Ping())
        return not self._pulse.is_dead(now)

    @property
    def next_tick(self) -> float:
        """When tick has something to do again."""
        if self.state is State.GREETING:
            return self._opened_at + GREETING_TIMEOUT_S
        return self._pulse.next_tick
