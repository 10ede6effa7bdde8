"""Nodes with each other: live, later, to many, hidden, blocked, without a registry."""

from chat.core import events
from tests.people import Town


def test_live(village: Town) -> None:
    alice, bob = village.person("alice").start(), village.person("bob").start()
    alice.node.send(["bob"], "hi")
    assert bob.inbox.texts(1) == ["hi"]
    alice.inbox.wait_for(events.Delivered)
    bob.node.send(["alice"], "hello")
    assert alice.inbox.texts(1) == ["hello"]


def test_later_and_in_order(village: Town) -> None:
    alice, bob = village.person("alice").start(), village.person("bob")
    for number in range(20):
        alice.node.send(["bob"], f"line {number}")
    assert {status for *_, status in alice.statuses()} == {"pending"}
    bob.start()
    assert bob.inbox.texts(20) == [f"line {number}" for number in range(20)]
    alice.inbox.wait_for(events.Delivered, count=20)


def test_to_many(village: Town) -> None:
    alice, bob, carol = (village.person(name).start() for name in ("alice", "bob", "carol"))
    alice.node.send(["bob", "carol"], "hi all")
    for person in (bob, carol):
        (message,) = person.inbox.wait_for(events.Incoming)
        assert message.to == ("bob", "carol")
    alice.inbox.wait_for(events.Delivered, count=2)


def test_hidden_then_shown(village: Town) -> None:
    alice, bob = village.person("alice").start(), village.person("bob").start()
    alice.node.send(["bob"], "one")
    assert bob.inbox.texts(1) == ["one"]
    alice.inbox.wait_for(events.Delivered)
    alice.node.hide()
    alice.node.send(["bob"], "two")
    bob.node.send(["alice"], "three")
    assert not any(name == "alice" for name in bob.node.who("").names)
    assert ("bob", "two", "pending") in alice.statuses()
    assert ("alice", "three", "pending") in bob.statuses()
    alice.node.show()
    assert bob.inbox.texts(2) == ["one", "two"]
    assert alice.inbox.texts(1) == ["three"]


def test_blocked_then_unblocked(village: Town) -> None:
    alice, bob = village.person("alice").start(), village.person("bob").start()
    alice.node.send(["bob"], "one")
    assert bob.inbox.texts(1) == ["one"]
    bob.node.people.block("alice")
    alice.node.send(["bob"], "two")
    assert not any(name == "bob" for name in alice.node.who("").names)
    bob.node.people.unblock("alice")
    assert bob.inbox.texts(2) == ["one", "two"]


def test_registry_gone(village: Town) -> None:
    alice, bob = village.person("alice").start(), village.person("bob").start()
    alice.node.send(["bob"], "one")
    assert bob.inbox.texts(1) == ["one"]
    village.close_registry()
    alice.node.send(["bob"], "two")
    assert bob.inbox.texts(2) == ["one", "two"]
    where = bob.node.listening_port
    bob.stop()
    alice.node.send(["bob"], "three")
    bob.start(listen=("127.0.0.1", where))
    assert bob.inbox.texts(3) == ["one", "two", "three"]
