"""Why each row matched or did not: for `swb route --explain`, and for officials.

Rules
    Every row of the document's kind and package is explained, those out of force too. Each
    condition says which elements met it and which values it saw, so that a row that fails only
    because no single element meets all of it is told apart from one whose condition nothing meets.
    What matched comes from the same closures that decide; only the reasons are computed here.
    It shows values of the document: for those who may see the document.
What does not belong
    The decision itself (`match`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

from broker.routing.conditions import (
    Alternative,
    Conjunction,
    alternatives,
    compiled,
    described,
    operator_test,
)
from broker.routing.decision import Document
from broker.routing.elements import Instance, instances
from broker.routing.match import Book, Row, judge
from broker.routing.rules import Condition, Nested

Verdict = Literal["matched", "no match", "not in force"]

SEEN_MAX = 5
"""Distinct values shown per condition."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One condition: where it stands, whether it held, of which elements, and what it saw.

    `scope` is "element", "document" or "overall". `met_by` are keys, `values` at most SEEN_MAX.
    """

    scope: Literal["element", "document", "overall"]
    pattern: str
    condition: str
    held: bool
    met_by: tuple[str, ...]
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One way to satisfy the row; `apart`: every condition held, but never on one instance."""

    satisfied: bool
    apart: bool
    seen: tuple[Seen, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """One row: its verdict and its reasons. `elements` None: the whole document."""

    rule: str
    file: str
    recipient: str
    purpose: str
    view: str
    because: str
    verdict: Verdict
    each: str | None
    elements: tuple[str, ...] | None
    attempts: tuple[Attempt, ...]
    validity: str


def explain(book: Book, document: Document) -> tuple[Explained, ...]:
    """All rows for the document's kind and package, by name."""
    rows = book.index.get((document.kind, document.package, document.request), ())
    return tuple(_explained(row, document) for row in rows)


def _explained(row: Row, document: Document) -> Explained:
    hits = judge(row, document)
    in_force = row.in_force(document.on)
    verdict: Verdict = "not in force" if not in_force else ("matched" if hits else "no match")
    keys = tuple(".".join(keys) for _, keys, _ in hits) if isinstance(hits, list) else ()
    things: list[Instance] = [((), (), document.body)]
    if row.steps:
        things = list(instances(document.body, row.steps))
    return Explained(
        rule=row.rule.name,
        file=row.file,
        recipient=row.rule.recipient,
        purpose=row.rule.purpose,
        view=row.rule.view,
        because=row.rule.because,
        verdict=verdict,
        each=row.rule.each,
        elements=None if hits == "whole" else keys,
        attempts=tuple(_attempt(way, document, things) for way in alternatives(row.rule.when)),
        validity=f"{row.valid_from} to {row.valid_to}",
    )


def _attempt(way: Alternative, document: Document, things: list[Instance]) -> Attempt:
    whole: list[Instance] = [((), (), document.body)]
    seen = (
        *(_overall(condition, document.overall) for condition in way.overall),
        *_conditions("document", way.document, whole),
        *_conditions("element", way.element, things),
    )
    together = compiled(way.element)
    satisfied = (
        all(one.held for one in seen)
        and compiled(way.document)(document.body)
        and any(together(thing) for _, _, thing in things)
    )
    apart = not satisfied and len(seen) > 1 and all(one.held for one in seen)
    return Attempt(satisfied, apart, seen)


def _overall(condition: Condition, status: str) -> Seen:
    held = operator_test(condition)(status)
    return Seen("overall", "overall", described(condition), held, (), (status,) if status else ())


def _conditions(
    scope: Literal["element", "document"], conjunction: Conjunction, things: list[Instance]
) -> Iterator[Seen]:
    for pattern, condition in conjunction.leaves:
        alone = Conjunction(leaves=((pattern, condition),))
        yield _seen(scope, pattern, described(condition), alone, things)
    for nested in conjunction.nested:
        yield _seen(scope, nested.path, _needed(nested), Conjunction(nested=(nested,)), things)


def _needed(nested: Nested) -> str:
    """The conditions of a nested element in words."""
    ways = [
        " and ".join(
            [f"{pattern} {described(condition)}" for pattern, condition in way.element.leaves]
            + [f"{inner.path} {_needed(inner)}" for inner in way.element.nested]
        )
        for way in alternatives(nested.when)
    ]
    return f"has an element where {' or '.join(ways)}"


def _seen(
    scope: Literal["element", "document"],
    pattern: str,
    condition: str,
    alone: Conjunction,
    things: list[Instance],
) -> Seen:
    test = compiled(alone)
    met = [keys for _, keys, thing in things if test(thing)]
    values = dict.fromkeys(
        value for _, _, thing in things for value in _values(thing, tuple(pattern.split(".")))
    )
    return Seen(
        scope=scope,
        pattern=pattern,
        condition=condition,
        held=bool(met),
        met_by=tuple(".".join(keys) for keys in met if keys),
        values=tuple(islice(values, SEEN_MAX)),
    )


def _values(thing: Any, steps: tuple[str, ...]) -> Iterator[str]:
    for _, _, value in instances(thing, steps):
        if isinstance(value, str):
            yield value


def lines(explained: tuple[Explained, ...]) -> Iterator[str]:
    """The explanation as text for a terminal: rows that matched first."""
    for row in sorted(explained, key=lambda row: row.verdict != "matched"):
        yield f"{row.rule} ({row.file}): {_headline(row)}"
        if row.verdict == "matched":
            yield f"    because {row.because}"
        elif row.verdict == "no match":
            yield from _reasons(row)


def _headline(row: Explained) -> str:
    to = f"{row.recipient} for {row.purpose}, view {row.view}"
    if row.verdict == "not in force":
        return f"not in force, valid {row.validity}: {to}"
    if row.verdict == "no match":
        return f"no match: {to}"
    if row.elements is None:
        return f"matched, the whole document: {to}"
    last = (row.each or "").rpartition(".")[2]
    return f"matched, {last} {', '.join(row.elements)}: {to}"


def _reasons(row: Explained) -> Iterator[str]:
    if not any(attempt.seen for attempt in row.attempts):
        yield f"    the document has no {row.each}"
    several = len(row.attempts) > 1
    for number, attempt in enumerate(row.attempts, 1):
        way = f"alternative {number}: " if several else ""
        if attempt.apart:
            yield f"    {way}every condition is met, but not by one and the same element:"
        for seen in attempt.seen:
            if attempt.apart or not seen.held:
                yield f"    {way}{_reason(seen)}"


def _reason(seen: Seen) -> str:
    values = ", ".join(map(repr, seen.values)) or "nothing"
    held = f"met by {', '.join(seen.met_by)}" if seen.met_by else ("met" if seen.held else "failed")
    place = "document: " if seen.scope == "document" else ""
    return f"{place}{seen.pattern} {seen.condition}: {held}; saw {values}"
