"""HOST:PORT as people write it, and what an address is."""

from ipaddress import ip_address

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
