"""Every row comes back, into either engine from either, or nothing does and one sentence says why."""

import dataclasses
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from chat.core.backup import making
from chat.core.backup.restoring import opened_backup
from chat.core.history import Query, read_history
from chat.core.home import Home
from chat.core.keyring import KeyringFile
from chat.core.search import SearchQuery, search
from chat.core.terms import Term
from chat.errors import StorageFailure, UserError
from db.connection import Connection, Database, Row
from db.messages import ReceiverRow, insert_received, last_ordinal
from db.mysql import MysqlDatabase
from db.schema import CLIENT
from db.sqlite import SqliteDatabase
from db.tables import delete_rows
from tests.core.backup.persons import PASSWORD, Keeper
from tests.core.writings import Writing, write
from tests.corpus import LINES
from tests.db.rows import client_connection, receiver_row
from tests.db.tables import contents, everything, put
from tests.flaky import FlakyDatabase, always
from tests.mariadb import MariaDb

MIB = 2**20
VERSION_1 = Path(__file__).with_name("version1.backup")

ENGINES = ["sqlite", pytest.param("mysql", marks=pytest.mark.mysql)]


@pytest.fixture(params=ENGINES)
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A second empty database, on each engine in turn."""
    if request.param == "sqlite":
        yield SqliteDatabase(tmp_path / "target.db", bytes(range(32)))
        return
    server: MariaDb = request.getfixturevalue("mariadb")
    database: MysqlDatabase = server.empty()
    yield database
    server.drop(database)


@pytest.fixture
def alice(tmp_path: Path, database: Database) -> Keeper:
    """With messages of every script, more than a block of the search's index holds."""
    keeper = Keeper(tmp_path / "alice", database=database)
    connection = client_connection(database)
    write(connection, [Writing(n, "bob", ("alice",), line) for n, line in enumerate(LINES, 1)])
    connection.close()
    return keeper


def restore(path: Path, connection: Connection, *, replace: bool = False) -> None:
    with opened_backup(path, "alice", PASSWORD) as backup:
        backup.verify()
        backup.restore_rows(connection, replace=replace)


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(rows=contents())
def test_rows_in_are_rows_out(tmp_path: Path, database: Database, target: Database, rows: dict[str, list[Row]]) -> None:
    keeper = Keeper(tmp_path / "alice", database=database)
    source, there = client_connection(database), client_connection(target)
    for table in CLIENT.tables:
        delete_rows(source, table)
    put(source, rows)
    path = tmp_path / "a.backup"
    path.unlink(missing_ok=True)
    made = keeper.back_up(path)
    assert made.rows == {table: len(some) for table, some in rows.items() if some}
    restore(path, there, replace=True)
    assert everything(there) == everything(source) == {table: sorted(some) for table, some in rows.items()}
    source.close()
    there.close()


def test_a_restored_history_is_read_and_searched_as_before(alice: Keeper, tmp_path: Path, target: Database) -> None:
    source, there = client_connection(alice.database), target.connect()
    restore(alice.back_up(tmp_path / "a.backup").path, there)
    for word in ("the", "и", "日本", "c++", "café"):
        query = SearchQuery([Term(word)], count=1000)
        assert search(there, "alice", query) == search(source, "alice", query)
    everyone = Query(count=len(LINES))
    assert read_history(there, "alice", everyone) == read_history(source, "alice", everyone)
    source.close()
    there.close()


def test_a_home_that_has_nobody_becomes_that_persons(alice: Keeper, tmp_path: Path) -> None:
    home = Home(tmp_path / "new")
    with opened_backup(alice.back_up(tmp_path / "a.backup").path, "alice", PASSWORD) as backup:
        backup.restore_home(home)
    for old, new in zip(alice.home.of_the_person, home.of_the_person, strict=True):
        assert new.read_bytes() == old.read_bytes()
        assert new.stat().st_mode & 0o777 == 0o600
    assert home.is_enrolled
    keyring, _ = KeyringFile.read(home.keyring).open(PASSWORD)
    assert keyring == alice.keyring


def test_others_are_not_thrown_away_unasked(alice: Keeper, tmp_path: Path, target: Database) -> None:
    path = alice.back_up(tmp_path / "a.backup").path
    there = client_connection(target)
    insert_received(there, [receiver_row(1, message="precious")])
    with pytest.raises(UserError) as raised:
        restore(path, there)
    assert "holds 1 messages received, 0 sent already, and nothing was restored. To throw away" in str(raised.value)
    assert str(raised.value).endswith(f"/restore -replace {path}")
    assert there.query("SELECT message FROM Receiver") == [("precious",)]
    restore(path, there, replace=True)
    assert there.query("SELECT COUNT(*), MIN(ordinal) FROM Receiver") == [(len(LINES), 1)]
    there.close()


