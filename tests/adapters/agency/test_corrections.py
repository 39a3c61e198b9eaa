"""Corrections in the broker's own JSON: changes by path, and the sparse document they stand in."""

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.agency.answer_json import AnswerJson
from adapters.changes import CHANGES_MAX, ORDINAL_MAX
from broker.adapter import Profile
from broker.dossiers.amending import amend
from broker.model.answer import AnswerReport

PLAIN = Profile("plain", "agency", "answer JSON 1")
ITEM = "GoodsShipment.GovernmentAgencyGoodsItem"


def read(*changes, **more):
    """The message and the draft of a correction."""
    said = {"id": "1", "delivery": "d_1", "changes": [*changes], **more}
    translation = AnswerJson().translate(orjson.dumps(said), PLAIN)
    assert translation.problems == ()
    (message,) = translation.messages
    (draft,) = message.events
    return message, draft


def change(path, value):
    """One change as it is written."""
    return {"path": path, "value": value}


def test_a_correction_is_a_notice_with_changes_and_a_sparse_document():
    """Numbers find elements, ordinals have empty ones before them, and null is not written."""
    message, draft = read(
        change(f"{ITEM}[003].Commodity.Description", "other words"),
        change(f"{ITEM}[3].AdditionalDocument[#2].ID", "D-2"),
        change("InvoiceAmount", {"value": "12.50", "currency": "EUR"}),
        change("GoodsShipment.Consignee", None),
    )
    assert (message.verdict, message.problems, draft.does) == ("accepted", (), "answer")
    assert draft.body["Answer"] == [{}]
    item = {"SequenceNumeric": "3", "Commodity": {"Description": "other words"},
            "AdditionalDocument": [{}, {"ID": "D-2"}]}  # fmt: skip
    assert draft.body["AmendedDeclaration"] == {
        "GoodsShipment": {"GovernmentAgencyGoodsItem": [item]},
        "InvoiceAmount": {"value": "12.50", "currency": "EUR"},
    }
    assert [one.path for one in draft.changes] == [
        f"{ITEM}[3].Commodity.Description", f"{ITEM}[3].AdditionalDocument[#2].ID",
        "InvoiceAmount", "GoodsShipment.Consignee",
    ]  # fmt: skip
    assert draft.changes[1].place == {"json_pointer": "/changes/1", "block": 2}
    AnswerReport.model_validate(draft.body)


def test_what_is_read_is_applied_as_it_was_meant():
    """The changed leaf, the added one and the removed class; the rest of the version stays."""
    _message, draft = read(
        change(f"{ITEM}[3].Commodity.Description", "other words"),
        change("InvoiceAmount", {"value": "12.50", "currency": "EUR"}),
        change("GoodsShipment.Consignee", None),
    )
    items = [{"SequenceNumeric": number, "Commodity": {"Description": number}}
             for number in ("1", "3")]  # fmt: skip
    base = {"GoodsShipment": {"Consignee": {"Name": "N"}, "GovernmentAgencyGoodsItem": items}}
    after = amend(base, draft.body["AmendedDeclaration"], draft.changes, "goods-declaration")
    assert after.problems == ()
    assert after.tree == {
        "InvoiceAmount": {"value": "12.50", "currency": "EUR"},
        "GoodsShipment": {"GovernmentAgencyGoodsItem": [
            items[0], {"SequenceNumeric": "3", "Commodity": {"Description": "other words"}}]},
    }  # fmt: skip


@pytest.mark.parametrize("answers", [[{"status": "acknowledged"}], [{"reasons": ["a slip"]}]])
def test_an_answer_beside_a_correction_decides_nothing(answers):
    """It is acknowledged, or a notice with its reasons."""
    message, draft = read(change("InvoiceAmount", None), answers=answers)
    assert (message.verdict, len(draft.body["Answer"])) == ("accepted", 1)


def test_a_question_is_closed_by_its_number_without_an_answer():
    """It decides nothing else; with a request it would be unclear what is answered."""
    said = {"id": "1", "delivery": "d_1", "question": 3}
    (message,) = AnswerJson().translate(orjson.dumps(said), PLAIN).messages
    (draft,) = message.events
    assert (message.verdict, draft.body["QuestionID"], draft.body["Answer"]) == (
        "accepted", "3", [{}],
    )  # fmt: skip
    AnswerReport.model_validate(draft.body)
    both = orjson.dumps({**said, "request": 1})
    (wrong,) = AnswerJson().translate(both, PLAIN).messages
    assert [one.where.json_pointer for one in wrong.problems] == ["/question"]


