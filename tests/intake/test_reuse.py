"""A number of an answer that was used before, at the door for responses."""

import orjson
import pytest

from adapters.agency.answer_json import AnswerJson
from adapters.airline.paxlst import Paxlst
from broker.adapter import Profile
from broker.intake.reuse import LOOK_BYTES_MAX, is_other, number_in
from broker.model.reuse import content_digest
from broker.state.answer_ids import Used
from tests.broker_in_process import JSON, declaration, in_process, story
from tests.intake.test_http import problem
from tests.read_by import uses_by

PATH = "/v1/responses"


def answering(delivery, status, number="A-1"):
    """An answer in JSON."""
    return {"id": number, "delivery": delivery, "answers": [{"status": status}]}


@story
async def test_a_number_used_for_another_answer_is_a_conflict():
    """409 names the number; the same answer again, and the number of another agency, are taken."""
    async with in_process() as broker:
        await broker.lodge(declaration("QZ-1", "06031100"))
        (given,) = await broker.feed("plant-health")
        await broker.answer("plant-health", answering(given["id"], "held"))
        told = await broker.respond("plant-health", answering(given["id"], "released"))
        detail = problem(told, 409, "request.idempotency-conflict")
        assert "answer.id-reused" in detail
        assert "'A-1'" in detail
        again = await broker.respond("plant-health", answering(given["id"], "held"))
        assert again.status_code == 202
        theirs, *_ = await broker.feed("customs")
        other = await broker.respond("customs", answering(theirs["id"], "released"))
        assert other.status_code == 202


@story
async def test_the_reference_beside_the_bytes_is_part_of_the_answer():
    """The same bytes with another Swb-Reference answer something else."""
    async with in_process() as broker:
        said = {"id": "A-1", "references": [["LRN", "X"]], "answers": [{"status": "held"}]}
        for reference, status in (("MRN=1", 202), ("MRN=1", 202), ("MRN=2", 409)):
            told = await broker.call(
                "POST", PATH, "customs", content=orjson.dumps(said),
                headers={**JSON, "Swb-Reference": reference},
            )  # fmt: skip
            assert told.status_code == status
            await broker.settle()


@pytest.mark.parametrize(
    ("payload", "number"),
    [
        (b'{"id":"A-1"}', "A-1"),
        (b'{"id":7}', None),
        (b"[]", None),
        (b"{", None),
        (b'{"id":"A-1"}' + b" " * LOOK_BYTES_MAX, None),
    ],
)
def test_the_look_is_small_and_takes_any_bytes(payload, number):
    """A number is found only in a small answer that can be read."""
    assert number_in(AnswerJson(), payload) == number


def test_formats_without_numbers_of_answers_are_not_looked_at():
    """An adapter need not have the function."""
    assert number_in(Paxlst(), b"") is None
    assert number_in(None, b"{}") is None


def test_what_is_rejected_is_no_other_answer():
    """Translation says what is wrong with it; only an answer that is one can differ."""
    uses = uses_by(AnswerJson(), Profile("", "", ""))
    used = Used("customs", "A-1", content_digest({}, ()), "e_1")
    assert not is_other(b'{"id":"A-1"}', uses, used, ())
    good = orjson.dumps({"id": "A-1", "delivery": "d_1", "answers": [{"status": "held"}]})
    assert is_other(good, uses, used, ())
