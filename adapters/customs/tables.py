"""The compiled tables of the customs dialects: read once, from the CSV files in `dialects`."""

from functools import cache
from importlib.resources import files

from adapters.customs.moment import to_iso
from adapters.mapping import Dialect, Namespaces, compile_table

ENVELOPE = "urn:wco:datamodel:WCO:DocumentMetaData-DMS:2"
DECLARATION = "urn:wco:datamodel:WCO:DEC-DMS:2"
RESPONSE = "urn:wco:datamodel:WCO:RES-DMS:2"
DECLARATION_TYPES = "urn:wco:datamodel:WCO:Declaration_DS:DMS:2"
RESPONSE_TYPES = "urn:wco:datamodel:WCO:Response_DS:DMS:2"

_DECLARATION_TABLE, _RESPONSE_TABLE = "uk-cds-dec-3.6", "uk-cds-res-3.6"


@cache
def declaration() -> Dialect:
    """UK CDS WCO-DEC 3.6: every element in the namespace of declarations."""
    spaces = Namespaces((DECLARATION,), (DECLARATION_TYPES,), (ENVELOPE,))
    return _compile(_DECLARATION_TABLE, spaces)


@cache
def response() -> Dialect:
    """UK CDS WCO-RES 3.6, as it comes: with namespaces, without any, or some of each."""
    anywhere = (RESPONSE, DECLARATION, ENVELOPE, "")
    moments = (RESPONSE_TYPES, DECLARATION_TYPES, *anywhere)
    spaces = Namespaces(anywhere, moments, (ENVELOPE, RESPONSE, DECLARATION, ""))
    return _compile(_RESPONSE_TABLE, spaces, _compile(_DECLARATION_TABLE, spaces))


def _compile(name: str, spaces: Namespaces, other: Dialect | None = None) -> Dialect:
    text = files("adapters.customs").joinpath("dialects", f"{name}.csv").read_text("utf-8")
    others = {other.name: other.top["Declaration"]} if other else {}
    return compile_table(name, text, spaces, to_iso, others)
