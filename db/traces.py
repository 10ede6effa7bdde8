"""All names, addresses and files that a client's database knows: what must not be in an anonymised export."""

from collections.abc import Iterator
from typing import NamedTuple

from db.connection import Connection
from db.history import ROOM_SIGN


class Traces(NamedTuple):
    """Each once. `names` are accounts; `ids` are those in certificates, `keys` public keys."""

    names: set[str]
    addresses: set[str]
    ports: set[int]
    ids: set[str]
    keys: set[bytes]
    files: set[str]
    rooms: set[str]


def find_traces(connection: Connection) -> Traces:
    """Read them; of a long history each table once."""
    traces = Traces(set(), set(), set(), set(), set(), set(), set())
    for name, ip, port, peer_id, *keys in connection.query(
        "SELECT name, ip, port, peer_id, public_key, shown_key FROM `User`"
    ):
        traces.names.add(name)
        traces.addresses.add(ip)
        traces.ports.add(int(port))
        traces.ids.add(peer_id)
        traces.keys.update(bytes(key) for key in keys)
    for table in ("Sender", "Receiver"):
        for ip, port in connection.query(f"SELECT DISTINCT ip, port FROM {table}"):
            traces.addresses.add(ip)
            traces.ports.add(int(port))
        for name, recipients in connection.query(f"SELECT DISTINCT name, recipients FROM {table}"):
            traces.names.update((name, *recipients.split(",")))
    for room, owner, owner_key in connection.query("SELECT name, owner, owner_key FROM Room"):
        traces.rooms.add(room)
        traces.names.add(owner)
        traces.keys.add(bytes(owner_key))
    for name, key in connection.query("SELECT DISTINCT name, public_key FROM Member"):
        traces.names.add(name)
        traces.keys.add(bytes(key))
    traces.rooms.update(name for name in traces.names if name.startswith(ROOM_SIGN))
    traces.names.difference_update(traces.rooms)
    for name, path in _files(connection):
        traces.files.update((name, path))
    traces.names.discard("")
    return traces


def _files(connection: Connection) -> Iterator[tuple[str, str]]:
    yield from connection.query("SELECT DISTINCT file_name, path FROM File")
