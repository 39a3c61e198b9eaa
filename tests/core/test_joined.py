"""Parties that lodge under a public name of another: who stands where, who yields, who hears."""

import re
from dataclasses import replace

import orjson
import pytest

from adapters.wire.edifact import read
from broker.adapter import Kind, Owned, Scheme
from broker.state.tables import ALIASES, DOCUMENTS, DOSSIERS, PARKED
from tests.broker_in_process import in_process, story
from tests.core.test_parts import crew, notes, played, rules
from tests.families import EDIFACT, NDJSON, flight, item, listed, paxlst, people, push, staff
from tests.families_told import native, persons_of, told, verdicts
from tests.sample_events import event

OWNER, ALDER, BIRCH = "owner", "alder", "birch"
CALL = Scheme("CALL", opens=True, binds=("sender",), joins=True, owned=Owned("ship", "[A-Z]{2}"))


def under(how, owners=None):
    """The toy rules, with this row in the table of the kind."""
    kind = Kind("visit", (CALL,), withdraws="own", joining={"FAL5": how})
    titles = {name: f"{name.title()} Ltd" for name in (OWNER, ALDER, BIRCH)}
    found = {("ship", "AA"): OWNER} if owners is None else owners
    return replace(rules(), kinds={"visit": kind}, owners=found, titles=titles)


def lists(number, party, *names, does="put", **more):
    """The list of a party under the owner's name."""
    said = crew(number, *(names or (party.upper(),)), does=does)
    return replace(said, party=party, sender=party, references=(("CALL", "AA1"),), **more)


def asks(does, number, party, part="FAL5"):
    """What is not a list."""
    return event(does, number, kind="visit", part=part, party=party, sender=party,
                 references=(("CALL", "AA1"),), package="persons-report", body={})  # fmt: skip


def outcomes(made):
    """What became of each event: its outcome, or why it was declined."""
    return [one.problems[0].code if one.outcome == "declined" else one.outcome for one in made]


def whose(dossier):
    """The live parts."""
    return {part: one.party for part, one in dossier.live.items()}


NOT_YOURS, LODGED = "reference.not-yours", "reference.owner-lodged"
CASES = (
    # the row, who lodges in which order, what becomes of it, whose parts are live at the end
    ("beside", (OWNER, ALDER), ["applied"] * 2, {"FAL5": OWNER, "FAL5~2": ALDER}),
    ("beside", (ALDER, OWNER), ["applied"] * 2, {"FAL5": OWNER, "FAL5~2": ALDER}),
    ("beside", (ALDER, BIRCH), ["applied"] * 2, {"FAL5~2": ALDER, "FAL5~3": BIRCH}),
    ("beside", (ALDER, OWNER, BIRCH), ["applied"] * 3,
     {"FAL5": OWNER, "FAL5~2": ALDER, "FAL5~3": BIRCH}),
    ("beside", (ALDER, OWNER, ALDER, OWNER), ["applied", "applied", "repeated", "repeated"],
     {"FAL5": OWNER, "FAL5~2": ALDER}),
    ("yields", (OWNER, ALDER), ["applied", LODGED], {"FAL5": OWNER}),
    ("yields", (ALDER, OWNER), ["applied"] * 2, {"FAL5": OWNER}),
    ("yields", (ALDER, OWNER, ALDER), ["applied", "applied", LODGED], {"FAL5": OWNER}),
    ("yields", (ALDER, BIRCH), ["applied"] * 2, {"FAL5~2": ALDER, "FAL5~3": BIRCH}),
    ("yields", (ALDER, BIRCH, OWNER), ["applied"] * 3, {"FAL5": OWNER}),
    ("refused", (OWNER, ALDER), ["applied", NOT_YOURS], {"FAL5": OWNER}),
    ("refused", (ALDER, OWNER), [NOT_YOURS, "applied"], {"FAL5": OWNER}),
    ("refused", (ALDER, BIRCH), [NOT_YOURS] * 2, {}),
)  # fmt: skip


@pytest.mark.parametrize(("how", "order", "ends", "live"), CASES)
def test_who_stands_where_whoever_comes_first(how, order, ends, live):
    """The owner's part has its name in any order; the table says where the others are."""
    said = [lists(number, party) for number, party in enumerate(order, 1)]
    dossier, made = played(*said, under=under(how))
    assert (outcomes(made), whose(dossier)) == (ends, live)
    assert dossier.party == (OWNER if OWNER in order else ALDER if live else "")


