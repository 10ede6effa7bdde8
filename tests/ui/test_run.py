"""A client from its command line to its exit code."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from chat.core.transfer.source import inspect
from chat.net.addresses import format_address
from chat.registry.authority import Authority
from tests.people import Town
from tests.processes import PATIENCE_S, ROOT, client_arguments, run_client
from tests.ui.conftest import Open


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_a_client_at_its_prompt(open_terminal: Open, number: signal.Signals) -> None:
    alice = open_terminal("alice")
    alice.wait_for("You are alice", "alice>", "registry ok")
    alice.type("half a line")
    alice.wait_for("half a line")
    alice.kill(number)
    assert alice.wait_end() == 0


def test_settings_say_where_they_come_from(open_terminal: Open, tmp_path: Path) -> None:
    config = tmp_path / "config" / "p2pchat" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('bel = true\ntimestamps = "at %H"\ncontext_lines = 3\n')
    alice = open_terminal("alice", columns=220, lines=40, P2PCHAT_BELL="false")
    alice.wait_for("config.toml, line 1: there is no setting 'bel'. /status lists them.", "alice>")
    alice.enter("/status")
    alice.wait_line("bell", "false", "P2PCHAT_BELL")
    alice.wait_line("timestamps", "at %H", f"{config}, line 2")
    alice.wait_line("registry", "127.0.0.1:", "flag")
    alice.wait_line("listen", "127.0.0.1:0", "flag")
    alice.wait_line("keys", "emacs", "default")


def test_a_setting_that_cannot_be_is_one_sentence(open_terminal: Open, tmp_path: Path) -> None:
    config = tmp_path / "config" / "p2pchat" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text("\nbell = 7\n")
    alice = open_terminal("alice", columns=200)
    assert alice.wait_end() == 2
    assert f"error: {config}, line 2: bell cannot be '7'." in alice.text


def test_no_colour_where_none_is_wanted(open_terminal: Open, village: Town) -> None:
    bob = village.person("bob").start()
    for environment, allowed in (({"NO_COLOR": "1"}, False), ({"TERM": "xterm-256color"}, True)):
        alice = open_terminal("alice", **environment)
        alice.wait_for("alice>", "registry ok")
        bob.node.send(["alice"], "hello")
        alice.wait_for("bob: hello")
        assert (b"38;5;" in alice.raw) == allowed
        alice.enter("/quit")
        alice.wait_end()


def test_a_dumb_terminal_is_still_useful(open_terminal: Open, village: Town) -> None:
    bob = village.person("bob").start()
    alice = open_terminal("alice", TERM="dumb")
    alice.wait_for("You are alice")
    alice.type("/msg bob hi\n")
    assert bob.inbox.texts(1) == ["hi"]
    bob.node.send(["alice"], "hello")
    alice.wait_for("bob: hello")
    assert b"\x1b" not in alice.raw
    alice.type("/quit\n")
    assert alice.wait_end() == 0


def test_a_pipe_is_still_useful(village: Town, tmp_path: Path) -> None:
    village.person("bob")
    command = [sys.executable, str(ROOT / "client.py")]
    arguments = client_arguments(tmp_path, "alice", format_address(*village.registry))
    done = subprocess.run(
        [*command, *arguments],
        input=b"/query bob\nhello\n\xff\xfe\n/who\n",
        capture_output=True,
        timeout=PATIENCE_S,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0
    assert b"stored, pending for bob" in done.stdout
    assert b"who: nobody else can be found now" in done.stdout
    assert b"not valid Unicode" in done.stderr
    assert b"\x1b" not in done.stdout + done.stderr
    assert b"Traceback" not in done.stderr


def test_an_output_that_cannot_show_it_all_shows_the_rest(
    village: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob = village.person("bob").start()
    alice = village.person("alice").start()
    bob.node.send(["alice"], "żółw")
    assert alice.inbox.texts(1) == ["żółw"]
    registry = format_address(*village.registry)
    run_client(tmp_path, "carol", registry, "-c", "/msg bob żółw", "--wait", "0")
    monkeypatch.setenv("PYTHONIOENCODING", "latin-1")
    shown = run_client(tmp_path, "carol", registry, "-c", "/history", encoding="latin-1")
    assert shown.returncode == 0
    assert r"\u017c" in shown.stdout


def test_a_reader_that_goes_away_is_no_fault(village: Town, tmp_path: Path) -> None:
    arguments = client_arguments(tmp_path, "alice", format_address(*village.registry))
    command = " ".join([sys.executable, str(ROOT / "client.py"), *arguments, "-c", "/help", "-c", "/help"])
    done = subprocess.run(
        ["/bin/bash", "-c", f"set -o pipefail; {command} | true"],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
        cwd=ROOT,
    )
    assert "Traceback" not in done.stderr


def test_a_command_of_a_script_prints_only_its_answer(village: Town, tmp_path: Path) -> None:
    shown = run_client(tmp_path, "carol", format_address(*village.registry), "-c", "/help quit")
    assert shown.stdout == "/quit\n  Leave. What is pending is sent the next time.\n"


def test_files_are_taken_as_the_settings_say(open_terminal: Open, village: Town, tmp_path: Path) -> None:
    bob = village.person("bob").start()
    config = tmp_path / "config" / "p2pchat" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(f'downloads = "{tmp_path}/chosen"\ntake_each_mib = 1\n')
    alice = open_terminal("alice", columns=300)
    alice.wait_for("alice>", "registry ok")
    alice.enter("/add bob")
    alice.enter("/status")
    alice.wait_line("downloads", f"{tmp_path}/chosen", f"{config}, line 1")
    for name, size in (("large.bin", 2**20 + 1), ("small.bin", 2**20)):
        with (tmp_path / name).open("wb") as file:
            file.truncate(size)
        bob.node.send(["alice"], name, kind="file", file=inspect(tmp_path / name))
    alice.wait_line("large.bin", "offered, it waits for /accept")
    alice.wait_line("small.bin", f"is complete: {tmp_path}/chosen/small.bin")
    assert (tmp_path / "chosen" / "small.bin").stat().st_size == 2**20


def test_another_authority_in_the_home_is_noticed(village: Town, tmp_path: Path) -> None:
    """What the password opens says which it was; else whoever had the machine for a minute is believed for ever."""
    address = format_address(*village.registry)
    assert run_client(tmp_path, "alice", address, "-c", "/status").returncode == 0
    (tmp_path / "alice" / "authority.pem").write_text(Authority(tmp_path / "another").pem)
    done = run_client(tmp_path, "alice", address, "-c", "/history")
    assert done.returncode == 4
    assert "is not of the registry that you enrolled with" in done.stderr
