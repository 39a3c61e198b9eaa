"""The loop between log and database: what survives a crash, a rival, a poison record."""

import asyncio
from collections import Counter
from dataclasses import replace

import pytest

from broker.errors import LogFault, MovedFault, StateFault, StoppedFault
from broker.state import outbox, positions
from broker.state.positions import Position
from tests.toy import IN, READER, Bench, Toy, drain


def test_every_record_becomes_its_effects_once_and_in_order():
    """Rows and records out are those of the records in, in their order."""

    async def run():
        bench = Bench()
        await bench.give("ab", "c", "def")
        assert await drain(bench.hop()) == Position(3)
        assert await bench.rows() == "abcdef"
        assert [e.value for e in await bench.out()] == [b"a", b"b", b"c", b"d", b"e", b"f"]

    asyncio.run(run())


def test_a_crash_between_commit_and_append_loses_nothing():
    """What was committed and not appended is appended by the next one, before anything else."""

    async def run():
        bench = Bench()
        await bench.give("a", "b")
        bench.log.before["append"] = [LogFault("down")]
        hop = bench.hop()
        with pytest.raises(LogFault):
            await drain(hop)
        assert await bench.rows() == "ab"
        assert await bench.out() == []
        await bench.give("c")
        await drain(bench.hop())
        assert await bench.rows() == "abc"
        assert await bench.first_out() == "abc"

    asyncio.run(run())


def test_an_append_of_unknown_end_is_repeated_with_the_same_id_and_bytes():
    """A record that stood on the log already stands there again, equal in every part."""

    async def run():
        bench = Bench()
        await bench.give("a", "b")
        bench.log.after["append"] = [LogFault("timed out")]
        with pytest.raises(LogFault):
            await drain(bench.hop())
        await bench.give("c")
        await drain(bench.hop())
        out = await bench.out()
        assert [entry.value for entry in out] == [b"a", b"b", b"a", b"b", b"c"]
        first, again = out[0], out[2]
        assert replace(again, position=first.position) == first
        assert await bench.rows() == "abc"

    asyncio.run(run())


def test_a_commit_of_unknown_end_has_its_effects_once():
    """A database that fails after it has committed does not make the work be done again."""

    async def run():
        bench = Bench()
        await bench.give("a", "b")
        hop = bench.hop()
        position = await hop.take_over()
        bench.database.after["write"] = [None, StateFault("connection lost")]
        with pytest.raises(StateFault):
            await drain(hop, position)
        await drain(hop)
        assert await bench.rows() == "ab"
        assert await bench.first_out() == "ab"

    asyncio.run(run())


def test_what_was_appended_is_forgotten_with_the_next_commit_or_when_none_comes():
    """The outbox holds what the last commit owed, an idle hop's nothing; all is appended once."""

    async def run():
        bench = Bench()
        hop = bench.hop()
        position = await hop.take_over()
        for number in range(1, 5):
            await bench.give("x")
            position = await hop.batch(position)
            assert await bench.database.read(outbox.length) == 1
            assert len(await bench.out()) == number
        assert await hop.batch(position) == position
        assert await bench.database.read(outbox.length) == 0
        assert len(await bench.out()) == 4

    asyncio.run(run())


def test_two_owners_have_their_effects_once():
    """Of two hops that believe they own a partition one commits each batch, the other is fenced."""

    async def run():
        bench = Bench()
        await bench.give("a")
        one, two = bench.hop(), bench.hop()
        first, second = await one.take_over(), await two.take_over()
        assert first == second
        first = await one.batch(first)
        with pytest.raises(MovedFault):
            await two.batch(second)
        await bench.give("b")
        second = await two.batch(await two.take_over())
        with pytest.raises(MovedFault):
            await one.batch(first)
        assert await bench.rows() == "ab"
        assert await bench.first_out() == "ab"

    asyncio.run(run())


def test_many_owners_racing_all_day_have_their_effects_once():
    """Five hops on one partition, all running: every effect once, the log in order."""

    async def run():
        bench = Bench(batch_bytes_max=7, retry_delay_s_max=0.001, wait_s=0.05)
        letters = "abcdefghijklmnopqrstuvwxyz"
        hops = [bench.hop() for _ in range(5)]
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(hop.run()) for hop in hops]
            for letter in letters:
                await bench.give(letter)
                await asyncio.sleep(0.002)
            await bench.until(letters)
            for task in tasks:
                task.cancel()
        await drain(bench.hop())
        assert await bench.rows() == letters
        assert await bench.first_out() == letters

    asyncio.run(run())


def test_taking_over_reads_the_position_before_it_settles_the_outbox():
    """The other order would let a rival's later commit be passed over: it is never appended."""

    async def run():
        bench = Bench()
        await bench.give("a", "b")
        slow, rival = bench.hop(), bench.hop()
        settle = slow._settle_outbox
        seen = []

        async def settle_late():
            seen.append(await bench.database.read(lambda c: positions.take(c, READER)))
            bench.log.before["append"] = [LogFault("the rival dies before it appends")]
            with pytest.raises(LogFault):
                await drain(rival)
            await settle()

        slow._settle_outbox = settle_late
        position = await slow.take_over()
        assert (position, seen) == (Position(0), [Position(0)])
        slow._settle_outbox = settle
        with pytest.raises(MovedFault):
            await slow.batch(position)
        await bench.give("c")
        await drain(slow)
        assert await bench.first_out() == "abc"

    asyncio.run(run())