def test_a_code_without_an_owner_gives_nobody_the_part():
    """Where the configuration names none, everybody joins."""
    dossier, _ = played(lists(1, ALDER), lists(2, OWNER), under=under("beside", {}))
    assert whose(dossier) == {"FAL5~2": ALDER, "FAL5~3": OWNER}


def test_a_new_owner_is_not_hindered_by_the_old_one():
    """The code has changed hands: the part of the old owner stays, and the new one lodges."""
    dossier, _ = played(lists(1, ALDER), under=under("beside", {("ship", "AA"): ALDER}))
    dossier, made = played(lists(2, OWNER), dossier=dossier, under=under("beside"))
    assert outcomes(made) == ["applied"]
    assert whose(dossier) == {"FAL5": ALDER, "FAL5~2": OWNER}


@pytest.mark.parametrize("before", ["withdraw", "close"])
def test_what_others_ended_is_open_to_the_owner(before):
    """Who lodged first and took back or closed has not closed the owner's name."""
    rule = under("beside")
    dossier, made = played(lists(1, ALDER), asks(before, 2, ALDER), under=rule)
    assert outcomes(made) == ["applied"] * 2
    dossier, made = played(lists(3, OWNER), dossier=dossier, under=rule)
    assert outcomes(made) == ["applied"]
    assert (dossier.state, dossier.party, dossier.closed_at) == ("open", OWNER, None)


def test_who_joined_changes_and_ends_its_own_part_alone():
    """What a party that joined adds, closes (nothing is new in it) and takes back is its own."""
    rule = under("beside")
    said = (lists(1, OWNER), lists(2, ALDER, "ONE"), lists(3, ALDER, "TWO", does="merge"),
            asks("close", 4, ALDER), asks("withdraw", 5, ALDER))  # fmt: skip
    dossier, made = played(*said, under=rule)
    assert outcomes(made) == ["applied", "applied", "applied", "repeated", "applied"]
    assert whose(dossier) == {"FAL5": OWNER}
    assert (dossier.state, dossier.versions["FAL5"]) == ("open", 1)


def test_the_owner_hears_who_joins_once_by_its_public_name():
    """Now, or with the reply to its own first message; of the content not a word."""
    rule = under("beside")
    _, (_, joined, again) = played(
        lists(1, OWNER), lists(2, ALDER, "ONE"), lists(3, ALDER, "TWO"), under=rule
    )
    assert notes(joined) == [(OWNER, ["event.joined"])]
    (row,) = [one for one in joined.queue if one.subscription == OWNER]
    assert "Alder Ltd" in row.payload.decode()
    assert "ONE" not in row.payload.decode()
    assert notes(again) == []
    _, (first, late) = played(lists(1, ALDER), lists(2, OWNER), under=rule)
    assert notes(first) == []
    own = [one for one in late.queue if one.subscription == OWNER]
    assert [[found["code"] for found in orjson.loads(one.payload)["problems"]] for one in own] == [
        ["event.joined"]
    ]


def test_two_parties_that_joined_hear_nothing_of_each_other():
    """Neither is the owner."""
    _, made = played(lists(1, ALDER), lists(2, BIRCH), under=under("beside"))
    assert [notes(one) for one in made] == [[], []]


def test_a_part_that_yields_is_withdrawn_from_its_readers_and_its_sender_hears():
    """In the step in which the owner lodges; what it had asked for is overtaken."""
    dossier, (first, second) = played(lists(1, ALDER), lists(2, OWNER), under=under("yields"))
    readers = {row.recipient for row in first.queue if row.what == "document"}
    assert readers
    assert {one.target.recipient for one in second.withdrawals} == readers
    assert {one.target.part for one in second.withdrawals} == {"FAL5~2"}
    assert notes(second) == [(ALDER, ["event.yielded"])]
    assert dossier.gone["FAL5~2"].party == ALDER


# -- the whole road -----------------------------------------------------------------------------

AIRLINE, OTHER = "paperkite-airlines", "thistledown-air"


