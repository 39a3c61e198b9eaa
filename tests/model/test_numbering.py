"""The numbers of elements: given once, never used again, and what a message named."""

from hypothesis import given
from hypothesis import strategies as st

from broker.model.numbering import Numbers, number_of, pairs_of, runs_of

LIST = "BorderTransportMeans.Passenger"


def person(number, **more):
    """A person with this number in their message."""
    return {"SequenceNumeric": str(number), **more}


def test_a_new_element_keeps_its_own_number_where_that_is_free():
    """Most lists therefore have the same numbers in the message and in the dossier."""
    numbers = Numbers({})
    assert [numbers.give(LIST, person(number)) for number in (1, 2, 3)] == ["1", "2", "3"]
    assert numbers.marks == {LIST: 3}


def test_a_number_is_never_given_again():
    """A person that comes new with number 1 is not the one that had it."""
    numbers = Numbers({LIST: 5})
    assert [numbers.give(LIST, person(number)) for number in (1, 9, 9)] == ["6", "9", "10"]


def test_an_element_without_a_number_gets_the_next():
    """A number that is none, or is absurd, does not set the mark."""
    numbers = Numbers({LIST: 2})
    found = [numbers.give(LIST, one) for one in ({}, person("A7"), person("9" * 30))]
    assert found == ["3", "4", "5"]


def test_the_mark_is_at_least_what_is_in_use():
    """A part of before numbering has its marks from the numbers in it; none makes it lower."""
    numbers = Numbers({LIST: 4})
    numbers.raise_to(LIST, [person(7), person(2)])
    numbers.raise_to("Other", [])
    assert numbers.marks == {LIST: 7, "Other": 0}


def test_what_a_message_takes_off_by_name_it_does_not_name():
    """A withdrawal names persons, and they are not on its list."""
    numbers = Numbers({LIST: 9})
    numbers.name(LIST, person(1), "4")
    numbers.name(LIST, person(2), "5")
    numbers.remove(LIST, person(4))
    assert numbers.named == {LIST: ((2, 5, 1),)}


def test_numbers_are_read_as_numbers():
    """1, 01, 001 and 1.0 are the same number; what is not a whole number is none."""
    found = [number_of(person(text)) for text in ("1", "01", "001", "1.0", "+1", " 1 ")]
    assert found == [1] * 6
    none = [
        *(person(text) for text in ("", "A", "1.5", "-1", "9" * 19)),
        {},
        {"SequenceNumeric": 7},
    ]
    assert {number_of(one) for one in none} == {0}


NUMBERS = st.integers(1, 30)


@given(st.lists(st.tuples(NUMBERS, NUMBERS), max_size=40))
def test_runs_hold_the_pairs_in_order(pairs):
    """Whatever a message named comes back as it was named."""
    assert pairs_of(runs_of(pairs)) == pairs


def test_a_list_numbered_alike_is_a_run():
    """300 persons of whom the first is new: two runs, however many persons."""
    pairs = [(1, 301), *((number, number - 1) for number in range(2, 302))]
    assert runs_of(pairs) == ((1, 301, 1), (2, 1, 300))


@given(st.lists(st.integers(0, 40), max_size=30), st.integers(0, 20))
def test_given_numbers_are_all_different(owns, mark):
    """And above every number that was given before."""
    numbers = Numbers({LIST: mark})
    found = [int(numbers.give(LIST, person(own))) for own in owns]
    assert len(set(found)) == len(found)
    assert all(number > mark for number in found)
