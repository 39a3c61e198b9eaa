"""The timers where log and database are two: what is released stands on the log first."""

import asyncio
from datetime import timedelta

import pytest

from adapters.customs.kinds import DECLARATION
from broker.clock import SystemClock
from broker.errors import LogFault
from broker.eventlog.memory import MemoryLog
from broker.hop import Plumbing
from broker.model.dossier import Dossier
from broker.model.records import Record
from broker.state import aliases, dossier_writes, outbox, unresolved
from broker.state.aliases import Alias
from broker.state.database import MemoryDatabase
from broker.state.tables import OUTCOMES
from broker.timers import OWNER, Timers
from broker.translation.pending import put_waiting
from broker.translation.resolve import waiting_of
from tests.sample_events import event

KINDS = {"declaration": DECLARATION}
TOPIC = "events.declaration"


class Watched(MemoryLog):
    """A log that notes how many events wait whenever something is appended; it can refuse."""

    def __init__(self, database: MemoryDatabase) -> None:
        super().__init__(partitions=1)
        self.database = database
        self.waiting: list[int] = []
        self.refuse = False

    async def append(self, records):
        self.waiting.append(await self.database.read(unresolved.count))
        if self.refuse:
            raise LogFault("refused")
        await super().append(records)

    async def ids(self) -> list[str]:
        """What stands on it."""
        found = await self.read(TOPIC, 0, 0, bytes_max=1 << 20, wait_s=0)
        return [entry.headers["ce_id"] for entry in found]


async def ready() -> tuple[Watched, Timers]:
    """Two notes that waited for an MRN, and the MRN is known by now."""
    database = MemoryDatabase()
    log = Watched(database)
    notes = [event("note", number, dossier="", references=(("MRN", "26QZ1"),)) for number in (1, 2)]
    head = Dossier("o_9", "declaration", state="open", party="lantern")

    def work(connection):
        unresolved.put(connection, [waiting_of(note, KINDS) for note in notes])
        aliases.bind(connection, [Alias("MRN", "", "26QZ1", "o_9", "declaration")])
        dossier_writes.put_heads(connection, [head])

    await database.write(work)
    clock = SystemClock()
    plumbing = Plumbing(log, database, clock, wait_s=0)
    return log, Timers(KINDS, plumbing, every_s=1.0, remembered=timedelta(days=90))


def test_a_released_event_waits_until_it_stands_on_the_log():
    """Translation holds what comes behind it for so long: nothing can overtake it."""

    async def run():
        log, timers = await ready()
        await timers.tick()
        assert log.waiting == [2]
        assert await log.ids() == ["e_1", "e_2"]
        assert await log.database.read(unresolved.count) == 0

    asyncio.run(run())


def owed(*numbers):
    """Records of a hop that has died."""
    return [Record(TOPIC, "k", {"ce_id": f"h_{number}"}, b"") for number in numbers]


def test_what_lies_in_the_outbox_since_the_last_tick_is_appended():
    """What its owner may be appending just now is left to it for a tick; its own goes at once."""

    async def run():
        log, timers = await ready()
        database = log.database
        await timers.tick()
        before = await log.ids()
        for owner, records in ((("core:events.a", 1), owed(1, 2)), (OWNER, owed(9))):
            await database.write(lambda c, o=owner, r=records: outbox.put(c, o, r))
        await timers.tick()
        assert await log.ids() == [*before, "h_9"]
        await database.write(lambda c: outbox.put(c, ("core:events.a", 1), owed(3)))
        await timers.tick()
        assert await log.ids() == [*before, "h_9", "h_1", "h_2"]
        await timers.tick()
        assert await log.ids() == [*before, "h_9", "h_1", "h_2", "h_3"]
        assert await database.read(outbox.length) == 0

    asyncio.run(run())


def test_what_was_left_lying_survives_a_log_that_refuses():
    """Nothing is forgotten that does not stand on the log, and its order stays."""

    async def run():
        log, timers = await ready()
        await timers.tick()
        before = await log.ids()
        await log.database.write(lambda c: outbox.put(c, ("core:events.a", 1), owed(1, 2)))
        await timers.tick()
        log.refuse = True
        with pytest.raises(LogFault):
            await timers.tick()
        log.refuse = False
        await timers.tick()
        assert await log.ids() == [*before, "h_1", "h_2"]

    asyncio.run(run())


def test_what_the_log_refused_waits_on():
    """A release whose append fails is tried again at the next tick, in the same order."""

    async def run():
        log, timers = await ready()
        log.refuse = True
        with pytest.raises(LogFault):
            await timers.tick()
        assert await log.database.read(unresolved.count) == 2
        log.refuse = False
        await timers.tick()
        assert await log.ids() == ["e_1", "e_2"]

    asyncio.run(run())


def test_a_put_on_its_way_to_the_log_is_not_declined_for_a_later_one():
    """The later one waits behind it: each has one end, in the order in which they came."""

    async def run():
        log, timers = await ready()
        first, second = (
            event("put", number, dossier="", references=(("MRN", "26QZ1"),)) for number in (3, 4)
        )
        database = log.database
        await database.write(lambda c: put_waiting(c, [waiting_of(first, KINDS)], {}))
        append = log.append

        async def append_late(records):
            if await database.read(unresolved.read_released):
                await database.write(lambda c: put_waiting(c, [waiting_of(second, KINDS)], {}))
            await append(records)

        log.append = append_late
        await timers.tick()
        await timers.tick()
        assert await log.ids() == ["e_1", "e_2", "e_3", "e_4"]
        assert await database.read(lambda c: c.execute(OUTCOMES.select()).all()) == []

    asyncio.run(run())
