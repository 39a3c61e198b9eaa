"""A whole broker in one process, without sockets: for tests that need more than one room.

    @story
    async def test_something():
        async with in_process() as broker:
            receipt = await broker.lodge(declaration("QZ-1"))
            await broker.settle()
            assert await broker.feed("customs")

Rules
    Nothing runs behind a test's back but intake's writer: `settle` steps every hop, the drain and
    the timers until nothing moves. The clock stands still until a test moves it.
    Every name of the configuration holds the key `key-NAME`; `duty-desk` is an operator.
"""

import asyncio
import base64
import contextlib
import functools
import hashlib
import itertools
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson

from adapters.customs.sample_declaration import compose_tree
from adapters.customs.writing import declaration_xml
from broker import serve
from broker.access import digest_of_key
from broker.clock import stamp
from broker.configuration import Configuration, read
from broker.doors import Keyring
from broker.eventlog.embedded import SqliteFile
from broker.eventlog.memory import MemoryLog
from broker.hop import Hop, Plumbing
from broker.settings import Settings
from broker.state import keys
from broker.state.database import EmbeddedDatabase, MemoryDatabase
from broker.state.positions import Position
from broker.stations import Stations, assemble
from broker.succession import NOTHING, Permitted, put_in_force
from tests.said import said

CONFIG = Path(__file__).resolve().parent.parent / "config"
SENDER, OTHER, OPERATOR = "lantern-forwarding", "pebble-imports", "duty-desk"
ROUNDS_MAX = 200
XML = {"Content-Type": "application/xml"}
JSON = {"Content-Type": "application/json"}


