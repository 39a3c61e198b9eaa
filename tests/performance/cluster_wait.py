"""How long a declaration is on its way: from POST to the agency's topic, and while something dies.

Deliveries stand still as long as the declaration that waits longest beyond the usual: the one
that came just when what it needed had died. The settings that bound it stand beside the figure.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from broker.configuration import read
from broker.plumbing import opened
from broker.settings import Secrets, Settings
from tests.cluster.role import RoleProcess
from tests.cluster.site import Site
from tests.performance.cluster_reader import (
    Arrivals,
    dossiers,
    looked_beside,
    reading,
    reading_beside,
    waits,
)
from tests.performance.cluster_road import (
    ROLES,
    Lodged,
    handled,
    port_of,
    posted,
    write_bodies,
)
from tests.performance.cluster_site import (
    AGENCY,
    STATIONS,
    Servers,
    bench_site,
    composed,
    divided,
    finished,
    progress,
    put_keys,
    start,
)
from tests.performance.figures import Figure, median
from tests.servers.kafka import Kafka
from tests.servers.kafka_settings import FAIL_OVER

SETTLE_S = 4.0
MARGIN_S = 3.0
STEADY_S_MAX = 240
"""For how long there are bodies to send while something dies."""
STATIONED = {"intake": 1, "translation": 2, "core": 2, "delivery": 2}
Waits = list[tuple[float, float]]


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of all is not above."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def part(one: Lodged, name: str, count: int) -> Path:
    """A folder with the first so many bodies."""
    folder = one.bodies.with_name(name)
    folder.mkdir()
    for path in sorted(one.bodies.iterdir())[:count]:
        (folder / path.name).hardlink_to(path)
    return folder


# -- latency, and the embedded log beside ------------------------------------------------------


async def latency(servers: Servers, one: Lodged, rate: float) -> Waits:
    """Waits of all declarations at this rate, on the cluster."""
    async with (
        bench_site(servers) as site,
        opened(site.settings, site.secrets, []) as plumbing,
        reading(site) as arrivals,
    ):
        await start(site, ROLES)
        told = await posted(port_of(site), one.bodies, rate)
        await finished(plumbing, len(told))
        of = await plumbing.database.read(dossiers)
        await _all_came(arrivals, len(told))
        return waits(told, arrivals, of)


async def embedded(servers: Servers, one: Lodged, rate: float) -> tuple[float, Waits]:
    """The same load on one process with its own log: seconds of all of it, and the waits."""
    config = servers.folder / "config-1"
    seconds = 0.0
    found: Waits = []
    for name, pace in (("fast", 0.0), ("paced", rate)):
        data = servers.folder / f"embedded-{one.items}-{name}"
        async with _embedded(data, config) as role, reading_beside(data) as arrivals:
            told = await posted(int(role.url.rpartition(":")[2]), one.bodies, pace)
            ends = time.time() + 120
            while looked_beside(data, progress) != (len(told), 0, 0):
                assert time.time() < ends, "the embedded road does not come to its end"
                await asyncio.sleep(0.02)
            await _all_came(arrivals, len(told))
            if pace:
                found = waits(told, arrivals, looked_beside(data, dossiers))
            else:
                seconds = time.time() - told[0].sent
    return seconds, found


@contextlib.asynccontextmanager
async def _embedded(data: Path, config: Path) -> AsyncIterator[RoleProcess]:
    await asyncio.to_thread(data.mkdir)
    async with opened(Settings(data_directory=str(data)), Secrets(), []) as plumbing:
        await put_keys(plumbing)
    role = RoleProcess("embedded", ("all", "--data", str(data)), data)
    await role.start(config, {})
    try:
        yield role
    finally:
        await role.stop()


async def _all_came(arrivals: Arrivals, count: int) -> None:
    async with asyncio.timeout(30):
        while len(arrivals.first) < count:
            await asyncio.sleep(0.02)


async def beside(servers: Servers, one: Lodged, rate: float, seconds: float) -> list[Figure]:
    """Latency at half of what the cluster bears, and the embedded log under the same load."""
    half = rate / 2
    folder = part(one, f"paced-{one.items}", min(one.count, max(20, int(half * seconds))))
    few = Lodged(one.items, folder, len(list(folder.iterdir())), "", one.recorded)
    ours = [wait for _, wait in await latency(servers, few, half)]
    took, found = await embedded(servers, few, half)
    theirs = [wait for _, wait in found]
    told = [
        Figure(f"{name} from POST to the agency's topic, {one.items} items at {half:.0f}/s, "
               "beside the embedded log", percentile(ours, share) / percentile(theirs, share), "-",
               f"{percentile(ours, share) * 1000:,.0f} ms",
               f"{percentile(theirs, share) * 1000:,.0f} ms")
        for name, share in (("p50", 0.5), ("p99", 0.99))
    ]  # fmt: skip
    fast = few.count / took
    told.append(
        Figure(f"road, {one.items} items, all roles, beside the embedded log", rate / fast, "-",
               f"{rate:,.0f} declarations/s", f"{fast:,.0f} declarations/s")
    )  # fmt: skip
    return told


# -- what stands still when something dies -----------------------------------------------------


@dataclass(frozen=True, slots=True)
class Kill:
    """What was killed, and when."""

    what: str
    at: float
    aim_s: float
    settings: str


def still(kill: Kill, found: Waits, arrivals: Arrivals) -> Figure:
    """The longest wait of what was sent around the kill, beyond the usual."""
    usual = median([wait for at, wait in found if kill.at - SETTLE_S <= at <= kill.at - 1])
    near = [wait for at, wait in found if kill.at - 1 <= at <= kill.at + kill.aim_s]
    longest = max(near) - usual
    came = [at for at in sorted(arrivals.at) if kill.at - 1 <= at <= kill.at + kill.aim_s + 2]
    gap = max(later - earlier for earlier, later in pairwise(came))
    return Figure(
        f"deliveries stand still after kill -9 of {kill.what}", longest / kill.aim_s, "<= 1",
        f"{longest:.1f} s (whole topic: {gap:.1f} s; usual wait {usual * 1000:.0f} ms)",
        f"{kill.aim_s:.1f} s: {kill.settings}",
    )  # fmt: skip


async def roles_die(servers: Servers, rate: float) -> list[Figure]:
    """Each station in turn loses one of its two processes, under load."""
    async with bench_site(servers) as site:
        session_s = site.settings.kafka_session_s
        shown = f"kafka_session_s {session_s:g} + {MARGIN_S:g}"
        await start(site, STATIONED)

        async def killing(kills: list[Kill]) -> None:
            for station in STATIONS:
                await asyncio.sleep(SETTLE_S)
                name = await _busiest(site, station)
                what = f"a {station} process (one of two)"
                kills.append(Kill(what, time.time(), session_s + MARGIN_S, shown))
                await site.roles[name].kill()
                await asyncio.sleep(session_s + MARGIN_S * 2)
                await site.start(name)
                await divided(site)

        return await _standing(servers, site, rate, killing)


async def _busiest(site: Site, station: str) -> str:
    """The process of a station that has most to do; of delivery, who serves the agency."""
    agency = AGENCY if station == "delivery" else ""
    those = [name for name in site.roles if name.startswith(station)]
    done = {name: await handled(site, site.roles[name], agency) for name in those}
    return max(done, key=lambda name: done[name])


async def nodes_die(servers: Servers, rate: float) -> list[Figure]:
    """Each node of three dies in turn, and comes back."""
    aim_s = FAIL_OVER["broker.session.timeout.ms"] / 1000 + MARGIN_S
    shown = f"broker.session.timeout.ms {FAIL_OVER['broker.session.timeout.ms']} + {MARGIN_S:g} s"
    with Kafka(3) as cluster:
        three = Servers(servers.folder, cluster, servers.postgres)
        async with bench_site(three, copies=3) as site:
            await start(site, ROLES)
            await asyncio.to_thread(cluster.wait_until_in_sync)

            async def killing(kills: list[Kill]) -> None:
                for number in cluster.nodes:
                    await asyncio.sleep(SETTLE_S)
                    kills.append(Kill(f"node {number} of three", time.time(), aim_s, shown))
                    await asyncio.to_thread(cluster.kill, number)
                    await asyncio.sleep(aim_s + MARGIN_S)
                    await asyncio.to_thread(cluster.restart, number)
                    await asyncio.to_thread(cluster.wait_until_in_sync)

            return await _standing(servers, site, rate, killing)


async def _standing(
    servers: Servers, site: Site, rate: float, killing: Callable[[list[Kill]], Awaitable[None]]
) -> list[Figure]:
    """Load for as long as the killing goes on; then how long deliveries stood still."""
    bodies = servers.folder / "bodies-steady"
    if not bodies.exists():
        write_bodies(bodies, composed(read(site.config), 1, int(rate * STEADY_S_MAX)))
    kills: list[Kill] = []
    async with (
        opened(site.settings, site.secrets, []) as plumbing,
        reading(site) as arrivals,
    ):
        told = await posted(port_of(site), bodies, rate, killing(kills))
        await finished(plumbing, len(told))
        await _all_came(arrivals, len(told))
        found = waits(told, arrivals, await plumbing.database.read(dossiers))
    return [still(kill, found, arrivals) for kill in kills]
