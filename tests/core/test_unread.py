"""What counts as read, and where that is kept."""

import pytest

from chat.core.events import Incoming
from chat.core.unread import conversation_of
from db.connection import Connection
from db.errors import Refused
from db.users import find_user
from tests.people import Person, Town, wait_until


def test_a_conversation_is_the_others() -> None:
    assert conversation_of("alice", "bob", ("alice",)) == ("bob",)
    assert conversation_of("alice", "alice", ("carol", "bob")) == ("bob", "carol")
    assert conversation_of("alice", "carol", ("bob", "alice")) == ("bob", "carol")


@pytest.fixture
def alice(village: Town) -> Person:
    """Alice, with two unread messages of bob's, one of his to her and carol, one of carol's."""
    alice, bob, carol = (village.person(name).start() for name in ("alice", "bob", "carol"))
    for number, (writer, to, text) in enumerate(
        [(bob, ["alice"], "1"), (bob, ["alice", "carol"], "2"), (carol, ["alice"], "3"), (bob, ["alice"], "4")]
    ):
        writer.node.send(to, text)
        assert alice.inbox.texts(number + 1)[-1] == text
    return alice


def position(person: Person, name: str) -> int:
    with person.node.pool.borrow() as connection:
        user = find_user(connection, name)
        assert user is not None
        return user.read_up_to


def ordinals(person: Person) -> dict[str, int]:
    with person.node.pool.borrow() as connection:
        return {str(text): int(ordinal) for text, ordinal in connection.query("SELECT message, ordinal FROM Receiver")}


def test_what_comes_in_waits(alice: Person) -> None:
    unread = alice.node.unread
    assert unread.counts() == {("bob",): 2, ("bob", "carol"): 1, ("carol",): 1}
    assert (unread.count_from("bob"), unread.count_from("carol"), unread.count_from("dave")) == (3, 1, 0)


def test_what_was_read_stays_read_after_a_restart(alice: Person) -> None:
    alice.node.unread.read(("carol",))
    alice.node.unread.read_all_with("bob")
    assert alice.node.unread.counts() == {}
    alice.stop()
    assert alice.start().node.unread.counts() == {}


def test_a_person_is_read_up_to_the_first_message_that_is_not(alice: Person) -> None:
    alice.node.unread.read(("bob",))
    assert alice.node.unread.counts() == {("bob", "carol"): 1, ("carol",): 1}
    wait_until(lambda: position(alice, "bob") == ordinals(alice)["2"] - 1, "bob's position before the group's message")
    alice.stop()
    assert alice.start().node.unread.counts() == {("bob", "carol"): 1, ("carol",): 1, ("bob",): 1}
    alice.node.unread.read(("bob", "carol"))
    alice.node.unread.read(("bob",))
    wait_until(lambda: position(alice, "bob") == ordinals(alice)["4"], "bob's position at the newest")


def test_what_is_looked_at_is_read_as_it_comes(alice: Person, village: Town) -> None:
    alice.node.unread.look_at(("bob",))
    village.people["bob"].node.send(["alice"], "5")
    village.people["carol"].node.send(["alice"], "6")
    alice.inbox.wait_for(Incoming, count=6)
    assert alice.node.unread.counts() == {("bob", "carol"): 1, ("carol",): 2}
    alice.node.unread.look_at(())
    village.people["bob"].node.send(["alice"], "7")
    alice.inbox.wait_for(Incoming, count=7)
    assert alice.node.unread.counts()["bob",] == 1


def test_a_position_that_could_not_be_written_is_written_with_the_next(
    alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(tx: Connection, name: str, **changes: object) -> None:
        raise Refused("not today")

    with monkeypatch.context() as patch:
        patch.setattr("chat.core.unread.update_user", broken)
        alice.node.unread.read(("carol",))
        alice.node.writer.call(lambda tx: None)
    alice.node.unread.read_all_with("bob")
    alice.stop()
    assert alice.start().node.unread.counts() == {}


def test_what_is_read_after_the_end_is_let_be(alice: Person) -> None:
    unread = alice.node.unread
    alice.stop()
    unread.read(("carol",))
    assert alice.start().node.unread.counts()["carol",] == 1
