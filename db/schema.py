"""Makes the tables, and brings those of an older version up to this one.

A fresh database is the schema file as it stands; an older one runs the numbered files that follow its
version, upgrades/PROGRAM/ENGINE/0002.sql and so on, and is the same then. On the embedded engine such a
step is done whole or not at all. MySQL commits each DDL statement by itself, so a step there must bear
being run again: PREPARE its ALTER from a look into information_schema (tests/db/test_upgrades.py has one).
A database says whose it is: on a server, the name of another's is a slip of the finger away.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from db.connection import Connection
from db.errors import NewerSchema, NotOurs, StorageError
from db.settings import get_setting, set_setting

_HERE = Path(__file__).parent
_HAS_SETTINGS = {
    "sqlite": "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'Setting'",
    "mysql": "SELECT 1 FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = 'Setting'",
}


@dataclass(frozen=True)
class Schema:
    """One set of tables, for both engines."""

    version: int
    files: dict[str, Path]
    upgrades: Path  # a folder for each dialect, with a file for each version

    @property
    def tables(self) -> list[str]:
        """The names of the tables, in the order of the schema file."""
        return re.findall(r"^CREATE TABLE IF NOT EXISTS `(\w+)`", self.files["mysql"].read_text("utf-8"), re.MULTILINE)

    def apply(self, connection: Connection, owner: str) -> None:
        """Bring the database to this version. NewerSchema if it is beyond it, NotOurs if it is not `owner`'s."""
        has_settings = bool(connection.query(_HAS_SETTINGS[connection.dialect]))
        found = int(get_setting(connection, "schema_version") or 0) if has_settings else 0
        whose = get_setting(connection, "owner") if has_settings else None
        if whose not in (None, owner):
            raise NotOurs(f"The database {connection} is that of {whose}, not of {owner}: name another with --db.")
        if found > self.version:
            raise NewerSchema(
                f"The database {connection} is of version {found}, this program knows {self.version}: "
                "update the program."
            )
        if found == 0:
            connection.execute_script(self.files[connection.dialect].read_text("utf-8"))
            set_setting(connection, "schema_version", str(self.version))
        for number in range(found + 1, self.version + 1) if found else ():
            self._upgrade(connection, number)
        if whose is None:
            set_setting(connection, "owner", owner)

    def _upgrade(self, connection: Connection, number: int) -> None:
        """One step, with its number, so that a database always says how far it is."""
        script = (self.upgrades / connection.dialect / f"{number:04}.sql").read_text("utf-8")
        done = f"UPDATE Setting SET value = '{number}' WHERE name = 'schema_version';"
        try:
            connection.execute_script(f"BEGIN;\n{script}\n{done}\nCOMMIT;")
        except StorageError:
            connection.rollback()
            raise


CLIENT = Schema(
    3, {"mysql": _HERE.parent / "schema.sql", "sqlite": _HERE / "embedded.sql"}, _HERE / "upgrades" / "client"
)
REGISTRY = Schema(
    2,
    {"mysql": _HERE / "registry.sql", "sqlite": _HERE / "registry_embedded.sql"},
    _HERE / "upgrades" / "registry",
)