def test_a_poison_record_is_parked_and_the_road_goes_on():
    """A step that raises parks its record with the kind of error, never its text."""

    async def run():
        bench, toy = Bench(), Toy()
        await bench.give("a", "!", "b")
        assert await drain(bench.hop(toy)) == Position(3)
        assert await bench.rows() == "ab"
        (row,) = await bench.parked()
        assert row["reason"].startswith("ValueError in ")
        assert "secret" not in row["reason"]
        assert (row["topic"], row["position"], row["message"]) == (IN, 1, 0)
        assert toy.parked == ["!"]

    asyncio.run(run())


def test_a_record_that_turns_poisonous_keeps_its_earlier_messages():
    """Messages before the one that raises are done; the parked row says how many."""

    async def run():
        bench = Bench()
        await bench.give("ab!d", "e")
        await drain(bench.hop())
        assert await bench.rows() == "abe"
        assert [row["message"] for row in await bench.parked()] == [2]

    asyncio.run(run())


def test_a_record_of_many_messages_commits_several_times():
    """Each time the limit is reached what was done is committed, with the place to resume."""

    async def run():
        bench = Bench(batch_bytes_max=100)
        await bench.give("abcdefg")
        hop = bench.hop(Toy(size=40))
        position = await hop.take_over()
        seen, real = [], bench.database.real.write

        async def write(work):
            result = await real(work)
            found = await bench.database.read(lambda c: positions.take(c, READER))
            seen.append(tuple(found))
            return result

        bench.database.real.write = write
        await hop.batch(position)
        assert seen == [(0, 0), (0, 3), (0, 6), (1, 0)]
        assert await bench.rows() == "abcdefg"

    asyncio.run(run())


def test_a_record_of_many_messages_resumes_in_the_middle():
    """After a crash within a record the messages that were committed are not worked again."""

    async def run():
        bench = Bench(batch_bytes_max=100)
        await bench.give("abcdefg", "h")
        hop = bench.hop(Toy(size=40))
        position = await hop.take_over()
        bench.database.before["write"] = [None, None, StateFault("gone")]
        with pytest.raises(StateFault):
            await hop.batch(position)
        assert await bench.rows() == "abc"
        toy = Toy(size=40)
        await drain(bench.hop(toy))
        assert toy.worked == list("defgh")
        assert await bench.rows() == "abcdefgh"
        assert await bench.first_out() == "abcdefgh"

    asyncio.run(run())


def test_after_three_starts_records_are_worked_singly():
    """A process that ended twice over a batch tries it record by record the third time."""

    async def run():
        bench = Bench()
        await bench.give("a", "b", "c")
        for _ in range(2):
            await _die_working(bench)
        toy = Toy()
        await drain(bench.hop(toy))
        assert toy.batches[0] == 1
        assert await bench.rows() == "abc"

    asyncio.run(run())


def test_after_five_starts_the_record_is_parked():
    """A record over which the process ended four times is parked unworked; the road goes on."""

    async def run():
        bench = Bench()
        await bench.give("a", "b")
        for _ in range(4):
            await _die_working(bench)
        toy = Toy()
        await drain(bench.hop(toy))
        assert toy.worked == ["b"]
        (row,) = await bench.parked()
        assert (row["position"], "4 times" in row["reason"]) == (0, True)

    asyncio.run(run())


def test_a_commit_forgets_the_starts_before_it():
    """Starts count only while nothing is committed."""

    async def run():
        bench = Bench()
        await bench.give("a", "b")
        for _ in range(4):
            await _die_working(bench)
        await drain(bench.hop())
        await bench.give("c")
        await _die_working(bench)
        toy = Toy()
        await drain(bench.hop(toy))
        assert toy.worked == ["c"]
        assert len(await bench.parked()) == 1

    asyncio.run(run())


def test_plumbing_that_breaks_counts_no_start():
    """Ten failing commits in one process park nothing: only a process that ended counts."""

    async def run():
        bench = Bench(retry_delay_s_max=0.001, wait_s=0.05)
        await bench.give("a", "b")
        hop = bench.hop()
        bench.database.before["write"] = [None, None] + [StateFault("down")] * 10
        async with asyncio.TaskGroup() as group:
            task = group.create_task(hop.run())
            await bench.until("ab")
            task.cancel()
        assert await bench.parked() == []

    asyncio.run(run())


async def _die_working(bench: Bench) -> None:
    """A fresh process that ends within its first batch."""

    class Deadly(Toy):
        def work(self, entry, loaded, skip):
            del entry, loaded, skip
            raise SystemExit(1)

    with pytest.raises(SystemExit):
        await drain(bench.hop(Deadly()))


def test_the_hop_stops_when_everything_is_being_parked():
    """Too many records parked in a row are a fault of ours: the role stops, they stay parked."""

    async def run():
        bench = Bench(parks_max=3)
        await bench.give(*["!"] * 5)
        with pytest.raises(StoppedFault):
            await drain(bench.hop())
        assert len(await bench.parked()) == 5

    asyncio.run(run())


def test_parks_between_good_records_stop_nothing():
    """One record that goes well sets the count of parked ones to nothing."""

    async def run():
        bench = Bench(parks_max=3)
        await bench.give(*["!", "!", "!", "a"] * 3)
        await drain(bench.hop())
        assert Counter(await bench.rows()) == {"a": 3}
        assert len(await bench.parked()) == 9

    asyncio.run(run())
