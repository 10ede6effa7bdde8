"""The error tree is as it is drawn, with the exit codes that scripts rely on."""

import re

import pytest

from chat import errors

DRAWN = re.findall(r"^[│├└─ ]*(\w+(?:Error|Closed|Failure))\s+(?:exit code )?(\d)?", errors.__doc__ or "", re.MULTILINE)
CLASSES: dict[str, type[errors.ChatError]] = {name: cls for name, cls in vars(errors).items() if isinstance(cls, type)}


def test_every_error_is_drawn() -> None:
    assert {name for name, _ in DRAWN} == set(CLASSES)


@pytest.mark.parametrize(("name", "code"), [(name, code) for name, code in DRAWN if code])
def test_the_exit_codes_are_as_drawn(name: str, code: str) -> None:
    assert CLASSES[name].exit_code == int(code)


def test_one_except_catches_all() -> None:
    assert all(issubclass(cls, errors.ChatError) for cls in CLASSES.values())


def test_a_lost_connection_is_a_network_error() -> None:
    assert issubclass(errors.ConnectionClosed, errors.NetworkError)
    assert errors.ConnectionClosed.exit_code == 3


def test_ours_and_theirs_are_apart() -> None:
    assert not issubclass(errors.LocalProtocolError, errors.RemoteProtocolError)
    assert not issubclass(errors.RemoteProtocolError, errors.LocalProtocolError)


def test_a_reason_is_words_without_the_number_and_the_path() -> None:
    missing = FileNotFoundError(2, "No such file or directory", "/some/path")
    assert errors.reason(missing) == "no such file or directory"
    assert errors.reason(ValueError("the sealed key is not whole")) == "the sealed key is not whole"
    assert errors.reason(OSError("odd")) == "odd"
