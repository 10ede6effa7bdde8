"""The one error tree. An error's text is the sentence the user reads, with what to do next.

ChatError                     exit code 1
├── UserError                 1   what was asked cannot be done as asked
├── UsageError                2   the command line is wrong
├── NetworkError              3   a host did not answer, or the line broke
│   ├── ConnectionClosed          the other side ended the connection
│   └── ClockError                a certificate is not valid at this time
├── ProtocolError             3
│   ├── LocalProtocolError        we erred: a bug in this program
│   └── RemoteProtocolError       they erred: that one connection is closed
├── StorageFailure            3   the database cannot be used (db.StorageError, told to the user)
└── TrustError                4   a key is not the one that was trusted
"""


class ChatError(Exception):
    """Something the user is told in one sentence."""

    exit_code = 1


class UserError(ChatError):
    """What was asked cannot be done as asked."""


class UsageError(ChatError):
    """The command line is wrong."""

    exit_code = 2


class NetworkError(ChatError):
    """A host did not answer, or the line broke."""

    exit_code = 3


class ConnectionClosed(NetworkError):
    """The other side ended the connection."""


class ClockError(NetworkError):
    """A certificate is not valid at this time: it will be, or was, or a clock is wrong."""


class ProtocolError(ChatError):
    """A rule of the protocol was broken."""

    exit_code = 3


class LocalProtocolError(ProtocolError):
    """We broke it: a bug in this program."""


class RemoteProtocolError(ProtocolError):
    """They broke it: their connection is closed, nothing else happens."""


class StorageFailure(ChatError):
    """The database cannot be used."""

    exit_code = 3


class TrustError(ChatError):
    """A key is not the one that was trusted."""

    exit_code = 4


def reason(error: Exception) -> str:
    """What went wrong with a file, for a sentence that names the file itself."""
    return error.strerror.lower() if isinstance(error, OSError) and error.strerror else str(error)
