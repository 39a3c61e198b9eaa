"""Lists put again, pieces of a list, changes to it: who is the same, added, marked, taken off."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.dossiers.merging import changed, merged, put_over
from broker.model.dossier import Change
from broker.model.numbering import Numbers

LIST = "BorderTransportMeans.Passenger"
PACKAGE = "persons-report"


def person(name, **more):
    """A passenger by their names and whatever else is known."""
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


def marks(tree):
    """Family name: how it is marked ("" not at all), of everybody on the list."""
    listed = tree["BorderTransportMeans"]["Passenger"]
    return {one["FamilyName"]: one.get("PresenceCode", "") for one in listed}


def merge(live, message, numbers=None):
    """The list with a message merged into it."""
    return merged(live, message, PACKAGE, numbers or Numbers({}))


def put(live, message, numbers=None, *, cut=False):
    """The list after a message that is the whole list."""
    return put_over(live, message, PACKAGE, numbers or Numbers({}), cut=cut)


def change(tree, *changes, numbers=None, cut=False):
    """The list after changes, and those that matched nothing."""
    return changed(tree, changes, PACKAGE, numbers or Numbers({}), cut=cut)


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
    tree = merge(report(known), report(said))
    assert len(names(tree)) == (1 if same else 2)
    if same:
        assert names(tree) == [("1", said["FamilyName"])]


def test_a_person_keeps_their_number_and_new_ones_get_the_next():
    """Numbers of a message mean nothing on the list: answers name persons by the list's."""
    tree = merge(report(person("ONE"), person("TWO")), report(person("THREE"), person("TWO")))
    assert names(tree) == [("1", "ONE"), ("2", "TWO"), ("3", "THREE")]


def test_namesakes_in_one_message_stay_two_persons():
    """Two who share names and birth are listed twice, and once more changes nothing."""
    twins = report(person("TWIN"), person("TWIN"))
    tree = merge(report(person("ONE")), twins)
    assert names(tree) == [("1", "ONE"), ("2", "TWIN"), ("3", "TWIN")]
    assert names(merge(tree, twins)) == names(tree)


def test_what_a_message_does_not_say_stays():
    """The head is what was said last; pieces of the split list add up by reference and number."""
    first = report(person("ONE"), TypeCode="745",
                   ListPart=[{"ReferenceID": "A", "SequenceNumeric": "1"}])  # fmt: skip
    second = report(person("TWO"), FunctionCode="CP",
                    ListPart=[{"ReferenceID": "A", "SequenceNumeric": "2"}])  # fmt: skip
    tree = merge(first, second)
    assert (tree["TypeCode"], tree["FunctionCode"]) == ("745", "CP")
    assert [one["SequenceNumeric"] for one in tree["ListPart"]] == ["1", "2"]


ABO = {name: person(name, CarrierReferenceID=name[0]) for name in ("ANN", "BEA", "CAL", "DOT")}
ANN, BEA, CAL, DOT = ABO.values()
NAMELESS = {"FamilyName": "BEA", "GivenName": "IMA"}
PUTS = (
    # message, whether it was cut, names with their numbers, marked as not confirmed
    ([ANN, BEA, CAL], False, ["1 ANN", "2 BEA", "3 CAL"], []),
    ([CAL, ANN, BEA], False, ["3 CAL", "1 ANN", "2 BEA"], []),
    ([ANN, CAL], False, ["1 ANN", "3 CAL"], []),
    ([ANN, CAL], True, ["1 ANN", "3 CAL", "2 BEA"], ["BEA"]),
    ([ANN, CAL, DOT], False, ["1 ANN", "3 CAL", "4 DOT", "2 BEA"], ["BEA"]),
    ([DOT], True, ["4 DOT", "1 ANN", "2 BEA", "3 CAL"], ["ANN", "BEA", "CAL"]),
    ([ANN, NAMELESS, CAL], False, ["1 ANN", "4 BEA", "3 CAL", "2 BEA"], ["BEA"]),
    ([ANN, CAL, {**BEA, "CarrierReferenceID": "Z"}], False,
     ["1 ANN", "3 CAL", "4 BEA", "2 BEA"], ["BEA"]),
    ([], False, [], []),
    ([], True, ["1 ANN", "2 BEA", "3 CAL"], ["ANN", "BEA", "CAL"]),
)  # fmt: skip


@pytest.mark.parametrize(("message", "cut", "listed", "marked"), PUTS)
def test_a_list_put_again_removes_whom_it_does_not_name_if_it_is_whole(
    message, cut, listed, marked
):
    """One that was cut, or names a person who matches none, removes no one: they are marked."""
    tree = put(report(ANN, BEA, CAL), report(*message), cut=cut)
    assert [" ".join(one) for one in names(tree)] == listed
    people = tree["BorderTransportMeans"]["Passenger"]
    found = [one["FamilyName"] for one in people if one.get("PresenceCode") == "not_confirmed"]
    assert found == marked


def test_a_person_who_is_named_again_is_confirmed():
    """The mark is gone with the next message that names them; the number is the same."""
    doubtful = put(report(ANN, BEA), report(ANN), cut=True)
    assert marks(doubtful) == {"ANN": "", "BEA": "not_confirmed"}
    again = put(doubtful, report(BEA, ANN))
    assert (marks(again), names(again)) == ({"ANN": "", "BEA": ""}, [("2", "BEA"), ("1", "ANN")])


