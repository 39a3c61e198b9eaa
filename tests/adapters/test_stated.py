"""What an agency states, in words."""

import pytest

from adapters.stated import document, error, limit, payment, question, remark, reported, sentences

SUM = {"value": "60.00", "currency": "EUR"}


@pytest.mark.parametrize(
    ("words", "stated", "sentence"),
    [
        (document, {"TypeCode": "N380", "ID": "I-1", "Text": "invoice"}, "N380 I-1 invoice"),
        (document, {"LimitDateTime": "2026-12-01"}, "until 2026-12-01"),
        (document, {}, ""),
        (payment, {"TypeCode": "A00", "PaymentAmount": SUM, "Guarantee": [{"ReferenceID": "G"}]},
         "Payment: duty A00, to pay 60.00 EUR, account or security G"),
        (payment, {"BankID": "B", "AccountID": "A"}, "Payment: bank B, account A"),
        (payment, {}, ""),
        (limit, {"DateTime": "2026-12-01", "Code": "C", "Text": "leave"},
         "Until 2026-12-01: C: leave"),
        (remark, {"Code": "A1"}, "A1"),
        (error, {"Code": "E1", "Text": "wrong", "Path": "ID"}, "E1: wrong (ID)"),
        (error, {"Pointer": "42A/Z99"}, ""),
        (question, {"SequenceNumeric": "3", "AgencyID": "a", "TypeCode": "documents"},
         "question 3 of a: documents wanted"),
        (question, {"SequenceNumeric": "3", "AgencyID": "a", "TypeCode": "information",
                    "DueDateTime": "2026", "StatusCode": "overdue"},
         "question 3 of a: information wanted, until 2026; overdue"),
        (reported, {"TypeCode": "departed", "Part": "FAL1", "DateTime": "2026", "AgencyID": "a"},
         "FAL1 departed 2026, as a has stated"),
        (reported, {"TypeCode": "arrived"}, "arrived"),
    ],
)  # fmt: skip
def test_each_thing_is_a_sentence(words, stated, sentence):
    """Every value stands in it once; what says nothing gives no sentence."""
    assert words(stated) == sentence


def test_what_is_wanted_and_owed_comes_first():
    """Documents, payments, limits, remarks, errors; reasons are not in it."""
    answer = {
        "Error": [{"Code": "E1"}], "Remark": [{"Code": "A1"}, {}], "Limit": [{"DateTime": "2026"}],
        "Payment": [{"ReferenceID": "P"}], "WantedDocument": [{"TypeCode": "D"}],
        "Reason": [{"Text": "SECRET"}],
    }  # fmt: skip
    assert list(sentences(answer)) == ["D", "Payment: reference P", "Until 2026", "A1", "E1"]
