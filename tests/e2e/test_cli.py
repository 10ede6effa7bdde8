"""The real command line: first use, -c, exit codes, and one clear sentence for whatever goes wrong."""

import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.ports import free_port
from tests.processes import PATIENCE_S, ROOT, Client, Server, client_arguments, run_client

Keep = Callable[[Any], Any]
Completed = subprocess.CompletedProcess[str]


def ends(done: Completed, code: int, *words: str) -> None:
    """With that code and, if it is not 0, one line of trouble that has these words."""
    everything = done.stdout + done.stderr
    assert "Traceback" not in everything, everything
    assert done.returncode == code, everything
    for word in words:
        assert re.search(word, everything), everything
    if code:
        errors = [line for line in done.stderr.splitlines() if line.lstrip().startswith("error: ")]
        assert len(errors) == 1, everything


def enrolled(folder: Path, name: str, registry: str) -> None:
    ends(run_client(folder, name, registry, "-c", "/status"), 0)


# First use, and what -c says


def test_first_use_then_sent_then_pending(tmp_path: Path, server: Server, client: Callable[..., Client]) -> None:
    bob = client("bob")
    live = run_client(tmp_path, "alice", server.address, "-c", "/msg bob hi")
    ends(live, 0, "First contact with this registry", "stored, pending for bob", "sent to bob")
    assert bob.event("message")["text"] == "hi"
    bob.quit()
    later = run_client(tmp_path, "alice", server.address, "-c", "/msg bob later", "--wait", "0.2")
    ends(later, 0, "stored, pending for bob", "Still pending for bob|waits for bob")
    assert "sent to bob" not in later.stdout
    bob = client("bob")
    ends(run_client(tmp_path, "alice", server.address, "-c", "/msg bob last"), 0, "sent to bob")
    assert [bob.event("message")["text"] for _ in range(2)] == ["later", "last"]


# Exit codes


def test_a_machine_whose_key_is_void_still_gives_its_history_away(tmp_path: Path, server: Server) -> None:
    for folder in ("old", "new"):
        (tmp_path / folder).mkdir()
    for name in ("alice", "bob"):
        enrolled(tmp_path / "old", name, server.address)
    ends(run_client(tmp_path / "old", "alice", server.address, "-c", "/msg bob still here", "--wait", "0"), 0)
    enrolled(tmp_path / "new", "alice", server.address)
    old = (tmp_path / "old", "alice", server.address)
    read = run_client(*old, "-c", "/history", "-c", f"/backup {tmp_path / 'saved'}")
    ends(read, 1, "the key of this one is void", r"alice → bob: still here  \[pending\]")
    ends(run_client(*old, "-c", "/msg bob more"), 1, "the key of this one is void.* can still be read and saved")
    new = (tmp_path / "new", "alice", server.address)
    ends(run_client(*new, "-c", f"/restore {tmp_path / 'saved'}", "-c", "/history"), 0, "alice → bob: still here")


def test_user_errors(tmp_path: Path, server: Server) -> None:
    enrolled(tmp_path, "alice", server.address)
    wrong = tmp_path / "wrong"
    wrong.write_text("another password\n")
    as_alice = (tmp_path, "alice", server.address)
    ends(run_client(*as_alice, "--password-file", str(wrong), "-c", "/status"), 1, "not the password of alice")
    elsewhere = ("--home", str(tmp_path / "new"), "--password-file", str(wrong))
    ends(run_client(*as_alice, *elsewhere, "-c", "/status"), 1, "taken, and this is not its password")
    ends(run_client(*as_alice, "-c", "/mgs bob hi"), 1, "no command /mgs. Did you mean /msg")
    ends(run_client(*as_alice, "-c", "/msg nobody hi"), 1, "Nobody called nobody")
    ends(run_client(*as_alice, "-c", "/msg alice hi"), 1, "cannot write to yourself")
    ends(run_client(*as_alice, "-c", "/msg alice"), 1, "missing")
    ends(run_client(*as_alice, "-c", "hello"), 1, "Nobody is chosen")
    ends(
        run_client(*as_alice, "--password-file", str(tmp_path / "none"), "-c", "/status"),
        1,
        r"none cannot be read: no such[a-z ]+\.",
    )


@pytest.mark.parametrize("name", ["", "bob smith", "bøb", "-bob", "b" * 41, "../bob", "bob\n", "\udcff"])
def test_what_is_no_name(tmp_path: Path, name: str) -> None:
    arguments = client_arguments(tmp_path, "bob", "127.0.0.1:1")
    done = program("client.py", *arguments, f"--name={name}", "-c", "/status")
    ends(done, 1, "is not a name. A name is 1 to 40 letters")


def test_usage_errors(tmp_path: Path) -> None:
    for arguments in (("--nothing",), ("--wait", "soon"), ("--listen", "here:there"), ("--registry", "x:y:z")):
        done = run_client(tmp_path, "bob", "127.0.0.1:1", "-c", "/status", *arguments)
        assert done.returncode == 2, done.stderr
        assert "Traceback" not in done.stderr
    assert program("client.py").returncode == 2


def test_nobody_can_be_asked_for_the_password(tmp_path: Path, server: Server) -> None:
    enrolled(tmp_path, "alice", server.address)
    for home in ("alice", "new"):
        done = program("client.py", "--name", "alice", "--registry", server.address, "--home", str(tmp_path / home))
        ends(done, 2, "no terminal to ask for the password: name a file with --password-file")


def test_unreachable(tmp_path: Path) -> None:
    for address in (f"127.0.0.1:{free_port()}", "no-such-host.invalid:5530"):
        ends(run_client(tmp_path, "bob", address, "-c", "/status"), 3, f"The registry at {address} cannot be reached")


def test_what_answers_is_no_registry(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"127.0.0.1:{listening.getsockname()[1]}"
        listening.settimeout(PATIENCE_S)
        asking = threading.Thread(target=lambda: listening.accept()[0].sendall(b"SSH-2.0-OpenSSH_9.2\r\n"))
        asking.start()
        ends(run_client(tmp_path, "bob", address, "-c", "/status"), 3)
        asking.join()


def test_a_port_that_is_taken(tmp_path: Path, server: Server) -> None:
    ends(run_client(tmp_path, "bob", server.address, "--listen", server.address, "-c", "/status"), 3, "Cannot listen")
    ends(program("server.py", "--listen", server.address, "--data", str(tmp_path / "other")), 3, "Cannot listen")


def test_another_registry_at_the_address(tmp_path: Path, server: Server, started: Keep) -> None:
    enrolled(tmp_path, "alice", server.address)
    server.stop()
    started(Server(tmp_path / "another registry", port=int(server.address.rpartition(":")[2])))
    ends(run_client(tmp_path, "alice", server.address, "-c", "/status"), 4, "not the one that you enrolled with")


def test_not_the_fingerprint_that_was_expected(tmp_path: Path, server: Server) -> None:
    wrong = ("--registry-fingerprint", "00" * 32, "-c", "/status")
    ends(run_client(tmp_path, "alice", server.address, *wrong), 4, "not the one that was expected")
    right = ("--registry-fingerprint", server.fingerprint, "-c", "/status")
    ends(run_client(tmp_path, "alice", server.address, *right), 0)
    ends(run_client(tmp_path, "alice", server.address, *wrong), 4, "not the one that was expected")


def program(script: str, *arguments: str) -> Completed:
    return subprocess.run(
        [sys.executable, str(ROOT / script), *arguments],
        capture_output=True,
        text=True,
        errors="backslashreplace",
        stdin=subprocess.DEVNULL,
        timeout=PATIENCE_S,
        check=False,
        cwd=ROOT,
    )
