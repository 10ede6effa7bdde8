"""The digest is of what was written, however the writing and the hashing fall out; and the thread always ends."""

import hashlib
import os
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.core.transfer.hashing import BUFFER_BYTES, Hasher, Read
from chat.errors import StorageFailure
from tests.people import PATIENCE_S, wait_until


def reader(data: bytes, most: int = BUFFER_BYTES) -> Read:
    """Reads from bytes, `most` at a time."""

    def read(view: memoryview, place: int) -> int:
        piece = data[place : place + min(len(view), most)]
        view[: len(piece)] = piece
        return len(piece)

    return read


def hashers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "hasher"]


@given(st.binary(max_size=300), st.lists(st.integers(0, 300)), st.integers(1, 300))
def test_however_it_grows(data: bytes, steps: list[int], most: int) -> None:
    with Hasher(reader(data, most)) as hasher:
        for step in sorted(steps):
            hasher.grown_to(min(step, len(data)))
        hasher.grown_to(len(data))
        assert hasher.finish() == hashlib.sha256(data).digest()


def test_more_than_one_buffer() -> None:
    data = os.urandom(3 * BUFFER_BYTES + 7)
    with Hasher(reader(data)) as hasher:
        hasher.grown_to(len(data))
        assert hasher.finish() == hashlib.sha256(data).digest()


def test_nothing_is_read_that_is_not_written_yet() -> None:
    data = b"abcdef" + b"?" * 10
    with Hasher(reader(data)) as hasher:
        hasher.grown_to(6)
        assert hasher.finish() == hashlib.sha256(b"abcdef").digest()


def test_its_thread_ends_with_the_transfer() -> None:
    with Hasher(reader(b"x" * 100)) as hasher:
        assert hashers()
        hasher.grown_to(50)
    assert not hashers()


def test_one_that_is_given_up_reads_no_more() -> None:
    began, go = threading.Event(), threading.Event()
    places: list[int] = []

    def read(view: memoryview, place: int) -> int:
        places.append(place)
        began.set()
        assert go.wait(PATIENCE_S)
        return 1

    hasher = Hasher(read)
    with hasher:
        hasher.grown_to(1000)
        assert began.wait(PATIENCE_S)
        leaving = threading.Thread(target=hasher.__exit__, args=(None, None, None))
        leaving.start()
        wait_until(lambda: hasher._stopped, "it is given up")
        go.set()
        leaving.join()
    assert places == [0]


def test_what_cannot_be_read_is_told_to_whoever_wants_the_digest() -> None:
    def fails(view: memoryview, place: int) -> int:
        raise StorageFailure("The disk is gone.")

    with Hasher(fails) as hasher:
        hasher.grown_to(10)
        with pytest.raises(StorageFailure, match="The disk is gone"):
            hasher.finish()
