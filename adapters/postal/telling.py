"""What the walk over ITMATT found odd, told to people: problems and unmapped values with places.

Rules
    A problem says where (XPath in the sender's prefixes, line), what it is about (canonical path,
    or the sender's element where the table knows none), what was expected and what to do.
    An absent value is placed at its nearest parent.
"""

from collections.abc import Callable, Iterator
from difflib import get_close_matches
from itertools import islice

from adapters.demands import Trail
from adapters.postal.judging import NAME, PROBLEMS_MAX, Locate, path_of
from adapters.postal.reading import Oddity, Reading, Trace, values_below
from adapters.postal.tables import PACKAGE, Row, Table
from adapters.wire.xml import Element, Positions, attribute_name, local_name, name_of
from broker.adapter import Tree, Unmapped
from broker.model.packages import data_class
from broker.model.paths import pattern_of
from broker.model.problem import Place, Problem

_SHOWN = 256
UNMAPPED_MAX = 20_000
_SILENT = frozenset({"attribute", "kept"})
_NUMBERS = frozenset({"number", "amount", "measure"})


def problems_of(
    reading: Reading, number: int, table: Table, positions: Positions
) -> tuple[Problem, ...]:
    """The problems among the oddities of one item; beyond PROBLEMS_MAX, that there are more."""
    odd = (one for one in reading.noted if one.what not in _SILENT)
    told = [
        _told(one, reading.tree, number, table, positions) for one in islice(odd, PROBLEMS_MAX + 1)
    ]
    if reading.number > reading.most:
        told.append(
            Problem(
                code="postal.problems-more",
                text=f"{reading.number - reading.most} elements more were not looked at",
                message=number,
                path=NAME,
                hint="send what the format knows, and nothing else",
            )
        )
    return tuple(told)


def _code(oddity: Oddity) -> str:
    how = oddity.row.how if oddity.row else ""
    if oddity.what != "malformed":
        return {
            "unknown": "postal.element-unknown",
            "repeated": "postal.element-repeated",
            "too-long": "postal.value-too-long",
            "misplaced": "postal.text-misplaced",
        }[oddity.what]
    if how == "moment":
        return "postal.moment-malformed"
    return "postal.number-malformed" if how in _NUMBERS else "postal.value-malformed"


def _told(oddity: Oddity, tree: Tree, number: int, table: Table, positions: Positions) -> Problem:
    text, expected, hint = _WORDS[oddity.what](oddity, table)
    known = oddity.row is not None and oddity.what != "unknown" and oddity.row.pattern
    path = _path(oddity, tree) if known else ""
    unknown = oddity.what == "unknown"
    outside = "" if oddity.what == "misplaced" else local_name(oddity.element)
    return Problem(
        code=_code(oddity),
        text=text,
        message=number,
        where=positions.place(oddity.element, oddity.attribute),
        path=".".join(filter(None, (NAME, path or outside))),
        found=(name_of(oddity.element) if unknown else oddity.value)[:_SHOWN] or None,
        found_class=data_class(PACKAGE, pattern_of(path)) if oddity.value else "public",
        expected=expected,
        hint=hint,
    )


def _path(oddity: Oddity, tree: Tree) -> str:
    """The canonical path of the element a row is about, in the class it stands in."""
    row = oddity.row
    assert row is not None, "only an element of the table has a canonical path"
    names = [name for name, _repeats in row.steps]
    if row.how == "currency":
        return path_of(tree, oddity.trail, ".".join((*names, row.name, "currency")))
    return path_of(tree, oddity.trail, ".".join(filter(None, (*names, row.name))))


Words = tuple[str, str | None, str | None]


def _unknown(oddity: Oddity, table: Table) -> Words:
    name = local_name(oddity.element)
    rows = oddity.row.children if oddity.row else table.top
    known, inside = list(rows), oddity.row.tag if oddity.row else "ITMATT"
    near = get_close_matches(name, known, 1)
    hint = f"did you mean {near[0]!r}?" if near else "leave it out, or ask for it to be added"
    expected = f"one of {', '.join(known)}" if known else "a value without elements in it"
    return f"element {name[:_SHOWN]!r} is not known in {inside}", expected, hint


def _repeated(oddity: Oddity, _table: Table) -> Words:
    text = f"{local_name(oddity.element)} occurs more often than it may"
    most = oddity.row.most if oddity.row else 1
    return text, f"at most {most}", "leave out the ones beyond"


def _too_long(oddity: Oddity, _table: Table) -> Words:
    row = oddity.row
    assert row is not None, "only a value of the table has a length"
    text = f"{row.tag} has {len(oddity.value)} characters"
    return text, f"{row.shown}: at most {row.limit}", "shorten it"


def _malformed(oddity: Oddity, _table: Table) -> Words:
    row = oddity.row
    assert row is not None, "only a value of the table has a format"
    text = f"{row.tag} is {oddity.value[:_SHOWN]!r}"
    if row.how == "moment":
        return text, "ISO 8601, such as 2026-11-02T15:20:00Z", "write a day that the calendar has"
    if row.how in _NUMBERS:
        hint = "digits with a point for decimals; no sign, no grouping, no exponent"
        return text, f"a number of the format {row.shown}", hint
    return text, f"a value of the format {row.shown}", "capital letters, as ISO has the code"


def _misplaced(oddity: Oddity, _table: Table) -> Words:
    text = f"text stands between the elements of {local_name(oddity.element)}"
    return text, "elements only", "move the text into an element, or leave it out"


_WORDS: dict[str, Callable[[Oddity, Table], Words]] = {
    "unknown": _unknown,
    "repeated": _repeated,
    "too-long": _too_long,
    "malformed": _malformed,
    "misplaced": _misplaced,
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


def locator(
    trace: Callable[[], Trace], parts: list[Element], table: Table, positions: Positions
) -> Locate:
    """Where a value of an item stands, or its nearest parent; the trace is made when needed."""

    def locate(trail: Trail, name: str) -> Place:
        row = table.patterns.get(name)
        if not trail and row is not None and (near := _at_the_top(parts, row)) is not None:
            return positions.place(near)
        known = trace()
        element = known.leaves.get((trail, name))
        if element is None:
            element = _parent(known, trail, _row(table, trail, name))
        return positions.place(parts[0] if element is None else element)

    return locate


def _at_the_top(parts: list[Element], row: Row) -> Element | None:
    """The element of a value directly below a top element, such as the key: looked up often."""
    top, _, tag = row.way.partition("/")
    for part in parts:
        if local_name(part) == top:
            return next((child for child in part if local_name(child) == tag), None)
    return None


def _row(table: Table, trail: Trail, name: str) -> Row | None:
    """The row of a value, or of the first value below a class."""
    wanted = ".".join((*(step for step, _index in trail), name))
    row = table.patterns.get(wanted)
    if row is not None:
        return row
    return next((one for at, one in table.patterns.items() if at.startswith(f"{wanted}.")), None)


def _parent(trace: Trace, trail: Trail, row: Row | None) -> Element | None:
    """The innermost class element around where the value should stand."""
    way = row.way if row else ""
    while way := way.rpartition("/")[0]:
        for length in range(len(trail), -1, -1):
            element = trace.classes.get((way, trail[:length]))
            if element is not None:
                return element
    return None
