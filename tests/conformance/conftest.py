"""The backends that every suite of this folder is run against: another one is one more row."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from broker.eventlog.contract import EventLog
from broker.eventlog.embedded import SqliteFile
from broker.eventlog.memory import MemoryLog
from broker.state.database import Database, EmbeddedDatabase, MemoryDatabase

Opened = tuple[object, Callable[[], None]]


def _memory_log(directory: Path) -> Opened:
    return MemoryLog(partitions=4), lambda: None


def _embedded_log(directory: Path) -> Opened:
    file = SqliteFile(directory, partitions=4)
    return file, file.close


def _memory_database(directory: Path) -> Opened:
    return MemoryDatabase(), lambda: None


def _embedded_database(directory: Path) -> Opened:
    file = SqliteFile(directory, partitions=4)
    return EmbeddedDatabase(file), file.close


LOGS = {"memory": _memory_log, "embedded": _embedded_log}
DATABASES = {"memory": _memory_database, "embedded": _embedded_database}


@pytest.fixture(params=sorted(LOGS))
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EventLog]:
    """An empty log with four partitions a topic."""
    opened, close = LOGS[request.param](tmp_path)
    yield opened
    close()


@pytest.fixture(params=sorted(DATABASES))
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty state."""
    opened, close = DATABASES[request.param](tmp_path)
    yield opened
    close()
