"""A simulated network: links whose bytes move when the schedule says so, and break where it says so."""

from dataclasses import dataclass, field
from enum import Enum


class End(Enum):
    """Whose end of a connection: the one who dialled, or the one who was."""

    DIALLER = 0
    ACCEPTOR = 1

    @property
    def other(self) -> "End":
        return End.ACCEPTOR if self is End.DIALLER else End.DIALLER


@dataclass
class Half:
    """One end: what was written to it and is on its way, and whether the writer has closed."""

    owner: str
    in_flight: bytearray = field(default_factory=bytearray)  # towards this end
    closed: bool = False  # by its owner: nothing is read or written any more
    end_of_file: bool = False  # the other end closed: after in_flight comes the end
    dead: bool = False  # bytes towards this end are lost from now on, silently


@dataclass(eq=False)
class Wire:
    """A connection between two people."""

    halves: dict[End, Half]

    @classmethod
    def between(cls, dialler: str, acceptor: str) -> "Wire":
        return cls({End.DIALLER: Half(dialler), End.ACCEPTOR: Half(acceptor)})

    def write(self, end: End, data: bytes) -> None:
        """The owner of `end` sends."""
        other = self.halves[end.other]
        if not self.halves[end].closed and not other.dead:
            other.in_flight += data

    def close(self, end: End) -> None:
        """The owner of `end` closes: what it wrote still arrives, then the end of file."""
        self.halves[end].closed = True
        other = self.halves[end.other]
        if not other.dead:
            other.end_of_file = True

    def cut(self, *, losing: bool) -> None:
        """The line breaks: both ends are told; with `losing`, what was on its way is lost."""
        for half in self.halves.values():
            half.end_of_file = True
            if losing:
                half.in_flight.clear()

    def silence(self) -> None:
        """The line breaks and nobody is told."""
        for half in self.halves.values():
            half.dead = True
            half.in_flight.clear()

    def readable(self, end: End) -> bool:
        """Whether something, or the end, has come in at `end`."""
        half = self.halves[end]
        return not half.closed and bool(half.in_flight or half.end_of_file)

    def read(self, end: End, size: int) -> bytes:
        """At most `size` bytes; empty at the end of file."""
        half = self.halves[end]
        data = bytes(half.in_flight[:size])
        del half.in_flight[: len(data)]
        return data
