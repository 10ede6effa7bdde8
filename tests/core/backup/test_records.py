"""What is in a backup keeps its kinds on the way."""

from chat.core.backup.records import End, Header, HomeFile, Rows, encoder, header_decoder, record_decoder, summary


def test_records_are_told_apart_and_texts_stay_texts() -> None:
    for record in (
        HomeFile("identity.pem", b"\x00\xff"),
        Rows("Sender", ("a", "b", "c"), [("text", b"bytes", 2**63 - 1), ("", b"", -(2**63))]),
        End({"Sender": 2}),
    ):
        assert record_decoder.decode(encoder.encode(record)) == record


def test_a_later_version_may_add_to_the_header() -> None:
    header = Header(b"keyring", b"salt", 1, "2026-01-31T10:00:00.000Z")
    more = encoder.encode({**{name: getattr(header, name) for name in Header.__struct_fields__}, "later": 1})
    assert header_decoder.decode(more) == header


def test_a_person_is_told_of_messages_not_of_rows() -> None:
    assert summary({"Sender": 1234, "User": 7}) == "0 messages received, 1,234 sent"
