"""The loop between log and database, where one of them is not what the other remembers."""

import asyncio

import pytest
from sqlalchemy import text

from broker.errors import GapFault, LogFault
from broker.state import positions
from broker.state.positions import Position
from tests.set_back import bring_back, copy_of
from tests.toy import IN, READER, Bench, drain


def test_a_database_that_was_set_back_makes_what_it_owes_be_appended_again():
    """Numbers of its outbox are given again: none of them is taken for one that was appended."""

    async def run():
        bench = Bench()
        copy = await bench.database.read(copy_of)
        hop = bench.hop()
        position = await hop.take_over()
        for letter in "abc":
            await bench.give(letter)
            position = await hop.batch(position)
        await bench.database.write(lambda connection: bring_back(connection, copy))
        await bench.database.write(lambda one: one.execute(text("DELETE FROM sqlite_sequence")))
        position = await hop.take_over()
        assert position.next == 0
        bench.log.before["append"] = [LogFault("down")]
        with pytest.raises(LogFault):
            await hop.batch(position)
        await drain(hop)
        assert await bench.rows() == "abc"
        assert await bench.first_out() == "abc"
        assert len(await bench.out()) == 6

    asyncio.run(run())


@pytest.mark.parametrize(
    ("stands", "words"),
    [
        (Position(1), "is behind the log, which begins at 2: 1 records went"),
        (Position(9), "is beyond the log, which ends at 3: records that were confirmed are gone"),
    ],
)
def test_a_position_outside_the_log_ends_the_hop_with_the_command_that_repairs_it(stands, words):
    """Nothing is skipped or worked; the sentence names the command and where to."""

    async def run():
        bench = Bench()
        await bench.give("a", "b", "c")
        await bench.log.trim(IN, 0, 2)
        await bench.database.write(lambda one: positions.take(one, READER))
        await bench.database.write(lambda one: positions.move(one, READER, Position(0), stands))
        with pytest.raises(GapFault, match=words) as told:
            await bench.hop().run()
        assert "'swb positions move toy submissions.toy 0 --to 2 --why ...'" in str(told.value)
        assert await bench.rows() == ""

    asyncio.run(run())
