"""Safe forms of the names that others give to files. A name from outside is never used as a path.

What is left is one component, without separators, control or format characters, not hidden, not an
option, not a device of Windows, short enough for every file system, and its ending kept.
"""

import re
import unicodedata

MAX_BYTES = 200
FALLBACK = "file"

_SEPARATORS = re.compile(r"[/\\]")
_FORBIDDEN = re.compile(r'[<>:"|?*]')  # to Windows
_DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(\..*)?\Z", re.IGNORECASE)
_HIDDEN_CATEGORIES = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def safe_name(name: str) -> str:
    """A name under which a file may be put into the download folder."""
    name = _SEPARATORS.split(name)[-1]
    name = "".join(char for char in name if unicodedata.category(char) not in _HIDDEN_CATEGORIES)
    name = unicodedata.normalize("NFC", name)  # after that, for what was taken out may have parted an accent
    name = _FORBIDDEN.sub("_", " ".join(name.split())).strip(". ")
    name = name.lstrip("-~. ")
    if _DEVICES.match(name):
        name = "_" + name
    return _shortened(name) or FALLBACK


def numbered(name: str, number: int) -> str:
    """The `number`-th form of a safe name: photo.jpg, photo (2).jpg and so on."""
    if number == 1:
        return name
    stem, ending = _split(name)
    return f"{stem} ({number}){ending}"


def _split(name: str) -> tuple[str, str]:
    stem, dot, ending = name.rpartition(".")
    return (stem, dot + ending) if stem and len(ending) <= 16 else (name, "")


def _shortened(name: str) -> str:
    if len(name.encode()) <= MAX_BYTES:
        return name
    stem, ending = _split(name)
    room = MAX_BYTES - len(ending.encode())
    return stem.encode()[: max(room, 1)].decode(errors="ignore").rstrip(". ") + ending
