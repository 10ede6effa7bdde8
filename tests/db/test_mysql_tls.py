"""A server that is not local proves by TLS who it is, before anything is said to it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from db.errors import Untrusted
from db.mysql import MysqlDatabase
from tests.certificates import make_certificate
from tests.mariadb import MariaDb, own_server

pytestmark = pytest.mark.mysql

ELSEWHERE = "127.0.0.2"  # of this machine, but none of the addresses that are taken for local
CIPHER = "SHOW STATUS LIKE 'Ssl_cipher'"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("tls"), "right", ELSEWHERE)


@pytest.fixture(scope="module")
def server(certificate: Path) -> Iterator[MariaDb]:
    """One that offers TLS, here and elsewhere."""
    tls = (f"--ssl-cert={certificate}", f"--ssl-key={certificate.with_suffix('.key')}")
    with own_server(*tls, host=f"{ELSEWHERE},127.0.0.1") as running:
        yield running


@pytest.fixture
def elsewhere(server: MariaDb) -> MysqlDatabase:
    return replace(server.empty(), host=ELSEWHERE)


def test_a_server_of_a_known_authority(elsewhere: MysqlDatabase, certificate: Path) -> None:
    connection = replace(elsewhere, ssl_ca=str(certificate)).connect()
    assert connection.query(CIPHER)[0][1].startswith("TLS_")


def test_one_of_an_unknown_authority(elsewhere: MysqlDatabase) -> None:
    with pytest.raises(Untrusted) as raised:
        elsewhere.connect()
    text = str(raised.value)
    assert text.startswith(f"The database server of {elsewhere} does not prove by TLS who it is: self-signed")
    assert text.endswith("name that one's file with ?ssl_ca=PATH.")


def test_one_with_the_certificate_of_another(elsewhere: MysqlDatabase, certificate: Path) -> None:
    with pytest.raises(Untrusted, match="IP address mismatch"):
        replace(elsewhere, host="127.0.0.1", ssl_ca=str(certificate)).connect()


def test_one_that_offers_none(mariadb: MariaDb, mysql: MysqlDatabase, certificate: Path) -> None:
    with pytest.raises(Untrusted, match="the server doesn't support it"):
        replace(mysql, ssl_ca=str(certificate)).connect()


def test_a_local_one_is_spoken_to_by_tls_if_it_can(elsewhere: MysqlDatabase, mysql: MysqlDatabase) -> None:
    assert replace(elsewhere, host="127.0.0.1").connect().query(CIPHER)[0][1].startswith("TLS_")
    assert mysql.connect().query(CIPHER)[0][1] == ""
