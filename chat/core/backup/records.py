"""What stands in a backup: the files of the home that make a person, the rows of every table, and the end."""

import msgspec

from db.connection import Row


class Header(msgspec.Struct, frozen=True):
    """In clear: what is needed to open the rest. `keyring` is keyring.json, which the password opens."""

    keyring: bytes
    salt: bytes
    schema: int
    time: str


class HomeFile(msgspec.Struct, frozen=True, array_like=True, tag="file"):
    """One of the home's files."""

    name: str
    data: bytes


class Rows(msgspec.Struct, frozen=True, array_like=True, tag="rows"):
    """Some rows of a table: texts, bytes and numbers, one for each of the columns."""

    table: str
    columns: tuple[str, ...]
    rows: list[Row]


class End(msgspec.Struct, frozen=True, array_like=True, tag="end"):
    """Nothing follows. How many rows of each table came before."""

    rows: dict[str, int]


Record = HomeFile | Rows | End


def summary(rows: dict[str, int]) -> str:
    """What a person is told of so many rows; a message to several was sent to each."""
    return f"{rows.get('Receiver', 0):,} messages received, {rows.get('Sender', 0):,} sent"


encoder = msgspec.msgpack.Encoder()
record_decoder: msgspec.msgpack.Decoder[Record] = msgspec.msgpack.Decoder(Record)
header_decoder = msgspec.msgpack.Decoder(Header)
