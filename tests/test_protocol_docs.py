"""docs/protocol.md is complete and true: every message and event with its number, fields, types and bounds."""

import re
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest
from msgspec import inspect

from chat.core import events
from chat.wire import messages, registry, rooms, transfer
from chat.wire.names import NAME_PATTERN, ROOM_PATTERN

DOCUMENT = (Path(__file__).parent.parent / "docs" / "protocol.md").read_text("utf-8")
PEER, TRANSFER = "## What peers say", "## What is said on a transfer connection"
REGISTRY, ROOMS, CONTRACT = (
    "## What a client and the registry say",
    "## What they say about rooms",
    "## The JSON contract",
)
MODULES = ((PEER, messages), (TRANSFER, transfer), (REGISTRY, registry), (ROOMS, rooms))

NUMBERS = {(0, 2**63 - 1): "uint", (1, 2**63 - 1): "uint ≥ 1", (0, 65_535): "port"}


def section(heading: str) -> str:
    """The text under a heading, up to the next of its rank."""
    assert DOCUMENT.count(f"\n{heading}\n") == 1, f"docs/protocol.md has no section {heading!r}"
    return DOCUMENT.split(f"\n{heading}\n")[1].split("\n## ")[0]


def structs(module: ModuleType) -> list[Any]:
    """The message classes that a module defines."""
    found = [value for value in vars(module).values() if isinstance(value, type) and issubclass(value, msgspec.Struct)]
    return [cls for cls in found if cls.__module__ == module.__name__]


def described(kind: inspect.Type) -> str:
    """A field's type as the document words it."""
    match kind:
        case inspect.IntType(ge=least, le=most):
            assert least is not None, "every number has bounds"
            assert most is not None, "every number has bounds"
            return NUMBERS.get((least, most)) or f"int {least}–{most}"
        case inspect.StrType(pattern=pattern) if pattern == NAME_PATTERN:
            return "name"
        case inspect.StrType(pattern=pattern) if pattern and pattern.startswith(ROOM_PATTERN):
            return "room" if pattern == ROOM_PATTERN else "room or empty"
        case inspect.StrType() | inspect.BytesType():
            least, most = kind.min_length or 0, kind.max_length
            bounds = "" if most is None else f" {most}" if least == most else f" {least}–{most}"
            return ("text" if isinstance(kind, inspect.StrType) else "bytes") + bounds
        case inspect.BoolType():
            return "bool"
        case inspect.VarTupleType():
            item = kind.item_type
            what = item.cls.__name__ if isinstance(item, inspect.StructType) else described(item)
            return f"{kind.min_length or 0}–{kind.max_length} × {what}"
        case inspect.EnumType():
            return " or ".join(f"“{member.value}”" for member in kind.cls)
        case inspect.UnionType():
            (cls,) = [each.cls for each in kind.types if isinstance(each, inspect.StructType)]
            return f"{cls.__name__} or nil"
    raise AssertionError(f"no words for {kind}")


def row_of(cls: Any) -> tuple[str, str]:
    """Its tag, and its fields in order: ("4", "`stream` bytes 16, …")."""
    info = inspect.type_info(cls)
    assert isinstance(info, inspect.StructType)
    tag = "–" if info.tag is None else str(info.tag)
    return tag, ", ".join(f"`{field.encode_name}` {described(field.type)}" for field in info.fields) or "–"


def rows(text: str) -> dict[str, list[str]]:
    """The cells of each table row by its bold name."""
    lines = [line.strip(" |").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return {cell.strip("*"): cells for cells in lines for cell in cells if re.fullmatch(r"\*\*\w+\*\*", cell)}


@pytest.mark.parametrize(
    ("heading", "cls"),
    [(heading, cls) for heading, module in MODULES for cls in structs(module)],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_every_message_is_in_the_catalogue(heading: str, cls: Any) -> None:
    tag, fields = row_of(cls)
    cells = rows(section(heading)).get(cls.__name__)
    assert cells is not None, f"{cls.__name__} ({tag}) is not in {heading!r}"
    assert cells[0].strip() == tag
    assert cells[-2] == fields


@pytest.mark.parametrize(("heading", "module"), MODULES)
def test_the_catalogue_has_no_others(heading: str, module: ModuleType) -> None:
    assert set(rows(section(heading))) == {cls.__name__ for cls in structs(module)}


def test_every_event_is_in_the_contract_with_its_fields() -> None:
    promised = {
        name: re.findall(r"`(\w+)`", fields)
        for name, fields, *_ in (
            line.strip("| ").split(" | ") for line in section(CONTRACT).splitlines() if line.startswith("| **")
        )
    }
    told = {
        f"**{info.tag}**": [field.encode_name for field in info.fields]
        for info in map(inspect.type_info, structs(events))
        if isinstance(info, inspect.StructType) and info.tag
    }
    assert promised == told
