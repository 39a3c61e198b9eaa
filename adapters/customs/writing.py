"""From a plain canonical tree to a WCO XML document, by the table that also reads it.

Rules
    Elements stand in the order of the table, which is that of the schema.
    A value is cut to the length of its format, and left out where it cannot be of that format:
    what is written is valid by form.
    Characters that XML 1.0 cannot hold are written as U+FFFD.
"""

from collections.abc import Mapping
from types import MappingProxyType
from xml.sax.saxutils import escape, quoteattr

from adapters.customs.moment import from_iso
from adapters.customs.tables import (
    DECLARATION,
    DECLARATION_TYPES,
    ENVELOPE,
    RESPONSE,
    RESPONSE_TYPES,
    declaration,
    response,
)
from adapters.mapping import AMOUNT, KEPT, MANY, MEASURE, MOMENT, ONE, Field
from adapters.wire.xml import writable
from broker.adapter import Tree

_HALVES = {AMOUNT: ("currency", "currencyID"), MEASURE: ("unit", "unitCode")}


Envelope = Mapping[str, str]
"""The fields of a profile in MetaData, by element name."""

SILENT: Envelope = MappingProxyType({})
_ENVELOPE = (
    "ResponsibleCountryCode",
    "ResponsibleAgencyName",
    "AgencyAssignedCustomizationCode",
    "AgencyAssignedCustomizationVersionCode",
)
"""In the order of DocumentMetaData."""


def declaration_xml(tree: Tree, envelope: Envelope = SILENT) -> bytes:
    """A declaration's body in its envelope."""
    field = declaration().top["Declaration"]
    return _document(tree, field, envelope, (DECLARATION, DECLARATION_TYPES))


def response_document(tree: Tree, envelope: Envelope = SILENT) -> bytes:
    """A response's body in its envelope."""
    return _document(tree, response().top["Response"], envelope, (RESPONSE, RESPONSE_TYPES))


def _document(tree: Tree, field: Field, envelope: Envelope, spaces: tuple[str, str]) -> bytes:
    kind = "RES" if spaces[0] == RESPONSE else "DEC"
    fields = "".join(
        f"<md:{name}>{escape(envelope[name])}</md:{name}>" for name in _ENVELOPE if name in envelope
    )
    pieces: list[str] = []
    _content(tree, field, pieces)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<md:MetaData xmlns:md="{ENVELOPE}" xmlns="{spaces[0]}" xmlns:ds="{spaces[1]}">'
        "<md:WCODataModelVersionCode>3.6</md:WCODataModelVersionCode>"
        f"<md:WCOTypeName>{kind}</md:WCOTypeName>"
        f"{fields}<{field.tag}>{''.join(pieces)}</{field.tag}></md:MetaData>"
    ).encode()


def _content(tree: Tree, above: Field, pieces: list[str]) -> None:
    for below in above.children:
        value = tree.get(below.name) if below.kind != KEPT else None
        if value is None:
            continue
        if below.kind == MANY:
            for instance in value[: below.limit]:
                _class(instance, below, pieces)
        elif below.kind == ONE:
            _class(value, below, pieces)
        else:
            _leaf(value, below, pieces)


def _class(tree: Tree, field: Field, pieces: list[str]) -> None:
    pieces.append(f"<{field.tag}>")
    _content(tree, field, pieces)
    pieces.append(f"</{field.tag}>")


def _leaf(value: str | Tree, field: Field, pieces: list[str]) -> None:
    attribute = ""
    if isinstance(value, dict):
        half, name = _HALVES[field.kind]
        if half in value:
            attribute = f" {name}={quoteattr(writable(value[half]))}"
        value = str(value["value"])
    elif field.kind == MOMENT:
        formatted = from_iso(value)
        if formatted:
            code, text = formatted
            moment = f'<ds:DateTimeString formatCode="{code}">{text}</ds:DateTimeString>'
            pieces.append(f"<{field.tag}>{moment}</{field.tag}>")
        return
    text = value[: field.limit]
    if text.strip() and field.shape(text):
        pieces.append(f"<{field.tag}{attribute}>{escape(writable(text))}</{field.tag}>")
