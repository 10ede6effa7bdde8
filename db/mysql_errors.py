"""The errors of MySQL, MariaDB and their driver as ours: the same words for the same trouble.

The numbers are those that the servers' manuals list: the driver names only some, and none of MariaDB's.
"""

from ssl import SSLCertVerificationError

import mysql.connector

from db.errors import Full, Refused, StorageError, Unreachable, Untrusted

_UNREACHABLE = {
    -1,  # the driver's own: it has no connection
    1040, 1203,  # too many connections
    1053, 1927,  # server shutdown in progress; connection was killed (MariaDB)
    2002, 2003, 2005, 2006, 2013, 2055,  # no connection, unknown host, server gone, connection lost
}  # fmt: skip
_FULL = {
    3, 28, 1021, 1026, 1114, 3675,  # error writing a file, errno ENOSPC, disk full, table full, disk full (MySQL 8)
}  # fmt: skip
_NO_TLS = 2026
_CHECK = "Check the user, and the password in the file that P2PCHAT_DB_PASSWORD_FILE or ?password_file= names."
_GRANT = "Whoever runs the server must CREATE DATABASE and GRANT ALL ON it to this user."
_REFUSED = {
    1044: _GRANT,  # no right to the database
    1049: _GRANT,  # no such database
    1142: _GRANT,  # no right to the table
    1143: _GRANT,  # nor to the column
    1227: _GRANT,  # nor to do this at all
    1045: _CHECK,  # wrong user or password
    1698: _CHECK,  # MariaDB: the account has no password to sign in with
    1130: "Whoever runs the server must let this user in from this machine.",
}


def translated(error: Exception, where: str) -> StorageError:
    """What became of it, for the database at `where`."""
    message = _message(error)
    number = getattr(error, "errno", None)
    if number == _NO_TLS or isinstance(error.__cause__, SSLCertVerificationError):
        return Untrusted(
            f"The database server of {where} does not prove by TLS who it is: {message}. "
            "If its certificate is of your own authority, name that one's file with ?ssl_ca=PATH."
        )
    if advice := _REFUSED.get(number or 0):
        return Refused(f"The database server does not let us use {where}: {message}. {advice}")
    if number in _FULL:
        return Full(f"The database server of {where} has no room left; nothing was stored: {message}.")
    if number in _UNREACHABLE or isinstance(error, _LOST):
        return Unreachable(f"The database server of {where} does not answer: {message}.")
    return StorageError(f"The database {where} failed: {message}.")


_LOST = (
    OSError,
    mysql.connector.InterfaceError,
    mysql.connector.errors.ConnectionTimeoutError,
    mysql.connector.errors.ReadTimeoutError,
    mysql.connector.errors.WriteTimeoutError,
)


def _message(error: Exception) -> str:
    """The driver's words on one line, without the full stop that follows them here."""
    if isinstance(error.__cause__, SSLCertVerificationError):
        return error.__cause__.verify_message.rstrip(".")
    words: str = getattr(error, "msg", None) or str(error)
    return " ".join(words.split()).rstrip(".")
