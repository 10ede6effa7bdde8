"""How many people one registry holds.

    python -m bench.registry_load [--connections N]

A real server.py; callers in processes of their own, from many loopback addresses, so that the limits for
each address are the usual ones. Measured: memory for a connection, lookups and presence while all are
held, and how long it takes until all are in again after the server was killed and started anew.
"""

import argparse
import json
import multiprocessing
import os
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection as Pipe
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench.callers import Caller, Crowd
from chat.net.certificates import Identity, private_pem
from chat.net.files import private_folder
from chat.net.tls import OwnCertificate
from chat.registry.authority import Authority
from chat.wire import registry as wire
from db.accounts import Account, insert_account
from db.connection import transaction
from db.schema import REGISTRY
from db.sqlite import SqliteDatabase

ROOT = Path(__file__).parent.parent
CROWDS = 2
WATCHERS = 100
DESCRIPTORS_EACH = 2  # a socket and a waker
DESCRIPTORS_BESIDES = 200
LOOKUPS = 250
FLIPS = 20


@dataclass(frozen=True)
class Town:
    """A registry's folder with accounts made beforehand, and their certificates; all have one key."""

    folder: Path
    pem: str
    names: tuple[str, ...]

    def certificate(self, name: str) -> OwnCertificate:
        """Whose files lie where."""
        return OwnCertificate(self.folder / "certificates" / name, self.folder / "key")


def found_town(folder: Path, count: int) -> Town:
    """Write accounts and certificates without bcrypt, which would take an hour."""
    data = private_folder(folder / "data")
    authority, database = Authority(data), SqliteDatabase(data / "accounts.db")
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw()
    names = tuple(f"person{number}" for number in range(count))
    town = Town(folder, authority.pem, names)
    (folder / "certificates").mkdir()
    (folder / "key").write_bytes(private_pem(key, b""))
    connection = database.connect()
    REGISTRY.apply(connection, "a registry")
    with transaction(connection) as tx:
        for number, name in enumerate(names):
            peer_id = f"{number:020x}"
            insert_account(tx, Account(name, peer_id, b"", public, ""))
            der = authority.certify(Identity(name, peer_id, public))
            pem = x509.load_der_x509_certificate(der).public_bytes(serialization.Encoding.PEM)
            town.certificate(name).certificate.write_bytes(pem)
    connection.close()
    return town


class Server:
    """server.py with room for all."""

    def __init__(self, town: Town, port: int = 0) -> None:
        self._log = (town.folder / "log").open("w")
        command = [sys.executable, "server.py", "--listen", f"127.0.0.1:{port}", "--data", str(town.folder / "data")]
        command += ["--max-connections", str(len(town.names) + 100), "--json"]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=self._log, stderr=subprocess.STDOUT)
        while not (lines := (town.folder / "log").read_text().splitlines()):
            time.sleep(0.05)
        self.port = int(json.loads(lines[0])["on"].rpartition(":")[2])

    def status(self, key: str) -> int:
        """A number of /proc/PID/status: VmRSS in KiB, Threads."""
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(next(line.split()[1] for line in text.splitlines() if line.startswith(key + ":")))

    def end(self, how: int) -> None:
        """Send it a signal and wait."""
        self.process.send_signal(how)
        self.process.wait()
        self._log.close()


def crowd(town: Town, port: int, names: tuple[str, ...], pipe: Pipe, first_address: int) -> None:
    """A process that holds connections: "enter" has them all made, whatever it takes."""
    people = Crowd(town.pem, ("127.0.0.1", port), [(name, town.certificate(name)) for name in names], first_address)
    while pipe.recv() == "enter":
        pipe.send(people.enter())
    people.close()


def in_all_crowds(pipes: list[Pipe]) -> tuple[float, int]:
    """Have everybody enter: seconds until all are in, and how many tries it took."""
    start = time.monotonic()
    for pipe in pipes:
        pipe.send("enter")
    tries = sum(pipe.recv() for pipe in pipes)
    return time.monotonic() - start, tries


