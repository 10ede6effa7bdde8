"""A client from its command line to its exit code."""

import signal
import sys
import threading

import chat.ui.commands as _commands
from chat.core.events import Failure
from chat.core.node import Node, Options
from chat.core.people import AddressBook
from chat.errors import ChatError, StorageFailure, UserError
from chat.ui.console import Console
from chat.ui.options import ClientOptions, environment, parse_options
from chat.ui.scripted import run_commands, run_lines
from chat.ui.shell import Shell
from chat.ui.startup import Opened, open_home
from chat.ui.table import find_command
from db.errors import InUse, StorageError
from db.pool import Pool

assert _commands  # importing it fills the command table


def run(arguments: list[str] | None = None) -> int:
    """Run a client; the exit code."""
    console = Console("", as_json="--json" in (sys.argv if arguments is None else arguments))
    try:
        options = parse_options(arguments, environment())
        console = Console(options.name, as_json=options.json)
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


def _run(options: ClientOptions, console: Console) -> int:
    opened = open_home(options, console.notify)
    if not opened.home.lock():
        why = f"{options.name} is running already in another terminal: type it there, or /quit there first."
        return _run_beside(options, opened, console, why)
    home = opened.home
    node_options = Options(
        opened.registry,
        options.listen,
        home.downloads,
        home.outgoing,
        options.hidden,
        speech_model=options.speech_model,
    )
    try:
        node = Node(opened.credentials, opened.database, node_options, console.notify)
    except InUse as error:
        return _run_beside(options, opened, console, str(error))
    signal.signal(signal.SIGTERM, _end)
    try:
        node.start()
        shell = Shell(node.name, node.people, node, console.show)
        shell.settings = [(key, str(getattr(options, key)), source) for key, source in options.sources.items()]
        return _converse(options, shell, console)
    finally:
        node.close()
        opened.home.unlock()


def _converse(options: ClientOptions, shell: Shell, console: Console) -> int:
    if options.commands:
        return run_commands(shell, console, options.commands, options.wait_s)
    if options.json or not sys.stdin.isatty() or not sys.stdout.isatty():
        return run_lines(shell)
    from chat.ui.prompt import run_prompt  # noqa: PLC0415 - a tenth of a second that scripts need not pay

    return run_prompt(shell)


def _run_beside(options: ClientOptions, opened: Opened, console: Console, why: str) -> int:
    """Another process of this person is running: what only reads works beside it."""
    names = [line[1:].partition(" ")[0] for line in options.commands if line.startswith("/")]
    if not names or not all(find_command(name).beside for name in names):
        raise UserError(f"{why} Beside it only -c with /history, /contacts and the like works.")
    people = AddressBook(Pool(opened.database))
    return run_commands(Shell(options.name, people, None, console.show), console, options.commands, 0)


def _guard_threads(console: Console) -> None:
    """A fault of ours in a thread is one line on the screen; the thread's conversation is begun anew."""

    def report(fault: threading.ExceptHookArgs) -> None:
        name = fault.thread.name if fault.thread else "a thread"
        console.notify(Failure(message=f"A fault in {name}: {fault.exc_type.__name__}: {fault.exc_value}"))

    threading.excepthook = report


def _end(*_: object) -> None:
    raise SystemExit(0)  # no KeyboardInterrupt: at the prompt that only drops the line being typed
