"""What a walk over an item in XML gives: its tree, and what is odd about it.

What does not belong: the walk itself (`reading`), the words of problems (`telling`).
"""

from collections import Counter
from typing import NamedTuple

from adapters.demands import Trail
from adapters.postal.listing import Piece, piece_of
from adapters.postal.tables import NUMBERS, Row
from adapters.wire.xml import Element
from broker.adapter import Tree


class Oddity(NamedTuple):
    """Something the walk could not put into the tree.

    Problems: `unknown`, `repeated`, `too-long`, `malformed`, `misplaced` (text between elements),
    `as-attribute` (what should be an element of the class), `empty`.
    No fault, but no place in the model: `attribute`, `kept`.
    `row` is that of the element; for an unknown one, of the class it stands in, if any.
    """

    what: str
    element: Element
    row: Row | None
    value: str = ""
    attribute: str = ""
    trail: Trail = ()


CONTENT_PIECE = "GoodsShipment.Consignment.ConsignmentItem"
SILENT = frozenset({"attribute", "kept"})
"""What is kept and is no problem."""


def code_of(oddity: Oddity) -> str:
    """The problem code of an oddity; "" for one that is no problem."""
    if oddity.what in SILENT:
        return ""
    if oddity.what != "malformed":
        return {
            "unknown": "element.unknown",
            "repeated": "element.repeated",
            "too-long": "value.too-long",
            "misplaced": "text.misplaced",
            "as-attribute": "attribute.misplaced",
            "empty": "element.empty",
        }[oddity.what]
    how = oddity.row.how if oddity.row else ""
    if how == "moment":
        return "moment.malformed"
    return "number.malformed" if how in NUMBERS else "value.malformed"


class Trace:
    """Which element each value of a tree came from, and each class of the message."""

    def __init__(self) -> None:
        self.leaves: dict[tuple[Trail, str], Element] = {}
        self.classes: dict[tuple[str, Trail], Element] = {}


class Reading:
    """What one item gave: its tree, the oddities in order, and the trace if one was asked for.

    Beyond `most` oddities are only counted, by code and content piece: `beyond`. `surplus` are
    the content pieces beyond the number that the table allows.
    """

    __slots__ = ("beyond", "most", "noted", "surplus", "trace", "tree")

    def __init__(self, trace: Trace | None = None, most: int = 20_000) -> None:
        self.tree: Tree = {}
        self.noted: list[Oddity] = []
        self.beyond: Counter[tuple[str, Piece]] = Counter()
        self.surplus: list[Element] = []
        self.most = most
        self.trace = trace

    def note(self, oddity: Oddity) -> None:
        """Notes one more."""
        if len(self.noted) < self.most:
            self.noted.append(oddity)
        else:
            self.beyond[code_of(oddity), piece_of(oddity.trail)] += 1
