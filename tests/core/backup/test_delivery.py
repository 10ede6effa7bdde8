"""People whose database is an older backup, or moved to the other engine: nothing is lost, and nothing comes twice."""

from pathlib import Path

import pytest

from chat.core.backup.making import Backups
from chat.core.backup.restoring import opened_backup
from chat.core.events import Delivered, Incoming, Warn
from db.connection import Database
from db.mysql import MysqlDatabase
from db.pool import Pool
from tests.people import Person, Town, wait_until


def back_up(person: Person, path: Path) -> Path:
    pool = Pool(person.database)
    try:
        return Backups(person.home, person.keyring, pool).make(path).path
    finally:
        pool.close()


def restore(person: Person, path: Path, database: Database | None = None) -> None:
    """Put it in the place of what there is, and use that database from now on."""
    person.database = database or person.database
    connection = person.database.claim()
    with opened_backup(path, person.name, f"the password of {person.name}") as backup:
        backup.restore_rows(connection, replace=True)
    connection.close()


def received(person: Person) -> list[tuple[str, str]]:
    with person.node.pool.borrow() as connection:
        return [(n, text) for n, text in connection.query("SELECT name, message FROM Receiver ORDER BY ordinal")]


def settled(person: Person, statuses: list[tuple[str, str, str]]) -> None:
    wait_until(lambda: person.statuses() == statuses, f"{person.name} has {statuses}")


def test_an_older_backup(village: Town, tmp_path: Path) -> None:
    alice, bob = village.person("alice").start(), village.person("bob").start()
    alice.node.send(["bob"], "before")
    bob.node.send(["alice"], "answer before")
    alice.inbox.wait_for(Delivered)
    bob.inbox.wait_for(Delivered)
    path = back_up(alice, tmp_path / "a.backup")  # while she goes on
    alice.node.send(["bob"], "after")
    bob.node.send(["alice"], "answer after")
    alice.inbox.wait_for(Delivered, count=2)
    bob.inbox.wait_for(Delivered, count=2)
    alice.stop()
    bob.node.send(["alice"], "while she was away")
    restore(alice, path)
    alice.start()
    alice.node.send(["bob"], "new")
    assert bob.inbox.texts(3) == ["before", "after", "new"]
    answers = [("bob", "answer before"), ("bob", "answer after"), ("bob", "while she was away")]
    wait_until(lambda: received(alice) == answers, "what came after the backup has come again")
    settled(alice, [("bob", "before", "sent"), ("bob", "new", "sent")])
    settled(bob, [("alice", text, "sent") for _, text in answers])
    assert received(bob) == [("alice", text) for text in ("before", "after", "new")]
    assert len(bob.inbox.of(Incoming)) == 3
    assert any("set back" in warning.message for warning in [*bob.inbox.of(Warn), *alice.inbox.of(Warn)])


def test_what_was_pending_is_delivered_once(village: Town, tmp_path: Path) -> None:
    alice, bob = village.person("alice").start(), village.person("bob").start()
    bob.stop()
    alice.node.send(["bob"], "pending in the backup")
    path = back_up(alice, tmp_path / "a.backup")
    bob.start()
    assert bob.inbox.texts(1) == ["pending in the backup"]
    alice.inbox.wait_for(Delivered)
    alice.stop()
    restore(alice, path)
    alice.start()
    settled(alice, [("bob", "pending in the backup", "sent")])
    alice.node.send(["bob"], "next")
    assert bob.inbox.texts(2) == ["pending in the backup", "next"]
    assert received(bob) == [("alice", "pending in the backup"), ("alice", "next")]


@pytest.mark.mysql
def test_to_a_server_and_back_in_the_middle_of_a_chat(village: Town, tmp_path: Path, mysql: MysqlDatabase) -> None:
    alice, bob = village.person("alice").start(), village.person("bob").start()
    embedded = alice.database
    texts: list[str] = []
    for number, database in enumerate((mysql, embedded, mysql)):
        bob.stop()
        alice.node.send(["bob"], f"waits {number}")
        alice.stop()
        restore(alice, back_up(alice, tmp_path / f"{number}.backup"), database)
        alice.start()
        bob.start()
        alice.node.send(["bob"], f"goes on {number}")
        texts += [f"waits {number}", f"goes on {number}"]
        assert bob.inbox.texts(len(texts)) == texts
        settled(alice, [("bob", text, "sent") for text in texts])
    assert received(bob) == [("alice", text) for text in texts]
    assert not [warning for warning in bob.inbox.of(Warn) if "set back" in warning.message]
