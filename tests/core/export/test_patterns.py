"""Forms are found whatever stands round them, and plain words are left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.core.export.patterns import find_patterns
from chat.core.export.spans import ACCOUNT, ADDRESS, DATE, EMAIL, FILE, HANDLE, ID, PHONE, URL, joined


def kinds(text: str) -> list[tuple[str, str]]:
    return [(span.kind, text[span.start : span.end]) for span in joined(text, find_patterns(text))]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("mail bob.x@example.org now", (EMAIL, "bob.x@example.org")),
        ("bob (at) example.org", (EMAIL, "bob (at) example.org")),
        ("see https://example.org/a?b=c.", (URL, "https://example.org/a?b=c.")),
        ("ask @bob_b, please", (HANDLE, "@bob_b")),
        ("at 192.0.2.7:4711 now", (ADDRESS, "192.0.2.7:4711")),
        ("at x192.0.2.7y now", (ADDRESS, "x192.0.2.7y")),
        ("on 2001:db8::17 now", (ADDRESS, "2001:db8::17")),
        ("on 2001:db8:1:2:3:4:5:6 now", (ADDRESS, "2001:db8:1:2:3:4:5:6")),
        ("key 0123456789abcdef0123 ok", (ID, "0123456789abcdef0123")),
        ("key z0123456789abcdefz ok", (ID, "z0123456789abcdefz")),
        ("key 0123 4567 89ab cdef ok", (ID, "0123 4567 89ab cdef")),
        ("id 123e4567-e89b-12d3-a456-426614174000 ok", (ID, "123e4567-e89b-12d3-a456-426614174000")),
        ("token AKIAIOSFODNN7EXAMPLEabcdefgh ok", (ID, "AKIAIOSFODNN7EXAMPLEabcdefgh")),
        ("is <PERSON_123456789012> him", (ID, "<PERSON_123456789012>")),
        ("to DE89 3704 0044 0532 0130 00 please", (ACCOUNT, "DE89 3704 0044 0532 0130 00")),
        ("born 03.04.1987 in", (DATE, "03.04.1987")),
        ("born 1987-04-03 in", (DATE, "1987-04-03")),
        ("call +49 (170) 1234567 now", (PHONE, "+49 (170) 1234567")),
        ("in /home/bob/notes there", (FILE, "/home/bob/notes")),
        ("in ~/notes there", (FILE, "~/notes")),
        (r"in C:\Users\bob there", (FILE, r"C:\Users\bob")),
        ("in my-holiday.jpg there", (FILE, "my-holiday.jpg")),
    ],
)
def test_a_form_is_found(text: str, found: tuple[str, str]) -> None:
    assert kinds(text) == [found]


@pytest.mark.parametrize(
    "text", ["and/or", "at 12:30, or 12:30:45", "3.14 and 1,000", "e.g. this", "a: b; c", "c++ or C#", "5 + 5 = 10"]
)
def test_plain_text_is_left_alone(text: str) -> None:
    assert kinds(text) == []


@given(st.text(), st.binary(min_size=16, max_size=32), st.text())
def test_a_digest_is_found_in_any_text(before: str, digest: bytes, after: str) -> None:
    text = f"{before}{digest.hex()}{after}"
    covered = {place for span in find_patterns(text) for place in range(span.start, span.end)}
    assert covered >= set(range(len(before), len(before) + 2 * len(digest)))
