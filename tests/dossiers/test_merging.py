"""Pieces of a list, and changes to persons of it: who is the same, who is added, who is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.dossiers.merging import changed, merged
from broker.model.dossier import Change

LIST = "BorderTransportMeans.Passenger"


def person(name, **more):
    """A passenger by his names and whatever else is said."""
    return {"FamilyName": name, "GivenName": "IMA", "BirthDateTime": "1990-01-01", **more}


def passport(number, issuer="QZZ"):
    """A travel document."""
    return {"AdditionalDocument": [{"ID": number, "IssueCountryCode": issuer}]}


def report(*persons, **more):
    """A passenger list as a message says it, its persons numbered within the message."""
    listed = [{"SequenceNumeric": str(at), **one} for at, one in enumerate(persons, 1)]
    return {**more, "BorderTransportMeans": {"JourneyID": "QZ0012", "Passenger": listed}}


def names(tree):
    """(number, family name) of everybody on the list."""
    listed = tree["BorderTransportMeans"]["Passenger"]
    return [(one["SequenceNumeric"], one["FamilyName"]) for one in listed]


CHILD = person("ONE", GivenName="MINOR", BirthDateTime="2019-01-01")
SAME = (
    # on the list, in the message, whether they are the same person
    (person("ONE", CarrierReferenceID="1"), person("ONE X", CarrierReferenceID="1"), True),
    (person("ONE", CarrierReferenceID="1"), person("ONE", CarrierReferenceID="2"), False),
    (person("ONE", CarrierReferenceID="1"), person("ONE"), True),
    (person("ONE", **passport("A1")), person("UNO", **passport("A1")), True),
    (person("ONE", **passport("A1")), person("ONE", GivenName="ADA", **passport("A1")), True),
    (person("ONE", **passport("A1")), person("ONE", BirthDateTime="1991-01-01", **passport("A1")),
     True),
    (person("ONE", **passport("A1")), CHILD | passport("A1"), False),
    (person("ONE", **passport("A1")), CHILD | passport("A1", None), False),
    (person("ONE", CarrierReferenceID="1"), CHILD | {"CarrierReferenceID": "1"}, True),
    (person("ONE", **passport("A1")), person("ONE", **passport("A2")), False),
    (person("ONE", **passport("A1")), person("ONE", **passport("A1", "QZY")), False),
    (person("ONE", **passport("A1")), person("ONE", **passport("A1", None)), True),
    (person("ONE", **passport("A1")), person("ONE"), True),
    (person("ONE"), person("ONE", BirthDateTime="1991-01-01"), False),
    (person("ONE"), person("ONE", BirthDateTime=None), False),
)  # fmt: skip


@pytest.mark.parametrize(("known", "said", "same"), SAME)
def test_persons_are_matched_by_the_first_key_that_both_have(known, said, same):
    """Carrier's reference, then document and issuer, then document, then name and birth.

    A child on a parent's passport is another person, for given name and birth both differ.
    """
    tree = merged(report(known), report(said), "persons-report")
    assert len(names(tree)) == (1 if same else 2)
    if same:
        assert names(tree) == [("1", said["FamilyName"])]


def test_a_person_keeps_his_number_and_new_ones_get_the_next():
    """Numbers of a message mean nothing on the list: answers name persons by the list's."""
    tree = merged(report(person("ONE"), person("TWO")), report(person("THREE"), person("TWO")),
                  "persons-report")  # fmt: skip
    assert names(tree) == [("1", "ONE"), ("2", "TWO"), ("3", "THREE")]


def test_namesakes_in_one_message_stay_two_persons():
    """Two who share names and birth are listed twice, and once more changes nothing."""
    twins = report(person("TWIN"), person("TWIN"))
    tree = merged(report(person("ONE")), twins, "persons-report")
    assert names(tree) == [("1", "ONE"), ("2", "TWIN"), ("3", "TWIN")]
    assert names(merged(tree, twins, "persons-report")) == names(tree)


def test_what_a_message_does_not_say_stays():
    """The head is what was said last; pieces of the split list add up by reference and number."""
    first = report(person("ONE"), TypeCode="745",
                   ListPart=[{"ReferenceID": "A", "SequenceNumeric": "1"}])  # fmt: skip
    second = report(person("TWO"), FunctionCode="CP",
                    ListPart=[{"ReferenceID": "A", "SequenceNumeric": "2"}])  # fmt: skip
    tree = merged(first, second, "persons-report")
    assert (tree["TypeCode"], tree["FunctionCode"]) == ("745", "CP")
    assert [one["SequenceNumeric"] for one in tree["ListPart"]] == ["1", "2"]


def test_removed_persons_go_and_the_others_keep_their_numbers():
    """A change that matches nobody is given back; nobody else is touched."""
    tree = report(person("ONE"), person("TWO"), person("THREE"))
    changes = [Change("remove", LIST, person("TWO")), Change("remove", LIST, person("NOBODY"))]
    after, missed = changed(tree, changes, "persons-report")
    assert names(after) == [("1", "ONE"), ("3", "THREE")]
    assert [one.element["FamilyName"] for one in missed] == ["NOBODY"]


def test_those_who_are_kept_are_all_that_stays():
    """The persons on board are listed: everybody else is taken off the list."""
    tree = report(person("ONE"), person("TWO", CarrierReferenceID="2"), person("THREE"))
    after, missed = changed(tree, [Change("keep", LIST, {"CarrierReferenceID": "2"})],
                            "persons-report")  # fmt: skip
    assert names(after) == [("2", "TWO")]
    assert missed == []


def test_a_person_may_be_put():
    """A change that puts replaces whom it matches, or adds him."""
    tree = report(person("ONE"), person("TWO"))
    changes = [Change("put", LIST, person("ONE", SeatID="1A")), Change("put", LIST, person("NEW"))]
    after, missed = changed(tree, changes, "persons-report")
    assert (names(after), missed) == ([("1", "ONE"), ("2", "TWO"), ("3", "NEW")], [])
    assert after["BorderTransportMeans"]["Passenger"][0]["SeatID"] == "1A"


PEOPLE = st.lists(st.integers(0, 30), max_size=12, unique=True)


@given(st.lists(PEOPLE, min_size=1, max_size=4), st.randoms())
def test_pieces_give_the_same_people_in_any_order(pieces, random):
    """Whatever comes first, everybody who was on some piece is on the list, once."""
    made = [report(*(person(f"P{one}", CarrierReferenceID=str(one)) for one in piece))
            for piece in pieces]  # fmt: skip
    shuffled = list(made)
    random.shuffle(shuffled)
    found = []
    for order in (made, shuffled):
        tree = order[0]
        for piece in order[1:]:
            tree = merged(tree, piece, "persons-report")
        numbers = [number for number, _ in names(tree)]
        assert len(set(numbers)) == len(numbers)
        found.append(sorted(name for _, name in names(tree)))
    everybody = sorted({f"P{one}" for piece in pieces for one in piece})
    assert found == [everybody, everybody]
