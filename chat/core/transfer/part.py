"""The file that is received: a part file that grows in the download folder, and its safe place at the end.

Everything is opened below the folder's own descriptor and never through a symbolic link, so nothing is
written elsewhere whatever lies there. Only when the whole is on the disk with the right digest does it get
a name: one that no other file has.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from chat.core.filenames import numbered, safe_name
from chat.errors import StorageFailure

MAX_SAME_NAME = 10_000
SPARE_DISK_BYTES = 64 * 1024 * 1024
PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700
NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS)  # as FAT and some network file systems answer

DIRECT_BYTES = 4096  # what the kernel writes from our memory comes in multiples of a disk's blocks

_DIRECT = getattr(os, "O_DIRECT", 0)
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class PartFile:
    """The part file of `sender`'s message, owned by its transfer's thread. Every method may raise StorageFailure."""

    def __init__(self, folder: Path, sender: str, message_id: bytes, size: int) -> None:
        self.folder = folder
        self._name = part_name(sender, message_id)
        self._size = size
        with self._errors(), ExitStack() as opened:
            folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
            self._folder_fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            opened.callback(os.close, self._folder_fd)
            self._fd = os.open(self._name, _FLAGS, PRIVATE_FILE, dir_fd=self._folder_fd)
            opened.callback(os.close, self._fd)
            self.offset = self._size_so_far()
            self._check_room()
            self._direct_fd = self._open_direct()
            if self._direct_fd >= 0:
                opened.callback(os.close, self._direct_fd)
            self._opened = opened.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._opened.close()

    def _size_so_far(self) -> int:
        found = os.fstat(self._fd)
        if not stat.S_ISREG(found.st_mode):
            raise StorageFailure(f"{self.folder / self._name} is no ordinary file: remove it.")
        os.fchmod(self._fd, PRIVATE_FILE)
        if found.st_size > self._size:
            os.ftruncate(self._fd, 0)
            return 0
        return found.st_size

    def _check_room(self) -> None:
        found = os.statvfs(self._folder_fd)
        if self._size - self.offset + SPARE_DISK_BYTES > found.f_bavail * found.f_frsize:
            raise StorageFailure(f"There is no room in {self.folder} for {self._size - self.offset} more bytes.")

    def _open_direct(self) -> int:
        """The same file, to be written past the kernel's memory; -1 where that is not to be had."""
        try:
            return os.open(f"/proc/self/fd/{self._fd}", os.O_WRONLY | _DIRECT | os.O_CLOEXEC) if _DIRECT else -1
        except OSError:
            return -1

    def write(self, data: memoryview) -> None:
        """Append. It costs least in whole pages of memory, to a place that is a multiple of DIRECT_BYTES."""
        with self._errors():
            self._check_is_ours()
            while data:
                written = self._write_some(data)
                self.offset += written
                data = data[written:]

    def _write_some(self, data: memoryview) -> int:
        if self._direct_fd >= 0 and not (self.offset % DIRECT_BYTES or len(data) % DIRECT_BYTES):
            with suppress(OSError):  # memory or disk may be cut otherwise than we think
                return os.pwrite(self._direct_fd, data, self.offset)
        return os.pwrite(self._fd, data, self.offset)

    def read(self, place: int, size: int) -> bytes:
        """At most `size` bytes of what is there from `place` on, one at least. Any thread may."""
        with self._errors():
            data = os.pread(self._fd, size, place)
        if not data:
            raise self._somebody_else()
        return data

    def start_over(self) -> None:
        """The bytes are wrong: forget them."""
        with self._errors():
            os.ftruncate(self._fd, 0)
        self.offset = 0

    def sync(self) -> None:
        """Have the bytes on the disk."""
        with self._errors():
            self._check_is_ours()
            os.fsync(self._fd)

    def _check_is_ours(self) -> None:
        """What is hashed are the bytes that came: that others than those are in the file would not be seen."""
        if os.fstat(self._fd).st_size != self.offset:
            raise self._somebody_else()

    def _somebody_else(self) -> StorageFailure:
        return StorageFailure(f"Somebody else writes to {self.folder / self._name}.")

    def place(self, wanted: str) -> Path:
        """Give the file its name, or the first numbered form of it that is free; durable on return."""
        safe = safe_name(wanted)
        with self._errors():
            for number in range(1, MAX_SAME_NAME):
                name = numbered(safe, number)
                if self._takes(name):
                    os.fsync(self._folder_fd)
                    return self.folder / name
        raise StorageFailure(f"There are too many files called {safe} in {self.folder}.")

    def take_back(self, path: Path) -> None:
        """Take away the name that it was given."""
        with suppress(OSError):
            os.unlink(path.name, dir_fd=self._folder_fd)

    def remove(self) -> None:
        """Take the part's own name away; a placed file stays."""
        with suppress(OSError):
            os.unlink(self._name, dir_fd=self._folder_fd)

    def _takes(self, name: str) -> bool:
        """Whether the file has that name now; no, if another file has it."""
        try:
            os.link(self._name, name, src_dir_fd=self._folder_fd, dst_dir_fd=self._folder_fd, follow_symlinks=False)
        except FileExistsError:
            return self._is_ourselves(name)  # placed by a process that died then
        except OSError as error:
            if error.errno not in NO_LINKS:
                raise
            return self._moves_to(name)
        return True

    def _moves_to(self, name: str) -> bool:
        """The same where a file cannot have two names: an empty one holds the place for it."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        try:
            os.close(os.open(name, flags, PRIVATE_FILE, dir_fd=self._folder_fd))
        except FileExistsError:
            return False
        os.rename(self._name, name, src_dir_fd=self._folder_fd, dst_dir_fd=self._folder_fd)
        return True

    def _is_ourselves(self, name: str) -> bool:
        found = os.stat(name, dir_fd=self._folder_fd, follow_symlinks=False)
        own = os.fstat(self._fd)
        return (found.st_dev, found.st_ino) == (own.st_dev, own.st_ino)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StorageFailure(f"Nothing can be written into {self.folder}: {error.strerror}.") from None


def part_name(sender: str, message_id: bytes) -> str:
    """What the part file of a message is called; the id alone is known to all who got it, and may be used again."""
    return f".{sender}.{message_id.hex()}.part"


def remove_part(folder: Path, sender: str, message_id: bytes) -> None:
    """Forget what there is of a file that will not come."""
    with suppress(OSError):
        (folder / part_name(sender, message_id)).unlink()
