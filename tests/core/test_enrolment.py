"""Getting an account: whose registry it is, what is no registry, and what is left when it fails."""

import socket
import ssl
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from chat.core import enrolment
from chat.core.credentials import Credentials
from chat.core.enrolment import Call, Enrolment, check_fingerprint, explain_trust, introduce
from chat.core.home import Home
from chat.core.keyring import KeyringFile
from chat.errors import NetworkError, ProtocolError, StorageFailure, TrustError, UserError
from chat.net.addresses import format_address
from chat.net.certificates import Identity, group
from chat.net.tls import ALPN_CHAT
from chat.registry.authority import Authority, proven_key
from chat.wire import registry as wire
from chat.wire.codec import encode
from tests.certificates import make_certificate
from tests.core.homes import an_authority, new_identity
from tests.false_registry import Address, Caller, false_registry, nobody, server
from tests.people import Town


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "al")


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """Of a registry that the test plays itself."""
    return an_authority(tmp_path / "false registry")


# At a registry


def test_it_makes_a_home_somebodys(village: Town, home: Home) -> None:
    enrolling = Enrolment(home, "al", village.registry)
    assert not home.is_enrolled
    assert not enrolling.enrol("secret")
    file = KeyringFile.read(home.keyring)
    assert (file.name, file.registry) == ("al", format_address(*village.registry))
    assert file.authority_fingerprint == enrolling.fingerprint
    keyring, _ = file.open("secret")
    credentials = Credentials(home, keyring)
    assert credentials.identity.name == "al"
    assert credentials.registry_fingerprint == enrolling.fingerprint
    made = [home.identity, home.certificate, home.authority, home.keyring]
    assert sorted(home.path.iterdir()) == sorted(made)
    assert {path.stat().st_mode & 0o777 for path in made} == {0o600}
    assert b"ENCRYPTED" in home.identity.read_bytes()


def test_its_fingerprint_is_the_one_that_the_registry_prints(village: Town, home: Home) -> None:
    assert Enrolment(home, "al", village.registry).fingerprint == Authority(village.folder / "registry").fingerprint


def test_a_name_is_taken_from_then_on(village: Town, home: Home) -> None:
    enrolling = Enrolment(home, "al", village.registry)
    assert not enrolling.name_is_taken()
    enrolling.enrol("secret")
    assert enrolling.name_is_taken()


def test_who_has_the_password_enrols_on_another_machine(village: Town, home: Home, tmp_path: Path) -> None:
    Enrolment(home, "al", village.registry).enrol("secret")
    second = Home(tmp_path / "second")
    assert Enrolment(second, "al", village.registry).enrol("secret")
    assert second.is_enrolled


def test_who_has_not_does_not_and_nothing_is_left(village: Town, home: Home, tmp_path: Path) -> None:
    Enrolment(home, "al", village.registry).enrol("secret")
    second = Home(tmp_path / "second")
    with pytest.raises(UserError, match="name al is taken, and this is not its password"):
        Enrolment(second, "al", village.registry).enrol("guessed")
    assert not list(second.path.iterdir())


def test_where_it_cannot_be_written_down_nobody_is_enrolled(village: Town, home: Home) -> None:
    home.authority.mkdir()
    with pytest.raises(StorageFailure, match=r"authority\.pem cannot be written"):
        Enrolment(home, "al", village.registry).enrol("secret")
    assert not home.is_enrolled


# Its fingerprint


@pytest.mark.parametrize("form", [str, str.upper, group, lambda text: group(text, 2).replace(" ", ":")])
def test_it_may_be_given_in_any_grouping(village: Town, home: Home, form: Callable[[str], str]) -> None:
    found = Enrolment(home, "al", village.registry).fingerprint
    assert Enrolment(home, "al", village.registry, form(found)).fingerprint == found


def test_another_one_ends_it_before_anything_is_asked(village: Town, home: Home) -> None:
    with pytest.raises(TrustError, match="not the one that was expected"):
        Enrolment(home, "al", village.registry, "ab" * 32)
    assert not list(home.path.iterdir())


@pytest.mark.parametrize("expected", ["ab" * 31, "ab" * 32 + "ab", "ba" * 32, "x"])
def test_what_is_nearly_it_is_not_it(expected: str) -> None:
    with pytest.raises(TrustError) as raised:
        check_fingerprint("ab" * 32, expected, ("::1", 5530))
    assert str(raised.value).startswith(f"The registry at [::1]:5530 has the fingerprint {group('ab' * 32)}, ")


