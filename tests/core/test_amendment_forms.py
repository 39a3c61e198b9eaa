"""Amendments in the broker's own form, on the whole road: a declaration, an item, forms, a list."""

import orjson
import pytest

from broker.state.tables import DOCUMENTS, REQUESTS
from tests.broker_in_process import declaration, in_process, story
from tests.core.test_request_forms import AGENT, FIRM, POST, ask, visit_of
from tests.families import (
    EDIFACT,
    NDJSON,
    WORKBOOK,
    crewed,
    flight,
    flown,
    item,
    listed,
    paxlst,
    people,
    posted,
    push,
    seafarers,
)
from tests.families_told import artifacts, native, told

TRADER, CARRIER = "lantern-forwarding", "paperkite-airlines"
GOODS = "GoodsShipment.GovernmentAgencyGoodsItem[1].Commodity.Description"
PIECE = "GoodsShipment.Consignment.ConsignmentItem[1].Commodity.Description"
SHIP, CREW = "BorderTransportMeans", "BorderTransportMeans.Crew"
GIVEN = "BorderTransportMeans.Passenger[2].GivenName"


def to(path, value):
    """The changes of a form: one path and its value."""
    return {"changes": [{"path": path, "value": value}]}


async def versions_of(broker):
    """What is kept of each version: its number, and the profile that it is judged by."""
    return [(one["version"], one["profile"]) for one in await broker.rows(DOCUMENTS)]


async def refusal(broker, who):
    """The newest refusal of a message: its problems."""
    reply = (await told(broker, who, "message.declined"))[-1]
    return orjson.loads(native(reply))["problems"]


@story
async def test_a_declaration_is_amended_when_customs_has_granted_it():
    """Customs is shown the words before and after, and why; the version stays its profile's."""
    async with in_process() as broker:
        await broker.lodge(declaration("QZ-1"))
        form = {"reasons": ["a slip"], **to(GOODS, "rare books")}
        assert await ask(broker, TRADER, "amend", "LRN", "QZ-1", **form) == ("requested", [])
        asked = await broker.newest("customs", "declaration.amendment-requested")
        (change,) = asked["data"]["changes"]
        assert (change["path"], change["after"]) == (GOODS, "rare books")
        assert (asked["data"]["reasons"], asked["data"]["type"]) == ([{"text": "a slip"}], "amend")
        await broker.decide("customs", asked["id"], "granted")
        given = await broker.newest("customs", "goods-declaration.changed")
        items = given["data"]["body"]["GoodsShipment"]["GovernmentAgencyGoodsItem"]
        assert items[0]["Commodity"]["Description"] == "rare books"
        assert await versions_of(broker) == [(1, "qz-declarations"), (2, "qz-declarations")]
        granted = orjson.loads(native((await told(broker, TRADER, "request.granted"))[-1]))
        (request,) = await broker.rows(REQUESTS)
        assert granted["request"]["FunctionalReferenceID"] == request["reference"]
        assert (granted["request"]["TypeCode"], request["does"]) == ("amend", "amend")


@story
async def test_an_open_amendment_is_repeated_and_taken_back_like_a_native_one():
    """The same form once more is that request; another one waits; taken back, it is over."""
    async with in_process() as broker:
        await broker.lodge(declaration("QZ-1"))
        form = {"id": "A-1", **to(GOODS, "rare books")}
        assert await ask(broker, TRADER, "amend", "LRN", "QZ-1", **form) == ("requested", [])
        assert await ask(broker, TRADER, "amend", "LRN", "QZ-1", **form) == ("repeated", [])
        other = {**form, "reasons": ["for another reason"]}
        assert await ask(broker, TRADER, "amend", "LRN", "QZ-1", **other) == (
            "declined", ["request.open"]
        )  # fmt: skip
        assert await ask(broker, TRADER, "take-back", "LRN", "QZ-1", number=1) == ("applied", [])
        (request,) = await broker.rows(REQUESTS)
        assert (request["state"], request["reference"]) == ("taken_back", "A-1")


@story
async def test_a_request_that_answers_a_question_names_it_beside_its_changes():
    """Customs sees which of its questions the amendment responds to."""
    async with in_process() as broker:
        await broker.lodge(declaration("QZ-1"))
        shown = await broker.newest("customs", "goods-declaration")
        await broker.decide("customs", shown["id"], "information_wanted")
        form = to(GOODS, "rare books")
        references = {"references": [["LRN", "QZ-1"], ["QUESTION", "1"]]}
        assert await ask(broker, TRADER, "amend", "", "", **references, **form) == ("requested", [])
        asked = await broker.newest("customs", "declaration.amendment-requested")
        assert asked["data"]["question"] == 1


