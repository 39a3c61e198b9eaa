"""What an authority wants is a numbered question, with a time, that it alone closes."""

from dataclasses import replace

import orjson

from broker.core.questions import moment_of
from tests.core.test_requested import (
    FLOWERS,
    PROFILE,
    amend,
    answer,
    decide,
    lodged,
    play,
    requests_for,
    withdraw,
)
from tests.sample_events import PLANTS, event, put, said

ITEM = "GoodsShipment.GovernmentAgencyGoodsItem[1]"
WANTED = {"WantedDocument": [{"TypeCode": "N851", "Text": "the certificate"}],
          "ValidUntilDateTime": "2026-11-24T12:00:00Z"}  # fmt: skip
DUE = "2026-11-24T12:00:00.000Z"


def wanted(number=2, dossier=None, **more):
    """Plant health wants a document, of item 1."""
    if dossier is None:
        dossier, _ = play(put(1, FLOWERS, **PROFILE))
    content = {"Subject": ITEM, **WANTED, **more}
    return play(answer(number, "plant-health", dossier, "information_wanted", **content),
                dossier=dossier)  # fmt: skip


def asked(effects, sender="lantern-forwarding"):
    """The questions in the last reply that a sender gets."""
    trees = [orjson.loads(row.payload)["board"] for row in effects.queue
             if (row.recipient, row.what) == (sender, "reply")]  # fmt: skip
    return trees[-1].get("Question", []) if trees else None


def close(number, question, who="plant-health", dossier=None, **more):
    """An answer that closes a question by its number."""
    made = said(number, who, dossier.shown[PLANTS].delivery, [more])
    return replace(made, body={**made.body, "QuestionID": str(question)})


def test_a_wanted_document_is_a_question_with_a_number_and_a_time():
    """Its declarant is shown what, until when and whose; why it is wanted stays inside."""
    dossier, (effects,) = wanted(Reason=[{"Text": "inside"}])
    (question,) = effects.questions
    assert (question.number, question.state, question.due_at) == (1, "open", DUE)
    assert [moment.at for moment in effects.due if moment.name == moment_of(1)] == [DUE]
    assert asked(effects) == [{
        "SequenceNumeric": "1", "AgencyID": "plant-health", "Subject": ITEM, "StatusCode": "open",
        "DueDateTime": DUE, "TypeCode": "documents", "WantedDocument": WANTED["WantedDocument"],
    }]  # fmt: skip
    assert (dossier.numbered, list(dossier.questions)) == (1, [1])


def test_information_without_a_time_is_a_question_too_and_documents_of_a_release():
    """What is wanted holds nothing up by itself: that is the status of the answer."""
    dossier, _ = play(put(1, FLOWERS, **PROFILE))
    cases = (
        ("information_wanted", {}, "information"),
        ("released", {"WantedDocument": WANTED["WantedDocument"]}, "documents"),
    )
    for status, content, what in cases:
        _, (effects,) = play(answer(2, "plant-health", dossier, status, **content), dossier=dossier)
        (question,) = effects.questions
        assert (question.content["TypeCode"], question.due_at) == (what, "")
        assert not [moment for moment in effects.due if moment.name == moment_of(1)]


def test_requests_and_questions_are_counted_together():
    """Of two numbers of a dossier no two are alike."""
    dossier, _ = play(amend(), dossier=lodged(FLOWERS))
    dossier, (effects,) = wanted(4, dossier)
    assert [question.number for question in effects.questions] == [2]
    dossier, _ = play(decide(5, "customs", "refused"), dossier=dossier)
    _, (second,) = play(amend(6), dossier=dossier)
    assert [request.number for request in second.requests] == [3]


def test_the_same_once_more_is_no_other_question():
    """Another document is; both are open."""
    dossier, _ = wanted()
    dossier, (again,) = wanted(3, dossier, NativeCode="C1")
    assert (again.outcome, again.questions) == ("applied", ())
    other = [{"TypeCode": "C085"}]
    dossier, (effects,) = wanted(4, dossier, WantedDocument=other)
    assert [question.number for question in effects.questions] == [2]
    assert sorted(dossier.questions) == [1, 2]