def lookups(caller: Caller, names: tuple[str, ...]) -> list[float]:
    """Seconds each."""
    found = []
    for number in range(LOOKUPS):
        start = time.perf_counter()
        caller.ask(wire.Lookup(number, names[number * 37 % len(names)]), wire.Found)
        found.append(time.perf_counter() - start)
    return found


def presence(town: Town, port: int, names: tuple[str, ...], target: str) -> list[float]:
    """Seconds from hiding or showing up to the last of the watchers knowing it."""
    watchers = [
        Caller(town.pem, ("127.0.0.1", port), town.certificate(name), f"127.1.{i}.1") for i, name in enumerate(names)
    ]
    for watcher in watchers:
        watcher.sign_in(watched=(target,))
    changing = Caller(town.pem, ("127.0.0.1", port), town.certificate(target), "127.2.0.1")
    changing.sign_in()
    for watcher in watchers:
        watcher.wait_for(wire.Presence)
    found = []
    for flip in range(FLIPS):
        start = time.perf_counter()
        changing.say(wire.Hide(flip) if flip % 2 == 0 else wire.Show(flip, 1))
        for watcher in watchers:
            watcher.wait_for(wire.Presence)
        found.append(time.perf_counter() - start)
        time.sleep(0.2)
    for caller in (*watchers, changing):
        caller.close()
    return found


def measure(town: Town, held: int) -> Iterator[tuple[str, str]]:
    """What was measured and how much it is, as it comes."""
    server = Server(town)
    empty = server.status("VmRSS")
    pipes, processes = [], []
    for number in range(CROWDS):
        ours, theirs = multiprocessing.Pipe()
        arguments = (town, server.port, town.names[number:held:CROWDS], theirs, number * 100_000)
        process = multiprocessing.Process(target=crowd, args=arguments, daemon=True)
        process.start()
        pipes.append(ours)
        processes.append(process)
    seconds, tries = in_all_crowds(pipes)
    yield "first entry", f"{held} in {seconds:.1f} s, {tries} tries"
    memory = (server.status("VmRSS") - empty) / held
    yield "memory", f"{memory:.1f} KiB a connection, {empty / 1024:.0f} MiB besides, {server.status('Threads')} threads"
    asker = Caller(town.pem, ("127.0.0.1", server.port), town.certificate(town.names[held]), "127.3.0.1")
    asker.sign_in()
    yield "lookup", in_milliseconds(lookups(asker, town.names))
    watching = town.names[held + 1 : held + 1 + WATCHERS]
    yield (
        f"presence to {WATCHERS}",
        in_milliseconds(presence(town, server.port, watching, town.names[held + 1 + WATCHERS])),
    )
    asker.close()
    yield "memory afterwards", f"{(server.status('VmRSS') - empty) / held:.1f} KiB a connection"
    server.end(signal.SIGKILL)
    again = Server(town, server.port)
    seconds, tries = in_all_crowds(pipes)
    yield "all return", f"{held} in {seconds:.1f} s, {tries} tries, after kill -9"
    for pipe in pipes:
        pipe.send("leave")
    for process in processes:
        process.join()
    again.end(signal.SIGTERM)


def in_milliseconds(seconds: list[float]) -> str:
    """Median and 99th percentile."""
    worst = sorted(seconds)[int(len(seconds) * 0.99)]
    return f"{statistics.median(seconds) * 1e3:.2f} ms median, {worst * 1e3:.2f} ms p99"


def main() -> int:
    """Run it."""
    flags = argparse.ArgumentParser(prog="python -m bench.registry_load")
    flags.add_argument(
        "--connections", type=int, default=10_000, metavar="N", help="%(default)s, or what the limit allows"
    )
    wanted = flags.parse_args().connections
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = (hard - DESCRIPTORS_BESIDES) // DESCRIPTORS_EACH - WATCHERS - 2
    held = min(wanted, allowed)
    print(f"descriptors: {soft} soft, {hard} hard: {held} connections of {wanted}; {os.cpu_count()} processors")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    threading.stack_size(256 * 1024)
    with tempfile.TemporaryDirectory(prefix="registry-load-") as folder:
        town = found_town(Path(folder), held + WATCHERS + 2)
        for what, how_much in measure(town, held):
            print(f"{what:<18} {how_much}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
