"""The table of files: who is welcome to send what, and what may become of a file after what, on both engines."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest

from chat.core.composing import Draft
from chat.core.file_journal import (
    DEFAULT_POLICY,
    Arrival,
    Attached,
    FilePolicy,
    accept,
    attachment_of,
    complete,
    declined,
    delivered,
    give_up,
    note_offers,
)
from chat.times import format_time
from chat.wire.messages import Attachment, Body
from db.connection import Connection, Database
from db.files import ACCEPTED, CANCELLED, DECLINED, DONE, FAILED, OFFERED, FileRow, find_file, set_file_state
from db.users import update_user
from tests.core.desk import NOW, Desk
from tests.db.rows import TIME, number

MIB = 1024 * 1024
POLICY = FilePolicy(each_bytes=100, daily_bytes=250)
DIGEST = number(9, 32)


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


def arrival(ordinal: int, size: int, name: str = "bob", time: str = NOW) -> Arrival:
    about = Attachment("räksmörgås.txt", size, "text/plain", DIGEST)
    return Arrival(ordinal, number(ordinal), name, Body("file", "räksmörgås.txt", ("alice",), TIME, about), time)


def offer(desk: Desk, *arrivals: Arrival, policy: FilePolicy = POLICY) -> list[str]:
    """What becomes of files that are offered, in order."""
    desk.do(lambda tx: note_offers(tx, policy, arrivals))
    return [row(desk, each.ordinal, each.name).state for each in arrivals]


def row(desk: Desk, ordinal: int, name: str = "bob") -> FileRow:
    found = find_file(desk.line, ordinal, name)
    assert found is not None
    return found


def send(desk: Desk, *names: str) -> Sequence[FileRow]:
    """Alice sends a file to them: its rows."""
    attached = Attached(Attachment("plan.pdf", 7, "application/pdf", DIGEST), "/home/alice/plan.pdf", "1:2:3")
    draft = Draft(number(5), names, "plan.pdf", TIME, "file", attached)
    desk.do(lambda tx: desk.journal.compose(tx, [draft]))
    (ordinal,) = {int(found) for (found,) in desk.line.query("SELECT ordinal FROM Sender")}
    return [row(desk, ordinal, name) for name in names]


def status(desk: Desk, name: str) -> str:
    return str(desk.line.query("SELECT status FROM Sender WHERE name = ?", (name,))[0][0])


# Who is welcome


def test_of_a_contact_up_to_a_size(desk: Desk) -> None:
    assert offer(desk, arrival(1, 0), arrival(2, 100), arrival(3, 101)) == [ACCEPTED, ACCEPTED, OFFERED]


def test_of_a_stranger_nothing(desk: Desk) -> None:
    update_user(desk.line, "bob", contact=0)
    assert offer(desk, arrival(1, 1)) == [OFFERED]
    assert offer(desk, arrival(2, 1, "nobody")) == [OFFERED]


def test_each_contact_has_so_much_a_day(desk: Desk) -> None:
    assert offer(desk, *(arrival(n, 100) for n in (1, 2, 3))) == [ACCEPTED, ACCEPTED, OFFERED]
    assert offer(desk, arrival(4, 50), arrival(5, 1)) == [ACCEPTED, OFFERED]
    assert offer(desk, arrival(6, 100, "carol")) == [ACCEPTED]
    assert offer(desk, arrival(7, 100, time=later(hours=23))) == [OFFERED]
    assert offer(desk, arrival(8, 100, time=later(hours=25))) == [ACCEPTED]


def test_empty_ones_are_so_many_a_day_too(desk: Desk) -> None:
    policy = FilePolicy(each_bytes=100, daily_bytes=100, daily_files=2)
    offers = offer(desk, *(arrival(n, 0) for n in (1, 2, 3)), arrival(4, 0, "carol"), policy=policy)
    assert offers == [ACCEPTED, ACCEPTED, OFFERED, ACCEPTED]


def later(*, hours: int) -> str:
    return format_time(datetime.fromisoformat(NOW) + timedelta(hours=hours))


def test_what_was_not_taken_does_not_count(desk: Desk) -> None:
    offer(desk, *(arrival(n, 100) for n in (1, 2)))
    desk.do(lambda tx: give_up(tx, row(desk, 1), CANCELLED))
    assert offer(desk, arrival(3, 100), arrival(4, 100)) == [ACCEPTED, OFFERED]


def test_the_largest_numbers_are_added_up(desk: Desk) -> None:
    """SQLite's SUM fails where MySQL's does not; a wish for such files must not keep the texts out."""
    largest = 2**63 - 1
    offer(desk, *(arrival(n, largest) for n in (1, 2, 3)))
    for n in (1, 2, 3):
        desk.do(lambda tx, n=n: accept(tx, row(desk, n)))  # type: ignore[misc]
    assert offer(desk, arrival(4, 1), policy=DEFAULT_POLICY) == [OFFERED]
    assert offer(desk, arrival(5, largest), policy=FilePolicy(largest, largest)) == [OFFERED]


def test_the_limits_that_are_documented() -> None:
    assert FilePolicy(each_bytes=100 * MIB, daily_bytes=1024 * MIB) == DEFAULT_POLICY


# What is sent


def test_a_file_for_several_has_a_row_for_each(desk: Desk) -> None:
    rows = send(desk, "bob", "carol")
    assert [(each.name, each.state, each.outgoing, each.path) for each in rows] == [
        ("bob", OFFERED, 1, "/home/alice/plan.pdf"),
        ("carol", OFFERED, 1, "/home/alice/plan.pdf"),
    ]
    assert attachment_of(desk.line, rows[0].ordinal, "carol") == Attachment("plan.pdf", 7, "application/pdf", DIGEST)
    assert attachment_of(desk.line, 99, "bob") is None


def test_sent_when_it_is_there_whole(desk: Desk) -> None:
    mine, _ = send(desk, "bob", "carol")
    assert desk.do(lambda tx: delivered(tx, "bob", mine.message_id, number(1, 32))) is None
    assert desk.do(lambda tx: delivered(tx, "mallory", mine.message_id, DIGEST)) is None
    assert status(desk, "bob") == "pending"
    assert desk.do(lambda tx: delivered(tx, "bob", mine.message_id, DIGEST)) == mine
    assert desk.do(lambda tx: delivered(tx, "bob", mine.message_id, DIGEST)) is None
    assert (status(desk, "bob"), status(desk, "carol")) == ("sent", "pending")


def test_declined_by_one(desk: Desk) -> None:
    mine, _ = send(desk, "bob", "carol")
    assert desk.do(lambda tx: declined(tx, "mallory", mine.message_id)) is None
    assert desk.do(lambda tx: declined(tx, "bob", mine.message_id)) == mine
    assert desk.do(lambda tx: declined(tx, "bob", mine.message_id)) is None
    assert (status(desk, "bob"), status(desk, "carol")) == ("declined", "pending")


def test_declined_and_then_taken_after_all(desk: Desk) -> None:
    (mine,) = send(desk, "bob")
    desk.do(lambda tx: declined(tx, "bob", mine.message_id))
    assert desk.do(lambda tx: delivered(tx, "bob", mine.message_id, DIGEST)) is not None
    assert status(desk, "bob") == "sent"


@pytest.mark.parametrize("state", [CANCELLED, FAILED])
def test_sent_never_reverts(desk: Desk, state: str) -> None:
    (mine,) = send(desk, "bob")
    desk.do(lambda tx: delivered(tx, "bob", mine.message_id, DIGEST))
    assert not desk.do(lambda tx: give_up(tx, mine, state))
    assert desk.do(lambda tx: declined(tx, "bob", mine.message_id)) is None
    assert status(desk, "bob") == "sent"


@pytest.mark.parametrize("state", [CANCELLED, FAILED])
def test_given_up_with_a_reason(desk: Desk, state: str) -> None:
    (mine,) = send(desk, "bob")
    assert desk.do(lambda tx: give_up(tx, mine, state, "it is gone"))
    assert (status(desk, "bob"), row(desk, mine.ordinal).reason) == (state, "it is gone")


# What is received: what may follow what


def taken(desk: Desk, state: str) -> FileRow:
    offer(desk, arrival(1, 10))
    mine = row(desk, 1)
    desk.do(lambda tx: set_file_state(tx, 1, "bob", state))
    return mine


ALL = (OFFERED, ACCEPTED, DONE, DECLINED, CANCELLED, FAILED)
STEPS: dict[str, tuple[Callable[[Connection, FileRow], bool], tuple[str, ...], str]] = {
    "complete": (lambda tx, mine: complete(tx, mine, "/d/it"), (ACCEPTED, DONE), DONE),
    "decline": (lambda tx, mine: give_up(tx, mine, DECLINED), (OFFERED, ACCEPTED, DECLINED), DECLINED),
    "cancel": (lambda tx, mine: give_up(tx, mine, CANCELLED), (OFFERED, ACCEPTED, CANCELLED), CANCELLED),
    "fail": (lambda tx, mine: give_up(tx, mine, FAILED), (OFFERED, ACCEPTED, FAILED), FAILED),
    "accept": (accept, (OFFERED, ACCEPTED, DECLINED, FAILED), ACCEPTED),
}


@pytest.mark.parametrize("before", ALL)
@pytest.mark.parametrize("step", STEPS)
def test_what_may_follow(desk: Desk, step: str, before: str) -> None:
    """By what the table says at that moment, not by what was read before. Twice is as good as once."""
    act, may_follow, after = STEPS[step]
    mine = taken(desk, before)
    expected = before in may_follow
    for _ in range(2):
        assert desk.do(lambda tx: act(tx, mine)) == expected
        assert row(desk, 1).state == (after if expected else before)


def test_complete_says_where(desk: Desk) -> None:
    mine = taken(desk, ACCEPTED)
    desk.do(lambda tx: complete(tx, mine, "/downloads/it"))
    assert row(desk, 1).path == "/downloads/it"


def test_what_is_sent_is_not_for_accepting(desk: Desk) -> None:
    (mine,) = send(desk, "bob")
    assert not desk.do(lambda tx: accept(tx, mine))


def test_what_there_is_no_row_of(desk: Desk) -> None:
    missing = taken(desk, ACCEPTED)._replace(ordinal=99)
    assert not desk.do(lambda tx: complete(tx, missing, "/d/it"))
    assert not desk.do(lambda tx: give_up(tx, missing, FAILED))
    assert not desk.do(lambda tx: accept(tx, missing))
