"""What is told: one JSON object each, with its name and no field that says nothing."""

from typing import Any

import msgspec
import pytest
from msgspec import inspect

from chat.core import events
from chat.core.events import Event

SAMPLES: dict[type, object] = {
    inspect.StrType: "x",
    inspect.IntType: 7,
    inspect.BoolType: True,
    inspect.FloatType: 1.5,
    inspect.DictType: {"bob": "sent"},
    inspect.UnionType: 1.5,
}
KINDS = [kind for kind in vars(events).values() if isinstance(kind, type) and issubclass(kind, Event)]
TOLD: list[Any] = [kind for kind in KINDS if kind is not Event]


def sample(kind: Any, *, whole: bool) -> Event:
    """One of that kind, with all its fields or with the necessary ones."""
    info = inspect.type_info(kind)
    assert isinstance(info, inspect.StructType)
    fields = [field for field in info.fields if whole or field.required]
    event: Event = kind(**{field.name: filled(field.type) for field in fields})
    return event


def filled(kind: inspect.Type) -> object:
    """A value of that type."""
    if isinstance(kind, inspect.VarTupleType):
        return (filled(kind.item_type),)
    if isinstance(kind, inspect.TupleType):
        return tuple(filled(item) for item in kind.item_types)
    return SAMPLES[type(kind)]


@pytest.mark.parametrize("kind", TOLD)
@pytest.mark.parametrize("whole", [True, False])
def test_it_comes_back_from_json_as_it_was(kind: Any, whole: bool) -> None:
    event = sample(kind, whole=whole)
    assert msgspec.json.decode(msgspec.json.encode(event), type=kind) == event


def test_each_has_a_name_of_its_own() -> None:
    names = [msgspec.to_builtins(sample(kind, whole=False))["event"] for kind in TOLD]
    assert len(set(names)) == len(names) == len(TOLD)


def test_the_sender_is_called_from() -> None:
    event = events.Incoming(id="1", sender="bob", to=("alice",), text="hi", kind="text", time="now")
    expected = {"event": "message", "id": "1", "from": "bob", "to": ["alice"], "text": "hi"}
    assert msgspec.json.decode(msgspec.json.encode(event)) == {**expected, "kind": "text", "time": "now"}


def test_what_says_nothing_is_left_out() -> None:
    assert msgspec.json.encode(events.Warn(message="Beware.")) == b'{"event":"warning","message":"Beware."}'
