"""Reaching a host that may be at several addresses: one after the other, under a deadline.

Everything that dials a peer comes through here, so that other ways to reach one can join.
"""

import socket
from collections.abc import Sequence

from chat.errors import NetworkError
from chat.net.addresses import format_address
from chat.net.deadline import Deadline

ADDRESS_TIMEOUT_S = 5.0


def dial(addresses: Sequence[tuple[str, int]], deadline: Deadline) -> socket.socket:
    """A TCP connection to the first address that answers. NetworkError if none does."""
    failures = []
    for host, port in addresses:
        try:
            return socket.create_connection((host, port), min(ADDRESS_TIMEOUT_S, deadline.remaining()))
        except TimeoutError:
            failures.append(f"{format_address(host, port)} does not answer")
        except (OSError, UnicodeError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            failures.append(f"{format_address(host, port)}: {reason.lower()}")
    raise NetworkError("No connection: " + "; ".join(failures or ["no address is known"]) + ".")
