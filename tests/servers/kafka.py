"""A real Apache Kafka for the tests: one combined node, or a cluster of three.

    with Kafka(nodes=3) as cluster:
        use(cluster.bootstrap)
        cluster.kill(1)
        cluster.restart(1)
        cluster.wait_until_in_sync()

    with Kafka(users={"lantern": "a secret"}, tls=True) as node:
        use(node.addresses("SASL_SSL"), cafile=node.certificate)

Rules
    Nodes are numbered from 1 and keep their ports and their data over `kill` and `restart`.
    `start` returns when every node answers and counts every other as alive.
    `stop` kills: what a test server holds is thrown away with it.

Does not belong here: what the nodes are told (`kafka_settings`), where the jars come from
(`jars`), one server for a whole run (`shared`).
"""

import base64
import contextlib
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Self

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, ClusterMetadata

from tests.limits import HANG_S, Hung, tries
from tests.servers.jars import java, kafka_jars
from tests.servers.kafka_settings import (
    ADDRESS,
    listener_names,
    make_keys,
    sasl_settings,
    settings,
    tls_settings,
)
from tests.servers.leash import Leash, ServerFailed
from tests.servers.ports import Port

ASKED_S = 10.0
"""Of one question to a node; it is asked again."""


class Node:
    """One node of a cluster: its ports, its folder, and its process while it runs."""

    def __init__(self, number: int, listeners: list[str], folder: Path) -> None:
        self.number = number
        self.folder = folder / f"node-{number}"
        self.folder.mkdir()
        self.properties = self.folder / "server.properties"
        self.ports = {name: Port() for name in [*listeners, "CONTROLLER"]}
        self.directory = drawn_id()
        self.leash: Leash | None = None

    @property
    def address(self) -> str:
        """Where clients find it."""
        return self.address_of("PLAINTEXT")

    def address_of(self, listener: str) -> str:
        """Where one of its listeners is."""
        return f"{ADDRESS}:{self.ports[listener].number}"

    @property
    def voter(self) -> str:
        """How the first controllers are told of it."""
        return f"{self.number}@{self.address_of('CONTROLLER')}:{self.directory}"


