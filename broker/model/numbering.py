"""The numbers of a part's elements: given for the life of the part, never used again.

Rules
    An element that matches an element of the version before it keeps its number; any other gets a
    number above all that were ever given in that list of that part (the high-water mark). Where it
    is free, that is the number it has in its message, so that most lists keep their numbers.
    Match keys number elements and do nothing else: whether an answer still holds is decided by
    the data it was given on (`standing`).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from broker.model.lists import NUMBER
from broker.model.paths import canonical_number

Run = tuple[int, int, int]
"""Elements numbered alike: first number in the message, first in the dossier, how many."""

Runs = tuple[Run, ...]
Named = Mapping[str, Runs]
"""By list: the elements that a message named, in the message's order."""


class Numbers:
    """The high-water marks of a part while one event is folded, and what its message named."""

    def __init__(self, marks: Mapping[str, int]) -> None:
        self.marks: dict[str, int] = dict(marks)
        self._pairs: dict[str, list[tuple[int, int]]] = {}
        self.removed: dict[str, list[int]] = {}

    def raise_to(self, path: str, elements: Iterable[Mapping[str, Any]]) -> None:
        """The mark is at least the highest number that is in use."""
        highest = max((number_of(element) for element in elements), default=0)
        self.marks[path] = max(self.marks.get(path, 0), highest)

    def give(self, path: str, element: Mapping[str, Any]) -> str:
        """A number for a new element: its own where that is free, else the next."""
        mark, own = self.marks.get(path, 0), number_of(element)
        given = own if own > mark else mark + 1
        self.marks[path] = given
        return str(given)

    def name(self, path: str, element: Mapping[str, Any], number: str) -> None:
        """The message named this element, which has that number in the dossier."""
        own = number_of(element)
        if own and number.isdecimal():
            self._pairs.setdefault(path, []).append((own, int(number)))

    def remove(self, path: str, element: Mapping[str, Any]) -> None:
        """The message took this element off by its name."""
        self.removed.setdefault(path, []).append(number_of(element))

    @property
    def named(self) -> Named:
        """What the message named and did not take off, compactly."""
        left = {
            path: [pair for pair in pairs if pair[1] not in self.removed.get(path, ())]
            for path, pairs in self._pairs.items()
        }
        return {path: runs_of(pairs) for path, pairs in left.items()}


def number_of(element: Mapping[str, Any]) -> int:
    """The element's number; 0 where it has none that is a whole number."""
    text = element.get(NUMBER)
    if not isinstance(text, str):
        return 0
    number = text if text.isdecimal() else canonical_number(text)
    return int(number) if number.isdecimal() and len(number) <= 18 else 0


def runs_of(pairs: Sequence[tuple[int, int]]) -> Runs:
    """Pairs of (number in the message, number in the dossier), neighbours taken together."""
    runs: list[Run] = []
    for own, number in pairs:
        if runs:
            first, of_dossier, count = runs[-1]
            if own == first + count and number == of_dossier + count:
                runs[-1] = (first, of_dossier, count + 1)
                continue
        runs.append((own, number, 1))
    return tuple(runs)


def pairs_of(runs: Runs) -> list[tuple[int, int]]:
    """The pairs that runs hold."""
    return [
        (first + step, of_dossier + step)
        for first, of_dossier, count in runs
        for step in range(count)
    ]
