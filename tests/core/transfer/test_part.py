"""What is received stays in the download folder, is its owner's alone, resumes, and replaces nothing."""

import errno
import fcntl
import mmap
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chat.core.transfer import part as part_module
from chat.core.transfer.part import DIRECT_BYTES, PartFile, part_name, remove_part
from chat.errors import StorageFailure
from tests.core.test_filenames import any_name
from tests.descriptors import open_below

ID = bytes(range(16))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "home" / "downloads"


def received(folder: Path, data: bytes = b"data", name: str = "photo.jpg", number: int = 0) -> Path:
    """A file that came in whole."""
    with PartFile(folder, "bob", bytes([number]) * 16, len(data)) as part:
        part.write(memoryview(data)[part.offset :])
        path = part.place(name)
        part.remove()
    return path


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


# Where it lies


HOSTILE = ["../../x", "/etc/x", "a\0b", "CON", "x" * 300, "-rf", "\u202egpj.exe", "..", ".", "", "a/../../b", "\\..\\x"]


hostile_name = st.builds(str.__add__, st.sampled_from([*HOSTILE, ""]), any_name)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(hostile_name)
def test_no_name_escapes_the_folder(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    world = tmp_path_factory.mktemp("world")
    path = received(world / "home" / "downloads", name=name)
    assert path.parent == world / "home" / "downloads"
    below = {str(path.relative_to(world)) for path in world.rglob("*")}
    assert below == {"home", "home/downloads", f"home/downloads/{path.name}"}
    assert path.read_bytes() == b"data"


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_by_themselves(folder: Path, name: str) -> None:
    path = received(folder, name=name)
    assert [path] == list(folder.iterdir())
    assert not path.name.startswith((".", "-"))


@pytest.mark.parametrize("mask", [0o000, 0o277])
def test_it_is_its_owners_alone_whatever_the_umask(folder: Path, mask: int) -> None:
    folder.mkdir(parents=True)
    with umask(mask):
        path = received(folder)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_one_that_others_could_read_is_closed_to_them(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / part_name("bob", ID)).touch(0o666)
    with PartFile(folder, "bob", ID, 4):
        assert stat.S_IMODE((folder / part_name("bob", ID)).stat().st_mode) == 0o600


def test_a_new_folder_is_its_owners_and_one_that_was_chosen_stays_as_it_is(tmp_path: Path) -> None:
    received(tmp_path / "new")
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    chosen = tmp_path / "Downloads"
    chosen.mkdir()
    chosen.chmod(0o755)
    received(chosen)
    assert stat.S_IMODE(chosen.stat().st_mode) == 0o755


# What lies there already


def test_nothing_is_replaced(folder: Path) -> None:
    paths = [received(folder, f"photo {number}".encode(), number=number) for number in range(3)]
    assert [path.name for path in paths] == ["photo.jpg", "photo (2).jpg", "photo (3).jpg"]
    assert [path.read_bytes() for path in paths] == [b"photo 0", b"photo 1", b"photo 2"]


@pytest.mark.parametrize("is_there", [True, False])
def test_a_planted_link_at_its_name_is_not_followed(folder: Path, tmp_path: Path, is_there: bool) -> None:
    victim = tmp_path / "victim"
    if is_there:
        victim.write_bytes(b"precious")
    folder.mkdir(parents=True)
    (folder / "photo.jpg").symlink_to(victim)
    assert received(folder).name == "photo (2).jpg"
    assert (victim.read_bytes() if is_there else victim.exists()) == (b"precious" if is_there else False)


@pytest.mark.parametrize("is_there", [True, False])
def test_a_planted_link_at_the_parts_name_is_not_followed(folder: Path, tmp_path: Path, is_there: bool) -> None:
    victim = tmp_path / "victim"
    if is_there:
        victim.write_bytes(b"precious")
    folder.mkdir(parents=True)
    (folder / part_name("bob", ID)).symlink_to(victim)
    with pytest.raises(StorageFailure, match="Nothing can be written into"):
        PartFile(folder, "bob", ID, 4)
    assert (victim.read_bytes() if is_there else victim.exists()) == (b"precious" if is_there else False)


def test_a_pipe_at_the_parts_name_holds_up_nobody(folder: Path) -> None:
    folder.mkdir(parents=True)
    os.mkfifo(folder / part_name("bob", ID))
    with pytest.raises(StorageFailure, match="no ordinary file"):
        PartFile(folder, "bob", ID, 4)


def test_a_folder_of_its_name(folder: Path) -> None:
    (folder / "photo.jpg").mkdir(parents=True)
    assert received(folder).name == "photo (2).jpg"


def test_a_file_where_the_folder_should_be(folder: Path) -> None:
    folder.parent.mkdir()
    folder.write_bytes(b"")
    with pytest.raises(StorageFailure, match="Nothing can be written into"):
        PartFile(folder, "bob", ID, 4)


def test_too_many_of_a_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part_module, "MAX_SAME_NAME", 3)
    received(folder, number=1)
    received(folder, number=2)
    with pytest.raises(StorageFailure, match="too many files called photo"):
        received(folder, number=3)


