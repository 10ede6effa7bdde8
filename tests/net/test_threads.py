"""Threads have a name that tells what they are, and hold up no end."""

import signal
import threading

from chat.net.threads import SIGNALS, start_thread


def test_a_thread() -> None:
    seen = []
    thread = start_thread(lambda *arguments: seen.append((threading.current_thread().name, arguments)), "x", 1, "two")
    thread.join()
    assert seen == [("x", (1, "two"))]
    assert thread.daemon


def test_the_signals_are_the_main_threads() -> None:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    seen = []
    start_thread(lambda: seen.append(signal.pthread_sigmask(signal.SIG_BLOCK, ())), "x").join()
    assert seen[0] >= SIGNALS
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before
    assert not SIGNALS & before
