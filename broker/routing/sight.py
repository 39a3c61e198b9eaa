"""What a document says, looked up once and asked by many rows.

Most rows are about goods that a document does not have. What a row needs at least (some value at
this pattern that meets this operator) is asked of the document's distinct values first, so that
its elements are tried one by one only where they may match.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from broker.routing.conditions import Conjunction, Test, operator_test
from broker.routing.elements import Instance, instances

Steps = tuple[str, ...]
Need = tuple[Steps, Test]


class Sight:
    """One document's instances and values by pattern."""

    __slots__ = ("_body", "_instances", "_values")

    def __init__(self, body: Mapping[str, Any]) -> None:
        self._body = body
        self._instances: dict[Steps, list[Instance]] = {}
        self._values: dict[Steps, frozenset[str]] = {}

    def instances(self, steps: Steps) -> list[Instance]:
        """The instances at a pattern."""
        found = self._instances.get(steps)
        if found is None:
            found = self._instances[steps] = list(instances(self._body, steps))
        return found

    def may_meet(self, needs: tuple[Need, ...]) -> bool:
        """Whether for each need some value of the document meets it."""
        for steps, test in needs:
            values = self._values.get(steps)
            if values is None:
                values = self._values[steps] = frozenset(_values(self._body, steps, 0))
            if not any(map(test, values)):
                return False
        return True


def needs_of(each: Steps, element: Conjunction, document: Conjunction) -> tuple[Need, ...]:
    """What an alternative needs at least; conditions that absence can meet need nothing."""
    wanted = [
        *(((*each, *pattern.split(".")), condition) for pattern, condition in element.leaves),
        *((tuple(pattern.split(".")), condition) for pattern, condition in document.leaves),
    ]
    needs = [(steps, operator_test(condition)) for steps, condition in wanted]
    return tuple((steps, test) for steps, test in needs if not test(None) and not test({}))


def _values(value: Any, steps: Steps, done: int) -> Iterator[Any]:
    if isinstance(value, list | tuple):
        for one in value:
            yield from _values(one, steps, done)
    elif done == len(steps):
        # A class at the end is a value too: `present` may be asked of it.
        yield "." if isinstance(value, dict) else value
    elif isinstance(value, dict) and (below := value.get(steps[done])) is not None:
        yield from _values(below, steps, done + 1)
