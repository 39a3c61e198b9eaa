"""What a profile demands of a body, judged on the plain tree: obligations, lengths, code lists.

Rules
    A demand is judged in each instance of its path's parent; where the parent is absent, there is
    nothing to demand (whoever wants the parent too, demands it in a row of its own).
    A condition of `when` that shares classes with the path is about the same instance; any other
    is met when any value at its path meets it. All conditions must be met.
What does not belong
    Formats of values (the dialect's table), and which rows are in force today (the broker's).
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

from broker.adapter import CodeList, Constraint, Path, Profile, Tree

Trail = tuple[tuple[str, int], ...]
"""The classes on the way, each with its index among the instances (0 where it occurs once)."""


Condition = tuple[tuple[str, ...], tuple[str, ...]]


class Breach(NamedTuple):
    """A demand that one instance does not meet: the way to its parent, and the value found."""

    constraint: Constraint
    trail: Trail
    name: str
    found: str | None


def breaches(tree: Tree, profile: Profile) -> Iterator[Breach]:
    """Every breach of the profile's constraints, in their order."""
    for constraint in profile.constraints:
        steps = _steps(constraint.path)
        near: list[Condition] = []
        for path, values in constraint.when.items():
            way = _steps(path)
            if len(way) > 1 and way[0] == steps[0]:
                near.append((way, values))
            elif not _met(tree, way, values):
                break
        else:
            for number, parent in enumerate(_parents(tree, steps)):
                if not _meets(parent.get(steps[-1]), constraint, profile.codelists):
                    trail = next(islice(_trails(tree, steps, ()), number, None))
                    if all(_met_near(tree, trail, *condition) for condition in near):
                        found = parent.get(steps[-1])
                        shown = found if isinstance(found, str) else None
                        yield Breach(constraint, trail, steps[-1], shown)


def _parents(tree: Tree, steps: tuple[str, ...]) -> list[Tree]:
    """The classes that hold the last step, all instances, in order."""
    level = [tree]
    if len(steps) == 1:
        return level
    for step in steps[:-1]:
        below: list[Tree] = []
        for one in level:
            value = one.get(step)
            if value.__class__ is list:
                below += value
            elif value is not None:
                below.append(value)
        level = below
    return level


@lru_cache(maxsize=4096)
def _steps(path: Path) -> tuple[str, ...]:
    return tuple(path.split("."))


def _trails(tree: Tree, steps: tuple[str, ...], trail: Trail) -> Iterator[Trail]:
    """The ways to the same classes, in the same order."""
    depth = len(trail)
    if depth == len(steps) - 1:
        yield trail
        return
    below = tree.get(steps[depth])
    if isinstance(below, list):
        for index, instance in enumerate(below):
            yield from _trails(instance, steps, (*trail, (steps[depth], index)))
    elif isinstance(below, dict):
        yield from _trails(below, steps, (*trail, (steps[depth], 0)))


def _meets(value: Any, constraint: Constraint, lists: Mapping[str, CodeList]) -> bool:
    if constraint.demand == "mandatory":
        return bool(value)
    if not isinstance(value, str):
        return True
    if constraint.demand == "length":
        return len(value) <= constraint.limit
    codes = lists[constraint.codes]
    return (value in codes.codes) != codes.refused


def _met(tree: Tree, path: tuple[str, ...], values: tuple[str, ...]) -> bool:
    if len(path) == 1:
        value = tree.get(path[0])
        return isinstance(value, str) and _matches(value, values)
    return any(_matches(value, values) for value in _values(tree, path))


def _met_near(tree: Tree, trail: Trail, path: tuple[str, ...], values: tuple[str, ...]) -> bool:
    """Whether a condition is met in the instance that shares the most classes with the trail."""
    at: Any = tree
    shared = 0
    for (name, index), step in zip(trail, path[:-1], strict=False):
        if name != step:
            break
        at = at[name][index] if isinstance(at[name], list) else at[name]
        shared += 1
    return _met(at, path[shared:], values)


def _values(tree: Any, path: tuple[str, ...]) -> Iterator[str]:
    if isinstance(tree, list):
        for instance in tree:
            yield from _values(instance, path)
    elif path and isinstance(tree, dict):
        if path[0] in tree:
            yield from _values(tree[path[0]], path[1:])
    elif isinstance(tree, str) and not path:
        yield tree


def _matches(value: str, values: tuple[str, ...]) -> bool:
    return value in values or value.startswith(_prefixes(values))


@lru_cache(maxsize=4096)
def _prefixes(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(wanted[:-1] for wanted in values if wanted.endswith("*"))
