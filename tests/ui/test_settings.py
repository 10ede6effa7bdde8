"""The table of settings: which source wins, and what is said of a file that is wrong."""

from pathlib import Path

import pytest

from chat.errors import UsageError
from chat.ui.settings import ConfigFile, Settings, config_path, read_config, resolve

EMPTY = ConfigFile(Path(), {}, {})


def written(folder: Path, text: str) -> ConfigFile:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return read_config(path)


def test_nothing_said_gives_the_defaults() -> None:
    settings, sources = resolve({}, {}, EMPTY)
    assert settings == Settings()
    assert set(sources.values()) == {"default"}


def test_a_flag_wins_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    config = written(tmp_path, 'registry = "file:1"\n\ndb = "file"\nlisten = "file:3"\n')
    environment = {"P2PCHAT_REGISTRY": "environment:1", "P2PCHAT_DB": "environment"}
    settings, sources = resolve({"registry": "flag:1", "hidden": False}, environment, config)
    assert (settings.registry, settings.db, settings.listen, settings.bell) == (
        "flag:1",
        "environment",
        "file:3",
        True,
    )
    assert (sources["registry"], sources["db"], sources["bell"]) == ("flag", "P2PCHAT_DB", "default")
    assert sources["listen"] == f"{tmp_path / 'config.toml'}, line 4"


def test_the_environment_is_text_and_the_file_has_types(tmp_path: Path) -> None:
    settings, _ = resolve(
        {}, {"P2PCHAT_BELL": "false", "P2PCHAT_PASTE_LINES": "9"}, written(tmp_path, "notify_text = true")
    )
    assert (settings.bell, settings.paste_lines, settings.notify_text) == (False, 9, True)


def test_an_unknown_name_is_told_with_its_line(tmp_path: Path) -> None:
    config = written(tmp_path, '# mine\nbell = false\nbel = true\n"od d" = 1\n[people]\nbob = "x"\n')
    assert set(config.values) == {"bell"}
    assert [warning.partition(": ")[0][-6:] for warning in config.warnings] == ["line 3", "line 4", "line 5"]
    assert "'bel'" in config.warnings[0]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("bell = 1", "line 1: bell cannot be '1'"),
        ('\n\npaste_lines = "5"', "line 3: paste_lines cannot be '5'"),
        ("paste_lines = 0", "paste_lines"),
        ('colours = "red"', "colours cannot be 'red'"),
        ("registry = 5", "registry"),
    ],
)
def test_a_value_that_cannot_be_is_an_error_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    config = written(tmp_path, text)
    with pytest.raises(UsageError, match=told):
        resolve({}, {}, config)


def test_a_value_of_the_environment_that_cannot_be_is_told_with_the_variable() -> None:
    with pytest.raises(UsageError, match="P2PCHAT_BELL: bell cannot be 'loud'"):
        resolve({}, {"P2PCHAT_BELL": "loud"}, EMPTY)


def test_a_file_that_is_no_toml_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"config\.toml are no TOML: .*line 2"):
        written(tmp_path, "bell = true\nbell yes\n")
    (tmp_path / "config.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="cannot be read"):
        read_config(tmp_path / "config.toml")


def test_the_file_is_where_xdg_says(tmp_path: Path) -> None:
    assert config_path({"XDG_CONFIG_HOME": "/x", "HOME": "/h"}) == Path("/x/p2pchat/config.toml")
    assert config_path({"XDG_CONFIG_HOME": "relative", "HOME": "/h"}) == Path("/h/.config/p2pchat/config.toml")
    assert config_path({}) is None
    assert read_config(tmp_path / "none.toml").values == {}
