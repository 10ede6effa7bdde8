"""The folder of one person on this machine: where things lie, and the lock that keeps a second process out."""

from pathlib import Path
from typing import BinaryIO

from chat.errors import UserError
from chat.net.files import lock_folder, private_folder


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
        self._lock: BinaryIO | None = None

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
        self._lock = lock_folder(self.path)
        return self._lock is not None

    def unlock(self) -> None:
        """Let another process in."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None


def default_home(name: str, environment: dict[str, str]) -> Path:
    """Where a person's folder is when nothing is said."""
    data = Path(environment.get("XDG_DATA_HOME", ""))
    if not data.is_absolute():  # the XDG specification: a relative path is ignored
        if not environment.get("HOME"):
            raise UserError("There is no HOME in the environment: say where to keep your data with --home.")
        data = Path(environment["HOME"], ".local", "share")
    return data / "p2pchat" / name
