"""What a model refuses, told in the words of the file."""

import pytest
from pydantic import ValidationError

from broker.routing.findings import from_validation
from broker.routing.listing import ViewFile
from broker.routing.rules import RulesFile


def told(model, raw):
    """The findings of a file that does not parse, as text."""
    with pytest.raises(ValidationError) as caught:
        model.model_validate(raw)
    return [str(finding) for finding in from_validation("f.yaml", raw, caught.value)]


def test_unknown_keys_are_told_with_the_known_ones(row, file):
    """The path is that of the file, the row is named, and so are the keys there are."""
    (text,) = told(RulesFile, file(row(recipent="plant-health")))
    assert text.startswith("f.yaml: rules[0].recipent: rule 'plants': unknown key 'recipent'")
    assert "known: name, kind, package, each, when, requests, recipient" in text


def test_unknown_operators_are_told_with_the_known_ones(row, file):
    """Inside `when` the known words are the operators."""
    (text,) = told(RulesFile, file(row(when={"TypeCode": {"like": "I%"}})))
    assert text.startswith("f.yaml: rules[0].when.TypeCode.like: ")
    assert text.endswith("known: equals, in, prefix, range, present, any_of")


def test_missing_keys_and_codes_without_quotes_are_told(row, file):
    """A missing key is named; a number where a code stands is told to be put in quotes."""
    assert told(RulesFile, file(row(because=None))) == [
        "f.yaml: rules[0].because: rule 'plants': 'because' is missing; add it"
    ]
    (text,) = told(RulesFile, file(row(when={"TypeCode": {"equals": 387}})))
    assert "387 is not a text; write it in quotes" in text


def test_a_file_that_is_no_mapping_is_told():
    """A list, a text or nothing where a file should stand is a finding, not a crash."""
    for raw in ([], "rules", None):
        (text,) = told(RulesFile, raw)
        assert text.startswith("f.yaml: the file: ")


def test_rows_that_are_no_mapping_are_told(file):
    """A text where a row should stand is told at its place."""
    assert told(RulesFile, file("plants"))[0].startswith("f.yaml: rules[0]: 'plants': ")


def test_views_are_told_their_own_keys():
    """A view's unknown keys and malformed lines are told with path."""
    raw = {"name": "v", "title": "a view", "package": "p", "paths": ["A.*"], "hides": []}
    first, second = told(ViewFile, raw)
    assert first.startswith("f.yaml: paths[0].path: 'A.*': ")
    assert "unknown key 'hides'; known: name, title, package, paths, beside, spans" in second
