"""Elements of a list inside a document: found by index, shown by key.

Inside one document an element is known by its index, because keys may be missing or, in bad data,
doubled. To people, and to recipients, it is shown by its key (`broker.model.paths`).
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from broker.model.paths import element_key


class Element(NamedTuple):
    """One instance at a pattern: an index (from 0) and a key for each list on the way to it.

    `rules` matched it; `checks` and `codes` are theirs.
    """

    indices: tuple[int, ...]
    keys: tuple[str, ...]
    rules: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """Its key: `3`; inside another list `3.1`."""
        return ".".join(self.keys)


class Matched(NamedTuple):
    """The elements at the pattern `each` that a recipient is entitled to."""

    each: str
    elements: tuple[Element, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the elements, in the order of the document."""
        return tuple(element.shown for element in self.elements)


Instance = tuple[tuple[int, ...], tuple[str, ...], Any]
"""Indices, keys and the value of one instance."""


def instances(tree: Any, steps: tuple[str, ...]) -> Iterator[Instance]:
    """All instances at the pattern that `steps` spell."""
    yield from _instances(tree, steps, (), ())


def _instances(
    value: Any, steps: tuple[str, ...], indices: tuple[int, ...], keys: tuple[str, ...]
) -> Iterator[Instance]:
    if isinstance(value, (list, tuple)):
        for index, element in enumerate(value):
            key = element_key(element, index + 1)
            yield from _instances(element, steps, (*indices, index), (*keys, key))
    elif not steps:
        if value is not None:
            yield indices, keys, value
    elif isinstance(value, dict):
        yield from _instances(value.get(steps[0]), steps[1:], indices, keys)


def kept(tree: Any, matched: Matched) -> tuple[Any, bool]:
    """The tree with the list at `each` cut to the matched elements; whether anything was cut.

    Only what lies on the way is copied.
    """
    chosen = [element.indices for element in matched.elements]
    return _kept(tree, tuple(matched.each.split(".")), chosen)


def _kept(value: Any, steps: tuple[str, ...], chosen: list[tuple[int, ...]]) -> tuple[Any, bool]:
    if isinstance(value, (list, tuple)):
        return _kept_list(value, steps, chosen)
    if not chosen:
        return None, value is not None
    if not steps or not isinstance(value, dict) or steps[0] not in value:
        return value, False
    below, cut = _kept(value[steps[0]], steps[1:], chosen)
    return ({**value, steps[0]: below}, True) if cut else (value, False)


def _kept_list(
    value: Any, steps: tuple[str, ...], chosen: list[tuple[int, ...]]
) -> tuple[Any, bool]:
    below: dict[int, list[tuple[int, ...]]] = {}
    for indices in chosen:
        if indices:
            below.setdefault(indices[0], []).append(indices[1:])
    parts = [_kept(value[index], steps, below[index]) for index in sorted(below)]
    cut = len(parts) < len(value) or any(shorter for _, shorter in parts)
    return [part for part, _ in parts], cut
