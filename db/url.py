"""Where a database is, as the user says it: 'sqlite', or mysql://user@host:port/database."""

import os
import ssl
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from db.connection import Database
from db.errors import StorageError
from db.mysql import MysqlDatabase
from db.sqlite import SqliteDatabase

EMBEDDED = "sqlite"
MYSQL_PORT = 3306
PASSWORD_FILE_VARIABLE = "P2PCHAT_DB_PASSWORD_FILE"  # noqa: S105 - where it is, not what it is
PARAMETERS = frozenset({"password_file", "ssl_ca"})
FORMS = "it is 'sqlite' or mysql://user@host:port/database, perhaps with ?password_file=PATH&ssl_ca=PATH"


def open_database(url: str, *, file: Path, key: bytes = b"", environment: Mapping[str, str] = os.environ) -> Database:
    """The database at `url`. For 'sqlite' it is `file`, encrypted with `key` if there is one.

    After the URL may come ?password_file=PATH, else P2PCHAT_DB_PASSWORD_FILE names it, and &ssl_ca=PATH,
    a file of certificates to trust besides the system's. StorageError if it cannot be so.
    """
    if url == EMBEDDED:
        return SqliteDatabase(file, key)
    try:
        parts = urlsplit(url)
        if parts.password is not None:  # before anything else, so that no other error repeats it
            raise StorageError(
                "A password in the URL would stand in the process list. Write it into a file and name that in "
                f"{PASSWORD_FILE_VARIABLE} or as ?password_file=PATH."
            )
        port = parts.port or MYSQL_PORT
        given = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
    except ValueError:
        raise StorageError(f"That is not the place of a database: {FORMS}.") from None
    name = unquote(parts.path.strip("/"))
    if parts.scheme != "mysql" or not parts.hostname or not parts.username or not name or not set(given) <= PARAMETERS:
        raise StorageError(f"That is not the place of a database: {FORMS}.")
    password = _read(given.get("password_file") or environment.get(PASSWORD_FILE_VARIABLE, "")).split("\n")[0]
    ssl_ca = given.get("ssl_ca", "")
    _check_certificates(ssl_ca)
    return MysqlDatabase(parts.hostname, port, unquote(parts.username), password.rstrip("\r"), name, ssl_ca)


def _check_certificates(path: str) -> None:
    """Say it here if there are none: the driver would take it for the server's fault."""
    try:
        ssl.create_default_context(cafile=path or None)
    except OSError as error:
        reason = "it holds no certificates" if isinstance(error, ssl.SSLError) else error.strerror
        raise StorageError(f"The file {path} of the database's ssl_ca cannot be used: {reason}.") from None


def _read(path: str) -> str:
    """The text of a file; nothing for none."""
    try:
        return Path(path).read_text("utf-8") if path else ""
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise StorageError(f"The file {path} with the database's password cannot be read: {reason}.") from None
