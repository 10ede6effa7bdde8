"""A MariaDB server of the tests' own: its own data folder and socket, a free port of the loopback.

Debian has all it needs in mariadb-server-core and mariadb-client-core. It is stopped by its pid, and ends
with the test run whatever ends that. Start it from the main thread: the kernel ties it to that.
"""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import mysql.connector

from db.mysql import MysqlDatabase
from tests.people import PATIENCE_S, wait_until
from tests.ports import free_port

PACKAGES = "mariadb-server-core mariadb-client-core"
PASSWORD = "it's a \\ password"
SMALL = ("--skip-name-resolve", "--innodb-buffer-pool-size=32M", "--innodb-log-file-size=8M")

_numbers = count(1)


def program(*names: str) -> str:
    """Where one of these programs is, empty if none is installed."""
    path = os.environ.get("PATH", "") + os.pathsep + "/usr/sbin"  # a user's PATH has no servers
    return next((found for name in names if (found := shutil.which(name, path=path))), "")


SERVER = program("mariadbd", "mysqld")
INSTALLER = program("mariadb-install-db", "mysql_install_db")
CLIENT = program("mariadb", "mysql")
SETPRIV = program("setpriv")
END_WITH_US = [SETPRIV, "--pdeathsig", "KILL"] if SETPRIV else []  # also when the test run is killed
IS_INSTALLED = bool(SERVER and INSTALLER and CLIENT)


class MariaDb:
    """A server that can be stopped, killed and started again at the same address."""

    def __init__(self, folder: Path, *options: str, host: str = "127.0.0.1") -> None:
        self.host = host
        self.port = free_port(host.split(",", maxsplit=1)[0])
        self.socket = folder / "socket"
        self._folder = folder
        self._options = options
        self._log = folder / "log"
        self._process: subprocess.Popen[bytes] | None = None

    def install(self) -> None:
        """Make an empty data folder."""
        install = (INSTALLER, "--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db", *SMALL)
        done = subprocess.run([*install, *self._place()], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    def start(self) -> None:
        address = (f"--socket={self.socket}", f"--bind-address={self.host}", f"--port={self.port}")
        command = [*END_WITH_US, SERVER, "--no-defaults", *SMALL, *self._place(), *address, *self._options]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_until(self._answers, "the database server answers")

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def wait(self) -> None:
        """Until somebody else has ended it."""
        assert self._process is not None
        self._process.wait(PATIENCE_S)
        self._process = None

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement as root."""
        with self._connection() as connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall()) if cursor.with_rows else []

    def load(self, database: str, script: Path) -> subprocess.CompletedProcess[str]:
        """Load a script as its users would: with the client program alone."""
        command = [CLIENT, "--no-defaults", "--user=root", f"--socket={self.socket}", database]
        with script.open() as file:
            return subprocess.run(command, stdin=file, capture_output=True, text=True, check=False)

    def empty(self) -> MysqlDatabase:
        """A new database, and a user who can reach that one alone."""
        name = f"chat{next(_numbers)}"
        database = MysqlDatabase(self.host, self.port, name, PASSWORD, name)
        self.sql(f"CREATE DATABASE {name}")
        self.sql(f"CREATE USER {name}@'127.%' IDENTIFIED BY 'it''s a \\\\ password'")
        self.sql(f"GRANT ALL ON {name}.* TO {name}@'127.%'")
        return database

    def drop(self, database: MysqlDatabase) -> None:
        self.sql(f"DROP DATABASE {database.database}")
        self.sql(f"DROP USER {database.user}@'127.%'")

    def kill_connections(self, database: MysqlDatabase) -> None:
        """Cut every line of that database's user."""
        self.sql(f"KILL USER {database.user}@'127.%'")

    def url(self, database: MysqlDatabase, folder: Path) -> str:
        """As --db takes it; the password is in a file in `folder`."""
        file = folder / f"{database.user}.password"
        file.write_text(database.password + "\n")
        return f"{database}?password_file={file}"

    def _place(self) -> list[str]:
        """Its own tmpdir too: servers of several test runs at once take the same names for temporary tables."""
        folders = [f"--datadir={self._folder / 'data'}", f"--tmpdir={self._folder}"]
        return [*folders, *(["--user=root"] if os.geteuid() == 0 else [])]

    def _connection(self) -> Any:
        return mysql.connector.connect(unix_socket=str(self.socket), user="root", use_pure=True, autocommit=True)

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self._log.read_text()[-2000:]
        try:
            self._connection().close()
        except mysql.connector.Error:
            return False
        return True

    def _end(self, number: int) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait()
            self._process = None


@contextmanager
def own_server(*options: str, host: str = "127.0.0.1") -> Iterator[MariaDb]:
    """A server with an empty data folder, gone at the end whatever happens."""
    with tempfile.TemporaryDirectory(prefix="p2pchat-mariadb-") as folder:
        server = MariaDb(Path(folder), *options, host=host)
        server.install()
        try:
            server.start()
            yield server
        finally:
            server.kill()
