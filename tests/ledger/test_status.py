"""What became of a submission, for its sender's party and for operators."""

from dataclasses import replace

import pytest

from broker.access import Principal
from broker.core.step import step
from broker.errors import NotFoundFault
from broker.ledger.status import board, visible
from tests.broker_in_process import (
    OPERATOR,
    OTHER,
    SENDER,
    XML,
    declaration,
    in_process,
    story,
    withdrawal,
)
from tests.sample_events import opened, rules, said
from tests.toy_format import HOUSE, TOY, put, toy, toy_configuration

FLOWERS, MEAT = "06031100", "02013000"


@story
async def test_a_status_shows_the_whole_road_of_a_message():
    """Verdict, dossier, documents, who received what by which row and why, board, replies."""
    async with in_process() as broker:
        lodged = await broker.lodge(declaration("QZ-1", FLOWERS))
        shown = await broker.status(lodged, SENDER)
        assert set(shown) == {"submission", "received_at", "sha256", "format", "profile", "state",
                              "continues", "messages_total", "messages_rejected", "messages",
                              "next", "overall"}  # fmt: skip
        assert (shown["submission"], shown["state"], shown["overall"]) == (
            lodged, "translated", "waiting",
        )  # fmt: skip
        (message,) = shown["messages"]
        assert (message["number"], message["reference"], message["verdict"]) == (
            1, "QZ-1", "accepted",
        )  # fmt: skip
        assert [one["outcome"] for one in message["outcomes"]] == ["applied"]
        assert [(one["version"], one["state"]) for one in message["documents"]] == [(1, "live")]
        told = {(one["recipient"], one["purpose"]): one for one in message["recipients"]}
        plants = told["plant-health", "phytosanitary-control"]
        assert (plants["rule"], plants["result"], plants["state"]) == (
            ["plants"],
            "new",
            "numbered",
        )
        assert plants["because"]
        assert plants["legal_basis"]
        assert plants["elements"] == ["GoodsShipment.GovernmentAgencyGoodsItem[1]"]
        assert told["customs", "customs-control"]["elements"] == "whole"
        assert {(one["recipient"], one["status"]) for one in message["board"]["asks"]} == {
            ("customs", "waiting"),
            ("plant-health", "waiting"),
        }
        assert [one["state"] for one in message["replies"]] == ["numbered"]


@story
async def test_a_status_follows_what_happens():
    """Received, waiting, released, withdrawn: each as it is now, for every version's submission."""
    async with in_process() as broker:
        told = await broker.call(
            "POST", "/v1/submissions", SENDER, content=declaration("QZ-1"), headers=XML
        )
        lodged = told.json()["submission"]
        before = await broker.status(lodged)
        assert (before["state"], before["overall"], before["messages"]) == ("received",) * 2 + ([],)
        await broker.settle()
        assert (await broker.status(lodged))["overall"] == "waiting"
        given = await broker.newest("customs", "goods")
        await broker.decide("customs", given["id"], "released", references=[["MRN", "26QZ1"]])
        assert (await broker.status(lodged))["overall"] == "released"
        again = await broker.lodge(declaration("QZ-1", MEAT))
        for one in (lodged, again):
            assert (await broker.status(one))["overall"] == "waiting"
        gone = await broker.lodge(withdrawal("26QZ1"))
        assert (await broker.status(gone))["overall"] == "waiting"
        for who, seen in (("lantern-forwarding", 1), ("duty-desk", 1)):
            (message,) = (await broker.status(gone, who))["messages"]
            assert [one["state"] for one in message["requests"]] == ["open"] * seen
        asked = await broker.newest("customs", "declaration.withdrawal-requested")
        await broker.decide("customs", asked["id"], "granted")
        for one in (lodged, again, gone):
            assert (await broker.status(one))["overall"] == "withdrawn"