def story(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Run a coroutine test to its end on a loop of its own."""

    @functools.wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        asyncio.run(test(*args, **kwargs))

    return run


class StoppedClock:
    """Time that stands still until somebody moves it; ids count from one."""

    def __init__(self, at: str = "2026-11-22T09:30:00+00:00") -> None:
        self.at = datetime.fromisoformat(at)
        self._numbers = itertools.count(1)

    def now(self) -> datetime:
        """The moment that was set."""
        return self.at.astimezone(UTC)

    def ticks(self) -> float:
        """Real seconds: who waits, waits."""
        return time.monotonic()

    def fresh(self, prefix: str) -> str:
        """The next id."""
        return f"{prefix}_{next(self._numbers):032x}"

    def move(self, **how: float) -> None:
        """Move on, as timedelta counts."""
        self.at += timedelta(**how)


@functools.cache
def configuration() -> Configuration:
    """The sample configuration, with its operator."""
    return serve.with_operators(read(CONFIG), Settings())


@dataclass
class Broker:
    """Everything of one process, and the ways in which a test asks it."""

    configuration: Configuration
    plumbing: Plumbing
    stations: Stations
    client: httpx.AsyncClient
    clock: StoppedClock
    positions: dict[int, Position] = field(default_factory=dict)
    hops: tuple[Hop, ...] = ()

    async def call(self, method: str, path: str, key: str = "", **more: Any) -> httpx.Response:
        """One request with the key of this name ("": without any)."""
        headers = dict(more.pop("headers", {}))
        if key:
            headers["Authorization"] = f"Bearer key-{key}"
        return await self.client.request(method, path, headers=headers, **more)

    async def lodge(self, payload: bytes, key: str = SENDER, **headers: str) -> str:
        """Lodge a submission and settle; its id."""
        told = await self.call(
            "POST", "/v1/submissions", key, content=payload, headers={**XML, **headers}
        )
        assert told.status_code == 202, told.text
        await self.settle()
        return str(told.json()["submission"])

    async def answer(self, key: str, said: dict[str, Any]) -> str:
        """Answer in JSON and settle; the submission's id."""
        told = await self.respond(key, said)
        assert told.status_code == 202, told.text
        await self.settle()
        return str(told.json()["submission"])

    async def respond(self, key: str, said: dict[str, Any]) -> httpx.Response:
        """Answer in JSON; what the door says."""
        return await self.call(
            "POST", "/v1/responses", key, content=orjson.dumps(said), headers=JSON
        )

    async def decide(self, key: str, delivery: str, status: str, **more: Any) -> str:
        """Answer the whole of a delivery with this status."""
        references = more.pop("references", [])
        said = {"delivery": delivery, "references": references,
                "answers": [{"status": status, **more}]}  # fmt: skip
        number = hashlib.sha256(orjson.dumps(said)).hexdigest()[:16]  # another for each content
        return await self.answer(key, {"id": f"A-{number}", **said})

    async def feed(self, key: str, **query: Any) -> list[dict[str, Any]]:
        """What the next poll gives; without a cursor nothing is acknowledged."""
        told = await self.call("GET", "/v1/feed", key, params=query)
        assert told.status_code == 200, told.text
        return [said(one) for one in told.json()["deliveries"]]

    async def newest(self, key: str, kind: str = "") -> dict[str, Any]:
        """The newest delivery of this type's beginning."""
        return [one for one in await self.feed(key) if one["type"].startswith(kind)][-1]

    async def status(self, submission: str, key: str = OPERATOR) -> dict[str, Any]:
        """The status of a submission."""
        told = await self.call("GET", f"/v1/submissions/{submission}", key)
        assert told.status_code == 200, told.text
        shown: dict[str, Any] = told.json()
        return shown

    async def rows(self, table: Any) -> list[dict[str, Any]]:
        """Every row of a table."""
        query = table.select()
        return await self.plumbing.database.read(
            lambda connection: [dict(row) for row in connection.execute(query).mappings()]
        )

    async def settle(self) -> None:
        """Step everything until nothing moves."""
        quiet = 0
        for _round in range(ROUNDS_MAX):
            before = await self._waiting()
            moved = [await self._step(hop) for hop in self.hops]
            moved += [bool(await self.stations.drain.drained())]
            await self.stations.timers.tick()
            still = not any(moved) and await self._waiting() == before
            quiet = quiet + 1 if still else 0
            if quiet == 2:  # the timers append what others owe at their second look
                return
        raise AssertionError("the broker does not come to rest")

    async def _step(self, hop: Hop) -> bool:
        known = self.positions.get(id(hop))
        before = await hop.take_over() if known is None else known
        after = await hop.batch(before)
        self.positions[id(hop)] = after
        return after != before

    async def _waiting(self) -> tuple[int, ...]:
        """What the timers may have changed."""
        names = [hop.reader.topic for hop in self.hops]
        ends = [await self.plumbing.log.ends(name) for name in dict.fromkeys(names)]
        return tuple(end for partitions in ends for _, end in partitions)


@contextlib.asynccontextmanager
async def in_process(
    config: Configuration | None = None,
    directory: Path | None = None,
    permitted: Permitted = NOTHING,
    **settings: Any,
) -> AsyncIterator[Broker]:
    """A broker in memory, or in the embedded file of a directory."""
    config = config or configuration()
    chosen = Settings(**{"partitions": 1, "read_wait_s": 0.001, **settings})
    clock = StoppedClock()
    with _plumbing(directory, chosen, clock) as made:
        plumbing = replace(made, configuration=await put_in_force(config, made, permitted))
        for name in config.principals:
            await plumbing.database.write(functools.partial(_issue, name=name))
        stations = assemble(config, plumbing, chosen)
        keyring = Keyring(plumbing, config.principals, {})
        app = serve.web_server(chosen, config, plumbing, (stations, keyring)).config.app
        transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
        writer = asyncio.ensure_future(stations.acceptance.run())
        try:
            async with httpx.AsyncClient(transport=transport, base_url="http://broker") as client:
                yield Broker(config, plumbing, stations, client, clock, hops=stations.hops())
        finally:
            writer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await writer


@contextlib.contextmanager
def _plumbing(
    directory: Path | None, settings: Settings, clock: StoppedClock
) -> Iterator[Plumbing]:
    limits = {"batch_bytes_max": settings.batch_bytes_max, "wait_s": 0.0,
              "parks_max": settings.parks_max}  # fmt: skip
    if directory is None:
        yield Plumbing(MemoryLog(settings.partitions), MemoryDatabase(), clock, **limits)
        return
    file = SqliteFile(directory, settings.partitions)
    try:
        yield Plumbing(file, EmbeddedDatabase(file), clock, **limits)
    finally:
        file.close()


def _issue(connection: Any, name: str) -> None:
    sha256 = digest_of_key(f"key-{name}")
    if sha256 not in keys.live(connection):  # the directory may have been used before
        keys.put(connection, sha256, name, stamp(datetime.now(UTC)))


def body(lrn: str, *codes: str, **changes: Any) -> dict[str, Any]:
    """The tree of a valid import declaration with an item for each commodity code."""
    tree = deepcopy(compose_tree(items=max(1, len(codes)), number=1, seed=1))
    tree["FunctionalReferenceID"] = lrn
    for item, code in zip(items_of(tree), codes or ("84713000",), strict=True):
        item["Commodity"]["Classification"] = [{"ID": code, "IdentificationTypeCode": "TSP"}]
        item["Packaging"][0]["TypeCode"] = "CT"
    return {**tree, **changes}


def items_of(tree: dict[str, Any]) -> list[dict[str, Any]]:
    """The goods items of a declaration."""
    items: list[dict[str, Any]] = tree["GoodsShipment"]["GovernmentAgencyGoodsItem"]
    return items


def declaration(lrn: str, *codes: str, **changes: Any) -> bytes:
    """That declaration as a submission."""
    return declaration_xml(body(lrn, *codes, **changes))


def withdrawal(mrn: str, number: str = "REQ-1") -> bytes:
    """A request to withdraw the declaration with this MRN."""
    return request(mrn, "INV", number)


def request(mrn: str, kind: str, number: str = "REQ-1") -> bytes:
    """A request about the declaration with this MRN: COR, INV or GPR."""
    return declaration_xml(
        {"FunctionCode": "13", "FunctionalReferenceID": number, "ID": mrn, "TypeCode": kind}
    )


def reply_xml(delivery: dict[str, Any]) -> str:
    """The document inside a reply."""
    return base64.b64decode(delivery["data_base64"]).decode()


def with_principal(config: Configuration, **changes: Any) -> Configuration:
    """The configuration with another principal, or another of its parts."""
    return replace(config, **changes)
