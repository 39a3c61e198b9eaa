"""The schema of the item push, held against the model, the profile and the adapter."""

import re
from typing import Any

import orjson
import pytest

from adapters.postal.item_json import ItemJson
from adapters.postal.item_schema import published, schema
from adapters.postal.sample_item import trees
from broker.adapter import Profile
from broker.model.packages import index

PUBLISHED = published()
PLAIN = Profile("plain", "postal", "postal item JSON 1")
KEYED = {"FunctionalReferenceID": "LX123456785US", "AcceptanceDateTime": "2026-11-02"}


def _patterns(shown: dict[str, Any], prefix: str = "") -> dict[str, dict[str, Any]]:
    """Every place of a schema, by its canonical pattern."""
    found = {}
    for name, below in shown.get("properties", {}).items():
        found[prefix + name] = below
        found |= _patterns(below.get("items", below), f"{prefix}{name}.")
    return found


def _breaches(value: Any, shown: dict[str, Any]) -> list[str]:
    """What a value breaks of the few keywords that the schema uses."""
    kinds = shown["type"] if isinstance(shown["type"], list) else [shown["type"]]
    said = {dict: "object", list: "array", str: "string", int: "number", float: "number"}
    if said[type(value)] not in kinds:
        return ["type"]
    if isinstance(value, str):
        long = len(value) > shown.get("maxLength", len(value))
        wrong = re.search(shown.get("pattern", ""), value) is None
        return ["maxLength"] * long + ["pattern"] * wrong
    if isinstance(value, list):
        faults = ["maxItems"] * (len(value) > shown["maxItems"])
        return faults + [fault for one in value for fault in _breaches(one, shown["items"])]
    if isinstance(value, dict):
        known = shown["properties"]
        faults = ["additionalProperties"] * bool(set(value) - set(known))
        faults += ["required"] * bool(set(shown.get("required", ())) - set(value))
        return faults + [
            fault for name, one in value.items() if name in known
            for fault in _breaches(one, known[name])
        ]  # fmt: skip
    return ["minimum"] * (value < shown.get("minimum", 0))


def test_the_published_schema_is_that_of_the_shipped_profile(items_profile):
    """item.schema.json changes with the model and the profile, or this says so."""
    assert schema(items_profile.constraints) == PUBLISHED


def test_every_place_of_the_model_is_in_the_schema():
    """Names, kinds and lengths are the model's, and no other name may be sent."""
    places = _patterns(PUBLISHED)
    known = index("postal-item")
    assert set(places) == set(known)
    for pattern, node in known.items():
        shown = places[pattern]
        if node.kind == "class":
            below = shown["items"] if node.field.repeats else shown
            assert below["additionalProperties"] is False
        half = pattern.endswith((".currency", ".unit"))
        if node.kind == "text" and node.element.format.startswith("an..") and not half:
            assert shown["maxLength"] == int(node.element.format[4:]), pattern


def test_what_is_required_is_what_the_profile_demands_of_everyone(items_profile):
    """An unconditional demand is in the schema; one under a condition is the adapter's to judge."""
    required = {
        f"{pattern}.{name}".lstrip(".")
        for pattern, shown in {"": PUBLISHED, **_patterns(PUBLISHED)}.items()
        for name in shown.get("items", shown).get("required", ())
    }
    always = {
        one.path
        for one in items_profile.constraints
        if one.demand == "mandatory" and not one.when and one.severity == "error"
    }
    assert always <= required
    halves = {one for one in required if one.endswith((".value", ".currency"))}
    assert required - halves - always == set(KEYED)


def test_composed_items_fit_the_schema():
    """What the adapter accepts without a word, the schema allows."""
    for tree in trees(items=50, number=1, seed=3):
        assert _breaches(tree, PUBLISHED) == []


@pytest.mark.parametrize(
    ("tree", "fault"),
    [
        ({"MailClas": "U"}, "additionalProperties"), ({"MailClassCode": "UU"}, "maxLength"),
        ({"MailClassCode": 1}, "type"), ({"AdditionalDocument": {}}, "type"),
        ({"AdditionalDocument": [{}] * 1000}, "maxItems"),
        ({"InvoiceAmount": {"value": "1,5", "currency": "EUR"}}, "pattern"),
        ({"InvoiceAmount": {"value": 1.5}}, "required"),
        ({"InvoiceAmount": {"value": -1, "currency": "EUR"}}, "minimum"),
        ({"TotalGrossMassMeasure": {"value": "1", "unit": "KILOGRAM"}}, "maxLength"),
    ],
)  # fmt: skip
def test_what_the_schema_refuses_the_adapter_refuses(tree, fault, items_profile):
    """Names, kinds, lengths, formats and obligations mean the same in both."""
    assert fault in _breaches({**KEYED, **tree}, PUBLISHED)
    for profile in (PLAIN, items_profile):
        payload = orjson.dumps({**KEYED, **tree})
        (message,) = ItemJson().translate(payload, profile).messages
        assert message.verdict == "rejected"
