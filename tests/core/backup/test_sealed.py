"""Records come out as they went in, and only with the key, each in its place."""

import hashlib
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.core.backup import sealed
from chat.core.backup.sealed import SealedReader, SealedWriter
from chat.errors import UserError

KEY = bytes(range(32))
WHERE = Path("a.backup")


def written(records: list[bytes], header: bytes = b"header") -> bytes:
    file = BytesIO()
    writer = SealedWriter(file, header, KEY)
    for record in records:
        writer.write(record)
    assert writer.digest == hashlib.sha256(file.getvalue()).hexdigest()
    return file.getvalue()


def read(data: bytes, key: bytes = KEY) -> tuple[bytes, list[bytes]]:
    reader = SealedReader(BytesIO(data), WHERE)
    return reader.header, [*reader.records(key)]


@given(st.binary(max_size=100), st.lists(st.binary(max_size=100), max_size=5))
def test_what_was_written_is_read(header: bytes, records: list[bytes]) -> None:
    assert read(written(records, header)) == (header, records)


def test_no_record_shows_in_the_file() -> None:
    data = written([b"a secret record", b"a secret record"])
    assert b"secret" not in data
    first, second = data[-62:-31], data[-31:]
    assert first != second


@given(st.data())
def test_any_changed_bit_is_noticed(data: st.DataObject) -> None:
    whole = written([b"one", b"two", b"three"])
    place = data.draw(st.integers(0, len(whole) - 1))
    changed = bytearray(whole)
    changed[place] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(UserError):
        read(bytes(changed))


def test_a_record_out_of_its_place_is_noticed() -> None:
    whole = written([b"one", b"two"])
    start, one, two = whole[:-46], whole[-46:-23], whole[-23:]
    assert read(start + one + two)[1] == [b"one", b"two"]
    for mixed in (start + two + one, start + two, start + one + one):
        with pytest.raises(UserError, match="is damaged before its byte"):
            read(mixed)


def test_a_record_of_another_file_with_the_same_key_is_noticed() -> None:
    other = written([b"one"], b"another header")
    with pytest.raises(UserError, match="is damaged"):
        read(written([]) + other[-23:])


def test_another_key_opens_nothing() -> None:
    with pytest.raises(UserError, match="is damaged"):
        read(written([b"one"]), key=bytes(32))


def test_a_file_that_is_cut_off_in_a_record_or_before() -> None:
    whole = written([b"one", b"two"])
    ends = [len(whole) - 46, len(whole) - 23, len(whole)]
    for length in range(len(sealed.MAGIC), len(whole)):
        if length in ends:
            assert len(read(whole[:length])[1]) == ends.index(length)  # that more should follow, its reader must know
        else:
            with pytest.raises(UserError, match="ends too early: it was not copied whole"):
                read(whole[:length])


@pytest.mark.parametrize("data", [b"", b"p2pchat", b"PK\x03\x04 something else entirely"])
def test_something_else_is_no_backup(data: bytes) -> None:
    with pytest.raises(UserError, match=r"a\.backup is no backup of this program\."):
        read(data)


def test_a_newer_version_is_said_to_be_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed, "VERSION", 2)
    newer = written([b"one"])
    monkeypatch.undo()
    with pytest.raises(UserError, match="newer version of this program: update this one"):
        read(newer)


def test_a_promise_of_a_long_record_costs_no_memory() -> None:
    whole = written([])
    for promise in (b"\xff\xff\xff\xff", b"\x04\x00\x00\x01"):
        with pytest.raises(UserError, match="is damaged"):
            read(whole + promise + bytes(100))
