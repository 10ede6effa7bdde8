"""Voice messages between nodes: delivered as files are, then written down at both ends, and found."""

from pathlib import Path

import pytest

from chat.core import events
from chat.core.file_journal import Attached
from chat.core.search import SearchQuery, search
from chat.core.terms import KIND, Term
from chat.core.voice.sending import prepare
from db.transcripts import VOICE
from tests.core.voice.conftest import act_as, hearing
from tests.core.voice.samples import WORDS, speech, words, write
from tests.people import Person, Town


@pytest.fixture
def friends(village: Town) -> tuple[Person, Person]:
    alice, bob = village.person("alice").start(), village.person("bob").start()
    bob.node.people.add("alice", None)
    return alice, bob


@pytest.fixture
def memo(tmp_path: Path) -> Path:
    return write(tmp_path / "memo.ogg", speech())


def say(person: Person, names: list[str], path: Path) -> str:
    attached = prepare(path)
    return person.node.send(names, attached.attachment.name, kind=VOICE, file=attached)


def transcript(person: Person, message_id: str) -> events.Transcript:
    (event,) = person.inbox.wait_for(events.Transcript, lambda event: event.id == message_id)
    return event


def hits(person: Person, *terms: str) -> list[events.Hit]:
    query = SearchQuery([Term(term) for term in terms], [frozenset({KIND + VOICE})])
    return person.node.people.read(lambda connection: search(connection, person.name, query)).hits


def test_both_write_it_down_and_find_it(friends: tuple[Person, Person], memo: Path) -> None:
    alice, bob = friends
    message_id = say(alice, ["bob"], memo)
    assert bob.inbox.wait_for(events.Incoming)[0].kind == VOICE
    alice.inbox.wait_for(events.Delivered, lambda event: event.id == message_id)
    for person in friends:
        event = transcript(person, message_id)
        assert words(event.text) == WORDS.split()
        assert (event.sender, round(event.seconds)) == ("alice", 5)
        (hit,) = hits(person, "worst", "times")
        assert (hit.number, hit.transcript) == (event.number, event.text)


def test_delivered_first_and_chat_goes_on(
    friends: tuple[Person, Person], memo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the child of both hangs, the recording is delivered and a text goes through."""
    alice, bob = friends
    act_as(monkeypatch, "import time; time.sleep(600)")
    attached = prepare_without_a_look(memo, monkeypatch)
    message_id = alice.node.send(["bob"], "memo.ogg", kind=VOICE, file=attached)
    alice.inbox.wait_for(events.Delivered, lambda event: event.id == message_id)
    alice.node.send(["bob"], "a text")
    assert bob.inbox.texts(2) == ["memo.ogg", "a text"]
    assert alice.inbox.of(events.Transcript) == bob.inbox.of(events.Transcript) == []


def prepare_without_a_look(path: Path, monkeypatch: pytest.MonkeyPatch) -> Attached:
    monkeypatch.setattr("chat.core.voice.sending._stated_duration", lambda _: None)
    return prepare(path)


def test_what_was_not_written_down_is_taken_up_at_the_next_start(
    friends: tuple[Person, Person], memo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = friends
    with monkeypatch.context() as hanging:
        act_as(hanging, "import time; time.sleep(600)")
        attached = prepare_without_a_look(memo, hanging)
        message_id = alice.node.send(["bob"], "memo.ogg", kind=VOICE, file=attached)
        alice.inbox.wait_for(events.Delivered, lambda event: event.id == message_id)
        bob.stop()
        alice.stop()
    act_as(monkeypatch, hearing("Hello."))
    bob.start()
    assert transcript(bob, message_id).text == "Hello."
    alice.start()
    assert transcript(alice, message_id).text == "Hello."


def test_to_many_it_is_written_down_once(village: Town, memo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    act_as(monkeypatch, hearing("Hello."))
    alice, *others = (village.person(name).start() for name in ("alice", "bob", "carol"))
    for other in others:
        other.node.people.add("alice", None)
    message_id = say(alice, ["bob", "carol"], memo)
    alice.inbox.wait_for(events.Delivered, lambda event: event.id == message_id, count=2)
    for person in (alice, *others):
        transcript(person, message_id)
    assert len(alice.inbox.of(events.Transcript)) == 1
    assert len(hits(alice, "hello")) == 1


def test_an_offer_that_is_not_accepted_waits(village: Town, memo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a stranger nothing is fetched, so nothing is read."""
    act_as(monkeypatch, hearing("Hello."))
    alice, bob = village.person("alice").start(), village.person("bob").start()
    message_id = say(alice, ["bob"], memo)
    (offer,) = bob.inbox.wait_for(events.Transfer, lambda event: event.state == "offered")
    transcript(alice, message_id)
    assert bob.inbox.of(events.Transcript) == []
    bob.node.transfers.accept(offer.number)
    assert transcript(bob, message_id).text == "Hello."


def test_a_bad_file_is_a_message_without_words(
    friends: tuple[Person, Person], memo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = friends
    memo.write_bytes(b"OggS" + bytes(1000))
    attached = prepare_without_a_look(memo, monkeypatch)
    message_id = alice.node.send(["bob"], "memo.ogg", kind=VOICE, file=attached)
    event = transcript(bob, message_id)
    assert event.text == ""
    assert "no recording of a kind that is read here" in event.error
    assert hits(bob)[0].no_transcript == event.error
