"""The state on PostgreSQL: the same works, each a transaction of its own, many at once.

A write is READ COMMITTED: what it must not lose to others it locks, or inserts and reads again. A
read sees one snapshot. A connection that breaks, a deadlock, a statement beyond its time are
StateFaults: nobody knows whether the transaction was committed, and whoever tries again looks
first (the compare-and-set, idempotency keys, ids that are hashes). A row that another transaction
inserted meanwhile is found by doing the work once more.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import URL, Connection, create_engine, make_url
from sqlalchemy.exc import (
    ArgumentError,
    IntegrityError,
    InterfaceError,
    InternalError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from broker.errors import NO_SPACE, ConfigFault, StateFault
from broker.model.records import Record
from broker.settings import Secrets, Settings
from broker.state import outbox as outbox_rows
from broker.state import schema
from broker.state.database import Work

T = TypeVar("T")

CONNECT_S = 5
DISK_FULL = "53100"
BROKEN = (OperationalError, InterfaceError, InternalError, PoolTimeoutError)


class PostgresDatabase:
    """Works on a pool of threads, each with a connection of the pool while it runs."""

    one_commit = False

    def __init__(self, settings: Settings, secrets: Secrets) -> None:
        size = settings.database_connections
        statement_ms = int(settings.database_statement_s * 1000)
        self._writers = create_engine(
            address(settings, secrets),
            pool_size=size,
            max_overflow=0,
            pool_timeout=settings.database_statement_s,
            pool_recycle=1800,
            pool_use_lifo=True,
            connect_args={
                "connect_timeout": CONNECT_S,
                "tcp_user_timeout": statement_ms,
                "application_name": "swb",
                "options": f"-c statement_timeout={statement_ms} "
                f"-c idle_in_transaction_session_timeout={statement_ms} -c timezone=UTC",
            },
        )
        self._readers = self._writers.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        self._threads = ThreadPoolExecutor(size, thread_name_prefix="state")

    async def write(self, work: Work[T]) -> T:
        """One transaction, durable when it returns; once more if a row was there before it."""

        def run() -> T:
            try:
                return self._transaction(work)
            except IntegrityError:
                return self._transaction(work)

        return await self._in_thread(run)

    async def read(self, work: Work[T]) -> T:
        """One snapshot; nothing that is written is kept."""

        def run() -> T:
            with self._readers.connect() as connection:
                return work(connection)

        return await self._in_thread(run)

    def outbox(
        self, connection: Connection, owner: tuple[str, int], records: Sequence[Record]
    ) -> list[int]:
        """Rows of the outbox table."""
        return outbox_rows.put(connection, owner, records)

    async def differs(self) -> str:
        """What must be done before this program can work on the database; "": nothing."""
        return await self._in_thread(lambda: schema.differs(self._writers))

    async def upgrade(self) -> None:
        """Bring the tables to what this program knows."""
        await self._in_thread(lambda: schema.upgrade(self._writers))

    def close(self) -> None:
        """End threads and connections; works that run are finished."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        self._writers.dispose()

    def _transaction(self, work: Work[T]) -> T:
        with self._writers.begin() as connection:
            return work(connection)

    async def _in_thread(self, run: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, run)
        except BROKEN as error:
            cause = _cause(error)
            text = cause if cause == NO_SPACE else f"the database gave up a work: {cause}"
            raise StateFault(text) from error


@contextlib.asynccontextmanager
async def postgres_database(
    settings: Settings, secrets: Secrets, *, upgraded: bool = True
) -> AsyncIterator[PostgresDatabase]:
    """The state, reached within `start_s`. StateFault: nobody answers; ConfigFault: old tables."""
    database = PostgresDatabase(settings, secrets)
    try:
        await _reached(database, settings)
        if upgraded and (told := await database.differs()):
            raise ConfigFault(told)
        yield database
    finally:
        await asyncio.to_thread(database.close)


async def _reached(database: PostgresDatabase, settings: Settings) -> None:
    loop = asyncio.get_running_loop()
    ends = loop.time() + settings.start_s
    while True:
        try:
            await database.read(lambda _connection: None)
        except StateFault as fault:
            if _is_refused(fault):
                raise ConfigFault(
                    f"PostgreSQL at {shown(settings)} does not let us in; see user and database of "
                    "database_url, and SWB_DATABASE_PASSWORD or database_password_file"
                ) from fault
            if loop.time() > ends:
                raise StateFault(
                    f"no PostgreSQL answers at {shown(settings)} within {settings.start_s:g} s; "
                    f"see database_url and its password ({fault})"
                ) from fault
            await asyncio.sleep(0.5)
        else:
            return


def _is_refused(fault: StateFault) -> bool:
    """Whether the server answered, and does not know the user, the password or the database."""
    said = str(fault.__cause__)
    refusals = ("authentication failed", "does not exist", "no pg_hba.conf entry")
    return any(one in said for one in refusals)


def address(settings: Settings, secrets: Secrets) -> URL:
    """The address for the driver, with the password. ConfigFault: it is no address."""
    try:
        url = make_url(settings.database_url)
    except ArgumentError as error:
        raise ConfigFault(
            "database_url is no address; write it as postgresql://user@host:port/name"
        ) from error
    if url.drivername != "postgresql":
        raise ConfigFault(f"database_url begins with {url.drivername!r}; only postgresql:// works")
    if url.password:
        raise ConfigFault(
            "database_url holds a password; give it in database_password_file or "
            "SWB_DATABASE_PASSWORD"
        )
    return url.set(drivername="postgresql+psycopg", password=secrets.database_password or None)


def shown(settings: Settings) -> str:
    """Where the database is, for people."""
    url = make_url(settings.database_url)
    return f"{url.host}:{url.port or 5432}/{url.database}"


def _cause(error: Exception) -> str:
    """The kind of what went wrong; never the statement, whose values may be personal."""
    inner = getattr(error, "orig", None) or error
    if getattr(inner, "sqlstate", None) == DISK_FULL:
        return NO_SPACE
    return type(inner).__name__
