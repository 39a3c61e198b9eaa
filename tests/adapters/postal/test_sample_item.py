"""Composed items: the same for the same seed, consistent, accepted; flawed ones with one defect."""

from decimal import Decimal

import orjson
import pytest

from adapters.postal import s10
from adapters.postal.item_json import ItemJson
from adapters.postal.itmatt import Itmatt
from adapters.postal.sample_item import (
    DEFECTS,
    PUSH_DEFECTS,
    compose,
    compose_flawed,
    compose_lines,
    trees,
)
from broker.formats import choose
from broker.model.postal import PostalItem

EXPECTED = {
    "the line ends in the middle": "json.not-well-formed",
    "the identifier is missing": "postal.item.identifier-missing",
    "the date of posting is missing": "postal.item.posting-date-missing",
    "the day of posting does not exist": "moment.malformed",
    "the gross mass is missing": "postal.gross-mass.missing",
    "the gross mass is in pounds": "postal.mass-unit.unknown",
    "the addressee is missing": "postal.party.missing",
    "a value has no currency": "currency.missing",
    "a description is missing": "postal.description.missing",
    "an HS code has letters": "postal.hs.malformed",
    "a member is misspelt": "element.unknown",
}


@pytest.mark.parametrize("items", [1, 2, 50])
def test_composed_items_are_accepted_without_problems(items, itmatt_profile, items_profile):
    """Both formats translate to what was composed, and nothing is said against it."""
    composed = trees(items=items, number=items, seed=5)
    for adapter, profile, compose_one in (
        (Itmatt(), itmatt_profile, compose),
        (ItemJson(), items_profile, compose_lines),
    ):
        payload = compose_one(items=items, number=items, seed=5)
        messages = list(adapter.translate(payload, profile).messages)
        assert [message.problems for message in messages] == [()] * items
        assert [next(message.events).body for message in messages] == composed
    for tree in composed:
        PostalItem.model_validate(tree)


def test_masses_and_numbers_of_an_item_agree():
    """The item weighs more than its lines together, and its S10 is beyond doubt."""
    for tree in trees(items=200, number=1, seed=1):
        lines = tree["GoodsShipment"]["Consignment"]["ConsignmentItem"]
        net = sum(
            Decimal(line["Commodity"]["GoodsMeasure"]["NetNetWeightMeasure"]["value"])
            for line in lines
        )
        assert net < Decimal(tree["TotalGrossMassMeasure"]["value"])
        number = tree["FunctionalReferenceID"]
        country = tree["GoodsShipment"]["Consignor"]["Address"]["CountryCode"]
        assert list(s10.doubts(number, {country})) == []
        assert [line["SequenceNumeric"] for line in lines] == [
            str(at + 1) for at in range(len(lines))
        ]


def test_the_same_seed_and_number_give_the_same_bytes():
    """Nothing is drawn: the bytes are the same today and tomorrow."""
    for composing in (compose, compose_lines, compose_flawed):
        first = composing(items=3, number=7, seed=11)
        assert first == composing(items=3, number=7, seed=11)
        assert first != composing(items=3, number=8, seed=11)
        assert first != composing(items=3, number=7, seed=12)


@pytest.mark.parametrize("seed", [0, 1, -3, 10**40])
def test_keys_differ(seed):
    """Number and day of posting are other ones for each item of a seed."""
    keys = {
        (tree["FunctionalReferenceID"], tree["AcceptanceDateTime"])
        for number in (*range(40), 10**6, 10**7)
        for tree in trees(items=20, number=number, seed=seed)
    }
    assert len(keys) == 42 * 20


def test_each_flawed_submission_has_the_defect_it_names(itmatt_profile, items_profile):
    """One item is rejected, for the reason in the words; all others go on, in both formats."""
    seen: dict[str, set[str]] = {"UPU ITMATT V1": set(), "postal item JSON 1": set()}
    profiles = {one.format: one for one in (itmatt_profile, items_profile)}
    for number in range(240):
        payload, words = compose_flawed(items=4, number=number, seed=2)
        where, _, defect = words.partition(": ")
        chosen = choose((Itmatt(), ItemJson()), payload)
        assert chosen is not None
        adapter = chosen[0]
        seen[adapter.format].add(defect)
        messages = list(adapter.translate(payload, profiles[adapter.format]).messages)
        rejected = [one for one in messages if one.verdict == "rejected"]
        assert len(messages) == 4
        assert [f"item {one.number}" for one in rejected] == [where]
        assert [problem.code for problem in rejected[0].problems] == [EXPECTED[defect]]
    assert seen["UPU ITMATT V1"] == {words for words, _change in DEFECTS}
    assert seen["postal item JSON 1"] == set(EXPECTED)
    assert {words for words, _change in (*DEFECTS, *PUSH_DEFECTS)} == set(EXPECTED)


def test_contents_are_of_many_kinds():
    """Plants, meat, medicines and toys are all there, so that many rules have work."""
    chapters = {
        line["Commodity"]["Classification"][0]["ID"][:2]
        for tree in trees(items=200, number=1, seed=1)
        for line in tree["GoodsShipment"]["Consignment"]["ConsignmentItem"]
    }
    assert {"12", "16", "30", "95"} <= chapters


def test_a_line_of_a_push_is_one_json_object():
    """Each line ends with a line feed and is read by any JSON parser."""
    payload = compose_lines(items=3, number=1, seed=1)
    assert payload.endswith(b"\n")
    assert [orjson.loads(line) for line in payload.splitlines()] == trees(items=3, number=1, seed=1)
