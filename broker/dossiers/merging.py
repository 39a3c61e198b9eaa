"""A piece of a list merged into the live version of its part, and changes to single elements.

Rules
    What is said replaces what was said before; what is not said stays. Elements of a repeated
    class are told apart by the match keys of the model (`many(...)`): one that matches is
    replaced and keeps its SequenceNumeric, any other is added with the next number. A repeated
    class without match keys is replaced whole.
    Two elements are the same if the first key that both have is the same, unless all that the
    model says keeps them apart is different. Elements of one message are never matched with each
    other, so nobody on a list is lost to his namesake.
What does not belong
    Who may change a part, and what becomes of the event (`fold`).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from broker.model.dossier import Change
from broker.model.leaf import Canonical, Element
from broker.model.packages import PACKAGES, Field, fields_of

Tree = dict[str, Any]
Values = frozenset[tuple[str, ...]]

NUMBER = "SequenceNumeric"


def merged(live: Mapping[str, Any], said: Mapping[str, Any], package: str) -> Tree:
    """The live body with what a message says besides."""
    return _merged(live, said, PACKAGES[package])


def changed(
    live: Mapping[str, Any], changes: Sequence[Change], package: str
) -> tuple[Tree, list[Change]]:
    """The live body after these changes, and those that matched nothing."""
    tree, missed = dict(live), list[Change]()
    for path in dict.fromkeys(change.path for change in changes):
        mine = [change for change in changes if change.path == path]
        tree, unmatched = _changed(tree, mine, PACKAGES[package], path.split("."))
        missed += unmatched
    return tree, missed


def _merged(live: Mapping[str, Any], said: Mapping[str, Any], model: type[Canonical]) -> Tree:
    tree, fields = dict(live), fields_of(model)
    for name, value in said.items():
        field, before = fields[name], live.get(name)
        if before is None or field.kind != "class" or field.model is None:
            tree[name] = value
        elif not field.repeats:
            tree[name] = _merged(before, value, field.model)
        elif field.element.keys:
            tree[name] = _upserted(before, value, field)
        else:
            tree[name] = value
    return tree


def _upserted(before: Sequence[Tree], said: Iterable[Tree], field: Field) -> list[Tree]:
    """The list with each element in place of the one it matches, or behind all others."""
    elements, known = list(before), _Known(before, field.element)
    for element in said:
        at = known.take(element)
        if at is None:
            elements.append(_numbered(element, elements, field))
        else:
            number = elements[at].get(NUMBER)
            elements[at] = {**element, NUMBER: number} if number else dict(element)
    return elements


def _numbered(element: Tree, elements: Sequence[Tree], field: Field) -> Tree:
    """The element with the next number; where the number is of a key it stays as it was said."""
    named = {leaf for key in field.element.keys for leaf in key.split("+")}
    if NUMBER in named or NUMBER not in fields_of(_model(field)):
        return dict(element)
    highest = max((int(one[NUMBER]) for one in elements if one.get(NUMBER)), default=0)
    return {NUMBER: str(highest + 1), **{k: v for k, v in element.items() if k != NUMBER}}


def _changed(
    tree: Tree, changes: Sequence[Change], model: type[Canonical], steps: Sequence[str]
) -> tuple[Tree, list[Change]]:
    name, *below = steps
    field = fields_of(model)[name]
    if below:
        under, missed = _changed(tree.get(name) or {}, changes, _model(field), below)
        return ({**tree, name: under} if under else tree), missed
    elements, missed = _list_changed(tree.get(name) or [], changes, field)
    return {**tree, name: elements}, missed


def _list_changed(
    before: Sequence[Tree], changes: Sequence[Change], field: Field
) -> tuple[list[Tree], list[Change]]:
    known = _Known(before, field.element)
    missed: list[Change] = []
    found: dict[str, set[int]] = {"remove": set(), "keep": set()}
    put = [change.element for change in changes if change.does == "put"]
    for change in changes:
        if change.does == "put":
            continue
        at = known.take(change.element)
        if at is None:
            missed.append(change)
        else:
            found[change.does].add(at)
    keeps = any(change.does == "keep" for change in changes)
    left = [
        element
        for at, element in enumerate(before)
        if at not in found["remove"] and (not keeps or at in found["keep"])
    ]
    return _upserted(left, put, field), missed


class _Known:
    """The elements of a list by their match keys; each is taken once."""

    def __init__(self, elements: Sequence[Tree], repeated: Element) -> None:
        self._elements = elements
        self._apart = repeated.apart.split("+") if repeated.apart else []
        self._keys = [_parts(key) for key in repeated.keys]
        self._said = [[_values(element, key) for key in self._keys] for element in elements]
        self._taken: set[int] = set()
        self._at: dict[tuple[int, tuple[str, ...]], list[int]] = {}
        for at, said in enumerate(self._said):
            for number, values in enumerate(said):
                for value in values:
                    self._at.setdefault((number, value), []).append(at)

    def take(self, element: Tree) -> int | None:
        """Where the element stands that is the same, if one is; it is not found again."""
        said = [_values(element, key) for key in self._keys]
        for number, values in enumerate(said):
            for value in values:
                for at in self._at.get((number, value), ()):
                    if at in self._taken or _earlier(said, self._said[at], number):
                        continue
                    if number == 0 or not self._differs(element, self._elements[at]):
                        self._taken.add(at)
                        return at
        return None

    def _differs(self, one: Tree, other: Tree) -> bool:
        """Whether both say all that keeps elements apart, and nothing of it is the same."""
        pairs = [(one.get(leaf), other.get(leaf)) for leaf in self._apart]
        return bool(pairs) and all(mine and his and mine != his for mine, his in pairs)


def _earlier(one: Sequence[Values], other: Sequence[Values], number: int) -> bool:
    """Whether both have a key before this one: then that one decides."""
    return any(one[before] and other[before] for before in range(number))


Parts = tuple[str, tuple[str, ...]]


def _parts(key: str) -> Parts:
    """The repeated class a key looks into ("" for the element itself), and its leaves."""
    leaves = key.split("+")
    above = leaves[0].rpartition(".")[0]
    return above, tuple(leaf.rpartition(".")[2] for leaf in leaves)


def _values(element: Mapping[str, Any], parts: Parts) -> Values:
    """What the element has under a key: nothing unless all of the key is there."""
    above, leaves = parts
    instances = element.get(above) or () if above else (element,)
    found = (tuple(one.get(leaf) or "" for leaf in leaves) for one in instances)
    return frozenset(value for value in found if all(value))


def _model(field: Field) -> type[Canonical]:
    assert field.model is not None, f"{field.name} is no class"
    return field.model
