"""The live log: readable lines, inert whatever comes from outside, and JSON with the same facts."""

import io
import json

import pytest

from chat.registry.log import EVENT_EVERY_S, EVENTS_AT_ONCE, REFUSALS_AT_ONCE, Log


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


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    time = [100.0]
    monkeypatch.setattr("chat.registry.log.time.monotonic", lambda: time[0])
    return time


def test_a_flood_is_a_few_lines_and_a_number(now: list[float]) -> None:
    out = io.StringIO()
    log = Log(out)
    for _ in range(1_000):
        log.event("looks up", name="bob", who="alice")
    log.event("looks up", name="carol", who="alice")
    log.event("hides", name="bob")
    assert out.getvalue().count("\n") == EVENTS_AT_ONCE + 2
    now[0] += EVENT_EVERY_S * 1.5
    log.event("looks up", name="bob", who="alice")
    assert out.getvalue().endswith(f"alice unsaid {1_000 - EVENTS_AT_ONCE}\n")
    assert log.counts["looks up"] == 1_002


def test_other_words_from_the_same_source_are_the_same_flood(now: list[float]) -> None:
    out = io.StringIO()
    log = Log(out)
    for number in range(1_000):
        log.refusal("192.0.2.7", f"A frame of {number} bytes.")
    log.refusal("192.0.2.8", "A frame of 5 bytes.")
    assert out.getvalue().count("192.0.2.7") == REFUSALS_AT_ONCE
    assert out.getvalue().count("192.0.2.8") == 1
    assert log.counts["refused"] == 1_001


def test_a_million_sources_cost_bounded_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chat.registry.log.MAX_SOURCES", 100)
    log = Log(io.StringIO())
    for number in range(1_000):
        for _ in range(REFUSALS_AT_ONCE + 2):
            log.refusal(f"2001:db8::{number:x}", str(_))
    assert len(log._quiet_until) <= 100
    assert len(log._unsaid) <= 100


@pytest.mark.parametrize("fault", [BrokenPipeError(), OSError(28, "full"), ValueError("closed")])
def test_a_log_that_nobody_reads_holds_up_nothing(fault: Exception) -> None:
    class Broken(io.StringIO):
        def write(self, text: str) -> int:
            raise fault

    log = Log(Broken())
    log.event("signs in", name="bob")
    assert log.counts["signs in"] == 1
