"""The history from its first message to its last, a few hundred at a time.

Each part is read on a connection that is borrowed for that part alone, so that an export of hours holds up nobody
who wants to read, and a long history is never in memory.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from chat.core.events import Line
from chat.core.history import read_lines
from chat.core.reading import reading
from db.history import Part, newest, oldest
from db.messages import last_ordinal
from db.pool import Pool
from db.transcripts import VOICE

AT_ONCE = 256


def last_number(pool: Pool) -> int:
    """The number of the newest message."""
    with reading(pool) as connection:
        return last_ordinal(connection)


def messages(pool: Pool, own_name: str, last: int) -> Iterator[Line]:
    """All of them up to that number, the oldest first."""
    after = 0
    while True:
        with reading(pool) as connection:
            ordinals = oldest(connection, Part(after + 1, last), "", AT_ONCE)
            lines = [_with_words(line) for line in read_lines(connection, own_name, ordinals)]
        if not ordinals:
            return
        yield from lines
        after = ordinals[-1]


def newest_messages(pool: Pool, own_name: str, count: int) -> list[Line]:
    """The newest so many, the oldest of them first."""
    with reading(pool) as connection:
        ordinals = newest(connection, Part(1, last_ordinal(connection)), "", count)
        return [_with_words(line) for line in read_lines(connection, own_name, sorted(ordinals))]


def _with_words(line: Line) -> Line:
    """Of a recording what is said in it, in place of its file's name."""
    return replace(line, text=line.transcript) if line.kind == VOICE else line
