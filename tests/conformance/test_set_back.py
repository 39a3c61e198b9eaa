"""A database that is set back to an older copy while the log is not: who was told what, on each."""

import asyncio

import orjson
import pytest

from broker.clock import SystemClock
from broker.delivery.feed import Feed
from broker.delivery.topic import RESTARTED, TopicChannel, topic_of
from broker.errors import LineFault
from broker.eventlog.contract import partition_of
from broker.eventlog.memory import MemoryLog
from broker.hop import Plumbing
from broker.model.avro import decoded
from broker.model.line import Cursor
from broker.model.records import Record
from broker.state import lines, queue
from broker.state.queue import Row
from tests.limits import HANG_S
from tests.set_back import bring_back, copy_of

NAME, AT = "plant-health", "2026-11-22T09:30:00.000Z"


class Desk:
    """A subscription on a database, its feed, and its channel over a log that stays."""

    def __init__(self, database, partitions=1):
        self.database = database
        self.log = MemoryLog(partitions)
        self.plumbing = Plumbing(self.log, database, SystemClock(), wait_s=0)
        self.feed = Feed(self.plumbing, bytes_max=10_000)
        self.channel = self.another_channel()

    def another_channel(self):
        """A channel that knows nothing of what was sent before."""
        return TopicChannel(self.plumbing, [NAME], lambda: None, rows_max=9, source="urn:qz")

    async def add(self, *deliveries):
        """Queue and number these."""

        def work(connection):
            queue.put(connection, [Row(one, NAME, f"o_{one}", "", 1, NAME, "control", "document",
                                       "t", b"", "{}", AT) for one in deliveries])  # fmt: skip
            ready = [
                (
                    row["number"],
                    orjson.dumps({"id": row["id"], "type": "t", "subject": row["dossier"]}),
                )
                for row in queue.oldest_waiting(connection, 99)
            ]
            queue.number_rows(connection, NAME, ready)

        await self.database.write(work)

    async def read(self, cursor=None, limit=99):
        """The ids of a page, and its cursor."""
        page = await self.feed.read(NAME, cursor, limit=limit, wait_s=0)
        return [orjson.loads(one)["id"] for one in page.events], page.cursor

    async def line(self):
        """What is known of the subscription."""
        return await self.database.read(lambda connection: lines.line(connection, NAME))

    async def on_topic(self):
        """What stands on the topic, partition by partition: type or id, number and chain."""
        found = []
        for partition, (start, end) in enumerate(await self.log.ends(topic_of(NAME))):
            if end > start:
                found += await self.log.read(topic_of(NAME), partition, start,
                                             bytes_max=1 << 20, wait_s=0)  # fmt: skip
        return found


def test_two_readers_after_a_restore(on_database):
    """One has read what is lost, and is told; the other has read what is shared, and goes on."""

    async def run(database):
        desk = Desk(database)
        await desk.add("d_1", "d_2", "d_3")
        ahead, behind = [(await desk.read(limit=2))[1] for _ in range(2)]
        copy = await database.read(copy_of)
        await desk.add("d_4")
        lost, ahead_lost = await desk.read(ahead)
        assert lost == ["d_3", "d_4"]
        await database.write(lambda connection: bring_back(connection, copy))
        await desk.add("d_5", "d_6")
        before = await desk.line()
        for _ in range(2):
            with pytest.raises(LineFault, match="belongs to another line") as told:
                await desk.read(ahead_lost)
            assert told.value.shared == 3
        assert await desk.line() == before
        assert (before.acknowledged, before.given) == (0, 2)
        given, newest = await desk.read(behind)
        assert given == ["d_3", "d_5", "d_6"]
        assert (await desk.line()).acknowledged == 2
        assert await desk.read(ahead) == (given, newest)
        assert await desk.read(newest) == ([], newest)

    on_database(run)


def test_a_restore_that_lost_no_number_is_the_same_line(on_database):
    """The same deliveries numbered again in their order have the same chains."""

    async def run(database):
        desk = Desk(database)
        await desk.add("d_1")
        copy = await database.read(copy_of)
        await desk.add("d_2", "d_3")
        page = await desk.read()
        await desk.channel.sent_all()
        await database.write(lambda connection: bring_back(connection, copy))
        await desk.add("d_2", "d_3")
        assert await desk.read(page[1]) == ([], page[1])
        await desk.another_channel().sent_all()
        assert [one for one in await desk.on_topic() if one.headers["ce_type"] == RESTARTED] == []

    on_database(run)


