"""The scripts that docker-compose.yml gives to MySQL, on a real MariaDB: secrets, accounts, rights, health check."""

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import mysql.connector
import pytest

from db.connection import Connection
from db.errors import Refused, Untrusted
from db.mysql import MysqlDatabase
from db.schema import CLIENT
from db.url import open_database
from tests.compose import PEOPLE, ROOT, SECRETS, compose, services
from tests.mariadb import CLIENT as CLIENT_PROGRAM
from tests.mariadb import MariaDb, own_server

pytestmark = pytest.mark.mysql


@dataclass
class Compose:
    """The container's insides, in a folder: its secrets, its scripts, and a mysql program that finds the server."""

    folder: Path
    server: MariaDb

    def inside(self, text: str) -> str:
        """What it says in the container, said of the folder."""
        places = {SECRETS: f"{self.folder}/secrets/", "/compose/": f"{self.folder}/compose/"}
        return re.sub("|".join(places), lambda found: places[found.group()], text)

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PATH": f"{self.folder}/bin:{os.environ['PATH']}"}
        arguments = [self.inside(word) for word in command]
        return subprocess.run(arguments, capture_output=True, text=True, check=False, env=environment)

    def make_accounts(self) -> subprocess.CompletedProcess[str]:
        return self.run("bash", "/compose/accounts.sh")

    def check_health(self) -> int:
        _, *command = services()["mysql"]["healthcheck"]["test"]
        return self.run(*command).returncode

    def secret(self, name: str) -> Path:
        return self.folder / "secrets" / name

    def database(self, name: str) -> MysqlDatabase:
        """As the client opens it."""
        environment = {key: self.inside(value) for key, value in services()[name]["environment"].items()}
        url = environment["P2PCHAT_DB"].replace(":3306", f":{self.server.port}")
        database = open_database(url, file=Path("none"), environment=environment)
        assert isinstance(database, MysqlDatabase)
        return database


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder where make-secrets was run."""
    folder = tmp_path_factory.mktemp("compose")
    (folder / "compose").mkdir()
    shutil.copy(ROOT / "compose" / "make-secrets", folder / "compose")
    made = subprocess.run([folder / "compose" / "make-secrets"], capture_output=True, text=True, check=False)
    assert (made.returncode, made.stderr) == (0, "")
    return folder


@pytest.fixture(scope="module")
def inside(secrets: Path) -> Iterator[Compose]:
    """A server started with the options of the file, root's password set as the image sets it."""
    options = [word.replace(SECRETS, f"{secrets}/secrets/") for word in services()["mysql"]["command"]]
    options.remove("--mysqlx=OFF")  # a protocol that MariaDB does not have
    with own_server(*options) as server:
        place = Compose(secrets, server)
        for script in ("accounts.sh", "as.sh"):
            text = (ROOT / "compose" / script).read_text("utf-8")
            (secrets / "compose" / script).write_text(place.inside(text))
        (secrets / "bin").mkdir()
        program = secrets / "bin" / "mysql"  # MySQL's own uses TLS where it is offered, without being told
        program.write_text(
            f'#!/bin/sh\nfirst=$1\nshift\nexec {CLIENT_PROGRAM} "$first" --ssl --port={server.port} '
            f'--socket={server.socket} "$@"\n'
        )
        program.chmod(0o755)
        password = place.secret("root_database_password").read_text().strip()
        server.sql(f"SET PASSWORD FOR root@localhost = PASSWORD('{password}')")
        yield place


@pytest.fixture(scope="module")
def accounts(inside: Compose) -> Compose:
    """After the first start."""
    assert inside.check_health() != 0
    made = inside.make_accounts()
    assert (made.returncode, made.stderr) == (0, "")
    return inside


@pytest.fixture
def _mysql_is_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name of the service, as the network of the containers resolves it."""
    look_up = socket.getaddrinfo

    def resolve(host: str, *arguments: Any, **options: Any) -> Any:
        return look_up("127.0.0.1" if host in ("mysql", "elsewhere") else host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)


def test_the_secrets_are_those_that_are_asked_for(secrets: Path) -> None:
    wanted = {Path(secret["file"]).name for secret in compose()["secrets"].values()}
    files = {path.name: path for path in (secrets / "secrets").iterdir()}
    assert set(files) == wanted
    assert (secrets / "secrets").stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in files.values()} == {0o644}
    passwords = {path.read_text() for name, path in files.items() if name.endswith("_password")}
    assert len(passwords) == 7
    assert all(len(password.strip()) == 48 for password in passwords)


def test_secrets_that_are_there_stay(secrets: Path) -> None:
    before = {path: path.read_bytes() for path in (secrets / "secrets").iterdir()}
    subprocess.run([secrets / "compose" / "make-secrets"], capture_output=True, check=True)
    assert {path: path.read_bytes() for path in (secrets / "secrets").iterdir()} == before


@pytest.mark.usefixtures("_mysql_is_here")
@pytest.mark.parametrize("name", PEOPLE)
def test_everyone_reaches_the_own_database(accounts: Compose, name: str) -> None:
    connection: Connection = accounts.database(name).claim()
    CLIENT.apply(connection, name)
    assert connection.query("SELECT name, message, status, time FROM Sender") == []
    assert connection.query("SHOW STATUS LIKE 'Ssl_cipher'")[0][1].startswith("TLS_")
    connection.close()


@pytest.mark.usefixtures("_mysql_is_here")
@pytest.mark.parametrize("other", ["bob", "carol", "mysql"])
def test_nobody_reaches_anothers(accounts: Compose, other: str) -> None:
    alice = accounts.database("alice")
    with pytest.raises(Refused) as raised:
        replace(alice, database=other).connect()
    assert isinstance(raised.value.__cause__, mysql.connector.Error)
    assert raised.value.__cause__.errno == 1044
    connection = alice.connect()
    assert [name for (name,) in connection.query("SHOW DATABASES")] == ["alice", "information_schema"]
    connection.close()


@pytest.mark.usefixtures("_mysql_is_here")
def test_without_tls_nobody_is_let_in(accounts: Compose) -> None:
    options = accounts.database("alice").options()
    plain = {key: value for key, value in options.items() if not key.startswith("ssl_")}
    with pytest.raises(mysql.connector.Error) as raised:
        mysql.connector.connect(**plain, ssl_disabled=True)
    assert raised.value.errno in (1045, 3159)


@pytest.mark.usefixtures("_mysql_is_here")
def test_the_certificate_is_for_that_name_alone(accounts: Compose) -> None:
    with pytest.raises(Untrusted, match="Hostname mismatch"):
        replace(accounts.database("alice"), host="elsewhere").connect()


def test_the_health_check_sees_a_wrong_password(accounts: Compose) -> None:
    assert accounts.check_health() == 0
    file = accounts.secret("carol_database_password")
    right = file.read_text()
    file.write_text("wrong\n")
    try:
        assert accounts.check_health() != 0
    finally:
        file.write_text(right)


def test_a_password_that_would_be_taken_for_sql_is_refused(accounts: Compose) -> None:
    file = accounts.secret("alice_database_password")
    right = file.read_text()
    file.write_text("it's\n")
    try:
        made = accounts.make_accounts()
    finally:
        file.write_text(right)
    assert made.returncode == 1
    assert made.stderr == "secrets/alice_database_password must be letters and digits, on one line.\n"
