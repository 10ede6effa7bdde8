"""HOST:PORT, both ways."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.errors import UsageError
from chat.net.addresses import format_address, may_be_called, parse_address, source_of


@pytest.mark.parametrize(
    ("text", "default", "address"),
    [
        ("192.0.2.7:5530", None, ("192.0.2.7", 5530)),
        ("host.example:1", None, ("host.example", 1)),
        ("host.example", 5530, ("host.example", 5530)),
        ("host.example:", 5530, ("host.example", 5530)),
        ("[2001:db8::7]:5530", None, ("2001:db8::7", 5530)),
        ("[2001:db8::7]", 5530, ("2001:db8::7", 5530)),
        ("127.0.0.1:0", None, ("127.0.0.1", 0)),
        ("127.0.0.1:65535", None, ("127.0.0.1", 65535)),
    ],
)
def test_an_address(text: str, default: int | None, address: tuple[str, int]) -> None:
    assert parse_address(text, default) == address


@pytest.mark.parametrize(
    "text", ["", ":", ":5530", "host", "host:", "host:x", "host:-1", "host:65536", "host:٣", "host:99999999999", "[]:1"]
)
def test_what_is_none_is_told_how(text: str) -> None:
    with pytest.raises(UsageError, match="write HOST:PORT"):
        parse_address(text)


@given(st.ip_addresses(), st.integers(0, 65_535))
def test_they_are_inverse(ip: object, port: int) -> None:
    assert parse_address(format_address(str(ip), port)) == (str(ip), port)


@given(st.text(max_size=40), st.none() | st.integers(0, 65_535))
def test_any_text_is_an_address_or_a_usage_error(text: str, default: int | None) -> None:
    try:
        host, port = parse_address(text, default)
    except UsageError:
        return
    assert host
    assert 0 <= port <= 65_535


@pytest.mark.parametrize(
    ("text", "may"),
    [
        ("192.0.2.7", True),
        ("10.0.0.1", True),
        ("2001:db8::7", True),
        ("fe80::1", True),
        ("127.0.0.1", False),
        ("127.9.9.9", False),
        ("::1", False),
        ("::ffff:127.0.0.1", False),
        ("0.0.0.0", False),
        ("::", False),
        ("224.0.0.1", False),
        ("ff02::1", False),
        ("fe80::1%eth0", False),
        ("fe80::1%\x1b[2J", False),
        ("intranet.example", False),
        ("", False),
    ],
)
def test_where_others_may_be_told_to_call(text: str, may: bool) -> None:
    """A caller who says so must not have them call their own machines."""
    assert may_be_called(text, "198.51.100.1") == may


def test_on_one_machine_they_may_be_told_to_call_it() -> None:
    assert may_be_called("127.0.0.1", "127.0.0.1")
    assert may_be_called("::1", "127.0.0.1")


@pytest.mark.parametrize(
    ("ip", "source"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:0:1:a:b:c:d", "2001:db8:0:1::/64"),
        ("2001:db8:0:1::", "2001:db8:0:1::/64"),
        ("2001:db8:0:2::", "2001:db8:0:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
    ],
)
def test_who_counts_as_one_caller(ip: str, source: str) -> None:
    assert source_of(ip) == source
