"""A session over real sockets: what may be asked when, and how each misbehaviour ends it and nobody else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from chat.net.connection import Connection, Poller
from chat.net.tls import OwnCertificate
from chat.registry import session as session_module
from chat.wire import pulse
from chat.wire import registry as wire
from chat.wire import rooms as room_wire
from chat.wire.codec import encode
from chat.wire.frames import MAX_GREETING_BYTES, MAX_REGISTRY_BYTES, encode_frame
from tests.people import wait_until
from tests.registry.callers import Caller, Office, office, sign_in

NAMES = ("bob",)
SAMPLES: dict[type[msgspec.Struct], msgspec.Struct] = {
    wire.Introduce: wire.Introduce(5),
    wire.Check: wire.Check(5, "bob"),
    wire.Enrol: wire.Enrol(5, "bob", b"p" * 32, b"no request"),
    wire.SignIn: sign_in(),
    wire.Watch: wire.Watch(5, NAMES),
    wire.Unwatch: wire.Unwatch(5, NAMES),
    wire.Block: wire.Block(5, NAMES),
    wire.Unblock: wire.Unblock(5, NAMES),
    wire.Hide: wire.Hide(5),
    wire.Show: wire.Show(5, 1),
    wire.Lookup: wire.Lookup(5, "nobody"),
    wire.Who: wire.Who(5, ""),
    wire.Renew: wire.Renew(5),
    room_wire.Join: room_wire.Join(5, "#tea", b"i" * 16, closed=False),
    room_wire.Part: room_wire.Part(5, "#tea"),
    room_wire.Invite: room_wire.Invite(5, "#tea", 1, (), b""),
    room_wire.Kick: room_wire.Kick(5, "#tea", "bob"),
    room_wire.SetTopic: room_wire.SetTopic(5, "#tea", "leaves"),
    room_wire.ListRooms: room_wire.ListRooms(5),
    room_wire.MyRooms: room_wire.MyRooms(5),
}
STRANGER = {wire.Introduce: wire.Introduced, wire.Check: wire.Checked, wire.Enrol: wire.Failed}
KNOWN = {wire.Introduce: wire.Introduced, wire.SignIn: wire.SignedIn}
SIGNED_IN = {
    wire.Watch: wire.Done,
    wire.Unwatch: wire.Done,
    wire.Block: wire.Done,
    wire.Unblock: wire.Done,
    wire.Hide: wire.Done,
    wire.Show: wire.Done,
    wire.Lookup: wire.Found,
    wire.Who: wire.Listing,
    wire.Renew: wire.Renewed,
    room_wire.Join: wire.Done,
    room_wire.Part: wire.Failed,
    room_wire.Invite: wire.Failed,
    room_wire.Kick: wire.Failed,
    room_wire.SetTopic: wire.Failed,
    room_wire.ListRooms: room_wire.Rooms,
    room_wire.MyRooms: wire.Done,
}


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Office]:
    with office(tmp_path) as found:
        yield found


def test_every_request_is_tried() -> None:
    assert set(SAMPLES) == set(wire.Request.__args__)


@pytest.mark.parametrize(("who", "legal"), [("stranger", STRANGER), ("member", KNOWN), ("signed_in", SIGNED_IN)])
def test_what_may_be_asked_when(place: Office, who: str, legal: dict[type, type]) -> None:
    """Each request to a connection of its own: answered with its number, or the end."""
    for number, (kind, request) in enumerate(SAMPLES.items()):
        caller = place.stranger() if who == "stranger" else getattr(place, who)(f"m{number}")
        if kind in legal:
            answer = caller.ask(request, legal[kind])
            assert answer.request == getattr(request, "request")  # noqa: B009
        else:
            caller.say(request)
            assert caller.is_cut(), kind


def test_others_do_not_notice(place: Office) -> None:
    bystander = place.signed_in("bob")
    for data in (
        (2**32 - 1).to_bytes(4, "big"),
        b"\0\0\0\0",
        encode_frame(b"\xc1"),
        encode_frame(b"\x92\x0e" + b"\x91" * 4000 + b"\x01"),
        encode_frame(b"x" * (MAX_GREETING_BYTES + 1)),
        b"GET / HTTP/1.1\r\n\r\n",
    ):
        caller = place.stranger()
        caller.send(data)
        assert caller.is_cut()
    assert bystander.ask(wire.Who(2, ""), wire.Listing).names == ("bob",)


def test_a_member_may_say_more_at_once_than_a_stranger(place: Office) -> None:
    names = tuple(f"{'x' * 35}{number}" for number in range(1000))
    caller = place.signed_in("bob")
    caller.ask(wire.Watch(2, names), wire.Done)
    caller.send((MAX_REGISTRY_BYTES + 1).to_bytes(4, "big"))
    assert caller.is_cut()


def test_deep_nesting_from_a_member_ends_only_that(place: Office) -> None:
    caller, bystander = place.signed_in("bob"), place.signed_in("carol")
    caller.send(encode_frame(b"\x92\x0e" + b"\x91" * 200_000 + b"\x01"))
    assert caller.is_cut()
    assert bystander.ask(wire.Who(2, ""), wire.Listing).names == ("carol",)


def test_whoever_does_not_sign_in_is_cut(place: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_module, "SIGN_IN_TIMEOUT_S", 0.05)
    assert place.stranger().is_cut()
    assert place.member("bob").is_cut()


def test_asking_on_and_on_is_no_signing_in(place: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_module, "SIGN_IN_TIMEOUT_S", 0.3)
    caller = place.stranger()
    caller.say(*(wire.Introduce(number) for number in range(50)))
    assert caller.is_cut()


def test_signs_of_life_keep_a_lease_and_silence_ends_it(place: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    watcher = place.signed_in("bob", watched=("alice",))
    monkeypatch.setattr(pulse, "PING_AFTER_S", 0.05)
    monkeypatch.setattr(pulse, "DEAD_AFTER_S", 0.4)
    alice = place.signed_in("alice")
    assert watcher.hear().online
    for _ in range(3):
        alice.poller.wait([alice.connection], 20)
        assert alice.protocol.receive_data(alice.connection.receive(), 0.0) == []  # a PING, which is answered
        alice.send(alice.protocol.data_to_send())
    assert "alice        leaves" not in place.out.getvalue()
    message = watcher.hear()  # she says nothing more; the watcher's own PINGs are answered by hear
    assert (message.name, message.online) == ("alice", False)


def test_a_connection_that_breaks_ends_the_lease(place: Office) -> None:
    watcher = place.signed_in("bob", watched=("alice",))
    alice = place.signed_in("alice")
    assert watcher.hear().online
    alice.close()
    assert not watcher.hear().online


def test_who_waits_is_not_read_where_there_is_only_room_to_send(place: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The poll names a connection for either; a flood would come into memory beside what is sent."""
    flood = place.signed_in("flood")
    reads: list[bool] = []
    rounds: list[bool] = []
    receive, wait = Connection.receive, Poller.wait

    def receiving(connection: Connection) -> bytes:
        reads.append(connection.wants_data)
        return receive(connection)

    def waiting(poller: Poller, connections: Any, timeout: float | None) -> list[Connection]:
        wait(poller, connections, timeout)
        rounds.extend(not connection.wants_data for connection in connections)
        return list(connections)

    monkeypatch.setattr(Connection, "receive", receiving)
    monkeypatch.setattr(Poller, "wait", waiting)
    monkeypatch.setattr(place.registry._shared.requests, "allow", lambda *_: False)
    flood.say(wire.Who(2, ""))
    wait_until(lambda: rounds.count(True) > 2, "it waits")
    assert all(reads)


