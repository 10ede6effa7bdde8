"""The pool: connections are lent, taken back, and never more than a few."""

import threading

import pytest

from db.connection import Connection, Database
from db.errors import StorageError
from db.pool import MAX_IDLE, MAX_OPEN, Pool


class Counted:
    """A database that counts what is open, and the most that ever was."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self.open = self.most = self.opened = 0

    def connect(self) -> Connection:
        connection = self._database.connect()
        close = connection.close

        def counted_close() -> None:
            close()
            self._count(-1)

        connection.close = counted_close  # type: ignore[method-assign]
        self._count(1)
        return connection

    claim = connect

    def _count(self, change: int) -> None:
        with self._lock:
            self.open += change
            self.opened += max(0, change)
            self.most = max(self.most, self.open)


@pytest.fixture
def counted(database: Database) -> Counted:
    database.claim().close()  # as the writer does, before anybody borrows
    return Counted(database)


def test_a_connection_is_lent_again(counted: Counted) -> None:
    pool = Pool(counted)
    for _ in range(3):
        with pool.borrow() as connection:
            assert connection.query("SELECT 1") == [(1,)]
    assert (counted.opened, counted.open) == (1, 1)


def test_one_that_failed_is_not(counted: Counted) -> None:
    pool = Pool(counted)

    def fail() -> None:
        with pool.borrow() as connection:
            connection.query("SELECT absent FROM nowhere")

    for _ in range(MAX_OPEN + 1):  # nor does it take a place for good
        with pytest.raises(StorageError):
            fail()
    assert counted.open == 0


def test_many_threads_have_to_share(counted: Counted) -> None:
    pool, everyone = Pool(counted), threading.Barrier(MAX_OPEN)
    answers: list[int] = []

    def ask() -> None:
        with pool.borrow() as connection:
            everyone.wait(30)  # none gives back before all that may have one do
            answers.extend(value for (value,) in connection.query("SELECT 1"))

    threads = [threading.Thread(target=ask) for _ in range(5 * MAX_OPEN)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [1] * len(threads)
    assert counted.most == MAX_OPEN
    assert counted.open == MAX_IDLE


def test_closing_leaves_none_open(counted: Counted) -> None:
    pool = Pool(counted)
    with pool.borrow(), pool.borrow():
        pool.close()
        assert counted.open == 2
    assert counted.open == 0
