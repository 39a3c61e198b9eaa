"""`decide`: which recipients are entitled to a document, or to which of its elements, and why.

Rules
    Nobody receives anything without a row. Default: nobody.
    Rows that match for the same recipient and purpose unite: their elements together, and a row
    without `each` makes it the whole document. Purposes never merge.
    The order of rows and files makes no difference: rows are taken by name.
    Validity is judged at the day of receipt, which the document carries; there is no clock here.
What does not belong
    What a recipient may see of what it is entitled to (`view`); what changed (`versions`).
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import orjson

from broker.routing.conditions import Test, alternatives, compiled, operator_test
from broker.routing.decision import Decision, Document, Expected, Result
from broker.routing.elements import Element, Instance, Matched
from broker.routing.rules import Expects, Rule, RulesFile, maps_of
from broker.routing.sight import Need, Sight, needs_of


@dataclass(frozen=True, slots=True)
class Way:
    """One compiled alternative of a row; `needs` are what it takes at least (`Sight`)."""

    element: Test
    document: Test | None
    overall: Test | None
    needs: tuple[Need, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A rule made ready: `steps` spell its `each`; validity as ISO dates."""

    rule: Rule
    file: str
    ways: tuple[Way, ...]
    steps: tuple[str, ...]
    valid_from: str
    valid_to: str
    tests_overall: bool
    alone: "Said"

    def in_force(self, on: str) -> bool:
        """Whether the row applies on that day, both ends included."""
        return self.valid_from <= on <= self.valid_to


@dataclass(frozen=True, slots=True)
class Said:
    """What uniting rows say together: their names, reasons and outputs, each once."""

    rules: tuple[str, ...]
    expects: Expected | None
    checks: tuple[str, ...]
    codes: tuple[str, ...]
    because: tuple[str, ...]
    legal_basis: tuple[str, ...]


def _said(rules: Sequence[Rule]) -> Said:
    return Said(
        rules=tuple(rule.name for rule in rules),
        expects=strictest(rule.expects for rule in rules),
        checks=_union(rule.checks for rule in rules),
        codes=_union(rule.codes for rule in rules),
        because=_union((rule.because,) for rule in rules),
        legal_basis=_union((rule.legal_basis,) for rule in rules),
    )


@dataclass(frozen=True, slots=True)
class Book:
    """All rows, ready, sorted by name and indexed by kind, package and type of request."""

    rows: tuple[Row, ...]
    index: Mapping[tuple[str, str, str], tuple[Row, ...]]
    digest: str


Hits = list[Instance] | Literal["whole"]
"""What a row matched: elements, or the whole document."""


def compile_book(files: Mapping[str, RulesFile]) -> Book:
    """The rows of all files, made ready once. Whether they hold together is `check`'s question."""
    rows = tuple(
        sorted(
            (_row(rule, name) for name, file in files.items() for rule in file.rules),
            key=lambda row: (row.rule.name, row.file),
        )
    )
    dumped = [row.rule.model_dump(mode="json", by_alias=True) for row in rows]
    return Book(rows, _index(rows), hashlib.sha256(orjson.dumps(dumped)).hexdigest())


def _row(rule: Rule, file: str) -> Row:
    steps = tuple(rule.each.split(".")) if rule.each else ()
    ways = tuple(
        Way(
            compiled(way.element),
            compiled(way.document) if way.document.leaves or way.document.nested else None,
            _together([operator_test(condition) for condition in way.overall]),
            needs_of(steps, way.element, way.document),
        )
        for way in alternatives(rule.when)
    )
    return Row(
        rule=rule,
        file=file,
        ways=ways,
        steps=steps,
        valid_from=rule.valid_from.isoformat() if rule.valid_from else "0001-01-01",
        valid_to=rule.valid_to.isoformat() if rule.valid_to else "9999-12-31",
        tests_overall=any(part.overall for part in maps_of(rule.when)),
        alone=_said([rule]),
    )


def _together(tests: list[Test]) -> Test | None:
    return (lambda value: all(test(value) for test in tests)) if tests else None


def _index(rows: tuple[Row, ...]) -> dict[tuple[str, str, str], tuple[Row, ...]]:
    index: dict[tuple[str, str, str], tuple[Row, ...]] = {}
    for row in rows:
        for request in row.rule.requests or ("",):
            key = (row.rule.kind, row.rule.package, request)
            index[key] = (*index.get(key, ()), row)
    return index


def deciders(book: Book) -> dict[str, frozenset[str]]:
    """By type of request: the purposes under which some recipient is sent such requests."""
    found: dict[str, set[str]] = {}
    for row in book.rows:
        for request in row.rule.requests:
            found.setdefault(request, set()).add(row.rule.purpose)
    return {request: frozenset(purposes) for request, purposes in found.items()}


