"""Much data in one direction: whole, or an error that says so; and the way to stop it from outside."""

import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from chat.errors import ConnectionClosed
from chat.net import bulk
from chat.net.bulk import BulkConnection
from tests.bulk import BulkPairs

PATIENCE_S = 30.0
MUCH = 64 * 1024 * 1024  # more than the buffers of two sockets take

Pair = tuple[BulkConnection, BulkConnection]


@pytest.fixture
def pair(bulk_pairs: BulkPairs, monkeypatch: pytest.MonkeyPatch) -> Pair:
    """Two ends that would wait for each other far longer than a test does."""
    monkeypatch.setattr(bulk, "STALL_TIMEOUT_S", 600.0)
    return bulk_pairs.make()


def in_a_thread(work: Callable[[], object]) -> "Future[object]":
    """What comes of it; the thread is given up if it hangs."""
    future: Future[object] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except Exception as error:  # noqa: BLE001 - whatever it is, the test is told
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future


def filled(connection: BulkConnection) -> "Future[object]":
    """A thread that sends to someone who does not read, and now waits."""
    sent = threading.Event()

    def send() -> None:
        for _ in range(MUCH // 65_536):
            connection.send(bytes(65_536))
            sent.set()

    sending = in_a_thread(send)
    assert sent.wait(PATIENCE_S)
    return sending


# Whole


@pytest.mark.parametrize("size", [1, 16_384, 16_385, 3_000_001])
def test_what_is_sent_arrives(pair: Pair, size: int) -> None:
    near, far = pair
    data = os.urandom(size)
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(near.send, memoryview(data))
        assert far.receive_exactly(size) == data
        sending.result(PATIENCE_S)


def test_what_has_come_is_given_without_waiting_for_more(pair: Pair) -> None:
    near, far = pair
    near.send(b"abc")
    buffer = bytearray(10)
    assert far.receive_into(memoryview(buffer)) == 3
    assert buffer[:3] == b"abc"


def test_no_more_is_taken_than_asked_for(pair: Pair) -> None:
    near, far = pair
    near.send(b"abcdef")
    assert far.receive_exactly(2) == b"ab"
    assert far.receive_exactly(4) == b"cdef"


def test_both_ways_in_turn(pair: Pair) -> None:
    near, far = pair
    near.send(b"question")
    assert far.receive_exactly(8) == b"question"
    far.send(b"answer")
    assert near.receive_exactly(6) == b"answer"


# The end


def test_the_end_is_no_bytes(pair: Pair) -> None:
    near, far = pair
    near.send(b"abc")
    near.close()
    buffer = memoryview(bytearray(10))
    assert far.receive_into(buffer) == 3
    assert far.receive_into(buffer) == 0


def test_an_end_in_the_middle_is_an_error(pair: Pair) -> None:
    near, far = pair
    near.send(b"abc")
    near.close()
    with pytest.raises(ConnectionClosed, match=r"^The other side ended the transfer\.$"):
        far.receive_exactly(4)


def test_sending_to_someone_who_left_is_an_error(pair: Pair) -> None:
    near, far = pair
    far.close()
    with pytest.raises(ConnectionClosed, match=r"^The transfer broke: .*\.$"):
        near.send(bytes(MUCH))


def test_after_its_own_end_nothing_goes(pair: Pair) -> None:
    near, _ = pair
    near.close()
    near.close()
    with pytest.raises(ConnectionClosed):
        near.send(b"abc")
    with pytest.raises(ConnectionClosed):
        near.receive_exactly(1)
    near.stop()


# Stopped from another thread


def test_a_wait_for_data_ends(pair: Pair) -> None:
    near, _ = pair
    waiting = in_a_thread(lambda: near.receive_exactly(1))
    near.stop()
    with pytest.raises(ConnectionClosed):
        waiting.result(PATIENCE_S)


def test_a_wait_for_room_ends(pair: Pair) -> None:
    near, _ = pair
    sending = filled(near)
    near.stop()
    with pytest.raises(ConnectionClosed):
        sending.result(PATIENCE_S)


def test_the_other_sides_wait_for_room_ends_too(pair: Pair) -> None:
    """The receiver is stopped while the sender stands before a window that is shut."""
    near, far = pair
    sending = filled(far)
    near.stop()
    with pytest.raises(ConnectionClosed):
        near.receive_exactly(MUCH)
    near.close()
    with pytest.raises(ConnectionClosed):
        sending.result(PATIENCE_S)


def test_the_other_sides_wait_for_data_ends_too(pair: Pair) -> None:
    near, far = pair
    waiting = in_a_thread(lambda: far.receive_exactly(1))
    near.stop()
    near.close()
    with pytest.raises(ConnectionClosed):
        waiting.result(PATIENCE_S)


def test_stopping_twice_is_as_good_as_once(pair: Pair) -> None:
    near, _ = pair
    near.stop()
    near.stop()
    near.close()
    near.stop()


# Stalled


@pytest.fixture
def impatient(bulk_pairs: BulkPairs, monkeypatch: pytest.MonkeyPatch) -> Pair:
    monkeypatch.setattr(bulk, "STALL_TIMEOUT_S", 0.05)
    return bulk_pairs.make()


def test_someone_who_sends_nothing_is_given_up(impatient: Pair) -> None:
    near, _ = impatient
    with pytest.raises(ConnectionClosed, match="timed out"):
        near.receive_exactly(1)


def test_someone_who_reads_nothing_is_given_up(impatient: Pair) -> None:
    near, _ = impatient
    with pytest.raises(ConnectionClosed, match="timed out"):
        near.send(bytes(MUCH))
