"""Operators, binding to one instance, and a second reading of `when` to compare with."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.routing.conditions import described, has_value, operator_test, when_test
from broker.routing.elements import instances
from broker.routing.rules import Condition, When


@pytest.mark.parametrize(
    ("condition", "meets", "fails"),
    [
        ({"equals": "06"}, ["06"], ["0603", "6", "", None, {}, 6]),
        ({"in": ["TSP", "HS"]}, ["TSP", "HS"], ["TS", "TRC", None, {"ID": "TSP"}]),
        ({"prefix": ["06", "4415"]}, ["06", "0603", "441520"], ["6", "4414", "", None, ["06"]]),
        (
            {"range": {"from": "2908", "to": "2919"}},
            ["2908", "2919", "2910.5"],
            ["2907", "x", None],
        ),
        ({"range": {"from": "10"}}, ["10", "10.0", "9999"], ["9.99", "-11", "ten"]),
        ({"range": {"to": "-1"}}, ["-1", "-2"], ["0", ""]),
        (
            {"range": {"from": "2026-01-10", "to": "2026-01-31"}},
            ["2026-01-10", "2026-01-31T23:59:59Z"],
            ["2026-01-09", "2026-02-01", "2026-01", "someday", None],
        ),
        ({"present": True}, ["x", {"ID": "x"}, {"a": [{"b": "c"}]}], [None, "", {}, {"a": [{}]}]),
        ({"present": False}, [None, "", {}, {"a": ""}], ["x"]),
        ({"any_of": [{"in": ["TSP"]}, {"present": False}]}, ["TSP", None], ["TRC"]),
        ({"prefix": ["06"], "any_of": [{"prefix": ["0603"]}]}, ["06031"], ["0604", "07"]),
    ],
)
def test_operators(condition, meets, fails):
    """Each operator holds of the values it describes and of no others."""
    test = operator_test(Condition.model_validate(condition))
    assert [value for value in meets if not test(value)] == []
    assert [value for value in fails if test(value)] == []


CLASSIFICATION = {
    "Classification.ID": {"prefix": ["06"]},
    "Classification.IdentificationTypeCode": {"any_of": [{"equals": "TSP"}, {"present": False}]},
}


@pytest.mark.parametrize(
    ("classes", "matches"),
    [
        ([{"ID": "0603", "IdentificationTypeCode": "TSP"}], True),
        ([{"ID": "0603"}], True),
        ({"ID": "0603"}, True),
        ([{"ID": "85"}, {"ID": "06", "IdentificationTypeCode": "TRC"}], False),
        ([{"ID": "85"}, {"ID": "0603", "IdentificationTypeCode": "TSP"}], True),
        ([], False),
        (None, False),
        ("0603", False),
        ([None, {"ID": "0603"}], True),
    ],
)  # fmt: skip
def test_conditions_through_one_repeated_class_bind_to_the_same_instance(classes, matches):
    """A code of one classification and the type of another do not add up."""
    test = when_test(When.model_validate(CLASSIFICATION))
    assert test({"Classification": classes}) is matches


def test_alternatives_bind_with_the_rest_of_the_map():
    """A path inside any_of and one beside it speak of the same instance."""
    when = {
        "Doc.Type": {"equals": "A"},
        "any_of": [{"Doc.ID": {"prefix": ["1"]}}, {"Doc.ID": {"prefix": ["2"]}}],
    }
    test = when_test(When.model_validate(when))
    assert test({"Doc": [{"Type": "B"}, {"Type": "A", "ID": "21"}]})
    assert not test({"Doc": [{"Type": "B", "ID": "1"}, {"Type": "A", "ID": "3"}]})


def test_nested_elements_are_independent_of_each_other():
    """Two nested conditions may be met by two different elements; conditions beside may not."""
    nested = [
        {"path": "Doc", "when": {"Type": {"equals": "A"}}},
        {"path": "Doc", "when": {"Type": {"equals": "B"}}},
    ]
    test = when_test(When.model_validate({"each": nested}))
    assert test({"Doc": [{"Type": "A"}, {"Type": "B"}]})
    assert not test({"Doc": [{"Type": "A"}, {"Type": "A"}]})


def test_a_nested_element_must_exist():
    """`present: false` inside a nested element is about an element, not about nothing."""
    nested = {"path": "Doc", "when": {"ID": {"present": False}}}
    test = when_test(When.model_validate({"each": nested}))
    assert test({"Doc": [{"Type": "A"}]})
    assert not test({"Doc": []})
    assert not test({})


def test_conditions_are_told_in_words():
    """A condition reads as a sentence with its values."""
    condition = {"any_of": [{"range": {"from": "1", "to": "2"}}, {"in": ["7"]}, {"present": False}]}
    words = "is from '1' to '2' or is one of '7' or is absent"
    assert described(Condition.model_validate(condition)) == words


def test_nothing_is_said_by_empty_things():
    """Empty texts, classes and lists have no value, however deep."""
    assert not any(map(has_value, [None, "", {}, [], {"a": [{}, {"b": None}]}, ()]))
    assert all(map(has_value, ["x", {"a": [{}, {"b": "c"}]}, ("x",)]))


TEXTS = st.sampled_from(["06", "0603", "85", "TSP", "1", ""])
LEAF = st.dictionaries(st.sampled_from(["ID", "Type"]), TEXTS, max_size=2)
MANY = st.one_of(LEAF, st.lists(LEAF, max_size=3))
TREES = st.fixed_dictionaries(
    {}, optional={"A": MANY, "B": st.fixed_dictionaries({}, optional={"A": MANY, "C": MANY})}
)
# A class above lists (B) is asked as a whole, which choosing instances one by one cannot tell.
PATTERNS = st.sampled_from(["A.ID", "A.Type", "B.A.ID", "B.A.Type", "B.C.ID", "A"])
OPERATORS = st.one_of(
    st.fixed_dictionaries({"prefix": st.lists(TEXTS.filter(bool), min_size=1, max_size=2)}),
    st.fixed_dictionaries({"in": st.lists(TEXTS.filter(bool), min_size=1, max_size=2)}),
    st.fixed_dictionaries({"present": st.booleans()}),
)
FLAT = st.dictionaries(PATTERNS, OPERATORS, max_size=3)


@st.composite
def whens(draw):
    """A `when` with at most one any_of."""
    when = draw(FLAT)
    branches = draw(st.lists(FLAT, max_size=2))
    return {**when, "any_of": branches} if branches else when


def projections(tree):
    """All trees in which each list is replaced by one of its elements (by None where empty)."""
    if isinstance(tree, list):
        yield from (one for element in tree for one in projections(element)) if tree else [None]
    elif isinstance(tree, dict):
        for values in product(*(list(projections(value)) for value in tree.values())):
            yield dict(zip(tree, values, strict=True))
    else:
        yield tree


def holds(when, tree):
    """The meaning of `when`, read off: some choice of instances meets all conditions."""
    branches = when.get("any_of") or [{}]
    own = [(key, value) for key, value in when.items() if key != "any_of"]
    return any(
        all(_meets(choice, *one) for one in [*own, *branch.items()])
        for choice in projections(tree)
        for branch in branches
    )


def _meets(choice, pattern, operators):
    found = [value for _, _, value in instances(choice, tuple(pattern.split(".")))]
    return operator_test(Condition.model_validate(operators))(found[0] if found else None)


@given(whens(), TREES)
def test_closures_mean_what_the_rules_say(when, tree):
    """The compiled test agrees with choosing instances one by one, for any rule and tree."""
    assert when_test(When.model_validate(when))(tree) == holds(when, tree)
