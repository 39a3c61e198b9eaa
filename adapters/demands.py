"""What a profile demands of a body: obligations, lengths, codes, numbers of a plain tree.

Rules
    A demand is judged in each instance of its path's parent; where the parent is absent, there is
    nothing to demand (a parent that is obligatory too has a row of its own). An empty class is
    present: what is demanded of its content is missing.
    A condition of `when` or `unless` that shares classes with the path is about the same instance;
    any other is met when any value at its path meets it. The demand is made where all conditions
    of `when` are met and none of `unless` is.
    `demanded` puts a breach into words, with the place that the caller has found for it.
    A value that could not be read has been reported; it is not missing too (`is_unread`). One that
    is there under a similar name (`near`) is reported as a pair.
What does not belong
    Formats of values (the dialect's table), and which rows are in force today (the broker's).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, NamedTuple

from adapters.wire.numbers import is_negative, shortest
from broker.adapter import CodeList, Constraint, Path, Profile, Tree
from broker.model.leaf import DECIMAL
from broker.model.packages import data_class
from broker.model.paths import element_key, pattern_of
from broker.model.problem import NOWHERE, Place, Problem, Severity, cut

Trail = tuple[tuple[str, int], ...]
"""The classes on the way, each with its index among the instances (0 where it occurs once)."""


Condition = tuple[tuple[str, ...], tuple[str, ...]]


class Breach(NamedTuple):
    """A demand that one instance does not meet: the way to its parent, and the value found.

    `against`: the value, or how many instances, that the value was compared with.
    """

    constraint: Constraint
    trail: Trail
    name: str
    found: str | None
    against: str = ""

    def path_in(self, tree: Tree) -> Path:
        """The canonical path of what is missing or wrong, elements named by their keys."""
        path, at = "", tree
        for name, index in self.trail:
            below = at[name]
            at = below[index] if isinstance(below, list) else below
            step = f"{name}[{element_key(at, index + 1)}]" if isinstance(below, list) else name
            path = f"{path}.{step}" if path else step
        return f"{path}.{self.name}" if path else self.name

    @property
    def shown(self) -> str | None:
        """What was found, as a problem shows it."""
        return self.found and cut(self.found)

    def words(self, lists: Mapping[str, CodeList], called: str = "") -> tuple[str, str]:
        """What is wrong, and what was expected; `called`: as the sender's own format calls it."""
        rule, found = self.constraint, self.found or ""
        name = called or (f"{self.trail[-1][0]}.{self.name}" if self.trail else self.name)
        match rule.demand:
            case "mandatory":
                return f"{name} is missing", "a value"
            case "length":
                return f"{name} has {len(found)} characters", f"at most {rule.limit}"
            case "pattern":
                return f"{name} is {self.shown!r}", rule.expected or f"a value like {rule.pattern}"
            case "codes":
                return _of_code(name, found, lists[rule.codes])
        return self._of_number(name)

    def _of_number(self, name: str) -> tuple[str, str]:
        """The same of a number, and of the one that it does not agree with."""
        rule, text = self.constraint, f"{name} is {self.found}"
        other = rule.other.rpartition(".")[2]
        if rule.demand == "count":
            return f"{text}, but the message has {self.against} {other}", self.against
        if rule.demand == "at-most":
            return f"{text}, more than {other}, which is {self.against}", f"at most {self.against}"
        return text, "0 or more"


def _of_code(name: str, found: str, codes: CodeList) -> tuple[str, str]:
    if codes.refused:
        return f"{name} is {found!r}: {codes.codes[found]}", f"a code that {codes.name} allows"
    return f"{name} is {cut(found)!r}", examples(codes)


_NAME_READ = 64
"""Characters of a name that are compared with known ones."""

CODES_SHOWN = 5
"""Codes of a list that a problem names; a list that is no longer is named in full."""


def examples(codes: CodeList) -> str:
    """What a code should be: the name of its list with a few examples, never the whole list."""
    known = list(codes.codes)
    if len(known) <= CODES_SHOWN:
        return f"one of {', '.join(known)}"
    return f"a code of the list {codes.name}, such as {', '.join(known[:CODES_SHOWN])}"


class About(NamedTuple):
    """What problems are about: the name their paths begin with, package, number of the message.

    `message` None: a body that no message holds.
    """

    name: str
    package: str
    message: int | None


