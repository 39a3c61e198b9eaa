"""The feed over HTTP: who reads what, and in which words."""

import asyncio

import orjson
import pytest
from lxml import etree

from broker.state.tables import SUBSCRIPTIONS
from tests.broker_in_process import (
    OPERATOR,
    OTHER,
    SENDER,
    declaration,
    in_process,
    reply_xml,
    story,
    withdrawal,
)
from tests.limits import HANG_S

FLOWERS, BOOKS = "06031100", "49019900"


@story
async def test_a_delivery_is_a_cloud_event_with_its_number():
    """The attributes of CloudEvents 1.0, the number in the subscription, and the cut document."""
    async with in_process() as broker:
        await broker.lodge(declaration("QZ-1", FLOWERS))
        (event,) = await broker.feed("plant-health")
        data = event.pop("data")
        assert set(event) == {"swbseq", "swbchain", "specversion", "id", "source", "type",
                              "subject", "time", "traceparent"}  # fmt: skip
        assert (event["swbseq"], event["specversion"]) == (1, "1.0")
        assert event["source"] == "urn:single-window:qz"
        assert event["type"] == "goods-declaration.new"
        assert event["subject"] == data["dossier"]
        assert event["time"] == "2026-11-22T09:30:00.000Z"


@story
async def test_a_sender_reads_its_replies_in_the_syntax_it_sent():
    """The board as a WCO Response that names the LRN, and the MRN once customs has given it."""
    async with in_process() as broker:
        lodged = await broker.lodge(declaration("QZ-1"))
        given = await broker.newest("customs", "goods")
        await broker.decide("customs", given["id"], "released", references=[["MRN", "26QZ1"]])
        first, second = await broker.feed(SENDER)
        assert [one["swbstatus"] for one in (first, second)] == ["waiting", "released"]
        for reply in (first, second):
            assert reply["datacontenttype"] == "application/xml"
            assert (reply["swbsubmission"], reply["swbmessage"]) == (lodged, 1)
            root = etree.fromstring(reply_xml(reply).encode())
            assert root[-1].tag == "{urn:wco:datamodel:WCO:RES-DMS:2}Response"
            assert "<FunctionalReferenceID>QZ-1</FunctionalReferenceID>" in reply_xml(reply)
        assert "<FunctionCode>09</FunctionCode>" in reply_xml(second)
        assert "<ID>26QZ1</ID>" in reply_xml(second)
        assert "26QZ1" not in reply_xml(first)


@story
async def test_nobody_reads_what_is_anothers():
    """Another sender's and another agency's feeds are empty; operators have none."""
    async with in_process() as broker:
        await broker.lodge(declaration("QZ-1", FLOWERS))
        for name in (OTHER, "wildlife", "statistics", "animal-health"):
            assert await broker.feed(name) == []
        told = await broker.call("GET", "/v1/feed", OPERATOR)
        assert told.status_code == 403


@story
async def test_a_number_keeps_its_bytes():
    """Whatever happens afterwards, what was given once is given again the same."""
    async with in_process() as broker:
        await broker.lodge(declaration("QZ-1", FLOWERS))
        before = (await broker.call("GET", "/v1/feed", "plant-health")).content
        reply = (await broker.call("GET", "/v1/feed", SENDER)).content
        given = await broker.newest("customs", "goods")
        await broker.decide("customs", given["id"], "released", references=[["MRN", "26QZ1"]])
        await broker.lodge(declaration("QZ-1", FLOWERS, FLOWERS))
        await broker.lodge(withdrawal("26QZ1"))
        for name, bytes_before in (("plant-health", before), (SENDER, reply)):
            told = await broker.call("GET", "/v1/feed", name, params={"cursor": "c0", "limit": 1})
            assert told.content == bytes_before
        assert len(await broker.feed("plant-health")) == 3


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 0},
        {"limit": 501},
        {"limit": "many"},
        {"wait": -1},
        {"wait": 31},
        {"wait": "nan"},
        {"cursor": "c" * 41},
        {"cursor": "c7"},
        {"cursor": "7"},
        {"cursor": ""},
    ],
)
@story
async def test_a_poll_that_cannot_be_meant_is_malformed(query):
    """400 as problem details, without the framework's own words of types."""
    async with in_process() as broker:
        told = await broker.call("GET", "/v1/feed", "customs", params=query)
        assert told.status_code == 400
        assert told.headers["content-type"] == "application/problem+json"
        assert told.json()["code"] == "request.malformed"


