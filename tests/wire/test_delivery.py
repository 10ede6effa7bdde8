"""The machine for one peer: which link is used, back-pressure, when things are said, and what ends a link.

What it all adds up to is for tests/simulation; here is each rule by itself.
"""

import os
from collections.abc import Iterable
from typing import TypeVar

import pytest

from chat.wire.codec import encode
from chat.wire.delivery import (
    FILE_WORDS_AT_ONCE,
    FILE_WORDS_PER_S,
    MARK_SENT_AFTER_S,
    MARK_SENT_AGAIN_AFTER_S,
    MAX_LINKS,
    Delivery,
)
from chat.wire.effects import (
    MAX_UNCOMMITTED_BYTES,
    AboutFile,
    Link,
    LinkUp,
    MarkSent,
    ReadPositions,
    ReadRows,
    Resume,
    Sent,
    Store,
    Violation,
)
from chat.wire.frames import encode_frame
from chat.wire.messages import (
    Accept,
    Ack,
    Ask,
    Hello,
    Message,
    Nominate,
    PeerMessage,
    Ping,
    Position,
    digest_of,
    peer_codec,
)
from chat.wire.peer import State
from chat.wire.streams import start_of
from tests.wire.test_pump import rows

STREAM, THEIRS = b"s" * 16, b"t" * 16
R = TypeVar("R")


def delivery(*, nominator: bool) -> Delivery:
    return Delivery(nominator=nominator, port=4711)


def say(machine: Delivery, link: Link, *messages: PeerMessage, now: float = 1.0) -> None:
    """The peer says something on that link."""
    machine.receive_data(link, b"".join(encode_frame(encode(message)) for message in messages), now)


def heard(link: Link) -> list[PeerMessage]:
    """What the peer is told on that link."""
    data, found = link.protocol.data_to_send(), []
    while data:
        size = 4 + int.from_bytes(data[:4], "big")
        found.append(peer_codec.decode(data[4:size]))
        data = data[size:]
    return found


def of(kind: type[R], things: Iterable[object]) -> list[R]:
    return [thing for thing in things if isinstance(thing, kind)]


def hello(link: Link, *, holds: bytes = b"", port: int = 5) -> Hello:
    return Hello(0, (), b"" if link.dialled else os.urandom(16), holds, port)


def greeted(machine: Delivery, *, dialled: bool = True, holds: bytes = b"") -> Link:
    link = machine.open_link(os.urandom(16) if dialled else b"", 0.0)
    say(machine, link, hello(link, holds=holds))
    return link


def flowing(machine: Delivery, *, stream: bytes = STREAM) -> Link:
    """A link on which messages flow, with a pump; everything said before is cleared away."""
    link = greeted(machine)
    if machine._nominator:
        machine.positions_read(link, ())
        say(machine, link, Accept(()))
    else:
        say(machine, link, Nominate(()))
        machine.positions_read(link, ())
    machine.resumed(link, start_of(stream))
    machine.rows_read(link, [], more=False)
    for clear in (machine.take_requests, machine.take_notices, machine.take_closing):
        clear()
    heard(link)
    assert link.protocol.state is State.FLOWING
    return link


def message(seq: int, size: int = 10) -> Message:
    body = b"x" * size
    return Message(THEIRS, seq, seq.to_bytes(16, "big"), digest_of(body), body)


# Which link


def test_hello_says_which_link_is_held() -> None:
    machine = delivery(nominator=True)
    first = greeted(machine)
    second = machine.open_link(os.urandom(16), 2.0)
    (said,) = heard(second)
    assert isinstance(said, Hello)
    assert (said.holds, said.link, said.port) == (first.id, second.id, 4711)


def test_the_nominator_takes_the_first_link() -> None:
    machine = delivery(nominator=True)
    link = greeted(machine)
    assert machine.current is link
    (request,) = machine.take_requests()
    assert request == ReadPositions(link)
    machine.positions_read(link, (start_of(THEIRS),))
    assert heard(link)[1:] == [Nominate((start_of(THEIRS),))]


def test_the_nominator_takes_a_new_link_and_hangs_up_the_old() -> None:
    machine = delivery(nominator=True)
    old = greeted(machine)
    new = greeted(machine, dialled=False)
    assert machine.current is new
    assert machine.take_closing() == [old]


def test_the_nominator_keeps_the_link_that_the_peer_names() -> None:
    machine = delivery(nominator=True)
    old = greeted(machine)
    new = greeted(machine, dialled=False, holds=old.id)
    assert machine.current is old
    assert machine.take_closing() == [new]


