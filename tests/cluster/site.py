"""A broker on real servers: its topics and tables, its roles as processes, the way to its doors."""

import asyncio
import contextlib
import os
import secrets
import shutil
import subprocess
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import httpx
from sqlalchemy import Connection

from broker.access import digest_of_key
from broker.clock import SystemClock, stamp
from broker.configuration import Configuration, examine
from broker.eventlog.kafka import KafkaLog, kafka_log
from broker.hop import Plumbing
from broker.model.records import Entry
from broker.plumbing import opened
from broker.roles import ROLES
from broker.settings import Secrets, Settings
from broker.state import keys, lines, outbox, positions, queue
from broker.state.positions import Position, Reader
from broker.stations import event_topics, submission_topics, topics_of
from tests.cluster.role import PROGRAM, ROOT, RoleProcess
from tests.limits import HANG_S, tries
from tests.simulation.readout import Readout, read_out
from tests.simulation.traffic import Door, Outage
from tests.simulation.world import configuration

RESTED_S = 1.5
"""How long nothing may move before it counts as rest: the timers look every second."""
FAST = {
    "kafka_session_s": "3",
    "kafka_append_s": "8",
    "kafka_stuck_s": "5",
    "start_s": f"{HANG_S:g}",
    "database_statement_s": "30",
}
"""Settings with which what is lost is soon noticed, and nothing that is slow is given up."""
TOPIC_RECIPIENTS = ("customs", "plant-health")
"""Recipients that read a topic here, besides those of the sample configuration."""


