"""What values must be to each other, as rows of a profile's `checks`.

    equal   both values are the same            differ  they are not
    after   one moment is later than the other  unique  no two elements share these values

Rules
    A row is judged where both values are there and its condition is met; what is missing is
    another demand's. Moments are compared as written: neither has a zone.
    Of elements that share their values the first is taken for right.
What does not belong
    Which values, and when: the profile says it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from adapters.demands import Breach, Trail
from broker.adapter import Constraint, Profile, Tree


def related(tree: Tree, profile: Profile) -> Iterator[Breach]:
    """Every breach of the profile's checks, in their order."""
    for check in profile.settings.get("checks", ()):
        if all(_value(tree, path) in values for path, values in check.get("when", {}).items()):
            yield from _unique(tree, check) if check["check"] == "unique" else _pair(tree, check)


def _pair(tree: Tree, check: Mapping[str, Any]) -> Iterator[Breach]:
    path, other = check["path"], check["other"]
    later = check["check"] == "after"
    one = _moment(tree, path) if later else _value(tree, path)
    two = _moment(tree, other) if later else _value(tree, other)
    if one is None or two is None:
        return
    met = {"equal": one == two, "differ": one != two, "after": one > two}[check["check"]]
    if not met:
        *classes, name = path.split(".")
        yield Breach(_rule(check, path), tuple((step, 0) for step in classes), name, one)


def _unique(tree: Tree, check: Mapping[str, Any]) -> Iterator[Breach]:
    """Elements that share all these values with an earlier one; those without them share none."""
    *classes, each = check["each"].split(".")
    above: Any = tree
    for step in classes:
        above = above.get(step, {})
    seen: set[tuple[str, ...]] = set()
    last = check["paths"][-1].split(".")
    for index, element in enumerate(above.get(each, ())):
        values = tuple(_value(element, path) or "" for path in check["paths"])
        if all(values) and values in seen:
            trail: Trail = (*((step, 0) for step in classes), (each, index))
            trail = (*trail, *((step, 0) for step in last[:-1]))
            yield Breach(_rule(check, check["each"]), trail, last[-1], values[-1])
        seen.add(values)


def _rule(check: Mapping[str, Any], path: str) -> Constraint:
    return Constraint(
        path=path,
        demand="pattern",
        code=check["code"],
        severity=check.get("severity", "error"),
        expected=check["expected"],
        hint=check["hint"],
    )


def _value(tree: Any, path: str) -> str | None:
    """The value at a path, in the first instance of each class."""
    at = tree
    for step in path.split("."):
        at = at.get(step) if isinstance(at, dict) else None
        if isinstance(at, list):
            at = at[0] if at else None
    return at if isinstance(at, str) else None


def _moment(tree: Tree, path: str) -> str | None:
    """Date and time of a pair of leaves; None unless both are there."""
    day, clock = _value(tree, path), _value(tree, path.replace("DateTime", "Time"))
    return f"{day}T{clock}" if day and clock else None
