"""Lists that the broker numbers, amended by path: whom an amendment names, takes off and adds."""

import pytest

from broker.dossiers.amended_lists import name_amended
from broker.model.dossier import Change
from broker.model.numbering import Numbers

LIST = "BorderTransportMeans.Passenger"


def listed(*numbers):
    """A list of persons with these numbers."""
    people = [{"SequenceNumeric": str(number), "FamilyName": "ONE"} for number in numbers]
    return {"BorderTransportMeans": {"Passenger": people}}


def amended(before, after, *paths, mark=0):
    """What is wrong, and what was noted, of a change from one list to another."""
    numbers = Numbers({LIST: mark} if mark else {})
    changes = [Change("amend", path, {}, {"json_pointer": "/changes/0"}) for path in paths]
    problem = name_amended(before, after, changes, "persons-report", numbers)
    return problem, numbers


CASES = (
    # before, after, paths, the elements that are named (by runs), taken off, the mark
    ((1, 2, 3), (1, 2, 3), (f"{LIST}[2].FamilyName",), ((2, 2, 1),), [], 3),
    ((1, 2), (1, 2, 3), (f"{LIST}[3].FamilyName",), ((3, 3, 1),), [], 3),
    ((1, 2), (1, 2, 9), (f"{LIST}[9].FamilyName",), ((9, 9, 1),), [], 9),
    ((1, 2, 3), (1, 3), (f"{LIST}[2]",), None, [2], 3),
    ((1, 2), (1, 2), ("BorderTransportMeans.ModeCode",), None, [], 2),
)


@pytest.mark.parametrize(("before", "after", "paths", "named", "removed", "mark"), CASES)
def test_an_amendment_names_whom_it_points_at(before, after, paths, named, removed, mark):
    """Who is off was taken off by name; the highest number is remembered."""
    problem, numbers = amended(listed(*before), listed(*after), *paths)
    assert problem is None
    assert numbers.named.get(LIST) == named
    assert numbers.removed.get(LIST, []) == removed
    assert numbers.marks[LIST] == mark


def test_a_number_that_was_given_before_is_refused_at_its_change():
    """Person 3 was on the list once: another one is not taken for that person."""
    problem, _ = amended(listed(1, 2), listed(1, 2, 3), f"{LIST}[3].FamilyName", mark=3)
    assert (problem.code, problem.where.json_pointer) == ("amendment.number-used", "/changes/0")
    assert (problem.found, problem.expected) == ("3", "a number from 4")