def test_nothing_expected_is_nothing_to_check() -> None:
    check_fingerprint("ab" * 32, "", ("::1", 5530))


# What is no registry

Talk = Callable[[socket.socket, int], None]


def hang_up(sock: socket.socket, _: int) -> None:
    sock.recv(10_000)


def silent(sock: socket.socket, _: int) -> None:
    while sock.recv(10_000):
        pass


def http(sock: socket.socket, _: int) -> None:
    sock.recv(10_000)
    sock.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")


def ssh(sock: socket.socket, _: int) -> None:
    sock.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
    sock.recv(10_000)


def foreign_tls(folder: Path, alpn: str) -> Talk:
    pem = make_certificate(folder, "foreign", "127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, pem.with_suffix(".key"))
    if alpn:
        context.set_alpn_protocols([alpn])

    def serve(sock: socket.socket, _: int) -> None:
        with context.wrap_socket(sock, server_side=True) as tls:
            tls.recv(10_000)

    return serve


def cannot_be_reached(address: Address) -> str:
    with pytest.raises(NetworkError) as raised:
        introduce(address)
    words = str(raised.value)
    assert words.startswith(f"The registry at {format_address(*address)} cannot be reached. ")
    assert words.endswith(". Is server.py running there? --registry HOST:PORT names another one.")
    return words


def test_where_nobody_listens() -> None:
    assert "connection refused" in cannot_be_reached(nobody())


@pytest.mark.parametrize("serve", [hang_up, http, ssh])
def test_another_kind_of_server(serve: Talk) -> None:
    with server(serve) as address:
        assert "handshake failed" in cannot_be_reached(address)


@pytest.mark.parametrize("alpn", ["", "http/1.1", ALPN_CHAT])
def test_a_server_of_tls_for_something_else(tmp_path: Path, alpn: str) -> None:
    with server(foreign_tls(tmp_path, alpn)) as address:
        assert "speaks another protocol" in cannot_be_reached(address)


def test_one_that_never_says_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enrolment, "CALL_TIMEOUT_S", 0.2)
    with server(silent) as address:
        assert "took too long" in cannot_be_reached(address)


def test_one_that_shakes_hands_and_then_is_silent(authority: Authority) -> None:
    with (
        false_registry(authority, Caller.wait_for_the_end) as address,
        Call(address) as call,
        pytest.raises(NetworkError, match="took too long"),
    ):
        call.ask(wire.Introduce(0), wire.Introduced, timeout_s=0.2)


def answering(*answers: msgspec.Struct | bytes) -> Callable[[Caller], None]:
    """Whatever is asked."""

    def script(caller: Caller) -> None:
        caller.hear(wire.Introduce)
        for answer in answers:
            caller.send(answer) if isinstance(answer, bytes) else caller.say(answer)

    return script


@pytest.mark.parametrize(
    "answers",
    [
        [],
        [b"\xff" * 100],
        [b"\0\0\0\0"],
        [b"\0\0\0\1\xc0"],
        [b"\0\0\1\0" + b"\x91" * 256],
        [wire.Introduced(0, b"no certificate", 0)],
        [wire.Introduced(0, b"", 0)],
        [wire.Checked(0, True)],
        [wire.Superseded(True)],
        [encode(wire.Introduced(0, b"", 0))],
    ],
)
def test_one_that_speaks_tls_as_we_do_and_then_something_else(
    authority: Authority, answers: list[msgspec.Struct | bytes]
) -> None:
    with (
        false_registry(authority, answering(*answers)) as address,
        pytest.raises(NetworkError, match=f"^What answers at {format_address(*address)} is no registry: "),
    ):
        introduce(address)


def test_a_registry_that_says_no_is_quoted(authority: Authority) -> None:
    with (
        false_registry(authority, answering(wire.Failed(0, "Not on Sundays."))) as address,
        pytest.raises(UserError, match=r"^Not on Sundays\.$"),
    ):
        introduce(address)


def test_signs_of_life_are_no_answer(authority: Authority) -> None:
    def script(caller: Caller) -> None:
        caller.hear(wire.Introduce)
        caller.say(wire.Ping())
        caller.hear(wire.Pong)
        caller.say(wire.Introduced(0, authority.der, 0))

    with false_registry(authority, script) as address:
        introduce(address)


