"""docker-compose.yml and the Dockerfile as their readers see them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).parent.parent
FILE = ROOT / "docker-compose.yml"
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
PEOPLE = ("alice", "bob", "carol")
SECRETS = "/run/secrets/"

Service = dict[str, Any]


def compose() -> dict[str, Any]:
    """The file, its aliases resolved."""
    loaded: dict[str, Any] = YAML(typ="safe").load(FILE)
    return loaded


def services() -> dict[str, Service]:
    found: dict[str, Service] = compose()["services"]
    return found


def words(value: object) -> Iterator[str]:
    """Every string in it, of lists and tables too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from words(item)
    elif isinstance(value, list):
        for item in value:
            yield from words(item)


def secrets_named(value: object) -> set[str]:
    """The secrets whose files are named anywhere in it."""
    return {name for word in words(value) for name in re.findall(rf"{SECRETS}(\w+)", word)}
