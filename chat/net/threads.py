"""How threads are started."""

import threading
from collections.abc import Callable


def start_thread(target: Callable[..., None], name: str, *arguments: object) -> threading.Thread:
    """A daemon thread under a name that tells what it is, running."""
    thread = threading.Thread(target=target, name=name, args=arguments, daemon=True)
    thread.start()
    return thread
