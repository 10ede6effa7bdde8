"""A line to a room of so many people on one machine: how long until the last has it on the disk, and what it costs.

Beside it the idea of a broker as floor: a plain loop that sends the line to as many open sockets and waits until each
has answered, without TLS and without any disk.
"""

import selectors
import socket
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace

from bench.drivers import TEXT, Crowd, NodeDriver, Place, Run
from bench.measures import Plan, memory_disk
from bench.report import Figure
from bench.workers import Worker

LINES = 10  # a round


def rooms(plan: Plan, place: Place) -> list[Figure]:
    """Time and CPU of a line for each size, the writer among them, beside the floor."""
    names = [f"member{number}" for number in range(max(plan.rooms) - 1)]
    measured = {size: _figures(size) for size in plan.rooms}
    with ExitStack() as stack:
        others = replace(place, folder=stack.enter_context(memory_disk(place.folder)))
        crowd = stack.enter_context(Worker(Crowd, names, others))
        writer = stack.enter_context(Worker(NodeDriver, "talker", place))
        answerer = stack.enter_context(Worker(Answerer))
        loop = stack.enter_context(Worker(Loop, answerer.call("port")))
        for client in (crowd, writer):
            client.call("start")
        for size in plan.rooms:
            crowd.call("join", f"#room{size}", size - 1)
            writer.call("join", f"#room{size}")
            writer.call("lines", f"#room{size}", 2)  # links come up
        for _ in range(plan.rounds):
            for size, figures in measured.items():
                _note(figures[:3], writer.call("lines", f"#room{size}", LINES))
                _note(figures[3:], loop.call("lines", size - 1, LINES))
        for client in (writer, crowd):
            client.call("stop")
    return [figure for figures in measured.values() for figure in (*figures[3:], *figures[:3])]


def _figures(size: int) -> list[Figure]:
    floors = [Figure(f"plain loop over {size - 1} sockets: {what}", unit) for what, unit in _MEASURED]
    figures = [Figure(f"a line to a room of {size}: {what}", unit) for what, unit in _MEASURED]
    for figure, floor in zip(figures, floors, strict=True):
        figure.floor = floor
    return [*figures, *floors]


_MEASURED = (("the last has it", "ms"), ("CPU of the writer", "ms"), ("in all", "recipients/s"))


def _note(figures: Sequence[Figure], runs: Sequence[Run]) -> None:
    for run in runs:
        values = run.seconds * 1e3, run.cpu_seconds * 1e3, run.count / run.seconds
        for figure, value in zip(figures, values, strict=True):
            figure.rounds.append(value)


class Answerer:
    """Answers each piece of bytes on each connection with one byte, in a thread of its own."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        threading.Thread(target=self._run, daemon=True).start()

    def port(self) -> int:
        """Where it listens."""
        return int(self._listener.getsockname()[1])

    def _run(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._listener, selectors.EVENT_READ)
            while True:
                for key, _ in selector.select():
                    sock = key.fileobj
                    assert isinstance(sock, socket.socket)
                    if sock is self._listener:
                        selector.register(sock.accept()[0], selectors.EVENT_READ)
                    elif sock.recv(65_536):
                        sock.send(b"!")
                    else:
                        selector.unregister(sock)
                        sock.close()


class Loop:
    """Sends a line to many sockets, one after the other."""

    def __init__(self, port: int) -> None:
        self._port = port

    def lines(self, sockets: int, count: int) -> list[Run]:
        """As NodeDriver.lines does."""
        with ExitStack() as stack, selectors.DefaultSelector() as selector:
            opened = [stack.enter_context(socket.create_connection(("127.0.0.1", self._port))) for _ in range(sockets)]
            for sock in opened:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                selector.register(sock, selectors.EVENT_READ)
            return [_line(opened, selector) for _ in range(count)]


def _line(sockets: Sequence[socket.socket], selector: selectors.BaseSelector) -> Run:
    start, cpu, answered = time.perf_counter(), time.process_time(), 0
    for sock in sockets:
        sock.sendall(TEXT.encode())
    while answered < len(sockets):
        for key, _ in selector.select():
            assert isinstance(key.fileobj, socket.socket)
            answered += len(key.fileobj.recv(100))
    return Run(len(sockets), time.perf_counter() - start, time.process_time() - cpu)
