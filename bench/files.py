"""python -m bench.files: how fast a file crosses, beside a bare TLS stream between two processes in the same run.

A file's time is from `/accept` to `done` at the receiver: asked for, sent, hashed, written, on the disk,
named, and noted in the database.
"""

import argparse
import json
import multiprocessing
import os
import socket
import statistics
import tempfile
import time
from multiprocessing.connection import Connection as Pipe
from pathlib import Path

from tabulate import tabulate

from chat.core.credentials import Credentials
from chat.core.file_journal import DEFAULT_POLICY
from chat.core.home import Home
from chat.core.keyring import KeyringFile
from chat.net.bulk import BulkConnection
from chat.net.certificates import host_name
from chat.net.deadline import Deadline
from chat.net.tls import ALPN_TRANSFER, handshake
from tests.processes import PASSWORD, Client, Server

CHUNK_BYTES = 256 * 1024
MIB = 1024 * 1024
ROUNDS = 5


def main() -> None:
    """Measure and print."""
    flags = argparse.ArgumentParser(prog="python -m bench.files")
    flags.add_argument("--mib", type=int, default=512, help="size of the file: %(default)s MiB")
    flags.add_argument("--rounds", type=int, default=ROUNDS)
    flags.add_argument("--sparse", action="store_true", help="the file has holes: quickly made, and long")
    flags.add_argument("--disk", type=Path, help="where files and databases are; else a temporary folder")
    flags.add_argument("--json", type=Path, metavar="PATH", help="write every round's figures there")
    chosen = flags.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.disk) as name:
        floors, files, memory = _measure(Path(name), chosen.mib * MIB, chosen.rounds, sparse=chosen.sparse)
    ratio = statistics.median(f / b for f, b in zip(files, floors, strict=True))
    rows = [
        ("bare TLS 1.3 stream, nothing written or hashed", f"{statistics.median(floors):.0f} MiB/s", "1.00"),
        (f"/send of {chosen.mib} MiB", f"{statistics.median(files):.0f} MiB/s", f"{ratio:.2f} (aim 0.7)"),
        ("most memory, sender", f"{memory[0]} MiB", ""),
        ("most memory, receiver", f"{memory[1]} MiB", ""),
    ]
    print(tabulate(rows, ("what", "median", "ratio in one run"), disable_numparse=True))
    if chosen.json:
        chosen.json.write_text(json.dumps({"floors": floors, "files": files, "memory_mib": memory}))


def _measure(folder: Path, size: int, rounds: int, *, sparse: bool) -> tuple[list[float], list[float], tuple[int, int]]:
    server = Server(folder / "registry")
    alice = Client(folder, "alice", server.address).ready()
    bob = Client(folder, "bob", server.address).ready()
    floors, files = [], []
    try:
        bob.do("/add alice")
        alice.do("/add bob")
        for client in (alice, bob):
            Path(f"/proc/{client.pid}/clear_refs").write_text("5")  # the peak so far was the password's
        for number in range(rounds):
            floors.append(_bare(folder, size))
            path = folder / f"file-{number}"
            _make(path, size, number, sparse=sparse)
            files.append(_file(path, alice, bob))
        memory = _peak_mib(alice.pid), _peak_mib(bob.pid)
    finally:
        for process in (alice, bob, server):
            process.close()
    return floors, files, memory


def _make(path: Path, size: int, number: int, *, sparse: bool) -> None:
    """No two the same: what is there already is not sent."""
    block = os.urandom(MIB)
    with path.open("wb") as file:
        file.write(number.to_bytes(4, "big"))
        if sparse:
            file.truncate(size)
        for place in range(0, 0 if sparse else size, MIB):
            file.write(place.to_bytes(8, "big") + block[8:])


def _file(path: Path, alice: Client, bob: Client) -> float:
    """MiB a second, from the answer to the offer on."""
    alice.type(f"/send bob {path}")
    offer = bob.event("transfer", state="offered")
    start = time.monotonic()
    if offer["total"] > DEFAULT_POLICY.each_bytes:
        bob.type(f"/accept {offer['number']}")
    done = bob.event("transfer", state="done")
    seconds = time.monotonic() - start
    Path(str(done["path"])).unlink()
    path.unlink()
    return int(offer["total"]) / MIB / seconds


def _bare(folder: Path, size: int) -> float:
    """MiB a second from one process to another, over the same certificates."""
    ours, theirs = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    sender = context.Process(target=_send, args=(folder / "alice", theirs, size))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        sender.start()
        ours.send((listener.getsockname(), _credentials(folder / "bob").identity.peer_id))
        accepted, _ = listener.accept()
    tls = handshake(accepted, _credentials(folder / "bob").for_listening, Deadline(30))
    connection = BulkConnection(tls)
    left = size
    with memoryview(bytearray(CHUNK_BYTES)) as buffer:
        left -= connection.receive_into(buffer)
        start = time.monotonic()
        while left > 0:
            left -= connection.receive_into(buffer)
        seconds = time.monotonic() - start
    connection.close()
    sender.join()
    return size / MIB / seconds


def _send(home: Path, pipe: Pipe, size: int) -> None:
    address, peer_id = pipe.recv()
    context = _credentials(home).for_dialling[ALPN_TRANSFER]
    tls = handshake(socket.create_connection(address), context, Deadline(30), server_name=host_name(peer_id))
    connection = BulkConnection(tls)
    chunk = memoryview(os.urandom(CHUNK_BYTES))
    for place in range(0, size, CHUNK_BYTES):
        connection.send(chunk[: min(CHUNK_BYTES, size - place)])
    connection.close()


def _credentials(path: Path) -> Credentials:
    home = Home(path)
    keyring, _ = KeyringFile.read(home.keyring).open(PASSWORD)
    return Credentials(home, keyring)


def _peak_mib(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) // 1024


if __name__ == "__main__":
    main()
