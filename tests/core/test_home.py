"""The folder of one person: where it is, who may read it, and that one process at a time has it."""

import errno
import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from chat.core.home import Home, default_home
from chat.errors import StorageFailure, UserError
from tests.descriptors import open_below
from tests.processes import ROOT

LOCK_AND_WAIT = """
import sys
from pathlib import Path
from chat.core.home import Home
home = Home(Path(sys.argv[1]))
print(home.lock(), flush=True)
sys.stdin.read()
"""


class OtherProcess:
    """One that tries to lock a home, says whether it could, and stays."""

    def __init__(self, home: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", LOCK_AND_WAIT, str(home)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            text=True,
        )
        assert self._process.stdout is not None
        self.has_locked = self._process.stdout.readline() == "True\n"

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "alice"


@pytest.fixture
def other(path: Path) -> Iterator[OtherProcess]:
    process = OtherProcess(path)
    yield process
    process.kill()


# The lock


def test_one_process_keeps_a_second_out_until_it_is_killed(path: Path, other: OtherProcess) -> None:
    home = Home(path)
    assert other.has_locked
    assert not home.lock()
    assert not home.lock()  # asking again changes nothing
    assert not open_below(path)
    other.kill()
    assert home.lock()
    home.unlock()


def test_a_second_process_is_kept_out(path: Path) -> None:
    home = Home(path)
    assert home.lock()
    late = OtherProcess(path)
    assert not late.has_locked
    late.kill()
    home.unlock()


def test_unlocked_it_is_free_again(path: Path) -> None:
    first, second = Home(path), Home(path)
    assert first.lock()
    assert not second.lock()
    second.unlock()  # which it never had: the other's stays
    assert not second.lock()
    first.unlock()
    first.unlock()
    assert second.lock()
    second.unlock()


def test_a_program_that_is_started_meanwhile_does_not_keep_it(path: Path) -> None:
    home = Home(path)
    assert home.lock()
    child = subprocess.Popen(
        [sys.executable, "-c", "print(flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        close_fds=False,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == b"\n"
    home.unlock()
    again = Home(path)
    assert again.lock()
    again.unlock()
    child.communicate(b"\n")


def test_where_nothing_can_be_locked_it_is_said(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", no_locks)
    with pytest.raises(StorageFailure, match=r"^The folder .*alice cannot be locked: No locks available\.$"):
        Home(path).lock()


def test_nor_where_something_else_lies_in_the_place_of_the_lock(path: Path) -> None:
    home = Home(path)
    (path / "lock").mkdir()
    with pytest.raises(StorageFailure, match="cannot be locked: Is a directory"):
        home.lock()


# The folder


def test_it_is_its_owners_alone_also_if_it_was_not(path: Path) -> None:
    path.mkdir(mode=0o755)
    home = Home(path)
    assert path.stat().st_mode & 0o777 == 0o700
    assert home.lock()
    assert (path / "lock").stat().st_mode & 0o777 == 0o600
    home.unlock()


def test_everything_lies_in_it(path: Path) -> None:
    home = Home(path)
    places = [value for name, value in vars(home).items() if isinstance(value, Path) and name != "path"]
    assert len(set(places)) == len(places)
    assert {place.parent for place in places} == {path}


def test_it_is_enrolled_once_there_is_a_keyring(path: Path) -> None:
    home = Home(path)
    for written in (home.identity, home.certificate, home.authority):
        written.write_text("it")
        assert not home.is_enrolled
    home.keyring.write_text("{}")
    assert home.is_enrolled


def test_a_file_in_its_place_is_said(path: Path) -> None:
    path.write_text("a file")
    with pytest.raises(StorageFailure, match=r"^The folder .*alice cannot be used: .*\.$"):
        Home(path)


# Where it is


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"XDG_DATA_HOME": "/data", "HOME": "/home/al"}, "/data/p2pchat/alice"),
        ({"XDG_DATA_HOME": "/data"}, "/data/p2pchat/alice"),
        ({"XDG_DATA_HOME": "", "HOME": "/home/al"}, "/home/al/.local/share/p2pchat/alice"),
        ({"XDG_DATA_HOME": "data", "HOME": "/home/al"}, "/home/al/.local/share/p2pchat/alice"),
        ({"HOME": "/home/al"}, "/home/al/.local/share/p2pchat/alice"),
    ],
)
def test_the_rules_of_xdg(environment: dict[str, str], expected: str) -> None:
    assert default_home("alice", environment) == Path(expected)


@pytest.mark.parametrize("environment", [{}, {"HOME": ""}, {"HOME": "", "XDG_DATA_HOME": "data"}])
def test_without_any_the_person_is_asked_for_one(environment: dict[str, str]) -> None:
    with pytest.raises(UserError, match=r"^There is no HOME in the environment: .* --home\.$"):
        default_home("alice", environment)
