"""From plain canonical trees to an ITMATT document, by the table that also reads it.

Rules
    Elements stand in the order of the table. What the table has no place for is left out.
    A value is cut to the length of its format, and left out where it cannot be of that format:
    what is written is valid by form.
    Characters that XML 1.0 cannot hold are written as U+FFFD.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from adapters.postal.formats import is_moment
from adapters.postal.tables import Row, itmatt
from adapters.wire.xml import writable
from broker.adapter import Tree

SILENT: Mapping[str, str] = MappingProxyType({})


def interchange(trees: Iterable[Tree], said: Mapping[str, str] = SILENT) -> bytes:
    """Items in one interchange; `said` are the attributes of its Interchange element."""
    pieces = ['<?xml version="1.0" encoding="UTF-8"?>\n<ITMATT version="1.5.0" standard="M33-12">']
    if said:
        attributes = " ".join(
            f"{name}={quoteattr(writable(value))}" for name, value in said.items()
        )
        pieces.append(f"<Interchange {attributes}/>")
    for tree in trees:
        pieces.append("\n")
        for row in itmatt().top.values():
            _class(tree, row, pieces)
    pieces.append("\n</ITMATT>\n")
    return "".join(pieces).encode()


def _class(tree: Tree, row: Row, pieces: list[str]) -> None:
    """A class element with its content; nothing if there is no content."""
    before = len(pieces)
    pieces.append(f"<{row.tag}>")
    for below in row.children.values():
        if below.is_class and below.repeats:
            for instance in _instances(tree, below):
                _class(instance, below, pieces)
                _empty(below, pieces)
        elif below.is_class:
            _class(_below(tree, below), below, pieces)
        elif below.how in {"names", "values"}:
            pieces += [
                _element(below, str(one.get(below.name, "")))
                for one in tree.get("AdditionalInformation", ())
                if one.get("StatementCode") and one.get("StatementDescription")
            ]
        else:
            _leaf(_below(tree, below), below, pieces)
    if len(pieces) == before + 1:
        pieces.pop()
    else:
        pieces.append(f"</{row.tag}>")


def _empty(row: Row, pieces: list[str]) -> None:
    """An instance without content keeps its place, so that the ordinals of its siblings hold."""
    if not pieces[-1].startswith(f"</{row.tag}>"):
        pieces.append(f"<{row.tag}></{row.tag}>")


def _instances(tree: Tree, row: Row) -> list[Tree]:
    at: Any = tree
    for name, _repeats in row.steps:
        at = at.get(name, {}) if isinstance(at, dict) else {}
    return at if isinstance(at, list) else []


def _below(tree: Tree, row: Row) -> Tree:
    """The class a row's value stands in; empty where there is none."""
    at: Any = tree
    for name, _repeats in row.steps:
        at = at.get(name, {})
        if isinstance(at, list):
            at = next((one for one in at if _is_of(one, row)), {})
    return at if isinstance(at, dict) else {}


def _is_of(one: Tree, row: Row) -> bool:
    return row.constant is None or one.get(row.constant[0]) == row.constant[1]


def _leaf(holder: Tree, row: Row, pieces: list[str]) -> None:
    value = holder.get(row.name)
    if row.how in {"kept", "joined"} or value is None:
        return
    if isinstance(value, dict):
        value = value.get("currency" if row.how == "currency" else "value")
    if isinstance(value, str) and value.strip():
        piece = _element(row, value)
        if piece:
            pieces.append(piece)


def _element(row: Row, value: str) -> str:
    text = value[: row.limit]
    if not (is_moment(text) if row.how == "moment" else row.fits(text)):
        return ""
    return f"<{row.tag}>{escape(writable(text))}</{row.tag}>"
