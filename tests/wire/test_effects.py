"""A link takes no more than the store can follow, nor from a peer who says too much."""

from chat.wire.effects import MAX_UNCOMMITTED_BYTES, Link
from chat.wire.messages import Hello
from chat.wire.peer import PeerProtocol


def protocol() -> PeerProtocol:
    return PeerProtocol(Hello(0, (), b"", b"", 1), nominator=True, now=0.0)


def test_a_link_wants_no_data_while_the_store_is_behind_or_the_peer_says_too_much() -> None:
    link = Link(protocol(), dialled=True)
    assert link.wants_data
    link.uncommitted_bytes = MAX_UNCOMMITTED_BYTES - 1
    assert link.wants_data
    link.uncommitted_bytes += 1
    assert not link.wants_data
    link.uncommitted_bytes = 0
    link.rests = True
    assert not link.wants_data


def test_two_links_are_two_however_alike() -> None:
    shared = protocol()
    assert Link(shared, dialled=True) != Link(shared, dialled=True)
