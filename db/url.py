"""Where a database is, as the user says it: 'sqlite', or mysql://user@host:port/database."""

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from db.connection import Database
from db.errors import StorageError
from db.mysql import MysqlDatabase
from db.sqlite import SqliteDatabase

MYSQL_PORT = 3306
PASSWORD_FILE_VARIABLE = "P2PCHAT_DB_PASSWORD_FILE"  # noqa: S105 - where it is, not what it is
FORM = "mysql://user@host:port/database"


def open_database(url: str, *, file: Path, key: bytes = b"", environment: Mapping[str, str] = os.environ) -> Database:
    """The database at `url`. For 'sqlite' it is `file`, encrypted with `key` if there is one.

    A password stands in the file that the URL's password_file names, or P2PCHAT_DB_PASSWORD_FILE.
    """
    if url == "sqlite":
        return SqliteDatabase(file, key)
    try:
        parts = urlsplit(url)
        port = parts.port or MYSQL_PORT
    except ValueError:
        raise StorageError(f"{url!r} is not the place of a database: it is 'sqlite' or {FORM}.") from None
    name = parts.path.strip("/")
    if parts.scheme != "mysql" or not parts.hostname or not parts.username or not name:
        raise StorageError(f"{url!r} is not the place of a database: it is 'sqlite' or {FORM}.")
    if parts.password is not None:
        raise StorageError(
            "A password in the URL would stand in the process list. Write it into a file and name that in "
            f"{PASSWORD_FILE_VARIABLE} or as ?password_file=PATH."
        )
    named = parse_qs(parts.query).get("password_file", [environment.get(PASSWORD_FILE_VARIABLE, "")])[-1]
    return MysqlDatabase(parts.hostname, port, unquote(parts.username), _password(named), unquote(name))


def _password(path: str) -> str:
    if not path:
        return ""
    try:
        return Path(path).read_text("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise StorageError(f"The database's password file {path} cannot be read: {error}.") from None
