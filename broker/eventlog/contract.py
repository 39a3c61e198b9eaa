"""The contract of the event log.

Promises
    What `append` returned from is durable and in order within a partition. A fault from `append`
    means *unknown*: the records may stand there or not; the caller appends them again, and
    readers drop by id. No backend drops by id. `read` never skips: a position below the start, or
    beyond the end, is a `GapFault`. Keys are placed by `partition_of`, the same on every backend.
    `divide` only saves double work: two processes may believe for a while that they own the same
    partition, and positions in the database decide.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple, Protocol

from broker.errors import LogFault
from broker.model.records import Entry, Record


class Partition(NamedTuple):
    """One partition of one topic."""

    topic: str
    number: int


Take = Callable[[frozenset[Partition]], Awaitable[None]]
"""What is ours from now on; when it returns, work on everything else has ended."""


class EventLog(Protocol):
    """Topics of ordered, numbered records."""

    def partitions(self, topic: str) -> int:
        """How many partitions the topic has."""

    async def append(self, records: Sequence[Record]) -> None:
        """Append all, durably, in this order within each partition; LogFault: unknown."""

    async def read(
        self, topic: str, partition: int, position: int, *, bytes_max: int, wait_s: float
    ) -> list[Entry]:
        """Entries from `position` on, at least one if any is there, else [] after `wait_s`."""

    async def ends(self, topic: str) -> list[tuple[int, int]]:
        """For each partition: position of the oldest record, and of the next to come."""

    async def trim(self, topic: str, partition: int, before: int) -> None:
        """Forget the records below `before`."""

    async def missing(self) -> str:
        """What this process lacks to work with the log, in a sentence; "": nothing."""

    async def divide(self, group: str, topics: Sequence[str], take: Take) -> None:
        """Share the partitions among the group's processes until cancelled.

        `take` is told of each change; before others are given what was ours, it is told nothing.
        """


LAST_WAIT_S = 5.0
LAST_BYTES = 1


async def last_entries(log: EventLog, topic: str) -> list[Entry]:
    """The newest record of each partition that holds one. LogFault: one cannot be read."""
    found: list[Entry] = []
    for partition, (start, end) in enumerate(await log.ends(topic)):
        if end == start:
            continue
        page = await log.read(topic, partition, end - 1, bytes_max=LAST_BYTES, wait_s=LAST_WAIT_S)
        if not page:
            raise LogFault(f"the last record of {topic}-{partition} at {end - 1} does not come")
        found.append(page[0])
    return found


async def take_all(log: EventLog, topics: Sequence[str], take: Take) -> None:
    """How a log divides that only one process can open: everything is ours."""
    everything = [
        Partition(topic, number) for topic in topics for number in range(log.partitions(topic))
    ]
    await take(frozenset(everything))
    await asyncio.Event().wait()


def partition_of(key: str, partitions: int) -> int:
    """The partition of a key: murmur2 as Apache Kafka's default partitioner has it."""
    return (_murmur2(key.encode()) & 0x7FFFFFFF) % partitions


def _murmur2(data: bytes) -> int:
    mask, multiplier = 0xFFFFFFFF, 0x5BD1E995
    length = len(data)
    state = (0x9747B28C ^ length) & mask
    whole = length & ~3
    for start in range(0, whole, 4):
        word = int.from_bytes(data[start : start + 4], "little") * multiplier & mask
        word = (word ^ (word >> 24)) * multiplier & mask
        state = (state * multiplier & mask) ^ word
    if length > whole:
        state ^= int.from_bytes(data[whole:], "little")
        state = state * multiplier & mask
    state = (state ^ (state >> 13)) * multiplier & mask
    return state ^ (state >> 15)
