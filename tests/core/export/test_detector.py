"""The real models, on this machine alone: what they find, and what is said where they are missing."""

import socket
from typing import NoReturn

import pytest

from chat.core.export import detector
from chat.core.export.detector import Detector
from chat.core.export.known import Known
from chat.core.export.scrubbing import find_all
from chat.errors import UserError


@pytest.fixture(scope="module")
def models() -> Detector:
    """Loaded without a network to ask."""

    def refuse(*_: object) -> NoReturn:
        raise AssertionError("the network was asked")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", refuse)
        patch.setattr(socket, "getaddrinfo", refuse)
        made = Detector()
        made.find("Ask bob@example.co.uk, https://example.org or Peter Lim, +49 170 1234567.")
        return made


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("My name is Peter Lim.", "PERSON"),
        ("we asked peter lim yesterday", "PERSON"),
        ("I live in London", "PLACE"),
        ("I used to work for Boston Consulting Group as a singer", "ORGANISATION"),
        ("pay with 4111 1111 1111 1111 please", "CARD"),
        ("call me at 780-999-2181", "PHONE"),
        ("He was born on March 3rd 1987", "DATE"),
    ],
)
def test_found(models: Detector, text: str, kind: str) -> None:
    assert kind in [span.kind for span in find_all(text, Known([]), models.find)]


def test_words_are_left_alone(models: Detector) -> None:
    for text in ("", "  \n", "ok, thanks", "see you tomorrow"):
        assert list(models.find(text)) == []


def test_the_dictionary_knows_words_and_their_forms(models: Detector) -> None:
    for word in ("tomorrow", "customers", "planned", "walked", "cannot", "bobsled", "companies", "making"):
        assert models.is_ordinary(word), word
    for word in ("xbobx", "bobsmith", "annalena", ""):
        assert not models.is_ordinary(word), word


def test_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detector, "PACKAGES", ("msgspec", "no_such_package"))
    with pytest.raises(UserError, match=r"\(no_such_package\): pip install .* requirements-export.lock"):
        Detector()
