"""Moving house with the real programs: to MySQL and back, and onto another machine, in the middle of a chat."""

from collections.abc import Callable
from pathlib import Path

import pytest

from db.mysql import MysqlDatabase
from tests.mariadb import MariaDb
from tests.processes import Client, Server, run_client


@pytest.mark.mysql
def test_to_mysql_and_back_without_losing_a_row(
    tmp_path: Path, server: Server, client: Callable[..., Client], mariadb: MariaDb, mysql: MysqlDatabase
) -> None:
    bob = client("bob")
    url = mariadb.url(mysql, tmp_path)
    sent: list[str] = []
    for number, db in enumerate((url, "sqlite")):
        here = ("--db", "sqlite" if number == 0 else url)
        alice = client("alice", *here)
        text = f"before move {number}"
        alice.do(f"/msg bob {text}")
        alice.event("sent", to="bob")
        bob.do(f"/msg alice answer {number}")
        alice.event("message", text=f"answer {number}")
        path = tmp_path / f"{number}.backup"
        beside = run_client(tmp_path, "alice", server.address, *here, "-c", f"/backup {path}")
        assert (beside.returncode, beside.stderr) == (0, "")
        assert alice.quit() == 0
        moved = run_client(tmp_path, "alice", server.address, "--db", db, "-c", f"/restore -replace {path}")
        assert (moved.returncode, moved.stderr) == (0, "")
        sent.append(text)
    shown = run_client(tmp_path, "alice", server.address, "-c", "/history", "-c", "/search move")
    lines = [line for line in shown.stdout.splitlines() if "bob" in line and "#" not in line]
    texts = [text for number in range(2) for text in (f"before move {number}  [sent]", f"answer {number}")]
    assert [line.rpartition(": ")[2] for line in lines] == texts
    assert mariadb.sql(f"SELECT message, status FROM {mysql.database}.Sender ORDER BY ordinal") == [
        (text, "sent")
        for text in sent  # left as it was when alice moved out
    ]


def test_onto_another_machine_in_the_middle_of_a_chat(
    tmp_path: Path, server: Server, client: Callable[..., Client]
) -> None:
    bob = client("bob")
    alice = client("alice")
    alice.do("/msg bob from the old machine")
    alice.event("sent", to="bob")
    bob.event("message", text="from the old machine")
    path = tmp_path / "alice.backup"
    alice.do(f"/backup {path}")
    assert alice.quit() == 0
    new = tmp_path / "new"
    new.mkdir()
    moved = run_client(new, "alice", server.address, "-c", f"/restore {path}")
    assert (moved.returncode, moved.stderr) == (0, "")
    bob.do("/msg alice waits for you")
    again = Client(new, "alice", server.address)
    try:
        again.event("message", text="waits for you")
        again.do("/msg bob from the new machine")
        bob.event("message", text="from the new machine")
        assert again.quit() == 0
    finally:
        again.close()
    odd = ("key_changed", "set back", '"text":"from the old machine"')
    assert sum(word in line for line in bob.lines for word in odd) == 1  # the old message, once


def test_a_wrong_password_or_a_damaged_file_is_one_sentence(
    tmp_path: Path, server: Server, client: Callable[..., Client]
) -> None:
    alice = client("alice")
    path = tmp_path / "alice.backup"
    alice.do(f"/backup {path}")
    assert alice.quit() == 0
    wrong = tmp_path / "wrong"
    wrong.write_text("another password\n")
    guess = run_client(tmp_path, "alice", server.address, "--password-file", str(wrong), "-c", f"/restore {path}")
    assert (guess.returncode, guess.stderr) == (1, " error: That is not the password of alice.\n")
    path.write_bytes(path.read_bytes()[:-1])
    cut = run_client(tmp_path, "alice", server.address, "-c", f"/restore -replace {path}")
    assert cut.returncode == 1
    assert cut.stderr.startswith(f" error: {path} ends too early: it was not copied whole.")
