"""What values must be to each other: rows of a profile."""

import pytest

from adapters.maritime.relations import related
from broker.adapter import Profile


def profile(**check) -> Profile:
    row = {"code": "x.y", "expected": "something", "hint": "do it"} | check
    return Profile("p", "maritime", "f", settings={"checks": [row]})


def wrong(tree: dict, **check) -> list[tuple]:
    return [(breach.trail, breach.name) for breach in related(tree, profile(**check))]


PAIRS = [
    ("equal", "A", "A", []), ("equal", "A", "B", [((), "One")]),
    ("differ", "A", "A", [((), "One")]), ("differ", "A", "B", []),
    ("equal", None, "B", []), ("differ", "A", None, []),
]  # fmt: skip


@pytest.mark.parametrize(("check", "one", "other", "expected"), PAIRS)
def test_pairs_of_values(check, one, other, expected):
    """Equal and differ are judged where both are there."""
    tree = {name: value for name, value in (("One", one), ("Other", other)) if value}
    assert wrong(tree, check=check, path="One", other="Other") == expected


MOMENTS = [
    ("2026-01-02", "10:00", "2026-01-02", "09:59", False),
    ("2026-01-02", "10:00", "2026-01-02", "10:00", True),
    ("2026-01-01", "10:00", "2026-01-02", "09:00", True),
    ("2026-01-01", None, "2026-01-02", "09:00", False),
]


@pytest.mark.parametrize(("day", "clock", "other_day", "other_clock", "refused"), MOMENTS)
def test_one_moment_is_after_another(day, clock, other_day, other_clock, refused):
    """Date and time count together; half a moment is not judged."""
    said = {"ADateTime": day, "ATime": clock, "BDateTime": other_day, "BTime": other_clock}
    tree = {name: value for name, value in said.items() if value}
    expected = [((), "ADateTime")] if refused else []
    assert wrong(tree, check="after", path="ADateTime", other="BDateTime") == expected


def test_a_condition_keeps_a_check_to_its_case():
    """A row about arrivals says nothing of departures."""
    check = {"check": "equal", "path": "One", "other": "Other", "when": {"TypeCode": ["arrival"]}}
    tree = {"One": "A", "Other": "B", "TypeCode": "departure"}
    assert wrong(tree, **check) == []
    assert wrong(tree | {"TypeCode": "arrival"}, **check) == [((), "One")]


def test_elements_that_share_values_with_an_earlier_one():
    """All but the first are named; who lacks a value shares none."""
    people = [{"Doc": [{"ID": one, "By": "X"}]} for one in ("1", "2", "1")] + [
        {"Doc": [{"By": "X"}]}
    ] * 2
    tree = {"Ship": {"Crew": people}}
    found = wrong(tree, check="unique", each="Ship.Crew", paths=["Doc.By", "Doc.ID"])
    assert found == [((("Ship", 0), ("Crew", 2), ("Doc", 0)), "ID")]
