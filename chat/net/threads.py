"""How threads are started, and how those that must go on tell of a fault of ours."""

import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress

SIGNALS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}


class DaemonThread(threading.Thread):
    """Ends with the process, has a name that tells what it is, and leaves the signals to the main thread.

    The kernel may give a signal of the process to any thread that does not block it. Python's handler waits
    for the main thread then, and nothing wakes that out of a lock: under load one SIGTERM in four was lost.
    """

    def __init__(self, target: Callable[..., None], name: str, *arguments: object) -> None:
        super().__init__(target=target, name=name, args=arguments, daemon=True)

    def start(self) -> None:
        """Start it with the signals blocked: a thread inherits what its maker blocks."""
        before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        try:
            super().start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def start_thread(target: Callable[..., None], name: str, *arguments: object) -> DaemonThread:
    """One that runs."""
    thread = DaemonThread(target, name, *arguments)
    thread.start()
    return thread


def report_fault() -> None:
    """Tell of the exception that is being handled as of one that ends a thread; this thread goes on."""
    with suppress(Exception):
        threading.excepthook(threading.ExceptHookArgs((*sys.exc_info(), threading.current_thread())))
