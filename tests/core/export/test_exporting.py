"""An export from a database to its file, a finder standing in for the models: what is in it, and what never is."""

import json
import random
import tracemalloc
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chat.core.export import reading
from chat.core.export.exporting import Exporter, Leak
from chat.core.export.pseudonyms import TAG
from chat.core.export.records import Record, decode_line
from chat.core.export.wishes import Wish
from chat.errors import UserError
from db.connection import Connection, Database
from db.files import insert_files
from db.pool import Pool
from db.privacy import PrivacyRow, put_privacy
from db.sqlite import SqliteDatabase
from db.transcripts import VOICE
from db.users import update_user
from tests.core.export.finders import FakeFinder
from tests.core.writings import OWN_NAME, Writing, chance_writings, file_row, write
from tests.db.rows import client_connection

SECRET = {"ip": "198.51.100.23", "port": 50123, "peer_id": "b0bb1e5", "public_key": bytes(range(32))}
PATH = "/srv/downloads/of bob/holiday in rome.png"
TEXT_BYTES = 300
WORDS = [
    "bob",
    "Bobby",
    "carol",
    "alice",
    "198.51.100.23",
    " 50123 ",
    "b0bb1e5",
    bytes(range(32)).hex(),
    PATH,
    "00" * 8 + "ab" * 8,
]


def export(database: Database, path: Path, **wish: object) -> list[Record]:
    exporter = Exporter(Pool(database), OWN_NAME, Wish(path, **wish), load=FakeFinder)  # type: ignore[arg-type]
    exporter.run()
    return [decode_line(line) for line in path.read_bytes().splitlines()]


def furnished(database: Database) -> Connection:
    """With bob, who has nicknames and has sent a file."""
    connection = client_connection(database)
    update_user(connection, "bob", contact=1, **SECRET)  # type: ignore[arg-type]
    put_privacy(connection, PrivacyRow("bob", nicknames="Bobby"))
    write(connection, [Writing(1, "bob", (OWN_NAME, "carol"), "a.png", "image")])
    insert_files(connection, [file_row(Writing(1, "bob", (OWN_NAME,), "a.png"), "carol")._replace(path=PATH)])
    return connection


def test_an_anonymised_export(database: Database, tmp_path: Path) -> None:
    write(furnished(database), [Writing(2, OWN_NAME, ("bob",), "Bobby, are you at 198.51.100.23?")])
    image, text = export(database, tmp_path / "x.jsonl", anonymised=True)
    assert (image.n, image.kind, image.text, image.time) == (1, "image", "", None)
    (bob,) = text.to
    assert bob == image.sender
    assert TAG.sub(lambda tag: tag[0] if bob in tag[0] else "·", text.text) == f"<{bob}>, are you at ·?"
    assert sorted(path.name for path in tmp_path.glob("x*")) == ["x.card.md", "x.jsonl"]
    assert {path.stat().st_mode & 0o777 for path in tmp_path.glob("x*")} == {0o600}
    assert "| messages | 2 |" in (tmp_path / "x.card.md").read_text()


def test_a_private_export_is_whole(database: Database, tmp_path: Path) -> None:
    writings = chance_writings(random.Random(5), 30)
    write(client_connection(database), writings)
    records = export(database, tmp_path / "x.jsonl")
    assert [(r.sender, r.to, r.text, r.time, r.kind) for r in records] == [
        (w.sender, w.to, w.text if w.kind != VOICE else "", w.time, w.kind) for w in writings
    ]
    assert not (tmp_path / "x.card.md").exists()


def test_who_said_no_and_who_is_named_are_left_out(database: Database, tmp_path: Path) -> None:
    connection = client_connection(database)
    put_privacy(connection, PrivacyRow("bob", exportable=0))
    told = "one two three four five six"
    write(
        connection,
        [
            Writing(1, "bob", (OWN_NAME,), told),
            Writing(2, "carol", (OWN_NAME,), "hello"),
            Writing(3, "dave", (OWN_NAME,), f"he said: {told}"),
            Writing(4, "dave", (OWN_NAME,), "good evening"),
        ],
    )
    wish = Wish(tmp_path / "x", anonymised=True, without=frozenset(["carol"]))
    report = Exporter(Pool(database), OWN_NAME, wish, load=FakeFinder).run()
    assert [decode_line(line).text for line in wish.path.read_bytes().splitlines()] == ["good evening"]
    assert (report.messages, report.messages_left_out, report.people_left_out) == (1, 3, 2)
    assert len(export(database, tmp_path / "mine")) == 4


def test_a_name_that_is_mistyped_leaves_nobody_in(database: Database, tmp_path: Path) -> None:
    furnished(database)
    for anonymised in (True, False):
        with pytest.raises(UserError, match="Nobody called bbo is in your history"):
            export(database, tmp_path / "x", anonymised=anonymised, without=frozenset(["bbo"]))
    assert not (tmp_path / "x").exists()


