"""Answers of agencies in the classes of a Response."""

import pytest
from lxml import etree

from adapters.customs.answered import function_code
from adapters.customs.wco_dec import WcoDec
from adapters.customs.wco_res import WcoRes
from broker.adapter import Original, Outgoing, Reference, Stamp
from broker.model.board import BoardAnswer

STAMP = Stamp("d_0123456789abcdef0123456789abcdef", "2026-11-22T09:30:00Z", 3)
KNOWN = (Reference("LRN", "L1"), Reference("MRN", "26GBEXAMPLE0000001"))
ITEM = "GoodsShipment.GovernmentAgencyGoodsItem[3]"
SUM = {"value": "60.00", "currency": "EUR"}


@pytest.mark.parametrize(
    ("answers", "status", "code"),
    [
        ([("13", None)], "waiting", "13"),
        ([("09", "released"), ("16", None)], "released", "16"),
        ([("08", "released")], "released", "08"),
        ([("08", "released")], "held", None),
        ([("09", "released")], "released", "09"),
        ([("01", "acknowledged")], "waiting", "01"),
        ([(None, "acknowledged")], "waiting", None),
        ([("13", "released")], "released", None),
        ([("08", "refused")], "refused", None),
        ([("Q7", None)], "waiting", None),
        ([("08", "released"), ("09", "released")], "released", "09"),
        ([], "released", None),
    ],
)
def test_a_reply_that_reports_an_answer_repeats_its_function_code(answers, status, code, uk_cds):
    """A notice always; a decision where it is the overall status, and means that by the profile."""
    trees = [
        {name: value for name, value in (("NativeCode", native), ("StatusCode", word)) if value}
        for native, word in answers
    ]
    assert function_code(trees, status, uk_cds) == code


def replied(profile, *answers, status="held"):
    """The reply with these answers, read again; and its bytes."""
    for each in answers:
        BoardAnswer.model_validate(each)
    out = Outgoing(status, KNOWN, STAMP, answers=answers)
    (artifact,) = WcoDec().reply(out, Original("s_1", b"", 1), profile)
    (message,) = WcoRes().translate(artifact.content, profile).messages
    (draft,) = message.events
    return draft.body, artifact.content


FULL = {
    "AgencyID": "customs", "StatusCode": "held", "NativeCode": "50",
    "AcceptanceDateTime": "2026-11-01T00:00:00Z", "RejectionDateTime": "2026-11-02T00:00:00Z",
    "CancellationDateTime": "2026-11-03T00:00:00Z",
    "WantedDocument": [{"TypeCode": "N851", "LimitDateTime": "2026-12-01T00:00:00Z",
                        "Path": ITEM}],
    "Payment": [
        {"TypeCode": "A00", "PaymentAmount": SUM, "ReferenceID": "P-1", "MethodCode": "E",
         "DueDateTime": "2026-12-02T00:00:00Z", "BankID": "QZBANK", "AccountID": "QZ1",
         "Guarantee": [{"ReferenceID": "G-1"}]},
        {"Path": ITEM, "TypeCode": "B00", "RateNumeric": "20.00", "AssessedAmount": SUM,
         "ReferenceID": "P-2", "BankID": "OTHER"},
        {"Path": ITEM, "TypeCode": "MOD"},
    ],
    "Limit": [{"TypeCode": "CEX", "DateTime": "2026-12-03T00:00:00Z"}],
    "Remark": [{"Code": "A1", "Text": "words"}],
    "Error": [{"Code": "CDS1", "Text": "why", "Path": ITEM,
               "Pointer": "42A/67A/68A[3]/Z999"},
              {"Code": "CDS2", "Pointer": "oddly"}],
    "Correction": [{"ReasonCode": "16", "Value": "7", "Pointer": "42A/146"}],
    "ProcessingStatus": [{"NameCode": "4", "ReleaseDateTime": "2026-11-04T00:00:00Z"}],
}  # fmt: skip


def test_all_that_is_stated_stands_in_its_own_class(uk_cds, response_faults):
    """Dates, duties, bank, errors, statuses and amendments; the schemas find no fault."""
    body, content = replied(uk_cds, FULL)
    assert response_faults(content) == []
    assert body["FunctionCode"] == "50"
    about = body["Declaration"]
    dates = ("AcceptanceDateTime", "RejectionDateTime", "CancellationDateTime")
    assert [about[name] for name in dates] == [FULL[name] for name in dates]
    assert about["DutyTaxFee"] == [{"Payment": {
        "ReferenceID": "P-1", "DueDateTime": "2026-12-02T00:00:00Z", "PaymentAmount": SUM,
        "ObligationGuarantee": [{"ReferenceID": "G-1"}],
    }}]  # fmt: skip
    (item,) = about["GoodsShipment"]["GovernmentAgencyGoodsItem"]
    assert item == {"SequenceNumeric": "3", "Commodity": {"DutyTaxFee": [
        {"TaxRateNumeric": "20.00", "TypeCode": "B00", "Payment": {"TaxAssessedAmount": SUM}},
        {"TypeCode": "MOD"},
    ]}}  # fmt: skip
    assert body["Bank"] == {"ReferenceID": "QZBANK", "ID": "QZ1"}
    assert body["Status"] == [{"NameCode": "4", "ReleaseDateTime": "2026-11-04T00:00:00Z"}]
    (amendment,) = body["Amendment"]
    assert amendment["ChangeReasonCode"] == "16"
    first, second = body["Error"]
    assert first["Pointer"][-1] == {
        "SequenceNumeric": "3", "DocumentSectionCode": "68A", "TagID": "Z999",
    }  # fmt: skip
    assert (second["Description"], second.get("Pointer")) == ("(pointer: oddly)", None)


def test_what_has_no_class_of_its_own_is_a_statement(uk_cds):
    """Kind and method of a payment of the header, the reference of an item's, another bank."""
    body, _content = replied(uk_cds, FULL)
    found = [
        (each["StatementTypeCode"], each.get("StatementCode"), each.get("StatementDescription"),
         each.get("LimitDateTime"))
        for each in body["AdditionalInformation"]
    ]  # fmt: skip
    assert found == [
        ("AFB", None, "customs: held", None),
        ("ACA", "N851", None, "2026-12-01T00:00:00Z"),
        ("CEX", None, None, "2026-12-03T00:00:00Z"),
        ("AFB", "A1", "words", None),
        ("AFB", None, "corrected, now: 7", None),
        ("AFB", None, "payment of 60.00 EUR: duty: A00; method: E", None),
        ("AFB", None, "payment of 60.00 EUR: reference: P-2; bank: OTHER", None),
    ]
    assert body["AdditionalInformation"][1]["Pointer"][-1]["DocumentSectionCode"] == "68A"


def test_a_code_of_an_agency_that_is_no_function_code_is_a_status(uk_cds):
    """Code spaces are kept apart: a FunctionCode is no NameCode."""
    own = {"AgencyID": "plant-health", "StatusCode": "held", "NativeCode": "C02"}
    body, content = replied(uk_cds, own, {**FULL, "ProcessingStatus": []})
    assert [each["NameCode"] for each in body["Status"]] == ["C02"]
    assert len(etree.fromstring(content).findall(".//{*}Status")) == 1
