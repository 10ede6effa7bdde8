"""When a peer is dialled, and when a conversation may end: by the clock that the test holds."""

from chat.core import redial
from chat.core.redial import LINGER_S, Redial


def turn(machine: Redial, now: float, *, linked: bool = False, hope: bool = True) -> bool:
    return machine.takes_turn(now, linked=linked, hope=hope)


def test_dials_for_what_was_written_and_where_there_is_hope() -> None:
    machine = Redial(0.0)
    assert not turn(machine, 1.0)
    machine.composed(1.0)
    assert not turn(machine, 1.0, hope=False)
    assert not turn(machine, 1.0, linked=True)
    assert turn(machine, 1.0)


def test_one_try_at_a_time_and_the_next_one_later() -> None:
    machine = Redial(0.0)
    machine.composed(0.0)
    assert turn(machine, 0.0)
    assert not turn(machine, 100.0)
    assert machine.next_tick(linked=False, hope=True) is None
    machine.tried()
    machine.look_up(100.0)
    assert not turn(machine, 200.0), "the store has not answered yet"
    machine.looked_up(True)
    assert machine.next_tick(linked=False, hope=True) == machine.backoff.next_try
    assert turn(machine, 200.0)
    machine.tried()
    assert not turn(machine, machine.backoff.next_try - 0.001)
    assert turn(machine, machine.backoff.next_try)


def test_a_try_under_way_is_not_doubled_by_a_link_that_ends() -> None:
    machine = Redial(0.0)
    machine.composed(0.0)
    assert turn(machine, 0.0)
    machine.look_up(1.0)
    machine.looked_up(True)
    assert not turn(machine, 100.0)


def test_what_is_written_while_the_store_is_asked_counts() -> None:
    machine = Redial(0.0)
    machine.look_up(0.0)
    machine.composed(0.0)
    machine.looked_up(False)
    assert turn(machine, 0.0)


def test_ends_after_a_while_without_a_reason_to_stay() -> None:
    machine = Redial(0.0)
    assert machine.next_tick(linked=False, hope=True) == LINGER_S
    assert not machine.may_end(LINGER_S - 1, linked=False, hope=True)
    assert not machine.may_end(LINGER_S, linked=True, hope=True)
    assert machine.may_end(LINGER_S, linked=False, hope=True)
    machine.look_up(5.0)
    assert not machine.may_end(5.0 + LINGER_S, linked=False, hope=True), "the store may say that there is a reason"
    machine.looked_up(False)
    assert not machine.may_end(4.0 + LINGER_S, linked=False, hope=True), "a link has ended just now"
    assert machine.may_end(5.0 + LINGER_S, linked=False, hope=True)


def test_stays_as_long_as_it_tries() -> None:
    """The pauses grow beyond the time that an idle conversation lingers: nobody else would try again."""
    machine = Redial(0.0)
    machine.composed(0.0)
    now = 0.0
    for _ in range(20):
        now = max(now, machine.backoff.next_try)
        assert turn(machine, now)
        machine.tried()
        machine.look_up(now)
        machine.looked_up(True)
        assert not machine.may_end(machine.backoff.next_try, linked=False, hope=True)
    assert machine.backoff.next_try - now > redial.LINGER_S / 2
    assert machine.may_end(now + LINGER_S, linked=False, hope=False), "whoever brings hope brings news"
