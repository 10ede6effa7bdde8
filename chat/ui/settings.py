"""What a person can set: one table, read from flags, the environment and a small TOML file.

A flag wins over the environment (`P2PCHAT_` and the name in capitals), that over the file, that over the
default. The file is `$XDG_CONFIG_HOME/p2pchat/config.toml`; each line of it is a name of this table and a value.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from chat.core.file_journal import DEFAULT_POLICY
from chat.errors import UsageError, reason
from chat.inert import inert

Environment = dict[str, str]

MIB = 1024 * 1024
MAX_MIB = 1024 * 1024  # a TiB


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The table: each field's description is its line in the manual."""

    registry: Annotated[str, Meta(description="`HOST:PORT` of the registry; left out: the one you enrolled with")] = ""
    db: Annotated[str, Meta(description="`sqlite`, in your home folder, or `mysql://user@host:port/database`")] = (
        "sqlite"
    )
    home: Annotated[str, Meta(description="the folder of keys and database")] = ""
    listen: Annotated[str, Meta(description="`HOST:PORT` for peers; with port 0 any that is free")] = "0.0.0.0:0"
    hidden: Annotated[bool, Meta(description="start without being found")] = False
    password_file: Annotated[str, Meta(description="a file whose first line is your password")] = ""
    speech_model: Annotated[
        str, Meta(description="a folder with a Whisper model for voice messages; left out: the one that came along")
    ] = ""
    colours: Annotated[
        Literal["auto", "always", "never"], Meta(description="`auto`: in a terminal, unless `NO_COLOR` is set")
    ] = "auto"
    keys: Annotated[Literal["emacs", "vi"], Meta(description="how the line being typed is edited")] = "emacs"
    timestamps: Annotated[str, Meta(max_length=40, description="as `strftime` writes times; empty for none")] = "%H:%M"
    bell: Annotated[bool, Meta(description="ring the terminal's bell for a message that you may miss")] = True
    notify: Annotated[
        Literal["auto", "never", "osc9", "osc99", "osc777"],
        Meta(description="notices on the desktop, by the terminal; `auto`: if yours is known to show them"),
    ] = "auto"
    notify_text: Annotated[bool, Meta(description="such a notice has the text too, not only who wrote")] = False
    paste_lines: Annotated[
        int, Meta(ge=1, le=100_000, description="a paste of more lines than this is asked about")
    ] = 5
    context_lines: Annotated[
        int, Meta(ge=0, le=1000, description="so many read lines are shown when you turn to a conversation")
    ] = 5
    history_lines: Annotated[
        int, Meta(ge=1, le=10_000, description="so many lines `/history` and `/search` show without `-n`")
    ] = 20
    downloads: Annotated[str, Meta(description="the folder for files that come; left out: `downloads` in `home`")] = ""
    take_each_mib: Annotated[
        int, Meta(ge=0, le=MAX_MIB, description="files of contacts up to so many MiB are taken without asking")
    ] = DEFAULT_POLICY.each_bytes // MIB
    take_daily_mib: Annotated[
        int, Meta(ge=0, le=MAX_MIB, description="of each contact so many MiB in 24 hours, without asking")
    ] = DEFAULT_POLICY.daily_bytes // MIB
    previews: Annotated[bool, Meta(description="draw images that come, if the terminal can")] = True


FIELDS = {field.name: field for field in msgspec.structs.fields(Settings)}


@dataclass(frozen=True)
class ConfigFile:
    """What stands in the file: values by name, the line of each, and what to tell the person."""

    path: Path
    values: Mapping[str, object]
    lines: Mapping[str, int]
    warnings: tuple[str, ...] = ()

    def place(self, name: str) -> str:
        """Where `name` stands."""
        return f"{self.path}, line {self.lines[name]}"


def config_path(environment: Environment) -> Path | None:
    """Where the file is to be, whether it is there or not; None if there is no home."""
    folder = Path(environment.get("XDG_CONFIG_HOME", ""))
    if not folder.is_absolute():  # the XDG specification: a relative path is ignored
        if not environment.get("HOME"):
            return None
        folder = Path(environment["HOME"], ".config")
    return folder / "p2pchat" / "config.toml"


def read_config(path: Path | None) -> ConfigFile:
    """The file at `path`, empty if there is none. UsageError if it is no TOML."""
    if path is None:
        return ConfigFile(Path(), {}, {})
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return ConfigFile(path, {}, {})
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The settings in {path} cannot be read: {reason(error)}.") from None
    try:
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(f"The settings in {path} are no TOML: {error}. Each line is NAME = VALUE.") from None
    lines = {name: _line_of(name, text) for name in values}
    unknown = [name for name in values if name not in FIELDS]
    warnings = tuple(
        f"{path}, line {lines[name]}: there is no setting {inert(name)!r}. /status lists them." for name in unknown
    )
    return ConfigFile(path, {name: values[name] for name in values if name in FIELDS}, lines, warnings)


def resolve(
    flags: Mapping[str, object], environment: Environment, config: ConfigFile
) -> tuple[Settings, dict[str, str]]:
    """All settings, and where each came from. UsageError, with the place, for a value that cannot be."""
    values: dict[str, object] = {}
    sources: dict[str, str] = {}
    for name, field in FIELDS.items():
        variable = f"P2PCHAT_{name.upper()}"
        if flags.get(name):
            values[name], sources[name] = flags[name], "flag"
        elif environment.get(variable):
            values[name], sources[name] = _checked(name, environment[variable], variable, strict=False), variable
        elif name in config.values:
            place = config.place(name)
            values[name], sources[name] = _checked(name, config.values[name], place, strict=True), place
        else:
            values[name], sources[name] = field.default, "default"
    return Settings(**values), sources  # type: ignore[arg-type]


def _checked(name: str, value: object, source: str, *, strict: bool) -> object:
    try:
        return msgspec.convert(value, FIELDS[name].type, strict=strict)
    except msgspec.ValidationError as error:
        raise UsageError(f"{source}: {name} cannot be {inert(str(value))[:60]!r}. {error}.") from None


def _line_of(name: str, text: str) -> int:
    """The line on which a name stands, as a key or as a table; tomllib does not say."""
    quoted = rf"""["']?{re.escape(name)}["']?"""
    found = re.search(rf"^\s*(?:{quoted}\s*[.=]|\[+\s*{quoted}\s*[.\]])", text, re.MULTILINE)
    return text[: found.end()].count("\n") + 1 if found else 1
