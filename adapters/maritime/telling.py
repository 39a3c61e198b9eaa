"""What is wrong with a form in words: problems with sheet, cell, found, expected, what to do.

Rules
    A cell that cannot be read is one problem: demands on its leaf are not problems as well.
    The words use the heading of the cell, and what stands in it as its sender wrote it.
    Errors come first, then warnings, each in the order of the sheet. At most PROBLEMS_MAX are
    listed; one more problem counts the others, so that a form never seems better than it is.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from adapters.demands import Breach
from adapters.maritime.form import At, Entry
from adapters.maritime.layout import BODY
from adapters.maritime.values import has_check_digit, plain
from adapters.wire.xlsx import position
from broker.adapter import Path, Profile, Tree, Unmapped
from broker.model.packages import data_class
from broker.model.problem import Place, Problem, Severity, cut

PROBLEMS_MAX = 100
_SHOWN = 256
_EXAMPLES_MAX = 3
_CHECK_DIGIT, _SHOWN_OTHERWISE = "imo.check-digit", "value.shown-otherwise"


@dataclass(frozen=True, slots=True)
class About:
    """What is judged: part, package, profile; `above`: the pattern that its fields stand below."""

    part: str
    package: str
    profile: Profile
    above: str = ""

    def severity(self, code: str, usual: Severity) -> Severity:
        """The severity of a code: the profile's where it has one."""
        severity: Severity = self.profile.settings.get("severities", {}).get(code, usual)
        return severity


class Element(NamedTuple):
    """An element of a list as its sender named it: what it is, its number, name, cell and row."""

    what: str
    number: int
    name: str
    place: Place
    row: int


def of_entries(entries: Iterable[Entry], about: About, path: str = "") -> Iterator[Problem]:
    """What is wrong with cells by themselves; `path` stands before those of their fields."""
    for entry in entries:
        if entry.trouble:
            code, expected, hint = entry.trouble
            problem = Problem(
                code=code,
                text=f"{entry.field.label} is {shown(entry)!r}",
                severity=about.severity(code, "error"),
                expected=expected,
                hint=hint,
            )
            yield _at(entry, problem, about, f"{path}{entry.field.path}")
            continue
        if entry.shown is not None:
            yield _at(entry, _shown_otherwise(entry, about), about, f"{path}{entry.field.path}")
        if entry.field.how == "imo-number" and entry.value and not has_check_digit(entry.value):
            problem = Problem(
                code=_CHECK_DIGIT,
                text=f"the last digit of {entry.field.label} {entry.value} is not its check digit",
                severity=about.severity(_CHECK_DIGIT, "warning"),
                expected="the number of the ship's certificate",
                hint="compare it with the certificate; it is passed on as it is",
            )
            yield _at(entry, problem, about, f"{path}{entry.field.path}")


def _shown_otherwise(entry: Entry, about: About) -> Problem:
    """The cell shows something else than it stores, which is what goes on."""
    stored, seen = plain(entry.raw), f"is shown as {entry.shown!r}"
    if not entry.shown:
        seen = "has a number format that may show it otherwise, or more than 15 digits"
    return Problem(
        code=_SHOWN_OTHERWISE,
        text=f"the cell of {entry.field.label} stores {stored!r} and {seen}",
        severity=about.severity(_SHOWN_OTHERWISE, "warning"),
        expected="a cell that shows what it stores",
        hint=f"if {stored!r} is not right, give the cell the format Text and write the value again",
    )


Find = Callable[[Breach], Entry | None]
"""The entry that a breach is about; None where the form has no such field."""


def of_breaches(
    breaches: Iterable[Breach], tree: Tree, find: Find, about: About
) -> Iterator[tuple[Breach, Problem]]:
    """What is demanded of the tree and the form does not give, each with its problem."""
    for breach in breaches:
        entry = find(breach)
        if entry is not None and not entry.trouble:
            yield breach, _demanded(breach, entry, tree, about)


def _demanded(breach: Breach, entry: Entry, tree: Tree, about: About) -> Problem:
    rule, label = breach.constraint, entry.field.label
    text, expected = f"{label} is {shown(entry)!r}", rule.expected
    match rule.demand:
        case "mandatory":
            text, expected = f"{label} is missing", rule.expected or "a value"
        case "length":
            text = f"{label} has {len(plain(entry.raw))} characters"
            expected = f"at most {rule.limit}"
        case "pattern":
            text += _wrong_signs(rule.pattern, breach.found or "")
        case "codes":
            codes = list(about.profile.codelists[rule.codes].codes)
            examples = ", ".join(codes[:_EXAMPLES_MAX])
            expected = f"a code of the list {rule.codes}, such as {examples}"
    problem = Problem(
        code=rule.code, text=text, severity=rule.severity, expected=expected, hint=rule.hint or None
    )
    return _at(entry, problem, about, breach.path_in(tree))


def _wrong_signs(pattern: str, value: str) -> str:
    """The signs that a pattern of allowed signs does not allow anywhere, or that it wants letters.

    Nothing where the pattern is about something else.
    """
    if not pattern or re.fullmatch(pattern, value):
        return ""
    wrong = [sign for sign in dict.fromkeys(value) if not re.fullmatch(pattern, f"a{sign}a")]
    if not wrong and re.fullmatch(pattern, f"{value}a"):
        return ", signs alone"
    return f", with {' '.join(wrong)}" if len(wrong) < len(set(value)) else ""


def _at(entry: Entry, problem: Problem, about: About, path: Path) -> Problem:
    found = shown(entry)
    above, _, name = path.rpartition(".")
    if name == entry.field.judged[-1][0]:
        name = entry.field.steps[-1][0]
    path = f"{above}.{name}" if above else name
    return replace(
        problem,
        message=1,
        part=about.part,
        where=entry.place,
        path=f"{BODY}.{path}",
        found=cut(found, _SHOWN) or None,
        found_class=data_class(about.package, f"{about.above}{entry.field.pattern}"),
    )


def shown(entry: Entry) -> str:
    """What stands in the cell, as far as it is shown."""
    return cut(plain(entry.raw), _SHOWN)


def bounded(problems: Iterable[Problem], part: str) -> tuple[Problem, ...]:
    """Errors, then warnings, row by row; and how many there are beyond those that are listed."""
    ordered = sorted(problems, key=_order)
    listed, hidden = ordered[:PROBLEMS_MAX], ordered[PROBLEMS_MAX:]
    if hidden:
        errors = sum(problem.severity == "error" for problem in hidden)
        more = Problem(
            code="problems.more",
            text=f"{errors} more errors and {len(hidden) - errors} more warnings are not listed, "
            "from this cell on",
            severity="error" if errors else "warning",
            message=1,
            part=part,
            where=hidden[0].where,
            path=BODY,
            hint="correct those listed and send the workbook again",
        )
        listed.append(more)
    return tuple(listed)


def _order(problem: Problem) -> tuple[bool, At]:
    """Errors before warnings; row and column, what is about the whole sheet first."""
    cell = problem.where.cell
    return problem.severity != "error", position(cell) if cell else (-1, -1)


def unmapped(entry: Entry, path: Path) -> Unmapped:
    """A value of a cell that is in no body."""
    return Unmapped(entry.place, path, plain(entry.raw))
