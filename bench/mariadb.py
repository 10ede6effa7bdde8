"""A MariaDB server of the bench's own: durable as ours must be, stopped at the end."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import mysql.connector

from db.mysql import MysqlDatabase

START_TIMEOUT_S = 60.0
INSTALL = [
    "--no-defaults",
    "--auth-root-authentication-method=normal",
    "--skip-name-resolve",
    "--skip-test-db",
    "--innodb-log-file-size=48M",
    "--innodb-buffer-pool-size=128M",
]
SERVE = [
    "--no-defaults",
    "--bind-address=127.0.0.1",
    "--skip-name-resolve",
    "--innodb-buffer-pool-size=128M",
    "--innodb-log-file-size=48M",
    "--innodb-flush-log-at-trx-commit=1",
    "--skip-log-bin",
]


def server_program() -> str | None:
    """Where the server's program is, if there is one."""
    return shutil.which("mariadbd") or shutil.which("mariadbd", path="/usr/sbin:/usr/local/sbin")


@contextmanager
def mariadb(folder: Path, names: list[str]) -> Iterator[list[MysqlDatabase]]:
    """A running server with a database for each name."""
    folder.mkdir()
    data, log = f"--datadir={folder / 'data'}", folder / "log"
    with log.open("w") as out:
        subprocess.run(["mariadb-install-db", *INSTALL, data], check=True, stdout=out, stderr=out)
        port = _free_port()
        program = server_program()
        assert program is not None
        command = [program, *SERVE, data, f"--port={port}", f"--socket={folder / 'socket'}", "--user=root"]
        process = subprocess.Popen(command, stdout=out, stderr=out)
    try:
        _create(port, names)
        yield [MysqlDatabase("127.0.0.1", port, "root", "", name) for name in names]
    finally:
        process.terminate()
        process.wait()


def _create(port: int, names: list[str]) -> None:
    end = time.monotonic() + START_TIMEOUT_S
    while True:
        try:
            connection = mysql.connector.connect(host="127.0.0.1", port=port, user="root", use_pure=True)
            break
        except mysql.connector.Error:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
    with connection, connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"CREATE DATABASE {name}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
