"""A prepared broker on one real Kafka and one real PostgreSQL, for the figures of a cluster.

Its configuration is the sample's, with many senders (a sender's submissions stay in one partition)
and customs reading a topic. A database full of accepted declarations is made once a size and
copied; every run has a prefix and a database of its own. Processes are those of `tests.cluster`.

Does not belong here: what is measured.
"""

import asyncio
import contextlib
import os
import re
import shutil
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import yaml
from sqlalchemy import Connection, func, select

from broker.access import digest_of_key
from broker.configuration import Configuration, read
from broker.eventlog.kafka_topics import applied, kafka_topics
from broker.hop import Plumbing
from broker.intake.accept import OWNER, Acceptance, Arrival
from broker.plumbing import opened
from broker.settings import Settings
from broker.state import keys, outbox
from broker.state.postgres import postgres_database
from broker.state.tables import OUTCOMES, QUEUE, SUBSCRIPTIONS
from broker.topics import wanted
from tests.cluster.role import RoleProcess
from tests.cluster.site import Site
from tests.servers.kafka import Kafka
from tests.servers.leash import children
from tests.servers.postgres import Postgres

ROOT = Path(__file__).resolve().parent.parent.parent
SENDERS = tuple(f"bench-{number:02d}" for number in range(32))
STATIONS = ("translation", "core", "delivery")
AGENCY = "customs"
WAIT_S = 120.0
LOOK_S = 0.02
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Servers:
    """What every site of a run stands on."""

    folder: Path
    kafka: Kafka
    postgres: Postgres


def composed(configuration: Configuration, items: int, count: int) -> list[bytes]:
    """Different declarations, always the same."""
    compose = configuration.families["customs"].samples["declaration"]
    return [compose(items=items, number=number, seed=1) for number in range(count)]


def make_configuration(folder: Path, copies: int) -> Path:
    """The sample configuration, changed for the bench, in `config-COPIES` of the folder."""
    made = folder / f"config-{copies}"
    shutil.copytree(ROOT / "config", made)
    for name in SENDERS:
        told = {"name": name, "title": f"{name} (invented)", "party": name,
                "families": ["customs"], "profiles": ["uk-cds"]}  # fmt: skip
        (made / "senders" / f"{name}.yaml").write_text(yaml.safe_dump(told))
    for path in (made / "recipients").iterdir():
        channel = "topic" if path.stem == AGENCY else "feed"
        path.write_text(re.sub("channel: .*", f"channel: {channel}", path.read_text()))
    path, insync = made / "topics.yaml", max(1, copies - 1)
    text = path.read_text().replace("replication: 3", f"replication: {copies}")
    path.write_text(text.replace("min_insync_replicas: 2", f"min_insync_replicas: {insync}"))
    return made


@contextlib.asynccontextmanager
async def bench_site(
    servers: Servers, template: str = "", copies: int = 1, **more: str
) -> AsyncIterator[Site]:
    """A site with its topics, over a copy of the template's database or a new one."""
    config = servers.folder / f"config-{copies}"
    if not config.exists():
        make_configuration(servers.folder, copies)
    database = servers.postgres
    url = database.create()
    name = url.rpartition("/")[2]
    folder = servers.folder / name
    folder.mkdir()
    site = Site(folder, servers.kafka.bootstrap, url, more)
    site.config = config
    if template:
        database.drop(name)
        await asyncio.to_thread(copied, database, template, name)
    try:
        await _topics(site, read(config))
        if not template:
            async with postgres_database(site.settings, site.secrets, upgraded=False) as state:
                await state.upgrade()
            async with opened(site.settings, site.secrets, []) as plumbing:
                await put_keys(plumbing)
        yield site
    finally:
        await site.close()
        database.drop(name)


def copied(database: Postgres, template: str, name: str) -> None:
    """Make a database that holds what another one holds."""
    from psycopg import sql

    database.cut_connections(template)
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
    database._run(statement.format(sql.Identifier(name), sql.Identifier(template)))
    database._run(sql.SQL("CHECKPOINT"))
    database.made.add(name)


async def _topics(site: Site, configuration: Configuration) -> None:
    settings = site.settings
    limit = settings.record_bytes_max
    should = wanted(
        configuration.topic_names,
        configuration.topics,
        prefix=settings.kafka_prefix,
        record_bytes_max=limit,
    )
    async with kafka_topics(settings, site.secrets) as topics:
        async for _done in applied(topics, should, {}):
            pass
        await topics.settled(should)


async def put_keys(plumbing: Plumbing) -> None:
    """A key for each sender, made of its name."""

    def put(connection: Connection) -> None:
        for name in SENDERS:
            keys.put(connection, digest_of_key(f"key-{name}"), name, "")

    await plumbing.database.write(put)