class Kafka:
    """A cluster of its own; `owner` is the process it may not outlive, by default this one.

    `users` are names with their passwords, for the listeners that ask for them.
    """

    def __init__(
        self,
        nodes: int = 1,
        *,
        users: Mapping[str, str] | None = None,
        tls: bool = False,
        owner: int | None = None,
    ) -> None:
        self.java, self.jars = java(), kafka_jars()
        self.users, self.owner = dict(users or {}), owner
        self.folder = Path(tempfile.mkdtemp(prefix="single-window-kafka-"))
        self.keys = make_keys(self.java, self.folder) if tls else None
        listeners = listener_names(sasl=bool(users), tls=tls)
        numbers = range(1, nodes + 1)
        self.nodes = {number: Node(number, listeners, self.folder) for number in numbers}
        self.heap = "-Xmx512m" if nodes == 1 else "-Xmx256m"

    @property
    def bootstrap(self) -> str:
        """The addresses a client in the clear starts from."""
        return self.addresses("PLAINTEXT")

    def addresses(self, listener: str) -> str:
        """The addresses of one listener: PLAINTEXT, SASL_PLAINTEXT, SSL or SASL_SSL."""
        return ",".join(node.address_of(listener) for node in self.nodes.values())

    @property
    def certificate(self) -> Path:
        """What a client trusts the TLS listeners by: a file in PEM."""
        assert self.keys is not None, "this cluster was made without tls=True"
        return self.keys.certificate

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Make the cluster and wait until all of it answers."""
        self._format()
        for node in self.nodes.values():
            self._launch(node)
        for node in self.nodes.values():
            self._wait_until(node, lambda seen: len(seen.brokers) == len(self.nodes))

    def kill(self, number: int = 1) -> None:
        """SIGKILL a node; it is gone when this returns."""
        self.process(number).end(signal.SIGKILL)

    def pause(self, number: int = 1) -> None:
        """Let a node stand still (SIGSTOP) with its connections open."""
        self.process(number).send(signal.SIGSTOP)

    def wake(self, number: int = 1) -> None:
        """Let a paused node go on (SIGCONT)."""
        self.process(number).send(signal.SIGCONT)

    def restart(self, number: int = 1) -> None:
        """Start a node again on the data it had, and wait until it answers.

        Its replicas may still have to catch up: `wait_until_in_sync`.
        """
        node = self.nodes[number]
        self.kill(number)
        self._launch(node)
        self._wait_until(node, lambda seen: number in seen.brokers)

    def stop(self) -> None:
        """End the cluster for good and remove its data."""
        for node in self.nodes.values():
            if node.leash is not None:
                node.leash.end(signal.SIGKILL)
            for port in node.ports.values():
                port.release()
        shutil.rmtree(self.folder, ignore_errors=True)

    def process(self, number: int = 1) -> Leash:
        """The process of a node."""
        leash = self.nodes[number].leash
        assert leash is not None, f"node {number} was never started"
        return leash

    def wait_until_in_sync(self) -> None:
        """Wait until all nodes are alive and every partition has a leader and all its replicas.

        Every node must say so: one that has just come back may still tell what was before.
        """

        def whole(seen: ClusterMetadata) -> bool:
            return len(seen.brokers) == len(self.nodes) and all(
                part.leader >= 0 and len(part.isrs) == len(part.replicas)
                for topic in seen.topics.values()
                for part in topic.partitions.values()
            )

        for node in self.nodes.values():
            self._wait_until(node, whole)

    def _launch(self, node: Node) -> None:
        command = [
            self.java, self.heap, "-XX:+UseSerialGC",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
            "-Dorg.slf4j.simpleLogger.showDateTime=true",
            "-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS",
            "-cp", f"{self.jars}/*", "kafka.Kafka", str(node.properties),
        ]  # fmt: skip
        log = node.folder / "server.log"
        node.leash = Leash(command, log, owner=self.owner, folder=self.folder)

    def _format(self) -> None:
        """Write each node's settings and make its data folder know the cluster and its users."""
        nodes = list(self.nodes.values())
        given = ["-t", drawn_id(), "--initial-controllers", ",".join(node.voter for node in nodes)]
        for name, password in self.users.items():
            given += ["--add-scram", f"SCRAM-SHA-512=[name={name},password={password}]"]
        command = [
            self.java, "-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
            "-cp", f"{self.jars}/*", "kafka.tools.StorageTool", "format", *given,
        ]  # fmt: skip
        with contextlib.ExitStack() as running:
            tools = []
            for node in nodes:
                self._write_settings(node)
                tool = subprocess.Popen(
                    [*command, "-c", str(node.properties)], stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                )  # fmt: skip
                tools.append(running.enter_context(tool))
                running.callback(tool.kill)
            for tool in tools:
                said, _ = tool.communicate(timeout=HANG_S)
                if tool.returncode:
                    raise ServerFailed(f"Kafka's data folder could not be made: {said[-2000:]}")

    def _write_settings(self, node: Node) -> None:
        controllers = [one.ports["CONTROLLER"].number for one in self.nodes.values()]
        ports = {name: port.number for name, port in node.ports.items()}
        told = settings(node.number, ports, controllers, node.folder / "data")
        told |= sasl_settings() if self.users else {}
        told |= tls_settings(self.keys) if self.keys else {}
        node.properties.touch(mode=0o600)
        node.properties.write_text("".join(f"{key}={value}\n" for key, value in told.items()))

    def _wait_until(self, node: Node, suits: Callable[[ClusterMetadata], bool]) -> None:
        """Ask a node for the cluster's state until it suits; no longer than the node lives."""
        client = AdminClient({"bootstrap.servers": node.address, "log_level": 0})
        seen: ClusterMetadata | KafkaException | None = None
        with contextlib.suppress(Hung):
            for _ in tries(f"node {node.number} of Kafka is ready"):
                try:
                    seen = client.list_topics(timeout=ASKED_S)
                except KafkaException as fault:
                    seen = fault
                else:
                    if suits(seen):
                        return
                    time.sleep(0.1)
                if not runs(node):
                    break
        logs = "\n".join(f"node {one.number}: {tail(one)}" for one in self.nodes.values())
        raise ServerFailed(f"node {node.number} of Kafka does not get ready ({seen}); {logs}")


def runs(node: Node) -> bool:
    """Whether a node's process is there."""
    return node.leash is not None and node.leash.runs()


def tail(node: Node) -> str:
    """The end of what a node said."""
    return node.leash.tail() if node.leash else "never started"


def drawn_id() -> str:
    """An id as Kafka draws them: 22 characters, none in front that looks like an option."""
    drawn = base64.urlsafe_b64encode(secrets.token_bytes(16)).decode()[:22]
    return drawn_id() if drawn.startswith("-") else drawn
