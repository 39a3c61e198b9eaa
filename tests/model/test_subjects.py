"""What the schemas say: every class once, every field with its default and its place in WCO."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from broker.model.leaf import Canonical
from broker.model.packages import PACKAGES, Field, fields_of
from broker.model.subjects import NAMESPACE, subject_of, subjects
from tests.broker_in_process import configuration
from tests.model.payloads_drawn import (
    ANSWER_NOTICE,
    BOARD,
    DOCUMENT,
    DOCUMENTS,
    REQUEST,
    RESTART,
    WITHDRAWAL,
)

BODIES = {**DOCUMENTS, BOARD: "board"}


def records(schema: Any) -> Iterator[Any]:
    """Every record that is defined in a schema."""
    if isinstance(schema, list):
        for branch in schema:
            yield from records(branch)
    elif isinstance(schema, dict):
        if schema["type"] == "record":
            yield schema
        for inner in [schema.get("items"), *(one["type"] for one in schema.get("fields", ()))]:
            yield from records(inner)


def below(model: type[Canonical]) -> Iterator[tuple[type[Canonical], Field]]:
    """Every field of a class and of the classes below it."""
    for field in fields_of(model).values():
        yield model, field
        if field.kind == "class" and field.model is not None:
            yield from below(field.model)


def test_a_subject_is_named_as_its_record():
    """There is a subject for each form of a delivery, in one namespace."""
    assert set(subjects()) == {BOARD, WITHDRAWAL, ANSWER_NOTICE, REQUEST, RESTART, *DOCUMENTS}
    for name, schema in subjects().items():
        assert name == f"{schema['namespace']}.{schema['name']}"
        assert schema["namespace"] == NAMESPACE


def test_every_view_has_a_subject_for_what_it_passes():
    """Whatever package a view of the configuration is of, an agency's topic can carry it."""
    for view in configuration().views.values():
        assert subject_of("board" if view.package == "board" else "document", view.package)


def test_replies_go_to_no_topic():
    """A reply is in its sender's own syntax: no subject."""
    with pytest.raises(KeyError):
        subject_of("reply")
    with pytest.raises(KeyError):
        subject_of("document", "answer")


@pytest.mark.parametrize("subject", subjects())
def test_a_record_is_defined_once(subject):
    """A class that occurs at several places is named after the first."""
    counted = Counter(one["name"] for one in records(subjects()[subject]))
    assert set(counted.values()) == {1}


@pytest.mark.parametrize(("subject", "package"), BODIES.items())
def test_every_field_of_the_model_is_there_with_its_default(subject, package):
    """Each class has its fields, in order, absent by default: null, or no elements."""
    found = {one["name"]: one for one in records(subjects()[subject])}
    for model, field in below(PACKAGES[package]):
        fields = found[model.__name__]["fields"]
        assert [one["name"] for one in fields] == list(fields_of(model))
        written = next(one for one in fields if one["name"] == field.name)
        assert written["default"] == ([] if field.repeats else None)
        assert ("items" in written["type"]) if field.repeats else (written["type"][0] == "null")


def test_a_leaf_says_where_it_stands_in_wco_and_how_it_is_classed():
    """The identifier and the representation are its text; its data class is a property."""
    found = {one["name"]: one for one in records(subjects()[DOCUMENT])}
    assert found["Commodity23A"]["doc"] == "WCO 23A"
    city = next(one for one in found["Address04A"]["fields"] if one["name"] == "CityName")
    assert city == {
        "name": "CityName",
        "type": ["null", "string"],
        "default": None,
        "doc": "WCO 241, an..35",
        "data": "personal",
    }
