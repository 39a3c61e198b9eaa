"""Composed declarations: the same for the same seed, valid, and without problems."""

import hashlib

import pytest

from adapters.customs.sample_declaration import compose, compose_tree, lrn
from adapters.customs.wco_dec import WcoDec
from broker.model.declaration import GoodsDeclaration


@pytest.mark.parametrize("items", [1, 2, 10, 999])
def test_composed_declarations_are_valid_and_accepted(items, uk_cds, declaration_faults):
    """The schemas find no fault, the translation no problem, and the body is what was composed."""
    payload = compose(items=items, number=items, seed=5)
    assert declaration_faults(payload) == []
    (message,) = WcoDec().translate(payload, uk_cds).messages
    (draft,) = message.events
    assert message.problems == ()
    assert draft.body == compose_tree(items=items, number=items, seed=5)
    assert len(draft.body["GoodsShipment"]["GovernmentAgencyGoodsItem"]) == items
    GoodsDeclaration.model_validate(draft.body)


def test_the_same_seed_and_number_give_the_same_bytes():
    """Nothing is drawn: the bytes are the same today and tomorrow."""
    first = compose(items=3, number=7, seed=11)
    assert first == compose(items=3, number=7, seed=11)
    assert first != compose(items=3, number=8, seed=11)
    assert first != compose(items=3, number=7, seed=12)
    assert len(hashlib.sha256(first).hexdigest()) == 64


@pytest.mark.parametrize("seed", [0, 1, -3, 2**63, 10**40])
def test_references_are_short_and_differ(seed):
    """An LRN has at most 22 characters and is another for each number."""
    names = {lrn(number=number, seed=seed) for number in (*range(2000), 10**9, 10**30)}
    assert len(names) == 2002
    assert max(map(len, names)) <= 22


def test_goods_are_of_many_kinds():
    """Plants, meat, medicines and machinery are all there, so that many rules have work."""
    body = compose_tree(items=200, number=1, seed=1)
    chapters = {
        item["Commodity"]["Classification"][0]["ID"][:2]
        for item in body["GoodsShipment"]["GovernmentAgencyGoodsItem"]
    }
    assert {"06", "02", "30", "84"} <= chapters
