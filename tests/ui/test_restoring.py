"""client.py -c '/restore …': before anything comes or goes, onto either engine, and one sentence if it cannot be."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from chat.core.home import Home
from chat.core.keyring import KeyringFile
from chat.ui.restoring import is_restore
from chat.ui.run import run
from db.messages import insert_received
from db.mysql import MysqlDatabase
from db.sqlite import SqliteDatabase
from tests.core.backup.persons import PASSWORD, Keeper
from tests.db.rows import client_connection, receiver_row
from tests.mariadb import MariaDb

Run = Callable[..., tuple[int, str]]
MESSAGES = [(f"message {number}",) for number in range(1, 4)]


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    """Of alice, who has three messages."""
    alice = Keeper(tmp_path / "old")
    connection = client_connection(alice.database)
    insert_received(connection, [receiver_row(number) for number in range(1, 4)])
    connection.close()
    return alice.back_up(tmp_path / "a.backup").path


@pytest.fixture
def as_alice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the client with the home `new`: its exit code, and what it says. There is no registry to reach."""
    password = tmp_path / "password"
    password.write_text(PASSWORD + "\n")

    def run_client(command: str, *more: str) -> tuple[int, str]:
        flags = ["--name", "alice", "--home", str(tmp_path / "new"), "--password-file", str(password)]
        code = run([*flags, "-c", command, *more])
        shown = capsys.readouterr()
        return code, shown.out + shown.err

    return run_client


def messages(home: Path) -> list[tuple[str]]:
    """What is in the home's embedded database, opened with the password."""
    keyring, _ = KeyringFile.read(Home(home).keyring).open(PASSWORD)
    connection = SqliteDatabase(home / "chat.db", keyring.database_key).connect()
    found = connection.query("SELECT message FROM Receiver ORDER BY ordinal")
    connection.close()
    return [(text,) for (text,) in found]


def test_onto_a_machine_where_one_has_not_been(as_alice: Run, backup: Path, tmp_path: Path) -> None:
    code, said = as_alice(f"/restore {backup}")
    assert code == 0, said
    assert "restored" in said
    assert "3 messages received, 0 sent, as it was on 20" in said
    assert messages(tmp_path / "new") == MESSAGES
    assert Home(tmp_path / "new").identity.read_text() == "identity.pem of alice"


@pytest.mark.mysql
def test_to_mysql_and_back(as_alice: Run, backup: Path, tmp_path: Path, mariadb: MariaDb, mysql: MysqlDatabase) -> None:
    assert as_alice(f"/restore {backup}", "--db", mariadb.url(mysql, tmp_path))[0] == 0
    connection = mysql.connect()
    assert connection.query("SELECT message FROM Receiver ORDER BY ordinal") == MESSAGES
    connection.close()
    assert not (tmp_path / "new" / "chat.db").exists()
    assert as_alice(f"/restore {backup}")[0] == 0  # the home is alice's by now
    assert messages(tmp_path / "new") == MESSAGES


def test_what_is_there_is_kept_unless_it_is_to_be_replaced(as_alice: Run, backup: Path, tmp_path: Path) -> None:
    assert as_alice(f"/restore {backup}")[0] == 0
    code, said = as_alice(f"/restore {backup}")
    assert code == 1
    assert "3 messages received, 0 sent already, and nothing was restored" in said.replace("\n", " ")
    code, said = as_alice(f"/restore -replace {backup}")
    assert code == 0, said
    assert messages(tmp_path / "new") == MESSAGES


def test_programs_are_told_that_it_is_done(as_alice: Run, backup: Path) -> None:
    code, said = as_alice(f"/restore {backup}", "--json")
    assert code == 0, said
    events = [json.loads(line) for line in said.splitlines()]
    assert [event["event"] for event in events] == ["status", "done"]
    assert events[-1] == {"event": "done", "command": "restore", "ok": True}


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("/restore", "Something is missing: write /restore [-replace] PATH"),
        ("/restore -replace", "Something is missing: write /restore [-replace] PATH"),
        ("/restore /nowhere/a.backup", "The backup /nowhere/a.backup cannot be read: No such file or directory."),
        ("/restore /dev/null", "/dev/null is no backup of this program."),
    ],
)
def test_what_cannot_be_is_one_sentence_and_makes_nothing(
    as_alice: Run, tmp_path: Path, command: str, says: str
) -> None:
    code, said = as_alice(command)
    assert (code, said.strip()) == (1, f"error: {says}")
    assert not Home(tmp_path / "new").is_enrolled
    assert not (tmp_path / "new" / "chat.db").exists()


def test_a_wrong_password_makes_nothing(as_alice: Run, backup: Path, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("a guess\n")
    assert as_alice(f"/restore {backup}") == (1, " error: That is not the password of alice.\n")
    assert not Home(tmp_path / "new").is_enrolled


def test_beside_a_running_client_nothing_is_restored(as_alice: Run, backup: Path, tmp_path: Path) -> None:
    home = Home(tmp_path / "new")
    assert home.lock()
    try:
        code, said = as_alice(f"/restore {backup}")
    finally:
        home.unlock()
    assert (code, said) == (1, " error: alice is running already in another terminal: /quit there first.\n")
    assert as_alice(f"/restore {backup}")[0] == 0  # and the lock was given back


def test_what_is_meant() -> None:
    assert is_restore("/restore x")
    assert is_restore("  /restore")
    assert not is_restore("/restored x")
    assert not is_restore("")
