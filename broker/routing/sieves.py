"""Sieves: the lines of a view, compiled into functions from a value to what may be seen of it.

A sieve takes a value and the set of withheld patterns, to which it adds; it gives what may be seen
or None. It copies what it changes and never writes to the value. What it does not understand it
withholds.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

from broker.routing.conditions import has_value
from broker.routing.listing import Listed
from broker.routing.rules import Pattern

MASK = "***"

PAIR = frozenset({"value", "currency", "unit"})
"""Members of amounts and measures, which are passed or withheld together."""

_YEAR = re.compile(r"([0-9]{4})($|-.*)")
_MONTH = re.compile(r"([0-9]{4}-[0-9]{2})($|-.*)")
_COUNTRY = re.compile(r"([A-Z]{2}).*")

Transform = Callable[[str], str | None]
Sieve = Callable[[Any, set[str]], Any]


def nested(lines: Iterable[Listed]) -> dict[str, Any]:
    """The lines as nested maps by class; a line stands under the last name of its path."""
    root: dict[str, Any] = {}
    for line in lines:
        *classes, last = line.path.removesuffix(".**").split(".")
        node = root
        for name in classes:
            below = node.setdefault(name, {})
            if isinstance(below, Listed):  # the class itself is listed: nothing to narrow
                break
            node = below
        else:
            node[last] = line
    return root


def class_sieve(below: dict[str, Any], pattern: str = "") -> Sieve:
    """The sieve of a class: what is listed below it passes, all else is withheld."""
    sieves = {name: _sieve(line, _join(pattern, name)) for name, line in below.items()}

    def of_one(value: Any, withheld: set[str]) -> Any:
        if not isinstance(value, dict):
            _withhold(value, pattern, withheld)
            return None
        seen = {}
        for name, part in value.items():
            sieve = sieves.get(name)
            if sieve is None:
                _withhold(part, _join(pattern, name), withheld)
            else:
                shown = sieve(part, withheld)
                if shown is not None:
                    seen[name] = shown
        return seen or None

    return _of_any(of_one)


def _sieve(line: Any, pattern: str) -> Sieve:
    if isinstance(line, dict):
        return class_sieve(line, pattern)
    change = _change(line.transform)
    if line.path.endswith(".**"):
        if change is None and not line.drop:
            return _all_sieve
        return _subtree_sieve(change, _dropped(line.drop), pattern)
    return _of_any(_leaf_sieve(change, pattern))


def _of_any(of_one: Sieve) -> Sieve:
    """The sieve for a value that may be a list; see the head of this file for empty places."""

    def sieve(value: Any, withheld: set[str]) -> Any:
        if not isinstance(value, (list, tuple)):
            return of_one(value, withheld)
        shown = []
        for element in value:
            part = of_one(element, withheld)
            if part is not None:
                shown.append(part)
            elif isinstance(element, dict):
                shown.append({})
        while shown and shown[-1] == {}:
            shown.pop()
        return shown or None

    return sieve


def _leaf_sieve(change: Transform | None, pattern: str) -> Sieve:
    def sieve(value: Any, withheld: set[str]) -> Any:
        if isinstance(value, (str, int, float)):
            if change is None or value == "":
                return None if value == "" else value
            withheld.add(pattern)
            return change(str(value))
        if isinstance(value, dict) and value.keys() <= PAIR:
            return _pair(value, change, pattern, withheld)
        _withhold(value, pattern, withheld)
        return None

    return sieve


def _pair(
    pair: dict[str, Any], change: Transform | None, pattern: str, withheld: set[str]
) -> dict[str, str] | None:
    said = {name: text for name, text in pair.items() if isinstance(text, str) and text}
    if len(said) < len(pair):
        _withhold([part for name, part in pair.items() if name not in said], pattern, withheld)
    if change is None or not said:
        return said or None
    withheld.add(pattern)
    changed = {name: change(text) for name, text in said.items()}
    return {name: text for name, text in changed.items() if text is not None} or None


def _all_sieve(value: Any, _withheld: set[str]) -> Any:
    """All that is said: the commonest line, passed as it stands, without a walk."""
    return value or None


def _subtree_sieve(change: Transform | None, dropped: dict[str, Any], pattern: str) -> Sieve:
    leaf = _leaf_sieve(change, pattern + ".**" if change else pattern)
    below: dict[str, Sieve] = {}
    plain: list[Sieve] = []
    for name, inner in dropped.items():
        if inner:
            below[name] = _subtree_sieve(change, inner, _join(pattern, name))

    def of_one(value: Any, withheld: set[str]) -> Any:
        if not isinstance(value, dict):
            return leaf(value, withheld)
        seen = {}
        for name, part in value.items():
            if name in below:
                shown = below[name](part, withheld)
            elif name in dropped:
                _withhold(part, _join(pattern, name), withheld)
                shown = None
            else:
                shown = plain[0](part, withheld)
            if shown is not None:
                seen[name] = shown
        return seen or None

    sieve = _of_any(of_one)
    plain.append(sieve if not dropped else _subtree_sieve(change, {}, pattern))
    return sieve


def subtree_sieve(drop: Iterable[str]) -> Sieve:
    """The sieve of a class of which all passes but these patterns below it."""
    dropped = _dropped(tuple(drop))
    return _subtree_sieve(None, dropped, "") if dropped else _all_sieve


def _dropped(patterns: tuple[Pattern, ...]) -> dict[str, Any]:
    """The patterns as nested maps; an empty map: all of it. A shorter pattern wins."""
    root: dict[str, Any] = {}
    for pattern in patterns:
        steps = pattern.split(".")
        if any(".".join(steps[:length]) in patterns for length in range(1, len(steps))):
            continue
        node = root
        for name in steps:
            node = node.setdefault(name, {})
    return root


def _withhold(value: Any, pattern: str, withheld: set[str]) -> None:
    if pattern not in withheld and has_value(value):
        withheld.add(pattern)


def _join(pattern: str, name: str) -> str:
    return f"{pattern}.{name}" if pattern else name


def _change(transform: str) -> Transform | None:
    """The function of a transform; None passes."""
    if transform == "pass":
        return None
    if transform == "mask":
        return lambda _text: MASK
    how = transform.removeprefix("generalise:")
    if how.startswith("prefix-"):
        length = int(how.removeprefix("prefix-"))
        return lambda text: text[:length]
    form = {"year": _YEAR, "month": _MONTH, "country": _COUNTRY}[how]

    def coarser(text: str) -> str | None:
        found = form.fullmatch(text)
        return found[1] if found else None

    return coarser
