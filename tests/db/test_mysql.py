"""MySQL and MariaDB: exact values, plain words for every refusal, and lines that break."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from db.connection import transaction
from db.errors import InUse, StorageError, Unreachable
from db.mysql import MysqlConnection, MysqlDatabase
from db.schema import CLIENT
from db.settings import get_setting, set_setting
from db.users import find_user, update_user
from tests.mariadb import MariaDb, own_server
from tests.people import wait_until
from tests.sentences import check_sentence

pytestmark = pytest.mark.mysql

Settings = dict[str, Any]


@contextmanager
def set_globally(server: MariaDb, **settings: object) -> Iterator[None]:
    """Change the server's settings for the connections to come."""
    before = {name: server.sql(f"SELECT @@GLOBAL.{name}")[0][0] for name in settings}
    try:
        for name, value in settings.items():
            server.sql(f"SET GLOBAL {name} = {value!r}")
        yield
    finally:
        for name, value in before.items():
            server.sql(f"SET GLOBAL {name} = {value!r}")


@pytest.fixture
def line(mysql: MysqlDatabase) -> MysqlConnection:
    """A connection to a database with its tables."""
    connection = mysql.connect()
    CLIENT.apply(connection, "alice")
    return connection


def number_of(connection: MysqlConnection) -> int:
    return int(connection.query("SELECT CONNECTION_ID()")[0][0])


# Values


def test_the_driver_is_the_pure_one(mysql: MysqlDatabase) -> None:
    assert mysql.options()["use_pure"] is True
    assert type(mysql.connect()._driver).__module__ == "mysql.connector.connection"


def test_bytes_come_back_as_they_were(line: MysqlConnection) -> None:
    every_byte = bytes(range(256))
    for start in range(0, 256, 32):
        update_user(line, "bob", public_key=every_byte[start : start + 32], shown_key=b"")
        bob = find_user(line, "bob")
        assert bob is not None
        assert (bob.public_key, bob.shown_key) == (every_byte[start : start + 32], b"")


@pytest.mark.parametrize(("one", "other"), [("😀", "😂"), ("alice", "ALICE"), ("e", "é"), ("ss", "ß")])
def test_what_looks_alike_is_not_the_same(line: MysqlConnection, one: str, other: str) -> None:
    set_setting(line, one, "one")
    set_setting(line, other, "other")
    assert (get_setting(line, one), get_setting(line, other)) == ("one", "other")


@pytest.mark.parametrize("mode", ["", "NO_BACKSLASH_ESCAPES", "ANSI_QUOTES,NO_BACKSLASH_ESCAPES"])
def test_the_servers_sql_mode_is_not_ours(mariadb: MariaDb, mysql: MysqlDatabase, mode: str) -> None:
    with set_globally(mariadb, sql_mode=mode):
        connection = mysql.connect()
        CLIENT.apply(connection, "alice")
        for text in ("it's", "\\", "\\'", '"', "\0", "%s ? \\n"):
            set_setting(connection, "text", text)
            assert get_setting(connection, "text") == text
        with pytest.raises(StorageError, match="Data too long"):  # never cut off in silence
            connection.execute("INSERT INTO Setting (name, value) VALUES (?, '')", ("n" * 41,))


def test_more_than_fits_into_a_packet(mariadb: MariaDb, mysql: MysqlDatabase) -> None:
    rows = [(str(number), character * 255) for number in range(2000) for character in "'😀\0"[number % 3]]
    with set_globally(mariadb, max_allowed_packet=1024 * 1024):
        connection = mysql.connect()
        CLIENT.apply(connection, "alice")
        with transaction(connection):
            for again in range(4):
                insert = f"INSERT INTO Setting (name, value) VALUES (CONCAT(?, ' of {again}'), ?)"
                connection.execute_many(insert, rows)
    stored = connection.query("SELECT COUNT(*), SUM(OCTET_LENGTH(value)) FROM Setting WHERE name LIKE '% of %'")
    assert [int(value) for value in stored[0]] == [8000, 4 * sum(len(text.encode()) for _, text in rows)]


def test_the_password_is_in_no_words_about_the_database(mysql: MysqlDatabase) -> None:
    assert mysql.password not in f"{mysql} {mysql!r}"


# Lines that break


def test_a_killed_connection_heals(mariadb: MariaDb, line: MysqlConnection) -> None:
    first = number_of(line)
    for attempt in range(3):
        mariadb.sql(f"KILL {number_of(line)}")
        set_setting(line, "after", str(attempt))
        assert get_setting(line, "after") == str(attempt)
    assert number_of(line) != first


def test_but_not_within_a_transaction(mariadb: MariaDb, line: MysqlConnection) -> None:
    def kill_within() -> None:
        with transaction(line):
            set_setting(line, "before", "1")
            mariadb.sql(f"KILL {number_of(line)}")
            set_setting(line, "after", "1")

    with pytest.raises(Unreachable, match="does not answer"):
        kill_within()
    assert (get_setting(line, "before"), get_setting(line, "after")) == (None, None)
    with transaction(line):
        set_setting(line, "again", "1")
    assert get_setting(line, "again") == "1"


