"""The OpenAPI document: what the framework says of the routes, and what each door answers."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import TypeAdapter

from broker.documentation import registry, shapes, traces
from broker.documentation.deliveries import delivery_schemas
from broker.documentation.operations import (
    HEADERS,
    LODGED,
    OPERATIONS,
    PROBLEM,
    Operation,
    words_of,
)
from broker.model.json_schemas import REFERENCE, JsonSchema, referred

KEY = "key"
_PREFIX = REFERENCE.format("")
_DEFINED = "#/$defs/"
_BYTES: JsonSchema = {"type": "string", "format": "binary"}
DESCRIPTION = """\
Submissions in, answers back, and what became of them.

A key goes in the header `Authorization: Bearer KEY`. Refusals are problem details (RFC 9457) with
a stable `code`; those of `/registry` are its protocol's. Another method is 405. A query parameter
that a door does not know is 400. What a delivery of each type holds stands below, from `FeedPage`.
"""
TAGS = {
    "intake": "Lodge submissions; answer deliveries.",
    "delivery": "Read what you are told.",
    "ledger": "What became of a submission.",
    "operators": "Keys, what waits for a person, and the road of anything.",
    "schemas": "The schemas of agencies' topics, as a Confluent schema registry has them.",
    "operations": "Whether the process lives and works.",
}


def described(plain: dict[str, Any], kinds: Iterable[str]) -> dict[str, Any]:
    """The framework's document, in place, with all that the doors take and answer.

    `kinds`: of the dossiers that deliveries are about. KeyError: a door is not documented.
    """
    taken: dict[str, Any] = {}
    known = {**_shape_schemas(), **delivery_schemas(kinds)}
    for path, operations in plain["paths"].items():
        for method, operation in operations.items():
            _describe(operation, OPERATIONS[f"{method.upper()} {path}"])
            body = operation.get("requestBody", {}).get("content", {})
            for media in body.values():
                media["schema"] = _hoisted(media["schema"], known)
            taken |= body
    for operations in plain["paths"].values():
        for operation in operations.values():
            _with_originals(operation["responses"], taken)
    used = {operation["tags"][0] for one in plain["paths"].values() for operation in one.values()}
    plain["info"]["description"] = DESCRIPTION
    plain["tags"] = [
        {"name": name, "description": text} for name, text in TAGS.items() if name in used
    ]
    plain["components"] = {
        "schemas": _reached(plain["paths"], known),
        "securitySchemes": {
            KEY: {"type": "http", "scheme": "bearer", "description": "a key that was issued to you"}
        },
    }
    return plain


def _describe(operation: dict[str, Any], door: Operation) -> None:
    operation["operationId"] = door.id
    operation["security"] = [{KEY: []}] if door.keyed else []
    parameters = [*operation.pop("parameters", ()), *door.headers]
    if parameters:
        operation["parameters"] = parameters
    if door.body is not None:
        operation["requestBody"] = {"required": True, "content": dict(door.body)}
    operation["responses"] = {
        str(status): _answer(status, content) for status, content in door.answers.items()
    }


def _answer(status: int, content: Mapping[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = {"description": words_of(status), "content": dict(content)}
    if status in HEADERS and PROBLEM in content:
        shown["headers"] = dict(HEADERS[status])
    return shown


def _with_originals(answers: dict[str, Any], taken: Mapping[str, Any]) -> None:
    """The media types of an original: those that the doors take, as bytes."""
    for answer in answers.values():
        if LODGED in answer["content"]:
            answer["content"] = {
                media: {"schema": {} if media.endswith("json") else _BYTES} for media in taken
            }


def _shape_schemas() -> dict[str, JsonSchema]:
    """The schema of each shape, and of those inside of them."""
    every = (*shapes.SHAPES, *traces.SHAPES, *registry.SHAPES)
    _, found = TypeAdapter.json_schemas(
        [(one, "serialization", TypeAdapter(one)) for one in every],
        ref_template=REFERENCE.format("{model}"),
    )
    schemas: dict[str, JsonSchema] = _untitled(found["$defs"])
    return schemas


def _untitled(value: Any) -> Any:
    """Without titles that only repeat names; a property may be called so."""
    if isinstance(value, list):
        return [_untitled(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _untitled(one)
        for key, one in value.items()
        if key != "title" or not isinstance(one, str)
    }


def _hoisted(schema: JsonSchema, known: dict[str, JsonSchema]) -> JsonSchema:
    """A reference to a family's schema, which is put among the others under its title."""
    if "anyOf" in schema:
        return {"anyOf": [_hoisted(one, known) for one in schema["anyOf"]]}
    if "title" not in schema:
        return schema
    name = schema["title"]
    inner = {f"{_DEFINED}{one}": f"{name}{one}" for one in schema.get("$defs", {})}
    whole = {key: one for key, one in schema.items() if key not in {"$schema", "$defs"}}
    for title, shape in {name: whole, **_defined(schema, name)}.items():
        known[title] = _untitled(_renamed(shape, inner))
    return referred(name)


def _defined(schema: JsonSchema, name: str) -> dict[str, JsonSchema]:
    return {f"{name}{one}": shape for one, shape in schema.get("$defs", {}).items()}


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return [_renamed(one, names) for one in value]
    if not isinstance(value, dict):
        return value
    to = value.get("$ref")
    if isinstance(to, str) and to in names:
        return {**value, **referred(names[to])}
    return {key: _renamed(one, names) for key, one in value.items()}


def _reached(start: Any, known: Mapping[str, JsonSchema]) -> dict[str, JsonSchema]:
    """The schemas that something refers to, in the order of their names."""
    found: dict[str, JsonSchema] = {}
    ways = [start]
    while ways:
        for name in _references(ways.pop()):
            if name not in found:
                found[name] = known[name]
                ways.append(known[name])
    return dict(sorted(found.items()))


def _references(value: Any) -> set[str]:
    if isinstance(value, list):
        return set().union(*map(_references, value))
    if not isinstance(value, dict):
        return set()
    here = value.get("$ref")
    own = {here.removeprefix(_PREFIX)} if isinstance(here, str) else set()
    return own.union(*map(_references, value.values()))
