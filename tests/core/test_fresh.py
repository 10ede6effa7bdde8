"""What was composed just now is not read back, and nothing is left out or given twice."""

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from chat.core.composing import Fresh
from chat.core.fresh import FreshRows
from chat.wire.pump import WINDOW_BYTES, WINDOW_MESSAGES, Row

STREAM = b"s" * 16


def rows(first: int, count: int, body: bytes = b"body") -> list[Row]:
    return [Row(seq, b"", b"", b"", body) for seq in range(first, first + count)]


def following(count: int) -> FreshRows:
    """After a read that found `count` rows, and no more."""
    fresh = FreshRows()
    fresh.read(STREAM, 0, rows(1, count))
    return fresh


def test_rows_that_follow_on_what_was_read_are_given_without_a_read() -> None:
    fresh = following(2)
    fresh.add(Fresh(STREAM, rows(3, 2)))
    fresh.add(Fresh(STREAM, rows(5, 1)))
    assert fresh.take(STREAM, 2, 2) == (rows(3, 2), True)
    assert fresh.take(STREAM, 4, 9) == (rows(5, 1), False)
    assert fresh.take(STREAM, 5, 9) == ([], True)


def test_rows_after_a_gap_are_read() -> None:
    fresh = following(2)
    fresh.add(Fresh(STREAM, rows(4, 1)))
    assert fresh.take(STREAM, 2, 9) == ([], True)


def test_where_it_is_not_said_what_was_composed_there_may_be_more() -> None:
    fresh = following(2)
    fresh.add(Fresh(STREAM, rows(3, 1)))
    fresh.add(None)
    assert fresh.take(STREAM, 2, 9) == (rows(3, 1), True)


def test_rows_of_another_stream_are_read() -> None:
    fresh = following(2)
    fresh.add(Fresh(b"t" * 16, rows(3, 1)))
    assert fresh.take(STREAM, 2, 9) == ([], True)
    fresh.add(Fresh(STREAM, rows(3, 1)))
    assert fresh.take(b"t" * 16, 2, 9) == ([], True)


def test_a_link_that_begins_further_back_reads() -> None:
    fresh = following(2)
    fresh.add(Fresh(STREAM, rows(3, 1)))
    assert fresh.take(STREAM, 1, 9) == ([], True)
    fresh.read(STREAM, 1, rows(2, 2))
    fresh.add(Fresh(STREAM, rows(4, 1)))
    assert fresh.take(STREAM, 3, 9) == (rows(4, 1), False)


def test_many_rows_are_not_kept() -> None:
    fresh = following(0)
    for first in range(1, 2 * WINDOW_MESSAGES, 100):
        fresh.add(Fresh(STREAM, rows(first, 100)))
    kept, more = fresh.take(STREAM, 0, 10 * WINDOW_MESSAGES)
    assert WINDOW_MESSAGES <= len(kept) < WINDOW_MESSAGES + 100
    assert more


def test_large_rows_are_not_kept() -> None:
    fresh = following(0)
    for seq in range(1, 100):
        fresh.add(Fresh(STREAM, rows(seq, 1, bytes(WINDOW_BYTES // 10))))
    kept, more = fresh.take(STREAM, 0, 100)
    assert len(kept) == 11
    assert more


@dataclass
class Reader:
    """As the pump and the carrier read: on while there may be more, and anew when something was composed."""

    fresh: FreshRows = field(default_factory=FreshRows)
    composed: int = 0
    given: list[int] = field(default_factory=list)
    more: bool = True

    def read(self, count: int) -> None:
        after = len(self.given)
        got, self.more = self.fresh.take(STREAM, after, count)
        if not got:
            got = rows(after + 1, min(count, self.composed - after))
            self.fresh.read(STREAM, after, got)
            self.more = len(got) == count
        self.given += [row.seq for row in got]


@given(st.lists(st.tuples(st.sampled_from(["compose", "compose unsaid", "tell", "read", "back"]), st.integers(1, 5))))
def test_whatever_the_order_all_is_given_in_order(steps: list[tuple[str, int]]) -> None:
    reader, untold = Reader(), list[Fresh | None]()

    def tell() -> None:
        reader.fresh.add(untold.pop(0))
        reader.more = True

    for step, number in steps:
        if step.startswith("compose"):
            untold.append(None if "unsaid" in step else Fresh(STREAM, rows(reader.composed + 1, number)))
            reader.composed += number
        elif step == "tell" and untold:
            tell()
        elif step == "read" and reader.more:
            reader.read(number)
        elif step == "back":
            reader.given = reader.given[:-number]
            reader.more = True
    while untold:
        tell()
    while reader.more:
        reader.read(3)
    assert reader.given == list(range(1, reader.composed + 1))
