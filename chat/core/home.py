"""The folder of one person on this machine: where things lie, and the lock that keeps a second process out."""

import fcntl
import os
from pathlib import Path

from chat.errors import StorageFailure, UserError
from chat.net.files import private_folder


class Home:
    """`$XDG_DATA_HOME/p2pchat/NAME` unless said otherwise; 0700, all files in it 0600."""

    def __init__(self, path: Path) -> None:
        self.path = private_folder(path)
        self.keyring = path / "keyring.json"
        self.identity = path / "identity.pem"
        self.certificate = path / "certificate.pem"
        self.authority = path / "authority.pem"
        self.database = path / "chat.db"
        self.downloads = path / "downloads"
        self.outgoing = path / "outgoing"
        self._lock = -1

    @property
    def of_the_person(self) -> tuple[Path, ...]:
        """The files that, with the keyring, make this the home of somebody at a registry."""
        return self.identity, self.certificate, self.authority

    @property
    def is_enrolled(self) -> bool:
        """Whether somebody enrolled here: the keyring is written last."""
        return self.keyring.exists()

    def lock(self) -> bool:
        """Make this process the one that is here; False if another is. Ends with the process."""
        try:
            self._lock = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.unlock()
            return False
        except OSError as error:
            self.unlock()
            raise StorageFailure(f"The folder {self.path} cannot be locked: {error.strerror}.") from None
        return True

    def unlock(self) -> None:
        """Let another process in."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


def default_home(name: str, environment: dict[str, str]) -> Path:
    """Where a person's folder is when nothing is said."""
    data = Path(environment.get("XDG_DATA_HOME", ""))
    if not data.is_absolute():  # the XDG specification: a relative path is ignored
        if not environment.get("HOME"):
            raise UserError("There is no HOME in the environment: say where to keep your data with --home.")
        data = Path(environment["HOME"], ".local", "share")
    return data / "p2pchat" / name
