"""Signs of life: a question after 15 s of silence, the end after 45."""

import pytest

from chat.wire.pulse import DEAD_AFTER_S, PING_AFTER_S, Pulse


def test_the_times() -> None:
    assert (PING_AFTER_S, DEAD_AFTER_S) == (15.0, 45.0)


def test_a_silence_is_asked_about_once() -> None:
    pulse = Pulse(100.0)
    assert not pulse.must_ask(114.9)
    assert pulse.must_ask(115.0)
    assert not pulse.must_ask(130.0)
    pulse.heard(131.0)
    assert not pulse.must_ask(145.9)
    assert pulse.must_ask(146.0)


def test_a_longer_silence_is_the_end() -> None:
    pulse = Pulse(100.0)
    assert not pulse.is_dead(144.9)
    assert pulse.is_dead(145.0)
    pulse.heard(144.9)
    assert not pulse.is_dead(145.0)


@pytest.mark.parametrize("asked", [False, True])
def test_the_next_tick_is_when_something_changes(asked: bool) -> None:
    pulse = Pulse(100.0)
    if asked:
        pulse.must_ask(115.0)
    at = pulse.next_tick
    assert at == (145.0 if asked else 115.0)
    assert not pulse.is_dead(at - 0.1)
    assert pulse.is_dead(at) if asked else pulse.must_ask(at)
