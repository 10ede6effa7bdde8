"""A socket that became ready without a byte is no sign of life."""

from chat.wire.messages import Hello
from chat.wire.peer import PeerProtocol
from chat.wire.pulse import DEAD_AFTER_S, PING_AFTER_S
from chat.wire.registry import client_codec
from chat.wire.session import RegistryProtocol

HELLO = Hello(0, (), b"", b"", 1)


def test_from_a_peer() -> None:
    protocol, other = (PeerProtocol(HELLO, nominator=nominator, now=0.0) for nominator in (True, False))
    protocol.receive_data(other.data_to_send(), 0.0)
    assert protocol.tick(PING_AFTER_S)
    assert not protocol.receive_data(b"", DEAD_AFTER_S - 1)
    assert not protocol.tick(DEAD_AFTER_S)


def test_from_the_other_end_of_the_registry_line() -> None:
    protocol = RegistryProtocol(client_codec, limit=1024, now=0.0)
    assert protocol.tick(PING_AFTER_S)
    assert not protocol.receive_data(b"", DEAD_AFTER_S - 1)
    assert not protocol.tick(DEAD_AFTER_S)
