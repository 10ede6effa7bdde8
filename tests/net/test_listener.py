"""The listener: it hands over what comes, and neither a full system nor whom it hands over to ends it."""

import re
import socket
import subprocess
import sys
import threading
from pathlib import Path
from queue import Queue

import pytest

from chat.errors import NetworkError
from chat.net.listener import Listener

ROOT = Path(__file__).parent.parent.parent
PATIENCE_S = 20.0


def test_a_port_in_use_is_told_once() -> None:
    first = Listener(("127.0.0.1", 0), lambda sock, _: sock.close())
    try:
        expected = f"Cannot listen on 127.0.0.1:{first.address[1]}: address already in use; choose another."
        with pytest.raises(NetworkError, match=f"^{re.escape(expected)}$"):
            Listener(first.address, lambda sock, _: sock.close())
    finally:
        first.close()


def connect(address: tuple[str, int]) -> socket.socket:
    return socket.create_connection(address, PATIENCE_S)


def test_connections_are_handed_over_raw() -> None:
    handed: Queue[tuple[socket.socket, str]] = Queue()
    listener = Listener(("127.0.0.1", 0), lambda sock, ip: handed.put((sock, ip)))
    with connect(listener.address) as caller:  # says nothing: nobody waits for it
        sock, ip = handed.get(timeout=PATIENCE_S)
        assert (sock.getpeername(), ip) == (caller.getsockname(), "127.0.0.1")
        sock.close()
    listener.close()


def test_a_closed_listener_refuses_and_keeps_what_was_handed_over() -> None:
    handed: Queue[socket.socket] = Queue()
    listener = Listener(("127.0.0.1", 0), lambda sock, _: handed.put(sock))
    address = listener.address
    caller = connect(address)
    sock = handed.get(timeout=PATIENCE_S)
    listener.close()
    listener.close()
    assert listener.address == address  # whoever asks just then is told, not thrown out
    with pytest.raises(OSError, match="refused"):
        connect(address)
    caller.send(b"x")
    assert sock.recv(1) == b"x"
    caller.close()
    sock.close()


@pytest.mark.parametrize("fault", [OSError(24, "Too many open files"), RuntimeError("can't start new thread")])
def test_it_survives_whom_it_hands_over_to(fault: Exception) -> None:
    handed: Queue[socket.socket] = Queue()
    faults = [fault]

    def on_connection(sock: socket.socket, _: str) -> None:
        if faults:
            raise faults.pop()
        handed.put(sock)

    listener = Listener(("127.0.0.1", 0), on_connection)
    with connect(listener.address) as unlucky, connect(listener.address):
        assert unlucky.recv(1) == b""
        handed.get(timeout=PATIENCE_S).close()
    listener.close()


def test_a_fault_of_ours_is_told_and_ends_it_neither(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process would go on, and take nobody in."""
    told: list[type[BaseException]] = []
    monkeypatch.setattr(threading, "excepthook", lambda fault: told.append(fault.exc_type))
    test_it_survives_whom_it_hands_over_to(ZeroDivisionError("a fault"))
    assert told == [ZeroDivisionError]


@pytest.mark.parametrize(("spare", "said"), [("spare there", "True True True accepted"), ("spare taken", "accepted")])
def test_without_descriptors_it_refuses_and_recovers(spare: str, said: str) -> None:
    """In a process of its own, whose descriptors run out while callers come; and without spinning."""
    command = [sys.executable, "-c", OUT_OF_DESCRIPTORS, spare]
    outcome = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd=ROOT)
    assert outcome.returncode == 0, outcome.stderr
    assert " ".join(outcome.stdout.split()) == said


OUT_OF_DESCRIPTORS = """
import os, resource, socket, sys
from queue import Queue
from chat.net.listener import Listener

class Counting:
    def __getattr__(self, name):
        return getattr(real, name)
    def accept(self):
        global calls
        calls += 1
        return real.accept()

def call(caller):
    caller.settimeout(20)
    caller.connect(listener.address)

def is_refused(caller):
    call(caller)
    try:
        return caller.recv(1) == b""
    except ConnectionResetError:
        return True

calls, handed, hoard = 0, Queue(), []
listener = Listener(("127.0.0.1", 0), lambda sock, _: handed.put(sock))
real, listener._socket = listener._socket, Counting()
callers = [socket.socket() for _ in range(6)]  # made while there are descriptors
if sys.argv[1] == "spare taken":
    os.close(listener._spare)
    listener._spare = -1
resource.setrlimit(resource.RLIMIT_NOFILE, (40, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
try:
    while True:
        hoard.append(os.open(os.devnull, os.O_RDONLY))
except OSError:
    pass
if sys.argv[1] == "spare there":
    print(*(is_refused(caller) for caller in callers[:3]))
    assert calls < 10, calls
else:
    call(callers[0])  # waits in the backlog, while the listener pauses again and again
    assert not listener._closed.wait(0.5)
    assert calls < 20, calls
for descriptor in hoard:
    os.close(descriptor)
call(callers[4])
assert handed.get(timeout=20).getpeername() in (callers[0].getsockname(), callers[4].getsockname())
print("accepted")
"""
