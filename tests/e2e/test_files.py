"""Files between real processes: each side killed again and again, and files that are odd. FILE_MIB makes it last."""

import hashlib
import os
import signal
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chat.core.file_journal import DEFAULT_POLICY
from chat.core.filenames import safe_name
from chat.core.transfer.part import part_name
from tests.core.images.samples import SECRET, photograph
from tests.processes import Client, Server

MIB = 1024 * 1024
SIZE = int(os.environ.get("FILE_MIB", "300")) * MIB
KILLS = 3
STEP = SIZE // (2 * KILLS + 2)

Start = Callable[..., Client]


def noise(path: Path, size: int) -> Path:
    """A file without two equal parts."""
    block = os.urandom(MIB)
    with path.open("wb") as file:
        for place in range(0, size, MIB):
            file.write((place.to_bytes(8, "big") + block[8:])[: size - place])
    return path


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def downloads(folder: Path, name: str) -> list[Path]:
    return sorted((folder / name / "downloads").iterdir())


class Pair:
    """Alice and bob, who takes what she sends; their homes are in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server = Server(folder / "registry")
        self.bob = Client(folder, "bob", self.server.address, altered={}).ready()
        self.alice = Client(folder, "alice", self.server.address, altered={}).ready()
        self.bob.do("/add alice")

    def close(self) -> None:
        for process in (self.alice, self.bob, self.server):
            process.close()


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    pair = Pair(tmp_path_factory.mktemp("pair"))
    yield pair
    pair.close()


def test_each_side_is_killed_thrice(client: Start, tmp_path: Path) -> None:
    """kill -9 in the middle of the bytes: it goes on where it was, and what arrives is what was sent."""
    path = noise(tmp_path / "film.bin", SIZE)
    victims = {name: tmp_path / f"kill {name}" for name in ("alice", "bob")}

    def start(name: str) -> Client:
        return client(name, altered={"killed_by": str(victims[name]), "longest_pause_s": 0.2})

    people = {name: start(name) for name in ("bob", "alice")}
    people["bob"].do("/add alice")
    kills = ["alice", "bob"] * KILLS
    victims[kills[0]].write_text(str(STEP))
    people["alice"].type(f"/send bob {path}")
    offer = people["bob"].event("transfer", state="offered")
    if DEFAULT_POLICY.each_bytes < SIZE:
        people["bob"].type(f"/accept {offer['number']}")
    part = tmp_path / "bob" / "downloads" / part_name("alice", bytes.fromhex(offer["id"]))
    held = 0
    for number, name in enumerate(kills):
        assert people[name].wait() == -signal.SIGKILL
        assert part.stat().st_size > held
        held = part.stat().st_size
        victims[name].unlink()
        if number + 1 < len(kills):
            victims[kills[number + 1]].write_text(str(STEP))
        people[name] = start(name)
    done = people["bob"].event("transfer", state="done")
    assert digest(Path(done["path"])) == digest(path)
    assert downloads(tmp_path, "bob") == [tmp_path / "bob" / "downloads" / "film.bin"]
    people["alice"].event("sent", to="bob")
    first = next(
        event for event in people["bob"].events if event["event"] == "transfer" and event["state"] == "running"
    )
    assert first["bytes"] > 0
    for large in (path, Path(done["path"])):
        large.unlink()  # what a test leaves behind is kept for a while


ODD = ("-rf \u202egpj.exe", "long " * 48 + ".txt", "CON.txt", ".bashrc", "a\x07b\x1b[2J.txt")


def test_odd_files(pair: Pair, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    with (tmp_path / "sparse.img").open("wb") as file:
        file.truncate(32 * MIB + 1)
    for name in ODD:
        (tmp_path / name).write_text(name)
    for name in ("empty", "sparse.img", *ODD):
        pair.alice.do(f"/send bob {tmp_path / name}")
        path = Path(pair.bob.event("transfer", state="done")["path"])
        assert digest(path) == digest(tmp_path / name)
        assert path == pair.folder / "bob" / "downloads" / safe_name(name)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_cannot_be_sent(pair: Pair, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, sentence in (
        (tmp_path, "is a folder: pack it into one file first, as in: tar czf it.tar.gz"),
        (tmp_path / "missing", "cannot be read: no such file or directory."),
        (tmp_path / "pipe", "is no ordinary file: it cannot be sent."),
    ):
        pair.alice.type(f"/send bob {path}")
        assert sentence in pair.alice.event("error")["message"]
        assert not pair.alice.event("done")["ok"]


def test_a_photograph(pair: Pair, tmp_path: Path) -> None:
    """It arrives without what it tells, under its own name, and can be looked at again."""
    alice, bob = pair.alice, pair.bob
    alice.do(f"/send bob {photograph(tmp_path, 'jpg')}")
    assert bob.event("message", text="photo.jpg")["kind"] == "image"
    done = bob.event("transfer", state="done")
    assert (Path(done["path"]).name, done["type"]) == ("photo.jpg", "image/jpeg")
    assert SECRET not in Path(done["path"]).read_bytes()
    bob.type(f"/view {done['number']}")
    bob.event("transfer", path=done["path"])
    assert bob.event("done", command="view")["ok"]
    alice.do(f"/send -keep bob {photograph(tmp_path, 'jpg')}")
    assert SECRET in Path(bob.event("transfer", state="done")["path"]).read_bytes()
