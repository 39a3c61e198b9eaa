"""(h) The pipeline with workers beside the pipeline without: the same lodged folder, in turns.

Both run with the settings as they are by default. The floor is the pipeline of one process, so that
a ratio above 1 is what the workers gain; what must not get slower with them has the aim 1.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

from figures import Figure, median
from road_bench import ROOT, copied, prepared, run, stations_of
from road_loads import LOADS, Load

from broker.configuration import Configuration, read
from broker.serve import steady
from broker.settings import Settings
from broker.translation.batch import Means
from broker.translation.turns import Fairness, TurnLimits
from broker.workers.links import Template
from broker.workers.pool import Limits, Link, Workers

AIMS = {
    "road, 10 item(s)": ">= 1.15",
    "road, a postal item a POST": ">= 1.0",
    "road, 1,000 postal items in NDJSON": "-",
    "road, a list of 300 passengers": ">= 2",
    "road, a FAL 5 of 30": "-",
}


class Pool:
    """The workers of one run, and the template that outlives it."""

    def __init__(self, settings: Settings) -> None:
        limits = Limits(settings.worker_bytes_min, settings.worker_cpu_s,
                        settings.worker_rss_bytes_max)  # fmt: skip
        self.template = Template(limits)
        self._count, self._started = settings.workers, 0
        self._all_started = asyncio.Event()
        bytes_max = settings.record_bytes_max
        self.workers = Workers(self._start, self._count, limits, event_bytes_max=bytes_max)

    async def _start(self) -> Link:
        link = await self.template.start_worker()
        self._started += 1
        if self._started == self._count:
            self._all_started.set()
        return link

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """All workers forked, and at work until the end."""
        async with asyncio.TaskGroup() as group:
            task = group.create_task(self.workers.run())
            await self._all_started.wait()
            yield
            task.cancel()
        self.template.close()


def figures(rounds: int) -> Iterator[Figure]:
    """Each load lodged once; then with and without workers in turns, each on a fresh copy."""
    configuration = read(ROOT / "config")
    steady()
    for load in LOADS:
        if load.name not in AIMS:
            continue
        with tempfile.TemporaryDirectory() as folder:
            runs = asyncio.run(_pairs(Path(folder, "lodged"), configuration, load, rounds))
        ratio = median([without / ours for ours, without in runs])
        ours, without = (load.rate([run[side] for run in runs]) for side in (0, 1))
        yield Figure(f"{load.name}, with {Settings().workers} workers beside without", ratio,
                     AIMS[load.name], ours, without)  # fmt: skip


async def _pairs(
    lodging: Path, configuration: Configuration, load: Load, rounds: int
) -> list[tuple[float, float]]:
    count = await prepared(lodging, configuration, load)
    settings = Settings()
    fairness = Fairness(TurnLimits(settings.turn_messages_max))

    async def through(means: Means, pool: Pool | None = None) -> float:
        stations = stations_of(configuration, load, means)
        beside = pool.running() if pool else None
        return await run(copied(lodging, "run"), stations, count, beside)

    found = []
    for _ in range(rounds):
        pool = Pool(settings)
        bytes_max = settings.record_bytes_max
        ours = await through(Means(pool.workers, fairness, bytes_max), pool)
        found.append((ours, await through(Means(None, fairness, bytes_max))))
    return found