def test_an_authority_with_a_key_of_another_kind(authority: Authority, home: Home, tmp_path: Path) -> None:
    pem = make_certificate(tmp_path, "foreign", "127.0.0.1").read_text()
    introduced = wire.Introduced(0, ssl.PEM_cert_to_DER_cert(pem), 0)
    with (
        false_registry(authority, answering(introduced)) as address,
        pytest.raises(TrustError, match="no Ed25519 key"),
    ):
        Enrolment(home, "al", address)


def test_an_authority_with_a_key_that_nobody_knows(authority: Authority, home: Home) -> None:
    unknown = authority.der.replace(b"\x06\x03\x2b\x65\x70", b"\x06\x03\x2b\x65\x7a")  # Ed25519's number, changed
    with (
        false_registry(authority, answering(wire.Introduced(0, unknown, 0))) as address,
        pytest.raises(TrustError, match="no Ed25519 key"),
    ):
        Enrolment(home, "al", address)


# A registry that is not honest


def test_whoever_passes_off_anothers_authority_gets_no_password(
    village: Town, authority: Authority, home: Home
) -> None:
    """It shows the fingerprint that is expected, but cannot prove to be its registry."""
    honest = introduce(village.registry)
    der = ssl.PEM_cert_to_DER_cert(Authority(village.folder / "registry").pem)
    heard: list[str] = []

    def script(caller: Caller) -> None:
        if caller.number == 1:
            answering(wire.Introduced(0, der, 0))(caller)
            return
        caller.hear(wire.Enrol)
        heard.append("a proof of the password")

    with false_registry(authority, script) as address:
        enrolling = Enrolment(home, "al", address, enrolment.authority_fingerprint(honest))
        with pytest.raises(TrustError, match="certificate is not trusted"):
            enrolling.enrol("secret")
    assert not heard
    assert not home.is_enrolled


def enrolled_with(authority: Authority, certificate: Callable[[bytes], bytes]) -> Callable[[Caller], None]:
    """Gives what `certificate` makes of the key that it is to certify."""

    def script(caller: Caller) -> None:
        if caller.number == 1:
            answering(wire.Introduced(0, authority.der, 0))(caller)
            return
        asked = caller.hear(wire.Enrol)
        caller.say(wire.Enrolled(0, certificate(proven_key(asked.csr)), False))

    return script


def no_certificate(_: bytes) -> bytes:
    return b"none"


def test_one_that_gives_no_certificate(authority: Authority, home: Home) -> None:
    with (
        false_registry(authority, enrolled_with(authority, no_certificate)) as address,
        pytest.raises(TrustError, match="certificate"),
    ):
        Enrolment(home, "al", address).enrol("secret")
    assert not home.is_enrolled


@pytest.mark.parametrize("name", ["al", "mallory"])
def test_one_that_gives_somebody_elses(authority: Authority, home: Home, name: str) -> None:
    other, _ = new_identity(name)
    with (
        false_registry(authority, enrolled_with(authority, lambda _: authority.certify(other))) as address,
        pytest.raises(TrustError, match="not ours"),
    ):
        Enrolment(home, "al", address).enrol("secret")
    assert not home.is_enrolled


def test_one_that_calls_us_something_else(authority: Authority, home: Home) -> None:
    def rename(key: bytes) -> bytes:
        return authority.certify(Identity("mallory", "f00d", key))

    with (
        false_registry(authority, enrolled_with(authority, rename)) as address,
        pytest.raises(TrustError, match="not ours"),
    ):
        Enrolment(home, "al", address).enrol("secret")
    assert not home.is_enrolled


def test_a_distrusted_registry_is_explained() -> None:
    error = explain_trust(TrustError("It is another."), ("::1", 5530))
    assert isinstance(error, TrustError)
    assert "The registry at [::1]:5530 is not the one that you enrolled with (It is another.)" in str(error)
    assert "--home" in str(error)


def test_an_answer_to_another_question_is_a_fault_of_theirs(authority: Authority) -> None:
    with (
        false_registry(authority, answering(wire.Done(0))) as address,
        Call(address) as call,
        pytest.raises(ProtocolError, match="another question"),
    ):
        call.ask(wire.Introduce(0), wire.Introduced)
