"""The dialogue of carrier and border police in EDIFACT, on the whole road."""

import orjson
import pytest

from adapters.airline.own_reference import own_reference
from broker.state.tables import ANSWERS, DUE
from tests.adapters.airline.conftest import header, interchange, message, person
from tests.broker_in_process import in_process, story
from tests.families import EDIFACT

CARRIER, POLICE = "paperkite-airlines", "border-police"
FLIGHT = ("RFF+AF:ZZ35", "DTM+189:2601150810:201", "DTM+232:2601151030:201", "LOC+125+VIE",
          "LOC+87+OSL")  # fmt: skip


def chunk(number, *persons):
    """A piece of an interactive list under a number of the carrier's."""
    return interchange(message(*header(RFF=f"RFF+TN:{number}"), *persons), application="IAPI")


def passenger(abo, name):
    """A passenger by reference, name and document."""
    return person(RFF=f"RFF+ABO:{abo}", NAD=f"NAD+FL+++{name}:ONE", DOC=f"DOC+P:110:111+X{abo}")


def cusres(*segments):
    """An answer of the police."""
    return interchange(message(*segments, unh="CUSRES:D:05B:UN:IATA"))


async def respond(broker, *segments):
    """The police answers in EDIFACT; what the door says."""
    told = await broker.call(
        "POST", "/v1/responses", POLICE, content=cusres(*segments), headers=EDIFACT
    )
    await broker.settle()
    return told


async def counting(broker):
    """Subject and status of the answers in force."""
    return sorted(
        (row["subject"].rpartition("Passenger")[2], row["status"])
        for row in await broker.rows(ANSWERS)
        if row["state"] == "counts"
    )


async def asked(broker):
    """Two requests about three persons, both given to the police."""
    await broker.lodge(chunk("T1", *passenger("A1", "ALPHA"), *passenger("A2", "BETA")),
                       CARRIER, **EDIFACT)  # fmt: skip
    await broker.lodge(chunk("T2", *passenger("B1", "GAMMA")), CARRIER, **EDIFACT)
    assert len(await broker.feed(POLICE)) == 2


@story
async def test_a_request_is_answered_by_its_number_and_persons_by_their_references():
    """962 with TN: the persons of that request are answered; those of the other one stay open."""
    async with in_process() as broker:
        await asked(broker)
        told = await respond(broker, "BGM+962", "RFF+TN:T2", *FLIGHT, "ERP+2", "RFF+ABO:B1",
                             "ERC+0Z")  # fmt: skip
        assert told.status_code == 202
        assert await counting(broker) == [("[3]", "released")]
        await respond(broker, "BGM+962", "RFF+TN:T1", "ERP+2", "RFF+ABO:A1", "ERC+0Z", "ERP+2",
                      "RFF+ABO:A2", "ERC+1Z")  # fmt: skip
        assert await counting(broker) == [("[1]", "released"), ("[2]", "refused"),
                                          ("[3]", "released")]  # fmt: skip


@story
async def test_a_person_of_another_request_is_declined_in_edifact():
    """The police gets a CUSRES back: BGM 313, with the number that it answered."""
    async with in_process() as broker:
        await asked(broker)
        await respond(broker, "BGM+962", "RFF+TN:T2", *FLIGHT, "ERP+2", "RFF+ABO:A1", "ERC+0Z")
        reply = await broker.newest(POLICE, "message.declined")
        assert reply["datacontenttype"] == "application/edifact"
        assert await counting(broker) == []


@story
async def test_a_number_that_two_carriers_use_is_told_apart_by_the_flight():
    """Both sent a T1; the answer names the flight besides, and is about that one."""
    async with in_process() as broker:
        await asked(broker)
        other = [line.replace("ZZ35", "ZZ36") for line in header(RFF="RFF+TN:T1")]
        await broker.lodge(interchange(message(*other, *passenger("C1", "DELTA"))),
                           "thistledown-air", **EDIFACT)  # fmt: skip
        await broker.feed(POLICE)
        person_of_first = ("ERP+2", "RFF+ABO:A1", "ERC+1Z")
        await respond(broker, "BGM+962", "RFF+TN:T1", *person_of_first)
        assert await counting(broker) == []
        await respond(broker, "BGM+962", "RFF+TN:T1", *FLIGHT, *person_of_first)
        assert await counting(broker) == [("[1]", "refused")]


@story
async def test_a_changed_decision_has_a_number_that_is_used_once():
    """132: by flight and ABO; the same number with another decision is a conflict at the door."""
    async with in_process() as broker:
        await asked(broker)
        changed = ("BGM+132", "RFF+TN:9000001", *FLIGHT, "ERP+2", "RFF+ABO:B1")
        assert (await respond(broker, *changed, "ERC+1Z")).status_code == 202
        assert await counting(broker) == [("[3]", "refused")]
        assert (await respond(broker, *changed, "ERC+0Z")).status_code == 409
        assert (await respond(broker, *changed, "ERC+1Z")).status_code == 202
        assert await counting(broker) == [("[3]", "refused")]


@pytest.mark.parametrize("acknowledged", [True, False])
@story
async def test_a_missing_acknowledgement_is_reported_to_the_agency(acknowledged):
    """The carrier has half an hour to send its 312; if it does, the police hears nothing."""
    async with in_process() as broker:
        await broker.lodge(chunk("T1", *passenger("A1", "ALPHA")), CARRIER, **EDIFACT)
        await broker.feed(POLICE)
        await respond(broker, "BGM+962", "RFF+TN:T1", *FLIGHT, "ERP+2", "RFF+ABO:A1", "ERC+1Z")
        reply = await broker.newest(CARRIER, "board.changed")
        if acknowledged:
            number = f"RFF+TN:{own_reference(reply['id'])}"
            note = message("BGM+312", number, *FLIGHT, "ERP+2", "RFF+ABO:A1", "ERC+1Z",
                           unh="CUSRES:D:05B:UN")  # fmt: skip
            before = len(await broker.feed(CARRIER))
            await broker.lodge(interchange(note), CARRIER, **EDIFACT)
            assert len(await broker.feed(CARRIER)) == before
        due = [row["name"] for row in await broker.rows(DUE) if "acknowledge/" in row["name"]]
        assert bool(due) is not acknowledged
        broker.clock.move(minutes=31)
        await broker.settle()
        notices = [one["data"] for one in await broker.feed(POLICE)
                   if one["type"] == "answer.unacknowledged"]  # fmt: skip
        assert [one["delivery"] for one in notices] == ([] if acknowledged else [reply["id"]])
        assert orjson.dumps(notices)
