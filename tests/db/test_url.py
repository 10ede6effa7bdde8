"""Where a database is, as it is said on the command line."""

from pathlib import Path

import pytest

from db.errors import StorageError
from db.mysql import MysqlDatabase
from db.sqlite import SqliteDatabase
from db.url import PASSWORD_FILE_VARIABLE, open_database
from tests.certificates import make_certificate


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    file = tmp_path / "password"
    file.write_text("it's a päss word \r\nand a second line\n")
    return file


def mysql_at(url: str, tmp_path: Path, **environment: str) -> MysqlDatabase:
    database = open_database(url, file=tmp_path / "unused", environment=environment)
    assert isinstance(database, MysqlDatabase)
    return database


def test_the_default_is_the_file(tmp_path: Path) -> None:
    database = open_database("sqlite", file=tmp_path / "chat.db", key=bytes(32), environment={})
    assert isinstance(database, SqliteDatabase)
    assert str(database) == str(tmp_path / "chat.db")


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("mysql://alice@db.example/chat", ("db.example", 3306, "alice", "chat")),
        ("mysql://alice@127.0.0.1:3307/chat/", ("127.0.0.1", 3307, "alice", "chat")),
        ("mysql://alice@[::1]:3307/chat", ("::1", 3307, "alice", "chat")),
        ("mysql://a%40b@db/my%20chat", ("db", 3306, "a@b", "my chat")),
    ],
)
def test_parts_of_a_url(url: str, parts: tuple[str, int, str, str], tmp_path: Path) -> None:
    database = mysql_at(url, tmp_path)
    assert (database.host, database.port, database.user, database.database) == parts
    assert database.password == ""


def test_it_is_called_by_its_url(tmp_path: Path) -> None:
    for url in ("mysql://alice@db.example:3306/chat", "mysql://alice@[::1]:3307/chat"):
        assert str(mysql_at(url, tmp_path)) == url


def test_the_password_is_the_first_line_of_a_file(password_file: Path, tmp_path: Path) -> None:
    named = mysql_at(f"mysql://alice@db/chat?password_file={password_file}", tmp_path)
    by_variable = mysql_at("mysql://alice@db/chat", tmp_path, **{PASSWORD_FILE_VARIABLE: str(password_file)})
    assert named.password == by_variable.password == "it's a päss word "


def test_the_url_wins_over_the_variable(password_file: Path, tmp_path: Path) -> None:
    url = f"mysql://alice@db/chat?password_file={password_file}"
    assert mysql_at(url, tmp_path, **{PASSWORD_FILE_VARIABLE: "/nowhere"}).password.startswith("it's")


def test_a_file_of_certificates(tmp_path: Path) -> None:
    file = make_certificate(tmp_path, "own", "127.0.0.1")
    database = mysql_at(f"mysql://alice@127.0.0.1/chat?ssl_ca={file}", tmp_path)
    assert database.ssl_ca == str(file)
    options = database.options()
    assert (options["ssl_verify_cert"], options["ssl_verify_identity"]) == (True, True)


@pytest.mark.parametrize("host", ["db.example", "192.0.2.1", "127.0.0.2", "[::2]", "localhost.example"])
def test_a_server_elsewhere_must_prove_who_it_is(host: str, tmp_path: Path) -> None:
    options = mysql_at(f"mysql://alice@{host}/chat", tmp_path).options()
    assert (options["ssl_verify_cert"], options["ssl_verify_identity"]) == (True, True)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_a_server_here_need_not(host: str, tmp_path: Path) -> None:
    assert "ssl_verify_cert" not in mysql_at(f"mysql://alice@{host}/chat", tmp_path).options()


@pytest.mark.parametrize(
    "url",
    [
        "", "mysql", "postgres://alice@db/chat", "mysql://db/chat", "mysql://alice@db", "mysql://alice@db/",
        "mysql://alice@/chat", "mysql://alice@db:port/chat", "mysql://alice@db:99999/chat", "mysql://alice@[::1/chat",
        "mysql://alice@db/chat?passwd=x", "mysql://alice@db/chat?ssl-ca=x", "mysql://alice@db/chat?ssl_ca",
    ],
)  # fmt: skip
def test_what_is_no_url(url: str, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"^That is not the place of a database: it is 'sqlite' or mysql://user@"):
        mysql_at(url, tmp_path)


@pytest.mark.parametrize(
    "url", ["mysql://alice:secret@db/chat", "mysql://alice:secret@db", "mysql://alice:secret@db:port/chat?x"]
)
def test_a_password_in_the_url_is_refused_and_not_repeated(url: str, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="P2PCHAT_DB_PASSWORD_FILE") as raised:
        mysql_at(url, tmp_path)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    ("parameter", "name", "says"),
    [
        ("password_file", "nowhere", "with the database's password cannot be read: No such file or directory."),
        ("password_file", "bytes", "with the database's password cannot be read: it is no text."),
        ("ssl_ca", "nowhere", "of the database's ssl_ca cannot be used: No such file or directory."),
        ("ssl_ca", "bytes", "of the database's ssl_ca cannot be used: it holds no certificates."),
    ],
)
def test_a_file_that_is_of_no_use(parameter: str, name: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    with pytest.raises(StorageError) as raised:
        mysql_at(f"mysql://alice@db/chat?{parameter}={tmp_path / name}", tmp_path)
    assert str(raised.value) == f"The file {tmp_path / name} {says}"
