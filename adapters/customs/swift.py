"""The short walk, for a body in which nothing is odd: every element as the table says, once.

It reads each element's tag and text once, and attributes only where the table expects one. That
nothing else stands there is proven by counting: the elements, texts and attributes taken must be
all there are below the body. Where a count or a value is odd the short walk gives up, and
`reading.read` walks again, notes what is odd and where.
"""

import re

from lxml import etree

from adapters.mapping import AMOUNT, CODE, KEPT, MANY, MOMENT, ONE, SHAPED, Dialect, Field
from adapters.wire.xml import Element
from broker.adapter import Tree

_TEXTS = etree.XPath("count(.//text())")
_ATTRIBUTES = etree.XPath("count(.//@*)")
_CURRENCY = re.compile(r"[A-Z]{3}").fullmatch
_UNIT = re.compile(r"\S(?:.{0,3}\S)?").fullmatch


def read_plain(body: Element, above: Field, dialect: Dialect) -> Tree | None:  # noqa: C901, PLR0911, PLR0912, PLR0915 (the hot loop of every declaration: no call per leaf)
    """The content of a class as a plain tree; None where anything about it is odd.

    Attributes of the body itself are left to the caller.
    """
    top: Tree = {}
    tree, rows, left = top, above.rows, len(body)
    stack: list[tuple[Tree, dict[str, object], int]] = []
    lists: list[tuple[Field, list[Tree]]] = []
    empty: list[tuple[Tree, str]] = []
    texts = attributes = 0
    elements = body.iter()
    next(elements)
    for element in elements:
        while not left:
            if not stack:
                return None
            tree, rows, left = stack.pop()
        left -= 1
        row = rows.get(element.tag)
        if row is None:
            return None
        kind, name, limit, shape, field = row
        if kind == MANY:
            instance: Tree = {}
            instances = tree.get(name)
            if instances is None:
                tree[name] = [instance]
            elif len(instances) < limit:
                instances.append(instance)
                if field.key and len(instances) == 2:
                    lists.append((field, instances))
            else:
                return None
            stack.append((tree, rows, left))
            tree, rows, left = instance, field.rows, len(element)
            continue
        if name in tree:
            return None
        if kind <= SHAPED:
            text = element.text
            if not text:
                tree[name] = None
                empty.append((tree, name))
                continue
            if kind:
                value = text.strip()
                if not value or len(value) > limit or (kind == SHAPED and not shape(value)):
                    return None
            else:
                value = text
                if len(value) > limit or value.isspace():
                    return None
            tree[name] = value
            texts += 1
        elif kind == ONE:
            tree[name] = below = {}
            stack.append((tree, rows, left))
            tree, rows, left = below, field.rows, len(element)
        elif kind == MOMENT:
            string = next(elements, None)
            if len(element) != 1 or string.tag not in field.rows or len(string):
                return None
            value = dialect.to_iso(string.get("formatCode", ""), string.text or "")
            if value is None:
                return None
            tree[name] = value
            texts += 1
            attributes += 1
        elif kind == KEPT:
            return None
        else:
            number = (element.text or "").strip()
            if not shape(number):
                return None
            amount = kind == AMOUNT
            half = element.get("currencyID" if amount else "unitCode")
            if half is None:
                tree[name] = {"value": number}
            elif (_CURRENCY if amount else _UNIT)(half):
                tree[name] = {"value": number, "currency" if amount else "unit": half}
                attributes += 1
            else:
                return None
            texts += 1
    if any(pending for _, _, pending in stack) or left:
        return None
    for field, instances in lists:
        numbers = [instance.get(field.key[0]) for instance in instances]
        if len(set(numbers)) != len(numbers):
            return None
    if texts != _TEXTS(body) or attributes != _ATTRIBUTES(body) - len(body.attrib):
        return None
    for below, name in empty:
        del below[name]
    return top
