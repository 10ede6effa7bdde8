"""Where bytes and texts from outside come in: each a function that may raise a ChatError, and nothing else."""

import tempfile
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import chat.ui.commands as _commands
from chat.core.backup.restoring import Backup
from chat.core.filenames import MAX_BYTES, safe_name
from chat.core.keyring import KeyringFile
from chat.errors import ChatError, UserError
from chat.inert import inert
from chat.net.addresses import format_address, parse_address
from chat.net.certificates import read_identity
from chat.registry.authority import proven_key
from chat.ui.shell import parse_names
from chat.ui.table import find_command
from chat.wire import registry as wire
from chat.wire.messages import Accept, Hello, Nominate, body_codec
from chat.wire.names import fold_name
from chat.wire.nesting import is_shallow
from chat.wire.peer import PeerProtocol, State
from chat.wire.session import RegistryProtocol
from tests.core.backup.persons import PASSWORD

assert _commands  # importing it fills the command table

Target = Callable[[bytes], object]

HELLO = Hello(0, (), b"l" * 16, b"", 4711)


def peer(data: bytes) -> None:
    """A peer's first words, and the same on a link on which messages flow."""
    with suppress(ChatError):
        PeerProtocol(HELLO, nominator=True, now=0.0).receive_data(data, 1.0)
    flowing = PeerProtocol(HELLO, nominator=True, now=0.0)
    other = PeerProtocol(HELLO, nominator=False, now=0.0)
    flowing.receive_data(other.data_to_send(), 0.0)
    other.receive_data(flowing.data_to_send(), 0.0)
    flowing.send(Nominate(()))
    other.receive_data(flowing.data_to_send(), 0.0)
    other.send(Accept(()))
    flowing.receive_data(other.data_to_send(), 0.0)
    assert flowing.state is State.FLOWING
    flowing.receive_data(data, 1.0)


def requests(data: bytes) -> object:
    """What comes to a registry."""
    return RegistryProtocol(wire.client_codec, limit=4096, now=0.0).receive_data(data, 1.0)


def answers(data: bytes) -> object:
    """What comes from one."""
    return RegistryProtocol(wire.registry_codec, limit=1 << 20, now=0.0).receive_data(data, 1.0)


def body(data: bytes) -> object:
    """What a message says."""
    is_shallow(data)
    return body_codec.decode(data)


def certificate(data: bytes) -> object:
    """Whose certificate it is."""
    return read_identity(data)


def signing_request(data: bytes) -> object:
    """Which key it proves."""
    return proven_key(data)


def keyring(data: bytes) -> None:
    """A settings file that was damaged."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        read = KeyringFile.read(Path(file.name))
        assert isinstance(read.name, str)


def backup(data: bytes) -> None:
    """A backup, by whoever made it."""
    Backup(BytesIO(data), Path("a.backup"), "alice", PASSWORD).verify()


def address(data: bytes) -> None:
    """HOST:PORT."""
    host, port = parse_address(text(data), 5530)
    assert parse_address(format_address(host, port)) == (host, port) or "[" in host or "]" in host


def name(data: bytes) -> None:
    """A person's name, and several of them."""
    for part in parse_names(text(data)):
        assert fold_name(part) == part


def command(data: bytes) -> None:
    """The name of a command and its words."""
    word, _, arguments = text(data).partition(" ")
    find_command(word).check(arguments)


def file_name(data: bytes) -> None:
    """A name that somebody else gave a file."""
    found = safe_name(text(data))
    assert found not in ("", ".", "..")
    assert Path(found).name == found
    assert len(found.encode()) <= MAX_BYTES + 16
    assert not found.startswith(("-", "."))


def shown(data: bytes) -> None:
    """Anything that is put on the screen."""
    assert "\x1b" not in inert(text(data))


def text(data: bytes) -> str:
    """As it comes from a terminal: whatever is no UTF-8 is not let in."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise UserError("no text") from None


TARGETS: dict[str, Target] = {
    target.__name__: target
    for target in (
        peer,
        requests,
        answers,
        body,
        certificate,
        signing_request,
        keyring,
        backup,
        address,
        name,
        command,
        file_name,
        shown,
    )
}