@pytest.mark.parametrize("mode", ["memory", "embedded"])
@story
async def test_the_carriers_own_list_is_taken_whoever_listed_the_flight_first(mode, tmp_path):
    """A codeshare lists the passengers first, and then the carrier: the police has both lists."""
    async with in_process(directory=tmp_path if mode == "embedded" else None) as broker:
        await broker.lodge(paxlst(listed(flight(7), people(7, 3))), OTHER, **EDIFACT)
        own = await broker.lodge(paxlst(listed(flight(7), people(7, 1, 2))), AIRLINE, **EDIFACT)
        assert verdicts(await broker.status(own)) == [("accepted", ["applied"])]
        assert len(await persons_of(broker, "passengers")) == 2
        assert len(await persons_of(broker, "passengers~2")) == 1
        (head,) = await broker.rows(DOSSIERS)
        assert head["party"] == "paperkite"
        joined = [{"part": "passengers", "name": "Thistledown Air (invented)"}]
        assert (await broker.status(own, AIRLINE))["messages"][0]["joined"] == joined
        (reply,) = await told(broker, AIRLINE)
        assert "THISTLEDOWN AIR" in texts_of(reply)
        assert await broker.rows(PARKED) == []


@pytest.mark.parametrize("mode", ["memory", "embedded"])
@story
async def test_a_crew_list_of_another_yields_to_the_carriers(mode, tmp_path):
    """It is with the police until the carrier lists its crew; its sender and the police hear."""
    async with in_process(directory=tmp_path if mode == "embedded" else None) as broker:
        theirs = paxlst(listed(flight(7), staff(7, 1), kind="250"))
        await broker.lodge(paxlst(listed(flight(7), people(7, 1, 2))), AIRLINE, **EDIFACT)
        first = await broker.lodge(theirs, OTHER, **EDIFACT)
        assert verdicts(await broker.status(first)) == [("accepted", ["applied"])]
        (note,) = await told(broker, AIRLINE, "message.noted")
        assert "THISTLEDOWN AIR" in texts_of(note)
        crew_of = paxlst(listed(flight(7), staff(7, 2), kind="250"))
        await broker.lodge(crew_of, AIRLINE, **EDIFACT)
        given = await broker.feed("border-police", cursor="c0")
        gone = [one for one in given if one["type"] == "flight.withdrawn"]
        assert {one["data"]["part"] for one in gone} == {"crew~2"}
        (note,) = await told(broker, OTHER, "message.noted")
        assert "WITHDRAWN" in texts_of(note)
        again = await broker.lodge(theirs, OTHER, **EDIFACT)
        shown = await broker.status(again, OTHER)
        assert verdicts(shown) == [("accepted", ["declined"])]
        assert shown["messages"][0]["outcomes"][0]["problems"][0]["code"] == LODGED
        live = {row["part"]: row["state"] for row in await broker.rows(DOCUMENTS)}
        assert live == {"passengers": "live", "crew": "live", "crew~2": "withdrawn"}


@pytest.mark.parametrize("exists", [False, True])
@story
async def test_an_item_of_another_post_is_declined_in_the_same_words(exists):
    """Whether the item is known or not; nothing is opened, and no name is bound."""
    async with in_process() as broker:
        if exists:
            await broker.lodge(push(item(1)), "marigold-post", **NDJSON)
        before = [await broker.rows(table) for table in (DOSSIERS, DOCUMENTS, ALIASES)]
        await broker.lodge(push(item(1)), "sorrel-post", **NDJSON)
        assert [await broker.rows(table) for table in (DOSSIERS, DOCUMENTS, ALIASES)] == before
        (reply,) = await told(broker, "sorrel-post")
        (problem,) = orjson.loads(native(reply))["problems"]
        assert problem["code"] == NOT_YOURS
        assert problem["found"].startswith(item(1)["FunctionalReferenceID"])
        owns = await broker.lodge(push(item(1)), "marigold-post", **NDJSON)
        (ends,) = verdicts(await broker.status(owns))
        assert ends == ("accepted", ["repeated" if exists else "applied"])


def texts_of(reply):
    """What the free texts of a reply in EDIFACT say."""
    (message,) = read(native(reply), {}).messages
    said = [one for one in message.segments if one[0][0] == "FTX"]
    return re.sub(r"[^A-Z ]+", " ", str(said).upper())