# Resuming


def takes_pages(folder: Path) -> bool:
    """Not every file system does."""
    try:
        os.close(os.open(folder / "probe", os.O_WRONLY | os.O_CREAT | os.O_DIRECT))
    except OSError:
        return False
    return True


def test_it_goes_on_where_it_was(folder: Path) -> None:
    with PartFile(folder, "bob", ID, 10) as part:
        part.write(memoryview(b"first"))
    with PartFile(folder, "bob", ID, 10) as part:
        assert part.offset == 5
        part.write(memoryview(b" half"))
        assert part.read(3, 20) == b"st half"
        assert part.place("it").read_bytes() == b"first half"


@pytest.mark.parametrize("refused", [False, True])
def test_pages_go_past_the_kernels_memory_where_that_can_be(
    folder: Path, monkeypatch: pytest.MonkeyPatch, refused: bool
) -> None:
    """And what is no page, or what the disk does not take so, goes through it."""
    pages = memoryview(mmap.mmap(-1, 4 * DIRECT_BYTES))
    pages[:] = data = os.urandom(len(pages))
    pwrite, direct = os.pwrite, []

    def watch(descriptor: int, view: memoryview, offset: int) -> int:
        if fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_DIRECT:
            if refused:
                raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
            direct.append((offset, len(view)))
        return pwrite(descriptor, view, offset)

    monkeypatch.setattr(os, "pwrite", watch)
    with PartFile(folder, "bob", ID, 2 * len(data)) as part:
        for begin, end in ((0, 8192), (8192, 8202), (8202, 12298), (12298, 12288 + 4096)):
            part.write(pages[begin:end])
        part.write(pages[:4096])
        assert part.read(0, 2 * len(data)) == data + data[:4096]
    assert direct == ([] if refused or not takes_pages(folder) else [(0, 8192), (16384, 4096)])


def test_one_that_is_longer_than_it_may_be_is_begun_anew(folder: Path) -> None:
    with PartFile(folder, "bob", ID, 10) as part:
        part.write(memoryview(b"0123456789"))
    with PartFile(folder, "bob", ID, 5) as part:
        assert part.offset == 0
    assert (folder / part_name("bob", ID)).stat().st_size == 0


def test_starting_over(folder: Path) -> None:
    with PartFile(folder, "bob", ID, 4) as part:
        part.write(memoryview(b"bad!"))
        part.start_over()
        part.write(memoryview(b"good"))
        part.sync()
        assert part.place("it").read_bytes() == b"good"


def test_a_process_that_died_after_placing_finds_its_file(folder: Path) -> None:
    received(folder, b"another", "it")
    with PartFile(folder, "bob", ID, 4) as part:
        part.write(memoryview(b"data"))
        path = part.place("it")
    with PartFile(folder, "bob", ID, 4) as part:
        assert part.offset == 4
        assert part.place("it") == path
        part.remove()
    assert sorted(each.name for each in folder.iterdir()) == ["it", "it (2)"]


def test_forgetting_what_will_not_come(folder: Path) -> None:
    with PartFile(folder, "bob", ID, 4) as part:
        part.write(memoryview(b"da"))
        remove_part(folder, "bob", ID)
        part.remove()
    remove_part(folder, "bob", ID)
    remove_part(folder / "missing", "bob", ID)
    assert list(folder.iterdir()) == []


