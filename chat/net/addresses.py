"""HOST:PORT as people write it, and what an address is."""

from ipaddress import IPv6Address, IPv6Network, ip_address

from chat.errors import UsageError


def parse_address(text: str, default_port: int | None = None) -> tuple[str, int]:
    """Host and port of 'host:port', '[v6]:port' or, with a default, 'host'. UsageError if it is none."""
    host, separator, port = text.rpartition(":")
    if (text.startswith("[") and text.endswith("]")) or not separator:
        host, port = text, ""
    host = host.removeprefix("[").removesuffix("]")
    if not port and default_port is not None and host:
        return host, default_port
    if not host or not port.isascii() or not port.isdigit() or int(port) > 65_535:
        raise UsageError(f"{text!r} is not an address: write HOST:PORT, as in 192.0.2.7:5530 or [2001:db8::7]:5530.")
    return host, int(port)


def format_address(host: str, port: int) -> str:
    """What parse_address takes."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def is_ip(text: str) -> bool:
    """Whether it is a number, which needs no name server to reach."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def may_be_called(text: str, seen_at: str) -> bool:
    """Whether others may be told to call there, by the word of somebody who was `seen_at` an address.

    Nobody is, or is meant, at a group's address or none; at a caller's own machine only who is on ours too;
    and a zone (fe80::1%eth0) is a name of the machine that it was said on.
    """
    if not is_ip(text) or "%" in text:
        return False
    address = ip_address(text)
    address = getattr(address, "ipv4_mapped", None) or address
    if address.is_loopback:
        return ip_address(seen_at).is_loopback
    return not (address.is_multicast or address.is_unspecified)


def source_of(ip: str) -> str:
    """What counts as one caller: an IPv4 address, or an IPv6 network of 64 bits, for so much one customer has."""
    address = ip_address(ip)
    if not isinstance(address, IPv6Address):
        return ip
    return str(IPv6Network((int(address), 64), strict=False))