@story
async def test_an_item_is_amended_at_once_until_customs_has_let_it_go():
    """What it is known by, and what is demanded, stay as they are; after its release it is shut."""
    async with in_process() as broker:
        await broker.lodge(push(item(1)), POST, **NDJSON)
        about = ("S10", posted(item(1)))
        assert await ask(broker, POST, "amend", *about, **to(PIECE, "toys")) == ("applied", [])
        given = await broker.newest("customs", "postal-item.changed")
        (piece, *_) = given["data"]["body"]["GoodsShipment"]["Consignment"]["ConsignmentItem"]
        assert piece["Commodity"]["Description"] == "toys"
        assert await versions_of(broker) == [(1, "postal-items"), (2, "postal-items")]
        moved = await ask(broker, POST, "amend", *about, **to("AcceptanceDateTime", "2026-01-01"))
        assert moved == ("declined", ["amendment.fixed"])
        lost = await ask(broker, POST, "amend", *about, **to("TotalGrossMassMeasure", None))
        assert lost == ("declined", ["postal.gross-mass.missing"])
        (problem,) = await refusal(broker, POST)
        assert problem["where"]["json_pointer"] == "/changes/0"
        await broker.decide("customs", given["id"], "released")
        late = await ask(broker, POST, "amend", *about, **to(PIECE, "books"))
        assert late == ("declined", ["request.refused"])
        assert (await refusal(broker, POST))[0]["native"] == "QZ-POST-2"


@story
async def test_a_general_declaration_is_amended_but_not_made_another_call():
    """The berth changes; the ship does not, nor what the form demands of its times."""
    async with in_process() as broker:
        visit = ("VISIT", await visit_of(broker))
        berth = await ask(
            broker, AGENT, "amend", *visit, part="FAL1", **to(f"{SHIP}.BerthName", "9")
        )
        assert berth == ("applied", [])
        given = await broker.newest("customs", "conveyance-report")
        assert given["data"]["body"][SHIP]["BerthName"] == "9"
        wrong = (
            ("ID", "9074729", "amendment.fixed"),
            ("Name", None, "value.missing"),
            ("ArrivalDateTime", "2019-01-01T10:00", "fal.arrival-before-departure"),
        )
        for name, value, code in wrong:
            change = to(f"{SHIP}.{name}", value)
            found = await ask(broker, AGENT, "amend", *visit, part="FAL1", **change)
            assert found == ("declined", [code])
        await ask(broker, AGENT, "withdraw", *visit)
        over = await ask(
            broker, AGENT, "amend", *visit, part="FAL1", **to(f"{SHIP}.BerthName", "8")
        )
        assert over == ("declined", ["event.already-withdrawn"])


@story
async def test_a_crew_list_is_amended_by_the_numbers_of_the_dossier():
    """A seafarer is corrected, added and taken off; who was taken off leaves no number behind."""
    async with in_process() as broker:
        visit = ("VISIT", await visit_of(broker))

        async def amend(*changes, who=FIRM):
            form = {"changes": [{"path": path, "value": value} for path, value in changes]}
            return await ask(broker, who, "amend", *visit, part="FAL5", **form)

        assert await amend((f"{CREW}[2].FamilyName", "OKORO")) == ("applied", [])
        foreign = await amend((f"{CREW}[2].FamilyName", "X"), who=AGENT)
        assert foreign == ("declined", ["reference.unknown"])
        assert await amend((f"{CREW}[2].FamilyName", None)) == ("declined", ["value.missing"])
        (other,) = seafarers(1, 3)
        leaves = {name: value for name, value in other.items() if isinstance(value, str)}
        del leaves["SequenceNumeric"]
        (document,) = other["AdditionalDocument"]
        added = [(f"{CREW}[3].{name}", value) for name, value in leaves.items()]
        added += [(f"{CREW}[3].AdditionalDocument[#1].{name}", value)
                  for name, value in document.items()]  # fmt: skip
        assert await amend((f"{CREW}[1]", None), *added) == ("applied", [])
        shown = (await broker.newest("border-police", "persons-report"))["data"]["body"]
        assert [(one["SequenceNumeric"], one["FamilyName"]) for one in shown[SHIP]["Crew"]] == [
            ("2", "OKORO"), ("3", other["FamilyName"])
        ]  # fmt: skip
        again = await amend((f"{CREW}[1].FamilyName", "Y"))
        assert again == ("declined", ["amendment.number-used"])
        await broker.lodge(crewed(visit[1], seafarers(1, 1, 2)), FIRM, **WORKBOOK)
        shown = (await broker.newest("border-police", "persons-report"))["data"]["body"]
        assert [one["SequenceNumeric"] for one in shown[SHIP]["Crew"]][:2] == ["4", "2"]


