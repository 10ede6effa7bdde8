"""Every refusal of a database server in plain words, with what to do next."""

import errno
import socket
import threading
from dataclasses import replace
from typing import Any

import mysql.connector
import pytest

from db.errors import Full, Refused, StorageError, Unreachable, Untrusted
from db.mysql import MysqlDatabase
from db.mysql_errors import translated
from db.schema import CLIENT
from tests.mariadb import MariaDb
from tests.sentences import check_sentence

WHERE = "mysql://alice@db.example:3306/chat"


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (mysql.connector.Error("Disk full (/tmp/x); waiting for someone to free some space...", 1021), Full),
        (mysql.connector.Error("The table 'Sender' is full", 1114), Full),
        (mysql.connector.Error("Connection was killed", 1927), Unreachable),
        (mysql.connector.Error("Too many connections", 1040), Unreachable),
        (mysql.connector.InterfaceError("Lost connection.", 2013), Unreachable),
        (mysql.connector.errors.ReadTimeoutError(errno=3024), Unreachable),
        (mysql.connector.OperationalError("MySQL Connection not available"), Unreachable),
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), Unreachable),
        (mysql.connector.Error("Access denied", 1698), Refused),
        (mysql.connector.Error("Host '192.0.2.7' is not allowed to connect", 1130), Refused),
        (mysql.connector.InterfaceError("SSL is required but the server doesn't support it", 2026), Untrusted),
        (mysql.connector.Error("Deadlock found when trying to get lock", 1213), StorageError),
    ],
    ids=str,
)
def test_the_class_that_an_error_becomes(error: Exception, kind: type[StorageError]) -> None:
    found = translated(error, WHERE)
    assert type(found) is kind
    check_sentence(str(found), WHERE, "")


@pytest.mark.mysql
@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"password": "wrong"}, Refused, "Access denied for user"),
        ({"password": ""}, Refused, "Check the user, and the password in the file that P2PCHAT_DB_PASSWORD_FILE"),
        ({"user": "nobody"}, Refused, "Access denied for user"),
        ({"database": "nowhere"}, Refused, "must CREATE DATABASE and GRANT ALL ON it"),
        ({"port": 1}, Unreachable, "does not answer: Can't connect"),
        ({"host": "nowhere.invalid"}, Unreachable, "does not answer: "),
    ],
)
def test_a_connection_that_cannot_be(
    mysql: MysqlDatabase, change: dict[str, Any], error: type[StorageError], says: str
) -> None:
    wrong = replace(mysql, **change)
    with pytest.raises(error) as raised:
        wrong.connect()
    check_sentence(str(raised.value), str(wrong), says)


@pytest.mark.mysql
def test_an_unknown_database_for_a_user_who_may_all(mariadb: MariaDb, mysql: MysqlDatabase) -> None:
    mariadb.sql(f"GRANT ALL ON *.* TO {mysql.user}@'127.%'")
    with pytest.raises(Refused, match=r"Unknown database 'nowhere'\. Whoever runs the server must CREATE DATABASE"):
        replace(mysql, database="nowhere").connect()


@pytest.mark.mysql
def test_missing_rights(mariadb: MariaDb, mysql: MysqlDatabase) -> None:
    mariadb.sql(f"REVOKE ALL ON {mysql.database}.* FROM {mysql.user}@'127.%'")
    mariadb.sql(f"GRANT SELECT ON {mysql.database}.* TO {mysql.user}@'127.%'")
    with pytest.raises(Refused) as raised:
        CLIENT.apply(mysql.connect(), "alice")
    check_sentence(str(raised.value), str(mysql), "CREATE command denied")


@pytest.mark.mysql
def test_something_else_listens_there(mysql: MysqlDatabase) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:

        def answer() -> None:
            with other.accept()[0] as client:
                client.sendall(b"220 mail.example ESMTP\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(StorageError) as raised:
            replace(mysql, port=other.getsockname()[1]).connect()
        thread.join()
    check_sentence(str(raised.value), "mysql://", "")
