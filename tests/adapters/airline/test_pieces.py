"""What is missing in a list that came in pieces."""

import pytest

from adapters.airline.pieces import lacks


def tree(*pieces, stated="", listed=0):
    means = {"Passenger": [{"SequenceNumeric": str(at)} for at in range(listed)]}
    if stated:
        means["PassengerQuantity"] = {"value": stated}
    parts = [
        {"ReferenceID": reference, "SequenceNumeric": number, "TransferCode": flag}
        for reference, number, flag in pieces
    ]
    return {"BorderTransportMeans": means, "ListPart": parts}


CASES = [
    ((("A", "1", "F"),), {}),
    ((("A", "3", "F"), ("A", "1", "C"), ("A", "2", "")), {}),
    ((("A", "1", "F"), ("B", "1", "F")), {}),
    ((("A", "3", "F"), ("A", "1", "C")), {"paxlst.part-missing": "02"}),
    ((("A", "2", "F"),), {"paxlst.part-missing": "01"}),
    ((("A", "1", "C"), ("A", "2", "")), {"paxlst.last-part-missing": "'A'"}),
    ((("A", "1", "F"), ("B", "1", "C")), {"paxlst.last-part-missing": "'B'"}),
    ((("A", "5", ""),), {"paxlst.part-missing": "01, 02, 03, 04", "paxlst.last-part-missing": "A"}),
    ((), {}),
]


@pytest.mark.parametrize(("pieces", "expected"), CASES)
def test_missing_parts_are_named_whatever_came_first(pieces, expected):
    """A gap below the last part, or no last part, is told by its numbers; two lists are two."""
    told = list(lacks("passengers", tree(*pieces)))
    assert {problem.code for problem in told} == set(expected)
    for problem in told:
        assert expected[problem.code] in problem.text
        assert (problem.severity, problem.part, problem.path) == (
            "error", "passengers", "Declaration.ListPart",
        )  # fmt: skip


def test_fewer_persons_than_stated_is_a_warning_and_more_is_none():
    """The total is that of the flight; chunks that state their own are no shortage."""
    (told,) = lacks("passengers", tree(stated="160", listed=3))
    assert (told.code, told.severity, told.found, told.expected) == (
        "list.count-differs", "warning", "3", "160",
    )  # fmt: skip
    assert list(lacks("passengers", tree(stated="1", listed=11))) == []
    assert list(lacks("crew", tree(stated="160", listed=3))) == []


def test_numbers_without_end_are_looked_at_within_a_bound():
    """A part that calls itself 99999 is told with a few numbers only."""
    told = {one.code: one for one in lacks("crew", tree(("A", "99999", "F")))}
    assert len(told["paxlst.part-missing"].text) < 200