@story
async def test_limit_and_cursor_walk_through_everything_once():
    """Page after page, each number once, until nothing is left."""
    async with in_process() as broker:
        for number in range(5):
            await broker.lodge(declaration(f"QZ-{number}", FLOWERS))
        seen, query = [], {"limit": 2}
        while True:
            page = (await broker.call("GET", "/v1/feed", "plant-health", params=query)).json()
            if not page["deliveries"]:
                break
            seen += [one["swbseq"] for one in page["deliveries"]]
            query = {"limit": 2, "cursor": page["cursor"]}
        assert seen == [1, 2, 3, 4, 5]
        (row,) = [one for one in await broker.rows(SUBSCRIPTIONS) if one["name"] == "plant-health"]
        assert page == {"deliveries": [], "cursor": f"c5-{row['chain']}"}


@story
async def test_a_poll_that_waits_is_answered_when_something_comes():
    """The request is held, and answered with the delivery."""
    async with in_process(feed_wait_s_max=HANG_S) as broker:
        waiting = asyncio.ensure_future(broker.feed("customs", wait=HANG_S))
        await asyncio.sleep(0.05)
        await broker.lodge(declaration("QZ-1"))
        async with asyncio.timeout(HANG_S / 2):
            assert (await waiting)[0]["swbseq"] == 1


@story
async def test_a_withdrawn_declaration_is_told_to_all_who_had_it():
    """Everyone who was given the document gets a notice with ids alone, and no body."""
    async with in_process() as broker:
        await broker.lodge(declaration("QZ-1", FLOWERS))
        given = await broker.newest("customs", "goods")
        await broker.decide("customs", given["id"], "acknowledged", references=[["MRN", "26QZ1"]])
        await broker.lodge(withdrawal("26QZ1"))
        for name in ("customs", "plant-health"):
            (notice,) = [
                one for one in await broker.feed(name) if one["type"].endswith("withdrawn")
            ]
            assert set(notice["data"]) == {"dossier", "withdrawn", "part", "purpose", "delivery"}
            assert "body" not in orjson.dumps(notice).decode()


@story
async def test_numbers_that_were_given_are_given_again_and_acknowledge_nothing():
    """The same bytes under their numbers, and the cursor of the last; none that was not given."""
    async with in_process() as broker:
        for number in range(4):
            await broker.lodge(declaration(f"QZ-{number}"))
        page = (await broker.call("GET", "/v1/feed", SENDER, params={"limit": 3})).json()
        again = await broker.call("GET", "/v1/deliveries", SENDER, params={"first": 2, "last": 9})
        assert again.json() == {"deliveries": page["deliveries"][1:3], "cursor": page["cursor"]}
        empty = await broker.call("GET", "/v1/deliveries", SENDER, params={"first": 4, "last": 9})
        assert empty.json()["deliveries"] == []
        backwards = await broker.call(
            "GET", "/v1/deliveries", SENDER, params={"first": 3, "last": 2}
        )
        assert backwards.json()["deliveries"] == []
        first = (await broker.call("GET", "/v1/feed", SENDER, params={"limit": 1})).json()
        assert [one["swbseq"] for one in first["deliveries"]] == [1], "nothing was acknowledged"
        other = await broker.call("GET", "/v1/deliveries", OTHER, params={"first": 1, "last": 9})
        assert other.json()["deliveries"] == [], "they are another's numbers"
