"""What can be wrong with rows: names, patterns, validity, how they unite, none that never match."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from broker.config_file import Finding
from broker.routing.conditions import Conjunction, alternatives, operator_test
from broker.routing.listing import ViewFile
from broker.routing.patterns import Patterns
from broker.routing.rules import OVERALL, Condition, Rule, RulesFile, When, maps_of


@dataclass(frozen=True, slots=True)
class RowScope:
    """What rows may name."""

    recipients: frozenset[str]
    kinds: frozenset[str]
    views: Mapping[str, ViewFile]
    packages: Mapping[str, Patterns]
    purposes: Mapping[str, str]
    arriving: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Placed:
    rule: Rule
    file: str
    path: str

    def finding(self, key: str, text: str) -> Finding:
        """A finding at a key of this row."""
        return Finding(self.file, f"{self.path}.{key}", f"rule {self.rule.name!r}: {text}")


def check_rows(files: Mapping[str, RulesFile], scope: RowScope) -> Iterator[Finding]:
    """Everything wrong with the rows of all files."""
    rows = [
        _Placed(rule, name, f"rules[{number}]")
        for name, file in files.items()
        for number, rule in enumerate(file.rules)
    ]
    yield from _doubled(rows)
    for row in rows:
        yield from _names(row, scope)
        yield from _validity(row)
        yield from _impossible(row)
        yield from _statuses(row)
        yield from _silence(row, scope)
        patterns = scope.packages.get(row.rule.package)
        if patterns:
            yield from _patterns(row, patterns)
    for first, second in combinations(rows, 2):
        yield from _uniting(first, second)


def _doubled(rows: list[_Placed]) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for row in rows:
        if row.rule.name in seen:
            yield row.finding("name", f"the name is taken by a row of {seen[row.rule.name]}")
        seen.setdefault(row.rule.name, row.file)


def _names(row: _Placed, scope: RowScope) -> Iterator[Finding]:
    rule = row.rule
    for key, value, known in (
        ("kind", rule.kind, scope.kinds),
        ("package", rule.package, scope.packages),
        ("recipient", rule.recipient, scope.recipients),
        ("purpose", rule.purpose, scope.purposes),
        ("view", rule.view, scope.views),
    ):
        if value not in known:
            names = ", ".join(sorted(known)) or "none"
            yield row.finding(key, f"unknown {key} {value!r}; known: {names}")
    view = scope.views.get(rule.view)
    if view and view.package != rule.package:
        text = f"view {rule.view!r} is made for {view.package!r}, the row for {rule.package!r}"
        yield row.finding("view", text)


def _validity(row: _Placed) -> Iterator[Finding]:
    begins, ends = row.rule.valid_from, row.rule.valid_to
    if begins and ends and ends < begins:
        yield row.finding("valid_to", f"{ends} lies before valid_from {begins}")


def _silence(row: _Placed, scope: RowScope) -> Iterator[Finding]:
    """Silence can count from an arrival only where the kind says when that is."""
    expects = row.rule.expects
    if isinstance(expects, str) or expects.answer.counted_from != "arrival":
        return
    if expects.answer.silence != "release":
        yield row.finding("expects.answer.from", "'from' belongs to silence: release")
    elif row.rule.kind not in scope.arriving:
        names = ", ".join(sorted(scope.arriving)) or "none"
        text = f"nothing says when a {row.rule.kind} arrives; kinds that do: {names}"
        yield row.finding("expects.answer.from", text)


def _uniting(first: _Placed, second: _Placed) -> Iterator[Finding]:
    """Rows that unite must agree on the view, and on the list they cut."""
    one, two = first.rule, second.rule
    if (one.kind, one.package, one.recipient, one.purpose) != (
        two.kind, two.package, two.recipient, two.purpose,
    ) or not _overlap(one, two):  # fmt: skip
        return
    for_both = f"{two.recipient!r} for {two.purpose!r}, as rule {one.name!r} of {first.file}"
    if one.view != two.view:
        text = f"two views, {one.view!r} and {two.view!r}, for {for_both}"
        yield second.finding("view", text)
    if one.answers != two.answers:
        text = f"answers about {two.answers!r} and not {one.answers!r} for {for_both}"
        yield second.finding("answers", text)
    if one.each and two.each and one.each != two.each:
        text = f"cuts {two.each!r} and not {one.each!r} for {for_both}: give it its own purpose"
        yield second.finding("each", text)


def _overlap(one: Rule, two: Rule) -> bool:
    if not {*one.requests} & {*two.requests} and (one.requests or two.requests):
        return False
    return max(one.valid_from or date.min, two.valid_from or date.min) <= min(
        one.valid_to or date.max, two.valid_to or date.max
    )


def _patterns(row: _Placed, patterns: Patterns) -> Iterator[Finding]:
    each = row.rule.each
    if each and each not in patterns.classes:
        text = f"unknown list {each!r}{patterns.near(each)}"
        yield row.finding("each", text)
        return
    for place, pattern, condition in _tested(row.rule.when, each or ""):
        text = _untestable(pattern, condition, patterns)
        if text:
            yield row.finding(place, text)


def _tested(when: When, top: str) -> Iterator[tuple[str, str, Condition | None]]:
    """Every pattern of a `when` with its place in the file, from the body down."""
    for part in maps_of(when):
        for pattern, condition in part.conditions.items():
            yield f"when.{pattern}", f"{top}.{pattern}" if top else pattern, condition
        for nested in part.each:
            path = f"{top}.{nested.path}" if top else nested.path
            yield f"when.each.{nested.path}", path, None
            yield from _tested(nested.when, path)
        if part.document:
            yield from _tested(part.document, "")


def _untestable(pattern: str, condition: Condition | None, patterns: Patterns) -> str:
    """Why a condition (None: the path of a nested element) cannot be tested there."""
    if not patterns.is_known(pattern):
        return f"unknown path {pattern!r}{patterns.near(pattern)}"
    if condition is None:
        return "" if pattern in patterns.classes else f"{pattern!r} is no class"
    if pattern in patterns.leaves or condition.model_fields_set == {"present"}:
        return ""
    if pattern in patterns.pairs:
        return f"{pattern!r} is a pair: write {pattern + '.value'!r}"
    return f"{pattern!r} is a class: only 'present' can be asked of it"


def _statuses(row: _Placed) -> Iterator[Finding]:
    for part in maps_of(row.rule.when):
        if part.overall is None:
            continue
        for text in (part.overall.equals, *(part.overall.among or ())):
            if text is not None and text not in OVERALL:
                yield row.finding(
                    "when.overall", f"unknown status {text!r}; known: {', '.join(OVERALL)}"
                )


def _impossible(row: _Placed) -> Iterator[Finding]:
    ways = alternatives(row.rule.when)
    dead = []
    for way in ways:
        conflict = _conflict(way.element) or _conflict(way.document)
        if not conflict and way.overall and not _possible(way.overall, OVERALL):
            conflict = "overall"
        if conflict:
            dead.append(conflict)
    if dead:
        which = "the row" if len(dead) == len(ways) else f"{len(dead)} of its alternatives"
        text = f"{which} can never match: no value satisfies all that is said of {dead[0]!r}"
        yield row.finding("when", text)


def _conflict(conjunction: Conjunction) -> str:
    """A pattern that no value can satisfy, or nothing."""
    by_pattern: dict[str, list[Condition]] = {}
    for pattern, condition in conjunction.leaves:
        by_pattern.setdefault(pattern, []).append(condition)
    for pattern, conditions in by_pattern.items():
        if not _possible(tuple(conditions)):
            return pattern
    for nested in conjunction.nested:
        conflicts = [_conflict(way.element) for way in alternatives(nested.when)]
        if all(conflicts):
            return f"{nested.path}.{conflicts[0]}"
    return ""


def _possible(conditions: tuple[Condition, ...], values: tuple[str, ...] = ()) -> bool:
    """Whether some value meets all conditions.

    The texts they name are the values to try: if any value will do, one of those does, except
    where prefixes and ranges mix, which is not decided here.
    """
    flat = [inner for condition in conditions for inner in _inside(condition)]
    if any(one.prefix for one in flat) and any(one.range for one in flat):
        return True
    tried: list[str | None] = list(values)
    if not values:
        tried = [None, "x", *(text for one in flat for text in _texts(one))]
    tests = [operator_test(condition) for condition in conditions]
    return any(all(test(value) for test in tests) for value in tried)


def _inside(condition: Condition) -> Iterator[Condition]:
    yield condition
    for way in condition.any_of or ():
        yield from _inside(way)


def _texts(condition: Condition) -> Iterator[str]:
    bounds = (condition.range.low, condition.range.high) if condition.range else ()
    for text in (condition.equals, *(condition.among or ()), *(condition.prefix or ()), *bounds):
        if text is not None:
            yield text
