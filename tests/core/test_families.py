"""Posts, airlines and ships on the whole road, with real bytes: there, and back in their syntax."""

import io

import openpyxl
import orjson
import pytest
from lxml import etree

from adapters.wire.edifact import read, value
from broker.state.tables import ANSWERS, DOCUMENTS
from tests.broker_in_process import XML, in_process, story
from tests.families import (
    EDIFACT,
    NDJSON,
    UNREAD,
    WORKBOOK,
    call,
    crewed,
    declared,
    flight,
    item,
    itmatt,
    listed,
    paxlst,
    people,
    posted,
    push,
    seafarers,
    ship,
    token_of,
    voyage,
)
from tests.families_told import artifacts, native, persons_of, told, verdicts

POST, RIVAL = "marigold-post", "sorrel-post"
AIRLINE, GROUND = "paperkite-airlines", "thistledown-air"
AGENT, FIRM = "saltbox-agents", "nettle-crewing"
CREW = "BorderTransportMeans.Crew"


# -- there and back -----------------------------------------------------------------------------


@pytest.mark.parametrize(("payload", "how"), [(itmatt(item(1)), XML), (push(item(1)), NDJSON)])
@story
async def test_an_item_there_and_back(payload, how):
    """In XML or JSON it goes to customs; customs' decision comes back in the post's own syntax."""
    async with in_process() as broker:
        await broker.lodge(payload, POST, **how)
        given = await broker.newest("customs", "postal-item")
        body = given["data"]["body"]
        assert body["FunctionalReferenceID"] == item(1)["FunctionalReferenceID"]
        await broker.decide("customs", given["id"], "refused", conditions=["return it"])
        reply = native((await told(broker, POST, "board"))[-1])
        if how is XML:
            response = etree.fromstring(reply)
            assert response.findtext("FunctionalReferenceID") == body["FunctionalReferenceID"]
            assert response.findtext("Data/DecisionReasonNm") == "Import refused"
            assert response.findtext("Answers/Answer/Condition/Nm") == "return it"
        else:
            said = orjson.loads(reply)
            assert (said["status"], said["item"]) == ("refused", body["FunctionalReferenceID"])
            assert said["references"] == [["S10", posted(item(1))]]


@story
async def test_a_flight_there_and_back():
    """Passengers go to the border police; a CUSRES that reads back says of each who may fly."""
    async with in_process() as broker:
        persons = people(7, 1, 2, 3)
        await broker.lodge(paxlst(listed(flight(7), persons, total=3)), AIRLINE, **EDIFACT)
        given = await broker.newest("border-police", "persons-report")
        assert await persons_of(broker, "passengers") == [token_of(one) for one in persons]
        subject = {"path": "BorderTransportMeans.Passenger[2]"}
        answers = [{"status": "released"}, {"status": "do_not_load", "subject": subject}]
        said = {"id": "A-1", "delivery": given["id"], "answers": answers}
        await broker.answer("border-police", said)
        reading = read(native((await told(broker, AIRLINE, "board"))[-1]), {})
        (message,) = reading.messages
        assert (message.type, reading.problems, message.problems) == ("CUSRES", (), ())
        tags = [one[0][0] for one in message.segments]
        words, named = dict[str, str](), ""
        for one in message.segments:
            named = value(one, 1, 2) if one[0][0] == "RFF" else named
            if one[0][0] == "FTX":
                words[named] = value(one, 4, 1)
        assert [words[token_of(person)] for person in persons] == [
            "OK TO BOARD", "DO NOT BOARD", "OK TO BOARD"
        ]  # fmt: skip
        (last,) = [one for one in message.segments if one[0][0] == "UNT"]
        assert value(last, 1) == str(len(tags))


@story
async def test_a_visit_there_and_back():
    """The ship goes to the harbour master; his permission comes back on the agent's own sheet."""
    async with in_process() as broker:
        payload = declared(ship(1))
        await broker.lodge(payload, AGENT, **WORKBOOK)
        given = await broker.newest("harbour-master", "conveyance-report")
        await broker.decide("harbour-master", given["id"], "conditional", conditions=["berth 7"])
        reply = artifacts((await told(broker, AGENT, "board"))[-1])
        said = reply["result.json"]
        (answer,) = said["answers"]
        assert (answer["AgencyID"], answer["StatusCode"]) == ("harbour-master", "conditional")
        assert dict(said["references"])["CALL"] == call(1)
        book = openpyxl.load_workbook(io.BytesIO(reply["result.xlsx"]))
        sheet = book["FAL 1"]
        own = openpyxl.load_workbook(io.BytesIO(payload))["FAL 1"]
        assert [[c.value for c in row] for row in sheet] == [[c.value for c in row] for row in own]
        (result,) = [book[name] for name in book.sheetnames if name != "FAL 1"]
        assert "berth 7" in str([[cell.value for cell in row] for row in result])


