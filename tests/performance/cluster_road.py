"""The road on a cluster: declarations a second beside the floor, two processes beside one."""

import asyncio
import contextlib
import os
import pickle
import re
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import orjson

from broker.configuration import read
from broker.plumbing import opened
from tests.cluster.role import RoleProcess
from tests.cluster.site import Site
from tests.performance.cluster_rows import Recorded, accepted, record
from tests.performance.cluster_site import (
    AGENCY,
    ROOT,
    SENDERS,
    STATIONS,
    Servers,
    bench_site,
    composed,
    difference,
    finished,
    lodge,
    release,
    spent,
    start,
)
from tests.performance.figures import Figure, median
from tests.servers.ports import Port

HERE = Path(__file__).parent
CONNECTIONS = 32
SETTLE_S = 1.0
REST_S = 5.0
DONE = r"^swb_(?:hop_messages|deliveries)_total({(?![^}]*acknowledged)[^}]*}) ([\d.e+]+)$"
ROLES = {"intake": 1, "translation": 1, "core": 1, "delivery": 1, "timers": 1}


class Post(NamedTuple):
    """A declaration that was accepted: when it was due or sent, and when it was answered."""

    submission: str
    sent: float
    answered: float


@dataclass(slots=True)
class Lodged:
    """Declarations of one size: their bytes, a database that holds them, what they come to."""

    items: int
    bodies: Path
    count: int
    template: str
    recorded: Recorded


@dataclass(frozen=True, slots=True)
class Run:
    """A run of the stations: how long, what it cost, who did how much, records by partition.

    `rest` is the processor time that the same processes take in a second with nothing to do.
    """

    seconds: float
    used: Mapping[str, float]
    rest: float
    done: Mapping[str, float]
    ends: Mapping[str, Sequence[int]]

    def cpu(self, *, servers: bool = True) -> float:
        """Seconds of processor time, with or without what the servers took."""
        return sum(used for name, used in self.used.items() if servers or name.startswith(STATIONS))

    def work(self) -> float:
        """Seconds of the stations' processor time, without what they would have taken at rest."""
        return self.cpu(servers=False) - self.rest * self.seconds

    def shown(self, count: int) -> str:
        """What each part took of a declaration."""
        parts = (f"{name} {used / count * 1000:.1f}" for name, used in self.used.items())
        return f"{self.cpu() / count * 1000:.1f} ms: {', '.join(parts)}"


@contextlib.asynccontextmanager
async def lodged(servers: Servers, items: int, count: int) -> AsyncIterator[Lodged]:
    """Composed, written as files, accepted; recorded by the first run of the stations."""
    async with bench_site(servers) as base:
        bodies = composed(read(base.config), items, count)
        folder = write_bodies(servers.folder / f"bodies-{items}", bodies)
        await lodge(base, bodies)
        template = base.settings.database_url.rpartition("/")[2]
        async with opened(base.settings, base.secrets, []) as plumbing:
            recorded = Recorded(await accepted(plumbing))
        yield Lodged(items, folder, count, template, recorded)


def write_bodies(folder: Path, bodies: Sequence[bytes]) -> Path:
    """Files for the load, each named by its number and its sender."""
    folder.mkdir()
    for number, body in enumerate(bodies):
        (folder / f"{number:06d}.{SENDERS[number % len(SENDERS)]}").write_bytes(body)
    return folder


async def posted(
    port: int, bodies: Path, rate: float = 0, until: Awaitable[None] | None = None
) -> list[Post]:
    """POST every body from a process of its own, or as many as can be sent until then."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, HERE / "cluster_load.py", str(port), bodies, str(CONNECTIONS), str(rate),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        if until is not None:
            await until
            process.terminate()
        out, _ = await process.communicate()
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
    assert process.returncode == 0, "the load was not taken"
    return [Post(*one) for one in orjson.loads(out)]


@contextlib.asynccontextmanager
async def floor_roles(
    site: Site, roles: Sequence[str], recorded: Recorded, port: int = 0
) -> AsyncIterator[Mapping[str, int]]:
    """The floor's processes, ready, by role; ended afterwards."""
    path = site.folder / "recorded"
    path.write_bytes(pickle.dumps(recorded))
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.performance.cluster_floor", role, path, str(port), AGENCY,
            stdout=asyncio.subprocess.PIPE, cwd=ROOT, env={**os.environ, **site.environment},
        )
        for role in roles
    ]  # fmt: skip
    try:
        for process in processes:
            assert process.stdout is not None
            async with asyncio.timeout(60):
                assert await process.stdout.readline() == b"ready\n", "the floor did not start"
        yield {role: one.pid for role, one in zip(roles, processes, strict=True)}
    finally:
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def alone(servers: Servers, one: Lodged, each: int) -> Run:
    """From the records' append to the last delivery, `each` processes a role; 0: of the floor."""
    async with (
        bench_site(servers, one.template) as site,
        opened(site.settings, site.secrets, []) as plumbing,
        contextlib.AsyncExitStack() as running,
    ):
        if each:
            await start(site, dict.fromkeys(STATIONS, each))
            pids = {name: role.pid for name, role in site.roles.items()}
        else:
            floor = floor_roles(site, STATIONS, one.recorded)
            pids = dict(await running.enter_async_context(floor))
        before, began = spent(pids, servers), time.time()
        await release(plumbing)
        await finished(plumbing, one.count)
        seconds = time.time() - began
        used = difference(spent(pids, servers), before)
        rest = await _at_rest(pids, servers) if each else 0.0
        topics = [name for name in read(site.config).topic_names if not name.startswith("agency")]
        if each and not one.recorded.made:
            found = await record(plumbing, [name for name in topics if name.startswith("events")])
            found.submissions = one.recorded.submissions
            one.recorded = found
        ends = {name: [end for _, end in await plumbing.log.ends(name)] for name in topics}
        return Run(seconds, used, rest, await _done(site), ends)


