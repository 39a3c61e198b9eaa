"""Tests beside the rules: what they report when rules and tests disagree."""

import pytest

from broker.routing.listing import ViewFile
from broker.routing.rules import RulesFile
from broker.routing.trial import failures
from broker.routing.view import compile_view

VIEW = {
    "name": "plant-health-items",
    "title": "plants",
    "package": "goods-declaration",
    "paths": ["GoodsShipment.GovernmentAgencyGoodsItem.SequenceNumeric"],
}
VIEWS = {VIEW["name"]: compile_view(ViewFile.model_validate(VIEW))}


@pytest.fixture
def told(row, file, body, item):
    """The failures of one test of the row for plants, on an item of plants and one of machines."""

    def run(*rows, **trial):
        given = {"name": "the test", "body": body(item(3, "06"), item(4, "85")), **trial}
        raw = file(*(rows or (row(),)), tests=[given])
        return [text for _, text in failures("f.yaml", RulesFile.model_validate(raw), VIEWS)]

    return run


def test_a_test_that_agrees_reports_nothing(told):
    """Elements as said, paths seen and withheld as said."""
    items = "GoodsShipment.GovernmentAgencyGoodsItem"
    assert (
        told(
            sends={"plant-health": [3]},
            shows={"plant-health": [f"{items}.SequenceNumeric"]},
            withholds={"plant-health": [f"{items}.Commodity.Classification.ID"]},
        )
        == []
    )
    assert told(sends={"plant-health/phytosanitary-control": [3]}) == []


def test_other_elements_than_expected_are_told(told):
    """Found and expected elements are both named."""
    (text,) = told(sends={"plant-health": [3, 4]})
    assert text == "test 'the test': 'plant-health' is sent elements 3, expected elements 3, 4"


def test_nothing_instead_of_something_and_the_reverse_are_told(told):
    """A recipient that is not named must receive nothing, a named one something."""
    assert "'plant-health' is sent elements 3, expected nothing" in told(sends={})[0]
    found = told(sends={"customs": "all", "plant-health": [3]})
    assert found == ["test 'the test': 'customs' is sent nothing, expected the whole document"]


def test_a_wrong_view_is_told(told):
    """Paths that should be withheld and are shown, and the reverse, are named."""
    items = "GoodsShipment.GovernmentAgencyGoodsItem"
    sends = {"plant-health": [3]}
    (text,) = told(sends=sends, withholds={"plant-health": [f"{items}.SequenceNumeric"]})
    assert "shows" in text
    (text,) = told(sends=sends, shows={"plant-health": [f"{items}.Commodity.Classification.ID"]})
    assert "does not show" in text


def test_a_test_that_proves_nothing_is_told(told):
    """Withholding what has no value, or from one who is sent nothing, proves nothing."""
    sends = {"plant-health": [3]}
    (text,) = told(sends=sends, withholds={"plant-health": ["TypeCode"]})
    assert "proves nothing" in text
    (text,) = told(sends=sends, withholds={"customs": ["TypeCode"]})
    assert "nothing is sent to 'customs'" in text


def test_several_purposes_of_one_recipient_are_told_apart_or_together(told, row):
    """`recipient` is all it is sent, `recipient/purpose` one of its results."""
    when = {"Commodity.Classification.ID": {"prefix": "85"}}
    other = row(name="machines", purpose="customs-control", when=when)
    assert told(row(), other, sends={"plant-health": [4, 3]}) == []
    apart = {"plant-health/phytosanitary-control": [3], "plant-health/customs-control": [4]}
    assert told(row(), other, sends=apart) == []


def test_without_a_day_all_rows_have_begun(told, row):
    """A test without `on` is judged on the first day on which all rows of the file apply."""
    assert told(row(valid_from="2030-01-01"), sends={"plant-health": [3]}) == []
    later = told(row(valid_from="2030-01-01"), on="2029-12-31", sends={})
    assert later == []


def test_rows_of_two_packages_need_the_test_to_choose(told, row):
    """Where rows are about two packages the test must name one."""
    board = row(name="board", package="board", each=None, when={})
    (text,) = told(row(), board, sends={})
    assert "say kind and package" in text