class Site:
    """One prefix on a Kafka, one database on a PostgreSQL, and processes over both.

    `more` are settings by name, for every process.
    """

    def __init__(self, folder: Path, bootstrap: str, url: str, more: Mapping[str, str]) -> None:
        head, _, address = url.rpartition("@")
        user, _, password = head.removeprefix("postgresql://").partition(":")
        values = {
            **FAST,
            "kafka_bootstrap": bootstrap,
            "kafka_prefix": f"s{secrets.token_hex(4)}.",
            "database_url": f"postgresql://{user}@{address}",
            **more,
        }
        self.settings = Settings.model_validate(values)
        self.secrets = Secrets(database_password=password)
        self.environment = {f"SWB_{name.upper()}": value for name, value in values.items()}
        self.environment["SWB_DATABASE_PASSWORD"] = password
        self.folder = folder
        self.config = folder / "config"
        self.roles: dict[str, RoleProcess] = {}
        self.inside: Sequence[Door] = ()
        """Doors in this loop, instead of those of processes."""
        self.lodged: Counter[str] = Counter()
        """What lodgings were answered: a status; of 503 with its code, if it says when to come."""
        self._client = httpx.AsyncClient(
            timeout=HANG_S, limits=httpx.Limits(max_connections=80, max_keepalive_connections=80)
        )
        self._configure()
        self.configuration: Configuration = examine(self.config)[0]

    def _configure(self) -> None:
        """The sample configuration, with more recipients that read topics."""
        shutil.copytree(ROOT / "config", self.config)
        for name in TOPIC_RECIPIENTS:
            file = self.config / "recipients" / f"{name}.yaml"
            file.write_text(file.read_text().replace("channel: feed", "channel: topic"))

    async def prepare(self, copies: int) -> None:
        """What an installer does: topics with so many copies, tables, keys."""
        topics = self.config / "topics.yaml"
        text = topics.read_text().replace("replication: 3", f"replication: {copies}")
        insync = f"min_insync_replicas: {max(1, copies - 1)}"
        topics.write_text(text.replace("min_insync_replicas: 2", insync))
        await self.verb("topics", "apply")
        await self.verb("database", "upgrade")
        async with opened(self.settings, self.secrets, []) as plumbing:
            for name in configuration().principals:
                key = digest_of_key(f"key-{name}")
                await plumbing.database.write(lambda c, n=name, k=key: keys.put(c, k, n, ""))

    async def verb(self, *arguments: str) -> str:
        """Run a verb of the program to its end; what it printed."""
        process = await asyncio.create_subprocess_exec(
            PROGRAM, *arguments, "--config", self.config,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={**os.environ, **self.environment},
        )  # fmt: skip
        out, _ = await process.communicate()
        assert process.returncode == 0, f"swb {' '.join(arguments)}: {out.decode()}"
        return out.decode()

    async def start(self, name: str, *arguments: str) -> RoleProcess:
        """Start a process; `name` is a role, perhaps with a number behind a dash."""
        role = self.roles.get(name)
        if role is None:
            station = name.partition("-")[0]
            role = self.roles[name] = RoleProcess(name, (station, *arguments), self.folder)
        await role.start(self.config, self.environment)
        return role

    async def start_all(self, *names: str) -> None:
        """These processes, all at once; none named: one of every role."""
        async with asyncio.TaskGroup() as group:
            for name in names or ROLES:
                group.create_task(self.start(name))

    async def request(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes = b""
    ) -> tuple[int, bytes]:
        """A request to some intake that runs; Outage where it is down or dies meanwhile."""
        if self.inside:
            return await secrets.choice(self.inside).request(method, path, headers, body)
        doors = [one for one in self.roles.values() if one.opens_doors()]
        if not doors:
            raise Outage
        answer = await self.ask(secrets.choice(doors), method, path, headers, body)
        if method == "POST":
            self.lodged[_said(answer)] += 1
        return answer.status_code, answer.content

    async def ask(
        self,
        role: RoleProcess,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes = b"",
    ) -> httpx.Response:
        """A request to this process. Outage: it is down, or dies meanwhile."""
        try:
            return await self._client.request(
                method, f"{role.url}{path}", headers=dict(headers), content=body
            )
        except httpx.TransportError as fault:
            raise Outage from fault

    async def rest(self) -> None:
        """Wait until everything is read, numbered and sent, and nothing is owed.

        As long as anything moves nothing hangs, however slowly it moves.
        """
        clock = asyncio.get_running_loop().time
        busy, moved_at, rested_since = "", clock(), None
        async with opened(self.settings, self.secrets, self._hops_topics()) as plumbing:
            while rested_since is None or clock() - rested_since < RESTED_S:
                before, busy = busy, await self._busy(plumbing)
                rested_since = None if busy else rested_since or clock()
                moved_at = clock() if busy != before else moved_at
                assert clock() - moved_at < HANG_S, f"the broker does not come to rest: {busy}"
                await asyncio.sleep(0.3)

    async def _busy(self, plumbing: Plumbing) -> str:
        """What still moves; "": nothing."""
        standing = dict(await plumbing.database.read(positions.everywhere))
        for topic in self._hops_topics():
            station = "translation" if topic.startswith("submissions.") else "core"
            for partition, (_start, end) in enumerate(await plumbing.log.ends(topic)):
                at = standing.get(Reader(station, topic, partition))
                if at != Position(end):
                    return f"{station} is at {at} of {end} in {topic}-{partition}"
        if owed := await plumbing.database.read(outbox.length):
            return f"{owed} records are owed to the log"
        waits, given = await plumbing.database.read(queue.signs)
        if waits:
            return f"deliveries wait for their numbers, after {given}"
        for name, recipient in self.configuration.recipients.items():
            if recipient.channel == "topic" and (
                owed := await plumbing.database.read(partial(_unsent, name=name))
            ):
                return f"{owed} is not on the topic of {name}"
        return ""

    def _hops_topics(self) -> list[str]:
        return [*submission_topics(self.configuration), *event_topics(self.configuration)]

    async def stop(self) -> list[str]:
        """SIGTERM to every process at once; what was wrong with their ends."""
        roles = [role for role in self.roles.values() if role.runs]
        codes = await asyncio.gather(*(role.stop() for role in roles))
        return [f"end: {role.name} ended with {code}: {role.tail()}"
                for role, code in zip(roles, codes, strict=True) if code]  # fmt: skip

    def slowest_start_s(self) -> float:
        """How long a process took at most until it listened."""
        return max((role.slowest_start_s for role in self.roles.values()), default=0.0)

    async def read_out(self) -> Readout:
        """What stands in the tables, and where the log ends."""
        names = self._hops_topics()
        async with opened(self.settings, self.secrets, names) as plumbing:
            ends = {
                (topic, partition): end
                for topic in names
                for partition, (_start, end) in enumerate(await plumbing.log.ends(topic))
            }
            at = stamp(SystemClock().now())
            return await plumbing.database.read(lambda connection: read_out(connection, ends, at))

    async def standing(self) -> dict[str, list[list[Entry]]]:
        """Every record on every topic, by partition."""
        names = topics_of(self.configuration)
        async with kafka_log(self.settings, self.secrets, names) as log:
            return {
                topic: await asyncio.gather(
                    *(
                        _partition(log, topic, partition, *ends)
                        for partition, ends in enumerate(await log.ends(topic))
                    )
                )
                for topic in names
            }

    async def until(self, what: str, holds: Callable[[], object]) -> None:
        """Wait until it holds; `what` says what the broker does then."""
        for _ in tries(f"the broker {what}"):
            if holds():
                return
            await asyncio.sleep(0.05)

    async def close(self) -> None:
        """End every process."""
        for role in self.roles.values():
            await role.end()
        await self._client.aclose()


def _unsent(connection: Connection, *, name: str) -> int:
    """The oldest number that a recipient's topic lacks; 0: none."""
    return next((one.seq for one in lines.owed(connection, name, 1)[1]), 0)


def _said(answer: httpx.Response) -> str:
    if answer.status_code == 503 and int(answer.headers.get("retry-after", "0")) > 0:
        return f"503 {answer.json()['code']}"
    return str(answer.status_code)


async def _partition(
    log: KafkaLog, topic: str, partition: int, start: int, end: int
) -> list[Entry]:
    """Every record of a partition."""
    entries: list[Entry] = []
    while start + len(entries) < end:
        entries += await log.read(
            topic, partition, start + len(entries), bytes_max=1 << 22, wait_s=5
        )
    return entries


@contextlib.asynccontextmanager
async def site(
    folder: Path, bootstrap: str, url: str, *, copies: int = 1, **more: str
) -> AsyncIterator[Site]:
    """A prepared site; nothing of it runs afterwards."""
    made = Site(folder, bootstrap, url, more)
    try:
        await made.prepare(copies)
        yield made
    finally:
        await made.close()
