"""`make attack`: what hostile files of one sender cost all others, measured from outside.

A real `swb serve`. A second sender posts a small item again and again, and asks `/livez` between;
for each hostile file the same is done while it is sent once, and eight times at once. Ratios are to
the same run without an attack.
Usage: python -m tests.performance.attack [NAME ...]; SWB_ATTACK_SECONDS bounds each measurement.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
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


@dataclass
class Measured:
    """What the victim and `/livez` saw, in seconds, and the memory of broker and workers."""

    posts_s: list[float] = field(default_factory=list)
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
        headers = {"Authorization": f"Bearer key-{VICTIM}", "Content-Type": "application/x-ndjson"}
        while not until():
            self._number += 1
            body = orjson.dumps(item(self._number % 9_000))
            began = time.perf_counter()
            status, _ = await ask(self._broker, "POST", "/v1/submissions", headers, body)
            assert status == 202, status
            self.measured.posts_s.append(time.perf_counter() - began)
            await asyncio.sleep(0.01)

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


async def measure(broker: BrokerProcess, posts: Sequence[tuple[str, bytes]]) -> Measured:
    """The victim's figures while these are sent, and translated; at least for SECONDS."""
    ends = time.perf_counter() + SECONDS
    sent = [asyncio.ensure_future(_send(broker, form, payload)) for form, payload in posts]
    victim = Victim(broker, int(time.time() * 1000) % 5_000)

    def over() -> bool:
        return time.perf_counter() > ends and all(one.done() for one in sent)

    await asyncio.gather(
        victim.post(over), victim.live(over), victim.weigh(over, psutil.Process(broker.pid)), *sent
    )
    return victim.measured


async def _send(broker: BrokerProcess, form: str, payload: bytes) -> None:
    """Send a hostile file; return when it has its verdict."""
    sender, kind = ATTACKERS[form]
    headers = {"Authorization": f"Bearer key-{sender}", "Content-Type": kind}
    status, content = await ask(broker, "POST", "/v1/submissions", headers, payload)
    if status != 202:
        return
    name = orjson.loads(content)["submission"]
    while True:
        _, told = await ask(broker, "GET", f"/v1/submissions/{name}", headers)
        if orjson.loads(told)["overall"] != "received":
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


async def figures(names: Iterable[str]) -> list[Figure]:
    """Two lines a hostile file: sent once, and eight times at once."""
    made = []
    for name in names:
        form, payload = hostile(name)
        async with started() as broker:
            await measure(broker, [])  # everything is loaded, and the first worker forked
            calm = await measure(broker, [])
            for count, aim in ((1, "<= 2"), (8, "<= 4")):
                under = await measure(broker, [(form, payload)] * count)
                silent = under.silent_s * 1000
                ours = (f"p99 {under.p99_s * 1000:.0f} ms, /livez silent {silent:.0f} ms,"
                        f" broker {under.broker_bytes / 1e6:.0f} MB,"
                        f" worker {under.worker_bytes / 1e6:.0f} MB")  # fmt: skip
                floor = f"p99 {calm.p99_s * 1000:.0f} ms, {calm.broker_bytes / 1e6:.0f} MB"
                what = f"{name}, {len(payload) / 1e6:.1f} MB, {count} at once"
                made.append(Figure(what, under.p99_s / calm.p99_s, aim, ours, floor))
                print(table(made[-1:]).rsplit("\n", 1)[-1], flush=True)
    return made


if __name__ == "__main__":
    every = [one.__name__ for one, (form, _) in COMPOSERS.items() if form in ATTACKERS]
    print(table(asyncio.run(figures(sys.argv[1:] or every))))