def demanded(
    breach: Breach, tree: Tree, about: About, profile: Profile, where: Place, *, called: str = ""
) -> Problem:
    """A breach in words, at the place where its value is, or should be; `called`: see `words`."""
    rule, path = breach.constraint, breach.path_in(tree)
    text, expected = breach.words(profile.codelists, called)
    return Problem(
        code=rule.code,
        text=text,
        severity=rule.severity,
        message=about.message,
        where=where,
        path=f"{about.name}.{path}",
        found=breach.shown,
        found_class=data_class(about.package, pattern_of(path)),
        expected=expected,
        hint=rule.hint or None,
    )


def of_body(tree: Tree, about: About, profile: Profile) -> tuple[Problem, ...]:
    """Every breach in a body that no file holds, in words, without a place."""
    return tuple(demanded(one, tree, about, profile, NOWHERE) for one in breaches(tree, profile))


def near(name: str, known: Iterable[str]) -> str | None:
    """The known name that was meant: the same but for capitals, or one that is spelt alike."""
    return _near(name[:_NAME_READ], tuple(known))


@lru_cache(maxsize=1024)
def _near(name: str, known: tuple[str, ...]) -> str | None:
    lower = name.lower()
    same = next((one for one in known if one.lower() == lower), None)
    return same or next(iter(get_close_matches(name, known, 1)), None)


def unknown_words(what: str, name: str, known: Iterable[str]) -> tuple[str, str]:
    """What was expected in the place of an unknown name, and what to do."""
    names = tuple(known)
    meant = near(name, names)
    hint = f"did you mean {meant!r}?" if meant else "leave it out, or ask for it to be added"
    more = f" and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else ""
    expected = f"one of {', '.join(names[:NAMES_SHOWN])}{more}"
    return expected if names else f"a value without {what} in it", hint


NAMES_SHOWN = 40
"""Names of elements or members that a problem names."""


def in_place_of(hint: str | None, instead: str) -> str:
    """What to do about a value that is missing, where a name like its own stands there."""
    return f"correct the name of {instead!r}, if that is meant; else {hint or 'add the value'}"


Unread = dict[Path, Severity]
"""What was reported of values that could not be read: how severe it is, by the value's path."""


def is_unread(path: Path, severity: Severity, unread: Unread) -> bool:
    """Whether it has been reported why there is no value at this path, or inside of it.

    Then it is not missing once more; but a warning takes the place of no error.
    """
    inside = (f"{path}.", f"{path}[")
    return any(
        (one == path or one.startswith(inside) or path.startswith(f"{one}."))
        and (reported == "error" or severity == "warning")
        for one, reported in unread.items()
    )


def breaches(tree: Tree, profile: Profile) -> Iterator[Breach]:
    """Every breach of the profile's constraints, in their order."""
    known: Parents = {(): [tree]}
    trails: dict[tuple[str, ...], list[Trail]] = {}
    for constraint in profile.constraints:
        steps = _steps(constraint.path)
        above, name = steps[:-1], steps[-1]
        parents = _parents(known, above)
        if not parents:  # a list without persons costs nothing of what is demanded of persons
            continue
        near = _near_conditions(tree, constraint, steps[0])
        if near is None:
            continue
        when, unless = near
        for number in _failing(parents, name, constraint, profile.codelists):
            if above not in trails:
                trails[above] = list(_trails(tree, above, ()))
            trail = trails[above][number]
            if all(_met_near(tree, trail, *one) for one in when) and not any(
                _met_near(tree, trail, *one) for one in unless
            ):
                parent = parents[number]
                against = _against(parent, constraint, steps)
                yield Breach(constraint, trail, name, _shown(parent.get(name)), against)


def _near_conditions(
    tree: Tree, constraint: Constraint, first: str
) -> tuple[list[Condition], list[Condition]] | None:
    """The conditions of `when` and `unless` about the instance; None: the demand is not made."""
    near: tuple[list[Condition], list[Condition]] = ([], [])
    for conditions, found, wanted in (
        (constraint.when, near[0], True),
        (constraint.unless, near[1], False),
    ):
        for path, values in conditions.items():
            way = _steps(path)
            if len(way) > 1 and way[0] == first:
                found.append((way, values))
            elif _met(tree, way, values) != wanted:
                return None
    return near


def _shown(found: Any) -> str | None:
    """A value as it is shown: of a pair, the number."""
    number = found.get("value") if isinstance(found, dict) else found
    return number if isinstance(number, str) else None


