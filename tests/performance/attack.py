"""`make attack`: what hostile files and connections cost all others, measured from outside.

A real `swb serve`, a new one for each line. A second sender posts a small item again and again,
follows some until they are translated, and asks `/livez` between; the same is done while a hostile
file is sent and translated, once and eight times at once. Ratios are to the same run without it.
Usage: python -m tests.performance.attack [NAME ...]; SWB_ATTACK_SECONDS bounds each measurement.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import orjson
import psutil

from broker.access import digest_of_key
from broker.eventlog.embedded import SqliteFile
from broker.state import keys
from broker.state.database import EmbeddedDatabase
from tests.end_to_end.crash_process import BrokerProcess
from tests.families import item
from tests.hostile import COMPOSERS
from tests.performance.figures import Figure, table
from tests.simulation.traffic import Outage

SECONDS = float(os.environ.get("SWB_ATTACK_SECONDS", "6"))
LONGEST_S = 5 * SECONDS
BYTES_MAX = 7_600_000
PARTITIONS = 8
VICTIM = "sorrel-post"
ATTACKERS = {
    "UK CDS WCO-DEC 3.6": ("lantern-forwarding", "application/xml"),
    "UPU ITMATT V1": ("marigold-post", "application/xml"),
    "postal item JSON 1": ("marigold-post", "application/x-ndjson"),
    "WCO/IATA/ICAO PAXLST": ("paperkite-airlines", "application/edifact"),
    "UK NMSW FAL 5": (
        "saltbox-agents", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    ),
}  # fmt: skip
"""By format of a hostile file: who sends it, and as what."""
HEADERS = {"Authorization": f"Bearer key-{VICTIM}", "Content-Type": "application/x-ndjson"}
CONNECTIONS = 25
"""Of those without a key, for each time that they attack at once."""
Attack = Callable[[BrokerProcess, int], Awaitable[None]]
"""So many at once; it ends when the broker is done with it, or is cancelled."""


@dataclass
class Measured:
    """What the victim and `/livez` saw, in seconds, and the memory of broker and workers."""

    posts_s: list[float] = field(default_factory=list)
    translated_s: float = 0.0
    silent_s: float = 0.0
    broker_bytes: int = 0
    worker_bytes: int = 0

    @property
    def p99_s(self) -> float:
        """Of the victim's posts."""
        ordered = sorted(self.posts_s)
        return ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]


class Victim:
    """Another sender's small posts, one after another, for as long as it is asked."""

    def __init__(self, broker: BrokerProcess, number: int) -> None:
        self._broker = broker
        self._number = number
        self.measured = Measured()

    async def post(self, until: Callable[[], bool]) -> None:
        """Post until this holds."""
        while not until():
            self._number += 1
            body = orjson.dumps(item(self._number % 9_000))
            began = time.perf_counter()
            status, _ = await ask(self._broker, "POST", "/v1/submissions", HEADERS, body)
            assert status == 202, status
            self.measured.posts_s.append(time.perf_counter() - began)
            await asyncio.sleep(0.01)

    async def follow(self, until: Callable[[], bool]) -> None:
        """How long it takes at most until a small post is translated, one after another."""
        while not until():
            body = orjson.dumps(item(9_000 + self._number % 900))
            began = time.perf_counter()
            status, content = await ask(self._broker, "POST", "/v1/submissions", HEADERS, body)
            assert status == 202, status
            path = f"/v1/submissions/{orjson.loads(content)['submission']}"
            shown = {"state": "received"}
            while shown["state"] != "translated" and not until():
                await asyncio.sleep(0.05)
                shown = orjson.loads((await ask(self._broker, "GET", path, HEADERS))[1])
            self.measured.translated_s = max(
                self.measured.translated_s, time.perf_counter() - began
            )
            await asyncio.sleep(0.2)

    async def live(self, until: Callable[[], bool]) -> None:
        """The longest silence of `/livez`, asked every ten milliseconds."""
        while not until():
            began = time.perf_counter()
            await ask(self._broker, "GET", "/livez", {})
            self.measured.silent_s = max(self.measured.silent_s, time.perf_counter() - began)
            await asyncio.sleep(0.01)

    async def weigh(self, until: Callable[[], bool], broker: psutil.Process) -> None:
        """The most memory that the broker and any of its workers take."""
        while not until():
            self.measured.broker_bytes = max(self.measured.broker_bytes, broker.memory_info().rss)
            for child in broker.children(recursive=True):
                with suppress(psutil.NoSuchProcess):
                    self.measured.worker_bytes = max(
                        self.measured.worker_bytes, child.memory_info().rss
                    )
            await asyncio.sleep(0.05)


async def ask(
    broker: BrokerProcess, method: str, path: str, headers: Mapping[str, str], body: bytes = b""
) -> tuple[int, bytes]:
    """A request; a connection that the server has just closed for idleness is opened again."""
    while True:
        try:
            return await broker.request(method, path, headers, body)
        except Outage:
            if not psutil.pid_exists(broker.pid):
                raise