def test_a_slow_reader_is_cut_and_nobody_waits(place: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_module, "MAX_OUTGOING_BYTES", 100_000)
    monkeypatch.setattr(place.registry._shared.requests, "allow", lambda *_: True)
    slow = place.member("slow")
    slow.ask(sign_in(), wire.SignedIn)
    other = place.signed_in("carol")
    request = encode_frame(encode(wire.Renew(1)))
    wait_until(lambda: write_without_reading(slow, request * 20), "the slow reader is cut")
    other.ask(wire.Who(2, ""), wire.Listing)
    wait_until(lambda: other.ask(wire.Who(2, ""), wire.Listing).names == ("carol",), "the lease ended")
    assert "does not read" in place.out.getvalue()


def write_without_reading(caller: Caller, data: bytes) -> bool:
    """Whether the connection has broken."""
    try:
        caller.send(data)
    except Exception:  # noqa: BLE001 - reset, broken pipe, or our own bound
        return True
    return False


def test_presence_is_pushed_to_who_watches(place: Office) -> None:
    bob = place.signed_in("bob", watched=("alice",))
    alice = place.signed_in("alice")
    presence = bob.hear()
    assert presence.online
    assert presence.addresses == ("192.0.2.7", "127.0.0.1")
    assert presence.port == 4711
    alice.ask(wire.Hide(2), wire.Done)
    assert bob.hear() == wire.offline("alice", presence.peer_id, presence.public_key)
    alice.ask(wire.Show(3, 12), wire.Done)
    assert bob.hear().port == 12


