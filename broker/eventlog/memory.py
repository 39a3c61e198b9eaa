"""The log in memory: for simulations and tests. Nothing survives the process.

Its state is an in-memory database with a real outbox table, so that whoever uses it walks the
same two-step road as on a cluster.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence

from broker.errors import GapFault
from broker.eventlog.contract import Take, partition_of, take_all
from broker.model.records import Entry, Record


class MemoryLog:
    """Lists of records, one per partition."""

    def __init__(self, partitions: int = 8) -> None:
        self._partitions = partitions
        self._entries: dict[tuple[str, int], list[Entry]] = defaultdict(list)
        self._starts: dict[tuple[str, int], int] = defaultdict(int)
        self._arrived = asyncio.Condition()

    def partitions(self, topic: str) -> int:
        """The same number for every topic."""
        del topic
        return self._partitions

    async def append(self, records: Sequence[Record]) -> None:
        """Append all at once."""
        for record in records:
            partition = partition_of(record.key, self._partitions)
            entries = self._entries[record.topic, partition]
            position = self._starts[record.topic, partition] + len(entries)
            entries.append(
                Entry(record.topic, partition, position, record.key, record.headers, record.value)
            )
        async with self._arrived:
            self._arrived.notify_all()

    async def read(
        self, topic: str, partition: int, position: int, *, bytes_max: int, wait_s: float
    ) -> list[Entry]:
        """Entries from `position` on."""
        found = self._from(topic, partition, position, bytes_max)
        if found or wait_s <= 0:
            return found
        try:
            async with asyncio.timeout(wait_s), self._arrived:
                await self._arrived.wait_for(
                    lambda: self._end(topic, partition) > position  # woken by every append
                )
        except TimeoutError:
            return []
        return self._from(topic, partition, position, bytes_max)

    async def ends(self, topic: str) -> list[tuple[int, int]]:
        """Start and end of each partition."""
        return [
            (self._starts[topic, partition], self._end(topic, partition))
            for partition in range(self._partitions)
        ]

    async def missing(self) -> str:
        """Nothing: it is where the state is."""
        return ""

    async def divide(self, group: str, topics: Sequence[str], take: Take) -> None:
        """Everything is this process's own."""
        del group
        await take_all(self, topics, take)

    async def trim(self, topic: str, partition: int, before: int) -> None:
        """Forget the records below `before`."""
        start = self._starts[topic, partition]
        kept = min(max(before, start), self._end(topic, partition))
        del self._entries[topic, partition][: kept - start]
        self._starts[topic, partition] = kept

    def _end(self, topic: str, partition: int) -> int:
        return self._starts[topic, partition] + len(self._entries[topic, partition])

    def _from(self, topic: str, partition: int, position: int, bytes_max: int) -> list[Entry]:
        start = self._starts[topic, partition]
        if position < start:
            raise GapFault(f"position {position} of {topic}-{partition} is below its start {start}")
        if position > (end := self._end(topic, partition)):
            raise GapFault(f"position {position} of {topic}-{partition} is beyond its end {end}")
        found: list[Entry] = []
        size = 0
        for entry in self._entries[topic, partition][position - start :]:
            size += len(entry.value)
            if found and size > bytes_max:
                break
            found.append(entry)
        return found
