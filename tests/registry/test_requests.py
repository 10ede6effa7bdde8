"""How often one may ask."""

import pytest

from chat.registry import requests as requests_module
from chat.registry.requests import CHANGES_AT_ONCE, REQUESTS_AT_ONCE, Requests
from chat.wire import registry as wire


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    time = [100.0]
    monkeypatch.setattr("chat.registry.requests.time.monotonic", lambda: time[0])
    return time


def asked(requests: Requests, request: wire.FromClient, account: str, address: str = "a") -> int:
    """How many are allowed at once."""
    return next(count for count in range(10_000) if not requests.allow(request, account, address))


def test_by_account_whatever_the_address(now: list[float]) -> None:
    requests = Requests(connections_per_s=5.0, connections_at_once=50.0)
    assert asked(requests, wire.Lookup(1, "bob"), "alice") == REQUESTS_AT_ONCE
    assert not requests.allow(wire.Lookup(1, "bob"), "alice", "elsewhere")
    assert requests.allow(wire.Lookup(1, "bob"), "carol", "a")
    now[0] += 1.5 / requests_module.REQUESTS_PER_S
    assert requests.allow(wire.Lookup(1, "bob"), "alice", "a")
    assert not requests.allow(wire.Lookup(1, "bob"), "alice", "a")


@pytest.mark.parametrize("change", [wire.Hide(1), wire.Show(1, 1), wire.Block(1, ("bob",)), wire.Unblock(1, ("bob",))])
def test_what_others_hear_of_is_rarer(now: list[float], change: wire.FromClient) -> None:
    requests = Requests(connections_per_s=5.0, connections_at_once=50.0)
    assert asked(requests, change, "alice") == CHANGES_AT_ONCE
    assert requests.allow(wire.Lookup(1, "bob"), "alice", "a")
    now[0] += 1.0
    assert requests.allow(change, "alice", "a")


def test_strangers_by_address(now: list[float]) -> None:
    requests = Requests(connections_per_s=5.0, connections_at_once=50.0)
    assert asked(requests, wire.Check(1, "bob"), "", "a") == 200
    assert requests.allow(wire.Check(1, "bob"), "", "b")
    now[0] += 0.075
    assert requests.allow(wire.Check(1, "bob"), "", "a")
