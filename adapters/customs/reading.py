"""One walk from a WCO XML element to a plain canonical tree, by a compiled table.

Rules
    What is absent or empty is absent in the tree; an empty class is in the tree as an empty one,
    so that the ordinals of its siblings hold. What is present and empty is noted.
    The walk asks for no line and no path: what is odd is noted as `Oddity`, and the place is
    worked out afterwards, where it is needed.
    A value that is not of its format is left out of the tree and noted: trees always validate.
    A decimal is read in every spelling; where the tree holds it in another, the original is noted.
    Every value of the document ends in the tree or in an oddity.
What does not belong
    What is obligatory (`demands`), and the words of problems (`telling`).
"""

import re
from collections.abc import Iterator

from adapters.customs.oddities import Oddities, Oddity
from adapters.customs.swift import read_plain
from adapters.mapping import AMOUNT, KEPT, MANY, MEASURE, MOMENT, ONE, SHAPED, Dialect, Field, Row
from adapters.wire.numbers import OUTER, canonical_decimal, shortest
from adapters.wire.xml import Element, stray_texts
from broker.adapter import Path, Tree
from broker.model.paths import element_key

_PAIRS = {AMOUNT: ("currencyID", "currency"), MEASURE: ("unitCode", "unit")}
_HALVES = {
    AMOUNT: re.compile(r"[A-Z]{3}").fullmatch,
    MEASURE: re.compile(r"\S(?:.{0,3}\S)?").fullmatch,
}


def read_body(body: Element, above: Field, dialect: Dialect, odd: Oddities) -> Tree:
    """The content of a body as a plain tree: by the short walk, else by the one that notes."""
    tree = read_plain(body, above, dialect)
    if tree is None:
        return read(body, above, dialect, odd)
    _odd_attributes(body, above, odd)
    return tree


def read(  # noqa: C901, PLR0912 (one loop over all kinds of rows)
    element: Element, above: Field, dialect: Dialect, odd: Oddities
) -> Tree:
    """The content of a class as a plain tree; what has no place in it is noted in `odd`."""
    tree: Tree = {}
    rows = above.rows
    before = odd.number
    for child in element:
        row = rows.get(child.tag)
        if row is None:
            odd.unknown(child, above)
            _odd_tail(child, element, above, odd)
            continue
        kind, name, limit, _usual, field = row
        if kind <= SHAPED:
            text = child.text
            value = text.strip(OUTER) if text and kind else text
            if (
                value
                and len(value) <= limit
                and (kind or not value.isspace())
                and (kind < SHAPED or field.shape(value))
                and name not in tree
                and not len(child)
                and not child.items()
            ):
                tree[name] = value
            else:
                _odd_leaf(child, row, tree, odd)
        elif kind == MANY:
            instances = tree.get(name)
            if instances is None:
                tree[name] = [_read_class(child, field, dialect, odd)]
            elif len(instances) < limit:
                instances.append(_read_class(child, field, dialect, odd))
            else:
                odd.append(Oddity("repeated", child, field))
        elif kind == ONE and name not in tree:
            tree[name] = _read_class(child, field, dialect, odd)
        elif name in tree or not _pair(child, row, tree, dialect):
            _odd_child(child, above, tree, dialect, odd)
        _odd_tail(child, element, above, odd)
    text = element.text
    if (text and not text.isspace()) or element.items():
        _odd_class(element, above, odd)
    for name in above.keyed:
        if name in tree and len(tree[name]) > 1:
            _sequences(element, above, name, tree[name], odd)
    if odd.number != before:
        return {name: value for name, value in tree.items() if value is not None}
    return tree


def _read_class(element: Element, field: Field, dialect: Dialect, odd: Oddities) -> Tree:
    """The content of a class below the body; that it has none is noted."""
    text = element.text
    if not len(element) and not element.items() and (not text or text.isspace()):
        odd.append(Oddity("empty", element, field))
    return read(element, field, dialect, odd)


def _odd_tail(child: Element, element: Element, above: Field, odd: Oddities) -> None:
    """Text behind a child stands between elements, where none belongs."""
    tail = child.tail
    if tail and not tail.isspace():
        odd.append(Oddity("misplaced", element, above, tail.strip()))


