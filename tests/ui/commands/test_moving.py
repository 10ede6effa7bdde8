"""/backup and /restore as typed at a prompt."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chat.core.backup.making import Backups
from chat.core.backup.restoring import opened_backup
from chat.core.events import Done, Event, Failure, Status
from chat.core.people import AddressBook
from chat.ui import commands
from chat.ui.shell import Shell
from db.connection import Database
from db.messages import insert_received
from db.pool import Pool
from tests.core.backup.persons import PASSWORD, Keeper
from tests.db.rows import client_connection, receiver_row
from tests.ui.told import Told

assert commands  # importing it fills the command table

Run = Callable[[str], list[Event]]


@pytest.fixture
def run(tmp_path: Path, database: Database) -> Iterator[Run]:
    """Types a line beside a running client, and gives what is shown."""
    alice = Keeper(tmp_path / "alice", database=database)
    connection = client_connection(database)
    insert_received(connection, [receiver_row(number) for number in range(1, 4)])
    connection.close()
    pool = Pool(database)
    told = Told()
    shell = Shell("alice", AddressBook(pool), None, told)
    shell.make_backup = Backups(alice.home, alice.keyring, pool).make

    def execute(line: str) -> list[Event]:
        told.events.clear()
        shell.execute(line)
        return [*told.events]

    yield execute
    pool.close()


def test_a_backup_is_made_and_what_is_in_it_said(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "my backup"
    status, done = run(f"/backup {path}")
    assert isinstance(status, Status)
    assert (status.name, status.source) == ("backup", str(path))
    assert re.fullmatch(r"3 messages received, 0 sent, in [\d,]+ bytes, SHA-256 [0-9a-f]{64}", status.value)
    assert done == Done(command="backup", ok=True)
    with opened_backup(path, "alice", PASSWORD) as backup:
        assert backup.verify()["Receiver"] == 3


def test_a_backup_that_cannot_be_made(run: Run, tmp_path: Path) -> None:
    failure, done = run(f"/backup {tmp_path}")
    assert isinstance(failure, Failure)
    assert "already: name another place" in failure.message
    assert done == Done(command="backup", ok=False)
    assert isinstance(run("/backup")[0], Failure)


def test_at_a_prompt_one_is_told_how_to_restore(run: Run) -> None:
    failure, _ = run("/restore a.backup")
    assert isinstance(failure, Failure)
    assert failure.message.endswith("python client.py --name alice -c '/restore a.backup'")
