"""What is said of a file that is sent, its bytes, and that a change is noticed before and in the middle."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from chat.core.transfer.source import CHUNK_BYTES, UNKNOWN_TYPE, Changed, inspect, read_again
from chat.errors import UserError

SIZES = (0, 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES)


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Path]:
    def make(data: bytes = b"data", name: str = "notes.txt") -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return make


def again(path: Path, stamp: str, offset: int, size: int) -> bytes:
    return b"".join(bytes(chunk) for chunk in read_again(str(path), stamp, offset, size))


# What is said


@pytest.mark.parametrize("size", SIZES)
def test_size_and_digest(make: Callable[..., Path], size: int) -> None:
    data = os.urandom(size)
    attached = inspect(make(data))
    about = attached.attachment
    assert (about.name, about.size, about.type) == ("notes.txt", size, "text/plain")
    assert about.digest == hashlib.sha256(data).digest()


def test_a_file_with_holes(tmp_path: Path) -> None:
    path = tmp_path / "sparse.img"
    with path.open("wb") as file:
        file.truncate(10 * CHUNK_BYTES)
    attached = inspect(path)
    assert attached.attachment.digest == hashlib.sha256(bytes(10 * CHUNK_BYTES)).digest()
    assert again(path, attached.stamp, 9 * CHUNK_BYTES, 10 * CHUNK_BYTES) == bytes(CHUNK_BYTES)


@pytest.mark.parametrize(("name", "kind"), [("a.jpg", "image/jpeg"), ("a", UNKNOWN_TYPE), ("a.qqq", UNKNOWN_TYPE)])
def test_its_type_by_its_ending(make: Callable[..., Path], name: str, kind: str) -> None:
    assert inspect(make(name=name)).attachment.type == kind


def test_where_it_lies_is_kept_whole(make: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    path = make()
    monkeypatch.chdir(path.parent)
    assert inspect(Path("notes.txt")).path == str(path)
    monkeypatch.setenv("HOME", str(path.parent))
    assert inspect(Path("~/notes.txt")).path == str(path)


def test_another_name_than_its_own(make: Callable[..., Path]) -> None:
    assert inspect(make(), name="other.txt").attachment.name == "other.txt"


def test_a_name_that_is_no_unicode(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt"))
    path.write_bytes(b"data")
    attached = inspect(path)
    assert attached.attachment.name == "caf?.txt"
    assert again(Path(attached.path), attached.stamp, 0, 4) == b"data"


# What cannot be sent


def test_a_folder_with_a_hint(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    with pytest.raises(UserError, match=r"is a folder: pack it .* tar czf it.tar.gz photos"):
        inspect(tmp_path / "photos")


def test_a_pipe_without_waiting_at_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UserError, match="no ordinary file"):
        inspect(tmp_path / "pipe")


@pytest.mark.parametrize("name", ["missing", "x" * 300, "notes.txt/below"])
def test_what_is_not_there(make: Callable[..., Path], tmp_path: Path, name: str) -> None:
    make()
    with pytest.raises(UserError, match="cannot be read"):
        inspect(tmp_path / name)


def while_read(monkeypatch: pytest.MonkeyPatch, change: Callable[[], object]) -> None:
    """Have something happen to the file after its first bytes were read."""
    original = os.readv

    def readv(*arguments: object) -> int:
        count = original(*arguments)  # type: ignore[arg-type]
        change()
        return count

    monkeypatch.setattr(os, "readv", readv)


@pytest.mark.parametrize("size", [0, 5, 3 * CHUNK_BYTES])
def test_one_that_is_being_written(make: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    path = make(bytes(2 * CHUNK_BYTES))
    while_read(monkeypatch, lambda: os.truncate(path, size))
    with pytest.raises(UserError, match="changed while it was read: wait until it is finished"):
        inspect(path)


# What is sent


@pytest.mark.parametrize("size", SIZES)
def test_its_bytes_from_any_place_on(make: Callable[..., Path], size: int) -> None:
    data = os.urandom(size)
    path = make(data)
    stamp = inspect(path).stamp
    for offset in {0, size // 2, max(0, size - 1), size}:
        assert again(path, stamp, offset, size) == data[offset:]


CHANGES: list[Callable[[Path], object]] = [
    lambda path: path.write_bytes(b"DATA!"),
    lambda path: path.write_bytes(b"other"),
    lambda path: path.unlink(),
    lambda path: path.rename(path.with_name("moved")),
    lambda path: os.utime(path, ns=(1, 1)),
    lambda path: (path.parent / "pipe").replace(path),
]


@pytest.mark.parametrize("change", CHANGES)
def test_another_file_is_not_sent_in_its_place(make: Callable[..., Path], change: Callable[[Path], object]) -> None:
    path = make(b"data!")
    os.mkfifo(path.parent / "pipe")
    stamp = inspect(path).stamp
    change(path)
    with pytest.raises(Changed):
        again(path, stamp, 0, 5)


def test_one_that_shrinks_on_the_way(make: Callable[..., Path]) -> None:
    path = make(bytes(3 * CHUNK_BYTES))
    chunks = read_again(str(path), inspect(path).stamp, 0, 3 * CHUNK_BYTES)
    next(chunks)
    os.truncate(path, CHUNK_BYTES)
    with pytest.raises(Changed):
        list(chunks)


def test_one_that_grows_on_the_way_is_cut_at_its_size(make: Callable[..., Path]) -> None:
    path = make(bytes(2 * CHUNK_BYTES))
    chunks = read_again(str(path), inspect(path).stamp, 0, 2 * CHUNK_BYTES)
    sent = len(next(chunks))
    os.truncate(path, 9 * CHUNK_BYTES)
    assert sent + sum(map(len, chunks)) == 2 * CHUNK_BYTES
