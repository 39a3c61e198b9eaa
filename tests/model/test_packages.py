"""The index of what each package holds, and what a body keeps on its way through JSON."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.model.leaf import Amount, Canonical
from broker.model.packages import (
    PACKAGES,
    Field,
    data_class,
    fields_of,
    index,
    leaf_patterns,
)
from broker.model.paths import leaves, pattern_of

NUMBERS = st.from_regex(r"-?[0-9]{1,16}(\.[0-9]{1,6})?", fullmatch=True)
TEXTS = st.text(min_size=1, max_size=8)
MOMENTS = st.from_regex(r"20[0-9]{2}(-[01][0-9](-[0-3][0-9](T[0-2][0-9]Z?)?)?)?", fullmatch=True)
LEAVES = {
    "text": TEXTS,
    "number": NUMBERS,
    "moment": MOMENTS,
    "amount": st.fixed_dictionaries({"value": NUMBERS}, optional={"currency": TEXTS}),
    "measure": st.fixed_dictionaries({"value": NUMBERS}, optional={"unit": TEXTS}),
}


def trees(model: type[Canonical]) -> st.SearchStrategy[dict[str, Any]]:
    """Plain trees of a class: any few of its fields, at any depth."""
    fields = {name: _values(field) for name, field in fields_of(model).items()}
    few = st.lists(st.sampled_from(sorted(fields)), max_size=4, unique=True)
    return few.flatmap(lambda names: st.fixed_dictionaries({n: fields[n] for n in names}))


def _values(field: Field) -> st.SearchStrategy[Any]:
    if field.kind != "class" or field.model is None:
        return LEAVES[field.kind]
    below = field.model
    one = st.deferred(lambda: trees(below))
    return st.lists(one, min_size=1, max_size=2) if field.repeats else one


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