def test_nothing_is_overwritten_unasked(database: Database, tmp_path: Path) -> None:
    furnished(database)
    (tmp_path / "x.card.md").write_text("kept")
    with pytest.raises(UserError, match="--overwrite"):
        export(database, tmp_path / "x.jsonl", anonymised=True)
    assert not (tmp_path / "x.jsonl").exists()
    export(database, tmp_path / "x.jsonl", anonymised=True, overwrite=True)
    assert (tmp_path / "x.card.md").read_text() != "kept"


def test_a_leak_leaves_no_file(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the first look misses, the second finds: played by a first look that misses all."""
    write(furnished(database), [Writing(2, "bob", (OWN_NAME,), "it is Bob")])
    monkeypatch.setattr("chat.core.export.scrubbing.find_all", lambda *_: [])
    with pytest.raises(Leak, match="nothing was written"):
        export(database, tmp_path / "x.jsonl", anonymised=True)
    assert list(tmp_path.glob("*x.*")) == []


def test_a_dry_run_shows_and_writes_nothing(database: Database, tmp_path: Path) -> None:
    write(furnished(database), [Writing(2, "bob", (OWN_NAME,), "it is Bob"), Writing(3, "bob", (OWN_NAME,), "plain")])
    wish = Wish(tmp_path / "x.jsonl", anonymised=True)
    changes, report = Exporter(Pool(database), OWN_NAME, wish, load=FakeFinder).sample()
    assert [change.before for change in changes] == ["a.png", "it is Bob"]
    assert TAG.sub("·", changes[1].after) == "it is ·"
    assert report.replaced == {"PERSON": 1}
    assert list(tmp_path.glob("*x.*")) == []


def test_progress_goes_to_the_end(database: Database, tmp_path: Path) -> None:
    write(furnished(database), [Writing(2, "bob", (OWN_NAME,), "x")])
    update_user(database.connect(), "eve")
    told: list[tuple[str, int, int]] = []
    wish = Wish(tmp_path / "x", anonymised=True, without=frozenset(["eve"]))
    Exporter(Pool(database), OWN_NAME, wish, progress=lambda *step: told.append(step), load=FakeFinder).run()
    assert told == [(step, done, 2) for step in ("read", "written", "checked") for done in (1, 2)]


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.text(), st.sampled_from(WORDS), st.text()), min_size=1, max_size=6))
def test_no_name_address_id_digest_or_path_survives(tmp_path: Path, texts: list[tuple[str, str, str]]) -> None:
    path, database = tmp_path / "x.jsonl", SqliteDatabase(tmp_path / f"{uuid4()}.db", bytes(32))
    write(furnished(database), [Writing(n, "bob", (OWN_NAME,), "".join(text)) for n, text in enumerate(texts, 2)])
    one = export(database, path, anonymised=True, overwrite=True)
    data = path.read_text("utf-8")
    left = TAG.sub("", data).lower()
    for word in WORDS:
        assert json.dumps(word.lower())[1:-1] not in left, word
    other = export(database, path, anonymised=True, overwrite=True)
    assert not people(one) & people(other)
    assert not {*TAG.findall(data)} & {*TAG.findall(path.read_text("utf-8"))}


def people(records: list[Record]) -> set[str]:
    return {name for record in records for name in (record.sender, record.conversation, *record.to)}


def test_a_long_history_takes_no_more_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More messages, of texts that are all different, and nothing that grows with them.

    The parts are small so that what the driver keeps, some hundred statements, is full in both.
    """
    monkeypatch.setattr(reading, "AT_ONCE", 1)
    peaks = [peak(tmp_path / str(count), count) for count in (200, 500)]
    assert peaks[1] < peaks[0] + 300 * TEXT_BYTES / 4


def peak(folder: Path, count: int) -> int:
    """The most bytes that an export of so many messages held at once."""
    folder.mkdir()
    database = SqliteDatabase(folder / "chat.db", bytes(32))
    connection = client_connection(database)
    connection.begin()
    rows = [(n, f"message {n} " + "words " * (TEXT_BYTES // 6)) for n in range(1, count + 1)]
    connection.execute_many(
        "INSERT INTO Receiver (ordinal, name, ip, port, message, time, claimed, kind, recipients, message_id, digest)"
        " VALUES (?, 'bob', '', 0, ?, '2026-01-31T10:00:00.000Z', '', 'text', 'alice', randomblob(16), x'')",
        rows,
    )
    connection.commit()
    del rows
    exporter = Exporter(Pool(database), OWN_NAME, Wish(folder / "x", anonymised=True), load=FakeFinder)
    tracemalloc.start()
    try:
        assert exporter.run().messages == count
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
