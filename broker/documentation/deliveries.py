"""The CloudEvent of each delivery, and the page of a feed, as JSON Schemas.

Rules
    A schema for each kind of data, whose `type` is one of those that hold it (`types`); its data
    is described by the model (`broker.model.json_schemas`).
    A recipient that reads a topic has the data of its feed in Avro, too (`EncodedDelivery`).
    A reply is bytes in its sender's syntax, several artifacts, or a refusal where no syntax is
    known.
"""

from collections.abc import Iterable
from typing import Any, Final

from broker.documentation.types import REPLY, DeliveryType, delivery_types
from broker.model.json_schemas import JsonSchema, json_schemas, referred

PAGE: Final = "FeedPage"
_TEXT: JsonSchema = {"type": "string"}
_BASE64: JsonSchema = {"type": "string", "contentEncoding": "base64"}
_ATTRIBUTES: dict[str, JsonSchema] = {
    "swbseq": {"type": "integer", "minimum": 1, "description": "counts without a gap"},
    "swbchain": {
        "type": "string",
        "pattern": "^[0-9a-f]{16}$",
        "description": "proves to which line of numbers it belongs",
    },
    "specversion": {"type": "string", "const": "1.0"},
    "id": {**_TEXT, "description": "the same however often it is given"},
    "source": _TEXT,
    "time": {**_TEXT, "description": "ISO 8601, UTC"},
    "subject": {**_TEXT, "description": "the dossier"},
    "traceparent": {**_TEXT, "description": "W3C trace context"},
}
_ALWAYS = ("swbseq", "swbchain", "specversion", "id", "source", "time", "type")
_ANSWERED: dict[str, JsonSchema] = {
    "swbsubmission": {**_TEXT, "description": "the submission that is answered"},
    "swbmessage": {"type": "integer", "description": "the message of it; 0: the whole"},
    "swbstatus": _TEXT,
}


def delivery_schemas(kinds: Iterable[str]) -> dict[str, JsonSchema]:
    """Every schema of deliveries of dossiers of these kinds, and those they refer to."""
    by_data: dict[str, list[DeliveryType]] = {}
    for one in delivery_types(kinds):
        by_data.setdefault(one.data, []).append(one)
    replies = by_data.pop(REPLY)
    told = {f"{data}Delivery": _told(types, data) for data, types in by_data.items()}
    every = [one for types in by_data.values() for one in types]
    told["EncodedDelivery"] = _encoded(every)
    told |= {
        "ReplyDelivery": _reply(replies, _bytes("the reply"), "data_base64", "datacontenttype"),
        "ReplyOfArtifacts": _reply(replies, {"data": referred("Artifacts")}, "data"),
        "ReplyAsData": _reply(replies, {"data": referred("Refusal")}, "data"),
    }
    return {**json_schemas(), **told, "Artifacts": _artifacts(), PAGE: _page(told)}


def _page(told: Iterable[str]) -> JsonSchema:
    return {
        "type": "object",
        "description": "The next deliveries; `cursor` acknowledges them with the next poll.",
        "properties": {
            "deliveries": {"type": "array", "items": {"anyOf": [referred(one) for one in told]}},
            "cursor": {"type": "string", "pattern": "^c[0-9]+-[0-9a-f]{16}$"},
        },
        "required": ["deliveries", "cursor"],
    }


def _event(types: list[DeliveryType], more: dict[str, JsonSchema], *required: str) -> JsonSchema:
    names = list(dict.fromkeys(name for one in types for name in one.names))
    return {
        "type": "object",
        "description": "\n".join(_listed(one) for one in types),
        "properties": {**_ATTRIBUTES, "type": {"type": "string", "enum": names}, **more},
        "required": [*_ALWAYS, *required],
    }


def _listed(one: DeliveryType) -> str:
    """A line of Markdown."""
    return f"- {', '.join(f'`{name}`' for name in one.names)}: {one.text}"


def _told(types: list[DeliveryType], data: str) -> JsonSchema:
    return _event(types, {"data": referred(data)}, "data")


def _encoded(types: list[DeliveryType]) -> JsonSchema:
    more = _bytes("the data in the Confluent wire format; its schema is in /registry")
    more["datacontenttype"] = {"type": "string", "const": "application/avro"}
    shown = _event(types, more, "data_base64", "datacontenttype")
    words = "Any delivery to a recipient that reads a topic as well: its data is Avro."
    return {**shown, "description": words}


def _bytes(words: str) -> dict[str, JsonSchema]:
    return {"datacontenttype": _TEXT, "data_base64": {**_BASE64, "description": words}}


def _reply(types: list[DeliveryType], more: dict[str, JsonSchema], *required: str) -> JsonSchema:
    return _event(types, {**_ANSWERED, **more}, *_ANSWERED, *required)


def _artifacts() -> JsonSchema:
    content: dict[str, Any] = {"description": "JSON, as it is"}
    one = {
        "type": "object",
        "properties": {
            "name": _TEXT, "content_type": _TEXT, "content": content, "content_base64": _BASE64,
        },
        "required": ["name", "content_type"],
    }  # fmt: skip
    return {
        "type": "object",
        "description": "Several files that are one reply: a workbook with marks, and a list.",
        "properties": {"artifacts": {"type": "array", "items": one, "minItems": 1}},
        "required": ["artifacts"],
    }
