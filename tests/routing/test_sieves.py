"""Sieves: transforms, and shapes that a line does not mean."""

import pytest

from broker.routing.listing import ViewFile
from broker.routing.sieves import MASK
from broker.routing.view import apply, compile_view


def view(*paths):
    """A view of these lines."""
    raw = {"name": "v", "title": "a view", "package": "p", "paths": paths}
    return compile_view(ViewFile.model_validate(raw))


@pytest.mark.parametrize(
    ("transform", "value", "shown"),
    [
        ("mask", "Invented Person", MASK),
        ("generalise:year", "1980-05-17", "1980"),
        ("generalise:year", "1980", "1980"),
        ("generalise:year", "17/05/1980", None),
        ("generalise:month", "1980-05-17T10:00Z", "1980-05"),
        ("generalise:month", "1980", None),
        ("generalise:country", "NLRTM", "NL"),
        ("generalise:country", "Rotterdam", None),
        ("generalise:prefix-4", "06031100", "0603"),
    ],
)
def test_transforms(transform, value, shown):
    """A value is made coarser, or withheld where it cannot be; either way that is told."""
    cut = apply(view({"path": "A.B", "transform": transform}), {"A": {"B": value}})
    assert cut.tree == ({"A": {"B": shown}} if shown else {})
    assert cut.withheld == ("A.B",)


def test_transforms_apply_below_subtrees_and_to_pairs():
    """A masked subtree is masked leaf by leaf; an amount member by member."""
    tree = {"P": {"Name": "n", "C": {"ID": "1"}}, "Amount": {"value": "12", "currency": "EUR"}}
    lines = [{"path": "P.**", "transform": "mask"}, {"path": "Amount", "transform": "mask"}]
    cut = apply(view(*lines), tree)
    assert cut.tree == {
        "P": {"Name": MASK, "C": {"ID": MASK}},
        "Amount": {"value": MASK, "currency": MASK},
    }
    assert cut.withheld == ("Amount", "P.**")


def test_a_leaf_pattern_lets_no_class_through():
    """Where a leaf is listed and a class stands, the class is withheld; a pair passes whole."""
    shape = view("A", "Mass")
    cut = apply(shape, {"A": {"Secret": "x"}, "Mass": {"value": "1", "unit": "KGM"}})
    assert cut.tree == {"Mass": {"value": "1", "unit": "KGM"}}
    assert cut.withheld == ("A",)
    assert apply(shape, {"Mass": {"value": {"Secret": "x"}}}).withheld == ("Mass",)
