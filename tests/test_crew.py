"""The hops of a station: begun with a share, abandoned with it, and drained at the end."""

import asyncio

import pytest

from broker import crew as crew_module
from broker.crew import Crew
from broker.eventlog.contract import Partition
from broker.eventlog.memory import MemoryLog
from broker.hop import STARTS_PARKED, Plumbing
from broker.model.records import Record
from tests.limits import HANG_S
from tests.toy import IN, Bench, Toy

MINE = Partition(IN, 0)


class Divided(MemoryLog):
    """A log whose shares a test decides."""

    def __init__(self):
        super().__init__(partitions=1)
        self.asked = asyncio.Event()

    async def divide(self, group, topics, take):
        assert (group, topics) == ("toy", (IN,))
        self.take = take
        self.asked.set()
        await asyncio.Event().wait()


class Site:
    """A crew at work on a bench whose commits can be held up."""

    def __init__(self, *, batch_bytes_max=1_000_000):
        self.bench = Bench(wait_s=0.05, batch_bytes_max=batch_bytes_max)
        self.bench.log = Divided()
        database = self.bench.database
        self.toy = Toy()
        self.held, self.held_at = asyncio.Event(), asyncio.Event()
        self.held.set()
        write = database.real.write

        async def slow(work):
            if not self.held.is_set():
                self.held_at.set()
                await self.held.wait()
            return await write(work)

        database.real.write = slow
        self.crew = Crew(
            self.toy,
            [IN],
            Plumbing(self.bench.log, database, self.bench.plumbing.clock, wait_s=0.05,
                     batch_bytes_max=batch_bytes_max),
        )  # fmt: skip

    async def give(self, *values):
        await self.bench.log.append(
            [Record(IN, "k", {"ce_id": f"s{value}"}, value.encode()) for value in values]
        )

    async def run(self, story):
        """Run the crew while the story is told."""
        async with asyncio.timeout(HANG_S):
            running = asyncio.ensure_future(self.crew.run())
            await self.bench.log.asked.wait()
            try:
                await story()
            finally:
                self.held.set()
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)


def test_what_is_given_is_worked_and_what_is_taken_away_is_not():
    """A share begins with a take-over; without it nothing more is worked; it can come back."""

    async def run():
        site = Site()

        async def story():
            await site.give("a")
            await site.bench.log.take(frozenset({MINE}))
            await site.bench.until("a")
            await site.bench.log.take(frozenset())
            await site.give("b")
            await asyncio.sleep(0.1)
            assert await site.bench.rows() == "a"
            await site.bench.log.take(frozenset({MINE}))
            await site.bench.until("ab")
            await site.bench.log.take(frozenset({MINE}))  # told again: the hop goes on
            await site.give("c")
            await site.bench.until("abc")

        await site.run(story)

    asyncio.run(run())


def test_when_a_share_is_gone_its_work_has_ended():
    """`take` returns when the hop has: a batch that waits for its commit is abandoned."""

    async def run():
        site = Site()

        async def story():
            await site.give("a")
            await site.bench.log.take(frozenset({MINE}))
            await site.bench.until("a")
            site.held.clear()
            await site.give("b")
            await site.held_at.wait()
            await site.bench.log.take(frozenset())
            site.held.set()
            await asyncio.sleep(0.1)
            assert await site.bench.rows() == "a"

        await site.run(story)

    asyncio.run(run())


def test_a_share_that_comes_and_goes_parks_nothing():
    """Only a process that ends while it works a record counts, not a share that is given away."""

    async def run():
        site = Site()
        begun = asyncio.Event()
        read = site.bench.database.real.read

        async def endless(work):
            batches = len(site.toy.batches)
            found = await read(work)
            if len(site.toy.batches) > batches:  # it was the first read of a batch
                begun.set()
                await asyncio.Event().wait()
            return found

        async def story():
            await site.give("a")
            site.bench.database.real.read = endless
            for _ in range(STARTS_PARKED + 1):
                begun.clear()
                await site.bench.log.take(frozenset({MINE}))
                await begun.wait()
                await site.bench.log.take(frozenset())
            site.bench.database.real.read = read
            await site.bench.log.take(frozenset({MINE}))
            await site.bench.until("a")
            assert await site.bench.parked() == []

        await site.run(story)

    asyncio.run(run())


def test_work_that_will_not_end_is_left_behind(monkeypatch):
    """The group is kept waiting for a limited time; the compare-and-set is what keeps order."""
    monkeypatch.setattr(crew_module, "ABANDON_S", 0.05)

    async def run():
        site = Site()
        stubborn = asyncio.Event()

        async def story():
            hop = site.crew.hop

            def made(at):
                one = hop(at)

                async def runs():
                    try:
                        await asyncio.Event().wait()
                    except asyncio.CancelledError:
                        await stubborn.wait()

                one.run = runs
                return one

            site.crew.hop = made
            await site.bench.log.take(frozenset({MINE}))
            await asyncio.sleep(0)
            async with asyncio.timeout(HANG_S):
                await site.bench.log.take(frozenset())
            stubborn.set()

        await site.run(story)

    asyncio.run(run())


@pytest.mark.parametrize("waiting", [True, False])
def test_a_drain_finishes_the_batch_that_was_begun_and_begins_no_other(waiting):
    """What waits for records ends at once; what works commits its batch, and takes no other."""

    async def run():
        site = Site(batch_bytes_max=10_000)

        async def story():
            await site.give("a")
            await site.bench.log.take(frozenset({MINE}))
            await site.bench.until("a")
            if waiting:
                await site.crew.drain()
                await site.give("b")
                await asyncio.sleep(0.1)
                assert await site.bench.rows() == "a"
                return
            site.held.clear()
            await site.give("b")
            await site.held_at.wait()
            draining = asyncio.ensure_future(site.crew.drain())
            await site.give("c")
            await asyncio.sleep(0.05)
            assert not draining.done()
            site.held.set()
            await draining
            assert await site.bench.rows() == "ab"
            await site.bench.log.take(frozenset({MINE}))  # a share that comes now is not begun
            await asyncio.sleep(0.1)
            assert await site.bench.rows() == "ab"

        await site.run(story)

    asyncio.run(run())
