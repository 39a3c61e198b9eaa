"""What a Response of customs states, normalised."""

import pytest

from adapters.customs.notified import answer_of
from broker.model.answer import AgencyAnswer

ITEM = "GoodsShipment.GovernmentAgencyGoodsItem"
SUM = {"value": "60.00", "currency": "GBP"}
WANTED = {"StatementTypeCode": "ACA", "StatementCode": "N851",
          "LimitDateTime": "2026-12-01T12:00:00Z"}  # fmt: skip


def pointer(*steps):
    """Pointer elements from (section, number, tag)."""
    names = ("DocumentSectionCode", "SequenceNumeric", "TagID")
    return [
        {name: value for name, value in zip(names, step, strict=False) if value} for step in steps
    ]


def stated(profile, code="03", **native):
    """The answer that a Response with this content is."""
    answer = answer_of({"FunctionCode": code, **native}, profile)
    AgencyAnswer.model_validate(answer)
    return answer


TO_ITEM = (("42A",), ("67A", "1"), ("68A", "2"))


@pytest.mark.parametrize(
    ("steps", "about"),
    [
        ([*TO_ITEM, ("23A", "", "137")], {"Path": f"{ITEM}[2].Commodity.Description"}),
        ([("42A",), ("67A",), ("68A", "2", "006")],
         {"Path": f"{ITEM}[2].SequenceNumeric", "Pointer": "42A/67A/68A[2]/006"}),
        ([*TO_ITEM, ("23A", "", "Z99")],
         {"Path": f"{ITEM}[2].Commodity", "Pointer": "42A/67A[1]/68A[2]/23A/Z99"}),
        ([*TO_ITEM, ("99Z", "3")],
         {"Path": f"{ITEM}[2]", "Pointer": "42A/67A[1]/68A[2]/99Z[3]"}),
        ([("42A", "", "Z99")], {"Pointer": "42A/Z99"}),
        ([("42A",)], {"Pointer": "42A"}),
        ([("07B", "1"), ("06A", "2")], {"Pointer": "07B[1]/06A[2]"}),
        ([("", "", "Z99"), ("oddly",)], {"Pointer": "Z99/oddly"}),
        ([], {}),
    ],
)  # fmt: skip
def test_a_pointer_keeps_its_longest_known_beginning_and_itself(steps, about, uk_responses):
    """The pointer stands beside the path where the path says less, or is written another way."""
    error = {"ValidationCode": "CDS1", "Description": "why", "Pointer": pointer(*steps)}
    assert stated(uk_responses, Error=[error, {}])["Error"] == [
        {"Code": "CDS1", "Text": "why", **about}
    ]


@pytest.mark.parametrize(
    ("code", "statement", "name", "found"),
    [
        ("06", WANTED, "WantedDocument",
         {"TypeCode": "N851", "LimitDateTime": "2026-12-01T12:00:00Z"}),
        ("09", WANTED, "WantedDocument",
         {"TypeCode": "N851", "LimitDateTime": "2026-12-01T12:00:00Z"}),
        ("06", {"StatementCode": "N851"}, "WantedDocument", {"TypeCode": "N851"}),
        ("09", {"StatementCode": "N851"}, "Remark", {"Code": "N851"}),
        ("06", {"StatementTypeCode": "AFB", "StatementDescription": "words"}, "Remark",
         {"TypeCode": "AFB", "Text": "words"}),
        ("06", {"StatementTypeCode": "ACA", "LimitDateTime": "2026"}, "Limit",
         {"TypeCode": "ACA", "DateTime": "2026"}),
        ("18", {"StatementTypeCode": "CEX", "LimitDateTime": "2026"}, "Limit",
         {"TypeCode": "CEX", "DateTime": "2026"}),
    ],
)  # fmt: skip
def test_a_statement_is_a_document_wanted_a_limit_or_a_remark(
    code, statement, name, found, uk_responses
):
    """Each is one of them, with its own limit; none is a reason."""
    answer = stated(uk_responses, code, AdditionalInformation=[statement])
    assert answer[name] == [found]
    assert {"WantedDocument", "Limit", "Remark", "Reason"} & set(answer) == {name}


