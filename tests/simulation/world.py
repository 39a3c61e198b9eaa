"""The world of one seed: log, database, processes that live and die, clients, and time.

Everything of the broker is the production's: `assemble` and the web application with its doors.
Only the plumbing beneath it is shared, faulty and virtual.
"""

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from broker import logs
from broker.access import digest_of_key
from broker.clock import stamp
from broker.configuration import Configuration, examine
from broker.doors import Keyring
from broker.errors import SupersededFault
from broker.eventlog.memory import MemoryLog
from broker.hop import Plumbing
from broker.model.records import Record
from broker.serve import web_server, with_operators
from broker.settings import Settings
from broker.state import configurations, keys
from broker.state.configurations import InForce
from broker.state.database import MemoryDatabase
from broker.stations import assemble, event_topics, submission_topics
from tests.simulation.asgi import asked
from tests.simulation.checker import check
from tests.simulation.faults import QUIET, FaultyDatabase, FaultyLog, Gate, Rates
from tests.simulation.history import History
from tests.simulation.readout import Readout, read_out
from tests.simulation.traffic import Agency, Bounds, Outage, Sender
from tests.simulation.virtual import VirtualClock, VirtualLoop
from tests.simulation.workers import simulated

ROOT = Path(__file__).resolve().parent.parent.parent
STORM = Rates(fault=0.02, slow=0.15, slow_s=3.0, echo=0.25)
ECHO_S = 20 * 3600.0


@dataclass(frozen=True, slots=True)
class Story:
    """How long the storm lasts and how long the calm after it, in which answers come late.

    `senders`: who lodges; (): everybody. `succeeds`: how likely a process of the storm is started
    with another configuration.
    """

    storm_s: float = 420.0
    calm_s: float = 110 * 3600.0
    rates: Rates = STORM
    bounds: Bounds = field(default_factory=Bounds)
    senders: tuple[str, ...] = ()
    succeeds: float = 0.0


SHORT = Story(
    240.0, 3600.0, replace(STORM, fault=0.05), Bounds(declarations=3, pace=1.5, late_s=1800.0)
)
"""Enough for a broken double to show itself."""
TICK_S = 3000.0
"""How often the timers look when it is calm."""
REST_S = 4000.0
SETTINGS = Settings(partitions=2, timers_every_s=20.0, read_wait_s=30.0, inline_bytes_max=6_000)


@cache
def configuration() -> Configuration:
    """The configuration of the fictional state."""
    logs.set_up("CRITICAL")
    found, findings = examine(ROOT / "config")
    assert not findings, findings
    return with_operators(found, SETTINGS)


class Process:
    """One process: every hop on every partition, its doors, and its own belief in all of it."""

    def __init__(self, world: "World", gate: Gate, settings: Settings, started: InForce) -> None:
        self.gate = gate
        self.requests: set[asyncio.Task[tuple[int, bytes]]] = set()
        plumbing = Plumbing(
            FaultyLog(world.log, gate, world.echo),
            FaultyDatabase(world.database, gate),
            world.clock,
            batch_bytes_max=world.random.choice((700, 5_000, 1_000_000)),
            wait_s=settings.read_wait_s,
            configuration=started.number,
        )
        book = replace(configuration(), digest=started.digest or configuration().digest)
        chance = drawn(world.seed, f"workers {world.starts}")
        workers = simulated(configuration().adapters, chance, gate.rates.fault)
        turn = drawn(world.seed, f"turns {world.starts}").choice((1, 2, 500))
        settings = settings.model_copy(update={"turn_messages_max": turn})
        self.stations = assemble(book, plumbing, settings, workers=workers)
        keyring = Keyring(plumbing, configuration().principals, {})
        server = web_server(settings, book, plumbing, (self.stations, keyring))
        self.app = server.config.app

    async def run(self) -> None:
        """Every loop until the process is killed."""
        async with asyncio.TaskGroup() as group:
            for work in self.stations.loops:
                group.create_task(work())

    def die(self, task: asyncio.Task[None]) -> None:
        """At any await: loops and requests end where they stand."""
        task.cancel()
        self.hang_up()

    def hang_up(self) -> None:
        """Its requests get no answer any more."""
        for request in self.requests:
            request.cancel()


