"""What an answer is about, inside the delivery that it is bound to."""

import pytest

from broker.core.subjects import names_in_delivery, resolve_subject
from broker.model.dossier import Delivered, Target
from tests.sample_events import PLANTS

ITEM = "GoodsShipment.GovernmentAgencyGoodsItem"
LIST = "BorderTransportMeans.Passenger"
ITEMS = {"GoodsShipment": {
    "GovernmentAgencyGoodsItem": [{"SequenceNumeric": "2", "Origin": [{"CountryCode": "CO"}]},
                                  {"SequenceNumeric": "07"}],
    "Importer": {"Name": "N"},
}}  # fmt: skip
CUT = Delivered("d_1", PLANTS, 1, 1, 1, {
    "package": "goods-declaration", "body": ITEMS,
    "elements": [{"path": f"{ITEM}[2]", "checks": ["A"], "codes": []},
                 {"path": f"{ITEM}[7]", "checks": ["A", "B"], "codes": []}],
})  # fmt: skip
WHOLE = Delivered("d_1", PLANTS, 1, 1, 1, {"package": "goods-declaration", "body": ITEMS,
                                           "elements": "whole", "checks": ["C"]})  # fmt: skip
POLICE = Target("passengers", "border-police", "border-control")
PERSONS = {"BorderTransportMeans": {"Passenger": [
    {"SequenceNumeric": "1", "CarrierReferenceID": "A1", "BookingReferenceID": "PNR1"},
    {"SequenceNumeric": "2", "CarrierReferenceID": "A2", "BookingReferenceID": "PNR1"},
    {"SequenceNumeric": "3", "CarrierReferenceID": "A3", "BookingReferenceID": "PNR2"},
    {"SequenceNumeric": "4"},
]}}  # fmt: skip
LISTED = Delivered("d_1", POLICE, 1, 1, 1, {"package": "persons-report", "body": PERSONS,
                                            "elements": "whole", "checks": []})  # fmt: skip

SUBJECTS = (
    # delivery, subject, what it is about, checks asked of it
    (CUT, "", "", {"A", "B"}),
    (CUT, f"{ITEM}[2]", f"{ITEM}[2]", {"A"}),
    (CUT, f"{ITEM}[002]", f"{ITEM}[2]", {"A"}),
    (CUT, f"{ITEM}[2.0].Origin[#1]", f"{ITEM}[2].Origin[#1]", {"A"}),
    (CUT, f"{ITEM}[7]", f"{ITEM}[7]", {"A", "B"}),
    (WHOLE, "", "", {"C"}),
    (WHOLE, f"{ITEM}[7]", f"{ITEM}[7]", {"C"}),
    (WHOLE, "GoodsShipment.Importer", "GoodsShipment.Importer", {"C"}),
)


@pytest.mark.parametrize(("delivery", "subject", "about", "checks"), SUBJECTS)
def test_a_subject_is_an_element_of_the_delivery(delivery, subject, about, checks):
    """However its number is spelled, with the checks that were asked of it."""
    naming = resolve_subject({"Subject": subject, "StatusCode": "held"}, delivery)
    assert (naming.problem, naming.subject, naming.checks) == (None, about, checks)


UNKNOWN = (
    (CUT, {"Subject": f"{ITEM}[3]"}, f"{ITEM}[2], {ITEM}[7]"),
    (CUT, {"Subject": f"{ITEM}[2].Origin[#2]"}, f"{ITEM}[2], {ITEM}[7]"),
    (CUT, {"Subject": "GoodsShipment.Importer"}, f"{ITEM}[2], {ITEM}[7]"),
    (WHOLE, {"Subject": "GoodsShipment.Buyer"}, f"{ITEM}[2], {ITEM}[7]"),
    (WHOLE, {"SubjectReference": {"Scheme": "ABO", "ID": "A1"}}, f"{ITEM}[2], {ITEM}[7]"),
    (LISTED, {"SubjectReference": {"Scheme": "ABO", "ID": "A9"}},
     ", ".join(f"{LIST}[{number}]" for number in range(1, 5))),
    (LISTED, {"SubjectReference": {"Scheme": "XYZ", "ID": "A1"}},
     ", ".join(f"{LIST}[{number}]" for number in range(1, 5))),
)  # fmt: skip


@pytest.mark.parametrize(("delivery", "content", "expected"), UNKNOWN)
def test_what_was_not_delivered_is_no_subject(delivery, content, expected):
    """The problem names what may be named instead, as far as the agency was shown it."""
    problem = resolve_subject(content, delivery).problem
    assert problem is not None
    assert (problem.code, problem.expected) == ("answer.subject-unknown", expected)


REFERENCES = (
    ("ABO", "A2", f"{LIST}[2]", ""),
    ("AVF", "PNR2", f"{LIST}[3]", ""),
    ("AVF", "PNR1", "", "answer.subject-ambiguous"),
    ("AVF", "", "", "answer.subject-unknown"),
)


@pytest.mark.parametrize(("scheme", "value", "about", "code"), REFERENCES)
def test_a_person_may_be_named_by_a_reference_that_means_one(scheme, value, about, code):
    """A booking may be of several persons, and then names none of them."""
    naming = resolve_subject({"SubjectReference": {"Scheme": scheme, "ID": value}}, LISTED)
    assert naming.subject == about
    assert (naming.problem.code if naming.problem else "") == code


def test_a_long_delivery_is_not_listed_whole_in_a_problem():
    """Twenty names, and how many more there are."""
    many = {"GoodsShipment": {"GovernmentAgencyGoodsItem": [
        {"SequenceNumeric": str(number)} for number in range(1, 41)]}}  # fmt: skip
    delivery = Delivered("d_1", PLANTS, 1, 1, 1, {"package": "goods-declaration", "body": many})
    problem = resolve_subject({"Subject": f"{ITEM}[99]"}, delivery).problem
    assert problem is not None
    assert problem.expected is not None
    assert problem.expected.endswith(f"{ITEM}[20] and 20 more")


def test_a_notice_has_no_elements():
    """An answer to it is about the whole."""
    notice = Delivered("d_1", PLANTS, 1, 1, 1, {"withdrawn": True})
    assert list(names_in_delivery(notice)) == []
    assert resolve_subject({"StatusCode": "released"}, notice).problem is None
    problem = resolve_subject({"Subject": f"{ITEM}[1]"}, notice).problem
    assert problem is not None
    assert problem.expected == "an answer about the whole"
