"""What is not yours behaves as absent: items, flights and visits, beside parties of one's own kind.

As in `test_authority`, each story is played in two worlds: in one the other party's form exists
and its agencies have answered, in the other there is nothing of it. Both say the same to whoever
has no right to it, at once and when the deadlines have passed.
"""

import base64
import re

import orjson
import pytest

from broker.model.broker_names import name_of
from broker.state.database import IN_MEMORY
from broker.state.tables import ANSWERS, ASKS, DOCUMENTS, DOSSIERS
from broker.translation.resolve import dossier_id
from tests.broker_in_process import JSON, in_process, story
from tests.end_to_end.test_authority import World
from tests.families import (
    EDIFACT,
    NDJSON,
    WORKBOOK,
    call,
    crewed,
    declared,
    flight,
    flown,
    item,
    listed,
    paxlst,
    people,
    posted,
    push,
    seafarers,
    ship,
    staff,
    token_of,
    voyage,
)
from tests.said import cursor_of

POST, RIVAL = "marigold-post", "sorrel-post"
AIRLINE, GROUND = "paperkite-airlines", "thistledown-air"
AGENT, FIRM = "saltbox-agents", "nettle-crewing"
S10 = item(1)["FunctionalReferenceID"]
VISIT = name_of(IN_MEMORY, "VISIT", dossier_id(("CALL", "saltbox", call(1)), 0))
HELD = [{"status": "held"}]
NUMBERS = re.compile(r'"swbseq":\d+,"swbchain":"\w+"|"cursor":"[\w-]+"|cursor=[\w-]+')


async def nothing(_here):
    """The world in which there is nothing of the other party."""


async def play(exists, acts, *readers):
    """All that readers are told while they act in a world, and when the deadlines have passed."""
    async with in_process() as broker:
        here = World(broker, None)
        await exists(here)
        before = {who: await broker.feed(who, cursor="c0") for who in readers}
        begun = {who: cursor_of(given[-1]) if given else "c0" for who, given in before.items()}
        await acts(here)
        for hours in (0, 2, 80):
            broker.clock.move(hours=hours)
            await broker.settle()
            for who in readers:
                await here.tell("GET", f"/v1/feed?cursor={begun[who]}", who)
        return [_renumbered(one) for one in here.said]


def _renumbered(said):
    """Without the numbers that count what was there before."""
    return tuple(NUMBERS.sub("NUMBER", one) if isinstance(one, str) else one for one in said)


async def lodge(here, who, payload, headers, **beside):
    """Lodge something, whatever becomes of it, and look at its status."""
    told = await here.broker.call(
        "POST", "/v1/submissions", who, content=payload, headers={**headers, **beside}
    )
    await here.broker.settle()
    here.said.append((told.status_code,))
    if told.status_code == 202:
        await here.tell("GET", told.json()["status_url"], who)


async def answer(here, who, **said):
    """An answer of an agency, and the status of it."""
    told = await here.broker.call(
        "POST", "/v1/responses", who, content=orjson.dumps({"answers": HELD, **said}), headers=JSON
    )
    await here.broker.settle()
    here.said.append((told.status_code,))
    if told.status_code == 202:
        await here.tell("GET", told.json()["status_url"], who)


# -- what is there in one world -----------------------------------------------------------------


async def an_item(here):
    """Another post's item, which customs has answered."""
    await here.broker.lodge(push(item(1)), POST, **NDJSON)
    given = await here.broker.newest("customs", "postal-item")
    await here.broker.decide("customs", given["id"], "held")


async def a_flight(here):
    """Another airline's passengers, of whom one may not fly."""
    await here.broker.lodge(paxlst(listed(flight(7), people(7, 1, 2))), AIRLINE, **EDIFACT)
    given = await here.broker.newest("border-police", "persons")
    subject = {"path": "BorderTransportMeans.Passenger[1]"}
    await here.broker.decide("border-police", given["id"], "do_not_load", subject=subject)