async def _at_rest(pids: Mapping[str, int], servers: Servers) -> float:
    """What processes that have done everything take of a processor, in a second."""
    await asyncio.sleep(SETTLE_S)
    before = spent(pids, servers)
    await asyncio.sleep(REST_S)
    used = difference(spent(pids, servers), before)
    return sum(one for name, one in used.items() if name.startswith(STATIONS)) / REST_S


async def whole(servers: Servers, one: Lodged, *, floor: bool) -> float:
    """Seconds from the first POST to the last delivery."""
    async with (
        bench_site(servers) as site,
        opened(site.settings, site.secrets, []) as plumbing,
        contextlib.AsyncExitStack() as running,
    ):
        if floor:
            free, roles = Port(), ["intake", *STATIONS]
            port = free.number
            free.release()
            await running.enter_async_context(floor_roles(site, roles, one.recorded, port))
        else:
            await start(site, ROLES)
            port = port_of(site)
        load = await posted(port, one.bodies)
        await finished(plumbing, one.count)
        return time.time() - load[0].sent


def port_of(site: Site) -> int:
    """Where intake listens."""
    return int(site.roles["intake-0"].url.rpartition(":")[2])


async def _done(site: Site) -> dict[str, float]:
    """Messages worked and deliveries numbered, by process."""
    return {
        name: await handled(site, role)
        for name, role in site.roles.items()
        if name.startswith(STATIONS)
    }


async def handled(site: Site, role: RoleProcess, agency: str = "") -> float:
    """How much a process has done; of one agency only, how much it has numbered for it."""
    shown = (await site.ask(role, "GET", "/metrics", {})).text
    found = re.findall(DONE, shown, re.MULTILINE)
    return sum(float(value) for labels, value in found if agency in labels)


async def road(servers: Servers, one: Lodged, rounds: int) -> tuple[list[Figure], float]:
    """Road and floor in turns; the stations alone first. Also declarations a second, whole."""
    stations, through, costs = [], [], []
    for _ in range(rounds):
        pair = await alone(servers, one, 1), await alone(servers, one, 0)
        stations.append((pair[0].seconds, pair[1].seconds))
        costs.append(pair)
    for _ in range(rounds):
        first = await whole(servers, one, floor=False)
        through.append((first, await whole(servers, one, floor=True)))
    told = []
    for what, runs in (("all roles, from POST", through), ("stations alone", stations)):
        mine, floor = (one.count / median([run[side] for run in runs]) for side in (0, 1))
        ratio = median([run[1] / run[0] for run in runs])
        told.append(
            Figure(f"road, {one.items} item(s), {what}", ratio, ">= 0.5",
                   f"{mine:,.0f} declarations/s", f"{floor:,.0f} declarations/s")
        )  # fmt: skip
    ratio = median([floor.cpu() / ours.cpu() for ours, floor in costs])
    ours, floor = costs[-1]
    told.append(Figure(f"the same in processor time, {one.items} item(s)", ratio, "-",
                       ours.shown(one.count), floor.shown(one.count)))  # fmt: skip
    return told, one.count / median([run[0] for run in through])


async def scale(servers: Servers, one: Lodged, rounds: int) -> list[Figure]:
    """Two processes a role beside one: processor time a message, and who did how much."""
    runs = [(await alone(servers, one, 1), await alone(servers, one, 2)) for _ in range(rounds)]

    def shown(side: int) -> str:
        spent_s = median([run[side].cpu(servers=False) for run in runs])
        rate = one.count / median([run[side].seconds for run in runs])
        return f"{spent_s / one.count * 1000:.1f} ms at {rate:,.0f}/s"

    ratio = median([two.cpu(servers=False) / single.cpu(servers=False) for single, two in runs])
    told = [Figure("processor time a declaration, two processes a role beside one", ratio,
                   "<= 1.15", shown(1), shown(0))]  # fmt: skip
    net = median([two.work() / single.work() for single, two in runs])
    two, single = (median([run[side].rest for run in runs]) for side in (1, 0))
    told.append(Figure("the same without what the processes take at rest", net, "-",
                       f"{runs[-1][1].work() / one.count * 1000:.1f} ms",
                       f"{runs[-1][0].work() / one.count * 1000:.1f} ms"))  # fmt: skip
    told.append(Figure("what the processes take of a processor at rest", two / single, "-",
                       f"{two * 100:.0f} %", f"{single * 100:.0f} %"))  # fmt: skip
    last = runs[-1][1]
    for station in STATIONS:
        parts = [done for name, done in last.done.items() if name.startswith(station)]
        told.append(_evenness(f"messages by process, two of {station}", parts))
    for topic, ends in last.ends.items():
        if sum(ends):
            told.append(_evenness(f"records by partition of {topic}", ends))
    return told


def _evenness(what: str, parts: Sequence[float]) -> Figure:
    mean = sum(parts) / len(parts)
    return Figure(f"{what}, most over mean", max(parts) / mean, "-",
                  f"{max(parts):,.0f}", f"{mean:,.0f}")  # fmt: skip
