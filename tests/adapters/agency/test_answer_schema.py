"""The published schema of an answer, beside the adapter that reads answers."""

import orjson
import pytest
from jsonschema import Draft202012Validator

from adapters.agency.answer_json import AnswerJson
from adapters.agency.answer_schema import published
from broker.adapter import Profile

WHOLE = {
    "id": "A-1", "delivery": "d_1", "references": [["MRN", "26QZ1"]],
    "answers": [{
        "subject": {"item": 3}, "quantity": {"value": "400", "unit": "KGM"}, "check": "H219",
        "status": "held", "native": "X1", "valid_until": "2026-11-24T12:00:00Z",
        "reasons": ["words", {"code": "1", "text": "words", "path": "InvoiceAmount"}],
        "wanted": [{"type": "N851", "id": "1", "text": "words", "until": "2026-11-24T12:00:00Z"}],
        "conditions": ["words"], "remarks": ["words"],
        "payments": [{"type": "A00", "amount": {"value": "60.00", "currency": "EUR"},
                      "assessed": {"value": "60.00", "currency": "EUR"}, "reference": "P-1",
                      "method": "E", "due": "2026-11-24", "bank": "B", "account": "1",
                      "guarantee": "G", "deducted": {"value": "0", "currency": "EUR"}}],
        "limits": [{"until": "2026-11-24T12:00:00Z", "text": "words"}],
        "errors": [{"code": "1", "text": "words", "path": "InvoiceAmount"}],
    }],
}  # fmt: skip
CHANGES = {
    "id": "A-2", "references": [["MRN", "26QZ1"]],
    "changes": [{"path": "InvoiceAmount", "value": {"value": "12.50", "currency": "EUR"}},
                {"path": "GoodsShipment.Consignee", "value": None}],
}  # fmt: skip
DECIDES = {"id": "A-3", "delivery": "d_1", "request": 1, "answers": [{"status": "granted"}]}
REPORTS = {
    "id": "A-5", "references": [["MRN", "26QZ1"]], "presented": "2026-11-24T12:00:00Z",
    "arrived": "2026-11-24T12:00:00Z", "departed": "2026-11-24T12:00:00Z",
}  # fmt: skip
ITEM = {
    "id": "A-6", "references": [["S10", "EA000000014QZ"]], "package": "postal-item",
    "changes": [{"path": "MailClassCode", "value": "E"}],
}  # fmt: skip
CLOSES = {"id": "A-4", "delivery": "d_1", "question": 2}


def judged(answer):
    """Whether the schema takes an answer, and whether the adapter does."""
    by_schema = Draft202012Validator(published()).is_valid(answer)
    (message,) = AnswerJson().translate(orjson.dumps(answer), Profile("", "agency", "")).messages
    return by_schema, message.verdict == "accepted"


@pytest.mark.parametrize("answer", [WHOLE, CHANGES, DECIDES, CLOSES, REPORTS, ITEM])
def test_what_the_adapter_takes_is_of_the_schema(answer):
    """Every member, corrections, a decision of a request, a question closed, and reports."""
    assert judged(answer) == (True, True)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("subject", {"item": 0}),
        ("subject", {"item": 1, "part": "FAL5"}),
        ("quantity", {"value": "many", "unit": "KGM"}),
        ("check", "x" * 18),
        ("status", "perhaps"),
        ("valid_until", "tomorrow"),
        ("reasons", [{"words": "of another name"}]),
        ("payments", ["sixty"]),
        ("payments", [{"amount": {"value": "60.00"}}]),
        ("misspelt", "x"),
    ],
)
def test_what_the_adapter_refuses_is_not_of_the_schema(member, value):
    """Each member that is wrong is wrong to both."""
    (entry,) = WHOLE["answers"]
    assert judged({**WHOLE, "answers": [{**entry, member: value}]}) == (False, False)


def test_every_member_is_tried_here():
    """The answers above hold all members that the schema knows."""
    known = published()
    entry = set(known["$defs"]["Entry"]["properties"])
    assert set(known["properties"]) == {
        *WHOLE, *CHANGES, *DECIDES, *CLOSES, *REPORTS, *ITEM,
    }  # fmt: skip
    assert entry == set(WHOLE["answers"][0])
    (payment,) = WHOLE["answers"][0]["payments"]
    assert set(known["$defs"]["Payment"]["properties"]) == {*payment, "path"}
