"""A connection: what is written arrives whatever the sockets take, and its owner can be woken."""

import socket
import threading
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chat.errors import ConnectionClosed, NetworkError
from chat.net.connection import MAX_RECEIVE_BYTES, Connection, Poller

PATIENCE_S = 20.0
Pair = Callable[[], tuple[Connection, Connection]]


def small_buffer(connection: Connection) -> None:
    # The receiver's stays as it is: a window so small would be opened by a timer, a few times a second.
    connection._tls.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)


def pump_across(near: Connection, far: Connection, size: int) -> tuple[bytes, int]:
    """Flush and receive until `size` bytes came across; and how often near's flush left something over."""
    poller, received, partial = Poller(), b"", 0
    while len(received) < size:
        near.flush()
        partial += bool(near._outgoing)
        if far in poller.wait([near, far], PATIENCE_S):
            received += far.receive()
    for connection in (near, far):
        poller.forget(connection)
    poller.close()
    return received, partial


def test_partial_writes_lose_nothing(connections: Pair) -> None:
    near, far = connections()
    small_buffer(near)
    data = bytes(range(256)) * 8192
    near.queue(data)
    received, partial = pump_across(near, far, len(data))
    assert received == data
    assert partial > 0
    assert near.interest == far.interest == 1  # reading only
    near.close()
    far.close()


@given(st.lists(st.binary(max_size=40_000), max_size=6))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20, deadline=None)
def test_pieces_arrive_as_one_stream(connections: Pair, pieces: list[bytes]) -> None:
    near, far = connections()
    for piece in pieces:
        near.queue(piece)
    received, _ = pump_across(near, far, sum(map(len, pieces)))
    assert received == b"".join(pieces)
    near.close()
    far.close()


def test_both_ways_at_once(connections: Pair) -> None:
    near, far = connections()
    size = 4 * 1024 * 1024
    near.queue(b"n" * size)
    far.queue(b"f" * size)
    poller, at_near, at_far = Poller(), 0, 0
    while min(at_near, at_far) < size:
        near.flush()
        far.flush()
        ready = poller.wait([near, far], PATIENCE_S)
        assert ready
        at_near += len(near.receive()) if near in ready else 0
        at_far += len(far.receive()) if far in ready else 0
    assert (at_near, at_far) == (size, size)


def test_one_receive_is_bounded(connections: Pair) -> None:
    near, far = connections()
    size = 4 * MAX_RECEIVE_BYTES
    near.queue(b"x" * size)
    poller, received = Poller(), 0
    while received < size:
        near.flush()
        if far in poller.wait([near, far], PATIENCE_S):
            data = far.receive()
            assert len(data) < MAX_RECEIVE_BYTES + 64 * 1024
            received += len(data)


def test_the_end_comes_after_the_data(connections: Pair) -> None:
    near, far = connections()
    near.queue(b"last words")
    near.flush()
    near.close()
    poller, received = Poller(), b""
    while received != b"last words":
        poller.wait([far], PATIENCE_S)
        received += far.receive()
    poller.wait([far], PATIENCE_S)
    with pytest.raises(ConnectionClosed):
        far.receive()


def test_nothing_to_receive_is_nothing(connections: Pair) -> None:
    near, far = connections()
    assert far.receive() == b""
    assert near.remote_ip == "127.0.0.1"


def test_whoever_does_not_read_is_given_up(connections: Pair) -> None:
    near, far = connections()
    near._max_outgoing_bytes = 100_000

    def write_on() -> None:
        for _ in range(10_000):
            near.queue(b"x" * 10_000)
            near.flush()

    with pytest.raises(NetworkError, match="does not read"):
        write_on()
    assert len(near._outgoing) <= 110_000
    far.close()


def test_garbage_instead_of_tls_ends_it(connections: Pair) -> None:
    near, far = connections()
    raw = socket.socket(fileno=near._tls.detach())
    raw.sendall(b"\xff" * 100)
    poller = Poller()
    poller.wait([far], PATIENCE_S)
    with pytest.raises(ConnectionClosed):
        far.receive()
    raw.close()


def test_a_reset_ends_it(connections: Pair) -> None:
    near, far = connections()
    near._tls.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    near.close()
    Poller().wait([far], PATIENCE_S)
    with pytest.raises(ConnectionClosed):
        far.receive()
    far.queue(b"x")
    with pytest.raises(ConnectionClosed):
        far.flush()


def test_a_connection_that_wants_no_data_is_not_ready(connections: Pair) -> None:
    near, far = connections()
    near.queue(b"x")
    near.flush()
    poller = Poller()
    far.wants_data = False
    assert poller.wait([far], 0.05) == []
    far.wants_data = True
    assert poller.wait([far], PATIENCE_S) == [far]


def test_one_that_is_left_out_is_forgotten(connections: Pair) -> None:
    near, far = connections()
    poller = Poller()
    poller.wait([near, far], 0)
    near.queue(b"x")
    near.flush()
    assert poller.wait([near], 0.05) == []
    assert poller.wait([near, far], PATIENCE_S) == [far]


def test_a_wake_ends_the_wait() -> None:
    poller = Poller()
    waker = threading.Thread(target=poller.wake)
    waker.start()
    assert poller.wait([], PATIENCE_S) == []
    waker.join()
    poller.wake()
    poller.wake()
    assert poller.wait([], PATIENCE_S) == []  # one that came before the wait
    assert poller.wait([], 0) == []
    poller.close()
    poller.wake()


def test_a_wake_is_never_lost() -> None:
    """The owner finds every task that was put before a wake, however the two threads come across."""
    poller, inbox, found = Poller(), [0], 0

    def put() -> None:
        for _ in range(2000):
            inbox[0] += 1
            poller.wake()

    thread = threading.Thread(target=put)
    thread.start()
    while found < 2000:
        poller.wait([], PATIENCE_S)
        assert inbox[0] > found or not thread.is_alive()
        found = max(found, inbox[0])
    thread.join()
