"""The client's command line."""

from pathlib import Path

import pytest

from chat.errors import UsageError, UserError
from chat.ui.options import parse_options

HOME = {"HOME": "/h"}


def test_a_name_is_enough() -> None:
    options = parse_options(["--name", "Bob"], HOME)
    assert (options.name, options.registry, options.db, options.listen) == ("bob", "", "sqlite", ("0.0.0.0", 0))
    assert options.home == Path("/h/.local/share/p2pchat/bob")
    assert (options.password_file, options.hidden, options.json, options.commands) == (None, False, False, ())


def test_commands_come_in_their_order() -> None:
    options = parse_options(["--name", "bob", "-c", "/who", "-c", "/quit", "--wait", "2.5"], HOME)
    assert (options.commands, options.wait_s) == (("/who", "/quit"), 2.5)


def test_what_stands_in_the_file_is_taken(tmp_path: Path) -> None:
    (tmp_path / "p2pchat").mkdir()
    (tmp_path / "p2pchat" / "config.toml").write_text('listen = "127.0.0.1:4000"\nhidden = true\nnonsense = 1\n')
    options = parse_options(["--name", "bob"], {**HOME, "XDG_CONFIG_HOME": str(tmp_path)})
    assert (options.listen, options.hidden) == (("127.0.0.1", 4000), True)
    assert options.sources["hidden"].endswith("config.toml, line 2")
    assert ["nonsense" in warning for warning in options.warnings] == [True]


@pytest.mark.parametrize("wait", ["-1", "inf", "nan"])
def test_a_wait_that_is_no_time(wait: str) -> None:
    with pytest.raises(UsageError, match="--wait"):
        parse_options(["--name", "bob", f"--wait={wait}"], HOME)


def test_a_name_that_is_none() -> None:
    with pytest.raises(UserError, match="not a name"):
        parse_options(["--name", "bob smith"], HOME)


def test_without_a_home_one_must_be_named() -> None:
    with pytest.raises(UserError, match="--home"):
        parse_options(["--name", "bob"], {})
    assert parse_options(["--name", "bob"], {"P2PCHAT_HOME": "/x"}).home == Path("/x")
