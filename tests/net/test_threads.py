"""Threads have a name that tells what they are, and hold up no end."""

import threading

from chat.net.threads import start_thread


def test_a_thread() -> None:
    seen = []
    thread = start_thread(lambda *arguments: seen.append((threading.current_thread().name, arguments)), "x", 1, "two")
    thread.join()
    assert seen == [("x", (1, "two"))]
    assert thread.daemon
