"""Requests in the broker's own form, on the whole road: a visit, its forms, an item."""

import orjson

from broker.state.tables import DOSSIERS, REQUESTS, UNRESOLVED
from tests.broker_in_process import in_process, story
from tests.families import (
    NDJSON,
    WORKBOOK,
    crewed,
    declared,
    item,
    posted,
    push,
    seafarers,
    ship,
)
from tests.families_told import artifacts, native, told

AGENT, FIRM, POST = "saltbox-agents", "nettle-crewing", "marigold-post"
JSON = {"Content-Type": "application/json"}
NUMBERS = iter(range(1, 1000))


async def ask(broker, who, does, *references, **more):
    """A request in JSON; what became of it: outcome and problem codes."""
    form = {"request": does, "id": f"R-{next(NUMBERS)}", "references": [list(references)], **more}
    shown = await broker.status(await broker.lodge(orjson.dumps(form), who, **JSON))
    (message,) = shown["messages"]
    found = [(one["outcome"], [each["code"] for each in one["problems"]])
             for one in message["outcomes"]]  # fmt: skip
    return found[0] if found else (message["verdict"], [one["code"] for one in message["problems"]])


async def visit_of(broker):
    """A ship of the agent with the crew list of a firm; the id of the visit."""
    await broker.lodge(declared(ship(1, crew=2)), AGENT, **WORKBOOK)
    said = artifacts((await told(broker, AGENT, "board"))[-1])["result.json"]
    visit = dict(said["references"])["VISIT"]
    await broker.lodge(crewed(visit, seafarers(1, 1, 2)), FIRM, **WORKBOOK)
    return visit


async def state_of(broker):
    """The state of the only dossier."""
    (head,) = await broker.rows(DOSSIERS)
    return head["state"]


@story
async def test_a_form_of_a_visit_is_taken_back_once_and_may_be_lodged_again():
    """The firm's crew list goes, the visit stays; the police hear of it; the firm gets a reply."""
    async with in_process() as broker:
        visit = await visit_of(broker)
        form = {"part": "FAL5", "reasons": ["signed off"]}
        assert await ask(broker, FIRM, "withdraw", "VISIT", visit, **form) == ("applied", [])
        assert await state_of(broker) == "open"
        assert (await broker.newest("border-police", "visit"))["type"] == "visit.withdrawn"
        reply = (await told(broker, FIRM, "board"))[-1]
        assert reply["datacontenttype"] == "application/json"
        again = await ask(broker, FIRM, "withdraw", "VISIT", visit, **form)
        assert again == ("declined", ["event.already-withdrawn"])
        await broker.lodge(crewed(visit, seafarers(1, 1)), FIRM, **WORKBOOK)
        assert (await broker.newest("border-police"))["type"] == "persons-report.new"


@story
async def test_a_call_is_cancelled_by_who_opened_it_and_not_after_the_arrival():
    """All forms go, also the firm's; nothing is accepted afterwards."""
    async with in_process() as broker:
        visit = await visit_of(broker)
        foreign = await ask(broker, FIRM, "withdraw", "VISIT", visit, part="FAL1")
        assert foreign == ("declined", ["reference.unknown"])
        assert await ask(broker, AGENT, "withdraw", "VISIT", visit) == ("applied", [])
        assert await state_of(broker) == "withdrawn"
        assert (await broker.newest("border-police"))["type"] == "visit.withdrawn"
        shown = await broker.status(
            await broker.lodge(crewed(visit, seafarers(1, 1)), FIRM, **WORKBOOK)
        )
        (outcome,) = shown["messages"][0]["outcomes"]
        assert outcome["problems"][0]["code"] == "reference.reused"


@story
async def test_after_the_arrival_a_call_is_not_cancelled():
    """The refusal has the code of the rule, and what may be done instead; forms may still go."""
    async with in_process() as broker:
        visit = await visit_of(broker)
        assert await ask(broker, AGENT, "present", "VISIT", visit, what="arrival") == (
            "applied", []
        )  # fmt: skip
        assert await ask(broker, AGENT, "withdraw", "VISIT", visit) == (
            "declined", ["request.refused"]
        )  # fmt: skip
        reply = (await told(broker, AGENT, "message.declined"))[-1]
        (problem,) = orjson.loads(native(reply))["problems"]
        assert (problem["native"], "cancelled before" in problem["hint"]) == ("NR-COA-001", True)
        assert await ask(broker, FIRM, "withdraw", "VISIT", visit, part="FAL5") == ("applied", [])


@story
async def test_who_has_nothing_in_a_visit_waits_as_for_one_that_is_not_there():
    """The same words at the same time: whether the visit exists cannot be told from the answer."""
    async with in_process() as broker:
        await broker.lodge(declared(ship(1, crew=2)), AGENT, **WORKBOOK)
        said = artifacts((await told(broker, AGENT, "board"))[-1])["result.json"]
        for named in (dict(said["references"])["VISIT"], "V00000000000X"):
            await ask(broker, FIRM, "withdraw", "VISIT", named, part="FAL1")
        assert len(await broker.rows(UNRESOLVED)) == 2
        broker.clock.move(hours=73)
        await broker.settle()
        told_of = await told(broker, FIRM, "message.declined")
        replies = [orjson.loads(native(one)) for one in told_of]
        words = [[(one["code"], one["text"], one["hint"]) for one in reply["problems"]]
                 for reply in replies]  # fmt: skip
        assert len(words) == 2
        assert words[0] == words[1]
        assert {reply["issued_at"] for reply in replies} == {replies[0]["issued_at"]}


@story
async def test_an_item_is_taken_back_at_once_before_it_departs_and_asked_afterwards():
    """Customs decides after departure; a refusal leaves the item as it is."""
    async with in_process() as broker:
        await broker.lodge(push(item(1), item(2)), POST, **NDJSON)
        ids = [posted(item(number)) for number in (1, 2)]
        assert await ask(broker, POST, "withdraw", "S10", ids[0]) == ("applied", [])
        assert await ask(broker, POST, "present", "S10", ids[1], what="departure") == (
            "applied", []
        )  # fmt: skip
        assert await ask(broker, POST, "withdraw", "S10", ids[1]) == ("requested", [])
        asked = await broker.newest("customs", "item.withdrawal-requested")
        assert asked["data"]["decides"]
        assert {change["after"] for change in asked["data"]["changes"]} == {None}
        await broker.decide("customs", asked["id"], "refused")
        states = {head["state"] for head in await broker.rows(DOSSIERS)}
        assert states == {"withdrawn", "open"}
        (request,) = await broker.rows(REQUESTS)
        assert (request["state"], request["reference"].startswith("R-")) == ("refused", True)
        assert "request.refused" in [one["type"] for one in await told(broker, POST, "request")]
