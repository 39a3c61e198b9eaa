"""docker-compose.yml, Dockerfile, .dockerignore and `make env`: held to the program and each other.

What the two servers make of their parts of the file stands in `test_compose_servers`.
"""

import os
import re
import shutil
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from broker.cli.program import swb
from broker.roles import ROLES as KNOWN_ROLES
from broker.settings import Settings, parse_settings
from broker.web import Health, application
from tests.servers.kafka_settings import FAIL_OVER

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE = yaml.safe_load(TEXT)
SERVICES = COMPOSE["services"]
STAYING = {name: one for name, one in SERVICES.items() if name != "setup"}
ROLES = {name: one for name, one in STAYING.items() if one.get("command", [""])[0] == "serve"}
PROGRAM = {**ROLES, "setup": SERVICES["setup"]}
NODES = {name: one for name, one in STAYING.items() if name.startswith("kafka-")}
DOCKERFILE = (ROOT / "Dockerfile").read_text()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
TOPICS = yaml.safe_load((ROOT / "config" / "topics.yaml").read_text())


def told(service: dict) -> Settings:
    """The settings of a service: those of config/broker.yaml under those of its environment."""
    written = yaml.safe_load((ROOT / "config" / "broker.yaml").read_text())
    given = {name.removeprefix("SWB_").lower(): value for name, value in environment(service)}
    return parse_settings(written | given, "docker-compose.yml")


def environment(service: dict) -> Iterator[tuple[str, str]]:
    """What a service is told by its environment."""
    yield from service["environment"].items()


def node_settings() -> dict[str, str]:
    """What every node of Kafka is told, as its start writes it down."""
    (script,) = {one["command"][0] for one in NODES.values()}
    body = re.search(r"server\.properties <<END\n(.*?)\nEND\n", script, re.DOTALL)
    lines = [line for line in body[1].replace("\\\n", "").split("\n") if line and line[0] != "#"]
    return dict(line.split("=", 1) for line in lines)


def seconds(text: str) -> float:
    """A time as compose writes it."""
    return int(text.removesuffix("s"))


def test_each_role_of_the_program_is_one_service():
    """Every role that `swb serve` knows, all in one excepted, is a service of that name."""
    assert {name: one["command"] for name, one in ROLES.items()} == {
        role: ["serve", role] for role in KNOWN_ROLES
    }
    assert all(one["depends_on"] == {"setup": {"condition": "service_completed_successfully"}}
               for one in ROLES.values())  # fmt: skip
    assert SERVICES["setup"]["depends_on"] == {
        name: {"condition": "service_healthy"} for name in [*NODES, "postgres"]
    }


def test_the_program_has_the_verbs_of_setup():
    """What runs before the roles are verbs of `swb`, and its end is heeded."""
    setup = SERVICES["setup"]
    assert setup["entrypoint"] == ["sh", "-ec"]
    assert (setup["restart"], setup["healthcheck"]) == ("no", {"disable": True})
    for line in setup["command"][0].split("; "):
        program, group, verb = line.split()
        assert program == "swb"
        assert verb in swb.commands[group].commands


@pytest.mark.parametrize("name", PROGRAM)
def test_what_a_role_is_told_are_settings(name: str):
    """Each variable is a setting, each password a file that this service is given as a secret."""
    service = PROGRAM[name]
    settings = told(service)
    assert all(variable.startswith("SWB_") for variable, _ in environment(service))
    files = {settings.kafka_password_file, settings.database_password_file}
    assert files == {f"/run/secrets/{secret}" for secret in service["secrets"]}
    assert settings.host == "0.0.0.0"  # noqa: S104  within a container
    assert settings.kafka_user
    assert service["volumes"] == ["./config:/srv/swb/config:ro"]
    assert "WORKDIR /srv/swb\n" in DOCKERFILE


def test_roles_find_kafka_and_the_database():
    """They start from every node's door for clients, and from the database that its start makes."""
    settings = told(SERVICES["core"])
    clients = re.search(r"CLIENTS://:(\d+)", node_settings()["listeners"])[1]
    assert settings.kafka_bootstrap == ",".join(f"{name}:{clients}" for name in NODES)
    assert all(one["healthcheck"]["test"][-1].endswith(f"/{clients}") for one in NODES.values())
    assert f"name={settings.kafka_user},password=$$broker" in SERVICES["kafka-1"]["command"][0]
    database = urlsplit(settings.database_url)
    script = SERVICES["postgres"]["command"][0]
    assert database.hostname == "postgres"
    assert f"CREATE ROLE {database.username} LOGIN" in script
    assert f"CREATE DATABASE {database.path[1:]} OWNER {database.username};" in script
    most = int(re.search(r"max_connections=(\d+)", script)[1])
    assert most >= 2 * len(PROGRAM) * settings.database_connections, "each role can be doubled"