def hostile(name: str) -> tuple[str, bytes]:
    """A hostile file of at most BYTES_MAX, and its format."""
    compose, (form, size) = next(
        (one, how) for one, how in COMPOSERS.items() if one.__name__ == name
    )
    payload = compose(size, 1)
    while len(payload) > BYTES_MAX:
        size = size * BYTES_MAX // len(payload) - 1
        payload = compose(size, 1)
    return form, payload


def sends(form: str, payload: bytes) -> Attack:
    """A hostile file, sent and translated."""

    async def attack(broker: BrokerProcess, count: int) -> None:
        await asyncio.gather(*(_send(broker, form, payload) for _ in range(count)))

    return attack


async def slow_heads(broker: BrokerProcess, count: int) -> None:
    """Heads of requests that come a byte at a time and never end."""
    await asyncio.gather(*(_head(broker, b"x", 0.05) for _ in range(count * CONNECTIONS)))


async def large_heads(broker: BrokerProcess, count: int) -> None:
    """Heads of requests that come as fast as they are read and never end."""
    await asyncio.gather(*(_head(broker, b"x" * 4_000, 0.001) for _ in range(count * CONNECTIONS)))


async def _head(broker: BrokerProcess, piece: bytes, pause_s: float) -> None:
    """One such connection after another."""
    while True:
        with suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", broker.port)
            writer.write(b"POST /v1/submissions HTTP/1.1\r\nhost: broker\r\nx-long: ")
            while not writer.is_closing():
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(pause_s)
        await asyncio.sleep(pause_s)


async def measure(broker: BrokerProcess, attack: Attack | None = None, count: int = 1) -> Measured:
    """The victim's figures under an attack: until it ends, for SECONDS to LONGEST_S."""
    begins = time.perf_counter()
    under = asyncio.ensure_future(attack(broker, count)) if attack else None
    victim = Victim(broker, int(time.time() * 1000) % 5_000)

    def over() -> bool:
        passed_s = time.perf_counter() - begins
        ended = under is None or under.done()
        return passed_s > (SECONDS if ended else LONGEST_S)

    await asyncio.gather(
        victim.post(over), victim.follow(over), victim.live(over),
        victim.weigh(over, psutil.Process(broker.pid)),
    )  # fmt: skip
    if under is not None:
        under.cancel()
        with suppress(asyncio.CancelledError):
            await under
    return victim.measured


async def _send(broker: BrokerProcess, form: str, payload: bytes) -> None:
    """Send a hostile file; return when it is translated."""
    sender, kind = ATTACKERS[form]
    headers = {"Authorization": f"Bearer key-{sender}", "Content-Type": kind}
    status, content = await ask(broker, "POST", "/v1/submissions", headers, payload)
    if status != 202:
        return
    name = orjson.loads(content)["submission"]
    while True:
        _, told = await ask(broker, "GET", f"/v1/submissions/{name}?limit=1", headers)
        if orjson.loads(told)["state"] == "translated":
            return
        await asyncio.sleep(0.2)


@asynccontextmanager
async def started() -> AsyncIterator[BrokerProcess]:
    """A broker on a fresh folder, with keys for everybody here."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        await _issue_keys(Path(folder) / "data")
        broker = BrokerProcess(Path(folder))
        try:
            await broker.start()
            yield broker
        finally:
            broker.end()


async def _issue_keys(directory: Path) -> None:
    file = SqliteFile(directory, PARTITIONS)
    try:
        database = EmbeddedDatabase(file)
        for name in {VICTIM, *(sender for sender, _ in ATTACKERS.values())}:
            key = digest_of_key(f"key-{name}")
            await database.write(lambda connection, n=name, k=key: keys.put(connection, k, n, ""))
    finally:
        file.close()


def attack_of(name: str) -> tuple[str, Attack]:
    """An attack, and what it is."""
    for one in CONNECTED:
        if one.__name__ == name:
            return name, one
    form, payload = hostile(name)
    return f"{name}, {len(payload) / 1e6:.1f} MB", sends(form, payload)


async def figures(names: Iterable[str]) -> list[Figure]:
    """Two lines an attack: once, and eight times at once."""
    made = []
    for name in names:
        what, attack = attack_of(name)
        for count, aim in ((1, "<= 2"), (8, "<= 4")):
            async with started() as broker:
                await measure(broker)  # everything is loaded, and the first worker forked
                calm = await measure(broker)
                under = await measure(broker, attack, count)
            ratio = under.p99_s / calm.p99_s
            made.append(Figure(f"{what}, {count} at once", ratio, aim, _text(under), _text(calm)))
            print(table(made[-1:]).rsplit("\n", 1)[-1], flush=True)
    return made


def _text(seen: Measured) -> str:
    return (
        f"p99 {seen.p99_s * 1000:.0f} ms, translated within {seen.translated_s * 1000:.0f} ms, "
        f"/livez silent {seen.silent_s * 1000:.0f} ms, broker {seen.broker_bytes / 1e6:.0f} MB, "
        f"worker {seen.worker_bytes / 1e6:.0f} MB"
    )


CONNECTED = (slow_heads, large_heads)
EVERY = (
    *(one.__name__ for one, (form, _) in COMPOSERS.items() if form in ATTACKERS),
    *(one.__name__ for one in CONNECTED),
)

if __name__ == "__main__":
    print(table(asyncio.run(figures(sys.argv[1:] or EVERY))))
