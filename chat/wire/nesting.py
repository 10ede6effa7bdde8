"""How deeply a MessagePack value is nested, found without recursion.

A decoder recurses where arrays and maps stand in one another, also through fields that it is to ignore.
Whether its stack then ends in an error or in a crash differs between versions of Python, and threads
with small stacks come to the crash first; so what is nested deeply never reaches the decoder.
"""

MAX_DEPTH = 32  # ours is 4

_FIXED = {0xC0: 1, 0xC1: 1, 0xC2: 1, 0xC3: 1, 0xCA: 5, 0xCB: 9, 0xCC: 2, 0xCD: 3, 0xCE: 5, 0xCF: 9}
_FIXED |= {0xD0: 2, 0xD1: 3, 0xD2: 5, 0xD3: 9, 0xD4: 3, 0xD5: 4, 0xD6: 6, 0xD7: 10, 0xD8: 18}
_SIZED = {0xC4: 1, 0xC5: 2, 0xC6: 4, 0xD9: 1, 0xDA: 2, 0xDB: 4, 0xC7: 1, 0xC8: 2, 0xC9: 4}
_EXTENSIONS = (0xC7, 0xC8, 0xC9)  # a byte for their type follows the length
_COUNTED = {0xDC: (2, 1), 0xDD: (4, 1), 0xDE: (2, 2), 0xDF: (4, 2)}


def is_shallow(payload: bytes) -> bool:
    """Whether at most MAX_DEPTH arrays and maps stand in one another. What is cut short may be either."""
    if len(payload) <= MAX_DEPTH:
        return True
    missing: list[int] = []  # how many items each open array or map still needs
    at, end = 0, len(payload)
    while at < end:
        size, items = _token(payload, at)
        at += size
        if items:
            missing.append(items)
            if len(missing) > MAX_DEPTH:
                return False
            continue
        while missing:
            missing[-1] -= 1
            if missing[-1]:
                break
            missing.pop()
    return True


def _token(payload: bytes, at: int) -> tuple[int, int]:
    """How many bytes the token at `at` has, without the items that follow if it opens an array or a map."""
    first = payload[at]
    if first < 0x80 or first >= 0xE0:
        return 1, 0
    if first < 0xA0:
        return 1, (first & 0x0F) * (2 if first < 0x90 else 1)
    if first < 0xC0:
        return 1 + (first & 0x1F), 0
    if first in _FIXED:
        return _FIXED[first], 0
    if first in _SIZED:
        width = _SIZED[first]
        length = int.from_bytes(payload[at + 1 : at + 1 + width], "big")
        return 1 + width + length + (first in _EXTENSIONS), 0
    width, per_item = _COUNTED[first]
    return 1 + width, per_item * int.from_bytes(payload[at + 1 : at + 1 + width], "big")
