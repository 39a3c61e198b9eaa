"""What is wrong with a form, told to people: problems with sheet, cell, found, expected, to do.

Rules
    A cell that cannot be read is told once: demands on its leaf are not told too.
    The words use the heading of the cell, and what stands in it as its sender wrote it.
    At most PROBLEMS_MAX problems are told; what is beyond is one more problem, so that a form
    never seems better than it is.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from adapters.demands import CODES_SHOWN, Breach
from adapters.maritime.form import Entry
from adapters.maritime.values import has_check_digit, plain
from broker.adapter import Path, Profile, Tree, Unmapped
from broker.model.packages import data_class
from broker.model.problem import Place, Problem, Severity

PROBLEMS_MAX = 100
_SHOWN = 256
_BODY = "Declaration"
_CHECK_DIGIT = "fal.imo-number-check-digit"


@dataclass(frozen=True, slots=True)
class About:
    """What is judged: part, package, profile; `above` is the pattern its fields stand below."""

    part: str
    package: str
    profile: Profile
    above: str = ""

    def severity(self, code: str, usual: Severity) -> Severity:
        """The severity of a code: the profile's where it says one."""
        said: Severity = self.profile.settings.get("severities", {}).get(code, usual)
        return said


def of_entries(entries: Iterable[Entry], about: About, path: str = "") -> Iterator[Problem]:
    """What is wrong with cells by themselves; `path` stands before those of their fields."""
    for entry in entries:
        if entry.trouble:
            code, expected, hint = entry.trouble
            problem = Problem(
                code=code,
                text=f"{entry.field.label} is {_shown(entry)!r}",
                severity=about.severity(code, "error"),
                expected=expected,
                hint=hint,
            )
            yield _at(entry, problem, about, f"{path}{entry.field.pattern}")
        elif entry.field.how == "imo-number" and entry.value and not has_check_digit(entry.value):
            problem = Problem(
                code=_CHECK_DIGIT,
                text=f"the last digit of {entry.field.label} {entry.value} is not its check digit",
                severity=about.severity(_CHECK_DIGIT, "warning"),
                expected="the number of the ship's certificate",
                hint="compare it with the certificate; it is passed on as it is",
            )
            yield _at(entry, problem, about, f"{path}{entry.field.pattern}")


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
    rule, label, shown = breach.constraint, entry.field.label, _shown(entry)
    text, expected = f"{label} is {shown!r}", rule.expected
    match rule.demand:
        case "mandatory":
            text, expected = f"{label} is missing", rule.expected or "a value"
        case "length":
            text = f"{label} has {len(plain(entry.raw))} characters"
            expected = f"at most {rule.limit}"
        case "pattern":
            wrong = _wrong_signs(rule.pattern, breach.found or "")
            text = f"{text}, with {wrong}" if wrong else text
        case "codes":
            codes = about.profile.codelists[rule.codes].codes
            several = len(codes) > CODES_SHOWN
            expected = f"a code of {rule.codes}" if several else f"one of {', '.join(codes)}"
    problem = Problem(
        code=rule.code, text=text, severity=rule.severity, expected=expected, hint=rule.hint or None
    )
    return _at(entry, problem, about, breach.path_in(tree))


def _wrong_signs(pattern: str, value: str) -> str:
    """The signs that a pattern of allowed signs does not allow anywhere."""
    if not pattern or re.fullmatch(pattern, value):
        return ""
    wrong = [sign for sign in dict.fromkeys(value) if not re.fullmatch(pattern, f"a{sign}a")]
    return " ".join(wrong) if len(wrong) < len(set(value)) else ""


def _at(entry: Entry, problem: Problem, about: About, path: Path) -> Problem:
    found = _shown(entry)
    above, _, name = path.rpartition(".")
    if name == entry.field.judged[-1][0]:
        name = entry.field.steps[-1][0]
    path = f"{above}.{name}" if above else name
    return replace(
        problem,
        message=1,
        part=about.part,
        where=entry.place,
        path=f"{_BODY}.{path}",
        found=found[:_SHOWN] or None,
        found_class=data_class(about.package, f"{about.above}{entry.field.pattern}"),
    )


def _shown(entry: Entry) -> str:
    return plain(entry.raw)[:_SHOWN]


def bounded(problems: Iterable[Problem], part: str, sheet: str) -> tuple[Problem, ...]:
    """The first problems, and one more that says how many are not shown."""
    told: list[Problem] = []
    hidden: list[Severity] = []
    for problem in problems:
        if len(told) < PROBLEMS_MAX:
            told.append(problem)
        else:
            hidden.append(problem.severity)
    if hidden:
        more = Problem(
            code="fal.problems-more",
            text=f"{len(hidden)} more problems are not shown",
            severity="error" if "error" in hidden else "warning",
            message=1,
            part=part,
            where=Place(sheet=sheet),
            path=_BODY,
            hint="correct those shown and send again",
        )
        told.append(more)
    return tuple(told)


def unmapped(entry: Entry, path: Path) -> Unmapped:
    """A value of a cell that is in no body."""
    return Unmapped(entry.place, path, plain(entry.raw))
