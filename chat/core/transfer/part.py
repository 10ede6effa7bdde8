"""The file that is received: a part file that grows in the download folder, and its safe place at the end.

Everything is opened below the folder's own descriptor and never through a symbolic link, so nothing is
written elsewhere whatever lies there. The whole is hashed, the bytes of earlier attempts too, and only
with the right digest, and on the disk, does it get a name: one that no other file has.
"""

import hashlib
import os
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Self

from chat.core.filenames import numbered, safe_name
from chat.errors import StorageFailure
from chat.net.files import private_folder

BUFFER_BYTES = 256 * 1024
BUFFERS = 8
MAX_SAME_NAME = 10_000
SPARE_DISK_BYTES = 64 * 1024 * 1024

_FLAGS = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC


class PartFile:
    """The part file of one message, owned by the thread of its transfer."""

    def __init__(self, folder: Path, message_id: bytes, size: int) -> None:
        self.folder = private_folder(folder)
        self._name = f".{message_id.hex()}.part"
        self._size = size
        try:
            self._folder_fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            self._fd = os.open(self._name, _FLAGS, 0o600, dir_fd=self._folder_fd)
        except OSError as error:
            raise StorageFailure(f"Nothing can be written into {folder}: {error.strerror}.") from None
        if os.fstat(self._fd).st_size > size:
            os.ftruncate(self._fd, 0)
        self.offset = os.fstat(self._fd).st_size
        self._check_room()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        os.close(self._fd)
        os.close(self._folder_fd)

    def _check_room(self) -> None:
        found = os.statvfs(self.folder)
        if self._size - self.offset + SPARE_DISK_BYTES > found.f_bavail * found.f_frsize:
            raise StorageFailure(f"There is no room in {self.folder} for {self._size - self.offset} more bytes.")

    def write(self, data: memoryview) -> None:
        """Append. StorageFailure if the disk does not take it."""
        try:
            while data:
                written = os.pwrite(self._fd, data, self.offset)
                self.offset += written
                data = data[written:]
        except OSError as error:
            raise StorageFailure(f"The file cannot be written into {self.folder}: {error.strerror}.") from None

    def read(self) -> Iterator[memoryview]:
        """What is there already, in pieces that are valid until the next."""
        with memoryview(bytearray(BUFFER_BYTES)) as buffer:
            place = 0
            while place < self.offset:
                count = os.preadv(self._fd, [buffer[: min(BUFFER_BYTES, self.offset - place)]], place)
                place += count
                yield buffer[:count]

    def start_over(self) -> None:
        """The bytes are wrong: forget them."""
        os.ftruncate(self._fd, 0)
        self.offset = 0

    def sync(self) -> None:
        """Have the bytes on the disk."""
        os.fsync(self._fd)

    def place(self, wanted: str) -> Path:
        """Give the file its name, or the first numbered form of it that is free; durable on return."""
        safe = safe_name(wanted)
        for number in range(1, MAX_SAME_NAME):
            name = numbered(safe, number)
            try:
                os.link(self._name, name, src_dir_fd=self._folder_fd, dst_dir_fd=self._folder_fd, follow_symlinks=False)
            except FileExistsError:
                if self._is_ourselves(name):
                    return self.folder / name  # placed by a process that died then
                continue
            except OSError as error:
                raise StorageFailure(f"{name} cannot be made in {self.folder}: {error.strerror}.") from None
            os.fsync(self._folder_fd)
            return self.folder / name
        raise StorageFailure(f"There are too many files called {safe} in {self.folder}.")

    def remove(self) -> None:
        """Take the part's own name away; a placed file stays."""
        with suppress(FileNotFoundError):
            os.unlink(self._name, dir_fd=self._folder_fd)

    def _is_ourselves(self, name: str) -> bool:
        found = os.stat(name, dir_fd=self._folder_fd, follow_symlinks=False)
        own = os.fstat(self._fd)
        return (found.st_dev, found.st_ino) == (own.st_dev, own.st_ino)


class Hasher:
    """Hashes beside the receiving: owns a thread, to which filled buffers are lent.

    hashlib lets go of the interpreter while it works, so this costs the receiving thread next to nothing.
    """

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self._free: SimpleQueue[memoryview] = SimpleQueue()
        self._filled: SimpleQueue[tuple[memoryview, int] | None] = SimpleQueue()
        for _ in range(BUFFERS):
            self._free.put(memoryview(bytearray(BUFFER_BYTES)))
        self._thread = threading.Thread(target=self._run, name="hasher", daemon=True)
        self._thread.start()

    def buffer(self) -> memoryview:
        """An empty buffer, once there is one; to be given to `add`."""
        return self._free.get()

    def add(self, buffer: memoryview, size: int) -> None:
        """Hash the first `size` bytes; the buffer is the hasher's then."""
        self._filled.put((buffer, size))

    def finish(self) -> bytes:
        """The digest of all that was added."""
        self._filled.put(None)
        self._thread.join()
        return self._digest.digest()

    def _run(self) -> None:
        while (filled := self._filled.get()) is not None:
            buffer, size = filled
            self._digest.update(buffer[:size])
            self._free.put(buffer)


def remove_part(folder: Path, message_id: bytes) -> None:
    """Forget what there is of a file that will not come."""
    with suppress(OSError):
        (folder / f".{message_id.hex()}.part").unlink()
