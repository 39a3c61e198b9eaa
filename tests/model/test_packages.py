"""The index of what each package holds, and what a body keeps on its way through JSON."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.model.leaf import Amount
from broker.model.packages import (
    PACKAGES,
    data_class,
    index,
    leaf_patterns,
)
from broker.model.paths import leaves, pattern_of
from tests.model.bodies import trees


@pytest.mark.parametrize("package", PACKAGES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_body_survives_json(package, data):
    """Validating, writing without what is absent and validating again gives the same body."""
    tree = data.draw(trees(PACKAGES[package]))
    body = PACKAGES[package].model_validate(tree)
    written = body.model_dump_json(exclude_defaults=True)
    assert json.loads(written) == tree
    assert PACKAGES[package].model_validate_json(written) == body


@pytest.mark.parametrize("package", PACKAGES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_every_value_of_a_body_stands_at_a_leaf_pattern(package, data):
    """What `leaves` finds in a tree is what the index calls a leaf, and nothing else."""
    known = set(leaf_patterns(package))
    tree = data.draw(trees(PACKAGES[package]))
    assert {pattern_of(path) for path, _ in leaves(tree)} <= known


@pytest.mark.parametrize("package", PACKAGES)
def test_parents_come_before_children(package):
    """The index is closed: the parent of each pattern is in it, and before it."""
    seen: set[str] = set()
    for pattern in index(package):
        parent = pattern.rpartition(".")[0]
        assert not parent or parent in seen
        seen.add(pattern)


def test_a_pair_stands_at_two_leaves():
    """An amount is no leaf; its value and its currency are, described by the amount."""
    nodes = index("goods-declaration")
    patterns = leaf_patterns("goods-declaration")
    assert nodes["InvoiceAmount"].kind == "amount"
    assert nodes["InvoiceAmount"].field.model is Amount
    assert "InvoiceAmount" not in patterns
    assert {"InvoiceAmount.value", "InvoiceAmount.currency"} <= set(patterns)
    assert nodes["InvoiceAmount.value"].kind == "number"
    assert nodes["InvoiceAmount.value"].element.wco == "109"
    assert nodes["TotalGrossMassMeasure.unit"].kind == "text"


def test_a_node_knows_what_repeats_on_the_way():
    """The repeated classes on the way to a pattern are named in order, itself included."""
    item = "GoodsShipment.GovernmentAgencyGoodsItem"
    nodes = index("goods-declaration")
    assert nodes["GoodsShipment"].repeated == ()
    assert nodes[item].repeated == (item,)
    assert nodes[f"{item}.Commodity.Classification.ID"].repeated == (
        item,
        f"{item}.Commodity.Classification",
    )


def test_a_class_is_as_strict_as_its_strictest_leaf():
    """A view or a log line may ask for the class of a whole subtree."""
    package = "goods-declaration"
    assert data_class(package, "ExitOffice") == "public"
    assert data_class(package, "Declarant.ID") == "personal"
    assert data_class(package, "Declarant") == "personal"
    assert data_class(package, "ObligationGuarantee.AccessCode") == "sensitive"
    assert data_class(package, "ObligationGuarantee") == "sensitive"
    assert data_class(package, "InvoiceAmount.value") == "commercial"


def test_what_a_package_does_not_know_is_sensitive():
    """A pattern outside the model is treated as unmapped."""
    assert data_class("goods-declaration", "GoodsShipment.Colour") == "sensitive"


def test_nothing_is_built_twice():
    """Asking again gives the same index, so that a message costs a lookup only."""
    assert index("answer") is index("answer")
    assert leaf_patterns("answer") is leaf_patterns("answer")


def test_an_unknown_package_is_our_mistake():
    """A name that is not a package raises KeyError."""
    with pytest.raises(KeyError):
        index("goods")