def test_the_nominee_waits_for_the_nomination_and_closes_nothing() -> None:
    machine = delivery(nominator=False)
    first, second = greeted(machine), greeted(machine, dialled=False)
    assert machine.current is None
    say(machine, first, Nominate(()))
    assert machine.current is first
    say(machine, second, Nominate(()))
    assert machine.current is second
    assert machine.take_closing() == []


def test_the_nominee_falls_back_to_the_link_nominated_before() -> None:
    machine = delivery(nominator=False)
    first = flowing(machine)
    second = greeted(machine)
    say(machine, second, Nominate(()))
    machine.link_closed(second, 3.0)
    assert machine.current is first
    assert of(ReadRows, machine.take_requests()) == []  # it had read to the end already
    machine.composed()
    assert [request.link for request in of(ReadRows, machine.take_requests())] == [first]


def test_a_greeted_link_is_nothing_to_fall_back_to() -> None:
    machine = delivery(nominator=False)
    greeted(machine)
    second = greeted(machine)
    say(machine, second, Nominate(()))
    machine.link_closed(second, 3.0)
    assert machine.current is None


@pytest.mark.parametrize("nominator", [True, False])
@pytest.mark.parametrize("dialled", [True, False])
def test_a_link_has_one_id(nominator: bool, dialled: bool) -> None:
    machine = delivery(nominator=nominator)
    link = machine.open_link(b"l" * 16 if dialled else b"", 0.0)
    say(machine, link, Hello(0, (), b"m" * 16 if dialled else b"", b"", 5))
    assert of(Violation, machine.take_notices())
    assert machine.take_closing() == [link]


@pytest.mark.parametrize("nominator", [True, False])
def test_links_are_bounded_and_the_current_one_stays(nominator: bool) -> None:
    machine = delivery(nominator=nominator)
    current = flowing(machine)
    others = [machine.open_link(b"", 1.0) for _ in range(MAX_LINKS + 3)]
    assert len(machine.links) == MAX_LINKS
    assert machine.current is current
    assert current in machine.links
    assert machine.take_closing() == others[: len(others) - MAX_LINKS + 1]


# Flow


@pytest.mark.parametrize("nominator", [True, False])
def test_the_link_is_up_once_both_have_agreed(nominator: bool) -> None:
    machine = delivery(nominator=nominator)
    link = greeted(machine)
    positions = (Position(STREAM, 3, b"c" * 32),)
    if nominator:
        machine.positions_read(link, ())
        assert machine.take_notices() == []
        say(machine, link, Accept(positions))
    else:
        say(machine, link, Nominate(positions))
        assert machine.take_notices() == []
        machine.positions_read(link, ())
        assert heard(link)[-1] == Accept(())
    assert machine.take_notices() == [LinkUp(link, 5)]
    assert machine.take_requests() == [ReadPositions(link), Resume(link, positions)]


@pytest.mark.parametrize("nominator", [True, False])
def test_rows_are_read_and_sent_on_the_current_link(nominator: bool) -> None:
    machine = delivery(nominator=nominator)
    link = flowing(machine)
    machine.rows_read(link, rows(2), more=False)
    assert [m.seq for m in of(Message, heard(link))] == [1, 2]
    machine.composed()
    (request,) = machine.take_requests()
    assert request == ReadRows(link, STREAM, 2, 256)


def test_nothing_more_goes_out_on_a_link_that_is_not_current_any_more() -> None:
    machine = delivery(nominator=False)
    old = flowing(machine)
    new = greeted(machine)
    say(machine, new, Nominate(()))
    machine.rows_read(old, rows(2), more=False)
    assert of(Message, heard(old)) == []
    machine.link_closed(new, 2.0)
    assert len(of(Message, heard(old))) == 2


def test_what_is_composed_meanwhile_goes_out_on_the_link_before_where_that_is_used_again() -> None:
    machine = delivery(nominator=False)
    old = flowing(machine)
    machine.rows_read(old, [], more=False)
    new = greeted(machine)
    say(machine, new, Nominate(()))
    machine.take_requests()
    machine.composed()
    machine.link_closed(new, 2.0)
    assert machine.take_requests() == [ReadRows(old, STREAM, 0, 256)]


