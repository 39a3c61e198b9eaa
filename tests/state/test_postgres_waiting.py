"""Events that wait for a reference, where two transactions of PostgreSQL meet."""

import asyncio
from functools import partial

from broker.state import unresolved
from broker.state.unresolved import Waiting
from tests.state.on_postgres import opened, upgraded, while_held

AT = "2026-11-22T09:30:00.000Z"


def test_one_that_waits_is_released_or_replaced_never_both(postgres):
    """Whichever of two transactions comes second finds that the row is not its own."""

    def wait_for(name):
        waiting = Waiting(name, "declaration", "s", "lantern", (), {"ce_id": name}, b"", AT)

        def put(connection):
            unresolved.put(connection, [waiting])
            return next(n for n, one in unresolved.all_waiting(connection, 9) if one == waiting)

        return put

    async def run():
        async with opened(url) as database:
            first, second = [await database.write(wait_for(name)) for name in ("e_1", "e_2")]

            def release(connection, number):
                return unresolved.release(connection, number, {"ce_id": "on its way"})

            def replace(connection, number):
                return unresolved.take_waiting(connection, [number])

            _, replaced = await while_held(
                database, partial(release, number=first), partial(replace, number=first)
            )
            assert replaced == set()
            replaced, _ = await while_held(
                database, partial(replace, number=second), partial(release, number=second)
            )
            assert replaced == {second}
            assert [one[0] for one in await database.read(unresolved.read_released)] == [first]

    url = upgraded(postgres)
    asyncio.run(run())
