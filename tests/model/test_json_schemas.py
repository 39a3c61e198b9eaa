"""The JSON Schema of the data of each delivery: whatever a payload holds, it describes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from broker.model.json_schemas import REFERENCE, data_of, json_schemas, referred
from broker.model.packages import PACKAGES, fields_of
from broker.model.subjects import NOT_DOCUMENTS, subjects
from tests.model.payloads_drawn import payloads

CLOSED = {name: {**shape, "additionalProperties": False} for name, shape in json_schemas().items()}


def errors(name, value):
    """What is wrong with a value, by the schema of this name in which every object is closed."""
    whole = {**referred(name), "components": {"schemas": CLOSED}}
    return [one.message for one in Draft202012Validator(whole).iter_errors(value)]


@pytest.mark.parametrize("subject", sorted(subjects()))
@given(data=st.data())
def test_every_payload_of_a_subject_is_of_its_schema(subject, data):
    """Nothing that a payload may hold is missing from the schema, and nothing is too narrow."""
    assert errors(data_of(subject), data.draw(payloads(subject))) == []


def test_a_field_that_the_model_does_not_have_is_an_error():
    """A closed schema tells a misspelt field, and a missing id of the delivery."""
    assert errors("AnswerCondition", {"Text": "water the roses"}) == []
    assert errors("AnswerCondition", {"Txt": "water the roses"}) != []
    assert "'dossier' is a required property" in errors("Withdrawal", {})


def test_every_package_that_is_delivered_has_its_classes():
    """Each document holds the body of its package, with all its fields, and what each is."""
    for package, model in PACKAGES.items():
        if package not in NOT_DOCUMENTS:
            document = json_schemas()[f"{model.__name__}Document"]
            assert document["properties"]["body"] == {"$ref": REFERENCE.format(model.__name__)}
            shown = json_schemas()[model.__name__]["properties"]
            assert list(shown) == list(fields_of(model))
            leaves = [name for name, field in fields_of(model).items() if field.kind == "text"]
            assert all("x-data-class" in shown[name] for name in leaves)
