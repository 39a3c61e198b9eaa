"""Answers under the agencies' own numbers: new ones, those sent again, and those reused."""

import base64

import orjson
import pytest

from broker.model.reuse import content_digest, own_number
from broker.state import answer_ids
from broker.state.database import MemoryDatabase
from broker.state.tables import ANSWER_IDS, ANSWERS, OUTCOMES, UNRESOLVED
from broker.translation.numbered import REUSED, check_numbers
from tests.broker_in_process import declaration, in_process, story
from tests.sample_events import event, said


def numbered(number, identity, status="held", recipient="customs", **body):
    """An answer under a number of its agency."""
    made = said(number, recipient, answers=[{"StatusCode": status}], references=[("LRN", "QZ-1")])
    made.body.update({"FunctionalReferenceID": identity, **body})
    return made


async def checked(database, *events):
    """The events as translation lets them go on: problem, and the event of the first use."""
    found = await database.write(lambda connection: check_numbers(connection, events))
    return [(one.problem, one.name) for one in found]


@story
async def test_a_number_is_used_for_one_content():
    """The same content again names the first use; another content is a problem."""
    database = MemoryDatabase()
    assert await checked(database, numbered(1, "A-1")) == [("", "")]
    assert await checked(database, numbered(1, "A-1")) == [("", "")]
    assert await checked(database, numbered(2, "A-1"), numbered(3, "A-1", "released")) == [
        ("", "e_1"), (REUSED, ""),
    ]  # fmt: skip


@story
async def test_a_number_belongs_to_its_agency():
    """Two agencies may use one number; answers without one, and other events, are not looked at."""
    database = MemoryDatabase()
    found = await checked(
        database,
        numbered(1, "A-1"),
        numbered(2, "A-1", "released", recipient="plant-health"),
        said(3, "customs", answers=[{"StatusCode": "held"}]),
        event("put", 4, body={"FunctionalReferenceID": "A-1"}),
    )
    assert found == [("", "")] * 4
    known = await database.read(
        lambda connection: answer_ids.known(connection, [("customs", "A-1"), ("wildlife", "A-1")])
    )
    assert [(one.recipient, one.event) for one in known.values()] == [("customs", "e_1")]


@story
async def test_of_one_batch_the_first_use_counts():
    """Whatever follows is measured by it."""
    database = MemoryDatabase()
    found = await checked(database, numbered(2, "A-1"), numbered(1, "A-1", "released"))
    assert found == [("", ""), (REUSED, "")]


@pytest.mark.parametrize(
    ("body", "references", "same"),
    [
        ({"IssueDateTime": "2026-11-23T08:00:00Z"}, [("LRN", "QZ-1")], True),
        ({"FunctionCode": "09"}, [("LRN", "QZ-1")], False),
        ({}, [("LRN", "QZ-2")], False),
        ({}, [("MRN", "M"), ("LRN", "QZ-1")], False),
    ],
)
def test_content_is_the_body_and_what_is_answered(body, references, same):
    """The time of sending does not matter; the references do."""
    first = content_digest({"FunctionalReferenceID": "A", "IssueDateTime": "2026-11-22"},
                           [("LRN", "QZ-1")])  # fmt: skip
    again = content_digest({"FunctionalReferenceID": "A", **body}, references)
    assert (first == again) is same
    assert (own_number({"FunctionalReferenceID": "A"}), own_number({})) == ("A", "")


def answering(delivery, status, number="A-1"):
    """An answer in JSON."""
    return {"id": number, "delivery": delivery, "answers": [{"status": status}]}


async def declined_with(broker, agency):
    """The problems of the agency's newest declined answer."""
    reply = await broker.newest(agency, "message.declined")
    problems = orjson.loads(base64.b64decode(reply["data_base64"]))["problems"]
    return [problem["code"] for problem in problems]


@story
async def test_an_old_answer_sent_again_changes_nothing():
    """A release that comes once more after a hold is repeated: the hold remains in force."""
    async with in_process() as broker:
        await broker.lodge(declaration("QZ-1", "06031100"))
        (given,) = await broker.feed("plant-health")
        await broker.answer("plant-health", answering(given["id"], "released"))
        await broker.answer("plant-health", answering(given["id"], "held", "A-2"))
        again = await broker.answer("plant-health", answering(given["id"], "released"))
        (outcome,) = [row for row in await broker.rows(OUTCOMES) if row["submission"] == again]
        assert outcome["outcome"] == "repeated"
        counting = [row["status"] for row in await broker.rows(ANSWERS) if row["state"] == "counts"]
        assert counting == ["held"]


@story
async def test_an_answer_that_was_declined_may_be_sent_again_as_it_was():
    """It was about an element that was not delivered; sent again, it is judged again."""
    async with in_process() as broker:
        await broker.lodge(declaration("QZ-1", "06031100"))
        (given,) = await broker.feed("plant-health")
        wrong = answering(given["id"], "held")
        wrong["answers"][0]["subject"] = {"item": 7}
        lodged = [await broker.answer("plant-health", wrong) for _ in range(2)]
        rows = [row for row in await broker.rows(OUTCOMES) if row["submission"] in lodged]
        assert [row["outcome"] for row in rows] == ["declined", "declined"]


@story
async def test_two_answers_under_one_number_at_once_are_told_apart_by_translation():
    """Both are taken at the door; the second is declined, and its agency is told why."""
    async with in_process() as broker:
        await broker.lodge(declaration("QZ-1", "06031100"))
        (given,) = await broker.feed("plant-health")
        for status in ("held", "released"):
            told = await broker.respond("plant-health", answering(given["id"], status))
            assert told.status_code == 202
        await broker.settle()
        assert await declined_with(broker, "plant-health") == [REUSED]
        assert [row["status"] for row in await broker.rows(ANSWERS)] == ["held"]
        assert len(await broker.rows(ANSWER_IDS)) == 1


@story
async def test_a_reused_number_does_not_wait_for_its_dossier():
    """An answer that finds nothing yet is declined at once where its number was used before."""
    async with in_process() as broker:
        first = {"id": "A-1", "references": [["LRN", "X"]], "answers": [{"status": "held"}]}
        await broker.respond("customs", first)
        await broker.respond("customs", {**first, "answers": [{"status": "released"}]})
        await broker.settle()
        assert len(await broker.rows(UNRESOLVED)) == 1
        assert await declined_with(broker, "customs") == [REUSED]