def test_what_says_nothing_is_left_out(uk_responses):
    """A statement of its type alone, an empty error and an empty status are nothing."""
    native = {"AdditionalInformation": [{"StatementTypeCode": "AFB"}], "Error": [{}],
              "Status": [{}], "Amendment": [{}], "Declaration": {"DutyTaxFee": [{}]}}  # fmt: skip
    assert stated(uk_responses, "13", **native) == {"NativeCode": "13"}


def test_duties_of_header_and_items_are_payments(uk_responses):
    """Each with its amounts, and with the bank; an item's has its path."""
    payment = {"ReferenceID": "P-1", "TaxAssessedAmount": SUM, "DueDateTime": "2026-12-01",
               "PaymentAmount": SUM, "ObligationGuarantee": [{"ReferenceID": "G-1"}]}  # fmt: skip
    duty = {"TypeCode": "A00", "DutyRegimeCode": "100", "TaxRateNumeric": "2.70",
            "AdValoremTaxBaseAmount": SUM, "DeductAmount": SUM,
            "SpecificTaxBaseQuantity": {"value": "4", "unit": "KGM"},
            "Payment": {"PaymentAmount": SUM}}  # fmt: skip
    item = {"SequenceNumeric": "03", "Commodity": {"DutyTaxFee": [duty]}}
    about = {"DutyTaxFee": [{"Payment": payment}],
             "GoodsShipment": {"GovernmentAgencyGoodsItem": [item]}}  # fmt: skip
    bank = {"BankID": "QZBANK", "AccountID": "QZ1"}
    answer = stated(uk_responses, "13", Declaration=about,
                    Bank={"ReferenceID": "QZBANK", "ID": "QZ1"})  # fmt: skip
    assert answer["Payment"] == [
        {"AssessedAmount": SUM, "PaymentAmount": SUM, "ReferenceID": "P-1",
         "DueDateTime": "2026-12-01", "Guarantee": [{"ReferenceID": "G-1"}], **bank},
        {"Path": f"{ITEM}[3]", "TypeCode": "A00", "RegimeCode": "100", "RateNumeric": "2.70",
         "BaseAmount": SUM, "BaseQuantity": {"value": "4", "unit": "KGM"}, "DeductAmount": SUM,
         "PaymentAmount": SUM, **bank},
    ]  # fmt: skip
    only = stated(uk_responses, "14", Bank={"ReferenceID": "QZBANK"})
    assert only["Payment"] == [{"BankID": "QZBANK"}]


def test_a_correction_has_the_value_that_stands_there_now(uk_responses):
    """Both halves of a pair together; what is not in the corrected declaration has no value."""
    amended = {"TypeCode": "IMA", "InvoiceAmount": SUM}
    answer = stated(
        uk_responses, "07", AmendedDeclaration=amended,
        Amendment=[
            {"ChangeReasonCode": "16", "Pointer": pointer(("42A", "", "D013"))},
            {"ChangeReasonCode": "16", "Pointer": pointer(("42A", "", "109"))},
            {"ChangeReasonCode": "16", "Pointer": pointer(("42A", "", "Z99"))},
        ],
    )  # fmt: skip
    assert answer["Correction"] == [
        {"ReasonCode": "16", "Value": "IMA", "Path": "TypeCode"},
        {"ReasonCode": "16", "Value": "60.00 GBP", "Path": "InvoiceAmount"},
        {"ReasonCode": "16", "Pointer": "42A/Z99"},
    ]


def test_statuses_dates_and_the_version_are_kept(uk_responses):
    """The agency's own status with its times, the dates of its decisions, and its version."""
    dates = {"AcceptanceDateTime": "2026-11-01", "CancellationDateTime": "2026-11-02",
             "RejectionDateTime": "2026-11-03"}  # fmt: skip
    status = {"NameCode": "39", "EffectiveDateTime": "2026-11-04", "ReleaseDateTime": "2026-11-05"}
    answer = stated(uk_responses, "11", Declaration={**dates, "VersionID": "2"}, Status=[status])
    assert answer == {
        "NativeCode": "11", "NativeVersionID": "2", **dates, "ProcessingStatus": [status],
        "RequestStatus": [{"StatusCode": "granted"}],
    }  # fmt: skip
