"""The backends that every suite of this folder is run against: another one is one more row.

A test gives its work to `on_log` or `on_database`, which runs it over an empty backend.
"""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from broker.eventlog.embedded import SqliteFile
from broker.eventlog.kafka import kafka_log
from broker.eventlog.memory import MemoryLog
from broker.settings import Secrets, Settings
from broker.state.database import EmbeddedDatabase, MemoryDatabase
from broker.state.postgres import postgres_database
from tests.limits import HANG_S
from tests.servers.topics import created

PARTITIONS = 4
TOPICS = ("submissions.trial", "events.a", "events.b", "t")

Run = Callable[[Callable[[Any], Awaitable[None]]], None]
Opened = Callable[[pytest.FixtureRequest], contextlib.AbstractAsyncContextManager[Any]]


@contextlib.asynccontextmanager
async def _memory_log(request: pytest.FixtureRequest) -> AsyncIterator[Any]:
    yield MemoryLog(partitions=PARTITIONS)


@contextlib.asynccontextmanager
async def _embedded_log(request: pytest.FixtureRequest) -> AsyncIterator[Any]:
    with contextlib.closing(SqliteFile(_folder(request), partitions=PARTITIONS)) as file:
        yield file


@contextlib.asynccontextmanager
async def _kafka_log(request: pytest.FixtureRequest) -> AsyncIterator[Any]:
    bootstrap = request.getfixturevalue("kafka_bootstrap")
    prefix = f"c{secrets.token_hex(4)}."
    await created(bootstrap, [f"{prefix}{topic}" for topic in TOPICS], PARTITIONS)
    settings = Settings(kafka_bootstrap=bootstrap, kafka_prefix=prefix)
    async with kafka_log(settings, Secrets(), TOPICS) as log:
        yield log


@contextlib.asynccontextmanager
async def _memory_database(request: pytest.FixtureRequest) -> AsyncIterator[Any]:
    yield MemoryDatabase()


@contextlib.asynccontextmanager
async def _embedded_database(request: pytest.FixtureRequest) -> AsyncIterator[Any]:
    with contextlib.closing(SqliteFile(_folder(request), partitions=PARTITIONS)) as file:
        yield EmbeddedDatabase(file)


@contextlib.asynccontextmanager
async def _postgres_database(request: pytest.FixtureRequest) -> AsyncIterator[Any]:
    settings, told = of_url(request.getfixturevalue("postgres").create())
    async with postgres_database(settings, told, upgraded=False) as database:
        await database.upgrade()
        yield database


def of_url(url: str) -> tuple[Settings, Secrets]:
    """Settings and the password of a URL that holds both."""
    head, _, rest = url.partition("://")
    user, _, password = rest.partition("@")[0].partition(":")
    address = rest.partition("@")[2]
    return Settings(database_url=f"{head}://{user}@{address}"), Secrets(database_password=password)


def _folder(request: pytest.FixtureRequest) -> Path:
    folder: Path = request.getfixturevalue("tmp_path")
    return folder


LOGS: dict[str, Opened] = {
    "memory": _memory_log, "embedded": _embedded_log, "kafka": _kafka_log
}  # fmt: skip
DATABASES: dict[str, Opened] = {
    "memory": _memory_database, "embedded": _embedded_database, "postgres": _postgres_database
}  # fmt: skip


SERVERS = {"kafka", "postgres"}


def _each(backends: dict[str, Opened]) -> list[Any]:
    """The names of the backends, marked where a server is needed."""
    return [
        pytest.param(name, marks=pytest.mark.servers if name in SERVERS else ())
        for name in sorted(backends)
    ]


def _runs(request: pytest.FixtureRequest, opened: Opened) -> Run:
    def run(work: Callable[[Any], Awaitable[None]]) -> None:
        async def over() -> None:
            async with asyncio.timeout(HANG_S), opened(request) as backend:
                await work(backend)

        asyncio.run(over())

    return run


@pytest.fixture(params=_each(LOGS))
def on_log(request: pytest.FixtureRequest) -> Run:
    """Runs a work over an empty log with four partitions a topic."""
    return _runs(request, LOGS[request.param])


@pytest.fixture(params=_each(DATABASES))
def on_database(request: pytest.FixtureRequest) -> Run:
    """Runs a work over an empty state."""
    return _runs(request, DATABASES[request.param])
