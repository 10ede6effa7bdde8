"""The few messages of a transfer connection: they come through, and nothing else does."""

import struct
import threading
from collections.abc import Callable, Iterator

import msgspec
import pytest

from chat.core.transfer.speaking import RefusedByPeer, expect, hear, say
from chat.errors import ConnectionClosed, RemoteProtocolError
from chat.net import bulk
from chat.wire.transfer import MAX_MESSAGE_BYTES, Fetch, Offer, Refused, Sending, TransferMessage, Why
from tests.bulk import BulkPairs

ID = bytes(16)
MESSAGES = [Fetch(ID, 0), Fetch(ID, 2**63 - 1), Offer(ID), Sending(7), Refused(Why.GONE, "x" * 200)]


@pytest.mark.parametrize("message", MESSAGES)
def test_it_comes_as_it_went_and_no_byte_after_it_is_taken(bulk_pairs: BulkPairs, message: TransferMessage) -> None:
    near, far = bulk_pairs.make()
    say(near, message)
    near.send(b"bytes of the file")
    assert hear(far) == message
    assert far.receive_exactly(17) == b"bytes of the file"


def framed(data: bytes, length: int | None = None) -> bytes:
    return struct.pack(">I", len(data) if length is None else length) + data


WRONG = [
    framed(b""),
    framed(b"", 2**32 - 1),
    framed(b"x" * (MAX_MESSAGE_BYTES + 1)),
    framed(b"\xc1"),
    framed(msgspec.msgpack.encode([99])),
    framed(msgspec.msgpack.encode([1, b"short", 0])),
    framed(msgspec.msgpack.encode([1, ID, -1])),
    framed(msgspec.msgpack.encode([1, ID, 2**63])),
    framed(b"\x91" * 4000),
]


@pytest.mark.parametrize("data", WRONG)
def test_what_is_no_message(bulk_pairs: BulkPairs, data: bytes) -> None:
    near, far = bulk_pairs.make()
    near.send(data)
    with pytest.raises(RemoteProtocolError):
        hear(far)


def test_one_that_is_cut_off(bulk_pairs: BulkPairs) -> None:
    near, far = bulk_pairs.make()
    near.send(framed(b"1234", 10))
    near.close()
    with pytest.raises(ConnectionClosed):
        hear(far)


def test_expecting(bulk_pairs: BulkPairs) -> None:
    near, far = bulk_pairs.make()
    say(near, Sending(5))
    assert expect(far, Sending) == Sending(5)
    say(near, Refused(Why.LATER, "not now"))
    with pytest.raises(RefusedByPeer, match="not now") as refused:
        expect(far, Sending)
    assert refused.value.refusal.why is Why.LATER
    say(near, Offer(ID))
    with pytest.raises(RemoteProtocolError, match="Offer came where Sending was due"):
        expect(far, Sending)


def test_a_refusal_may_be_what_is_expected(bulk_pairs: BulkPairs) -> None:
    near, far = bulk_pairs.make()
    say(near, Refused(Why.GONE, "no"))
    assert expect(far, Refused).message == "no"


def test_a_byte_at_a_time_does_not_stretch_it(
    bulk_pairs: BulkPairs, monkeypatch: pytest.MonkeyPatch, drip: Callable[[Callable[[bytes], None]], None]
) -> None:
    """Each byte comes long before the time is up; the message as a whole does not."""
    monkeypatch.setattr(bulk, "STALL_TIMEOUT_S", 0.3)
    near, far = bulk_pairs.make()
    drip(near.send)
    with pytest.raises(ConnectionClosed):
        hear(far)


@pytest.fixture
def drip() -> Iterator[Callable[[Callable[[bytes], None]], None]]:
    """Sends the start of a long message, a byte every few milliseconds, until the other side has enough."""
    ended = threading.Event()
    threads: list[threading.Thread] = []

    def begin(send: Callable[[bytes], None]) -> None:
        def run() -> None:
            try:
                for byte in framed(b"x" * MAX_MESSAGE_BYTES):
                    if ended.wait(0.005):
                        return
                    send(bytes([byte]))
            except ConnectionClosed:
                pass

        threads.append(threading.Thread(target=run))
        threads[0].start()

    yield begin
    ended.set()
    threads[0].join()
