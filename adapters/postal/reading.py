"""One walk from the elements of an item to its plain canonical tree, by the table.

Rules
    What is absent or empty is absent in the tree, and an empty element is noted; a content piece
    or document without content stays, so that the ordinals of its siblings hold.
    A value that is not of its format is left out of the tree and noted: trees always validate.
    White space around a value that is no free text is no part of it; decimals become canonical.
    What was written otherwise than the tree has it is kept.
    Every value of the item ends in the tree or among the oddities; none is lost.
    The walk asks for no place. Places need a second walk, with a `Trace`.
What does not belong
    What is obligatory, and the words of problems (`telling`).
"""

from itertools import zip_longest
from typing import NamedTuple

from adapters.demands import Trail
from adapters.postal.formats import is_moment, to_microseconds
from adapters.postal.oddities import CONTENT_PIECE, Oddity, Reading, Trace
from adapters.postal.tables import NUMBERS, Row, Table
from adapters.wire.numbers import canonical_decimal, trimmed
from adapters.wire.xml import Element, local_name
from broker.adapter import Tree

_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_XML_BLANK = " \t\r\n"


class _Node(NamedTuple):
    """A class of the tree, and the way to it."""

    tree: Tree
    trail: Trail


_Pairs = dict[str, list[tuple[str, Element, Row]]]
"""The values of the two parallel lists of free pairs, by list."""


class _Halves:
    """A sum and its currency, which stand in two elements."""

    __slots__ = ("amount", "currency")

    def __init__(self) -> None:
        self.amount: tuple[str, Element, Row] | None = None
        self.currency: tuple[str, Element, Row] | None = None


def read(parts: list[Element], table: Table, trace: Trace | None = None) -> Reading:
    """The tree of an item from its top elements; each may stand once."""
    reading = Reading(trace)
    seen: set[str] = set()
    for part in parts:
        row = table.top.get(local_name(part))
        if row is None:
            reading.note(Oddity("unknown", part, None))
        elif row.tag in seen:
            reading.note(Oddity("repeated", part, row))
        else:
            seen.add(row.tag)
            _class(part, row, _Node(reading.tree, ()), reading)
    return reading


def _class(element: Element, row: Row, node: _Node, reading: Reading) -> None:
    """Everything below one class element."""
    if reading.trace is not None:
        reading.trace.classes[row.way, node.trail] = element
    seen: dict[str, int] = {}
    halves: dict[str, _Halves] = {}
    pairs: _Pairs = {}
    for child in element:
        below = row.children.get(str(child.tag).rpartition("}")[2])
        if below is None:
            reading.note(Oddity("unknown", child, row, trail=node.trail))
        elif (times := seen.get(below.tag, 0)) >= below.most:
            reading.note(Oddity("repeated", child, below, trail=node.trail))
            if below.pattern == CONTENT_PIECE:
                reading.surplus.append(child)
        else:
            seen[below.tag] = times + 1
            if below.is_class:
                _class_below(child, below, node, reading, pairs)
            else:
                _leaf(child, below, node, reading, halves)
        if child.tail and not child.tail.isspace():
            reading.note(Oddity("misplaced", element, row, child.tail.strip(), trail=node.trail))
    _odd_class(element, row, node.trail, reading)
    for one in halves.values():
        _sum(one, node, reading)
    if pairs:
        _free_pairs(pairs.get("names", []), pairs.get("values", []), node, reading)


def _class_below(child: Element, row: Row, node: _Node, reading: Reading, pairs: _Pairs) -> None:
    """A class element inside of another, or one of the two lists of free pairs."""
    if row.tag.startswith("ExtraField"):
        _listed(child, row, node, reading, pairs)
    else:
        _class(child, row, _enter(node, row), reading)
        _prune(node.tree, row)


def _odd_class(element: Element, row: Row, trail: Trail, reading: Reading) -> None:
    """Attributes of a class, and text where only elements belong."""
    for name, value in element.items():
        below = row.children.get(str(name))
        if below is None or below.is_class:
            reading.note(Oddity("attribute", element, row, str(value), str(name)))
        else:
            reading.note(Oddity("as-attribute", element, below, str(value), str(name), trail))
    if element.text and not element.text.isspace():
        reading.note(Oddity("misplaced", element, row, element.text.strip(), trail=trail))
    elif not (len(element) or element.items()) and "/" in row.way:
        # MailObject and Declaration frame an item: what it lacks is found by its key and profile.
        reading.note(Oddity("empty", element, row, trail=trail))


