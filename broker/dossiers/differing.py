"""Where two bodies differ, leaf by leaf: pure comparison, whatever the difference comes from.

Rules
    Elements of a repeated class are compared by their key: SequenceNumeric, else the ordinal.
    Numbers compare as numbers: 1, 01 and 1.0 are equal. Which leaves are numbers stands in their
    names, so that codes and identifiers of digits stay what they are (00 is not 000).
    Leaves stand in the order of the bodies; what only the first has stands where it stood there.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from broker.model.leaf import DECIMAL
from broker.model.paths import element_key, leaves

_DECIMAL = re.compile(DECIMAL).fullmatch


class Delta(NamedTuple):
    """A leaf that differs: its canonical path with keys; None: it is not there."""

    path: str
    before: str | None
    after: str | None


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Delta, ...]:
    """Each leaf in which two trees differ, in their order; numbers compare as numbers."""
    return tuple(differences_at(before, after, ""))


def differences_at(before: Any, after: Any, path: str) -> Iterator[Delta]:
    """The leaves that differ below two values of one path; an absent one is None."""
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in _in_turn(list(before), list(after)):
            below = f"{path}.{name}" if path else name
            yield from differences_at(before.get(name), after.get(name), below)
    elif _is_list(before) and _is_list(after):
        had, has = _by_key(before), _by_key(after)
        for key in _in_turn(list(had), list(has)):
            yield from differences_at(had.get(key), has.get(key), f"{path}[{key[0]}]")
    elif isinstance(before, str) and isinstance(after, str):
        if not _same(before, after, path):
            yield Delta(path, before, after)
    else:
        yield from (Delta(leaf, value, None) for leaf, value in leaves(before, path))
        yield from (Delta(leaf, None, value) for leaf, value in leaves(after, path))


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple)


def _by_key(elements: Sequence[Any]) -> dict[tuple[str, int], Any]:
    """Elements by key; of several with one key each is the next."""
    found: dict[tuple[str, int], Any] = {}
    seen: dict[str, int] = {}
    for ordinal, element in enumerate(elements, 1):
        key = element_key(element, ordinal)
        seen[key] = seen.get(key, 0) + 1
        found[key, seen[key]] = element
    return found


def _in_turn(before: Sequence[Any], after: Sequence[Any]) -> list[Any]:
    """The names of both: each that only the first has stands where it stood there."""
    common, turn = set(after), dict[Any, None]()
    rest = iter(after)
    for name in before:
        if name in common and name not in turn:
            for other in rest:
                turn[other] = None
                if other == name:
                    break
        turn[name] = None
    turn.update(dict.fromkeys(rest))
    return list(turn)


def _same(before: str, after: str, path: str) -> bool:
    """Whether two leaves mean the same; which are numbers is in their WCO names."""
    if not path.endswith((".value", "Numeric")):
        return False
    return bool(_DECIMAL(before) and _DECIMAL(after)) and Decimal(before) == Decimal(after)
