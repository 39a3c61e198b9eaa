"""One interchange with messages of several families, on the whole road."""

from dataclasses import replace

import orjson

from broker.access import Principal
from tests.adapters.airline.conftest import header, interchange, message, person
from tests.broker_in_process import configuration, in_process, reply_xml, story
from tests.families import EDIFACT

CARRIER = "paperkite-airlines"
PROFILES = ("paxlst-guide", "cusres-acknowledgements", "edifact-as-sent", "uk-nmsw-fal1")
PORT = interchange(
    message("BGM+85+V1", "TDT+20+V1", unh="CUSREP:D:05B:UN"),
    message(*header(), *person()),
    message("BGM+962", "RFF+TN:1", unh="CUSRES:D:05B:UN"),
)


def with_families(*families):
    """The sample configuration, in which the carrier may use all these."""
    known = configuration()
    before = known.principals[CARRIER]
    carrier = Principal(CARRIER, "sender", before.party, families, PROFILES)
    return replace(known, principals={**known.principals, CARRIER: carrier})


def told(replies):
    """Of each reply: the message, its status, and the segments of its CUSRES."""
    return {
        one["swbmessage"]: (one["swbstatus"], reply_xml(one).split("'"))
        for one in replies
        if one["type"] != "board.changed"
    }


@story
async def test_each_message_is_read_judged_and_answered_by_its_own_format():
    """A list, an acknowledgement and a report, of a carrier who is agent and declarant as well."""
    async with in_process(with_families("airline", "maritime", "customs")) as broker:
        submission = await broker.lodge(PORT, CARRIER, **EDIFACT)
        shown = (await broker.status(submission))["messages"]
        assert [(one["number"], one["verdict"]) for one in shown] == [
            (1, "rejected"), (2, "accepted"), (3, "rejected")
        ]  # fmt: skip
        assert [(one["format"], one["profile"]) for one in shown] == [
            ("WCO/IATA/ICAO PAXLST", "paxlst-guide"),
            ("WCO/IATA/ICAO PAXLST", "paxlst-guide"),
            ("CUSRES acknowledgements", "cusres-acknowledgements"),
        ]
        unknown, wrong = (shown[at]["problems"][0] for at in (0, 2))
        assert (unknown["code"], unknown["found"]) == ("edifact.message-unknown", "CUSREP")
        assert unknown["expected"] == "PAXLST, CUSRES"
        assert unknown["where"]["segment"] == "UNH 1"
        assert wrong["code"] == "cusres.not-from-carrier"
        replies = told(await broker.feed(CARRIER))
        assert set(replies) == {1, 3}
        assert {status for status, _ in replies.values()} == {"rejected"}
        assert "ERC+14" in replies[1][1]
        assert "ERC+14" in replies[3][1]


@story
async def test_a_message_that_changes_nothing_is_answered_by_what_is_odd_about_it():
    """An acknowledgement of nothing is accepted; its sender is told why it changes nothing."""
    content = interchange(message("BGM+312", "RFF+TN:1", unh="CUSRES:D:05B:UN"))
    async with in_process() as broker:
        await broker.lodge(content, CARRIER, **EDIFACT)
        ((status, segments),) = told(await broker.feed(CARRIER)).values()
    assert status == "noted"
    assert any("CUSRES 132" in one for one in segments)


@story
async def test_a_file_that_its_sender_may_not_use_is_refused_by_what_it_is():
    """The refusal says what the file is, and lists what this sender may send."""
    async with in_process(with_families("maritime")) as broker:
        submission = await broker.lodge(PORT, CARRIER, **{"Content-Type": "application/json"})
        (shown,) = (await broker.status(submission))["messages"]
        (problem,) = shown["problems"]
        assert (shown["verdict"], problem["code"]) == ("rejected", "submission.format-unknown")
        assert (
            problem["found"] == "a UN/EDIFACT interchange with CUSREP D.05B, PAXLST D.05B, "
            "CUSRES D.05B"
        )
        assert problem["expected"].startswith("one of: UK NMSW FAL 1, UK NMSW FAL 5")
        (reply,) = await broker.feed(CARRIER)
        assert orjson.loads(orjson.dumps(reply["data"]))["status"] == "rejected"