def _enter(node: _Node, row: Row) -> _Node:
    """The class of the tree that a class element stands for; a repeated one is a new instance.

    One that occurs once is made when it gets its first value.
    """
    if not row.repeats:
        return node if not row.steps else _Node(*_lazily(node, row))
    return _descend(node, row)


def _lazily(node: _Node, row: Row) -> tuple[Tree, Trail]:
    tree, trail = node
    for name, _repeats in row.steps:
        tree = tree.setdefault(name, {})
        trail = (*trail, (name, 0))
    return tree, trail


def _prune(tree: Tree, row: Row) -> None:
    """Takes out again what `_lazily` made and nothing filled."""
    if row.repeats:
        return
    way = [tree]
    for name, _repeats in row.steps:
        way.append(way[-1][name])
    for (name, _repeats), above in zip(reversed(row.steps), reversed(way[:-1]), strict=True):
        if not above[name]:
            del above[name]


def _descend(node: _Node, row: Row) -> _Node:
    """The class that holds the value of a row, made where it is not there yet."""
    tree, trail = node
    last = len(row.steps) - 1
    for depth, (name, repeats) in enumerate(row.steps):
        at = 0
        if repeats:
            instances = tree.setdefault(name, [])
            at = _instance(instances, row, innermost=depth == last)
            tree = instances[at]
        else:
            tree = tree.setdefault(name, {})
        trail = (*trail, (name, at))
    return _Node(tree, trail)


def _instance(instances: list[Tree], row: Row, *, innermost: bool) -> int:
    """Which instance of a repeated class a row is about; a new one where it needs its own."""
    fresh = row.is_class and innermost
    if row.constant is not None and innermost:
        instances.append(dict([row.constant]))
    elif fresh or not instances:
        instances.append({})
    return len(instances) - 1


def _leaf(
    child: Element, row: Row, node: _Node, reading: Reading, halves: dict[str, _Halves]
) -> None:
    """Puts the value of one element where it belongs, or notes what is odd about it."""
    value = _value(child, row, node.trail, reading)
    if not value:
        return
    if row.how == "kept":
        reading.note(Oddity("kept", child, row, value))
    elif len(value) > row.limit:
        reading.note(Oddity("too-long", child, row, value, trail=node.trail))
    elif not (is_moment(value) if row.how == "moment" else row.fits(value)):
        reading.note(Oddity("malformed", child, row, value, trail=node.trail))
    elif row.how == "amount":
        halves.setdefault(row.pattern, _Halves()).amount = (value, child, row)
    elif row.how == "currency":
        halves.setdefault(row.pattern, _Halves()).currency = (value, child, row)
    else:
        holder = _descend(node, row)
        if row.how == "measure":
            pair = {"value": value, "unit": row.unit} if row.unit else {"value": value}
            holder.tree[row.name] = pair
        elif row.how == "joined":
            _join(child, row, holder, reading, value)
        else:
            holder.tree[row.name] = value
        _trace(child, row, holder, reading)


def _value(child: Element, row: Row, trail: Trail, reading: Reading) -> str:
    """The value of one element as the tree has it; an empty element is noted."""
    value = _text(child, row, trail, reading)
    if not value and not len(child) and child.get(_NIL) not in {"true", "1"}:
        reading.note(Oddity("empty", child, row, trail=trail))
    if row.how == "moment":
        return _moment(child, row, value, reading)
    return _decimal(child, row, value, reading) if row.how in NUMBERS else value


def _moment(child: Element, row: Row, value: str, reading: Reading) -> str:
    """A moment to the microsecond; one that was finer is kept as it was written."""
    coarser = to_microseconds(value)
    if coarser == value or not is_moment(coarser):
        return value
    reading.note(Oddity("kept", child, row, value))
    return coarser