# The disk


def without_links(monkeypatch: pytest.MonkeyPatch, number: int = errno.EPERM) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "link", refuse)


def test_a_file_system_without_links(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_links(monkeypatch)
    paths = [received(folder, f"photo {number}".encode(), number=number) for number in range(2)]
    assert [(path.name, path.read_bytes()) for path in paths] == [
        ("photo.jpg", b"photo 0"),
        ("photo (2).jpg", b"photo 1"),
    ]
    assert {path.name for path in folder.iterdir()} == {"photo.jpg", "photo (2).jpg"}
    assert stat.S_IMODE(paths[0].stat().st_mode) == 0o600


def test_without_links_too_a_planted_one_is_not_followed(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_links(monkeypatch)
    folder.mkdir(parents=True)
    (folder / "photo.jpg").symlink_to(tmp_path / "victim")
    assert received(folder).name == "photo (2).jpg"
    assert not (tmp_path / "victim").exists()


def test_any_other_trouble_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_links(monkeypatch, errno.ENOSPC)
    with pytest.raises(StorageFailure, match="No space left"):
        received(folder)


def room(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    found = SimpleNamespace(f_bavail=size // 512, f_frsize=512)
    monkeypatch.setattr(os, "statvfs", lambda _: found)


def test_room_is_looked_for_before(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room(monkeypatch, part_module.SPARE_DISK_BYTES + 1024)
    with PartFile(folder, "bob", ID, 1024) as part:
        part.write(memoryview(b"x" * 512))
    with pytest.raises(StorageFailure, match=r"no room in .* for 1025 more bytes"):
        PartFile(folder, "bob", bytes(16), 1025)
    room(monkeypatch, part_module.SPARE_DISK_BYTES + 512)
    with PartFile(folder, "bob", ID, 1024):  # what is there already needs none
        pass
    with pytest.raises(StorageFailure, match="no room"):
        PartFile(folder, "bob", bytes(16), 2**63 - 1)


@pytest.mark.parametrize("name", ["pwrite", "fsync", "ftruncate", "pread"])
def test_whatever_the_disk_does_is_a_sentence(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    def fail(*_: object) -> int:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    actions: dict[str, Callable[[PartFile], object]] = {
        "pwrite": lambda part: part.write(memoryview(b"x")),
        "fsync": lambda part: part.sync(),
        "ftruncate": lambda part: part.start_over(),
        "pread": lambda part: part.read(0, 4),
    }
    with PartFile(folder, "bob", ID, 4) as part:
        part.write(memoryview(b"data"))
        monkeypatch.setattr(os, name, fail)
        with pytest.raises(StorageFailure, match="Input/output error"):
            actions[name](part)


def test_what_somebody_cut_off_is_no_endless_reading(folder: Path) -> None:
    with PartFile(folder, "bob", ID, 4) as part:
        part.write(memoryview(b"data"))
        os.truncate(folder / part_name("bob", ID), 2)
        with pytest.raises(StorageFailure, match="Somebody else writes"):
            part.read(2, 4)


@pytest.mark.parametrize("size", [0, 2, 4, 6])
def test_one_that_somebody_else_writes_to_is_not_gone_on_with(folder: Path, size: int) -> None:
    """What is hashed is what we wrote: a hole in it, or another's bytes, would go unnoticed."""
    with PartFile(folder, "bob", ID, 10) as part:
        part.write(memoryview(b"data"))
        os.truncate(folder / part_name("bob", ID), size)
        if size == part.offset:
            part.write(memoryview(b"more"))
            part.sync()
        else:
            with pytest.raises(StorageFailure, match="Somebody else writes"):
                part.write(memoryview(b"more"))
            with pytest.raises(StorageFailure, match="Somebody else writes"):
                part.sync()


def test_no_descriptor_is_left_open(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    received(folder)
    (folder / part_name("bob", ID)).symlink_to(tmp_path / "victim")
    received(folder, number=1)
    with pytest.raises(StorageFailure):
        PartFile(folder, "bob", ID, 4)
    room(monkeypatch, 0)
    with pytest.raises(StorageFailure):
        PartFile(folder, "bob", bytes([7]) * 16, 4)
    assert open_below(folder) == []
