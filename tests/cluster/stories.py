"""The fault stories: which servers and processes, and what misfortune befalls them.

Each is a function of its servers, a seed and how often; tests run them once and briefly, the soak
by growing seed.
"""

import asyncio
import random
import signal
from pathlib import Path

import psycopg

from broker.errors import BusyFault
from broker.roles import ROLES
from tests.cluster.believers import believing
from tests.cluster.load import Told, told
from tests.cluster.role import RoleProcess
from tests.cluster.site import Site, site
from tests.limits import HANG_S, Hung, tries
from tests.servers.kafka import Kafka
from tests.servers.postgres import Postgres
from tests.simulation.faults import QUIET
from tests.simulation.traffic import Outage
from tests.simulation.world import drawn

SESSION_S = 3.0


async def kills(folder: Path, bootstrap: str, url: str, seed: int, rounds: int) -> Told:
    """Kill -9 of each role in turn, and a new process in its place."""

    async def misfortune(place: Site, chance: random.Random) -> None:
        for _ in range(rounds):
            for name in chance.sample(ROLES, len(ROLES)):
                await asyncio.sleep(chance.uniform(0.2, 3.0))
                await place.roles[name].kill()
                await place.start(name)

    async with site(folder, bootstrap, url) as place:
        await place.start_all()
        return await told(place, misfortune, seed, rounds * 20)


async def sleepers(folder: Path, bootstrap: str, url: str, seed: int, rounds: int) -> Told:
    """One of two processes that do everything sleeps past its session, wakes, and believes."""

    async def misfortune(place: Site, chance: random.Random) -> None:
        for _ in range(rounds):
            name = chance.choice(list(place.roles))
            await asyncio.sleep(chance.uniform(0.5, 3.0))
            place.roles[name].signal(signal.SIGSTOP)
            await asyncio.sleep(chance.uniform(SESSION_S + 1, SESSION_S + 3))
            place.roles[name].signal(signal.SIGCONT)

    async with site(folder, bootstrap, url) as place:
        await place.start_all("all-0", "all-1")
        return await told(place, misfortune, seed, rounds * 7)


async def believers(folder: Path, bootstrap: str, url: str, seed: int, rounds: int) -> Told:
    """Two processes that both own everything; each in turn stands still and goes on."""
    async with (
        site(folder, bootstrap, url) as place,
        believing(place, drawn(seed, "believers"), 2) as both,
    ):

        async def misfortune(_place: Site, chance: random.Random) -> None:
            for number in range(rounds):
                await asyncio.sleep(chance.uniform(0.5, 2.0))
                gate = both[number % 2].gate
                gate.paused_until = asyncio.get_running_loop().time() + chance.uniform(0.5, 4)
            for one in both:
                one.gate.rates = QUIET

        return await told(place, misfortune, seed, rounds * 2)


async def nodes(folder: Path, cluster: Kafka, url: str, seed: int, rounds: int) -> Told:
    """Kill -9 of each node of three in turn, and back; the next when all is in sync again."""

    async def misfortune(_place: Site, chance: random.Random) -> None:
        for _ in range(rounds):
            for number in chance.sample(sorted(cluster.nodes), len(cluster.nodes)):
                await asyncio.sleep(chance.uniform(0.5, 2.0))
                await asyncio.to_thread(cluster.kill, number)
                await asyncio.sleep(chance.uniform(2.5, 4.0))
                await asyncio.to_thread(cluster.restart, number)
                await asyncio.to_thread(cluster.wait_until_in_sync)

    copies = len(cluster.nodes)
    async with site(folder, cluster.bootstrap, url, copies=copies) as place:
        await place.start_all("all-0", "all-1")
        return await told(place, misfortune, seed, rounds * 25)


async def connections(
    folder: Path, bootstrap: str, server: Postgres, seed: int, rounds: int
) -> Told:
    """PostgreSQL's connections cut in mid-transaction, and the server restarted under way."""
    url = server.create()

    async def misfortune(_place: Site, chance: random.Random) -> None:
        for _ in range(rounds):
            for _ in range(10):
                await asyncio.sleep(chance.uniform(0.1, 0.8))
                await asyncio.to_thread(cut_in_transaction, server, url)
            await asyncio.to_thread(server.cut_connections, url.rpartition("/")[2])
            await asyncio.sleep(chance.uniform(1.0, 2.0))
            await asyncio.to_thread(server.restart, "immediate")

    async with site(folder, bootstrap, url) as place:
        await place.start_all("all-0", "all-1")
        return await told(place, misfortune, seed, rounds * 12)


def cut_in_transaction(server: Postgres, url: str) -> None:
    """Cut every connection that has written something and has not committed; at least one."""
    cut = """
        SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
        WHERE datname = %s AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()
    """
    with psycopg.connect(
        server.administration, autocommit=True, connect_timeout=int(HANG_S)
    ) as link:
        for _ in tries("something is in mid-transaction, under load"):
            row = link.execute(cut, [url.rpartition("/")[2]]).fetchone()
            if row and row[0]:
                return


async def outage(folder: Path, node: Kafka, url: str, seed: int, rounds: int) -> Told:
    """The whole Kafka lost and back: the doors go on until too much is owed, then say so."""
    busy = f"503 {BusyFault.code}"

    async def misfortune(place: Site, _chance: random.Random) -> None:
        for _ in range(rounds):
            await asyncio.to_thread(node.kill)
            place.lodged.clear()
            await place.until("accepts", lambda: "202" in place.lodged)
            await asyncio.gather(*(ready(place, one, "Kafka") for one in place.roles.values()))
            await place.until("is full", lambda: busy in place.lodged)
            await asyncio.to_thread(node.restart)
            await asyncio.gather(*(ready(place, one, "") for one in place.roles.values()))
            assert place.lodged.keys() <= {"200", "202", "409", busy}
            place.lodged.clear()
            await place.until("accepts again", lambda: "202" in place.lodged)

    async with site(folder, node.bootstrap, url, outbox_records_max="40") as place:
        await place.start_all()
        return await told(place, misfortune, seed, rounds * 25 - 10)


async def ready(place: Site, role: RoleProcess, lacking: str) -> None:
    """Wait until a process says that it lacks this of its log; "": nothing."""
    answer = None
    try:
        for _ in tries(f"{role.name} lacks {lacking or 'nothing'}"):
            answer = await place.ask(role, "GET", "/readyz", {})
            assert answer.status_code in {200, 503}, f"{role.name}: {answer.text}: {role.tail()}"
            missing = answer.json()["missing"].get("log", "")
            if answer.status_code == (503 if lacking else 200) and lacking in missing:
                return
            await asyncio.sleep(0.2)
    except Outage as outage:
        raise AssertionError(f"{role.name} ended: {role.tail()}") from outage
    except Hung as hung:
        raise AssertionError(f"{hung}; it answers {answer and answer.text}") from None
