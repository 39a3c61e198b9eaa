"""One body of a WCO message with its tree: where each of its elements is, in every coordinate.

Canonical path, the path that people see, WCO pointer, and the element that a breach is about. A
value that is absent is placed where it is empty or written under a similar name, else at its
nearest parent.
"""

import dataclasses
from dataclasses import dataclass
from typing import NamedTuple

from adapters.customs.reading import instances_of
from adapters.demands import Breach
from adapters.mapping import MANY, MOMENT, Field
from adapters.wire.xml import Element, Positions, local_name, name_of
from broker.adapter import Path, Tree
from broker.model import pointers
from broker.model.paths import element_key


@dataclass(frozen=True, slots=True)
class Subject:
    """One body with its element, its class and its package; `name` begins its problem paths."""

    name: str
    package: str
    element: Element
    field: Field
    tree: Tree
    number: int
    positions: Positions
    ordinals: dict[Element, dict[Element, int]] = dataclasses.field(default_factory=dict)

    def shown(self, element: Element) -> Path:
        """The path that people see: with the name of the body, or of the envelope."""
        path = self._outside(element)
        if path is None:
            below = self.path_of(element)
            path = f"{self.name}.{below}" if below else self.name
        return path

    def _outside(self, element: Element) -> Path | None:
        """Local names from the root, for what is not in the body."""
        names: list[str] = []
        step: Element | None = element
        while step is not None:
            if step is self.element:
                return None
            names.append(local_name(step))
            step = step.getparent()
        return ".".join(reversed(names))

    def path_of(self, element: Element) -> Path:
        """Canonical path of an element below the body; local names where the table knows none."""
        chain: list[Element] = []
        step: Element | None = element
        while step is not None and step is not self.element:
            chain.append(step)
            step = step.getparent()
        parts: list[str] = []
        above: Field | None = self.field
        tree: Tree = self.tree
        for below in reversed(chain):
            if above is not None and above.kind == MOMENT and str(below.tag) in above.rows:
                break  # a moment and its DateTimeString are one value
            name, above, tree = self._step(below, above, tree)
            parts.append(name)
        return ".".join(parts)

    def _step(
        self, element: Element, above: Field | None, tree: Tree
    ) -> tuple[str, Field | None, Tree]:
        row = above.rows.get(str(element.tag)) if above else None
        if row is None or above is None:
            name, ordinal = local_name(element), self.positions.ordinal(element)
            return (name if ordinal == 1 else f"{name}[#{ordinal}]"), None, {}
        ordinal = self._ordinal(element, above)
        if ordinal > 1 and str(element.tag) in above.overflow:
            row = above.overflow[str(element.tag)]
        kind, name, _limit, _usual, below = row
        value = tree.get(name)
        if kind != MANY:
            return name, below, value if isinstance(value, dict) else {}
        instances = value if isinstance(value, list) else []
        one = instances[ordinal - 1] if ordinal <= len(instances) else {}
        return f"{name}[{element_key(one, ordinal)}]", below, one

    def _ordinal(self, element: Element, above: Field) -> int:
        """Its number, from 1, among the siblings of the same canonical name, in any namespace."""
        parent = element.getparent()
        assert parent is not None, "what has a row is below the body"
        if parent not in self.ordinals:
            counts: dict[str, int] = {}
            numbers = self.ordinals[parent] = {}
            for child in parent:
                row = above.rows.get(str(child.tag))
                if row is not None:
                    counts[row[1]] = numbers[child] = counts.get(row[1], 0) + 1
        return self.ordinals[parent][element]

    def locate(self, breach: Breach, misspelt: "Misspelt") -> "Found":
        """The element a breach is about, what is in its place, or its nearest parent."""
        element, above, path = self.element, self.field, ""
        tree = self.tree
        for name, index in breach.trail:
            element = list(instances_of(element, above, name))[index]
            value = tree[name]
            tree = value[index] if isinstance(value, list) else value
            step = f"{name}[{element_key(tree, index + 1)}]" if isinstance(value, list) else name
            path = f"{path}.{step}" if path else step
            above = next(f for f in above.children if f.name == name)
        path = f"{path}.{breach.name}" if path else breach.name
        found = next(instances_of(element, above, breach.name), None)
        if found is not None:
            return Found(found, path, empty=True)
        tags = (one.tag for one in above.children if one.name == breach.name)
        instead = next((misspelt[element, tag] for tag in tags if (element, tag) in misspelt), None)
        if instead is None:
            return Found(element, path)
        return Found(instead, path, name_of(instead))

    def pointer_of(self, path: Path, dialect: str) -> str | None:
        """The WCO pointer of a path, or of its nearest parent that has one."""
        return pointer_of(path, dialect, self.package)


def pointer_of(path: Path, dialect: str, package: str) -> str | None:
    """The WCO pointer of a path of a package, or of its nearest parent that has one."""
    while True:
        pointer = pointers.to_pointer(path, dialect, package)
        if pointer is not None:
            return pointers.text(pointer)
        path = path.rpartition(".")[0]


Misspelt = dict[tuple[Element, str], Element]
"""Unknown elements, by the class they are in and what they should be called."""


class Found(NamedTuple):
    """Where a value is, or should be; `instead`: what is there under a similar name."""

    element: Element
    path: Path
    instead: str = ""
    empty: bool = False
