"""Reading ahead: what was fetched and not yet asked for, one lane a partition.

A hop asks for a position; the log's client fetches behind its back. A lane is a window of
consecutive entries: it begins where its reader stands and ends where fetching goes on, so that a
batch that was abandoned is read again from memory. What does not belong: any client of a log.
"""

import asyncio
from collections import deque
from collections.abc import Iterable

from broker.errors import BrokerError
from broker.model.records import Entry


class Lane:
    """The window of one partition: positions from `begin` to below `end`."""

    def __init__(self, position: int, now: float) -> None:
        self.begin = self.end = position
        self.bytes = 0
        self.asked_until = now
        self.fault: BrokerError | None = None
        self._entries: deque[Entry] = deque()
        self._news = asyncio.Event()

    def holds(self, position: int) -> bool:
        """Whether a reader at this position can go on with this window."""
        return self.fault is None and self.begin <= position <= self.end

    def add(self, entries: Iterable[Entry]) -> bool:
        """Put what was fetched at the end; False: it does not follow, nothing behind it was put."""
        for entry in entries:
            if entry.position != self.end:
                return False
            self._entries.append(entry)
            self.bytes += len(entry.value)
            self.end += 1
        self._news.set()
        return True

    def fail(self, fault: BrokerError) -> None:
        """Whoever reads here is told."""
        self.fault = fault
        self._news.set()

    def let_go(self, position: int) -> None:
        """Forget what lies before a position inside the window: it is never asked for again."""
        while self._entries and self.begin < position:
            self.bytes -= len(self._entries.popleft().value)
            self.begin += 1
        self.begin = max(self.begin, position)

    def take(self, position: int, bytes_max: int) -> list[Entry]:
        """Entries from a position; [] where another reader has let go of it meanwhile."""
        if not self.holds(position):
            return []
        self.let_go(position)
        found: list[Entry] = []
        size = 0
        for entry in self._entries:
            size += len(entry.value)
            if found and size > bytes_max:
                break
            found.append(entry)
        return found

    async def news(self, position: int, wait_s: float) -> bool:
        """Whether there is something at this position, or a fault, within this time."""
        try:
            async with asyncio.timeout(wait_s):
                while self.end <= position and self.fault is None:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            return False
        return True
