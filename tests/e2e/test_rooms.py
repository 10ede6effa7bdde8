"""Rooms with the real programs: talked in, while the registry is killed too; by invitation; exit codes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.processes import Client, Server, run_client

Keep = Callable[[Any], Any]


FEW_DESCRIPTORS = ("sh", "-c", 'ulimit -S -n 256; exec "$@"', "sh")


def limits(client: Client) -> list[str]:
    return Path(f"/proc/{client.pid}/limits").read_text().splitlines()


def names(client: Client, room: str = "#tea") -> list[str]:
    """Who is there, as that client knows it."""
    before = len(client.lines)
    client.type(f"/names {room}")
    assert client.event("done", command="names")["ok"]
    return [event["name"] for event in client.events[before:] if event["event"] == "member" and event["present"]]


def heard(client: Client, room: str = "#tea") -> list[tuple[str, str]]:
    """Who said what there."""
    return [(event["from"], event["text"]) for event in client.events if event.get("room") == room and "from" in event]


def test_a_room_outlives_a_killed_registry(tmp_path: Path, started: Keep) -> None:
    server = started(Server(tmp_path / "registry"))
    port = int(server.address.rpartition(":")[2])
    people = alice, bob, carol = [
        started(Client(tmp_path, name, server.address, within=FEW_DESCRIPTORS)).ready()
        for name in ("alice", "bob", "carol")
    ]
    (soft, hard, _) = next(line for line in limits(alice) if line.startswith("Max open files")).split()[3:]
    assert soft == hard  # for a room that is larger than this one
    for client in people:
        client.do("/join #Tea")
    for client in (alice, bob):
        client.event("room", room="#tea", change="joined", name="carol")
    alice.type("who is for tea?")  # a plain line goes where one came in last
    for client in (bob, carol):
        assert client.event("message", room="#tea")["text"] == "who is for tea?"
    bob.type("/msg #tea me")
    carol.event("message", text="me")
    server.kill()
    carol.event("warning")
    alice.type("and without the registry?")
    for client in (bob, carol):
        client.event("message", text="and without the registry?")
    bob.type("/part #tea")
    assert not bob.event("done", command="part")["ok"]
    server = started(Server(tmp_path / "registry", port=port))
    dave = started(Client(tmp_path, "dave", server.address)).ready()
    dave.do("/join #tea")
    assert names(dave) == ["alice", "bob", "carol", "dave"]
    for client in people:
        client.event("room", change="joined", name="dave")
        assert names(client) == ["alice", "bob", "carol", "dave"]
    alice.type("we are four")
    dave.event("message", text="we are four")
    said = [event["text"] for event in bob.history("#tea")]
    assert said == ["who is for tea?", "me", "and without the registry?", "we are four"]
    (line,) = [event for event in alice.history("#tea") if event["text"] == "we are four"]
    assert (line["to"], line["room"]) == (["#tea"], "#tea")
    assert set(line["states"]) == {"bob", "carol", "dave"}
    alice.type("/search four in:#tea")
    assert alice.event("search")["room"] == "#tea"
    assert heard(carol)[:2] == [("alice", "who is for tea?"), ("bob", "me")]


def test_a_room_by_invitation(tmp_path: Path, server: Server, client: Callable[..., Client]) -> None:
    alice, bob, carol = client("alice"), client("bob"), client("carol")
    alice.do("/join board -invite")
    alice.do("/topic #board Money")
    carol.type("/join #board")
    assert carol.event("error")["message"] == "#board is by invitation only: ask alice for one."
    carol.event("done", command="join", ok=False)
    alice.do("/invite bob")
    assert bob.event("message", **{"from": "alice"})["text"] == "I invite you to #board: /join #board"
    bob.do("/join #board")
    alice.event("room", change="joined", name="bob")
    alice.type("between us")
    bob.event("message", text="between us", room="#board")
    bob.do("/rooms")
    (room,) = [event for event in bob.events if event["event"] == "rooms" and event["members"] == 2][-1:]
    assert room == {
        "event": "rooms",
        "room": "#board",
        "members": 2,
        "closed": True,
        "joined": True,
        "topic": "Money",
    }
    carol.do("/rooms")
    assert not [event for event in carol.events if event["event"] == "rooms"]
    alice.do("/kick bob #board")
    bob.event("room", change="kicked", name="bob")
    bob.type("/msg #board still here?")
    assert bob.event("error")["message"] == "You are not in #board: /join #board first."
    assert run_client(tmp_path, "dave", server.address, "-c", "/join board").returncode == 1
    server.stop()
    assert run_client(tmp_path, "dave", server.address, "-c", "/join tea").returncode == 3
