"""One file over one connection: whole, from an offset, changed on the way, lied about; and how far it is."""

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from chat.core.transfer import intake as intake_module
from chat.core.transfer import running as running_module
from chat.core.transfer.part import PartFile
from chat.core.transfer.running import Running, receive_file, send_file
from chat.core.transfer.source import Changed
from chat.core.transfer.speaking import RefusedByPeer, expect, say
from chat.errors import ChatError, ConnectionClosed, RemoteProtocolError
from chat.net.bulk import BulkConnection
from chat.wire.transfer import Fetch, Refused, Sending, Why
from db.files import FileRow
from tests.bulk import BulkPairs
from tests.core.transfer.rows import awaited_row, sent_row
from tests.people import PATIENCE_S

SIZES = (0, 1, 256 * 1024, 3_000_001)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "it.bin"
    path.write_bytes(os.urandom(3_000_001))
    return path


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool


@pytest.fixture
def pair(bulk_pairs: BulkPairs) -> tuple[BulkConnection, BulkConnection]:
    return bulk_pairs.make()


def run(row: FileRow, connection: BulkConnection, report: Callable[[Running], None] = lambda _: None) -> Running:
    running = Running(row, report)
    running.use(connection)
    return running


def serve(running: Running) -> None:
    """What the sender does."""
    connection = running.connection
    assert connection is not None
    try:
        send_file(running, expect(connection, Fetch).offset)
    finally:
        connection.close()


# Two who mean well


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("there", [0, 1, 200_000])
def test_from_any_offset(
    pair: tuple[BulkConnection, BulkConnection], pool: ThreadPoolExecutor, tmp_path: Path, size: int, there: int
) -> None:
    near, far = pair
    path = tmp_path / "it.bin"
    path.write_bytes(data := os.urandom(size))
    row = awaited_row(data)
    receiving = run(row, far)
    sending = run(sent_row(path), near)
    with PartFile(tmp_path / "downloads", row.name, row.message_id, size) as part:
        part.write(memoryview(data)[:there])
        offset = part.offset
        served = pool.submit(serve, sending)
        assert receive_file(receiving, part) == row.digest
        assert part.place("it.bin").read_bytes() == data
    far.close()
    served.result(PATIENCE_S)
    assert receiving.bytes_done == sending.bytes_done == size
    assert receiving.has_moved == (size > offset)


