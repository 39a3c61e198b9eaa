"""Messages that wait for a reference: who is notified, and what a later message replaces."""

import orjson
import pytest

from adapters.customs.kinds import DECLARATION
from broker.state import unresolved
from broker.state.database import MemoryDatabase
from broker.state.tables import OUTCOMES, QUEUE
from broker.translation.pending import put_waiting
from broker.translation.resolve import waiting_of
from tests.broker_in_process import story
from tests.sample_events import event

KINDS = {"declaration": DECLARATION}


def put(number, mrn="26QZ1", **more):
    """A put of message `number` that waits for this MRN."""
    return event("put", number, dossier="", references=(("MRN", mrn),), **more)


async def wait(database, *events):
    """These begin to wait, in one commit."""
    rows = [waiting_of(one, KINDS) for one in events]
    await database.write(lambda connection: put_waiting(connection, rows, {}))


async def found(database):
    """What waits, what was declined, and what each sender was notified of."""

    def read(connection):
        waiting = [one.event for _, one in unresolved.all_waiting(connection, 9)]
        declined = [row.event for row in connection.execute(OUTCOMES.select())]
        notices = [
            (row.type, orjson.loads(row.payload)["problems"][0]["code"])
            for row in connection.execute(QUEUE.select().order_by(QUEUE.c.number))
        ]
        return waiting, declined, notices

    return await database.read(read)


@story
async def test_a_sender_is_notified_at_once():
    """The reply is a warning that names the reference; nothing is declined."""
    database = MemoryDatabase()
    await wait(database, put(1))
    assert await found(database) == (
        ["e_1"], [], [("message.waiting_reference", "reference.waiting")]
    )  # fmt: skip


@story
async def test_a_later_put_about_the_same_thing_replaces_the_one_that_waits():
    """The older one is declined with a reply, so that only the newest is ever in force."""
    database = MemoryDatabase()
    await wait(database, put(1))
    await wait(database, put(2))
    waiting, declined, notices = await found(database)
    assert (waiting, declined) == (["e_2"], ["e_1"])
    assert ("message.declined", "event.replaced") in notices


@story
async def test_a_put_that_is_released_is_not_replaced():
    """It may be on the log already: declined too, it would have two ends."""
    database = MemoryDatabase()
    await wait(database, put(1))

    def release(connection):
        ((number, one),) = unresolved.all_waiting(connection, 9)
        unresolved.release(connection, number, {**one.headers, "ce_subject": "o_9"})

    await database.write(release)
    await wait(database, put(2))
    waiting, declined, _ = await found(database)
    assert (waiting, declined) == (["e_2"], [])


@pytest.mark.parametrize(
    "other",
    [put(2, "26QZ2"), put(2, party="pebble"), put(2, part="invoice"),
     event("note", 2, dossier="", references=(("MRN", "26QZ1"),))],
    ids=["reference", "party", "part", "no put"],
)  # fmt: skip
def test_only_a_put_of_the_same_party_about_the_same_thing_replaces(other):
    """Another reference, party or part, or no put, leaves what waits alone."""

    @story
    async def run():
        database = MemoryDatabase()
        await wait(database, put(1))
        await wait(database, other)
        waiting, declined, _ = await found(database)
        assert (waiting, declined) == (["e_1", "e_2"], [])

    run()