def test_nodes_fail_over_fast_and_lose_nothing():
    """They have the test clusters' times, hold what is acknowledged twice, and any record."""
    nodes, settings = node_settings(), told(SERVICES["core"])
    assert {name: int(nodes[name]) for name in FAIL_OVER} == FAIL_OVER
    assert settings.kafka_session_s * 1000 >= int(nodes["group.min.session.timeout.ms"])
    copies = [int(value) for name, value in nodes.items() if name.endswith("replication.factor")]
    in_sync = [int(nodes[name]) for name in nodes if re.search(r"min\.(insync|isr)", name)]
    assert (len(copies), set(copies), set(in_sync)) == (4, {len(NODES)}, {len(NODES) - 1})
    assert (nodes["unclean.leader.election.enable"], nodes["auto.create.topics.enable"]) == (
        "false", "false",
    )  # fmt: skip
    for topic in (TOPICS[name] for name in ("submissions", "events", "agency")):
        assert topic["replication"] <= len(NODES)
        assert topic["record_bytes_max"] <= int(nodes["message.max.bytes"])
        assert topic["record_bytes_max"] > settings.record_bytes_max
    voters = ",".join(f"{one['environment']['NODE']}@{name}:9093" for name, one in NODES.items())
    assert nodes["controller.quorum.voters"] == voters
    assert len({one["volumes"][0] for one in NODES.values()}) == len(NODES)
    assert all("/tmp:exec" in one["tmpfs"][0] for one in NODES.values()), "zstd runs from there"  # noqa: S108


def test_no_password_has_a_default():
    """What the file takes from outside is required and says how to get it; secrets are files."""
    taken = re.findall(r"(?<!\$)\$\{([^}]*)\}", TEXT)
    assert all(one.endswith(":?run 'make env' first") for one in taken)
    assert {one["file"].split("}/")[0] for one in COMPOSE["secrets"].values()} == {
        "${SECRETS_FOLDER:?run 'make env' first"
    }
    used = {secret for one in SERVICES.values() for secret in one["secrets"]}
    assert used == set(COMPOSE["secrets"])
    named = [name for one in SERVICES.values() for name, _ in environment(one)]
    assert [name for name in named if "PASSWORD" in name and not name.endswith("_FILE")] == []


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_bounds_and_no_rights(name: str):
    """It is limited, is not root, gains nothing, writes nowhere, and is a pinned version."""
    service = SERVICES[name]
    assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["read_only"] is True
    assert service["user"].split(":")[0] not in {"", "0", "root"}
    assert service["logging"]["options"]["max-size"]
    assert re.search(r":\d+\.\d+(\.\d+)?(-[a-z]+)?$", service["image"])
    if name in PROGRAM:
        assert service["image"] == f"{PROJECT['name']}:{PROJECT['version']}"
    assert not service.keys() & {"privileged", "cap_add", "network_mode", "pid", "devices"}


@pytest.mark.parametrize("name", STAYING)
def test_a_service_that_stays_is_looked_after(name: str):
    """It has a health check, starts again by itself, and has the time to stop that it asks for."""
    service = STAYING[name]
    check = service["healthcheck"]
    assert check["test"][0] == "CMD"
    assert seconds(check["timeout"]) <= seconds(check["interval"])
    assert service["restart"] == "unless-stopped"
    needed = told(service).shutdown_s if name in ROLES else 30
    assert seconds(service["stop_grace_period"]) > needed
    if name in ROLES:
        assert seconds(check["start_period"]) > told(service).start_s


def test_only_intake_is_reached_from_outside():
    """Its port is published to this machine alone; the others' network has no way out."""
    assert {name for name, one in SERVICES.items() if "ports" in one} == {"intake"}
    port = told(SERVICES["intake"]).port
    assert SERVICES["intake"]["ports"] == [f"127.0.0.1:{port}:{port}"]
    networks = {name: one["networks"] for name, one in SERVICES.items()}
    assert networks.pop("intake") == ["front", "back"]
    assert all(one == ["back"] for one in networks.values())
    assert COMPOSE["networks"] == {"front": {}, "back": {"internal": True}}


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (503, False)])
def test_health_is_readiness(status: int, healthy: bool):  # noqa: FBT001  a case's expectation
    """A role's health check asks its own port for a path that it serves, and heeds the answer."""
    (checks,) = {tuple(one["healthcheck"]["test"]) for one in ROLES.values()}
    port, path = re.search(r"127\.0\.0\.1:(\d+)(/\w+)", checks[-1]).groups()
    assert int(port) == told(SERVICES["core"]).port
    app = application([], Health(None, None))  # type: ignore[arg-type]  nobody asks it
    assert path in {route.path for route in app.routes}

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == path else 404)
            self.end_headers()

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        code = checks[-1].replace(f":{port}/", f":{server.server_port}/")
        assert checks[1:3] == ("python", "-c")
        asked = subprocess.run([sys.executable, "-c", code], stderr=subprocess.PIPE, check=False)
    assert (asked.returncode == 0) is healthy


