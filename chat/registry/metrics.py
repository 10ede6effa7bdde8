"""Numbers for Prometheus, in its text format, on a loopback port: for whoever runs the registry, nobody else.

They tell how much, never who. The thread of the listening socket owns it and answers one scrape at a time.
"""

import os
import threading
import time
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from chat.errors import NetworkError, UsageError
from chat.net.addresses import format_address, is_ip
from chat.net.threads import start_thread

SCRAPE_TIMEOUT_S = 5.0
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Gauges = Callable[[], Mapping[str, float]]
Counts = Callable[[], Mapping[str, int]]


class Metrics:
    """Serves until closed. `gauges` and `counts` are asked at each scrape, by its thread."""

    def __init__(self, address: tuple[str, int], gauges: Gauges, counts: Counts) -> None:
        if not (is_ip(address[0]) and ip_address(address[0]).is_loopback):
            raise UsageError(
                f"--metrics takes a loopback address, as in 127.0.0.1:9530, not {format_address(*address)}."
            )

        class Handler(BaseHTTPRequestHandler):
            timeout = SCRAPE_TIMEOUT_S

            def do_GET(self) -> None:
                body = exposition(gauges(), counts()).encode()
                self.send_response(200)
                self.send_header("Content-Type", CONTENT_TYPE)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 - as the library has it
                """Say nothing: a scrape is no event."""

        try:
            self._server = HTTPServer(address, Handler)
        except OSError as error:
            raise NetworkError(f"Cannot serve metrics on {format_address(*address)}: {error.strerror}.") from None
        start_thread(self._server.serve_forever, "metrics")

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        host, port = self._server.server_address[:2]
        return str(host), int(port)

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()


def exposition(gauges: Mapping[str, float], counts: Mapping[str, int]) -> str:
    """The text format: a type and a value for each."""
    lines = []
    for name, value in gauges.items():
        lines += [f"# TYPE p2pchat_{name} gauge", f"p2pchat_{name} {value:g}"]
    lines.append("# TYPE p2pchat_events_total counter")
    for event, count in sorted(counts.items()):
        lines.append(f'p2pchat_events_total{{event="{event.replace(" ", "_")}"}} {count}')
    return "\n".join(lines) + "\n"


def process_gauges() -> dict[str, float]:
    """What this process takes up; memory and descriptors where /proc tells."""
    gauges: dict[str, float] = {"threads": threading.active_count(), "cpu_seconds": time.process_time()}
    statm = Path("/proc/self/statm")
    if statm.exists():
        gauges["resident_memory_bytes"] = int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        gauges["open_descriptors"] = sum(1 for _ in Path("/proc/self/fd").iterdir())
    return gauges
