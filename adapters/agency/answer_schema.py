"""The answer in JSON as a JSON Schema, from the tables that `answer_json` reads by.

Rules
    A null is an absent value, and is not shown. Numbers are shown as whole numbers; texts of
    digits are read too. What hangs together (a delivery or a reference, a status unless something
    is corrected) is said in words: it is judged by the adapter.
"""

from functools import cache
from typing import Any

from adapters.agency.answer_json import ANSWER, DOCUMENT, STATUSES, SUBJECT
from adapters.agency.lists import AMOUNT, LISTS, Part
from adapters.agency.reading import CURRENCY, NUMBER_MAX, QUANTITY, SUM
from adapters.changes import CHANGES_MAX, EXAMPLES
from broker.model.answer import REPORTS
from broker.model.leaf import MOMENT

Schema = dict[str, Any]


def _text(length: int, words: str = "") -> Schema:
    shown: Schema = {"type": "string", "minLength": 1, "maxLength": length}
    return {**shown, "description": words} if words else shown


def _members(parts: dict[str, Schema], *required: str) -> Schema:
    shown: Schema = {"type": "object", "properties": parts, "additionalProperties": False}
    return {**shown, "required": list(required)} if required else shown


def _list(items: Schema, **more: Any) -> Schema:
    return {"type": "array", "items": items, **more}


def _number(words: str) -> Schema:
    return {"type": "integer", "minimum": 1, "maximum": NUMBER_MAX, "description": words}


_MOMENT: Schema = {"type": "string", "pattern": MOMENT}
_REFERENCE: Schema = _list(
    {"type": "string", "minLength": 1}, minItems=2, maxItems=2, description="scheme and value"
)


def _defined(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


@cache
def published() -> Schema:
    """The schema, as it is shown at the doors."""
    known: dict[str, Schema] = {
        "id": _text(35, "the agency's own number: one for each content"),
        "delivery": _text(35, "the delivery that is answered; absent: references name it"),
        "references": _list(_REFERENCE),
        "request": _number("the request that is decided, by its number"),
        "question": _number("the question that is closed, by its number"),
        "answers": _list(_defined("Entry")),
        "changes": _list(_defined("Change"), minItems=1, maxItems=CHANGES_MAX),
        "package": {
            "type": "string",
            "enum": list(EXAMPLES),
            "description": "of what document the changes are; absent: a goods declaration",
        },
        **{
            report: {**_MOMENT, "description": f"when the goods or persons were {report}"}
            for report in REPORTS.values()
        },
    }
    return {
        **_members({name: known[name] for name in DOCUMENT}, "id"),
        "title": "AgencyAnswer",
        "description": (
            "The answer of an agency. It names a delivery or a reference, and has answers, "
            "changes, a question or a report."
        ),
        "$defs": {
            "Entry": _entry(),
            "Subject": _subject(),
            "Quantity": _pair("unit", QUANTITY, _text(3)),
            "Amount": _pair("currency", SUM, {"type": "string", "pattern": f"^{CURRENCY}$"}),
            "Change": _change(),
            **{name: _element(parts) for _, name, parts in LISTS},
        },
    }


def _entry() -> Schema:
    known: dict[str, Schema] = {
        "subject": _defined("Subject"),
        "quantity": _defined("Quantity"),
        "check": _text(17),
        "status": {"type": "string", "enum": list(STATUSES)},
        "native": _text(35),
        "valid_until": _MOMENT,
        **{
            member: _list(_worded(_defined(name)) if "text" in parts else _defined(name))
            for member, name, parts in LISTS
        },
    }
    words = "What is decided. The status may be absent beside changes, and nowhere else."
    return {**_members({name: known[name] for name in ANSWER}), "description": words}


def _subject() -> Schema:
    known: dict[str, Schema] = {
        "item": _number("a goods item"),
        "path": _text(512, "a canonical path"),
        "part": _text(70),
        "abo": _text(70, "a person, by the carrier's reference"),
        "avf": _text(70, "a person, by the booking"),
    }
    shown = _members({name: known[name] for name in SUBJECT})
    return {**shown, "minProperties": 1, "maxProperties": 1}


def _pair(half: str, number: str, shape: Schema) -> Schema:
    value = {"type": "string", "pattern": f"^{number}$"}
    return _members({"value": value, half: shape}, "value", half)


def _change() -> Schema:
    value = {"type": "string", "minLength": 1, "maxLength": 512}
    leaf = _members({"value": value, "currency": value, "unit": value}, "value")
    shapes = [value, leaf, {"type": "null"}]
    words = "null removes what is there; an amount has a currency, a measure a unit"
    parts = {"path": _text(512, "a canonical path of the document"),
             "value": {"anyOf": shapes, "description": words}}  # fmt: skip
    return _members(parts, "path", "value")


def _worded(element: Schema) -> Schema:
    """A string is its text."""
    return {"anyOf": [_text(512), element]}


def _element(parts: Any) -> Schema:
    return _members({member: _part(part) for member, part in parts.items()})


def _part(part: Part) -> Schema:
    _, what = part
    if isinstance(what, int):
        return _text(what)
    return _defined("Amount") if what == AMOUNT else _MOMENT
