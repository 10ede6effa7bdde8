"""The waker: one wake is enough, and a late one harms nobody."""

import os
import select
import threading

from chat.net.waker import Waker


def readable(waker: Waker) -> bool:
    return bool(select.select([waker], [], [], 0)[0])


def test_woken_until_cleared() -> None:
    waker = Waker()
    assert not readable(waker)
    waker.wake()
    waker.wake()
    assert readable(waker)
    waker.clear()
    assert not readable(waker)
    waker.clear()
    waker.wake()
    assert readable(waker)
    waker.close()


def test_a_wake_after_the_close_touches_nobodys_descriptor() -> None:
    waker = Waker()
    number = waker.fileno()
    waker.close()
    waker.close()
    taken = os.eventfd(0, os.EFD_NONBLOCK)  # the number is another's by now
    assert taken == number
    waker.wake()
    assert not select.select([taken], [], [], 0)[0]
    os.close(taken)


def test_many_threads_wake_at_once() -> None:
    waker = Waker()

    def wake_often() -> None:
        for _ in range(500):
            waker.wake()

    threads = [threading.Thread(target=wake_often) for _ in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        waker.clear()
    waker.clear()
    assert not readable(waker)
    waker.close()
