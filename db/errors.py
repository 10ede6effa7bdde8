"""What can go wrong with a database, in words for the person whose database it is.

StorageError
├── Unreachable      the server does not answer, or the line to it broke
├── Refused          the server does not let us in, or not do this
├── Untrusted        the server does not prove who it is
├── InUse            another process writes to it
├── NotOurs          it is somebody else's
├── WrongKey         an encrypted file that the key does not open
├── Full             no room left
└── NewerSchema      written by a newer version of this program
"""


class StorageError(Exception):
    """The database did not do what it was asked."""


class Unreachable(StorageError):
    """The server does not answer, or the line to it broke: what was under way must be run again whole."""


class Refused(StorageError):
    """The server does not let this account in, or not do this."""


class Untrusted(StorageError):
    """The server does not prove by TLS who it is: nothing was said to it."""


class InUse(StorageError):
    """Another process writes to this database."""


class NotOurs(StorageError):
    """The database is somebody else's, or the other program's."""


class WrongKey(StorageError):
    """The key does not open the encrypted file."""


class Full(StorageError):
    """No room left: nothing of the transaction was stored."""


class NewerSchema(StorageError):
    """The database was written by a newer version of this program."""
