"""Nodes whose database is on a server: what is warned of, and what becomes of a chat when it goes away."""

import pytest

from chat.core import events
from chat.errors import StorageFailure
from db.connection import Database
from db.errors import InUse, NotOurs
from db.mysql import MysqlDatabase
from tests.mariadb import MariaDb
from tests.people import Person, Town, wait_until

pytestmark = pytest.mark.mysql


def on(database: MysqlDatabase, village: Town, name: str) -> Person:
    def given(_: bytes) -> Database:
        return database

    return village.person(name, given)


def test_a_chat_outlives_the_death_of_the_database_server(
    village: Town, mariadb: MariaDb, mysql: MysqlDatabase
) -> None:
    alice = on(mysql, village, "alice").start()
    bob, dora = village.person("bob").start(), village.person("dora")
    alice.node.send(["bob", "dora"], "one")
    assert bob.inbox.texts(1) == ["one"]
    alice.inbox.wait_for(events.Delivered)
    mariadb.kill()
    with pytest.raises(StorageFailure, match="does not answer"):
        alice.node.send(["bob"], "lost, and said so")
    bob.node.send(["alice"], "two")  # arrives at a client that cannot keep it
    dora.start()  # comes while alice cannot read what there is for her
    alice.inbox.wait_for(events.Warn, lambda event: "does not answer" in event.message, count=2)
    mariadb.start()
    assert alice.inbox.texts(1) == ["two"]
    assert dora.inbox.texts(1) == ["one"]
    bob.inbox.wait_for(events.Delivered)
    alice.node.send(["bob"], "three")
    assert bob.inbox.texts(2) == ["one", "three"]
    alice.inbox.wait_for(events.Delivered, count=3)
    everything = [("bob", "one", "sent"), ("dora", "one", "sent"), ("bob", "three", "sent")]
    wait_until(lambda: alice.statuses() == everything, "all is marked sent")


def test_a_server_that_answers_before_its_disk_is_warned_of_once(
    village: Town, mariadb: MariaDb, mysql: MysqlDatabase
) -> None:
    mariadb.sql("SET GLOBAL innodb_flush_log_at_trx_commit = 0")
    try:
        alice = on(mysql, village, "alice").start()
    finally:
        mariadb.sql("SET GLOBAL innodb_flush_log_at_trx_commit = 1")
    (warning,) = alice.inbox.of(events.Warn)
    assert "innodb_flush_log_at_trx_commit is 0" in warning.message
    alice.stop()
    alice.start()
    assert len(alice.inbox.of(events.Warn)) == 1


def test_the_database_of_another_person(village: Town, mysql: MysqlDatabase) -> None:
    on(mysql, village, "alice").start().stop()
    with pytest.raises(NotOurs, match="is that of alice, not of bob"):
        on(mysql, village, "bob").start()


def test_a_second_client_on_one_database(village: Town, mysql: MysqlDatabase) -> None:
    alice = on(mysql, village, "alice").start()
    with pytest.raises(InUse):
        on(mysql, village, "alice2").start()
    alice.stop()
