"""A profile or format that was removed while something names it: parked, never judged without."""

from dataclasses import replace

from broker.hop import Hop
from broker.state.tables import MESSAGES, OUTCOMES, QUEUE
from broker.translation.station import Basis, TranslationStation
from tests.broker_in_process import (
    OPERATOR,
    SENDER,
    XML,
    configuration,
    declaration,
    in_process,
    story,
)

PROFILE = "qz-declarations"
REASON = f"there is no profile {PROFILE!r} any more; put its file back, and start again"


def without():
    """The configuration after the file of the profile was removed."""
    every = configuration()
    return replace(
        every, profiles={name: one for name, one in every.profiles.items() if name != PROFILE}
    )


def without_adapters():
    """The configuration after the formats of customs were removed."""
    every = configuration()
    customs = replace(every.families["customs"], adapters=())
    return replace(every, families={**every.families, "customs": customs})


async def lodged(broker, payload):
    """The receipt of bytes that nothing has worked yet."""
    receipt = await broker.call("POST", "/v1/submissions", SENDER, content=payload, headers=XML)
    assert receipt.status_code == 202
    return receipt.json()["submission"]


async def worked(broker, station):
    """Let one station do all that waits for it."""
    for hop in broker.hops:
        if hop.reader.station == station:
            await hop.batch(await hop.take_over())


async def parked(broker):
    """What waits for a person: station and reason."""
    rows = (await broker.call("GET", "/v1/parked", OPERATOR)).json()["parked"]
    return [(row["station"], row["reason"]) for row in rows]


async def resumed(broker):
    """Work again all that is parked."""
    rows = (await broker.call("GET", "/v1/parked", OPERATOR)).json()["parked"]
    for row in rows:
        await broker.call(
            "POST", f"/v1/parked/{row['id']}/resume", OPERATOR, json={"why": "it is back"}
        )
    await broker.settle()


@story
async def test_a_submission_that_waits_is_parked_and_judged_once_the_profile_is_back(tmp_path):
    """What breaks a demand of the profile is not accepted because the profile is missing."""
    async with in_process(directory=tmp_path) as broker:
        submission = await lodged(broker, declaration("QZ-GONE", "06031100", TypeCode="QQQ"))
    async with in_process(without(), tmp_path) as broker:
        await broker.settle()
        assert await broker.rows(MESSAGES) == []
        assert await parked(broker) == [("translation", REASON)]
    async with in_process(directory=tmp_path) as broker:
        await resumed(broker)
        (message,) = (await broker.status(submission))["messages"]
        assert message["verdict"] == "rejected"
        assert await parked(broker) == []


@story
async def test_an_event_about_what_was_lodged_under_it_is_parked(tmp_path):
    """Without the profile's table of requests everything would be permitted."""
    async with in_process(directory=tmp_path) as broker:
        await broker.lodge(declaration("QZ-KEPT", "06031100"))
        await lodged(broker, declaration("QZ-KEPT", "06031100", "84713000"))
        await worked(broker, "translation")
    async with in_process(without(), tmp_path) as broker:
        before = len(await broker.rows(OUTCOMES))
        await broker.settle()
        assert await parked(broker) == [("core", REASON)]
        assert len(await broker.rows(OUTCOMES)) == before
    async with in_process(directory=tmp_path) as broker:
        await resumed(broker)
        assert await parked(broker) == []
        assert len(await broker.rows(OUTCOMES)) == before + 1


@story
async def test_a_reply_that_waits_is_parked(tmp_path):
    """It would go out in words that the profile does not choose."""
    async with in_process(directory=tmp_path) as broker:
        await lodged(broker, declaration("QZ-TOLD", "06031100", TypeCode="QQQ"))
        await worked(broker, "translation")
        assert [row["state"] for row in await broker.rows(QUEUE)] == ["waiting"]
    async with in_process(without(), tmp_path) as broker:
        await broker.settle()
        assert [row["state"] for row in await broker.rows(QUEUE)] == ["parked"]
    async with in_process(directory=tmp_path) as broker:
        await resumed(broker)
        assert [one["type"] for one in await broker.feed(SENDER)] == ["message.rejected"]


@story
async def test_what_is_in_a_format_that_was_removed_is_parked(tmp_path):
    """A submission is not rejected as unreadable, nor a reply written in another syntax."""
    async with in_process(directory=tmp_path) as broker:
        await lodged(broker, declaration("QZ-TOLD", "06031100", TypeCode="QQQ"))
        await worked(broker, "translation")
        await lodged(broker, declaration("QZ-GONE", "06031100"))
        hops = [hop for hop in broker.hops if hop.reader.topic == "submissions.customs"]
    async with in_process(without_adapters(), tmp_path) as broker:
        station = TranslationStation(
            broker.configuration.adapters,
            broker.configuration.profile_of,
            broker.configuration.kinds,
            Basis(broker.configuration.usable),
        )
        for hop in (Hop(station, one.reader, broker.plumbing) for one in hops):
            await hop.batch(await hop.take_over())
        await broker.settle()
        assert sorted(station for station, _ in await parked(broker)) == ["delivery", "translation"]
        assert len(await broker.rows(MESSAGES)) == 1
    async with in_process(directory=tmp_path) as broker:
        await resumed(broker)
        assert await parked(broker) == []
        assert sorted(row["verdict"] for row in await broker.rows(MESSAGES)) == [
            "accepted", "rejected"
        ]  # fmt: skip
