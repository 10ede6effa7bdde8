"""The lines typed before."""

import asyncio

from prompt_toolkit.history import ThreadedHistory

from chat.core.history import own_texts
from chat.ui.past import Past
from tests.people import Town


def loaded(past: Past) -> list[str]:
    async def load() -> list[str]:
        return [text async for text in ThreadedHistory(past).load()]

    return asyncio.run(load())


def test_texts_are_as_they_would_be_typed() -> None:
    past = Past(lambda count: ["hi", "hi", "/etc/hosts", "two\nlines", "hi"])
    assert loaded(past) == ["hi", "//etc/hosts", "two\nlines", "hi"]


def test_own_texts_come_from_the_database(village: Town) -> None:
    alice = village.person("alice").start()
    for name in ("bob", "carol"):
        village.person(name).start().node.send(["alice"], "not mine")
    alice.node.send(["bob", "carol"], "to both")
    alice.node.send(["carol"], "to carol")
    assert alice.node.people.read(lambda connection: own_texts(connection, 10)) == ["to carol", "to both"]
    assert alice.node.people.read(lambda connection: own_texts(connection, 1)) == ["to carol"]
