"""Persons on board against the list: each declarant hears of his own part."""

from adapters.maritime.across import across
from broker.adapter import Extent, LivePart


def declared(count: str | None) -> LivePart:
    quantity = {} if count is None else {"CrewQuantity": {"value": count}}
    return LivePart({"BorderTransportMeans": {"Name": "INVENTED TRADER", **quantity}})


def crew(*names: str, extent: Extent | None = None) -> LivePart:
    tree = {"BorderTransportMeans": {"Crew": [{"FamilyName": name} for name in names]}}
    return LivePart(tree, extent)


def test_the_same_number_is_no_problem():
    """Nor is a part that has not come, or a count that was not stated."""
    agreed = {"FAL1": declared("2"), "FAL5": crew("A", "B")}
    assert list(across(agreed)) == []
    assert list(across({"FAL1": declared("2")})) == []
    assert list(across({"FAL5": crew("A")})) == []
    assert list(across({"FAL1": declared(None), "FAL5": crew("A")})) == []


def test_a_list_counts_with_what_it_declared():
    """Who was left out of it, or stays on it without being confirmed, makes no difference."""
    cut = crew("A", extent=Extent(2, 1, ("BorderTransportMeans.Crew[2]",), cut=True))
    assert list(across({"FAL1": declared("2"), "FAL5": cut})) == []
    more = crew("A", "B", "C", extent=Extent(2, 2, not_confirmed=("BorderTransportMeans.Crew[3]",)))
    assert list(across({"FAL1": declared("2"), "FAL5": more})) == []
    found = dict(across({"FAL1": declared("1"), "FAL5": cut}))
    assert (found["FAL1"].found, found["FAL5"].found) == ("1", "2")


def test_each_declarant_is_warned_at_his_own_cell():
    """The declaration at its count, the list at its reference; both warn."""
    found = dict(across({"FAL1": declared("3"), "FAL5": crew("Secretson", "Hiddenova")}))
    places = {part: (one.where.sheet, one.where.cell) for part, one in found.items()}
    assert places == {"FAL1": ("FAL 1", "B14"), "FAL5": ("FAL 5", "B1")}
    assert {one.severity for one in found.values()} == {"warning"}
    assert (found["FAL1"].found, found["FAL5"].found) == ("3", "2")


def test_nothing_of_the_other_part_is_told_but_its_number():
    """Neither names of persons nor the ship reach the other declarant."""
    parts = {"FAL1": declared("3"), "FAL1-departure": declared("4"), "FAL5": crew("Secretson")}
    found = list(across(parts))
    assert [part for part, _problem in found] == ["FAL1", "FAL5", "FAL1-departure", "FAL5"]
    for part, problem in found:
        told = f"{problem.text} {problem.hint} {problem.expected} {problem.found}"
        assert problem.part == part
        assert "Secretson" not in told
        assert "INVENTED" not in told
