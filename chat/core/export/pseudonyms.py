"""Names that stand for others within one export, and say nothing outside of it.

A pseudonym is a keyed hash. The key is random, made for one export, and never leaves the process: who has the
file and a list of all the names in the world cannot tell which of them it was made of, and in two exports
nothing is called the same.
"""

import hashlib
import hmac
import re
import secrets

from chat.core.export.spans import KINDS, PERSON, ROOM
from chat.core.folding import fold, normalized

DIGITS = 12
GROUP = "GROUP"
TAG = re.compile(rf"<(?:{'|'.join(KINDS)})_[0-9]{{{DIGITS}}}>")


class Pseudonyms:
    """Those of one export."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def person(self, name: str) -> str:
        """As in PERSON_402917338104: the same for the same account."""
        return self._name(PERSON, name)

    def room(self, name: str) -> str:
        """As in ROOM_…: the same for the same room."""
        return self._name(ROOM, name)

    def group(self, names: tuple[str, ...]) -> str:
        """As in GROUP_…: the same for the same people, in whatever order."""
        return self._name(GROUP, ",".join(sorted(names)))

    def tag(self, kind: str, value: str) -> str:
        """As in <PLACE_…>, for text: the same for the same words, however they are written."""
        return f"<{self._name(kind, ' '.join(fold(normalized(value)).split()))}>"

    def _name(self, kind: str, value: str) -> str:
        digest = hmac.digest(self._key, f"{kind}\0{value}".encode("utf-8", "surrogatepass"), hashlib.sha256)
        return f"{kind}_{int.from_bytes(digest) % 10**DIGITS:0{DIGITS}}"