def _decimal(child: Element, row: Row, value: str, reading: Reading) -> str:
    """A decimal as the model writes it; one that was written otherwise is kept."""
    canonical = canonical_decimal(value)
    if canonical is None or canonical == value or not row.fits(canonical):
        return value
    reading.note(Oddity("kept", child, row, value))
    return canonical


def _text(child: Element, row: Row, trail: Trail, reading: Reading) -> str:
    """The text of an element; attributes and elements in it are noted."""
    for name, value in child.items():
        reading.note(Oddity("attribute", child, row, str(value), str(name)))
    # The text in front of the first element is the value; what follows an element is not.
    for below in child:
        reading.note(Oddity("unknown", below, row, trail=trail))
        if below.tail and not below.tail.isspace():
            reading.note(Oddity("misplaced", child, row, below.tail.strip(), trail=trail))
    text = child.text or ""
    plain = trimmed(text)
    if plain and row.how in {"text", "joined"}:
        return text
    if plain != text.strip(_XML_BLANK):
        reading.note(Oddity("kept", child, row, text))
    return plain


def _join(child: Element, row: Row, holder: _Node, reading: Reading, value: str) -> None:
    """First and last name are one name in the model."""
    before = holder.tree.get(row.name)
    whole = f"{before} {value}" if before else value
    if len(whole) > row.limit:
        reading.note(Oddity("too-long", child, row, value, trail=holder.trail))
    else:
        holder.tree[row.name] = whole


def _sum(one: _Halves, node: _Node, reading: Reading) -> None:
    """A sum with its currency; a currency of no sum is kept."""
    if one.amount is None:
        if one.currency is not None:
            value, child, row = one.currency
            reading.note(Oddity("kept", child, row, value))
        return
    value, child, row = one.amount
    holder = _descend(node, row)
    holder.tree[row.name] = {"value": value}
    _trace(child, row, holder, reading)
    if one.currency is not None:
        code, beside, _row = one.currency
        holder.tree[row.name]["currency"] = code
        if reading.trace is not None:
            trail = (*holder.trail, (row.name, 0))
            reading.trace.leaves[trail, "currency"] = beside


def _trace(child: Element, row: Row, holder: _Node, reading: Reading) -> None:
    trace = reading.trace
    if trace is None or row.name not in holder.tree:
        return
    trace.leaves.setdefault((holder.trail, row.name), child)
    if row.constant is not None:
        trace.leaves.setdefault((holder.trail, row.constant[0]), child)
    if row.how in {"amount", "measure"}:
        inside = (*holder.trail, (row.name, 0))
        trace.leaves[inside, "value"] = child
        if row.unit:
            trace.leaves[inside, "unit"] = child


def _listed(
    element: Element,
    row: Row,
    node: _Node,
    reading: Reading,
    pairs: _Pairs,
) -> None:
    """One of the two parallel lists of free pairs; an empty entry keeps its place."""
    _odd_class(element, row, node.trail, reading)
    for child in element:
        below = row.children.get(local_name(child))
        if below is None:
            reading.note(Oddity("unknown", child, row, trail=node.trail))
        elif len(found := pairs.setdefault(below.how, [])) >= below.most:
            reading.note(Oddity("repeated", child, below, trail=node.trail))
        else:
            found.append((_text(child, below, node.trail, reading), child, below))
        if child.tail and not child.tail.isspace():
            reading.note(Oddity("misplaced", element, row, child.tail.strip(), trail=node.trail))


def _free_pairs(
    names: list[tuple[str, Element, Row]],
    values: list[tuple[str, Element, Row]],
    node: _Node,
    reading: Reading,
) -> None:
    """A name and its value are one statement; what has no partner, or is too long, is kept."""
    for name, value in zip_longest(names, values):
        whole = [one for one in (name, value) if one is not None and one[0]]
        if len(whole) < 2 or any(len(one[0]) > one[2].limit for one in whole):
            for text, child, row in whole:
                reading.note(Oddity("kept", child, row, text))
            continue
        statements = node.tree.setdefault("AdditionalInformation", [])
        statements.append({one[2].name: one[0] for one in whole})
        holder = _Node(
            statements[-1], (*node.trail, ("AdditionalInformation", len(statements) - 1))
        )
        for _text_said, child, row in whole:
            _trace(child, row, holder, reading)