def test_the_image_is_the_lock_and_a_user_without_rights():
    """It is made of the lock by its hashes, ends in a user of compose, and keeps no installer."""
    (python,) = set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE))
    assert re.fullmatch(r"python:3\.11\.\d+-slim-\w+", python)
    build, final = DOCKERFILE.split("\nFROM ")[-2:]
    download = re.search(r"pip download (?:\\\n|[^\n])*", build)[0]
    for option in ("--require-hashes", "--no-deps", "--only-binary :all:", "requirements.lock"):
        assert option in download
    assert re.search(r"pip .*install .*--no-index --find-links wheels \.\n", build)
    assert "pip uninstall" in final
    user = re.findall(r"^USER (\S+)", final, re.MULTILINE)
    assert user == [one["user"] for one in PROGRAM.values()][:1]
    assert len({one["user"] for one in PROGRAM.values()}) == 1
    assert final.rstrip().endswith('STOPSIGNAL SIGTERM\nENTRYPOINT ["swb"]')
    assert "swb" in PROJECT["scripts"]


def test_the_engine_is_sent_what_the_image_needs_and_no_secret():
    """.dockerignore shuts out everything but what the Dockerfile copies."""
    first, *others = [
        line for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] != "#"
    ]
    copied = re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, re.MULTILINE)
    needed = {f"!{name}" for line in copied for name in line.split()}
    assert first == "*"
    assert {line for line in others if line.startswith("!")} == needed
    assert all((ROOT / name[1:]).exists() for name in needed)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which `make env` has run."""
    folder = tmp_path_factory.mktemp("cluster")
    shutil.copy(ROOT / "Makefile", folder)
    shutil.copy(ROOT / "docker-compose.yml", folder)
    subprocess.run(["make", "env"], cwd=folder, check=True, capture_output=True)
    return folder


def test_make_env_draws_all_that_compose_requires(drawn: Path):
    """Every variable and every secret is there, none twice, for nobody else on the machine."""
    lines = (drawn / ".env").read_text().splitlines()
    written = dict(line.split("=", 1) for line in lines)
    assert set(written) == set(re.findall(r"\$\{(\w+):\?", TEXT))
    assert re.fullmatch(r"[\w-]{22}", written["KAFKA_CLUSTER_ID"])
    folder = drawn / written["SECRETS_FOLDER"]
    kept = {path.name: path.read_text() for path in folder.iterdir()}
    assert set(kept) == set(COMPOSE["secrets"])
    assert len(set(kept.values())) == len(kept)
    assert all(re.fullmatch(r"[\w-]{43}", password) for password in kept.values())
    assert (drawn / ".env").stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    assert all(path.stat().st_mode & 0o777 == 0o444 for path in folder.iterdir())


def test_make_env_never_overwrites(drawn: Path):
    """A second time it refuses and changes nothing; git is not shown what it made."""
    files = [drawn / ".env", *sorted((drawn / ".secrets").iterdir())]
    before = [path.read_text() for path in files]
    again = subprocess.run(["make", "env"], cwd=drawn, capture_output=True, text=True, check=False)
    assert again.returncode != 0
    assert "not overwritten" in again.stderr
    assert [path.read_text() for path in files] == before
    names = [str(path.relative_to(drawn)) for path in files]
    hidden = subprocess.run(
        ["git", "check-ignore", *names], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert hidden.stdout.split() == names


def test_compose_itself_takes_the_file(drawn: Path):
    """With what `make env` drew compose reads it without a word; without, it says what to run."""

    def compose(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["docker", "compose", *words], cwd=drawn, capture_output=True, text=True, check=False
        )

    if shutil.which("docker") is None or compose("version").returncode:
        pytest.skip("there is no docker compose on this machine to read the file with")
    read = compose("config", "--quiet")
    assert (read.returncode, read.stdout, read.stderr) == (0, "", "")
    refused = compose("--env-file", os.devnull, "config", "--quiet")
    assert refused.returncode != 0
    assert "run 'make env' first" in refused.stderr
