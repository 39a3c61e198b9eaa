"""What is odd about one message in XML: noted up to a limit, and counted beyond it."""

from typing import NamedTuple

from adapters.mapping import Field
from adapters.wire.xml import Element


class Oddity(NamedTuple):
    """Something the walk could not put into the tree.

    Problems: `unknown` (no such element), `repeated`, `too-long`, `malformed`, `moment`,
    `misplaced` (text between elements), `sequence` (a number used twice), `as-attribute` (what
    should be an element of the class), `empty` (a value or class that is present without content).
    No fault, but no place in the model: `attribute`, `kept`, and `spelling` (a decimal as it was
    written, where the tree holds it in another spelling).
    `field` is the row of the element; for an unknown one, of the class it stands in.
    """

    what: str
    element: Element
    field: Field
    value: str = ""
    attribute: str = ""


_Sort = tuple[str, Field, bool]
"""Oddities of one sort have the same problem code: what, which field, of an attribute or not."""


class Beyond:
    """How many oddities of a sort are not noted, and the first of them."""

    __slots__ = ("count", "first")

    def __init__(self, first: Oddity) -> None:
        self.first = first
        self.count = 0


class Oddities:
    """What is odd about one message, in order.

    At most `most` are noted, but always the first `each` of a sort: many of one sort hide none of
    another. `beyond`: one of each sort that is not noted, and how many of it there are.
    """

    __slots__ = ("_counts", "beyond", "each", "most", "noted", "number")

    def __init__(self, most: int = 20_000, each: int = 100) -> None:
        self.most = most
        self.each = each
        self.number = 0
        self.noted: list[Oddity] = []
        self.beyond: dict[_Sort, Beyond] = {}
        self._counts: dict[_Sort, int] = {}

    def append(self, oddity: Oddity) -> None:
        """Notes one more."""
        self.number += 1
        sort = (oddity.what, oddity.field, bool(oddity.attribute))
        count = self._counts[sort] = self._counts.get(sort, 0) + 1
        if self.number <= self.most or count <= self.each:
            self.noted.append(oddity)
        else:
            self.beyond.setdefault(sort, Beyond(oddity)).count += 1

    def unknown(self, element: Element, above: Field) -> bool:
        """The same for an element that the table does not know; whether it was counted alone."""
        beyond = self.beyond.get(("unknown", above, False))
        if beyond is None:
            self.append(Oddity("unknown", element, above))
            return False
        self.number += 1
        beyond.count += 1
        return True

    def count_unknown(self, above: Field, times: int) -> None:
        """So many unknown elements more, after one that was counted alone."""
        self.number += times
        self.beyond["unknown", above, False].count += times
