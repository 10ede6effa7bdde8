"""/history and /search as typed: on both engines, for people and for programs."""

import re
from collections.abc import Callable
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chat.core.events import Done, Event, Hit, Line, Status
from chat.core.people import AddressBook
from chat.ui import commands
from chat.ui.messages import Look
from chat.ui.shell import Shell
from chat.ui.views import render
from db.connection import Database
from db.pool import Pool
from tests.core.writings import Writing, write
from tests.corpus import LINES
from tests.db.rows import client_connection
from tests.ui.told import Told

assert commands  # importing it fills the command table

E = TypeVar("E", bound=Event)
ALICE = Look("alice")
Run = Callable[[str], list[Event]]


@pytest.fixture
def run(database: Database) -> Run:
    """Types a line beside a running client, and gives what is shown."""
    connection = client_connection(database)
    write(
        connection,
        [
            Writing(n, "bob", ("alice",), line, "text", f"2026-01-{n % 28 + 1:02}T12:00:00.000Z")
            for n, line in enumerate(LINES, 1)
        ],
    )
    write(
        connection,
        [Writing(len(LINES) + 1, "alice", ("bob", "carol"), "tea is ready\nfor both", time="2026-02-01T12:00:00.000Z")],
    )
    pool = Pool(database)
    told = Told()
    shell = Shell("alice", AddressBook(pool), None, told)

    def execute(line: str) -> list[Event]:
        told.events.clear()
        shell.execute(line)
        return [*told.events]

    return execute


def of(kind: type[E], events: list[Event]) -> list[E]:
    return [event for event in events if type(event) is kind]


def test_a_page_and_how_to_go_on(run: Run) -> None:
    events = run("/history bob -n 3")
    lines = of(Line, events)
    assert [line.number for line in lines] == [len(LINES) - 1, len(LINES), len(LINES) + 1]
    (older,) = of(Status, events)
    assert older.value == f"/history bob -n 3 before:#{len(LINES) - 1}"
    assert [line.number for line in of(Line, run(older.value))] == [len(LINES) - 4, len(LINES) - 3, len(LINES) - 2]
    assert of(Status, run("/history carol")) == []


def test_history_of_several_and_of_all(run: Run) -> None:
    assert len(of(Line, run("/history -n 1000"))) == len(LINES) + 1
    assert len(of(Line, run("/history Bob,carol -n 1000"))) == len(LINES) + 1
    assert len(of(Line, run("/history carol"))) == 1
    assert len(of(Line, run("/history after:2026-02-01"))) == 1


@pytest.mark.parametrize("line", ["/history dora", "/history before:2020-01-01", "/history after:#1000000"])
def test_that_there_are_no_messages_is_said(run: Run, line: str) -> None:
    status, done = run(line)
    assert status == Status(name="history", value="no such messages", source="/history")
    assert done == Done(command="history", ok=True)


def test_utc_on_request(run: Run) -> None:
    events = run("/history carol --utc")
    assert "2026-02-01 12:00:00Z" in render(events, ALICE)
    assert "12:00:00Z" not in render(run("/history carol"), ALICE)
    assert "2026-02-01 12:00:00Z" in render(run("/search ready --utc"), ALICE)


def test_a_hit_is_shown_in_its_line_and_history_goes_there(run: Run) -> None:
    events = run("/search tea bo from:alice to:carol")
    (hit,) = of(Hit, events)
    assert (hit.text, hit.marks, hit.status) == ("tea is ready\nfor both", ((0, 3), (17, 19)), "pending")
    text = render(events, ALICE)
    assert text.startswith(f"#{hit.number} ")
    assert "alice → bob, carol: »tea« is ready" in text
    assert hit.number in [line.number for line in of(Line, run(f"/history around:#{hit.number} -n 4"))]


def test_search_goes_on_too(run: Run) -> None:
    events = run('/search from:bob "a" -n 2')
    (older,) = of(Status, events)
    more = of(Hit, run(older.value))
    assert len(more) == 2
    assert more[0].number < of(Hit, events)[-1].number


def test_nothing_found_is_said(run: Run) -> None:
    (status, done) = run("/search xylophone")
    assert status == Status(name="search", value="nothing found in your history", source="/search")
    assert done == Done(command="search", ok=True)


@pytest.mark.parametrize("line", ["before:2026-01-01", "-n 3", '""', "\u0301"])
def test_nothing_to_look_for_is_said(run: Run, line: str) -> None:
    status, done = run(f"/search {line}")
    assert isinstance(status, Status)
    assert status.value.startswith("nothing to look for")
    assert done == Done(command="search", ok=True)


ODD = ["\"", '""', '"""', "*", "**", "a*", "*a", ":", "::", "-", "--", "+a -b", "a AND b", "NOT", "NEAR(a b)", "(", ")",
       "{a}", "^a", "'", "''", "'; DROP TABLE User; --", "%", "_", "\\", "\\\\", "@5", "~a", "<>", "?", "a:b", "from:",
       "has:video", "from:%", "from:,", "\0", "\x1b[0m", "😀", "\u0301", "\u200b", "a" * 5000, "中" * 500,
       "a " * 500]  # fmt: skip


def test_no_input_is_too_odd(run: Run) -> None:
    for line in ODD:
        assert run(f"/search {line}")[-1] == Done(command="search", ok=True), line

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.text(min_size=1, max_size=30).filter(lambda text: not re.search("-n|before|after", text)))
    def check(text: str) -> None:
        events = run(f"/search x{text}")
        assert events[-1] == Done(command="search", ok=True), events

    check()
