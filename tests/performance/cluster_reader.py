"""Who reads the agency's topic, and when each delivery came: of Kafka, or of the embedded log."""

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from aiokafka import AIOKafkaConsumer, TopicPartition
from sqlalchemy import Connection, create_engine, select

from broker.delivery.topic import topic_of
from broker.eventlog.embedded import SHIFT
from broker.state.tables import OUTCOMES
from tests.cluster.site import Site
from tests.performance.cluster_road import Post
from tests.performance.cluster_site import AGENCY

T = TypeVar("T")
POLL_S = 0.005
REQUEST_MS = 2_000
PARTITIONS = 8


@dataclass(slots=True)
class Arrivals:
    """When deliveries came, in that order; a dossier's first is that of its declaration."""

    at: list[float] = field(default_factory=list)
    first: dict[str, float] = field(default_factory=dict)

    def came(self, dossier: str) -> None:
        """One more, now."""
        now = time.time()
        self.at.append(now)
        self.first.setdefault(dossier, now)


@contextlib.asynccontextmanager
async def reading(site: Site) -> AsyncIterator[Arrivals]:
    """Read the agency's topic of a cluster as a client outside would."""
    topic = f"{site.settings.kafka_prefix}{topic_of(AGENCY)}"
    consumer = AIOKafkaConsumer(
        bootstrap_servers=site.settings.kafka_bootstrap,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        fetch_max_wait_ms=50,
        request_timeout_ms=REQUEST_MS,
        retry_backoff_ms=100,
    )
    await consumer.start()
    consumer.assign([TopicPartition(topic, number) for number in range(PARTITIONS)])
    arrivals = Arrivals()

    async def run() -> None:
        while True:
            for records in (await consumer.getmany(timeout_ms=100)).values():
                for record in records:
                    arrivals.came(dict(record.headers)["ce_subject"].decode())

    async with asyncio.TaskGroup() as group:
        task = group.create_task(run())
        try:
            yield arrivals
        finally:
            task.cancel()
    await consumer.stop()


@contextlib.asynccontextmanager
async def reading_beside(data: Path) -> AsyncIterator[Arrivals]:
    """Read the agency's topic of the embedded log beside the broker, by looking often."""
    arrivals = Arrivals()

    async def run() -> None:
        with contextlib.closing(opened_beside(data)) as raw:
            at: dict[int, int] = {}
            while True:
                found = raw.execute("SELECT first FROM topics WHERE name = ?", (topic_of(AGENCY),))
                first = (found.fetchone() or (None,))[0]
                for number in range(PARTITIONS if first is not None else 0):
                    base = (first + number) << SHIFT
                    rows = raw.execute(
                        "SELECT id, key FROM log WHERE id > ? AND id < ? ORDER BY id",
                        (at.get(number, base - 1), base + (1 << SHIFT)),
                    )
                    for row_id, key in rows:
                        arrivals.came(key)
                        at[number] = row_id
                await asyncio.sleep(POLL_S)

    async with asyncio.TaskGroup() as group:
        task = group.create_task(run())
        try:
            yield arrivals
        finally:
            task.cancel()


def opened_beside(data: Path) -> sqlite3.Connection:
    """The embedded file, for looking only."""
    return sqlite3.connect(f"file:{data / 'broker.sqlite'}?mode=ro", uri=True)


def looked_beside(data: Path, work: Callable[[Connection], T]) -> T:
    """What a work finds in the embedded state."""
    engine = create_engine("sqlite://", creator=lambda: opened_beside(data))
    with engine.connect() as connection:
        found = work(connection)
    engine.dispose()
    return found


def dossiers(connection: Connection) -> dict[str, str]:
    """The dossier of each submission that was a declaration."""
    rows = connection.execute(select(OUTCOMES.c.submission, OUTCOMES.c.dossier))
    return {row.submission: row.dossier for row in rows}


def waits(
    told: Sequence[Post], arrivals: Arrivals, dossier_of: Mapping[str, str]
) -> list[tuple[float, float]]:
    """Of each submission when it was sent, and how long it was on its way to the topic."""
    return [(one.sent, arrivals.first[dossier_of[one.submission]] - one.sent) for one in told]
