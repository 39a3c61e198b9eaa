"""Log and database of a process: the embedded file, or Apache Kafka and PostgreSQL.

Which of them the settings say: with `kafka_bootstrap` the cluster, without it the data folder.
"""

import contextlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from broker.clock import SystemClock
from broker.errors import ConfigFault
from broker.eventlog.contract import EventLog
from broker.eventlog.embedded import SqliteFile
from broker.eventlog.kafka import kafka_log
from broker.hop import Plumbing
from broker.settings import TOGETHER, Secrets, Settings
from broker.state.database import Database, EmbeddedDatabase
from broker.state.postgres import postgres_database


def on_cluster(settings: Settings) -> bool:
    """Whether log and state are servers. ConfigFault: only one of them is."""
    if bool(settings.kafka_bootstrap) != bool(settings.database_url):
        raise ConfigFault(TOGETHER)
    return bool(settings.kafka_bootstrap)


@contextlib.asynccontextmanager
async def opened(
    settings: Settings, secrets: Secrets, topics: Sequence[str]
) -> AsyncIterator[Plumbing]:
    """Plumbing, closed in order at the end. LogFault, StateFault, ConfigFault: nothing opens."""
    if on_cluster(settings):
        async with (
            postgres_database(settings, secrets) as database,
            kafka_log(settings, secrets, topics) as log,
        ):
            yield _plumbing(log, database, settings)
        return
    file = SqliteFile(Path(settings.data_directory), settings.partitions)
    try:
        yield _plumbing(file, EmbeddedDatabase(file), settings)
    finally:
        file.close()


@contextlib.asynccontextmanager
async def opened_state(settings: Settings, secrets: Secrets) -> AsyncIterator[Database]:
    """The database alone: what needs no log."""
    if on_cluster(settings):
        async with postgres_database(settings, secrets) as database:
            yield database
        return
    with contextlib.closing(SqliteFile(Path(settings.data_directory), settings.partitions)) as file:
        yield EmbeddedDatabase(file)


def _plumbing(log: EventLog, database: Database, settings: Settings) -> Plumbing:
    return Plumbing(
        log=log,
        database=database,
        clock=SystemClock(),
        batch_bytes_max=settings.batch_bytes_max,
        wait_s=settings.read_wait_s,
        parks_max=settings.parks_max,
        road_share=settings.road_share,
    )
