"""The test servers themselves: they answer, they can be hurt and come back, they leave nothing."""

import asyncio
import contextlib
import json
import os
import secrets
import signal
import ssl
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaConnectionError, KafkaError

from tests.broker_in_process import story
from tests.limits import HANG_S, tries
from tests.servers import jars
from tests.servers.kafka import Kafka
from tests.servers.leash import Leash, ServerFailed, ServerMissing
from tests.servers.postgres import Postgres
from tests.servers.shared import postgres_of_the_run, real_server, run_folder, shared

ROOT = Path(__file__).resolve().parent.parent.parent


async def make_topic(bootstrap: str, copies: int) -> str:
    """A new topic of one partition."""
    name = f"test-{secrets.token_hex(4)}"
    administration = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await administration.start()
    try:
        await administration.create_topics([NewTopic(name, 1, copies)])
    finally:
        await administration.close()
    return name


async def append(bootstrap: str, topic: str, value: bytes) -> None:
    """Append one record, again and again until it is acknowledged.

    A request to a broker that stands still hangs for the whole `request_timeout_ms`.
    """
    async with (
        asyncio.timeout(HANG_S),
        AIOKafkaProducer(
            bootstrap_servers=bootstrap, acks="all", request_timeout_ms=2000
        ) as producer,
    ):
        while True:
            with contextlib.suppress(KafkaError):
                await producer.send_and_wait(topic, value)
                return


async def read_until(bootstrap: str, topic: str, last: bytes) -> list[bytes]:
    """The values of a topic in the order of their first occurrence, until the last is there."""
    found: dict[bytes, None] = {}
    async with (
        asyncio.timeout(HANG_S),
        AIOKafkaConsumer(
            topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest"
        ) as consumer,
    ):
        while last not in found:
            found[(await consumer.getone()).value] = None
    return list(found)


def test_a_single_node_gives_back_what_it_took(kafka_bootstrap):
    """The run's node takes a record from a producer and gives it to a consumer."""

    @story
    async def there_and_back() -> None:
        topic = await make_topic(kafka_bootstrap, 1)
        await append(kafka_bootstrap, topic, b"a declaration")
        found = await read_until(kafka_bootstrap, topic, b"a declaration")
        assert found == [b"a declaration"]

    there_and_back()


def test_three_nodes_go_on_without_one_and_take_it_back(kafka_cluster):
    """Records are taken while a node is dead or stands still; after it none of them is missing."""
    cluster = kafka_cluster()

    @story
    async def kill_and_pause() -> None:
        topic = await make_topic(cluster.bootstrap, 3)
        await asyncio.to_thread(cluster.kill, 1)
        assert not cluster.process(1).runs()
        await append(cluster.bootstrap, topic, b"while one was dead")
        await asyncio.to_thread(cluster.restart, 1)
        await asyncio.to_thread(cluster.wait_until_in_sync)
        cluster.pause(2)
        await append(cluster.bootstrap, topic, b"while two stood still")
        cluster.wake(2)
        await asyncio.to_thread(cluster.wait_until_in_sync)
        found = await read_until(cluster.bootstrap, topic, b"while two stood still")
        assert found == [b"while one was dead", b"while two stood still"]

    kill_and_pause()


def test_a_node_asks_for_password_and_shows_its_certificate(kafka_cluster):
    """Over SASL_SSL the right password is let in, a wrong one is not."""
    node: Kafka = kafka_cluster(1, users={"lantern": "right"}, tls=True)
    trusted = ssl.create_default_context(cafile=str(node.certificate))

    async def enter(password: str) -> None:
        async with AIOKafkaProducer(
            bootstrap_servers=node.addresses("SASL_SSL"), security_protocol="SASL_SSL",
            sasl_mechanism="SCRAM-SHA-512", sasl_plain_username="lantern",
            sasl_plain_password=password, ssl_context=trusted,
        ) as producer:  # fmt: skip
            assert len(producer.client.cluster.brokers()) == 1

    asyncio.run(enter("right"))
    with pytest.raises(KafkaConnectionError):
        asyncio.run(enter("wrong"))


def test_a_node_that_cannot_start_says_why(kafka_cluster):
    """The failure holds what the server said last."""
    node: Kafka = kafka_cluster(1)
    node.kill()
    node.nodes[1].properties.write_text("process.roles=broker\n")
    with pytest.raises(ServerFailed, match=r"ConfigException"):
        node.restart()


