"""The loop over the queue: rendered once, numbered in order, parked if it cannot be."""

import pytest

from broker.state import queue
from broker.state.queue import Row
from broker.state.tables import ORIGINALS, QUEUE
from tests.broker_in_process import JSON, OPERATOR, SENDER, declaration, in_process, story
from tests.families import NDJSON, item, push

AT = "2026-11-22T09:30:00.000Z"


def row(number, recipient="wildlife", **changes):
    """A document on its way."""
    made = Row(f"d_{number}", recipient, "o_1", "", 1, recipient, "control", "document", "t",
               b'{"n":%d}' % number, "{}", AT)  # fmt: skip
    return made._replace(**changes)


async def queued(broker, *rows):
    """Queue these."""
    await broker.plumbing.database.write(lambda connection: queue.put(connection, rows))


async def states(broker):
    """State and number of every row, in the order they were queued."""
    return [(one["state"], one["seq"]) for one in await broker.rows(QUEUE)]


@story
async def test_rows_are_numbered_in_the_order_they_were_queued():
    """Per subscription, without gaps, however small the batches."""
    async with in_process(drain_rows_max=2) as broker:
        await queued(broker, row(1), row(2, "medicines"), row(3), row(4), row(5, "medicines"))
        counts = [await broker.stations.drain.drained() for _ in range(4)]
        assert counts == [2, 2, 1, 0]
        assert [one["data"]["n"] for one in await broker.feed("wildlife")] == [1, 3, 4]
        assert [one["swbseq"] for one in await broker.feed("medicines")] == [1, 2]


@story
async def test_a_single_row_does_not_wait_behind_thousands_of_another_subscription():
    """It is numbered in the first pass, though all others were queued before it."""
    async with in_process(drain_rows_max=20) as broker:
        await queued(broker, *(row(n) for n in range(2000)), row(2000, "medicines"))
        assert await broker.stations.drain.drained() == 11
        assert [one["data"]["n"] for one in await broker.feed("medicines")] == [2000]
        assert [one["data"]["n"] for one in await broker.feed("wildlife")] == list(range(10))


@story
async def test_more_subscriptions_than_rows_are_served_in_turn():
    """Two rows a pass, five subscriptions with three each: all are served before one is again."""
    names = ["animal-health", "customs", "medicines", "radiation", "wildlife"]
    async with in_process(drain_rows_max=2) as broker:
        await queued(
            broker,
            *(row(n * 10 + copy, name) for n, name in enumerate(names) for copy in range(3)),
        )
        served = []
        for _ in range(5):
            before = {one["id"] for one in await broker.rows(QUEUE) if one["seq"]}
            await broker.stations.drain.drained()
            rows = await broker.rows(QUEUE)
            served += [
                one["subscription"] for one in rows if one["seq"] and one["id"] not in before
            ]
        assert sorted(served) == sorted(names * 2)
        assert sorted(served[:4]) == names[:4]


@story
async def test_a_row_that_cannot_be_rendered_is_parked_unnumbered():
    """It leaves no gap, its neighbours go on, and an operator can let it wait again."""
    async with in_process() as broker:
        broken = row(2, what="reply", context='{"reply_to":"s_none","message":1}')
        await queued(broker, row(1), broken, row(3))
        await broker.settle()
        assert await states(broker) == [("numbered", 1), ("parked", None), ("numbered", 2)]
        told = await broker.call("GET", "/v1/parked", OPERATOR)
        assert [(one["id"], one["station"]) for one in told.json()["parked"]] == [
            ("d_2", "delivery")
        ]
        await broker.call("POST", "/v1/parked/d_2/discard", OPERATOR, content=b'{"why":"gone"}',
                          headers=JSON)  # fmt: skip
        assert (await states(broker))[1] == ("cancelled", None)


@story
async def test_a_row_cancelled_while_it_was_rendered_takes_no_number():
    """Whoever cancels first is right; the next row gets the number."""
    async with in_process() as broker:
        await queued(broker, row(1), row(2, version=2))
        database = broker.plumbing.database
        write = database.write

        async def meanwhile(work):
            database.write = write
            target = ("", "wildlife", "control")
            await write(lambda connection: queue.cancel(connection, "o_1", target, 2, AT))
            return await write(work)

        database.write = meanwhile
        await broker.stations.drain.drained()
        assert await states(broker) == [("cancelled", None), ("numbered", 1)]


@pytest.mark.parametrize("times", [1, 3])
@story
async def test_a_delivery_queued_twice_is_one(times):
    """The id is the delivery's name: what is there already is not added."""
    async with in_process() as broker:
        for _ in range(times):
            await queued(broker, row(1))
        await broker.settle()
        assert await states(broker) == [("numbered", 1)]


@story
async def test_a_reply_is_rendered_under_the_profile_of_its_submission():
    """The dialect in force when the message came decides how its answer looks."""
    async with in_process() as broker:
        await broker.lodge(declaration("QZ-1", TypeCode="QQQ"))
        (kept,) = [one for one in await broker.rows(QUEUE) if one["recipient"] == SENDER]
        assert b"data_base64" in kept["rendered"]
        assert kept["state"] == "numbered"


@story
async def test_a_reply_is_rendered_without_the_submission():
    """Of a file of several messages the original is not read: the replies are the same without."""
    async with in_process() as broker:
        poor = {**item(2), "AcceptanceDateTime": ""}
        await broker.lodge(push(item(1), poor, item(3)), "marigold-post", **NDJSON)
        before = [one["rendered"] for one in await broker.rows(QUEUE) if one["what"] == "reply"]
        assert len(before) > 2

        def again(connection):
            connection.execute(ORIGINALS.delete())
            anew = {"state": "waiting", "seq": None, "rendered": None}
            connection.execute(QUEUE.update().where(QUEUE.c.what == "reply").values(**anew))

        await broker.plumbing.database.write(again)
        await broker.settle()
        after = [one["rendered"] for one in await broker.rows(QUEUE) if one["what"] == "reply"]
        assert after == before