def test_all_or_nothing(alice: Keeper, tmp_path: Path, target: Database) -> None:
    path = alice.back_up(tmp_path / "a.backup").path
    before = client_connection(target)
    insert_received(before, [receiver_row(1, message="precious")])
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))  # is noticed when all rows are in
    there = target.connect()
    with opened_backup(path, "alice", PASSWORD) as backup, pytest.raises(UserError, match="is damaged"):
        backup.restore_rows(there, replace=True)
    assert before.query("SELECT message FROM Receiver") == [("precious",)]
    before.close()
    there.close()


def test_a_database_that_fails(alice: Keeper, tmp_path: Path, target: Database) -> None:
    path = alice.back_up(tmp_path / "a.backup").path
    flaky = FlakyDatabase(target)
    there = flaky.claim()
    flaky.sickness.statement = always
    with pytest.raises(StorageFailure, match=r"^Nothing was restored\. The database is away, for a test\.$"):
        restore(path, there)
    there.close()


def test_wrong_password_and_wrong_person(alice: Keeper, tmp_path: Path) -> None:
    path = alice.back_up(tmp_path / "a.backup").path
    with (
        pytest.raises(UserError, match=r"^That is not the password of alice\.$"),
        opened_backup(path, "alice", "guess"),
    ):
        pass
    with pytest.raises(UserError, match="is the backup of alice, not of bob"), opened_backup(path, "bob", PASSWORD):
        pass
    missing = tmp_path / "missing"
    with pytest.raises(UserError, match="cannot be read: No such file"), opened_backup(missing, "alice", PASSWORD):
        pass


def test_a_changed_or_shortened_file_is_never_restored(tmp_path: Path) -> None:
    whole = (
        Keeper(tmp_path / "alice", database=_three_messages(tmp_path)).back_up(tmp_path / "a.backup").path.read_bytes()
    )
    path = tmp_path / "b.backup"
    for place in range(0, len(whole), 11):
        for spoilt in (whole[:place], whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :]):
            path.write_bytes(spoilt)
            with pytest.raises(UserError) as raised, opened_backup(path, "alice", PASSWORD) as backup:
                backup.verify()
            assert str(raised.value).startswith(str(path))
    path.write_bytes(whole)
    with opened_backup(path, "alice", PASSWORD) as backup:
        assert backup.verify() == {"Receiver": 3}


def test_one_without_its_end_is_never_restored(
    tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = Keeper(tmp_path / "alice", database=_three_messages(tmp_path))
    monkeypatch.setattr(making, "_write_tables", lambda connection, writer: {"Receiver": 3})
    path = alice.back_up(tmp_path / "a.backup").path  # the end says that there were rows
    connection = client_connection(database)
    with opened_backup(path, "alice", PASSWORD) as backup, pytest.raises(UserError, match="ends too early"):
        backup.restore_rows(connection, replace=False)
    assert last_ordinal(connection) == 0
    connection.close()


def test_one_of_a_newer_schema(alice: Keeper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = alice.back_up(tmp_path / "a.backup").path
    monkeypatch.setattr("chat.core.backup.restoring.CLIENT", dataclasses.replace(CLIENT, version=CLIENT.version - 1))
    with (
        pytest.raises(UserError, match="newer version of this program: update"),
        opened_backup(path, "alice", PASSWORD),
    ):
        pass


def test_a_backup_of_the_first_version_is_restored_for_ever(tmp_path: Path, database: Database) -> None:
    connection = client_connection(database)
    with opened_backup(VERSION_1, "alice", PASSWORD) as backup:
        rows = backup.verify()
        backup.restore_rows(connection, replace=False)
    assert {table: len(some) for table, some in everything(connection).items() if some} == rows
    assert set(rows) == {"User", "Sender", "Receiver", "File", "Outbound", "Inbound", "Block", "Word", "Setting"}
    lines = read_history(connection, "alice", Query()).lines
    assert [line.text for line in lines] == ["secret 1", "secret 2", "secret 3", "secret 4", "x.png"]
    assert [line.status for line in lines] == ["received"] * 3 + ["pending", "sent"]
    assert [hit.number for hit in search(connection, "alice", SearchQuery([Term("secret")])).hits] == [4, 3, 2, 1]
    connection.close()


def test_a_long_history_needs_little_memory(tmp_path: Path, target: Database) -> None:
    rows = [receiver_row(number, message="x" * 16_000) for number in range(1, 1001)]
    path = Keeper(tmp_path / "alice", database=_three_messages(tmp_path, rows)).back_up(tmp_path / "a.backup").path
    del rows
    there = client_connection(target)
    tracemalloc.start()
    try:
        restore(path, there)
        at_most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert there.query("SELECT COUNT(*) FROM Receiver") == [(1000,)]
    assert at_most < 6 * MIB
    there.close()


def _three_messages(folder: Path, rows: list[ReceiverRow] | None = None) -> Database:
    database = SqliteDatabase(folder / "three.db", bytes(32))
    connection = client_connection(database)
    insert_received(connection, rows or [receiver_row(number, message=f"secret {number}") for number in range(1, 4)])
    connection.close()
    return database