def _pair(child: Element, row: Row, tree: Tree, dialect: Dialect) -> bool:
    """Puts a value of two halves into the tree; False where anything about it is odd."""
    kind, name, _limit, _usual, field = row
    if kind == MOMENT:
        moment = _moment(child, field, dialect)
        if moment is not None:
            tree[name] = moment
        return moment is not None
    if kind == KEPT:
        return False
    text, attributes = child.text, child.items()
    number = text.strip(OUTER) if text else ""
    if not field.shape(number) or len(child):
        return False
    if not attributes:
        tree[name] = {"value": number}
        return True
    attribute, half = _PAIRS[kind]
    written, value = attributes[0]
    fits = len(attributes) == 1 and written == attribute and bool(_HALVES[kind](str(value)))
    if fits:
        tree[name] = {"value": number, half: value}
    return fits


def _moment(child: Element, field: Field, dialect: Dialect) -> str | None:
    """The moment of a child that holds one DateTimeString with a formatCode, and nothing else."""
    if len(child) != 1 or child.items() or any(stray_texts(child)):
        return None
    string = child[0]
    attributes = string.items()
    if string.tag not in field.rows or len(string) or len(attributes) != 1:
        return None
    if attributes[0][0] != "formatCode":
        return None
    return dialect.to_iso(str(attributes[0][1]), (string.text or "").strip())


def _odd_leaf(child: Element, row: Row, tree: Tree, odd: Oddities) -> None:
    """A leaf with too much or too little in it: its value where it has one, the rest noted."""
    kind, name, limit, _usual, field = row
    if name in tree:
        odd.append(Oddity("repeated", child, field))
        return
    tree[name] = None
    value = child.text or ""
    value = value.strip(OUTER) if kind else value
    if not value.strip():
        _odd_empty(child, field, odd)
    elif kind == SHAPED and not field.shape(value):
        tree[name] = _respelt(child, field, value, odd)
    elif len(value) > limit:
        odd.append(Oddity("too-long", child, field, value))
    else:
        tree[name] = value
    _odd_rest(child, field, odd)


def _respelt(child: Element, field: Field, value: str, odd: Oddities) -> str | None:
    """A value that is not of its form: as the model holds it where it is a decimal, else None."""
    number = canonical_decimal(value) if field.number else None
    if number is not None and not field.shape(number):
        number = None
    odd.append(Oddity("malformed" if number is None else "spelling", child, field, value))
    return number


def _odd_empty(element: Element, field: Field, odd: Oddities) -> None:
    """A value that is present and empty; one with elements in it is odd because of those."""
    if not len(element):
        odd.append(Oddity("empty", element, field))


def _odd_rest(child: Element, field: Field, odd: Oddities, *consumed: str) -> None:
    """Attributes, elements and texts of a leaf that its value does not take in."""
    for name, value in child.items():
        if name not in consumed:
            odd.append(Oddity("attribute", child, field, str(value), str(name)))
    for below in child:
        odd.unknown(below, field)
        _odd_tail(below, child, field, odd)


def _odd_child(child: Element, above: Field, tree: Tree, dialect: Dialect, odd: Oddities) -> None:
    """What is not one string and was not read at once."""
    row = above.rows[str(child.tag)]
    kind, name, _limit, _usual, field = row
    if name in tree and kind != KEPT:
        later = above.overflow.get(str(child.tag))
        if later is None or later[1] in tree:
            odd.append(Oddity("repeated", child, field))
        else:
            tree[later[1]] = _read_class(child, later[4], dialect, odd)
    elif kind == KEPT:
        odd.append(Oddity("kept", child, field, (child.text or "").strip()))
        _odd_rest(child, field, odd)
    elif kind == MOMENT:
        tree[name] = None
        _odd_moment(child, field, odd)
    else:
        tree[name] = None
        text = (child.text or "").strip(OUTER)
        if not text:
            _odd_empty(child, field, odd)
        elif number := text if field.shape(text) else _respelt(child, field, text, odd):
            tree[name] = {"value": number}
        _odd_half(child, row, tree, odd)


