"""A message of a list folded into the live version of its part, and changes to single elements.

Rules
    Elements of a repeated class are identified by the match keys of the model (`many(...)`): two
    are the same if the first key that both have is the same, unless all that the model says keeps
    them apart is different. Elements of one message are never matched with each other, so that no
    person on a list is lost to their namesake.
    A put is the whole list: an element that it does not name is gone, unless the message was cut
    or names an element that matches none. Then it removes no element: those that it does not name
    stay, marked as not confirmed.
    A merge adds: what it says replaces what was said before, what it does not say stays. A
    repeated class without match keys is replaced whole.
    A closing list removes no element: who is not on it is marked as not boarded (not confirmed,
    if it was cut or names a person who matches none).
What does not belong
    Who may change a part, and what becomes of the event (`fold`); numbers (`numbering`).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from broker.model.dossier import Change
from broker.model.leaf import Canonical
from broker.model.lists import (
    NUMBER,
    PRESENCE,
    Values,
    elements_at,
    numbered_lists,
    parts_of,
    values_of,
    with_elements,
)
from broker.model.numbering import Numbers
from broker.model.packages import PACKAGES, Field, fields_of

Tree = dict[str, Any]

NOT_CONFIRMED, NOT_BOARDED = "not_confirmed", "not_boarded"


def put_over(
    live: Mapping[str, Any], message: Tree, package: str, numbers: Numbers, *, cut: bool
) -> Tree:
    """The message's body with its elements numbered, and those that it may not remove."""
    tree = message
    for each in numbered_lists(package):
        before, elements = elements_at(live, each.steps), elements_at(message, each.steps)
        numbers.raise_to(each.path, before)
        if not before and not elements:
            continue
        known = _Known(before, each.element.keys, each.element.apart)
        found = known.take_all(elements)
        numbered = [
            _numbered(element, None if at is None else before[at], each.path, numbers)
            for element, at in zip(elements, found, strict=True)
        ]
        stays = (cut or None in found) and each.marks_presence
        if stays:
            named = set(found)
            numbered += [
                {**element, PRESENCE: NOT_CONFIRMED}
                for at, element in enumerate(before)
                if at not in named
            ]
        if numbered != elements:
            tree = with_elements(tree, each.steps, numbered)
    return tree


def merged(live: Mapping[str, Any], message: Tree, package: str, numbers: Numbers) -> Tree:
    """The live body with what a message says besides."""
    return _merged(live, message, PACKAGES[package], ("", numbers))


def changed(
    live: Mapping[str, Any],
    changes: Sequence[Change],
    package: str,
    numbers: Numbers,
    *,
    cut: bool = False,
) -> tuple[Tree, list[Change]]:
    """The live body after these changes, and those that matched nothing."""
    tree, missed = dict(live), list[Change]()
    for path in dict.fromkeys(change.path for change in changes):
        own = [change for change in changes if change.path == path]
        steps = tuple(path.split("."))
        field = _field_at(PACKAGES[package], steps)
        edit = _Edit(path, field, numbers, cut=cut)
        elements, unmatched = edit.apply(elements_at(tree, steps), own)
        missed += unmatched
        if elements or elements_at(tree, steps):
            tree = with_elements(tree, steps, elements)
    return tree, missed


Where = tuple[str, Numbers]
"""The pattern above, and the part's numbers."""


def _merged(
    live: Mapping[str, Any], message: Mapping[str, Any], model: type[Canonical], where: Where
) -> Tree:
    tree, fields = dict(live), fields_of(model)
    above, numbers = where
    for name, value in message.items():
        field, before = fields[name], live.get(name)
        path = f"{above}.{name}" if above else name
        if field.kind != "class" or field.model is None:
            tree[name] = value
        elif not field.repeats:
            tree[name] = _merged(before or {}, value, field.model, (path, numbers))
        elif field.element.keys:
            tree[name] = _upserted(before or [], value, field, (path, numbers))
        else:
            tree[name] = value
    return tree


def _upserted(
    before: Sequence[Tree], message: Sequence[Tree], field: Field, where: Where
) -> list[Tree]:
    """The list with each element in place of the one it matches, or behind all others."""
    path, numbers = where
    if _broker_numbers(field):
        numbers.raise_to(path, before)
    elements, known = list(before), _Known(before, field.element.keys, field.element.apart)
    for element, at in zip(message, known.take_all(message), strict=True):
        if not _broker_numbers(field):
            made = dict(element)
        else:
            made = _numbered(element, None if at is None else before[at], path, numbers)
        if at is None:
            elements.append(made)
        else:
            elements[at] = made
    return elements


def _numbered(element: Tree, match: Tree | None, path: str, numbers: Numbers) -> Tree:
    """The element with the number of the one it matches, or with a new one."""
    number = (match or {}).get(NUMBER) or numbers.give(path, element)
    numbers.name(path, element, number)
    if element.get(NUMBER) == number:
        return element
    return {NUMBER: number, **{name: leaf for name, leaf in element.items() if name != NUMBER}}