Parents = dict[tuple[str, ...], list[Tree]]
"""The instances of each class by the way to it, looked up once for all constraints."""


def _parents(known: Parents, way: tuple[str, ...]) -> list[Tree]:
    """All instances of the class at the end of the way, in order."""
    level = known.get(way)
    if level is None:
        level = known[way] = []
        for one in _parents(known, way[:-1]):
            value = one.get(way[-1])
            if value.__class__ is list:
                level += value
            elif value is not None:
                level.append(value)
    return level


@lru_cache(maxsize=4096)
def _steps(path: Path) -> tuple[str, ...]:
    return tuple(path.split("."))


def _trails(tree: Tree, steps: tuple[str, ...], trail: Trail) -> Iterator[Trail]:
    """The ways to the same classes, in the same order."""
    depth = len(trail)
    if depth == len(steps):
        yield trail
        return
    below = tree.get(steps[depth])
    if isinstance(below, list):
        for index, instance in enumerate(below):
            yield from _trails(instance, steps, (*trail, (steps[depth], index)))
    elif isinstance(below, dict):
        yield from _trails(below, steps, (*trail, (steps[depth], 0)))


def _failing(
    parents: list[Tree], name: str, rule: Constraint, lists: Mapping[str, CodeList]
) -> list[int]:
    """Which of these instances do not meet the demand; a value of another kind meets it."""
    values = [parent.get(name) for parent in parents]
    if rule.demand == "mandatory":
        return [at for at, value in enumerate(values) if not value]
    if rule.demand == "not-negative":
        return [at for at, value in enumerate(values) if is_negative(_shown(value) or "")]
    if rule.demand in {"count", "at-most"}:
        return [at for at, value in enumerate(values) if value and _is_off(parents[at], name, rule)]
    texts = [(at, value) for at, value in enumerate(values) if value.__class__ is str]
    if rule.demand == "length":
        return [at for at, value in texts if len(value) > rule.limit]
    if rule.demand == "pattern":
        fits = _pattern(rule.pattern).fullmatch
        return [at for at, value in texts if not fits(value)]
    codes = lists[rule.codes]
    return [at for at, value in texts if (value in codes.codes) == codes.refused]


def _is_off(parent: Tree, name: str, rule: Constraint) -> bool:
    """Whether the number of this name does not agree with the other one."""
    number, unit = _number(parent[name])
    if number is None:
        return False
    below = _below(_steps(rule.path), rule)
    if rule.demand == "count":
        return shortest(number) != str(_count(parent, below))
    most, other_unit = _number(next(_at(parent, below), None))
    return most is not None and unit == other_unit and Decimal(number) > Decimal(most)


def _against(parent: Tree, rule: Constraint, steps: tuple[str, ...]) -> str:
    """What the value of a breach was compared with."""
    if rule.demand == "count":
        return str(_count(parent, _below(steps, rule)))
    if rule.demand == "at-most":
        return _shown(next(_at(parent, _below(steps, rule)), None)) or ""
    return ""


def _below(steps: tuple[str, ...], rule: Constraint) -> tuple[str, ...]:
    """The way from the class that holds the value to the other one."""
    return _steps(rule.other)[len(steps) - 1 :]


def _number(value: Any) -> tuple[str | None, str | None]:
    """The number and unit of a value: a decimal, an amount or a measure."""
    if isinstance(value, dict):
        return value.get("value"), value.get("unit") or value.get("currency")
    return (value, None) if isinstance(value, str) and _DECIMAL(value) else (None, None)


_DECIMAL = re.compile(DECIMAL).fullmatch


def _count(parent: Tree, way: tuple[str, ...]) -> int:
    return sum(len(one) if isinstance(one, list) else 1 for one in _at(parent, way))


def _at(tree: Tree, way: tuple[str, ...]) -> Iterator[Any]:
    """What is at the end of the way in each instance of the classes before it."""
    value = tree.get(way[0])
    if value is None or len(way) == 1:
        yield from () if value is None else (value,)
    else:
        for one in value if isinstance(value, list) else [value]:
            yield from _at(one, way[1:])


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


@lru_cache(maxsize=1024)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


@lru_cache(maxsize=4096)
def _prefixes(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(wanted[:-1] for wanted in values if wanted.endswith("*"))