class World:
    """One seed's log, database, processes and clients."""

    def __init__(self, seed: int, loop: VirtualLoop, story: Story) -> None:
        self.seed = seed
        self.loop = loop
        self.story = story
        self.random = drawn(seed, "world")
        self.clock = VirtualClock(loop, drawn(seed, "names"))
        self.log: Any = MemoryLog(partitions=SETTINGS.partitions)
        self.database: Any = MemoryDatabase()
        self.history = History()
        self.alive: dict[asyncio.Task[None], Process] = {}
        self.appending: set[asyncio.Task[None]] = set()
        self.crashes: list[str] = []
        self.starts = 0
        self.superseded = 0
        self.kills = 0
        self.repeats = 0

    # -- processes --------------------------------------------------------------------------

    async def start(self, rates: Rates, settings: Settings = SETTINGS) -> asyncio.Task[None]:
        """A fresh process over the same log and database, with the files in force or others."""
        self.starts += 1
        others = drawn(self.seed, f"files {self.starts}").random() < self.story.succeeds
        started = await self.database.write(succeed if others else configurations.in_force)
        gate = Gate(drawn(self.seed, f"gate {self.starts}"), rates)
        process = Process(self, gate, settings, started)
        task = self.loop.create_task(process.run())
        task.add_done_callback(lambda _: process.hang_up())
        self.alive[task] = process
        return task

    async def kill(self, task: asyncio.Task[None]) -> None:
        """End a process wherever it stands."""
        self.kills += 1
        process = self.alive.pop(task)
        process.die(task)
        (result,) = await asyncio.gather(task, return_exceptions=True)
        self._crashed(result)

    def _crashed(self, result: BaseException | None) -> None:
        """A process that ended by itself is a bug."""
        if result is not None and not isinstance(result, asyncio.CancelledError):
            parts = [one for one in _parts(result) if not isinstance(one, SupersededFault)]
            self.superseded += not parts
            self.crashes += [f"crash: {type(one).__name__}: {one}"[:300] for one in parts]

    async def _storm(self) -> None:
        """Kills, restarts and pauses, until it is over."""
        for _ in range(2):
            await self.start(self.story.rates)
        ends = self.loop.time() + self.story.storm_s
        while self.loop.time() < ends:
            await asyncio.sleep(self.random.uniform(1, 30))
            for task in [task for task in self.alive if task.done()]:
                self._crashed(task.exception())
                del self.alive[task]
            chance = self.random.random()
            if chance < 0.45 and self.alive:
                await self.kill(self.random.choice(list(self.alive)))
            elif chance < 0.75 and self.alive:
                process = self.random.choice(list(self.alive.values()))
                process.gate.paused_until = self.loop.time() + self.random.uniform(2, 60)
            if len(self.alive) < 3 and self.random.random() < 0.7:
                await self.start(self.story.rates)
        for task in list(self.alive):
            await self.kill(task)

    # -- the log that says things again -----------------------------------------------------

    def echo(self, record: Record) -> None:
        """This record will stand on the log again: soon, or hours late."""
        late = self.random.choice((2.0, ECHO_S))
        self.loop.call_later(self.random.uniform(0, late), self._say_again, record)

    def _say_again(self, record: Record) -> None:
        self.repeats += 1
        appending = self.loop.create_task(self.log.append([record]))
        self.appending.add(appending)
        appending.add_done_callback(self.appending.discard)

    # -- the doors --------------------------------------------------------------------------

    async def request(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes = b""
    ) -> tuple[int, bytes]:
        """A request to some living process; Outage if it dies meanwhile."""
        living = [process for task, process in self.alive.items() if not task.done()]
        if not living:
            raise Outage
        process = self.random.choice(living)
        call = self.loop.create_task(asked(process.app, method, path, headers, body))
        process.requests.add(call)
        await asyncio.wait({call})
        process.requests.discard(call)
        if call.cancelled():
            raise Outage
        return call.result()

    # -- the whole story --------------------------------------------------------------------

    async def run(self) -> Readout:
        """Storm, long calm in which answers come late and deadlines pass, rest, final reading."""
        await self._issue_keys()
        book = configuration()
        lodging = self.story.senders or sorted(book.senders)
        senders = [self._client(Sender, name) for name in lodging]
        agencies = [self._client(Agency, name) for name in sorted(book.recipients)]
        resting = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            clients = [group.create_task(one.run(resting)) for one in agencies]
            clients += [group.create_task(one.run()) for one in senders]
            await self._storm()
            calm = SETTINGS.model_copy(update={"timers_every_s": TICK_S, "read_wait_s": 7200.0})
            last = await self.start(QUIET, calm)
            for one in (*agencies, *senders):
                one.bounds = replace(one.bounds, pace=one.bounds.pace * 1000)
            await asyncio.sleep(self.story.calm_s)
            resting.set()
            await asyncio.gather(*clients)
            await asyncio.sleep(REST_S)
            for client in (*senders, *agencies):
                await client.read_all()
            for sender in senders:
                await sender.ask_statuses()
            if last.done():
                self._crashed(last.exception())
            await self.kill(last)
        return await self._read_out()

    def _client(self, kind: type[Any], name: str) -> Any:
        return kind(name, self, self.history, drawn(self.seed, name), self.story.bounds)

    async def _issue_keys(self) -> None:
        for name in configuration().principals:
            key = digest_of_key(f"key-{name}")
            await self.database.write(lambda c, n=name, k=key: keys.put(c, k, n, ""))

    async def _read_out(self) -> Readout:
        ends = {}
        for topic in (*submission_topics(configuration()), *event_topics(configuration())):
            for partition, (_start, end) in enumerate(await self.log.ends(topic)):
                ends[topic, partition] = end
        at = stamp(self.clock.now() - timedelta(seconds=TICK_S))  # who looked last looked then
        return await self.database.read(lambda connection: read_out(connection, ends, at))


def succeed(connection: Connection) -> InForce:
    """Put other files in force, that differ in nothing but their digest; it has their number."""
    before = configurations.in_force(connection)
    return configurations.succeed(connection, before, f"{before.number + 1:064d}", "")


def _parts(result: BaseException) -> list[BaseException]:
    """What ended a process, out of all groups."""
    if isinstance(result, BaseExceptionGroup):
        return [part for one in result.exceptions for part in _parts(one)]
    return [result]


def drawn(seed: int, name: str) -> random.Random:
    """A source of its own for each name, so that one client's draws do not move another's."""
    return random.Random(f"{seed}/{name}")  # noqa: S311  chance by seed, no secret


@dataclass(frozen=True, slots=True)
class Told:
    """What a seed came to."""

    wrong: list[str]
    history: History
    readout: Readout
    world: World


def simulate(seed: int, story: Story | None = None, prepare: Any = None) -> Told:
    """Run one seed; `prepare(world)` may put broken doubles into it first."""
    loop = VirtualLoop()
    try:
        world = World(seed, loop, story or Story())
        if prepare is not None:
            prepare(world)
        readout = loop.run_until_complete(world.run())
    finally:
        loop.close()
    wrong = [*world.crashes, *check(world.history, readout)]
    return Told(wrong, world.history, readout, world)
