"""What is parked, and what an operator's decision does to it, through the real doors."""

from contextlib import contextmanager
from functools import partial

import pytest

from broker.core import station as core_station
from broker.delivery import drain
from broker.state import tables
from broker.translation import station as translation_station
from tests.broker_in_process import OPERATOR, SENDER, declaration, in_process, reply_xml, story


@contextmanager
def failing(module, name, *, when=lambda *_given: True):
    """A pure function of the broker that raises, as a bug of ours would make it."""
    kept = getattr(module, name)

    def fails(*given, **named):
        if when(*given):
            raise ZeroDivisionError
        return kept(*given, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, name, fails)
        yield


async def the_parked(broker):
    """The only thing that is parked."""
    (one,) = (await broker.call("GET", "/v1/parked", OPERATOR)).json()["parked"]
    return one


async def decide(broker, name, decision, why="the cause is mended", key=OPERATOR):
    """Decide about a parked thing and settle; what the door said."""
    said = await broker.call("POST", f"/v1/parked/{name}/{decision}", key, json={"why": why})
    await broker.settle()
    return said


async def parked_in_core(broker):
    """A declaration whose event is parked, and a later version of it that waits behind."""
    with failing(core_station, "step"):
        first = await broker.lodge(declaration("QZ-P", "06031100"))
    second = await broker.lodge(declaration("QZ-P", "06031100", "84713000"))
    broker.clock.move(minutes=5)
    return first, second, await the_parked(broker)


@story
async def test_a_parked_event_is_listed_with_its_reason_and_without_bytes():
    """An operator sees station, dossier, reason and headers; what was said stays out."""
    async with in_process() as broker:
        _, _, one = await parked_in_core(broker)
        assert one["station"] == "core"
        assert (
            one["reason"].startswith("ZeroDivisionError in tests.ledger")
            or "test_parking" in (one["reason"])
        )
        shown = (await broker.call("GET", f"/v1/parked/{one['id']}", OPERATOR)).json()
        assert shown["headers"]["ce_type"] == "declaration.put"
        assert shown["bytes"] > 1000
        assert "value" not in shown
        assert shown["actions"] == []


@story
async def test_resume_works_the_event_and_what_waited_behind_it():
    """Both versions are applied in their order, and the record is settled."""
    async with in_process() as broker:
        _, _, one = await parked_in_core(broker)
        said = await decide(broker, one["id"], "resume")
        assert said.status_code == 202
        assert said.json()["state"] == "on its way"
        documents = await broker.rows(tables.DOCUMENTS)
        assert [row["version"] for row in documents] == [1, 2]
        assert [row["outcome"] for row in await broker.rows(tables.OUTCOMES)] == ["applied"] * 2
        (row,) = await broker.rows(tables.PARKED)
        assert row["state"] == "resumed"
        assert await broker.rows(tables.FOLLOWERS) == []


@story
async def test_discard_declines_the_event_and_tells_its_sender():
    """The sender hears of it in its own syntax; what waited behind is worked."""
    async with in_process() as broker:
        first, second, one = await parked_in_core(broker)
        await decide(broker, one["id"], "discard", "its bytes are damaged")
        told = await broker.feed(SENDER)
        declined = next(event for event in told if event["type"] == "message.declined")
        assert declined["swbsubmission"] == first
        assert "<Response>" in reply_xml(declined)
        assert (await broker.status(second))["overall"] == "waiting"
        (row,) = await broker.rows(tables.PARKED)
        assert row["state"] == "discarded"


@story
async def test_who_decided_what_and_why_is_kept():
    """One row of actions a decision, in its transaction."""
    async with in_process() as broker:
        _, _, one = await parked_in_core(broker)
        await decide(broker, one["id"], "resume", "the view was mended")
        (action,) = await broker.rows(tables.ACTIONS)
        assert (action["who"], action["what"]) == (OPERATOR, "parked.resume")
        assert (action["target"], action["why"]) == (one["id"], "the view was mended")


@story
async def test_who_looked_at_a_parked_record_is_kept_and_hinders_no_decision():
    """One row of actions a reading; looking is not deciding."""
    async with in_process() as broker:
        _, _, one = await parked_in_core(broker)
        assert (await broker.call("GET", f"/v1/parked/{one['id']}", OPERATOR)).status_code == 200
        (action,) = await broker.rows(tables.ACTIONS)
        assert (action["who"], action["what"], action["target"]) == (
            OPERATOR, "parked.read", one["id"],
        )  # fmt: skip
        assert (await decide(broker, one["id"], "resume")).status_code == 202


