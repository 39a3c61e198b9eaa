"""The short walk, for a body in which nothing is odd: every element as the table says, once.

It reads each element's tag and text once, and attributes only where the table expects one. That
nothing else stands there is proven by counting: the elements, texts and attributes taken must be
all there are below the body. Where a count or a value is odd, or an element is empty, the short
walk gives up, and `reading.read` walks again, notes what is odd and where.
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from lxml import etree

from adapters.mapping import AMOUNT, MANY, MEASURE, MOMENT, ONE, SHAPED, Dialect, Field
from adapters.wire.numbers import OUTER, shortest
from adapters.wire.xml import Element
from broker.adapter import Tree

_TEXTS = etree.XPath("count(.//text())")
_ATTRIBUTES = etree.XPath("count(.//@*)")
_HALVES = {
    AMOUNT: ("currencyID", "currency", re.compile(r"[A-Z]{3}").fullmatch),
    MEASURE: ("unitCode", "unit", re.compile(r"\S(?:.{0,3}\S)?").fullmatch),
}


class _OddError(Exception):
    """Something is not as the table says: the careful walk will find out what."""


class _Taken(NamedTuple):
    """What was taken: sizes of classes, attributes, and lists whose numbers must differ."""

    sizes: list[int]
    attributes: list[str]
    numbered: list[list[Tree]]


def read_plain(body: Element, above: Field, dialect: Dialect) -> Tree | None:
    """The content of a class as a plain tree; None where anything about it is odd.

    Attributes of the body itself are left to the caller.
    """
    elements = body.iter()
    next(elements)
    taken = _Taken([], [], [])
    try:
        tree = _read(elements, above, len(body), dialect, taken)
    except (_OddError, KeyError, AttributeError):  # unknown tag, no text
        return None
    leaves = sum(taken.sizes) - len(taken.sizes) + 1
    if next(elements, None) is not None or _TEXTS(body) != leaves:
        return None
    if _ATTRIBUTES(body) != len(taken.attributes) + len(body.items()):
        return None
    for instances in taken.numbered:
        if len({shortest(one.get("SequenceNumeric", "")) for one in instances}) != len(instances):
            return None
    return tree


def _read(  # noqa: C901, PLR0912 (the hot loop of every declaration: no call per leaf)
    elements: Iterator[Element], above: Field, size: int, dialect: Dialect, taken: _Taken
) -> Tree:
    tree: Tree = {}
    rows = above.rows
    if not size:
        raise _OddError
    taken.sizes.append(size)
    for element in islice(elements, size):
        kind, name, limit, usual, field = rows[element.tag]
        if kind <= MEASURE:
            value = element.text
            if kind:
                # (without an argument strip is four times as quick)
                value = value.strip() if value.isascii() else value.strip(OUTER)  # type: ignore[union-attr]
            elif value.isspace():  # type: ignore[union-attr]
                raise _OddError
            if not value or len(value) > limit or name in tree:
                raise _OddError
            if kind < SHAPED:
                tree[name] = value
                continue
            if not usual(value):
                raise _OddError
            if kind == SHAPED:
                tree[name] = value
                continue
            attribute, half, shape = _HALVES[kind]
            written = element.get(attribute)
            if written is None:
                tree[name] = {"value": value}
                continue
            if not shape(written):
                raise _OddError
            taken.attributes.append(written)
            tree[name] = {"value": value, half: written}
        elif kind == MANY:
            one = _read(elements, field, len(element), dialect, taken)
            instances = tree.get(name)
            if instances is None:
                tree[name] = [one]
            elif len(instances) < limit:
                instances.append(one)
                if field.key and len(instances) == 2:
                    taken.numbered.append(instances)
            else:
                raise _OddError
        elif name in tree:
            raise _OddError
        elif kind == ONE:
            tree[name] = _read(elements, field, len(element), dialect, taken)
        elif kind == MOMENT:
            tree[name] = _moment(elements, element, field, dialect, taken)
        else:
            raise _OddError
    return tree


def _moment(
    elements: Iterator[Element], element: Element, field: Field, dialect: Dialect, taken: _Taken
) -> str:
    size = len(element)
    if size != 1:
        raise _OddError
    string = next(elements)
    if string.tag not in field.rows:
        raise _OddError
    code = string.get("formatCode")
    moment = dialect.to_iso(code or "", string.text or "")
    if code is None or moment is None:
        raise _OddError
    taken.sizes.append(size)
    taken.attributes.append(code)
    return moment
