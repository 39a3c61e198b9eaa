"""The hops of one station in this process: one for each partition that is its own now.

Which partitions these are is what the log's `divide` says; a partition that is taken away is
abandoned at once (its transaction is committed or not, the compare-and-set tells the next owner),
one that is given begins with a take-over. A draining crew finishes the batches it has begun.
"""

import asyncio
import contextlib
from collections.abc import Sequence

from broker.errors import BrokerError
from broker.eventlog.contract import Partition
from broker.hop import Hop, Plumbing, Station
from broker.state.positions import Reader

ABANDON_S = 5.0


class Crew:
    """One station over all the partitions of its topics that this process owns."""

    def __init__(self, station: Station, topics: Sequence[str], plumbing: Plumbing) -> None:
        self.station = station
        self.topics = tuple(topics)
        self._plumbing = plumbing
        self._working: dict[Partition, tuple[Hop, asyncio.Task[None]]] = {}
        self._ending = False

    async def run(self) -> None:
        """Work what is ours until cancelled."""
        async with asyncio.TaskGroup() as group:

            async def take(owned: frozenset[Partition]) -> None:
                await self._take(owned, group)

            await self._plumbing.log.divide(self.station.name, self.topics, take)

    async def drain(self) -> None:
        """Begin nothing more; return when every batch that was begun is committed."""
        self._ending = True
        for hop, task in self._working.values():
            hop.ending = True
            if not hop.busy:
                task.cancel()
        if self._working:
            await asyncio.wait([task for _, task in self._working.values()])

    def partitions(self, topic: str) -> int:
        """How many partitions a topic of ours has."""
        return self._plumbing.log.partitions(topic)

    def hop(self, at: Partition) -> Hop:
        """The loop over one partition."""
        return Hop(self.station, Reader(self.station.name, *at), self._plumbing)

    async def _take(self, owned: frozenset[Partition], group: asyncio.TaskGroup) -> None:
        gone = [self._working.pop(at) for at in list(self._working) if at not in owned]
        for _, task in gone:
            task.cancel()
        if gone:
            await asyncio.wait([task for _, task in gone], timeout=ABANDON_S)
        with contextlib.suppress(BrokerError, TimeoutError):
            async with asyncio.timeout(ABANDON_S):
                for hop, _ in gone:
                    await hop.release()
        if not self._ending:
            for at in sorted(owned - self._working.keys()):
                hop = self.hop(at)
                self._working[at] = hop, group.create_task(hop.run())
