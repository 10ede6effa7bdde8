"""Restoring a backup, before the client goes on: nothing comes or goes meanwhile."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

from chat.core.backup.records import summary
from chat.core.backup.restoring import Backup, opened_backup
from chat.core.events import Done, Event, Status
from chat.core.home import Home
from chat.core.keyring import Keyring, KeyringFile
from chat.errors import UserError
from chat.ui.options import ClientOptions
from chat.ui.startup import ask_password
from chat.ui.table import find_command
from db.url import open_database

REPLACE = "-replace"


def is_restore(line: str) -> bool:
    """Whether that line is /restore."""
    return line.split(maxsplit=1)[:1] == ["/restore"]


def restore_first(options: ClientOptions, show: Callable[[list[Event]], None]) -> ClientOptions:
    """Do the first command, which is /restore; the options without it. Raises ChatError or StorageError."""
    arguments = options.commands[0].strip().removeprefix("/restore").strip()
    first, _, rest = arguments.partition(" ")
    place = rest.strip() if first == REPLACE else arguments
    find_command("restore").check(place)
    path = Path(place).expanduser()
    home = Home(options.home)
    if not home.lock():
        raise UserError(f"{options.name} is running already in another terminal: /quit there first.")
    try:
        password = ask_password(options)
        with opened_backup(path, options.name, password) as backup:
            rows = backup.verify()
            _restore(options, home, backup, _keyring(home, password), replace=first == REPLACE)
    finally:
        home.unlock()
    value = f"{summary(rows)}, as it was on {backup.time[:16].replace('T', ' ')} UTC"
    show([Status(name="restored", value=value, source=str(path)), Done(command="restore", ok=True)])
    return dataclasses.replace(options, commands=options.commands[1:])


def _keyring(home: Home, password: str) -> Keyring | None:
    """What opens the home; None if nobody is in it yet."""
    return KeyringFile.read(home.keyring).open(password)[0] if home.is_enrolled else None


def _restore(options: ClientOptions, home: Home, backup: Backup, keyring: Keyring | None, *, replace: bool) -> None:
    key = (keyring or backup.keyring).database_key
    connection = open_database(options.db, file=home.database, key=key).claim()
    try:
        backup.restore_rows(connection, replace=replace)
    finally:
        connection.close()
    if keyring is None:
        backup.restore_home(home)
