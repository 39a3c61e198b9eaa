"""References to dossiers, over the real tables."""

from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.customs.kinds import DECLARATION
from broker.adapter import Kind, Scheme
from broker.model.dossier import Dossier
from broker.state import aliases, dossier_writes, queue, unresolved
from broker.state.aliases import Alias
from broker.state.database import MemoryDatabase
from broker.state.queue import Row
from broker.state.tables import ALIASES
from broker.translation.resolve import dossier_id, resolve
from tests.broker_in_process import story
from tests.sample_events import AT, event, said

SHARED = Kind("item", (Scheme("S10", opens=True, binds=("sender",)),
                       Scheme("UCR", opens=True, binds=("sender",), scope="party")))  # fmt: skip
KINDS = {"declaration": DECLARATION, "item": SHARED}
LATER = "2027-11-22T09:30:00.000Z"


def put(number, *references, **more):
    """An opener with these references; without a dossier yet."""
    return event("put", number, dossier="", references=references, **more)


def ask(does, number, *references, **more):
    """What cannot open."""
    return event(does, number, dossier="", references=references, **more)


async def resolved(database, *batch):
    """The batch through the resolver."""
    return await database.write(lambda connection: resolve(connection, batch, KINDS))


async def core_saw(database, dossier, **more):
    """The core has worked a put: the dossier has a head."""
    said = {"kind": "declaration", "state": "open", "party": "lantern", **more}
    head = Dossier(dossier, **said)
    await database.write(lambda connection: dossier_writes.put_heads(connection, [head]))


async def bound(database):
    """Every alias there is: scheme, scope, value, dossier."""
    rows = await database.read(lambda connection: list(connection.execute(ALIASES.select())))
    return {(row.scheme, row.scope, row.value): row.dossier for row in rows}


async def given(database, dossier, recipient, state="numbered", what="document"):
    """A delivery that was given."""
    row = Row(f"d_{dossier}_{recipient}", recipient, dossier, "", 1, recipient, "control", what,
              "t", b"", "{}", AT)  # fmt: skip

    def work(connection):
        queue.put(connection, [row])
        if state != "waiting":
            rows = queue.oldest_waiting(connection, 99)
            queue.number_rows(connection, recipient, [(one["number"], b"{}") for one in rows])

    await database.write(work)
    return row.id


@story
async def test_an_opener_opens_the_dossier_of_its_reference():
    """Its id is the hash of scheme, party and value; the second one joins it."""
    database = MemoryDatabase()
    found = await resolved(database, put(1, ("LRN", "A")), put(2, ("LRN", "B")))
    wanted = [dossier_id(("LRN", "lantern", value), 0) for value in "AB"]
    assert [one.dossier for one in found.events] == wanted
    again = await resolved(database, put(3, ("LRN", "A")))
    assert [one.dossier for one in again.events] == wanted[:1]
    assert len(await bound(database)) == 2


@story
async def test_another_partys_reference_of_the_same_value_is_another_dossier():
    """An LRN is scoped to the party of the key, whatever the bytes say."""
    database = MemoryDatabase()
    found = await resolved(database, put(1, ("LRN", "A")), put(2, ("LRN", "A"), party="pebble"))
    assert len({one.dossier for one in found.events}) == 2


@story
async def test_a_put_without_an_opening_reference_is_declined():
    """It gets a dossier of its own, to be declined there; nothing is bound."""
    database = MemoryDatabase()
    found = await resolved(database, put(1), put(2, ("LRN", "")), put(3, ("ABC", "A")))
    assert {one.problem for one in found.events} == {"reference.missing"}
    assert len({one.dossier for one in found.events}) == 3
    assert await bound(database) == {}


@story
async def test_a_put_that_cannot_open_waits_for_what_it_names():
    """A part of something that nobody has opened yet opens nothing, and is not lost."""
    database = MemoryDatabase()
    found = await resolved(database, put(1, ("MRN", "26QZ1")))
    assert (found.events, [one.event for one in found.waiting]) == ((), ["e_1"])
    assert await bound(database) == {}


DATED = Kind("item", (Scheme("S10", opens=True, binds=("sender",), dated=True,
                             reuse_after=timedelta(days=365)),))  # fmt: skip


