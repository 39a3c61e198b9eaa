"""Where a work finds its connection: in memory, or in the embedded file.

`write(work)` is one transaction, durable when it returns. `read(work)` sees what was committed.
`outbox(connection, records)` keeps records that must reach the log; embedded, the outbox *is* the
log, so that one commit holds everything.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.pool import NullPool, StaticPool

from broker.errors import NO_SPACE, StateFault
from broker.eventlog.embedded import SqliteFile
from broker.model.records import Record
from broker.state import kept_secrets
from broker.state import outbox as outbox_rows
from broker.state.schema import upgrade
from broker.state.tables import METADATA

IN_MEMORY = "the secret of a database that is forgotten"

T = TypeVar("T")
Work = Callable[[Connection], T]


class Database(Protocol):
    """Transactions over the state."""

    one_commit: bool
    """Whether the outbox is the log itself: nothing is left to append after a commit."""

    async def write(self, work: Work[T]) -> T:
        """One transaction: all of it, durable, or nothing. StateFault: try again."""

    async def read(self, work: Work[T]) -> T:
        """What was committed."""

    def outbox(
        self, connection: Connection, owner: tuple[str, int], records: Sequence[Record]
    ) -> list[int]:
        """Inside a work: keep records for the log; `owner` is the (station, partition).

        Their numbers in the outbox; where the outbox is the log itself, none.
        """


class MemoryDatabase:
    """An in-memory SQLite; works run inline. For simulations and tests.

    Its secret is the same each time, so that a story that is told again names things alike.
    """

    one_commit = False

    def __init__(self) -> None:
        self._engine = create_engine("sqlite://", poolclass=StaticPool)
        METADATA.create_all(self._engine)
        with self._engine.begin() as connection:
            kept_secrets.put(connection, kept_secrets.NAMES, IN_MEMORY)

    async def write(self, work: Work[T]) -> T:
        """One transaction, inline."""
        with self._engine.begin() as connection:
            return work(connection)

    async def read(self, work: Work[T]) -> T:
        """The same connection: inline works never overlap."""
        with self._engine.connect() as connection:
            return work(connection)

    def outbox(
        self, connection: Connection, owner: tuple[str, int], records: Sequence[Record]
    ) -> list[int]:
        """Rows of the outbox table."""
        return outbox_rows.put(connection, owner, records)


class EmbeddedDatabase:
    """The state in the embedded log's file, on its writer thread and its one connection."""

    one_commit = True

    def __init__(self, file: SqliteFile) -> None:
        self._file = file
        writer = create_engine(
            "sqlite://", creator=lambda: file.raw, poolclass=StaticPool, pool_reset_on_return=None
        )
        try:
            # All or nothing: a disk that is full in the middle must leave no half of the tables.
            # The engine looks at its first connection and rolls back, so it is made before.
            writer.connect().close()
            file.raw.execute("BEGIN IMMEDIATE")
            upgrade(writer)
        except OperationalError as error:
            full = file.lacks_space(error.orig)
            text = NO_SPACE if full else f"the tables cannot be brought up to date: {error.orig}"
            raise StateFault(text) from error
        self._connection = writer.connect()
        self._readers = create_engine("sqlite://", creator=file.reader, poolclass=NullPool)
        self._local = threading.local()

    async def write(self, work: Work[T]) -> T:
        """In the group commit, in a savepoint of its own (the file keeps BEGIN and COMMIT)."""
        try:
            return await self._file.write(lambda _raw: work(self._connection))
        except OperationalError as error:
            raise StateFault(f"the database refused a work: {error.orig}") from error

    async def read(self, work: Work[T]) -> T:
        """On a reader thread, on its own query_only connection, over one snapshot."""

        def run() -> T:
            connection: Connection | None = getattr(self._local, "connection", None)
            if connection is None:
                connection = self._local.connection = self._readers.connect()
            raw = self._file.reader()
            raw.execute("BEGIN")
            try:
                return work(connection)
            finally:
                raw.execute("COMMIT")

        try:
            return await self._file.in_reader(run)
        except OperationalError as error:
            raise StateFault(f"the database refused a read: {error.orig}") from error

    def outbox(
        self, connection: Connection, owner: tuple[str, int], records: Sequence[Record]
    ) -> list[int]:
        """The log itself, in the same commit."""
        del connection, owner
        self._file.append_in(self._file.raw, records)
        return []


__all__ = ["DBAPIError", "Database", "EmbeddedDatabase", "IntegrityError", "MemoryDatabase"]
