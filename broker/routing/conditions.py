"""Conditions as closures: each costs about a microsecond, and none can run away.

Rules
    A `when` becomes alternatives without `any_of` (at most as many as it has maps), each a trie
    of its patterns: what two patterns share is walked once, and where it meets a list, one
    element must satisfy all that lies below. That is how conditions bind to one instance.
    Values are texts. Numbers are compared as decimals, moments as far as the bound says.
What does not belong
    What a row gives when it matches (`match`).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import product
from typing import Any

from broker.model.leaf import DECIMAL
from broker.routing.rules import Condition, Nested, Range, When

Test = Callable[[Any], bool]

_NUMBER = re.compile(DECIMAL)


@dataclass(frozen=True, slots=True)
class Conjunction:
    """Conditions on one thing that must hold together."""

    leaves: tuple[tuple[str, Condition], ...] = ()
    nested: tuple[Nested, ...] = ()

    def __add__(self, other: "Conjunction") -> "Conjunction":
        return Conjunction(self.leaves + other.leaves, self.nested + other.nested)


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way to satisfy a row: on the element, on the document, on the overall status."""

    element: Conjunction = Conjunction()
    document: Conjunction = Conjunction()
    overall: tuple[Condition, ...] = ()

    def __add__(self, other: "Alternative") -> "Alternative":
        return Alternative(
            self.element + other.element,
            self.document + other.document,
            self.overall + other.overall,
        )


def alternatives(when: When) -> tuple[Alternative, ...]:
    """All ways to satisfy `when`; its `any_of` are distributed over the rest of the map."""
    own = Alternative(
        Conjunction(tuple(when.conditions.items()), when.each),
        overall=(when.overall,) if when.overall else (),
    )
    documents = [Conjunction()]
    if when.document:
        documents = [way.element for way in alternatives(when.document)]
    branches = [way for branch in when.any_of for way in alternatives(branch)]
    return tuple(
        own + Alternative(document=document) + branch
        for document, branch in product(documents, branches or [Alternative()])
    )


@dataclass(slots=True)
class _Trie:
    tests: list[Test] = field(default_factory=list)
    below: dict[str, "_Trie"] = field(default_factory=dict)


def compiled(conjunction: Conjunction) -> Test:
    """Whether a thing (a plain tree, or None where there is none) meets all conditions."""
    root = _Trie()
    for pattern, condition in conjunction.leaves:
        node = root
        for step in pattern.split("."):
            node = node.below.setdefault(step, _Trie())
        node.tests.append(operator_test(condition))
    root.tests.extend(_nested_test(nested) for nested in conjunction.nested)
    return _of_one(root)


def when_test(when: When) -> Test:
    """Whether a thing meets a map without `document` and `overall`."""
    return _any([compiled(way.element) for way in alternatives(when)])


def _nested_test(nested: Nested) -> Test:
    node = root = _Trie()
    for step in nested.path.split("."):
        node = node.below.setdefault(step, _Trie())
    node.tests.append(when_test(nested.when))
    # An element must exist: conditions such as `present: false` do not hold of nothing.
    node.tests.append(has_value)
    return _of_one(root)


def _of_one(node: _Trie) -> Test:
    """The test of one instance: never a list."""
    if not node.below:
        return _all(node.tests)
    below = tuple((name, _of_any(child)) for name, child in node.below.items())
    own = _all(node.tests) if node.tests else None

    def test(value: Any) -> bool:
        if own is not None and not own(value):
            return False
        get = value.get if isinstance(value, dict) else _nothing
        # A plain loop is twice as fast as all() over a generator.
        for name, child in below:  # noqa: SIM110
            if not child(get(name)):
                return False
        return True

    if own is not None or len(below) > 1:
        return test
    (name, child) = below[0]

    def single(value: Any) -> bool:
        return child(value.get(name) if isinstance(value, dict) else None)

    return single


def _of_any(node: _Trie) -> Test:
    """The test of a value that may be a list: some element meets it."""
    one = _of_one(node)

    def test(value: Any) -> bool:
        if isinstance(value, (list, tuple)):
            return any(map(one, value)) if value else one(None)
        return one(value)

    return test


def _nothing(_name: str) -> None:
    return None


def _all(tests: list[Test]) -> Test:
    if len(tests) == 1:
        return tests[0]
    fixed = tuple(tests)
    return lambda value: all(test(value) for test in fixed)


def _any(tests: list[Test]) -> Test:
    if len(tests) == 1:
        return tests[0]
    fixed = tuple(tests)
    return lambda value: any(test(value) for test in fixed)


def operator_test(condition: Condition) -> Test:
    """Whether one value meets all operators of the condition."""
    return _all(list(_operators(condition)))


def _operators(condition: Condition) -> Iterator[Test]:
    if condition.equals is not None:
        yield _equals(condition.equals)
    if condition.among is not None:
        yield _among(frozenset(condition.among))
    if condition.prefix is not None:
        yield _prefix(condition.prefix)
    if condition.range is not None:
        yield _between(condition.range)
    if condition.present is not None:
        yield has_value if condition.present else lambda value: not has_value(value)
    if condition.any_of is not None:
        yield _any([operator_test(way) for way in condition.any_of])


def _equals(text: str) -> Test:
    return lambda value: bool(value == text)


def _among(texts: frozenset[str]) -> Test:
    return lambda value: isinstance(value, str) and value in texts


def _prefix(texts: tuple[str, ...]) -> Test:
    return lambda value: isinstance(value, str) and value.startswith(texts)


def _between(bounds: Range) -> Test:
    return _numbers(bounds) if bounds.numeric else _moments(bounds)


def _numbers(bounds: Range) -> Test:
    low = Decimal(bounds.low) if bounds.low else None
    high = Decimal(bounds.high) if bounds.high else None

    def test(value: Any) -> bool:
        if not isinstance(value, str) or not _NUMBER.match(value):
            return False
        number = Decimal(value)
        return (low is None or low <= number) and (high is None or number <= high)

    return test


def _moments(bounds: Range) -> Test:
    low, high = bounds.low, bounds.high
    said = max(len(low or ""), len(high or ""))

    def test(value: Any) -> bool:
        if not isinstance(value, str) or not value[:4].isdigit() or len(value) < said:
            return False
        return (low is None or low <= value[: len(low)]) and (
            high is None or value[: len(high)] <= high
        )

    return test


def has_value(value: Any) -> bool:
    """Whether anything is said: empty texts, classes and lists say nothing."""
    if isinstance(value, str):
        return value != ""
    if isinstance(value, dict):
        return any(map(has_value, value.values()))
    if isinstance(value, (list, tuple)):
        return any(map(has_value, value))
    return value is not None


def described(condition: Condition) -> str:
    """The condition in words: `begins with '06', '07'`."""
    words = [
        f"is {condition.equals!r}" if condition.equals is not None else "",
        f"is one of {_listed(condition.among)}" if condition.among else "",
        f"begins with {_listed(condition.prefix)}" if condition.prefix else "",
        _range_words(condition.range) if condition.range else "",
        "" if condition.present is None else ("is present" if condition.present else "is absent"),
        " or ".join(map(described, condition.any_of)) if condition.any_of else "",
    ]
    return " and ".join(word for word in words if word)


def _listed(texts: tuple[str, ...]) -> str:
    return ", ".join(map(repr, texts))


def _range_words(bounds: Range) -> str:
    if bounds.low is None:
        return f"is at most {bounds.high!r}"
    if bounds.high is None:
        return f"is at least {bounds.low!r}"
    return f"is from {bounds.low!r} to {bounds.high!r}"
