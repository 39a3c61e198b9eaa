"""Demands of a profile, judged on plain trees."""

import sys

import pytest

from adapters.demands import breaches, in_place_of, is_unread, near, unknown_words
from broker.adapter import CodeList, Constraint, Profile

TREE = {
    "TypeCode": "EXA",
    "Shipment": {
        "Item": [
            {"SequenceNumeric": "1", "Kind": "a", "Mass": {"value": "1"}, "Pack": [{"N": "1"}]},
            {"SequenceNumeric": "2", "Kind": "b", "Pack": [{"N": "1"}, {}]},
            {"SequenceNumeric": "3", "Kind": "bb"},
        ]
    },
}
LISTS = {
    "known": CodeList("known", {"a": "", "b": ""}),
    "refused": CodeList("refused", {"bb": "no such kind"}, refused=True),
}


def _found(**row):
    profile = Profile("p", "f", "x", (Constraint(code="c", **row),), LISTS)
    return [(breach.trail, breach.found) for breach in breaches(TREE, profile)]


def _item(index):
    return (("Shipment", 0), ("Item", index))


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ({"path": "TypeCode", "demand": "mandatory"}, []),
        ({"path": "ExitOffice", "demand": "mandatory"}, [((), None)]),
        ({"path": "Shipment.Item.Mass", "demand": "mandatory"},
         [(_item(1), None), (_item(2), None)]),
        ({"path": "Shipment.Item.Pack.N", "demand": "mandatory"},
         [((*_item(1), ("Pack", 1)), None)]),
        ({"path": "Absent.Class.Name", "demand": "mandatory"}, []),
        ({"path": "Shipment.Item.Kind", "demand": "length", "limit": 1}, [(_item(2), "bb")]),
        ({"path": "Shipment.Item.Kind", "demand": "codes", "codes": "known"},
         [(_item(2), "bb")]),
        ({"path": "Shipment.Item.Kind", "demand": "codes", "codes": "refused"},
         [(_item(2), "bb")]),
    ],
)  # fmt: skip
def test_each_demand_is_judged_in_each_instance_of_its_parent(row, found):
    """What is absent with its parent is not demanded; each instance is judged for itself."""
    assert _found(**row) == found


@pytest.mark.parametrize(
    ("when", "found"),
    [
        ({"TypeCode": ("EX*",)}, [_item(1), _item(2)]),
        ({"TypeCode": ("IM*", "EXB")}, []),
        ({"TypeCode": ("IM*", "EXA")}, [_item(1), _item(2)]),
        ({"Shipment.Item.Kind": ("b",)}, [_item(1)]),
        ({"TypeCode": ("EX*",), "Shipment.Item.Kind": ("b*",)}, [_item(1), _item(2)]),
        ({"Shipment.Item.Pack.N": ("1",)}, [_item(1)]),
        ({"Absent": ("x",)}, []),
    ],
)
def test_conditions_are_about_the_same_instance_where_they_can_be(when, found):
    """A condition on the item binds to the item judged; one on the whole holds for all."""
    breached = _found(path="Shipment.Item.Mass", demand="mandatory", when=when)
    assert [trail for trail, _found_value in breached] == found


def test_the_way_to_many_breaches_is_looked_up_once():
    """Each breach knows its own instance, and ten times as many take about ten times the work."""

    def work(count):
        packs = [{} for _ in range(count)]
        tree = {"Shipment": {"Item": [{"Pack": packs}, {"Pack": packs}]}}
        rows = (Constraint("Shipment.Item.Pack.N", "mandatory", "c"),)
        calls = 0

        def called(_frame, _event, _argument):
            nonlocal calls
            calls += 1

        sys.setprofile(called)
        found = [breach.trail for breach in breaches(tree, Profile("p", "f", "x", rows))]
        sys.setprofile(None)
        assert found == [(*_item(at), ("Pack", pack)) for at in (0, 1) for pack in range(count)]
        return calls

    assert work(1000) < 15 * work(100)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("GrosWeight", "GrossWeight"), ("grossweight", "GrossWeight"), ("Weight", "GrossWeight"),
        ("Mass", None), ("Nonsense", None), ("", None), ("G" * 100_000, None),
    ],
)  # fmt: skip
def test_a_misspelt_name_is_known_by_the_one_it_resembles(name, meant):
    """Capitals and a letter more or less make no other name; another word does."""
    assert near(name, ("Postage", "GrossWeight", "NatureTypeCd")) == meant


def test_an_unknown_name_is_told_what_was_meant():
    """The near name is suggested; where there is none, all are listed all the same."""
    expected, hint = unknown_words("elements", "Postag", ["Postage", "Sender"])
    assert (expected, hint) == ("one of Postage, Sender", "did you mean 'Postage'?")
    assert "leave it out" in unknown_words("elements", "Else", ["Postage"])[1]
    assert unknown_words("elements", "Else", []) == (
        "a value without elements in it", "leave it out, or ask for it to be added"
    )  # fmt: skip
    assert in_place_of("pay it", "Postag") == (
        "correct the name of 'Postag', if that is meant; else pay it"
    )


@pytest.mark.parametrize(
    ("path", "severity", "told"),
    [
        ("A.Mass", "error", True), ("A", "error", True), ("A.Mass.unit", "error", True),
        ("A.Mas", "error", False), ("A.Masses", "error", False), ("B", "error", False),
        ("B", "warning", True), ("C", "error", True), ("C[1]", "error", False),
    ],
)  # fmt: skip
def test_what_could_not_be_read_is_not_missing_too(path, severity, told):
    """A value is told once, and so are what it stands in and what would stand in it."""
    unread = {"A.Mass": "error", "B": "warning", "C[2].D": "error"}
    assert is_unread(path, severity, unread) is told