async def posted(database, *postings):
    """Items opened on these days, under one S10, all given to customs; their dossiers."""
    found = []
    for number, (day, opened_at) in enumerate(postings):
        one = put(number, ("S10", f"LX202611031US/{day}"), kind="item")
        batch = await database.write(lambda c, one=one: resolve(c, [one], {"item": DATED}))
        dossier = batch.events[0].dossier
        await core_saw(database, dossier, kind="item", opened_at=opened_at)
        await given(database, dossier, "customs")
        found.append(dossier)
    return found


async def answered_about(database, value):
    """An answer of customs that names the item alone: what it found."""
    one = said(9, "customs", references=[("S10", value)], dossier="")
    return await database.write(lambda c: resolve(c, [one], {"item": DATED}))


@story
async def test_an_answer_that_has_only_the_s10_finds_the_live_item():
    """Of two postings under one number the one of last year is not meant."""
    database = MemoryDatabase()
    _old, new = await posted(database, ("2025-01-02", "2025-01-03T00:00:00.000Z"),
                             ("2026-11-20", "2026-11-21T00:00:00.000Z"))  # fmt: skip
    (found,) = (await answered_about(database, "LX202611031US")).events
    assert (found.dossier, found.kind, found.problem) == (new, "item", "")


@story
async def test_an_answer_with_an_s10_of_two_live_items_is_ambiguous_and_of_none_waits():
    """Nobody guesses which of two is meant; what is not there may still come."""
    database = MemoryDatabase()
    await posted(database, ("2026-11-19", AT), ("2026-11-20", AT))
    (found,) = (await answered_about(database, "LX202611031US")).events
    assert found.problem == "reference.ambiguous"
    none = await answered_about(database, "LX123456785US")
    assert [one.event for one in none.waiting] == ["e_9"]


@story
async def test_references_of_two_dossiers_are_ambiguous_never_a_merge():
    """An opener that names two known dossiers is declined; both keep their own references."""
    database = MemoryDatabase()
    await resolved(database, put(1, ("S10", "X"), kind="item"), put(2, ("UCR", "Y"), kind="item"))
    before = await bound(database)
    found = await resolved(database, put(3, ("S10", "X"), ("UCR", "Y"), kind="item"))
    assert [one.problem for one in found.events] == ["reference.ambiguous"]
    assert await bound(database) == before


@story
async def test_a_new_reference_of_a_known_dossier_is_added():
    """One dossier: what it is called besides is bound too, for whoever comes next."""
    database = MemoryDatabase()
    (first,) = (await resolved(database, put(1, ("S10", "X"), kind="item"))).events
    (second,) = (await resolved(database, put(2, ("S10", "X"), ("UCR", "Y"), kind="item"))).events
    (third,) = (await resolved(database, put(3, ("UCR", "Y"), kind="item"))).events
    assert first.dossier == second.dossier == third.dossier
    assert second.problem == third.problem == ""


@pytest.mark.parametrize("scope", ["lantern", "pebble"])
@story
async def test_a_scheme_open_to_all_is_joined_by_all(scope):
    """An S10 names one item, whoever speaks of it; who owns its parts is the fold's affair."""
    database = MemoryDatabase()
    found = await resolved(
        database,
        put(1, ("S10", "X"), kind="item"),
        put(2, ("S10", "X"), kind="item", party=scope),
    )
    assert len({one.dossier for one in found.events}) == 1


@story
async def test_an_mrn_means_a_dossier_to_its_own_party_only():
    """The party's request finds it; another party's waits as if there were no such number."""
    database = MemoryDatabase()
    alias = Alias("MRN", "", "26QZ1", "o_9", "declaration")
    await database.write(lambda connection: aliases.bind(connection, [alias]))
    await core_saw(database, "o_9")
    mine = ask("withdraw", 1, ("MRN", "26QZ1"))
    theirs = replace(mine, id="e_2", party="pebble")
    unknown = replace(theirs, id="e_3", references=(("MRN", "26QZ404"),))
    found = await resolved(database, mine, theirs, unknown)
    assert [one.dossier for one in found.events] == ["o_9"]
    assert [one.event for one in found.waiting] == ["e_2", "e_3"]


@story
async def test_a_foreign_mrn_beside_an_lrn_of_ones_own_is_as_if_absent():
    """An opener that names somebody else's MRN opens its own dossier, like with any number."""
    database = MemoryDatabase()
    alias = Alias("MRN", "", "26QZ1", "o_9", "declaration")
    await database.write(lambda connection: aliases.bind(connection, [alias]))
    await core_saw(database, "o_9")
    found = await resolved(
        database,
        put(1, ("LRN", "A"), ("MRN", "26QZ1"), party="pebble"),
        put(2, ("LRN", "B"), ("MRN", "26QZ404"), party="pebble"),
    )
    assert [one.problem for one in found.events] == ["", ""]
    assert (await bound(database))["MRN", "", "26QZ1"] == "o_9"
    assert ("MRN", "", "26QZ404") not in await bound(database)


