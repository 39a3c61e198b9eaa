"""(i) What an event costs the core of a dossier that is old, beside one that is new.

A declaration of three items is lodged again and again, each time with other words for every item;
each agency decides on what it is given before the next version comes. The cost of an event should
depend on what is live, and not on how much came before it. Old and new are measured in turns.
"""

import asyncio
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from figures import Figure, median

from adapters.customs.writing import declaration_xml
from broker.hop import Hop
from broker.serve import steady
from broker.state.positions import Position
from broker.state.tables import QUEUE
from tests.broker_in_process import Broker, body, in_process, items_of

CODES = ("06031100", "02013000", "84713000")
OLD = 100


class Timed:
    """A hop of the core, and what its batches took of the processor for how many events."""

    def __init__(self, hop: Hop) -> None:
        self.seconds, self.events = 0.0, 0
        self._hop = hop

    def __getattr__(self, name: str) -> Any:
        return getattr(self._hop, name)

    async def batch(self, position: Position) -> Position:
        """The hop's own, measured where it has moved; no wait for the disk counts."""
        began = time.process_time()
        after = await self._hop.batch(position)
        if after != position:
            self.seconds += time.process_time() - began
            self.events += after.next - position.next
        return after


class Core:
    """All hops of the core of a broker, measured."""

    def __init__(self, broker: Broker) -> None:
        hops = [Timed(hop) if hop.station.name == "core" else hop for hop in broker.hops]
        broker.hops = tuple(hops)  # type: ignore[arg-type]
        self._broker = broker
        self._hops = [hop for hop in hops if isinstance(hop, Timed)]
        self._versions: dict[str, int] = {}

    async def lodge(self, lrn: str) -> float:
        """The next version and all decisions on it: the core's processor seconds for an event."""
        version = self._versions[lrn] = self._versions.get(lrn, 0) + 1
        before = self._spent()
        tree = body(lrn, *CODES)
        for item in items_of(tree):
            item["Commodity"]["Description"] = f"as in version {version}"
        await self._broker.lodge(declaration_xml(tree))
        for recipient, delivery in await self._documents(version):
            await self._broker.decide(recipient, delivery, "released")
        seconds, events = (now - then for now, then in zip(self._spent(), before, strict=True))
        assert events == 1 + len(CODES), f"{events} events of version {version}"
        return seconds / events

    async def _documents(self, version: int) -> list[tuple[str, str]]:
        """Whom the newest documents were delivered to, and under which names."""
        dossier = QUEUE.select().order_by(QUEUE.c.number.desc()).limit(1)
        query = QUEUE.select().where(QUEUE.c.version == version, QUEUE.c.what == "document")
        rows = await self._broker.plumbing.database.read(
            lambda connection: connection.execute(
                query.where(QUEUE.c.dossier == connection.execute(dossier).one().dossier)
            ).all()
        )
        return [(row.recipient, row.id) for row in rows]

    def _spent(self) -> tuple[float, int]:
        return sum(hop.seconds for hop in self._hops), sum(hop.events for hop in self._hops)


def figures(rounds: int) -> Iterator[Figure]:
    """An event at version 100, beside the first version and beside the second."""
    steady()
    with tempfile.TemporaryDirectory() as folder:
        runs = asyncio.run(_measured(Path(folder), 4 * rounds))
    old = median([run[2] for run in runs])
    for at, (what, aim) in enumerate((("version 1", "<= 1.2"), ("version 2", "-"))):
        ratio = median([run[2] / run[at] for run in runs])
        new = median([run[at] for run in runs])
        yield Figure(
            f"processor time of the core for an event at version {OLD}, beside {what}",
            ratio, aim, f"{old * 1000:.1f} ms", f"{new * 1000:.1f} ms",
        )  # fmt: skip


async def _measured(folder: Path, times: int) -> list[tuple[float, float, float]]:
    """Processor seconds of an event: versions 1 and 2 of new dossiers, and from 100 on."""
    async with in_process(directory=folder) as broker:
        core = Core(broker)
        for _ in range(OLD - 1):
            await core.lodge("QZ-OLD")
        return [
            (await core.lodge(name), await core.lodge(name), await core.lodge("QZ-OLD"))
            for name in (f"QZ-{number}" for number in range(times))
        ]