@story
async def test_later_answers_about_an_amended_person_are_in_the_replies_to_the_amendment():
    """The workbook named both seafarers; since the amendment the second is its affair."""
    async with in_process() as broker:
        visit = ("VISIT", await visit_of(broker))
        change = to(f"{CREW}[2].FamilyName", "OKORO")
        assert await ask(broker, FIRM, "amend", *visit, part="FAL5", **change) == ("applied", [])
        given = await broker.newest("border-police", "persons-report")
        for number in (1, 2):
            subject = {"path": f"{CREW}[{number}]"}
            await broker.decide("border-police", given["id"], "refused", subject=subject)
        amended, workbook = {}, {}
        for reply in await told(broker, FIRM, "board"):
            if reply.get("datacontenttype") == "application/json":
                amended = orjson.loads(native(reply))
            else:
                workbook = artifacts(reply)["result.json"]
        assert {one["Subject"] for one in amended["answers"]} == {f"{CREW}[2]"}
        assert [one["Subject"] for one in workbook["answers"]] == [f"{CREW}[1]"]


@story
async def test_a_passenger_list_is_amended_at_once_and_also_after_its_closing():
    """The name of one passenger; the flight itself does not become another one."""
    async with in_process() as broker:
        await broker.lodge(paxlst(listed(flight(7), people(7, 1, 2))), CARRIER, **EDIFACT)
        about = ("FLIGHT", flown(7))

        async def amend(**change):
            return await ask(broker, CARRIER, "amend", *about, part="passengers", **change)

        assert await amend(**to(GIVEN, "ANN")) == ("applied", [])
        given = await broker.newest("border-police", "persons-report")
        assert given["data"]["body"][SHIP]["Passenger"][1]["GivenName"] == "ANN"
        other = await amend(**to(f"{SHIP}.JourneyID", "ZZ9"))
        assert other == ("declined", ["amendment.fixed"])
        closed = listed(flight(7), (), kind="266", letters="CL")
        await broker.lodge(paxlst(closed), CARRIER, **EDIFACT)
        assert await amend(**to(GIVEN, "ANNE")) == ("applied", ["event.after-close"])
        assert {profile for _, profile in await versions_of(broker)} == {"paxlst-guide"}


@pytest.mark.parametrize(("part", "code"), [("", "value.missing"),
                                            ("FAL9", "value.malformed")])  # fmt: skip
@story
async def test_a_form_of_a_visit_is_named_by_its_part(part, code):
    """Without it, nothing says of which package the paths are."""
    async with in_process() as broker:
        visit = ("VISIT", await visit_of(broker))
        form = {"part": part, **to(f"{SHIP}.Name", "X")}
        assert await ask(broker, AGENT, "amend", *visit, **form) == ("rejected", [code])


@story
async def test_customs_corrects_an_item_by_path():
    """The correction is the item's next version, and its post hears of it."""
    async with in_process() as broker:
        await broker.lodge(push(item(1)), POST, **NDJSON)
        shown = await broker.newest("customs", "postal-item")
        correction = {"id": "C-1", "delivery": shown["id"], "package": "postal-item",
                      **to(PIECE, "clockwork toys")}  # fmt: skip
        await broker.answer("customs", correction)
        given = await broker.newest("customs", "postal-item.changed")
        assert given["data"]["by"] == "customs"
        (piece, *_) = given["data"]["body"]["GoodsShipment"]["Consignment"]["ConsignmentItem"]
        assert piece["Commodity"]["Description"] == "clockwork toys"
        reply = orjson.loads(native((await told(broker, POST, "board"))[-1]))
        assert [one["code"] for one in reply["problems"]] == ["event.corrected"]
