"""The embedded engine: durable, private, and readable with its key alone."""

import fcntl
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from db.connection import transaction
from db.errors import Full, StorageError, WrongKey
from db.schema import CLIENT
from db.settings import get_setting, set_setting
from db.sqlite import SqliteConnection, SqliteDatabase, _translated

KEY = bytes(range(32))
FILES = ("chat.db", "chat.db-wal", "chat.db-shm")
SHARED_LOCK = 0x40000002, 510  # where SQLite keeps a connection's lock in its file: first byte, length


@pytest.fixture
def embedded(tmp_path: Path) -> SqliteDatabase:
    return SqliteDatabase(tmp_path / "chat.db", KEY)


def opened(database: SqliteDatabase) -> SqliteConnection:
    connection = database.connect()
    CLIENT.apply(connection, "alice")
    return connection


def test_a_commit_waits_for_the_disk(embedded: SqliteDatabase) -> None:
    connection = opened(embedded)
    assert connection.query("PRAGMA journal_mode") == [("wal",)]
    assert connection.query("PRAGMA synchronous") == [(2,)]  # FULL
    assert connection.warnings() == []


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o777])
def test_files_are_the_owners_alone(embedded: SqliteDatabase, tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        connection = opened(embedded)
    finally:
        os.umask(before)
    assert {name: oct((tmp_path / name).stat().st_mode & 0o777) for name in FILES} == dict.fromkeys(FILES, "0o600")
    connection.close()


def test_a_file_that_was_opened_to_others_is_closed_to_them(embedded: SqliteDatabase, tmp_path: Path) -> None:
    opened(embedded).close()
    (tmp_path / "chat.db").chmod(0o644)
    embedded.connect().close()
    assert (tmp_path / "chat.db").stat().st_mode & 0o777 == 0o600


def test_a_second_connection_leaves_the_locks_of_the_first(embedded: SqliteDatabase, tmp_path: Path) -> None:
    first, second = opened(embedded), opened(embedded)
    lock = f"import fcntl; fcntl.lockf(open({str(tmp_path / 'chat.db')!r}, 'r+'), fcntl.LOCK_EX | fcntl.LOCK_NB, "
    first_byte, length = SHARED_LOCK
    other = subprocess.run([sys.executable, "-c", f"{lock}{length}, {first_byte})"], capture_output=True, check=False)
    assert b"BlockingIOError" in other.stderr
    first.close()
    second.close()
    assert fcntl  # the other process uses the same module


@pytest.mark.parametrize("key", [bytes(32), b""], ids=["another", "none"])
def test_a_wrong_key_is_one_clear_sentence(
    embedded: SqliteDatabase, tmp_path: Path, capfd: pytest.CaptureFixture[str], key: bytes
) -> None:
    opened(embedded).close()
    with pytest.raises(WrongKey) as error:
        opened(SqliteDatabase(tmp_path / "chat.db", key))
    assert str(error.value) == f"The database {tmp_path}/chat.db does not open with this password's key, or is none."
    assert capfd.readouterr() == ("", "")


def test_text_is_nowhere_to_be_found_in_the_files(embedded: SqliteDatabase, tmp_path: Path) -> None:
    connection = opened(embedded)
    secrets = ["The answer is forty-two. " * 50, "the password of everything"]
    for number, secret in enumerate(secrets):
        set_setting(connection, f"secret {number}", secret)
    assert (tmp_path / "chat.db-wal").stat().st_size > 0
    during = {name: (tmp_path / name).read_bytes() for name in FILES}
    connection.close()
    after = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    for name, content in (*during.items(), *after.items()):
        for word in (b"answer", b"password", b"secret", b"CREATE TABLE", b"SQLite format"):
            assert word not in content, name
    assert get_setting(opened(embedded), "secret 0") == secrets[0]


def test_what_was_committed_survives_the_end_of_the_process(tmp_path: Path) -> None:
    script = (
        "import os; from pathlib import Path; from db.schema import CLIENT; from db.settings import set_setting;"
        "from db.sqlite import SqliteDatabase;"
        f"d = SqliteDatabase(Path({str(tmp_path / 'chat.db')!r}), bytes(range(32))); c = d.connect();"
        "CLIENT.apply(c, 'alice'); set_setting(c, 'kept', 'yes');"
        "c.begin(); set_setting(c, 'lost', 'yes'); os.kill(os.getpid(), 9)"
    )
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", script], cwd=root, check=False).returncode == -9
    connection = opened(SqliteDatabase(tmp_path / "chat.db", KEY))
    assert (get_setting(connection, "kept"), get_setting(connection, "lost")) == ("yes", None)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "chat.db"
    with pytest.raises(StorageError, match=rf"^The database {path} cannot be opened: No such file or directory\.$"):
        SqliteDatabase(path, KEY).connect()


def test_a_disk_that_fails_is_told_with_what_to_look_at() -> None:
    told = str(_translated(Exception("disk I/O error"), "chat.db"))
    assert told == "The database chat.db failed: disk I/O error. Is there room on that disk, and is it sound?"
    assert str(_translated(Exception("odd"), "chat.db")) == "The database chat.db failed: odd."


def test_a_full_disk_is_said_and_undoes_the_transaction(embedded: SqliteDatabase) -> None:
    connection = opened(embedded)
    pages = connection.query("PRAGMA page_count")[0][0]
    connection.query(f"PRAGMA max_page_count = {pages + 8}")

    def store() -> None:
        with transaction(connection):
            set_setting(connection, "small", "1")
            set_setting(connection, "large", "x" * 100_000)

    with pytest.raises(Full, match=r"^No room is left on the disk of .*; nothing was stored\."):
        store()
    assert get_setting(connection, "small") is None
    set_setting(connection, "small", "2")
    assert get_setting(connection, "small") == "2"


def test_readers_do_not_wait_for_a_writer(embedded: SqliteDatabase) -> None:
    writing, reading = opened(embedded), opened(embedded)
    writing.begin()
    set_setting(writing, "new", "1")
    seen: list[str | None] = []
    reader = threading.Thread(target=lambda: seen.append(get_setting(reading, "new")))
    reader.start()
    reader.join(10)
    assert seen == [None]
    writing.commit()
    assert get_setting(reading, "new") == "1"