@pytest.mark.parametrize("given", ["metadata.internal", "cafe.ad", "", "127.1", "0x7f000001", "x" * 64])
def test_only_ip_addresses_are_passed_on(place: Office, given: str) -> None:
    alice = place.member("alice")
    request = wire.SignIn(1, 1, (given, "2001:db8::7"), False, (), ())
    if not given:
        alice.say(request)
        assert alice.is_cut()
        return
    alice.ask(request, wire.SignedIn)
    found = place.signed_in("bob").ask(wire.Lookup(2, "alice"), wire.Found).presence
    assert found is not None
    assert found.addresses == ("2001:db8::7", "127.0.0.1")


def answers(place: Office, name: str) -> list[bytes]:
    """All that the registry says of alice when `name` comes, asks and goes, in bytes but for its own certificate."""
    caller = place.member(name)
    signed_in = caller.ask(sign_in(watched=("alice",)), wire.SignedIn)
    said: list[Any] = [msgspec.structs.replace(signed_in, certificate=b"")]
    for request in (wire.Lookup(2, "alice"), wire.Who(3, "al"), wire.Watch(4, ("alice",)), wire.Who(5, "")):
        caller.say(request)
        said.append(caller.hear())
    caller.close()
    wait_until(lambda: place.out.getvalue().count(f"{name:<12} leaves") > 0, f"{name} left")
    return [encode(message) for message in said]


def test_a_blocked_persons_view_is_that_of_someone_offline(place: Office) -> None:
    """At sign-in and after it, in answers and in pushes, byte for byte."""
    first = place.signed_in("alice")
    first.close()
    wait_until(lambda: "alice        leaves" in place.out.getvalue(), "alice left")
    away = answers(place, "bob")
    alice = place.member("alice", new=False)
    alice.ask(sign_in(blocked=("bob",)), wire.SignedIn)
    bob = place.member("bob", new=False)
    signed_in = bob.ask(sign_in(watched=("alice",)), wire.SignedIn)
    said: list[Any] = [msgspec.structs.replace(signed_in, certificate=b"")]
    for request in (wire.Lookup(2, "alice"), wire.Who(3, "al"), wire.Watch(4, ("alice",)), wire.Who(5, "")):
        bob.say(request)
        said.append(bob.hear())
    assert [encode(message) for message in said] == away
    alice.ask(wire.Hide(2), wire.Done)
    alice.ask(wire.Show(3, 9), wire.Done)
    alice.close()
    wait_until(lambda: place.out.getvalue().count("alice        leaves") == 2, "alice left again")
    bob.say(wire.Who(9, ""))
    assert bob.hear() == wire.Listing(9, ("bob",), False)  # nothing was pushed before it


