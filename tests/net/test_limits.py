"""Rates, places and the short queue."""

import threading
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.errors import UserError
from chat.net import limits
from chat.net.limits import Places, ShortQueue, TokenBucket


def test_a_burst_and_then_a_rate() -> None:
    bucket = TokenBucket(rate=2.0, burst=3)
    assert [bucket.take("a", 100.0) for _ in range(4)] == [True, True, True, False]
    assert not bucket.take("a", 100.4)
    assert bucket.take("a", 100.5)
    assert not bucket.take("a", 100.5)
    assert [bucket.take("a", 200.0) for _ in range(4)] == [True, True, True, False]


def test_each_key_by_itself() -> None:
    bucket = TokenBucket(rate=1.0, burst=1)
    assert bucket.take("a", 0.0)
    assert bucket.take("b", 0.0)
    assert not bucket.take("a", 0.0)


def test_what_is_given_back_can_be_taken_again() -> None:
    bucket = TokenBucket(rate=1.0, burst=2)
    assert bucket.take("a", 0.0)
    bucket.give_back("a", 0.0)
    bucket.give_back("a", 0.0)  # never more than the burst
    assert [bucket.take("a", 0.0) for _ in range(3)] == [True, True, False]


@given(st.lists(st.floats(0, 10), min_size=1, max_size=200))
def test_never_more_than_burst_and_rate(pauses: list[float]) -> None:
    bucket, now, taken = TokenBucket(rate=0.5, burst=4), 0.0, 0
    for pause in pauses:
        now += pause
        taken += bucket.take("a", now)
    assert taken <= 4 + 0.5 * now + 1e-6


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_KEYS", 10)
    bucket = TokenBucket(rate=1.0, burst=1)
    for number in range(100):
        bucket.take(str(number), 0.0)
    assert len(bucket._levels) == 10
    assert not bucket.take("99", 0.0)  # the latest are kept


def test_places_in_all_and_for_each() -> None:
    places = Places(total=3, per_key=2)
    assert [places.take("a"), places.take("a"), places.take("a")] == [True, True, False]
    assert [places.take("b"), places.take("c")] == [True, False]
    places.give_back("a")
    assert places.take("c")
    for key in "abc":
        places.give_back(key)
    assert places._taken == {}


def hold(queue: ShortQueue, entered: Callable[[], None], leave: threading.Event, refused: list[str]) -> None:
    try:
        with queue.turn():
            entered()
            assert leave.wait(20)
    except UserError as error:
        refused.append(str(error))


def test_the_queue_is_short() -> None:
    queue, leave, refused = ShortQueue(running=2, waiting=3), threading.Event(), list[str]()
    inside, most, lock = [0], [0], threading.Lock()

    def entered() -> None:
        with lock:
            inside[0] += 1
            most[0] = inside[0]

    threads = [threading.Thread(target=hold, args=(queue, entered, leave, refused)) for _ in range(5)]
    for thread in threads:
        thread.start()
    while queue._places._sum < 5 or inside[0] < 2:
        assert threading.Event().wait(0.001) is False
    assert most[0] == 2
    hold(queue, entered, leave, refused)
    assert len(refused) == 1
    assert "busy" in refused[0]
    leave.set()
    for thread in threads:
        thread.join()
    assert inside[0] == 5
    with queue.turn():
        pass


def test_a_turn_ends_however_it_ends() -> None:
    queue = ShortQueue(running=1, waiting=0)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), queue.turn():
            raise ZeroDivisionError
