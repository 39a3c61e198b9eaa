"""A PostgreSQL database with today's tables, and two transactions of which one waits."""

import asyncio
import threading

from sqlalchemy import text

from broker.state.postgres import postgres_database
from tests.conformance.conftest import of_url
from tests.limits import HANG_S, tries


def upgraded(postgres):
    """The URL of a new database with today's tables."""
    made = postgres.create()
    asyncio.run(upgrade(made))
    return made


async def upgrade(url):
    """Make today's tables."""
    async with opened(url, upgraded=False) as database:
        await database.upgrade()


def opened(url, *, upgraded=True, **changes):
    """The database of this URL."""
    settings, told = of_url(url)
    return postgres_database(settings.model_copy(update=changes), told, upgraded=upgraded)


async def while_held(database, first, second):
    """The second work waits for the first, which has done all but commit; what each gave."""
    begun, goes, loop = asyncio.Event(), threading.Event(), asyncio.get_running_loop()

    def held(connection):
        done = first(connection)
        loop.call_soon_threadsafe(begun.set)
        assert goes.wait(HANG_S)
        return done

    holding = asyncio.ensure_future(database.write(held))
    await begun.wait()
    other = asyncio.ensure_future(database.write(second))
    try:
        await until_one_is(database, "wait_event_type = 'Lock'")
        assert not other.done()
    finally:
        goes.set()
    return await holding, await other


async def until_one_is(database, what):
    """Wait until a connection to this database is in this state."""
    query = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        f" AND pid <> pg_backend_pid() AND {what}"
    )
    for _ in tries(f"a connection has {what}"):
        if await database.read(lambda c: c.execute(query).scalar_one()):
            return
        await asyncio.sleep(0.01)
