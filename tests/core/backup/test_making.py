"""A backup is of one moment, private, checked, and made in little memory; what cannot be, leaves nothing behind."""

import hashlib
import tracemalloc
from pathlib import Path

import pytest

from chat.core.backup import making
from chat.core.backup.restoring import opened_backup
from chat.errors import StorageFailure, UserError
from db.connection import Database, transaction
from db.messages import insert_received
from db.tables import all_rows
from tests.core.backup.persons import PASSWORD, Keeper
from tests.db.rows import client_connection, receiver_row
from tests.flaky import FlakyDatabase, always

MIB = 2**20


@pytest.fixture
def alice(tmp_path: Path, database: Database) -> Keeper:
    keeper = Keeper(tmp_path / "alice", database=database)
    connection = client_connection(database)
    insert_received(connection, [receiver_row(number, message=f"secret {number}") for number in range(1, 4)])
    connection.close()
    return keeper


def test_it_is_one_private_file_that_shows_nothing(alice: Keeper, tmp_path: Path) -> None:
    made = alice.back_up(tmp_path / "a.backup")
    data = made.path.read_bytes()
    assert made.rows == {"Receiver": 3}
    assert (made.size, made.digest) == (len(data), hashlib.sha256(data).hexdigest())
    assert made.path.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.glob("a.*")) == ["a.backup"]
    for secret in (b"secret", b"bob", b"identity.pem", alice.keyring.local_key):
        assert secret not in data


def test_two_of_the_same_have_nothing_in_common(alice: Keeper, tmp_path: Path) -> None:
    one, two = (alice.back_up(tmp_path / name).path.read_bytes() for name in ("one", "two"))
    assert one[-1000:] != two[-1000:]


def test_nothing_is_overwritten(alice: Keeper, tmp_path: Path) -> None:
    path = tmp_path / "a.backup"
    path.write_text("precious")
    with pytest.raises(UserError, match="already: name another place"):
        alice.back_up(path)
    assert path.read_text() == "precious"
    with pytest.raises(UserError, match="There is no folder"):
        alice.back_up(tmp_path / "nowhere" / "a.backup")


def test_what_is_written_meanwhile_is_not_in_it(alice: Keeper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writing = alice.database.connect()
    asked: list[str] = []

    def all_rows_while_writing(connection: object, table: str, columns: object) -> object:
        asked.append(table)
        if table == "Receiver":  # User and Sender were read already
            with transaction(writing) as tx:
                insert_received(tx, [receiver_row(4)])
        return all_rows(connection, table, columns)  # type: ignore[arg-type]

    monkeypatch.setattr(making, "all_rows", all_rows_while_writing)
    assert alice.back_up(tmp_path / "a.backup").rows == {"Receiver": 3}
    assert "Sender" in asked
    monkeypatch.undo()
    assert alice.back_up(tmp_path / "b.backup").rows == {"Receiver": 4}
    writing.close()


def test_a_database_that_fails_leaves_no_file(alice: Keeper, tmp_path: Path) -> None:
    flaky = FlakyDatabase(alice.database)
    keeper = Keeper(tmp_path / "other", database=flaky)
    flaky.sickness.statement = always
    with pytest.raises(StorageFailure, match="away, for a test"):
        keeper.back_up(tmp_path / "a.backup")
    assert not list(tmp_path.glob("a.*"))


def test_a_disk_that_keeps_something_else_is_noticed(
    alice: Keeper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chat.core.backup.sealed.SealedWriter.digest", "0" * 64)
    with pytest.raises(StorageFailure, match="is not what was written there"):
        alice.back_up(tmp_path / "a.backup")


def test_a_long_history_needs_little_memory(tmp_path: Path, database: Database) -> None:
    alice = Keeper(tmp_path / "alice", database=database)
    connection = client_connection(database)
    with transaction(connection) as tx:
        insert_received(tx, [receiver_row(number, message="x" * 16_000) for number in range(1, 1001)])
    connection.close()
    tracemalloc.start()
    try:
        made = alice.back_up(tmp_path / "a.backup")
        at_most_making = tracemalloc.get_traced_memory()[1]
        tracemalloc.reset_peak()
        with opened_backup(made.path, "alice", PASSWORD) as backup:
            assert backup.verify() == {"Receiver": 1000}
        at_most_reading = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert made.size > 15 * MIB
    assert at_most_making < 6 * MIB
    assert at_most_reading < 6 * MIB
