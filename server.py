#!/usr/bin/env python3
"""The registry: `python server.py` on a host that everybody can reach."""

import argparse
import os
import signal
import sys
from contextlib import closing
from pathlib import Path

from chat.core.enrolment import authority_fingerprint, introduce
from chat.errors import ChatError
from chat.net.addresses import format_address, parse_address
from chat.net.certificates import group
from chat.net.process import collect_less_garbage, keep_memory_private, raise_descriptor_limit
from chat.registry.log import Log
from chat.registry.metrics import Metrics
from chat.registry.pen import Pen
from chat.registry.service import Limits, Registry
from db.errors import StorageError

DEFAULT_PORT = 5530
DEFAULT_METRICS_PORT = 9530
ENDS = {signal.SIGINT, signal.SIGTERM}


def parser() -> argparse.ArgumentParser:
    """The command line."""
    limits = Limits()
    options = argparse.ArgumentParser(prog="server.py", description="The registry: who can be found, and where.")
    options.add_argument("--listen", default=f"0.0.0.0:{DEFAULT_PORT}", metavar="HOST:PORT", help="%(default)s")
    options.add_argument("--data", type=Path, default=default_data(), metavar="DIR", help="%(default)s")
    options.add_argument("--db", default="sqlite", metavar="URL", help="sqlite, or mysql://user@host:port/database")
    options.add_argument("--max-connections", type=int, default=limits.connections, metavar="N", help="%(default)s")
    options.add_argument(
        "--max-per-address", type=int, default=limits.per_address, metavar="N", help="open at once: %(default)s"
    )
    options.add_argument(
        "--rate-per-address", type=float, default=limits.rate_per_address, metavar="N", help="a second: %(default)s"
    )
    options.add_argument(
        "--max-members", type=int, default=limits.members_per_room, metavar="N", help="in a room: %(default)s"
    )
    options.add_argument("--metrics", metavar="HOST:PORT", help="numbers for Prometheus, on a loopback address")
    options.add_argument("--json", action="store_true", help="log as JSON")
    options.add_argument(
        "--check", nargs="?", const=f"127.0.0.1:{DEFAULT_PORT}", metavar="HOST:PORT", help="does a registry answer?"
    )
    return options


def default_data() -> Path:
    """Where the accounts and the authority lie when nothing is said."""
    base = Path(os.environ.get("XDG_DATA_HOME") or "~/.local/share")
    return base.expanduser() / "p2pchat-registry"


def main(arguments: list[str] | None = None) -> int:
    """Run it; the exit code."""
    options = parser().parse_args(arguments)
    try:
        if options.check:
            return check(options.check)
        return serve(options)
    except (ChatError, StorageError) as error:
        print(f"error: {error}", file=sys.stderr)
        return getattr(error, "exit_code", 3)


def check(address: str) -> int:
    """Ask a registry who it is."""
    print(f"registry, fingerprint {group(authority_fingerprint(introduce(parse_address(address, DEFAULT_PORT))))}")
    return 0


def serve(options: argparse.Namespace) -> int:
    """Serve, and log to the standard output."""
    limits = Limits(
        connections=options.max_connections,
        per_address=options.max_per_address,
        rate_per_address=options.rate_per_address,
        burst_per_address=options.rate_per_address * 10,
        members_per_room=options.max_members,
    )
    keep_memory_private()
    raise_descriptor_limit()
    collect_less_garbage()
    with closing(Pen(sys.stdout.fileno())) as pen:
        return serve_until_told(options, limits, Log(pen, as_json=options.json))


def serve_until_told(options: argparse.Namespace, limits: Limits, log: Log) -> int:
    """Serve until SIGINT or SIGTERM."""
    address = parse_address(options.listen, DEFAULT_PORT)
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)  # in all threads that follow, for sigwait to have them
    registry = Registry(address, options.data, db=options.db, limits=limits, log=log)
    metrics = None
    if options.metrics:
        metrics = Metrics(
            parse_address(options.metrics, DEFAULT_METRICS_PORT), registry.gauges, lambda: dict(log.counts)
        )
        log.event("tells", note=f"numbers on http://{format_address(*metrics.address)}/metrics")
    log.event("listens", on=format_address(*registry.address), fingerprint=group(registry.fingerprint))
    signal.sigwait(ENDS)
    registry.close()
    if metrics:
        metrics.close()
    log.event("stops")
    return 0


if __name__ == "__main__":
    sys.exit(main())
