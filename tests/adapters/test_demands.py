"""Demands of a profile, judged on plain trees."""

import sys

import pytest

from adapters.demands import (
    CODES_SHOWN,
    NAMES_SHOWN,
    breaches,
    examples,
    in_place_of,
    is_unread,
    near,
    unknown_words,
)
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


@pytest.mark.parametrize(
    ("unless", "found"),
    [
        ({"Shipment.Item.Kind": ("b",)}, [_item(2)]),
        ({"Shipment.Item.Kind": ("b*",)}, []),
        ({"TypeCode": ("EX*",)}, []),
        ({"TypeCode": ("IM*",), "Shipment.Item.Kind": ("bb",)}, [_item(1)]),
        ({"Absent": ("x",)}, [_item(1), _item(2)]),
    ],
)
def test_a_demand_is_not_made_where_an_exception_is_met(unless, found):
    """One exception is enough; it is about the same instance where it can be."""
    breached = _found(path="Shipment.Item.Mass", demand="mandatory", unless=unless)
    assert [trail for trail, _found_value in breached] == found


def test_an_empty_class_is_present_and_its_content_is_missing():
    """What is demanded inside of a class is demanded of an empty one."""
    rows = (Constraint("Consignee.ID", "mandatory", "c"), Constraint("Buyer.ID", "mandatory", "c"))
    found = breaches({"Consignee": {}}, Profile("p", "f", "x", rows))
    assert [breach.path_in({"Consignee": {}}) for breach in found] == ["Consignee.ID"]


def _words(tree, **row):
    profile = Profile("p", "f", "x", (Constraint(code="c", **row),))
    return [breach.words({}) for breach in breaches(tree, profile)]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("-1", [("Item.Mass is -1", "0 or more")]), ("-0.0", []), ("0", []), ("1", []),
        ({"value": "-0.5", "unit": "KGM"}, [("Item.Mass is -0.5", "0 or more")]),
        ({"value": "5"}, []), (None, []), ({}, []),
    ],
)  # fmt: skip
def test_a_number_is_not_negative(value, words):
    """Of a decimal and of a measure; what is absent is not negative."""
    tree = {"Item": [{"Mass": value}]}
    assert _words(tree, path="Item.Mass", demand="not-negative") == words


@pytest.mark.parametrize(
    ("count", "items", "words"),
    [
        ("2", [{}, {}], []), ("02.0", [{}, {}], []), ({"value": "1"}, [{}], []), (None, [{}], []),
        ("2", [{}], [("Count is 2, but the message has 1 Item", "1")]),
        ({"value": "1"}, [], [("Count is 1, but the message has 0 Item", "0")]),
        ("many", [{}], []),
    ],
)  # fmt: skip
def test_a_count_is_the_number_of_instances(count, items, words):
    """Numbers compare as numbers; a count that is absent, or no number, is no breach."""
    tree = {"Count": count, "Shipment": {"Item": items}}
    assert _words(tree, path="Count", demand="count", other="Shipment.Item") == words


@pytest.mark.parametrize(
    ("net", "gross", "words"),
    [
        ({"value": "5"}, {"value": "5.0"}, []), ({"value": "4"}, None, []), (None, "5", []),
        ({"value": "10"}, {"value": "9"}, [("M.Net is 10, more than Gross, which is 9",
                                            "at most 9")]),
        ({"value": "10", "unit": "KGM"}, {"value": "9", "unit": "TNE"}, []),
        ("10", "9.99", [("M.Net is 10, more than Gross, which is 9.99", "at most 9.99")]),
    ],
)  # fmt: skip
def test_one_number_is_at_most_another_of_the_same_unit(net, gross, words):
    """Each is compared with the one beside it, as a number; other units do not compare."""
    tree = {"Item": [{"M": {"Net": net, "Gross": gross}}, {"M": {"Gross": "1"}}]}
    row = {"path": "Item.M.Net", "demand": "at-most", "other": "Item.M.Gross"}
    assert _words(tree, **row) == words


def test_a_list_is_named_and_not_written_out():
    """A long list of codes gives a few examples; a short one is written in full."""
    codes = {f"C{number}": "" for number in range(CODES_SHOWN + 1)}
    assert examples(CodeList("colours", codes)) == (
        "a code of the list colours, such as C0, C1, C2, C3, C4"
    )
    assert examples(CodeList("few", {"a": "", "b": ""})) == "one of a, b"
    names = [f"Name{number}" for number in range(NAMES_SHOWN + 3)]
    assert unknown_words("elements", "Else", names)[0].endswith("and 3 more")


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