def _odd_half(child: Element, row: Row, tree: Tree, odd: Oddities) -> None:
    """The currency or unit of a number, where one of the two is odd."""
    kind, name, _limit, _usual, field = row
    attribute, half = _PAIRS[kind]
    written = child.get(attribute)
    pair = tree[name]
    if written is not None and not _HALVES[kind](str(written)):
        odd.append(Oddity("malformed", child, field, str(written), attribute))
    elif written is not None and pair is not None:
        pair[half] = written
    elif written is not None:
        odd.append(Oddity("attribute", child, field, str(written), attribute))
    _odd_rest(child, field, odd, attribute)


def _odd_moment(child: Element, field: Field, odd: Oddities) -> None:
    """A moment of another form than the known formats: noted as it was written."""
    strings = [below for below in child if below.tag in field.rows]
    for name, value in child.items():
        odd.append(Oddity("attribute", child, field, str(value), str(name)))
    for text in stray_texts(child):
        odd.append(Oddity("misplaced", child, field, text.strip()))
    text = (strings[0].text if strings else None) or ""
    if text.strip():
        odd.append(Oddity("moment", strings[0], field, text))
    elif strings:
        _odd_empty(strings[0], field, odd)
    elif not any(stray_texts(child)):
        _odd_empty(child, field, odd)
    if strings:
        _odd_rest(strings[0], field, odd)
    for below in child:
        if below not in strings[:1]:
            odd.unknown(below, field)


def _odd_class(element: Element, above: Field, odd: Oddities) -> None:
    """Attributes of a class, and text where only elements belong."""
    _odd_attributes(element, above, odd)
    if element.text and not element.text.isspace():
        odd.append(Oddity("misplaced", element, above, element.text.strip()))


def _odd_attributes(element: Element, above: Field, odd: Oddities) -> None:
    """Attributes of a class: none has a place, and some should be elements of it."""
    for name, value in element.items():
        meant = next((one for one in above.children if one.tag == name and not one.is_class), None)
        what = "attribute" if meant is None else "as-attribute"
        odd.append(Oddity(what, element, meant or above, str(value), str(name)))


def _sequences(
    element: Element, above: Field, name: str, instances: list[Tree], odd: Oddities
) -> None:
    """Notes each instance whose SequenceNumeric an earlier sibling has used, in any spelling."""
    numbers = [instance.get("SequenceNumeric") or "" for instance in instances]
    if len({shortest(number) for number in numbers}) == len(numbers):
        return
    seen: set[str] = set()
    for child, number in zip(instances_of(element, above, name), numbers, strict=False):
        if number and shortest(number) in seen:
            odd.append(Oddity("sequence", child, above.rows[str(child.tag)][4], number))
        elif number:
            seen.add(shortest(number))


def instances_of(element: Element, above: Field, name: str) -> Iterator[Element]:
    """The elements that stand for one canonical name, in order."""
    tags = [tag for tag, row in above.rows.items() if row[1] == name]
    return element.iterchildren(*tags) if tags else iter(())


def leaves_of(
    element: Element, above: Field, tree: Tree, prefix: Path = ""
) -> Iterator[tuple[Path, Element, str]]:
    """Each leaf of the tree with its path, its element, and its attribute where it has one."""
    seen: dict[str, int] = {}
    for child in element:
        row = above.rows.get(str(child.tag))
        if row is not None and row[1] in seen and str(child.tag) in above.overflow:
            row = above.overflow[str(child.tag)]
        if row is None or row[1] not in tree:
            continue
        _kind, name, _limit, _usual, field = row
        seen[name] = ordinal = seen.get(name, 0) + 1
        path = f"{prefix}.{name}" if prefix else name
        value = tree[name]
        if isinstance(value, list):
            if ordinal <= len(value):
                one = value[ordinal - 1]
                below = f"{path}[{element_key(one, ordinal)}]"
                yield from leaves_of(child, field, one, below)
        elif ordinal == 1:
            yield from _leaf(child, field, value, path)


def _leaf(
    child: Element, field: Field, value: str | Tree, path: Path
) -> Iterator[tuple[Path, Element, str]]:
    if isinstance(value, str):
        string = child[0] if field.kind == MOMENT else child
        yield path, string, ""
    elif field.kind == ONE:
        yield from leaves_of(child, field, value, path)
    else:
        attribute, half = _PAIRS[field.kind]
        yield f"{path}.value", child, ""
        if half in value:
            yield f"{path}.{half}", child, attribute