def _broker_numbers(field: Field) -> bool:
    """Whether the broker numbers the elements: the class has a number that is no match key."""
    named = {leaf for key in field.element.keys for leaf in key.split("+")}
    return NUMBER not in named and field.model is not None and NUMBER in fields_of(field.model)


def _field_at(model: type[Canonical], steps: Sequence[str]) -> Field:
    field = fields_of(model)[steps[0]]
    for step in steps[1:]:
        assert field.model is not None, f"{field.name} is no class"
        field = fields_of(field.model)[step]
    return field


class _Edit:
    """The changes of one message to one list."""

    def __init__(self, path: str, field: Field, numbers: Numbers, *, cut: bool) -> None:
        self._path, self._field, self._numbers, self._cut = path, field, numbers, cut

    def apply(
        self, before: Sequence[Tree], changes: Sequence[Change]
    ) -> tuple[list[Tree], list[Change]]:
        """The list after the changes, and those that matched nothing."""
        known = _Known(before, self._field.element.keys, self._field.element.apart)
        put = [change.element for change in changes if change.does == "put"]
        others = [change for change in changes if change.does != "put"]
        places = known.take_all([change.element for change in others])
        found = list(zip(others, places, strict=True))
        missed = [change for change, at in found if at is None]
        does = {at: change.does for change, at in found if at is not None}
        for change, at in found:
            if at is not None:
                self._numbers.name(self._path, change.element, before[at].get(NUMBER, ""))
        closes = any(change.does == "keep" for change in others)
        absent = NOT_CONFIRMED if self._cut or missed else NOT_BOARDED
        left = []
        for at, element in enumerate(before):
            what = does.get(at)
            if what in {"remove", "absent"}:
                self._numbers.remove(self._path, element)
            if what == "remove":
                continue
            if what == "absent":
                left.append(self._marked(element, NOT_BOARDED))
            elif what == "keep":
                left.append(self._marked(element, ""))
            elif closes:
                left.append(self._marked(element, absent))
            else:
                left.append(element)
        return _upserted(left, put, self._field, (self._path, self._numbers)), missed

    def _marked(self, element: Tree, presence: str) -> Tree:
        assert self._field.model is not None
        if element.get(PRESENCE, "") == presence or PRESENCE not in fields_of(self._field.model):
            return element
        marked = {name: leaf for name, leaf in element.items() if name != PRESENCE}
        return {**marked, PRESENCE: presence} if presence else marked


class _Known:
    """The elements of a list by their match keys; each is taken once."""

    def __init__(self, elements: Sequence[Tree], keys: Sequence[str], apart: str) -> None:
        self._elements = elements
        self._apart = apart.split("+") if apart else []
        self._keys = [parts_of(key) for key in keys]
        self._values = [[values_of(element, key) for key in self._keys] for element in elements]
        self._taken: set[int] = set()
        self._at: dict[tuple[int, tuple[str, ...]], list[int]] = {}
        for at, by_key in enumerate(self._values):
            for number, values in enumerate(by_key):
                for value in values:
                    self._at.setdefault((number, value), []).append(at)

    def take_all(self, elements: Sequence[Tree]) -> list[int | None]:
        """Where the same element stands for each of these, if anywhere; each is taken once.

        Those that are as they were are found first, so that of two who share a document or a
        name each stays who they are. Then the first key is tried for all of them before the next
        one, so that a namesake never takes the place of the person whose document is there.
        """
        found: list[int | None] = [None] * len(elements)
        if not self._at:
            return found
        own = [[values_of(element, key) for key in self._keys] for element in elements]
        for index, element in enumerate(elements):
            if any(own[index]):
                found[index] = self._take_same(element, own[index])
        for number in range(len(self._keys)):
            for index, element in enumerate(elements):
                if found[index] is None and own[index][number]:
                    found[index] = self._take(element, own[index], number)
        return found

    def _take_same(self, element: Tree, own: Sequence[Values]) -> int | None:
        """The place of the element that is as this one, but for its number."""
        number = next(number for number, values in enumerate(own) if values)
        content = _content(element)
        for value in own[number]:
            for at in self._at.get((number, value), ()):
                if at not in self._taken and _content(self._elements[at]) == content:
                    self._taken.add(at)
                    return at
        return None

    def _take(self, element: Tree, own: Sequence[Values], number: int) -> int | None:
        for value in own[number]:
            for at in self._at.get((number, value), ()):
                if at in self._taken or _earlier(own, self._values[at], number):
                    continue
                if number == 0 or not self._differs(element, self._elements[at]):
                    self._taken.add(at)
                    return at
        return None

    def _differs(self, element: Tree, other: Tree) -> bool:
        """Whether both say all that keeps elements apart, and nothing of it is the same."""
        pairs = [(element.get(leaf), other.get(leaf)) for leaf in self._apart]
        return bool(pairs) and all(mine and theirs and mine != theirs for mine, theirs in pairs)


def _content(element: Tree) -> Tree:
    return {name: leaf for name, leaf in element.items() if name not in {NUMBER, PRESENCE}}


def _earlier(own: Sequence[Values], other: Sequence[Values], number: int) -> bool:
    """Whether both have a key before this one: then that one decides."""
    return any(own[before] and other[before] for before in range(number))
