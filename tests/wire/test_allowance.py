"""An allowance: what is said at once is let pass, what is said on and on waits."""

from chat.wire.allowance import Allowance


def test_so_much_at_once_then_so_much_a_second() -> None:
    allowance = Allowance(at_once=10, per_s=2.0)
    for _ in range(10):
        allowance.use(100.0)
    assert allowance.rests_until <= 100.0
    for _ in range(4):
        allowance.use(100.0)
    assert allowance.rests_until == 102.0


def test_a_silence_is_not_saved_up() -> None:
    allowance = Allowance(at_once=10, per_s=2.0)
    for now in (100.0, 1000.0):
        for _ in range(12):
            allowance.use(now)
        assert allowance.rests_until == now + 1.0
