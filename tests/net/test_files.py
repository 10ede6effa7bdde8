"""Files of one's own: 0600 in 0700 folders whatever the umask, whole or not at all."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from chat.errors import StorageFailure
from chat.net.files import lock_folder, private_folder, write_private


@pytest.fixture(params=[0o000, 0o022, 0o077, 0o777], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("umask")
def test_modes_whatever_the_umask(tmp_path: Path) -> None:
    folder = private_folder(tmp_path / "home")
    write_private(folder / "key", b"secret")
    assert (mode(folder), mode(folder / "key")) == (0o700, 0o600)
    assert [path.name for path in folder.iterdir()] == ["key"]


def test_modes_that_were_wrong_are_put_right(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "key").write_bytes(b"old")
    (tmp_path / "key").chmod(0o644)
    (tmp_path / "key.part").write_bytes(b"left by a crash, and longer than what is written now")
    (tmp_path / "key.part").chmod(0o666)
    private_folder(tmp_path)
    write_private(tmp_path / "key", b"new")
    assert (tmp_path / "key").read_bytes() == b"new"
    assert (mode(tmp_path), mode(tmp_path / "key")) == (0o700, 0o600)


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_private(tmp_path / "key", b"old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageFailure, match="No space left"):
        write_private(tmp_path / "key", b"new")
    assert (tmp_path / "key").read_bytes() == b"old"


def test_it_is_on_the_disk_before_it_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = []
    synced, replaced = os.fsync, Path.replace

    def fsync(descriptor: int) -> None:
        steps.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        synced(descriptor)

    def replace(self: Path, target: Path) -> Path:
        steps.append("replace")
        return replaced(self, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", replace)
    write_private(tmp_path / "key", b"secret")
    assert steps == ["file", "replace", "folder"]


def test_what_cannot_be_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageFailure, match="cannot be used"):
        private_folder(tmp_path / "file" / "folder")
    with pytest.raises(StorageFailure, match="cannot be written"):
        write_private(tmp_path / "none" / "key", b"")


def test_a_folder_is_locked_until_the_file_is_closed(tmp_path: Path) -> None:
    lock = lock_folder(tmp_path)
    assert lock is not None
    assert lock_folder(tmp_path) is None
    lock.close()
    again = lock_folder(tmp_path)
    assert again is not None
    again.close()
