"""Ports for tests that need one that stays theirs."""

import os
import random
import socket
from contextlib import suppress

FIRST, PER_PROCESS = 20_000, 3_000  # below 32768, from where on the kernel takes those of outgoing connections

_chance = random.SystemRandom()  # Hypothesis sets the other one back


def free_port(host: str = "127.0.0.1") -> int:
    """A port where nobody listens now, which no outgoing connection and no other process of this run takes."""
    first = FIRST + PER_PROCESS * (int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % 4)
    while True:
        port = _chance.randrange(first, first + PER_PROCESS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind((host, port))
            return port
