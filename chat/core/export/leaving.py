"""Whose messages an export leaves out, and what would repeat them: quotes go too. Pure.

Left out are the messages of somebody who is to be left out, all that was said between that person and oneself
alone, every message of others in which RUN words stand in a row as that person wrote them, and in
conversations in which that person takes part, and in rooms, the lines that begin with ">".
Which words stood in a row is kept as marks in a field of fixed size (a Bloom filter), however long the history
is: once in a great while it takes a message for a quote that is none, never the other way round.
"""

import hashlib
import secrets
from collections.abc import Iterable, Iterator, Sequence

from chat.core.events import Line
from chat.core.folding import WORD, fold, normalized, runs

RUN = 5
FIELD_BITS = 2**27
MARKS = 4


class LeftOut:
    """`names` are to be left out; `learn` each of the messages before `keep` is asked of any."""

    def __init__(self, own_name: str, names: Iterable[str]) -> None:
        self.names = frozenset(names)
        self.messages = 0
        self._own_name = own_name
        self._key = secrets.token_bytes(16)
        self._field = bytearray(FIELD_BITS // 8 if self.names else 0)

    def learn(self, line: Line) -> None:
        """Note what somebody wrote who is to be left out."""
        if line.sender in self.names:
            for place in self._places(line.text):
                self._field[place >> 3] |= 1 << (place & 7)

    def keep(self, line: Line) -> str | None:
        """What may be exported of the text of a message; None if nothing may, not even that it was."""
        if not self.names:
            return line.text
        others = {line.sender, *line.to} - {self._own_name}
        text = _without_quoted_lines(line.text) if line.room or others & self.names else line.text
        gone = line.sender in self.names or others <= self.names or self._repeats(text)
        self.messages += gone
        return None if gone else text

    def _repeats(self, text: str) -> bool:
        places = iter(self._places(text))
        for first in places:
            marks = (first, *(next(places) for _ in range(MARKS - 1)))
            if all(self._field[place >> 3] >> (place & 7) & 1 for place in marks):
                return True
        return False

    def _places(self, text: str) -> Iterator[int]:
        """MARKS places in the field for each run of words."""
        words = _words(text)
        for start in range(len(words) - RUN + 1):
            run = " ".join(words[start : start + RUN]).encode("utf-8", "surrogatepass")
            digest = hashlib.blake2b(run, digest_size=4 * MARKS, key=self._key).digest()
            for place in range(0, 4 * MARKS, 4):
                yield int.from_bytes(digest[place : place + 4]) % FIELD_BITS


def _words(text: str) -> Sequence[str]:
    """Folded; of scripts without spaces each character counts."""
    found: list[str] = []
    for run in runs(fold(normalized(text))):
        found += [run.text] if run.kind == WORD else run.text
    return found


def _without_quoted_lines(text: str) -> str:
    return "\n".join(line for line in text.split("\n") if not line.lstrip().startswith(">"))
