"""What the walk and the profile found, in words: problems and unmapped values with places.

Rules
    A problem states where (XPath in the sender's prefixes, line, column), what it is about
    (canonical path, WCO pointer), what was found and expected, and what to do.
    A value that could not be read is not missing as well, and elements that could not be read are
    not counted; what is empty and demanded is reported once, by the demand.
    Errors come first, then warnings, each in the order of the file.
    `judged` is what the profile demands of a body that no file holds: in the same words, with
    pointers and without places.
    At most PROBLEMS_MAX problems are listed, errors before warnings. The others are counted in one
    more problem, which is an error if any of them is: the verdict never depends on the limit.
    Of each sort of unmapped values as many are kept as the walk noted.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import islice

from adapters.customs.oddities import Oddities, Oddity
from adapters.customs.subject import Misspelt, Subject, pointer_of
from adapters.customs.words import SHOWN, code_of, known_names, words_of
from adapters.demands import (
    About,
    Breach,
    Unread,
    breaches,
    demanded,
    in_place_of,
    is_unread,
    near,
)
from adapters.mapping import MOMENT
from adapters.wire.xml import Element, attribute_name, local_name, name_of, values_below
from broker.adapter import Constraint, Path, Profile, Tree, Unmapped
from broker.model.packages import data_class
from broker.model.paths import pattern_of
from broker.model.problem import NOWHERE, Place, Problem, Severity, cut, errors_first

PROBLEMS_MAX = 100
UNMAPPED_MAX = 20_000
_SILENT = frozenset({"attribute", "kept", "spelling"})
_EMPTY = "element.empty"
_USUAL: dict[str, Severity] = {_EMPTY: "warning"}
"""Severity by problem code where it is not error and the profile has none."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """A value that is missing, or that the format cannot carry, whatever the profile demands."""

    code: str
    path: Path
    expected: str
    hint: str


def missing(path: Path, hint: str) -> Wrong:
    """A value without which the format cannot be understood."""
    return Wrong("value.missing", path, "a value", hint)


class _Report:
    """The problems of one body: those that are listed, and how many are not."""

    def __init__(self, subject: Subject, profile: Profile) -> None:
        self.subject = subject
        self.dialect = str(profile.settings.get("pointers", "wco"))
        self._profile = profile
        self._listed: dict[Severity, list[Problem]] = {"error": [], "warning": []}
        self._unlisted: Counter[Severity] = Counter()
        self._unread: Unread = {}
        self._misspelt: Misspelt = {}
        self._demanded: set[Path | None] = set()
        self._uncounted: set[str] = set()

    def oddities(self, odd: Oddities) -> None:
        """What the walk found."""
        for oddity in odd.noted:
            if oddity.what not in _SILENT:
                self._oddity(oddity)
        for beyond in odd.beyond.values():
            if beyond.first.what not in _SILENT:
                self._unlisted[self._severity(beyond.first)] += beyond.count
        self._uncounted |= {one.field.name for one in odd.noted if one.what == "repeated"}
        unknown = (one for one in odd.noted if one.what == "unknown")
        for oddity in islice(unknown, PROBLEMS_MAX):
            parent = oddity.element.getparent()
            meant = near(local_name(oddity.element), known_names(oddity))
            if meant and parent is not None:
                self._misspelt.setdefault((parent, meant), oddity.element)
                self._uncounted.add(meant)

    def _oddity(self, oddity: Oddity) -> None:
        severity = self._severity(oddity)
        if self._is_full(severity):
            return
        problem = _problem(self.subject, oddity, severity, self.dialect)
        self._listed[severity].append(problem)
        if _unread(oddity) and problem.path is not None:
            self._unread[problem.path] = severity

    def _severity(self, oddity: Oddity) -> Severity:
        code = code_of(oddity)
        severity: Severity = self._profile.settings.get("severities", {}).get(
            code, _USUAL.get(code, "error")
        )
        return severity

    def _is_full(self, severity: Severity) -> bool:
        """Whether no more problems of this severity are listed; then this one is counted."""
        full = len(self._listed[severity]) >= PROBLEMS_MAX
        self._unlisted[severity] += full
        return full

    def breach(self, breach: Breach) -> None:
        """What the profile demands; nothing if it is reported already why there is no value."""
        if not self._is_full(breach.constraint.severity):
            problem = self._breach(breach)
            if problem is not None:
                self._listed[problem.severity].append(problem)

    def _breach(self, breach: Breach) -> Problem | None:
        rule = breach.constraint
        found = self.subject.locate(breach, self._misspelt)
        path = f"{self.subject.name}.{found.path}"
        absent = rule.demand == "mandatory"
        if absent and is_unread(path, rule.severity, self._unread):
            return None
        if rule.demand == "count" and not self._uncounted.isdisjoint(rule.other.split(".")):
            return None
        text, expected = breach.words(self._profile.codelists)
        hint = rule.hint or None
        if absent and found.instead:
            hint = in_place_of(hint, found.instead)
        elif absent and found.empty:
            text = text.replace("is missing", "is empty")
        if absent:
            self._demanded |= {path, path.rpartition(".")[0]}
        package = self.subject.package
        return Problem(
            code=rule.code,
            text=text,
            severity=rule.severity,
            message=self.subject.number,
            where=self.subject.positions.exact(found.element),
            path=path,
            pointer=self.subject.pointer_of(found.path, self.dialect),
            found=breach.shown,
            found_class=data_class(package, pattern_of(found.path)),
            expected=expected,
            hint=hint,
        )

    def wrong(self, wrong: Wrong) -> None:
        """What no profile needs to demand; listed even beyond the limit."""
        *classes, name = wrong.path.split(".")
        tree = self.subject.tree
        trail = tuple((step, 0) for step in classes if isinstance(tree.get(step), dict))
        value = None if classes else tree.get(name)
        if value is None and is_unread(f"{self.subject.name}.{wrong.path}", "error", self._unread):
            return
        rule = Constraint(wrong.path, "mandatory", wrong.code, hint=wrong.hint)
        problem = self._breach(Breach(rule, trail, name, value))
        if problem is None:
            return
        if wrong.code != "value.missing":
            text = f"{name} is {value!r}, which has no meaning here" if value else problem.text
            problem = replace(problem, text=text, expected=wrong.expected)
        self._listed["error"].append(problem)

    def besides(self, problem: Problem) -> None:
        """What the format found by itself, in words already."""
        if not self._is_full(problem.severity):
            self._listed[problem.severity].append(problem)

    def problems(self) -> tuple[Problem, ...]:
        """Errors, then warnings, each in the order of the file; what is not listed is counted."""
        errors, warnings = self._listed["error"], self._listed["warning"]
        warnings = [one for one in warnings if one.code != _EMPTY or one.path not in self._demanded]
        room = max(PROBLEMS_MAX - len(errors), 0)
        errors, warnings = sorted(errors, key=_in_file), sorted(warnings, key=_in_file)
        unlisted = self._unlisted.copy()
        unlisted["warning"] += len(warnings[room:])
        if unlisted["error"]:
            errors.append(self._more(unlisted))
        elif unlisted["warning"]:
            return (*errors, *warnings[:room], self._more(unlisted))
        return (*errors, *warnings[:room])

    def _more(self, unlisted: Counter[Severity]) -> Problem:
        subject = self.subject
        about = About(subject.name, subject.package, subject.number)
        return _more(about, unlisted, subject.positions.exact(subject.element))


def _in_file(problem: Problem) -> tuple[int, int]:
    return problem.where.line or 0, problem.where.column or 0


def problems_of(
    subject: Subject,
    odd: Oddities,
    profile: Profile,
    wrong: Iterable[Wrong] = (),
    besides: Iterable[Problem] = (),
) -> tuple[Problem, ...]:
    """All problems of one body: of the walk, of the format (two kinds) and of the profile."""
    report = _Report(subject, profile)
    report.oddities(odd)
    for problem in besides:
        report.besides(problem)
    for one in wrong:
        report.wrong(one)
    for breach in breaches(subject.tree, profile):
        report.breach(breach)
    return report.problems()


def judged(body: Tree, about: About, profile: Profile) -> tuple[Problem, ...]:
    """What the profile demands of a body that stands in no file: errors, then warnings."""
    dialect = str(profile.settings.get("pointers", "wco"))
    found = errors_first(
        replace(
            demanded(breach, body, about, profile, NOWHERE),
            pointer=pointer_of(breach.path_in(body), dialect, about.package),
        )
        for breach in breaches(body, profile)
    )
    unlisted = Counter(problem.severity for problem in found[PROBLEMS_MAX:])
    more = (_more(about, unlisted),) if unlisted else ()
    return (*found[:PROBLEMS_MAX], *more)


def _more(about: About, unlisted: Counter[Severity], where: Place = NOWHERE) -> Problem:
    errors, warnings = unlisted["error"], unlisted["warning"]
    return Problem(
        code="problems.more",
        text=f"{errors} more errors and {warnings} more warnings are not listed",
        severity="error" if errors else "warning",
        message=about.message,
        where=where,
        path=about.name,
        hint="correct those that are listed, and send the message again",
    )


def _unread(oddity: Oddity) -> bool:
    """Whether this is why a value is not in the tree."""
    if oddity.what == "misplaced":
        return oddity.field.kind == MOMENT
    half = oddity.what == "malformed" and oddity.attribute
    return oddity.what in {"malformed", "too-long", "moment", "as-attribute"} and not half


def _problem(subject: Subject, oddity: Oddity, severity: Severity, dialect: str) -> Problem:
    element = oddity.element
    shown = subject.shown(element)
    if oddity.what == "sequence":
        shown += ".SequenceNumeric"
    elif oddity.what == "as-attribute":
        shown += f".{oddity.field.name}"
    inside = shown.startswith(subject.name)
    path = shown[len(subject.name) + 1 :] if inside else ""
    words = words_of(oddity)
    return Problem(
        code=code_of(oddity),
        text=words[0],
        severity=severity,
        message=subject.number,
        where=subject.positions.exact(element, oddity.attribute),
        path=shown,
        pointer=subject.pointer_of(path, dialect) if inside else None,
        found=cut(name_of(element) if oddity.what == "unknown" else oddity.value, SHOWN) or None,
        found_class=data_class(subject.package, pattern_of(path)) if oddity.value else "public",
        expected=words[1],
        hint=words[2],
    )


def unmapped_of(subject: Subject, odd: Oddities) -> tuple[Unmapped, ...]:
    """All values of a body that are not in its tree, each with its place."""
    kept: list[Unmapped] = []
    for oddity in odd.noted:
        if oddity.what in {"unknown", "repeated"}:
            for element, attribute, value in values_below(oddity.element):
                if len(kept) < UNMAPPED_MAX:
                    kept.append(_unmapped(subject, element, attribute, value))
        elif oddity.value and oddity.what != "sequence":
            value = oddity.value
            kept.append(_unmapped(subject, oddity.element, oddity.attribute, value))
    return tuple(kept)


def _unmapped(subject: Subject, element: Element, attribute: str, value: str) -> Unmapped:
    parent = element.getparent()
    beside = element is not subject.element and parent is subject.element.getparent()
    if beside and parent is not None:
        shown = f"{local_name(parent)}.{local_name(element)}"
    else:
        shown = subject.shown(element)
    if attribute:
        shown += f"@{attribute_name(element, attribute)}"
    return Unmapped(subject.positions.place(element, attribute), shown, value)
