"""Numbers for Prometheus: how much, never who, and only for this machine."""

import json
import re
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from chat.errors import NetworkError, UsageError
from chat.registry.metrics import Metrics, exposition, process_gauges
from tests.processes import Client, Server

LINE = re.compile(r'^(# TYPE p2pchat_\w+ (gauge|counter)|p2pchat_\w+(\{event="\w+"\})? [0-9.e+]+)$')


def test_the_text_format() -> None:
    text = exposition({"threads": 3, "cpu_seconds": 1.5}, {"signs in": 2, "refused": 10})
    assert text == (
        "# TYPE p2pchat_threads gauge\np2pchat_threads 3\n"
        "# TYPE p2pchat_cpu_seconds gauge\np2pchat_cpu_seconds 1.5\n"
        "# TYPE p2pchat_events_total counter\n"
        'p2pchat_events_total{event="refused"} 10\np2pchat_events_total{event="signs_in"} 2\n'
    )


def test_a_process_knows_what_it_takes() -> None:
    gauges = process_gauges()
    assert gauges["threads"] >= 1
    assert gauges["resident_memory_bytes"] > 10_000_000
    assert gauges["open_descriptors"] > 2


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "localhost", "::"])
def test_only_on_a_loopback_address(host: str) -> None:
    with pytest.raises(UsageError, match="loopback"):
        Metrics((host, 0), dict, dict)


def test_a_port_in_use_is_one_sentence() -> None:
    first = Metrics(("127.0.0.1", 0), dict, dict)
    with pytest.raises(NetworkError, match="Cannot serve metrics"):
        Metrics(first.address, dict, dict)
    first.close()


def test_a_server_tells_when_asked(
    tmp_path: Path, started: Callable[[Server], Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = started(Server(tmp_path / "registry", "--metrics", "127.0.0.1:0"))
    (told,) = [json.loads(line) for line in server.lines if '"tells"' in line]
    alice = Client(tmp_path, "alice", server.address).ready()
    with urllib.request.urlopen(told["note"].split()[-1], timeout=20) as answer:
        text = answer.read().decode()
    alice.quit()
    alice.close()
    assert all(LINE.match(line) for line in text.splitlines()), text
    assert "p2pchat_signed_in 1\n" in text
    assert 'p2pchat_events_total{event="signs_in"} 1\n' in text
    assert "alice" not in text
    assert server.stop() == 0
