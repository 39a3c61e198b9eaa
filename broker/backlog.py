"""How far stations are behind their topics; counted for metrics, and for who must not add to it."""

import asyncio

from broker.bells import Bell
from broker.errors import BrokerError
from broker.hop import Plumbing
from broker.model.events import topic_of
from broker.state import positions

COUNTED_S = 0.5
"""How long a count is good enough."""


async def count_lags(plumbing: Plumbing) -> dict[tuple[str, str], int]:
    """How many records each station has before it, by (station, topic)."""
    readers = await plumbing.database.read(positions.everywhere)
    ends = {topic: await plumbing.log.ends(topic) for topic in {one.topic for one, _ in readers}}
    lags: dict[tuple[str, str], int] = {}
    for reader, position in readers:
        if reader.partition >= len(ends[reader.topic]):
            continue  # of a topic that this configuration does not know
        behind = max(0, ends[reader.topic][reader.partition][1] - position.next)
        key = (reader.station, reader.topic)
        lags[key] = lags.get(key, 0) + behind
    return lags


class CountedBacklog:
    """How far the core is behind, counted while anything asks."""

    def __init__(self, plumbing: Plumbing) -> None:
        self._plumbing = plumbing
        self._lags: dict[tuple[str, str], int] = {}
        self._asked = asyncio.Event()
        self._counted = Bell()

    def behind(self, kind: str) -> int:
        """How many records of this kind it has before it, when they were counted last."""
        self._asked.set()
        return self._lags.get(("core", topic_of(kind)), 0)

    async def arrive(self) -> None:
        """Return when they have been counted again."""
        ticket = self._counted.ticket()
        self._asked.set()
        await ticket.wait()

    async def run(self) -> None:
        """Count until cancelled; what cannot be asked now is asked again."""
        while True:
            await self._asked.wait()
            self._asked.clear()
            try:
                self._lags = await count_lags(self._plumbing)
            except BrokerError:
                self._asked.set()
            self._counted.ring()
            await asyncio.sleep(COUNTED_S)
