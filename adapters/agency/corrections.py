"""The changes of an agency's own correction in JSON, and the sparse document that holds them.

    "changes": [{"path": "GoodsShipment.GovernmentAgencyGoodsItem[3].Commodity.Description",
                 "value": "other words"},
                {"path": "InvoiceAmount", "value": {"value": "12.50", "currency": "EUR"}},
                {"path": "GoodsShipment.Consignee", "value": null}]

Rules
    A path is canonical and of a goods declaration; the number of an element is its SequenceNumeric,
    of a class that has none its ordinal ([#2]). A value is a text at a leaf, of an amount or a
    measure an object (a measure has a `unit`); null removes what is there, a class too.
    The document holds each value at its path. Empty elements before one keep its ordinal.
"""

import re
from typing import Any

from adapters.agency.reading import Reader
from adapters.wire.json import child
from broker.adapter import Tree
from broker.model.dossier import Change
from broker.model.leaf import DECIMAL
from broker.model.packages import Field, Node, fields_of, index
from broker.model.paths import canonical_path, pattern_of

PACKAGE = "goods-declaration"
CHANGES_MAX = 500
ORDINAL_MAX = 999
_NUMBER = "SequenceNumeric"
_MEMBERS = ("path", "value")
_LENGTH = 512
_DIGITS_MAX = 5
_DECIMAL = re.compile(DECIMAL).fullmatch


def read_changes(reader: Reader, value: Any) -> tuple[tuple[Change, ...], Tree]:
    """The changes, and the sparse document with their values; what is wrong is noted."""
    changes: list[Change] = []
    tree: Tree = {}
    for number, pointer, one in reader.listed(value, "/changes"):
        if number > CHANGES_MAX:
            expected = f"at most {CHANGES_MAX} changes"
            reader.note("answer.value-malformed", "too many changes", pointer, expected=expected)
            break
        change = _change(reader, one, pointer, number, tree)
        if change is not None:
            changes.append(change)
    return tuple(changes), tree


def _change(reader: Reader, value: Any, pointer: str, number: int, tree: Tree) -> Change | None:
    """One change, its value put into the document; None: something is wrong with it."""
    members = reader.members(value, pointer, _MEMBERS)
    absent = [one for one in _MEMBERS if isinstance(value, dict) and one not in value]
    for member in absent:
        hint = "name the element, and give its new value, or null to remove what is there"
        reader.missing(member, pointer, "AmendedDeclaration", hint)
    if absent or not isinstance(value, dict):
        return None
    here = child(pointer, "path")
    path = members.get("path")
    node = _node(path) if isinstance(path, str) and len(path) <= _LENGTH else None
    steps = _steps(canonical_path(path)) if node is not None and isinstance(path, str) else None
    if node is None or steps is None or not isinstance(path, str):
        expected = "a canonical path of a goods declaration, such as InvoiceAmount"
        reader.note("answer.value-malformed", "no element of it", here, path="AmendedDeclaration",
                    expected=expected)  # fmt: skip
        return None
    path = canonical_path(path)
    if "value" in members:
        at = f"AmendedDeclaration.{path}"
        leaf = _leaf(reader, members["value"], child(pointer, "value"), at, node)
        if leaf is None:
            return None
        _put(tree, steps, leaf)
    return Change("amend", path, {}, {"json_pointer": pointer, "block": number})


def _node(path: str) -> Node | None:
    """What the path names; the half of an amount is no element."""
    node = index(PACKAGE).get(pattern_of(path))
    return node if node and node.pattern.rpartition(".")[2] == node.field.name else None


def _leaf(reader: Reader, value: Any, pointer: str, path: str, node: Node) -> Any:
    """The new value; None: it is none, which is noted."""
    if node.kind in {"amount", "measure"}:
        unit = "unit" if node.kind == "measure" else "currency"
        members = reader.members(value, pointer, ("value", unit))
        kinds = {"value": "number", unit: "text"}
        number, said = (
            _text(reader, members.get(half), child(pointer, half), f"{path}.{half}", kind)
            for half, kind in kinds.items()
        )
        return {"value": number, unit: said} if number and said else None
    if node.kind == "class" or node.field.repeats:
        expected = "null: a class is removed as a whole, and added by its leaves"
        reader.note("answer.value-malformed", "not a leaf", pointer, path=path, expected=expected)
        return None
    return _text(reader, value, pointer, path, node.kind)


def _text(reader: Reader, value: Any, pointer: str, path: str, kind: str) -> str | None:
    if kind == "moment":
        return reader.moment(value, pointer, path)
    if kind == "number" and not (isinstance(value, str) and _DECIMAL(value)):
        expected = 'a number as a text, such as "12.50"'
        reader.note("answer.value-malformed", "not a number", pointer, path=path, expected=expected)
        return None
    return reader.text(value, pointer, path, _LENGTH)


Steps = list[tuple[str, int, Field]]


def _steps(path: str) -> Steps | None:
    """The classes and the leaf on the way, with the number of each that repeats."""
    steps: Steps = []
    above = ""
    for step in path.split("."):
        name, _, key = step.removesuffix("]").partition("[")
        above = f"{above}.{name}" if above else name
        node, digits = index(PACKAGE).get(above), key.removeprefix("#") or "1"
        if node is None or not digits.isdecimal() or not 0 < len(digits) <= _DIGITS_MAX:
            return None
        if int(digits) < 1 or (not _is_numbered(node.field) and int(digits) > ORDINAL_MAX):
            return None
        steps.append((name, int(digits), node.field))
    return steps


def _is_numbered(here: Field) -> bool:
    return here.kind == "class" and here.model is not None and _NUMBER in fields_of(here.model)


def _put(tree: Tree, steps: Steps, leaf: Any) -> None:
    """Put a leaf into the document, with the classes on its way."""
    *above, (last, _, _) = steps
    for name, number, here in above:
        if not here.repeats:
            tree = tree.setdefault(name, {})
            continue
        elements: list[Tree] = tree.setdefault(name, [])
        tree = _element(elements, number, numbered=_is_numbered(here))
    tree[last] = leaf


def _element(elements: list[Tree], number: int, *, numbered: bool) -> Tree:
    if not numbered:
        elements.extend({} for _ in range(number - len(elements)))
        return elements[number - 1]
    for one in elements:
        if one[_NUMBER] == str(number):
            return one
    elements.append({_NUMBER: str(number)})
    return elements[-1]
