"""The network between two real clients: cut mid-frame again and again, silent, and listened to."""

import random
from collections.abc import Callable, Iterator

import pytest

from chat.wire import pulse
from tests import effort
from tests.people import wait_until
from tests.ports import free_port
from tests.processes import PASSWORD, Altered, Client, Server
from tests.proxy import NEVER, Proxy

LONGEST_LINK_BYTES = 8_000  # of which the handshake takes a good two thousand
NOTICED_WITHIN_S = 60
HANDSHAKE, CHANGE_CIPHER, ALERT, DATA = 22, 20, 21, 23  # the types of TLS records

Start = Callable[..., Client]


class Weather:
    """How long links live: while it is calm, for ever."""

    def __init__(self) -> None:
        self._chance = random.Random(effort.SEED)
        self.calm = True

    def budget(self) -> int:
        return NEVER if self.calm else self._chance.randrange(1, LONGEST_LINK_BYTES)


class Road:
    """Clients who are reached through a proxy each."""

    def __init__(self, client: Start) -> None:
        self._client = client
        self._proxies: list[Proxy] = []
        self.weather = Weather()

    def start(self, name: str, **altered: object) -> Client:
        port = free_port()
        proxy = Proxy(("127.0.0.1", port), budget=self.weather.budget)
        self._proxies.append(proxy)
        world: Altered = {"longest_pause_s": 0.02, "announced_port": proxy.address[1], **altered}
        return self._client(name, "--listen", f"127.0.0.1:{port}", altered=world)

    @property
    def cuts(self) -> int:
        return sum(proxy.cuts for proxy in self._proxies)

    @property
    def connections(self) -> int:
        return sum(proxy.connections for proxy in self._proxies)

    @property
    def recorded(self) -> list[bytes]:
        return [piece for proxy in self._proxies for piece in proxy.recorded]

    def silence(self) -> None:
        for proxy in self._proxies:
            proxy.silence()

    def heal(self) -> None:
        for proxy in self._proxies:
            proxy.heal()

    def close(self) -> None:
        for proxy in self._proxies:
            proxy.close()


@pytest.fixture
def road(client: Start) -> Iterator[Road]:
    way = Road(client)
    yield way
    way.close()


def test_a_hundred_links_cut_in_the_middle_of_a_frame(road: Road) -> None:
    alice, bob = road.start("alice"), road.start("bob")
    alice.do("/add bob")
    bob.do("/add alice")
    written: list[str] = []
    road.weather.calm = False
    while road.cuts < effort.LINK_CUTS:
        written.append(f"message {len(written)}")
        alice.do(f"/msg bob {written[-1]}")
        bob.do(f"/msg alice {written[-1]}")
    road.weather.calm = True
    written.append("last")
    alice.type("/msg bob last")
    bob.type("/msg alice last")
    for client in (alice, bob):
        client.event("message", text="last")
    assert alice.texts() == written
    assert bob.texts() == written


def test_a_silent_partition_is_noticed_and_heals(road: Road) -> None:
    assert pulse.PING_AFTER_S < pulse.DEAD_AFTER_S < NOTICED_WITHIN_S
    alice, bob = road.start("alice", pulse_s=[0.2, 0.6]), road.start("bob", pulse_s=[0.2, 0.6])
    for text in ("before", "before that too"):
        alice.do(f"/msg bob {text}")
        alice.event("sent")
    bob.event("message", text="before that too")
    assert road.connections == 1
    road.silence()
    alice.do("/msg bob into the silence")
    wait_until(lambda: road.connections > 1, "alice has given up the silent link, and dials")
    assert bob.texts() == ["before", "before that too"]
    road.heal()
    alice.event("sent")
    alice.do("/msg bob after")
    bob.event("message", text="after")
    assert bob.texts() == ["before", "before that too", "into the silence", "after"]


def test_the_wire_shows_tls_and_nothing_else(road: Road, client: Start, server: Server) -> None:
    host, _, port = server.address.rpartition(":")
    to_registry = Proxy((host, int(port)))
    secrets = ("the-person-who-writes", "the-person-who-reads", "What is said is nobody's business.", PASSWORD)
    writer_name, reader_name, text, _ = secrets
    reader = road.start(reader_name)
    writer = client(writer_name, registry="{}:{}".format(*to_registry.address), altered={})
    writer.do(f"/msg {reader_name} {text}")
    writer.event("sent")
    reader.event("message", text=text)
    writer.do("/who")
    writer.quit()
    reader.quit()
    to_registry.close()
    for recorded in (road.recorded, to_registry.recorded):
        streams = [stream for stream in recorded if stream]
        assert len(streams) >= 2  # both directions
        for stream in streams:
            types = list(record_types(stream))
            assert types[0] == HANDSHAKE
            assert DATA in types
            assert set(types) <= {HANDSHAKE, CHANGE_CIPHER, ALERT, DATA}
            assert not [secret for secret in secrets if secret.encode() in stream]


def record_types(stream: bytes) -> Iterator[int]:
    """The type of each TLS record in a stream that is nothing but these. ValueError if it is more."""
    place = 0
    while place < len(stream):
        version, length = stream[place + 1 : place + 3], int.from_bytes(stream[place + 3 : place + 5])
        if version not in {b"\x03\x01", b"\x03\x03"} or place + 5 + length > len(stream):
            raise ValueError(f"no TLS record at {place}: {stream[place : place + 16]!r}")
        yield stream[place]
        place += 5 + length
