"""The log in memory, beyond the contract."""

import asyncio

from broker.eventlog.memory import MemoryLog
from broker.model.records import Record


def test_a_trim_may_take_everything():
    """Trimmed to its end a partition is empty and begins where it ended."""

    async def run():
        log = MemoryLog(partitions=1)
        await log.append([Record("t", "k", {}, b"1"), Record("t", "k", {}, b"2")])
        await log.trim("t", 0, 99)
        assert await log.ends("t") == [(2, 2)]
        await log.append([Record("t", "k", {}, b"3")])
        (entry,) = await log.read("t", 0, 2, bytes_max=9, wait_s=0)
        assert (entry.position, entry.value) == (2, b"3")

    asyncio.run(run())
