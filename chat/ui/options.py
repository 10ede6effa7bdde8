"""The client's command line. Each setting has an environment twin; a flag wins over it."""

import argparse
import os
from dataclasses import dataclass
from pathlib import Path

from chat.core.home import default_home
from chat.errors import UsageError
from chat.net.addresses import parse_address
from chat.wire.names import fold_name

DEFAULT_PORT = 5530
DEFAULT_REGISTRY = f"127.0.0.1:{DEFAULT_PORT}"
DEFAULT_LISTEN = "0.0.0.0:0"
DEFAULT_WAIT_S = 10.0

Environment = dict[str, str]


@dataclass(frozen=True)
class ClientOptions:
    """What was asked for. `sources` says for each setting where its value came from."""

    name: str
    registry: str  # empty: the one enrolled with
    registry_fingerprint: str
    db: str
    home: Path
    listen: tuple[str, int]
    hidden: bool
    password_file: Path | None
    commands: tuple[str, ...]
    wait_s: float
    json: bool
    speech_model: Path | None
    sources: dict[str, str]


def parser() -> argparse.ArgumentParser:
    """The flags of client.py."""
    flags = argparse.ArgumentParser(prog="client.py", description="Chat straight from machine to machine.")
    flags.add_argument("--name", required=True, help="who you are; on first use you enrol under this name")
    flags.add_argument("--registry", metavar="HOST:PORT", help=f"P2PCHAT_REGISTRY; else {DEFAULT_REGISTRY}")
    flags.add_argument("--registry-fingerprint", default="", metavar="F", help="as server.py prints it")
    flags.add_argument("--db", metavar="URL", help="P2PCHAT_DB; sqlite, or mysql://user@host:port/database")
    flags.add_argument("--home", metavar="DIR", help="P2PCHAT_HOME; keys, embedded database, downloads")
    flags.add_argument("--listen", default=DEFAULT_LISTEN, metavar="HOST:PORT", help="for peers; a free port if 0")
    flags.add_argument("--hidden", action="store_true", help="start without being found")
    flags.add_argument("--password-file", metavar="FILE", help="P2PCHAT_PASSWORD_FILE; its first line")
    flags.add_argument("--speech-model", metavar="DIR", help="P2PCHAT_SPEECH_MODEL; a better one for voice messages")
    flags.add_argument("-c", dest="commands", action="append", default=[], metavar="COMMAND", help="run it and exit")
    flags.add_argument("--wait", type=float, default=DEFAULT_WAIT_S, metavar="SECONDS", help="for what -c sends")
    flags.add_argument("--json", action="store_true", help="commands in, one JSON object per line out")
    return flags


def parse_options(arguments: list[str] | None, environment: Environment) -> ClientOptions:
    """The options of a command line. UsageError or UserError for what cannot be."""
    flags = parser().parse_args(arguments)
    name = fold_name(flags.name)
    sources: dict[str, str] = {}

    def setting(key: str, default: str) -> str:
        variable = f"P2PCHAT_{key.upper()}"
        given = getattr(flags, key)
        for value, source in ((given, "flag"), (environment.get(variable), variable)):
            if value:
                sources[key] = source
                return str(value)
        sources[key] = "default"
        return default

    password_file = setting("password_file", "")
    speech_model = setting("speech_model", "")
    if not 0 <= flags.wait < 1e6:
        raise UsageError("--wait takes a number of seconds.")
    return ClientOptions(
        name=name,
        registry=setting("registry", ""),
        registry_fingerprint=flags.registry_fingerprint,
        db=setting("db", "sqlite"),
        home=Path(setting("home", "") or default_home(name, environment)),
        listen=parse_address(flags.listen, 0),
        hidden=flags.hidden,
        password_file=Path(password_file) if password_file else None,
        commands=tuple(flags.commands),
        wait_s=flags.wait,
        json=flags.json,
        speech_model=Path(speech_model).expanduser().absolute() if speech_model else None,
        sources=sources,
    )


def environment() -> Environment:
    """The process's environment."""
    return dict(os.environ)
