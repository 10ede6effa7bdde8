"""The live log: readable lines, inert whatever comes from outside, and JSON with the same facts."""

import io
import json

import pytest

from chat.registry.log import Log


@pytest.mark.parametrize(
    ("event", "facts", "line"),
    [
        ("signs in", {"name": "bob", "from": "192.0.2.7", "port": 4711, "hidden": None}, "from 192.0.2.7 port 4711"),
        ("signs in", {"name": "bob", "port": 0, "hidden": True}, "port 0 hidden"),
        ("looks up", {"name": "bob", "who": "alice"}, "alice"),
        ("enrols", {"name": "bob", "note": "with a new key"}, "with a new key"),
        ("refused", {"name": "bob", "reason": "\x1b[2J\ngone"}, "reason <U+001B>[2J<U+000A>gone"),
    ],
)
def test_a_line_reads_as_a_sentence(event: str, facts: dict[str, object], line: str) -> None:
    out = io.StringIO()
    Log(out).event(event, **facts)
    time, name, told = out.getvalue().split(maxsplit=2)
    assert len(time.split(":")) == 3
    assert name == "bob"
    assert " ".join(told.split()) == f"{event} {line}"
    assert out.getvalue().count("\n") == 1


def test_json_has_every_fact() -> None:
    out = io.StringIO()
    Log(out, as_json=True).event("looks up", name="bob", who="alice")
    told = json.loads(out.getvalue())
    assert told.pop("time").endswith("Z")
    assert told == {"event": "looks up", "name": "bob", "who": "alice"}


def test_a_source_that_keeps_failing_is_named_once() -> None:
    out = io.StringIO()
    log = Log(out)
    for _ in range(3):
        log.refusal("192.0.2.7", "too many connections")
    log.refusal("192.0.2.8", "too many connections")
    assert out.getvalue().count("too many connections") == 2
