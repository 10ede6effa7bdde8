"""How a file stands is told in the words of the contract."""

import pytest

from chat.core import events
from chat.core.transfer.ground import RUNNING, Ground
from chat.core.transfer.running import Running
from db.connection import Database
from db.files import ACCEPTED, CANCELLED, DECLINED, DONE, FAILED, OFFERED, insert_files
from db.pool import Pool
from tests.core.transfer.rows import awaited_row
from tests.db.rows import client_connection
from tests.people import Inbox


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def ground(database: Database, inbox: Inbox) -> Ground:
    client_connection(database)
    nothing = {"writer": None, "downloads": None, "reach": None, "ask_to_open": None, "tell": None, "received": None}
    return Ground(pool=Pool(database), notify=inbox.notify, **nothing)  # type: ignore[arg-type]


SHOWN = {
    OFFERED: "offered",
    ACCEPTED: "offered",
    DONE: "done",
    DECLINED: "cancelled",
    CANCELLED: "cancelled",
    FAILED: "failed",
    RUNNING: "running",
}


@pytest.mark.parametrize("state", SHOWN)
def test_its_state_is_one_of_the_contract(ground: Ground, inbox: Inbox, state: str) -> None:
    ground.show(awaited_row(b"12345")._replace(state=state))
    (event,) = inbox.of(events.Transfer)
    assert event.state == SHOWN[state]
    assert (event.bytes, event.total) == (5 if state == DONE else 0, 5)
    assert event.reason == ("it waits for /accept 8" if state == OFFERED else "")


def test_what_is_told_of_one_that_runs(ground: Ground, inbox: Inbox) -> None:
    row = awaited_row(bytes(100))
    running = Running(row, lambda _: None)
    running.begin(10)
    running.started_at -= 4
    running.moved(40)
    ground.show(row, RUNNING, running=running)
    (event,) = inbox.of(events.Transfer)
    assert (event.id, event.number, event.direction, event.name) == (row.message_id.hex(), row.ordinal, "in", "alice")
    assert (event.file, event.bytes, event.total) == ("it.bin", 50, 100)
    assert event.rate == pytest.approx(10, abs=1)
    assert event.seconds_left == pytest.approx(5, rel=0.2)


def test_state_reason_and_place_where_they_are_not_the_rows(ground: Ground, inbox: Inbox) -> None:
    row = awaited_row(b"1")._replace(outgoing=1)
    ground.show(row, FAILED, reason="the file changed")
    ground.show(row, DONE, path="/downloads/it.bin")
    ground.warn("bob", "Beware.")
    failed, done = inbox.of(events.Transfer)
    assert (failed.direction, failed.state, failed.reason) == ("out", "failed", "the file changed")
    assert (done.state, done.path) == ("done", "/downloads/it.bin")
    assert inbox.of(events.Warn) == [events.Warn(name="bob", message="Beware.")]


def test_a_file_is_found_with_the_one_person_whom_it_concerns(ground: Ground) -> None:
    """Whoever asks for a file gets only what was offered to that very person."""
    row = awaited_row(b"1")._replace(outgoing=1, name="bob")
    with ground.pool.borrow() as connection:
        insert_files(connection, [row])
    assert ground.find("bob", row.message_id, outgoing=True) == row
    assert ground.find("mallory", row.message_id, outgoing=True) is None
    assert ground.find("bob", row.message_id, outgoing=False) is None
    assert ground.find("bob", bytes(16), outgoing=True) is None
