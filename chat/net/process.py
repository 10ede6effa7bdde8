"""What a process of ours asks for itself: no dump of its memory, descriptors enough, and less garbage collecting."""

import ctypes
import gc
import resource
import sys

YOUNG_OBJECTS = 10_000

_PR_SET_DUMPABLE = 4


def keep_memory_private() -> None:
    """No core dump, and no other process of the same user may look in: keys and messages are in there.

    The limit alone does not do, since the kernel passes it over where dumps are piped to a program.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def raise_descriptor_limit() -> int:
    """As many descriptors as we may have; how many that is."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most


def collect_less_garbage() -> None:
    """To be called when all is imported: that is no garbage ever, and need not be looked through again and again.

    What a message makes is freed without the collector, being in no cycles; it took a tenth of the time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS)