@story
async def test_what_finds_nothing_waits_behind_what_waits_already():
    """A second request for the same number waits behind the first, though the alias appears."""
    database = MemoryDatabase()
    first = await resolved(database, ask("note", 1, ("MRN", "26QZ1")))
    assert [one.until for one in first.waiting] == ["2026-11-25T09:30:00.000Z"]
    alias = Alias("MRN", "", "26QZ1", "o_9", "declaration")
    await database.write(lambda connection: unresolved.put(connection, first.waiting))
    await database.write(lambda connection: aliases.bind(connection, [alias]))
    await core_saw(database, "o_9")
    second = await resolved(database, ask("withdraw", 2, ("MRN", "26QZ1")))
    assert (second.events, [one.event for one in second.waiting]) == ((), ["e_2"])
    other = await resolved(database, ask("withdraw", 3, ("MRN", "26QZ1"), party="pebble"))
    assert [one.event for one in other.waiting] == ["e_3"]


@story
async def test_within_a_batch_a_request_waits_behind_the_one_before_it():
    """Two requests for an unknown number keep their order."""
    database = MemoryDatabase()
    found = await resolved(
        database, ask("note", 1, ("MRN", "26QZ1")), ask("withdraw", 2, ("MRN", "26QZ1"))
    )
    assert [one.event for one in found.waiting] == ["e_1", "e_2"]


@pytest.mark.parametrize(
    ("state", "what", "named", "referred"),
    [
        ("numbered", "document", True, True),
        ("waiting", "document", False, False),
        ("numbered", "notice", True, False),
    ],
)
@story
async def test_an_answer_finds_only_what_was_given_to_its_agency(state, what, named, referred):
    """By delivery a document or a notice, by reference a document; what is only queued never."""
    database = MemoryDatabase()
    (one,) = (await resolved(database, put(1, ("LRN", "A")))).events
    await core_saw(database, one.dossier)
    delivery = await given(database, one.dossier, "customs", state, what)
    by_delivery = replace(said(2, "customs", delivery), dossier="")
    by_reference = replace(said(3, "customs", references=[("LRN", "A")]), dossier="")
    for answer, finds in ((by_delivery, named), (by_reference, referred)):
        found = await resolved(database, answer)
        assert [event.dossier for event in found.events] == [one.dossier] * finds
        assert len(found.waiting) == (not finds)
    for stranger in (replace(by_delivery, recipient="wildlife", party="wildlife"),
                     replace(by_reference, recipient="wildlife", party="wildlife")):  # fmt: skip
        assert len((await resolved(database, stranger)).waiting) == 1


@story
async def test_an_answer_by_a_reference_that_two_parties_use_is_ambiguous():
    """Two declarants may choose the same LRN; customs was given both, so it must say which."""
    database = MemoryDatabase()
    opened = await resolved(database, put(1, ("LRN", "A")), put(2, ("LRN", "A"), party="pebble"))
    for one in opened.events:
        await core_saw(database, one.dossier, party=one.party)
        await given(database, one.dossier, "customs")
    found = await resolved(
        database, replace(said(3, "customs", references=[("LRN", "A")]), dossier="")
    )
    assert [one.problem for one in found.events] == ["reference.ambiguous"]


@pytest.mark.parametrize(
    ("received_at", "generation"), [(AT, 0), ("2027-11-22T09:29:59.999Z", 0), (LATER, 1)]
)
@story
async def test_a_reference_may_be_used_again_after_its_window(received_at, generation):
    """A year after the end it means a new dossier; before, the old one, which declines it."""
    database = MemoryDatabase()
    (first,) = (await resolved(database, put(1, ("LRN", "A")))).events
    await core_saw(database, first.dossier, state="withdrawn", closed_at=AT)
    again = put(2, ("LRN", "A"), received_at=received_at)
    found = await resolved(database, again, replace(again, id="e_3"))
    wanted = dossier_id(("LRN", "lantern", "A"), generation)
    assert [one.dossier for one in found.events] == [wanted, wanted]
    assert (await bound(database))["LRN", "lantern", "A"] == wanted
    assert DECLARATION.schemes[0].reuse_after == timedelta(days=365)