def test_what_could_not_be_marked_is_marked_later_and_never_takes_back() -> None:
    """An ACK that came meanwhile went further."""
    machine = delivery(nominator=True)
    link = flowing(machine)
    sent = rows(3)
    machine.rows_read(link, sent, more=False)
    say(machine, link, Ack(STREAM, 3, sent[2].chain), now=1.0)
    machine.take_requests()
    machine.not_marked(MarkSent(STREAM, 1), 1.0)
    machine.tick(100.0)
    assert of(MarkSent, machine.take_requests()) == [MarkSent(STREAM, 3)]
    machine.not_marked(MarkSent(STREAM, 3), 100.0)
    machine.tick(100.0)
    assert of(MarkSent, machine.take_requests()) == []
    machine.tick(100.0 + MARK_SENT_AGAIN_AFTER_S)
    assert of(MarkSent, machine.take_requests()) == [MarkSent(STREAM, 3)]


@pytest.mark.parametrize("current", [True, False])
def test_messages_are_taken_from_any_nominated_link(current: bool) -> None:
    machine = delivery(nominator=False)
    link = flowing(machine)
    if not current:
        say(machine, greeted(machine), Nominate(()))
        machine.take_requests()
    say(machine, link, message(1), message(2))
    assert machine.take_requests() == [Store(link, (message(1), message(2)))]


def test_an_ack_goes_out_once_it_is_stored() -> None:
    machine = delivery(nominator=True)
    link = flowing(machine)
    say(machine, link, message(1))
    assert heard(link) == []
    (request,) = of(Store, machine.take_requests())
    machine.stored(link, request, Position(THEIRS, 1, b"c" * 32), 0.0)
    assert heard(link) == [Ack(THEIRS, 1, b"c" * 32)]


def test_a_link_ends_where_messages_are_taken_in_part() -> None:
    """They are not sent twice on one link: the next one goes on from what is held."""
    machine = delivery(nominator=True)
    link = flowing(machine)
    say(machine, link, message(1), message(2))
    (request,) = of(Store, machine.take_requests())
    machine.stored(link, request, Position(THEIRS, 1, b"c" * 32), 0.0)
    assert link not in machine.links


def test_streams_are_stored_one_by_one() -> None:
    machine = delivery(nominator=True)
    link = flowing(machine)
    other = Message(b"o" * 16, 1, b"i" * 16, b"d" * 32, b"body")
    say(machine, link, message(1), other, message(2), message(3))
    batches = [request.messages for request in of(Store, machine.take_requests())]
    assert batches == [(message(1),), (other,), (message(2), message(3))]


def test_reading_waits_for_the_store() -> None:
    machine = delivery(nominator=True)
    link = flowing(machine)
    size = 64 * 1024
    count = MAX_UNCOMMITTED_BYTES // size
    for seq in range(1, count + 1):
        assert link.wants_data
        say(machine, link, message(seq, size))
    assert not link.wants_data
    first, *rest = of(Store, machine.take_requests())
    machine.stored(link, first, Position(THEIRS, 1, b"c" * 32), 0.0)
    assert link.wants_data
    for request in rest:
        machine.stored(link, request, Position(THEIRS, request.messages[-1].seq, b"c" * 32), 0.0)
    assert link.uncommitted_bytes == 0


def test_who_says_too_much_about_files_is_not_read_for_a_while() -> None:
    machine = delivery(nominator=True)
    link = flowing(machine)
    words = [Ask(number.to_bytes(16, "big")) for number in range(FILE_WORDS_AT_ONCE + 1)]
    say(machine, link, *words[:-2], now=1.0)
    assert link.wants_data
    say(machine, link, *words[-2:], now=1.0)
    assert not link.wants_data
    assert [notice.message for notice in of(AboutFile, machine.take_notices())] == words
    later = machine.next_tick
    assert later is not None
    assert later == pytest.approx(1.0 + 1 / FILE_WORDS_PER_S)
    machine.tick(later - 0.001)
    assert not link.wants_data
    machine.tick(later)
    assert link.wants_data
    assert machine.next_tick is None or machine.next_tick > later


def test_bytes_that_say_nothing_count_too() -> None:
    """A body of one byte takes a thousand times that to hold."""
    machine = delivery(nominator=True)
    link = flowing(machine)
    held = 0
    while link.wants_data and held < 100_000:
        say(machine, link, *(message(held + i, 1) for i in range(1, 1001)))
        held += 1000
    assert held <= 20_000


# What is said, and when


