"""One message as a line: everything that is in an anonymised one is meant to be there."""

from chat.core.export.coarse import PART
from chat.core.export.making import Anonymous, Private, people_in
from chat.core.export.pseudonyms import TAG
from db.privacy import PrivacyRow
from db.traces import Traces
from tests.core.export.finders import FakeFinder
from tests.core.export.lines import line

TRACES = Traces(
    {"bob", "carol"}, {"192.0.2.7"}, {4711}, {"b0b1d"}, {b"k" * 32}, {"photo.jpg", "/home/bob/kept as.png"}, {"#tea"}
)


def anonymous(*privacy: PrivacyRow) -> Anonymous:
    return Anonymous("alice", TRACES, privacy, FakeFinder(), without=(), time=PART)


def test_private_is_as_it_is() -> None:
    record = Private("alice", ()).make(line("Hi alice, bob", to=("alice", "carol")), "Hi alice, bob", 3)
    assert (record.n, record.conversation, record.sender, record.to) == (
        3,
        "alice,bob,carol",
        "bob",
        ("alice", "carol"),
    )
    assert (record.text, record.time, record.day) == ("Hi alice, bob", "2026-01-31T10:00:00.000Z", 0)


def test_people_are_pseudonyms_in_the_fields_and_in_the_text() -> None:
    maker = anonymous()
    record = maker.make(line("bob", to=("alice", "carol")), "Carol, it is Bob", 1)
    assert (
        record.text == f"<{record.to[0]}>, it is <{record.sender}>"
        or record.text == f"<{record.to[1]}>, it is <{record.sender}>"
    )
    assert len({record.sender, *record.to}) == 3
    assert record.conversation == maker.make(line("x", "carol", ("bob", "alice")), "x", 2).conversation
    assert record.time is None
    assert maker.replaced == {"PERSON": 2}


def test_nicknames_of_others_and_of_oneself_are_found() -> None:
    maker = anonymous(PrivacyRow("bob", nicknames="Bobby, the boss"), PrivacyRow("alice", nicknames="Ali"))
    record = maker.make(line("x"), "ALI: Bobby is The Boss", 1)
    assert record.text == f"<{record.to[0]}>: <{record.sender}> is <{record.sender}>"


def test_what_identifies_is_found_as_people_see_it() -> None:
    key = (b"k" * 32).hex()
    for text in ("192.0.2.7", "xb0b1dx", key, "photo.jpg", "/home/bob/kept as.png", "kept as.png", "port 4711"):
        made = anonymous().make(line("x"), text, 1).text
        assert TAG.sub("", made).strip() in ("", "port"), made


def test_of_a_file_its_kind_is_left_and_of_a_recording_its_words() -> None:
    record = anonymous().make(line("photo of me.jpg", kind="image"), "photo of me.jpg", 1)
    assert (record.kind, record.text) == ("image", "")
    said = anonymous().make(line("well, it is Bob", kind="voice"), "well, it is Bob", 1)
    assert TAG.sub("·", said.text) == "well, it is ·"


def test_what_is_said_in_a_room() -> None:
    said = line("come to #Tea, carol", to=("#tea",), room="#tea")
    record = anonymous().make(said, said.text, 1)
    assert (record.conversation, record.to) == (record.room, ())
    assert record.text.startswith(f"come to <{record.room}>, <PERSON_")
    private = Private("alice", ()).make(said, said.text, 1)
    assert (private.conversation, private.room, private.to, private.sender) == ("#tea", "#tea", (), "bob")
    assert people_in(said) == {"bob"}


def test_who_said_no_is_left_out_but_not_oneself() -> None:
    maker = anonymous(PrivacyRow("bob", exportable=0), PrivacyRow("alice", exportable=0), PrivacyRow("carol"))
    assert maker.left_out.names == {"bob"}
