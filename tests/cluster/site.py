"""A broker on real servers: its topics and tables, its roles as processes, the way to its doors."""

import asyncio
import contextlib
import secrets
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import httpx

from broker.access import digest_of_key
from broker.clock import SystemClock, stamp
from broker.eventlog.kafka import kafka_log
from broker.plumbing import opened
from broker.roles import ROLES
from broker.settings import Secrets, Settings
from broker.state import keys
from broker.stations import event_topics, submission_topics
from tests.cluster.role import ROOT, RoleProcess
from tests.simulation.readout import Readout, read_out
from tests.simulation.traffic import Outage
from tests.simulation.world import configuration

ANSWER_S = 20.0
FAST = {"SWB_KAFKA_SESSION_S": "3", "SWB_KAFKA_APPEND_S": "10", "SWB_START_S": "60"}


class Site:
    """One prefix on a Kafka, one database on a PostgreSQL, and processes over both."""

    def __init__(self, folder: Path, bootstrap: str, url: str, more: Mapping[str, str]) -> None:
        head, _, address = url.rpartition("@")
        user, _, password = head.removeprefix("postgresql://").partition(":")
        self.environment = {
            **FAST,
            "SWB_KAFKA_BOOTSTRAP": bootstrap,
            "SWB_KAFKA_PREFIX": f"s{secrets.token_hex(4)}.",
            "SWB_DATABASE_URL": f"postgresql://{user}@{address}",
            "SWB_DATABASE_PASSWORD": password,
            **more,
        }
        self.settings = Settings(
            kafka_bootstrap=bootstrap,
            kafka_prefix=self.environment["SWB_KAFKA_PREFIX"],
            database_url=self.environment["SWB_DATABASE_URL"],
        )
        self.secrets = Secrets(database_password=password)
        self.folder = folder
        self.config = folder / "config"
        self.roles: dict[str, RoleProcess] = {}
        self._client = httpx.AsyncClient(
            timeout=ANSWER_S, limits=httpx.Limits(max_connections=80, max_keepalive_connections=80)
        )

    async def prepare(self, copies: int) -> None:
        """What an installer does: configuration, topics, tables, keys."""
        shutil.copytree(ROOT / "config", self.config)
        topics = self.config / "topics.yaml"
        insync = max(1, copies - 1)
        text = topics.read_text().replace("replication: 3", f"replication: {copies}")
        topics.write_text(text.replace("min_insync_replicas: 2", f"min_insync_replicas: {insync}"))
        await self.verb("topics", "apply")
        await self.verb("database", "upgrade")
        async with opened(self.settings, self.secrets, []) as plumbing:
            for name in configuration().principals:
                key = digest_of_key(f"key-{name}")
                await plumbing.database.write(lambda c, n=name, k=key: keys.put(c, k, n, ""))

    async def verb(self, *arguments: str) -> str:
        """Run a verb of the program to its end; what it printed."""
        process = await asyncio.create_subprocess_exec(
            Path(sys.executable).parent / "swb", *arguments, "--config", self.config,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=self.environment,
        )  # fmt: skip
        out, _ = await process.communicate()
        assert process.returncode == 0, f"swb {' '.join(arguments)}: {out.decode()}"
        return out.decode()

    async def start(self, name: str, *arguments: str) -> RoleProcess:
        """Start a process; `name` is a role, perhaps with a number behind a dash."""
        role = self.roles.get(name)
        if role is None:
            station = name.partition("-")[0]
            role = self.roles[name] = RoleProcess(name, (station, *arguments), self.folder)
        await role.start(self.config, self.environment)
        return role

    async def start_all(self, each: int = 1) -> None:
        """So many processes of every role."""
        for station in ROLES:
            for number in range(each):
                await self.start(f"{station}-{number}")

    async def request(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes = b""
    ) -> tuple[int, bytes]:
        """A request to some intake that runs; Outage where it is down or dies meanwhile."""
        doors = [one for name, one in self.roles.items()
                 if name.partition("-")[0] in {"intake", "all"} and one.runs and one.url]  # fmt: skip
        if not doors:
            raise Outage
        url = secrets.choice(doors).url
        try:
            answer = await self._client.request(
                method, f"{url}{path}", headers=dict(headers), content=body
            )
        except httpx.TransportError as fault:
            raise Outage from fault
        return answer.status_code, answer.content

    async def rest(self, longest_s: float = 120.0) -> None:
        """Wait until no station lags, nothing is owed and nothing waits to be numbered."""
        ends = asyncio.get_running_loop().time() + longest_s
        busy = "nothing was asked"
        while asyncio.get_running_loop().time() < ends:
            with contextlib.suppress(Outage):
                busy = _busy((await self.request("GET", "/metrics", {}))[1].decode())
                if not busy:
                    await asyncio.sleep(1.5)
                    return
            await asyncio.sleep(0.5)
        raise AssertionError(f"the broker does not come to rest: {busy}")

    async def read_out(self) -> Readout:
        """What stands in the tables and on the log."""
        names = (*submission_topics(configuration()), *event_topics(configuration()))
        async with opened(self.settings, self.secrets, names) as plumbing:
            ends = {
                (topic, partition): end
                for topic in names
                for partition, (_start, end) in enumerate(await plumbing.log.ends(topic))
            }
            at = stamp(SystemClock().now())
            return await plumbing.database.read(lambda connection: read_out(connection, ends, at))

    async def records(self, topic: str) -> list[list[bytes]]:
        """The ids on each partition of a topic, in order, as often as they stand there."""
        found = []
        async with kafka_log(self.settings, self.secrets, [topic]) as log:
            for partition, (start, end) in enumerate(await log.ends(topic)):
                ids, position = [], start
                while position < end:
                    page = await log.read(topic, partition, position, bytes_max=1 << 22, wait_s=5)
                    ids += [one.headers["ce_id"].encode() + one.value for one in page]
                    position += len(page)
                found.append(ids)
        return found

    async def close(self) -> None:
        """End every process."""
        for role in self.roles.values():
            role.end()
        await self._client.aclose()


def _busy(metrics: str) -> str:
    """What still moves, by the metrics of an intake; "": nothing, as far as it knows."""
    lines = [line for line in metrics.splitlines() if not line.startswith("#")]
    lags = [line for line in lines if line.startswith("swb_lag_records")]
    moving = [
        line
        for line in (*lags, *(one for one in lines if one.startswith("swb_outbox_records")))
        if float(line.rsplit(" ", 1)[1])
    ]
    return "; ".join(moving) if lags else "no station has read anything"


@contextlib.asynccontextmanager
async def site(
    folder: Path, bootstrap: str, url: str, *, copies: int = 1, **more: str
) -> AsyncIterator[Site]:
    """A prepared site; nothing of it runs afterwards."""
    made = Site(folder, bootstrap, url, more)
    try:
        await made.prepare(copies)
        yield made
    finally:
        await made.close()
