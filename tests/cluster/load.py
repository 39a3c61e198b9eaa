"""The load of a fault story: senders and agencies by seed, and what they came to in the end.

The clients are the simulation's, over HTTP to real processes. One that reads a topic has a feed
too, acknowledged by the channel, so it reads that from the beginning instead of where it stands.
"""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from time import perf_counter

from broker.state import queue
from broker.state.postgres import postgres_database
from tests.cluster.site import Site
from tests.cluster.standing import Standing, repeated, wrong_on_the_log
from tests.limits import HANG_S
from tests.simulation.checker import check
from tests.simulation.history import History, Page
from tests.simulation.readout import Readout
from tests.simulation.traffic import Agency, Bounds, Client, Sender
from tests.simulation.world import drawn

Misfortune = Callable[[Site, random.Random], Awaitable[None]]
"""What happens to a site again and again, until it has happened often enough."""

STATUSES = 100
PULSE_S = 0.05


@dataclass(frozen=True, slots=True)
class Told:
    """What a story came to: every broken promise, and its figures in one line."""

    wrong: list[str]
    receipts: int
    figures: str


class TopicAgency(Agency):
    """Reads the feed of a recipient whose channel acknowledges for it."""

    async def _page(self, cursor: str | None, limit: int) -> Page:
        return await super()._page(cursor or "c0", limit)


class Pulse:
    """When deliveries were numbered, and how long none were."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self.stood_still_s = 0.0

    async def run(self) -> None:
        """Look again and again; a database that does not answer numbers nothing either."""
        clock = asyncio.get_running_loop().time
        numbered, since = -1, clock()
        async with postgres_database(self._site.settings, self._site.secrets) as database:
            while True:
                with contextlib.suppress(Exception):
                    _waits, now = await database.read(queue.signs)
                    if now != numbered:
                        numbered, since = now, clock()
                self.stood_still_s = max(self.stood_still_s, clock() - since)
                await asyncio.sleep(PULSE_S)


async def told(site: Site, misfortune: Misfortune, seed: int, lasts_s: float) -> Told:
    """The story: load while the misfortune happens, then rest, reading everything, and the end.

    `lasts_s`: about how long the misfortune lasts; the load is spread over it.
    """
    began, history = perf_counter(), History()
    book = site.configuration
    lodging = Bounds(
        declarations=int(lasts_s / 4) + 3, changes=4, pace=lasts_s / 300, unanswered_s=HANG_S
    )
    answering = Bounds(pace=0.02, late_s=lasts_s / 4, unanswered_s=HANG_S)
    senders = [
        Sender(name, site, history, drawn(seed, name), lodging) for name in sorted(book.senders)
    ]
    agencies = [
        _reader(name, site)(name, site, history, drawn(seed, name), answering)
        for name in sorted(book.recipients)
    ]
    async with _pulse(site) as pulse:
        await _under(site, misfortune, drawn(seed, "misfortune"), (senders, agencies))
        stood_still_s = pulse.stood_still_s
    await site.rest()
    clients: list[Client] = [*senders, *agencies]
    for client in clients:
        await client.read_all()
    for sender in senders:
        await sender.ask_statuses(at_most=STATUSES)
    wrong = await site.stop()
    readout = await site.read_out()
    wrong += check(history, readout)
    standing = await site.standing()
    wrong += wrong_on_the_log(standing, history, readout)
    seconds = (
        f"{perf_counter() - began:.0f} s, the slowest start took {site.slowest_start_s():.1f} s, "
        f"no delivery was numbered for {stood_still_s:.1f} s"
    )
    receipts = sum(len(one.receipts) for one in history.attempts)
    return Told(wrong, receipts, f"{_figures(history, readout, standing)}; {seconds}")


def _reader(name: str, site: Site) -> type[Agency]:
    return TopicAgency if site.configuration.recipients[name].channel == "topic" else Agency


@contextlib.asynccontextmanager
async def _pulse(site: Site) -> AsyncIterator[Pulse]:
    pulse = Pulse(site)
    async with asyncio.TaskGroup() as group:
        looking = group.create_task(pulse.run())
        yield pulse
        looking.cancel()


async def _under(
    site: Site,
    misfortune: Misfortune,
    chance: random.Random,
    clients: tuple[list[Sender], list[Agency]],
) -> None:
    """Everybody does what they do, and the misfortune happens; over when all have finished."""
    senders, agencies = clients
    resting = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        reading = [group.create_task(one.run(resting)) for one in agencies]
        lodging = [group.create_task(one.run()) for one in senders]
        await misfortune(site, chance)
        await asyncio.gather(*lodging)
        resting.set()
        await asyncio.gather(*reading)


def _figures(history: History, readout: Readout, standing: Standing) -> str:
    receipts = sum(len(one.receipts) for one in history.attempts)
    failed = sum(status >= 500 for one in history.attempts for status, _ in one.answers)
    counts = {name: len(readout.of(name)) for name in ("submissions", "outcomes", "queue")}
    said = ", ".join(f"{count} {name}" for name, count in counts.items())
    again = repeated(standing)
    return f"{receipts} receipts, {failed} times 5xx, {said}, {again} records again on the log"
