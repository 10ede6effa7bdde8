"""What is sent of a file, and what it is called."""

from pathlib import Path

import pytest

from chat.core.transfer.preparing import prepare
from chat.errors import UserError
from tests.core.images.samples import SECRET, photograph


def test_a_photograph_goes_as_a_copy_that_tells_nothing(tmp_path: Path) -> None:
    path = photograph(tmp_path, "jpg")
    kind, attached = prepare(path, tmp_path / "outgoing", keep_metadata=False)
    copy = Path(attached.path)
    assert (kind, attached.attachment.name, copy.parent) == ("image", "photo.jpg", tmp_path / "outgoing")
    assert SECRET not in copy.read_bytes()
    assert copy.stat().st_mode & 0o777 == 0o600
    assert attached.attachment.size == copy.stat().st_size


def test_unless_it_is_to_be_kept(tmp_path: Path) -> None:
    path = photograph(tmp_path, "jpg")
    _, attached = prepare(path, tmp_path / "outgoing", keep_metadata=True)
    assert attached.path == str(path)
    assert not (tmp_path / "outgoing").exists()


def test_one_that_tells_nothing_goes_as_it_is(tmp_path: Path) -> None:
    path = photograph(tmp_path, "png", tells=False)
    assert prepare(path, tmp_path / "outgoing", keep_metadata=False)[1].path == str(path)


def test_one_of_which_nothing_can_be_removed_is_not_sent_unasked(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(b"no image")
    with pytest.raises(UserError, match="/send -keep"):
        prepare(path, tmp_path / "outgoing", keep_metadata=False)
    assert prepare(path, tmp_path / "outgoing", keep_metadata=True)[0] == "image"


def test_any_other_file(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("notes")
    kind, attached = prepare(path, tmp_path / "outgoing", keep_metadata=False)
    assert (kind, attached.attachment.type, attached.path) == ("file", "text/plain", str(path))
