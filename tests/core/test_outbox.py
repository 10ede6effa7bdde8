"""Many messages share a transaction, in order, and each hears of its own."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from chat.core.composing import Composed, Draft, Fresh
from chat.core.journal import Journal
from chat.core.outbox import MAX_TOGETHER, MAX_WAITING, Outbox
from chat.core.writer import Writer
from chat.errors import StorageFailure, UserError
from db.connection import Connection
from db.errors import Full, Unreachable
from db.schema import CLIENT
from db.sqlite import SqliteDatabase
from db.users import update_user


class CountingJournal(Journal):
    """Knows how many drafts each transaction had; fails as often as it is told to."""

    def __init__(self, connection: Connection) -> None:
        super().__init__("alice", connection)
        self.together: list[int] = []
        self.failures: list[Exception] = []
        self.meanwhile: list[Callable[[], object]] = []

    def compose(self, tx: Connection, drafts: Sequence[Draft]) -> Composed:
        composed = super().compose(tx, drafts)
        for happens in self.meanwhile:
            happens()
        self.meanwhile.clear()
        if self.failures:
            raise self.failures.pop()
        self.together.append(len(drafts))
        return composed


class Desk:
    """An outbox whose writer is held until it is let go."""

    def __init__(self, path: Path) -> None:
        database = SqliteDatabase(path)
        self.writer = Writer(database)
        CLIENT.apply(self.writer.connection, "alice")
        for name in ("bob", "carol"):
            update_user(self.writer.connection, name, contact=1)
        update_user(self.writer.connection, "mallory", blocked=1)
        self.journal = CountingJournal(self.writer.connection)
        self.told: list[str] = []
        self.fresh: list[dict[str, Fresh]] = []
        self.outbox = Outbox(self.writer, self.journal, self._committed)
        self._held = threading.Event()
        self.writer.start()

    def _committed(self, drafts: Sequence[Draft], fresh: dict[str, Fresh]) -> None:
        self.told += [draft.text for draft in drafts]
        self.fresh.append(fresh)

    def hold(self) -> Callable[[], None]:
        """Keep the writer busy until the result is called."""
        self._held.clear()
        self.writer.submit(lambda _: self._held.wait(), lambda _: None)
        return self._held.set

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        return self.writer.call(lambda tx: tx.query(sql))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "chat.db")
    yield desk
    desk.writer.close()


def draft(number: int, *recipients: str) -> Draft:
    return Draft(number.to_bytes(16, "big"), recipients or ("bob",), f"text {number}", "2026-01-31T18:30:00.000Z")


def test_what_waits_is_written_in_one_transaction_in_order(desk: Desk) -> None:
    let_go = desk.hold()
    futures = [desk.outbox.hand_in(draft(number)) for number in range(100)]
    let_go()
    assert [future.result() for future in futures] == [draft(number).message_id.hex() for number in range(100)]
    assert desk.told == [f"text {number}" for number in range(100)]
    assert desk.journal.together == [100]
    numbered = desk.query("SELECT seq, message FROM Sender ORDER BY ordinal")
    assert numbered == [(number + 1, f"text {number}") for number in range(100)]


def test_the_rows_told_of_are_those_in_the_database(desk: Desk) -> None:
    let_go = desk.hold()
    futures = [desk.outbox.hand_in(draft(number, "bob", "carol")) for number in range(3)]
    let_go()
    for future in futures:
        future.result()
    stored = desk.query("SELECT name, stream, seq, message_id, digest, chain FROM Sender ORDER BY name, seq")
    (fresh,) = desk.fresh
    told = [
        (name, fresh[name].stream, row.seq, row.message_id, row.digest, row.chain)
        for name in ("bob", "carol")
        for row in fresh[name].rows
    ]
    assert told == stored


def test_what_comes_while_others_are_written_is_in_the_next_transaction(desk: Desk) -> None:
    late: list[Future[str]] = []
    desk.journal.meanwhile.append(lambda: late.append(desk.outbox.hand_in(draft(2))))
    desk.outbox.hand_in(draft(1)).result()
    assert late[0].result() == draft(2).message_id.hex()
    assert desk.journal.together == [1, 1]
    assert desk.query("SELECT seq, message FROM Sender ORDER BY ordinal") == [(1, "text 1"), (2, "text 2")]


def test_one_that_cannot_be_sent_stops_none_of_the_others(desk: Desk) -> None:
    let_go = desk.hold()
    good, blocked, unknown, last = (
        desk.outbox.hand_in(draft(number, name)) for number, name in enumerate(("bob", "mallory", "nobody", "bob"))
    )
    let_go()
    assert (good.result(), last.result()) == (draft(0).message_id.hex(), draft(3).message_id.hex())
    with pytest.raises(UserError, match="blocked mallory"):
        blocked.result()
    with pytest.raises(UserError, match="Nobody called nobody"):
        unknown.result()
    assert desk.told == ["text 0", "text 3"]
    assert desk.query("SELECT seq, message FROM Sender ORDER BY ordinal") == [(1, "text 0"), (2, "text 3")]


def test_a_transaction_that_failed_is_run_again_with_the_same_messages(desk: Desk) -> None:
    desk.journal.failures.append(Full("for a moment"))
    let_go = desk.hold()
    futures = [desk.outbox.hand_in(draft(number)) for number in range(3)]
    let_go()
    for future in futures:
        future.result()
    assert desk.query("SELECT seq, message FROM Sender ORDER BY ordinal") == [
        (number + 1, f"text {number}") for number in range(3)
    ]


def test_a_message_that_is_there_already_is_not_written_again(desk: Desk) -> None:
    desk.outbox.hand_in(draft(1)).result()
    assert desk.outbox.hand_in(draft(1)).result() == draft(1).message_id.hex()
    assert desk.query("SELECT seq, message FROM Sender") == [(1, "text 1")]


def test_a_storage_failure_reaches_everyone_and_the_next_message_is_written(desk: Desk) -> None:
    let_go = desk.hold()
    desk.journal.failures += [Full("no room"), Full("no room")]
    futures = [desk.outbox.hand_in(draft(number)) for number in range(3)]
    let_go()
    for future in futures:
        with pytest.raises(StorageFailure, match="no room"):
            future.result()
    assert desk.told == []
    desk.outbox.hand_in(draft(3)).result()
    assert desk.query("SELECT seq, message FROM Sender") == [(1, "text 3")]


def test_once_the_writer_has_ended_everyone_is_told_so(desk: Desk) -> None:
    desk.writer.close()
    for number in range(2):
        with pytest.raises(StorageFailure, match="ending"):
            desk.outbox.hand_in(draft(number)).result(0)


def test_a_fault_of_whoever_is_told_is_passed_on_and_the_writer_lives(desk: Desk, monkeypatch: Any) -> None:
    def fault(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(desk.outbox, "_committed", fault)
    with pytest.raises(RuntimeError, match="thread"):
        desk.outbox.hand_in(draft(1)).result()
    assert desk.query("SELECT COUNT(*) FROM Sender") == [(1,)]


def test_a_transaction_and_what_waits_for_one_are_bounded(desk: Desk) -> None:
    let_go = desk.hold()
    all_in = threading.Event()

    def hand_in() -> None:
        for number in range(MAX_WAITING + 1):
            desk.outbox.hand_in(draft(number))
        all_in.set()

    threading.Thread(target=hand_in, daemon=True).start()
    assert not all_in.wait(0.2)
    let_go()
    assert all_in.wait(30)
    desk.outbox.hand_in(draft(MAX_WAITING + 1)).result()
    assert desk.outbox._waiting == 0
    assert max(desk.journal.together) == MAX_TOGETHER
    assert sum(desk.journal.together) == MAX_WAITING + 2


def test_a_transaction_that_never_began_takes_nobody_else_in(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def begin() -> None:
        raise Unreachable("the server is away")

    monkeypatch.setattr(desk.writer._connection, "begin", begin)
    with pytest.raises(StorageFailure, match="away"):
        desk.outbox.hand_in(draft(1)).result(30)
    monkeypatch.undo()
    assert desk.outbox.hand_in(draft(2)).result(30) == draft(2).message_id.hex()


def test_after_the_end_it_is_refused_at_once(desk: Desk) -> None:
    desk.writer.close()
    for number in range(2):
        with pytest.raises(StorageFailure, match="ending: nothing more is stored"):
            desk.outbox.hand_in(draft(number)).result(timeout=0)
