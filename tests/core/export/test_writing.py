"""A file appears whole under its name, its owner's alone, and never in place of another unasked."""

import os
from pathlib import Path

import pytest

from chat.core.export.writing import check_free, new_file
from chat.errors import StorageFailure, UserError


def test_it_appears_at_the_end_whatever_the_umask(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    before = os.umask(0)
    try:
        with new_file(path, overwrite=False) as file:
            file.write(b"whole")
            assert not path.exists()
    finally:
        os.umask(before)
    assert path.read_bytes() == b"whole"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_nothing_is_left_of_one_that_failed(tmp_path: Path) -> None:
    def fail() -> None:
        with new_file(tmp_path / "x", overwrite=False) as file:
            file.write(b"half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert not list(tmp_path.iterdir())


def test_a_name_that_was_taken_meanwhile(tmp_path: Path) -> None:
    path = tmp_path / "x"

    def write() -> None:
        with new_file(path, overwrite=False) as file:
            file.write(b"new")
            path.write_text("old")

    with pytest.raises(UserError, match="--overwrite"):
        write()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_overwritten_when_asked(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text("old")
    check_free(path, overwrite=True)
    with pytest.raises(UserError, match="is there already"):
        check_free(path, overwrite=False)
    with new_file(path, overwrite=True) as file:
        file.write(b"new")
    assert path.read_text() == "new"


def test_no_place_for_a_file(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing" / "x"):
        with pytest.raises(UserError, match="no place for a file"):
            check_free(path, overwrite=True)
    with pytest.raises(StorageFailure), new_file(tmp_path / "missing" / "x", overwrite=True):
        pass