async def a_visit(here):
    """Another agent's ship, which the harbour master has answered."""
    await here.broker.lodge(declared(ship(1)), AGENT, **WORKBOOK)
    given = await here.broker.newest("harbour-master", "conveyance")
    await here.broker.decide("harbour-master", given["id"], "held")


# -- what somebody without a right does ---------------------------------------------------------


async def names_the_voyage(here):
    """A firm lists a crew for the agent's voyage number, which names only the agent's visits."""
    await lodge(here, FIRM, crewed(voyage(1), seafarers(1, 1)), WORKBOOK)
    beside = {"Swb-Reference": f"VOYAGE={voyage(1)}"}
    await lodge(here, FIRM, crewed("", seafarers(1, 2)), WORKBOOK, **beside)


async def declares_the_same_ship(here):
    """A firm declares the very same call: it is a visit of its own."""
    await lodge(here, FIRM, declared(ship(1)), WORKBOOK)


async def answers_the_item(here):
    """An agency that no row lets see the item answers by its number, with and without the day."""
    for number, value in enumerate((S10, posted(item(1)))):
        await answer(here, "wildlife", id=f"A-{number}", references=[["S10", value]])


async def answers_the_flight(here):
    """Statistics, which sees no persons, answers by the flight."""
    await answer(here, "statistics", id="A-1", references=[["FLIGHT", flown(7)]])


async def answers_the_visit(here):
    """An agency that sees no ships answers by the visit and by the voyage."""
    for number, reference in enumerate((["VISIT", VISIT], ["VOYAGE", voyage(1)])):
        await answer(here, "medicines", id=f"A-{number}", references=[reference])


async def looks_at_everything(here):
    """A rival asks for whatever it can name."""
    for who in (RIVAL, GROUND, FIRM, "wildlife", ""):
        for name in (f"S10={S10}", f"S10={posted(item(1))}", f"FLIGHT={flown(7)}",
                     f"VOYAGE={voyage(1)}"):  # fmt: skip
            await here.tell("GET", f"/v1/trace/{name}", who)
            await here.tell("GET", f"/v1/submissions/{name}", who)


STORIES = (
    (an_item, answers_the_item, ("wildlife", "statistics", RIVAL)),
    (an_item, looks_at_everything, (RIVAL, "statistics")),
    (a_flight, answers_the_flight, ("statistics", "customs", GROUND)),
    (a_flight, looks_at_everything, (GROUND,)),
    (a_visit, names_the_voyage, (FIRM, "medicines")),
    (a_visit, declares_the_same_ship, (FIRM, "medicines")),
    (a_visit, answers_the_visit, ("medicines", "statistics", FIRM)),
    (a_visit, looks_at_everything, (FIRM,)),
)


@pytest.mark.parametrize(("exists", "acts", "readers"), STORIES)
@story
async def test_what_is_not_yours_behaves_as_if_absent(exists, acts, readers):
    """The same words in both worlds, of the act and of every feed, at once and days later."""
    assert await play(exists, acts, *readers) == await play(nothing, acts, *readers)


# -- what the second declarant of a visit learns ------------------------------------------------


def a_ship(master, words):
    """A ship with another master, berth and cargo; its agencies answer alike, in other words."""

    async def exists(here):
        tree = ship(1, crew=2)
        means = tree["BorderTransportMeans"]
        means |= {"Master": {"Name": master}, "BerthName": words, "CargoDescription": words}
        await here.broker.lodge(declared(tree), AGENT, **WORKBOOK)
        for who in ("harbour-master", "port-health"):
            given = await here.broker.newest(who, "conveyance")
            more = {"conditions": [words], "reasons": [{"code": words, "text": master}],
                    "wanted": [{"type": "851", "text": words}]}  # fmt: skip
            await here.broker.decide(who, given["id"], "conditional", **more)

    return exists


async def joins_the_visit(here):
    """The crewing firm lists two persons by the visit's id, and corrects the list."""
    for who in ((1, 2), (1, 3)):
        await lodge(here, FIRM, crewed(VISIT, seafarers(1, *who)), WORKBOOK)


