"""What Apache Kafka and PostgreSQL make of docker-compose.yml, without its containers.

The very scripts that start the containers are run here, with paths, names and ports of this
machine in the place of the containers'. What only an engine can show is not shown: the images'
users, their read-only file systems, their networks.
"""

import asyncio
import re
import secrets
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError

from broker.eventlog.kafka_connection import connection
from broker.settings import Secrets, Settings, parse_settings
from tests.limits import HANG_S, tries
from tests.servers.jars import java, kafka_jars
from tests.servers.leash import Leash
from tests.servers.ports import Port
from tests.servers.postgres import Postgres
from tests.servers.shared import real_server

pytestmark = pytest.mark.servers

ROOT = Path(__file__).resolve().parent.parent
SERVICES = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
PROGRAMS = {"kafka-storage": "kafka.tools.StorageTool", "kafka-server-start": "kafka.Kafka"}
PASSWORD = secrets.token_urlsafe(32)


def script(service: str, places: dict[str, str]) -> str:
    """What a container runs, with the places of this machine in it."""
    text = SERVICES[service]["command"][0].replace("$$", "$")
    for theirs, ours in places.items():
        assert theirs in text, theirs
        text = text.replace(theirs, ours)
    return text


class Nodes:
    """Kafka's three nodes, each on a loopback address of its own, with three ports for all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports = {number: Port() for number in ("9092", "9093", "9094")}
        self.running: list[Leash] = []
        jars, program = kafka_jars(), java()
        for name, main in PROGRAMS.items():
            path = folder / f"{name}.sh"
            path.write_text(
                f'#!/bin/sh\nexec {program} -Xmx256m -XX:+UseSerialGC -cp "{jars}/*" {main} "$@"\n'
            )
            path.chmod(0o700)
        (folder / "kafka_password").write_text(PASSWORD)
        (folder / "kafka_nodes_password").write_text(secrets.token_urlsafe(32))

    def start(self) -> None:
        """Format and start every node at once."""
        cluster = secrets.token_urlsafe(16)
        for number in ("1", "2", "3"):
            own = self.folder / f"node-{number}"
            own.mkdir()
            text = script("kafka-1", {
                "/tmp/": f"{own}/", "/run/secrets": str(self.folder),  # noqa: S108  the container's
                "/opt/kafka/bin": str(self.folder), "/var/lib/kafka/data": f"{own}/data",
                "kafka-$NODE": "127.0.1.$NODE", "://:": "://127.0.1.$NODE:",
                **{f"kafka-{one}:": f"127.0.1.{one}:" for one in (1, 2, 3)},
                **{f":{theirs}": f":{port.number}" for theirs, port in self.ports.items()},
            })  # fmt: skip
            given = ["env", f"NODE={number}", f"CLUSTER={cluster}"]
            entrypoint = SERVICES["kafka-1"]["entrypoint"]
            self.running.append(Leash([*given, *entrypoint, text], own / "server.log"))

    def stop(self) -> None:
        """Kill what runs."""
        for leash in self.running:
            leash.end(signal.SIGKILL)
        for port in self.ports.values():
            port.release()

    def settings(self) -> Settings:
        """What a role is told, with the nodes' addresses of this machine."""
        names = SERVICES["core"]["environment"]
        told = {name.removeprefix("SWB_").lower(): value for name, value in names.items()}
        addresses = re.sub(r"kafka-(\d)", r"127.0.1.\1", told["kafka_bootstrap"])
        port = self.ports["9092"].number
        told["kafka_bootstrap"] = addresses.replace(":9092", f":{port}")
        return parse_settings(told, "docker-compose.yml")


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[Nodes]:
    """The nodes, started."""
    with real_server():
        made = Nodes(tmp_path)
    try:
        made.start()
        yield made
    finally:
        made.stop()


async def admin(nodes: Nodes, password: str) -> AIOKafkaAdminClient:
    """A client with the settings of a role and this password."""
    client = AIOKafkaAdminClient(**arguments(nodes, password))
    try:
        await client.start()
    except KafkaError:
        await client.close()
        raise
    return client


def arguments(nodes: Nodes, password: str) -> dict[str, Any]:
    """How a role reaches the nodes."""
    return dict(connection(nodes.settings(), Secrets(kafka_password=password)))


async def whole(nodes: Nodes) -> AIOKafkaAdminClient:
    """A client of a cluster of which every node is there."""
    for _ in tries("every node of the cluster is there"):
        assert all(one.runs() for one in nodes.running), [one.tail() for one in nodes.running]
        try:
            client = await admin(nodes, PASSWORD)
        except KafkaError:
            await asyncio.sleep(0.5)
            continue
        if len((await client.describe_cluster())["brokers"]) == len(nodes.running):
            return client
        await client.close()
        await asyncio.sleep(0.5)
    raise AssertionError


def test_three_nodes_hold_what_a_role_appends(nodes: Nodes):
    """They find each other, take a role's largest record, and take no other password."""

    async def append() -> int:
        client = await whole(nodes)
        made = await client.create_topics([NewTopic("one", 1, 3)])
        assert [error for _, error, _ in made.topic_errors] == [0]
        await client.close()
        with pytest.raises(KafkaError):
            await admin(nodes, "another")
        settings = nodes.settings()
        async with AIOKafkaProducer(
            **arguments(nodes, PASSWORD), acks="all", enable_idempotence=True,
            compression_type=settings.kafka_compression,
            max_request_size=settings.record_bytes_max + 100_000,
        ) as producer:  # fmt: skip
            body = secrets.token_bytes(settings.record_bytes_max)
            return (await producer.send_and_wait("one", body)).offset

    assert asyncio.run(append()) == 0


def test_the_database_belongs_to_a_user_who_owns_nothing_else(tmp_path: Path):
    """The start's statements make the role's database; its user has no rights beyond it."""
    (tmp_path / "database_password").write_text(PASSWORD)
    (tmp_path / "docker-entrypoint.sh").write_text("#!/bin/sh\n")
    (tmp_path / "docker-entrypoint.sh").chmod(0o700)
    text = script("postgres", {
        "/run/secrets": str(tmp_path), "/docker-entrypoint-initdb.d": str(tmp_path),
        "exec docker-entrypoint.sh": f"exec {tmp_path}/docker-entrypoint.sh",
    })  # fmt: skip
    leash = Leash([*SERVICES["postgres"]["entrypoint"], text], tmp_path / "log")
    leash.guardian.wait(HANG_S)
    with real_server():
        server = Postgres(relaxed=True)
    with server:
        with psycopg.connect(server.administration, autocommit=True) as link:
            for statement in (tmp_path / "broker.sql").read_text().splitlines():
                link.execute(statement)  # type: ignore[arg-type]  a file of ours
        url = SERVICES["core"]["environment"]["SWB_DATABASE_URL"]
        here = url.replace("@postgres:5432", f":{PASSWORD}@127.0.0.1:{server.port.number}")
        with psycopg.connect(here) as link:
            link.execute("CREATE TABLE one (a int)")
            rights = "rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls"
            row = link.execute(f"SELECT {rights} FROM pg_roles WHERE rolname = current_user")
            assert row.fetchone() == (False,) * 5
