"""What the walk over ITMATT found odd, in words: problems and unmapped values with places.

Rules
    A problem gives the place (XPath in the sender's prefixes, line, column), what it is about
    (canonical path, or the sender's element where the table knows none), what was expected and
    what to do.
    An absent value is placed where an empty element is, or one with a similar name, else at its
    nearest parent, and is called as ITMATT calls it.
"""

from collections.abc import Callable, Iterator
from functools import cached_property, partial
from itertools import islice
from typing import NamedTuple

from adapters.demands import Trail, near, unknown_words
from adapters.mapping import picture
from adapters.postal.formats import MOMENT_PICTURE, NUMBER_HINT, moment_hint
from adapters.postal.item import Spot, path_of, pieces_of
from adapters.postal.listing import NAME, PROBLEMS_MAX, Listing, piece_of
from adapters.postal.oddities import Oddity, Reading, Trace, code_of
from adapters.postal.reading import read
from adapters.postal.tables import NUMBERS, PACKAGE, Row, Table
from adapters.wire.numbers import trimmed
from adapters.wire.xml import Element, Positions, attribute_name, local_name, name_of, values_below
from broker.adapter import Tree, Unmapped
from broker.model.packages import data_class
from broker.model.paths import pattern_of
from broker.model.problem import Place, Problem, cut

_SHOWN = 256
_CODE_LIMIT = 17
"""So short a text is a code: a longer value is usually what the code means."""
UNMAPPED_MAX = 20_000


def report(reading: Reading, listing: Listing, table: Table, positions: Positions) -> None:
    """Lists the problems among the oddities of one item."""
    about = _Words(reading.tree, listing.number, table, positions)
    for one in reading.noted:
        code = code_of(one)
        if code:
            listing.find(code, partial(_problem, one, code, about), piece_of(one.trail))
    for (code, piece), times in reading.beyond.items():
        listing.count(code, times, piece)
    way = "GoodsShipment.Consignment.ConsignmentItem"
    taken = len(pieces_of(reading.tree))
    listing.surplus = tuple(
        f"{way}[{_number_of(one) or f'#{number}'}]"
        for number, one in enumerate(reading.surplus, taken + 1)
    )


def _number_of(piece: Element) -> str:
    """The number that a content piece has; "" if it has none."""
    index = next((one for one in piece if local_name(one) == "Index"), None)
    return trimmed(index.text or "")[:_SHOWN] if index is not None else ""


class _Words(NamedTuple):
    """What a problem of an item needs to be put into words."""

    tree: Tree
    number: int
    table: Table
    positions: Positions


def _problem(oddity: Oddity, code: str, about: _Words) -> Problem:
    text, expected, hint = _WORDS[oddity.what](oddity, about.table)
    known = oddity.row is not None and oddity.what != "unknown" and oddity.row.pattern
    path = _path(oddity, about.tree) if known else ""
    unknown = oddity.what == "unknown"
    outside = "" if oddity.what == "misplaced" else local_name(oddity.element)
    return Problem(
        code=code,
        text=text,
        message=about.number,
        where=about.positions.exact(oddity.element, oddity.attribute),
        path=".".join(filter(None, (NAME, path or outside))),
        found=cut(name_of(oddity.element) if unknown else oddity.value, _SHOWN) or None,
        found_class=data_class(PACKAGE, pattern_of(path)) if oddity.value else "public",
        expected=expected,
        hint=hint,
    )


def _path(oddity: Oddity, tree: Tree) -> str:
    """The canonical path of the element a row is about, in the class it stands in."""
    row = oddity.row
    assert row is not None, "only an element of the table has a canonical path"
    if row.is_class and oddity.what in _INSIDE:
        return path_of(tree, oddity.trail, "")
    names = [name for name, _repeats in row.steps]
    if row.how == "currency":
        return path_of(tree, oddity.trail, ".".join((*names, row.name, "currency")))
    return path_of(tree, oddity.trail, ".".join(filter(None, (*names, row.name))))


_INSIDE = frozenset({"misplaced", "empty"})
"""What is odd inside of a class: the trail leads to the class itself."""

Words = tuple[str, str | None, str | None]


def _known(oddity: Oddity, table: Table) -> tuple[str, ...]:
    """The names that may stand where an unknown one does."""
    return tuple(oddity.row.children if oddity.row else table.top)


def _unknown(oddity: Oddity, table: Table) -> Words:
    name, inside = local_name(oddity.element), oddity.row.tag if oddity.row else "ITMATT"
    text = f"element {cut(name, _SHOWN)!r} is not known in {inside}"
    return text, *unknown_words("elements", name, _known(oddity, table))


def _repeated(oddity: Oddity, _table: Table) -> Words:
    text = f"{local_name(oddity.element)} occurs more often than it may"
    most = oddity.row.most if oddity.row else 1
    return text, f"at most {most}", "leave out the ones beyond"


def _too_long(oddity: Oddity, _table: Table) -> Words:
    row = oddity.row
    assert row is not None, "only a value of the table has a length"
    text = f"{row.tag} has {len(oddity.value)} characters"
    code = row.how == "code" and row.limit <= _CODE_LIMIT
    return text, picture(row.shown), "write the code, not its text" if code else "shorten it"


def _malformed(oddity: Oddity, _table: Table) -> Words:
    row = oddity.row
    assert row is not None, "only a value of the table has a format"
    text = f"{row.tag} is {cut(oddity.value, _SHOWN)!r}"
    if row.how == "moment":
        return text, MOMENT_PICTURE, moment_hint(oddity.value)
    hint = NUMBER_HINT if row.how in NUMBERS else "capital letters, as ISO has the code"
    return text, picture(row.shown), hint


