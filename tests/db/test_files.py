"""File: what belongs to messages, and what became of it."""

import pytest

from db.connection import Connection, Database
from db.files import (
    ACCEPTED,
    CANCELLED,
    DECLINED,
    DONE,
    FAILED,
    OFFERED,
    FileRow,
    accepted_since,
    file_of_message,
    files_numbered,
    find_file,
    has_unfinished_files,
    insert_files,
    names_with_unfinished_files,
    set_file_state,
    unfinished_files,
)
from tests.db.rows import TIME, client_connection, number


@pytest.fixture
def line(database: Database) -> Connection:
    return client_connection(database)


def file_row(
    ordinal: int, name: str = "bob", *, outgoing: bool = False, state: str = OFFERED, size: int = 10
) -> FileRow:
    return FileRow(
        ordinal=ordinal,
        name=name,
        outgoing=int(outgoing),
        message_id=number(ordinal),
        file_name="räksmörgås '\\ 😀.txt",
        size=size,
        type="text/plain",
        digest=number(ordinal, 32),
        path="",
        stamp="1 2 3",
        state=state,
        reason="",
        time=TIME,
    )


def test_a_file_is_found_by_number_and_by_message(line: Connection) -> None:
    rows = [file_row(1), file_row(2, outgoing=True), file_row(2, "carol", outgoing=True)]
    insert_files(line, rows)
    assert find_file(line, 2, "carol") == rows[2]
    assert find_file(line, 3, "carol") is None
    assert files_numbered(line, 2) == rows[1:]
    assert file_of_message(line, number(2), "bob", outgoing=True) == rows[1]
    assert file_of_message(line, number(2), "bob", outgoing=False) is None


def test_the_longest_of_everything_fits(line: Connection) -> None:
    row = file_row(2**63 - 1, "n" * 40, size=2**63 - 1)
    longest = row._replace(file_name="😀" * 255, type="t" * 100, path="/é" * 2048, stamp="9" * 64)
    insert_files(line, [longest])
    reason = f"{longest.file_name} was changed or moved since it was sent: send it again."
    set_file_state(line, longest.ordinal, longest.name, FAILED, reason=reason)
    assert find_file(line, longest.ordinal, longest.name) == longest._replace(state=FAILED, reason=reason)


def test_what_became_of_it(line: Connection) -> None:
    insert_files(line, [file_row(1), file_row(1, "carol")])
    set_file_state(line, 1, "bob", DONE, path="/home/alice/a")
    assert find_file(line, 1, "bob") == file_row(1, state=DONE)._replace(path="/home/alice/a")
    set_file_state(line, 1, "bob", CANCELLED, reason="no more")
    assert find_file(line, 1, "bob") == file_row(1, state=CANCELLED)._replace(path="/home/alice/a", reason="no more")
    assert find_file(line, 1, "carol") == file_row(1, "carol")


def test_what_is_under_way(line: Connection) -> None:
    everyone = {
        "asked": file_row(1, "asked"),  # waits for our word: no reason to dial
        "taken": file_row(2, "taken", state=ACCEPTED),
        "sent": file_row(3, "sent", outgoing=True),
        "over": file_row(4, "over", state=DONE),
        "declined": file_row(5, "declined", outgoing=True, state=DECLINED),
    }
    insert_files(line, list(everyone.values()))
    assert sorted(names_with_unfinished_files(line)) == ["sent", "taken"]
    assert [name for name in everyone if has_unfinished_files(line, name)] == ["taken", "sent"]
    assert unfinished_files(line) == [everyone["asked"], everyone["taken"], everyone["sent"]]
    assert unfinished_files(line, "taken") == [everyone["taken"]]


def test_how_much_was_taken_of_one_person(line: Connection) -> None:
    assert accepted_since(line, "bob", TIME) == (0, 0)
    rows = [file_row(n, state=state) for n, state in enumerate((ACCEPTED, DONE, OFFERED, DECLINED), 1)]
    others = [file_row(9, "carol", state=DONE), file_row(10, outgoing=True, state=DONE)]
    earlier = file_row(11, state=DONE)._replace(time="2025-12-31T00:00:00.000Z")
    insert_files(line, [*rows, *others, earlier])
    assert accepted_since(line, "bob", TIME) == (2, 20)
