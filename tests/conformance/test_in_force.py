"""Putting a configuration in force, on every database, by processes that start together."""

import asyncio

from broker.errors import BrokerError, MovedFault, SupersededFault
from broker.state import configurations, positions
from broker.state.configurations import InForce
from broker.state.positions import Position, Reader

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
