"""Which files this process has open, as Linux tells."""

import os
from contextlib import suppress
from pathlib import Path


def open_below(folder: Path) -> list[str]:
    """What is open of a folder: itself and what is in it, once for each descriptor."""
    found = []
    for descriptor in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # that of the listing itself
            found.append(str(descriptor.readlink()))
    return [path for path in found if path == str(folder) or path.startswith(f"{folder}{os.sep}")]