@story
async def test_a_decision_is_taken_once():
    """A second decision while the first is on its way is refused, and so is one afterwards."""
    async with in_process() as broker:
        _, _, one = await parked_in_core(broker)
        path = f"/v1/parked/{one['id']}/resume"
        first = await broker.call("POST", path, OPERATOR, json={"why": "mended"})
        again = await broker.call("POST", path, OPERATOR, json={"why": "mended"})
        assert (first.status_code, again.status_code) == (202, 409)
        assert "on its way" in again.json()["detail"]
        await broker.settle()
        late = await decide(broker, one["id"], "discard")
        assert late.status_code == 409
        assert "resumed already" in late.json()["detail"]


@story
async def test_a_resume_that_fails_leaves_it_parked_to_be_decided_again():
    """The record keeps its id and gets the new reason; a later decision works."""
    async with in_process() as broker:
        _, _, one = await parked_in_core(broker)
        with failing(core_station, "step"):
            await decide(broker, one["id"], "resume")
        again = await the_parked(broker)
        assert again["id"] == one["id"]
        assert again["state"] == "parked"
        assert await broker.rows(tables.DOCUMENTS) == []
        broker.clock.move(minutes=5)
        assert (await decide(broker, one["id"], "resume")).status_code == 202
        assert len(await broker.rows(tables.DOCUMENTS)) == 2


@story
async def test_a_submission_that_could_not_be_translated_is_resumed():
    """Its record is appended again, and everything else follows."""
    async with in_process() as broker:
        with failing(translation_station, "translated"):
            submission = await broker.lodge(declaration("QZ-T"))
        one = await the_parked(broker)
        assert one["station"] == "translation"
        said = await decide(broker, one["id"], "resume")
        assert said.json()["state"] == "resumed"
        assert (await broker.status(submission))["overall"] == "waiting"


@story
async def test_a_submission_that_could_not_be_translated_is_discarded():
    """It is rejected as a whole, and its sender gets the reply."""
    async with in_process() as broker:
        with failing(translation_station, "translated"):
            submission = await broker.lodge(declaration("QZ-T"))
        one = await the_parked(broker)
        await decide(broker, one["id"], "discard")
        shown = await broker.status(submission)
        assert shown["overall"] == "rejected"
        assert [problem["code"] for problem in shown["messages"][0]["problems"]] == [
            "event.discarded"
        ]
        (told,) = await broker.feed(SENDER)
        assert (told["type"], told["swbsubmission"]) == ("message.rejected", submission)


@pytest.mark.parametrize(("decision", "given"), [("resume", 1), ("discard", 0)])
def test_a_delivery_that_could_not_be_rendered_waits_again_or_is_cancelled(decision, given):
    """A row of the queue is listed like everything parked; resumed, it is numbered."""

    @story
    async def play():
        async with in_process() as broker:
            with failing(drain, "rendered", when=lambda row, *_rest: row["what"] == "reply"):
                await broker.lodge(declaration("QZ-D"))
            one = await the_parked(broker)
            assert (one["station"], one["recipient"]) == ("delivery", SENDER)
            assert (await decide(broker, one["id"], decision)).status_code == 202
            assert len(await broker.feed(SENDER)) == given
            left = (await broker.call("GET", "/v1/parked", OPERATOR)).json()["parked"]
            assert left == []

    play()


@story
async def test_what_is_settled_is_listed_on_request():
    """`state=all` shows what was decided before."""
    async with in_process() as broker:
        _, _, one = await parked_in_core(broker)
        await decide(broker, one["id"], "resume")
        ask = partial(broker.call, "GET", "/v1/parked", OPERATOR)
        assert (await ask()).json()["parked"] == []
        (shown,) = (await ask(params={"state": "all"})).json()["parked"]
        assert (shown["id"], shown["state"]) == (one["id"], "resumed")


@story
async def test_nothing_is_decided_about_what_is_not_parked():
    """An unknown id is 404, and leaves no action behind."""
    async with in_process() as broker:
        assert (await decide(broker, "p_absent", "resume")).status_code == 404
        assert (await broker.call("GET", "/v1/parked/p_absent", OPERATOR)).status_code == 404
        assert await broker.rows(tables.ACTIONS) == []