def test_a_new_key_ends_the_old_ones_session(place: Office) -> None:
    bob = place.signed_in("bob", watched=("alice",))
    lost = place.signed_in("alice")
    old = bob.hear()
    place.enrol("alice", OwnCertificate(place.folder / "new.crt", place.folder / "new.key"))
    assert lost.hear() == wire.Superseded(True)
    assert lost.is_cut()
    told = [bob.hear(), bob.hear()]
    (revoked,) = [message for message in told if isinstance(message, wire.Revoked)]
    assert revoked.public_key == old.public_key
    assert [message.online for message in told if isinstance(message, wire.Presence)] == [False]
    again = place.member("alice", new=False)
    assert "void" in again.ask(sign_in(), wire.Failed).message
    assert "void" in again.ask(sign_in(), wire.Failed).message  # and is not signed in by it


@pytest.mark.parametrize("how", ["sign in", "watch", "look up"])
def test_whoever_was_away_hears_of_a_void_key(place: Office, how: str) -> None:
    place.member("alice").close()
    for _ in range(2):
        place.enrol("alice", OwnCertificate(place.folder / "new.crt", place.folder / "new.key"))
    bob = place.member("bob")
    bob.say(sign_in(watched=("alice",) if how == "sign in" else ()))
    if how == "watch":
        bob.say(wire.Watch(2, ("alice",)))
    if how == "look up":
        bob.say(wire.Lookup(2, "alice"))
    heard = [bob.hear() for _ in range(3 if how == "sign in" else 4)]
    assert len({message.public_key for message in heard if isinstance(message, wire.Revoked)}) == 2


def test_a_key_that_is_replaced_during_the_sign_in_gets_none(place: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    alice = place.member("alice")
    sign_in_there = place.registry._directory.sign_in

    def enrolled_meanwhile(lease: Any) -> Any:
        place.enrol("alice", OwnCertificate(place.folder / "new.crt", place.folder / "new.key"))
        return sign_in_there(lease)

    monkeypatch.setattr(place.registry._directory, "sign_in", enrolled_meanwhile)
    assert "void" in alice.ask(sign_in(), wire.Failed).message
    assert len(place.registry._directory) == 0


def test_a_certificate_of_another_account_of_that_name_is_none(place: Office) -> None:
    """The accounts were lost and the authority was not: whoever had the name before is not who has it now."""
    alice = place.member("alice")
    with place.registry._accounts._pool.borrow() as connection:
        connection.execute("UPDATE Account SET peer_id = 'another' WHERE name = 'alice'")
    alice.say(sign_in())
    assert alice.is_cut()
    wait_until(lambda: "No account of that certificate" in place.out.getvalue(), "the log says why")


def test_a_flood_waits_and_others_do_not(place: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    flood, other = place.signed_in("flood"), place.signed_in("carol")
    requests = place.registry._shared.requests
    allow, answered = requests.allow, []

    def counting(request: Any, account: str, address: str) -> bool:
        allowed = allow(request, account, address)
        answered.append((account, allowed))
        return allowed

    monkeypatch.setattr(requests, "allow", counting)
    flood.say(*(wire.Who(number, "") for number in range(2000)))
    wait_until(lambda: ("flood", False) in answered, "the flood is held up")
    assert other.ask(wire.Who(2, ""), wire.Listing).names == ("carol", "flood")
    assert sum(allowed for account, allowed in answered if account == "flood") < 500


def test_an_expired_certificate_signs_in_and_is_renewed(place: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chat.registry.authority.PERSON_DAYS", 0)
    alice = place.member("alice")
    monkeypatch.undo()
    from cryptography import x509

    before = x509.load_pem_x509_certificate((place.folder / "alice.crt").read_bytes())
    answer = alice.ask(sign_in(), wire.SignedIn)
    after = x509.load_der_x509_certificate(answer.certificate)
    assert (after.not_valid_after_utc - before.not_valid_after_utc).days in (29, 30)
    assert after.public_key() == before.public_key()
