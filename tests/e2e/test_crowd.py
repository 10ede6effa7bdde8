"""Two hundred clients on one registry, all chatting at once, each with several others: nothing is lost.

Most are nodes in this process, some are real processes. They stand in a circle, and each writes to two and
hears from two. It takes about 4,000 descriptors and 1,800 threads.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from chat.core import events
from chat.net.addresses import format_address
from chat.net.process import raise_descriptor_limit
from tests.people import Person, Town, wait_until
from tests.processes import Client

CROWD = 200
PROCESSES = 4
DISTANCES = (1, 3)  # how far along the circle those are whom one writes to
TEXTS = [f"text {number}" for number in range(5)]
AT_ONCE = 16

NAMES = [f"person{number}" for number in range(CROWD)]


class Member(Protocol):
    """One of the crowd."""

    def write(self, name: str, text: str) -> None: ...

    def texts_from(self, name: str) -> list[str]: ...

    def sent(self) -> int: ...


class Here:
    """A node in this process."""

    def __init__(self, person: Person) -> None:
        self._person = person.start()

    def write(self, name: str, text: str) -> None:
        self._person.node.submit([name], text)

    def texts_from(self, name: str) -> list[str]:
        return [event.text for event in self._person.inbox.of(events.Incoming) if event.sender == name]

    def sent(self) -> int:
        return len(self._person.inbox.of(events.Delivered))


class Elsewhere:
    """A process of its own."""

    def __init__(self, client: Client) -> None:
        self._client = client.ready()

    def write(self, name: str, text: str) -> None:
        self._client.type(f"/msg {name} {text}")

    def texts_from(self, name: str) -> list[str]:
        return [line["text"] for line in self._client.events if line["event"] == "message" and line["from"] == name]

    def sent(self) -> int:
        return [line["event"] for line in self._client.events].count("sent")


def has_sent_all(member: Member) -> bool:
    return member.sent() == len(TEXTS) * len(DISTANCES)


def test_two_hundred_chat_at_once(village: Town, tmp_path: Path, started: Callable[[Any], Any]) -> None:
    raise_descriptor_limit()
    registry = format_address(*village.registry)

    def join(number: int) -> Member:
        if number < PROCESSES:
            return Elsewhere(started(Client(tmp_path, NAMES[number], registry, altered={})))
        return Here(village.person(NAMES[number]))

    def write(number: int) -> None:
        for text in TEXTS:
            for distance in DISTANCES:
                crowd[number].write(NAMES[(number + distance) % CROWD], text)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        crowd = list(threads.map(join, range(CROWD)))
        list(threads.map(write, range(CROWD)))
        for number, member in enumerate(crowd):
            wait_until(partial(has_sent_all, member), f"{NAMES[number]} has sent all")
        for number, member in enumerate(crowd):
            for distance in DISTANCES:
                assert member.texts_from(NAMES[number - distance]) == TEXTS
        list(threads.map(Person.stop, village.people.values()))
