"""The client's command line: flags, and the settings that they, the environment and the file make."""

import argparse
import os
from dataclasses import dataclass
from pathlib import Path

from chat.core.home import default_home
from chat.errors import UsageError
from chat.net.addresses import parse_address
from chat.ui.settings import Environment, Settings, config_path, read_config, resolve
from chat.wire.names import fold_name

DEFAULT_PORT = 5530
DEFAULT_REGISTRY = f"127.0.0.1:{DEFAULT_PORT}"
DEFAULT_WAIT_S = 10.0


@dataclass(frozen=True)
class ClientOptions:
    """What was asked for. `sources` says for each setting where its value came from, `warnings` what was odd."""

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
    settings: Settings
    sources: dict[str, str]
    warnings: tuple[str, ...]


def parser() -> argparse.ArgumentParser:
    """The flags of client.py."""
    flags = argparse.ArgumentParser(prog="client.py", description="Chat straight from machine to machine.")
    flags.add_argument("--name", required=True, help="who you are; on first use you enrol under this name")
    flags.add_argument("--registry", metavar="HOST:PORT", help=f"P2PCHAT_REGISTRY; else {DEFAULT_REGISTRY}")
    flags.add_argument("--registry-fingerprint", default="", metavar="F", help="as server.py prints it")
    flags.add_argument("--db", metavar="URL", help="P2PCHAT_DB; sqlite, or mysql://user@host:port/database")
    flags.add_argument("--home", metavar="DIR", help="P2PCHAT_HOME; keys, embedded database, downloads")
    flags.add_argument("--listen", metavar="HOST:PORT", help="for peers; a free port if 0")
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
    config = read_config(config_path(environment))
    settings, sources = resolve(vars(flags), environment, config)
    if not 0 <= flags.wait < 1e6:
        raise UsageError("--wait takes a number of seconds.")
    return ClientOptions(
        name=name,
        registry=settings.registry,
        registry_fingerprint=flags.registry_fingerprint,
        db=settings.db,
        home=Path(settings.home or default_home(name, environment)).expanduser(),
        listen=parse_address(settings.listen, 0),
        hidden=settings.hidden,
        password_file=Path(settings.password_file).expanduser() if settings.password_file else None,
        commands=tuple(flags.commands),
        wait_s=flags.wait,
        json=flags.json,
        settings=settings,
        sources=sources,
        warnings=config.warnings,
    )


def environment() -> Environment:
    """The process's environment."""
    return dict(os.environ)
