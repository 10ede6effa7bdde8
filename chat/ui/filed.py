"""Files as text: how large, and where they lie. Pure."""

from chat.inert import inert


def size(count: int) -> str:
    """Bytes as people say them."""
    amount = float(count)
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if amount < 1024 or unit == "GiB":
            break
        amount /= 1024
    return f"{amount:.0f} {unit}" if unit == "bytes" else f"{amount:.1f} {unit}"


def filed(number: int, size_bytes: int, path: str) -> str:
    """As in number 7, 41.2 KiB: /home/alice/photo.jpg."""
    return f"number {number}, {size(size_bytes)}" + (f": {inert(path)}" if path else "")
