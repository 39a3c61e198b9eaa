"""The JSON Schema of the data of each delivery, for the documentation of the doors.

It is made from the same description as the Avro schemas (`subjects`): a class has one schema, its
name there is its name here, and neither can know a field that the other does not.

Rules
    A schema refers to others by `REFERENCE`. What a view may cut is not required; a field that
    every payload has is, with null, "whole" or "nothing" where the payload says so.
    `description` holds the WCO identifier and the representation, `x-data-class` how a leaf is
    classed.
What does not belong
    The CloudEvent around the data (`broker.documentation.deliveries`).
"""

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from broker.model.subjects import NAMESPACE, Schema, subjects

REFERENCE: Final = "#/components/schemas/{}"

JsonSchema = dict[str, Any]
_PLAIN: Mapping[str, JsonSchema] = {
    "string": {"type": "string"}, "long": {"type": "integer"}, "boolean": {"type": "boolean"},
}  # fmt: skip


def referred(name: str) -> JsonSchema:
    """A reference to the schema of this name."""
    return {"$ref": REFERENCE.format(name)}


def data_of(subject: str) -> str:
    """The name of the schema of a subject's data."""
    return subject.removeprefix(f"{NAMESPACE}.")


@cache
def json_schemas() -> Mapping[str, JsonSchema]:
    """Every schema by its name: of each subject, and of all classes below them."""
    found: dict[str, JsonSchema] = {}
    for subject in subjects().values():
        for record in _records(subject):
            name, shape = record["name"], _object(record)
            assert found.setdefault(name, shape) == shape, f"two classes are called {name}"
    return MappingProxyType(found)


def _records(schema: Schema) -> Iterator[Mapping[str, Any]]:
    """The schema and every record that is defined in it, each once."""
    match schema:
        case list():
            for branch in schema:
                yield from _records(branch)
        case {"type": "array", "items": items}:
            yield from _records(items)
        case {"type": "record", "fields": fields}:
            yield schema
            for field in fields:
                yield from _records(field["type"])


def _object(record: Mapping[str, Any]) -> JsonSchema:
    shown: JsonSchema = {"type": "object"}
    if record.get("doc"):
        shown["description"] = record["doc"]
    shown["properties"] = {field["name"]: _property(field) for field in record["fields"]}
    required = [field["name"] for field in record["fields"] if _is_always_there(field)]
    return {**shown, "required": required} if required else shown


def _is_always_there(field: Mapping[str, Any]) -> bool:
    return "default" not in field or "json" in field


def _property(field: Mapping[str, Any]) -> JsonSchema:
    shape = _shape(field["type"])
    match field.get("json", []):
        case None:
            shape = {"anyOf": [shape, {"type": "null"}]}
        case str(word):
            shape = {"anyOf": [{"type": "string", "enum": [word]}, shape]}
    if "doc" in field:
        shape = {**shape, "description": field["doc"]}
    return {**shape, "x-data-class": field["data"]} if "data" in field else shape


def _shape(kind: Schema) -> JsonSchema:
    match kind:
        case str():
            return dict(_PLAIN[kind]) if kind in _PLAIN else referred(kind)
        case ["null", inner]:
            return _shape(inner)
        case {"type": "array", "items": items}:
            return {"type": "array", "items": _shape(items)}
        case {"type": "record", "name": name}:
            return referred(name)
    raise AssertionError(f"our schemas have no type {kind!r}")
