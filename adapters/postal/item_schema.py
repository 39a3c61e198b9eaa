"""The schema of the item push: JSON Schema 2020-12, as OpenAPI 3.1 takes it, from the model.

Names, nesting, formats and lengths are the model's; what is required is what a profile demands
without a condition, and what the key needs. Conditions, codes and check digits are judged by the
adapter, not by the schema. `item.schema.json` is what this gives for the shipped profile.
"""

import json
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

from adapters.mapping import representation
from adapters.postal.member_reading import LIST_MAX
from broker.adapter import Constraint
from broker.model.leaf import MOMENT, Canonical
from broker.model.packages import Field, fields_of
from broker.model.postal import PostalItem

_TITLE = "PostalItemPush"
_DESCRIPTION = (
    "One postal item: one object a request, or a line. "
    "The declaration data of CN 22, CN 23 and ITMATT in the names of the WCO Data Model. Values "
    "and masses are those of the line, not of one piece; masses are in KGM; every sum has its "
    "currency. Decimals are strings or numbers, and their digits are kept."
)
_KEY = ("AcceptanceDateTime", "FunctionalReferenceID")


def schema(constraints: Iterable[Constraint]) -> dict[str, Any]:
    """The schema, with what these constraints make obligatory."""
    demanded = {
        one.path
        for one in constraints
        if one.demand == "mandatory" and one.severity == "error" and not one.when
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **_class(PostalItem, "", demanded | set(_KEY)),
        "title": _TITLE,
        "description": _DESCRIPTION,
    }


@cache
def published() -> dict[str, Any]:
    """The schema of the shipped profile, as it is shown at the doors."""
    text = files("adapters.postal").joinpath("item.schema.json").read_text("utf-8")
    shown: dict[str, Any] = json.loads(text)
    return shown


def _class(model: type[Canonical], prefix: str, demanded: set[str]) -> dict[str, Any]:
    fields = fields_of(model)
    shown: dict[str, Any] = {
        "type": "object",
        "description": (model.__doc__ or "").splitlines()[0],
        "properties": {
            name: _field(field, f"{prefix}{name}", demanded) for name, field in fields.items()
        },
        "additionalProperties": False,
    }
    required = [name for name in fields if f"{prefix}{name}" in demanded]
    if required:
        shown["required"] = required
    return shown


def _field(field: Field, path: str, demanded: set[str]) -> dict[str, Any]:
    if field.kind == "class" and field.model is not None:
        one = _class(field.model, f"{path}.", demanded)
        return {"type": "array", "items": one, "maxItems": LIST_MAX} if field.repeats else one
    if field.kind in {"amount", "measure"}:
        return _pair(field, path, demanded)
    return {**_leaf(field), **_named(field)}


def _named(field: Field) -> dict[str, str]:
    wco = field.element.wco
    return {"description": f"WCO {wco}"} if wco else {}


def _leaf(field: Field) -> dict[str, Any]:
    if field.kind == "number":
        return _decimal(field)
    if field.kind == "moment":
        return {"type": "string", "pattern": MOMENT}
    form = representation(field.element.format)
    if form is None:
        return {"type": "string"}
    if form.letters == "an":
        return {"type": "string", "maxLength": form.most}
    span = f"{{1,{form.most}}}" if form.upto else f"{{{form.most}}}"
    kind = "[A-Z]" if form.letters == "a" else "[0-9]"
    return {"type": "string", "pattern": f"^{kind}{span}$"}


def _decimal(field: Field) -> dict[str, Any]:
    form = representation(field.element.format)
    digits, places = (form.most, form.decimals) if form else (18, 9)
    whole = f"[0-9]{{1,{digits}}}"
    shape = (
        rf"^\+?({whole}(\.[0-9]{{0,{places}}})?|\.[0-9]{{1,{places}}})$"
        if places
        else rf"^\+?{whole}\.?$"
    )
    return {"type": ["string", "number"], "pattern": shape, "minimum": 0}


def _pair(field: Field, path: str, demanded: set[str]) -> dict[str, Any]:
    currency: dict[str, Any] = {"type": "string", "pattern": "^[A-Z]{3}$"}
    unit: dict[str, Any] = {"type": "string", "maxLength": 5}
    half, shown = ("currency", currency) if field.kind == "amount" else ("unit", unit)
    required = ["value"]
    if field.kind == "amount" or f"{path}.{half}" in demanded:
        required.append(half)
    return {
        "type": "object",
        **_named(field),
        "properties": {"value": _decimal(field), half: shown},
        "required": required,
        "additionalProperties": False,
    }
