"""The answer of an agency and what a declarant is told of it."""

import pytest
from pydantic import ValidationError

from broker.model.answer import (
    AMENDED,
    ANSWER_STATUSES,
    REPORTS,
    AgencyAnswer,
    AnswerReport,
)
from broker.model.board import BoardAnswer
from broker.model.packages import data_class, fields_of, index, leaf_patterns

NORMALISED = {"DeliveryID", "RequestID", "QuestionID", "Answer", *REPORTS}


def test_every_node_of_the_dictionary_has_its_field(dictionary):
    """Each node of Response stands in the model; the second declaration has a name of its own."""
    nodes = [node for node in dictionary["response"] if node["path"] != "/Response"]
    assert len(nodes) == 73
    for node in nodes:
        pattern = node["path"].removeprefix("/Response/").replace("/", ".")
        pattern = pattern.replace("od:Declaration", "AmendedDeclaration")
        field = index("answer")[pattern].field
        if pattern == "AmendedDeclaration":
            continue
        assert field.repeats == (node["max"] != 1), pattern
        if node["kind"] == "class":
            assert field.model is not None
            assert node["wco_id"] == field.model.WCO, pattern
        else:
            said = field.element.wco, field.element.format, field.element.edifact
            assert said == (node.get("wco_id"), node["format"], node.get("tded_id")), pattern


def test_every_native_field_is_in_the_dictionary(dictionary):
    """What is neither in the schemas nor inside the second declaration is the broker's own."""
    known = {
        tuple(node["path"].split("/")[-2:])
        for document in ("declaration", "response")
        for node in dictionary[document]
    }
    checked = 0
    for node in index("answer").values():
        names = ["Response", *node.pattern.split(".")]
        if names[1] not in NORMALISED | {*AMENDED.values()} and names[-1] == node.field.name:
            assert tuple(names[-2:]) in known, node.pattern
            checked += 1
    assert checked > 73


def test_the_normalised_half_claims_no_wco_identifier():
    """The broker's own fields carry no identifier of the standard."""
    own = [p for p in leaf_patterns("answer") if p.split(".")[0] in NORMALISED]
    assert len(own) == 78
    assert {index("answer")[pattern].element.wco for pattern in own} == {None}


def test_reasons_are_sensitive():
    """An agency's reasons are sensitive in the native and in the normalised half."""
    reasons = ("Answer.Reason.Code", "Answer.Reason.Text", "Answer.Reason.Path")
    for pattern in (*reasons, "Error.ValidationCode", "Error.Description", "Bank.ID"):
        assert data_class("answer", pattern) == "sensitive"


def test_what_is_stated_to_the_declarant_is_not_sensitive():
    """Payments, limits, remarks and errors are of the declarant's own business."""
    for name in ("Payment.PaymentAmount", "Limit.DateTime", "Remark.Text", "Error.Text"):
        assert data_class("board", f"Answer.{name}") == "commercial"


def test_statuses_are_the_words_of_the_board():
    """Nine words say what an answer decides, and the field takes them as text."""
    assert len(ANSWER_STATUSES) == 9
    for status in ANSWER_STATUSES:
        assert AgencyAnswer.model_validate({"StatusCode": status}).StatusCode == status


def test_the_board_shows_an_answer_whole():
    """A board answer has every field of an answer, described alike; it says whose it is.

    And where what it was about has changed or gone, or nothing was answered in time. The reference
    by which an agency names a person has become the subject by then, and what its code says of
    requests has been decided.
    """
    shown = dict(fields_of(BoardAnswer))
    of_board = {"AgencyID", "PurposeCode", "VersionID", "FormerSubject", "Silence"}
    assert set(shown) - set(fields_of(AgencyAnswer)) == of_board
    for name, field in fields_of(AgencyAnswer).items():
        if name in {"SubjectReference", "RequestStatus"}:
            assert name not in shown
            continue
        assert shown[name] == field


def test_unknown_fields_are_refused():
    """An answer with a name that is not in the model is refused."""
    with pytest.raises(ValidationError, match="Extra inputs"):
        AnswerReport.model_validate({"Answer": [{"Verdict": "held"}]})
