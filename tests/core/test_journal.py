"""The Journal's rules, each with the database left as the rule says; on both engines."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chat.core.journal import Refusal, Resumed, outbox_rows
from chat.errors import UserError
from chat.wire.codec import MAX_TEXT_BYTES
from chat.wire.messages import MAX_POSITIONS, Message, Position, digest_of, encode_body
from chat.wire.streams import start_of
from db.connection import Database
from db.streams import find_outbound, names_with_pending, newest_inbound
from db.users import update_user
from tests.core.desk import FROM, NOW, OTHER_KEY, THEIR_STREAM, Desk, letter, letters, position_after
from tests.db.rows import TIME, number


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


# Compose


def test_one_row_for_each_recipient(desk: Desk) -> None:
    update_user(desk.line, "bob", ip="192.0.2.1", port=1)
    desk.compose("hi", "bob", "carol")
    desk.compose("only you", "bob")
    rows = desk.line.query(
        "SELECT ordinal, name, ip, port, message, status, time, recipients, seq FROM Sender ORDER BY ordinal, name"
    )
    assert rows == [
        (1, "bob", "192.0.2.1", 1, "hi", "pending", TIME, "bob,carol", 1),
        (1, "carol", "", 0, "hi", "pending", TIME, "bob,carol", 1),
        (2, "bob", "192.0.2.1", 1, "only you", "pending", TIME, "bob", 2),
    ]
    assert names_with_pending(desk.line) == ["bob", "carol"]


def test_what_is_composed_can_be_sent(desk: Desk) -> None:
    first, second = desk.compose("'\\ \0 😀 ", "bob", "carol"), desk.compose("two")
    rows = outbox_rows(desk.line, "bob", desk.stream("bob"), 0, 10)
    assert [(row.seq, row.message_id) for row in rows] == [(1, first.message_id), (2, second.message_id)]
    sent = [Message(desk.stream("bob"), row.seq, row.message_id, row.digest, row.body) for row in rows]
    assert position_after(sent).chain == rows[-1].chain
    assert rows[0].body == encode_body("text", "'\\ \0 😀 ", ("bob", "carol"), TIME)


def test_a_text_changed_in_the_database_is_not_sent(desk: Desk) -> None:
    desk.compose("hi")
    desk.line.execute("UPDATE Sender SET message = 'bye'")
    with pytest.raises(Refusal, match="was changed in the database"):
        outbox_rows(desk.line, "bob", desk.stream("bob"), 0, 10)


def test_composed_again_it_is_there_once(desk: Desk) -> None:
    desk.compose("hi", "bob", "carol", message_id=number(1))
    before = desk.everything()
    desk.compose("hi", "bob", "carol", message_id=number(1))
    assert desk.everything() == before


@pytest.mark.parametrize(
    ("names", "text", "says"),
    [
        (("bob", "mallory"), "hi", "You have blocked mallory: /unblock mallory first."),
        (("bob", "nobody"), "hi", "Nobody called nobody is known: /add nobody first."),
        (("bob",), " \n\t", "There is nothing to send."),
        (("bob",), "é" * 32_768, "The message has 65536 bytes; 65535 are the most. Send it as a file."),
        (("bob",), "\ud800", "The message is not valid Unicode text."),
        (("bob",) * 257, "hi", "A message goes to 1 to 256 people."),
    ],
)
def test_what_cannot_be_sent_to_all_is_stored_for_nobody(
    desk: Desk, names: tuple[str, ...], text: str, says: str
) -> None:
    update_user(desk.line, "mallory", blocked=1)
    before = desk.everything()
    with pytest.raises(UserError) as raised:
        desk.compose(text, *names)
    assert str(raised.value) == says
    assert desk.everything() == before


def test_ordinals_go_on_after_a_restart(desk: Desk) -> None:
    desk.compose("one")
    desk.receive(letters(1, 2))
    desk.open()
    desk.compose("four")
    assert desk.line.query("SELECT ordinal FROM Receiver ORDER BY ordinal") == [(2,), (3,)]
    assert desk.line.query("SELECT MAX(ordinal) FROM Sender") == [(4,)]


# Receive


def test_what_arrives_is_stored_with_how_far_it_goes(desk: Desk) -> None:
    held, texts = desk.receive(letters(1, 3))
    assert texts == ["letter 1", "letter 2", "letter 3"]
    assert held == position_after(letters(1, 3))
    assert desk.line.query("SELECT name, ip, port, message, time, claimed, recipients FROM Receiver LIMIT 1") == [
        ("bob", *FROM, "letter 1", NOW, TIME, "alice")
    ]
    held, texts = desk.receive(letters(4, 4))
    assert held == position_after(letters(1, 4))


def test_a_second_copy_is_nothing_new(desk: Desk) -> None:
    desk.receive(letters(1, 3))
    before = desk.everything()
    assert desk.receive(letters(1, 3)) == (position_after(letters(1, 3)), [])
    assert desk.receive(letters(2, 2)) == (position_after(letters(1, 3)), [])
    assert desk.everything() == before
    assert desk.receive(letters(2, 4))[1] == ["letter 4"]


def test_in_another_stream_it_moves_only_the_position(desk: Desk) -> None:
    desk.receive(letters(1, 3))
    other = number(8)
    held, texts = desk.receive(letters(1, 4, other))
    assert (held, texts) == (position_after(letters(1, 4, other)), ["letter 4"])
    assert desk.rows("Receiver") == 4


def test_a_peer_that_opens_stream_after_stream_fills_no_disk(desk: Desk) -> None:
    """With one message that is known long since, so that no allowance counts it; and the latest goes on."""
    desk.receive([letter(1)])
    for place in range(20):
        desk.receive([letter(1, stream=number(200 + place))])
    assert desk.rows("Inbound") == MAX_POSITIONS
    latest = number(219)
    assert latest in [position.stream for position in desk.do(lambda tx: desk.journal.positions(tx, "bob"))]
    held, texts = desk.receive([letter(2, stream=latest)])
    assert (held.n, texts) == (2, ["letter 2"])


def test_the_same_id_from_someone_else_is_another_message(desk: Desk) -> None:
    desk.receive(letters(1, 1))
    assert desk.receive(letters(1, 1), "carol")[1] == ["letter 1"]


def test_twice_in_one_batch_is_stored_once(desk: Desk) -> None:
    one = letter(1)
    twice = [one, Message(THEIR_STREAM, 2, one.message_id, one.digest, one.body)]
    held, texts = desk.receive(twice)
    assert (held.n, texts) == (2, ["letter 1"])


def damaged() -> Message:
    whole = letter(2)
    return Message(whole.stream, 2, whole.message_id, whole.digest, whole.body.replace(b"letter", b"better"))


def not_a_body() -> Message:
    return Message(THEIR_STREAM, 2, number(102), digest_of(b"\xff"), b"\xff")


@pytest.mark.parametrize(
    ("second", "says"),
    [
        (letter(3), "message 3 came after 1"),
        (damaged(), "the digest of message 2 is not that of its text"),
        (letter(2, to=("carol",)), "a message to others"),
        (letter(2, "é" * (MAX_TEXT_BYTES // 2 + 1)), f"a text of over {MAX_TEXT_BYTES} bytes"),
        (not_a_body(), "A message that is none"),
    ],
    ids=["gap", "digest", "to others", "too long", "no body"],
)
def test_what_is_not_taken_takes_its_batch_with_it(desk: Desk, second: Message, says: str) -> None:
    before = desk.everything()
    with pytest.raises(Refusal, match=says):
        desk.receive([letter(1), second])
    assert desk.everything() == before
    assert desk.receive(letters(1, 2))[0].n == 2


def test_nothing_is_taken_from_someone_blocked_or_unknown_or_while_hidden(desk: Desk) -> None:
    update_user(desk.line, "bob", blocked=1)
    for name in ("bob", "nobody"):
        with pytest.raises(Refusal):
            desk.receive(letters(1, 1), name)
    update_user(desk.line, "bob", blocked=0)
    desk.journal.hidden = True
    with pytest.raises(Refusal):
        desk.receive(letters(1, 1))
    assert desk.rows("Receiver") == desk.rows("Inbound") == 0
    desk.journal.hidden = False
    assert desk.receive(letters(1, 1))[1] == ["letter 1"]


# Positions


def test_positions_are_the_newest_first(desk: Desk) -> None:
    streams = [number(n) for n in range(20, 30)]
    for place, stream in enumerate(streams, 1):
        body = encode_body("text", "hi", ("alice",), TIME)
        desk.receive([Message(stream, 1, number(200 + place), digest_of(body), body)])
    desk.receive(letters(1, 1), "carol")
    positions = desk.do(lambda tx: desk.journal.positions(tx, "bob"))
    assert [position.stream for position in positions] == streams[:-9:-1]
    assert desk.do(lambda tx: desk.journal.positions(tx, "dora")) == ()
    assert len(newest_inbound(desk.line, "bob", 100)) == MAX_POSITIONS  # those before are forgotten


# Acknowledged


def test_marking_sent_goes_up_only(desk: Desk) -> None:
    ids = [desk.compose(text).message_id for text in ("one", "two", "three")]
    desk.resume()
    desk.acknowledge(2)
    desk.do(lambda tx: desk.journal.mark_sent(tx, "bob", number(99), 3))
    assert desk.outbox() == [(1, ids[0], "sent"), (2, ids[1], "sent"), (3, ids[2], "pending")]
    assert names_with_pending(desk.line) == ["bob"]
    desk.acknowledge(3)
    desk.acknowledge(1)
    assert names_with_pending(desk.line) == []


# Resume


def test_going_on_where_it_was(desk: Desk) -> None:
    desk.compose("one")
    assert desk.resume() == Resumed(start_of(desk.stream("bob")), [])
    desk.acknowledge(1)
    desk.compose("two")
    assert desk.resume(desk.position(1)) == Resumed(desk.position(1), [])


def test_before_anything_was_written(desk: Desk) -> None:
    resumed = desk.resume()
    draft = desk.compose("one")
    assert resumed == Resumed(start_of(desk.stream("bob")), [])
    assert desk.outbox() == [(1, draft.message_id, "pending")]


def test_what_the_other_side_holds_is_confirmed(desk: Desk) -> None:
    ids = [desk.compose(text).message_id for text in ("one", "two", "three")]
    assert desk.resume(desk.position(2)) == Resumed(desk.position(2), ids[:2])
    assert desk.outbox() == [(1, ids[0], "sent"), (2, ids[1], "sent"), (3, ids[2], "pending")]
    assert desk.resume(desk.position(2)) == Resumed(desk.position(2), [])  # and only once


def test_a_receiver_that_was_set_back_gets_it_again(desk: Desk) -> None:
    ids = [desk.compose(text).message_id for text in ("one", "two", "three")]
    desk.resume(desk.position(3))
    resumed = desk.resume(desk.position(1))
    assert (resumed.held, resumed.confirmed) == (desk.position(1), [])
    assert resumed.sent_anew == "2 messages go out anew: bob's database was set back"
    assert desk.outbox() == [(1, ids[0], "sent"), (2, ids[1], "sent"), (3, ids[2], "sent")]  # sent never reverts
    assert names_with_pending(desk.line) == ["bob"]
    desk.acknowledge(3)
    assert names_with_pending(desk.line) == []


def test_a_sender_that_was_set_back_numbers_anew(desk: Desk) -> None:
    ids = [desk.compose(text).message_id for text in ("one", "two")]
    desk.resume(desk.position(1))
    old = desk.stream("bob")
    resumed = desk.resume(Position(old, 5, number(5, 32)))  # bob holds what we never wrote
    assert desk.stream("bob") != old
    assert resumed == Resumed(
        start_of(desk.stream("bob")), (), "2 messages go out anew: one of the two databases was set back"
    )
    assert desk.outbox() == [(1, ids[0], "sent"), (2, ids[1], "pending")]
    rows = outbox_rows(desk.line, "bob", desk.stream("bob"), 0, 10)
    sent = [Message(desk.stream("bob"), row.seq, row.message_id, row.digest, row.body) for row in rows]
    assert position_after(sent).chain == rows[-1].chain  # and the new chain is over the new numbers
    desk.compose("three")
    assert [seq for seq, *_ in desk.outbox()] == [1, 2, 3]


def test_so_does_one_whose_chain_differs(desk: Desk) -> None:
    ids = [desk.compose(text).message_id for text in ("one", "two")]
    resumed = desk.resume(Position(desk.stream("bob"), 1, number(5, 32)))
    assert resumed.held == start_of(desk.stream("bob"))
    assert desk.outbox() == [(1, ids[0], "pending"), (2, ids[1], "pending")]


def test_many_are_numbered_anew_in_order(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chat.core.journal.RENUMBER_AT_ONCE", 3)
    ids = [desk.compose(f"{n}").message_id for n in range(10)]
    desk.resume(Position(desk.stream("bob"), 99, number(5, 32)))
    assert [message_id for _, message_id, _ in desk.outbox()] == ids


def test_a_new_key_gets_what_is_pending_only(desk: Desk) -> None:
    ids = [desk.compose(text).message_id for text in ("one", "two", "three")]
    desk.resume(desk.position(1))
    old = desk.stream("bob")
    assert desk.resume(key=OTHER_KEY) == Resumed(start_of(desk.stream("bob")))
    assert desk.outbox() == [(1, ids[1], "pending"), (2, ids[2], "pending")]
    left = desk.line.query("SELECT message_id, status FROM Sender WHERE stream = ?", (old,))
    assert left == [(ids[0], "sent")]
    assert desk.resume(key=OTHER_KEY).held == start_of(desk.stream("bob"))  # and that is its key from now on
    assert len(desk.outbox()) == 2


def test_others_are_not_touched_by_a_renewal(desk: Desk) -> None:
    desk.compose("hi", "bob", "carol")
    carols = find_outbound(desk.line, "carol"), desk.outbox("carol")
    desk.resume(Position(desk.stream("bob"), 99, number(5, 32)))
    assert (find_outbound(desk.line, "carol"), desk.outbox("carol")) == carols


# Any order of batches


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_comes_in_what_order_the_history_is_a_prefix(desk: Desk, data: st.DataObject) -> None:
    """Batches with gaps and repeats: what is held is a prefix, each letter once, and the position is its own."""
    for table in ("Receiver", "Inbound"):
        desk.line.execute(f"DELETE FROM {table}")
    for _ in range(data.draw(st.integers(1, 6))):
        first = data.draw(st.integers(1, 12))
        batch = letters(first, data.draw(st.integers(first, first + 5)))
        try:
            held, _ = desk.receive(batch)
        except Refusal:
            continue
        assert held == position_after(letters(1, held.n))
    stored = [text for (text,) in desk.line.query("SELECT message FROM Receiver ORDER BY ordinal")]
    assert stored == [f"letter {n}" for n in range(1, len(stored) + 1)]
