"""References to dossiers that several parties join: a port visit under the broker's own name."""

from dataclasses import replace

from broker.adapter import Kind, Scheme
from broker.model.broker_names import name_of
from broker.state import unresolved
from broker.state.database import IN_MEMORY, MemoryDatabase
from broker.translation.resolve import resolve
from tests.broker_in_process import story
from tests.translation.test_resolve import ask, bound, core_saw, put

VISIT = Kind(
    "visit",
    (
        Scheme("CALL", opens=True, binds=("sender",), scope="party"),
        Scheme("VISIT", opens=False, binds=("broker",), joins=True),
        Scheme("VOYAGE", opens=False, binds=("sender",), scope="party", newest=True),
    ),
    names="VISIT",
)


def calls(number, *references, **more):
    """A form of a port call."""
    return put(number, *references, kind="visit", **more)


async def visited(database, *batch):
    """The batch through the resolver that knows visits."""
    kinds = {"visit": VISIT}
    found = await database.write(lambda connection: resolve(connection, batch, kinds))
    for one in found.events:
        await core_saw(database, one.dossier, kind="visit", party=one.party)
    return found


@story
async def test_the_broker_names_what_is_opened_and_anybody_may_join_by_the_name():
    """Another party's form finds the visit by its id; it opens nothing, and a wrong id waits."""
    database = MemoryDatabase()
    (opened,) = (await visited(database, calls(1, ("CALL", "1/QZPOR/A/12")))).events
    ids = [value for scheme, _, value in await bound(database) if scheme == "VISIT"]
    assert len(ids) == 1
    assert ids == [name_of(IN_MEMORY, "VISIT", opened.dossier)]
    (joined,) = (await visited(database, calls(2, ("VISIT", ids[0]), party="pebble"))).events
    assert joined.dossier == opened.dossier
    wrong = await visited(database, calls(3, ("VISIT", "QZV-0"), party="pebble"))
    assert [one.event for one in wrong.waiting] == ["e_3"]


@story
async def test_an_opener_that_names_a_visit_adds_its_own_reference_to_it():
    """A departure under the arrival's visit id is the same visit; one with a wrong id waits."""
    database = MemoryDatabase()
    (opened,) = (await visited(database, calls(1, ("CALL", "1/QZPOR/A/12")))).events
    (visit,) = [value for scheme, _, value in await bound(database) if scheme == "VISIT"]
    both = calls(2, ("CALL", "1/QZPOR/D/12"), ("VISIT", visit))
    (joined,) = (await visited(database, both)).events
    assert (joined.dossier, joined.problem) == (opened.dossier, "")
    wrong = await visited(database, calls(3, ("CALL", "1/QZPOR/D/13"), ("VISIT", "QZV-0")))
    assert [one.event for one in wrong.waiting] == ["e_3"]


@story
async def test_what_a_party_asks_of_a_visit_waits_until_it_has_lodged_something_there():
    """In a batch what follows the lodging finds it; a stranger's waits, as for no visit at all."""
    database = MemoryDatabase()
    await visited(database, calls(1, ("CALL", "1/QZPOR/A/12")))
    (visit,) = [value for scheme, _, value in await bound(database) if scheme == "VISIT"]

    def asks(number, does="withdraw"):
        return ask(does, number, ("VISIT", visit), kind="visit", party="pebble")

    strange = await visited(database, asks(2), asks(3, "close"))
    assert (list(strange.events), [one.event for one in strange.waiting]) == ([], ["e_2", "e_3"])
    lodged = calls(4, ("VISIT", visit), party="quartz")
    patch = ask("patch", 5, ("VISIT", visit), kind="visit", party="quartz")
    found = await visited(database, lodged, patch)
    assert [one.id for one in found.events] == ["e_4", "e_5"]
    later = await visited(database, replace(patch, id="e_6"))
    assert [one.id for one in later.events] == ["e_6"]


@story
async def test_the_name_of_a_visit_goes_past_what_waits_for_another_reference():
    """A list waits for a voyage nobody knows; sent again with the visit's id it joins at once.

    With an id that means nothing it waits behind the first, and so does one without an id.
    """
    database = MemoryDatabase()
    (opened,) = (await visited(database, calls(1, ("CALL", "1/QZPOR/A/12")))).events
    (visit,) = [value for scheme, _, value in await bound(database) if scheme == "VISIT"]
    lost = await visited(database, calls(2, ("VISIT", "V7"), ("VOYAGE", "V7"), party="pebble"))
    await database.write(lambda connection: unresolved.put(connection, lost.waiting))
    references = (("VISIT", "V7"), ("VOYAGE", "V7"), ("VISIT", visit))
    found = await visited(
        database,
        calls(3, ("VOYAGE", "V7"), ("VISIT", "QZV-0"), party="pebble"),
        calls(4, *references, party="pebble"),
        calls(5, ("VOYAGE", "V7"), party="pebble"),
    )
    (joined,) = found.events
    assert (joined.id, joined.dossier, joined.references) == ("e_4", opened.dossier, references)
    assert [one.event for one in found.waiting] == ["e_3", "e_5"]


@story
async def test_a_senders_newest_reference_means_what_it_opened_last():
    """The voyage number comes again with the next voyage; another party's means nothing."""
    database = MemoryDatabase()
    for number, day in enumerate(("01", "02"), 1):
        one = calls(number, ("CALL", f"1/QZPOR/A/{day}"), ("VOYAGE", "12"))
        (last,) = (await visited(database, one)).events
    (found,) = (await visited(database, calls(3, ("VOYAGE", "12")))).events
    assert found.dossier == last.dossier
    other = await visited(database, calls(4, ("VOYAGE", "12"), party="pebble"))
    assert [one.event for one in other.waiting] == ["e_4"]