def overall_rows(book: Book) -> Book:
    """The rows of those recipients and purposes that a change of the overall status can concern."""
    return _rows_beside(book, [row for row in book.rows if row.tests_overall])


def wide_rows(book: Book) -> Book | None:
    """The rows of those whose answers depend on all of a dossier that they were delivered."""
    wide = [row for row in book.rows if row.rule.answers == "dossier"]
    return _rows_beside(book, wide) if wide else None


def _rows_beside(book: Book, some: Sequence[Row]) -> Book:
    """These rows, and those that unite with one of them: they are judged together."""
    concerned = {(row.rule.recipient, row.rule.purpose) for row in some}
    rows = tuple(row for row in book.rows if (row.rule.recipient, row.rule.purpose) in concerned)
    return Book(rows, _index(rows), book.digest)


def decide(book: Book, document: Document) -> Decision:
    """The results of all rows in force for this document."""
    sight = Sight(document.body)
    united: dict[tuple[str, str], list[tuple[Row, Hits]]] = {}
    for row in book.index.get((document.kind, document.package, document.request), ()):
        if not row.in_force(document.on):
            continue
        hits = judge(row, document, sight)
        if hits:
            key = (row.rule.recipient, row.rule.purpose)
            united.setdefault(key, []).append((row, hits))
    return Decision(
        kind=document.kind,
        package=document.package,
        part=document.part,
        on=document.on,
        overall=document.overall,
        book=book.digest,
        results=tuple(_result(document.part, united[key]) for key in sorted(united)),
    )


def judge(
    row: Row,
    document: Document,
    sight: Sight | None = None,
) -> Hits | None:
    """What this row matches of the document, whatever its validity."""
    body = document.body
    sight = sight or Sight(body)
    ways = [
        way.element
        for way in row.ways
        if (way.overall is None or way.overall(document.overall))
        and sight.may_meet(way.needs)
        and (way.document is None or way.document(body))
    ]
    if not ways:
        return None
    if not row.steps:
        return "whole" if any(test(body) for test in ways) else None
    every = sight.instances(row.steps)
    if len(ways) == 1:
        test = ways[0]
        return [instance for instance in every if test(instance[2])] or None
    return [instance for instance in every if any(test(instance[2]) for test in ways)] or None


def _result(part: str, united: list[tuple[Row, Hits]]) -> Result:
    first = united[0][0]
    said = first.alone if len(united) == 1 else _said([row.rule for row, _ in united])
    return Result(
        part=part,
        recipient=first.rule.recipient,
        purpose=first.rule.purpose,
        rules=said.rules,
        view=first.rule.view,
        matched=_matched(united),
        expects=said.expects,
        checks=said.checks,
        codes=said.codes,
        because=said.because,
        legal_basis=said.legal_basis,
        answers=first.rule.answers,
    )


def _matched(united: list[tuple[Row, Hits]]) -> Matched | None:
    keys: dict[tuple[int, ...], tuple[str, ...]] = {}
    rows: dict[tuple[int, ...], list[Row]] = {}
    for row, hits in united:
        if not isinstance(hits, list):
            return None
        for indices, named, _ in hits:
            keys[indices] = named
            rows.setdefault(indices, []).append(row)
    # Rows that unite have one `each`: `check` refuses others.
    return Matched(
        united[0][0].rule.each or "",
        tuple(_element(indices, keys[indices], rows[indices]) for indices in sorted(keys)),
    )


def _element(indices: tuple[int, ...], keys: tuple[str, ...], rows: list[Row]) -> Element:
    said = rows[0].alone if len(rows) == 1 else _said([row.rule for row in rows])
    return Element(indices, keys, said.rules, said.checks, said.codes)


def strictest(all_expected: Iterable[Literal["nothing"] | Expects]) -> Expected | None:
    """An answer beats nothing, a shorter deadline a longer one, escalation release.

    Arrival beats acknowledgement: silence is counted from the later moment.
    """
    asked = [expected.answer for expected in all_expected if isinstance(expected, Expects)]
    if not asked:
        return None
    escalates = any(answer.silence == "escalate" for answer in asked)
    arrival = any(answer.counted_from == "arrival" for answer in asked)
    return Expected(
        min(answer.deadline for answer in asked),
        "escalate" if escalates else "release",
        "arrival" if arrival else "acknowledgement",
    )


def _union(groups: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """All texts once, in the order they first come."""
    return tuple(dict.fromkeys(text for group in groups for text in group))
