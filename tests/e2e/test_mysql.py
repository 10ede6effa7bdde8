"""Real clients and a real registry on a database server, and what whoever owns it reads there."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from db.mysql import MysqlDatabase
from tests.mariadb import MariaDb
from tests.people import wait_until
from tests.processes import Client, Process, Server, run_client

pytestmark = pytest.mark.mysql

Keep = Callable[[Process], Process]


@pytest.fixture
def other(mariadb: MariaDb) -> Iterator[MysqlDatabase]:
    """A second database on the server."""
    database = mariadb.empty()
    yield database
    mariadb.drop(database)


class Here:
    """Where clients run: a folder, a registry, and databases on the server."""

    def __init__(self, folder: Path, registry: str, keep: Keep) -> None:
        self.folder = folder
        self.registry = registry
        self._keep = keep

    def password_file(self, database: MysqlDatabase) -> str:
        file = self.folder / f"{database.user}.password"
        file.write_text(database.password + "\n")
        return str(file)

    def start(self, name: str, database: MysqlDatabase) -> Client:
        environment = {"P2PCHAT_DB_PASSWORD_FILE": self.password_file(database)}
        client = Client(self.folder, name, self.registry, "--db", str(database), environment=environment)
        self._keep(client)
        return client  # what waited for it may be told before it is ready

    def run(self, name: str, database: MysqlDatabase, *arguments: str) -> "subprocess.CompletedProcess[str]":
        url = f"{database}?password_file={self.password_file(database)}"
        return run_client(self.folder, name, self.registry, "--db", url, *arguments)


@pytest.fixture
def here(tmp_path: Path, server: Server, started: Keep) -> Here:
    return Here(tmp_path, server.address, started)


def rows(server: MariaDb, database: MysqlDatabase, sql: str) -> list[tuple[object, ...]]:
    """What the owner of the database reads, with no code of ours between."""
    return server.sql(sql.replace(" FROM ", f" FROM {database.database}."))


def test_live_and_later_as_the_documentation_says(
    here: Here, mariadb: MariaDb, mysql: MysqlDatabase, other: MysqlDatabase
) -> None:
    alice, bob = here.start("alice", mysql).ready(), here.start("bob", other).ready()
    alice.do("/msg bob live 😀")
    alice.event("sent", to="bob")
    bob.event("message", text="live 😀")
    bob.kill()
    alice.do("/msg bob later")
    sent = "SELECT name, message, status FROM Sender ORDER BY time"
    assert rows(mariadb, mysql, sent)[1:] == [("bob", "later", "pending")]
    bob = here.start("bob", other)
    bob.event("message", text="later")
    alice.event("sent", to="bob")
    both = [("bob", "live 😀", "sent"), ("bob", "later", "sent")]
    wait_until(lambda: rows(mariadb, mysql, sent) == both, "both are marked sent")
    received = rows(mariadb, other, "SELECT name, message, time FROM Receiver ORDER BY time")
    assert [row[:2] for row in received] == [("alice", "live 😀"), ("alice", "later")]
    assert all(str(row[2]).endswith("Z") for row in received)
    ((ip, port),) = rows(mariadb, mysql, "SELECT ip, port FROM User")
    assert ip == "127.0.0.1"
    assert int(str(port)) > 0


def test_killed_and_started_again_at_once(
    here: Here, mariadb: MariaDb, mysql: MysqlDatabase, other: MysqlDatabase
) -> None:
    alice, bob = here.start("alice", mysql).ready(), here.start("bob", other).ready()
    for number in range(3):
        for text in ("first", "second"):
            alice.type(f"/msg bob {text} {number}")
        alice.event("queued")
        alice.event("queued")
        alice.kill()
        alice = here.start("alice", mysql).ready()
        bob.event("message", text=f"second {number}")
    written = [f"{text} {number}" for number in range(3) for text in ("first", "second")]
    received = rows(mariadb, other, "SELECT message FROM Receiver ORDER BY ordinal")
    assert received == [(text,) for text in written]


def test_a_second_client_on_the_same_database(here: Here, mysql: MysqlDatabase, tmp_path: Path) -> None:
    alice = here.start("alice", mysql).ready()
    in_use = f"The database {mysql} is in use by another client: quit that one first."
    new = here.run("mallory", mysql, "-c", "/who")  # before it has enrolled
    assert (new.returncode, new.stdout) == (3, "")
    assert in_use in new.stderr
    shutil.copytree(tmp_path / "alice", tmp_path / "copied" / "alice")
    copied = Here(tmp_path / "copied", here.registry, here._keep)
    second = copied.run("alice", mysql, "-c", "/msg bob hi")
    assert (second.returncode, second.stdout) == (1, "")
    assert f"{in_use} Beside it only -c with /history" in second.stderr
    reading = copied.run("alice", mysql, "-c", "/history")
    assert (reading.returncode, reading.stderr) == (0, "")
    assert alice.quit() == 0
    assert copied.run("alice", mysql, "-c", "/status").returncode == 0


@pytest.mark.parametrize(
    ("wrong", "says"),
    [("password", "Access denied for user"), ("port", "does not answer"), ("url", "A password in the URL")],
)
def test_a_database_that_cannot_be_used_is_one_sentence(
    here: Here, mysql: MysqlDatabase, tmp_path: Path, wrong: str, says: str
) -> None:
    file = tmp_path / "wrong"
    file.write_text("wrong\n")
    url = {
        "password": f"{mysql}?password_file={file}",
        "port": f"mysql://{mysql.user}@127.0.0.1:1/{mysql.database}",
        "url": f"mysql://{mysql.user}:secret@127.0.0.1/{mysql.database}",
    }[wrong]
    done = run_client(tmp_path, "alice", here.registry, "--db", url, "-c", "/status")
    assert (done.returncode, done.stdout) == (3, "")
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert "secret" not in done.stderr
    assert not (tmp_path / "alice" / "keyring.json").exists()  # no account was made that has no use


def test_the_registry_on_a_database_server(
    tmp_path: Path, mariadb: MariaDb, mysql: MysqlDatabase, started: Keep
) -> None:
    url = mariadb.url(mysql, tmp_path)
    server = Server(tmp_path / "registry", "--db", url)
    started(server)
    alice = Client(tmp_path, "alice", server.address)
    started(alice)
    alice.ready()
    before = rows(mariadb, mysql, "SELECT * FROM Account")
    assert len(before) == 1
    server.kill()
    port = int(server.address.rpartition(":")[2])
    server = Server(tmp_path / "registry", "--db", url, port=port)
    started(server)
    bob = Client(tmp_path, "bob", server.address)
    started(bob)
    bob.ready()
    alice.quit()
    again = Client(tmp_path, "alice", server.address)
    started(again)
    again.ready()
    bob.do("/msg alice hello")
    again.event("message", text="hello")
    assert rows(mariadb, mysql, "SELECT * FROM Account WHERE name = 'alice'") == before
    assert server.stop() == 0
