"""Which subscriptions a delivering process takes, when several deliver."""

import asyncio

from broker.delivery.share import Share, every_one
from broker.eventlog.contract import Partition
from broker.eventlog.memory import MemoryLog

TOPIC = "events.declaration"
NAMES = [f"agency-{number}" for number in range(40)]
COUNT = 4


def of(*numbers):
    """These partitions of the topic."""
    return frozenset(Partition(TOPIC, number) for number in numbers)


def test_processes_that_share_the_partitions_share_the_subscriptions():
    """Each subscription is somebody's, none is two processes'; what is taken away is gone."""

    async def run():
        one, two = (Share(MemoryLog(partitions=COUNT), "delivery", TOPIC, NAMES) for _ in range(2))
        assert one.mine() == ()
        await one.take(of(0, 1))
        await two.take(of(2, 3))
        assert sorted([*one.mine(), *two.mine()]) == sorted(NAMES)
        assert one.mine()
        assert two.mine()
        await one.take(of())
        await two.take(of(0, 1, 2, 3))
        assert (one.mine(), two.mine()) == ((), tuple(NAMES))

    asyncio.run(run())


def test_a_process_that_is_alone_takes_every_one():
    """On the embedded log there is no list to keep, and a log of one process divides all to it."""

    async def run():
        share = Share(MemoryLog(partitions=COUNT), "delivery", TOPIC, NAMES)
        told = asyncio.ensure_future(share.run())
        await asyncio.sleep(0)
        assert share.mine() == tuple(NAMES)
        told.cancel()

    asyncio.run(run())
    assert every_one() is None
