"""Payloads of an agency's topic as Avro, in the Confluent wire format, and back.

Rules
    A zero byte, the schema's id in four bytes, then Avro's binary form. Readers need the id only.
    Writing and reading give the same payload again, less what says nothing in it: nulls, and empty
    lists where they may be left out. What the newest schema of the subject does not know is our
    mistake, and raises: nothing is left out silently.
    Each schema is compiled once, into a function for each type that gives bytes. An absent field
    is one zero byte wherever it stands (null is the first branch, an empty list has no blocks),
    so a record costs what it says, not how wide its class is. A writer that walks the schema's
    fields pays for every absent one; a test holds that the bytes are the same.
What does not belong
    What the schemas are (`subjects`), and which are kept (`kept`).
"""

import io
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, cast

import fastavro
from fastavro.types import Schema as Parsed

from broker.model.kept import registry
from broker.model.subjects import Schema

Writer = Callable[[Any], bytes]
Reader = Callable[[Any], Any]

ABSENT = b"\0"
PRESENT = b"\2"
"""The second branch of a union."""

_HEAD_BYTES = 5
_SHORT = tuple(bytes((2 * length,)) for length in range(64))
"""Numbers that take one byte: most lengths."""


def encoded(subject: str, payload: Mapping[str, Any]) -> bytes:
    """The payload under the newest schema of its subject. KeyError: there is no such subject."""
    newest = registry().newest(subject)
    return ABSENT + newest.id.to_bytes(4, "big") + _writer(newest.id)(payload)


def decoded(data: bytes) -> dict[str, Any]:
    """The payload again, by the schema it was written with.

    Raises ValueError, with a sentence, for bytes that are none of ours.
    """
    schema_id = int.from_bytes(data[1:_HEAD_BYTES], "big")
    if len(data) <= _HEAD_BYTES or data[:1] != ABSENT:
        raise ValueError("the bytes do not begin with a zero byte and the id of a schema")
    if schema_id not in registry().by_id:
        raise ValueError(f"no schema is kept with the id {schema_id}")
    parsed, reader = _reader(schema_id)
    rest = io.BytesIO(data[_HEAD_BYTES:])
    try:
        said = fastavro.schemaless_reader(rest, parsed, None)
    except (EOFError, IndexError, ValueError):  # their texts may hold a value
        raise ValueError(f"the bytes are not of the schema {schema_id}") from None
    if rest.read(1):
        raise ValueError(f"the bytes go on after what the schema {schema_id} describes")
    return cast("dict[str, Any]", reader(said))


@cache
def _writer(schema_id: int) -> Writer:
    return writer_of(registry().by_id[schema_id].schema, {})


@cache
def _reader(schema_id: int) -> tuple[Parsed, Reader]:
    schema = registry().by_id[schema_id].schema
    return fastavro.parse_schema(schema), reader_of(schema, {})


def writer_of(schema: Schema, named: dict[str, Writer]) -> Writer:
    """The writer of a type; records are put under their names on the way."""
    match schema:
        case str():
            return _SIMPLE[schema] if schema in _SIMPLE else named[schema]
        case ["null", kind]:
            return _optional(writer_of(kind, named))
        case {"type": "array", "items": items}:
            return _list(writer_of(items, named))
        case {"type": "record", "name": name, "fields": fields}:
            return _record(name, fields, named)
    raise AssertionError(f"our schemas have no type {schema!r}")


def _text(value: str) -> bytes:
    written = value.encode()
    return _long(len(written)) + written


def _long(value: int) -> bytes:
    if 0 <= value < len(_SHORT):
        return _SHORT[value]
    rest = value * 2 if value >= 0 else -value * 2 - 1
    written = bytearray()
    while rest > 0x7F:
        written.append(rest & 0x7F | 0x80)
        rest >>= 7
    written.append(rest)
    return bytes(written)


_SIMPLE: Mapping[str, Writer] = {
    "string": _text,
    "long": _long,
    "boolean": lambda value: b"\1" if value else b"\0",
}


def _optional(inner: Writer) -> Writer:
    return lambda value: ABSENT if value is None else PRESENT + inner(value)


def _list(inner: Writer) -> Writer:
    def write(values: Any) -> bytes:
        if not values:
            return ABSENT
        return _long(len(values)) + b"".join([inner(value) for value in values]) + ABSENT

    return write


def _record(name: str, fields: list[Any], named: dict[str, Writer]) -> Writer:
    places: dict[str, tuple[int, Writer]] = {}
    absent = [ABSENT if "default" in field else None for field in fields]

    def write(tree: Mapping[str, Any]) -> bytes:
        parts: list[Any] = absent.copy()
        for key, value in tree.items():
            place, inner = places[key]
            parts[place] = inner(value)
        return b"".join(parts)

    named[name] = write
    for place, field in enumerate(fields):
        places[field["name"]] = (place, _worded(field, writer_of(field["type"], named)))
    return write


def _worded(field: Mapping[str, Any], inner: Writer) -> Writer:
    """The writer of a field for which JSON may have a word."""
    word = field.get("json")
    if not isinstance(word, str):
        return inner
    return lambda value: ABSENT if value == word else inner(value)


def reader_of(schema: Schema, named: dict[str, Reader]) -> Reader:
    """The way back from what Avro gives: the same tree as JSON has it."""
    match schema:
        case str():
            return named.get(schema, lambda value: value)
        case ["null", kind]:
            return reader_of(kind, named)
        case {"type": "array", "items": items}:
            inner = reader_of(items, named)
            return lambda values: [inner(value) for value in values]
        case {"type": "record", "name": name, "fields": fields}:
            return _said(name, fields, named)
    raise AssertionError(f"our schemas have no type {schema!r}")


def _said(name: str, fields: list[Any], named: dict[str, Reader]) -> Reader:
    """The reader of a record: what has its default is left out, or said in JSON's word."""
    inner: list[tuple[Any, Reader]] = []

    def read(tree: Mapping[str, Any]) -> dict[str, Any]:
        shown = {}
        for field, of_one in inner:
            value = tree[field["name"]]
            if "default" not in field or value != field["default"]:
                shown[field["name"]] = of_one(value)
            elif "json" in field:
                word = field["json"]
                shown[field["name"]] = [] if word == [] else word
        return shown

    named[name] = read
    inner += [(field, reader_of(field["type"], named)) for field in fields]
    return read
