"""From the command line to an open home: the password, enrolment on first use, the database."""

import getpass
import sys
from collections.abc import Callable
from dataclasses import dataclass

from chat.core.credentials import Credentials
from chat.core.enrolment import Enrolment, check_fingerprint
from chat.core.events import Event, Warn
from chat.core.home import Home
from chat.core.keyring import Keyring, KeyringFile
from chat.errors import StorageFailure, UsageError, UserError, reason
from chat.net.addresses import parse_address
from chat.net.certificates import group
from chat.ui.options import DEFAULT_PORT, DEFAULT_REGISTRY, ClientOptions
from db.connection import Database
from db.errors import StorageError
from db.url import EMBEDDED, open_database

SHORT_PASSWORD_CHARS = 8

Say = Callable[[Event], None]


@dataclass(frozen=True)
class Opened:
    """A home that was unlocked: the database, and who we are at which registry. `is_new`: enrolled just now."""

    home: Home
    registry: tuple[str, int]
    keyring: Keyring
    credentials: Credentials
    database: Database
    is_new: bool


def open_home(options: ClientOptions, say: Say) -> Opened:
    """Unlock the home, enrolling on first use. Raises ChatError with what is wrong."""
    home = Home(options.home)
    is_new = not home.is_enrolled
    if is_new and options.db != EMBEDDED:
        open_database(options.db, file=home.database).claim().close()  # before an account is made that has no use
    password = _enrol(home, options, say) if is_new else ask_password(options)
    file = KeyringFile.read(home.keyring)
    if file.name != options.name:
        raise UserError(f"{home.path} is the home of {file.name}, not of {options.name}: choose another.")
    keyring, _ = file.open(password)
    registry = parse_address(options.registry or file.registry, DEFAULT_PORT)
    check_fingerprint(file.authority_fingerprint, options.registry_fingerprint, registry)
    try:
        database = open_database(options.db, file=home.database, key=keyring.database_key)
    except StorageError as error:
        raise StorageFailure(str(error)) from error
    credentials = Credentials(home, keyring)
    credentials.check_authority(file.authority_fingerprint)
    return Opened(home, registry, keyring, credentials, database, is_new)


def _enrol(home: Home, options: ClientOptions, say: Say) -> str:
    """Make an account, or take one over with its password; the password."""
    address = parse_address(options.registry or DEFAULT_REGISTRY, DEFAULT_PORT)
    enrolment = Enrolment(home, options.name, address, options.registry_fingerprint)
    if not options.registry_fingerprint:
        say(
            Warn(
                message=f"First contact with this registry. Its fingerprint is {group(enrolment.fingerprint)}: compare "
                "it with what server.py printed. Once you are enrolled, this registry and no other is trusted."
            )
        )
    if options.password_file:
        password = ask_password(options)
        _check_length(password, say, "")
    elif enrolment.name_is_taken():
        password = _ask(f"There is an account {options.name} already. Its password: ")
    else:
        password = _choose_password(options.name, say)
    if enrolment.enrol(password):
        say(Warn(message=f"{options.name} was enrolled on another machine; that one's key is void from now on."))
    return password


def _choose_password(name: str, say: Say) -> str:
    password = _ask(f"Choose a password for {name}: ")
    _check_length(password, say, " Ctrl-C leaves, to choose another.")
    if _ask("Again: ") != password:
        raise UserError("The two passwords differ: nothing was made. Start again.")
    return password


def _check_length(password: str, say: Say, hint: str) -> None:
    if len(password) < SHORT_PASSWORD_CHARS:
        say(Warn(message=f"That password is short: whoever gets hold of your files can guess it.{hint}"))


def ask_password(options: ClientOptions) -> str:
    """The password, from its file or by asking. UserError or UsageError if there is none."""
    path = options.password_file
    if path is None:
        return _ask(f"Password of {options.name}: ")
    try:
        with path.open(encoding="utf-8") as file:
            password = file.readline().rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"The password file {path} cannot be read: {reason(error)}.") from None
    if not password:
        raise UserError(f"The password file {path} has an empty first line.")
    return password


def _ask(question: str) -> str:
    if not sys.stdin.isatty():
        raise UsageError("There is no terminal to ask for the password: name a file with --password-file.")
    try:
        password = getpass.getpass(question)
    except (EOFError, KeyboardInterrupt) as left:
        sys.stderr.write("\n")  # what is said next, by us or the shell, does not stand behind the question
        if isinstance(left, KeyboardInterrupt):
            raise
        password = ""
    if not password:
        raise UserError("No password, no chat.")
    return password