@pytest.mark.servers
def test_postgres_keeps_what_was_committed_over_a_kill():
    """After SIGKILL and a start the committed row is there, and the one in flight is not."""
    with real_server(), Postgres() as server:
        url = server.create("kept")
        with psycopg.connect(url) as link:
            link.execute("CREATE TABLE rows (name text)")
            link.execute("INSERT INTO rows VALUES ('committed')")
            link.commit()
            link.execute("INSERT INTO rows VALUES ('in flight')")
            server.kill()
            with pytest.raises(psycopg.OperationalError):
                link.commit()
        server.start()
        for mode in ("immediate", "fast"):
            server.restart(mode)
        with psycopg.connect(url) as link:
            assert link.execute("SELECT name FROM rows").fetchall() == [("committed",)]
            assert link.execute("SHOW fsync").fetchone() == ("on",)


def test_postgres_refuses_a_wrong_password(postgres):
    """Whoever does not know the drawn password stays outside."""
    url = postgres.create()
    password = psycopg.conninfo.conninfo_to_dict(url)["password"]
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url.replace(password, "postgres"))


def test_connections_to_one_database_can_be_cut(postgres):
    """A cut ends the transactions of that database and of no other."""
    mine, other = postgres.create(), postgres.create()
    with psycopg.connect(mine) as cut, psycopg.connect(other) as spared:
        cut.execute("CREATE TABLE rows ()")
        assert postgres.cut_connections(mine.rpartition("/")[2]) == 1
        with pytest.raises(psycopg.OperationalError):
            cut.execute("SELECT 1")
        assert spared.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.skipif("POSTGRES_URL" in os.environ, reason="POSTGRES_URL names the server")
def test_all_workers_of_a_run_have_the_same_postgres(postgres, tmp_path_factory):
    """Asking again in the same run gives the server that is already there."""
    assert postgres_of_the_run(run_folder(tmp_path_factory)) == postgres.administration


def test_two_who_ask_at_once_get_one_server_and_a_dead_one_is_replaced(tmp_path):
    """One of two askers starts it, both have its address; when it is gone the next starts one."""
    started: list[Leash] = []

    def start() -> tuple[str, Leash]:
        started.append(Leash(["sleep", "600"], tmp_path / "log"))
        return f"address {len(started)}", started[-1]

    with ThreadPoolExecutor() as askers:
        futures = [askers.submit(shared, tmp_path / "sleep.json", start) for _ in range(2)]
    assert [future.result() for future in futures] == ["address 1", "address 1"]
    started[0].end()
    assert shared(tmp_path / "sleep.json", start) == "address 2"
    started[1].end()


def test_a_server_and_its_data_go_when_its_owner_is_killed(tmp_path):
    """SIGKILL of the owner, with the server standing still: server, child and folder are gone."""
    folder = tmp_path / "data"
    folder.mkdir()
    script = (
        "import sys, time; from pathlib import Path; from tests.servers.leash import Leash\n"
        "folder = Path(sys.argv[1])\n"
        "leash = Leash(['sh', '-c', 'sleep 600 & echo $!; wait'], folder / 'log', folder=folder)\n"
        "print(leash.pid, flush=True); time.sleep(600)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        server = int(owner.stdout.readline())
        child = int(said_in(folder / "log"))
        os.kill(server, signal.SIGSTOP)
        owner.kill()
    places = [Path(f"/proc/{server}"), Path(f"/proc/{child}"), folder]
    for _ in tries(f"none of {places} is there"):
        if not any(place.exists() for place in places):
            return
        time.sleep(0.02)


def said_in(log: Path) -> str:
    """The first line of a log, as soon as it is whole."""
    for _ in tries(f"{log} has a whole line"):
        if (text := log.read_text()).endswith("\n"):
            return text.splitlines()[0]
        time.sleep(0.02)
    raise AssertionError


def test_half_a_cache_of_jars_is_not_taken_for_whole(tmp_path):
    """A jar that is shorter than the marker says, or a missing marker, makes the cache stale."""
    (tmp_path / "one.jar").write_bytes(b"four")
    assert not jars.is_complete(tmp_path)
    (tmp_path / "complete.json").write_text(json.dumps(jars.listing(tmp_path)))
    assert jars.is_complete(tmp_path)
    (tmp_path / "one.jar").write_bytes(b"fou")
    assert not jars.is_complete(tmp_path)


@pytest.mark.parametrize(
    ("setting", "outcome"), [("", pytest.skip.Exception), ("true", pytest.fail.Exception)]
)
def test_a_server_that_cannot_be_had_is_skipped_but_fails_in_ci(monkeypatch, setting, outcome):
    """Where Java is absent a test says so: skipped here, failed with CI=true."""
    monkeypatch.setenv("CI", setting)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(outcome, match="no java"), real_server():
        Kafka()


def test_without_root_the_missing_package_is_named(monkeypatch):
    """Who may not install PostgreSQL is told what to install."""
    monkeypatch.setattr("tests.servers.postgres.installed", lambda: None)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(ServerMissing, match="apt-get install postgresql"):
        Postgres()
