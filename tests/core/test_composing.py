"""From what was written to the rows of the outbox."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chat.core.composing import Composing, Draft, check_draft, new_message_id
from chat.core.file_journal import Attached
from chat.errors import UserError
from chat.wire.messages import Attachment, body_codec, digest_of
from chat.wire.streams import extend_chain
from db.connection import Connection
from db.schema import CLIENT
from db.sqlite import SqliteDatabase
from db.streams import OutboundRow, put_outbound
from db.users import update_user

TIME = "2026-01-31T18:30:00.000Z"
BOBS = OutboundRow("bob", b"b" * 16, b"k" * 32, 7, b"c" * 32, 5)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    """bob has been written to, carol has not."""
    connection = SqliteDatabase(tmp_path / "chat.db").connect()
    CLIENT.apply(connection, "alice")
    for name in ("bob", "carol"):
        update_user(connection, name, contact=1, ip="127.0.0.1", port=4000)
    put_outbound(connection, BOBS)
    yield connection
    connection.close()


@pytest.fixture
def composing(connection: Connection) -> Composing:
    return Composing(connection, lambda name: OutboundRow(name, b"n" * 16, b"", 0, b"n" * 16, 0))


def draft(number: int, *recipients: str, file: Attached | None = None) -> Draft:
    return Draft(bytes([number]) * 16, recipients, f"text {number}", TIME, "file" if file else "text", file)


def ordinals(first: int) -> Iterator[int]:
    while True:
        yield first
        first += 1


def test_each_recipient_gets_a_row_that_goes_on_with_the_stream(composing: Composing) -> None:
    numbers = ordinals(30)
    for number in (1, 2):
        composing.add(draft(number, "bob", "carol"), numbers.__next__)
    places = [(row.ordinal, row.name, row.stream, row.seq, row.status) for row in composing.rows]
    assert places == [
        (30, "bob", b"b" * 16, 8, "pending"),
        (30, "carol", b"n" * 16, 1, "pending"),
        (31, "bob", b"b" * 16, 9, "pending"),
        (31, "carol", b"n" * 16, 2, "pending"),
    ]
    chain = BOBS.last_chain
    for row in composing.rows[::2]:
        chain = extend_chain(chain, row.message_id, row.digest)
        assert row.chain == chain
    assert composing.streams["bob"] == OutboundRow("bob", BOBS.stream, BOBS.peer_key, 9, chain, BOBS.acked)


def test_the_rows_for_the_wire_say_what_was_written(composing: Composing) -> None:
    composing.add(draft(1, "bob", "carol"), ordinals(1).__next__)
    (to_bob,), (to_carol,) = (composing.fresh[name].rows for name in ("bob", "carol"))
    assert to_bob.body == to_carol.body
    assert to_bob.digest == digest_of(to_bob.body) == composing.rows[0].digest
    body = body_codec.decode(to_bob.body)
    assert (body.kind, body.text, body.to, body.time) == ("text", "text 1", ("bob", "carol"), TIME)
    assert not to_bob.file


def test_a_file_is_told_of_with_its_message(composing: Composing) -> None:
    file = Attached(Attachment("cat.png", 3, "image/png", bytes(32)), "/home/alice/cat.png", "stamp")
    about = draft(1, "bob", file=file)
    composing.add(about, ordinals(5).__next__)
    (row,) = composing.fresh["bob"].rows
    assert row.file
    assert body_codec.decode(row.body).file == file.attachment
    assert composing.files == [(about, file, 5)]


@pytest.mark.parametrize(("name", "sentence"), [("mallory", "blocked mallory"), ("nobody", "Nobody called nobody")])
def test_where_one_recipient_cannot_be_none_gets_it(
    composing: Composing, connection: Connection, name: str, sentence: str
) -> None:
    update_user(connection, "mallory", blocked=1)
    with pytest.raises(UserError, match=sentence):
        composing.add(draft(1, "bob", name), ordinals(1).__next__)
    assert (composing.rows, composing.streams, composing.fresh) == ([], {}, {})


@pytest.mark.parametrize(
    ("text", "recipients", "sentence"),
    [
        (" \n", 1, "nothing to send"),
        ("ä" * 32768, 1, "65536 bytes"),
        ("\ud800", 1, "not valid Unicode"),
        ("hi", 0, "1 to 256 people"),
        ("hi", 257, "1 to 256 people"),
    ],
)
def test_what_cannot_be_sent(text: str, recipients: int, sentence: str) -> None:
    names = tuple(f"peer{number}" for number in range(recipients))
    with pytest.raises(UserError, match=sentence):
        check_draft(Draft(bytes(16), names, text, TIME))


def test_the_longest_text_to_the_most_people_can_be_sent() -> None:
    check_draft(Draft(bytes(16), tuple(f"peer{number}" for number in range(256)), "x" * 65_535, TIME))


def test_ids_differ_and_grow_with_time(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len({new_message_id() for _ in range(1000)}) == 1000
    ids = []
    for second in (1, 2, 300):
        monkeypatch.setattr("time.time_ns", lambda second=second: second * 10**9)
        ids.append(new_message_id())
    assert ids == sorted(ids)
    assert {len(message_id) for message_id in ids} == {16}