def test_no_number_is_given_twice_in_the_life_of_a_part():
    """The highest that was ever given is known, though its person has left the list."""
    numbers = Numbers({LIST: 7})
    assert names(put(report(ANN), report(ANN, DOT), numbers)) == [("1", "ANN"), ("8", "DOT")]
    assert names(merge(report(ANN), report(CAL), numbers)) == [("1", "ANN"), ("9", "CAL")]
    tree, _ = change(report(ANN), Change("put", LIST, BEA), numbers=numbers)
    assert (names(tree), numbers.marks[LIST]) == ([("1", "ANN"), ("10", "BEA")], 10)


def test_a_message_names_elements_by_its_own_numbers():
    """What it named is kept as pairs of its number and the dossier's."""
    numbers = Numbers({})
    put(report(ANN, BEA), report(DOT, ANN, BEA), numbers)
    assert numbers.named == {LIST: ((1, 3, 1), (2, 1, 2))}


def test_a_list_whose_elements_the_sender_numbers_is_put_as_it_is():
    """Goods items keep the sender's numbers, in the message's order."""
    items = [{"SequenceNumeric": "2"}, {"SequenceNumeric": "1"}]
    tree = {"GoodsShipment": {"GovernmentAgencyGoodsItem": items}}
    assert put_over({}, tree, "goods-declaration", Numbers({}), cut=True) is tree


def test_removed_persons_go_and_the_others_keep_their_numbers():
    """A change that matches no one is given back; the others are not touched."""
    tree = report(person("ONE"), person("TWO"), person("THREE"))
    numbers = Numbers({})
    after, missed = change(tree, Change("remove", LIST, person("TWO")),
                           Change("remove", LIST, person("NEVER")), numbers=numbers)  # fmt: skip
    assert names(after) == [("1", "ONE"), ("3", "THREE")]
    assert [one.element["FamilyName"] for one in missed] == ["NEVER"]
    assert numbers.removed == {LIST: [2]}


CLOSINGS = (
    # changes to a list of ANN, BEA and CAL, whether the message was cut, marks
    ([("keep", BEA)], False, {"ANN": "not_boarded", "BEA": "", "CAL": "not_boarded"}),
    ([("keep", BEA)], True, {"ANN": "not_confirmed", "BEA": "", "CAL": "not_confirmed"}),
    ([("keep", BEA), ("keep", DOT)], False,
     {"ANN": "not_confirmed", "BEA": "", "CAL": "not_confirmed"}),
    ([("keep", DOT)], False,
     {"ANN": "not_confirmed", "BEA": "not_confirmed", "CAL": "not_confirmed"}),
    ([("absent", BEA)], False, {"ANN": "", "BEA": "not_boarded", "CAL": ""}),
    ([("absent", BEA), ("absent", DOT)], True, {"ANN": "", "BEA": "not_boarded", "CAL": ""}),
)  # fmt: skip


@pytest.mark.parametrize(("changes", "cut", "marked"), CLOSINGS)
def test_a_closing_list_erases_no_one(changes, cut, marked):
    """Who is not on board is marked so; not confirmed, where the message is no sure evidence."""
    made = [Change(does, LIST, who) for does, who in changes]
    after, missed = change(report(ANN, BEA, CAL), *made, cut=cut)
    assert marks(after) == marked
    assert [one.element for one in missed] == [who for _, who in changes if who is DOT]


def test_who_is_on_board_after_all_loses_the_mark():
    """A second closing list that names them takes the mark of the first away."""
    first, _ = change(report(ANN, BEA), Change("keep", LIST, BEA))
    second, _ = change(first, Change("keep", LIST, BEA), Change("keep", LIST, ANN))
    assert marks(second) == {"ANN": "", "BEA": ""}


def test_a_person_may_be_put():
    """A change that puts replaces whom it matches, or adds them."""
    tree = report(person("ONE"), person("TWO"))
    after, missed = change(tree, Change("put", LIST, person("ONE", SeatID="1A")),
                           Change("put", LIST, person("NEW")))  # fmt: skip
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
        numbers = Numbers({})
        tree = order[0]
        for piece in order[1:]:
            tree = merge(tree, piece, numbers)
        given_numbers = [number for number, _ in names(tree)]
        assert len(set(given_numbers)) == len(given_numbers)
        found.append(sorted(name for _, name in names(tree)))
    everybody = sorted({f"P{one}" for piece in pieces for one in piece})
    assert found == [everybody, everybody]


@given(st.lists(PEOPLE, min_size=1, max_size=6))
def test_a_number_means_one_person_for_the_life_of_a_part(lists):
    """Whatever lists are put one after the other, no number ever names two persons."""
    marks_now, tree, known = {}, {}, {}
    for listed in lists:
        numbers = Numbers(marks_now)
        message = report(*(person(f"P{one}", CarrierReferenceID=str(one)) for one in listed))
        tree, marks_now = put(tree, message, numbers), numbers.marks
        for number, name in names(tree):
            assert known.setdefault(number, name) == name
