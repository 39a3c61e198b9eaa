"""The lists of a package whose elements can be the subject of an answer, a rule or a change.

They are the outermost repeated classes with match keys. Where the standard numbers the elements
(SequenceNumeric is a match key: goods items, pieces, containers), the number is the sender's.
Elsewhere (persons) the broker numbers them for the life of a part, by their match keys.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from broker.model.leaf import Element
from broker.model.packages import fields_of, index

NUMBER = "SequenceNumeric"
PRESENCE = "PresenceCode"

Parts = tuple[str, tuple[str, ...]]
"""The repeated class a match key looks into ("" for the element itself), and its leaves."""

Values = frozenset[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class ElementList:
    """One such list: its pattern, and how its elements are identified.

    `numbers`: whether the broker numbers the elements. `strong`: positions in `keys` of those
    that identify the thing itself. `marks_presence`: whether an element can say `not_confirmed`.
    """

    path: str
    steps: tuple[str, ...]
    element: Element
    keys: tuple[Parts, ...]
    strong: tuple[int, ...]
    numbers: bool
    marks_presence: bool


@cache
def lists_of(package: str) -> tuple[ElementList, ...]:
    """The lists of a package, in the order of the schema."""
    found: list[ElementList] = []
    for node in index(package).values():
        if not node.element.keys or node.element.of_message or len(node.repeated) != 1:
            continue
        assert node.field.model is not None
        fields = fields_of(node.field.model)
        named = {leaf for key in node.element.keys for leaf in key.split("+")}
        strong = tuple(node.element.keys.index(key) for key in node.element.strong)
        found.append(
            ElementList(
                path=node.pattern,
                steps=tuple(node.pattern.split(".")),
                element=node.element,
                keys=tuple(parts_of(key) for key in node.element.keys),
                strong=strong,
                numbers=NUMBER in fields and NUMBER not in named,
                marks_presence=PRESENCE in fields,
            )
        )
    return tuple(found)


@cache
def numbered_lists(package: str) -> tuple[ElementList, ...]:
    """The lists whose elements the broker numbers."""
    return tuple(one for one in lists_of(package) if one.numbers)


def parts_of(key: str) -> Parts:
    """A match key taken apart."""
    leaves = key.split("+")
    above = leaves[0].rpartition(".")[0]
    return above, tuple(leaf.rpartition(".")[2] for leaf in leaves)


def values_of(element: Mapping[str, Any], parts: Parts) -> Values:
    """What the element has under a key: nothing unless all of the key is there."""
    above, leaves = parts
    instances = element.get(above) or () if above else (element,)
    found = (tuple(instance.get(leaf) or "" for leaf in leaves) for instance in instances)
    return frozenset(value for value in found if all(value))


def elements_at(tree: Mapping[str, Any], steps: tuple[str, ...]) -> list[dict[str, Any]]:
    """The elements of a list that stands below single classes; [] where there is none."""
    at: Any = tree
    for step in steps:
        at = at.get(step) if isinstance(at, dict) else None
        if at is None:
            return []
    return list(at)


def with_elements(
    tree: Mapping[str, Any], steps: tuple[str, ...], elements: list[dict[str, Any]]
) -> dict[str, Any]:
    """The tree with these elements in that list; the classes on the way are copied."""
    step, *below = steps
    if not below:
        return {**tree, step: elements}
    return {**tree, step: with_elements(tree.get(step) or {}, tuple(below), elements)}
