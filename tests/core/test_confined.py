"""The child of a stranger's file gets that file and nothing of ours."""

from pathlib import Path

import pytest

from chat.core.confined import start_confined


def test_it_has_the_file_and_no_environment_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_OF_OURS", "yes")
    (tmp_path / "file").write_bytes(b"the file")
    with (tmp_path / "file").open("rb") as file, start_confined("tests.core.telling", file=file) as process:
        output, _ = process.communicate()
    content, _, environment = output.partition(b"\n")
    assert content == b"the file"
    assert b"PYTHONPATH" in environment
    assert b"SECRET" not in environment
