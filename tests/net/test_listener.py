"""The listener: where it cannot listen, it says so in one sentence."""

import re

import pytest

from chat.errors import NetworkError
from chat.net.listener import Listener


def test_a_port_in_use_is_told_once() -> None:
    first = Listener(("127.0.0.1", 0), lambda sock, _: sock.close())
    try:
        expected = f"Cannot listen on 127.0.0.1:{first.address[1]}: address already in use."
        with pytest.raises(NetworkError, match=f"^{re.escape(expected)}$"):
            Listener(first.address, lambda sock, _: sock.close())
    finally:
        first.close()
