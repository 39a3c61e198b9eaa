"""What a profile demands of a body: obligations, lengths, codes, patterns of a plain tree.

Rules
    A demand is judged in each instance of its path's parent; where the parent is absent, there is
    nothing to demand (whoever wants the parent too, demands it in a row of its own).
    A condition of `when` that shares classes with the path is about the same instance; any other
    is met when any value at its path meets it. All conditions must be met.
    `demanded` says a breach in words, for whoever knows where in the sender's file it stands.
    A value that could not be read has been told; it is not missing too (`is_unread`). One that
    stands there under a similar name (`near`) is told as a pair.
What does not belong
    Formats of values (the dialect's table), and which rows are in force today (the broker's).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, NamedTuple

from broker.adapter import CodeList, Constraint, Path, Profile, Tree
from broker.model.packages import data_class
from broker.model.paths import element_key, pattern_of
from broker.model.problem import Place, Problem, Severity

Trail = tuple[tuple[str, int], ...]
"""The classes on the way, each with its index among the instances (0 where it occurs once)."""


Condition = tuple[tuple[str, ...], tuple[str, ...]]


class Breach(NamedTuple):
    """A demand that one instance does not meet: the way to its parent, and the value found."""

    constraint: Constraint
    trail: Trail
    name: str
    found: str | None

    def path_in(self, tree: Tree) -> Path:
        """The canonical path of what is missing or wrong, elements named by their keys."""
        path, at = "", tree
        for name, index in self.trail:
            below = at[name]
            at = below[index] if isinstance(below, list) else below
            step = f"{name}[{element_key(at, index + 1)}]" if isinstance(below, list) else name
            path = f"{path}.{step}" if path else step
        return f"{path}.{self.name}" if path else self.name

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
                return f"{name} is {found!r}", rule.expected or f"a value like {rule.pattern}"
        codes = lists[rule.codes]
        if codes.refused:
            return f"{name} is {found!r}: {codes.codes[found]}", f"a code that {codes.name} allows"
        known = list(codes.codes)
        more = f" and {len(known) - CODES_SHOWN} more" if len(known) > CODES_SHOWN else ""
        return f"{name} is {found!r}", f"one of {', '.join(known[:CODES_SHOWN])}{more}"


_NAME_READ = 64
"""Characters of a name that are compared with known ones."""

CODES_SHOWN = 60
"""Codes of a list that a problem names."""


class About(NamedTuple):
    """What problems of a message are about: the name its paths begin with, package, number."""

    name: str
    package: str
    message: int


def demanded(
    breach: Breach, tree: Tree, about: About, profile: Profile, where: Place, *, called: str = ""
) -> Problem:
    """A breach in words, at the place where its value stands, or should; `called`: see `words`."""
    rule, path = breach.constraint, breach.path_in(tree)
    text, expected = breach.words(profile.codelists, called)
    return Problem(
        code=rule.code,
        text=text,
        severity=rule.severity,
        message=about.message,
        where=where,
        path=f"{about.name}.{path}",
        found=breach.found,
        found_class=data_class(about.package, pattern_of(path)),
        expected=expected,
        hint=rule.hint or None,
    )


def near(name: str, known: Iterable[str]) -> str | None:
    """The known name that was meant: the same but for capitals, or one that is spelt alike."""
    return _near(name[:_NAME_READ], tuple(known))


@lru_cache(maxsize=1024)
def _near(said: str, known: tuple[str, ...]) -> str | None:
    lower = said.lower()
    same = next((one for one in known if one.lower() == lower), None)
    return same or next(iter(get_close_matches(said, known, 1)), None)


def unknown_words(what: str, name: str, known: Iterable[str]) -> tuple[str, str]:
    """What was expected in the place of a name that nobody knows, and what to do."""
    names = tuple(known)
    meant = near(name, names)
    hint = f"did you mean {meant!r}?" if meant else "leave it out, or ask for it to be added"
    return f"one of {', '.join(names)}" if names else f"a value without {what} in it", hint


def in_place_of(hint: str | None, instead: str) -> str:
    """What to do about a value that is missing, where a name like its own stands there."""
    return f"correct the name of {instead!r}, if that is meant; else {hint or 'add the value'}"


Unread = dict[Path, Severity]
"""What was told of values that could not be read: how severe it is, by the value's path."""


def is_unread(path: Path, severity: Severity, unread: Unread) -> bool:
    """Whether it has been told why there is no value at this path, or inside of it.

    Then it is not missing once more; but a warning takes the place of no error.
    """
    inside = (f"{path}.", f"{path}[")
    return any(
        (one == path or one.startswith(inside) or path.startswith(f"{one}."))
        and (told == "error" or severity == "warning")
        for one, told in unread.items()
    )


def breaches(tree: Tree, profile: Profile) -> Iterator[Breach]:
    """Every breach of the profile's constraints, in their order."""
    known: Parents = {(): [tree]}
    trails: dict[tuple[str, ...], list[Trail]] = {}
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
            above, name = steps[:-1], steps[-1]
            parents = _parents(known, above)
            for number in _failing(parents, name, constraint, profile.codelists):
                if above not in trails:
                    trails[above] = list(_trails(tree, above, ()))
                trail = trails[above][number]
                if all(_met_near(tree, trail, *condition) for condition in near):
                    found = parents[number].get(name)
                    shown = found if isinstance(found, str) else None
                    yield Breach(constraint, trail, name, shown)


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
    """Which of these instances do not meet the demand; one that is no text meets all but one."""
    values = [parent.get(name) for parent in parents]
    if rule.demand == "mandatory":
        return [at for at, value in enumerate(values) if not value]
    said = [(at, value) for at, value in enumerate(values) if value.__class__ is str]
    if rule.demand == "length":
        return [at for at, value in said if len(value) > rule.limit]
    if rule.demand == "pattern":
        fits = _pattern(rule.pattern).fullmatch
        return [at for at, value in said if not fits(value)]
    codes = lists[rule.codes]
    return [at for at, value in said if (value in codes.codes) == codes.refused]


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
