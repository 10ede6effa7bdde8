"""A client from its command line to its exit code."""

import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec

import chat.ui.commands as _commands
from chat.core.backup.making import Backups
from chat.core.events import Failure, Warn
from chat.core.file_journal import FilePolicy
from chat.core.node import Node, Options
from chat.core.people import AddressBook
from chat.errors import ChatError, StorageFailure, TrustError, UserError
from chat.net.addresses import format_address
from chat.ui.console import Console
from chat.ui.live import LiveConsole
from chat.ui.messages import Look
from chat.ui.notices import Notices
from chat.ui.options import ClientOptions, environment, parse_options
from chat.ui.palette import choose_palette, is_dumb
from chat.ui.restoring import is_restore, restore_first
from chat.ui.scripted import run_commands, run_lines
from chat.ui.settings import MIB
from chat.ui.shell import Shell
from chat.ui.startup import Opened, open_home
from chat.ui.table import find_command
from db.errors import InUse, StorageError
from db.pool import Pool

assert _commands  # importing it fills the command table


def run(arguments: list[str] | None = None) -> int:
    """Run a client; the exit code."""
    console = Console(Look(""), as_json="--json" in (sys.argv if arguments is None else arguments))
    try:
        options = parse_options(arguments, environment())
        console = _console(options)
        for warning in options.warnings:
            console.notify(Warn(message=warning))
        _guard_threads(console)
        return _run(options, console)
    except StorageError as error:
        console.notify(Failure(message=str(error)))
        return StorageFailure.exit_code
    except ChatError as error:
        console.notify(Failure(message=str(error)))
        return error.exit_code
    except KeyboardInterrupt:
        return 0


def _console(options: ClientOptions) -> Console:
    settings = options.settings
    palette = choose_palette(settings.colours, environment(), terminal=sys.stdout.isatty() and not options.json)
    look = Look(options.name, palette, settings.timestamps)
    is_live = sys.stdin.isatty() and sys.stdout.isatty() and not is_dumb(environment())
    if options.json or options.commands or not is_live:
        return Console(look, as_json=options.json, only_answers=bool(options.commands))
    return LiveConsole(replace(look, live=True, cut=True), Notices(settings, environment()), settings.context_lines)


def _run(options: ClientOptions, console: Console) -> int:
    if options.commands and is_restore(options.commands[0]):
        options = restore_first(options, console.show)
        if not options.commands:
            return 0
    opened = open_home(options, console.notify)
    if not opened.home.lock():
        why = f"{options.name} is running already in another terminal: type it there, or /quit there first."
        return _run_beside(options, opened, console, why)
    try:
        node = Node(opened.credentials, opened.database, _node_options(options, opened), console.notify)
    except InUse as error:
        return _run_beside(options, opened, console, str(error))
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGHUP, _end)
    shell = Shell(node.name, node.people, node, console)
    shell.settings = options.settings
    shell.sources = _settings(options, opened)
    shell.make_backup = Backups(opened.home, opened.keyring, node.pool).make
    talk = _conversation(options, shell, console, is_new=opened.is_new)
    try:
        try:
            node.start()
        except (UserError, TrustError) as refusal:
            return _run_refused(options, opened, console, refusal)
        return talk()
    finally:
        node.close()
        opened.home.unlock()


def _node_options(options: ClientOptions, opened: Opened) -> Options:
    settings, home = options.settings, opened.home
    return Options(
        registry=opened.registry,
        listen=options.listen,
        downloads=_downloads(options, opened),
        outgoing=home.outgoing,
        hidden=options.hidden,
        speech_model=_folder(settings.speech_model),
        files=FilePolicy(settings.take_each_mib * MIB, settings.take_daily_mib * MIB),
    )


def _downloads(options: ClientOptions, opened: Opened) -> Path:
    return _folder(options.settings.downloads) or opened.home.downloads


def _folder(path: str) -> Path | None:
    return Path(path).expanduser().absolute() if path else None


def _settings(options: ClientOptions, opened: Opened) -> list[tuple[str, str, str]]:
    """Name, value and source of each, for /status."""
    paths = {"home": options.home, "downloads": _downloads(options, opened)}
    values = {**msgspec.to_builtins(options.settings), **paths}
    sources = dict(options.sources)
    if not options.registry:
        values["registry"], sources["registry"] = format_address(*opened.registry), "enrolment"
    return [
        (name, str(value).lower() if isinstance(value, bool) else str(value), sources[name])
        for name, value in values.items()
    ]


def _conversation(options: ClientOptions, shell: Shell, console: Console, *, is_new: bool) -> Callable[[], int]:
    """What is to be done once the node runs: it gives the exit code."""
    if options.commands:
        return lambda: run_commands(shell, console, options.commands, options.wait_s)
    if not isinstance(console, LiveConsole):
        return lambda: run_lines(shell, as_json=options.json)
    from chat.ui.prompt import Prompt  # noqa: PLC0415 - a tenth of a second that scripts need not pay

    console.attach(shell.node, is_new=is_new)
    return Prompt(shell, console).run


def _run_beside(options: ClientOptions, opened: Opened, console: Console, why: str) -> int:
    """Another process of this person is running: what only reads works beside it."""
    if not _only_reads(options.commands):
        raise UserError(f"{why} Beside it only -c with /history, /contacts and the like works.")
    return _read(options, opened, console)


def _run_refused(options: ClientOptions, opened: Opened, console: Console, refusal: ChatError) -> int:
    """The registry does not let us in, for good: what lies here is ours all the same. The exit code says it too."""
    hint = "What lies here can still be read and saved: -c '/history', -c '/backup PATH'."
    console.notify(Failure(message=f"{refusal} {hint}"))
    if _only_reads(options.commands):
        _read(options, opened, console)
    return refusal.exit_code


def _only_reads(commands: tuple[str, ...]) -> bool:
    names = [line[1:].partition(" ")[0] for line in commands if line.startswith("/")]
    return bool(names) and all(find_command(name).beside for name in names)


def _read(options: ClientOptions, opened: Opened, console: Console) -> int:
    pool = Pool(opened.database)
    shell = Shell(options.name, AddressBook(pool), None, console)
    shell.settings = options.settings
    shell.make_backup = Backups(opened.home, opened.keyring, pool).make
    return run_commands(shell, console, options.commands, 0)


def _guard_threads(console: Console) -> None:
    """A fault of ours in a thread is one line on the screen; the thread's conversation is begun anew."""

    def report(fault: threading.ExceptHookArgs) -> None:
        name = fault.thread.name if fault.thread else "a thread"
        console.notify(Failure(message=f"A fault in {name}: {fault.exc_type.__name__}: {fault.exc_value}"))

    threading.excepthook = report


def _end(*_: object) -> None:
    raise SystemExit(0)  # no KeyboardInterrupt: at the prompt that only drops the line being typed
