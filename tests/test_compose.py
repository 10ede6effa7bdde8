"""docker-compose.yml and the Dockerfile: nothing dangles, and all they name is what the code has.

No container is started: what that leaves untried, docs/compose.md says.
"""

import fnmatch
import re
import subprocess
import sys
from pathlib import Path

import pytest

import server
from chat.net.addresses import parse_address
from chat.ui.options import parse_options
from db.mysql import MysqlDatabase
from db.url import PASSWORD_FILE_VARIABLE, open_database
from tests.compose import DOCKERFILE, FILE, PEOPLE, ROOT, SECRETS, compose, secrets_named, services, words

OURS = ("registry", *PEOPLE)
CLIENT_VARIABLES = {"P2PCHAT_REGISTRY", "P2PCHAT_HOME", "P2PCHAT_PASSWORD_FILE", "P2PCHAT_DB", PASSWORD_FILE_VARIABLE}
MYSQL_VARIABLES = {"MYSQL_ROOT_HOST", "MYSQL_ROOT_PASSWORD_FILE"}  # of those that the image documents
PINNED = re.compile(r"[\w./-]+:[\w.-]+@sha256:[0-9a-f]{64}")


def test_it_is_what_the_specification_allows() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(FILE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_a_registry_a_server_and_three_people() -> None:
    assert set(services()) == {"registry", "mysql", *PEOPLE}


@pytest.mark.parametrize("kind", ["secrets", "networks"])
def test_what_is_declared_is_used_and_the_other_way_round(kind: str) -> None:
    assert {name for service in services().values() for name in service.get(kind, [])} == set(compose()[kind])


def test_every_volume_is_declared_or_lies_here() -> None:
    mounted = [volume.split(":") for service in services().values() for volume in service.get("volumes", [])]
    here = [source for source, *_ in mounted if source.startswith(".")]
    assert {source for source, *_ in mounted} - set(here) == set(compose()["volumes"])
    assert all((ROOT / source).is_file() for source in here)
    assert all(rest[1:] == ["ro"] for source, *rest in mounted if source in here)


def test_whom_one_waits_for_says_when_it_is_healthy() -> None:
    waits = [needed for service in services().values() for needed in service.get("depends_on", {}).items()]
    assert {name for name, _ in waits} == {"registry", "mysql"}
    for name, how in waits:
        assert how == {"condition": "service_healthy"}
        assert services()[name]["healthcheck"]["test"][0] == "CMD"


def test_hosts_are_services_on_a_common_network() -> None:
    for name in PEOPLE:
        environment = services()[name]["environment"]
        hosts = {parse_address(environment["P2PCHAT_REGISTRY"], None)[0], _database(name).host}
        assert hosts == {"registry", "mysql"}
        for host in hosts:
            assert set(services()[host]["networks"]) & set(services()[name]["networks"])
    assert not set(services()["registry"]["networks"]) & set(services()["mysql"]["networks"])


def test_a_service_has_the_secrets_that_it_names_and_no_others() -> None:
    scripts = "".join(path.read_text("utf-8") for path in (ROOT / "compose").glob("*.sh"))
    for name, service in services().items():
        named = secrets_named(service)
        if name == "mysql":  # its scripts read one for each account
            assert SECRETS in scripts
            named |= {f"{account}_database_password" for account in ("root", *PEOPLE)}
        assert named == set(service.get("secrets", [])), name
        assert not any(other in secret for secret in named for other in PEOPLE if name in PEOPLE and other != name)


def test_nothing_secret_in_the_environment_or_the_commands() -> None:
    for service in services().values():
        for variable, value in service.get("environment", {}).items():
            assert "PASSWORD" not in variable or (variable.endswith("_FILE") and value.startswith(SECRETS))
        assert not [word for word in words(service) if re.search(r"(?i)password=|identified by", word)]


def test_nothing_is_published_and_nobody_is_root() -> None:
    users = re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE)
    assert users == ["10001:10001"]
    for name, service in services().items():
        assert "ports" not in service
        assert service.get("user") == (None if name in OURS else "mysql")
        assert service["cap_drop"] == ["ALL"]
        assert "privileged" not in service
    assert all(network["internal"] for network in compose()["networks"].values())


def test_images_are_pinned() -> None:
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert len(bases) == 2
    assert len(set(bases)) == 1
    images = [service["image"] for service in services().values() if "build" not in service]
    for image in (*bases, *images):
        assert PINNED.fullmatch(image), image
    assert services()["mysql"]["image"].startswith("mysql:8.4.")


@pytest.mark.parametrize("name", PEOPLE)
def test_a_person_is_started_as_the_client_understands(name: str) -> None:
    service = services()[name]
    python, program, *arguments = service["entrypoint"]
    assert (python, program) == ("python", "client.py")
    assert set(service["environment"]) == CLIENT_VARIABLES
    options = parse_options(arguments, service["environment"])
    assert options.name == name
    assert [f"{name}:{options.home}"] == service["volumes"]
    assert set(options.sources.values()) >= CLIENT_VARIABLES - {PASSWORD_FILE_VARIABLE}
    assert service["stdin_open"]
    assert service["tty"]


def test_the_registry_is_started_and_asked_as_it_understands() -> None:
    service = services()["registry"]
    python, program, *arguments = service["command"]
    options = server.parser().parse_args(arguments)
    assert (python, program, [f"registry:{options.data}"]) == ("python", "server.py", service["volumes"])
    _, python, program, *arguments = service["healthcheck"]["test"]
    asked = parse_address(server.parser().parse_args(arguments).check, None)
    assert (python, program, asked) == ("python", "server.py", ("127.0.0.1", server.DEFAULT_PORT))
    listening = parse_address(options.listen, None)
    assert parse_address(services()["alice"]["environment"]["P2PCHAT_REGISTRY"], None)[1] == listening[1] == asked[1]


def test_the_database_server_has_only_settings_that_its_image_documents() -> None:
    assert set(services()["mysql"]["environment"]) == MYSQL_VARIABLES
    assert services()["mysql"]["environment"]["MYSQL_ROOT_HOST"] == "localhost"


def test_the_image_holds_what_the_programs_need_and_no_more() -> None:
    copied = [
        word for line in re.findall(r"^COPY (?!--from)(.*)$", DOCKERFILE, re.MULTILINE) for word in line.split()[:-1]
    ]
    assert set(copied) == {"requirements.lock", "server.py", "client.py", "schema.sql", "chat", "db"}
    assert all((ROOT / name).exists() for name in copied)
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert {line.removeprefix("!") for line in lines if line.startswith("!")} == set(copied)
    kept_out = [line for line in lines if line and not line.startswith(("!", "#"))]
    assert kept_out[0] == "*"
    assert any(fnmatch.fnmatch("chat/__pycache__", pattern) for pattern in kept_out[1:])


def test_the_secrets_are_left_out_of_the_repository() -> None:
    files = [Path(secret["file"]) for secret in compose()["secrets"].values()]
    assert {file.parent for file in files} == {Path("secrets")}
    assert "/secrets/" in (ROOT / ".gitignore").read_text("utf-8").splitlines()


def _database(name: str) -> MysqlDatabase:
    """As the client opens it, without the certificate, which is not made yet."""
    url = services()[name]["environment"]["P2PCHAT_DB"].partition("?")[0]
    database = open_database(url, file=Path("none"), environment={})
    assert isinstance(database, MysqlDatabase)
    return database
