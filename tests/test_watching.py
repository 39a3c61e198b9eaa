"""Bells that ring for what other processes commit."""

import asyncio

from broker.bells import heard
from broker.clock import SystemClock
from broker.errors import StateFault
from broker.eventlog.memory import MemoryLog
from broker.hop import Plumbing
from broker.state import queue
from broker.state.database import MemoryDatabase
from broker.state.queue import Row
from broker.watching import Watch
from tests.limits import HANG_S
from tests.toy import Plug

ROW = Row("d_1", "wildlife", "o_1", "", 1, "wildlife", "control", "document", "t", b"{}", "{}", "")
EVERY_S = 0.005
QUIET_S = EVERY_S * 8
"""So long a bell is listened to that must not ring."""


def test_each_bell_rings_for_its_own_sign_and_only_then():
    """What waits rings the drains, a number the readers; quiet tables ring nobody."""

    async def run():
        database = MemoryDatabase()
        plumbing = Plumbing(MemoryLog(1), database, SystemClock())
        numbered = plumbing.numbered.ticket()
        watch = asyncio.ensure_future(Watch(plumbing, every_s=EVERY_S).run())
        assert await heard(numbered, HANG_S)  # the first look rings the readers once

        async def is_quiet():
            queued, numbered = plumbing.queued.ticket(), plumbing.numbered.ticket()
            return not await heard(queued, QUIET_S) and not await heard(numbered, QUIET_S)

        assert await is_quiet()
        queued, numbered = plumbing.queued.ticket(), plumbing.numbered.ticket()
        await database.write(lambda connection: queue.put(connection, [ROW]))
        assert await heard(queued, HANG_S)
        assert not numbered.is_set()
        await database.write(lambda connection: queue.number_rows(connection, "wildlife",
                                                                  [(1, b"{}")]))  # fmt: skip
        assert await heard(numbered, HANG_S)
        assert await is_quiet()
        watch.cancel()

    asyncio.run(run())


def test_a_database_that_cannot_be_asked_is_asked_again():
    """A fault ends nothing: what was committed meanwhile is told when it answers."""

    async def run():
        database = MemoryDatabase()
        plumbing = Plumbing(MemoryLog(1), Broken(database), SystemClock())
        await database.write(lambda connection: queue.put(connection, [ROW]))
        ticket = plumbing.queued.ticket()
        watch = asyncio.ensure_future(Watch(plumbing, every_s=EVERY_S).run())
        assert await heard(ticket, HANG_S)
        assert plumbing.database.refused == 3
        watch.cancel()

    asyncio.run(run())


class Broken(Plug):
    """A database that refuses its first reads."""

    refused = 0

    async def read(self, work):
        if self.refused < 3:
            self.refused += 1
            raise StateFault("down")
        return await self.real.read(work)