def test_a_hold_of_an_agency_that_is_not_asked_is_shown():
    """What explains the overall status is there, though nobody waits for an answer."""
    dossier = opened(FLOWERS)
    effects = step(dossier, said(2, "plant-health", "", [{"StatusCode": "held"}]), rules())
    held = replace(effects.dossier, asks={})
    shown = board(held)
    assert shown["overall"] == "held"
    (line,) = shown["asks"]
    assert (line["recipient"], line["state"], line["status"], line["due_at"]) == (
        "plant-health", "not_asked", "held", "",
    )  # fmt: skip


@story
async def test_each_message_of_a_submission_is_shown_by_itself():
    """One accepted, one rejected with its problem, one that waits for its reference."""
    async with in_process(toy_configuration()) as broker:
        lodged = await broker.lodge(
            toy(put("A"), put("B", reject="no"),
                {"does": "note", "references": [["LRN", "nobody's"]]}),
            HOUSE, **TOY,
        )  # fmt: skip
        first, second, third = (await broker.status(lodged, HOUSE))["messages"]
        assert first["dossier"]
        assert (second["verdict"], [one["code"] for one in second["problems"]]) == (
            "rejected", ["toy.rejected"],
        )  # fmt: skip
        assert "dossier" not in second
        assert third["unresolved"] == 1
        (waits,) = third["waits_for"]
        assert waits["references"] == [["LRN", "nobody's"]]
        assert waits["until"] > broker.clock.at.isoformat()[:19]


@pytest.mark.parametrize("end", ["", "/raw"])
@story
async def test_only_the_party_and_operators_see_it(end):
    """Anybody else is told that there is none, in the words used for what never was."""
    async with in_process() as broker:
        lodged = await broker.lodge(declaration("QZ-1", FLOWERS))
        path = f"/v1/submissions/{lodged}{end}"
        for key in (SENDER, OPERATOR):
            assert (await broker.call("GET", path, key)).status_code == 200
        for key in (OTHER, "customs", "plant-health", "statistics"):
            told = await broker.call("GET", path, key)
            assert told.status_code == 404
            never = await broker.call("GET", f"/v1/submissions/s_none{end}", key)
            assert told.json()["detail"].replace(lodged, "s_none") == never.json()["detail"]


@story
async def test_another_sender_of_the_same_party_sees_it():
    """The party owns what its senders lodge."""
    async with in_process() as broker:
        lodged = await broker.lodge(declaration("QZ-1"))
        mine = Principal("lantern-two", "sender", "lantern", ("customs",))
        theirs = Principal("lantern-two", "sender", "other", ("customs",))
        read = broker.plumbing.database.read
        assert (await read(lambda c: visible(c, lodged, mine)))["id"] == lodged
        with pytest.raises(NotFoundFault):
            await read(lambda c: visible(c, lodged, theirs))


@story
async def test_what_was_withheld_is_for_operators():
    """They see which patterns a view held back; the declarant sees whom it was sent to."""
    async with in_process() as broker:
        lodged = await broker.lodge(declaration("QZ-1", FLOWERS))
        for key, sees in ((OPERATOR, True), (SENDER, False)):
            (message,) = (await broker.status(lodged, key))["messages"]
            rows = {one["recipient"]: one for one in message["recipients"]}
            assert ("withheld" in rows["plant-health"]) is sees
            assert "Exporter" in rows["plant-health"].get("withheld", ["Exporter"])


@story
async def test_the_original_is_given_back_as_it_came():
    """Byte for byte, with the type it came with, as a file that no browser runs."""
    async with in_process() as broker:
        content = declaration("QZ-1") + b"<!-- \xc3\xa4 -->"
        lodged = await broker.lodge(content, **{"Content-Type": "text/xml; charset=utf-8"})
        told = await broker.call("GET", f"/v1/submissions/{lodged}/raw", SENDER)
        assert told.content == content
        assert told.headers["content-type"].startswith("text/xml")
        assert told.headers["x-content-type-options"] == "nosniff"
        assert told.headers["content-disposition"] == f'attachment; filename="{lodged}"'
