"""Rules files: what the typed models take and refuse."""

from datetime import timedelta

import pytest
from pydantic import BaseModel, ValidationError

from broker.routing import rules
from broker.routing.rules import Rule, RulesFile, Trial


def test_every_field_is_described():
    """Every field of a rules file carries a description."""
    models = [
        model
        for model in vars(rules).values()
        if isinstance(model, type) and issubclass(model, BaseModel) and model is not BaseModel
    ]
    bare = [
        f"{model.__name__}.{name}"
        for model in models
        for name, field in model.model_fields.items()
        if not field.description
    ]
    assert len(models) == 10
    assert not bare


def test_package_of_a_declaration_is_the_goods_declaration(row):
    """A row of kind declaration that names no package is about goods declarations."""
    assert Rule.model_validate(row()).package == "goods-declaration"


def test_other_kinds_must_name_their_package(row):
    """A row of another kind without a package is refused."""
    with pytest.raises(ValidationError, match="package"):
        Rule.model_validate(row(kind="visit"))


def test_one_value_may_stand_for_a_list_of_one(row):
    """`prefix: "06"` means the same as `prefix: ["06"]`."""
    when = {"Commodity.Classification.ID": {"prefix": "06"}}
    assert Rule.model_validate(row(when=when)) == Rule.model_validate(row())


def test_deadlines_are_minutes_hours_or_days(row):
    """90m, 24h and 3d are the durations they say."""
    said = {"90m": timedelta(minutes=90), "24h": timedelta(hours=24), "3d": timedelta(days=3)}
    for within, duration in said.items():
        expects = {"answer": {"within": within, "silence": "release"}}
        assert Rule.model_validate(row(expects=expects)).expects.answer.deadline == duration


@pytest.mark.parametrize(
    "change",
    [
        {"recipent": "plant-health"},
        {"name": "Plants And More"},
        {"each": "GoodsShipment[1]"},
        {"because": None},
        {"legal_basis": None},
        {"expects": {"answer": {"within": "soon", "silence": "escalate"}}},
        {"expects": {"answer": {"within": "24h", "silence": "ignore"}}},
        {"expects": "perhaps"},
        {"when": {"TypeCode": {}}},
        {"when": {"TypeCode": {"like": "I%"}}},
        {"when": {"TypeCode": {"equals": 60311}}},
        {"when": {"TypeCode": {"in": []}}},
        {"when": {"TypeCode": {"range": {}}}},
        {"when": {"TypeCode": {"range": {"from": "1", "to": "2026-01-01"}}}},
        {"when": {"TypeCode": {"range": {"from": "a", "to": "b"}}}},
        {"when": {"Type Code": {"present": True}}},
        {"when": {"each": {"path": "A", "when": {"overall": {"equals": "held"}}}}},
        {"each": None, "when": {"document": {"TypeCode": {"equals": "IMA"}}}},
        {"valid_from": "soon"},
    ],
)
def test_malformed_rows_are_refused(row, change):
    """A row with an unknown key, operator, form or a code without quotes is refused."""
    with pytest.raises(ValidationError):
        Rule.model_validate(row(**change))


def test_a_file_without_tests_is_refused(row, file):
    """A rules file must contain tests."""
    raw = file(row())
    for tests in (None, []):
        with pytest.raises(ValidationError, match="tests"):
            RulesFile.model_validate({**raw, "tests": tests})
    assert RulesFile.model_validate(raw).tests


def test_numbers_in_a_test_body_become_texts():
    """SequenceNumeric may be written as a number, in bodies and in `sends`."""
    body = {"Item": [{"SequenceNumeric": 7, "Mass": {"value": 12}}]}
    trial = Trial.model_validate({"name": "one", "body": body, "sends": {"customs": [7]}})
    assert trial.body == {"Item": [{"SequenceNumeric": "7", "Mass": {"value": "12"}}]}
    assert trial.sends == {"customs": ("7",)}


@pytest.mark.parametrize("value", [0o60311, 1.5, True, None])
def test_codes_in_a_test_body_must_be_in_quotes(value):
    """YAML reads 0603 without quotes as another number: it is refused."""
    with pytest.raises(ValidationError, match="quotes"):
        Trial.model_validate({"name": "one", "body": {"ID": value}, "sends": {}})