# -- a part of it is wrong ----------------------------------------------------------------------


@story
async def test_a_bad_message_of_three_is_rejected_alone():
    """An interchange with something that is no list: its neighbours reach their flights."""
    async with in_process() as broker:
        payload = paxlst(
            listed(flight(7), people(7, 1)), UNREAD, listed(flight(8), people(8, 1, 2))
        )
        shown = await broker.status(await broker.lodge(payload, AIRLINE, **EDIFACT))
        assert verdicts(shown) == [
            ("accepted", ["applied"]), ("rejected", []), ("accepted", ["applied"])
        ]  # fmt: skip
        assert len(await broker.feed("border-police")) == 2
        (reply,) = await told(broker, AIRLINE, "message.rejected")
        assert reply["swbmessage"] == 2
        (message,) = read(native(reply), {}).messages
        assert message.reference == "2"


@story
async def test_a_bad_line_is_rejected_alone():
    """A line that breaks off, and one without its mass: the others go on, each with its reply."""
    async with in_process() as broker:
        lines = push(item(1), item(2), item(3), item(4)).splitlines()
        without = orjson.loads(lines[2])
        del without["TotalGrossMassMeasure"]
        payload = b"\n".join([lines[0], lines[1][:99], orjson.dumps(without), lines[3]])
        shown = await broker.status(await broker.lodge(payload, POST, **NDJSON))
        assert verdicts(shown) == [
            ("accepted", ["applied"]), ("rejected", []), ("rejected", []), ("accepted", ["applied"])
        ]  # fmt: skip
        replies = [orjson.loads(native(one)) for one in await told(broker, POST, "message")]
        assert {one["line"]: one["problems"][0]["code"] for one in replies} == {
            2: "json.not-well-formed", 3: "postal.gross-mass.missing"
        }  # fmt: skip
        assert len(await told(broker, POST, "board")) == 2


@story
async def test_a_bad_passenger_stays_behind_alone():
    """The others reach the border police; the sender's reply names the person by their number."""
    async with in_process() as broker:
        persons = people(7, 1, 2, 3)
        del persons[1]["FamilyName"]
        await broker.lodge(paxlst(listed(flight(7), persons)), AIRLINE, **EDIFACT)
        (reply,) = await told(broker, AIRLINE, "board.changed")
        (message,) = read(native(reply), {}).messages
        assert token_of(persons[1]) in [value(one, 1, 2) for one in message.segments]
        seen = await persons_of(broker, "passengers")
        assert seen == [token_of(persons[0]), token_of(persons[2])]


@story
async def test_a_bad_seafarer_refuses_the_list_and_the_one_before_remains():
    """The police have the list that was accepted; the sender's reply marks the cell."""
    async with in_process() as broker:
        await broker.lodge(declared(ship(1, crew=2)), AGENT, **WORKBOOK)
        persons = seafarers(1, 1, 2, 3)
        await broker.lodge(crewed(voyage(1), persons[:1]), AGENT, **WORKBOOK)
        del persons[1]["BirthDateTime"]
        await broker.lodge(crewed(voyage(1), persons), AGENT, **WORKBOOK)
        (reply,) = await told(broker, AGENT, "message.rejected")
        refused, problem = artifacts(reply)["result.json"]["problems"][:2]
        assert refused["code"] == "list.refused"
        assert (problem["sheet"], problem["cell"]) == ("FAL 5", "I6")
        assert await persons_of(broker, "FAL5") == [token_of(persons[0])]


# -- several parties, several agencies ----------------------------------------------------------


async def arrived(broker):
    """A ship and its crew, of two declarants; what the agencies were given."""
    await broker.lodge(declared(ship(1, crew=2)), AGENT, **WORKBOOK)
    said = artifacts((await told(broker, AGENT, "board"))[-1])["result.json"]
    visit = dict(said["references"])["VISIT"]
    await broker.lodge(crewed(visit, seafarers(1, 1, 2)), FIRM, **WORKBOOK)
    harbour = await broker.newest("harbour-master", "conveyance-report")
    police = await broker.newest("border-police", "persons-report")
    return harbour["id"], police["id"]


async def heard(broker, who):
    """The newest board of a declarant: overall status, then agency, part, status, subject."""
    said = artifacts((await told(broker, who, "board"))[-1])["result.json"]
    return said["status"], sorted(
        (one["AgencyID"], one["Part"], one["StatusCode"], one.get("Subject", ""))
        for one in said["answers"]
    )