def test_the_next_decision_of_the_same_agency_about_it_closes_it():
    """Of the element or of the whole; a notice, an acknowledgement and another agency do not."""
    dossier, _ = wanted()
    for kept in (
        answer(3, "plant-health", dossier, "acknowledged", Subject=ITEM),
        answer(3, "customs", dossier, "released"),
    ):
        after, (effects,) = play(kept, dossier=dossier)
        assert (effects.questions, list(after.questions)) == ((), [1])
    for subject in ({"Subject": ITEM}, {}):
        closing = answer(3, "plant-health", dossier, "released", **subject)
        after, (effects,) = play(closing, dossier=dossier)
        assert [question.state for question in effects.questions] == ["closed"]
        assert (after.questions, asked(effects)) == ({}, [])


def test_an_agency_closes_its_question_by_number_and_no_other():
    """The status of what was answered stays; another's number, or a closed one, is unknown."""
    dossier, _ = wanted()
    foreign = replace(close(3, 1, dossier=dossier), recipient="customs")
    for wrong in (foreign, close(3, 7, dossier=dossier)):
        _, (effects,) = play(wrong, dossier=dossier)
        assert [problem.code for problem in effects.problems] == ["answer.question-unknown"]
    after, (effects,) = play(close(3, 1, dossier=dossier), dossier=dossier)
    assert [question.state for question in effects.questions] == ["closed"]
    assert (after.questions, after.overall, asked(effects)) == ({}, "information_wanted", [])
    assert {one.status for one in after.answers} == {"information_wanted"}
    _, (again,) = play(close(4, 1, dossier=after), dossier=after)
    assert [problem.code for problem in again.problems] == ["answer.question-unknown"]


def test_what_a_declarant_does_closes_nothing():
    """A new version, and a request that names the question: customs sees its number."""
    dossier, _ = wanted()
    after, _ = play(put(3, FLOWERS, FLOWERS, **PROFILE), dossier=dossier)
    assert list(after.questions) == [1]
    named = withdraw(3)
    named = replace(named, body={**named.body, "QuestionID": "1"})
    after, (effects,) = play(named, dossier=dossier)
    assert list(after.questions) == [1]
    (shown,) = requests_for(effects, "customs")
    assert (shown["request"], shown["question"]) == (2, 1)


def test_a_question_that_is_not_closed_in_time_is_overdue():
    """The agency is notified, the declarant replied to; and only once."""
    dossier, _ = wanted()
    tick = event("elapsed", 3, name=moment_of(1), received_at=DUE)
    dossier, (effects,) = play(tick, dossier=dossier)
    assert [question.state for question in effects.questions] == ["overdue"]
    assert [one["StatusCode"] for one in asked(effects)] == ["overdue"]
    (notice,) = [row for row in effects.queue if row.type == "answer.question-overdue"]
    told = orjson.loads(notice.payload)
    assert (notice.recipient, told["question"]) == ("plant-health", 1)
    assert told["now"] == dossier.shown[PLANTS].delivery
    _, (again,) = play(replace(tick, id="e_9"), dossier=dossier)
    assert again.outcome == "repeated"
    after, _ = play(answer(4, "plant-health", dossier, "released"), dossier=dossier)
    assert after.questions == {}


def test_an_ending_closes_every_question_and_a_closed_one_is_never_overdue():
    """Nothing is wanted of what has ended; its moment passes in silence."""
    dossier, _ = wanted()
    dossier, (effects,) = play(answer(3, "customs", dossier, "ended"), dossier=dossier)
    assert [question.state for question in effects.questions] == ["closed"]
    tick = event("elapsed", 4, name=moment_of(1), received_at=DUE)
    _, (late,) = play(tick, dossier=dossier)
    assert late.outcome == "repeated"