def test_what_was_there_is_hashed_while_more_comes_in(
    pair: tuple[BulkConnection, BulkConnection],
    pool: ThreadPoolExecutor,
    path: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However long that takes, the sender is rid of all its bytes meanwhile: before, it gave up after half a minute."""
    near, far = pair
    data = path.read_bytes()
    row = awaited_row(data)
    all_written = threading.Event()
    read = PartFile.read

    def slow(part: PartFile, place: int, size: int) -> bytes:
        assert all_written.wait(PATIENCE_S)
        return read(part, place, size)

    def watch(running: Running) -> None:
        if running.bytes_done == row.size:
            all_written.set()

    monkeypatch.setattr(PartFile, "read", slow)
    monkeypatch.setattr(intake_module, "SLOT_BYTES", 256 * 1024)  # not half of the file fits into memory
    monkeypatch.setattr(running_module, "REPORT_EVERY_S", 0.0)
    with PartFile(tmp_path / "downloads", row.name, row.message_id, row.size) as part:
        part.write(memoryview(data)[:500_000])
        served = pool.submit(serve, run(sent_row(path), near))
        assert receive_file(run(row, far, watch), part) == row.digest
    far.close()
    served.result(PATIENCE_S)


def test_what_comes_slowly_is_written_all_the_same(
    pair: tuple[BulkConnection, BulkConnection],
    pool: ThreadPoolExecutor,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    near, far = pair
    monkeypatch.setattr(running_module, "REPORT_EVERY_S", 0.0)
    row = awaited_row(bytes(100))
    written = threading.Semaphore(0)
    write = PartFile.write

    def watch(part: PartFile, data: memoryview) -> None:
        write(part, data)
        written.release(len(data))

    monkeypatch.setattr(PartFile, "write", watch)
    with PartFile(tmp_path / "downloads", row.name, row.message_id, row.size) as part:
        received = pool.submit(receive_file, run(row, far), part)
        expect(near, Fetch)
        say(near, Sending(100))
        for _ in range(100):  # the next byte is sent when the last one is in the file
            near.send(b"\0")
            assert written.acquire(timeout=PATIENCE_S)
        assert received.result(PATIENCE_S) == row.digest


# A file that changes


def test_one_that_changed_before_is_refused_before_a_byte_is_announced(
    pair: tuple[BulkConnection, BulkConnection], pool: ThreadPoolExecutor, path: Path, tmp_path: Path
) -> None:
    near, far = pair
    row, mine = awaited_row(path.read_bytes()), sent_row(path)
    path.write_bytes(b"something else")
    served = pool.submit(serve, run(mine, near))
    with PartFile(tmp_path / "downloads", row.name, row.message_id, row.size) as part:
        with pytest.raises(RefusedByPeer) as refused:
            receive_file(run(row, far), part)
        assert part.offset == 0
    assert refused.value.refusal.why is Why.GONE
    with pytest.raises(Changed):
        served.result(PATIENCE_S)


def test_one_that_shrinks_on_the_way_ends_short_and_nothing_else_is_sent_in_its_place(
    pair: tuple[BulkConnection, BulkConnection], pool: ThreadPoolExecutor, path: Path, tmp_path: Path
) -> None:
    near, far = pair
    data = path.read_bytes()
    row, mine = awaited_row(data), sent_row(path)

    def shrink(running: Running) -> None:
        os.truncate(path, 1_000_000)

    served = pool.submit(serve, run(mine, near, shrink))
    with PartFile(tmp_path / "downloads", row.name, row.message_id, row.size) as part:
        with pytest.raises(ConnectionClosed):
            receive_file(run(row, far), part)
        assert part.read(0, len(data)) == data[: part.offset]
    with pytest.raises(Changed):
        served.result(PATIENCE_S)


def test_one_that_grows_on_the_way_is_cut_at_its_size(
    pair: tuple[BulkConnection, BulkConnection], pool: ThreadPoolExecutor, path: Path, tmp_path: Path
) -> None:
    near, far = pair
    data = path.read_bytes()
    row, mine = awaited_row(data), sent_row(path)

    def grow(running: Running) -> None:
        os.truncate(path, len(data) + 1_000_000)

    served = pool.submit(serve, run(mine, near, grow))
    with PartFile(tmp_path / "downloads", row.name, row.message_id, row.size) as part:
        assert receive_file(run(row, far), part) == row.digest
    far.close()
    served.result(PATIENCE_S)


# Peers who lie


def lying(near: BulkConnection, *answers: bytes, length: int) -> Callable[[], None]:
    def answer() -> None:
        expect(near, Fetch)
        say(near, Sending(length))
        for data in answers:
            near.send(data)
        near.close()

    return answer


def test_more_than_declared_is_not_read(
    pair: tuple[BulkConnection, BulkConnection], pool: ThreadPoolExecutor, tmp_path: Path
) -> None:
    near, far = pair
    row = awaited_row(b"0123456789")
    pool.submit(lying(near, b"0123456789", b"and much more" * 1000, length=10))
    with PartFile(tmp_path / "downloads", row.name, row.message_id, row.size) as part:
        assert receive_file(run(row, far), part) == row.digest
        assert part.place("it").stat().st_size == 10


@pytest.mark.parametrize("length", [0, 9, 11, 2**63 - 1])
def test_another_size_than_was_announced(
    pair: tuple[BulkConnection, BulkConnection], pool: ThreadPoolExecutor, tmp_path: Path, length: int
) -> None:
    near, far = pair
    row = awaited_row(b"0123456789")
    pool.submit(lying(near, b"0123456789", length=length))
    with PartFile(tmp_path / "downloads", row.name, row.message_id, row.size) as part:
        with pytest.raises(RemoteProtocolError, match="not of the size"):
            receive_file(run(row, far), part)
        assert part.offset == 0


def test_less_than_declared_is_kept_for_the_next_time(
    pair: tuple[BulkConnection, BulkConnection], pool: ThreadPoolExecutor, tmp_path: Path
) -> None:
    near, far = pair
    row = awaited_row(b"0123456789")
    pool.submit(lying(near, b"01234", length=10))
    with PartFile(tmp_path / "downloads", row.name, row.message_id, row.size) as part:
        with pytest.raises(ConnectionClosed):
            receive_file(run(row, far), part)
        assert part.offset == 5


def test_other_bytes_have_another_digest(
    pair: tuple[BulkConnection, BulkConnection], pool: ThreadPoolExecutor, tmp_path: Path
) -> None:
    near, far = pair
    row = awaited_row(b"0123456789")
    pool.submit(lying(near, b"9876543210", length=10))
    with PartFile(tmp_path / "downloads", row.name, row.message_id, row.size) as part:
        assert receive_file(run(row, far), part) != row.digest


def test_more_is_asked_for_than_there_is(pair: tuple[BulkConnection, BulkConnection], path: Path) -> None:
    near, _ = pair
    with pytest.raises(RemoteProtocolError, match="More was asked for"):
        send_file(run(sent_row(path), near), path.stat().st_size + 1)


# How far it is, and stopping it


def test_progress_is_counted_from_where_it_began() -> None:
    running = Running(awaited_row(bytes(1000)), lambda _: None)
    assert running.rate == 0
    assert running.seconds_left is None
    running.begin(200)
    assert not running.has_moved
    running.started_at -= 10
    running.moved(400)
    assert running.has_moved
    assert running.bytes_done == 600
    assert running.rate == pytest.approx(40, rel=0.1)
    assert running.seconds_left == pytest.approx(10, rel=0.1)


def test_it_is_reported_at_the_start_and_then_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    reports: list[int] = []
    running = Running(awaited_row(bytes(10_000)), lambda running: reports.append(running.bytes_done))
    now = 1000.0
    monkeypatch.setattr(running_module.time, "monotonic", lambda: now)  # type: ignore[attr-defined]
    running.begin(0)
    for _ in range(100):
        now += running_module.REPORT_EVERY_S / 10
        running.moved(100)
    assert reports[0] == 0
    assert 9 <= len(reports) <= 12


def test_a_stopped_one_begins_no_more(pair: tuple[BulkConnection, BulkConnection]) -> None:
    """Stopped before it had its connection, or after: that ends."""
    near, far = pair
    early = Running(awaited_row(b""), lambda _: None)
    early.stop()
    with pytest.raises(ConnectionClosed, match="stopped"):
        early.use(near)
    late = run(awaited_row(b"x"), far)
    late.stop()
    with pytest.raises(ChatError):
        far.receive_exactly(1)
    assert late.stopped


def test_a_refusal_is_no_byte(
    pair: tuple[BulkConnection, BulkConnection], pool: ThreadPoolExecutor, tmp_path: Path
) -> None:
    near, far = pair
    row = awaited_row(b"0123456789")

    def refuse() -> None:
        expect(near, Fetch)
        say(near, Refused(Why.LATER, "not now"))

    pool.submit(refuse)
    with PartFile(tmp_path / "downloads", row.name, row.message_id, row.size) as part:
        with pytest.raises(RefusedByPeer, match="not now"):
            receive_file(run(row, far), part)
        assert part.offset == 0