def test_nor_at_the_commit(mariadb: MariaDb, line: MysqlConnection) -> None:
    line.begin()
    set_setting(line, "before", "1")
    mariadb.sql(f"KILL {number_of(line)}")
    with pytest.raises(Unreachable):
        line.commit()
    with pytest.raises(Unreachable):  # still the same transaction, until it is given up
        line.query("SELECT 1")
    line.rollback()
    assert get_setting(line, "before") is None


def test_a_restarted_server_heals(mariadb: MariaDb, line: MysqlConnection) -> None:
    set_setting(line, "kept", "1")
    mariadb.kill()
    with pytest.raises(Unreachable, match="does not answer: Can't connect"):
        get_setting(line, "kept")
    mariadb.start()
    assert get_setting(line, "kept") == "1"


def test_an_answer_that_came_too_late_is_not_taken_for_another(
    mysql: MysqlDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.mysql.IO_TIMEOUT_S", 1)
    connection = mysql.connect()
    with pytest.raises(Unreachable, match="timed out"):
        connection.query("SELECT SLEEP(1.5), 'the first answer'")
    assert connection.query("SELECT 'the second answer'") == [("the second answer",)]


# Durability


def test_no_warning_where_commits_are_on_the_disk(line: MysqlConnection) -> None:
    assert line.warnings() == []


def test_a_warning_where_they_are_not(mariadb: MariaDb, line: MysqlConnection) -> None:
    with set_globally(mariadb, innodb_flush_log_at_trx_commit=2):
        (warning,) = line.warnings()
    check_sentence(warning, "mysql://", "innodb_flush_log_at_trx_commit is 2")
    assert "sync_binlog" not in warning


def test_with_a_binary_log_that_counts_too() -> None:
    with own_server("--log-bin", "--sync-binlog=0") as server:
        (warning,) = server.empty().connect().warnings()
    check_sentence(warning, "mysql://", "sync_binlog is 0. Have it set to 1")
    assert "innodb" not in warning


# The lock that keeps a second client out


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("db.mysql.LOCK_WAIT_S", 0)


def test_who_was_just_killed_is_waited_for(mysql: MysqlDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("db.mysql.LOCK_WAIT_S", 30)
    first = mysql.claim()
    second: list[MysqlConnection] = []
    waiting = threading.Thread(target=lambda: second.append(mysql.claim()))
    waiting.start()
    wait_until(lambda: "User lock" in states(mysql), "the second waits for the lock")
    first.close()
    waiting.join()
    assert second[0].query("SELECT 1") == [(1,)]


def states(database: MysqlDatabase) -> list[str]:
    """What the server says that the connections of this user are doing."""
    return [row[6] for row in database.connect().query("SHOW PROCESSLIST")]


@pytest.mark.usefixtures("impatient")
def test_one_claim_at_a_time(mysql: MysqlDatabase) -> None:
    first = mysql.claim()
    with pytest.raises(InUse) as raised:
        mysql.claim()
    assert str(raised.value) == f"The database {mysql} is in use by another client: quit that one first."
    assert mysql.connect().query("SELECT 1") == [(1,)]  # reading is free
    first.close()
    mysql.claim().close()


@pytest.mark.usefixtures("impatient")
def test_databases_are_claimed_apart(mariadb: MariaDb, mysql: MysqlDatabase) -> None:
    first, other = mysql.claim(), mariadb.empty()
    other.claim().close()
    mariadb.drop(other)
    first.close()


@pytest.mark.usefixtures("impatient")
def test_a_claim_outlasts_a_killed_connection(mariadb: MariaDb, mysql: MysqlDatabase) -> None:
    first = mysql.claim()
    mariadb.sql(f"KILL {number_of(first)}")
    assert first.query("SELECT 1") == [(1,)]
    with pytest.raises(InUse):
        mysql.claim()


@pytest.mark.usefixtures("impatient")
def test_a_claim_is_lost_to_who_came_first(mariadb: MariaDb, mysql: MysqlDatabase) -> None:
    first = mysql.claim()
    mariadb.sql(f"KILL {number_of(first)}")
    second = mysql.claim()
    with pytest.raises(InUse):
        first.query("SELECT 1")
    second.close()
    assert first.query("SELECT 1") == [(1,)]


@pytest.mark.usefixtures("impatient")
def test_a_claim_is_had_again_before_the_server_knows_of_the_break(mysql: MysqlDatabase) -> None:
    first = mysql.claim()
    half_open = first._driver._socket.sock.dup()  # the server sees this line stand
    first._driver._socket.sock.close()
    assert first.query("SELECT 1") == [(1,)]
    with pytest.raises(InUse):
        mysql.claim()
    half_open.close()


@pytest.mark.usefixtures("impatient")
def test_a_claim_does_not_end_by_idling(mysql: MysqlDatabase) -> None:
    assert int(mysql.claim().query("SELECT @@wait_timeout")[0][0]) > 300 * 24 * 3600


def test_password_files_are_read(mariadb: MariaDb, mysql: MysqlDatabase, tmp_path: Path) -> None:
    from db.url import open_database

    database = open_database(mariadb.url(mysql, tmp_path), file=tmp_path / "unused")
    assert database.connect().query("SELECT DATABASE()") == [(mysql.database,)]
