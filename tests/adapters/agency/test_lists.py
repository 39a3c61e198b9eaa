"""What an agency states in JSON beside its status: payments, limits, remarks, errors."""

import orjson
import pytest

from adapters.agency.answer_json import AnswerJson
from broker.adapter import Profile
from broker.model.answer import AnswerReport
from broker.model.paths import leaves

PLAIN = Profile("plain", "agency", "answer JSON 1")
SUM = {"value": "60.00", "currency": "EUR"}
STATED = {
    "payments": [
        {"path": "GoodsShipment.GovernmentAgencyGoodsItem[01]", "type": "A00", "amount": SUM,
         "assessed": {"value": 70, "currency": "EUR"}, "deducted": SUM, "reference": "P-1",
         "method": "E", "due": "2026-12-01", "bank": "QZBANK", "account": "QZ1",
         "guarantee": "G-1"},
    ],
    "limits": [{"code": "L1", "until": "2026-12-01T12:00:00Z", "text": "stored until then"}],
    "remarks": ["pay at the office", {"code": "A1", "text": "by item", "path": "ID"}],
    "errors": ["unreadable", {"code": "E1", "path": "InvoiceAmount"}],
    "wanted": [{"type": "N380", "until": "2026-12-01", "path": "ID"}],
}  # fmt: skip


def read(**members):
    """The message and its only answer."""
    content = {"id": "1", "delivery": "d_1", "answers": [{"status": "held", **members}]}
    (message,) = AnswerJson().translate(orjson.dumps(content), PLAIN).messages
    (draft,) = message.events
    return message, draft.body


def test_each_member_has_its_place_in_the_model():
    """Sums are pairs, times are moments, a string is its text, and each value has a pointer."""
    message, body = read(**STATED)
    assert message.problems == ()
    AnswerReport.model_validate(body)
    (answer,) = body["Answer"]
    assert answer["Payment"] == [{
        "Path": "GoodsShipment.GovernmentAgencyGoodsItem[1]", "TypeCode": "A00",
        "PaymentAmount": SUM, "AssessedAmount": {"value": "70", "currency": "EUR"},
        "DeductAmount": SUM, "ReferenceID": "P-1", "MethodCode": "E", "DueDateTime": "2026-12-01",
        "BankID": "QZBANK", "AccountID": "QZ1", "Guarantee": [{"ReferenceID": "G-1"}],
    }]  # fmt: skip
    assert answer["Limit"] == [
        {"Code": "L1", "DateTime": "2026-12-01T12:00:00Z", "Text": "stored until then"}
    ]
    assert answer["Remark"] == [
        {"Text": "pay at the office"}, {"Code": "A1", "Text": "by item", "Path": "ID"}
    ]  # fmt: skip
    assert answer["Error"] == [{"Text": "unreadable"}, {"Code": "E1", "Path": "InvoiceAmount"}]
    assert answer["WantedDocument"] == [
        {"TypeCode": "N380", "LimitDateTime": "2026-12-01", "Path": "ID"}
    ]
    content = {"id": "1", "delivery": "d_1", "answers": [{"status": "held", **STATED}]}
    placed = {path for path, _ in AnswerJson().places(orjson.dumps(content), 1, PLAIN)}
    assert placed == {path for path, _ in leaves(body)}


@pytest.mark.parametrize(
    ("members", "code", "pointer"),
    [
        ({"payments": ["60 EUR"]}, "value.malformed", "/answers/0/payments/0"),
        ({"payments": [{"amount": {"value": "60,00", "currency": "EUR"}}]},
         "value.malformed", "/answers/0/payments/0/amount/value"),
        ({"payments": [{"amount": {"value": "60", "currency": "euro"}}]},
         "value.malformed", "/answers/0/payments/0/amount/currency"),
        ({"payments": [{"amount": {"value": "60"}}]},
         "value.missing", "/answers/0/payments/0/amount"),
        ({"payments": [{"due": "soon"}]},
         "value.malformed", "/answers/0/payments/0/due"),
        ({"payments": [{"guarantee": 7}]},
         "value.malformed", "/answers/0/payments/0/guarantee"),
        ({"limits": [{"by": "2026"}]}, "element.unknown", "/answers/0/limits/0/by"),
        ({"remarks": ["x" * 513]}, "value.too-long", "/answers/0/remarks/0"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_reported_at_its_pointer(members, code, pointer):
    """A sum has two halves, a time is ISO 8601, an unknown member is a problem."""
    message, _body = read(**members)
    assert message.verdict == "rejected"
    assert [(each.code, each.where.json_pointer) for each in message.problems] == [(code, pointer)]