def test_sent_is_said_at_once_and_marked_after_a_moment() -> None:
    machine = delivery(nominator=True)
    link = flowing(machine)
    stream = rows(3)
    machine.rows_read(link, stream, more=False)
    say(machine, link, Ack(STREAM, 1, stream[0].chain), now=10.0)
    say(machine, link, Ack(STREAM, 3, stream[2].chain), now=10.01)
    assert machine.take_notices() == [Sent([stream[0].message_id]), Sent([row.message_id for row in stream[1:]])]
    assert machine.take_requests() == []
    assert machine.next_tick == 10.0 + MARK_SENT_AFTER_S
    machine.tick(10.0 + MARK_SENT_AFTER_S - 0.001)
    assert machine.take_requests() == []
    machine.tick(10.0 + MARK_SENT_AFTER_S)
    assert machine.take_requests() == [MarkSent(STREAM, 3)]
    machine.tick(11.0)
    assert machine.take_requests() == []


def test_sent_is_marked_at_once_when_the_link_ends() -> None:
    machine = delivery(nominator=True)
    link = flowing(machine)
    stream = rows(1)
    machine.rows_read(link, stream, more=False)
    say(machine, link, Ack(STREAM, 1, stream[0].chain))
    machine.link_closed(link, 1.0)
    assert machine.take_requests() == [MarkSent(STREAM, 1)]


def test_what_the_peer_had_already_is_said_to_be_sent() -> None:
    machine = delivery(nominator=True)
    link = flowing(machine)
    machine.resumed(link, Position(STREAM, 2, b"c" * 32), [b"a" * 16, b"b" * 16])
    assert machine.take_notices() == [Sent([b"a" * 16, b"b" * 16])]


# What ends a link


@pytest.mark.parametrize(
    "bad",
    [
        Ack(b"o" * 16, 1, b"c" * 32),  # another stream
        Ack(STREAM, 2, b"c" * 32),  # beyond what was sent
        Ack(STREAM, 1, b"c" * 32),  # another chain
        Hello(0, (), b"", b"", 1),
        Nominate(()),
    ],
)
def test_a_violation_ends_that_link_only(bad: PeerMessage) -> None:
    machine = delivery(nominator=False)
    other = flowing(machine)
    link = flowing(machine)
    machine.rows_read(link, rows(1), more=False)
    if isinstance(bad, Nominate):
        bad = Accept(())
    say(machine, link, bad)
    assert len(of(Violation, machine.take_notices())) == 1
    assert machine.take_closing() == [link]
    assert link.protocol.state is State.CLOSED
    assert machine.links == [other]
    assert machine.current is other


def test_an_ack_before_anything_was_sent_is_a_violation() -> None:
    machine = delivery(nominator=True)
    link = greeted(machine)
    machine.positions_read(link, ())
    say(machine, link, Accept(()), Ack(STREAM, 0, STREAM))
    assert of(Violation, machine.take_notices())


def test_garbage_is_a_violation() -> None:
    machine = delivery(nominator=True)
    link = flowing(machine)
    machine.receive_data(link, encode_frame(b"\xc1"), 1.0)
    assert of(Violation, machine.take_notices())
    assert machine.take_closing() == [link]


def test_a_refusal_ends_the_link_without_a_word() -> None:
    machine = delivery(nominator=True)
    link = flowing(machine)
    say(machine, link, message(1))
    machine.refused(link, 1.0)
    assert heard(link) == []
    assert machine.take_notices() == []
    assert machine.take_closing() == [link]


def test_a_silent_link_is_closed() -> None:
    machine = delivery(nominator=True)
    link = flowing(machine)
    machine.tick(16.5)
    assert heard(link) == [Ping()]
    machine.tick(46.5)
    assert machine.take_closing() == [link]
    assert machine.next_tick is None


def test_answers_for_a_link_that_has_ended_do_nothing() -> None:
    machine = delivery(nominator=True)
    link = flowing(machine)
    say(machine, link, message(1))
    (request,) = of(Store, machine.take_requests())
    machine.close(1.0)
    assert machine.take_closing() == [link]
    machine.stored(link, request, Position(THEIRS, 1, b"c" * 32), 0.0)
    machine.positions_read(link, ())
    machine.resumed(link, start_of(STREAM))
    machine.rows_read(link, rows(1), more=True)
    machine.receive_data(link, encode_frame(b"\xc1"), 1.0)
    machine.link_closed(link, 1.0)
    assert heard(link) == []
    assert machine.take_requests() == []
    assert machine.take_notices() == []
