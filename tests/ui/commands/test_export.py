"""/export as typed: what is asked for, what is shown, and what is said where it cannot be."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from chat.core.events import Done, Event, Exporting, Failure, Sample, Status, Warn
from chat.core.export.exporting import Exporter
from chat.core.export.wishes import Wish
from chat.core.people import AddressBook
from chat.errors import UserError
from chat.ui import commands
from chat.ui.commands.export import parse
from chat.ui.messages import Look
from chat.ui.shell import Shell
from chat.ui.views import render
from db.connection import Database
from db.pool import Pool
from tests.core.export.finders import FakeFinder
from tests.core.writings import Writing, write
from tests.db.rows import client_connection
from tests.ui.told import Told

assert commands  # importing it fills the command table

Run = Callable[[str], list[Event]]


@pytest.fixture
def run(database: Database, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Types a line beside a running client, and gives what is shown; the models are played."""
    monkeypatch.setattr("chat.ui.commands.export.Exporter", partial(Exporter, load=FakeFinder))
    connection = client_connection(database)
    write(connection, [Writing(1, "bob", ("alice",), "it is Bob"), Writing(2, "bob", ("alice",), "hello")])
    told = Told()
    shell = Shell("alice", AddressBook(Pool(database)), None, told)

    def execute(line: str) -> list[Event]:
        told.events.clear()
        shell.execute(line)
        return [*told.events]

    return execute


def test_anonymised(run: Run, tmp_path: Path) -> None:
    events = run(f"/export {tmp_path}/x.jsonl --anonymised")
    assert [e.done for e in events if isinstance(e, Exporting) and e.step == "written"] == [1, 2]
    facts = {e.name: e.value for e in events if isinstance(e, Status)}
    assert facts["messages"] == "2 of all"
    assert facts["<PERSON_…>"] == "1 times, a person's name"
    assert facts["small groups"].startswith("1 of 1 conversations have fewer than 5 people")
    assert facts["written"] == f"{tmp_path}/x.jsonl"
    assert events[-1] == Done(command="export", ok=True)
    assert not [e for e in events if isinstance(e, Warn)]
    assert [json.loads(line)["text"] for line in (tmp_path / "x.jsonl").read_text().splitlines()][1] == "hello"


def test_private_after_a_warning(run: Run, tmp_path: Path) -> None:
    events = run(f"/export {tmp_path}/x.jsonl")
    assert isinstance(events[0], Warn)
    assert "gets everything as it is" in events[0].message
    assert '"text":"it is Bob"' in (tmp_path / "x.jsonl").read_text()


def test_a_dry_run(run: Run, tmp_path: Path) -> None:
    events = run(f"/export {tmp_path}/x.jsonl --anonymised --dry-run")
    (sample,) = [event for event in events if isinstance(event, Sample)]
    assert sample.before == "it is Bob"
    assert sample.after.startswith("it is <PERSON_")
    assert "  -  it is Bob\n  +  it is <PERSON_" in render([sample], Look("alice"))
    assert not (tmp_path / "x.jsonl").exists()


def test_what_is_there_is_kept(run: Run, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("mine")
    failure = run(f"/export {tmp_path}/x")[-2]
    assert isinstance(failure, Failure)
    assert "--overwrite" in failure.message
    assert run(f"/export {tmp_path}/x --overwrite")[-1] == Done(command="export", ok=True)


def test_options_stand_anywhere() -> None:
    asked = parse('--time day "/x/of bob.jsonl" --without Bob,carol --anonymised --without dave --overwrite')
    assert asked.wish == Wish(
        Path("/x/of bob.jsonl"),
        anonymised=True,
        without=frozenset(("bob", "carol", "dave")),
        time="day",
        overwrite=True,
    )
    assert not asked.dry_run
    assert parse("/x/of bob").wish.path == Path("/x/of bob")
    assert parse("~/x").wish.path == Path.home() / "x"
    assert parse('"--dry-run"').wish.path == Path("--dry-run")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("--anonymised", "Say where to"),
        ("x --anonymized", "There is no '--anonymized' here: write /export PATH"),
        ("x --time hour", "--time is one of order, part, day"),
        ("x --without", "After --without something is missing"),
        ("x --without ,", "Say whom"),
    ],
)
def test_what_makes_no_sense_is_said(line: str, words: str) -> None:
    with pytest.raises(UserError, match=words):
        parse(line)
