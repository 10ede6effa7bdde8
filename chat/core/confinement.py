"""What a process that reads a stranger's file gives up before: everything that it has not got open yet.

With no file descriptor to be had there is no socket, no file and no pipe besides those it holds: the recording,
and the pipe on which it answers. Its memory is what it has now and some more.
"""

import os
import resource
import signal
from contextlib import suppress
from pathlib import Path

STATM = Path("/proc/self/statm")


def confine(*, more_bytes: int, cpu_s: int) -> None:
    """Limit this process for good: `more_bytes` of address space, `cpu_s` seconds of CPU in all, nothing opened."""
    os.nice(10)  # whoever chats comes first
    signal.pthread_sigmask(signal.SIG_SETMASK, ())  # the thread that started it leaves them to the main thread
    _limit(resource.RLIMIT_CPU, cpu_s)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, 0)
    if STATM.exists():
        pages = int(STATM.read_text().split()[0])
        _limit(resource.RLIMIT_AS, pages * resource.getpagesize() + more_bytes)
    lowest_free = os.dup(0)
    os.close(lowest_free)
    _limit(resource.RLIMIT_NOFILE, lowest_free)


def _limit(what: int, most: int) -> None:
    with suppress(ValueError):  # it is limited to less already
        resource.setrlimit(what, (most, most))
