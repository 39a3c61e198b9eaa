"""How the children of one element are numbered, in memory that their number hardly moves.

Rules
    The children are gone through once, and no farther than somebody asks. Kept are numbers alone,
    and every 64th child: another is found from there. A dictionary of all children takes a
    gigabyte for a million of them.
"""

from array import array

from lxml import etree

from adapters.wire.xml_rare import LOOKED_FOR_MAX, is_alone
from adapters.wire.xml_source import Source

_EACH = 64


class Siblings:
    """The children of one element: which is the how-manieth, of its name and of the document."""

    def __init__(self, parent: etree._Element) -> None:
        self._rest = iter(parent)
        self._counts: dict[str, int] = {}
        self._ordinals = array("l")
        self._numbers = array("q")
        self._passed: dict[etree._Element, int] = {}
        self._left = LOOKED_FOR_MAX

    def ordinal(self, child: etree._Element) -> int:
        """Its number, from 1, among those of the same name."""
        return self._ordinals[self._index(child)]

    def is_alone(self, child: etree._Element) -> bool:
        """Whether no other child has this name."""
        if any(one is not None and one.tag == child.tag
               for one in (child.getnext(), child.getprevious())):  # fmt: skip
            return False
        if self._left:
            self._left -= 1
            if is_alone(child):
                return True
        self._index(child)
        tag = str(child.tag)
        if self._counts[tag] == 1:
            self._go_on(None)
        return self._counts[tag] == 1

    def number(self, child: etree._Element, first: int, source: Source) -> int | None:
        """Its number in document order, if the first child has `first`; None beyond the source."""
        index, numbers = self._index(child), self._numbers
        if not numbers:
            numbers.append(first)
        source.follow(numbers, index + 1)
        return numbers[index] if index < len(numbers) else None

    def _index(self, child: etree._Element) -> int:
        steps, step = 0, child
        while (passed := self._passed.get(step)) is None:
            before = step.getprevious()
            if before is None or steps == _EACH:
                self._go_on(child)
                return len(self._ordinals) - 1
            steps, step = steps + 1, before
        if passed + steps >= len(self._ordinals):
            self._go_on(child)
        return passed + steps

    def _go_on(self, wanted: etree._Element | None) -> None:
        """Passes the children up to this one; all for None."""
        counts, ordinals = self._counts, self._ordinals
        for child in self._rest:
            tag = str(child.tag)
            counts[tag] = ordinal = counts.get(tag, 0) + 1
            if not len(ordinals) % _EACH:
                self._passed[child] = len(ordinals)
            ordinals.append(ordinal)
            if child is wanted:
                return