@pytest.mark.parametrize("takes_over", [True, False])
def test_a_topic_on_another_line_is_told_so_first(on_database, takes_over):
    """By a channel that takes over, and by one under which the database was set back."""

    async def run(database):
        desk = Desk(database)
        await desk.add("d_1", "d_2")
        assert await desk.channel.sent_all() == 2
        shared = (await desk.line()).newest
        copy = await database.read(copy_of)
        await desk.add("d_3", "d_4")
        assert await desk.channel.sent_all() == 2
        abandoned = (await desk.line()).newest
        await database.write(lambda connection: bring_back(connection, copy))
        await desk.add("d_5")
        channel = desk.another_channel() if takes_over else desk.channel
        assert await channel.sent_all() == 1
        assert await desk.another_channel().sent_all() == 0
        *_, notice, last = await desk.on_topic()
        assert [one.headers["ce_id"] for one in await desk.on_topic()] == [
            "d_1", "d_2", "d_3", "d_4", notice.headers["ce_id"], "d_5"
        ]  # fmt: skip
        assert decoded(notice.value) == {
            "subscription": NAME, "shared": 2, "chain": shared.chain, "abandoned": 4,
            "abandoned_chain": abandoned.chain,
        }  # fmt: skip
        assert (notice.headers["ce_type"], notice.headers["ce_swbseq"]) == (RESTARTED, "2")
        newest = (await desk.line()).newest
        assert last.headers["ce_swbchain"] == newest.chain
        assert Cursor(3, newest.chain) == newest

    on_database(run)


def test_each_partition_that_holds_another_line_is_told(on_database):
    """Whoever reads only that partition hears of it, once; no other is told."""

    async def run(database):
        desk = Desk(database, partitions=4)
        copy = await database.read(copy_of)
        await desk.add(*(f"d_{number}" for number in range(3)))
        await desk.channel.sent_all()
        await database.write(lambda connection: bring_back(connection, copy))
        for _ in range(2):
            await desk.another_channel().sent_all()
        found = await desk.on_topic()
        used = {partition_of(f"o_d_{number}", 4) for number in range(3)}
        notices = [one for one in found if one.headers["ce_type"] == RESTARTED]
        assert sorted(one.partition for one in notices) == sorted(used)
        assert len({one.headers["ce_id"] for one in notices}) == len(used)

    on_database(run)


def test_what_was_sent_is_not_confirmed_on_another_line(on_database):
    """Set back between the append and its confirmation: nothing unsent is acknowledged."""

    async def run(database):
        desk = Desk(database)
        await desk.add("d_1")
        copy = await database.read(copy_of)
        await desk.add("d_2")
        append = desk.log.append

        async def set_back(records):
            await append(records)
            desk.log.append = append
            await database.write(lambda connection: bring_back(connection, copy))

        desk.log.append = set_back
        assert await desk.channel.sent_all() == 2
        assert (await desk.line()).acknowledged == 0
        await desk.add("d_3")
        async with asyncio.timeout(HANG_S):
            while await desk.channel.sent_all():
                pass
        assert [one.headers["ce_id"] for one in await desk.on_topic()][-2:] == ["d_1", "d_3"]
        assert (await desk.line()).acknowledged == 2

    on_database(run)


@pytest.mark.parametrize(("delivery", "told"), [("d_2", 0), ("d_9", 1)])
def test_a_record_of_the_time_before_chains_is_told_by_its_id(on_database, delivery, told):
    """It bears no chain, but the row of its number is its delivery's, or it is not."""

    async def run(database):
        desk = Desk(database)
        await desk.add("d_1", "d_2")
        headers = {"ce_id": delivery, "ce_type": "t", "ce_swbseq": "2"}
        await desk.log.append([Record(topic_of(NAME), "o_1", headers, b"")])
        await desk.channel.sent_all()
        found = [one.headers["ce_type"] for one in await desk.on_topic()]
        assert found.count(RESTARTED) == told

    on_database(run)