async def lodge(site: Site, bodies: Sequence[bytes]) -> None:
    """Accept declarations; their records stay in the outbox."""
    configuration = read(site.config)
    async with opened(site.settings, site.secrets, []) as plumbing:
        limit = Settings().inline_bytes_max
        acceptance = Acceptance(plumbing, inline_bytes_max=limit, owed_max=1_000_000)

        async def accept(number: int, body: bytes) -> None:
            sender = configuration.principals[SENDERS[number % len(SENDERS)]]
            await acceptance.accept(Arrival(sender, body, "customs", "UK CDS WCO-DEC 3.6",
                                            "uk-cds", "application/xml"))  # fmt: skip

        async with asyncio.TaskGroup() as group:
            writing = group.create_task(acceptance._writing())
            await asyncio.gather(*(accept(number, body) for number, body in enumerate(bodies)))
            writing.cancel()


async def release(plumbing: Plumbing) -> None:
    """Append what lodging left in the outbox, and forget it there."""
    owed = await plumbing.database.read(lambda c: outbox.pending(c, OWNER))
    await plumbing.log.append([record for _, record in owed])
    numbers = [number for number, _ in owed]
    await plumbing.database.write(lambda c: outbox.forget_these(c, numbers))


async def start(site: Site, roles: Mapping[str, int]) -> None:
    """Start so many processes of each role; returns when all partitions are divided."""
    names = [f"{role}-{number}" for role, count in roles.items() for number in range(count)]
    await asyncio.gather(*(site.start(name) for name in names))
    await divided(site)


async def divided(site: Site) -> None:
    """Wait until every partition of every station belongs to a process that runs."""
    async with asyncio.timeout(WAIT_S), opened(site.settings, site.secrets, []) as plumbing:
        topics = read(site.config).topic_names
        await plumbing.log.learn(list(topics))
        count = {
            "translation": _count(plumbing, topics, "submissions"),
            "core": _count(plumbing, topics, "events"),
            "delivery": plumbing.log.partitions(next(t for t in topics if "events" in t)),
        }
        while any(_owned(site, one) != count[one] for one in STATIONS if _those(site, one)):
            await asyncio.sleep(LOOK_S)
    await asyncio.sleep(0.5)


def _count(plumbing: Plumbing, topics: Mapping[str, str], kind: str) -> int:
    return sum(plumbing.log.partitions(name) for name, one in topics.items() if one == kind)


def _those(site: Site, station: str) -> list[RoleProcess]:
    return [one for name, one in site.roles.items() if name.startswith(station) and one.runs]


def _owned(site: Site, station: str) -> int:
    """Partitions that the running processes of a station say are theirs."""
    return sum(_divided(role) for role in _those(site, station))


def _divided(role: RoleProcess) -> int:
    """What the process, as it runs now, was given at last."""
    count = 0
    for line in role._log.read_bytes().splitlines():
        if line.startswith(b"{"):
            said = orjson.loads(line)
            if said["event"] == "serve.started":
                count = 0
            elif said["event"] == "kafka.divided":
                count = said["count"]
    return count


def progress(connection: Connection) -> tuple[int, int, int]:
    """Events worked, deliveries still without a number, and those not yet on the topic."""
    worked = connection.execute(select(func.count()).select_from(OUTCOMES)).scalar_one()
    waits = select(func.count()).select_from(QUEUE).where(QUEUE.c.state == "waiting")
    unsent = select(func.sum(SUBSCRIPTIONS.c.next_seq - 1 - SUBSCRIPTIONS.c.acknowledged))
    unsent = unsent.where(SUBSCRIPTIONS.c.name == AGENCY)
    return (worked, connection.execute(waits).scalar_one(),
            int(connection.execute(unsent).scalar() or 0))  # fmt: skip


async def finished(plumbing: Plumbing, count: int) -> None:
    """Wait until so many declarations have gone the whole road."""
    loop = asyncio.get_running_loop()
    ends = loop.time() + WAIT_S
    while (state := await plumbing.database.read(progress)) != (count, 0, 0):
        assert loop.time() < ends, f"the road does not come to its end: {state} of {count}"
        await asyncio.sleep(LOOK_S)


def cpu_of(pid: int) -> float:
    """Seconds of processor time a process has used, with the children it has awaited."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(one) for one in fields[11:15]) / TICKS


def cpu_of_tree(pid: int) -> float:
    """The same, with the children that run, and theirs."""
    seconds = 0.0
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        seconds += cpu_of(pid)
    return seconds + sum(cpu_of_tree(child) for child in children(pid))


def spent(pids: Mapping[str, int], servers: Servers) -> dict[str, float]:
    """Processor time so far: of these processes with their workers, and of the servers."""
    used = {name: cpu_of_tree(pid) for name, pid in pids.items()}
    assert servers.postgres.leash is not None
    used["postgres"] = cpu_of_tree(servers.postgres.leash.pid)
    used["kafka"] = sum(cpu_of(servers.kafka.process(one).pid) for one in servers.kafka.nodes)
    return used


def difference(after: Mapping[str, float], before: Mapping[str, float]) -> dict[str, Any]:
    """What was used in between."""
    return {name: after[name] - before.get(name, 0.0) for name in after}