@pytest.mark.parametrize(("package", "name", "path"), [
    ("postal-item", "AmendedItem", "GoodsShipment.Consignment.ConsignmentItem[1].SequenceNumeric"),
    ("conveyance-report", "AmendedConveyance", "BorderTransportMeans.BerthName"),
    ("persons-report", "AmendedPersons", "BorderTransportMeans.Crew[2].FamilyName"),
])  # fmt: skip
def test_a_correction_of_another_package_says_so(package, name, path):
    """Its sparse document stands under the name of that package; a number is not corrected."""
    message, draft = read(change(path, "words"), package=package)
    if path.endswith("SequenceNumeric"):
        assert [one.where.json_pointer for one in message.problems] == ["/changes/0/path"]
        message, draft = read(change(path.rpartition(".")[0], None), package=package)
        assert draft.body[name] == {}
    else:
        assert list(draft.body[name]) == ["BorderTransportMeans"]
    assert message.verdict == "accepted"
    AnswerReport.model_validate(draft.body)


WRONG = (
    # changes and other members, code, JSON pointer
    ([], {}, "value.missing", "/changes"),
    ("x", {}, "value.malformed", "/changes"),
    ([7], {}, "value.malformed", "/changes/0"),
    ([{"path": "InvoiceAmount"}], {}, "value.missing", "/changes/0"),
    ([{"value": "x"}], {}, "value.missing", "/changes/0"),
    ([change("Nothing", "x")], {}, "value.malformed", "/changes/0/path"),
    ([change("InvoiceAmount.value", "1")], {}, "value.malformed", "/changes/0/path"),
    ([change(f"{ITEM}[x].Commodity.Description", "x")], {}, "value.malformed",
     "/changes/0/path"),
    ([change(f"AdditionalDocument[#{ORDINAL_MAX + 1}].ID", "x")], {}, "value.malformed",
     "/changes/0/path"),
    ([change("GoodsShipment.Consignee", "x")], {}, "value.malformed", "/changes/0/value"),
    ([change("InvoiceAmount", "x")], {}, "value.malformed", "/changes/0/value"),
    ([change("InvoiceAmount", {"value": "x", "currency": "EUR"})], {}, "value.malformed",
     "/changes/0/value/value"),
    ([change("GoodsItemQuantity", "many")], {}, "value.malformed", "/changes/0/value"),
    ([change("AcceptanceDateTime", "soon")], {}, "value.malformed", "/changes/0/value"),
    ([change("InvoiceAmount", None)] * (CHANGES_MAX + 1), {}, "value.malformed",
     f"/changes/{CHANGES_MAX}"),
    ([change("InvoiceAmount", None)], {"answers": [{"status": "released"}]},
     "answer.status-unknown", "/answers/0/status"),
    ([change("InvoiceAmount", None)], {"request": 1}, "value.malformed", "/request"),
    ([change("InvoiceAmount", None)], {"package": "board"}, "value.malformed", "/package"),
    ([change("GoodsShipment.GovernmentAgencyGoodsItem[1]", None)], {"package": "postal-item"},
     "value.malformed", "/changes/0/path"),
    ([change("InvoiceAmount", None)] * 2, {}, "value.malformed", "/changes/1/path"),
)  # fmt: skip


@pytest.mark.parametrize(("changes", "more", "code", "pointer"), WRONG)
def test_each_mistake_is_a_problem_with_its_place(changes, more, code, pointer):
    """A correction is taken whole, or refused with all that is wrong with it."""
    said = {"id": "1", "delivery": "d_1", "changes": changes, **more}
    (message,) = AnswerJson().translate(orjson.dumps(said), PLAIN).messages
    assert message.verdict == "rejected"
    assert (code, pointer) in [(one.code, one.where.json_pointer) for one in message.problems]
    assert all(one.text for one in message.problems)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 10**6) | st.text(max_size=5)
    | st.sampled_from(["1", "12.5", "2026-01-01", "EUR"]),
    lambda below: st.lists(below, max_size=3)
    | st.dictionaries(st.sampled_from(["value", "currency", "unit", "path", "x"]), below),
    max_leaves=5,
)  # fmt: skip
PATHS = st.sampled_from([
    "InvoiceAmount", "AcceptanceDateTime", "GoodsItemQuantity", f"{ITEM}[2].Commodity.Description",
    f"{ITEM}[2]", f"{ITEM}[2].SequenceNumeric", f"{ITEM}.AdditionalDocument[#3].ID", "", "[", ".",
    f"{ITEM}[0].Commodity", f"{ITEM}[#99999999]", "AdditionalInformation[#2].StatementDescription",
])  # fmt: skip


@settings(max_examples=200)
@given(st.lists(st.fixed_dictionaries({"path": PATHS | VALUES, "value": VALUES}), max_size=5))
def test_any_changes_give_a_verdict_and_what_is_accepted_is_valid(changes):
    """Whatever is written, nothing raises, and an accepted body is an answer."""
    said = {"id": "1", "delivery": "d_1", "changes": changes}
    (message,) = AnswerJson().translate(orjson.dumps(said), PLAIN).messages
    (draft,) = message.events
    if message.verdict == "accepted":
        AnswerReport.model_validate(draft.body)
        amend({}, draft.body.get("AmendedDeclaration", {}), draft.changes, "goods-declaration")