@story
async def test_two_agencies_on_one_visit_and_one_changes_its_mind():
    """Each declarant hears of both, of the other's part the status alone, and of the change."""
    async with in_process() as broker:
        harbour, police = await arrived(broker)
        await broker.decide("harbour-master", harbour, "released")
        person = {"path": f"{CREW}[2]"}
        await broker.decide("border-police", police, "refused", subject=person, conditions=["stay"])
        entry = ("harbour-master", "FAL1", "released", "")
        assert await heard(broker, AGENT) == (
            "refused", [("border-police", "FAL5", "refused", ""), entry]
        )  # fmt: skip
        assert await heard(broker, FIRM) == (
            "refused", [("border-police", "FAL5", "refused", f"{CREW}[2]"), entry]
        )  # fmt: skip
        reply = artifacts((await told(broker, AGENT, "board"))[-1])
        assert "stay" not in str(reply["result.json"])
        await broker.decide("border-police", police, "released")
        for who in (AGENT, FIRM):
            assert await heard(broker, who) == (
                "waiting",
                [("border-police", "FAL5", "released", ""), entry],
            )  # fmt: skip  port health has not answered


@story
async def test_a_list_that_finds_no_visit_is_declined_at_its_cell():
    """It waits for its time, of which its sender hears at once; then it is declined at B1."""
    async with in_process() as broker:
        shown = await broker.status(
            await broker.lodge(crewed("VNOBODYS", seafarers(1, 1)), FIRM, **WORKBOOK)
        )
        assert shown["overall"] == "unresolved"
        (waits,) = await told(broker, FIRM)
        (problem,) = artifacts(waits)["result.json"]["problems"]
        assert (problem["code"], problem["severity"]) == ("reference.waiting", "warning")
        broker.clock.move(hours=71, minutes=59)
        await broker.settle()
        assert len(await told(broker, FIRM)) == 1
        broker.clock.move(minutes=2)
        await broker.settle()
        (reply,) = await told(broker, FIRM, "message.declined")
        said = artifacts(reply)
        (problem,) = said["result.json"]["problems"]
        assert (problem["code"], problem["sheet"], problem["cell"], problem["found"]) == (
            "reference.unknown", "FAL 5", "B1", "VNOBODYS"
        )  # fmt: skip
        sheet = openpyxl.load_workbook(io.BytesIO(said["result.xlsx"]))["FAL 5"]
        assert "lodge first" in sheet["B1"].comment.text


@pytest.mark.parametrize("beside", [False, True])
@story
async def test_a_list_that_comes_before_its_ship_joins_it(beside):
    """By the agent's own voyage number, in the sheet or beside the bytes: it waits, and goes on."""
    async with in_process() as broker:
        named = {"Swb-Reference": f"VOYAGE={voyage(1)}"} if beside else {}
        payload = crewed("" if beside else voyage(1), seafarers(1, 1, 2))
        await broker.lodge(payload, AGENT, **WORKBOOK, **named)
        assert await broker.rows(DOCUMENTS) == []
        await broker.lodge(declared(ship(1, crew=2)), AGENT, **WORKBOOK)
        documents = await broker.rows(DOCUMENTS)
        assert {row["part"] for row in documents} == {"FAL1", "FAL5"}
        assert len({row["dossier"] for row in documents}) == 1


# -- items by their bare number -----------------------------------------------------------------


@story
async def test_an_answer_with_the_bare_number_finds_the_live_item():
    """Customs gives the S10 without the day of posting: the one live item is meant, once read."""
    async with in_process() as broker:
        await broker.lodge(push(item(1)), POST, **NDJSON)
        bare = item(1)["FunctionalReferenceID"]
        for number, outcome in (("A-1", "declined"), ("A-2", "applied")):
            said = {"id": number, "references": [["S10", bare]], "answers": [{"status": "held"}]}
            lodged = await broker.answer("customs", said)
            assert verdicts(await broker.status(lodged)) == [("accepted", [outcome])]
            assert await broker.feed("customs")  # until now no one has seen the item
        assert orjson.loads(native((await told(broker, POST, "board"))[-1]))["status"] == "held"


@story
async def test_an_answer_with_a_number_of_two_live_items_is_not_guessed():
    """The same S10 posted on two days: whoever says the number alone is asked which."""
    async with in_process() as broker:
        other = {**item(1), "AcceptanceDateTime": "2026-10-30"}
        await broker.lodge(push(item(1), other), POST, **NDJSON)
        bare = item(1)["FunctionalReferenceID"]
        said = {"id": "A-1", "references": [["S10", bare]], "answers": [{"status": "held"}]}
        lodged = await broker.answer("customs", said)
        assert verdicts(await broker.status(lodged)) == [("accepted", ["declined"])]
        assert await broker.rows(ANSWERS) == []


@story
async def test_an_item_is_its_posts_alone():
    """Another post that lodges the same number and day hears that the number is not one of its."""
    async with in_process() as broker:
        await broker.lodge(push(item(1)), POST, **NDJSON)
        await broker.lodge(push(item(1, 2)), RIVAL, **NDJSON)
        (reply,) = await told(broker, RIVAL)
        assert orjson.loads(native(reply))["problems"][0]["code"] == "reference.not-yours"
        assert len(await broker.rows(DOCUMENTS)) == 1
