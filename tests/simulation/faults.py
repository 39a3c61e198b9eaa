"""Plumbing that fails by seed: before a call is done, after it, slowly, or not for a long while.

A `Gate` belongs to one process. A fault after the call is the unknown end: it was done. A paused
process is frozen at its next call and wakes later, believing that nothing has happened.
"""

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from broker.errors import BrokerError, LogFault, StateFault
from broker.eventlog.contract import EventLog, Partition, Take
from broker.model.records import Entry, Record
from broker.state.database import Database, Work


@dataclass(frozen=True, slots=True)
class Rates:
    """How likely each misfortune is, per call."""

    fault: float = 0.0
    slow: float = 0.0
    slow_s: float = 0.0
    echo: float = 0.0


QUIET = Rates()


class Gate:
    """What every call of one process goes through."""

    def __init__(self, drawn: random.Random, rates: Rates) -> None:
        self.random = drawn
        self.rates = rates
        self.paused_until = 0.0

    async def around(self, call: Callable[[], Any], fault: type[BrokerError]) -> Any:
        """The call, perhaps with a fault before or after it, or a wait."""
        await self._wait()
        if self.random.random() < self.rates.fault / 2:
            raise fault("refused before anything was done")
        result = await call()
        await self._wait()
        if self.random.random() < self.rates.fault / 2:
            raise fault("the answer was lost; it was done")
        return result

    async def _wait(self) -> None:
        clock = asyncio.get_running_loop().time
        if self.random.random() < self.rates.slow:
            await asyncio.sleep(self.random.uniform(0, self.rates.slow_s))
        while (left := self.paused_until - clock()) > 0:
            await asyncio.sleep(left)


class FaultyLog:
    """A log behind a gate; `echo` is told of records that shall stand there again later."""

    def __init__(self, real: EventLog, gate: Gate, echo: Callable[[Record], None]) -> None:
        self._real = real
        self._gate = gate
        self._echo = echo

    def partitions(self, topic: str) -> int:
        """As the log has them."""
        return self._real.partitions(topic)

    async def append(self, records: Sequence[Record]) -> None:
        """Append; some records will come again, early or hours late."""
        await self._gate.around(lambda: self._real.append(records), LogFault)
        for record in records:
            if self._gate.random.random() < self._gate.rates.echo:
                self._echo(record)

    async def read(
        self, topic: str, partition: int, position: int, *, bytes_max: int, wait_s: float
    ) -> list[Entry]:
        """Read through the gate."""
        found: list[Entry] = await self._gate.around(
            lambda: self._real.read(topic, partition, position, bytes_max=bytes_max, wait_s=wait_s),
            LogFault,
        )
        return found

    async def ends(self, topic: str) -> list[tuple[int, int]]:
        """The ends, through the gate."""
        found: list[tuple[int, int]] = await self._gate.around(
            lambda: self._real.ends(topic), LogFault
        )
        return found

    async def missing(self) -> str:
        """What the log itself says."""
        return await self._real.missing()

    async def divide(self, group: str, topics: Sequence[str], take: Take) -> None:
        """Every process is told that everything is its own, and often that it is not, and again."""
        del group
        everything = frozenset(
            Partition(topic, number)
            for topic in topics
            for number in range(self._real.partitions(topic))
        )
        while True:
            await take(everything)
            await asyncio.sleep(self._gate.random.uniform(20, 300))
            if self._gate.random.random() < self._gate.rates.fault * 4:
                await take(frozenset())

    async def trim(self, topic: str, partition: int, before: int) -> None:
        """Trim through the gate."""
        await self._gate.around(lambda: self._real.trim(topic, partition, before), LogFault)


class FaultyDatabase:
    """A database behind a gate."""

    def __init__(self, real: Database, gate: Gate) -> None:
        self._real = real
        self._gate = gate
        self.one_commit = real.one_commit

    async def write(self, work: Work[Any]) -> Any:
        """Write; a fault afterwards means that it was committed."""
        return await self._gate.around(lambda: self._real.write(work), StateFault)

    async def read(self, work: Work[Any]) -> Any:
        """Read."""
        return await self._gate.around(lambda: self._real.read(work), StateFault)

    def outbox(
        self, connection: Connection, owner: tuple[str, int], records: Sequence[Record]
    ) -> list[int]:
        """Inside a work: as the database does it."""
        return self._real.outbox(connection, owner, records)