@story
async def test_the_second_declarant_learns_nothing_of_the_firsts_form():
    """Whatever stands in the other form, and whatever was answered to it: he hears the same."""
    one = await play(a_ship("Ada Exampleman", "one"), joins_the_visit, FIRM)
    other = await play(a_ship("Esi Sampleson", "two"), joins_the_visit, FIRM)
    assert one == other
    assert "conditional" in str(one)


# -- who meddles moves nothing ------------------------------------------------------------------


async def meddles_with_the_item(here):
    """Another post lodges the same number and day."""
    await lodge(here, RIVAL, push(item(1, 2)), NDJSON)


async def meddles_with_the_flight(here):
    """Another airline lists, adds and takes off persons, and closes the flight."""
    for letters, kind, who in (
        ("", "745", (3,)), ("CP", "745", (3,)), ("XR", "745", (1,)), ("CLNB", "266", (2,)),
        ("CL", "266", ()),
    ):  # fmt: skip
        message = listed(flight(7), people(7, *who), kind=kind, letters=letters)
        await lodge(here, GROUND, paxlst(message), EDIFACT)


async def meddles_with_the_visit(here):
    """The firm, which has a part of its own, declares the ship beside the bytes' visit."""
    await lodge(here, FIRM, declared(ship(1, 2)), WORKBOOK, **{"Swb-Reference": f"VISIT={VISIT}"})


@pytest.mark.parametrize(
    ("exists", "acts", "who"),
    [
        (an_item, meddles_with_the_item, RIVAL),
        (a_visit, meddles_with_the_visit, FIRM),
    ],
)
@story
async def test_who_meddles_moves_nothing_and_is_told_why(exists, acts, who):
    """Not a row of the owner's dossier changes; whoever tried hears nothing of what is there."""
    async with in_process() as broker:
        here = World(broker, None)
        await exists(here)
        tables = (DOSSIERS, DOCUMENTS, ASKS, ANSWERS)
        before = [await broker.rows(table) for table in tables]
        await acts(here)
        assert [await broker.rows(table) for table in tables] == before
        heard = await broker.feed(who, cursor="c0")
        assert {one["type"] for one in heard} <= {"message.declined", "message.waiting_reference"}
        assert heard, "who has nothing there waits, as for what does not exist"


@story
async def test_who_lists_beside_a_carrier_moves_nothing_of_the_carriers():
    """What it adds, takes off and closes is in its own part; it hears of no other part."""
    async with in_process() as broker:
        here = World(broker, None)
        await a_flight(here)
        before = await carriers_rows(broker)
        await meddles_with_the_flight(here)
        assert await carriers_rows(broker) == before
        (head,) = await broker.rows(DOSSIERS)
        assert (head["state"], head["party"]) == ("open", "paperkite")
        heard = await broker.feed(GROUND, cursor="c0")
        assert all("held" not in str(one) and "do_not_load" not in str(one) for one in heard)


async def carriers_rows(broker):
    """What the tables hold of the carrier's own part."""
    return [
        row
        for table in (DOCUMENTS, ASKS, ANSWERS)
        for row in await broker.rows(table)
        if row["part"] == "passengers"
    ]


@story
async def test_a_second_carrier_may_bring_its_own_part():
    """The flight is open to all: a crew list of another airline joins it, and is its own."""
    async with in_process() as broker:
        await a_flight(World(broker, None))
        await broker.lodge(paxlst(listed(flight(7), staff(7, 1), kind="250")), GROUND, **EDIFACT)
        rows = await broker.rows(DOCUMENTS)
        assert {(row["part"], row["party"]) for row in rows} == {
            ("passengers", "paperkite"), ("crew~2", "thistledown")
        }  # fmt: skip
        replies = [one for one in await broker.feed(GROUND) if one["type"] == "board.changed"]
        words = base64.b64decode(replies[-1]["data_base64"]).decode()
        assert not any(token_of(one) in words for one in people(7, 1, 2))