def _misplaced(oddity: Oddity, _table: Table) -> Words:
    text = f"there is text between the elements of {local_name(oddity.element)}"
    return text, "elements only", "move the text into an element, or leave it out"


def _as_attribute(oddity: Oddity, _table: Table) -> Words:
    inside = local_name(oddity.element)
    text = f"{oddity.attribute} is written as an attribute of {inside}"
    hint = f"write <{oddity.attribute}>...</{oddity.attribute}> inside of {inside}"
    return text, f"an element {oddity.attribute}", hint


def _empty(oddity: Oddity, _table: Table) -> Words:
    name = local_name(oddity.element)
    return f"{name} is empty", "a value", f"give the value, or leave {name} out"


_WORDS: dict[str, Callable[[Oddity, Table], Words]] = {
    "unknown": _unknown,
    "repeated": _repeated,
    "too-long": _too_long,
    "malformed": _malformed,
    "misplaced": _misplaced,
    "as-attribute": _as_attribute,
    "empty": _empty,
}


def unmapped_of(reading: Reading, positions: Positions) -> tuple[Unmapped, ...]:
    """All values of an item that are not in its tree, each with its place."""
    found = (one for oddity in reading.noted for one in _values(oddity))
    return tuple(
        unmapped(positions, *one) for one in islice((one for one in found if one[2]), UNMAPPED_MAX)
    )


def _values(oddity: Oddity) -> Iterator[tuple[Element, str, str]]:
    if oddity.what in {"unknown", "repeated"}:
        yield from values_below(oddity.element)
    else:
        yield oddity.element, oddity.attribute, oddity.value


def unmapped(positions: Positions, element: Element, attribute: str, value: str) -> Unmapped:
    """One value that has no place in the body, by the names its sender used."""
    names: list[str] = []
    step: Element | None = element
    while step is not None:
        names.append(local_name(step))
        step = step.getparent()
    path = ".".join(reversed(names))
    if attribute:
        path += f"@{attribute_name(element, attribute)}"
    return Unmapped(positions.place(element, attribute), path, value)


class Spots:
    """Where the values of one item stand; the item is walked once more when a place is needed."""

    def __init__(
        self, parts: list[Element], table: Table, positions: Positions, reading: Reading
    ) -> None:
        self._parts = parts
        self._table = table
        self._positions = positions
        self._reading = reading

    def locate(self, trail: Trail, name: str) -> Place:
        """Where a value is, or its nearest parent, without the column."""
        row = self._table.patterns.get(name)
        near_top = None if trail or row is None else _at_the_top(self._parts, row)
        element = self._trace.leaves.get((trail, name)) if near_top is None else near_top
        return self._positions.place(self._parts[0] if element is None else element)

    def spot(self, trail: Trail, name: str) -> Spot:
        """Where a value is; where not: what is in its place, or its nearest parent."""
        wanted = ".".join((*(step for step, _index in trail), name))
        row = self._table.patterns.get(wanted) or self._only_below(wanted)
        called = row.tag if row else ""
        element = self._trace.leaves.get((trail, name))
        if element is not None:
            return Spot(self._positions.exact(element), called)
        for one in (row,) if row else self._below(wanted):
            parent, tags = self._parent(trail, one)
            instead = self._misspelt.get(parent, {}).get(tags[0])
            if instead is not None:
                below = len(tags) > 1 or row is None
                return Spot(self._positions.exact(instead), called, name_of(instead), below=below)
        row = row or next(self._below(wanted), None)
        parent, tags = self._parent(trail, row)
        if parent is None:
            return Spot(self._positions.exact(self._parts[0]), called)
        empty = next((one for one in parent if local_name(one) == tags[0]), None)
        if called and empty is not None and len(tags) == 1:
            return Spot(self._positions.exact(empty), called, empty=True)
        return Spot(self._positions.exact(parent), called)

    def rank(self, place: Place) -> tuple[int, ...]:
        """Its order in the file."""
        return place.line or 0, place.column or 0

    @cached_property
    def _trace(self) -> Trace:
        trace = Trace()
        read(self._parts, self._table, trace)
        return trace

    @cached_property
    def _misspelt(self) -> dict[Element | None, dict[str, Element]]:
        """Unknown elements by the element around them in the item, and by what they should be."""
        found: dict[Element | None, dict[str, Element]] = {}
        odd = (one for one in self._reading.noted if one.what == "unknown")
        for one in islice(odd, PROBLEMS_MAX):
            parent = one.element.getparent() if one.row else None
            meant = near(local_name(one.element), _known(one, self._table))
            if meant:
                found.setdefault(parent, {}).setdefault(meant, one.element)
        return found

    def _only_below(self, wanted: str) -> Row | None:
        """The row of a class that is one value in this format."""
        ways = {row.way: row for row in self._below(wanted)}
        return next(iter(ways.values())) if len(ways) == 1 else None

    def _below(self, wanted: str) -> Iterator[Row]:
        """The rows of all values below a class that has no element of its own."""
        below = f"{wanted}."
        return (row for at, row in self._table.patterns.items() if at.startswith(below))

    def _parent(self, trail: Trail, row: Row | None) -> tuple[Element | None, list[str]]:
        """The innermost class element around where the value should stand, and the tags below."""
        way = row.way if row else ""
        tags: list[str] = []
        while way:
            way, _, tag = way.rpartition("/")
            tags.insert(0, tag)
            for length in range(len(trail), -1, -1):
                element = self._trace.classes.get((way, trail[:length]))
                if element is not None:
                    return element, tags
        return None, tags


def _at_the_top(parts: list[Element], row: Row) -> Element | None:
    """The element of a value directly below a top element, such as the key: looked up often."""
    top, _, tag = row.way.partition("/")
    for part in parts:
        if local_name(part) == top:
            return next((child for child in part if local_name(child) == tag), None)
    return None
