"""How threads are started, and how those that must go on tell of a fault of ours."""

import sys
import threading
from collections.abc import Callable
from contextlib import suppress


def start_thread(target: Callable[..., None], name: str, *arguments: object) -> threading.Thread:
    """A daemon thread under a name that tells what it is, running."""
    thread = threading.Thread(target=target, name=name, args=arguments, daemon=True)
    thread.start()
    return thread


def report_fault() -> None:
    """Tell of the exception that is being handled as of one that ends a thread; this thread goes on."""
    with suppress(Exception):
        threading.excepthook(threading.ExceptHookArgs((*sys.exc_info(), threading.current_thread())))
