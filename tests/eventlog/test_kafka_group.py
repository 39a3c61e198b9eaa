"""Sharing partitions on Apache Kafka: disjoint, ended before it is given away, found when lost."""

import asyncio
import contextlib

from broker.eventlog.contract import Partition
from broker.eventlog.kafka import kafka_log
from broker.settings import Secrets
from tests.eventlog.on_kafka import TOPIC, prepared
from tests.limits import tries

PARTITIONS = 4
GROUP = "core"
SESSION_S = 18.0
"""Of members that must not lose their session, however busy the machine is."""
LOST_S = 2.0
"""Of members that shall lose it: as short as the node allows."""
EVERY = {Partition(TOPIC, number) for number in range(PARTITIONS)}


class Worker:
    """A process of a station, as far as sharing goes: what it was told, and what it works on."""

    def __init__(self, settings, *, slow_s=0.0):
        self.settings = settings
        self.slow_s = slow_s
        self.owned = frozenset()
        self.told = []
        self.log = None
        self._task = None

    async def start(self):
        self._task = asyncio.ensure_future(self._run())

    async def stop(self):
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def _run(self):
        async with kafka_log(self.settings, Secrets(), [TOPIC]) as self.log:
            await self.log.divide(GROUP, [TOPIC], self.take)

    async def take(self, owned):
        if not owned and self.owned:
            await asyncio.sleep(self.slow_s)  # what was begun takes its time to end
        self.owned = owned
        self.told.append(owned)


async def until(holds):
    """Wait for this."""
    for _ in tries("partitions are shared as they should be"):
        if holds():
            return
        await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def workers(*wanted):
    """These workers, running; ended whatever happens."""
    try:
        for worker in wanted:
            await worker.start()
        yield
    finally:
        for worker in wanted:
            await worker.stop()


def test_two_members_share_everything_and_one_that_leaves_has_ended_first(kafka_bootstrap):
    """All partitions, each once; slow work of the one is over when the other hears of it."""

    async def run():
        settings = await prepared(kafka_bootstrap, PARTITIONS, kafka_session_s=SESSION_S)
        one, two = Worker(settings, slow_s=0.5), Worker(settings)
        heard, take = [], two.take

        async def listening(owned):
            heard.append(one.owned & owned)
            await take(owned)

        two.take = listening
        async with workers(one):
            await until(lambda: one.owned == EVERY)
            async with workers(two):
                await until(lambda: one.owned and two.owned)
                assert one.owned | two.owned == EVERY
                assert not one.owned & two.owned
                await one.stop()
                await until(lambda: two.owned == EVERY)
        assert not any(heard)

    asyncio.run(run())


def test_a_static_member_keeps_its_share_over_a_quick_restart(kafka_bootstrap):
    """The other one is told nothing; the same partitions come back."""

    async def run():
        settings = await prepared(kafka_bootstrap, PARTITIONS, kafka_session_s=SESSION_S)
        one, two = (
            Worker(settings.model_copy(update={"kafka_instance": name})) for name in ("a", "b")
        )
        async with workers(one, two):
            await until(lambda: len(one.owned) == len(two.owned) == PARTITIONS // 2)
            before, told = one.owned, len(two.told)
            await one.stop()
            assert one.owned == frozenset()
            await one.start()
            await until(lambda: one.owned == before)
            assert len(two.told) == told

    asyncio.run(run())


def test_a_member_that_the_group_has_forgotten_is_made_anew(kafka_bootstrap):
    """Its client believes in its share but sends no heartbeat: the other has all, then half."""

    async def run():
        settings = await prepared(kafka_bootstrap, PARTITIONS, kafka_session_s=LOST_S)
        one, two = Worker(settings), Worker(settings)
        async with workers(one, two):
            await until(lambda: len(one.owned) == len(two.owned) == PARTITIONS // 2)
            coordinator = one.log._members[GROUP]._rebalance._consumer._coordinator

            async def silent():
                await asyncio.Event().wait()

            coordinator._heartbeat_routine = silent
            await coordinator._stop_heartbeat_task()
            coordinator._start_heartbeat_task()
            await until(lambda: two.owned == EVERY)
            assert one.owned
            await until(lambda: len(one.owned) == len(two.owned) == PARTITIONS // 2)
            assert not one.owned & two.owned
            assert await one.log.missing() == ""

    asyncio.run(run())


def test_a_process_that_waits_for_its_share_is_not_ready(kafka_bootstrap, monkeypatch):
    """Readiness names the station whose group has given nothing for three sessions."""
    from broker.eventlog.kafka_group import _Rebalance

    async def run():
        settings = await prepared(kafka_bootstrap, PARTITIONS, kafka_session_s=LOST_S)
        one = Worker(settings)
        async with workers(one):
            await until(lambda: one.owned == EVERY)
            assert await one.log.missing() == ""
            monkeypatch.setattr(_Rebalance, "lasts_s", lambda _self: 6.1)
            told = await one.log.missing()
            assert told == f"the group of {GROUP} has not given this process its share"

    asyncio.run(run())
