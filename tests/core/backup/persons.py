"""Alice, who has a home, a keyring and a database, and makes backups without a registry."""

from pathlib import Path

from chat.core.backup.making import Backups, Made
from chat.core.home import Home
from chat.core.keyring import Keyring, KeyringFile, derive_keys
from db.connection import Database
from db.pool import Pool
from db.sqlite import SqliteDatabase

PASSWORD = "the password of alice"
REGISTRY = "127.0.0.1:5530"
AUTHORITY = "ab" * 32


class Keeper:
    """Somebody with a home in `folder`; without a `database` of its own it has the embedded one."""

    def __init__(self, folder: Path, name: str = "alice", database: Database | None = None) -> None:
        self.home = Home(folder)
        self.keyring = Keyring.create()
        for file in self.home.of_the_person:
            file.write_text(f"{file.name} of {name}")
        wrap = derive_keys(PASSWORD, AUTHORITY, name).wrap
        KeyringFile.seal(self.keyring, wrap, name=name, registry=REGISTRY, authority_fingerprint=AUTHORITY).write(
            self.home.keyring
        )
        self.database = database or SqliteDatabase(self.home.database, self.keyring.database_key)

    def back_up(self, path: Path) -> Made:
        pool = Pool(self.database)
        try:
            return Backups(self.home, self.keyring, pool).make(path)
        finally:
            pool.close()
