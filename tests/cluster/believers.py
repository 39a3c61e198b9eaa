"""Two processes in this loop that both believe that everything is theirs, on real servers.

No group divides anything between them: each reads, works, numbers and sends all there is. Their
plumbing fails now and then, before a call or after it, and stands still for seconds at a time, so
that each often goes on where the other has been meanwhile (see the simulation's faults).
"""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Mapping
from typing import Any

from broker.doors import Keyring
from broker.hop import Plumbing
from broker.plumbing import opened
from broker.serve import web_server, with_operators
from broker.stations import assemble, topics_of
from tests.cluster.site import Site
from tests.simulation.asgi import asked
from tests.simulation.faults import FaultyDatabase, FaultyLog, Gate, Rates

RATES = Rates(fault=0.01, slow=0.05, slow_s=0.3)


class Believer:
    """Everything of the broker over plumbing of its own; `gate` is where it fails and sleeps."""

    def __init__(self, site: Site, plumbing: Plumbing, gate: Gate) -> None:
        self.gate = gate
        configuration = with_operators(site.configuration, site.settings)
        shaken = Plumbing(
            FaultyLog(plumbing.log, gate, lambda _record: None),
            FaultyDatabase(plumbing.database, gate),
            plumbing.clock,
            wait_s=1.0,
        )
        self._stations = assemble(configuration, shaken, site.settings)
        inside = (self._stations, Keyring(shaken, configuration.principals, {}))
        self._app: Any = web_server(site.settings, configuration, shaken, inside).config.app

    async def run(self) -> None:
        """Every loop, until cancelled."""
        async with asyncio.TaskGroup() as group:
            for work in self._stations.loops:
                group.create_task(work())

    async def request(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes = b""
    ) -> tuple[int, bytes]:
        """A request to its doors."""
        return await asked(self._app, method, path, headers, body)


@contextlib.asynccontextmanager
async def believing(site: Site, chance: random.Random, count: int) -> AsyncIterator[list[Believer]]:
    """So many believers at work, who are also the site's doors."""
    topics = topics_of(site.configuration)
    async with contextlib.AsyncExitStack() as running:
        believers = []
        for _ in range(count):
            plumbing = await running.enter_async_context(
                opened(site.settings, site.secrets, topics)
            )
            gate = Gate(random.Random(chance.random()), RATES)  # noqa: S311  chance by seed
            believers.append(Believer(site, plumbing, gate))
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one.run()) for one in believers]
            site.inside = believers
            yield believers
            site.inside = []
            for task in tasks:
                task.cancel()
