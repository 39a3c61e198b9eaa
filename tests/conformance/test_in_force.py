"""Putting a configuration in force, on every database, by processes that start together."""

import asyncio
import contextlib
import threading

from sqlalchemy import text

from broker.errors import BrokerError, MovedFault, SupersededFault
from broker.state import configurations, positions
from broker.state.configurations import InForce
from broker.state.positions import Position, Reader
from broker.state.postgres import postgres_database
from tests.broker_in_process import story
from tests.conformance.conftest import of_url
from tests.limits import HANG_S, tries

READER = Reader("core", "events.trial", 0)
RIVALS = 5


def test_of_many_that_succeed_the_same_one_wins(on_database):
    """Five processes put theirs in force at once: one has the number, the others a MovedFault."""

    async def run(database):
        for number in range(4):
            before = await database.read(configurations.in_force)
            tried = await asyncio.gather(
                *(
                    database.write(
                        lambda c, d=f"{number}/{rival}", b=before: configurations.succeed(
                            c, b, d, ""
                        )
                    )
                    for rival in range(RIVALS)
                ),
                return_exceptions=True,
            )
            won = [one for one in tried if isinstance(one, InForce)]
            assert sum(isinstance(one, MovedFault) for one in tried) == RIVALS - 1
            assert won == [await database.read(configurations.in_force)]
            assert won[0].number == number + 1

    on_database(run)


def test_an_older_process_moves_nothing_once_a_newer_has(on_database):
    """Old and new race for a position: after the first move of the new one the old has none."""

    async def run(database):
        moved: list[int] = []

        def move(connection, number):
            at = positions.take(connection, READER)
            positions.move(connection, READER, at, Position(at.next + 1), number=number)
            return number

        async def work(number):
            for _ in range(20):
                try:
                    moved.append(await database.write(lambda c: move(c, number)))
                except SupersededFault:
                    return
                except BrokerError:
                    await asyncio.sleep(0)

        def succeed(connection):
            before = configurations.in_force(connection)
            return configurations.succeed(connection, before, f"d{before.number}", "")

        await database.write(succeed)

        async def succeed_and_work():
            while len(moved) < 3:
                await asyncio.sleep(0)
            await work((await database.write(succeed)).number)

        await asyncio.gather(work(1), succeed_and_work())
        assert set(moved) == {1, 2}
        assert moved == sorted(moved)
        assert (await database.read(lambda c: positions.everywhere(c)[0][1])).next == len(moved)

    on_database(run)


async def waiting(database, count):
    """Return when so many transactions wait for the table of the configuration in force."""
    query = text(
        "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'in_force'::regclass"
    )
    for _ in tries(f"{count} transactions wait"):
        if await database.read(lambda c: c.execute(query).scalar_one()) == count:
            return
        await asyncio.sleep(0)


@story
async def test_who_has_proven_its_number_commits_before_another_succeeds(postgres):
    """The succession waits for it, others wait behind the succession, and are then superseded."""
    settings, secret = of_url(postgres.create())
    may_commit, has_proven = threading.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def prove_and_wait(connection):
        configurations.must_be_newest(connection, 1)
        loop.call_soon_threadsafe(has_proven.set)
        assert may_commit.wait(HANG_S)
        positions.take(connection, READER)

    def succeed(connection):
        configurations.hold(connection)
        before = configurations.in_force(connection)
        return configurations.succeed(connection, before, f"d{before.number + 1}", "").number

    def prove_late(connection):
        configurations.must_be_newest(connection, 1)

    async with postgres_database(settings, secret, upgraded=False) as database:
        await database.upgrade()
        assert await database.write(succeed) == 1
        async with asyncio.TaskGroup() as group:
            early = group.create_task(database.write(prove_and_wait))
            await has_proven.wait()
            succession = group.create_task(database.write(succeed))
            await waiting(database, 1)
            late = asyncio.gather(database.write(prove_late), return_exceptions=True)
            await waiting(database, 2)
            assert (await database.read(configurations.in_force)).number == 1
            may_commit.set()
            await early
            assert await succession == 2
            (refused,) = await late
        assert isinstance(refused, SupersededFault)
        assert len(await database.read(positions.everywhere)) == 1


def test_proving_and_succeeding_at_once_neither_deadlocks_nor_starves(on_database):
    """Provers that never pause let every succession through; none commits under an older one."""

    async def run(database):
        wrote: list[tuple[int, int]] = []
        newest = 0

        def prove(connection, number):
            positions.moved_under(connection, READER, number)
            at = positions.take(connection, READER)
            positions.move(connection, READER, at, Position(at.next + 1), number=number)
            return at.next

        def succeed(connection):
            configurations.hold(connection)
            before = configurations.in_force(connection)
            return configurations.succeed(connection, before, f"d{before.number + 1}", "").number

        async def work():
            while newest < RIVALS:
                number = newest
                with contextlib.suppress(SupersededFault, MovedFault):
                    wrote.append((await database.write(lambda c, n=number: prove(c, n)), number))
                await asyncio.sleep(0)

        async def succeed_often():
            nonlocal newest
            for _ in range(RIVALS):
                newest = await database.write(succeed)
                await asyncio.sleep(0)

        await asyncio.gather(*(work() for _ in range(3)), succeed_often())
        numbers = [number for _, number in sorted(wrote)]
        assert newest == RIVALS
        assert numbers == sorted(numbers)

    on_database(run)
