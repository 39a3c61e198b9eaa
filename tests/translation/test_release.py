"""What waited for a reference: on its way when it means something, declined when time is up."""

import orjson

from adapters.customs.kinds import DECLARATION
from broker.model.dossier import Dossier
from broker.state import aliases, dossier_writes, unresolved
from broker.state.aliases import Alias
from broker.state.database import MemoryDatabase
from broker.state.tables import OUTCOMES, QUEUE
from broker.translation.release import compose_released, release
from broker.translation.resolve import waiting_of
from tests.broker_in_process import story
from tests.sample_events import event

KINDS = {"declaration": DECLARATION}
NOW, UP = "2026-11-22T10:00:00.000Z", "2026-11-25T09:30:00.000Z"


def note(number, mrn="26QZ1", **more):
    """A request about this MRN."""
    return event("note", number, dossier="", references=(("MRN", mrn),), **more)


async def waits(database, *events):
    """These wait, in this order."""
    rows = [waiting_of(one, KINDS) for one in events]
    await database.write(lambda connection: unresolved.put(connection, rows))


async def known(database, mrn="26QZ1", dossier="o_9", party="lantern"):
    """The MRN means this party's dossier."""
    head = Dossier(dossier, "declaration", state="open", party=party)

    def work(connection):
        aliases.bind(connection, [Alias("MRN", "", mrn, dossier, "declaration")])
        dossier_writes.put_heads(connection, [head])

    await database.write(work)


async def released(database, now=NOW, limit=500):
    """One pass: the ids and dossiers that are on their way, and how many were declined."""

    def work(connection):
        declined = release(connection, now, KINDS, limit)
        found = compose_released(connection)
        unresolved.drop_released(connection, list(found))
        return [(one.headers["ce_id"], one.key) for one in found.values()], declined

    return await database.write(work)


async def left(database):
    """How many wait still."""
    return await database.read(unresolved.count)


@story
async def test_it_goes_on_its_way_in_order_when_the_reference_appears():
    """All that waited for the number, oldest first, keyed by its dossier."""
    database = MemoryDatabase()
    await waits(database, note(1), note(2), note(3, "26QZ404"))
    assert await released(database) == ([], 0)
    await known(database)
    assert await released(database) == ([("e_1", "o_9"), ("e_2", "o_9")], 0)
    assert await left(database) == 1


@story
async def test_a_number_that_appears_for_another_party_is_no_release():
    """It waits on as if there were no such number."""
    database = MemoryDatabase()
    await waits(database, note(1, party="pebble"))
    await known(database, party="lantern")
    assert await released(database) == ([], 0)
    assert await left(database) == 1


@story
async def test_it_is_declined_with_a_reply_when_its_time_is_up():
    """At the moment, not before; the outcome is of no dossier, the reply says what to do."""
    database = MemoryDatabase()
    await waits(database, note(1))
    assert await released(database, "2026-11-25T09:29:59.999Z") == ([], 0)
    assert await released(database, UP) == ([], 1)
    assert await left(database) == 0
    rows = await database.read(
        lambda connection: [
            list(connection.execute(table.select()).mappings()) for table in (OUTCOMES, QUEUE)
        ]
    )
    ((outcome,), (reply,)) = rows
    assert (outcome["dossier"], outcome["outcome"], outcome["submission"]) == ("", "declined",
                                                                              "s_1")  # fmt: skip
    assert (reply["recipient"], reply["type"]) == ("lantern-forwarding", "message.declined")
    assert orjson.loads(reply["payload"])["problems"][0]["code"] == "reference.unknown"


@story
async def test_one_whose_time_is_up_still_goes_if_its_reference_is_there():
    """A broker that slept through the deadline declines nothing that it can resolve."""
    database = MemoryDatabase()
    await waits(database, note(1))
    await known(database)
    assert await released(database, "2027-01-01T00:00:00.000Z") == ([("e_1", "o_9")], 0)


@story
async def test_nothing_overtakes_what_waits_for_the_same_reference():
    """The second of two waits behind the first, which names a second number not yet known."""
    database = MemoryDatabase()
    first = event("note", 1, dossier="", references=(("LRN", "unknown"), ("MRN", "26QZ1")))
    await waits(database, first, note(2))
    await known(database)
    assert await released(database) == ([("e_1", "o_9"), ("e_2", "o_9")], 0)
    held = MemoryDatabase()
    await waits(held, note(1, "26QZ404", received_at=NOW), note(2, "26QZ404"))
    assert await released(held, UP) == ([], 1)
    assert await left(held) == 1


@story
async def test_many_that_wait_in_vain_do_not_hide_one_that_can_go():
    """A pass looks at all, however few it reads at a time."""
    database = MemoryDatabase()
    await waits(database, *(note(number, f"26QZ{number}") for number in range(10, 30)))
    await known(database, "26QZ29")
    assert await released(database, limit=3) == ([("e_29", "o_9")], 0)
    assert await left(database) == 19


@story
async def test_what_is_released_keeps_its_dossier():
    """Released once, it goes to the dossier that was found, whatever its reference means by then.

    Its record may be on the log already: in a second dossier it would count twice.
    """
    database = MemoryDatabase()
    await waits(database, note(1))
    await known(database)
    for _ in range(2):  # the append may have failed: it is released still
        await database.write(lambda connection: release(connection, UP, KINDS, 500))
        await database.write(lambda connection: aliases.renew(
            connection, Alias("MRN", "", "26QZ1", "o_9", "declaration"), "o_10"
        ))  # fmt: skip
    found = await database.read(compose_released)
    assert [one.key for one in found.values()] == ["o_9"]
